/**
 * mapping_truth.h - a guessed mapping held against the mapping a person wrote.
 *
 * Compared are all that decides how a file is read: layout, marks, dates, calendar, zone, order of
 * rows, and which column feeds which field of the first record. Not compared are notes, and words
 * of a vocabulary that the file does not hold.
 */
#ifndef ASSETTRACE_TESTS_MAPPING_TRUTH_H
#define ASSETTRACE_TESTS_MAPPING_TRUTH_H

#include "importers/guess.h"

/* What differs. `unsaid` counts what was wrong and yet called sure. */
typedef struct truth_result {
    size_t wrong, unsaid;
} truth_result;

/** Every difference is printed with `name`. Fails the test when one of the two is no JSON. */
truth_result truth_compare(const char *name, const at_guess *guess, const char *truth_path);

/** Was this field called unsure? */
bool truth_unsure(const at_guess *guess, const char *field);
/** How sure was it called; -1 when it was not spoken of. */
int truth_sure(const at_guess *guess, const char *field);

#endif
