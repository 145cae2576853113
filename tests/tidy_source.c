/* Goal: one .c or .h file keeps the rules of the house.
 * Method: tables of includes and words; a rule is a row where it can be. */
#include "tests/tidy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LINES_MAX = 500, FUNCTION_LINES_MAX = 70, LINE_COLUMNS_MAX = 100, NAME_BYTES = 256 };

/* Design section 3: `folder` may include what begins with one of `allowed`, and itself. */
static const struct {
    const char *folder, *allowed[12];
} include_table[] = {
    {"engine/base/", {NULL}},
    {"engine/crypto/", {"engine/base/"}},
    {"engine/model/", {"engine/base/"}},
    {"engine/names/", {"engine/base/", "engine/model/"}},
    {"engine/store/", {"engine/base/", "engine/crypto/", "engine/model/"}},
    {"engine/trace/", {"engine/base/", "engine/model/"}},
    {"engine/network/", {"engine/base/", "engine/model/"}},
    {"engine/evidence/", {"engine/base/", "engine/crypto/", "engine/model/"}},
    {"engine/draw/", {"engine/base/", "engine/model/"}},
    {"importers/",
     {"engine/importer.h", "engine/base/", "engine/model/", "engine/names/identifier.h",
      "engine/names/calendar.h", "engine/names/encoding.h", "engine/names/fold.h"}},
    {"queries/",
     {"engine/query.h", "engine/base/", "engine/model/", "engine/trace/", "engine/network/",
      "engine/names/"}},
    {"engine/jobs/",
     {"engine/importer.h", "engine/query.h", "engine/base/", "engine/crypto/", "engine/model/",
      "engine/names/", "engine/store/", "engine/trace/", "engine/network/", "engine/evidence/",
      "engine/draw/", "importers/guess.h"}},
    {"engine/cli/",
     {"engine/importer.h", "engine/query.h", "engine/jobs/", "engine/evidence/verify.h",
      "engine/crypto/hash.h", "engine/crypto/key.h", "engine/store/", "engine/base/",
      "engine/model/", "importers/guess.h", "importers/importers.def", "queries/queries.def"}},
    {"engine/", {"engine/base/", "engine/model/"}}, /* the two doors themselves */
    {"tests/", {"engine/", "importers/", "queries/"}},
};

/* Headers of outside libraries, and the one place that may see each. */
static const struct {
    const char *header, *place;
} foreign_table[] = {
    {"cjson/", "engine/base/json"},
    {"zlib.h", "engine/base/input"},
    {"zstd", "engine/base/input"},
    {"sodium", "engine/crypto/"},
    {"openssl/", "engine/crypto/"},
    {"unicode/", "engine/names/"},
    {"sqlite3", "engine/store/"},
    {"igraph", "engine/network/"},
    {"gmp.h", "engine/network/exact"},
    {"expat", "importers/xml"},
    {"linux/", "engine/base/confine"},
    {"pango", "engine/draw/"},
    {"cairo", "engine/draw/"},
    {"cpuid.h", "engine/crypto/pair"},
    {"immintrin.h", "engine/crypto/pair"},
    {"emmintrin.h", "importers/csv_line"},
};

static const char *const libc_headers[] = {
    "assert.h",  "ctype.h",   "dirent.h",  "endian.h",   "errno.h",    "fcntl.h",
    "fenv.h",    "float.h",   "fnmatch.h", "getopt.h",   "inttypes.h", "iso646.h",
    "limits.h",  "malloc.h",  "math.h",    "poll.h",     "pthread.h",  "pwd.h",
    "sched.h",   "setjmp.h",  "signal.h",  "stdalign.h", "stdarg.h",   "stdatomic.h",
    "stdbool.h", "stddef.h",  "stdint.h",  "stdio.h",    "stdlib.h",   "stdnoreturn.h",
    "string.h",  "strings.h", "termios.h", "threads.h",  "time.h",     "uchar.h",
    "unistd.h",
};

/* Words and the only places they may stand in; a NULL place means nowhere, not even in tests. */
static const struct {
    const char *word, *rule;
    bool call; /* only where a '(' follows */
    const char *places[3];
} word_table[] = {
    {"strcpy", "banned call", true, {NULL}},
    {"strcat", "banned call", true, {NULL}},
    {"sprintf", "banned call", true, {NULL}},
    {"vsprintf", "banned call", true, {NULL}},
    {"strtok", "banned call", true, {NULL}},
    {"atoi", "banned call", true, {NULL}},
    {"atol", "banned call", true, {NULL}},
    {"gets", "banned call", true, {NULL}},
    {"gmtime", "banned call", true, {NULL}},
    {"localtime", "banned call", true, {NULL}},
    {"igraph_layout_sugiyama", "banned call", true, {NULL}},
    {"malloc", "allocation", false, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"calloc", "allocation", false, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"realloc", "allocation", false, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"free", "allocation", true, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"strdup", "allocation", true, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"strndup", "allocation", true, {"engine/base/arena.c", "engine/base/text.c", "tests/"}},
    {"printf", "printing", true, {"engine/cli/", "tests/"}},
    {"vprintf", "printing", true, {"engine/cli/", "tests/"}},
    {"puts", "printing", true, {"engine/cli/", "tests/"}},
    {"putchar", "printing", true, {"engine/cli/", "tests/"}},
    {"perror", "printing", true, {"engine/cli/", "tests/"}},
    {"stdout", "printing", false, {"engine/cli/", "tests/"}},
    {"stderr", "printing", false, {"engine/cli/", "tests/"}},
    {"time", "clock or environment", true, {"engine/cli/", "tests/"}},
    {"gettimeofday", "clock or environment", true, {"engine/cli/", "tests/"}},
    {"clock_gettime", "clock or environment", true, {"engine/cli/", "tests/"}},
    {"getenv", "clock or environment", true, {"engine/cli/", "tests/"}},
    {"rand", "clock or environment", true, {"tests/"}},
    {"random", "clock or environment", true, {"tests/"}},
};

/* Files in which an amount may pass by: a float there needs a word of excuse. */
static const char *const money_places[] = {"engine/trace/", "engine/model/record", "importers/"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool begins_with_any(const char *path, const char *const *prefixes, size_t count) {
    for (size_t i = 0; i < count && prefixes[i]; i++)
        if (tidy_starts_with(path, prefixes[i]))
            return true;
    return false;
}

static void check_project_include(const tidy_source *source, size_t line, const char *header) {
    size_t row = 0;
    while (row < COUNT(include_table) && !tidy_starts_with(source->path, include_table[row].folder))
        row++;
    if (row == COUNT(include_table))
        tidy_report(source->path, line, "include", "this folder is not in the include table");
    else if (!tidy_starts_with(header, include_table[row].folder) &&
             !begins_with_any(header, include_table[row].allowed,
                              COUNT(include_table[row].allowed)))
        tidy_report(source->path, line, "include", "%s may not include \"%s\"",
                    include_table[row].folder, header);
}

static void check_foreign_include(const tidy_source *source, size_t line, const char *header) {
    for (size_t i = 0; i < COUNT(foreign_table); i++) {
        if (!tidy_starts_with(header, foreign_table[i].header))
            continue;
        if (!tidy_starts_with(source->path, foreign_table[i].place))
            tidy_report(source->path, line, "foreign header", "<%s> belongs to %s alone", header,
                        foreign_table[i].place);
        return;
    }
    bool known = tidy_starts_with(header, "sys/");
    for (size_t i = 0; i < COUNT(libc_headers); i++)
        known = known || strcmp(header, libc_headers[i]) == 0;
    if (!known)
        tidy_report(source->path, line, "foreign header", "<%s> is neither libc nor ours", header);
}

/* Whether `line` is an include; then *header_out is its name and *open_out '"' or '<'. */
static bool read_include(char *header_out, char *open_out, const char *line) {
    line += strspn(line, " \t");
    if (*line++ != '#')
        return false;
    line += strspn(line, " \t");
    if (!tidy_starts_with(line, "include"))
        return false;
    line += strlen("include");
    line += strspn(line, " \t");
    *open_out = *line;
    size_t length = *line ? strcspn(line + 1, "\">\n") : 0;
    if ((*line != '"' && *line != '<') || length >= NAME_BYTES)
        return false;
    memcpy(header_out, line + 1, length);
    header_out[length] = '\0';
    return true;
}

static void check_money(const tidy_source *source, size_t line, const char *start, size_t bytes,
                        const char *word) {
    static const char excuse[] = "/* not money */";
    bool near_money = begins_with_any(source->path, money_places, COUNT(money_places)) ||
                      strstr(source->path, "money") || strstr(source->path, "ledger");
    if (near_money && !tidy_starts_with(source->path, "tests/") &&
        !memmem(start, bytes, excuse, sizeof excuse - 1))
        tidy_report(source->path, line, "float near money", "%s", word);
}

static void check_word(const tidy_source *source, size_t line, size_t at, size_t length) {
    const char *text = source->code + at;
    const char *after = text + length + strspn(text + length, " \t\n");
    bool member = at > 0 && (text[-1] == '.' || (at > 1 && text[-2] == '-' && text[-1] == '>'));
    for (size_t i = 0; i < COUNT(word_table); i++) {
        if (strlen(word_table[i].word) != length || memcmp(word_table[i].word, text, length) != 0)
            continue;
        if (!member && (!word_table[i].call || *after == '(') &&
            !begins_with_any(source->path, word_table[i].places, COUNT(word_table[i].places)))
            tidy_report(source->path, line, word_table[i].rule, "%s", word_table[i].word);
    }
}

/* A comment character is a blank in the code and something else in the raw text. */
static void check_comment_word(const tidy_source *source, size_t line, size_t at, size_t length) {
    if (length == 3 && source->code[at] == ' ' &&
        memcmp(source->raw + at,
               "XX"
               "X",
               3) == 0)
        tidy_report(source->path, line, "leftover",
                    "XX"
                    "X");
}

static void check_line(const tidy_source *source, size_t line, size_t start, size_t bytes) {
    const char *raw = source->raw + start, *code = source->code + start;
    char header[NAME_BYTES], open = 0;
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++)
        columns += ((unsigned char)raw[i] & 0xC0) != 0x80;
    if (columns > LINE_COLUMNS_MAX)
        tidy_report(source->path, line, "line length", "%zu columns", columns);
    if (memchr(raw, '\t', bytes) || (bytes && raw[bytes - 1] == ' '))
        tidy_report(source->path, line, "blank", "a tab, or a blank at the end of the line");
    if (read_include(header, &open, raw) && code[strspn(code, " ")] == '#') {
        if (open == '"')
            check_project_include(source, line, header);
        else if (!tidy_starts_with(source->path, "tests/"))
            check_foreign_include(source, line, header);
        return;
    }
    for (size_t i = 0; i < bytes;) {
        size_t length = 0;
        while (i + length < bytes && tidy_is_word(raw[i + length]))
            length++;
        if (length && code[i] == raw[i]) {
            check_word(source, line, start + i, length);
            if ((length == 5 && memcmp(raw + i, "float", 5) == 0) ||
                (length == 6 && memcmp(raw + i, "double", 6) == 0))
                check_money(source, line, raw, bytes, length == 5 ? "float" : "double");
        } else if (length) {
            check_comment_word(source, line, start + i, length);
        }
        i += length ? length : 1;
    }
}

/* Error codes are whole literals: "E-" and then capitals, digits and dashes. */
static void check_codes(const tidy_source *source) {
    size_t line = 1;
    for (size_t i = 0; i < source->bytes; i++) {
        line += source->raw[i] == '\n';
        if (source->code[i] != '"' || !tidy_starts_with(source->raw + i, "\"E-"))
            continue;
        const char *code = source->raw + i + 1;
        size_t length = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
        char name[NAME_BYTES];
        if (code[length] != '"' || length < 3 || length >= sizeof name)
            continue;
        memcpy(name, code, length);
        name[length] = '\0';
        if (!tidy_code_known(name))
            tidy_report(source->path, line, "error code", "\"%s\" is not in codes.def", name);
    }
}

/* A public function is declared in a header of its own folder that the file includes. */
static void check_declared(const tidy_source *source, size_t line, const char *name) {
    const char *slash = strrchr(source->path, '/');
    size_t folder = slash ? (size_t)(slash - source->path) + 1 : 0;
    bool found = strcmp(name, "main") == 0;
    for (const char *at = source->raw; at && !found; at = strchr(at, '\n')) {
        char header[NAME_BYTES], open = 0;
        size_t bytes = 0;
        at += *at == '\n';
        if (!read_include(header, &open, at) || open != '"' ||
            strncmp(header, source->path, folder) != 0)
            continue;
        char *text = tidy_read(&bytes, source->root, header);
        found = text && tidy_has_word(text, name);
        free(text);
    }
    if (!found)
        tidy_report(source->path, line, "header", "public %s is in no header of its folder", name);
}

/* `statement` begins a function: a name, a '(' and, before the '{' at `brace`, a ')'. */
static bool is_function(const char *code, size_t statement, size_t brace) {
    size_t last = brace;
    while (last > statement && strchr(" \t\n", code[last - 1]))
        last--;
    return last > statement && code[last - 1] == ')' &&
           !memchr(code + statement, '=', brace - statement);
}

static void check_public(const tidy_source *source, size_t line, size_t statement) {
    const char *code = source->code + statement;
    size_t open = strcspn(code, "("), start = open;
    char name[NAME_BYTES];
    if (!tidy_ends_with(source->path, ".c") || tidy_starts_with(source->path, "tests/"))
        return;
    snprintf(name, sizeof name, "%.*s", (int)open, code);
    if (tidy_has_word(name, "static"))
        return;
    while (start > 0 && tidy_is_word(code[start - 1]))
        start--;
    snprintf(name, sizeof name, "%.*s", (int)(open - start), code + start);
    check_declared(source, line, name);
}

/* Follow braces through the code; preprocessor lines do not count, they may be unbalanced. */
static void check_functions(const tidy_source *source) {
    const char *code = source->code;
    size_t line = 1, depth = 0, statement = 0, statement_line = 1;
    bool inside = false, fresh = true;
    for (size_t i = 0; i < source->bytes; i++) {
        if (code[i] == '#' && (i == 0 || code[i - 1] == '\n')) {
            while (i < source->bytes && !(code[i] == '\n' && code[i - 1] != '\\'))
                line += code[i++] == '\n';
            fresh = fresh || depth == 0;
        }
        if (i < source->bytes && code[i] == '\n')
            line++;
        else if (i < source->bytes && fresh && code[i] != ' ') {
            fresh = false;
            statement = i;
            statement_line = line;
        }
        if (code[i] == '{' && depth++ == 0) {
            inside = is_function(code, statement, i);
            if (inside)
                check_public(source, statement_line, statement);
        } else if (code[i] == '}' && depth > 0 && --depth == 0) {
            if (inside && line - statement_line + 1 > FUNCTION_LINES_MAX)
                tidy_report(source->path, statement_line, "function length", "%zu lines",
                            line - statement_line + 1);
            fresh = fresh || inside;
            inside = false;
        } else if (code[i] == ';' && depth == 0) {
            fresh = true;
        }
    }
}

void tidy_check_source(const tidy_source *source) {
    size_t line = 0;
    for (size_t start = 0; start < source->bytes;) {
        size_t bytes = strcspn(source->raw + start, "\n");
        check_line(source, ++line, start, bytes);
        start += bytes + 1;
    }
    if (line > FILE_LINES_MAX)
        tidy_report(source->path, line, "file length", "%zu lines", line);
    check_codes(source);
    check_functions(source);
}
