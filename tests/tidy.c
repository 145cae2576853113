/* Goal: what style and design can say to a program is not argued in review.
 * Method: walk the tree once in name order and print `file:line: rule: text` for every violation.
 *
 *   tidy ROOT [TESTONLY]
 *
 * TESTONLY is the folder of data that may be tested with but not kept (ROOT/../shared/data/testonly
 * unless said; absent is said and skipped). Exit code 0 clean, 1 violations, 2 cannot look. */
#include "tests/tidy.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

/* Shorter files ("a,b\n1,2\n") are written twice by chance. */
enum { FORBIDDEN_BYTES_MIN = 64 };
enum { HASH_BYTES = 32, PATH_BYTES = 4096, CODES_MAX = 1000, CODE_BYTES = 32 };

typedef struct forbidden {
    size_t bytes;
    unsigned char hash[HASH_BYTES];
    char name[PATH_BYTES];
} forbidden;

static size_t violation_count;
static forbidden *forbidden_files;
static size_t forbidden_count;
static char codes[CODES_MAX][CODE_BYTES];
static size_t code_count;

typedef void visit(const char *root, const char *path, size_t bytes);

static void fail(const char *what, const char *path) {
    fprintf(stderr, "tidy: %s \"%s\"\n", what, path);
    exit(2);
}

void tidy_report(const char *path, size_t line, const char *rule, const char *format, ...) {
    va_list args;
    violation_count++;
    printf("%s:%zu: %s: ", path, line, rule);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

bool tidy_starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool tidy_ends_with(const char *text, const char *suffix) {
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

bool tidy_is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool tidy_has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !tidy_is_word(at[-1])) && !tidy_is_word(at[length]))
            return true;
    return false;
}

bool tidy_code_known(const char *code) {
    for (size_t i = 0; i < code_count; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

char *tidy_read(size_t *bytes_out, const char *root, const char *path) {
    char full[2 * PATH_BYTES];
    struct stat status;
    snprintf(full, sizeof full, "%s/%s", root, path);
    FILE *file = fopen(full, "rb");
    if (!file)
        return NULL;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        fclose(file);
        return NULL;
    }
    size_t bytes = (size_t)status.st_size;
    char *text = calloc(bytes + 1, 1);
    if (text && fread(text, 1, bytes, file) != bytes) {
        free(text);
        text = NULL;
    }
    fclose(file);
    *bytes_out = text ? bytes : 0;
    return text;
}

/* Call `visitor` for every regular file under root/path, in byte order of their names. */
static void walk(const char *root, const char *path, visit *visitor) {
    char full[2 * PATH_BYTES];
    struct dirent **entries = NULL;
    snprintf(full, sizeof full, "%s/%s", root, path);
    int count = scandir(full, &entries, NULL, alphasort);
    if (count < 0)
        fail("cannot read the folder", full);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char child[PATH_BYTES];
        struct stat status;
        int length = snprintf(child, sizeof child, "%s%s%s", path, *path ? "/" : "", name);
        bool skipped = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       strcmp(child, ".git") == 0 || strcmp(child, "build") == 0;
        snprintf(full, sizeof full, "%s/%s", root, child);
        if (!skipped && length < PATH_BYTES && lstat(full, &status) == 0) {
            if (S_ISDIR(status.st_mode))
                walk(root, child, visitor);
            else if (S_ISREG(status.st_mode))
                visitor(root, child, (size_t)status.st_size);
        }
        free(entries[i]);
    }
    free(entries);
}

static void hash_file(unsigned char *hash, const char *root, const char *path) {
    size_t bytes = 0;
    char *text = tidy_read(&bytes, root, path);
    if (!text || EVP_Digest(text, bytes, hash, NULL, EVP_sha256(), NULL) != 1)
        fail("cannot read", path);
    free(text);
}

static void remember_forbidden(const char *root, const char *path, size_t bytes) {
    if (bytes < FORBIDDEN_BYTES_MIN)
        return;
    forbidden *grown = realloc(forbidden_files, (forbidden_count + 1) * sizeof *grown);
    if (!grown)
        fail("out of memory at", path);
    forbidden_files = grown;
    forbidden *file = &forbidden_files[forbidden_count++];
    file->bytes = bytes;
    snprintf(file->name, sizeof file->name, "%s", path);
    hash_file(file->hash, root, path);
}

/* Size first, so that a tree without test-only data is hardly ever hashed. */
static void check_forbidden(const char *root, const char *path, size_t bytes) {
    unsigned char hash[HASH_BYTES];
    bool hashed = false;
    for (size_t i = 0; i < forbidden_count; i++) {
        if (forbidden_files[i].bytes != bytes)
            continue;
        if (!hashed)
            hash_file(hash, root, path);
        hashed = true;
        if (memcmp(hash, forbidden_files[i].hash, HASH_BYTES) == 0)
            tidy_report(path, 0, "test-only data", "is %s, which may be read but not kept",
                        forbidden_files[i].name);
    }
}

static void check_leftovers(const char *path, char *text) {
    static const char *const words[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME"};
    size_t line = 0;
    for (char *rest = text; rest;) {
        char *start = strsep(&rest, "\n");
        line++;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (tidy_has_word(start, words[i]))
                tidy_report(path, line, "leftover", "%s", words[i]);
        if (strcasestr(start, "not "
                              "implemented"))
            tidy_report(path, line, "leftover",
                        "not "
                        "implemented");
    }
}

/* codes.def: CODE("E-AREA-WORD", "...") lines, sorted, each code once and short enough. */
static void read_codes(const char *root) {
    static const char path[] = "engine/base/codes.def";
    size_t bytes = 0, line = 0;
    char *text = tidy_read(&bytes, root, path);
    for (char *rest = text; rest;) {
        char *start = strsep(&rest, "\n");
        line++;
        if (!tidy_starts_with(start, "CODE(\""))
            continue;
        char *code = start + strlen("CODE(\"");
        size_t length = strcspn(code, "\"");
        code[length] = '\0';
        if (length >= CODE_BYTES || code_count == CODES_MAX) {
            tidy_report(path, line, "error code", "\"%s\" is too long or one too many", code);
            continue;
        }
        if (code_count && strcmp(codes[code_count - 1], code) >= 0)
            tidy_report(path, line, "error code", "\"%s\" is not sorted or twice there", code);
        memcpy(codes[code_count++], code, length + 1);
    }
    free(text);
}

/* Design section 3: what may lie in the root. */
static void check_top(const char *root) {
    static const char *const known[] = {
        ".",
        "..",
        ".ci",
        ".clang-format",
        ".editorconfig",
        ".git",
        ".gitattributes",
        ".gitignore",
        "build",
        "dev",
        "engine",
        "fixtures",
        "importers",
        "queries",
        "tests",
        "LICENSE",
        "README.md",
        "CMakeLists.txt",
        "CMakePresets.json",
    };
    struct dirent **entries = NULL;
    int count = scandir(root, &entries, NULL, alphasort);
    if (count < 0)
        fail("cannot read the folder", root);
    for (int i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            found = found || strcmp(entries[i]->d_name, known[k]) == 0;
        if (!found)
            tidy_report(entries[i]->d_name, 0, "top level", "the design has no such entry");
        free(entries[i]);
    }
    free(entries);
}

/* Replace comments by blanks and the inside of literals by '"', keeping every line end. */
static void blank(char *code) {
    enum { CODE, COMMENT, LITERAL } state = CODE;
    char quote = 0;
    for (char *at = code; *at; at++) {
        if (state == CODE && at[0] == '/' && at[1] == '*') {
            state = COMMENT;
            *at++ = ' ';
            *at = ' ';
        } else if (state == CODE && (*at == '"' || *at == '\'')) {
            state = LITERAL;
            quote = *at;
        } else if (state == COMMENT && at[0] == '*' && at[1] == '/') {
            state = CODE;
            *at++ = ' ';
            *at = ' ';
        } else if (state == COMMENT && *at != '\n') {
            *at = ' ';
        } else if (state == LITERAL && *at == '\\' && at[1] && at[1] != '\n') {
            *at++ = '"';
            *at = '"';
        } else if (state == LITERAL && (*at == quote || *at == '\n')) {
            state = CODE;
        } else if (state == LITERAL) {
            *at = '"';
        }
    }
}

static void check_file(const char *root, const char *path, size_t bytes) {
    static const char *const texts[] = {".c", ".h", ".sh", ".sql", ".cmake", ".def", ".txt", ".md"};
    bool is_text = strcmp(path, "dev") == 0;
    check_forbidden(root, path, bytes);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        is_text = is_text || tidy_ends_with(path, texts[i]);
    if (!is_text || tidy_starts_with(path, "fixtures/"))
        return;

    tidy_source source = {.root = root, .path = path};
    source.raw = tidy_read(&source.bytes, root, path);
    source.code = source.raw ? strdup(source.raw) : NULL;
    if (!source.code)
        fail("cannot read", path);
    if (strlen(source.raw) != source.bytes) {
        tidy_report(path, 0, "text", "holds a NUL byte");
    } else if (tidy_ends_with(path, ".c") || tidy_ends_with(path, ".h")) {
        blank(source.code);
        tidy_check_source(&source);
    }
    check_leftovers(path, source.raw);
    free(source.raw);
    free(source.code);
}

int main(int argc, char **argv) {
    char testonly[PATH_BYTES];
    struct stat status;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: tidy ROOT [TESTONLY]\n");
        return 2;
    }
    const char *root = argv[1];
    snprintf(testonly, sizeof testonly, "%s%s", argc == 3 ? argv[2] : root,
             argc == 3 ? "" : "/../shared/data/testonly");
    if (stat(testonly, &status) == 0)
        walk(testonly, "", remember_forbidden);
    else
        fprintf(stderr, "tidy: no \"%s\": copies of test-only data are not looked for\n", testonly);

    read_codes(root);
    check_top(root);
    walk(root, "", check_file);
    free(forbidden_files);
    printf("tidy: %zu violations\n", violation_count);
    return violation_count ? 1 : 0;
}
