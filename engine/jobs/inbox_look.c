/* inbox_look.c - what lies in an inbox, and whether it may be taken. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "engine/base/day.h"
#include "engine/base/file.h"
#include "engine/base/text.h"
#include "engine/jobs/inbox_part.h"

enum { ENTRIES_MAX = 100000, NAME_BYTES_MAX = 200, NS_PER_US = 1000 };

/* One folder being listed. */
typedef struct listing {
    at_inbox *inbox;
    const char *top; /* AT_INBOX_WORK, or "" for what was delivered */
    const char *sub; /* "" or the sub-folder */
    int folder;      /* descriptor */
} listing;

static void close_list(DIR **list) {
    if (*list)
        (void)closedir(*list);
}

static bool has_ending(const char *name, const char *ending) {
    const size_t bytes = strlen(name), tail = strlen(ending);
    return bytes > tail && strcmp(name + bytes - tail, ending) == 0;
}

static bool is_half(const char *name) {
    static const char *const endings[] = {".part", ".tmp", ".filepart", ".partial"};
    for (size_t i = 0; i < AT_COUNT(endings); i++)
        if (has_ending(name, endings[i]))
            return true;
    return false;
}

static bool is_own(const char *name) {
    static const char *const own[] = {AT_INBOX_WORK, AT_INBOX_DONE, AT_INBOX_REJECTS,
                                      AT_INBOX_MAPS, AT_INBOX_LIST, NULL};
    return at_word_find(own, name) >= 0;
}

static bool is_plain_name(const char *name) {
    const size_t bytes = strlen(name);
    if (bytes > NAME_BYTES_MAX || !at_utf8_valid(name, bytes, NULL))
        return false;
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F)
            return false;
    return true;
}

static int64_t time_us(const struct timespec *time) {
    return (int64_t)time->tv_sec * AT_US_PER_SECOND + time->tv_nsec / NS_PER_US;
}

static at_status add_item(const listing *list, const char *name, at_inbox_standing standing,
                          const char *code, const char *message, at_error *err) {
    at_inbox *inbox = list->inbox;
    at_inbox_item item = {.standing = standing, .code = code, .message = message};
    if (inbox->count == ENTRIES_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "more than %d files in \"%s\"", ENTRIES_MAX,
                       inbox->folder);
    AT_TRY(at_path_join(&item.path, &inbox->arena, list->sub, name, err));
    item.taken = list->top[0] != '\0';
    if (standing == AT_INBOX_READY) {
        at_error why = {.status = AT_OK};
        if (at_inbox_how(&item.request, inbox, item.path, &why) != AT_OK) {
            item.standing = AT_INBOX_REFUSED;
            AT_TRY(at_arena_text(&item.code, &inbox->arena, why.code, err));
            AT_TRY(at_arena_text(&item.message, &inbox->arena, why.message, err));
        }
        AT_TRY(at_arena_print(&item.request.path, &inbox->arena, err, "%s/%s%s%s", inbox->folder,
                              list->top, item.taken ? "/" : "", item.path));
    }
    AT_TRY(AT_GROW(&inbox->items, &inbox->capacity, inbox->count, &inbox->arena, err));
    inbox->items[inbox->count++] = item;
    return AT_OK;
}

/* A marker counts when it is not older than its file: one that a killed run left behind must not
 * vouch for the next delivery of that name. */
static bool is_marked(const listing *list, const char *name, const struct stat *file) {
    AT_CLEANUP(at_text_clear) at_text marker = {0};
    struct stat mark;
    return at_text_print(&marker, NULL, "%s" AT_INBOX_MARKER, name) == AT_OK &&
           fstatat(list->folder, at_text_string(&marker), &mark, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(mark.st_mode) && time_us(&mark.st_mtim) >= time_us(&file->st_mtim);
}

static bool is_settled(const at_inbox *inbox, const struct stat *file) {
    const int64_t latest = time_us(&file->st_mtim) > time_us(&file->st_ctim)
                               ? time_us(&file->st_mtim)
                               : time_us(&file->st_ctim);
    return inbox->options.now_us - latest >= inbox->settle_s * AT_US_PER_SECOND;
}

static bool is_in_work(const at_inbox *inbox, const char *sub, const char *name) {
    AT_CLEANUP(at_text_clear) at_text path = {0};
    struct stat there;
    return at_text_print(&path, NULL, AT_INBOX_WORK "/%s%s%s", sub, sub[0] ? "/" : "", name) ==
               AT_OK &&
           fstatat(inbox->root, at_text_string(&path), &there, AT_SYMLINK_NOFOLLOW) == 0;
}

static at_status add_delivered(const listing *list, const char *name, const struct stat *file,
                               at_error *err) {
    const at_inbox *inbox = list->inbox;
    if (is_half(name))
        return add_item(list, name, AT_INBOX_WAITING, NULL, "its name says that it is half", err);
    if (is_in_work(inbox, list->sub, name))
        return add_item(list, name, AT_INBOX_WAITING, NULL,
                        "an earlier file of this name is still in work/", err);
    if (inbox->finish == AT_INBOX_RENAMED || is_marked(list, name, file) ||
        (inbox->finish == AT_INBOX_SETTLED && is_settled(inbox, file)))
        return add_item(list, name, AT_INBOX_READY, NULL, NULL, err);
    return add_item(list, name, AT_INBOX_WAITING, NULL,
                    inbox->finish == AT_INBOX_SETTLED ? "it changed a short while ago"
                                                      : "there is no marker later than it",
                    err);
}

static at_status list_folder(const listing *list, at_error *err);

static at_status list_subfolder(const listing *list, const char *name, at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int folder = -1;
    listing below = {.inbox = list->inbox, .top = list->top};
    AT_TRY(at_arena_text(&below.sub, &list->inbox->arena, name, err));
    AT_TRY(at_inbox_folder(&folder, list->inbox, list->top, name, false, err));
    below.folder = folder;
    return folder < 0 ? AT_OK : list_folder(&below, err);
}

static at_status add_entry(const listing *list, const char *name, at_error *err) {
    struct stat file;
    if (name[0] == '.' || (!list->top[0] && !list->sub[0] && is_own(name)))
        return AT_OK;
    if (fstatat(list->folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? AT_OK
                               : at_fail(err, AT_IO, "E-IO", "cannot look at \"%s\": %s", name,
                                         strerrordesc_np(errno));
    if (S_ISREG(file.st_mode) && !list->top[0] && has_ending(name, AT_INBOX_MARKER))
        return AT_OK;
    if (!is_plain_name(name))
        return add_item(list, name, AT_INBOX_REFUSED, "E-INBOX-NAME",
                        "its name is too long or holds bytes that no name should", err);
    if (S_ISDIR(file.st_mode) && !list->sub[0])
        return list_subfolder(list, name, err);
    if (S_ISDIR(file.st_mode))
        return add_item(list, name, AT_INBOX_REFUSED, "E-INBOX-KIND",
                        "a folder in a sub-folder is not looked into", err);
    if (!S_ISREG(file.st_mode))
        return add_item(list, name, AT_INBOX_REFUSED, "E-INBOX-KIND",
                        S_ISLNK(file.st_mode) ? "it is a link" : "it is no plain file", err);
    return list->top[0] ? add_item(list, name, AT_INBOX_READY, NULL, NULL, err)
                        : add_delivered(list, name, &file, err);
}

static at_status list_folder(const listing *list, at_error *err) {
    const int again = fcntl(list->folder, F_DUPFD_CLOEXEC, 0);
    AT_CLEANUP(close_list) DIR *entries = again < 0 ? NULL : fdopendir(again);
    if (!entries)
        return at_fail(err, AT_IO, "E-IO", "cannot list \"%s\": %s", list->inbox->folder,
                       strerrordesc_np(errno));
    rewinddir(entries); /* the position is shared with the first descriptor */
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (!entry && errno != 0)
            return at_fail(err, AT_IO, "E-IO", "cannot list \"%s\": %s", list->inbox->folder,
                           strerrordesc_np(errno));
        if (!entry)
            return AT_OK;
        AT_TRY(add_entry(list, entry->d_name, err));
    }
}

static int compare_items(const void *a, const void *b) {
    const at_inbox_item *left = a, *right = b;
    if (left->taken != right->taken)
        return left->taken ? -1 : 1;
    return at_text_compare(left->path, right->path);
}

at_status at_inbox_look(at_inbox *inbox, at_error *err) {
    AT_CLEANUP(at_inbox_close_file) int work = -1;
    AT_TRY(at_inbox_folder(&work, inbox, AT_INBOX_WORK, "", false, err));
    if (work >= 0)
        AT_TRY(list_folder(
            &(listing){.inbox = inbox, .top = AT_INBOX_WORK, .sub = "", .folder = work}, err));
    AT_TRY(
        list_folder(&(listing){.inbox = inbox, .top = "", .sub = "", .folder = inbox->root}, err));
    if (inbox->count > 1)
        qsort(inbox->items, inbox->count, sizeof *inbox->items, compare_items);
    return AT_OK;
}
