/* importers/guess_number.c: the decimal mark and the grouping, from all numbers of the file. */
#include <stdlib.h>
#include <string.h>

#include "importers/guess_part.h"

enum { COMMA, DOT, BLANK, APOSTROPHE, MARKS };
enum { SURE = 97, LIKELY = 85, UNSURE = 55, GROUP = 3, MOSTLY_PERCENT = 90 };

/* What the cells say of each mark. */
typedef struct votes {
    size_t decimal[MARKS], group[MARKS], either[MARKS]; /* either: one mark and three digits */
    size_t zero[MARKS]; /* of the decimal ones: "0.417", three digits and yet no group */
    size_t foreign_group, foreign_decimal; /* U+066C, U+066B */
    size_t cells;
} votes;

static int mark_of(uint32_t c) {
    switch (c) {
    case ',':
        return COMMA;
    case '.':
        return DOT;
    case ' ':
    case 0x00A0:
    case 0x202F:
    case 0x2009:
        return BLANK;
    case '\'':
    case 0x2019:
        return APOSTROPHE;
    default:
        return MARKS;
    }
}

/* One number: where its marks are. */
static void vote(votes *v, const char *text) {
    enum { NUMBER_BYTES = 48 };
    char plain[NUMBER_BYTES];
    size_t seen[MARKS] = {0}, digits = 0, before_last = 0;
    int last = MARKS;
    bool leading_zero = false;
    if (!at_guess_plain(plain, sizeof plain, text))
        return;
    v->cells++;
    const size_t bytes = strlen(plain);
    for (size_t i = 0; i < bytes;) {
        const uint32_t c = at_utf8_next(plain, bytes, &i);
        const int mark = mark_of(c);
        v->foreign_group += c == 0x066C;
        v->foreign_decimal += c == 0x066B;
        if (c >= '0' && c <= '9') {
            leading_zero = leading_zero || (digits == 0 && last == MARKS && c == '0');
            digits++;
        } else if (mark < MARKS && digits > 0) {
            if (last < MARKS && last != mark && digits == GROUP)
                v->group[last]++; /* another mark follows a whole group */
            before_last = digits;
            last = mark;
            seen[mark]++;
            digits = 0;
        }
    }
    if (last == MARKS)
        return;
    if (last == BLANK || last == APOSTROPHE || seen[last] > 1)
        v->group[last]++;
    else if (digits != GROUP || before_last > GROUP || leading_zero) {
        v->decimal[last]++;
        v->zero[last] += digits == GROUP && before_last == 1 && leading_zero;
    } else
        v->either[last]++;
    if (digits != GROUP && seen[last] > 1)
        v->decimal[last]++; /* neither: said as a conflict */
}

static bool is_money_column(const at_guess_column *column) {
    return !column->is_date && column->filled > 0 &&
           100 * column->numbers >= MOSTLY_PERCENT * column->filled &&
           10 * column->clocks < column->filled;
}

/* Long digits without a mark, or with zeros before them, are ids unless their name says money. */
static bool is_idlike(const at_guesser *g, size_t k) {
    static const at_guess_role ids[] = {AT_ROLE_ID, AT_ROLE_ACCOUNT,      AT_ROLE_FROM,
                                        AT_ROLE_TO, AT_ROLE_COUNTERPARTY, AT_ROLE_REFERENCE};
    enum { ID_DIGITS = 8 };
    bool named = false;
    const at_guess_column *column = &g->table.columns[k];
    if (column->words[AT_ROLE_AMOUNT] + column->words[AT_ROLE_DEBIT] +
            column->words[AT_ROLE_CREDIT] + column->words[AT_ROLE_BALANCE] +
            column->words[AT_ROLE_FEE] >
        0)
        return false;
    for (size_t i = 0; i < AT_COUNT(ids); i++)
        named = named || column->words[ids[i]] > 0;
    for (size_t i = 0; i < g->table.row_count; i++) {
        const char *cell = g->table.cells[i][k];
        int64_t number = 0;
        if (cell != NULL && (!at_int_parse(&number, cell) ||
                             (!named && strlen(cell) < ID_DIGITS && cell[0] != '0')))
            return false;
    }
    return true;
}

static const char marks[] = {',', '.', ' ', '\''};

/* A few numbers that are written otherwise do not count. */
static void drop_noise(votes *v) {
    for (int k = COMMA; k <= DOT; k++)
        if (v->zero[k] == 0 && v->decimal[k] * 4 < v->group[k] + v->either[k])
            v->decimal[k] = 0;
        else if (v->group[k] * 4 < v->decimal[k])
            v->group[k] = 0;
}

/* Is the file in dinars of a thousand fils? Then three digits behind a mark are decimals. */
static bool has_three_decimals(const at_guesser *g) {
    enum { THREE = 3 };
    const at_guess_table *t = &g->table;
    if (g->currency != NULL)
        return at_currency_scale(g->currency, NULL, 0) == THREE;
    for (size_t k = 0; k < t->column_count; k++)
        if (t->columns[k].constant && t->columns[k].currencies == t->columns[k].filled &&
            t->cells[0][k] != NULL)
            return at_currency_scale(t->cells[0][k], NULL, 0) == THREE;
    return false;
}

/* One mark and three digits behind it in every number. */
static bool is_in_all(const votes *v, int mark) {
    return v->either[mark] > 0 && v->either[mark] + v->zero[mark] == v->cells;
}

static void choose_marks(char *decimal, char *grouping, int *sure, const votes *v) {
    int d = v->decimal[COMMA] > v->decimal[DOT]   ? COMMA
            : v->decimal[DOT] > 0                 ? DOT
            : v->group[COMMA] + v->group[DOT] > 0 ? (v->group[COMMA] > v->group[DOT] ? DOT : COMMA)
                                                  : MARKS;
    int g = MARKS;
    for (int k = 0; k < MARKS; k++)
        if (k != d && v->group[k] > 0 && (g == MARKS || v->group[k] > v->group[g]))
            g = k;
    *sure = SURE;
    if (v->decimal[COMMA] > 0 && v->decimal[DOT] > 0)
        *sure = UNSURE;
    for (int k = COMMA; k <= DOT; k++) {
        if (v->either[k] == 0 || k == d || k == g)
            continue;
        if (g == MARKS) { /* "1,250" where nothing else is known of ',' */
            g = k;
            *sure = d == MARKS ? UNSURE : *sure;
        } else if (d == MARKS) { /* "1 250" and "12,500" */
            d = k;
        } else {
            *sure = UNSURE;
        }
    }
    if (d == MARKS)
        d = g == DOT ? COMMA : DOT;
    if (g == MARKS && v->foreign_group > 0)
        g = d == DOT ? COMMA : DOT;
    *decimal = marks[d];
    *grouping = g < MARKS ? marks[g] : '\0';
}

static bool is_signed(const char *cell) {
    return strpbrk(cell, "+-(") != NULL || strstr(cell, "\u2212") != NULL;
}

/* Does every sign say "+", and have some cells none? Then those are what goes out. */
static bool is_plus(const at_guess_table *t, size_t k) {
    size_t signs = 0, filled = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        const char *cell = t->cells[i][k];
        if (cell == NULL)
            continue;
        filled++;
        signs += is_signed(cell);
        if (is_signed(cell) && strchr(cell, '+') == NULL)
            return false;
    }
    return signs > 0 && signs < filled;
}

/* Read all cells of a column; the most decimals that were written are kept. */
static at_status read_values(at_guesser *g, at_guess_column *column, size_t k, at_error *err) {
    const at_guess_table *t = &g->table;
    at_number_style style = g->numbers;
    style.dust_floor = true;
    column->plus = is_plus(t, k);
    AT_TRY(AT_NEW(&column->values, g->arena, t->row_count, err));
    for (size_t i = 0; i < t->row_count; i++) {
        int64_t value = 0, dust = 0;
        column->values[i] = AT_AMOUNT_NONE;
        if (t->cells[i][k] != NULL &&
            at_money_parse(&value, t->cells[i][k], g->decimals, &style, &dust, NULL) == AT_OK)
            column->values[i] = column->plus && !is_signed(t->cells[i][k]) ? -value : value;
    }
    return AT_OK;
}

/* Digits behind the decimal mark of a number. */
static int decimals_of(const char *text, char mark) {
    const char *at = strrchr(text, mark), *arabic = strstr(text, "\u066B");
    if (arabic != NULL)
        at = arabic + strlen("\u066B") - 1;
    int count = 0;
    size_t bytes = at != NULL ? strlen(at + 1) : 0;
    for (size_t i = 0; i < bytes;)
        count += at_digit_value(at_utf8_next(at + 1, bytes, &i)) >= 0;
    return count < AT_GUESS_DECIMALS_MAX ? count : AT_GUESS_DECIMALS_MAX;
}

static at_status say_numbers(at_guesser *g, const votes *v, int sure, at_error *err) {
    const char decimal[] = {g->numbers.decimal_mark, '\0'};
    const char grouping[] = {g->numbers.grouping, '\0'};
    if (v->cells == 0)
        return AT_OK;
    const int at = decimal[0] == ',' ? COMMA : DOT;
    AT_TRY(at_guess_say(g, "decimal", decimal, sure, err,
                        v->foreign_decimal > 0 ? "%zu of %zu numbers have the Arabic decimal mark"
                        : v->decimal[at] > 0   ? "%zu of %zu numbers have decimals behind it"
                                               : "no number shows decimals (%zu of %zu)",
                        v->foreign_decimal > 0 ? v->foreign_decimal : v->decimal[at], v->cells));
    if (grouping[0] == '\0')
        return AT_OK;
    return at_guess_say(g, "grouping", grouping, sure, err,
                        sure >= AT_GUESS_SURE
                            ? "it stands before groups of three digits"
                            : "it may be a decimal mark: three digits stand behind it");
}

at_status at_guess_numbers(at_guesser *g, at_error *err) {
    at_guess_table *t = &g->table;
    votes v = {.cells = 0};
    int sure = SURE;
    bool *wanted = NULL;
    AT_TRY(AT_NEW(&wanted, g->arena, t->column_count, err));
    for (size_t k = 0; k < t->column_count; k++) {
        wanted[k] = is_money_column(&t->columns[k]) && !is_idlike(g, k);
        for (size_t i = 0; wanted[k] && i < t->row_count; i++)
            if (t->cells[i][k] != NULL && at_guess_is_number(t->cells[i][k]))
                vote(&v, t->cells[i][k]);
    }
    drop_noise(&v);
    for (int k = COMMA; k <= DOT; k++)
        if (is_in_all(&v, k) && has_three_decimals(g)) {
            v.decimal[k] = v.cells;
            v.either[k] = 0;
        }
    choose_marks(&g->numbers.decimal_mark, &g->numbers.grouping, &sure, &v);
    for (size_t k = 0; k < t->column_count; k++)
        for (size_t i = 0; wanted[k] && i < t->row_count; i++)
            if (t->cells[i][k] != NULL) {
                const int count = decimals_of(t->cells[i][k], g->numbers.decimal_mark);
                g->decimals = count > g->decimals ? count : g->decimals;
            }
    for (size_t k = 0; k < t->column_count; k++)
        if (wanted[k])
            AT_TRY(read_values(g, &t->columns[k], k, err));
    return say_numbers(g, &v, sure, err);
}
