/**
 * cite.h - which of the given records are cited, and where their bytes lie in the bag.
 *
 * A record's file is data/records/<content hash>/<offset>-<bytes>.bin, its address
 * "<content hash>:<offset>+<bytes>": each is read off the other. One address has one file, however
 * many record numbers a store gave it.
 *
 * Ownership: at_cites borrows the records and lives in the arena.
 */
#ifndef ASSETTRACE_EVIDENCE_CITE_H
#define ASSETTRACE_EVIDENCE_CITE_H

#include "engine/evidence/bundle.h"

enum { AT_RECORD_PATH_BYTES = 128 };

typedef struct at_cite {
    const at_bundle_record *record;
    char address[AT_ADDRESS_TEXT_BYTES];
    bool cited;
} at_cite;

typedef struct at_cites {
    at_cite *items; /* by record id */
    size_t count;
} at_cites;

/** Checks that bytes are as long as their address says and that no id has two addresses. */
AT_CHECKED at_status at_cites_init(at_cites *out, const at_bundle_record *records, size_t count,
                                   at_arena *arena, at_error *err);
/** Mark the record as cited and give its address. AT_BUG "E-BUG" when it was not given. */
AT_CHECKED at_status at_cites_use(const char **out, at_cites *cites, at_record_id record,
                                  at_error *err);
/** The cited ones, ascending by address as content, offset, bytes; each address once. */
AT_CHECKED at_status at_cites_list(const at_cite ***out, size_t *count_out, const at_cites *cites,
                                   at_arena *arena, at_error *err);

void at_record_path(char out[AT_RECORD_PATH_BYTES], const at_address *address);

#endif
