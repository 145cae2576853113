#include "queries/ownership_support.h"

#include <string.h>

const char *const at_ownership_graphs[] = {"economic", "legal", NULL};

at_status at_ownership_ask(at_ownership *out, const at_question *question, at_error *err) {
    const at_argument *graph = at_question_get(question, "graph");
    const at_ownership_options options = {.as_of_us = at_question_time(question, "as_of"),
                                          .legal = graph != NULL && graph->number == 1};
    return at_ownership_load(out, question->facts, &options, question->arena, err);
}

at_status at_ownership_seeds(uint32_t **out, size_t *count_out, at_table *table,
                             const at_ownership *all, const at_question *question, at_error *err) {
    uint32_t *seeds;
    size_t count = 0;
    AT_TRY(AT_NEW(&seeds, question->arena, question->argument_count, err));
    for (const at_argument *of = at_question_get(question, "of"); of != NULL;
         of = at_question_next(question, of)) {
        uint32_t body = at_ownership_body(all, of->thing);
        bool there = false;
        for (size_t i = 0; i < count; i++)
            there |= seeds[i] == body;
        if (body == UINT32_MAX)
            AT_TRY(at_table_note(table, err, "NOTHING_HELD", "no holding in force concerns \"%s\"",
                                 of->text));
        else if (!there)
            seeds[count++] = body;
    }
    *out = seeds;
    *count_out = count;
    return AT_OK;
}

at_status at_owned_case_load(at_owned_case *out, const at_question *question, at_thing thing,
                             bool above, at_error *err) {
    at_ownership all;
    at_owned_case owned = {.body = UINT32_MAX};
    AT_TRY(at_ownership_ask(&all, question, err));
    uint32_t body = at_ownership_body(&all, thing);
    if (body != UINT32_MAX) {
        AT_TRY((above ? at_ownership_above : at_ownership_below)(&owned.part, &all, body,
                                                                 question->arena, err));
        owned.body = at_ownership_body(&owned.part, thing);
    }
    *out = owned;
    return AT_OK;
}

static at_status note_nominee(at_table *table, const at_ownership *part, const at_stake *stake,
                              at_error *err) {
    const char *share;
    AT_TRY(at_share_text(&share, &stake->share, table->arena, err));
    return at_table_note(table, err, "NOMINEE", "\"%s\" holds %s of \"%s\" for \"%s\"",
                         part->bodies[stake->legal].id, share, part->bodies[stake->owned].id,
                         part->bodies[stake->owner].id);
}

/* Who asks about a day is told how much of the answer is held since nobody says when. */
static at_status note_undated(at_table *table, const at_matrix *capital, const bool *concerned,
                              const at_question *question, at_error *err) {
    uint32_t undated = 0;
    if (at_question_time(question, "as_of") == AT_TIME_NONE)
        return AT_OK;
    for (uint32_t i = 0; i < capital->stake_count; i++)
        undated += capital->stakes[i].undated &&
                   (concerned == NULL || concerned[capital->stakes[i].owned]);
    if (undated == 0)
        return AT_OK;
    return at_table_note(table, err, "START_ASSUMED",
                         "holdings that state no beginning: %u; they are taken as in force since "
                         "ever",
                         undated);
}

at_status at_ownership_notes(at_table *table, const at_ownership *ownership, const bool *concerned,
                             const at_question *question, at_error *err) {
    const at_matrix *capital = &ownership->capital;
    for (uint32_t body = 0; body < ownership->body_count; body++)
        if ((concerned == NULL || concerned[body]) &&
            (capital->over[body] || ownership->voting.over[body]))
            AT_TRY(at_table_note(table, err, "OVER_100",
                                 "the recorded owners of \"%s\" hold more than the whole: shares "
                                 "leave its owners out, control rests on what is recorded",
                                 ownership->bodies[body].id));
    for (size_t i = 0; i < ownership->conflict_count; i++)
        if (concerned == NULL || concerned[ownership->conflicts[i].owned])
            AT_TRY(at_table_note(table, err, "CONFLICT",
                                 "sources disagree on what \"%s\" holds of \"%s\": the one "
                                 "imported last is used",
                                 ownership->bodies[ownership->conflicts[i].owner].id,
                                 ownership->bodies[ownership->conflicts[i].owned].id));
    for (uint32_t i = 0; i < capital->stake_count; i++)
        if ((concerned == NULL || concerned[capital->stakes[i].owned]) &&
            capital->stakes[i].legal != capital->stakes[i].owner)
            AT_TRY(note_nominee(table, ownership, &capital->stakes[i], err));
    return note_undated(table, capital, concerned, question, err);
}

bool at_is_unowned(const at_matrix *capital, uint32_t body) {
    return capital->column_start[body] == capital->column_start[body + 1];
}

bool at_is_person(const at_ownership *ownership, uint32_t body, bool *assumed) {
    const at_body *asked = &ownership->bodies[body];
    *assumed = false;
    if (asked->kind != AT_PARTY)
        return false;
    if (asked->type == AT_PERSON)
        return true;
    if (asked->type == AT_COMPANY || asked->type == AT_BODY)
        return false;
    *assumed = true;
    return at_is_unowned(&ownership->voting, body);
}

at_status at_cell_title(at_cell *cell, const at_facts *facts, const at_body *body, at_error *err) {
    at_thing_view view = {0};
    if (body->thing != 0)
        AT_TRY(facts->view(facts->self, &view, body->thing, err));
    at_cell_text(cell, view.title);
    return AT_OK;
}

at_status at_cell_holders(at_row *row, size_t cell, at_table *table, const at_ownership *ownership,
                          const at_matrix *matrix, const at_reached *reached, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const char *kept;
    for (uint32_t i = 0; i < reached->stake_count; i++) {
        const at_stake *stake = &matrix->stakes[reached->stakes[i]];
        const char *share;
        AT_TRY(at_share_text(&share, &stake->share, table->arena, err));
        AT_TRY(at_text_print(&text, err, "%s%s %s", i > 0 ? ", " : "",
                             ownership->bodies[stake->owner].id, share));
        for (size_t k = 0; k < stake->record_count; k++)
            AT_TRY(at_row_cite(row, table, stake->records[k], err));
    }
    AT_TRY(at_arena_text(&kept, table->arena, at_text_string(&text), err));
    at_cell_text(&row->cells[cell], kept);
    return AT_OK;
}

at_status at_cite_chain(at_row *row, at_table *table, const at_owned_case *owned,
                        const at_chain *chain, at_error *err) {
    const at_matrix *capital = &owned->part.capital;
    for (size_t i = 0; i < chain->step_count; i++) {
        const at_stake *stake = &capital->stakes[chain->stakes[i]];
        for (size_t k = 0; k < stake->record_count; k++)
            AT_TRY(at_row_cite(row, table, stake->records[k], err));
    }
    return AT_OK;
}
