/**
 * guess.h - a mapping proposed from the bytes of a delimited file.
 *
 * Nothing is imported on a guess: what comes out is the text of a mapping (mapping.h) for a person
 * to read, and a list of points, each with how sure it is and why. What the values show outweighs
 * what a header says: columns of amounts are told apart by balances that add up row by row, dates
 * by the days that exist and the order of the rows. In the end the file is read through the mapping
 * as an import would, and what would be rejected is counted.
 *
 * What the file does not say and the schema needs (whose statement it is, the currency) is filled
 * with a word that no import accepts, "@account" and a code of three X, and said.
 *
 * Units:     `sure` is in percent; a point below AT_GUESS_SURE is unsure.
 * Ownership: everything in the arena given.
 * Errors:    AT_BAD_INPUT "E-GUESS-TABLE" when there is no table in the file, "E-GUESS-ENCODING"
 *            when no encoding a mapping can name fits; those of input.h; AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_IMPORTERS_GUESS_H
#define ASSETTRACE_IMPORTERS_GUESS_H

#include "engine/base/arena.h"
#include "engine/base/input.h"
#include "engine/base/json.h"
#include "engine/model/money.h"
#include "engine/model/sink.h"

enum { AT_GUESS_SURE = 80 };

/* One thing that was decided. */
typedef struct at_guess_point {
    const char *field; /* "delimiter", "date", "debit", "rows" */
    const char *value; /* as the mapping says it */
    int sure;
    const char *why;
} at_guess_point;

/* A file read through a mapping into nothing. */
typedef struct at_trial {
    uint64_t records, rejected, warnings;
    uint64_t statements, balanced, breaks; /* accounts; those with balances that follow; rows */
    bool cut;                              /* the file goes on: no account was read to its end */
    at_error first;                        /* reason of the first rejected record; status 0: none */
} at_trial;

typedef struct at_guess {
    const char *mapping; /* JSON with line ends and indentation */
    at_guess_point *points;
    size_t point_count, point_capacity;
    at_trial trial;
    bool sure; /* no point is unsure */
} at_guess;

/** Guess from a file. `name` is what messages call it. */
AT_CHECKED at_status at_guess_file(at_guess *out, const char *path, const char *name,
                                   at_arena *arena, at_error *err);

/**
 * Read `in` through `mapping` and count what would come of it.
 *
 * @param rows_max  no more rows than that are read; 0: all
 * @param sink      gets every record too; may be NULL
 */
AT_CHECKED at_status at_trial_read(at_trial *out, at_input *in, const at_json_value *mapping,
                                   uint64_t rows_max, const at_sink *sink, at_error *err);

/** Is this a mapping? The kinds of its records are added to `kinds` (AT_TRIAL_KINDS_MAX of them).
 *  AT_BAD_INPUT with pointer and line. */
enum { AT_TRIAL_KINDS_MAX = 12 };
AT_CHECKED at_status at_trial_check(const char **kinds, size_t *count_out,
                                    const at_json_value *mapping, at_arena *arena, at_error *err);

#endif
