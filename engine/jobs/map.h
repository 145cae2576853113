/**
 * map.h - jobs: propose a mapping for a file, and check one.
 *
 * Neither touches a store, and nothing is imported on a guess.
 */
#ifndef ASSETTRACE_JOBS_MAP_H
#define ASSETTRACE_JOBS_MAP_H

#include "importers/guess.h"
#include "engine/importer.h"

/**
 * Guess a mapping of a file (importers/guess.h). When an importer of `registry` recognises the
 * file as its own format, a point "importer" says so: it then needs no mapping.
 */
AT_CHECKED at_status at_map_guess(at_guess *out, const at_importer *const *registry,
                                  const char *path, at_arena *arena, at_error *err);

/* What a mapping is about, and what reading a file through it gave. */
typedef struct at_map_report {
    const char *const *kinds; /* of its records, in order */
    size_t kind_count;
    bool tried; /* with a file */
    at_trial trial;
} at_map_report;

/**
 * Check a mapping, and read `path` (may be NULL) through it into `sink` (may be NULL) as an import
 * would; no more than `rows_max` rows of it (0: all).
 *
 * Errors: AT_BAD_INPUT for the mapping, with JSON pointer, line and nearest key; those of the file.
 */
AT_CHECKED at_status at_map_check(at_map_report *out, const char *map_path, const char *path,
                                  uint64_t rows_max, const at_sink *sink, at_arena *arena,
                                  at_error *err);

#endif
