/* Goal: a damaged file never passes for the one that was sent: what is loaded from it is what was
 * there, or a reject, a warning or a failure says that something is wrong, or the record itself
 * holds the damaged bytes and so has another address than the true one.
 * Method: every small fixture of every importer, cut at every byte, and with one bit of every byte
 * flipped; each record loaded is compared with that of the whole file. Then the same files packed:
 * any cut or flip of a gzip file gives the same content or an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/import_log.h"
#include "engine/base/file.h"
#include "engine/base/input.h"

enum { SMALL_BYTES = 1200, PATH_BYTES = 1024, CASE_BYTES_MAX = 1 << 20, PACKED_BYTES = 1 << 16 };

/* One fixture, and what the whole file gives. */
typedef struct sample {
    const at_importer *importer;
    at_text options, mapping, input;
    import_case said;
    import_log whole;
    char path[PATH_BYTES];
} sample;

static size_t sample_count, run_count, differing_count;

static void read_optional(at_text *out, const char *folder, const char *name, const char **said) {
    char path[PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (at_file_kind_of(path) != AT_FILE_REGULAR)
        return;
    assert_int_equal(at_file_read(out, path, CASE_BYTES_MAX, NULL), AT_OK);
    *said = at_text_string(out);
}

/* The number after the last `key` of a line; keys of the log itself stand outside of "facts". */
static uint64_t number_of(const char *line, size_t bytes, const char *key) {
    const size_t key_bytes = strlen(key);
    for (size_t i = bytes - key_bytes; i > 0; i--)
        if (memcmp(line + i, key, key_bytes) == 0)
            return strtoull(line + i + key_bytes, NULL, 10);
    return 0;
}

static bool is_record(const char *line) {
    return strncmp(line + strcspn(line, ","), ",\"facts\":", strlen(",\"facts\":")) == 0;
}

static size_t line_bytes(const char *line) {
    return strcspn(line, "\n") + 1;
}

/* Is this line of a log, with its line feed, among those of the other? */
static bool holds_line(const char *log, const char *line, size_t bytes) {
    for (const char *at = log; *at; at += line_bytes(at))
        if (line_bytes(at) == bytes && memcmp(at, line, bytes) == 0)
            return true;
    return false;
}

/* A line end more or less renumbers what follows: that alone is no difference. */
static void drop_numbers(at_text *log) {
    static const char *const marks[] = {"\"line\":", "\"seq\":", "line "};
    char *to = log->data;
    for (const char *from = log->data; from && *from;) {
        size_t mark = 0;
        while (mark < AT_COUNT(marks) && strncmp(from, marks[mark], strlen(marks[mark])) != 0)
            mark++;
        const size_t bytes = mark < AT_COUNT(marks) ? strlen(marks[mark]) : 1;
        memmove(to, from, bytes);
        to += bytes;
        from += bytes;
        if (mark < AT_COUNT(marks))
            from += strspn(from, "0123456789");
    }
    if (to) {
        *to = '\0';
        log->bytes = (size_t)(to - log->data);
    }
}

/* @param flipped  offset of the byte that differs, or past the end for a cut */
static void check_run(const sample *s, const char *data, size_t bytes, uint64_t flipped) {
    static const char summary[] = "\"facts\":[{\"statement\":";
    import_log log = {0};
    at_error err = {0};
    assert_int_equal(import_run(&log, s->importer, &s->said, data, bytes, "input", &err), AT_OK);
    if (log.broken[0])
        fail_msg("%s, %zu bytes, byte %llu: %s", s->path, bytes, (unsigned long long)flipped,
                 log.broken);
    run_count++;
    drop_numbers(&log.text);
    const char *whole = at_text_string(&s->whole.text), *text = at_text_string(&log.text);
    bool said = log.status != AT_OK; /* or a reject or warning that the whole file does not get */
    for (const char *line = text; *line; line += line_bytes(line))
        said = said || (!is_record(line) && !holds_line(whole, line, line_bytes(line)));
    for (const char *line = text; *line && !said; line += line_bytes(line)) {
        const size_t length = line_bytes(line);
        /* A statement sums up the rows that are there: a file cut between two rows has fewer. */
        if (holds_line(whole, line, length) || memmem(line, length, summary, sizeof summary - 1))
            continue;
        const uint64_t offset = number_of(line, length, "\"offset\":");
        const uint64_t size = strtoull(line + strlen("{\"bytes\":"), NULL, 10);
        differing_count++;
        if (flipped < offset || flipped >= offset + size)
            fail_msg("%s, %zu bytes, byte %llu: nothing is said of %.*s", s->path, bytes,
                     (unsigned long long)flipped, (int)length - 1, line);
    }
    import_log_clear(&log);
}

static void damage(const sample *s) {
    char copy[SMALL_BYTES];
    const size_t bytes = s->input.bytes;
    for (size_t cut = 0; cut < bytes; cut++)
        check_run(s, at_text_string(&s->input), cut, UINT64_MAX);
    memcpy(copy, s->input.data, bytes);
    for (size_t at = 0; at < bytes; at++) {
        copy[at] = (char)(copy[at] ^ (1 << (at * 5 % 8)));
        check_run(s, copy, bytes, at);
        copy[at] = s->input.data[at];
    }
}

/* The content of `packed`, or how far it went before an error. */
static at_status unpack(at_text *out, const char *path, const char *packed, size_t bytes) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_error err = {0};
    at_span span;
    at_text_reset(out);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(packed, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    AT_TRY(at_input_open(&in, path, "packed", 0, &err));
    for (;;) {
        AT_TRY(at_input_peek(&span, in, 1, &err));
        if (span.bytes == 0)
            return AT_OK;
        AT_TRY(at_text_add_bytes(out, span.data, span.bytes, &err));
        at_input_take(in, span.bytes);
    }
}

static void damage_packed(const sample *s) {
    char command[2 * PATH_BYTES], packed[PACKED_BYTES], path[] = "/tmp/assettrace-damage-XXXXXX";
    AT_CLEANUP(at_text_clear) at_text content = {0};
    snprintf(command, sizeof command, "gzip -9 -n -c '%s'", s->path);
    FILE *pipe = popen(command, "r");
    const int made = mkstemp(path);
    assert_true(pipe != NULL && made >= 0);
    close(made);
    const size_t bytes = fread(packed, 1, sizeof packed, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(unpack(&content, path, packed, bytes), AT_OK);
    assert_int_equal(content.bytes, s->input.bytes);
    /* A cut inside the two bytes that say "gzip" leaves a file that says nothing of gzip. */
    for (size_t cut = 3; cut < bytes; cut++)
        assert_int_not_equal(unpack(&content, path, packed, cut), AT_OK);
    for (size_t at = 3; at < bytes; at++) {
        packed[at] = (char)(packed[at] ^ (1 << (at % 8)));
        if (unpack(&content, path, packed, bytes) == AT_OK) {
            assert_int_equal(content.bytes, s->input.bytes);
            assert_memory_equal(content.data, s->input.data, content.bytes);
        }
        packed[at] = (char)(packed[at] ^ (1 << (at % 8)));
    }
    unlink(path);
}

static void try_file(const at_importer *importer, const char *folder, const char *name) {
    sample s = {.importer = importer};
    at_error err = {0};
    snprintf(s.path, sizeof s.path, "%s/%s", folder, name);
    assert_int_equal(at_file_read(&s.input, s.path, CASE_BYTES_MAX, &err), AT_OK);
    if (s.input.bytes <= SMALL_BYTES) {
        read_optional(&s.options, folder, "options.json", &s.said.options);
        read_optional(&s.mapping, folder, "map.json", &s.said.mapping);
        assert_int_equal(import_run(&s.whole, importer, &s.said, at_text_string(&s.input),
                                    s.input.bytes, "input", &err),
                         AT_OK);
        drop_numbers(&s.whole.text);
        print_message("  %s\n", s.path);
        sample_count++;
        damage(&s);
        if (sample_count % 8 == 1)
            damage_packed(&s);
    }
    import_log_clear(&s.whole);
    at_text_clear(&s.options);
    at_text_clear(&s.mapping);
    at_text_clear(&s.input);
}

static void try_importer(const at_importer *importer, const char *root) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    char folder[PATH_BYTES];
    at_file_entry *entries = NULL;
    size_t count = 0;
    snprintf(folder, sizeof folder, "%s/fixtures/importers/%s", root, importer->name);
    assert_int_equal(at_folder_walk(&entries, &count, folder, &arena, NULL), AT_OK);
    for (size_t i = 0; i < count; i++) {
        const char *slash = strchr(entries[i].path, '/');
        if (entries[i].kind != AT_FILE_REGULAR || !slash || strncmp(slash, "/input", 6) != 0)
            continue;
        const char *inside = NULL;
        assert_int_equal(at_arena_print(&inside, &arena, NULL, "%s/%.*s", folder,
                                        (int)(slash - entries[i].path), entries[i].path),
                         AT_OK);
        try_file(importer, inside, slash + 1);
    }
}

static void test_damage(void **state) {
    (void)state;
    const char *root = getenv("ASSETTRACE_ROOT");
    assert_non_null(root);
    for (size_t i = 0; at_importers[i]; i++)
        try_importer(at_importers[i], root);
    print_message("%zu files, %zu damaged; %zu damaged records read as they now stand\n",
                  sample_count, run_count, differing_count);
    assert_true(sample_count >= 10 && run_count > 5000 && differing_count > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
