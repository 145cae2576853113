/**
 * diff.h - job: what changed between two answers.
 *
 * Sides are JSON files as the program prints them (one answer, or the run of a case) or bundles (a
 * dossier's folder, or the bag in it). Answers meet by the id of their question; rows meet when
 * their ids and texts are the same, and those left over when their ids alone are the same and
 * belong to one row on either side. What met and differs is `changed`, one line a cell; the rest is
 * `removed` or `added`. Order and revision of the answers do not matter.
 *
 * Errors: AT_BAD_INPUT "E-DIFF-KIND" for a side that is neither, or sides of two kinds or of two
 *         queries.
 */
#ifndef ASSETTRACE_JOBS_DIFF_H
#define ASSETTRACE_JOBS_DIFF_H

#include "engine/model/table.h"

/** Columns question, change, row, column, before, after; no row = no difference. */
AT_CHECKED at_status at_diff(at_table *out, const char *before, const char *after, at_arena *arena,
                             at_error *err);

#endif
