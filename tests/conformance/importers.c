/* Goal: every registered importer reads its fixtures as written down, and survives any damage to
 * them.
 * Method: fixtures/importers/<name>/<case>/ holds inputs, options.json and map.json where
 * needed, and expected.ndjson: what the sink is told, a line a record. Inputs over 64 KiB are
 * written down as counts and a hash. ASSETTRACE_UPDATE=1 writes the expected files anew: read
 * them before committing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "importers/csv.h"
#include "importers/json_items.h"
#include "tests/support/import_log.h"
#include "engine/base/file.h"
#include "engine/crypto/hash.h"

enum { SMALL_BYTES = 64 << 10, FILE_BYTES_MAX = 16 << 20, FLIPS = 200, PATH_BYTES = 1024 };
enum { STOPS_MAX = 40, ROW_IMPORTERS = 12 };

typedef struct fixture {
    const at_importer *importer;
    char folder[PATH_BYTES];
    at_text options, mapping;
    import_case said;
} fixture;

static void read_text(at_text *out, const char *path) {
    at_error err = {0};
    out->limit_bytes = FILE_BYTES_MAX;
    if (at_file_read(out, path, FILE_BYTES_MAX, &err) != AT_OK)
        fail_msg("%s: %s", path, err.message);
}

static void open_fixture(fixture *f, const at_importer *importer, const char *folder) {
    char path[PATH_BYTES + 32];
    *f = (fixture){.importer = importer};
    (void)snprintf(f->folder, sizeof f->folder, "%s", folder);
    (void)snprintf(path, sizeof path, "%s/options.json", folder);
    if (at_file_kind_of(path) == AT_FILE_REGULAR) {
        read_text(&f->options, path);
        f->said.options = at_text_string(&f->options);
    }
    (void)snprintf(path, sizeof path, "%s/map.json", folder);
    if (at_file_kind_of(path) == AT_FILE_REGULAR) {
        read_text(&f->mapping, path);
        f->said.mapping = at_text_string(&f->mapping);
    }
}

static void close_fixture(fixture *f) {
    at_text_clear(&f->options);
    at_text_clear(&f->mapping);
}

static bool is_input(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL && strcmp(name, "options.json") != 0 && strcmp(name, "map.json") != 0 &&
           strcmp(name, "expected.ndjson") != 0 && strcmp(dot, ".md") != 0;
}

static void run(import_log *log, const fixture *f, const char *data, size_t bytes,
                const char *name) {
    at_error err = {0};
    if (import_run(log, f->importer, &f->said, data, bytes, name, &err) != AT_OK)
        fail_msg("%s/%s: %s (%s)", f->folder, name, err.message, err.place);
    if (log->broken[0] != '\0')
        fail_msg("%s/%s: %s", f->folder, name, log->broken);
}

static void add_line(at_text *text, const char *format, ...) AT_PRINTF(2, 3);
static void add_line(at_text *text, const char *format, ...) {
    char line[2048];
    at_error err = {0};
    va_list arguments;
    va_start(arguments, format);
    const int bytes = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert_in_range(bytes, 0, (int)sizeof line - 1);
    assert_int_equal(at_text_add(text, line, &err), AT_OK);
}

/* What one input gives: its lines, or for a big one their hash. */
static void add_input(at_text *told, const fixture *f, const char *data, size_t bytes,
                      const char *name) {
    import_log log = {.text = {.limit_bytes = 1 << 30}};
    at_error err = {0};
    char hash[AT_SHA256_TEXT_BYTES] = "";
    run(&log, f, data, bytes, name);
    add_line(told, "{\"file\":\"%s\"}\n", name);
    if (bytes <= SMALL_BYTES) {
        assert_int_equal(at_text_add(told, at_text_string(&log.text), &err), AT_OK);
    } else {
        assert_int_equal(at_sha256_text(hash, log.text.data, log.text.bytes, &err), AT_OK);
        add_line(told, "{\"bytes\":%zu,\"sha256_of_lines\":\"%s\"}\n", bytes, hash);
    }
    for (int kind = AT_KIND_NONE + 1; kind < AT_KIND_COUNT; kind++)
        if (log.facts[kind] > 0)
            add_line(told, "{\"count\":%llu,\"kind\":\"%s\"}\n",
                     (unsigned long long)log.facts[kind], at_kind_text((at_kind)kind));
    add_line(told, "{\"loaded\":%llu,\"rejected\":%llu,\"status\":\"%s\",\"warned\":%llu}\n",
             (unsigned long long)log.loaded, (unsigned long long)log.rejected,
             log.status == AT_OK ? "ok" : log.err.code, (unsigned long long)log.warned);
    import_log_clear(&log);
}

/* --- Walking the fixtures
 * ---------------------------------------------------------------------- */

typedef void visit_input(const fixture *f, const char *data, size_t bytes, const char *name,
                         void *self);

static void visit_case(fixture *f, visit_input *visit, void *self) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0, inputs = 0;
    at_error err = {0};
    assert_int_equal(at_folder_walk(&entries, &count, f->folder, &arena, &err), AT_OK);
    for (size_t i = 0; i < count; i++) {
        char path[2 * PATH_BYTES];
        at_text data = {0};
        if (entries[i].kind != AT_FILE_REGULAR || !is_input(entries[i].path))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", f->folder, entries[i].path);
        read_text(&data, path);
        visit(f, data.data, data.bytes, entries[i].path, self);
        at_text_clear(&data);
        inputs++;
    }
    if (inputs == 0)
        fail_msg("%s has no input", f->folder);
}

typedef void visit_folder(fixture *f, void *self);

/* Every case of every importer; an importer without one fails. */
static void visit_cases(visit_folder *visit, void *self) {
    const char *root = getenv("ASSETTRACE_ROOT");
    assert_non_null(root);
    for (size_t i = 0; at_importers[i] != NULL; i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_file_entry *entries = NULL;
        size_t count = 0, cases = 0;
        at_error err = {0};
        char folder[PATH_BYTES / 2];
        (void)snprintf(folder, sizeof folder, "%s/fixtures/importers/%s", root,
                       at_importers[i]->name);
        if (at_folder_walk(&entries, &count, folder, &arena, &err) != AT_OK)
            fail_msg("%s has no fixture: %s", at_importers[i]->name, err.message);
        for (size_t k = 0; k < count; k++) {
            char path[PATH_BYTES];
            fixture f;
            if (entries[k].kind != AT_FILE_FOLDER || strchr(entries[k].path, '/') != NULL)
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", folder, entries[k].path);
            open_fixture(&f, at_importers[i], path);
            visit(&f, self);
            close_fixture(&f);
            cases++;
        }
        if (cases == 0)
            fail_msg("%s has no fixture", at_importers[i]->name);
    }
}

/* --- As written down
 * --------------------------------------------------------------------------- */

static void tell_input(const fixture *f, const char *data, size_t bytes, const char *name,
                       void *self) {
    add_input(self, f, data, bytes, name);
}

static void show_difference(const char *folder, const char *told, const char *expected) {
    size_t line = 1;
    while (*told != '\0' && *told == *expected) {
        line += *told == '\n';
        told++;
        expected++;
    }
    print_message("%s/expected.ndjson differs on line %zu:\n  told     %.300s\n  expected %.300s\n",
                  folder, line, told, expected);
}

static void check_case(fixture *f, void *self) {
    size_t *wrong = self;
    at_text told = {.limit_bytes = FILE_BYTES_MAX}, expected = {0};
    at_error err = {0};
    char path[PATH_BYTES + 32];
    visit_case(f, tell_input, &told);
    (void)snprintf(path, sizeof path, "%s/expected.ndjson", f->folder);
    if (getenv("ASSETTRACE_UPDATE") != NULL)
        assert_int_equal(at_file_write(path, told.data, told.bytes, 0644, &err), AT_OK);
    read_text(&expected, path);
    if (strcmp(at_text_string(&told), at_text_string(&expected)) != 0) {
        show_difference(f->folder, at_text_string(&told), at_text_string(&expected));
        ++*wrong;
    }
    at_text_clear(&told);
    at_text_clear(&expected);
}

static void test_expected(void **state) {
    (void)state;
    size_t wrong = 0;
    visit_cases(check_case, &wrong);
    assert_int_equal(wrong, 0);
}

static void test_narrow_window(void **state) {
    (void)state;
    size_t wrong = 0;
    static const size_t windows[] = {3, 7, 64};
    for (size_t i = 0; i < AT_COUNT(windows); i++) {
        at_csv_window(windows[i]);
        at_json_items_window(windows[i]);
        visit_cases(check_case, &wrong);
    }
    at_csv_window(0);
    at_json_items_window(0);
    assert_int_equal(wrong, 0);
}

/* --- Rough weather
 * ----------------------------------------------------------------------------- */

static void cut_input(const fixture *f, const char *data, size_t bytes, const char *name,
                      void *self) {
    size_t *runs = self;
    if (bytes > SMALL_BYTES)
        return;
    for (size_t length = 0; length < bytes; length += 7) {
        import_log log = {.quiet = true};
        run(&log, f, data, length, name);
        ++*runs;
    }
}

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void flip_input(const fixture *f, const char *data, size_t bytes, const char *name,
                       void *self) {
    size_t *runs = self;
    if (bytes > SMALL_BYTES)
        return;
    uint64_t seed = 20240301;
    char *copy = malloc(bytes);
    assert_non_null(copy);
    for (int i = 0; i < FLIPS; i++) {
        memcpy(copy, data, bytes);
        for (uint64_t flips = 1 + next_random(&seed) % 3; flips > 0; flips--) {
            const uint64_t at = next_random(&seed);
            copy[at % bytes] = (char)(copy[at % bytes] ^ (1 << (at >> 61)));
        }
        import_log log = {.quiet = true};
        run(&log, f, copy, bytes, name);
        ++*runs;
    }
    free(copy);
}

static void starve_input(const fixture *f, const char *data, size_t bytes, const char *name,
                         void *self) {
    size_t *runs = self;
    if (bytes > SMALL_BYTES)
        return;
    import_log well = {.quiet = true};
    run(&well, f, data, bytes, name);
    for (uint64_t n = 1;; n++) {
        import_log log = {.quiet = true, .fail_after = n};
        run(&log, f, data, bytes, name);
        ++*runs;
        if (log.status == well.status)
            break;
        assert_int_equal(log.status, AT_NO_MEMORY);
        assert_true(n < 10000);
    }
}

typedef struct weather {
    visit_input *visit;
    size_t runs;
} weather;

static void visit_weather(fixture *f, void *self) {
    weather *w = self;
    visit_case(f, w->visit, &w->runs);
}

static void run_weather(visit_input *visit, size_t least) {
    weather w = {.visit = visit};
    visit_cases(visit_weather, &w);
    print_message("  %zu runs\n", w.runs);
    assert_true(w.runs >= least);
}

static void test_truncated(void **state) {
    (void)state;
    run_weather(cut_input, 500);
}

static void test_flipped(void **state) {
    (void)state;
    run_weather(flip_input, 10 * FLIPS);
}

static void test_no_memory(void **state) {
    (void)state;
    run_weather(starve_input, 100);
}

/* --- Stopped and gone on
 * ----------------------------------------------------------------------- */

typedef struct stops {
    const at_importer *importer;
    size_t resumed, importers;
} stops;

/* Stopped between any two records, and gone on there by a reader that knows only what was kept. */
static void stop_input(const fixture *f, const char *data, size_t bytes, const char *name,
                       void *self) {
    stops *all = self;
    import_log whole = {.asks = true, .text = {.limit_bytes = 1 << 30}};
    if (bytes > SMALL_BYTES)
        return;
    run(&whole, f, data, bytes, name);
    for (uint64_t stop = 1; stop <= whole.places; stop += 1 + whole.places / STOPS_MAX) {
        import_log log = {.asks = true, .stop_at = stop, .text = {.limit_bytes = 1 << 30}};
        run(&log, f, data, bytes, name);
        assert_int_equal(log.status, AT_INTERRUPTED);
        log.stop_at = 0;
        log.resumes = true;
        run(&log, f, data, bytes, name);
        if (log.status != whole.status ||
            strcmp(at_text_string(&log.text), at_text_string(&whole.text)) != 0) {
            show_difference(f->folder, at_text_string(&log.text), at_text_string(&whole.text));
            fail_msg("%s/%s: gone on at place %llu", f->folder, name, (unsigned long long)stop);
        }
        import_log_clear(&log);
        all->importers += all->importer != f->importer;
        all->importer = f->importer;
        all->resumed++;
    }
    import_log_clear(&whole);
}

static void stop_case(fixture *f, void *self) {
    visit_case(f, stop_input, self);
}

static void test_stopped(void **state) {
    (void)state;
    stops all = {.importer = NULL};
    visit_cases(stop_case, &all);
    print_message("  %zu times, %zu importers\n", all.resumed, all.importers);
    assert_true(all.resumed > 150);
    assert_true(all.importers >= ROW_IMPORTERS);
}

/* What was kept and then damaged is refused, or leads to what any damaged file may lead to. */
static void damage_input(const fixture *f, const char *data, size_t bytes, const char *name,
                         void *self) {
    size_t *runs = self;
    uint64_t seed = 77;
    import_log kept = {.asks = true, .stop_at = 2, .quiet = true};
    if (bytes > SMALL_BYTES)
        return;
    run(&kept, f, data, bytes, name);
    for (size_t i = 0; kept.status == AT_INTERRUPTED && i < FLIPS / 4; i++) {
        import_log log = {.asks = true, .resumes = true, .quiet = true};
        at_error err = {0};
        const size_t length = i % 2 ? kept.kept.bytes : next_random(&seed) % kept.kept.bytes + 1;
        assert_int_equal(at_text_add_bytes(&log.kept, kept.kept.data, length, &err), AT_OK);
        log.kept.data[next_random(&seed) % length] ^= (char)(1 << next_random(&seed) % 8);
        assert_int_equal(import_run(&log, f->importer, &f->said, data, bytes, name, &err), AT_OK);
        ++*runs;
        import_log_clear(&log);
    }
    import_log_clear(&kept);
}

static void test_damaged_places(void **state) {
    (void)state;
    run_weather(damage_input, 500);
}

/* An importer that can be guessed is guessed for its own fixtures and for no other's. */
static void sniff_input(const fixture *f, const char *data, size_t bytes, const char *name,
                        void *self) {
    size_t *checked = self;
    const at_span head = {data, bytes < 4096 ? bytes : 4096};
    for (size_t i = 0; at_importers[i] != NULL; i++) {
        const at_importer *other = at_importers[i];
        const int sure = other->sniff != NULL ? other->sniff(head) : 0;
        if (other == f->importer && other->sniff != NULL && sure < 50)
            fail_msg("%s does not know its own %s/%s", other->name, f->folder, name);
        if (other != f->importer && sure >= 50)
            fail_msg("%s takes %s/%s for its own", other->name, f->folder, name);
        ++*checked;
    }
}

static void test_sniff(void **state) {
    (void)state;
    run_weather(sniff_input, 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expected),  cmocka_unit_test(test_narrow_window),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_sniff),     cmocka_unit_test(test_damaged_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
