/**
 * judgements.h - job: a list of judgements as a person filled it in.
 *
 * CSV (RFC 4180) with a head line: the columns debit, credit (addresses), judgement (accept, deny,
 * undo, or empty: not judged) and, if wanted, reason; other columns are passed over, so that what
 * `resolve review --csv` printed can be filled in and handed back.
 *
 * Ownership: everything lives in the arena given.
 * Errors:    AT_BAD_INPUT "E-RESOLVE-FILE" with the line; AT_IO; AT_LIMIT past
 *            AT_JUDGEMENTS_BYTES.
 */
#ifndef ASSETTRACE_JOBS_JUDGEMENTS_H
#define ASSETTRACE_JOBS_JUDGEMENTS_H

#include "engine/store/resolve.h"

enum { AT_JUDGEMENTS_BYTES = 1 << 28 };

/** Judged rows in the order of the file; `reason` is that of rows which give none, may be NULL. */
AT_CHECKED at_status at_judgements_read(at_judgement **out, size_t *count_out, const char *path,
                                        const char *reason, at_arena *arena, at_error *err);

#endif
