#include "engine/store/change.h"

#include "engine/store/recover.h"

static at_status change_in_transaction(int64_t *revision_out, at_store *store,
                                       at_change_write *write, void *self, at_error *err) {
    at_pairing_task task = {.newest = 0};
    at_pairing_change pairs;
    at_publication publication = {.kind = NULL};
    AT_TRY(at_db_begin(store->db, err));
    AT_TRY(at_store_newest(&task.newest, store->db, err));
    publication.revision = task.newest + 1;
    AT_TRY(write(self, store, &task, &publication, err));
    AT_TRY(at_pairing_update(&pairs, store, &task, err));
    AT_TRY(at_publish(store, &publication, err));
    *revision_out = publication.revision;
    return AT_OK;
}

at_status at_store_change(int64_t *revision_out, at_store *store, at_change_write *write,
                          void *self, at_error *err) {
    AT_CLEANUP(at_store_unlock) at_store *locked = NULL;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    int64_t revision = 0;
    AT_TRY(at_store_lock(store, store->options.lock_wait_ms, err));
    locked = store;
    AT_TRY(at_recover_undo(NULL, store, "the store was changed otherwise", &arena, err));
    const at_status status = change_in_transaction(&revision, store, write, self, err);
    at_db_rollback(store->db);
    if (status == AT_OK && revision_out)
        *revision_out = revision;
    return status;
}
