/* assets_of.c: what belongs to a party, through every recorded chain? */
#include "queries/ownership_support.h"

/* The value of an asset last stated by the day asked about. */
static at_status find_value(at_cell *value, at_cell *currency, at_cell *title, at_record_id *record,
                            const at_question *question, at_thing thing, at_error *err) {
    const at_facts *facts = question->facts;
    int64_t as_of_us = at_question_time(question, "as_of"), valued_us = AT_TIME_NONE;
    at_fact_list list;
    at_thing_view view;
    AT_TRY(facts->view(facts->self, &view, thing, err));
    at_cell_text(title, view.title);
    if (view.kind != AT_ASSET)
        return AT_OK;
    AT_TRY(facts->list(facts->self, &list, AT_ASSET, thing, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_asset *asset = &list.facts[i].asset;
        if (asset->value == AT_AMOUNT_NONE || asset->valued_on_us < valued_us ||
            (as_of_us != AT_TIME_NONE && asset->valued_on_us > as_of_us))
            continue;
        valued_us = asset->valued_on_us;
        at_cell_integer(value, asset->value);
        at_cell_text(currency, asset->currency);
        *record = list.facts[i].record;
    }
    return AT_OK;
}

/* The chain that says most: certain if one is, else possible. */
static at_status best_chain(at_chain *out, const at_owned_case *owned, uint32_t body,
                            const at_question *question, at_error *err) {
    const at_matrix *capital = &owned->part.capital;
    at_chains chains;
    AT_TRY(at_chains_find(&chains, capital, capital->weight, NULL, owned->body, body,
                          question->arena, err));
    if (chains.count == 0)
        AT_TRY(at_chains_find(&chains, capital, capital->high, NULL, owned->body, body,
                              question->arena, err));
    *out = chains.count > 0 ? chains.chains[0] : (at_chain){0};
    return AT_OK;
}

static at_status add_row(at_table *table, const at_owned_case *owned, const at_shares *shares,
                         uint32_t body, const at_question *question, at_error *err) {
    enum { THING, KIND, SHARE, SHARE_HI, VALUE, CURRENCY, TITLE, VIA, HELD_BY };
    const at_body *asked = &owned->part.bodies[body];
    const at_matrix *capital = &owned->part.capital;
    at_record_id record = asked->record;
    at_chain chain;
    at_row *row;
    const char *via, *legal;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[THING], asked->id);
    at_cell_text(&row->cells[KIND], at_kind_text(asked->kind));
    at_cell_real(&row->cells[SHARE], shares->lo[body]);
    at_cell_real(&row->cells[SHARE_HI], shares->hi[body]);
    at_cell_integer(&row->cells[VALUE], AT_AMOUNT_NONE);
    at_cell_text(&row->cells[CURRENCY], NULL);
    AT_TRY(find_value(&row->cells[VALUE], &row->cells[CURRENCY], &row->cells[TITLE], &record,
                      question, asked->thing, err));
    AT_TRY(best_chain(&chain, owned, body, question, err));
    AT_TRY(at_chain_text(&via, &owned->part, capital, &chain, false, table->arena, err));
    AT_TRY(at_chain_text(&legal, &owned->part, capital, &chain, true, table->arena, err));
    at_cell_text(&row->cells[VIA], via);
    at_cell_text(&row->cells[HELD_BY], at_text_equal(via, legal) ? NULL : legal);
    AT_TRY(at_cite_chain(row, table, owned, &chain, err));
    return at_row_cite(row, table, record, err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_owned_case owned;
    at_shares shares;
    at_ratio min_share = at_question_get(question, "min_share")->ratio;
    AT_TRY(
        at_owned_case_load(&owned, question, at_question_get(question, "of")->thing, false, err));
    if (owned.body == UINT32_MAX)
        return at_table_note(out, err, "NOTHING_HELD", "no holding in force concerns \"%s\"",
                             at_question_text(question, "of"));
    AT_TRY(at_shares_from(&shares, &owned.part.capital, owned.body, question->arena, err));
    for (uint32_t body = 0; body < owned.part.body_count; body++) {
        at_verdict verdict;
        if (body == owned.body || shares.hi[body] <= 0 || owned.part.bodies[body].thing == 0)
            continue;
        AT_TRY(at_shares_verdict(&verdict, &owned.part.capital, &shares, body, min_share,
                                 AT_AT_LEAST, err));
        if (verdict != AT_VERDICT_NO)
            AT_TRY(add_row(out, &owned, &shares, body, question, err));
    }
    AT_TRY(at_ownership_notes(out, &owned.part, NULL, question, err));
    return at_table_sort(out, err);
}

const at_query query_assets_of = {
    .name = "assets_of",
    .summary = "companies, accounts and assets of a party, with its share through every chain",
    .version = 1,
    .adds_up = true,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the party",
             .required = true,
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "min_share",
             .type = AT_ARG_RATIO,
             .fallback = "0",
             .summary = "list what may be held at this share or more"},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"thing", AT_COLUMN_ID, "company, account or asset"},
            {"kind", AT_COLUMN_TEXT, "party, account or asset"},
            {"share", AT_COLUMN_SHARE, "integrated share, lower end"},
            {"share_hi", AT_COLUMN_SHARE, "upper end, where shares are stated as ranges or not"},
            {"value", AT_COLUMN_AMOUNT, "value of the whole thing as last stated"},
            {"currency", AT_COLUMN_TEXT, "of the value"},
            {"title", AT_COLUMN_TEXT, "name or description"},
            {"via", AT_COLUMN_TEXT, "the chain with the largest product"},
            {"held_by", AT_COLUMN_TEXT, "the same chain with nominees' names, where there are any"},
            {0},
        },
    .run = run,
    .limits = "Shares are of recorded holdings; what nobody is recorded to own is attributed to "
              "nobody. Values of different currencies are not added.",
};
