#include "engine/store/duplicate.h"

#include "engine/crypto/hash.h"
#include "engine/store/column.h"
#include "engine/store/put.h"

#include <string.h>

/* temp.kin: visible sources of the namespace that is being imported into. */
static const char kin_sql[] =
    "CREATE TEMP TABLE kin AS SELECT s.number AS source FROM main.source s"
    " WHERE s.name_space = ?1 AND s.number IN (SELECT source FROM temp.visible)";

/* Counts at the newest revision, is of another source, and was not matched by this one yet. */
#define FREE_THERE                                                            \
    " AND r.source IN (SELECT source FROM temp.kin)"                          \
    " AND r.id NOT IN (SELECT record FROM temp.hidden)"                       \
    " AND NOT EXISTS (SELECT 1 FROM main.record d"                            \
    "                  WHERE d.duplicate_of = coalesce(r.duplicate_of, r.id)" \
    "                    AND d.source = ?1)"                                  \
    " ORDER BY r.id LIMIT 1"

static const char content_here_sql[] =
    "SELECT coalesce(r.duplicate_of, r.id) FROM main.record r"
    " WHERE r.content = ?2 AND r.source = ?1 ORDER BY r.id LIMIT 1";

static const char content_there_sql[] =
    "SELECT coalesce(r.duplicate_of, r.id) FROM main.record r WHERE r.content = ?2" FREE_THERE;

static at_status prepare_account(sqlite3_stmt **out, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_TRY(at_text_add(&sql, "SELECT f.record, ", err));
    AT_TRY(at_column_select_sql(&sql, AT_ACCOUNT, "f", err));
    AT_TRY(at_text_add(&sql,
                       " FROM main.account f WHERE f.thing = ?2 AND f.source = ?1"
                       " AND f.currency IS ?3 ORDER BY f.fact LIMIT 1",
                       err));
    return at_db_prepare(out, db, at_text_string(&sql), err);
}

static at_status make_kin(sqlite3 *db, int64_t name_space, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_run(db, "DROP TABLE IF EXISTS temp.kin", err));
    AT_TRY(at_db_prepare(&statement, db, kin_sql, err));
    AT_TRY(at_db_bind_int(statement, 1, name_space, err));
    return at_db_once(statement, err);
}

at_status at_duplicates_begin(at_duplicates *out, at_import *import, at_error *err) {
    sqlite3 *db = import->store->db;
    int64_t others = 0;
    *out = (at_duplicates){.import = import, .db = db, .source = import->source};
    AT_TRY(make_kin(db, import->name_space, err));
    AT_TRY(at_db_number(&others, db, 0, NULL, 0, "SELECT count(*) FROM temp.kin", err));
    out->others = others > 0;
    AT_TRY(
        at_repeats_begin(&import->repeats, db, &import->chunks, out->others, &import->arena, err));
    AT_TRY(at_db_prepare(&out->by_content_here, db, content_here_sql, err));
    AT_TRY(at_db_prepare(&out->by_content_there, db, content_there_sql, err));
    return prepare_account(&out->account, db, err);
}

void at_duplicates_end(at_duplicates *duplicates) {
    at_db_done(&duplicates->by_content_here);
    at_db_done(&duplicates->by_content_there);
    at_db_done(&duplicates->account);
}

static at_status same_content(bool *out, const at_fact *a, const at_fact *b, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text first = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text second = {.data = NULL};
    AT_TRY(at_column_content(&first, a, err));
    AT_TRY(at_column_content(&second, b, err));
    *out = first.bytes == second.bytes && memcmp(first.data, second.data, first.bytes) == 0;
    return AT_OK;
}

/* The record a statement finds, 0 when none; the fact it holds too when `fact` is given. */
static at_status first_row(at_record_id *out, at_fact *fact, at_kind kind, sqlite3_stmt *statement,
                           at_arena *scratch, at_error *err) {
    bool row = false;
    at_status status = at_db_step(&row, statement, err);
    *out = 0;
    if (status == AT_OK && row) {
        *out = at_db_int(statement, 0);
        if (fact)
            status = at_column_read(fact, kind, statement, 1, scratch, err);
    }
    at_db_again(statement);
    return status;
}

/* Transfers and legs share one space of ids; an id of the other kind is one with other content. */
static at_status find_by_id(at_finding *out, at_error *reason, at_duplicates *all,
                            const at_fact *fact, const at_put_row *row, at_error *err) {
    bool same = false;
    AT_TRY(at_repeats_by_id(&out->first, &same, &all->import->repeats, &row->row, err));
    if (!out->first)
        return AT_OK;
    out->verdict = same ? AT_VERDICT_DUPLICATE : AT_VERDICT_REFUSED;
    if (!same)
        at_fail(reason, AT_BAD_INPUT, "E-IMPORT-DUPID",
                "%s id \"%s\" was used before with other content", at_kind_text(fact->kind),
                fact->kind == AT_LEG ? fact->leg.id : fact->transfer.id);
    return AT_OK;
}

static at_status find_by_match(at_finding *out, at_duplicates *all, const at_put_row *row,
                               at_error *err) {
    if (!all->others)
        return AT_OK;
    AT_TRY(at_repeats_by_match(&out->first, &all->import->repeats, &row->row, err));
    if (out->first)
        out->verdict = AT_VERDICT_DUPLICATE;
    return AT_OK;
}

static bool is_money(const at_fact *fact) {
    return fact->kind == AT_TRANSFER || fact->kind == AT_LEG;
}

/* A record is a duplicate when all its transfers and legs are, of one and the same record. One that
 * repeats some by their ids and adds others is refused: to load the rest would tear it apart. */
static at_status find_money(at_finding *out, at_error *reason, at_duplicates *all,
                            const at_candidate *candidate, at_error *err) {
    at_finding sum = {.verdict = AT_VERDICT_NEW};
    bool first = true, mixed = false, ids = false;
    for (size_t i = 0; i < candidate->count; i++) {
        at_finding one = {.verdict = AT_VERDICT_NEW};
        if (!is_money(&candidate->facts[i]))
            continue;
        if (candidate->id_given[i])
            AT_TRY(find_by_id(&one, reason, all, &candidate->facts[i], &candidate->rows[i], err));
        else
            AT_TRY(find_by_match(&one, all, &candidate->rows[i], err));
        if (one.verdict == AT_VERDICT_REFUSED) {
            *out = one;
            return AT_OK;
        }
        ids = ids || (candidate->id_given[i] && one.verdict == AT_VERDICT_DUPLICATE);
        mixed = mixed || (!first && (one.verdict != sum.verdict || one.first != sum.first));
        if (first || one.verdict == AT_VERDICT_DUPLICATE)
            sum = one;
        first = false;
    }
    if (mixed && ids) {
        sum.verdict = AT_VERDICT_REFUSED;
        at_fail(reason, AT_BAD_INPUT, "E-IMPORT-DUPPART",
                "the record repeats some transfers of another record and adds others");
    } else if (mixed) {
        sum = (at_finding){.verdict = AT_VERDICT_NEW};
    }
    *out = sum;
    return sum.verdict == AT_VERDICT_DUPLICATE && all->others
               ? at_repeats_take(&all->import->repeats, sum.first, err)
               : AT_OK;
}

static at_status find_account(at_finding *out, at_error *reason, at_duplicates *all,
                              const at_fact *fact, at_arena *scratch, at_error *err) {
    at_fact known;
    at_record_id record = 0;
    bool same = true;
    AT_TRY(at_db_bind_int(all->account, 1, all->source, err));
    AT_TRY(at_db_bind_int(all->account, 2, fact->account.self.thing, err));
    AT_TRY(at_db_bind_text(all->account, 3, fact->account.currency, err));
    AT_TRY(first_row(&record, &known, AT_ACCOUNT, all->account, scratch, err));
    if (record)
        AT_TRY(same_content(&same, &known, fact, err));
    if (same)
        return AT_OK;
    out->verdict = AT_VERDICT_REFUSED;
    out->first = record;
    at_fail(reason, AT_BAD_INPUT, "E-IMPORT-DUPID",
            "account \"%s\" was declared before with other content", fact->account.self.id);
    return AT_OK;
}

static at_status hash_content(at_finding *out, const at_candidate *candidate, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text content = {.data = NULL};
    uint8_t hash[AT_SHA256_BYTES];
    for (size_t i = 0; i < candidate->count; i++)
        AT_TRY(at_column_content(&content, &candidate->facts[i], err));
    AT_TRY(at_sha256(hash, content.data, content.bytes, err));
    memcpy(out->content, hash, sizeof out->content);
    out->has_content = true;
    return AT_OK;
}

static at_status by_content(at_finding *out, sqlite3_stmt *statement, int64_t source,
                            at_error *err) {
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    AT_TRY(at_db_bind_bytes(statement, 2, out->content, sizeof out->content, err));
    AT_TRY(first_row(&out->first, NULL, AT_KIND_NONE, statement, NULL, err));
    if (out->first)
        out->verdict = AT_VERDICT_DUPLICATE;
    return AT_OK;
}

static at_status find_other(at_finding *out, at_error *reason, at_duplicates *all,
                            const at_candidate *candidate, at_arena *scratch, at_error *err) {
    bool describes = false;
    for (size_t i = 0; i < candidate->count; i++) {
        const at_kind kind = candidate->facts[i].kind;
        describes = describes || kind == AT_PARTY || kind == AT_ACCOUNT || kind == AT_ASSET ||
                    kind == AT_EVENT;
    }
    AT_TRY(hash_content(out, candidate, err));
    if (describes)
        AT_TRY(by_content(out, all->by_content_here, all->source, err));
    if (out->verdict == AT_VERDICT_NEW && all->others)
        AT_TRY(by_content(out, all->by_content_there, all->source, err));
    for (size_t i = 0; out->verdict == AT_VERDICT_NEW && i < candidate->count; i++)
        if (candidate->facts[i].kind == AT_ACCOUNT)
            AT_TRY(find_account(out, reason, all, &candidate->facts[i], scratch, err));
    return AT_OK;
}

at_status at_duplicates_find(at_finding *out, at_error *reason, at_duplicates *duplicates,
                             const at_candidate *candidate, at_arena *scratch, at_error *err) {
    *out = (at_finding){.verdict = AT_VERDICT_NEW};
    for (size_t i = 0; i < candidate->count; i++)
        if (is_money(&candidate->facts[i]))
            return find_money(out, reason, duplicates, candidate, err);
    return candidate->count ? find_other(out, reason, duplicates, candidate, scratch, err) : AT_OK;
}
