/**
 * owning.h - ownership once more, by dense fractions: what five queries must answer about a small
 * random world (specification "analysis" O1 - O3, O5 - O10, without open ends).
 *
 * Nothing of the engine is used: rows are weighed, summed and solved here with GMP. Every share is
 * exact until it is handed out.
 */
#ifndef ASSETTRACE_TESTS_OWNING_H
#define ASSETTRACE_TESTS_OWNING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
    OWN_BODIES_MAX = 9,
    OWN_ROWS_MAX = 60,
    OWN_LINES_MAX = 80,
    OWN_NOBODY = -1,
    OWN_HIDDEN = -2
};

typedef struct own_row {
    int source; /* from 1; later ones are imported later */
    int owner, owned;
    int64_t lo, hi, den; /* lo = -1: not stated */
    bool votes;
    int principal;    /* a body, OWN_NOBODY, or OWN_HIDDEN when not named */
    int since, until; /* days, -1 = not stated */
} own_row;

typedef struct own_world {
    int body_count; /* named "b0", "b1", ... */
    int row_count, source_count;
    own_row rows[OWN_ROWS_MAX];
    int as_of; /* a day, -1 = none asked for */
    bool legal;
} own_world;

/** Cycles, ranges, closed groups, columns over the whole, several sources, classes of shares,
 * votes, nominees, days; many shares lie at 1/4, 1/2 or 10^-9 beside them. */
void own_make(own_world *world, uint64_t seed);
/** "b3"; "@undisclosed:b3" for the hidden principal of b3, which is body_count + 3. */
const char *own_name(const own_world *world, int body);
/** "1/4", "1/4..1/2" or "?" for a row. */
void own_share_text(char *out, size_t bytes, const own_row *row);

/* Rows of an answer: texts joined by blanks, and up to three figures. */
typedef struct own_answer {
    char key[OWN_LINES_MAX][80];
    double real[OWN_LINES_MAX][3];
    int count;
} own_answer;

typedef enum own_rule { OWN_OFAC, OWN_UK, OWN_EU, OWN_EU_EARLIER } own_rule;

/** thing kind, share share_hi; min_share num/den. */
void own_assets(own_answer *out, const own_world *world, int of, int num, int den);
/** owner verdict, by_share by_share_hi by_control. */
void own_owners(own_answer *out, const own_world *world, int of, int num, int den, bool more);
/** company round verdict, votes. */
void own_controls(own_answer *out, const own_world *world, const int *of, int count);
/** company round verdict, sum. */
void own_blocked(own_answer *out, const own_world *world, const int *of, int count, own_rule rule);
/** holder company verdict link, share share_hi; of the lists that a body is in. */
void own_links(own_answer *out, const own_world *world, int of, int num, int den);
/** group member closed, internal_share. */
void own_circles(own_answer *out, const own_world *world);

/** Read printed rows: `columns` has a letter each, t a text, r a figure; the rest of a row is left
 * out, and lines without `mark`. */
void own_read(own_answer *out, const char *text, const char *mark, const char *columns);
/** Whether both are the same to 1.5 * 10^-12 (12 printed places); what differs is printed. */
bool own_equal(const own_answer *ours, own_answer *theirs);

#endif
