/**
 * entry.h - the lines of a freeze request before they are written: a field, its value, its records.
 *
 * The same field with the same value from several records is one entry citing all of them.
 *
 * Ownership: everything lives in the arena; values given as literals or arena texts are not copied.
 */
#ifndef ASSETTRACE_EVIDENCE_ENTRY_H
#define ASSETTRACE_EVIDENCE_ENTRY_H

#include "engine/base/json.h"
#include "engine/evidence/cite.h"

typedef struct at_entry {
    const char *field, *value;
    const char *currency; /* not NULL: value is an amount in its minor units */
    const char **sources; /* addresses, in the order added */
    size_t source_count, source_capacity;
} at_entry;

typedef struct at_entry_list {
    at_entry *items;
    size_t count, capacity;
    at_arena *arena;
    at_cites *cites;
} at_entry_list;

/** NULL values are skipped; `source` may be NULL. */
AT_CHECKED at_status at_entry_add(at_entry_list *list, const char *field, const char *value,
                                  const char *currency, const char *source, at_error *err);
/** What a party, account, asset, identifier or listing says; marks its record as cited. Other kinds
 * are not shown and not cited. */
AT_CHECKED at_status at_entry_add_fact(at_entry_list *list, const at_fact *fact, at_error *err);
/** As a JSON array. */
void at_entry_write(at_json_writer *writer, const at_entry_list *list);

#endif
