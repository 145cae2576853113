#include "engine/jobs/cut.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CURRENCIES_MAX = 32 };

const char *const at_cut_policies[] = {"last", "smallest", "refuse", NULL};

/* Rows that go, and what money they speak of. */
typedef struct dropped {
    size_t rows;
    struct {
        const char *currency;
        int64_t amount;
    } sums[CURRENCIES_MAX];
    size_t count;
    bool more;            /* an amount or a currency beyond what can be said here */
    int amount, currency; /* columns; -1: none */
} dropped;

int at_cut_column(const at_column *columns, at_column_type type) {
    for (int i = 0; columns[i].name; i++)
        if (columns[i].type == type)
            return i;
    return -1;
}

static dropped nothing_dropped(const at_table *table) {
    return (dropped){.amount = at_cut_column(table->columns, AT_COLUMN_AMOUNT),
                     .currency = at_table_column(table, "currency")};
}

static const char *currency_of(const at_row *row, int column) {
    const at_cell *cell = column < 0 ? NULL : &row->cells[column];
    return cell && !cell->empty ? cell->text : "";
}

static void drop(dropped *sum, const at_row *row) {
    sum->rows++;
    if (sum->amount < 0 || row->cells[sum->amount].empty)
        return;
    const char *currency = currency_of(row, sum->currency);
    size_t place = 0;
    while (place < sum->count && !at_text_equal(sum->sums[place].currency, currency))
        place++;
    if (place == CURRENCIES_MAX) {
        sum->more = true;
        return;
    }
    if (place == sum->count) {
        sum->sums[place].currency = currency;
        sum->count++;
    }
    if (__builtin_add_overflow(sum->sums[place].amount, row->cells[sum->amount].integer,
                               &sum->sums[place].amount))
        sum->more = true;
}

/* "EUR 1200; USD 5 minor units", or nothing for an answer without amounts. */
static at_status say_amounts(at_text *out, const dropped *sum, at_error *err) {
    if (sum->more)
        return at_text_add(out, ", of more money than can be said here", err);
    for (size_t i = 0; i < sum->count; i++)
        AT_TRY(at_text_print(out, err, "%s%s%s%" PRId64, i ? "; " : ", together ",
                             sum->sums[i].currency, sum->sums[i].currency[0] ? " " : "",
                             sum->sums[i].amount));
    return sum->count ? at_text_add(out, " minor units", err) : AT_OK;
}

static at_status say(at_table *table, const dropped *sum, const char *code, const char *why,
                     at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    if (sum->rows == 0)
        return AT_OK;
    AT_TRY(say_amounts(&text, sum, err));
    return at_table_note(table, err, code, "%s: %zu rows are left out%s", why, sum->rows,
                         at_text_string(&text));
}

/* Is the row one that the filter leaves out? */
typedef bool wanted_gone(const at_table *table, const at_row *row, const at_cut *cut);

static bool other_grade(const at_table *table, const at_row *row, const at_cut *cut) {
    (void)table;
    return cut->grades && !(cut->grades & (1u << row->grade));
}

static bool too_small(const at_table *table, const at_row *row, const at_cut *cut) {
    const int column = at_cut_column(table->columns, AT_COLUMN_AMOUNT);
    return cut->min_amount != AT_AMOUNT_NONE && column >= 0 && !row->cells[column].empty &&
           row->cells[column].integer < cut->min_amount;
}

static bool other_time(const at_table *table, const at_row *row, const at_cut *cut) {
    if (cut->since_us == AT_TIME_NONE && cut->until_us == AT_TIME_NONE)
        return false;
    const int column = at_cut_column(table->columns, AT_COLUMN_TIME);
    if (column < 0 || row->cells[column].empty)
        return false;
    const int64_t time = row->cells[column].integer;
    return (cut->since_us != AT_TIME_NONE && time < cut->since_us) ||
           (cut->until_us != AT_TIME_NONE && time > cut->until_us);
}

static at_status filter(at_table *table, const at_cut *cut, wanted_gone *gone, const char *code,
                        const char *why, at_error *err) {
    dropped sum = nothing_dropped(table);
    size_t kept = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        if (gone(table, &table->rows[i], cut))
            drop(&sum, &table->rows[i]);
        else
            table->rows[kept++] = table->rows[i];
    }
    table->row_count = kept;
    return say(table, &sum, code, why, err);
}

/* --- The limit --- */

typedef struct ranked {
    size_t place;
    int64_t amount; /* AT_AMOUNT_NONE sorts behind every amount */
} ranked;

static int by_amount(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if ((x->amount == AT_AMOUNT_NONE) != (y->amount == AT_AMOUNT_NONE))
        return x->amount == AT_AMOUNT_NONE ? 1 : -1;
    if (x->amount != y->amount)
        return x->amount > y->amount ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static at_status rank_rows(ranked **out, const at_table *table, at_error *err) {
    const int column = at_cut_column(table->columns, AT_COLUMN_AMOUNT);
    ranked *list = NULL;
    if (column < 0)
        return at_fail(err, AT_BAD_INPUT, "E-CASE-FILTER",
                       "query \"%s\" states no amounts by which rows could be cut", table->query);
    AT_TRY(AT_NEW(&list, table->arena, table->row_count, err));
    const int unit = at_table_column(table, "currency");
    for (size_t i = 0; i < table->row_count; i++) {
        const at_cell *cell = &table->rows[i].cells[column];
        const char *first = currency_of(&table->rows[0], unit);
        const char *currency = currency_of(&table->rows[i], unit);
        list[i] = (ranked){i, cell->empty ? AT_AMOUNT_NONE : cell->integer};
        if (at_text_equal(currency, first))
            continue;
        at_fail(err, AT_BAD_INPUT, "E-CASE-FILTER",
                "truncation \"smallest\" cannot compare \"%s\" with \"%s\"", first, currency);
        at_hint(err, "choose \"last\" or \"refuse\", or ask about one currency at a time");
        return AT_BAD_INPUT;
    }
    qsort(list, table->row_count, sizeof *list, by_amount);
    *out = list;
    return AT_OK;
}

/* Keep the rows of the largest amounts, in the order of the answer. */
static at_status keep_largest(at_table *table, size_t max_rows, dropped *sum, at_error *err) {
    ranked *list = NULL;
    bool *gone = NULL;
    size_t kept = 0;
    AT_TRY(rank_rows(&list, table, err));
    AT_TRY(AT_NEW(&gone, table->arena, table->row_count, err));
    for (size_t i = max_rows; i < table->row_count; i++)
        gone[list[i].place] = true;
    for (size_t i = 0; i < table->row_count; i++) {
        if (gone[i])
            drop(sum, &table->rows[i]);
        else
            table->rows[kept++] = table->rows[i];
    }
    table->row_count = kept;
    return AT_OK;
}

at_status at_cut_rows(at_table *table, size_t max_rows, at_cut_policy policy, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text why = {0};
    dropped sum = nothing_dropped(table);
    if (max_rows == 0 || table->row_count <= max_rows)
        return AT_OK;
    if (policy == AT_CUT_REFUSE) {
        at_fail(err, AT_LIMIT, "E-CASE-LIMIT", "the answer has %zu rows, %zu are the limit",
                table->row_count, max_rows);
        at_hint(err, "raise \"limit\", narrow the question, or choose another \"truncation\"");
        return AT_LIMIT;
    }
    AT_TRY(at_text_print(&why, err, "limit %zu of %zu rows", max_rows, table->row_count));
    if (policy == AT_CUT_SMALLEST) {
        AT_TRY(keep_largest(table, max_rows, &sum, err));
    } else {
        for (size_t i = max_rows; i < table->row_count; i++)
            drop(&sum, &table->rows[i]);
        table->row_count = max_rows;
    }
    table->truncated = true;
    return say(table, &sum, "TRUNCATED", at_text_string(&why), err);
}

at_status at_cut_table(at_table *table, const at_cut *cut, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text floor = {0};
    AT_TRY(at_text_print(&floor, err, "amounts below %" PRId64, cut->min_amount));
    AT_TRY(
        filter(table, cut, other_grade, "GRADE_LEFT_OUT", "grades the case does not include", err));
    AT_TRY(filter(table, cut, other_time, "WINDOW_LEFT_OUT", "times outside the window", err));
    AT_TRY(filter(table, cut, too_small, "AMOUNT_LEFT_OUT", at_text_string(&floor), err));
    return at_cut_rows(table, cut->max_rows, cut->policy, err);
}
