#include "engine/base/belt.h"

#include <assert.h>
#include <signal.h>

void at_belt_init(at_belt *belt, at_belt_work *work, void *self) {
    *belt = (at_belt){.work = work, .self = self};
    pthread_mutex_init(&belt->mutex, NULL);
    pthread_cond_init(&belt->changed, NULL);
}

/* Only who fills changes `handed`. */
size_t at_belt_slot(const at_belt *belt) {
    return belt->handed % AT_BELT_SLOTS;
}

/* One slot; the mutex is held before and after, and free meanwhile. */
static void work_on_next(at_belt *belt) {
    const size_t slot = belt->worked % AT_BELT_SLOTS;
    at_error err = {.status = AT_OK};
    pthread_mutex_unlock(&belt->mutex);
    const at_status status = belt->work(belt->self, slot, &err);
    pthread_mutex_lock(&belt->mutex);
    belt->worked++;
    if (status == AT_OK)
        return;
    belt->status = status;
    belt->err = err;
    belt->stop = true;
}

static void *run_thread(void *self) {
    at_belt *belt = self;
    pthread_mutex_lock(&belt->mutex);
    for (;;) {
        while (belt->worked == belt->handed && !belt->ending && !belt->stop)
            pthread_cond_wait(&belt->changed, &belt->mutex);
        if (belt->stop || belt->worked == belt->handed)
            break;
        work_on_next(belt);
        pthread_cond_signal(&belt->changed);
    }
    pthread_mutex_unlock(&belt->mutex);
    return NULL;
}

/* The program's signals are for its first thread. */
static void start_thread(at_belt *belt) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    belt->threaded = pthread_create(&belt->thread, NULL, run_thread, belt) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static at_status status_of(const at_belt *belt, at_error *err) {
    if (belt->status != AT_OK && err)
        *err = belt->err;
    return belt->status;
}

at_status at_belt_hand(at_belt *belt, at_error *err) {
    assert(!belt->ending);
    if (!belt->threaded && belt->handed == 1)
        start_thread(belt);
    pthread_mutex_lock(&belt->mutex);
    belt->handed++;
    if (belt->threaded) {
        pthread_cond_signal(&belt->changed);
        while (belt->handed - belt->worked == AT_BELT_SLOTS && !belt->stop)
            pthread_cond_wait(&belt->changed, &belt->mutex);
    } else if (!belt->stop) {
        work_on_next(belt);
    }
    const at_status status = status_of(belt, err);
    pthread_mutex_unlock(&belt->mutex);
    return status;
}

static void end_thread(at_belt *belt, bool stop) {
    pthread_mutex_lock(&belt->mutex);
    belt->ending = true;
    belt->stop = belt->stop || stop;
    pthread_cond_signal(&belt->changed);
    pthread_mutex_unlock(&belt->mutex);
    if (belt->threaded)
        pthread_join(belt->thread, NULL);
    belt->threaded = false;
}

at_status at_belt_finish(at_belt *belt, at_error *err) {
    end_thread(belt, false);
    return status_of(belt, err);
}

void at_belt_clear(at_belt *belt) {
    if (!belt->work)
        return;
    end_thread(belt, true);
    pthread_cond_destroy(&belt->changed);
    pthread_mutex_destroy(&belt->mutex);
    belt->work = NULL;
}
