/**
 * look.h - job: look a thing up before asking about it.
 *
 * find matches folded text (case, marks, Arabic and Persian letter variants, digits) anywhere in
 * ids, names and identifiers; show lists everything a store says of one thing, each line citing
 * its record, or the exact bytes of one record given its address.
 */
#ifndef ASSETTRACE_JOBS_LOOK_H
#define ASSETTRACE_JOBS_LOOK_H

#include "engine/model/table.h"
#include "engine/store/reader.h"

/** Columns thing, kind, title, matched, text. Exact matches first, then by id. */
AT_CHECKED at_status at_find(at_table *out, at_reader *reader, const char *text, size_t max_rows,
                             at_arena *arena, at_error *err);
/** Columns what, field, value: one row a stated field, in the order of the records. */
AT_CHECKED at_status at_show_thing(at_table *out, at_reader *reader, const char *id,
                                   at_arena *arena, at_error *err);

/** Things whose names, birth date and country fit (any may be NULL); for case subjects. Sorted by
 * shown id. */
AT_CHECKED at_status at_find_subject(const at_thing **out, size_t *count_out, const at_facts *facts,
                                     const char *name, const char *birth, const char *country,
                                     at_arena *arena, at_error *err);

#endif
