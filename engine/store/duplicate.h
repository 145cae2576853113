/**
 * duplicate.h - does a record say what is known already?
 *
 * Specification "importers", Duplicates. Within one source only an id that the source gave can
 * repeat: with equal content the record is a duplicate, with other content it is refused. Across
 * visible sources of one namespace records without ids match as multisets: the k-th equal one here
 * is the k-th there. Never across namespaces. Transfers and legs share one space of ids in a
 * namespace, because both become rows of one ledger. Parties, accounts, assets and events may be
 * described again and again; only a record that says exactly the same is a duplicate, except that
 * one source cannot declare an account in one currency twice differently.
 */
#ifndef ASSETTRACE_STORE_DUPLICATE_H
#define ASSETTRACE_STORE_DUPLICATE_H

#include "engine/model/record.h"
#include "engine/store/db.h"

enum { AT_CONTENT_BYTES = 16 };

typedef enum at_verdict { AT_VERDICT_NEW, AT_VERDICT_DUPLICATE, AT_VERDICT_REFUSED } at_verdict;

typedef struct at_import at_import;
struct at_put_row;

typedef struct at_duplicates {
    at_import *import; /* its chunks hold transfers and legs (repeat.h) */
    sqlite3 *db;
    int64_t source;
    bool others; /* other visible sources share the namespace */
    sqlite3_stmt *by_content_here, *by_content_there, *account;
} at_duplicates;

/* One record as it is about to be stored: references interned, ids filled in. */
typedef struct at_candidate {
    const at_fact *facts;
    const bool *id_given;          /* per fact; for transfers and legs */
    const struct at_put_row *rows; /* per fact; for transfers and legs */
    size_t count;
} at_candidate;

/* What was found. */
typedef struct at_finding {
    at_verdict verdict;
    at_record_id first; /* the record it repeats or contradicts; of duplicates the first of all */
    bool has_content;   /* no transfer or leg in it: */
    uint8_t content[AT_CONTENT_BYTES];
} at_finding;

/** temp.visible and temp.hidden must be those of the newest revision. */
AT_CHECKED at_status at_duplicates_begin(at_duplicates *out, at_import *import, at_error *err);
void at_duplicates_end(at_duplicates *duplicates);

/** When refused, *reason says why ("E-IMPORT-DUPID", "E-IMPORT-DUPPART"). */
AT_CHECKED at_status at_duplicates_find(at_finding *out, at_error *reason,
                                        at_duplicates *duplicates, const at_candidate *candidate,
                                        at_arena *scratch, at_error *err);

#endif
