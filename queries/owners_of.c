/* owners_of.c: which persons own or control a company, account or asset, by a threshold? */
#include "queries/ownership_support.h"

#include <math.h>

#include "engine/base/interrupt.h"
#include "engine/network/alike.h"
#include "engine/network/bound.h"

enum { OWNER, BY_SHARE, BY_SHARE_HI, BY_CONTROL, VERDICT, TITLE, BASIS, VIA };

/* Bodies and stakes gone through for owners that a range or a threshold sets apart. */
static const uint64_t WORK_MAX = UINT64_C(20000000);

/* Closer than this to the threshold, shares are compared exactly. */
static const double NEAR = 1e-9;

/* What an owner has of the body asked about, by share and by control. */
typedef struct owner_part {
    bool known;
    double lo, hi;
    at_verdict by_share;
    at_controlled control;
} owner_part;

typedef struct owner_search {
    const at_question *question;
    at_table *table;
    at_owned_case owned;
    at_ultimate ultimate;
    at_reach *reach; /* room for what each owner controls */
    at_ratio threshold;
    at_operator op;
    const bool *ranged;    /* by body: a range bears on what it holds */
    const uint32_t *alike; /* by body: who stands for it and those that hold the same */
    at_bounds bounds;      /* what an owner has at most */
    owner_part *parts;     /* by body that stands for others or itself */
    const double *best;    /* by body: the largest product of a chain to the body asked about */
    uint64_t work;
} owner_search;

static at_status spend_work(owner_search *search, at_error *err) {
    const at_ownership *part = &search->owned.part;
    search->work += (uint64_t)part->body_count + part->capital.stake_count;
    if (search->work <= WORK_MAX)
        return at_deadline_check(err);
    at_status status =
        at_fail(err, AT_LIMIT, "E-LIMIT",
                "too many owners of \"%s\" want a solve of their own, over %u bodies",
                part->bodies[search->owned.body].id, part->body_count);
    at_hint(err,
            "ask assets_of or ownership_chain about one owner, or state the ranges above it as "
            "exact shares");
    return status;
}

/* Without a solve: who is in no row has less than the threshold at most, and the walk upward gives
 * the lower end of who is owned by nobody. */
static at_status judge_bound(bool *done, owner_part *out, owner_search *search, uint32_t owner,
                             at_error *err) {
    const double threshold = at_ratio_real(search->threshold);
    const bool listed = out->control.verdict != AT_VERDICT_NO;
    const uint32_t solves = search->bounds.solve_count;
    at_bounded bounded;
    *done = !listed && at_bounds_anywhere(&search->bounds, owner) < threshold - NEAR;
    if (*done)
        return AT_OK;
    AT_TRY(at_bounds_of(&bounded, &search->bounds, owner, err));
    for (uint32_t i = solves; i < search->bounds.solve_count; i++)
        AT_TRY(spend_work(search, err));
    *done = !listed && bounded.most < threshold - NEAR;
    if (*done || !bounded.exact)
        return AT_OK;
    out->lo = search->ultimate.visits[owner];
    out->hi = fmax(bounded.most, out->lo);
    *done = fabs(out->lo - threshold) > NEAR && fabs(out->hi - threshold) > NEAR;
    out->by_share = out->lo > threshold   ? AT_VERDICT_DEFINITE
                    : out->hi > threshold ? AT_VERDICT_POSSIBLE
                                          : AT_VERDICT_NO;
    return AT_OK;
}

/* The share of one owner; the walk upward gives it where no range bears on it. */
static at_status judge_share(owner_part *out, owner_search *search, uint32_t owner, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_matrix *capital = &search->owned.part.capital;
    const uint32_t body = search->owned.body;
    at_shares shares;
    bool done;
    if (!search->ranged[owner] && at_is_unowned(capital, owner)) {
        out->lo = out->hi = search->ultimate.visits[owner];
        if (fabs(out->lo - at_ratio_real(search->threshold)) < NEAR)
            AT_TRY(spend_work(search, err));
        return at_exact_verdict(&out->by_share, capital, out->lo, owner, body, search->threshold,
                                search->op, err);
    }
    AT_TRY(judge_bound(&done, out, search, owner, err));
    if (done)
        return AT_OK;
    AT_TRY(spend_work(search, err));
    AT_TRY(at_shares_from(&shares, capital, owner, &scratch, err));
    out->lo = shares.lo[body];
    out->hi = shares.hi[body];
    return at_shares_verdict(&out->by_share, capital, &shares, body, search->threshold, search->op,
                             err);
}

/* Owners that hold the same have the same of the body asked about. */
static at_status judge(owner_part *out, owner_search *search, uint32_t owner, at_error *err) {
    owner_part *part = &search->parts[search->alike[owner]];
    if (!part->known) {
        AT_TRY(at_control_of(&part->control, search->reach, &search->owned.part, owner,
                             search->owned.body, search->threshold, search->op, err));
        if (fabs(part->control.share - at_ratio_real(search->threshold)) < NEAR)
            AT_TRY(spend_work(search, err));
        AT_TRY(judge_share(part, search, owner, err));
        if (part->hi <= 0) /* who has nothing has no share, whatever the threshold */
            part->by_share = AT_VERDICT_NO;
        part->known = true;
    }
    *out = *part;
    return AT_OK;
}

/* Cite the best chain of capital; where there is none (votes alone), what the owner holds
 * directly. */
static at_status cite_owner(at_row *row, const owner_search *search, uint32_t owner,
                            at_error *err) {
    const at_owned_case *owned = &search->owned;
    const at_ownership *part = &owned->part;
    const double *best = at_is_unowned(&part->capital, owner) ? search->best : NULL;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_chains chains;
    const char *via = NULL;
    AT_TRY(at_chains_find(&chains, &part->capital, part->capital.high, best, owner, owned->body,
                          &scratch, err));
    if (chains.count > 0) {
        AT_TRY(at_chain_text(&via, part, &part->capital, &chains.chains[0], true,
                             search->table->arena, err));
        AT_TRY(at_cite_chain(row, search->table, owned, &chains.chains[0], err));
    }
    at_cell_text(&row->cells[VIA], via);
    for (uint32_t i = part->voting.row_start[owner]; i < part->voting.row_start[owner + 1]; i++)
        AT_TRY(at_row_cite(row, search->table,
                           part->voting.stakes[part->voting.row_stakes[i]].records[0], err));
    return at_row_cite(row, search->table, part->bodies[owner].record, err);
}

static at_status add_owner(owner_search *search, uint32_t owner, bool assumed, at_error *err) {
    const at_body *body = &search->owned.part.bodies[owner];
    owner_part part;
    at_row *row;
    AT_TRY(judge(&part, search, owner, err));
    const at_verdict by_share = part.by_share, by_control = part.control.verdict;
    const at_verdict verdict = by_share > by_control ? by_share : by_control;
    if (verdict == AT_VERDICT_NO)
        return AT_OK;
    if (assumed)
        AT_TRY(at_table_note(search->table, err, "KIND_ASSUMED",
                             "no record says what \"%s\" is: counted as a person, since nobody is "
                             "recorded to own it",
                             body->id));
    AT_TRY(at_table_row(&row, search->table, err));
    at_cell_text(&row->cells[OWNER], body->id);
    at_cell_real(&row->cells[BY_SHARE], part.lo);
    at_cell_real(&row->cells[BY_SHARE_HI], part.hi);
    at_cell_real(&row->cells[BY_CONTROL], part.control.share);
    at_cell_text(&row->cells[VERDICT], verdict == AT_VERDICT_DEFINITE ? "definite" : "possible");
    AT_TRY(at_cell_title(&row->cells[TITLE], search->question->facts, body, err));
    at_cell_text(&row->cells[BASIS], by_share == AT_VERDICT_NO     ? "control"
                                     : by_control == AT_VERDICT_NO ? "share"
                                                                   : "share and control");
    return cite_owner(row, search, owner, err);
}

/* What the walks upward end in other than a person. */
static at_status note_rest(const owner_search *search, at_error *err) {
    const at_ownership *part = &search->owned.part;
    const char *of = part->bodies[search->owned.body].id;
    for (uint32_t body = 0; body < part->body_count; body++) {
        double rest = search->ultimate.visits[body] * part->capital.exit[body];
        bool assumed;
        if (rest < 1e-6 || part->capital.over[body] || part->bodies[body].thing == 0 ||
            at_is_person(&search->owned.part, body, &assumed))
            continue;
        AT_TRY(at_table_note(search->table, err, "UNDISCLOSED",
                             "%.12f of \"%s\" ends at \"@undisclosed:%s\": no owner is recorded",
                             rest, of, part->bodies[body].id));
    }
    for (size_t i = 0; i < search->ultimate.closed_count; i++)
        AT_TRY(at_table_note(search->table, err, "CLOSED_GROUP",
                             "%.12f of \"%s\" ends at \"@closed:%s\": a group of %u that owns "
                             "itself wholly",
                             search->ultimate.closed[i].share, of,
                             part->bodies[search->ultimate.closed[i].bodies[0]].id,
                             search->ultimate.closed[i].body_count));
    if (search->ultimate.residual > 0)
        AT_TRY(at_table_note(search->table, err, "RESIDUAL",
                             "a large group was solved numerically, residual %.3g",
                             search->ultimate.residual));
    return AT_OK;
}

/* What all owners share. */
static at_status prepare(owner_search *search, at_reach *reach, at_error *err) {
    at_arena *arena = search->question->arena;
    const at_ownership *part = &search->owned.part;
    const at_rule rule = at_rule_control(part);
    bool *ranged;
    uint32_t *alike;
    AT_TRY(at_reach_init(reach, &rule, arena, err));
    AT_TRY(at_ranged_owners(&ranged, &part->capital, arena, err));
    AT_TRY(at_alike_owners(&alike, part, arena, err));
    AT_TRY(AT_NEW(&search->parts, arena, part->body_count, err));
    AT_TRY(at_bounds_make(&search->bounds, &part->capital, search->owned.body, arena, err));
    search->reach = reach;
    search->ranged = ranged;
    search->alike = alike;
    return at_chains_best(&search->best, &part->capital, part->capital.high, search->owned.body,
                          arena, err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_reach reach;
    owner_search search = {.question = question,
                           .table = out,
                           .threshold = at_question_get(question, "threshold")->ratio,
                           .op = (at_operator)at_question_number(question, "op")};
    AT_TRY(at_owned_case_load(&search.owned, question, at_question_get(question, "of")->thing, true,
                              err));
    if (search.owned.body == UINT32_MAX)
        return at_table_note(out, err, "NO_OWNER", "no holding in force concerns \"%s\"",
                             at_question_text(question, "of"));
    AT_TRY(at_ultimate_of(&search.ultimate, &search.owned.part.capital, search.owned.body,
                          question->arena, err));
    AT_TRY(prepare(&search, &reach, err));
    for (uint32_t body = 0; body < search.owned.part.body_count; body++) {
        bool assumed;
        if (body != search.owned.body && at_is_person(&search.owned.part, body, &assumed))
            AT_TRY(add_owner(&search, body, assumed && search.owned.part.bodies[body].thing != 0,
                             err));
    }
    AT_TRY(note_rest(&search, err));
    AT_TRY(at_ownership_notes(out, &search.owned.part, NULL, question, err));
    return at_table_sort(out, err);
}

static const char *const operators[] = {"ge", "gt", NULL};

const at_query query_owners_of = {
    .name = "owners_of",
    .summary = "persons who own or control a company, account or asset at a threshold",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the company, account or asset",
             .required = true,
             .kinds = AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET)},
            {.name = "threshold",
             .type = AT_ARG_RATIO,
             .fallback = "1/4",
             .summary = "the share that counts"},
            {.name = "op",
             .type = AT_ARG_CHOICE,
             .fallback = "ge",
             .summary = "ge: the threshold or more; gt: more than it",
             .choices = operators},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"owner", AT_COLUMN_ID, "the person, or the hidden principal of a nominee"},
            {"by_share", AT_COLUMN_SHARE, "integrated share, lower end"},
            {"by_share_hi", AT_COLUMN_SHARE, "upper end"},
            {"by_control", AT_COLUMN_SHARE, "held directly by the owner and all it controls"},
            {"verdict", AT_COLUMN_TEXT, "definite, or possible within the stated ranges"},
            {"title", AT_COLUMN_TEXT, "name"},
            {"basis", AT_COLUMN_TEXT, "share, control, or both"},
            {"via", AT_COLUMN_TEXT,
             "the chain with the largest product, in the legal owners' names"},
            {0},
        },
    .run = run,
    .limits = "A finding about recorded shares and votes, not a legal determination: control by "
              "other means is not computed.",
};
