/**
 * tree.h - Merkle trees of RFC 9162 section 2.1 over SHA-256.
 *
 * A leaf hash is SHA-256(0x00 || leaf), a node SHA-256(0x01 || left || right), so that a node can
 * never be shown as a leaf. The root of the empty tree is SHA-256 of nothing.
 * A source tree's leaf is 16 bytes of salt and the record's bytes; a bundle tree's leaf is
 * canonical JSON that carries its own salt.
 *
 * Ownership: at_tree is a plain value of fixed size: it keeps one hash a level while leaves stream
 * in. Errors:    AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_CRYPTO_TREE_H
#define ASSETTRACE_CRYPTO_TREE_H

#include <stdbool.h>

#include "engine/crypto/hash.h"

enum { AT_TREE_LEVELS = 64, AT_TREE_SALT_BYTES = 16 };

typedef struct at_tree_hash {
    uint8_t bytes[AT_SHA256_BYTES];
} at_tree_hash;

/* A tree being built; zero-initialised = empty. */
typedef struct at_tree {
    uint64_t count; /* leaves so far */
    at_tree_hash
        level[AT_TREE_LEVELS]; /* [k]: complete subtree of 2^k leaves, where count has bit k */
} at_tree;

AT_CHECKED at_status at_tree_leaf(at_tree_hash *out, const void *data, size_t bytes, at_error *err);
AT_CHECKED at_status at_tree_salted_leaf(at_tree_hash *out, const uint8_t salt[AT_TREE_SALT_BYTES],
                                         const void *data, size_t bytes, at_error *err);

/** Append a leaf hash. Amortised one node hash a leaf. */
AT_CHECKED at_status at_tree_add(at_tree *tree, const at_tree_hash *leaf, at_error *err);
AT_CHECKED at_status at_tree_root(at_tree_hash *out, const at_tree *tree, at_error *err);

/**
 * The inclusion proof of one leaf (RFC 9162 section 2.1.3.1), nearest sibling first. O(count).
 *
 * @param out    room for AT_TREE_LEVELS hashes
 * @param index  < count
 */
AT_CHECKED at_status at_tree_proof(at_tree_hash *out, size_t *proof_count_out,
                                   const at_tree_hash *leaves, uint64_t count, uint64_t index,
                                   at_error *err);

/** AT_OK when the proof leads from the leaf to the root (section 2.1.3.2), else AT_TAMPERED
 * "E-TREE-PROOF". */
AT_CHECKED at_status at_tree_check(const at_tree_hash *root, uint64_t count, uint64_t index,
                                   const at_tree_hash *leaf, const at_tree_hash *proof,
                                   size_t proof_count, at_error *err);

#endif
