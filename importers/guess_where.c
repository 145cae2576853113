/* importers/guess_where.c: rows that are no payments ("balance brought forward"), left out by a
 * condition. */
#include <string.h>

#include "importers/guess_part.h"

enum { LIKELY = 85, SOME = 5 };

/* A row that states no amount at all. */
static bool is_silent(const at_guesser *g, size_t row) {
    const at_guess_money *m = &g->money;
    const int columns[] = {m->amount, m->debit, m->credit};
    for (size_t i = 0; i < AT_COUNT(columns); i++)
        if (columns[i] >= 0 && g->table.cells[row][columns[i]] != NULL)
            return false;
    return true;
}

/* The words of silent rows in a column; false when a row with an amount has one of them too. */
static bool take_words(at_guesser *g, size_t column) {
    const at_guess_table *t = &g->table;
    g->where_count = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        const char *cell = t->cells[i][column];
        size_t word = 0;
        if (!is_silent(g, i))
            continue;
        while (cell != NULL && word < g->where_count && strcmp(g->where_words[word], cell) != 0)
            word++;
        if (cell == NULL || word == AT_GUESS_WORDS_MAX)
            return false;
        if (word == g->where_count)
            g->where_words[g->where_count++] = cell;
    }
    for (size_t i = 0; i < t->row_count; i++)
        for (size_t word = 0; word < g->where_count; word++)
            if (!is_silent(g, i) && t->cells[i][column] != NULL &&
                strcmp(t->cells[i][column], g->where_words[word]) == 0)
                return false;
    return true;
}

at_status at_guess_where(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    size_t silent = 0;
    g->where_column = AT_NO_COLUMN;
    for (size_t i = 0; i < t->row_count; i++)
        silent += is_silent(g, i);
    if (silent == 0 || SOME * silent > t->row_count)
        return AT_OK;
    if (g->money.amount >= 0)
        g->where_column = g->money.amount;
    for (size_t k = 0; k < t->column_count && g->where_column < 0; k++)
        if (t->columns[k].values == NULL && !t->columns[k].is_date && take_words(g, k))
            g->where_column = (int)k;
    if (g->where_column < 0)
        return AT_OK;
    return at_guess_say(g, "where", t->columns[g->where_column].name, LIKELY, err,
                        "%zu rows state no amount: they are read and say nothing", silent);
}
