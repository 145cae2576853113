#include "engine/store/feed.h"

#include "engine/base/arena.h"
#include "engine/store/block.h"
#include "engine/store/content.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

enum { BATCH = 4096, BATCHES = 8, SALTS = 256, SPANS_BYTES_MAX = AT_FEED_BLOCK * 20 };

/* Blocks that are done wait here in order until taken. */
typedef struct done_block {
    struct done_block *next;
    at_feed_block block;
} done_block;

typedef struct batch {
    size_t count;
    at_record_span spans[BATCH];
} batch;

struct at_feed {
    /* The caller's. */
    size_t filled; /* in the batch at hand */
    uint64_t given;
    bool threaded;
    pthread_t thread;

    /* Shared, under the mutex. Batch i of all lies in ring[i % BATCHES]. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t handed, worked; /* batches */
    bool stop, ending;
    at_status status;
    at_error err;
    done_block *first_done, **last_done;

    /* The thread's. */
    at_content *content;
    at_hash *hash;
    uint8_t secret[AT_TREE_SECRET_BYTES];
    uint8_t salts[SALTS * AT_TREE_SALT_BYTES];
    uint64_t leaves;
    at_span_state places;
    at_tree part, whole;
    done_block *now;

    batch ring[BATCHES];
};

/* --- The thread's side --- */

static at_status begin_block(at_feed *feed, at_error *err) {
    feed->now = at_memory_resize(NULL, sizeof *feed->now);
    if (!feed->now)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the tree of a source");
    *feed->now =
        (done_block){.block = {.least = UINT64_MAX, .spans = {.limit_bytes = SPANS_BYTES_MAX}}};
    feed->places = (at_span_state){.end = 0};
    return AT_OK;
}

static at_status end_block(at_feed *feed, at_error *err) {
    AT_TRY(at_tree_root(&feed->now->block.root, &feed->part, feed->hash, err));
    AT_TRY(at_tree_add(&feed->whole, feed->hash, &feed->now->block.root, err));
    feed->now->block.count = feed->part.count;
    feed->part.count = 0;
    pthread_mutex_lock(&feed->mutex);
    *feed->last_done = feed->now;
    feed->last_done = &feed->now->next;
    pthread_mutex_unlock(&feed->mutex);
    feed->now = NULL;
    return AT_OK;
}

/* Some records of one block whose salts were made together. */
static at_status work_on_some(at_feed *feed, const at_record_span *spans, size_t count,
                              at_error *err) {
    at_tree_hash leaves[SALTS];
    at_feed_block *block = &feed->now->block;
    const size_t salt = feed->leaves % SALTS;
    if (salt == 0)
        at_tree_salts(feed->salts, feed->secret, feed->leaves, SALTS);
    AT_TRY(at_block_leaves(leaves, feed->content, spans, count,
                           feed->salts + salt * AT_TREE_SALT_BYTES, feed->hash, err));
    AT_TRY(at_tree_add_all(&feed->part, feed->hash, leaves, count, err));
    for (size_t i = 0; i < count; i++) {
        AT_TRY(at_span_pack(&block->spans, &feed->places, spans[i], err));
        block->least = spans[i].offset < block->least ? spans[i].offset : block->least;
        block->most = spans[i].offset > block->most ? spans[i].offset : block->most;
    }
    feed->leaves += count;
    return AT_OK;
}

static at_status work_on(at_feed *feed, const batch *records, at_error *err) {
    _Static_assert(AT_FEED_BLOCK % SALTS == 0, "salts that were made together are of one block");
    for (size_t done = 0; done < records->count;) {
        const size_t room = SALTS - feed->leaves % SALTS, left = records->count - done;
        const size_t count = left < room ? left : room;
        if (!feed->now)
            AT_TRY(begin_block(feed, err));
        AT_TRY(work_on_some(feed, records->spans + done, count, err));
        done += count;
        if (feed->part.count == AT_FEED_BLOCK)
            AT_TRY(end_block(feed, err));
    }
    return AT_OK;
}

static void *run_thread(void *self) {
    at_feed *feed = self;
    pthread_mutex_lock(&feed->mutex);
    for (;;) {
        while (feed->worked == feed->handed && !feed->ending && !feed->stop)
            pthread_cond_wait(&feed->changed, &feed->mutex);
        if (feed->stop || feed->worked == feed->handed)
            break;
        const batch *records = &feed->ring[feed->worked % BATCHES];
        at_error err = {.status = AT_OK};
        pthread_mutex_unlock(&feed->mutex);
        const at_status status = work_on(feed, records, &err);
        pthread_mutex_lock(&feed->mutex);
        feed->worked++;
        if (status != AT_OK) {
            feed->status = status;
            feed->err = err;
            feed->stop = true;
        }
        pthread_cond_broadcast(&feed->changed);
    }
    pthread_mutex_unlock(&feed->mutex);
    return NULL;
}

/* --- The caller's side --- */

/* The program's signals are for its first thread. */
static void start_thread(at_feed *feed) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    feed->threaded = pthread_create(&feed->thread, NULL, run_thread, feed) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

at_status at_feed_open(at_feed **out, const char *path, const char *name,
                       const uint8_t secret[AT_TREE_SECRET_BYTES], at_error *err) {
    AT_CLEANUP(at_feed_close) at_feed *feed = at_memory_resize(NULL, sizeof *feed);
    if (!feed)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the tree of \"%s\"", name);
    memset(feed, 0, offsetof(at_feed, ring));
    feed->last_done = &feed->first_done;
    memcpy(feed->secret, secret, sizeof feed->secret);
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
    AT_TRY(at_hash_open(&feed->hash, AT_SHA256, err));
    AT_TRY(at_content_open(&feed->content, path, name, err));
    *out = feed;
    feed = NULL;
    return AT_OK;
}

static void end_thread(at_feed *feed) {
    if (!feed->threaded)
        return;
    pthread_mutex_lock(&feed->mutex);
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->mutex);
    pthread_join(feed->thread, NULL);
    feed->threaded = false;
}

void at_feed_close(at_feed **feed) {
    at_feed_block block;
    if (!*feed)
        return;
    at_feed *closing = *feed;
    pthread_mutex_lock(&closing->mutex);
    closing->stop = true;
    pthread_mutex_unlock(&closing->mutex);
    end_thread(closing);
    while (at_feed_take(&block, closing))
        at_text_clear(&block.spans);
    if (closing->now)
        at_text_clear(&closing->now->block.spans);
    at_memory_resize(closing->now, 0);
    at_content_close(&closing->content);
    at_hash_close(&closing->hash);
    pthread_cond_destroy(&closing->changed);
    pthread_mutex_destroy(&closing->mutex);
    explicit_bzero(closing->secret, sizeof closing->secret);
    explicit_bzero(closing->salts, sizeof closing->salts);
    at_memory_resize(closing, 0);
    *feed = NULL;
}

static at_status thread_status(at_feed *feed, at_error *err) {
    if (feed->status != AT_OK && err)
        *err = feed->err;
    return feed->status;
}

/* Give the batch at hand to the thread, and wait until there is an empty one. */
static at_status hand_over(at_feed *feed, bool *ready, at_error *err) {
    feed->ring[feed->handed % BATCHES].count = feed->filled;
    feed->filled = 0;
    /* A small file is not worth a thread. */
    if (!feed->threaded && feed->handed == 1)
        start_thread(feed);
    if (!feed->threaded) {
        feed->handed++;
        const batch *records = &feed->ring[feed->worked++ % BATCHES];
        if (feed->status == AT_OK)
            feed->status = work_on(feed, records, &feed->err);
        *ready = feed->first_done != NULL;
        return thread_status(feed, err);
    }
    pthread_mutex_lock(&feed->mutex);
    feed->handed++;
    pthread_cond_broadcast(&feed->changed);
    while (feed->handed - feed->worked == BATCHES && !feed->stop)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    *ready = feed->first_done != NULL;
    const at_status status = thread_status(feed, err);
    pthread_mutex_unlock(&feed->mutex);
    return status;
}

at_status at_feed_add(at_feed *feed, bool *ready, at_record_span span, at_error *err) {
    *ready = false;
    feed->given++;
    feed->ring[feed->handed % BATCHES].spans[feed->filled++] = span;
    return feed->filled < BATCH ? AT_OK : hand_over(feed, ready, err);
}

at_status at_feed_finish(at_tree_hash *root_out, uint64_t *count_out, at_feed *feed,
                         at_error *err) {
    bool ready = false;
    if (feed->filled)
        AT_TRY(hand_over(feed, &ready, err));
    pthread_mutex_lock(&feed->mutex);
    feed->ending = true;
    pthread_mutex_unlock(&feed->mutex);
    end_thread(feed);
    AT_TRY(thread_status(feed, err));
    if (feed->now)
        AT_TRY(end_block(feed, err));
    assert(feed->leaves == feed->given);
    AT_TRY(at_tree_root(root_out, &feed->whole, feed->hash, err));
    *count_out = feed->leaves;
    return AT_OK;
}

static at_status save_tree(at_text *out, const at_tree *tree, at_error *err) {
    AT_TRY(at_state_put(out, tree->count, err));
    for (int level = 0; level < AT_TREE_LEVELS; level++)
        if (tree->count >> level & 1)
            AT_TRY(at_state_put_bytes(out, tree->level[level].bytes, AT_SHA256_BYTES, err));
    return AT_OK;
}

static void load_tree(at_tree *out, at_state_reader *state) {
    out->count = at_state_next(state);
    for (int level = 0; level < AT_TREE_LEVELS && !state->failed; level++) {
        if (!(out->count >> level & 1))
            continue;
        const at_span hash = at_state_next_bytes(state);
        if (hash.bytes == AT_SHA256_BYTES)
            memcpy(out->level[level].bytes, hash.data, hash.bytes);
        else
            state->failed = true;
    }
}

static at_status save_feed(at_text *out, const at_feed *feed, at_error *err) {
    AT_TRY(at_state_put(out, feed->leaves, err));
    AT_TRY(save_tree(out, &feed->whole, err));
    AT_TRY(save_tree(out, &feed->part, err));
    if (!feed->now)
        return AT_OK;
    const at_feed_block *block = &feed->now->block;
    AT_TRY(at_state_put(out, block->least, err));
    AT_TRY(at_state_put(out, block->most, err));
    AT_TRY(at_state_put(out, feed->places.end, err));
    AT_TRY(at_state_put(out, feed->places.gap, err));
    return at_state_put_bytes(out, block->spans.data, block->spans.bytes, err);
}

at_status at_feed_pause(at_text *out, at_feed *feed, at_error *err) {
    bool ready = false;
    if (feed->filled)
        AT_TRY(hand_over(feed, &ready, err));
    pthread_mutex_lock(&feed->mutex);
    while (feed->worked < feed->handed && !feed->stop)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    /* The thread waits for the next batch: what is its own stands still. */
    at_status status = thread_status(feed, err);
    if (status == AT_OK)
        status = save_feed(out, feed, err);
    pthread_mutex_unlock(&feed->mutex);
    return status;
}

at_status at_feed_resume(at_feed *feed, at_state_reader *state, at_error *err) {
    assert(feed->given == 0);
    feed->leaves = feed->given = at_state_next(state);
    load_tree(&feed->whole, state);
    load_tree(&feed->part, state);
    if (feed->leaves != feed->whole.count * AT_FEED_BLOCK + feed->part.count)
        state->failed = true;
    /* Salts are made some at a time. */
    at_tree_salts(feed->salts, feed->secret, feed->leaves / SALTS * SALTS, SALTS);
    if (feed->part.count == 0 || state->failed)
        return AT_OK;
    AT_TRY(begin_block(feed, err));
    at_feed_block *block = &feed->now->block;
    block->least = at_state_next(state);
    block->most = at_state_next(state);
    feed->places.end = at_state_next(state);
    feed->places.gap = at_state_next(state);
    const at_span spans = at_state_next_bytes(state);
    return at_text_add_bytes(&block->spans, spans.data, spans.bytes, err);
}

uint64_t at_feed_blocks(const at_feed *feed) {
    return feed->whole.count;
}

bool at_feed_take(at_feed_block *out, at_feed *feed) {
    pthread_mutex_lock(&feed->mutex);
    done_block *first = feed->first_done;
    if (first) {
        feed->first_done = first->next;
        if (!feed->first_done)
            feed->last_done = &feed->first_done;
    }
    pthread_mutex_unlock(&feed->mutex);
    if (!first)
        return false;
    *out = first->block;
    at_memory_resize(first, 0);
    return true;
}
