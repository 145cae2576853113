/* review.c - what is to be judged, and what was. */
#include "engine/store/resolve.h"

#include "engine/store/pairs.h"
#include "engine/store/snapshot.h"

const char *at_pair_doubt_text(at_pair_doubt doubt) {
    static const char *const texts[] = {[AT_PAIR_SEVERAL] = "several",
                                        [AT_PAIR_REFERENCE] = "reference",
                                        [AT_PAIR_NAMELESS] = "nameless",
                                        [AT_PAIR_ONE_SOURCE] = "one_source"};
    return texts[doubt];
}

static at_status show_leg(at_review_leg *out, at_reader *reader, const at_pair_leg *leg,
                          at_error *err) {
    *out = (at_review_leg){.record = leg->record,
                           .number = leg->number,
                           .reference = leg->reference,
                           .time_us = leg->time_us,
                           .precision = leg->precision};
    AT_TRY(at_reader_address(reader, &out->address, leg->record, err));
    AT_TRY(at_identity_shown(&out->account, &reader->identity, leg->account, err));
    if (leg->counterparty)
        AT_TRY(at_identity_shown(&out->counterparty, &reader->identity, leg->counterparty, err));
    return AT_OK;
}

/* The rule again, with nothing but the amounts of the legs that stay apart. */
static at_status find_candidates(at_pair_leg **legs_out, at_pair_candidates *candidates,
                                 at_reader *reader, at_arena *arena, at_error *err) {
    at_pair_word *words = NULL;
    at_pair_result *results = NULL;
    at_pair_rule rule = {.candidates = candidates};
    at_standing standing;
    at_pair_amounts amounts;
    size_t count = 0;
    AT_TRY(at_setting_at(&rule.window_us, reader->db, "leg_window_us", reader->revision, err));
    AT_TRY(at_pairing_words(&words, &rule.word_count, reader->db, reader->revision, arena, err));
    rule.words = words;
    AT_TRY(at_standing_read(&standing, reader->db, reader->revision, arena, err));
    if (!standing.ambiguous_count)
        return AT_OK;
    AT_TRY(at_identity_need_all(&reader->identity, err));
    AT_TRY(at_pair_amounts_of(&amounts, standing.ambiguous, standing.ambiguous_count, reader->db,
                              arena, err));
    AT_TRY(at_pairing_load(legs_out, &count, reader->db, &amounts, &reader->identity, arena, err));
    return at_pair_legs(&results, *legs_out, count, &rule, arena, err);
}

at_status at_review_list(const at_review_pair **out, size_t *count_out, bool *cut_out,
                         at_reader *reader, size_t limit, at_arena *arena, at_error *err) {
    at_pair_candidates found = {.limit = limit ? limit : AT_REVIEW_MAX};
    at_review_pair *pairs = NULL;
    at_pair_leg *legs = NULL;
    AT_TRY(find_candidates(&legs, &found, reader, arena, err));
    AT_TRY(AT_NEW(&pairs, arena, found.count, err));
    for (size_t i = 0; i < found.count; i++) {
        const at_pair_leg *debit = &legs[found.items[i].debit];
        pairs[i] = (at_review_pair){.amount = debit->amount,
                                    .currency = debit->currency,
                                    .group = found.items[i].group,
                                    .doubt = found.items[i].doubt};
        AT_TRY(show_leg(&pairs[i].debit, reader, debit, err));
        AT_TRY(show_leg(&pairs[i].credit, reader, &legs[found.items[i].credit], err));
    }
    *out = pairs;
    *count_out = found.count;
    *cut_out = found.cut;
    return AT_OK;
}

/* Where both legs of each pair stand. */
static at_status find_places(at_judged_pair *list, size_t count, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_db_done) sqlite3_stmt *content = NULL;
    at_leg_found *found = NULL;
    AT_TRY(AT_NEW(&found, &scratch, 2 * count, err));
    for (size_t i = 0; i < count; i++) {
        found[2 * i].number = list[i].debit_leg;
        found[2 * i + 1].number = list[i].credit_leg;
    }
    AT_TRY(at_legs_find(found, 2 * count, db, err));
    AT_TRY(at_db_prepare(&content, db, "SELECT content FROM main.source WHERE number = ?1", err));
    for (size_t i = 0; i < 2 * count; i++) {
        at_address *out = i % 2 ? &list[i / 2].credit : &list[i / 2].debit;
        bool row = false;
        if (!found[i].record)
            return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a judgement is about no leg");
        AT_TRY(at_db_bind_int(content, 1, at_record_source(found[i].record), err));
        AT_TRY(at_db_step(&row, content, err));
        *out = (at_address){.offset = found[i].offset, .bytes = found[i].bytes};
        if (row)
            at_db_hash(out->content, content, 0);
        at_db_again(content);
    }
    return AT_OK;
}

/* Not through at_reader_address: a judged record may be withdrawn. */
at_status at_judged_list(const at_judged_pair **out, size_t *count_out, at_reader *reader,
                         at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_judged_pair *list = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT j.debit_leg, j.credit_leg, j.revision, j.accepted, j.actor,"
                         " j.reason FROM main.pairing_judgement j"
                         " WHERE j.accepted <> -1 AND j.number IN"
                         "  (SELECT max(number) FROM main.pairing_judgement WHERE revision <= ?1"
                         "   GROUP BY debit_leg, credit_leg)"
                         " ORDER BY j.number",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, reader->revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&list, &capacity, count, arena, err));
        at_judged_pair *now = &list[count++];
        *now = (at_judged_pair){.debit_leg = at_db_int(statement, 0),
                                .credit_leg = at_db_int(statement, 1),
                                .revision = at_db_int(statement, 2),
                                .accepted = at_db_int(statement, 3) == 1};
        AT_TRY(at_db_text(&now->actor, statement, 4, arena, err));
        AT_TRY(at_db_text(&now->reason, statement, 5, arena, err));
    }
    AT_TRY(find_places(list, count, reader->db, err));
    *out = list;
    *count_out = count;
    return AT_OK;
}
