/**
 * summary.h - what `networks` found in a whole store, as columns that can be kept beside its index.
 *
 * It answers for one set of arguments alone: those of `networks` when nothing is said. A store
 * keeps the columns and knows nothing of what they mean; engine/network/summary.h makes them and
 * reads them, and takes nothing on trust.
 *
 * Members, groups, owners, ties and evidence are those of engine/network (graph.h, group.h,
 * place.h), in their order; ties are those without transfers.
 *
 * Ownership: columns are borrowed of the arena they were made in.
 */
#ifndef ASSETTRACE_MODEL_SUMMARY_H
#define ASSETTRACE_MODEL_SUMMARY_H

#include "engine/model/ledger.h"

typedef enum at_summary_column {
    /* by member */
    AT_SUMMARY_THING,  /* 4 bytes */
    AT_SUMMARY_KIND,   /* 1: at_kind, and AT_SUMMARY_OUTSIDE, AT_SUMMARY_CUT */
    AT_SUMMARY_RECORD, /* 8 */
    AT_SUMMARY_GROUP,  /* 4: its group + 1; 0 cut */
    /* by node of the ledger */
    AT_SUMMARY_NODE, /* 4: its member + 2; 1 a payment's middle, 0 neither */
    /* by group */
    AT_SUMMARY_TRANSFERS, /* 8 */
    AT_SUMMARY_FIRST,     /* 8 */
    AT_SUMMARY_LAST,      /* 8 */
    /* owners of accounts and assets */
    AT_SUMMARY_OWNER_START, /* 4, by member and one more */
    AT_SUMMARY_OWNERS,      /* 4 */
    /* by tie */
    AT_SUMMARY_TIE_A,      /* 4 */
    AT_SUMMARY_TIE_B,      /* 4 */
    AT_SUMMARY_TIE_KIND,   /* 1 */
    AT_SUMMARY_TIE_GRADE,  /* 1 */
    AT_SUMMARY_TIE_WHAT,   /* 4: a text, counted from the first behind the notes */
    AT_SUMMARY_TIE_RECORD, /* 8: the first */
    /* by row of evidence */
    AT_SUMMARY_ENTITY,   /* 4 */
    AT_SUMMARY_COUNTRY,  /* 4: its two letters, the first times 256 */
    AT_SUMMARY_ACTIVITY, /* 1 */
    AT_SUMMARY_ABOUT,    /* 4 */
    AT_SUMMARY_SHOWN,    /* 8: the record that shows it */
    AT_SUMMARY_SHOWN_IN, /* 8: the other one */
    AT_SUMMARY_COUNTED,  /* 4: transactions */
    AT_SUMMARY_NOTES,    /* 4, one value: notes on the whole graph */
    AT_SUMMARY_TEXTS,    /* 1: NUL-terminated: code and text of each note, what ties are about */
    AT_SUMMARY_COLUMNS
} at_summary_column;

enum { AT_SUMMARY_OUTSIDE = 1 << 6, AT_SUMMARY_CUT = 1 << 7 };

/* Bytes of a value of each column: 1 and 4 without a sign, 8 with one. */
static inline size_t at_summary_size(at_summary_column column) {
    switch (column) {
    case AT_SUMMARY_KIND:
    case AT_SUMMARY_TIE_KIND:
    case AT_SUMMARY_TIE_GRADE:
    case AT_SUMMARY_ACTIVITY:
    case AT_SUMMARY_TEXTS:
        return 1;
    case AT_SUMMARY_RECORD:
    case AT_SUMMARY_TRANSFERS:
    case AT_SUMMARY_FIRST:
    case AT_SUMMARY_LAST:
    case AT_SUMMARY_TIE_RECORD:
    case AT_SUMMARY_SHOWN:
    case AT_SUMMARY_SHOWN_IN:
        return 8;
    default:
        return 4;
    }
}

typedef struct at_summary {
    struct {
        const void *values;
        size_t count;
    } columns[AT_SUMMARY_COLUMNS];
} at_summary;

/**
 * A ledger of which rows are read when somebody comes to them. Its columns are as long as the
 * ledger; `from`, `to`, `flags`, `out_start` and `in_start` are filled, the others zero until asked
 * for. `seq`, `fee`, `reverses` and ids are NULL, and it has no payments in transit.
 */
typedef struct at_ledger_part {
    at_ledger ledger;
    void *self;
    /** Everything about one row, and the two nodes it lies between. */
    at_status (*need_row)(void *self, uint32_t row, at_error *err);
    /** out_rows and in_rows of one node; of all. */
    at_status (*need_node)(void *self, uint32_t node, at_error *err);
    at_status (*need_all_nodes)(void *self, at_error *err);
} at_ledger_part;

/* How a question comes to the summary and the ledger; NULL beside a ledger that is there. */
typedef struct at_summaries {
    void *self;
    /** *out NULL: there is none that fits, or it cannot be read. */
    at_status (*get)(void *self, const at_summary **out, at_error *err);
    /** Keep one, if that is possible; nothing depends on it. */
    at_status (*keep)(void *self, const at_summary *summary, at_error *err);
    /** *out NULL: only the whole ledger can be had. */
    at_status (*part)(void *self, const at_ledger_part **out, at_error *err);
    /** The whole one, perhaps without ids. */
    at_status (*ledger)(void *self, const at_ledger **out, at_error *err);
} at_summaries;

#endif
