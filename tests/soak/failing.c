/* failing.c - loaded before the program: its n-th call of one kind fails, kills it or stops it.
 *
 *   FAIL_KIND   write, sync, read, look (at an entry of a folder), change (write, sync, rename,
 *               unlink, truncate), or none: nothing
 *   FAIL_AT     which call, from 1; 0 only counts
 *   FAIL_HOW    error (ENOSPC for a write, EIO else; the default), kill or stop
 *   FAIL_LASTING  set: and all after it, as on a disk that stays full
 *   FAIL_EXCEPT the number (inode) of a file whose calls do not count
 *   FAIL_COUNT  a file that gets the number of calls when the program ends
 *
 * Calls on descriptors 0, 1 and 2 do not count. Test scripts build it with -shared -fPIC -ldl. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/types.h>

static const char *kind, *how;
static long at, calls;
static bool lasting;
static int count_file = -1;
static ino_t except;

__attribute__((constructor)) static void begin(void) {
    const char *number = getenv("FAIL_AT"), *count = getenv("FAIL_COUNT");
    const char *file = getenv("FAIL_EXCEPT");
    kind = getenv("FAIL_KIND");
    how = getenv("FAIL_HOW");
    at = number != NULL ? strtol(number, NULL, 10) : 0;
    lasting = getenv("FAIL_LASTING") != NULL;
    except = file != NULL ? strtoul(file, NULL, 10) : 0;
    if (count != NULL) /* now: later the program may be confined */
        count_file = open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void end(void) {
    if (count_file >= 0)
        (void)dprintf(count_file, "%ld\n", calls);
}

static bool counts(const char *mine, int descriptor) {
    struct stat file;
    if (kind == NULL || (descriptor >= 0 && descriptor <= 2) || descriptor == count_file)
        return false;
    if (except != 0 && descriptor > 0 && fstat(descriptor, &file) == 0 && file.st_ino == except)
        return false;
    const bool changes = strcmp(mine, "read") != 0 && strcmp(mine, "look") != 0;
    return strcmp(kind, mine) == 0 || (strcmp(kind, "change") == 0 && changes);
}

/* Does this call fail? Killed, it does not come back; stopped, it goes on when it is told to. */
static bool fails(const char *mine, int descriptor) {
    if (!counts(mine, descriptor))
        return false;
    const long now = __sync_add_and_fetch(&calls, 1);
    if (at == 0 || now < at || (now > at && !lasting))
        return false;
    if (how == NULL || strcmp(how, "error") == 0)
        return true;
    (void)raise(strcmp(how, "kill") == 0 ? SIGKILL : SIGSTOP);
    return false;
}

/* dlsym gives an object pointer; C has no cast from it to a function. */
#define REAL(name, pointer)                       \
    do {                                          \
        void *found = dlsym(RTLD_NEXT, name);     \
        memcpy(&(pointer), &found, sizeof found); \
    } while (0)

/* Half of it still fits on the disk, then nothing more. */
ssize_t write(int file, const void *data, size_t bytes) {
    ssize_t (*real)(int, const void *, size_t);
    REAL("write", real);
    if (!fails("write", file))
        return real(file, data, bytes);
    if (bytes > 1)
        return real(file, data, bytes / 2);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite64(int file, const void *data, size_t bytes, off64_t offset) {
    ssize_t (*real)(int, const void *, size_t, off64_t);
    REAL("pwrite64", real);
    if (!fails("write", file))
        return real(file, data, bytes, offset);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int file, const void *data, size_t bytes, off_t offset) {
    return pwrite64(file, data, bytes, offset);
}

ssize_t read(int file, void *data, size_t bytes) {
    ssize_t (*real)(int, void *, size_t);
    REAL("read", real);
    if (!fails("read", file))
        return real(file, data, bytes);
    errno = EIO;
    return -1;
}

ssize_t pread64(int file, void *data, size_t bytes, off64_t offset) {
    ssize_t (*real)(int, void *, size_t, off64_t);
    REAL("pread64", real);
    if (!fails("read", file))
        return real(file, data, bytes, offset);
    errno = EIO;
    return -1;
}

ssize_t pread(int file, void *data, size_t bytes, off_t offset) {
    return pread64(file, data, bytes, offset);
}

/* A call that gives 0 or -1, with EIO where it fails. */
#define WRAP(name, word, descriptor, parameters, arguments) \
    int name parameters {                                   \
        int(*real) parameters;                              \
        REAL(#name, real);                                  \
        if (!fails(word, descriptor))                       \
            return real arguments;                          \
        errno = EIO;                                        \
        return -1;                                          \
    }
WRAP(fsync, "sync", file, (int file), (file))
WRAP(fdatasync, "sync", file, (int file), (file))
WRAP(ftruncate, "truncate", file, (int file, off_t bytes), (file, bytes))
WRAP(ftruncate64, "truncate", file, (int file, off64_t bytes), (file, bytes))
WRAP(unlink, "unlink", -1, (const char *path), (path))
WRAP(unlinkat, "unlink", -1, (int folder, const char *path, int flags), (folder, path, flags))
WRAP(rename, "rename", -1, (const char *from, const char *to), (from, to))
WRAP(renameat, "rename", -1, (int folder, const char *from, int other, const char *to),
     (folder, from, other, to))
WRAP(renameat2, "rename", -1,
     (int folder, const char *from, int other, const char *to, unsigned flags),
     (folder, from, other, to, flags))
WRAP(fstatat, "look", -1, (int folder, const char *path, struct stat *out, int flags),
     (folder, path, out, flags))
WRAP(fstatat64, "look", -1, (int folder, const char *path, struct stat64 *out, int flags),
     (folder, path, out, flags))
