/**
 * belt.h - two threads at one job: what one fills the other works on, in order.
 *
 * A belt has AT_BELT_SLOTS slots, which its owner keeps: whoever fills writes into slot
 * at_belt_slot and hands it over; `work` is called with one slot after another, in the order in
 * which they were handed over, by a thread of its own. A belt has that thread from the second slot
 * on, because a small job is not worth one; where none can be had `work` is called by at_belt_hand
 * itself, with the same result. After `work` has failed it is not called again.
 *
 * Errors:  what `work` failed with, by the next at_belt_hand and by at_belt_finish; so when it is
 *          told depends on time, and what is told does not.
 * Threads: all functions from one thread. Signals stay with it.
 */
#ifndef ASSETTRACE_BASE_BELT_H
#define ASSETTRACE_BASE_BELT_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/base/error.h"

enum { AT_BELT_SLOTS = 4 };

typedef at_status at_belt_work(void *self, size_t slot, at_error *err);

typedef struct at_belt {
    at_belt_work *work;
    void *self;
    bool threaded;
    pthread_t thread;
    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t changed;
    uint64_t handed, worked; /* slots so far */
    bool stop, ending;
    at_status status;
    at_error err;
} at_belt;

void at_belt_init(at_belt *belt, at_belt_work *work, void *self);
/** Stops the thread; slots that wait are dropped. */
void at_belt_clear(at_belt *belt);

/** The slot to fill now. */
size_t at_belt_slot(const at_belt *belt);
/** It is full: hand it over, and wait until the next one is empty. */
AT_CHECKED at_status at_belt_hand(at_belt *belt, at_error *err);
/** Wait until all that was handed over is worked on. Nothing can be handed over afterwards. */
AT_CHECKED at_status at_belt_finish(at_belt *belt, at_error *err);

#endif
