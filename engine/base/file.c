#include "engine/base/file.h"

#include "engine/base/interrupt.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum { COPY_BYTES = 64 << 10 };

/* The system's own words, never translated: strerror would follow the locale. */
static at_status fail_system(at_error *err, const char *what, const char *path) {
    const int number = errno;
    const char *words = strerrordesc_np(number);
    if (number == ENOENT || number == ENOTDIR)
        return at_fail(err, AT_BAD_INPUT, "E-FILE-MISSING", "\"%s\" does not exist", path);
    if (number == ENOMEM)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to %s \"%s\"", what, path);
    return at_fail(err, AT_IO, "E-IO", "cannot %s \"%s\": %s", what, path,
                   words != NULL ? words : "unknown error");
}

static at_status fail_kind(at_error *err, const char *path, const char *wanted) {
    return at_fail(err, AT_BAD_INPUT, "E-FILE-KIND", "\"%s\" is not a %s", path, wanted);
}

/* Closing twice would close a stranger's file: -1 marks what is closed already. */
static void close_descriptor(const int *descriptor) {
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

static void close_folder(DIR **folder) {
    if (*folder != NULL)
        (void)closedir(*folder);
}

static at_file_kind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode))
        return AT_FILE_REGULAR;
    if (S_ISDIR(mode))
        return AT_FILE_FOLDER;
    return S_ISLNK(mode) ? AT_FILE_LINK : AT_FILE_OTHER;
}

at_file_kind at_file_kind_of(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 ? kind_of_mode(status.st_mode) : AT_FILE_NONE;
}

/* A folder opens for reading too, so it is refused here and not as a read error later. */
at_status at_file_open(int *out, const char *path, const char *name, at_error *err) {
    AT_CLEANUP(close_descriptor) int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0)
        return fail_system(err, "open", name);
    if (S_ISDIR(status.st_mode))
        return fail_kind(err, name, "file but a folder");
    *out = descriptor;
    descriptor = -1;
    return AT_OK;
}

at_status at_file_next(size_t *out, int descriptor, void *buffer, size_t bytes, const char *name,
                       at_error *err) {
    ssize_t got = 0;
    do {
        AT_TRY(at_interrupt_check(err));
        got = read(descriptor, buffer, bytes);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail_system(err, "read", name);
    *out = (size_t)got;
    return AT_OK;
}

static at_status write_all(int descriptor, const void *data, size_t bytes, const char *path,
                           at_error *err) {
    const char *next = data;
    while (bytes > 0) {
        const ssize_t written = write(descriptor, next, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_system(err, "write", path);
        next += written;
        bytes -= (size_t)written;
    }
    return AT_OK;
}

at_status at_file_read(at_text *out, const char *path, size_t limit_bytes, at_error *err) {
    AT_CLEANUP(close_descriptor) int descriptor = -1;
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = limit_bytes};
    char buffer[COPY_BYTES];
    size_t got = 0;
    AT_TRY(at_file_open(&descriptor, path, path, err));
    do {
        AT_TRY(at_file_next(&got, descriptor, buffer, sizeof buffer, path, err));
        const at_status status = at_text_add_bytes(&text, buffer, got, err);
        if (status == AT_LIMIT)
            return at_fail(err, AT_LIMIT, "E-LIMIT", "\"%s\" is larger than its limit of %zu bytes",
                           path, limit_bytes);
        AT_TRY(status);
    } while (got > 0);
    at_text_clear(out);
    *out = text;
    text = (at_text){0};
    return AT_OK;
}

/* The folder part of `path` as a text: "a/b" -> "a", "b" -> ".", "/b" -> "/". */
static at_status folder_of(at_text *out, const char *path, at_error *err) {
    const size_t bytes = (size_t)(at_path_name(path) - path);
    if (bytes == 0)
        return at_text_add(out, ".", err);
    return at_text_add_bytes(out, path, bytes > 1 ? bytes - 1 : 1, err);
}

void at_new_file_clear(at_new_file *file) {
    close_descriptor(&file->descriptor);
    file->descriptor = -1;
    if (file->exists)
        (void)unlink(file->name.data);
    file->exists = false;
    at_text_clear(&file->folder);
    at_text_clear(&file->name);
}

at_status at_new_file_begin(at_new_file *file, const char *path, at_error *err) {
    file->path = path;
    AT_TRY(folder_of(&file->folder, path, err));
    AT_TRY(at_text_print(&file->name, err, "%s/.new-XXXXXX", file->folder.data));
    file->descriptor = mkostemp(file->name.data, O_CLOEXEC);
    if (file->descriptor < 0)
        return fail_system(err, "write in", file->folder.data);
    file->exists = true;
    return AT_OK;
}

at_status at_new_file_add(at_new_file *file, const void *data, size_t bytes, at_error *err) {
    return write_all(file->descriptor, data, bytes, file->path, err);
}

/* Everything is on the disk before the name is, and the name before we say so. */
at_status at_new_file_commit(at_new_file *file, unsigned mode, at_error *err) {
    if (fchmod(file->descriptor, (mode_t)mode) != 0 || fsync(file->descriptor) != 0)
        return fail_system(err, "write", file->path);
    const int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0)
        return fail_system(err, "write", file->path);
    if (rename(file->name.data, file->path) != 0)
        return fail_system(err, "write", file->path);
    file->exists = false;
    return at_folder_sync(file->folder.data, err);
}

at_status at_file_write(const char *path, const void *data, size_t bytes, unsigned mode,
                        at_error *err) {
    assert(data != NULL || bytes == 0);
    AT_CLEANUP(at_new_file_clear) at_new_file file = AT_NEW_FILE_NONE;
    AT_TRY(at_interrupt_check(err));
    AT_TRY(at_new_file_begin(&file, path, err));
    AT_TRY(at_new_file_add(&file, data, bytes, err));
    return at_new_file_commit(&file, mode, err);
}

at_status at_file_copy(const char *to, const char *from, unsigned mode, at_error *err) {
    AT_CLEANUP(close_descriptor) int source = -1;
    AT_CLEANUP(at_new_file_clear) at_new_file file = AT_NEW_FILE_NONE;
    char buffer[COPY_BYTES];
    size_t got = 0;
    AT_TRY(at_file_open(&source, from, from, err));
    AT_TRY(at_new_file_begin(&file, to, err));
    do {
        AT_TRY(at_file_next(&got, source, buffer, sizeof buffer, from, err));
        AT_TRY(at_new_file_add(&file, buffer, got, err));
    } while (got > 0);
    return at_new_file_commit(&file, mode, err);
}

static at_status make_one_folder(const char *path, unsigned mode, at_error *err) {
    struct stat status;
    if (mkdir(path, (mode_t)mode & 0777) == 0) {
        /* The mode as asked for, whatever the umask: a group store relies on its set-gid bit. */
        if (chmod(path, (mode_t)mode) != 0)
            return fail_system(err, "make", path);
        return AT_OK;
    }
    if (errno != EEXIST)
        return fail_system(err, "make", path);
    if (stat(path, &status) != 0)
        return fail_system(err, "make", path);
    return S_ISDIR(status.st_mode) ? AT_OK : fail_kind(err, path, "folder");
}

at_status at_folder_make(const char *path, unsigned mode, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text part = {0};
    AT_TRY(at_text_add(&part, path, err));
    for (size_t i = 1; i < part.bytes; i++) {
        if (part.data[i] != '/' || part.data[i - 1] == '/')
            continue;
        part.data[i] = '\0';
        AT_TRY(make_one_folder(part.data, mode, err));
        part.data[i] = '/';
    }
    return make_one_folder(path, mode, err);
}

at_status at_folder_sync(const char *path, at_error *err) {
    AT_CLEANUP(close_descriptor) int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_system(err, "sync", path);
    /* EINVAL: this file system has nothing to sync for a folder. */
    if (fsync(descriptor) != 0 && errno != EINVAL)
        return fail_system(err, "sync", path);
    return AT_OK;
}

at_status at_folder_remove(const char *path, at_error *err) {
    const at_file_kind kind = at_file_kind_of(path);
    if (kind == AT_FILE_NONE)
        return AT_OK;
    if (kind != AT_FILE_FOLDER)
        return fail_kind(err, path, "folder");
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    AT_TRY(at_folder_walk(&entries, &count, path, &arena, err));
    /* Backwards: a folder's path is a prefix of its content's, so it sorts before them. */
    for (size_t i = count; i-- > 0;) {
        const char *full = NULL;
        AT_TRY(at_path_join(&full, &arena, path, entries[i].path, err));
        const int removed = entries[i].kind == AT_FILE_FOLDER ? rmdir(full) : unlink(full);
        if (removed != 0 && errno != ENOENT)
            return fail_system(err, "remove", full);
    }
    if (rmdir(path) != 0 && errno != ENOENT)
        return fail_system(err, "remove", path);
    return AT_OK;
}

/* The list that grows while a walk goes through it: folders found are visited later. */
typedef struct folder_walk {
    const char *root;
    at_arena *arena;
    at_file_entry *entries;
    size_t count, capacity;
} folder_walk;

static at_status add_entry(folder_walk *walk, DIR *folder, const char *inside, const char *name,
                           at_error *err) {
    struct stat status;
    at_file_entry entry = {0};
    if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? AT_OK : fail_system(err, "read", name); /* removed meanwhile */
    AT_TRY(at_path_join(&entry.path, walk->arena, inside, name, err));
    entry.kind = kind_of_mode(status.st_mode);
    entry.bytes = (uint64_t)status.st_size;
    entry.links = (uint64_t)status.st_nlink;
    AT_TRY(AT_GROW(&walk->entries, &walk->capacity, walk->count, walk->arena, err));
    walk->entries[walk->count++] = entry;
    return AT_OK;
}

static at_status walk_folder(folder_walk *walk, const char *inside, at_error *err) {
    AT_CLEANUP(close_descriptor) int descriptor = -1;
    AT_CLEANUP(close_folder) DIR *folder = NULL;
    const char *full = walk->root;
    if (inside[0] != '\0')
        AT_TRY(at_path_join(&full, walk->arena, walk->root, inside, err));
    /* Only the root may be a link: the caller named it. */
    const int follow = inside[0] != '\0' ? O_NOFOLLOW : 0;
    descriptor = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
    if (descriptor < 0 && errno == ENOTDIR && at_file_kind_of(full) != AT_FILE_NONE)
        return fail_kind(err, full, "folder");
    if (descriptor < 0)
        return fail_system(err, "open", full);
    folder = fdopendir(descriptor);
    if (folder == NULL)
        return fail_system(err, "open", full);
    descriptor = -1; /* closedir closes it */
    for (;;) {
        errno = 0;
        const struct dirent *item = readdir(folder);
        if (item == NULL)
            return errno == 0 ? AT_OK : fail_system(err, "read", full);
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            AT_TRY(add_entry(walk, folder, inside, item->d_name, err));
    }
}

static int compare_entries(const void *a, const void *b) {
    const at_file_entry *left = a, *right = b;
    return at_text_compare(left->path, right->path);
}

at_status at_folder_walk(at_file_entry **out, size_t *count_out, const char *folder,
                         at_arena *arena, at_error *err) {
    folder_walk walk = {.root = folder, .arena = arena};
    AT_TRY(walk_folder(&walk, "", err));
    for (size_t i = 0; i < walk.count; i++)
        if (walk.entries[i].kind == AT_FILE_FOLDER)
            AT_TRY(walk_folder(&walk, walk.entries[i].path, err));
    if (walk.count > 1)
        qsort(walk.entries, walk.count, sizeof *walk.entries, compare_entries);
    *out = walk.entries;
    *count_out = walk.count;
    return AT_OK;
}

at_status at_path_join(const char **out, at_arena *arena, const char *folder, const char *name,
                       at_error *err) {
    const size_t bytes = strlen(folder);
    const bool joined = bytes == 0 || folder[bytes - 1] == '/';
    return at_arena_print(out, arena, err, "%s%s%s", folder, joined ? "" : "/", name);
}

const char *at_path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
