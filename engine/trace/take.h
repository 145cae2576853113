/**
 * take.h - the take rules: which units leave a holding (specification 1.2).
 *
 * Every method says which units of a holding a debit takes; the pass does the rest. fifo takes
 * the oldest, lifo the newest; in both the moved block keeps its age order (T8).
 */
#ifndef ASSETTRACE_TRACE_TAKE_H
#define ASSETTRACE_TRACE_TAKE_H

#include "engine/trace/lots.h"

typedef enum at_trace_method { AT_TRACE_FIFO, AT_TRACE_LIFO } at_trace_method;
extern const char *const at_trace_methods[]; /* fifo lifo, NULL-terminated */

/** `units` (<= total) of `lots` into the empty list `out`. */
AT_CHECKED at_status at_trace_take(at_lots *out, at_lots *lots, at_lot_store *store,
                                   at_trace_method method, int64_t units, at_error *err);

#endif
