/**
 * tenure.h - who held one thing when, and where the stated periods do not fit together.
 *
 * Time is cut wherever a title begins or ends. In each piece the titles of one owner are one: what
 * one source states twice of a company adds up (two classes of shares), of another thing it is the
 * same title stated again; of several sources the larger statement counts. Then
 *   GAP      nobody is recorded to hold it, after somebody was
 *   OVERLAP  the owners hold more than the whole for certain
 *   UNCLEAR  several owners, and not of each is it stated how much
 *   PART     the stated shares are less than the whole for certain
 * and pieces in order say nothing. Neighbours with one finding and the same titles are one.
 *
 * Units:     microseconds UTC, since inclusive, until exclusive; AT_TIME_NONE = open.
 * Ownership: everything lives in the arena.
 * Source:    README of the engine, "Share classes add up, titles do not".
 */
#ifndef ASSETTRACE_NETWORK_TENURE_H
#define ASSETTRACE_NETWORK_TENURE_H

#include <stdbool.h>

#include "engine/base/arena.h"
#include "engine/model/record.h"

typedef enum at_tenure_state {
    AT_TENURE_HELD,
    AT_TENURE_GAP,
    AT_TENURE_OVERLAP,
    AT_TENURE_UNCLEAR,
    AT_TENURE_PART
} at_tenure_state;
const char *at_tenure_text(at_tenure_state state); /* held gap overlap unclear part */

typedef struct at_title {
    uint32_t owner;  /* any number; equal ones are the same owner */
    uint32_t source; /* likewise */
    at_period period;
    at_share share;
} at_title;

/* A stretch of time with one finding. */
typedef struct at_tenure {
    at_tenure_state state;
    at_period period;
    const uint32_t *titles; /* indices of the titles in force, ascending; of a gap those that end
                               where it begins or begin where it ends */
    uint32_t title_count;
    at_share sum; /* of all owners */
} at_tenure;

typedef struct at_tenures {
    const at_tenure *items; /* in order of time, AT_TENURE_HELD left out */
    size_t count;
} at_tenures;

/** @param adds_up  the thing is a company: titles of one source are classes of shares */
AT_CHECKED at_status at_tenures_find(at_tenures *out, const at_title *titles, uint32_t count,
                                     bool adds_up, at_arena *arena, at_error *err);

#endif
