/**
 * share.h - stated shares: exact rationals, as intervals with open or closed ends.
 *
 * A stated share is [lo, hi]; a missing one is [0, 1] with `known` false. Computed shares are
 * doubles within 1e-12 of the exact rational (specification G4) and live in engine/network.
 */
#ifndef ASSETTRACE_MODEL_SHARE_H
#define ASSETTRACE_MODEL_SHARE_H

#include <stdbool.h>

#include "engine/base/error.h"

/* num/den in lowest terms, den > 0. */
typedef struct at_ratio {
    int64_t num, den;
} at_ratio;

typedef struct at_share {
    at_ratio lo, hi;
    bool lo_open, hi_open; /* the end itself is excluded */
    bool known;            /* false: nothing was stated, lo = 0, hi = 1 */
} at_share;

/** "12.5%", "1/8", "0.125", Persian or Arabic digits and signs: an exact ratio in lowest terms, >=
 * 0. AT_BAD_INPUT "E-SHARE-TEXT", also past 18 digits. */
AT_CHECKED at_status at_ratio_parse(at_ratio *out, const char *text, at_error *err);
int at_ratio_compare(at_ratio a, at_ratio b);
double at_ratio_real(at_ratio ratio);
#define AT_RATIO_TEXT_BYTES 48
void at_ratio_format(char out[AT_RATIO_TEXT_BYTES], at_ratio ratio); /* "1/8" */

/** One exact share. */
at_share at_share_exact(at_ratio ratio);
at_share at_share_unknown(void);
/** lo..hi from two texts; hi NULL = exact; lo NULL = up to hi; both NULL = unknown. Refuses lo > hi
 * and anything above 1 ("E-SHARE-RANGE"). */
AT_CHECKED at_status at_share_parse(at_share *out, const char *lo, const char *hi, at_error *err);

#endif
