/* controls.c: which companies does a party, or a group acting in concert, control by votes? */
#include "queries/ownership_support.h"

enum { COMPANY, ROUND, VOTES, VERDICT, TITLE, HOLDERS };

static at_status add_row(at_table *table, const at_ownership *all, const at_reached *reached,
                         const at_question *question, at_error *err) {
    const at_body *body = &all->bodies[reached->body];
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[COMPANY], body->id);
    at_cell_integer(&row->cells[ROUND], reached->round);
    at_cell_real(&row->cells[VOTES], reached->sum);
    at_cell_text(&row->cells[VERDICT],
                 reached->verdict == AT_VERDICT_DEFINITE ? "definite" : "possible");
    AT_TRY(at_cell_title(&row->cells[TITLE], question->facts, body, err));
    AT_TRY(at_cell_holders(row, HOLDERS, table, all, &all->voting, reached, err));
    return at_row_cite(row, table, body->record, err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_ownership all;
    at_reached_list reached;
    uint32_t *seeds;
    size_t seed_count;
    AT_TRY(at_ownership_ask(&all, question, err));
    AT_TRY(at_ownership_seeds(&seeds, &seed_count, out, &all, question, err));
    if (seed_count == 0)
        return AT_OK;
    const at_rule rule = at_rule_control(&all);
    AT_TRY(at_reached_find(&reached, &rule, seeds, seed_count, question->arena, err));
    for (size_t i = 0; i < reached.count; i++)
        if (all.bodies[reached.items[i].body].kind == AT_PARTY)
            AT_TRY(add_row(out, &all, &reached.items[i], question, err));
    AT_TRY(at_ownership_notes(out, &all, reached.concerned, question, err));
    return at_table_sort(out, err);
}

const at_query query_controls = {
    .name = "controls",
    .summary = "companies controlled by more than half of the votes, alone or in concert",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the party; several act in concert",
             .required = true,
             .repeat = true,
             .kinds = AT_KIND_BIT(AT_PARTY)},
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"company", AT_COLUMN_ID, "the company controlled"},
            {"round", AT_COLUMN_COUNT, "1 = by the party's own votes, 2 = with those of 1, ..."},
            {"votes", AT_COLUMN_SHARE,
             "votes of the party and all it controlled before; shares where none are recorded"},
            {"verdict", AT_COLUMN_TEXT, "definite, or possible within the stated ranges"},
            {"title", AT_COLUMN_TEXT, "name"},
            {"holders", AT_COLUMN_TEXT, "who holds those votes"},
            {0},
        },
    .run = run,
    .limits = "A finding about recorded votes and shares, not a legal determination: control by "
              "contract, family or office is not computed.",
};
