/**
 * facts_read.h - visible facts out of the tables and chunks of one snapshot: all of a kind, those
 * of one record, or those about one thing.
 *
 * Ownership: facts live in the reader's arena.
 */
#ifndef ASSETTRACE_STORE_FACTS_READ_H
#define ASSETTRACE_STORE_FACTS_READ_H

#include "engine/store/snapshot.h"

/* Facts in the order of their records: source, offset, and then as they were put. */
#define AT_IN_RECORD_ORDER " ORDER BY f.source, r.offset, f.fact"

typedef struct at_fact_filter {
    at_record_id record; /* 0 = any */
    at_thing thing;      /* a class, in any role; 0 = any. Not for transfers. */
} at_fact_filter;

/** @param filter  NULL = all of the kind */
AT_CHECKED at_status at_facts_read(at_fact_index *out, at_reader *reader, at_kind kind,
                                   const at_fact_filter *filter, at_error *err);

#endif
