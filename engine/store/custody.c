#include "engine/store/custody.h"

#include "engine/store/handle.h"
#include "engine/store/log.h"
#include "engine/store/recover.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

at_status at_custody_append(at_store *store, const at_custody_entry *entry, at_error *err) {
    assert(store && entry && entry->action);
    return at_log_entry(NULL, store, entry, err);
}

at_status at_custody_head(char out[65], int64_t *seq_out, at_store *store, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text line = {.limit_bytes = 2 * AT_CUSTODY_LINE_BYTES};
    AT_CLEANUP(at_log_close) int descriptor = -1;
    at_custody_entry last;
    int64_t torn = -1;
    AT_TRY(at_log_open(&descriptor, store, false, err));
    AT_TRY(at_log_last(&line, &torn, descriptor, err));
    if (torn >= 0 || !line.bytes)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN", "the custody log %s",
                       line.bytes ? "ends in half a line" : "is empty");
    AT_TRY(at_log_parse(&last, line.data, line.bytes, &arena, err));
    memcpy(out, last.hash, sizeof last.hash);
    if (seq_out)
        *seq_out = last.seq;
    return AT_OK;
}

typedef struct entry_list {
    at_custody_entry *entries;
    size_t count, capacity, limit;
    int64_t first;
    at_arena *arena;
} entry_list;

static at_status add_to_list(void *self, const at_custody_entry *entry, at_error *err) {
    entry_list *list = self;
    if (entry->seq < list->first || (list->limit && list->count == list->limit))
        return AT_OK;
    AT_TRY(AT_GROW(&list->entries, &list->capacity, list->count, list->arena, err));
    list->entries[list->count++] = *entry;
    return AT_OK;
}

at_status at_custody_list(const at_custody_entry **out, size_t *count_out, at_store *store,
                          int64_t first_seq, size_t limit, at_arena *arena, at_error *err) {
    entry_list list = {.first = first_seq, .limit = limit, .arena = arena};
    AT_TRY(at_log_walk(store, add_to_list, &list, arena, err));
    *out = list.entries;
    *count_out = list.count;
    return AT_OK;
}

/* What the store knows of its revisions: the hash of the line that announced each. */
typedef struct revision_list {
    char (*announced)[AT_LOG_HASH_BYTES]; /* of revision i + 1 */
    int64_t count;                        /* numbers are 1 .. count */
} revision_list;

typedef struct verification {
    revision_list store;     /* read after the log was opened: may be ahead, never behind */
    bool *confirmed;         /* by revision number */
    at_custody_entry intent; /* the last announcement not settled yet; revision 0 when none */
    char hash[AT_LOG_HASH_BYTES];
    int64_t seq;
} verification;

static at_status read_revisions(revision_list *out, at_store *store, at_arena *arena,
                                at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "SELECT number, announced FROM main.revision ORDER BY number", err));
    *out = (revision_list){.count = 0};
    size_t capacity = 0;
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        if (at_db_int(statement, 0) != out->count + 1)
            return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE", "the store lacks revision %" PRId64,
                           out->count + 1);
        AT_TRY(AT_GROW(&out->announced, &capacity, (size_t)out->count, arena, err));
        at_db_hash(out->announced[out->count++], statement, 1);
    }
}

static bool announced_in_store(const verification *all, const at_custody_entry *intent) {
    return intent->revision >= 1 && intent->revision <= all->store.count &&
           strcmp(all->store.announced[intent->revision - 1], intent->hash) == 0;
}

static at_status settle_intent(verification *all, const at_custody_entry *entry, at_error *err) {
    const bool published = strcmp(entry->action, "published") == 0;
    if (published != announced_in_store(all, &all->intent) ||
        entry->revision != all->intent.revision)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE",
                       "the log says revision %" PRId64 " was %s, the store does not",
                       entry->revision, published ? "published" : "rolled back");
    if (published)
        all->confirmed[entry->revision] = true;
    all->intent = (at_custody_entry){.revision = 0};
    return AT_OK;
}

static at_status verify_entry(void *self, const at_custody_entry *entry, at_error *err) {
    verification *all = self;
    if (entry->seq != all->seq + 1 || strcmp(entry->prev, all->hash) != 0)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN",
                       "entry %" PRId64 " does not follow the entry before it", entry->seq);
    all->seq = entry->seq;
    memcpy(all->hash, entry->hash, sizeof all->hash);
    if (strcmp(entry->action, "publish-intent") == 0) {
        if (all->intent.revision)
            return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE",
                           "revision %" PRId64 " was announced and never settled",
                           all->intent.revision);
        all->intent = *entry;
    } else if (strcmp(entry->action, "published") == 0 ||
               (all->intent.revision && strcmp(entry->action, "rolled-back") == 0)) {
        return settle_intent(all, entry, err);
    }
    return AT_OK;
}

at_status at_custody_verify(int64_t *entry_count_out, at_store *store, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_log_close) int held = -1;
    verification all = {.seq = 0};

    /* A revision is announced before it is committed: while nobody can append, whatever the store
     * holds is in the log, and the last announcement alone may wait for its confirmation. */
    AT_TRY(at_log_open(&held, store, false, err));
    AT_TRY(read_revisions(&all.store, store, &arena, err));
    AT_TRY(AT_NEW(&all.confirmed, &arena, (size_t)all.store.count + 1, err));
    memset(all.hash, '0', sizeof all.hash - 1);
    AT_TRY(at_log_walk(store, verify_entry, &all, &arena, err));
    for (int64_t number = 1; number <= all.store.count; number++)
        if (!all.confirmed[number] &&
            !(all.intent.revision == number && announced_in_store(&all, &all.intent)))
            return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE",
                           "the log does not show revision %" PRId64 " of the store", number);
    if (entry_count_out)
        *entry_count_out = all.seq;
    return AT_OK;
}
