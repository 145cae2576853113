#include "engine/jobs/inbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/crypto/hash.h"
#include "engine/jobs/inbox_part.h"

enum { FOLDER_MODE = 0700, REPORT_MODE = 0600, PAUSE_MS = 10, HASH_SHOWN = 16 };

void at_inbox_close_file(const int *descriptor) {
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

static at_status fail_system(const char *what, const char *path, at_error *err) {
    return at_fail(err, AT_IO, "E-IO", "cannot %s \"%s\": %s", what, path, strerrordesc_np(errno));
}

/* -1 when it is not there and is not to be made. */
static at_status open_below(int *out, int parent, const char *name, bool make, at_error *err) {
    if (make && mkdirat(parent, name, FOLDER_MODE) != 0 && errno != EEXIST)
        return fail_system("make", name, err);
    *out = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*out >= 0 || (errno == ENOENT && !make))
        return AT_OK;
    if (errno == ENOTDIR || errno == ELOOP)
        return at_fail(err, AT_BAD_INPUT, "E-INBOX-KIND", "\"%s\" is no folder", name);
    return fail_system("open", name, err);
}

at_status at_inbox_folder(int *out, const at_inbox *inbox, const char *top, const char *sub,
                          bool make, at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int above = -1;
    int folder = -1;
    if (top[0])
        AT_TRY(open_below(&above, inbox->root, top, make, err));
    if (top[0] && above < 0) {
        *out = -1;
        return AT_OK;
    }
    if (sub[0]) {
        AT_TRY(open_below(&folder, above >= 0 ? above : inbox->root, sub, make, err));
    } else {
        folder = fcntl(above >= 0 ? above : inbox->root, F_DUPFD_CLOEXEC, 0);
        if (folder < 0)
            return fail_system("open", top, err);
    }
    *out = folder;
    return AT_OK;
}

at_status at_inbox_subfolder(const char **out, at_inbox *inbox, const char *path, at_error *err) {
    const char *slash = strchr(path, '/');
    return at_arena_copy(out, &inbox->arena, path, slash ? (size_t)(slash - path) : 0, err);
}

/* Pauses are counted, as for the store's lock. */
static at_status lock(const at_inbox *inbox, at_error *err) {
    for (int waited = 0; flock(inbox->root, LOCK_EX | LOCK_NB) != 0; waited += PAUSE_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail_system("lock", inbox->folder, err);
        AT_TRY(at_interrupt_check(err));
        if (waited >= inbox->options.lock_wait_ms) {
            at_fail(err, AT_LOCKED, "E-INBOX-LOCKED", "another run works in \"%s\"", inbox->folder);
            at_hint(err, "It will do what there is to do; or wait longer with --lock-wait.");
            return AT_LOCKED;
        }
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
    }
    return AT_OK;
}

static at_status begin(at_inbox *inbox, at_error *err) {
    inbox->root = open(inbox->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (inbox->root < 0 && errno == ENOENT)
        return at_fail(err, AT_BAD_INPUT, "E-FILE-MISSING", "\"%s\" does not exist", inbox->folder);
    if (inbox->root < 0 && errno == ENOTDIR)
        return at_fail(err, AT_BAD_INPUT, "E-FILE-KIND", "\"%s\" is not a folder", inbox->folder);
    if (inbox->root < 0)
        return fail_system("open", inbox->folder, err);
    AT_TRY(lock(inbox, err));
    AT_TRY(at_inbox_rules(inbox, err));
    return at_inbox_look(inbox, err);
}

at_status at_inbox_open(at_inbox **out, const char *folder, const at_inbox_options *options,
                        at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_inbox_close) at_inbox *inbox = NULL;
    at_inbox *fresh = NULL;
    assert(folder && options);
    AT_TRY(AT_NEW(&fresh, &arena, 1, err));
    *fresh = (at_inbox){.arena = arena, .root = -1, .options = *options};
    arena = (at_arena){.limit_bytes = 0};
    inbox = fresh;
    AT_TRY(at_arena_text(&inbox->folder, &inbox->arena, folder, err));
    AT_TRY(begin(inbox, err));
    *out = inbox;
    inbox = NULL;
    return AT_OK;
}

void at_inbox_close(at_inbox **inbox) {
    if (!*inbox)
        return;
    at_inbox_close_file(&(*inbox)->root); /* lets go of the lock */
    at_arena arena = (*inbox)->arena;     /* it holds *inbox itself */
    *inbox = NULL;
    at_arena_clear(&arena);
}

const at_inbox_item *at_inbox_items(size_t *count_out, const at_inbox *inbox) {
    *count_out = inbox->count;
    return inbox->items;
}

/* Only while its file is not there: a new delivery's marker stays. */
static at_status remove_marker(const at_inbox *inbox, const char *sub, const char *name,
                               at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int folder = -1;
    AT_CLEANUP(at_text_clear) at_text marker = {0};
    struct stat delivered;
    AT_TRY(at_inbox_folder(&folder, inbox, "", sub, false, err));
    AT_TRY(at_text_print(&marker, err, "%s" AT_INBOX_MARKER, name));
    if (folder < 0 || fstatat(folder, name, &delivered, AT_SYMLINK_NOFOLLOW) == 0)
        return AT_OK;
    if (unlinkat(folder, at_text_string(&marker), 0) != 0 && errno != ENOENT)
        return fail_system("remove", at_text_string(&marker), err);
    return AT_OK;
}

static at_status move_to_work(at_inbox *inbox, at_inbox_item *item, const char *sub,
                              const char *name, at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int from = -1;
    AT_CLEANUP(at_inbox_close_file) int to = -1;
    struct stat file;
    AT_TRY(at_inbox_folder(&from, inbox, "", sub, false, err));
    AT_TRY(at_inbox_folder(&to, inbox, AT_INBOX_WORK, sub, true, err));
    if (from < 0 || renameat2(from, name, to, name, RENAME_NOREPLACE) != 0)
        return fail_system("move into work/", item->path, err);
    /* Nobody else can exchange it from here on. */
    if (fstatat(to, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_system("look at", item->path, err);
    if (!S_ISREG(file.st_mode))
        return at_fail(err, AT_BAD_INPUT, "E-INBOX-KIND", "\"%s\" is no plain file any more",
                       item->path);
    if (fsync(to) != 0 || fsync(from) != 0)
        return fail_system("sync", item->path, err);
    AT_TRY(at_arena_print(&item->request.path, &inbox->arena, err, "%s/" AT_INBOX_WORK "/%s",
                          inbox->folder, item->path));
    item->taken = true;
    return AT_OK;
}

at_status at_inbox_take(at_inbox *inbox, size_t index, at_error *err) {
    at_inbox_item *item = &inbox->items[index];
    const char *sub = NULL, *name = at_path_name(item->path);
    assert(index < inbox->count && item->standing == AT_INBOX_READY);
    assert(!inbox->options.look_only);
    AT_TRY(at_inbox_subfolder(&sub, inbox, item->path, err));
    if (!item->taken)
        AT_TRY(move_to_work(inbox, item, sub, name, err));
    return remove_marker(inbox, sub, name, err);
}

static at_status hash_file(char out[AT_SHA256_TEXT_BYTES], const char *path, at_error *err) {
    enum { STEP_BYTES = 1 << 16 };
    AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
    AT_CLEANUP(at_inbox_close_file) int file = -1;
    char buffer[STEP_BYTES];
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    AT_TRY(at_file_open(&file, path, path, err));
    for (size_t got = 1; got > 0;) {
        AT_TRY(at_file_next(&got, file, buffer, sizeof buffer, path, err));
        AT_TRY(at_hash_add(hash, buffer, got, err));
    }
    return at_hash_finish_text(out, hash, err);
}

/* Named by content first, so that no two files meet and a repeated step changes nothing. */
static at_status name_filed(const char **out, at_inbox *inbox, const at_inbox_item *item,
                            const char *top, const char *received, at_error *err) {
    char hash[AT_SHA256_TEXT_BYTES];
    const char *sub = NULL;
    if (received[0])
        snprintf(hash, sizeof hash, "%s", received);
    else
        AT_TRY(hash_file(hash, item->request.path, err));
    AT_TRY(at_inbox_subfolder(&sub, inbox, item->path, err));
    return at_arena_print(out, &inbox->arena, err, "%s/%s%s%.*s-%s", top, sub, sub[0] ? "/" : "",
                          HASH_SHOWN, hash, at_path_name(item->path));
}

at_status at_inbox_rejects(const char **out, at_inbox *inbox, size_t index, at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int folder = -1;
    const char *sub = NULL;
    assert(index < inbox->count && inbox->items[index].taken);
    AT_TRY(at_inbox_subfolder(&sub, inbox, inbox->items[index].path, err));
    AT_TRY(at_inbox_folder(&folder, inbox, AT_INBOX_REJECTS, sub, true, err));
    return at_arena_print(out, &inbox->arena, err, "%s/%s%s%s", inbox->folder, AT_INBOX_REJECTS,
                          sub[0] ? "/" : "", sub);
}

at_status at_inbox_file(const char **to_out, at_inbox *inbox, size_t index, bool good,
                        const char *received, const at_text *report, at_error *err) {
    const at_inbox_item *item = &inbox->items[index];
    const char *top = good ? AT_INBOX_DONE : AT_INBOX_REJECTS, *to = NULL, *sub = NULL;
    AT_CLEANUP(at_inbox_close_file) int from = -1;
    AT_CLEANUP(at_inbox_close_file) int into = -1;
    AT_CLEANUP(at_text_clear) at_text path = {0};
    assert(index < inbox->count && item->taken);
    AT_TRY(name_filed(&to, inbox, item, top, received, err));
    AT_TRY(at_inbox_subfolder(&sub, inbox, item->path, err));
    AT_TRY(at_inbox_folder(&from, inbox, AT_INBOX_WORK, sub, false, err));
    AT_TRY(at_inbox_folder(&into, inbox, top, sub, true, err));
    AT_TRY(at_text_print(&path, err, "%s/%s.report.json", inbox->folder, to));
    AT_TRY(at_file_write(at_text_string(&path), at_text_string(report), report->bytes, REPORT_MODE,
                         err));
    if (from < 0 || renameat(from, at_path_name(item->path), into, at_path_name(to)) != 0)
        return fail_system("move out of work/", item->path, err);
    if (fsync(into) != 0 || fsync(from) != 0)
        return fail_system("sync", to, err);
    *to_out = to;
    return AT_OK;
}
