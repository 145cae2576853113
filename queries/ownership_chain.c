/* ownership_chain.c: through which chains does a thing belong to its ultimate owners? */
#include "queries/ownership_support.h"

#include <math.h>

enum { OWNER, PATH, PRODUCT, PRODUCT_HI, LENGTH, SHARE, SHARE_HI, RESIDUAL, CHAIN, LEGAL, ENDS };

typedef struct chain_report {
    const at_question *question;
    at_table *table;
    at_owned_case owned;
    at_ultimate ultimate;
} chain_report;

/* Product of a chain's upper ends. */
static double product_of_highs(const at_matrix *capital, const at_chain *chain) {
    double product = 1;
    for (size_t i = 0; i < chain->step_count; i++)
        product *= capital->high[chain->stakes[i]];
    return product;
}

static double product_of_lows(const at_matrix *capital, const at_chain *chain) {
    double product = 1;
    for (size_t i = 0; i < chain->step_count; i++)
        product *= capital->weight[chain->stakes[i]];
    return product;
}

static at_status add_path(const chain_report *report, const char *owner, const at_chain *chain,
                          int64_t number, const double share[3], const char *ends, at_error *err) {
    const at_ownership *part = &report->owned.part;
    at_table *table = report->table;
    const char *text, *legal;
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    AT_TRY(at_chain_text(&text, part, &part->capital, chain, false, table->arena, err));
    AT_TRY(at_chain_text(&legal, part, &part->capital, chain, true, table->arena, err));
    at_cell_text(&row->cells[OWNER], owner);
    at_cell_integer(&row->cells[PATH], number);
    at_cell_real(&row->cells[PRODUCT], product_of_lows(&part->capital, chain));
    at_cell_real(&row->cells[PRODUCT_HI], product_of_highs(&part->capital, chain));
    at_cell_integer(&row->cells[LENGTH], (int64_t)chain->step_count);
    at_cell_real(&row->cells[SHARE], share[0]);
    at_cell_real(&row->cells[SHARE_HI], share[1]);
    at_cell_real(&row->cells[RESIDUAL], share[2]);
    at_cell_text(&row->cells[CHAIN], text);
    at_cell_text(&row->cells[LEGAL], at_text_equal(text, legal) ? NULL : legal);
    at_cell_text(&row->cells[ENDS], ends);
    return at_cite_chain(row, table, &report->owned, chain, err);
}

static bool is_listed(const at_chains *chains, const at_chain *chain) {
    for (size_t i = 0; i < chains->count; i++) {
        const at_chain *other = &chains->chains[i];
        size_t step = 0;
        while (other->step_count == chain->step_count && step < chain->step_count &&
               other->stakes[step] == chain->stakes[step])
            step++;
        if (step == chain->step_count && other->step_count == step)
            return true;
    }
    return false;
}

/* All chains of one owner: the certain ones, then those that only ranges allow. */
static at_status add_owner(const chain_report *report, uint32_t owner, at_error *err) {
    const at_matrix *capital = &report->owned.part.capital;
    at_arena *arena = report->question->arena;
    uint32_t target = report->owned.body;
    at_shares shares;
    at_chains chains, possible = {0};
    int64_t number = 1;
    bool assumed;
    AT_TRY(at_shares_from(&shares, capital, owner, arena, err));
    if (shares.hi[target] <= 0)
        return AT_OK;
    AT_TRY(at_chains_find(&chains, capital, capital->weight, NULL, owner, target, arena, err));
    if (capital->ranged)
        AT_TRY(at_chains_find(&possible, capital, capital->high, NULL, owner, target, arena, err));
    double listed = 0;
    for (size_t i = 0; i < chains.count; i++)
        listed += chains.chains[i].product;
    /* "Cycles and smaller paths"; rounding alone is nothing. */
    double rest = shares.lo[target] - listed;
    const double share[3] = {shares.lo[target], shares.hi[target], fabs(rest) < 1e-14 ? 0 : rest};
    const char *ends = at_is_person(&report->owned.part, owner, &assumed)
                           ? (assumed ? "person assumed" : "person")
                       : at_is_unowned(capital, owner) ? "no owner recorded"
                                                       : NULL;
    const char *id = report->owned.part.bodies[owner].id;
    for (size_t i = 0; i < chains.count; i++)
        AT_TRY(add_path(report, id, &chains.chains[i], number++, share, ends, err));
    for (size_t i = 0; i < possible.count; i++)
        if (!is_listed(&chains, &possible.chains[i]))
            AT_TRY(add_path(report, id, &possible.chains[i], number++, share, ends, err));
    if (chains.cut || possible.cut)
        AT_TRY(at_table_note(report->table, err, "CHAINS_CUT",
                             "the search for chains of \"%s\" met its limit: some may be missing",
                             id));
    return AT_OK;
}

/* What ends at a body without a recorded owner, through the best chain to it. */
static at_status add_end(const chain_report *report, uint32_t body, double share, const char *what,
                         at_error *err) {
    const at_ownership *part = &report->owned.part;
    at_table *table = report->table;
    at_chains chains = {0};
    const double shares[3] = {share, share, 0};
    const char *id;
    at_row *row;
    AT_TRY(at_arena_print(&id, table->arena, err, "@%s:%s", what, part->bodies[body].id));
    if (body != report->owned.body)
        AT_TRY(at_chains_find(&chains, &part->capital, part->capital.weight, NULL, body,
                              report->owned.body, report->question->arena, err));
    if (chains.count > 0)
        return add_path(report, id, &chains.chains[0], 1, shares, what, err);
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[OWNER], id);
    at_cell_integer(&row->cells[PATH], 1);
    for (int cell = PRODUCT; cell <= LENGTH; cell++)
        row->cells[cell].empty = true;
    at_cell_real(&row->cells[SHARE], share);
    at_cell_real(&row->cells[SHARE_HI], share);
    at_cell_real(&row->cells[RESIDUAL], 0);
    at_cell_text(&row->cells[CHAIN], part->bodies[body].id);
    at_cell_text(&row->cells[LEGAL], NULL);
    at_cell_text(&row->cells[ENDS], what);
    uint32_t start = part->capital.column_start[body], end = part->capital.column_start[body + 1];
    for (uint32_t i = start; i < end; i++)
        AT_TRY(at_row_cite(row, table, part->capital.stakes[i].records[0], err));
    return at_row_cite(row, table, part->bodies[body].record, err);
}

static at_status add_all(const chain_report *report, at_error *err) {
    const at_ownership *part = &report->owned.part;
    for (uint32_t body = 0; body < part->body_count; body++) {
        bool assumed, is_end = at_is_unowned(&part->capital, body) ||
                               at_is_person(&report->owned.part, body, &assumed);
        double rest = report->ultimate.visits[body] * part->capital.exit[body];
        if (is_end && body != report->owned.body)
            AT_TRY(add_owner(report, body, err));
        else if (!is_end && rest > 1e-12 && !part->capital.over[body])
            AT_TRY(add_end(report, body, rest, "undisclosed", err));
    }
    for (size_t i = 0; i < report->ultimate.closed_count; i++)
        AT_TRY(add_end(report, report->ultimate.closed[i].bodies[0],
                       report->ultimate.closed[i].share, "closed", err));
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    chain_report report = {.question = question, .table = out};
    const at_argument *to = at_question_get(question, "to");
    AT_TRY(at_owned_case_load(&report.owned, question, at_question_get(question, "of")->thing, true,
                              err));
    if (report.owned.body == UINT32_MAX)
        return at_table_note(out, err, "NO_OWNER", "no holding in force concerns \"%s\"",
                             at_question_text(question, "of"));
    AT_TRY(at_ultimate_of(&report.ultimate, &report.owned.part.capital, report.owned.body,
                          question->arena, err));
    if (to == NULL) {
        AT_TRY(add_all(&report, err));
    } else {
        uint32_t owner = at_ownership_body(&report.owned.part, to->thing);
        if (owner == UINT32_MAX || owner == report.owned.body)
            AT_TRY(at_table_note(out, err, "NO_CHAIN",
                                 "no recorded chain leads from \"%s\" to \"%s\"", to->text,
                                 at_question_text(question, "of")));
        else
            AT_TRY(add_owner(&report, owner, err));
    }
    AT_TRY(at_ownership_notes(out, &report.owned.part, NULL, question, err));
    return at_table_sort(out, err);
}

const at_query query_ownership_chain = {
    .name = "ownership_chain",
    .summary = "the chains through which a thing belongs to its ultimate owners",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the company, account or asset",
             .required = true,
             .kinds = AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET)},
            {.name = "to",
             .type = AT_ARG_THING,
             .summary = "only the chains from this owner",
             .kinds = AT_KIND_BIT(AT_PARTY)},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"owner", AT_COLUMN_ID,
             "ultimate owner; @undisclosed:X and @closed:X where it is lost"},
            {"path", AT_COLUMN_COUNT, "1 = the chain with the largest product"},
            {"product", AT_COLUMN_SHARE, "product of the chain's shares, lower ends"},
            {"product_hi", AT_COLUMN_SHARE, "upper ends"},
            {"length", AT_COLUMN_COUNT, "steps"},
            {"share", AT_COLUMN_SHARE, "the owner's integrated share, all chains and cycles"},
            {"share_hi", AT_COLUMN_SHARE, "its upper end"},
            {"residual", AT_COLUMN_SHARE, "the share less the products: cycles and smaller paths"},
            {"chain", AT_COLUMN_TEXT, "economic view: principals stand for their nominees"},
            {"legal", AT_COLUMN_TEXT, "the same with nominees' names, where there are any"},
            {"ends", AT_COLUMN_TEXT, "what the owner is"},
            {0},
        },
    .run = run,
    .limits = "Chains below a product of 0.000001, longer than 20 steps or past the first 10 of an "
              "owner are in the residual.",
};
