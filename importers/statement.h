/**
 * statement.h - does a statement add up? Running balances checked row by row, per account and
 * currency.
 *
 * previous + in - out = balance, where fees leave the account on top of the amount. Rows run oldest
 * or newest first. A row without a balance is carried along. A row whose balance does not follow
 * is a break; the check then goes on from the balance as stated, so that one hole is one break.
 *
 * Units:     minor units; sums are wide and never wrap.
 * Ownership: everything is copied into the arena given; it grows with accounts, not with rows.
 * Errors:    AT_LIMIT E-IMPORT-ACCOUNTS past AT_STATEMENTS_MAX accounts; AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_IMPORTERS_STATEMENT_H
#define ASSETTRACE_IMPORTERS_STATEMENT_H

#include "engine/base/arena.h"
#include "engine/base/state.h"
#include "engine/model/record.h"

enum { AT_STATEMENTS_MAX = 1 << 20 };

/* One account in one currency, as far as it was read. */
typedef struct at_running {
    const char *account, *currency;
    bool newest_first;
    bool known; /* `balance` is one: that before the next row in time (oldest first) or of it */
    at_wide balance;
    at_wide pending;          /* in - out of the rows before the first balance */
    at_wide opening, closing; /* AT_AMOUNT_NONE = not stated and not worked out */
    int64_t stated_opening, stated_closing;
    int64_t first_us, after_us; /* the period; AT_TIME_NONE = no row yet */
    uint64_t rows, breaks;
    at_origin last; /* origin of its last row */
} at_running;

typedef struct at_statements {
    at_arena *arena;
    at_running *items; /* in the order of their first rows */
    size_t count, capacity;
    uint32_t *slots; /* open addressing: index + 1 */
    size_t slot_count;
} at_statements;

/* What a file says of an account as a whole. */
typedef struct at_statement_terms {
    bool newest_first;
    int64_t opening, closing; /* AT_AMOUNT_NONE = not stated */
} at_statement_terms;

/* A balance that is not what it should be. */
typedef struct at_break {
    bool found;
    at_wide expected, stated;
} at_break;

/** Take one row; *out says whether its balance breaks. */
AT_CHECKED at_status at_statements_add(at_break *out, at_statements *statements, const at_leg *leg,
                                       const at_origin *origin, const at_statement_terms *terms,
                                       at_error *err);

/** What all accounts came to so far, and the same read back into an empty list; what is read and
 * makes no sense fails the reader. */
AT_CHECKED at_status at_statements_save(at_text *out, const at_statements *statements,
                                        at_error *err);
AT_CHECKED at_status at_statements_load(at_statements *statements, at_state_reader *state,
                                        at_error *err);

/** The statement of one account after its last row; *out says whether the stated end fits. */
void at_statement_close(at_statement *statement_out, at_break *out, at_running *running);

#endif
