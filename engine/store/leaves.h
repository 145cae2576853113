/**
 * leaves.h - a source's tree in the store: one leaf for every record that its receipt counts.
 *
 * Leaf i is record number i + 1: loaded, duplicate or rejected, in the order in which the importer
 * gave them; statements about a record given before are none. The secret of the salts is random and
 * stays in the store (source_tree.secret); what is written there suffices to make every leaf again
 * from the archived file, a block at a time.
 *
 * Inside the writer's transaction; the archived file must outlive it.
 */
#ifndef ASSETTRACE_STORE_LEAVES_H
#define ASSETTRACE_STORE_LEAVES_H

#include "engine/model/record.h"
#include "engine/store/db.h"
#include "engine/store/feed.h"

typedef struct at_leaves {
    sqlite3 *db;
    int64_t source;
    uint64_t blocks; /* written */
    at_feed *feed;
    sqlite3_stmt *insert;
    uint8_t secret[AT_TREE_SECRET_BYTES];
} at_leaves;

/** `path` and `name` of the archived file must outlive it; `secret` NULL = a new one. */
AT_CHECKED at_status at_leaves_begin(at_leaves *out, sqlite3 *db, int64_t source, const char *path,
                                     const char *name, const uint8_t *secret, at_error *err);
void at_leaves_end(at_leaves *leaves);

/** One record, in order. */
AT_CHECKED at_status at_leaves_add(at_leaves *leaves, const at_origin *origin, at_error *err);
/** Write the blocks that are done and append to `out` where the tree stands; and go on there, right
 * after at_leaves_begin. */
AT_CHECKED at_status at_leaves_pause(at_text *out, at_leaves *leaves, at_error *err);
AT_CHECKED at_status at_leaves_resume(at_leaves *leaves, at_state_reader *state, at_error *err);
/** Write what is left, and the root. */
AT_CHECKED at_status at_leaves_finish(at_tree_hash *root_out, uint64_t *count_out,
                                      at_leaves *leaves, at_error *err);

/* What the custody log says of a tree, as the result of the entry that announces the source:
 * "tree <root> <count>". */
enum { AT_TREE_TEXT_BYTES = 96 };
void at_tree_text(char out[AT_TREE_TEXT_BYTES], const at_tree_hash *root, uint64_t count);

#endif
