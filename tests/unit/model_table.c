/* Goal: an answer prints one way, sorts one way whoever filled it, and counts its sources.
 * Method: tables of cells; one answer filled in every order; rows with more sources than are
 * listed; every allocation failing in turn. */
#include "engine/model/table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const at_column columns[] = {
    {"name", AT_COLUMN_TEXT, ""},   {"thing", AT_COLUMN_ID, ""},
    {"count", AT_COLUMN_COUNT, ""}, {"amount", AT_COLUMN_AMOUNT, ""},
    {"share", AT_COLUMN_SHARE, ""}, {"ratio", AT_COLUMN_RATIO, ""},
    {"when", AT_COLUMN_TIME, ""},   {NULL, AT_COLUMN_TEXT, NULL},
};

static const char *print(const at_column *column, const at_cell *cell, int places) {
    static char out[128];
    AT_CLEANUP(at_text_clear) at_text text = {0};
    assert_int_equal(at_cell_print(&text, column, cell, places, NULL), AT_OK);
    assert_true(text.bytes < sizeof out);
    memcpy(out, at_text_string(&text), text.bytes + 1);
    return out;
}

static void test_print(void **state) {
    (void)state;
    at_cell cell;
    at_cell_text(&cell, "علی");
    assert_string_equal(print(&columns[0], &cell, 12), "علی");
    assert_string_equal(print(&columns[1], &cell, 12), "علی");
    at_cell_text(&cell, NULL);
    assert_string_equal(print(&columns[0], &cell, 12), "");
    at_cell_integer(&cell, 0);
    assert_string_equal(print(&columns[2], &cell, 12), "0"); /* zero is not empty */
    at_cell_integer(&cell, -120);
    assert_string_equal(print(&columns[3], &cell, 12), "-120");
    at_cell_integer(&cell, AT_AMOUNT_NONE);
    assert_string_equal(print(&columns[3], &cell, 12), "");
    at_cell_ratio(&cell, (at_ratio){1, 8});
    assert_string_equal(print(&columns[5], &cell, 12), "1/8");
    at_cell_time(&cell, 0, AT_SECOND);
    assert_string_equal(print(&columns[6], &cell, 12), "1970-01-01T00:00:00Z");
    at_cell_time(&cell, 0, AT_DAY);
    assert_string_equal(print(&columns[6], &cell, 12), "1970-01-01");
    at_cell_time(&cell, AT_TIME_NONE, AT_DAY);
    assert_string_equal(print(&columns[6], &cell, 12), "");
}

static void test_print_share(void **state) {
    (void)state;
    static const struct {
        double share;
        int places;
        const char *text;
    } rows[] = {
        {0.0, 12, "0.000000000000"},    {-0.0, 9, "0.000000000"},
        {1.0, 9, "1.000000000"},        {0.125, 12, "0.125000000000"},
        {1.0 / 3.0, 9, "0.333333333"},  {2.0 / 3.0, 9, "0.666666667"},
        {-1e-13, 12, "0.000000000000"}, {-0.5, 3, "-0.500"},
        {12345.678, 1, "12345.7"},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_cell cell;
        at_cell_real(&cell, rows[i].share);
        assert_string_equal(print(&columns[4], &cell, rows[i].places), rows[i].text);
    }
    /* A user's locale may write a comma or U+066B; where one is installed, we must not. */
    static const char *const locales[] = {"fa_IR.UTF-8", "de_DE.UTF-8", "ar_IQ.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < AT_COUNT(locales); i++) {
        at_cell cell;
        at_cell_real(&cell, 0.25);
        if (setlocale(LC_ALL, locales[i]) != NULL)
            assert_string_equal(print(&columns[4], &cell, 2), "0.25");
    }
    setlocale(LC_ALL, "C");
}

static void test_shape(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_table table;
    at_row *row = NULL;
    at_table_init(&table, "owners_of", 3, columns, &arena);
    assert_int_equal(table.column_count, 7);
    assert_int_equal(at_table_column(&table, "name"), 0);
    assert_int_equal(at_table_column(&table, "when"), 6);
    assert_int_equal(at_table_column(&table, "whence"), -1);
    assert_int_equal(at_table_row(&row, &table, NULL), AT_OK);
    assert_int_equal(row->grade, AT_OBSERVED);
    for (size_t i = 0; i < table.column_count; i++)
        assert_true(row->cells[i].empty);
    assert_int_equal(at_table_note(&table, NULL, "HUB_CUT", "%d hubs of \"%s\"", 2, "A"), AT_OK);
    assert_int_equal(table.note_count, 1);
    assert_string_equal(table.notes[0].code, "HUB_CUT");
    assert_string_equal(table.notes[0].text, "2 hubs of \"A\"");
}

static void test_citing(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_table table;
    at_row *row = NULL;
    at_table_init(&table, "q", 1, columns, &arena);
    assert_int_equal(at_table_row(&row, &table, NULL), AT_OK);
    for (int round = 0; round < 2; round++) /* the second time says nothing new */
        for (at_record_id record = 1000; record > 0; record--) {
            assert_int_equal(at_row_cite(row, &table, 0, NULL), AT_OK);
            assert_int_equal(at_row_cite(row, &table, record, NULL), AT_OK);
            assert_int_equal(at_row_cite(row, &table, 1000, NULL), AT_OK);
            const size_t cited = round == 0 ? 1001 - (size_t)record : 1000;
            assert_int_equal(row->support, cited);
            assert_int_equal(row->record_count, cited < AT_SOURCES_MAX ? cited : AT_SOURCES_MAX);
        }
    for (size_t i = 0; i < AT_SOURCES_MAX; i++)
        assert_int_equal(row->records[i], 1000 - i);
}

/* --- Sorting ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t count;
    double share; /* < 0: empty */
    at_ratio ratio;
    int64_t us;
    at_precision precision;
    at_grade grade;
    at_record_id records[3];
} answer[] = {
    {NULL, 9, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", AT_AMOUNT_NONE, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", -5, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, -1, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, 0.25, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, 0.5, {1, 10}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, 0.5, {1, 2}, AT_TIME_NONE, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, 0.5, {1, 2}, 0, AT_DAY, AT_OBSERVED, {1}},
    {"A", 9, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"A", 9, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1, 2}},
    {"A", 9, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {2}},
    {"A", 9, 0.5, {1, 2}, 0, AT_SECOND, AT_INFERRED, {1}},
    {"A", 10, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}}, /* by value: 9 before 10 */
    {"B", 0, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"a", 0, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}},
    {"\xD8\xB9", 0, 0.5, {1, 2}, 0, AT_SECOND, AT_OBSERVED, {1}}, /* bytes are unsigned */
};

/* Fill the answer from `first` in steps of `step`, which has no divisor with the count. */
static at_status fill(at_table *table, size_t first, size_t step, at_error *err) {
    for (size_t i = 0; i < AT_COUNT(answer); i++) {
        const size_t k = (first + i * step) % AT_COUNT(answer);
        at_row *row = NULL;
        AT_TRY(at_table_row(&row, table, err));
        row->grade = answer[k].grade;
        at_cell_text(&row->cells[0], answer[k].name);
        at_cell_integer(&row->cells[2], answer[k].count);
        if (answer[k].share >= 0)
            at_cell_real(&row->cells[4], answer[k].share);
        at_cell_ratio(&row->cells[5], answer[k].ratio);
        at_cell_time(&row->cells[6], answer[k].us, answer[k].precision);
        for (size_t r = 0; r < 3; r++)
            AT_TRY(at_row_cite(row, table, answer[k].records[r], err));
    }
    return AT_OK;
}

static void check_order(const at_table *table) {
    assert_int_equal(table->row_count, AT_COUNT(answer));
    for (size_t i = 0; i < AT_COUNT(answer); i++) {
        const at_row *row = &table->rows[i];
        if (answer[i].name != NULL)
            assert_string_equal(row->cells[0].text, answer[i].name);
        assert_int_equal(row->cells[0].empty, answer[i].name == NULL);
        assert_int_equal(row->cells[2].integer, answer[i].count);
        assert_int_equal(row->cells[4].empty, answer[i].share < 0);
        assert_int_equal(row->cells[5].ratio.den, answer[i].ratio.den);
        assert_int_equal(row->cells[6].integer, answer[i].us);
        assert_int_equal(row->cells[6].precision, answer[i].precision);
        assert_int_equal(row->grade, answer[i].grade);
        for (size_t r = 0; r < row->record_count; r++)
            assert_int_equal(row->records[r], answer[i].records[r]);
    }
}

static void test_sort(void **state) {
    (void)state;
    for (size_t first = 0; first < AT_COUNT(answer); first++)
        for (size_t step = 1; step < AT_COUNT(answer); step += 2) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            at_table table;
            at_table_init(&table, "q", 1, columns, &arena);
            assert_int_equal(fill(&table, first, step, NULL), AT_OK);
            assert_int_equal(at_table_sort(&table, NULL), AT_OK);
            check_order(&table);
        }
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_table empty;
    at_table_init(&empty, "q", 1, columns, &arena);
    assert_int_equal(at_table_sort(&empty, NULL), AT_OK);
    assert_int_equal(empty.row_count, 0);
}

static void test_sort_is_stable(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_table table;
    at_cell *cells[100];
    at_table_init(&table, "q", 1, columns, &arena);
    for (size_t i = 0; i < AT_COUNT(cells); i++) {
        at_row *row = NULL;
        assert_int_equal(at_table_row(&row, &table, NULL), AT_OK);
        at_cell_integer(&row->cells[2], (int64_t)(i % 3));
        cells[i] = row->cells;
    }
    assert_int_equal(at_table_sort(&table, NULL), AT_OK);
    size_t at = 0;
    for (size_t value = 0; value < 3; value++)
        for (size_t i = value; i < AT_COUNT(cells); i += 3)
            assert_ptr_equal(table.rows[at++].cells, cells[i]);
}

/* --- Rough weather ---------------------------------------------------------------------------- */

static at_status answer_all(at_arena *arena, at_text *text, at_error *err) {
    at_table table;
    at_table_init(&table, "q", 1, columns, arena);
    AT_TRY(fill(&table, 3, 5, err));
    for (at_record_id record = 1; record < 300; record++)
        AT_TRY(at_row_cite(&table.rows[0], &table, record, err));
    for (int i = 0; i < 20; i++)
        AT_TRY(at_table_note(&table, err, "GAP", "%02000d", i));
    AT_TRY(at_table_sort(&table, err));
    for (size_t i = 0; i < table.column_count; i++)
        AT_TRY(at_cell_print(text, &columns[i], &table.rows[1].cells[i], 12, err));
    return AT_OK;
}

static void test_memory_runs_out(void **state) {
    (void)state;
    at_status status = AT_NO_MEMORY;
    uint64_t n = 0;
    while (status != AT_OK) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text text = {0};
        at_memory_fail_after(++n);
        status = answer_all(&arena, &text, NULL);
        at_memory_fail_after(0);
        assert_true(status == AT_OK || status == AT_NO_MEMORY);
    }
    assert_true(n > 5);
}

/* The arena's own limit falls on every step in turn, also between its blocks. */
static void test_memory_limit(void **state) {
    (void)state;
    at_status status = AT_LIMIT;
    size_t steps = 0;
    for (size_t limit = 64; status != AT_OK; limit += 64, steps++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = limit};
        AT_CLEANUP(at_text_clear) at_text text = {0};
        status = answer_all(&arena, &text, NULL);
        assert_true(status == AT_OK || status == AT_LIMIT);
    }
    assert_true(steps > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_share),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_citing),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_sort_is_stable),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
