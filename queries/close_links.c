/* close_links.c: who holds 20 % or more of what, so that they, or two of one holder, are linked? */
#include "queries/ownership_support.h"

#include "engine/base/interrupt.h"
#include "engine/network/alike.h"
#include "engine/network/bound.h"

enum { HOLDER, COMPANY, SHARE, SHARE_HI, VERDICT, LINK, COMPANIES };

/* Bodies looked at in all; a store of 10,000 is within it, holder by holder. Stakes are weighed
 * exactly and cost more: about ten bodies where they are solved, thirty where they are cut out. */
static const uint64_t BODIES_TRIED_MAX = UINT64_C(200000000);
enum { STAKE_SOLVED = 3, STAKE_CUT = 3 };

/* Closer than this to the threshold, a bound does not decide. */
static const double NEAR = 1e-9;

typedef struct link_search {
    const at_question *question;
    at_table *table;
    at_ownership all;
    uint32_t of; /* body asked about, UINT32_MAX = every holder's list */
    at_ratio threshold;
    bool *concerned; /* by body: below a holder that was looked at */
    uint64_t tried;
} link_search;

static at_status judge(at_verdict *out, const link_search *search, const at_ownership *part,
                       const at_shares *shares, uint32_t body, at_error *err) {
    *out = AT_VERDICT_NO;
    if (body == shares->source || part->bodies[body].kind != AT_PARTY || shares->hi[body] <= 0)
        return AT_OK;
    return at_shares_verdict(out, &part->capital, shares, body, search->threshold, AT_AT_LEAST,
                             err);
}

static at_status set_link(at_cell *cell, const link_search *search, const at_body *holder,
                          const at_body *company, at_error *err) {
    const char *common;
    const at_body *of = search->of != UINT32_MAX ? &search->all.bodies[search->of] : NULL;
    at_cell_text(cell, "direct");
    if (of == NULL || at_text_equal(holder->id, of->id) || at_text_equal(company->id, of->id))
        return AT_OK;
    AT_TRY(at_arena_print(&common, search->table->arena, err, "common:%s", holder->id));
    at_cell_text(cell, common);
    return AT_OK;
}

static at_status add_row(const link_search *search, const at_owned_case *holding,
                         const at_shares *shares, uint32_t body, at_verdict verdict, int64_t listed,
                         at_arena *scratch, at_error *err) {
    const at_ownership *part = &holding->part;
    const at_body *holder = &part->bodies[holding->body], *company = &part->bodies[body];
    at_table *table = search->table;
    at_chains chains;
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[HOLDER], holder->id);
    at_cell_text(&row->cells[COMPANY], company->id);
    at_cell_real(&row->cells[SHARE], shares->lo[body]);
    at_cell_real(&row->cells[SHARE_HI], shares->hi[body]);
    at_cell_text(&row->cells[VERDICT], verdict == AT_VERDICT_DEFINITE ? "definite" : "possible");
    AT_TRY(set_link(&row->cells[LINK], search, holder, company, err));
    at_cell_integer(&row->cells[COMPANIES], listed);
    AT_TRY(at_chains_find(&chains, &part->capital, part->capital.high, NULL, holding->body, body,
                          scratch, err));
    if (chains.count > 0)
        AT_TRY(at_cite_chain(row, table, holding, &chains.chains[0], err));
    return at_row_cite(row, table, company->record, err);
}

/* One holder's list: what it has a threshold of. Pairs are never formed. */
static at_status add_list(link_search *search, uint32_t holder, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_owned_case holding;
    at_shares shares;
    at_verdict *verdicts;
    int64_t listed = 0;
    AT_TRY(at_ownership_below(&holding.part, &search->all, holder, &scratch, err));
    holding.body = 0;
    while (holding.part.bodies[holding.body].id != search->all.bodies[holder].id)
        holding.body++;
    search->tried +=
        search->all.body_count + STAKE_CUT * (uint64_t)holding.part.capital.stake_count;
    AT_TRY(at_shares_from(&shares, &holding.part.capital, holding.body, &scratch, err));
    AT_TRY(AT_NEW(&verdicts, &scratch, holding.part.body_count, err));
    for (uint32_t body = 0, all = 0; body < holding.part.body_count; body++) {
        while (search->all.bodies[all].id != holding.part.bodies[body].id)
            all++; /* both are in the order of ids */
        search->concerned[all] |= !at_is_unowned(&holding.part.capital, body);
        AT_TRY(judge(&verdicts[body], search, &holding.part, &shares, body, err));
        listed += verdicts[body] != AT_VERDICT_NO;
    }
    for (uint32_t body = 0; body < holding.part.body_count; body++)
        if (verdicts[body] != AT_VERDICT_NO)
            AT_TRY(add_row(search, &holding, &shares, body, verdicts[body], listed, &scratch, err));
    return AT_OK;
}

/* Has it a threshold of the body asked about? Visits are never below the share, so that they leave
 * most owners out where no range bears on them and no closed group keeps a walk for ever; else
 * bounds do. */
static at_status is_holder(bool *out, link_search *search, const at_owned_case *asked,
                           const at_ultimate *ultimate, const bool *ranged, at_bounds *bounds,
                           uint32_t body, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_matrix *capital = &asked->part.capital;
    const double least = at_ratio_real(search->threshold) - NEAR;
    const uint64_t solve = asked->part.body_count + STAKE_SOLVED * (uint64_t)capital->stake_count;
    const uint32_t solves = bounds->solve_count;
    at_bounded bounded;
    at_shares shares;
    at_verdict verdict;
    *out = false;
    if (body == asked->body || at_bounds_anywhere(bounds, body) < least ||
        (!ranged[body] && ultimate->closed_count == 0 && ultimate->visits[body] < least))
        return AT_OK;
    AT_TRY(at_bounds_of(&bounded, bounds, body, err));
    search->tried += solve * (bounds->solve_count - solves);
    *out = bounded.exact && bounded.most > least + 2 * NEAR;
    if (*out || bounded.most < least)
        return AT_OK;
    search->tried += solve;
    AT_TRY(at_shares_from(&shares, capital, body, &scratch, err));
    AT_TRY(at_shares_verdict(&verdict, capital, &shares, asked->body, search->threshold,
                             AT_AT_LEAST, err));
    *out = verdict != AT_VERDICT_NO && shares.hi[asked->body] > 0;
    return AT_OK;
}

static at_status note_limit(const link_search *search, bool *stop, at_error *err) {
    *stop = search->tried > BODIES_TRIED_MAX;
    if (!*stop)
        return at_deadline_check(err);
    search->table->truncated = true;
    return at_table_note(search->table, err, "LINKS_LIMIT",
                         search->of == UINT32_MAX
                             ? "too many holders to look at: some lists are missing; ask with of="
                             : "too many holders to look at: some lists are missing; ask assets_of "
                               "about one holder");
}

/* The lists that the body asked about is in, and its own. */
static at_status add_of(link_search *search, at_error *err) {
    at_arena *arena = search->question->arena;
    at_owned_case asked;
    at_ultimate ultimate;
    at_bounds bounds;
    bool stop = false, *ranged;
    AT_TRY(at_ownership_above(&asked.part, &search->all, search->of, arena, err));
    asked.body = at_ownership_body(&asked.part, search->all.bodies[search->of].thing);
    AT_TRY(at_ultimate_of(&ultimate, &asked.part.capital, asked.body, arena, err));
    AT_TRY(at_ranged_owners(&ranged, &asked.part.capital, arena, err));
    AT_TRY(at_bounds_make(&bounds, &asked.part.capital, asked.body, arena, err));
    AT_TRY(add_list(search, search->of, err));
    for (uint32_t body = 0, all = 0; body < asked.part.body_count && !stop; body++) {
        bool holds;
        AT_TRY(is_holder(&holds, search, &asked, &ultimate, ranged, &bounds, body, err));
        while (search->all.bodies[all].id != asked.part.bodies[body].id)
            all++; /* both are in the order of ids */
        if (holds)
            AT_TRY(add_list(search, all, err));
        AT_TRY(note_limit(search, &stop, err));
    }
    return AT_OK;
}

/* Every holder's list. Who has less than the threshold of anything at most has an empty one; what
 * is below it is concerned all the same, the rest of that by the lists of what it holds. */
static at_status add_all(link_search *search, at_error *err) {
    const at_matrix *capital = &search->all.capital;
    const double least = at_ratio_real(search->threshold) - NEAR;
    at_bounds bounds;
    bool stop = false;
    AT_TRY(at_bounds_make(&bounds, capital, UINT32_MAX, search->question->arena, err));
    for (uint32_t body = 0; body < search->all.body_count && !stop; body++) {
        const uint32_t start = capital->row_start[body], end = capital->row_start[body + 1];
        for (uint32_t r = start; r < end; r++)
            search->concerned[capital->row_owned[r]] = true;
        if (start < end && at_bounds_anywhere(&bounds, body) >= least)
            AT_TRY(add_list(search, body, err));
        AT_TRY(note_limit(search, &stop, err));
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    link_search search = {.question = question,
                          .table = out,
                          .of = UINT32_MAX,
                          .threshold = at_question_get(question, "th")->ratio};
    const at_argument *of = at_question_get(question, "of");
    AT_TRY(at_ownership_ask(&search.all, question, err));
    AT_TRY(AT_NEW(&search.concerned, question->arena, search.all.body_count, err));
    if (of != NULL) {
        search.of = at_ownership_body(&search.all, of->thing);
        if (search.of == UINT32_MAX)
            return at_table_note(out, err, "NOTHING_HELD", "no holding in force concerns \"%s\"",
                                 of->text);
        AT_TRY(add_of(&search, err));
    } else {
        AT_TRY(add_all(&search, err));
    }
    AT_TRY(at_ownership_notes(out, &search.all, search.concerned, question, err));
    return at_table_sort(out, err);
}

const at_query query_close_links = {
    .name = "close_links",
    .summary = "holders of a fifth or more of companies: close links, direct and in common",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "only the lists that this party is in; without it, every holder's",
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "th",
             .type = AT_ARG_RATIO,
             .fallback = "1/5",
             .summary = "the integrated share that links"},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"holder", AT_COLUMN_ID, "who holds; any two companies of one holder are linked too"},
            {"company", AT_COLUMN_ID, "of which it holds that much"},
            {"share", AT_COLUMN_SHARE, "integrated share, lower end"},
            {"share_hi", AT_COLUMN_SHARE, "upper end"},
            {"verdict", AT_COLUMN_TEXT, "definite, or possible within the stated ranges"},
            {"link", AT_COLUMN_TEXT,
             "with of: direct, or common:HOLDER where the company shares a holder with it"},
            {"companies", AT_COLUMN_COUNT, "how many companies the holder's list has"},
            {0},
        },
    .run = run,
    .limits = "A finding about recorded shares, not a legal determination: links by control or by "
              "office are not computed.",
};
