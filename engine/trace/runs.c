#include "engine/trace/runs.h"

#include <assert.h>
#include <string.h>

/* Units by label, in label order. */
typedef struct label_sum {
    int64_t units[AT_RUN_LABELS];
    uint32_t labels[AT_RUN_LABELS];
    uint32_t count; /* AT_RUN_LABELS + 1: there are more, and none is known */
} label_sum;

typedef struct run {
    int64_t own_units, all_units; /* of its lots, and of its subtree's */
    uint32_t first, last, lots;
    uint32_t left, right; /* older and newer runs */
    bool counted;         /* `all` is true; else it is made when somebody asks */
    label_sum own, all;
} run;

static run *run_at(const at_lot_store *store, uint32_t index) {
    return at_pool_at(&store->runs, index);
}

void at_runs_init(at_lot_store *store, at_arena *arena) {
    store->runs = (at_pool){.arena = arena, .item_bytes = sizeof(run)};
    store->spare_run = AT_NONE;
}

static uint32_t priority_of(uint32_t index) {
    const uint64_t mixed = (index + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)((mixed ^ mixed >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 32);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static void add_label(label_sum *sum, uint32_t label, int64_t units) {
    uint32_t place = sum->count;
    if (sum->count > AT_RUN_LABELS)
        return;
    while (place > 0 && sum->labels[place - 1] >= label)
        place--;
    if (place < sum->count && sum->labels[place] == label) {
        sum->units[place] += units;
        return;
    }
    if (sum->count++ == AT_RUN_LABELS)
        return;
    for (uint32_t i = sum->count - 1; i > place; i--) {
        sum->labels[i] = sum->labels[i - 1];
        sum->units[i] = sum->units[i - 1];
    }
    sum->labels[place] = label;
    sum->units[place] = units;
}

/* Neighbours in a list mix the same labels more often than not. */
static void add_sum(label_sum *to, const label_sum *more) {
    const bool same = to->count == more->count && to->count <= AT_RUN_LABELS &&
                      memcmp(to->labels, more->labels, to->count * sizeof *to->labels) == 0;
    if (same) {
        for (uint32_t i = 0; i < to->count; i++)
            to->units[i] += more->units[i];
        return;
    }
    if (more->count > AT_RUN_LABELS)
        to->count = AT_RUN_LABELS + 1;
    for (uint32_t i = 0; i < more->count && to->count <= AT_RUN_LABELS; i++)
        add_label(to, more->labels[i], more->units[i]);
}

static void refresh(const at_lot_store *store, run *at) {
    at->all_units = at->own_units;
    if (at->left != AT_NONE)
        at->all_units += run_at(store, at->left)->all_units;
    if (at->right != AT_NONE)
        at->all_units += run_at(store, at->right)->all_units;
    at->counted = false;
}

/* The labels of a subtree; those of its parts are kept until they change. */
static const label_sum *count_labels(const at_lot_store *store, uint32_t root) {
    run *at = run_at(store, root);
    if (at->counted)
        return &at->all;
    at->all = at->own;
    if (at->left != AT_NONE)
        add_sum(&at->all, count_labels(store, at->left));
    if (at->right != AT_NONE)
        add_sum(&at->all, count_labels(store, at->right));
    at->counted = true;
    return &at->all;
}

/* A run of its own from `first` to `last`, or as far as one goes for AT_NONE. */
static void fill_run(const at_lot_store *store, run *at, uint32_t first, uint32_t last) {
    *at = (run){.first = first, .left = AT_NONE, .right = AT_NONE};
    for (uint32_t index = first; index != AT_NONE; index = at_lot_at(store, index)->newer) {
        if (last == AT_NONE && at->lots == AT_RUN_LOTS)
            break;
        const at_lot *lot = at_lot_at(store, index);
        add_label(&at->own, lot->label, lot->units);
        at->own_units += lot->units;
        at->lots++;
        at->last = index;
        if (index == last)
            break;
    }
    at->all_units = at->own_units;
}

static at_status new_run(uint32_t *out, at_lot_store *store, at_error *err) {
    if (store->spare_run == AT_NONE)
        return at_pool_add(out, &store->runs, err);
    *out = store->spare_run;
    store->spare_run = run_at(store, *out)->left;
    return AT_OK;
}

static void give_back(at_lot_store *store, uint32_t index) {
    run_at(store, index)->left = store->spare_run;
    store->spare_run = index;
}

/* --- Trees ------------------------------------------------------------------------------------ */

static uint32_t join(const at_lot_store *store, uint32_t older, uint32_t newer) {
    if (older == AT_NONE || newer == AT_NONE)
        return older == AT_NONE ? newer : older;
    if (priority_of(older) > priority_of(newer)) {
        run *at = run_at(store, older);
        at->right = join(store, at->right, newer);
        refresh(store, at);
        return older;
    }
    run *at = run_at(store, newer);
    at->left = join(store, older, at->left);
    refresh(store, at);
    return newer;
}

static int64_t total_of(const at_lot_store *store, uint32_t root) {
    return root != AT_NONE ? run_at(store, root)->all_units : 0;
}

/* To `older` the runs that end within the oldest `units`. */
static void part(const at_lot_store *store, uint32_t root, int64_t units, uint32_t *older,
                 uint32_t *newer) {
    if (root == AT_NONE) {
        *older = *newer = AT_NONE;
        return;
    }
    run *at = run_at(store, root);
    const int64_t until = total_of(store, at->left) + at->own_units;
    uint32_t inner = AT_NONE;
    if (until <= units) {
        part(store, at->right, units - until, &inner, newer);
        at->right = inner;
        *older = root;
    } else {
        part(store, at->left, units, older, &inner);
        at->left = inner;
        *newer = root;
    }
    refresh(store, at);
}

static run *oldest_run(const at_lot_store *store, uint32_t root) {
    run *at = run_at(store, root);
    while (at->left != AT_NONE)
        at = run_at(store, at->left);
    return at;
}

/* More lots at the newest end, or more units of the newest lot. */
static void grow_newest(const at_lot_store *store, uint32_t root, const run *more) {
    run *at = run_at(store, root);
    for (;; at = run_at(store, at->right)) {
        at->all_units += more->own_units;
        at->counted = false;
        if (at->right == AT_NONE)
            break;
    }
    add_sum(&at->own, &more->own);
    at->own_units += more->own_units;
    at->lots += more->lots;
    at->last = more->lots > 0 ? more->last : at->last;
}

at_status at_runs_make(uint32_t *out, at_lot_store *store, uint32_t first, at_error *err) {
    uint32_t root = AT_NONE;
    while (first != AT_NONE) {
        uint32_t index = 0;
        AT_TRY(new_run(&index, store, err));
        fill_run(store, run_at(store, index), first, AT_NONE);
        first = at_lot_at(store, run_at(store, index)->last)->newer;
        root = join(store, root, index);
    }
    *out = root;
    return AT_OK;
}

uint32_t at_runs_find(int64_t *left_out, const at_lot_store *store, uint32_t root, int64_t units) {
    const run *at = run_at(store, root);
    for (;;) {
        const int64_t before = total_of(store, at->left);
        if (units <= before) {
            at = run_at(store, at->left);
        } else if (units > before + at->own_units) {
            units -= before + at->own_units;
            at = run_at(store, at->right);
        } else {
            units -= before;
            break;
        }
    }
    uint32_t index = at->first;
    while (units > at_lot_at(store, index)->units) {
        units -= at_lot_at(store, index)->units;
        index = at_lot_at(store, index)->newer;
    }
    *left_out = at_lot_at(store, index)->units - units;
    return index;
}

at_status at_runs_cut(uint32_t *older_out, uint32_t *newer_out, at_lot_store *store, uint32_t root,
                      int64_t units, uint32_t cut, uint32_t rest, at_error *err) {
    uint32_t made = AT_NONE, older = AT_NONE, middle = AT_NONE, newer = AT_NONE;
    AT_TRY(new_run(&made, store, err));
    part(store, root, units, &older, &newer);
    if (total_of(store, older) == units) {
        give_back(store, made);
    } else { /* between two lots of the first newer run */
        const run *split = oldest_run(store, newer);
        part(store, newer, split->own_units, &middle, &newer);
        run *at = run_at(store, middle);
        fill_run(store, run_at(store, made), rest, at->last == cut ? rest : at->last);
        fill_run(store, at, at->first, cut);
        older = join(store, older, middle);
        newer = join(store, made, newer);
    }
    *older_out = older;
    *newer_out = newer;
    return AT_OK;
}

uint32_t at_runs_join(at_lot_store *store, uint32_t older, uint32_t newer) {
    assert(older != AT_NONE && newer != AT_NONE);
    const run *last = run_at(store, older), *first = oldest_run(store, newer);
    while (last->right != AT_NONE)
        last = run_at(store, last->right);
    if (last->lots + first->lots > AT_RUN_LOTS)
        return join(store, older, newer);
    /* Short runs become one where they meet, or there would soon be nothing else. */
    uint32_t middle = AT_NONE;
    part(store, newer, first->own_units, &middle, &newer);
    grow_newest(store, older, run_at(store, middle));
    give_back(store, middle);
    return join(store, older, newer);
}

void at_runs_grow(at_lot_store *store, uint32_t root, int64_t units) {
    const run *last = run_at(store, root);
    while (last->right != AT_NONE)
        last = run_at(store, last->right);
    run more = {.own_units = units};
    add_label(&more.own, at_lot_at(store, last->last)->label, units);
    grow_newest(store, root, &more);
}

bool at_runs_short(const at_lot_store *store, uint32_t root) {
    return run_at(store, root)->left == AT_NONE && run_at(store, root)->right == AT_NONE;
}

static void put_sum(const label_sum *sum, at_label_put *put, void *self) {
    for (uint32_t i = 0; i < sum->count; i++)
        put(self, sum->labels[i], sum->units[i]);
}

void at_runs_count(const at_lot_store *store, uint32_t root, at_label_put *put, void *self) {
    if (root == AT_NONE)
        return;
    const run *at = run_at(store, root);
    const label_sum *all = count_labels(store, root);
    if (all->count <= AT_RUN_LABELS) {
        put_sum(all, put, self);
        return;
    }
    at_runs_count(store, at->left, put, self);
    if (at->own.count <= AT_RUN_LABELS)
        put_sum(&at->own, put, self);
    else
        for (uint32_t i = 0, index = at->first; i < at->lots; i++) {
            const at_lot *lot = at_lot_at(store, index);
            put(self, lot->label, lot->units);
            index = lot->newer;
        }
    at_runs_count(store, at->right, put, self);
}

void at_runs_free(at_lot_store *store, uint32_t root) {
    if (root == AT_NONE)
        return;
    at_runs_free(store, run_at(store, root)->left);
    at_runs_free(store, run_at(store, root)->right);
    give_back(store, root);
}
