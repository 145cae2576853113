/* importers/guess_role.c: what the columns are that are not money: times, accounts, names. */
#include <inttypes.h>
#include <string.h>

#include "importers/guess_part.h"

enum {
    NAME_LEAST = 45,
    BY_VALUES = 60,
    WHOLE_NAME = 100,
    SURE = 92,
    LIKELY = 84,
    UNSURE = 65,
    OPEN = 40,
    MOSTLY_PERCENT = 80,
    TYPE_ROWS_MAX = 200,
};

/* The name of a column for people, and the word the mapping uses. */
static const char *name_of(const at_guesser *g, int column) {
    const at_guess_table *t = &g->table;
    return t->columns[column].name[0] != '\0' ? t->columns[column].name : "(no name)";
}

static at_status say_column(at_guesser *g, at_guess_role role, int sure, const char *why,
                            at_error *err) {
    const int column = g->columns[role];
    return column < 0 ? AT_OK
                      : at_guess_say(g, at_guess_roles[role], name_of(g, column), sure, err,
                                     "column %d: %s", column + 1, why);
}

/* --- Times ------------------------------------------------------------------------------------ */

static int time_points(const at_guesser *g, const at_guess_column *column) {
    const int time = column->words[AT_ROLE_TIME], value = column->words[AT_ROLE_VALUE_DATE];
    int points = time >= value ? time : -value;
    if (column->filled < g->table.row_count)
        points -= WHOLE_NAME; /* a time that is missing rejects the row */
    return points;
}

static void find_times(at_guesser *g) {
    const at_guess_table *t = &g->table;
    int *time = &g->columns[AT_ROLE_TIME];
    for (size_t k = 0; k < t->column_count; k++)
        if (t->columns[k].is_date &&
            (*time < 0 || time_points(g, &t->columns[k]) > time_points(g, &t->columns[*time])))
            *time = (int)k;
    if (*time < 0)
        return;
    for (size_t k = 0; k < t->column_count; k++) {
        const at_guess_column *column = &t->columns[k];
        if ((int)k != *time && column->is_date && column->words[AT_ROLE_VALUE_DATE] >= NAME_LEAST)
            g->columns[AT_ROLE_VALUE_DATE] = (int)k;
        if (!t->columns[*time].has_clock && g->columns[AT_ROLE_CLOCK] < 0 && column->filled > 0 &&
            10 * column->clocks >= 9 * column->filled)
            g->columns[AT_ROLE_CLOCK] = (int)k;
    }
}

/* Is the newest row first, by the dates? Only where no balance says so. */
static at_status find_order(at_guesser *g, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_guess_table *t = &g->table;
    const int column = g->columns[AT_ROLE_TIME];
    const at_map_date *date = &t->columns[column].date;
    size_t rises = 0, falls = 0;
    int64_t before = AT_TIME_NONE;
    at_row row = {.scratch = &scratch};
    for (size_t i = 0; i < t->row_count; i++) {
        at_time time;
        at_error reason = {.status = AT_OK};
        const char *cell = t->cells[i][column];
        if (cell == NULL)
            continue;
        const at_status status = at_map_time(&time, cell, date, &row, &reason);
        at_arena_reset(&scratch);
        if (status == AT_BAD_INPUT)
            continue;
        if (status != AT_OK && err != NULL)
            *err = reason;
        AT_TRY(status);
        rises += before != AT_TIME_NONE && time.us > before;
        falls += before != AT_TIME_NONE && time.us < before;
        before = time.us;
    }
    if (g->money.pairs == 0)
        g->money.newest_first = falls > rises;
    if (!g->money.newest_first)
        return AT_OK;
    return at_guess_say(g, "order", "newest_first", falls > rises ? SURE : UNSURE, err,
                        "%zu times the date falls from row to row, %zu times it rises", falls,
                        rises);
}

/* --- The others ------------------------------------------------------------------------------- */

static bool is_free(const at_guesser *g, size_t column) {
    for (size_t role = 0; role < AT_ROLE_COUNT; role++)
        if (g->columns[role] == (int)column)
            return false;
    return true;
}

/* Are the cells of a column all different, and none empty? */
static bool is_unique(const at_guesser *g, size_t k) {
    enum { ROWS_MAX = 3000 };
    const at_guess_table *t = &g->table;
    if (t->columns[k].filled < t->row_count)
        return false;
    for (size_t i = 0; i < t->row_count && i < ROWS_MAX; i++)
        for (size_t other = i + 1; other < t->row_count && other < ROWS_MAX; other++)
            if (strcmp(t->cells[i][k], t->cells[other][k]) == 0)
                return false;
    return true;
}

/* Another account in nearly every row is whoever stands at the other side. */
static bool is_many(const at_guesser *g, size_t k) {
    enum { ROWS_MAX = 200, FEW = 3 };
    const at_guess_table *t = &g->table;
    size_t rows = 0, different = 0;
    for (; rows < t->row_count && rows < ROWS_MAX; rows++) {
        size_t other = 0;
        while (other < rows && !at_text_equal(t->cells[other][k], t->cells[rows][k]))
            other++;
        different += other == rows;
    }
    return different > FEW && 2 * different > rows;
}

static int account_points(const at_guesser *g, size_t k) {
    const at_guess_table *t = &g->table;
    const at_guess_column *column = &t->columns[k];
    int points = column->words[AT_ROLE_ACCOUNT];
    if ((int)k == g->money.account)
        return WHOLE_NAME + 1;
    if (column->filled < t->row_count || (points == 0 && column->accounts < column->filled))
        return 0;
    if (is_many(g, k))
        return 0;
    if (g->account != NULL && column->constant &&
        strcmp(t->cells[0][k] != NULL ? t->cells[0][k] : "", g->account) == 0)
        return WHOLE_NAME + 1;
    if (points == 0)
        return column->constant && t->row_count > 1 ? BY_VALUES : 0;
    return points;
}

/* The same words in every row are about the account's own side. */
static bool is_own(const at_guess_table *t, const at_guess_column *column) {
    enum { ROWS = 3 };
    return column->constant && column->filled == t->row_count && t->row_count > ROWS;
}

/* How well a column would do as one of the roles that words and cells decide. */
static int points_of(const at_guesser *g, size_t k, at_guess_role role) {
    const at_guess_table *t = &g->table;
    const at_guess_column *column = &t->columns[k];
    const int points = column->words[role];
    const bool dates = column->is_date || column->clocks > 0;
    if (column->filled == 0 && role != AT_ROLE_TEXT)
        return points == WHOLE_NAME ? NAME_LEAST : 0; /* named, and empty in this file */
    switch (role) {
    case AT_ROLE_ACCOUNT:
        return account_points(g, k);
    case AT_ROLE_CURRENCY:
        return column->currencies < column->filled || column->filled < t->row_count ? 0
               : points > 0                                                         ? points + 1
                                                                                    : BY_VALUES;
    case AT_ROLE_COUNTERPARTY:
        if (points == 0 && 100 * column->accounts >= MOSTLY_PERCENT * column->filled &&
            !column->constant && (column->ibans > 0 || column->words[AT_ROLE_ACCOUNT] > 0))
            return column->words[AT_ROLE_ACCOUNT] > 0 ? NAME_LEAST + 5 : NAME_LEAST;
        return dates ? 0 : points;
    case AT_ROLE_ID:
        return dates || points < NAME_LEAST || !column->unique ? 0 : points;
    case AT_ROLE_REFERENCE: /* ids that are not unique are references */
        return dates                                                     ? 0
               : points > 0                                              ? points
               : column->words[AT_ROLE_ID] > 0 && column->values == NULL ? NAME_LEAST
                                                                         : 0;
    case AT_ROLE_COUNTERPARTY_NAME:
    case AT_ROLE_COUNTERPARTY_INSTITUTION:
        return dates || 2 * column->numbers > column->filled || is_own(t, column) ? 0 : points;
    case AT_ROLE_FROM:
    case AT_ROLE_TO:
        return dates || column->filled < t->row_count ? 0 : points;
    default:
        return points;
    }
}

/* The best pair of a column and a role first, until none is left. */
static void assign_roles(at_guesser *g, const at_guess_role *roles, size_t count) {
    for (;;) {
        int best = NAME_LEAST - 1, column = AT_NO_COLUMN;
        at_guess_role chosen = AT_ROLE_NONE;
        for (size_t k = 0; k < g->table.column_count; k++)
            for (size_t i = 0; is_free(g, k) && i < count; i++) {
                const int points = g->columns[roles[i]] < 0 ? points_of(g, k, roles[i]) : 0;
                if (points > best) {
                    best = points;
                    column = (int)k;
                    chosen = roles[i];
                }
            }
        if (column < 0)
            return;
        g->columns[chosen] = column;
    }
}

/* A vocabulary that is not ours is not a type. */
static at_status check_types(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    const int column = g->columns[AT_ROLE_TYPE];
    size_t known = 0, filled = 0;
    if (column >= 0 && t->columns[column].distinct > AT_GUESS_WORDS_MAX)
        g->columns[AT_ROLE_TYPE] = AT_NO_COLUMN;
    if (g->columns[AT_ROLE_TYPE] < 0)
        return AT_OK;
    for (size_t i = 0; i < t->row_count && i < TYPE_ROWS_MAX; i++) {
        const char *type = NULL;
        if (t->cells[i][column] == NULL)
            continue;
        AT_TRY(at_guess_type(&type, t->cells[i][column], err));
        filled++;
        known += type != NULL;
    }
    if (column >= 0 &&
        (known * 2 < filled || known == 0 || t->columns[column].distinct > AT_GUESS_WORDS_MAX))
        g->columns[AT_ROLE_TYPE] = AT_NO_COLUMN;
    return AT_OK;
}

static void find_unique(at_guesser *g) {
    for (size_t k = 0; k < g->table.column_count; k++)
        if (g->table.columns[k].words[AT_ROLE_ID] >= NAME_LEAST)
            g->table.columns[k].unique = is_unique(g, k);
}

static void find_roles(at_guesser *g) {
    static const at_guess_role ends[] = {AT_ROLE_FROM, AT_ROLE_TO};
    static const at_guess_role roles[] = {AT_ROLE_ID,           AT_ROLE_ACCOUNT,
                                          AT_ROLE_CURRENCY,     AT_ROLE_REFERENCE,
                                          AT_ROLE_COUNTERPARTY, AT_ROLE_COUNTERPARTY_NAME,
                                          AT_ROLE_TYPE,         AT_ROLE_COUNTERPARTY_INSTITUTION,
                                          AT_ROLE_TEXT};
    const at_guess_money *m = &g->money;
    const bool single = m->amount >= 0 && m->direction < 0;
    if (single && (m->pairs == 0 || m->balance < 0)) {
        assign_roles(g, ends, AT_COUNT(ends));
        g->is_transfer = g->columns[AT_ROLE_FROM] >= 0 && g->columns[AT_ROLE_TO] >= 0;
        if (!g->is_transfer)
            g->columns[AT_ROLE_FROM] = g->columns[AT_ROLE_TO] = AT_NO_COLUMN;
    }
    find_unique(g);
    assign_roles(g, roles, AT_COUNT(roles));
    if (!g->is_transfer)
        return;
    g->columns[AT_ROLE_ACCOUNT] = AT_NO_COLUMN; /* fields that a transfer has not */
    for (at_guess_role role = AT_ROLE_COUNTERPARTY; role <= AT_ROLE_REFERENCE; role++)
        g->columns[role] = AT_NO_COLUMN;
}

static int sure_of(const at_guesser *g, at_guess_role role) {
    const int column = g->columns[role];
    if (column < 0)
        return 0;
    const at_guess_column *c = &g->table.columns[column];
    if (role == AT_ROLE_ACCOUNT && column == g->money.account)
        return SURE;
    if (role == AT_ROLE_ACCOUNT && c->ibans == c->filled && c->words[role] > 0)
        return SURE;
    if (role == AT_ROLE_CURRENCY && c->words[role] > 0)
        return SURE;
    return c->words[role] == WHOLE_NAME  ? SURE
           : c->words[role] > NAME_LEAST ? LIKELY
           : role == AT_ROLE_CURRENCY    ? LIKELY
                                         : UNSURE;
}

static at_status say_roles(at_guesser *g, at_error *err) {
    static const at_guess_role roles[] = {AT_ROLE_FROM,
                                          AT_ROLE_TO,
                                          AT_ROLE_ID,
                                          AT_ROLE_ACCOUNT,
                                          AT_ROLE_CURRENCY,
                                          AT_ROLE_REFERENCE,
                                          AT_ROLE_COUNTERPARTY,
                                          AT_ROLE_TYPE,
                                          AT_ROLE_COUNTERPARTY_NAME,
                                          AT_ROLE_COUNTERPARTY_INSTITUTION};
    for (size_t i = 0; i < AT_COUNT(roles); i++) {
        const int column = g->columns[roles[i]];
        const bool named = column >= 0 && g->table.columns[column].words[roles[i]] > 0;
        AT_TRY(say_column(g, roles[i], sure_of(g, roles[i]),
                          named ? "its name, and its cells fit" : "its cells, not its name", err));
    }
    return AT_OK;
}

static at_status say_money(at_guesser *g, at_error *err) {
    static const at_guess_role roles[] = {AT_ROLE_AMOUNT,    AT_ROLE_DEBIT,   AT_ROLE_CREDIT,
                                          AT_ROLE_DIRECTION, AT_ROLE_BALANCE, AT_ROLE_FEE};
    at_guess_money *m = &g->money;
    if (g->is_transfer && g->table.columns[m->amount].words[AT_ROLE_AMOUNT] > 0) {
        m->sure = SURE;
        m->why = "its name; from where to where, two other columns say";
    }
    for (size_t i = 0; i < AT_COUNT(roles); i++) {
        const bool unproved = roles[i] == AT_ROLE_BALANCE && m->pairs == 0;
        AT_TRY(say_column(g, roles[i], unproved ? OPEN : m->sure,
                          unproved ? "its name; it does not follow from the rows" : m->why, err));
    }
    if (m->from_credit)
        return at_guess_say(g, "amount", name_of(g, m->amount), 0, err,
                            "what is positive lowers the balance: a mapping cannot turn the sign");
    return AT_OK;
}

static at_status say_times(at_guesser *g, at_error *err) {
    const at_guess_column *time = &g->table.columns[g->columns[AT_ROLE_TIME]];
    static const char *const forms[] = {"iso", "unix_seconds", "unix_milliseconds"};
    AT_TRY(say_column(g, AT_ROLE_TIME, time->words[AT_ROLE_TIME] > 0 ? SURE : LIKELY,
                      "a date in every row", err));
    AT_TRY(say_column(g, AT_ROLE_CLOCK, SURE, "the time of day", err));
    AT_TRY(say_column(g, AT_ROLE_VALUE_DATE, LIKELY, "dates, and its name", err));
    AT_TRY(at_guess_say(g, "date",
                        time->date.form == AT_DATE_PATTERN ? time->date.style.pattern
                                                           : forms[time->date.form],
                        time->date_sure, err, "%s", time->date_why));
    if (time->date.form == AT_DATE_PATTERN)
        AT_TRY(at_guess_say(g, "calendar", at_calendars[time->date.style.calendar], time->date_sure,
                            err, "the years are of our time in it"));
    return find_order(g, err);
}

/* Times and amounts in most rows, and the amount no number of another kind. */
static bool is_statement(const at_guesser *g) {
    const at_guess_table *t = &g->table;
    const at_guess_money *m = &g->money;
    const int time = g->columns[AT_ROLE_TIME];
    if (time < 0 || 100 * t->columns[time].filled < MOSTLY_PERCENT * t->row_count)
        return false;
    if (m->amount < 0)
        return m->debit >= 0 && m->credit >= 0;
    const at_guess_column *amount = &t->columns[m->amount];
    const bool other = m->pairs == 0 && m->sure <= UNSURE && amount->name[0] != '\0' &&
                       amount->words[AT_ROLE_AMOUNT] == 0;
    return !other && 100 * amount->filled >= MOSTLY_PERCENT * t->row_count;
}

/* What stands under a name of money or time and cannot be read is said. */
static at_status say_unreadable(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    for (size_t k = 0; k < t->column_count; k++) {
        const at_guess_column *column = &t->columns[k];
        size_t row = 0;
        bool money = false;
        for (int role = AT_ROLE_AMOUNT; role <= AT_ROLE_BALANCE; role++)
            money = money || (role != AT_ROLE_DIRECTION && column->words[role] == WHOLE_NAME);
        while (row < t->row_count &&
               (t->cells[row][k] == NULL || (money && at_guess_is_number(t->cells[row][k]))))
            row++;
        if (row == t->row_count || column->values != NULL || column->is_date ||
            !(money || column->words[AT_ROLE_TIME] == WHOLE_NAME))
            continue;
        AT_TRY(at_guess_say(g, money ? "amount" : "time", column->name, 0, err,
                            "cells such as \"%.40s\" are no %s that a mapping can read",
                            t->cells[row][k], money ? "amounts" : "times"));
    }
    return AT_OK;
}

at_status at_guess_role_columns(at_guesser *g, at_error *err) {
    const at_guess_money *m = &g->money;
    for (size_t role = 0; role < AT_ROLE_COUNT; role++)
        g->columns[role] = AT_NO_COLUMN;
    g->columns[AT_ROLE_AMOUNT] = m->amount;
    g->columns[AT_ROLE_DEBIT] = m->debit;
    g->columns[AT_ROLE_CREDIT] = m->credit;
    g->columns[AT_ROLE_DIRECTION] = m->direction;
    g->columns[AT_ROLE_BALANCE] = m->balance;
    g->columns[AT_ROLE_FEE] = m->fee;
    find_times(g);
    g->is_statement = is_statement(g);
    if (!g->is_statement)
        return say_unreadable(g, err);
    find_roles(g);
    AT_TRY(check_types(g, err));
    AT_TRY(say_times(g, err));
    AT_TRY(say_money(g, err));
    return say_roles(g, err);
}
