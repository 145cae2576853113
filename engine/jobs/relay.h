/**
 * relay.h - a sink before the sink, for two cores: a source is read on while it is stored.
 *
 * What is put, rejected and warned of is copied into batches; a thread of its own (belt.h) gives
 * them to the inner sink, in the same order. What comes out is what would come out without it:
 *
 *   an error of the inner sink    ends the import as soon as the reader puts again; at_relay_finish
 *                                 tells it, whatever the reader made of it
 *   an error of the reader        is told once everything put before it is stored
 *
 * so neither the receipt nor the error depends on which thread was ahead.
 *
 * Ownership: the inner sink must outlive it, and is nobody else's until at_relay_finish.
 * Memory:    AT_BELT_SLOTS batches of 128 KiB, or of one record that is larger.
 * Errors:    AT_NO_MEMORY; what the inner sink answers.
 * Threads:   all functions from one thread; the inner sink is called from another.
 */
#ifndef ASSETTRACE_JOBS_RELAY_H
#define ASSETTRACE_JOBS_RELAY_H

#include "engine/model/sink.h"

typedef struct at_relay at_relay;

AT_CHECKED at_status at_relay_open(at_relay **out, const at_sink *inner, at_error *err);
/** Drops what is not stored yet. */
void at_relay_close(at_relay **relay);
at_sink at_relay_sink(at_relay *relay);
/**
 * The reader is done: wait until everything it put is stored.
 *
 * @param read  what the reader answered; *err is about it
 * @return what the inner sink failed with, *err being about that; else `read`
 */
AT_CHECKED at_status at_relay_finish(at_relay *relay, at_status read, at_error *err);

#endif
