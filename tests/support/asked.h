/**
 * asked.h - a query asked without a store: facts by hand, one small ledger, answers as lines.
 *
 * Things: accounts X, Y, idle, multi (EUR and USD), asset Z, party owner, who holds Y.
 */
#ifndef ASSETTRACE_TESTS_ASKED_H
#define ASSETTRACE_TESTS_ASKED_H

#include "tests/support/lines.h"
#include "engine/query.h"

enum { X = 1, Y, Z, IDLE, OWNER, MULTI };

/** The statements that the facts know. */
void asked_statements(const at_fact *statements, size_t count);
/** From now on listing facts fails, or works again. */
void asked_fail(bool fail);
/** Seven transfers between OUT, X, Y, Z and multi; see asked.c. */
void asked_ledger(at_ledger *out, at_arena *arena);
/** `text`: "name=value name=value", values without blanks. */
at_status asked(at_table *out, const at_query *query, const char *text, const at_ledger *ledger,
                at_arena *arena, at_error *err);
/** A row as "cell|cell|...|grade|records(support)", then the notes as "# CODE text". */
void asked_print(test_lines *out, const at_table *table);

#endif
