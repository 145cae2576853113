/* importers/guess_columns.c: what the cells of each column look like, and what its name says. */
#include <ctype.h>
#include <string.h>

#include "importers/guess_part.h"
#include "engine/names/identifier.h"

enum { DISTINCT_ROWS_MAX = 2000 };

/* "9:05", "۱۰:۴۳", "10:43:05" and nothing else. */
static bool is_clock(const char *text) {
    enum { CLOCK_BYTES = 16 };
    char plain[CLOCK_BYTES];
    size_t digits = 0, colons = 0;
    if (!at_guess_plain(plain, sizeof plain, text))
        return false;
    for (const char *c = plain; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c)) {
            digits++;
        } else if (*c == ':' && digits > 0 && digits <= 2) {
            colons++;
            digits = 0;
        } else {
            return false;
        }
    }
    return digits == 2 && (colons == 1 || colons == 2);
}

static void look_at_cell(at_guess_column *column, const char *cell) {
    char iban[AT_IBAN_BYTES];
    column->filled++;
    column->numbers += at_guess_is_number(cell);
    column->clocks += is_clock(cell);
    const bool is_iban = at_iban_key(iban, cell);
    column->ibans += is_iban;
    column->accounts += is_iban || at_guess_is_account(cell);
    column->currencies += strlen(cell) == 3 && at_currency_scale(cell, NULL, 0) >= 0;
}

/* Different cells, as far as the first rows say; exact up to AT_GUESS_WORDS_MAX. */
static at_status count_distinct(at_guesser *g, size_t k, at_error *err) {
    const at_guess_table *t = &g->table;
    at_guess_column *column = &t->columns[k];
    const char *seen[AT_GUESS_WORDS_MAX + 1];
    size_t currencies = 0;
    for (size_t i = 0; i < t->row_count && i < DISTINCT_ROWS_MAX; i++) {
        const char *cell = t->cells[i][k];
        size_t at = 0;
        if (cell == NULL)
            continue;
        while (at < column->distinct && at <= AT_GUESS_WORDS_MAX && strcmp(seen[at], cell) != 0)
            at++;
        if (at < column->distinct)
            continue;
        if (at <= AT_GUESS_WORDS_MAX)
            seen[at] = cell;
        if (++column->distinct > AT_GUESS_WORDS_MAX)
            break;
    }
    column->constant = column->distinct == 1;
    if (column->distinct == 0 || column->distinct > AT_GUESS_WORDS_MAX || column->numbers > 0)
        return AT_OK;
    for (size_t i = 0; i < column->distinct; i++) {
        const char *currency = NULL;
        int times = 1;
        AT_TRY(at_guess_currency(&currency, &times, seen[i], err));
        currencies += currency != NULL;
    }
    column->currencies = currencies == column->distinct ? column->filled : 0;
    return AT_OK;
}

at_status at_guess_columns(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    for (size_t k = 0; k < t->column_count; k++) {
        at_guess_column *column = &t->columns[k];
        AT_TRY(at_guess_name_roles(column->words, column->name, g, err));
        for (size_t i = 0; i < t->row_count; i++)
            if (t->cells[i][k] != NULL)
                look_at_cell(column, t->cells[i][k]);
        AT_TRY(count_distinct(g, k, err));
    }
    return AT_OK;
}
