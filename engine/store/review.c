/* review.c - what is to be judged, and what was. */
#include "engine/store/resolve.h"

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
    size_t count = 0;
    AT_TRY(at_setting_at(&rule.window_us, reader->db, "leg_window_us", reader->revision, err));
    AT_TRY(at_pairing_words(&words, &rule.word_count, reader->db, reader->revision, arena, err));
    rule.words = words;
    AT_TRY(at_pairing_load(legs_out, &count, reader->db,
                           "SELECT DISTINCT l.amount, l.currency FROM main.ambiguity a"
                           " JOIN main.leg l ON l.fact = a.leg"
                           " LEFT JOIN main.ambiguity_end e ON e.ambiguity = a.number"
                           " WHERE a.revision <= ?1 AND (e.revision IS NULL OR e.revision > ?1)",
                           reader->revision, &reader->identity, arena, err));
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

static void read_address(at_address *out, sqlite3_stmt *statement, int column) {
    *out = (at_address){.offset = (uint64_t)at_db_int(statement, column + 1),
                        .bytes = (uint64_t)at_db_int(statement, column + 2)};
    at_db_hash(out->content, statement, column);
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
                         " j.reason, ds.content, dr.offset, dr.bytes, cs.content, cr.offset,"
                         " cr.bytes FROM main.pairing_judgement j"
                         " JOIN main.leg d ON d.fact = j.debit_leg"
                         " JOIN main.record dr ON dr.id = d.record"
                         " JOIN main.source ds ON ds.number = d.source"
                         " JOIN main.leg c ON c.fact = j.credit_leg"
                         " JOIN main.record cr ON cr.id = c.record"
                         " JOIN main.source cs ON cs.number = c.source"
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
        read_address(&now->debit, statement, 6);
        read_address(&now->credit, statement, 9);
    }
    *out = list;
    *count_out = count;
    return AT_OK;
}
