/**
 * tree.h - Merkle trees of RFC 9162 section 2.1 over SHA-256.
 *
 * A leaf hash is SHA-256(0x00 || leaf), a node SHA-256(0x01 || left || right), so that a node can
 * never be shown as a leaf. The root of the empty tree is SHA-256 of nothing.
 * A source tree's leaf is 16 bytes of salt and the record's bytes; a bundle tree's leaf is
 * canonical JSON that carries its own salt. Salt i of a source tree is bytes 16 i .. 16 i + 15 of
 * the ChaCha20 keystream (D. J. Bernstein's, 64-bit counter, nonce 0) under the source's secret:
 * whoever has the secret makes any salt again, and a salt shown says nothing of its neighbours.
 *
 * A tree of many leaves may be held as the roots of its subtrees of 2^k leaves, the last perhaps
 * smaller: taken as leaves themselves they give the same root, because the standard splits at
 * powers of two. So a proof is one within the subtree and one among the roots, after each other.
 *
 * Every function is given a SHA-256 handle (hash.h) to work with, empty before and after: a new one
 * for each leaf would cost more than the hashing.
 *
 * Ownership: at_tree is a plain value of fixed size: it keeps one hash a level while leaves stream
 *            in.
 * Errors:    AT_NO_MEMORY; AT_TAMPERED "E-TREE-PROOF".
 */
#ifndef ASSETTRACE_CRYPTO_TREE_H
#define ASSETTRACE_CRYPTO_TREE_H

#include <stdbool.h>

#include "engine/crypto/pair.h"

enum { AT_TREE_LEVELS = 64, AT_TREE_SALT_BYTES = 16, AT_TREE_SECRET_BYTES = 32 };
enum { AT_TREE_SHORT_BYTES = 512 }; /* of a leaf that at_tree_two takes */

typedef struct at_tree_hash {
    uint8_t bytes[AT_SHA256_BYTES];
} at_tree_hash;

/* A tree being built; zero-initialised = empty. */
typedef struct at_tree {
    uint64_t count; /* leaves so far */
    at_tree_hash
        level[AT_TREE_LEVELS]; /* [k]: complete subtree of 2^k leaves, where count has bit k */
} at_tree;

AT_CHECKED at_status at_tree_leaf(at_tree_hash *out, at_hash *hash, const void *data, size_t bytes,
                                  at_error *err);
AT_CHECKED at_status at_tree_salted_leaf(at_tree_hash *out, at_hash *hash,
                                         const uint8_t salt[AT_TREE_SALT_BYTES], const void *data,
                                         size_t bytes, at_error *err);
/** The same for a leaf that comes in pieces: begin, at_hash_add for each piece, at_hash_finish. */
AT_CHECKED at_status at_tree_begin_salted_leaf(at_hash *hash,
                                               const uint8_t salt[AT_TREE_SALT_BYTES],
                                               at_error *err);

/* Salted leaves that are hashed two at a time (pair.h); zero-initialised = none waits. */
typedef struct at_tree_two {
    at_tree_hash *waiting; /* where the hash of the first goes; NULL = none */
    size_t bytes;          /* of its message */
    uint8_t messages[2][1 + AT_TREE_SALT_BYTES + AT_TREE_SHORT_BYTES + AT_PAIR_PADDING];
} at_tree_two;

/** A leaf of AT_TREE_SHORT_BYTES at most, only where at_pair_known; *out is set by the next one or
 * by at_tree_two_end. */
void at_tree_two_add(at_tree_two *two, at_tree_hash *out, const uint8_t salt[AT_TREE_SALT_BYTES],
                     const void *data, size_t bytes);
void at_tree_two_end(at_tree_two *two);

/** Salts first .. first + count - 1 into `out`, count * AT_TREE_SALT_BYTES long. */
void at_tree_salts(uint8_t *out, const uint8_t secret[AT_TREE_SECRET_BYTES], uint64_t first,
                   size_t count);

/** Append a leaf hash. Amortised one node hash a leaf. */
AT_CHECKED at_status at_tree_add(at_tree *tree, at_hash *hash, const at_tree_hash *leaf,
                                 at_error *err);
/** `count` leaf hashes in order, which are written over: at_tree_add for each, two nodes at a time
 * where the processor can. */
AT_CHECKED at_status at_tree_add_all(at_tree *tree, at_hash *hash, at_tree_hash *leaves,
                                     size_t count, at_error *err);
AT_CHECKED at_status at_tree_root(at_tree_hash *out, const at_tree *tree, at_hash *hash,
                                  at_error *err);

/**
 * The inclusion proof of one leaf (RFC 9162 section 2.1.3.1), nearest sibling first. O(count).
 *
 * @param out    room for AT_TREE_LEVELS hashes
 * @param index  < count
 */
AT_CHECKED at_status at_tree_proof(at_tree_hash *out, size_t *proof_count_out,
                                   const at_tree_hash *leaves, uint64_t count, uint64_t index,
                                   at_hash *hash, at_error *err);

/** AT_OK when the proof leads from the leaf to the root (section 2.1.3.2), else AT_TAMPERED
 * "E-TREE-PROOF". */
AT_CHECKED at_status at_tree_check(const at_tree_hash *root, uint64_t count, uint64_t index,
                                   const at_tree_hash *leaf, const at_tree_hash *proof,
                                   size_t proof_count, at_hash *hash, at_error *err);

#endif
