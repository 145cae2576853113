#include "queries/ownership_support.h"

at_status at_owned_case_load(at_owned_case *out, const at_question *question, at_thing thing,
                             bool above, at_error *err) {
    at_ownership all;
    at_owned_case owned = {.body = UINT32_MAX};
    AT_TRY(at_ownership_load(&all, question->facts, at_question_time(question, "as_of"),
                             question->arena, err));
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

at_status at_owned_case_notes(at_table *table, const at_owned_case *owned, at_error *err) {
    const at_ownership *part = &owned->part;
    for (uint32_t body = 0; body < part->body_count; body++)
        if (part->capital.over[body] || part->voting.over[body])
            AT_TRY(at_table_note(table, err, "OVER_100",
                                 "the recorded owners of \"%s\" hold more than the whole: shares "
                                 "leave its owners out, control rests on what is recorded",
                                 part->bodies[body].id));
    for (size_t i = 0; i < part->conflict_count; i++)
        AT_TRY(at_table_note(table, err, "CONFLICT",
                             "sources disagree on what \"%s\" holds of \"%s\": the one imported "
                             "last is used",
                             part->bodies[part->conflicts[i].owner].id,
                             part->bodies[part->conflicts[i].owned].id));
    for (uint32_t i = 0; i < part->capital.stake_count; i++)
        if (part->capital.stakes[i].legal != part->capital.stakes[i].owner)
            AT_TRY(note_nominee(table, part, &part->capital.stakes[i], err));
    return AT_OK;
}

bool at_is_unowned(const at_matrix *capital, uint32_t body) {
    return capital->column_start[body] == capital->column_start[body + 1];
}

bool at_is_person(const at_owned_case *owned, uint32_t body, bool *assumed) {
    const at_body *asked = &owned->part.bodies[body];
    *assumed = false;
    if (asked->kind != AT_PARTY)
        return false;
    if (asked->type == AT_PERSON)
        return true;
    if (asked->type == AT_COMPANY || asked->type == AT_BODY)
        return false;
    *assumed = true;
    return at_is_unowned(&owned->part.capital, body);
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
