/* Goal: progress says how much, how fast and how long yet, and never more than fits on a line; a
 *       job inside another is a part of its step; nobody is told who did not ask.
 * Method: a table; a row is one moment of one job. Then jobs by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/cli/progress_line.c"
#include "engine/cli/width.c"

#define MIB ((uint64_t)1 << 20)

#define KIB ((uint64_t)1 << 10)
#define HALF (AT_PROGRESS_WHOLE / 2)

static const struct {
    const char *story;
    at_progress bar;
    uint64_t part;
    int64_t elapsed_us;
    size_t columns;
    const char *line;
} moments[] = {
    {"half way",
     {"bank.csv", AT_PROGRESS_BYTES, 100 * MIB, 50 * MIB, NULL, true},
     0,
     5000000,
     80,
     "bank.csv  [##########..........]  50%  10.0 MiB/s  0:05 left"},
    {"at the end",
     {"bank.csv", AT_PROGRESS_BYTES, 2 * KIB, 2 * KIB, NULL, true},
     0,
     2000000,
     80,
     "bank.csv  [####################]  100%  1.0 KiB/s  0:00 left"},
    {"hours",
     {"bank.csv", AT_PROGRESS_BYTES, 36010, 10, NULL, true},
     0,
     1000000,
     80,
     "bank.csv  [#...................]  0%  10.0 B/s  1:00:00 left"},
    {"nothing yet",
     {"bank.csv", AT_PROGRESS_BYTES, 10, 0, NULL, true},
     0,
     1500000,
     80,
     "bank.csv  [....................]  0%  0.0 B/s"},
    {"of unknown size",
     {"stdin", AT_PROGRESS_BYTES, 0, 3 * MIB, NULL, true},
     0,
     2000000,
     80,
     "stdin  1.5 MiB/s"},
    {"more than the file had",
     {"bank.csv", AT_PROGRESS_BYTES, MIB, 3 * MIB, NULL, true},
     0,
     2000000,
     80,
     "bank.csv  1.5 MiB/s"},
    {"a long name is cut",
     {"a-very-long-name-of-a-statement.csv", AT_PROGRESS_BYTES, 1, 1, NULL, true},
     0,
     1000000,
     80,
     "a-very-long-name-of-a-st  [####################]  100%  1.0 B/s  0:00 left"},
    {"a name that would move the cursor",
     {"a\rb", AT_PROGRESS_BYTES, 1, 1, NULL, true},
     0,
     1000000,
     80,
     "a<U+000D>b  [####################]  100%  1.0 B/s  0:00 left"},
    {"a narrow terminal",
     {"bank.csv", AT_PROGRESS_BYTES, 100 * MIB, 50 * MIB, NULL, true},
     0,
     5000000,
     30,
     "bank.csv"},
    {"a file of gibibytes",
     {"bank.csv", AT_PROGRESS_BYTES, 10000 * MIB, 5000 * MIB, NULL, true},
     0,
     1000000,
     80,
     "bank.csv  [##########..........]  50%  4.8 GiB/s  0:01 left"},
    {"things are counted",
     {"cases", AT_PROGRESS_COUNT, 200, 50, NULL, true},
     0,
     20000000,
     80,
     "cases  [#####...............]  25%  50 of 200  2.5/s  1:00 left"},
    {"half a step counts",
     {"cases", AT_PROGRESS_COUNT, 2, 0, NULL, true},
     HALF,
     10000000,
     80,
     "cases  [#####...............]  25%  0 of 2  0.0/s  0:30 left"},
    {"nobody knows how many",
     {"rows", AT_PROGRESS_COUNT, 0, 500, NULL, true},
     0,
     1000000,
     80,
     "rows  500  500.0/s"},
    {"a time nobody waits for is not said",
     {"rows", AT_PROGRESS_COUNT, UINT64_MAX, 1, NULL, true},
     0,
     1000000,
     80,
     "rows  [#...................]  0%  1 of 18446744073709551615  1.0/s"},
};

static void test_line(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(moments); i++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        print_message("  %s\n", moments[i].story);
        assert_int_equal(at_progress_line(&out, &moments[i].bar, moments[i].part,
                                          moments[i].elapsed_us, moments[i].columns, NULL),
                         AT_OK);
        assert_string_equal(at_text_string(&out), moments[i].line);
    }
}

static uint64_t part_of(uint64_t middle_done, uint64_t inner_done, uint64_t inner_total) {
    const at_progress outer = {.what = "cases", .total = 10};
    const at_progress middle = {
        .what = "questions", .total = 4, .done = middle_done, .outer = &outer};
    const at_progress inner = {
        .what = "rows", .total = inner_total, .done = inner_done, .outer = &middle};
    return at_progress_part(&inner);
}

static void test_part(void **state) {
    const at_progress alone = {.what = "cases", .total = 10, .done = 5};
    (void)state;
    assert_int_equal(at_progress_part(&alone), 0);
    assert_int_equal(part_of(0, 0, 8), 0);
    assert_int_equal(part_of(0, 4, 8), AT_PROGRESS_WHOLE / 8);
    assert_int_equal(part_of(2, 0, 8), AT_PROGRESS_WHOLE / 2);
    assert_int_equal(part_of(3, 4, 8), AT_PROGRESS_WHOLE / 8 * 7);
    assert_int_equal(part_of(2, 5, 0), AT_PROGRESS_WHOLE / 2); /* nobody knows how much inside */
    assert_int_equal(part_of(4, 0, 8), 0);                     /* past its total */
}

static const char *told_what;
static uint64_t told_done;
static int told_count;

static void listen(const at_progress *bar) {
    told_what = bar ? bar->what : NULL;
    told_done = bar ? bar->done : 0;
    told_count++;
}

static void test_door(void **state) {
    at_progress outer = {.what = "cases", .total = 2}, inner = {.what = "rows", .total = 3};
    at_progress never = {.what = "never"};
    (void)state;
    at_progress_ask();
    at_progress_begin(&outer); /* nobody listens */
    at_progress_step(&outer, 1);
    at_progress_end(&outer);
    at_progress_listen(listen);
    at_progress_begin(&outer);
    assert_int_equal(told_count, 1);
    assert_int_equal(told_done, 0);
    at_progress_step(&outer, 1);
    assert_int_equal(told_count, 2);
    assert_string_equal(told_what, "cases");
    at_progress_step(&outer, 1); /* not asked again */
    assert_int_equal(told_count, 2);
    at_progress_begin(&inner);
    assert_int_equal(told_count, 2);
    at_progress_ask();
    at_progress_step(&inner, 2);
    assert_string_equal(told_what, "rows");
    assert_int_equal(told_done, 2);
    assert_ptr_equal(inner.outer, &outer);
    at_progress_end(&never);
    at_progress_end(&inner);
    at_progress_end(&inner);
    at_progress_ask();
    at_progress_step(&outer, 2);
    assert_string_equal(told_what, "cases");
    at_progress_end(&outer);
    assert_null(told_what); /* nothing is measured any more */
    at_progress_listen(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line), cmocka_unit_test(test_part),
                                       cmocka_unit_test(test_door)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
