/* Goal: progress says how much, how fast and how long yet, and never more than fits on a line.
 * Method: a table; a row is one moment of one job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/cli/progress_line.c"
#include "engine/cli/width.c"

#define MIB ((uint64_t)1 << 20)

static const struct {
    const char *story, *what;
    uint64_t done, total;
    int64_t elapsed_us;
    size_t columns;
    const char *line;
} moments[] = {
    {"half way", "bank.csv", 50 * MIB, 100 * MIB, 5000000, 80,
     "bank.csv  [##########..........]  50%  10.0 MiB/s  0:05 left"},
    {"at the end", "bank.csv", 2048, 2048, 2000000, 80,
     "bank.csv  [####################]  100%  1.0 KiB/s  0:00 left"},
    {"hours", "bank.csv", 10, 36010, 1000000, 80,
     "bank.csv  [#...................]  0%  10.0 B/s  1:00:00 left"},
    {"nothing yet", "bank.csv", 0, 10, 1500000, 80,
     "bank.csv  [....................]  0%  0.0 B/s"},
    {"of unknown size", "stdin", 3 * MIB, 0, 2000000, 80, "stdin  1.5 MiB/s"},
    {"more than the file had", "bank.csv", 3 * MIB, MIB, 2000000, 80, "bank.csv  1.5 MiB/s"},
    {"a long name is cut", "a-very-long-name-of-a-statement.csv", 1, 1, 1000000, 80,
     "a-very-long-name-of-a-st  [####################]  100%  1.0 B/s  0:00 left"},
    {"a name that would move the cursor", "a\rb", 1, 1, 1000000, 80,
     "a<U+000D>b  [####################]  100%  1.0 B/s  0:00 left"},
    {"a narrow terminal", "bank.csv", 50 * MIB, 100 * MIB, 5000000, 30, "bank.csv"},
    {"a file of gibibytes", "bank.csv", 5000 * MIB, 10000 * MIB, 1000000, 80,
     "bank.csv  [##########..........]  50%  4.8 GiB/s  0:01 left"},
};

static void test_line(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(moments); i++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        print_message("  %s\n", moments[i].story);
        assert_int_equal(at_progress_line(&out, moments[i].what, moments[i].done, moments[i].total,
                                          moments[i].elapsed_us, moments[i].columns, NULL),
                         AT_OK);
        assert_string_equal(at_text_string(&out), moments[i].line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
