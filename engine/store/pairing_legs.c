#include "engine/store/pairing.h"
#include "engine/store/views.h"

static at_status read_leg(at_pair_leg *out, sqlite3_stmt *statement, const at_identity *identity,
                          at_arena *arena, at_error *err) {
    const char *type = NULL;
    *out = (at_pair_leg){.number = at_db_int(statement, 0),
                         .source = at_db_int(statement, 1),
                         .account = at_identity_class(identity, (at_thing)at_db_int(statement, 2)),
                         .counterparty =
                             at_identity_class(identity, (at_thing)at_db_int(statement, 3)),
                         .credit = at_db_int(statement, 4) != 0,
                         .time_us = at_db_int(statement, 5),
                         .seq = at_db_int(statement, 6),
                         .amount = at_db_int(statement, 7),
                         .record = at_db_int(statement, 12),
                         .precision = (at_precision)at_db_int(statement, 13)};
    AT_TRY(at_db_text(&out->currency, statement, 8, arena, err));
    AT_TRY(at_db_text(&out->id, statement, 9, arena, err));
    AT_TRY(at_db_text(&out->reference, statement, 10, arena, err));
    AT_TRY(at_db_text(&type, statement, 11, arena, err));
    const int word = at_word_find(at_transfer_types, type);
    out->alone =
        word == AT_CASH_IN || word == AT_CASH_OUT || word == AT_FEE || word == AT_INTEREST_PAID;
    return AT_OK;
}

at_status at_pairing_load(at_pair_leg **out, size_t *count_out, sqlite3 *db, const char *amounts,
                          int64_t revision, const at_identity *identity, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_pair_leg *legs = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_text_print(&sql, err,
                         "SELECT f.fact, f.source, f.account, f.counterparty, f.credit, f.time_us,"
                         " f.seq, f.amount, f.currency, f.id, f.reference, f.type, f.record,"
                         " f.time_precision"
                         " FROM (%s) t JOIN main.leg f"
                         "   ON f.amount = t.amount AND f.currency = t.currency"
                         " WHERE " AT_VISIBLE " ORDER BY f.fact",
                         amounts));
    AT_TRY(at_db_prepare(&statement, db, at_text_string(&sql), err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&legs, &capacity, count, arena, err));
        AT_TRY(read_leg(&legs[count], statement, identity, arena, err));
        count++;
    }
    *out = legs;
    *count_out = count;
    return AT_OK;
}

at_status at_pairing_words(at_pair_word **out, size_t *count_out, sqlite3 *db, int64_t revision,
                           at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_pair_word *words = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT debit_leg, credit_leg, accepted FROM main.pairing_judgement"
                         " WHERE accepted <> -1 AND number IN"
                         "  (SELECT max(number) FROM main.pairing_judgement WHERE revision <= ?1"
                         "   GROUP BY debit_leg, credit_leg)"
                         " ORDER BY debit_leg, credit_leg",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&words, &capacity, count, arena, err));
        words[count++] = (at_pair_word){.debit = at_db_int(statement, 0),
                                        .credit = at_db_int(statement, 1),
                                        .accepted = at_db_int(statement, 2) == 1};
    }
    *out = words;
    *count_out = count;
    return AT_OK;
}
