/**
 * receipt.h - what became of every record of one source.
 *
 * rows = loaded + duplicates + rejected, always. A duplicate is kept beside the record it repeats,
 * but counts only while no such record of another source is visible. The lists here are the first
 * AT_RECEIPT_LINES of each; all are in the store (at_receipt_lines).
 *
 * Units:     sums in minor units of the account's currency; loaded transfers and legs only.
 * Ownership: everything lives in the arena given.
 */
#ifndef ASSETTRACE_STORE_RECEIPT_H
#define ASSETTRACE_STORE_RECEIPT_H

#include "engine/base/arena.h"
#include "engine/model/record.h"
#include "engine/store/store.h"

enum { AT_RECEIPT_LINES = 100, AT_RECEIPT_TOTALS = 100000 };

typedef enum at_source_state {
    AT_SOURCE_COMPLETE,
    AT_SOURCE_PARTIAL,
    AT_SOURCE_FAILED
} at_source_state;
const char *at_source_state_text(at_source_state state); /* "complete", "partial", "failed" */

typedef enum at_receipt_kind {
    AT_RECEIPT_REJECT,
    AT_RECEIPT_WARNING,
    AT_RECEIPT_DUPLICATE
} at_receipt_kind;

/* One record that was not simply loaded. */
typedef struct at_receipt_line {
    at_origin origin; /* of the record in this source; bytes 0 for a warning about the whole file */
    const char *code; /* "E-IMPORT-DUPID", "ZERO_AMOUNT"; NULL for a duplicate */
    const char *message, *hint; /* hint may be NULL */
    at_address first;           /* the record it repeats or contradicts; content "" when none */
} at_receipt_line;

typedef struct at_receipt_total {
    const char *account, *name_space; /* as the source names it, and whose id that is */
    at_currency currency;
    int64_t in, out;
    uint64_t count;
} at_receipt_total;

/* One currency over all accounts. */
typedef struct at_receipt_sum {
    at_currency currency;
    at_wide in, out;
    uint64_t count;
} at_receipt_sum;

/* One account of a file that states balances, or whose rows do: minor units. */
typedef struct at_receipt_statement {
    const char *account, *name_space;
    at_currency currency;
    int64_t opening, closing; /* AT_AMOUNT_NONE = not stated and not worked out */
    at_wide in, out, fees;    /* of the rows kept of this file, repeated ones too */
    bool compared;            /* both balances are known, */
    at_wide difference;       /* and closing - (opening + in - out - fees) */
    uint64_t rows, breaks;    /* rows it had; balances within it that do not follow */
} at_receipt_statement;

typedef struct at_receipt {
    at_source_state state;
    bool already; /* published before: nothing was done; the figures are those of then */
    int64_t source, revision; /* 0 when nothing was published */
    const char *name, *name_space, *importer;
    int importer_version;
    char received[65], content[65]; /* SHA-256 of the file as received, and of its content */
    uint64_t bytes;                 /* of the file as received */

    /* Of an import in pieces (piece.h), known only to who ran it: where in the content it went on
     * after it had been stopped, and how many bytes before that were read again; where the same
     * import would go on after this failure. 0 = nowhere. */
    uint64_t resumed_at, read_again, kept_to;

    uint64_t rows, loaded, duplicates, rejected, warnings;
    uint64_t facts[AT_KIND_COUNT]; /* of the loaded records */
    /* What this revision did to the pairing of legs; ambiguous: legs newly found so. */
    uint64_t pairs_made, pairs_ended, legs_ambiguous;

    /* At most AT_RECEIPT_LINES each, in file order; the counts say how many are listed. */
    const at_receipt_line *rejects, *duplicate_lines, *warning_lines;
    size_t reject_count, duplicate_count, warning_count;
    const at_receipt_total *totals; /* sorted by account, name_space, currency */
    size_t total_count;
    uint64_t totals_left_out;   /* accounts, all, when they are over AT_RECEIPT_TOTALS */
    const at_receipt_sum *sums; /* sorted by currency */
    size_t sum_count;
    /* By namespace, account and currency, those that do not add up first; the first
     * AT_RECEIPT_LINES. */
    const at_receipt_statement *statements;
    size_t statement_lines;
    uint64_t statement_count, statements_compared, statements_off;
} at_receipt;

/** The receipt of a published source, by its number; AT_BAD_INPUT "E-SOURCE-UNKNOWN". */
AT_CHECKED at_status at_receipt_get(at_receipt *out, at_store *store, int64_t source,
                                    at_arena *arena, at_error *err);

/** The totals and sums of a receipt that is being filled (receipt_total.c). */
AT_CHECKED at_status at_receipt_totals(at_receipt *out, at_store *store, int64_t source,
                                       at_arena *arena, at_error *err);

/** Its statements, likewise (receipt_statement.c). */
AT_CHECKED at_status at_receipt_statements(at_receipt *out, at_store *store, int64_t source,
                                           at_arena *arena, at_error *err);

/** Lines of one kind in file order, `limit` at most, beginning at number `first` (from 0). */
AT_CHECKED at_status at_receipt_lines(const at_receipt_line **out, size_t *count_out,
                                      at_store *store, int64_t source, at_receipt_kind kind,
                                      uint64_t first, size_t limit, at_arena *arena, at_error *err);

#endif
