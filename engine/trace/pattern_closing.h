/**
 * pattern_closing.h - which transfers can lie on a cycle through a first one.
 *
 * With n transfers after the first, the i-th lies at most i behind it and at most n - i before the
 * end. Both are searched by level, the cheaper side first, until together they cover the
 * greatest length; the rest of the way back is then looked for among what was reached forward.
 * Times and ratios hold between neighbours; that no account comes twice is left to the enumeration.
 *
 * A simple cycle passes an account once. So the first account met whose transfers are many is
 * spared: what leads to it and what leads on from it is found from the two sides without ever
 * listing its own transfers. Every further such account is scanned.
 *
 * Ownership: the arena given to at_closing_begin. Threads: one.
 */
#ifndef ASSETTRACE_TRACE_PATTERN_CLOSING_H
#define ASSETTRACE_TRACE_PATTERN_CLOSING_H

#include "engine/trace/pattern.h"

/* What one direction has seen for the present first transfer. */
typedef struct at_closing_side {
    uint32_t *epoch;             /* by move: the first transfer that it was seen for, plus one */
    uint8_t *hop;                /* by move: after the first transfer, or before the end */
    uint32_t *next;              /* by move: the next seen of the same node, plus one */
    uint32_t *node_epoch, *head; /* by node: the first seen, plus one */
    uint32_t *queue;             /* by move: seen, by hop */
    size_t start, end;           /* queue: the last level */
    uint32_t *scan_epoch;        /* by node: scanned for the present first transfer */
    uint64_t *scanned;           /* by node: how far */
    int level;
    int held; /* least hop at which the spared account was left alone; -1 = never */
} at_closing_side;

typedef struct at_closing {
    at_patterns *out; /* for the steps */
    const at_moves *moves;
    const at_cycle_rule *rule;
    int64_t *leaves_us, *arrives_us; /* by place in moves->outs and in moves->ins */
    uint32_t *onward; /* by move: the first place in outs whose move leaves after it arrives */
    uint32_t *origin; /* by move: the first place in ins whose move arrives too late for it */
    uint32_t root;    /* the first transfer */
    uint32_t spared;  /* node; AT_NONE = none met yet */
    int64_t until_us; /* last moment of the cycle */
    at_closing_side ahead, back; /* ahead.next by receiver, back.next by sender */
} at_closing;

AT_CHECKED at_status at_closing_begin(at_closing *out, at_patterns *patterns, const at_moves *moves,
                                      const at_cycle_rule *rule, at_arena *arena, at_error *err);
/** Fill `back` for a first transfer; *found is false where no cycle begins with it. */
AT_CHECKED at_status at_closing_find(bool *found, at_closing *closing, uint32_t root,
                                     at_error *err);

/** Whether `next` may follow `move` in a cycle: time and ratio. */
bool at_cycle_follows(const at_closing *closing, uint32_t move, uint32_t next);
/** First move seen on the way back that leaves `node`, plus one; 0 = none. */
static inline uint32_t at_closing_first(const at_closing *closing, uint32_t node) {
    return closing->back.node_epoch[node] == closing->root + 1 ? closing->back.head[node] : 0;
}

#endif
