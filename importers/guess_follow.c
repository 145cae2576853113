/* importers/guess_follow.c: which columns make the balances follow from row to row. */
#include <string.h>

#include "importers/guess_part.h"

enum {
    COLUMNS_MAX = 9,   /* of numbers, tried as money */
    GROUPINGS_MAX = 7, /* by nothing, by account, by account and currency */
    DIRECTIONS_MAX = 4,
    ACCOUNTS_MAX = 500,
    ROWS_MAX = 4000,
    FOLLOWS_PERCENT = 80,
    CONFIRMED = 99,
    LIKELY = 88,
    ONCE = 70, /* one row may do so by chance */
};

/* Rows of one account belong together; a row's group is a number below `count`. */
typedef struct grouping {
    int column;
    const uint16_t *of;
    size_t count;
} grouping;

/* Columns said to be money, and how well the balances follow. */
typedef struct plan {
    at_guess_money money;
    int words; /* how well the names fit, summed */
    int parts; /* columns used */
} plan;

typedef struct search {
    at_guesser *g;
    size_t rows;
    int columns[COLUMNS_MAX], directions[DIRECTIONS_MAX];
    size_t column_count, direction_count, grouping_count;
    grouping groupings[GROUPINGS_MAX];
    at_wide *before, *pending; /* of each group */
    bool *known;
    plan best;
} search;

static int64_t value_at(const search *s, int column, size_t row) {
    return column < 0 ? AT_AMOUNT_NONE : s->g->table.columns[column].values[row];
}

static int word_at(const at_guess_money *m, const search *s, size_t row) {
    const char *cell = s->g->table.cells[row][m->direction];
    for (size_t i = 0; cell != NULL && i < m->word_count; i++)
        if (strcmp(m->words[i], cell) == 0)
            return (int)i;
    return -1;
}

/* What a row adds to the balance; false when it does not say. */
static bool change_of(at_wide *out, const at_guess_money *m, const search *s, size_t row) {
    const int64_t fee = value_at(s, m->fee, row);
    if (m->amount >= 0) {
        const int64_t amount = value_at(s, m->amount, row);
        if (amount == AT_AMOUNT_NONE)
            return false;
        *out = m->from_credit ? -(at_wide)amount : amount;
        if (m->direction >= 0) {
            const int word = word_at(m, s, row);
            if (word < 0)
                return false;
            *out = m->word_in[word] ? amount : -(at_wide)amount;
        }
    } else {
        const int64_t debit = value_at(s, m->debit, row), credit = value_at(s, m->credit, row);
        if (debit == AT_AMOUNT_NONE && credit == AT_AMOUNT_NONE)
            return false;
        const at_wide in = credit == AT_AMOUNT_NONE ? 0 : credit;
        const at_wide out_of = debit == AT_AMOUNT_NONE ? 0 : debit;
        *out = m->joined ? in + out_of : in - out_of;
    }
    if (fee != AT_AMOUNT_NONE)
        *out -= fee < 0 ? -(at_wide)fee : fee;
    return true;
}

/* Walk the rows in the order of time and count the balances that follow. */
static void walk(at_guess_money *m, const search *s, const grouping *by) {
    memset(s->known, 0, by->count * sizeof *s->known);
    memset(s->pending, 0, by->count * sizeof *s->pending);
    m->pairs = m->follows = 0;
    for (size_t n = 0; n < s->rows; n++) {
        const size_t row = m->newest_first ? s->rows - 1 - n : n, group = by->of[row];
        const int64_t balance = value_at(s, m->balance, row);
        at_wide change = 0;
        if (!change_of(&change, m, s, row)) { /* a balance brought forward, or nothing */
            s->known[group] = balance != AT_AMOUNT_NONE;
            s->before[group] = balance;
            s->pending[group] = 0;
            continue;
        }
        s->pending[group] += change;
        if (balance == AT_AMOUNT_NONE)
            continue;
        if (s->known[group] && change != 0) {
            m->pairs++;
            m->follows += s->before[group] + s->pending[group] == balance;
        }
        s->before[group] = balance;
        s->pending[group] = 0;
        s->known[group] = true;
    }
}

/* Which words of a column go with a rise and which with a fall of the balance? */
static bool learn_words(at_guess_money *m, const search *s, const grouping *by) {
    size_t up[AT_GUESS_WORDS_MAX] = {0}, down[AT_GUESS_WORDS_MAX] = {0};
    memset(s->known, 0, by->count * sizeof *s->known);
    for (size_t n = 0; n < s->rows; n++) {
        const size_t row = m->newest_first ? s->rows - 1 - n : n, group = by->of[row];
        const int64_t balance = value_at(s, m->balance, row);
        const int64_t amount = value_at(s, m->amount, row);
        const int word = word_at(m, s, row);
        if (balance == AT_AMOUNT_NONE || amount == AT_AMOUNT_NONE || word < 0) {
            s->known[group] = false;
            continue;
        }
        up[word] += s->known[group] && balance - s->before[group] == amount;
        down[word] += s->known[group] && s->before[group] - balance == amount;
        s->before[group] = balance;
        s->known[group] = true;
    }
    bool in = false, out = false, known = true;
    for (size_t i = 0; i < m->word_count; i++) {
        int direction = 0;
        if (at_guess_direction(&direction, m->words[i], NULL) != AT_OK)
            return false;
        known = known && direction != 0;
        if (up[i] == down[i]) { /* a word of the first row alone: what does it mean? */
            if (direction == 0)
                return false;
            m->word_in[i] = direction > 0;
        } else {
            m->word_in[i] = up[i] > down[i];
        }
        in = in || m->word_in[i];
        out = out || !m->word_in[i];
    }
    return (in && out) || (known && (in || out));
}

static int name_fit(const search *s, int column, at_guess_role role) {
    return column < 0 ? 0 : s->g->table.columns[column].words[role];
}

/* Is `now` better? First by what follows, then by the names. */
static bool is_better(const plan *now, const plan *best) {
    const at_guess_money *a = &now->money, *b = &best->money;
    if (100 * a->follows < FOLLOWS_PERCENT * a->pairs || a->pairs == 0)
        return false;
    if (b->pairs == 0)
        return true;
    const uint64_t left = (uint64_t)a->follows * b->pairs, right = (uint64_t)b->follows * a->pairs;
    if (left != right)
        return left > right;
    if (a->follows != b->follows)
        return a->follows > b->follows;
    if (a->amount == b->amount && (a->direction >= 0) != (b->direction >= 0))
        return a->direction >= 0;
    if (now->words * best->parts != best->words * now->parts)
        return now->words * best->parts > best->words * now->parts;
    return now->parts < best->parts;
}

static void weigh(plan *now, search *s) {
    at_guess_money *m = &now->money;
    now->words = name_fit(s, m->amount, AT_ROLE_AMOUNT) + name_fit(s, m->debit, AT_ROLE_DEBIT) +
                 name_fit(s, m->credit, AT_ROLE_CREDIT) + name_fit(s, m->balance, AT_ROLE_BALANCE) +
                 name_fit(s, m->direction, AT_ROLE_DIRECTION) + name_fit(s, m->fee, AT_ROLE_FEE);
    now->parts = (m->amount >= 0) + (m->debit >= 0) + (m->credit >= 0) + (m->direction >= 0) +
                 (m->fee >= 0) + 1;
    if (is_better(now, &s->best))
        s->best = *now;
}

static void try_plan(const at_guess_money *base, search *s, const grouping *by) {
    plan now = {.money = *base};
    now.money.account = by->column;
    walk(&now.money, s, by);
    weigh(&now, s);
    if (now.money.follows == now.money.pairs)
        return;
    for (size_t i = 0; i < s->column_count; i++) { /* a fee beside the amount? */
        const int fee = s->columns[i];
        if (fee == base->amount || fee == base->debit || fee == base->credit ||
            fee == base->balance || name_fit(s, fee, AT_ROLE_FEE) == 0)
            continue;
        now.money = *base;
        now.money.account = by->column;
        now.money.fee = fee;
        walk(&now.money, s, by);
        weigh(&now, s);
    }
}

static bool has_negative(const search *s, int column) {
    for (size_t i = 0; i < s->rows; i++)
        if (value_at(s, column, i) != AT_AMOUNT_NONE && value_at(s, column, i) < 0)
            return true;
    return false;
}

static bool take_words(at_guess_money *m, const search *s, int column) {
    m->direction = column;
    m->word_count = 0;
    for (size_t i = 0; i < s->g->table.row_count; i++) {
        const char *cell = s->g->table.cells[i][column];
        if (cell == NULL || word_at(m, s, i) >= 0)
            continue;
        if (m->word_count == AT_GUESS_WORDS_MAX)
            return false;
        m->words[m->word_count++] = cell;
    }
    return m->word_count > 0;
}

static void try_amount(at_guess_money base, search *s, const grouping *by, int amount) {
    base.amount = amount;
    try_plan(&base, s, by);
    base.from_credit = true;
    try_plan(&base, s, by);
    base.from_credit = false;
    for (size_t i = 0; i < s->direction_count && !has_negative(s, amount); i++) {
        at_guess_money directed = base;
        if (take_words(&directed, s, s->directions[i]) && learn_words(&directed, s, by))
            try_plan(&directed, s, by);
    }
}

static void try_balance(search *s, const grouping *by, int balance, bool newest_first) {
    const at_guess_money none = {.amount = AT_NO_COLUMN,
                                 .debit = AT_NO_COLUMN,
                                 .credit = AT_NO_COLUMN,
                                 .direction = AT_NO_COLUMN,
                                 .fee = AT_NO_COLUMN,
                                 .balance = balance,
                                 .newest_first = newest_first};
    for (size_t i = 0; i < s->column_count; i++) {
        if (s->columns[i] == balance)
            continue;
        try_amount(none, s, by, s->columns[i]);
        for (size_t k = 0; k < s->column_count; k++) {
            at_guess_money both = none;
            if (s->columns[k] == balance || k == i)
                continue;
            both.debit = s->columns[i];
            both.credit = s->columns[k];
            both.joined = has_negative(s, both.debit);
            try_plan(&both, s, by);
        }
    }
}

/* --- What there is to try --------------------------------------------------------------------- */

static at_status add_grouping(search *s, int column, int other, at_error *err) {
    const at_guess_table *t = &s->g->table;
    const size_t *firsts = NULL;
    size_t *kept = NULL;
    uint16_t *of = NULL;
    grouping *out = &s->groupings[s->grouping_count];
    AT_TRY(AT_NEW(&of, s->g->arena, s->rows, err));
    AT_TRY(AT_NEW(&kept, s->g->arena, ACCOUNTS_MAX, err));
    firsts = kept;
    out->count = 0;
    out->column = column;
    for (size_t i = 0; i < s->rows; i++) {
        size_t group = 0;
        for (; group < out->count; group++)
            if (column < 0 ||
                (at_text_equal(t->cells[firsts[group]][column], t->cells[i][column]) &&
                 (other < 0 || at_text_equal(t->cells[firsts[group]][other], t->cells[i][other]))))
                break;
        if (group == ACCOUNTS_MAX)
            return AT_OK; /* too many to be accounts of a statement */
        if (group == out->count)
            kept[out->count++] = i;
        of[i] = (uint16_t)group;
    }
    out->of = of;
    s->grouping_count++;
    return AT_OK;
}

static at_status find_groupings(search *s, at_error *err) {
    const at_guess_table *t = &s->g->table;
    int currency = AT_NO_COLUMN;
    for (size_t k = 0; k < t->column_count && currency < 0; k++)
        if (t->columns[k].filled > 0 && t->columns[k].currencies == t->columns[k].filled)
            currency = (int)k;
    AT_TRY(add_grouping(s, AT_NO_COLUMN, AT_NO_COLUMN, err));
    for (size_t k = 0; k < t->column_count && s->grouping_count + 2 <= GROUPINGS_MAX; k++) {
        const at_guess_column *column = &t->columns[k];
        if (column->filled < t->row_count || column->constant || column->values != NULL ||
            column->is_date || column->currencies > 0 || column->words[AT_ROLE_TYPE] > 0 ||
            (column->accounts < column->filled && !column->words[AT_ROLE_ACCOUNT] &&
             column->distinct > AT_GUESS_WORDS_MAX))
            continue;
        AT_TRY(add_grouping(s, (int)k, AT_NO_COLUMN, err));
        if (currency >= 0 && !t->columns[currency].constant)
            AT_TRY(add_grouping(s, (int)k, currency, err));
    }
    return AT_OK;
}

static void find_candidates(search *s) {
    const at_guess_table *t = &s->g->table;
    for (size_t k = 0; k < t->column_count; k++) {
        const at_guess_column *column = &t->columns[k];
        if (column->values != NULL && s->column_count < COLUMNS_MAX)
            s->columns[s->column_count++] = (int)k;
        else if (column->values == NULL && !column->is_date && column->filled > 0 &&
                 column->distinct <= AT_GUESS_WORDS_MAX && column->currencies < column->filled &&
                 s->direction_count < DIRECTIONS_MAX)
            s->directions[s->direction_count++] = (int)k;
    }
}

at_status at_guess_follow(at_guesser *g, at_error *err) {
    search *s = NULL;
    AT_TRY(AT_NEW(&s, g->arena, 1, err));
    s->g = g;
    s->rows = g->table.row_count < ROWS_MAX ? g->table.row_count : ROWS_MAX;
    AT_TRY(AT_NEW(&s->before, g->arena, ACCOUNTS_MAX, err));
    AT_TRY(AT_NEW(&s->pending, g->arena, ACCOUNTS_MAX, err));
    AT_TRY(AT_NEW(&s->known, g->arena, ACCOUNTS_MAX, err));
    find_candidates(s);
    AT_TRY(find_groupings(s, err));
    for (size_t by = 0; by < s->grouping_count; by++)
        for (size_t i = 0; i < s->column_count; i++) {
            try_balance(s, &s->groupings[by], s->columns[i], false);
            try_balance(s, &s->groupings[by], s->columns[i], true);
        }
    if (s->best.money.pairs == 0)
        return AT_OK;
    g->money = s->best.money;
    const bool all = g->money.follows == g->money.pairs;
    g->money.sure = g->money.pairs == 1 ? ONCE : all ? CONFIRMED : LIKELY;
    return at_arena_print(&g->money.why, g->arena, err,
                          "the balance follows from the row before in %zu of %zu rows",
                          g->money.follows, g->money.pairs);
}
