/**
 * feed.h - the Merkle tree of a source, growing while the source is read.
 *
 * Whoever accounts for records says where each lies; a thread of its own reads those bytes from the
 * archived file, salts and hashes them (crypto/tree.h) and packs the places (span.h). After each
 * AT_FEED_BLOCK leaves a block is done: the root of their subtree and their places. Where no thread
 * can be had the same is done in the call, with the same result.
 *
 * Ownership: at_feed is a handle; a block taken is the taker's, who clears its spans.
 * Errors:    what the thread met (AT_IO, AT_NO_MEMORY, AT_BAD_INPUT) is returned by a later call;
 *            AT_TAMPERED "E-RECORD-PLACE" for a record past the end of the content.
 * Threads:   all functions from one thread.
 */
#ifndef ASSETTRACE_STORE_FEED_H
#define ASSETTRACE_STORE_FEED_H

#include "engine/base/state.h"
#include "engine/base/text.h"
#include "engine/crypto/tree.h"
#include "engine/store/span.h"

enum { AT_FEED_BLOCK = 65536 };

typedef struct at_feed at_feed;

/* AT_FEED_BLOCK records, fewer in a source's last block. */
typedef struct at_feed_block {
    at_tree_hash root;
    uint64_t count;
    uint64_t least, most; /* offsets of its records */
    at_text spans;
} at_feed_block;

/** `path` and `name` must outlive the feed. */
AT_CHECKED at_status at_feed_open(at_feed **out, const char *path, const char *name,
                                  const uint8_t secret[AT_TREE_SECRET_BYTES], at_error *err);
/** Stops the thread; drops what is not taken. */
void at_feed_close(at_feed **feed);

/** The next record. Waits when the thread is far behind. *ready: is there a block to take? */
AT_CHECKED at_status at_feed_add(at_feed *feed, bool *ready, at_record_span span, at_error *err);
/** That was all: wait for the last leaf. *count_out leaves, and the root of all of them. */
AT_CHECKED at_status at_feed_finish(at_tree_hash *root_out, uint64_t *count_out, at_feed *feed,
                                    at_error *err);
/** Wait for every leaf given, take the blocks that are done, and append to `out` where the tree
 * stands; and make a feed that was just opened stand there. */
AT_CHECKED at_status at_feed_pause(at_text *out, at_feed *feed, at_error *err);
AT_CHECKED at_status at_feed_resume(at_feed *feed, at_state_reader *state, at_error *err);
/** Blocks that are complete so far, taken or not. While no leaf is on its way. */
uint64_t at_feed_blocks(const at_feed *feed);
/** The next block in order; false when none is done. */
bool at_feed_take(at_feed_block *out, at_feed *feed);

#endif
