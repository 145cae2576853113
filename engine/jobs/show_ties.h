/**
 * show_ties.h - for `show`: whom a thing exchanged money with, and which sources speak of it.
 */
#ifndef ASSETTRACE_JOBS_SHOW_TIES_H
#define ASSETTRACE_JOBS_SHOW_TIES_H

#include "engine/jobs/show_fact.h"
#include "engine/model/ledger.h"

/** Transfers of the marked nodes, a row for each counterparty, direction and currency, by id. */
AT_CHECKED at_status at_show_transfers(at_fact_show *state, const at_ledger *ledger,
                                       const bool *own, at_error *err);

/** The sources of the table's rows so far, in the order first met: how many records of each. Rows
 *  of ids get the first record of their namespace. */
AT_CHECKED at_status at_show_sources(at_fact_show *state, at_error *err);

#endif
