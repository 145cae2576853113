/* circular_ownership.c: which companies own parts of each other, and which groups have no owner? */
#include "queries/ownership_support.h"
#include "engine/network/circle.h"

enum { GROUP, MEMBER, INTERNAL_SHARE, CLOSED, TITLE };

/* Cite what the member's owners inside the group hold of it. */
static at_status cite_inner(at_row *row, at_table *table, const at_matrix *capital,
                            const bool *is_member, uint32_t body, at_error *err) {
    for (uint32_t i = capital->column_start[body]; i < capital->column_start[body + 1]; i++)
        for (size_t k = 0;
             is_member[capital->stakes[i].owner] && k < capital->stakes[i].record_count; k++)
            AT_TRY(at_row_cite(row, table, capital->stakes[i].records[k], err));
    return AT_OK;
}

static at_status add_circle(at_table *table, const at_ownership *all, const at_circle *circle,
                            bool *is_member, const at_question *question, at_error *err) {
    const char *name = all->bodies[circle->bodies[0]].id;
    for (uint32_t i = 0; i < circle->body_count; i++)
        is_member[circle->bodies[i]] = true;
    for (uint32_t i = 0; i < circle->body_count; i++) {
        const at_body *body = &all->bodies[circle->bodies[i]];
        at_row *row;
        AT_TRY(at_table_row(&row, table, err));
        at_cell_text(&row->cells[GROUP], name);
        at_cell_text(&row->cells[MEMBER], body->id);
        at_cell_real(&row->cells[INTERNAL_SHARE], circle->internal[i]);
        at_cell_text(&row->cells[CLOSED], circle->closed ? "yes" : "no");
        AT_TRY(at_cell_title(&row->cells[TITLE], question->facts, body, err));
        AT_TRY(cite_inner(row, table, &all->capital, is_member, circle->bodies[i], err));
    }
    for (uint32_t i = 0; i < circle->body_count; i++)
        is_member[circle->bodies[i]] = false;
    if (!circle->closed)
        return AT_OK;
    return at_table_note(table, err, "CLOSED_GROUP",
                         "\"@closed:%s\" is a group of %u that owns itself wholly: it has no "
                         "ultimate owner",
                         name, circle->body_count);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_ownership all;
    at_circles circles;
    bool *is_member;
    AT_TRY(at_ownership_ask(&all, question, err));
    AT_TRY(at_circles_find(&circles, &all.capital, question->arena, err));
    AT_TRY(AT_NEW(&is_member, question->arena, all.body_count, err));
    for (size_t i = 0; i < circles.count; i++)
        AT_TRY(add_circle(out, &all, &circles.circles[i], is_member, question, err));
    if (circles.possible > 0)
        AT_TRY(at_table_note(out, err, "CIRCLE_POSSIBLE",
                             "%u more could be in a circle, through holdings that may be nothing",
                             circles.possible));
    for (size_t i = 0; i < circles.count; i++)
        for (uint32_t k = 0; k < circles.circles[i].body_count; k++)
            is_member[circles.circles[i].bodies[k]] = true;
    for (uint32_t body = 0; body < all.body_count; body++)
        is_member[body] |= all.capital.over[body];
    AT_TRY(at_ownership_notes(out, &all, is_member, question, err));
    return at_table_sort(out, err);
}

const at_query query_circular_ownership = {
    .name = "circular_ownership",
    .summary = "groups of companies that own parts of each other or of themselves",
    .version = 1,
    .needs = AT_NEEDS_FACTS,
    .args =
        (const at_arg[]){
            AT_OWNERSHIP_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"group", AT_COLUMN_ID, "its member with the smallest id"},
            {"member", AT_COLUMN_ID, "a company of the group"},
            {"internal_share", AT_COLUMN_SHARE, "the part of it that belongs to the group"},
            {"closed", AT_COLUMN_TEXT,
             "yes: every member belongs wholly to the group, which has no owner"},
            {"title", AT_COLUMN_TEXT, "name"},
            {0},
        },
    .run = run,
    .limits = "Of shares stated as ranges the lower ends count; what more than the whole is "
              "recorded of is left out.",
};
