/**
 * source.h - what a person declares as traced: LABEL=transfer:T[,AMOUNT] or
 * LABEL=account:A@TIME[,AMOUNT] (specification "case" section 4, T20).
 *
 * The label ends at the first '=', TIME starts after the last '@', AMOUNT after the last ',' when
 * only digits follow. An id in double quotes is taken whole; "" inside stands for one quote.
 *
 * Units:     amounts in minor units; a date as TIME means its first microsecond.
 * Ownership: texts are copied into the arena.
 * Errors:    AT_USAGE "E-TRACE-SOURCE" (not of this form), "E-TRACE-LABEL", "E-TRACE-TWICE",
 *            "E-TRACE-ACCOUNT" (holds no ledger); AT_BAD_INPUT for a TIME that is none; AT_LIMIT
 *            "E-AMOUNT-RANGE".
 */
#ifndef ASSETTRACE_TRACE_SOURCE_H
#define ASSETTRACE_TRACE_SOURCE_H

#include "engine/model/ledger.h"

enum { AT_TRACE_LABEL_BYTES_MAX = 64 };

typedef struct at_trace_source {
    const char *label;
    bool on_account;
    const char *id;  /* of the transfer or account, as written */
    int64_t time_us; /* on_account only */
    int64_t amount;  /* AT_AMOUNT_NONE: all there is */
    uint32_t row;    /* the transfer in the ledger, or AT_NONE */
    bool fee;        /* of that row, its fee ("T/fee") */
    uint32_t node;   /* on_account only; filled by whoever knows names */
} at_trace_source;

/** Read one; row and node are AT_NONE after. */
AT_CHECKED at_status at_trace_source_parse(at_trace_source *out, const char *text, at_arena *arena,
                                           at_error *err);
/** Find a transfer source's row and fee; one that is not there stays AT_NONE (SOURCE_MISSING). */
void at_trace_source_bind(at_trace_source *source, const at_ledger *ledger);
/** Refuse what T20 calls argument errors; every account source has its node by now. */
AT_CHECKED at_status at_trace_sources_check(const at_trace_source *sources, size_t count,
                                            const at_ledger *ledger, at_error *err);
/** The labels without repeats, ascending bytewise. */
AT_CHECKED at_status at_trace_labels(const char ***out, uint32_t *count_out,
                                     const at_trace_source *sources, size_t count, at_arena *arena,
                                     at_error *err);

#endif
