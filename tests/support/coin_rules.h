/**
 * coin_rules.h - the take rules again, for methods that know labels but no order (T9, T10, T12).
 *
 * For coin.c alone; written from the specification, with no header of the engine.
 */
#ifndef ASSETTRACE_TESTS_COIN_RULES_H
#define ASSETTRACE_TESTS_COIN_RULES_H

#include "tests/support/coin.h"

enum { COIN_LABELS = COIN_SOURCES + 3 };

/** T9: `amount` over the weights of `count` labels; whether units were left over. */
bool coin_divide(int *out, const int *weights, int count, int amount);
/** What each label gives of `amount`; `count` labels, the last three untainted. `*rounded` counts
 *  divisions of prorata with units left over. */
void coin_leave(int *out, const int *held, int count, int amount, enum coin_method method,
                bool preserved, int *rounded);

#endif
