#include "engine/cli/cli.h"

#include "engine/cli/exit.h"
#include "engine/cli/lang.h"
#include "engine/cli/output.h"
#include "engine/cli/progress.h"
#include "engine/cli/width.h"
#include "engine/store/custody.h"

#include <assert.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NOTE_BYTES = 16384 }; /* the limits of a trace by every rule take thousands */

typedef struct search {
    const char *name;
    bool found;
} search;

static void look_for(void *self, const at_option *option) {
    search *wanted = self;
    wanted->found = wanted->found || strcmp(option->name, wanted->name) == 0;
}

/* A misspelt name here would be an option that never works. */
static bool is_declared(const at_cli *cli, const char *name) {
    search wanted = {.name = name};
    if (cli->command)
        at_command_options(cli->command, look_for, &wanted);
    for (const at_option *option = at_general_options; option->name; option++)
        look_for(&wanted, option);
    return wanted.found;
}

static const at_given *last_given(const at_cli *cli, const char *name) {
    assert(is_declared(cli, name));
    for (size_t i = cli->given_count; i > 0; i--)
        if (strcmp(cli->given[i - 1].option->name, name) == 0)
            return &cli->given[i - 1];
    return NULL;
}

bool at_cli_has(const at_cli *cli, const char *option) {
    return last_given(cli, option) != NULL;
}

const char *at_cli_value(const at_cli *cli, const char *option) {
    const at_given *given = last_given(cli, option);
    return given ? given->value : NULL;
}

at_status at_cli_values(const char *const **out, size_t *count_out, const at_cli *cli,
                        const char *option, at_error *err) {
    const char **values = NULL;
    size_t count = 0;
    assert(is_declared(cli, option));
    AT_TRY(AT_NEW(&values, cli->arena, cli->given_count, err));
    for (size_t i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, option) == 0)
            values[count++] = cli->given[i].value;
    *out = values;
    *count_out = count;
    return AT_OK;
}

at_status at_cli_number(int64_t *out, const at_cli *cli, const char *option, int64_t low,
                        int64_t high, int64_t fallback, at_error *err) {
    const char *text = at_cli_value(cli, option);
    int64_t number = fallback;
    if (text && (!at_int_parse(&number, text) || number < low || number > high))
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"--%s %s\" is not a whole number from %lld to %lld", option, text,
                       (long long)low, (long long)high);
    *out = number;
    return AT_OK;
}

int64_t at_cli_now_us(void) {
    struct timespec now = {0};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return AT_TIME_NONE;
    return (int64_t)now.tv_sec * AT_US_PER_SECOND + now.tv_nsec / 1000;
}

static const char *find_actor(at_cli *cli) {
    const char *actor = getenv("ASSETTRACE_ACTOR");
    if (actor && *actor)
        return actor;
    const struct passwd *user = getpwuid(getuid());
    if (user && user->pw_name && *user->pw_name &&
        at_arena_text(&actor, cli->arena, user->pw_name, NULL) == AT_OK)
        return actor;
    if (at_arena_print(&actor, cli->arena, NULL, "uid %u", (unsigned)getuid()) != AT_OK)
        return NULL;
    return actor;
}

const char *at_cli_actor(at_cli *cli) {
    if (!cli->actor)
        cli->actor = find_actor(cli);
    return cli->actor;
}

static at_status find_store(at_cli *cli, at_error *err) {
    const char *named = at_cli_value(cli, "store");
    if (!named)
        named = getenv("ASSETTRACE_STORE");
    if (named && *named)
        return at_arena_text(&cli->store_path, cli->arena, named, err);
    char folder[4096];
    if (!getcwd(folder, sizeof folder))
        return at_fail(err, AT_IO, "E-IO", "the current folder cannot be told");
    AT_CLEANUP(at_text_clear) at_text found = {0};
    AT_TRY(at_store_find(&found, folder, err));
    return at_arena_text(&cli->store_path, cli->arena, at_text_string(&found), err);
}

at_status at_cli_store_path(const char **out, at_cli *cli, at_error *err) {
    if (!cli->store_path)
        AT_TRY(find_store(cli, err));
    *out = cli->store_path;
    return AT_OK;
}

static void tell_recovered(const char *sentence) {
    at_cli_note("RECOVERED", "%s", sentence);
}

/* Tests have no gigabytes: how often a large import is committed. */
static uint64_t piece_bytes(void) {
    const char *told = getenv("ASSETTRACE_PIECE_BYTES");
    int64_t bytes = 0;
    return told && at_int_parse(&bytes, told) && bytes > 0 ? (uint64_t)bytes : 0;
}

at_status at_cli_open_store(at_store **out, at_cli *cli, at_store_mode mode, at_error *err) {
    enum { MS_PER_SECOND = 1000, LOCK_WAIT_S_MAX = 86400 };
    const char *path = NULL;
    int64_t wait_s = AT_LOCK_WAIT_MS / MS_PER_SECOND, revision = 0;
    if (cli->command->takes & AT_TAKES_REVISION) /* a mistake there is known without a store */
        AT_TRY(at_cli_number(&revision, cli, "at", 1, INT64_MAX, 0, err));
    if (cli->command->takes & AT_TAKES_LOCK)
        AT_TRY(at_cli_number(&wait_s, cli, "lock-wait", 0, LOCK_WAIT_S_MAX, wait_s, err));
    AT_TRY(at_cli_store_path(&path, cli, err));
    const at_store_options options = {.mode = mode,
                                      .lock_wait_ms = (int)wait_s * MS_PER_SECOND,
                                      .now_us = at_cli_now_us,
                                      .actor = at_cli_actor(cli),
                                      .piece_bytes = piece_bytes(),
                                      .tell = tell_recovered};
    return at_store_open(out, path, &options, err);
}

at_status at_cli_open_reader(at_reader **out, at_cli *cli, at_store *store, at_error *err) {
    int64_t revision = 0;
    if (cli->command->takes & AT_TAKES_REVISION)
        AT_TRY(at_cli_number(&revision, cli, "at", 1, INT64_MAX, 0, err));
    return at_reader_open(out, store, revision, cli->arena, err);
}

at_status at_cli_log(at_store *store, const char *action, const char *object, const char *result,
                     int64_t revision, at_error *err) {
    if (!at_store_writable(store))
        return AT_OK;
    const at_custody_entry entry = {
        .action = action, .object = object, .result = result, .revision = revision};
    return at_custody_append(store, &entry, err);
}

/* Words from files may hold anything: they reach stderr made visible, and wrapped on a terminal. */
static void say(const char *text) {
    AT_CLEANUP(at_text_clear) at_text visible = {0}, line = {0}, shown = {0};
    const bool terminal = isatty(STDERR_FILENO) == 1;
    const size_t columns = terminal ? at_terminal_columns(STDERR_FILENO) : 0;
    if (at_visible_add(&visible, NULL, text, false, NULL) != AT_OK)
        return;
    const char *rest = at_text_string(&visible), *indent = "";
    at_progress_erase();
    while (*rest) {
        size_t next = strlen(rest), bytes = next;
        if (columns)
            bytes = at_visible_cut(&next, rest, columns - strlen(indent));
        at_text_reset(&line);
        at_text_reset(&shown);
        if (at_text_add_bytes(&line, rest, bytes, NULL) != AT_OK ||
            at_visible_add(&shown, NULL, at_text_string(&line), terminal, NULL) != AT_OK)
            return;
        fprintf(stderr, "%s%s\n", indent, at_text_string(&shown));
        rest += next;
        indent = "  ";
    }
}

static void say_line(const char *format, ...) AT_PRINTF(1, 2);

static void say_line(const char *format, ...) {
    char text[NOTE_BYTES + 256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say(text);
}

void at_cli_note(const char *code, const char *format, ...) {
    char text[NOTE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *kind = code ? at_word_translated("note", code) : NULL;
    if (kind)
        say_line("%s: %s", at_word("lead.note"), kind);
    say_line("%s%s%s%s%s", kind ? "" : at_word("lead.note"), kind ? "  " : ": ", code ? code : "",
             code ? ": " : "", text);
}

void at_cli_complain(const at_error *err) {
    char code[16];
    if (!err->message[0])
        return;
    /* In another language than English: what the code means, then the exact words. */
    const char *title = at_word_translated("code", err->code), *lead = at_word("lead.error");
    snprintf(code, sizeof code, "%d", at_exit_code(err->status, 0));
    if (title)
        say_line("%s: %s [%s]", lead, title, err->code);
    else if ((title = at_word_translated("exit", code)))
        say_line("%s: %s", lead, title);
    say_line("%s%s%s%s%s", title ? "" : lead, title ? "  " : ": ", err->place,
             err->place[0] ? ": " : "", err->message);
    if (err->hint[0])
        say_line("  %s  [%s]", err->hint, err->code);
    else
        say_line("  `assettrace help %s` says more.  [%s]", err->code, err->code);
}
