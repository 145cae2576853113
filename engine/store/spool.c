#include "engine/store/spool.h"

#include "engine/base/file.h"
#include "engine/store/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

struct at_spool {
    char *path;
    int descriptor;
};

/* One that another program's start removed before it was locked is made again. */
static at_status make_file(at_spool **out, const char *folder, at_arena *arena, at_error *err) {
    static const char pattern[] = "assettrace-XXXXXX";
    AT_CLEANUP(at_spool_close) at_spool *spool = NULL;
    at_spool *fresh = NULL;
    char *path = NULL;
    struct stat file = {.st_nlink = 0};
    const size_t bytes = strlen(folder);
    AT_TRY(AT_NEW(&fresh, arena, 1, err));
    AT_TRY(AT_NEW(&path, arena, bytes + 1 + sizeof pattern, err));
    fresh->path = path;
    while (file.st_nlink == 0) {
        at_spool_close(&spool);
        memcpy(path, folder, bytes);
        path[bytes] = '/';
        memcpy(path + bytes + 1, pattern, sizeof pattern);
        fresh->descriptor = mkostemp(path, O_CLOEXEC);
        if (fresh->descriptor < 0)
            return at_fail(err, AT_IO, "E-IO", "cannot make a file in \"%s\": %s", folder,
                           strerror(errno));
        spool = fresh;
        if (flock(spool->descriptor, LOCK_EX) != 0 || fstat(spool->descriptor, &file) != 0)
            return at_fail(err, AT_IO, "E-IO", "cannot lock \"%s\": %s", path, strerror(errno));
    }
    *out = spool;
    spool = NULL;
    return AT_OK;
}

at_status at_spool_open(at_spool **out, const char *store, at_arena *arena, at_error *err) {
    const char *folder = "/tmp";
    if (store)
        AT_TRY(at_path_join(&folder, arena, store, AT_STORE_TMP, err));
    return make_file(out, folder, arena, err);
}

at_status at_spool_add(at_spool *spool, const void *data, size_t bytes, at_error *err) {
    const char *rest = data;
    while (bytes > 0) {
        const ssize_t wrote = write(spool->descriptor, rest, bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", spool->path, strerror(errno));
        rest += wrote;
        bytes -= (size_t)wrote;
    }
    return AT_OK;
}

at_status at_spool_read(const at_spool *spool, void *out, uint64_t offset, size_t bytes,
                        at_error *err) {
    char *rest = out;
    while (bytes > 0) {
        const ssize_t got = pread(spool->descriptor, rest, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", spool->path,
                           got < 0 ? strerror(errno) : "it ends too early");
        rest += got;
        offset += (uint64_t)got;
        bytes -= (size_t)got;
    }
    return AT_OK;
}

const char *at_spool_path(const at_spool *spool) {
    return spool->path;
}

void at_spool_close(at_spool **spool) {
    if (!*spool)
        return;
    (void)unlink((*spool)->path);
    (void)close((*spool)->descriptor);
    *spool = NULL;
}

at_status at_spool_clear(const char *path, at_error *err) {
    const int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const bool used =
        descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    const int failed = used || unlink(path) == 0 || errno == ENOENT ? 0 : errno;
    if (descriptor >= 0)
        (void)close(descriptor); /* not before: who waits for the lock looks whether it is there */
    return failed ? at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(failed)) : AT_OK;
}
