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
 * Ownership: everything is borrowed for the call. Threads: one.
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
} at_sink;

#endif
