#include "engine/trace/take.h"

const char *const at_trace_methods[] = {"fifo", "lifo", NULL};

at_status at_trace_take(at_lots *out, at_lots *lots, at_lot_store *store, at_trace_method method,
                        int64_t units, at_error *err) {
    return method == AT_TRACE_FIFO ? at_lots_take_oldest(out, lots, store, units, err)
                                   : at_lots_take_newest(out, lots, store, units, err);
}
