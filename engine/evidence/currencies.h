/**
 * currencies.h - the currencies a bundle speaks of, so that amounts can be read without our tables.
 */
#ifndef ASSETTRACE_EVIDENCE_CURRENCIES_H
#define ASSETTRACE_EVIDENCE_CURRENCIES_H

#include "engine/base/json.h"
#include "engine/model/money.h"

typedef struct at_currency_scale_row {
    const char *code;
    int scale; /* decimals; -1 = unknown: amounts are shown in minor units */
} at_currency_scale_row;

typedef struct at_currencies {
    at_currency_scale_row *rows; /* ascending by code */
    size_t count, capacity;
    const at_token *tokens;
    size_t token_count;
    at_arena *arena;
} at_currencies;

/** NULL is ignored; `code` is borrowed. */
AT_CHECKED at_status at_currencies_add(at_currencies *list, const char *code, at_error *err);
void at_currencies_write(at_json_writer *writer, const at_currencies *list);

#endif
