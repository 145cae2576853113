/**
 * log.h - lines of the custody log, read and made: what custody.c and recover.c share.
 *
 * Ownership: texts of an entry live in the arena given.
 */
#ifndef ASSETTRACE_STORE_LOG_H
#define ASSETTRACE_STORE_LOG_H

#include "engine/base/json.h"
#include "engine/store/custody.h"

enum { AT_LOG_HASH_BYTES = 65 };

/** One line without its line feed; "E-CUSTODY-CHAIN" when it is no entry in canonical form. */
AT_CHECKED at_status at_log_parse(at_custody_entry *out, const char *line, size_t bytes,
                                  at_arena *arena, at_error *err);

/** An entry as its line has it: one canonical object. */
void at_log_put_entry(at_json_writer *json, const at_custody_entry *entry);

/** The log opened and locked (LOCK_EX or LOCK_SH), to be closed; made when missing and
 * `exclusive`. */
AT_CHECKED at_status at_log_open(int *out, at_store *store, bool exclusive, at_error *err);
void at_log_close(int *descriptor);

/** The last line of a locked log into `line` (empty for an empty log); AT_LIMIT for a longer one.
 * *torn_out: where a line begins that was not written to its end, or -1. */
AT_CHECKED at_status at_log_last(at_text *line, int64_t *torn_out, int descriptor, at_error *err);

/** Append to a log locked exclusively. *hash_out (may be NULL) gets the new line's hash. */
AT_CHECKED at_status at_log_append(char hash_out[AT_LOG_HASH_BYTES], at_store *store,
                                   int descriptor, const at_custody_entry *entry, at_error *err);

/** at_custody_append that tells the line's hash. */
AT_CHECKED at_status at_log_entry(char hash_out[AT_LOG_HASH_BYTES], at_store *store,
                                  const at_custody_entry *entry, at_error *err);

/** Call `visit` for every line of the log in order; the place names the line when it fails. */
typedef at_status at_log_visit(void *self, const at_custody_entry *entry, at_error *err);
AT_CHECKED at_status at_log_walk(at_store *store, at_log_visit *visit, void *self, at_arena *arena,
                                 at_error *err);

#endif
