/* lock.c - the one writer: flock on a file of its own, so that the wait is ours to limit and the
 * kernel lets go when a writer dies. It is held around the database's transaction and the custody
 * entries before and after it. */
#include "engine/store/handle.h"

#include "engine/base/interrupt.h"
#include "engine/store/recover.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/file.h>

enum { PAUSE_MS = 10 };

static at_status wait_for(int descriptor, int wait_ms, at_error *err) {
    /* Pauses are counted instead of reading a clock: the wait may last a little longer than
     * asked. */
    for (int waited = 0; flock(descriptor, LOCK_EX | LOCK_NB) != 0; waited += PAUSE_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return at_fail(err, AT_IO, "E-IO", "the store's lock: %s", strerror(errno));
        AT_TRY(at_interrupt_check(err));
        if (waited >= wait_ms) {
            at_fail(err, AT_LOCKED, "E-STORE-LOCKED", "another writer holds the store");
            at_hint(err, "Try again when it has finished, or wait longer with --lock-wait.");
            return AT_LOCKED;
        }
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
    }
    return AT_OK;
}

at_status at_store_lock(at_store *store, int wait_ms, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *path = NULL;
    if (store->lock >= 0)
        return at_fail(err, AT_BUG, "E-BUG", "this handle is writing already");
    if (store->options.mode == AT_READ_ONLY || !store->writable)
        return at_fail(err, AT_IO, "E-STORE-READONLY", "the store is open for reading only");
    AT_TRY(at_store_file(&path, store, AT_STORE_LOCK, &arena, err));
    const int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    at_status status = wait_for(descriptor, wait_ms, err);
    if (status != AT_OK) {
        close(descriptor);
        return status;
    }
    store->lock = descriptor;
    status = at_recover(store, err);
    if (status != AT_OK)
        at_store_unlock(&store);
    return status;
}

void at_store_unlock(at_store **store) {
    if (!*store || (*store)->lock < 0)
        return;
    close((*store)->lock); /* lets go of the lock */
    (*store)->lock = -1;
}
