/* cmd_doctor.c: is this machine fit for the work? Looks, says, changes nothing. */
#include "engine/base/confine.h"
#include "engine/base/file.h"
#include "engine/base/release.h"
#include "engine/cli/command.h"
#include "engine/cli/machine.h"
#include "engine/cli/print.h"
#include "engine/store/custody.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static const at_column columns[] = {
    {"check", AT_COLUMN_TEXT, "what was looked at"},
    {"result", AT_COLUMN_TEXT, "ok or warn"},
    {"found", AT_COLUMN_TEXT, "what was found"},
    {"advice", AT_COLUMN_TEXT, "what to do about a warning"},
    {0},
};

typedef struct doctor {
    at_table table;
    at_cli *cli;
    const char *store_path; /* NULL: none found */
} doctor;

/* `advice` NULL = ok. */
static at_status say(doctor *self, const char *check, const char *advice, at_error *err,
                     const char *format, ...) AT_PRINTF(5, 6);

static at_status say(doctor *self, const char *check, const char *advice, at_error *err,
                     const char *format, ...) {
    char text[512];
    const char *found = NULL;
    at_row *row = NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    AT_TRY(at_arena_text(&found, self->table.arena, text, err));
    AT_TRY(at_table_row(&row, &self->table, err));
    at_cell_text(&row->cells[0], check);
    at_cell_text(&row->cells[1], advice ? "warn" : "ok");
    at_cell_text(&row->cells[2], found);
    at_cell_text(&row->cells[3], advice);
    return AT_OK;
}

/* A small file of the system in one piece; "" when it cannot be read. */
static void read_system(at_text *out, const char *path) {
    enum { SYSTEM_BYTES_MAX = 1 << 20 };
    if (at_file_read(out, path, SYSTEM_BYTES_MAX, NULL) != AT_OK)
        at_text_reset(out);
}

/* What really is loaded, told by the files themselves: "libsqlite3.so.0.8.6". */
static at_status check_libraries(doctor *self, at_error *err) {
    static const char *const wanted[] = {"libsqlite3.", "libigraph.", "libsodium.", "libcrypto.",
                                         "libicuuc.",   "libexpat.",  "libgmp.",    "libcjson.",
                                         "libz.",       "libzstd."};
    AT_CLEANUP(at_text_clear) at_text maps = {0}, list = {0};
    read_system(&maps, "/proc/self/maps");
    for (size_t i = 0; i < AT_COUNT(wanted); i++) {
        char mark[64];
        snprintf(mark, sizeof mark, "/%s", wanted[i]);
        const char *found = strstr(at_text_string(&maps), mark);
        if (!found)
            continue;
        AT_TRY(at_text_add(&list, list.bytes ? " " : "", err));
        AT_TRY(at_text_add_bytes(&list, found + 1, strcspn(found + 1, "\n "), err));
    }
    AT_TRY(say(self, "program", NULL, err, "assettrace %s, source tree %.16s, %s", at_release,
               at_source_tree, at_compiler));
    return say(self, "libraries", NULL, err, "%s",
               list.bytes ? at_text_string(&list) : "linked into the program");
}

static at_status check_store(doctor *self, at_error *err) {
    struct stat status;
    struct statvfs disk;
    const char *path = NULL;
    at_error none = {0};
    if (at_cli_store_path(&path, self->cli, &none) != AT_OK || stat(path, &status) != 0)
        return say(self, "store", "make one with `assettrace init NAME.at`, or say -s STORE", err,
                   "none here");
    self->store_path = path;
    const unsigned mode = status.st_mode & 07777;
    const bool safe = mode == 0700 || mode == 02770 || mode == 0770 || mode == 0500;
    AT_TRY(say(self, "store", safe ? NULL : "chmod 700 (or 2770 for a group) the store's folder",
               err, "%s, mode %04o", path, mode));
    if (statvfs(path, &disk) != 0)
        return say(self, "free space", "look at the disk yourself", err, "cannot be told");
    const uint64_t free_mib = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
    enum { ENOUGH_MIB = 1024 };
    return say(self, "free space",
               free_mib >= ENOUGH_MIB ? NULL : "free some: an import needs several times the file",
               err, "%" PRIu64 " MiB", free_mib);
}

/* The custody log's times are only as good as this clock. */
static at_status check_clock(doctor *self, at_error *err) {
    static const char advice[] = "set the clock before anything is logged";
    char now_text[AT_TIME_TEXT_BYTES];
    const int64_t now = at_cli_now_us();
    const int64_t earliest = (int64_t)at_day_from_date(2025, 1, 1) * AT_US_PER_DAY;
    if (now == AT_TIME_NONE)
        return say(self, "clock", advice, err, "cannot be read");
    at_time_format(now_text, now, AT_SECOND);
    if (now < earliest)
        return say(self, "clock", advice, err, "%s: before this program was written", now_text);
    if (!self->store_path)
        return say(self, "clock", NULL, err, "%s", now_text);

    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_store_options options = {.mode = AT_READ_ONLY};
    at_error why = {0};
    if (at_store_open(&store, self->store_path, &options, &why) != AT_OK)
        return say(self, "clock", "see the message: the store cannot be opened", err, "%s",
                   why.message);
    char head[65];
    int64_t seq = 0, last = AT_TIME_NONE;
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    if (at_custody_head(head, &seq, store, &why) != AT_OK ||
        at_custody_list(&entries, &count, store, seq > 0 ? seq : 1, 1, self->table.arena, &why) !=
            AT_OK)
        return say(self, "custody log", "see the message", err, "%s", why.message);
    if (count && entries[0].time && at_time_parse_start(&last, entries[0].time, &why) == AT_OK &&
        last > now)
        return say(self, "clock", advice, err, "%s: earlier than the last log entry, %s", now_text,
                   entries[0].time);
    return say(self, "clock", NULL, err, "%s, after all %" PRId64 " log entries", now_text, seq);
}

static at_status check_limits(doctor *self, at_error *err) {
    enum { LOCK_KIB = 64 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
        const bool enough = limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= (rlim_t)LOCK_KIB
                                                                                     << 10;
        if (limit.rlim_cur == RLIM_INFINITY)
            AT_TRY(say(self, "memory lock", NULL, err, "no limit"));
        else
            AT_TRY(say(self, "memory lock",
                       enough ? NULL : "raise `ulimit -l`: keys could be swapped to disk", err,
                       "%llu KiB", (unsigned long long)limit.rlim_cur >> 10));
    }
    if (getrlimit(RLIMIT_CORE, &limit) == 0)
        AT_TRY(say(self, "core dumps",
                   limit.rlim_cur == 0 ? NULL : "`ulimit -c 0`: a dump would hold evidence", err,
                   limit.rlim_cur == 0 ? "off" : "on"));
    return AT_OK;
}

/* "MemAvailable:   123 kB" of /proc/meminfo, in MiB; -1 when it is not said. */
static int64_t memory_mib(const char *meminfo, const char *field) {
    const char *line = strstr(meminfo, field);
    return line ? strtoll(line + strlen(field), NULL, 10) >> 10 : -1;
}

static at_status check_memory(doctor *self, at_error *err) {
    enum { KEY_MIB = 1200 };
    AT_CLEANUP(at_text_clear) at_text meminfo = {0}, swaps = {0}, status = {0};
    read_system(&meminfo, "/proc/meminfo");
    const int64_t free_mib = memory_mib(at_text_string(&meminfo), "MemAvailable:");
    AT_TRY(say(self, "memory",
               free_mib < 0 || free_mib >= KEY_MIB ? NULL
                                                   : "opening a sealed key takes 1 GiB: free some",
               err, "%" PRId64 " MiB available", free_mib));
    read_system(&swaps, "/proc/swaps");
    const char *second = strchr(at_text_string(&swaps), '\n');
    const bool swap = second && second[1];
    AT_TRY(say(self, "swap",
               swap ? "swapped memory may hold evidence: encrypt swap or turn it off" : NULL, err,
               swap ? "on" : "off"));
    read_system(&status, "/proc/self/status");
    const char *threads = strstr(at_text_string(&status), "Threads:");
    const int64_t count = threads ? strtoll(threads + strlen("Threads:"), NULL, 10) : 1;
    return say(self, "threads",
               count == 1 ? NULL : "a library started threads: results are promised for one", err,
               "%" PRId64, count);
}

/* Messages and answers are UTF-8 whatever the locale says; a terminal may think otherwise. */
static at_status check_locale(doctor *self, at_error *err) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first that is set */
    const char *language = NULL;
    for (size_t i = 0; i < AT_COUNT(names) && (!language || !*language); i++)
        language = getenv(names[i]);
    const bool unset = !language || !*language;
    const bool utf8 = !unset && (strcasestr(language, "utf-8") || strcasestr(language, "utf8"));
    return say(self, "locale",
               utf8 ? NULL : "set LANG=C.UTF-8 or a UTF-8 locale of yours, or names look broken",
               err, "%s; no result depends on it", unset ? "not set" : language);
}

static at_status check_fonts(doctor *self, at_error *err) {
    const at_font_report *fonts = NULL;
    AT_TRY(at_fonts_look(&fonts, self->table.arena, err));
    if (!fonts->folders)
        return say(self, "fonts", "nothing to do when the terminal runs on another machine", err,
                   "none on this machine");
    if (fonts->arabic && fonts->cyrillic)
        return say(self, "fonts", NULL, err, "Arabic: %s; Cyrillic: %s", fonts->arabic,
                   fonts->cyrillic);
    return say(self, "fonts",
               fonts->arabic ? "apt install fonts-dejavu-core"
                             : "apt install fonts-dejavu-core fonts-noto-core",
               err, "none known to show %s%s%s letters", fonts->arabic ? "" : "Arabic and Persian",
               fonts->arabic || fonts->cyrillic ? "" : " or ", fonts->cyrillic ? "" : "Cyrillic");
}

static at_status check_encryption(doctor *self, at_error *err) {
    static const char advice[] =
        "evidence at rest should be encrypted: ask who set this machine up";
    const char *path = self->store_path ? self->store_path : ".";
    const char *device = NULL;
    switch (at_disk_encryption(&device, path, self->table.arena, err)) {
    case AT_DISK_ENCRYPTED:
        return say(self, "disk encryption", NULL, err, "%s lies on %s, which is encrypted", path,
                   device);
    case AT_DISK_PLAIN:
        return say(self, "disk encryption",
                   "move the store to an encrypted disk (cryptsetup, LUKS)", err,
                   "%s lies on %s, where no encryption is seen", path, device);
    default:
        return say(self, "disk encryption", advice, err, "cannot be told from here");
    }
}

/* What import, inbox, map and verify give up before they read a byte. */
static at_status check_confinement(doctor *self, at_error *err) {
    const at_confinement offer = at_confine_offer();
    if (offer.landlock)
        AT_TRY(say(self, "file confinement", NULL, err, "Landlock, version %d", offer.landlock));
    else
        AT_TRY(say(self, "file confinement",
                   "use Linux 5.19 or later with landlock among its security modules", err,
                   "no Landlock from version 2 on: readers could open every file of this user"));
    return say(self, "call confinement",
               offer.calls ? NULL : "use a kernel with CONFIG_SECCOMP_FILTER", err, "%s",
               offer.calls ? "seccomp: no network, no other program"
                           : "no seccomp filter: readers could reach the network");
}

static at_status check_surroundings(doctor *self, at_error *err) {
    AT_TRY(check_locale(self, err));
    AT_TRY(check_fonts(self, err));
    AT_TRY(say(self, "terminal", NULL, err, "%s",
               isatty(STDOUT_FILENO) == 1 ? "yes: tables are for people"
                                          : "no: tables are tab-separated"));
    AT_TRY(say(self, "user", getuid() == 0 ? "work as a user of your own, not as root" : NULL, err,
               "%s", at_cli_actor(self->cli)));
    return check_encryption(self, err);
}

at_status at_cmd_doctor(at_cli *cli, at_error *err) {
    doctor self = {.cli = cli};
    at_table_init(&self.table, "doctor", 1, columns, cli->arena);
    AT_TRY(check_libraries(&self, err));
    AT_TRY(check_store(&self, err));
    AT_TRY(check_clock(&self, err));
    AT_TRY(check_limits(&self, err));
    AT_TRY(check_confinement(&self, err));
    AT_TRY(check_memory(&self, err));
    AT_TRY(check_surroundings(&self, err));
    return at_print_listing(cli, &self.table, err);
}
