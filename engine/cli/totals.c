#include "engine/cli/totals.h"

#include "engine/cli/grid.h"
#include "engine/cli/lang.h"
#include "engine/cli/width.h"
#include "engine/jobs/ask.h"

#include <string.h>

enum { GRADES = AT_INFERRED + 1, LEAD_MAX = 4 };

/* All rows of one currency and one grade; where several methods answer side by side, of one. */
typedef struct total {
    const char *method; /* NULL: the table has none */
    const char *currency;
    at_grade grade;
    size_t rows;
    at_wide *sums; /* one a column of amounts */
    bool *stated;  /* does any of the rows say an amount there? nothing is no zero */
} total;

typedef struct total_list {
    total *items; /* by method, currency, grade */
    size_t count, capacity;
    int columns[AT_FIELDS_MAX]; /* of amounts */
    size_t column_count;
    at_arena *arena;
} total_list;

static int compare(const total *a, const total *b) {
    int order = at_text_compare(a->method, b->method);
    if (order == 0)
        order = at_text_compare(a->currency, b->currency);
    return order ? order : (int)a->grade - (int)b->grade;
}

static at_status find(total **out, total_list *list, const total *wanted, at_error *err) {
    size_t at = 0;
    while (at < list->count && compare(&list->items[at], wanted) < 0)
        at++;
    if (at == list->count || compare(&list->items[at], wanted) != 0) {
        at_wide *sums = NULL;
        bool *stated = NULL;
        AT_TRY(AT_NEW(&sums, list->arena, list->column_count, err));
        AT_TRY(AT_NEW(&stated, list->arena, list->column_count, err));
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
        for (size_t k = list->count++; k > at; k--)
            list->items[k] = list->items[k - 1];
        list->items[at] = *wanted;
        list->items[at].sums = sums;
        list->items[at].stated = stated;
    }
    *out = &list->items[at];
    return AT_OK;
}

static at_status add_up(total_list *list, const at_table *table, int currency, int method,
                        at_error *err) {
    for (size_t row = 0; row < table->row_count; row++) {
        const at_cell *cells = table->rows[row].cells;
        total *sum = NULL;
        if (cells[currency].empty)
            continue;
        const total wanted = {.method = method >= 0 ? cells[method].text : NULL,
                              .currency = cells[currency].text,
                              .grade = table->rows[row].grade};
        AT_TRY(find(&sum, list, &wanted, err));
        sum->rows++;
        for (size_t i = 0; i < list->column_count; i++)
            if (!cells[list->columns[i]].empty) {
                sum->sums[i] += cells[list->columns[i]].integer;
                sum->stated[i] = true;
            }
    }
    return AT_OK;
}

static at_status add_line(at_output *out, const char *text, at_error *err) {
    AT_TRY(at_visible_add(&out->text, NULL, text, out->terminal && !out->path, err));
    return at_text_add_char(&out->text, '\n', err);
}

/* "rows: 5 = 3 observed + 2 inferred", each word isolated for itself */
static at_status print_counts(at_output *out, const at_table *table, at_error *err) {
    const bool isolate = out->terminal && !out->path;
    size_t counts[GRADES] = {0};
    for (size_t row = 0; row < table->row_count; row++)
        counts[table->rows[row].grade]++;
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(at_visible_add(&out->text, NULL, at_word("total.rows"), isolate, err));
    AT_TRY(at_text_print(&out->text, err, ": %zu", table->row_count));
    const char *gap = " = ";
    for (int grade = 0; grade < GRADES; grade++) {
        if (!counts[grade])
            continue;
        AT_TRY(at_text_print(&out->text, err, "%s%zu ", gap, counts[grade]));
        AT_TRY(at_visible_add(&out->text, NULL, at_word_of("grade", at_grade_text((at_grade)grade)),
                              isolate, err));
        gap = " + ";
    }
    return at_text_add_char(&out->text, '\n', err);
}

static at_status print_sums(at_output *out, const total_list *list, const at_table *table,
                            bool methods, at_error *err) {
    at_grid_column columns[AT_FIELDS_MAX + LEAD_MAX];
    size_t count = 0;
    at_grid grid;
    char number[AT_WIDE_BYTES];
    if (methods)
        columns[count++] = (at_grid_column){.head = at_word_of("column", "method")};
    columns[count++] = (at_grid_column){.head = at_word_of("column", "currency")};
    columns[count++] = (at_grid_column){.head = at_word_of("column", "grade")};
    columns[count++] = (at_grid_column){.head = at_word("total.rows"), .right = true};
    for (size_t i = 0; i < list->column_count; i++)
        columns[count++] = (at_grid_column){
            .head = at_word_of("column", table->columns[list->columns[i]].name), .right = true};
    AT_TRY(at_grid_init(&grid, out, columns, count, list->arena, err));
    for (size_t i = 0; i < list->count; i++) {
        const total *sum = &list->items[i];
        if (methods)
            AT_TRY(at_grid_add(&grid, sum->method ? sum->method : "", err));
        AT_TRY(at_grid_add(&grid, sum->currency, err));
        AT_TRY(at_grid_add(&grid, at_word_of("grade", at_grade_text(sum->grade)), err));
        at_wide_format(number, (at_wide)sum->rows);
        AT_TRY(at_grid_add(&grid, number, err));
        for (size_t k = 0; k < list->column_count; k++) {
            at_wide_format(number, sum->sums[k]);
            AT_TRY(at_grid_add(&grid, sum->stated[k] ? number : "", err));
        }
    }
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(add_line(out, at_word("total.lead"), err));
    return at_grid_print(out, &grid, err);
}

/* What two rows can be at most, they cannot both be: bounds are not added up. */
static bool is_bound(const char *column) {
    return strcmp(column, "lo") == 0 || strcmp(column, "hi") == 0;
}

at_status at_totals_print(at_output *out, const at_print *print, const at_field_list *fields,
                          at_arena *arena, at_error *err) {
    const at_table *table = print->table;
    const at_query *query = at_query_find(at_queries, table->query);
    const int currency = at_table_column(table, "currency");
    const int method = at_table_column(table, "method");
    total_list list = {.arena = arena};
    if (!print->facts)
        return AT_OK;
    for (size_t i = 0; i < fields->count; i++) {
        const int index = fields->items[i].index;
        if (index >= 0 && table->columns[index].type == AT_COLUMN_AMOUNT &&
            !is_bound(table->columns[index].name))
            list.columns[list.column_count++] = index;
    }
    AT_TRY(print_counts(out, table, err));
    if (!query || !query->adds_up || currency < 0 || list.column_count == 0)
        return AT_OK;
    AT_TRY(add_up(&list, table, currency, method, err));
    return list.count ? print_sums(out, &list, table, method >= 0, err) : AT_OK;
}
