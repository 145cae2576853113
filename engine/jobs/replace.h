/**
 * replace.h - job: a source's successor, or a withdrawn source again, read as it was read.
 *
 * replace withdraws a source and publishes another file in its place by one revision: no question
 * sees neither or both. republish publishes a withdrawn source again from the copy kept, as a new
 * source. Both are undone by the next of their kind, and `--at` still answers as before.
 *
 * Errors: those of import.h; AT_BAD_INPUT "E-SOURCE-WITHDRAWN" (replace), "E-SOURCE-STANDS"
 *         (republish), "E-SOURCE-SAME" when the file says what a source that stands says already.
 */
#ifndef ASSETTRACE_JOBS_REPLACE_H
#define ASSETTRACE_JOBS_REPLACE_H

#include "engine/jobs/import.h"
#include "engine/store/sources.h"

/**
 * The request that reads `path` (NULL: the kept copy) as `source` was read: importer, namespace,
 * options, tokens and - unless map_path is given - mapping. Of a source that stands it replaces it.
 */
AT_CHECKED at_status at_replace_request(at_import_request *out, at_store *store,
                                        const at_source *source, const char *path,
                                        const char *map_path, const char *reason, at_arena *arena,
                                        at_error *err);

#endif
