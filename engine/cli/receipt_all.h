/**
 * receipt_all.h - what became of several files together: one row a file, sums by currency.
 *
 * Sums are of what this command published: a file that was imported before adds nothing.
 *
 * Units:     minor units.
 * Ownership: names are copied into the arena given.
 */
#ifndef ASSETTRACE_CLI_RECEIPT_ALL_H
#define ASSETTRACE_CLI_RECEIPT_ALL_H

#include "engine/base/json.h"
#include "engine/cli/output.h"
#include "engine/store/receipt.h"

typedef struct at_receipt_row {
    const char *name, *state;
    bool already; /* imported before: it is in no sum */
    uint64_t source, rows, loaded, duplicates, rejected, warnings;
} at_receipt_row;

typedef struct at_receipt_all {
    at_arena *arena;
    at_receipt_row *rows;
    size_t count, capacity;
    at_receipt_sum *sums; /* by currency */
    size_t sum_count, sum_capacity;
} at_receipt_all;

AT_CHECKED at_status at_receipt_all_add(at_receipt_all *all, const at_receipt *receipt,
                                        at_error *err);
/** Nothing for one file. */
AT_CHECKED at_status at_receipt_all_print(at_output *out, const at_receipt_all *all, at_error *err);
/** The member "sums" of "assettrace/receipts/1". */
void at_receipt_all_json(at_json_writer *json, const at_receipt_all *all);

#endif
