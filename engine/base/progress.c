#include "engine/base/progress.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;
static const at_progress *innermost;
static at_progress_listener *listener;

void at_progress_begin(at_progress *bar) {
    assert(bar && bar->what && !bar->begun);
    bar->outer = innermost;
    bar->begun = true;
    bar->done = 0;
    innermost = bar;
    if (!bar->outer && listener)
        listener(bar);
}

void at_progress_step(at_progress *bar, uint64_t done) {
    bar->done = done;
    if (!asked || !listener)
        return;
    asked = 0;
    listener(innermost);
}

void at_progress_end(at_progress *bar) {
    if (!bar->begun)
        return;
    assert(innermost == bar);
    innermost = bar->outer;
    bar->begun = false;
    if (!innermost && listener)
        listener(NULL);
}

void at_progress_listen(at_progress_listener *told) {
    listener = told;
}

void at_progress_ask(void) {
    asked = 1;
}
