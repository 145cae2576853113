/**
 * sink.h - records going in.
 *
 * An importer calls put once for each record (row, element, message) with all facts read from
 * it, or reject with the reason it could not be read. A record is loaded whole or not at all.
 * Every record of a source goes through exactly one of the two, so that the receipt accounts for
 * each.
 *
 * A record that says nothing its reader keeps (a row that a mapping filters out) is put with no
 * facts. What only the whole file can say, the AT_STATEMENT facts, comes in a put of their own
 * after the last record, with the origin of the account's last record: it adds facts to a record
 * that was already counted, and is itself neither a record nor a duplicate.
 *
 * An importer that can begin again in the middle of a file says so between two records: when `due`
 * it calls `keep` with the place of the next record and whatever the rest of the file depends on
 * besides its bytes. `due` is asked before every record, and may be asked while the records before
 * are still on their way to `put`; `keep` comes in their order. A sink whose `resumed` is not empty
 * holds the records before that place already, and the importer goes on there. An importer that
 * calls neither is read from the beginning, always.
 *
 * Ownership: everything is borrowed for the call; `resumed` for as long as the sink. Threads: one.
 * Errors:    a status other than AT_OK ends the import (disk full, limit, interruption); a fact
 * that the store refuses (duplicate id with other content, unknown currency) is written into the
 * receipt by the sink itself and the call returns AT_OK.
 */
#ifndef ASSETTRACE_MODEL_SINK_H
#define ASSETTRACE_MODEL_SINK_H

#include "engine/model/record.h"

typedef struct at_sink {
    void *self;
    at_status (*put)(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err);
    at_status (*reject)(void *self, const at_origin *origin, const at_error *reason, at_error *err);
    /* Something worth saying that rejects nothing (zero amount, zone assumed, balance break);
     * `origin` may be NULL. */
    at_status (*warn)(void *self, const at_origin *origin, const at_error *what, at_error *err);
    /* Both NULL where nobody would go on; `offset` is that of the next record. */
    bool (*due)(void *self, uint64_t offset);
    at_status (*keep)(void *self, uint64_t offset, at_span state, at_error *err);
    at_span resumed; /* the state kept last; no bytes: from the beginning */
    /* These facts are put in a moment, unchanged and where they are, after those already told of:
     * time to bring near what they will ask for. NULL: nobody listens. Nobody must call it. */
    void (*ahead)(void *self, const at_fact *facts, size_t fact_count);
} at_sink;

#endif
