/* importers/guess_money.c: columns of money where no balance proves them, by names and by which
 * cells are filled. */
#include <string.h>

#include "importers/guess_part.h"

enum {
    NAMED = 88,
    SHOWN = 70,
    OPEN = 45,
    EXCLUSIVE_PERCENT = 95,
    NAME_LEAST = 45,
    SOME_UNKNOWN = 5
};

/* The column of values whose name fits a role best; AT_NO_COLUMN when none does. */
static int find_named(const at_guesser *g, at_guess_role role) {
    const at_guess_table *t = &g->table;
    int best = AT_NO_COLUMN;
    for (size_t k = 0; k < t->column_count; k++) {
        const at_guess_column *column = &t->columns[k];
        if (column->values == NULL || column->words[role] < NAME_LEAST)
            continue;
        bool other = false; /* it fits another kind of money better */
        for (int r = AT_ROLE_AMOUNT; r <= AT_ROLE_FEE; r++)
            other = other || column->words[r] > column->words[role];
        if (!other && (best < 0 || column->words[role] > t->columns[best].words[role]))
            best = (int)k;
    }
    return best;
}

static bool is_zero(int64_t value) {
    return value == AT_AMOUNT_NONE || value == 0;
}

/* Is in nearly every row exactly one of the two stated? */
static bool is_pair(const at_guesser *g, int a, int b) {
    const at_guess_table *t = &g->table;
    size_t first = 0, second = 0, other = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        const bool no_a = is_zero(t->columns[a].values[i]), no_b = is_zero(t->columns[b].values[i]);
        first += no_b && !no_a;
        second += no_a && !no_b;
        other += no_a == no_b;
    }
    return first + second > 0 && (first > 0 || second > 0) &&
           100 * (first + second) >= EXCLUSIVE_PERCENT * (first + second + other);
}

static bool any_negative(const at_guesser *g, int column) {
    for (size_t i = 0; i < g->table.row_count; i++) {
        const int64_t value = g->table.columns[column].values[i];
        if (value != AT_AMOUNT_NONE && value < 0)
            return true;
    }
    return false;
}

static bool try_named_pair(at_guesser *g) {
    const int debit = find_named(g, AT_ROLE_DEBIT), credit = find_named(g, AT_ROLE_CREDIT);
    if (debit < 0 || credit < 0 || debit == credit)
        return false;
    g->money.debit = debit;
    g->money.credit = credit;
    g->money.joined = any_negative(g, debit);
    const bool pair = is_pair(g, debit, credit);
    g->money.sure = pair ? NAMED : OPEN;
    g->money.why = pair ? "the names say so, and each row states one of the two"
                        : "the names say so, but rows state both or neither";
    return true;
}

/* Two columns of which each row fills one, without names that tell which is which. */
static bool try_unnamed_pair(at_guesser *g) {
    const at_guess_table *t = &g->table;
    for (size_t a = 0; a < t->column_count; a++)
        for (size_t b = a + 1; b < t->column_count; b++) {
            if (t->columns[a].values == NULL || t->columns[b].values == NULL ||
                t->columns[a].filled == 0 || t->columns[b].filled == 0 || t->columns[a].constant ||
                t->columns[b].constant || !is_pair(g, (int)a, (int)b))
                continue;
            g->money.debit = (int)a;
            g->money.credit = (int)b;
            g->money.joined = any_negative(g, (int)a);
            g->money.sure = g->money.joined ? SHOWN : OPEN;
            g->money.why = "each row states one of the two; which is which, nothing shows";
            return true;
        }
    return false;
}

/* Words that say in or out for every row, beside an amount that is never negative. */
static at_status try_direction(bool *out, at_guesser *g, size_t k, at_error *err) {
    const at_guess_table *t = &g->table;
    at_guess_money *m = &g->money;
    bool in = false, out_of = false;
    size_t unknown = 0;
    *out = false;
    m->word_count = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        size_t word = 0;
        if (t->cells[i][k] == NULL)
            continue;
        while (word < m->word_count && strcmp(m->words[word], t->cells[i][k]) != 0)
            word++;
        if (word < m->word_count)
            continue;
        int direction = 0;
        AT_TRY(at_guess_direction(&direction, t->cells[i][k], err));
        if (m->word_count == AT_GUESS_WORDS_MAX)
            return AT_OK;
        if (direction == 0) {
            unknown++;
            continue;
        }
        m->words[m->word_count] = t->cells[i][k];
        m->word_in[m->word_count++] = direction > 0;
        in = in || direction > 0;
        out_of = out_of || direction < 0;
    }
    *out = (in || out_of) && unknown * SOME_UNKNOWN <= t->row_count;
    return AT_OK;
}

static at_status find_direction(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    for (size_t k = 0; k < t->column_count && g->money.direction < 0; k++) {
        const at_guess_column *column = &t->columns[k];
        bool fits = false;
        if (column->filled < t->row_count || column->values != NULL || column->is_date ||
            column->distinct > AT_GUESS_WORDS_MAX)
            continue;
        AT_TRY(try_direction(&fits, g, k, err));
        if (fits)
            g->money.direction = (int)k;
    }
    if (g->money.direction < 0)
        g->money.word_count = 0;
    return AT_OK;
}

/* One amount: by its name, else the only column that could be one. */
static at_status try_amount(at_guesser *g, int balance, at_error *err) {
    const at_guess_table *t = &g->table;
    at_guess_money *m = &g->money;
    m->amount = find_named(g, AT_ROLE_AMOUNT);
    const bool named = m->amount >= 0;
    size_t others = 0;
    for (size_t k = 0; k < t->column_count && !named; k++)
        if (t->columns[k].values != NULL && (int)k != balance &&
            t->columns[k].words[AT_ROLE_BALANCE] < NAME_LEAST &&
            t->columns[k].words[AT_ROLE_FEE] < NAME_LEAST) {
            if (m->amount < 0)
                m->amount = (int)k;
            others++;
        }
    if (m->amount < 0)
        return AT_OK;
    const bool negative = any_negative(g, m->amount);
    if (!negative)
        AT_TRY(find_direction(g, err));
    m->sure = named ? NAMED : others == 1 && negative ? SHOWN : OPEN;
    m->why = named ? "its name says so" : "the column of numbers that is left";
    if (negative || m->direction >= 0)
        return AT_OK;
    m->sure = OPEN;
    m->why = "no amount is negative and no column says in or out: all would count as money in";
    return AT_OK;
}

/* A balance or two may follow by chance: then names that say otherwise are believed. */
static bool is_chance(const at_guesser *g) {
    enum { FEW = 3 };
    const at_guess_money *m = &g->money;
    const int debit = find_named(g, AT_ROLE_DEBIT), credit = find_named(g, AT_ROLE_CREDIT);
    const int amount = find_named(g, AT_ROLE_AMOUNT), balance = find_named(g, AT_ROLE_BALANCE);
    if (m->pairs >= FEW)
        return false;
    if (m->from_credit || (balance >= 0 && m->balance != balance))
        return true;
    if (debit >= 0 && credit >= 0 && m->debit >= 0)
        return m->debit != debit || m->credit != credit;
    return m->amount >= 0 && (amount >= 0 ? m->amount != amount : debit >= 0 && credit >= 0);
}

at_status at_guess_money_columns(at_guesser *g, at_error *err) {
    at_guess_money *m = &g->money;
    *m = (at_guess_money){.amount = AT_NO_COLUMN,
                          .debit = AT_NO_COLUMN,
                          .credit = AT_NO_COLUMN,
                          .direction = AT_NO_COLUMN,
                          .balance = AT_NO_COLUMN,
                          .fee = AT_NO_COLUMN,
                          .account = AT_NO_COLUMN};
    const at_guess_money none = *m;
    AT_TRY(at_guess_follow(g, err));
    if (m->pairs > 0 && !is_chance(g))
        return AT_OK;
    *m = none;
    const int balance = find_named(g, AT_ROLE_BALANCE);
    if (!try_named_pair(g) && find_named(g, AT_ROLE_AMOUNT) < 0)
        try_unnamed_pair(g);
    if (m->debit < 0)
        AT_TRY(try_amount(g, balance, err));
    if (balance >= 0 && balance != m->amount && balance != m->debit && balance != m->credit)
        m->balance = balance;
    const int fee = find_named(g, AT_ROLE_FEE);
    if (fee >= 0 && fee != m->amount && fee != m->debit && fee != m->credit && fee != m->balance)
        m->fee = fee;
    return AT_OK;
}
