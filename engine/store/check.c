/* check.c - at_store_check: is the store whole? */
#include "engine/store/check.h"

#include "engine/store/custody.h"
#include "engine/store/index.h"
#include "engine/store/reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1024, DAMAGES_MAX = 20 };

at_status at_check_add(at_checking *all, at_status status, const char *code, at_error *err,
                       const char *format, ...) {
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    AT_TRY(AT_GROW(&all->list, &all->capacity, all->count, all->arena, err));
    at_store_finding *finding = &all->list[all->count];
    *finding = (at_store_finding){.status = status};
    AT_TRY(at_arena_text(&finding->code, all->arena, code, err));
    AT_TRY(at_arena_text(&finding->text, all->arena, text, err));
    all->count++;
    return AT_OK;
}

at_status at_check_failed(at_checking *all, const at_error *found, at_error *err) {
    if (found->status == AT_NO_MEMORY || found->status == AT_INTERRUPTED ||
        found->status == AT_BUG || found->status == AT_LOCKED) {
        if (err)
            *err = *found;
        return found->status;
    }
    /* Bytes that the store made and cannot read any more were changed, whatever they look like. */
    const at_status status = found->status == AT_IO ? AT_IO : AT_TAMPERED;
    return at_check_add(all, status, found->code, err, "%s%s%s", found->message,
                        *found->place ? " at " : "", found->place);
}

/* SQLite's integrity check says in words what it could not read, with a code of its own. */
static at_status add_damage(at_checking *all, const char *text, at_error *err) {
    static const char mark[] = "error code=";
    const char *code = strstr(text, mark);
    const int primary = code ? (int)strtol(code + strlen(mark), NULL, 10) & 0xff : 0;
    if (primary == SQLITE_NOMEM)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to check the database");
    if (primary == SQLITE_IOERR)
        return at_check_add(all, AT_IO, "E-IO", err, "%s", text);
    return at_check_add(all, AT_TAMPERED, "E-STORE-DAMAGED", err, "%s", text);
}

static at_status check_database(at_checking *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, all->store->db, "PRAGMA integrity_check(20)", err));
    for (int i = 0; i < DAMAGES_MAX; i++) {
        const char *text = NULL;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(at_db_text(&text, statement, 0, all->arena, err));
        if (strcmp(text, "ok") == 0)
            AT_TRY(at_check_add(all, AT_OK, NULL, err, "the database is whole"));
        else
            AT_TRY(add_damage(all, text, err));
    }
    return AT_OK;
}

static at_status check_log(at_checking *all, at_error *err) {
    int64_t count = 0;
    AT_TRY(at_custody_verify(&count, all->store, err));
    return at_check_add(all, AT_OK, NULL, err, "the custody log is whole: %" PRId64 " entries",
                        count);
}

/* Every fact that counts, read as questions read it. */
static at_status check_facts(at_checking *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    const at_ledger *ledger = NULL;
    at_fact_list list;
    uint64_t count = 0;
    if (!all->read_data)
        return AT_OK;
    AT_TRY(at_reader_open(&reader, all->store, 0, &arena, err));
    const at_facts *facts = at_reader_facts(reader);
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        if (kind == AT_TRANSFER || kind == AT_LEG)
            continue; /* the ledger reads those */
        AT_TRY(facts->list(facts->self, &list, kind, 0, err));
        count += list.count;
    }
    AT_TRY(at_reader_ledger(&ledger, reader, err));
    return at_check_add(all, AT_OK, NULL, err,
                        "%" PRIu64 " facts and %" PRIu64 " transfers can be read", count,
                        (uint64_t)ledger->count);
}

/* It is no evidence and changes no answer, so a bad one is said and is no finding. */
static at_status check_index(at_checking *all, at_error *err) {
    static const char *const words[] = {
        "there is no index: the first large question makes one", "the index fits",
        "the index is of another revision, store or release: it is not used",
        "the index is damaged: it is not used and will be made again",
        "what lies in the place of the index is not of this store: it is not used"};
    at_index_state state = AT_INDEX_NONE;
    uint64_t bytes = 0;
    AT_TRY(at_index_look(&state, &bytes, all->store, all->read_data, err));
    return at_check_add(all, AT_OK, NULL, err, "%s", words[state]);
}

static at_status list_sources(at_checking *all, at_error *err) {
    return at_sources_list(&all->sources, &all->source_count, all->store, 0, all->arena, err);
}

/* The worst of the findings: what cannot be read hides what may be changed. */
static at_status verdict(const at_checking *all, at_error *err) {
    at_status worst = AT_OK;
    size_t bad = 0;
    for (size_t i = 0; i < all->count; i++) {
        const at_status status = all->list[i].status;
        bad += status != AT_OK;
        if (status == AT_IO || (status != AT_OK && worst == AT_OK))
            worst = status;
    }
    if (worst == AT_OK)
        return AT_OK;
    return at_fail(err, worst, worst == AT_IO ? "E-IO" : "E-STORE-DAMAGED",
                   "the store is not whole: %zu findings", bad);
}

at_status at_store_check(const at_store_finding **out, size_t *count_out, at_store *store,
                         bool read_data, at_arena *arena, at_error *err) {
    static at_status (*const parts[])(at_checking *, at_error *) = {
        check_database, check_log,   list_sources, at_check_files,
        at_check_rows,  check_index, check_facts};
    at_checking all = {.store = store, .arena = arena, .read_data = read_data};
    for (size_t i = 0; i < AT_COUNT(parts); i++) {
        at_error found = {.status = AT_OK};
        if (parts[i](&all, &found) != AT_OK)
            AT_TRY(at_check_failed(&all, &found, err));
    }
    *out = all.list;
    *count_out = all.count;
    return verdict(&all, err);
}
