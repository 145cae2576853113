/**
 * look.h - job: look a thing up before asking about it.
 *
 * find matches folded text (case, marks, Arabic and Persian letter variants, digits) anywhere in
 * ids, names, addresses and identifiers, and takes an identifier in any layout or digits; show
 * lists everything a store says of one thing, each line citing its record, or what one record is.
 */
#ifndef ASSETTRACE_JOBS_LOOK_H
#define ASSETTRACE_JOBS_LOOK_H

#include "engine/model/table.h"
#include "engine/store/reader.h"

enum { AT_SHOW_TIES_MAX = 500 };

/** Columns thing, kind, title, matched, text. Exact matches first, then by id. */
AT_CHECKED at_status at_find(at_table *out, at_reader *reader, const char *text, size_t max_rows,
                             at_arena *arena, at_error *err);
/**
 * Columns what, field, value: the thing's ids; one row a stated field, in the order of the records;
 * what statements cover of its accounts; one row a counterparty and direction of its transfers
 * (AT_SHOW_TIES_MAX, the rest is said); the sources that speak of it.
 */
AT_CHECKED at_status at_show_thing(at_table *out, at_reader *reader, const char *id,
                                   at_arena *arena, at_error *err);

/* The bytes of a record and how they read. */
typedef struct at_shown_record {
    at_text bytes;                        /* exactly as in the source's content */
    at_text text;                         /* as UTF-8; empty when they are no text */
    const char *encoding;                 /* "utf-8", ...; NULL when they are no text */
    uint64_t line;                        /* of the first byte; 0 = not known */
    const char *source_name, *name_space; /* NULL when no record stands at the address */
} at_shown_record;

void at_shown_record_clear(at_shown_record *shown);

/**
 * Columns what, field, value: where the record stands (source, namespace, line, element, offset,
 * bytes, content, importer, encoding), its text, then what it was read as.
 *
 * @param shown  cleared by the caller, also on failure
 * Errors: AT_BAD_INPUT "E-ADDRESS-UNKNOWN".
 */
AT_CHECKED at_status at_show_record(at_table *out, at_shown_record *shown, at_reader *reader,
                                    const at_address *address, at_arena *arena, at_error *err);

/** Things whose names, birth date and country fit (any may be NULL); for case subjects. Sorted by
 * shown id. */
AT_CHECKED at_status at_find_subject(const at_thing **out, size_t *count_out, const at_facts *facts,
                                     const char *name, const char *birth, const char *country,
                                     at_arena *arena, at_error *err);

#endif
