#include "engine/store/sources.h"

#include "engine/store/archive.h"
#include "engine/store/change.h"
#include "engine/store/custody.h"
#include "engine/store/handle.h"
#include "engine/store/pairing.h"
#include "engine/store/publish.h"
#include "engine/store/span.h"
#include "engine/store/withdraw.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { HASH_PART_MIN = 8 };

static at_status read_source(at_source *out, sqlite3_stmt *row, at_arena *arena, at_error *err) {
    const char *state = NULL;
    *out = (at_source){.number = at_db_int(row, 0),
                       .revision = at_db_int(row, 1),
                       .withdrawn = at_db_int(row, 2),
                       .importer_version = (int)at_db_int(row, 8),
                       .bytes = (uint64_t)at_db_int(row, 12),
                       .content_bytes = (uint64_t)at_db_int(row, 13),
                       .rows = (uint64_t)at_db_int(row, 15),
                       .loaded = (uint64_t)at_db_int(row, 16),
                       .duplicates = (uint64_t)at_db_int(row, 17),
                       .rejected = (uint64_t)at_db_int(row, 18),
                       .warnings = (uint64_t)at_db_int(row, 19)};
    AT_TRY(at_db_text(&out->withdrawn_reason, row, 3, arena, err));
    AT_TRY(at_db_text(&out->name, row, 4, arena, err));
    AT_TRY(at_db_text(&out->name_space, row, 5, arena, err));
    AT_TRY(at_db_text(&out->importer, row, 6, arena, err));
    AT_TRY(at_db_text(&out->options, row, 7, arena, err));
    at_db_hash(out->received, row, 9);
    at_db_hash(out->content, row, 10);
    at_db_hash(out->mapping, row, 11);
    AT_TRY(at_db_text(&state, row, 14, arena, err));
    out->state = at_text_equal(state, "partial") ? AT_SOURCE_PARTIAL : AT_SOURCE_COMPLETE;
    return AT_OK;
}

at_status at_sources_list(const at_source **out, size_t *count_out, at_store *store,
                          int64_t revision, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_source *sources = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "SELECT s.number, s.revision, w.revision, w.reason, s.name, n.name,"
                         " s.importer, s.options, s.importer_version, s.received, s.content,"
                         " s.mapping, s.bytes, s.content_bytes, s.state, s.row_count,"
                         " s.loaded_count, s.duplicate_count, s.rejected_count, s.warning_count"
                         " FROM main.source s JOIN main.name_space n ON n.number = s.name_space"
                         " LEFT JOIN main.withdrawal w"
                         "   ON w.source = s.number AND (?1 = 0 OR w.revision <= ?1)"
                         " WHERE ?1 = 0 OR s.revision <= ?1 ORDER BY s.number",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&sources, &capacity, count, arena, err));
        AT_TRY(read_source(&sources[count], statement, arena, err));
        count++;
    }
    *out = sources;
    *count_out = count;
    return AT_OK;
}

static bool is_meant(const at_source *source, const char *text) {
    const size_t bytes = strlen(text);
    int64_t number = 0;
    if (at_int_parse(&number, text) && number == source->number)
        return true;
    if (bytes >= HASH_PART_MIN && bytes <= 64 &&
        (memcmp(source->received, text, bytes) == 0 || memcmp(source->content, text, bytes) == 0))
        return true;
    return strcmp(source->name, text) == 0;
}

/* A number is meant before a name that looks like one; sources that stand before withdrawn ones. */
static int meaning(const at_source *source, const char *text) {
    int64_t number = 0;
    if (at_int_parse(&number, text) && number == source->number)
        return 3;
    if (!is_meant(source, text))
        return 0;
    return source->withdrawn ? 1 : 2;
}

at_status at_source_find(at_source *out, at_store *store, const char *text, at_arena *arena,
                         at_error *err) {
    const at_source *sources = NULL, *found = NULL;
    size_t count = 0, matches = 0;
    int best = 0;
    AT_TRY(at_sources_list(&sources, &count, store, 0, arena, err));
    for (size_t i = 0; i < count; i++) {
        const int now = meaning(&sources[i], text);
        if (now == 0 || now < best)
            continue;
        matches = now > best ? 1 : matches + 1;
        best = now;
        found = &sources[i];
    }
    if (!found) {
        at_fail(err, AT_BAD_INPUT, "E-SOURCE-UNKNOWN", "there is no source \"%s\"", text);
        at_hint(err, "Give its number, its name, or 8 digits or more of its hash.");
        return AT_BAD_INPUT;
    }
    if (matches > 1) {
        at_fail(err, AT_BAD_INPUT, "E-SOURCE-AMBIGUOUS", "%zu sources are called \"%s\"", matches,
                text);
        at_hint(err, "Give the number of the one you mean.");
        return AT_BAD_INPUT;
    }
    *out = *found;
    return AT_OK;
}

at_status at_source_path(const char **out, at_store *store, const at_source *source,
                         at_arena *arena, at_error *err) {
    return at_archive_path(out, store, source->received, arena, err);
}

/* The end of the block's last record; places are packed a block at a time. */
static at_status end_of_block(uint64_t *out, sqlite3_stmt *row, int column, at_error *err) {
    const uint8_t *bytes = sqlite3_column_blob(row, column);
    at_span_reader reader = {.at = bytes};
    at_record_span span;
    bool more = bytes != NULL;
    if (bytes)
        reader.stop = bytes + sqlite3_column_bytes(row, column);
    while (more) {
        AT_TRY(at_span_next(&span, &more, &reader, err));
        if (more && span.offset + span.bytes > *out)
            *out = span.offset + span.bytes;
    }
    return AT_OK;
}

at_status at_source_edges(uint64_t *first_out, uint64_t *end_out, at_store *store, int64_t source,
                          at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    int64_t least = 0;
    uint64_t end = 0;
    bool found = false;
    AT_TRY(at_db_number(&least, store->db, 0, &source, 1,
                        "SELECT min(least) FROM main.source_subtree WHERE source = ?1", err));
    AT_TRY(at_db_prepare(&row, store->db,
                         "SELECT spans FROM main.source_subtree WHERE source = ?1"
                         " ORDER BY position DESC LIMIT 1",
                         err));
    AT_TRY(at_db_bind_int(row, 1, source, err));
    AT_TRY(at_db_step(&found, row, err));
    if (found)
        AT_TRY(end_of_block(&end, row, 0, err));
    *first_out = (uint64_t)least;
    *end_out = end;
    return AT_OK;
}

typedef struct withdrawal {
    int64_t source;
    const char *reason;
    at_arena *arena;
} withdrawal;

static at_status write_withdrawal(void *self, at_store *store, at_pairing_task *task,
                                  at_publication *publication, at_error *err) {
    withdrawal *wanted = self;
    at_source source;
    AT_TRY(at_withdraw_find(&source, store, wanted->source, wanted->arena, err));
    AT_TRY(at_withdraw_insert(store, source.number, publication->revision, wanted->reason, err));
    task->withdrawn = source.number;
    publication->kind = "withdraw";
    publication->source = source.number;
    AT_TRY(at_arena_text(&publication->object, wanted->arena, source.received, err));
    return at_arena_print(&publication->detail, wanted->arena, err,
                          "withdrawal of source %" PRId64 " \"%s\": %s", source.number, source.name,
                          wanted->reason);
}

at_status at_source_withdraw(int64_t *revision_out, at_store *store, int64_t source,
                             const char *reason, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    withdrawal wanted = {.source = source, .reason = reason, .arena = &arena};
    assert(store && reason);
    return at_store_change(revision_out, store, write_withdrawal, &wanted, err);
}

at_status at_setting_get(int64_t *out, at_store *store, const char *name, int64_t revision,
                         at_error *err) {
    return at_setting_at(out, store->db, name, revision ? revision : INT64_MAX, err);
}

typedef struct setting {
    const char *name, *detail;
    int64_t value;
} setting;

static at_status write_setting(void *self, at_store *store, at_pairing_task *task,
                               at_publication *publication, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const setting *wanted = self;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "INSERT INTO main.setting (name, revision, value) VALUES (?, ?, ?)", err));
    AT_TRY(at_db_bind_text(statement, 1, wanted->name, err));
    AT_TRY(at_db_bind_int(statement, 2, publication->revision, err));
    AT_TRY(at_db_bind_int(statement, 3, wanted->value, err));
    AT_TRY(at_db_once(statement, err));
    task->everything = true;
    publication->kind = "setting";
    publication->object = wanted->name;
    publication->detail = wanted->detail;
    return AT_OK;
}

at_status at_setting_put(int64_t *revision_out, at_store *store, const char *name, int64_t value,
                         at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    setting wanted = {.name = name, .value = value};
    int64_t before = 0;
    assert(store && name);
    AT_TRY(at_setting_get(&before, store, name, 0, err)); /* refuses a name there is not */
    if (value < 0)
        return at_fail(err, AT_BAD_INPUT, "E-SETTING-RANGE", "%s cannot be %" PRId64, name, value);
    AT_TRY(at_arena_print(&wanted.detail, &arena, err, "setting %s from %" PRId64 " to %" PRId64,
                          name, before, value));
    return at_store_change(revision_out, store, write_setting, &wanted, err);
}

at_status at_revisions_list(const at_revision **out, size_t *count_out, at_store *store,
                            at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_revision *list = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "SELECT number, kind, at_us, source FROM main.revision ORDER BY number",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&list, &capacity, count, arena, err));
        at_revision *now = &list[count];
        *now = (at_revision){.number = at_db_int(statement, 0),
                             .at_us = at_db_is_null(statement, 2) ? AT_TIME_NONE
                                                                  : at_db_int(statement, 2),
                             .source = at_db_int(statement, 3)};
        AT_TRY(at_db_text(&now->kind, statement, 1, arena, err));
        count++;
    }
    *out = list;
    *count_out = count;
    return AT_OK;
}
