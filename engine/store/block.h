/**
 * block.h - one block of a source's tree made again from the archived file.
 *
 * Ownership: leaves and spans live in the arena given.
 * Errors:    AT_TAMPERED "E-SOURCE-TAMPERED" when the leaves do not give the stored root.
 */
#ifndef ASSETTRACE_STORE_BLOCK_H
#define ASSETTRACE_STORE_BLOCK_H

#include "engine/crypto/tree.h"
#include "engine/store/content.h"
#include "engine/store/db.h"
#include "engine/store/span.h"

typedef struct at_block {
    uint64_t position, count;
    at_tree_hash root; /* as stored */
    at_record_span *spans;
    at_tree_hash *leaves; /* NULL until at_block_hash */
} at_block;

/** From a row of position, root, record_count, spans: columns `first` .. `first` + 3. */
AT_CHECKED at_status at_block_read(at_block *out, sqlite3_stmt *row, int first, at_arena *arena,
                                   at_error *err);
/** Hash every leaf and compare the root. */
AT_CHECKED at_status at_block_hash(at_block *block, at_content *content,
                                   const uint8_t secret[AT_TREE_SECRET_BYTES], at_hash *hash,
                                   at_arena *arena, at_error *err);
/** A stored hash of a row; AT_TAMPERED when it is none. */
AT_CHECKED at_status at_block_read_hash(at_tree_hash *out, sqlite3_stmt *row, int column,
                                        at_error *err);
/** SHA-256 leaf of bytes `span` of the content, salted as leaf `index`. */
AT_CHECKED at_status at_block_leaf(at_tree_hash *out, at_content *content, at_record_span span,
                                   const uint8_t salt[AT_TREE_SALT_BYTES], at_hash *hash,
                                   at_error *err);
/** The same of `count` records, salts one after another. */
AT_CHECKED at_status at_block_leaves(at_tree_hash *out, at_content *content,
                                     const at_record_span *spans, size_t count,
                                     const uint8_t *salts, at_hash *hash, at_error *err);

#endif
