#include "engine/crypto/tree.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

enum { SALTS_PER_BLOCK = 4, NODE_BYTES = 1 + 2 * AT_SHA256_BYTES };

at_status at_tree_leaf(at_tree_hash *out, at_hash *hash, const void *data, size_t bytes,
                       at_error *err) {
    AT_TRY(at_hash_add(hash, "\0", 1, err));
    AT_TRY(at_hash_add(hash, data, bytes, err));
    return at_hash_finish(out->bytes, hash, err);
}

at_status at_tree_begin_salted_leaf(at_hash *hash, const uint8_t salt[AT_TREE_SALT_BYTES],
                                    at_error *err) {
    uint8_t head[1 + AT_TREE_SALT_BYTES] = {0};
    memcpy(head + 1, salt, AT_TREE_SALT_BYTES);
    return at_hash_add(hash, head, sizeof head, err);
}

at_status at_tree_salted_leaf(at_tree_hash *out, at_hash *hash,
                              const uint8_t salt[AT_TREE_SALT_BYTES], const void *data,
                              size_t bytes, at_error *err) {
    uint8_t whole[1 + AT_TREE_SALT_BYTES + AT_TREE_SHORT_BYTES] = {0};
    if (bytes > AT_TREE_SHORT_BYTES) {
        AT_TRY(at_tree_begin_salted_leaf(hash, salt, err));
        AT_TRY(at_hash_add(hash, data, bytes, err));
        return at_hash_finish(out->bytes, hash, err);
    }
    /* One call for a bank's row: each call into OpenSSL costs as much as a block of SHA-256. */
    memcpy(whole + 1, salt, AT_TREE_SALT_BYTES);
    if (bytes)
        memcpy(whole + 1 + AT_TREE_SALT_BYTES, data, bytes);
    AT_TRY(at_hash_add(hash, whole, 1 + AT_TREE_SALT_BYTES + bytes, err));
    return at_hash_finish(out->bytes, hash, err);
}

void at_tree_two_add(at_tree_two *two, at_tree_hash *out, const uint8_t salt[AT_TREE_SALT_BYTES],
                     const void *data, size_t bytes) {
    assert(bytes <= AT_TREE_SHORT_BYTES);
    uint8_t *message = two->messages[two->waiting != NULL];
    message[0] = 0;
    memcpy(message + 1, salt, AT_TREE_SALT_BYTES);
    if (bytes)
        memcpy(message + 1 + AT_TREE_SALT_BYTES, data, bytes);
    bytes += 1 + AT_TREE_SALT_BYTES;
    if (!two->waiting) {
        two->waiting = out;
        two->bytes = bytes;
        return;
    }
    at_pair_sha256((uint8_t *const[]){two->waiting->bytes, out->bytes},
                   (uint8_t *const[]){two->messages[0], two->messages[1]},
                   (const size_t[]){two->bytes, bytes});
    two->waiting = NULL;
}

void at_tree_two_end(at_tree_two *two) {
    at_tree_hash unused;
    static const uint8_t salt[AT_TREE_SALT_BYTES];
    if (two->waiting)
        at_tree_two_add(two, &unused, salt, NULL, 0);
}

void at_tree_salts(uint8_t *out, const uint8_t secret[AT_TREE_SECRET_BYTES], uint64_t first,
                   size_t count) {
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
    uint8_t block[SALTS_PER_BLOCK * AT_TREE_SALT_BYTES] = {0};
    assert(first <= UINT64_MAX - count);
    for (; count > 0 && first % SALTS_PER_BLOCK; first++, count--, out += AT_TREE_SALT_BYTES) {
        memset(block, 0, sizeof block);
        (void)crypto_stream_chacha20_xor_ic(block, block, sizeof block, nonce,
                                            first / SALTS_PER_BLOCK, secret);
        memcpy(out, block + first % SALTS_PER_BLOCK * AT_TREE_SALT_BYTES, AT_TREE_SALT_BYTES);
    }
    if (count == 0)
        return;
    memset(out, 0, count * AT_TREE_SALT_BYTES);
    (void)crypto_stream_chacha20_xor_ic(out, out, count * AT_TREE_SALT_BYTES, nonce,
                                        first / SALTS_PER_BLOCK, secret);
}

static at_status join(at_tree_hash *out, at_hash *hash, const at_tree_hash *left,
                      const at_tree_hash *right, at_error *err) {
    uint8_t node[NODE_BYTES] = {1};
    memcpy(node + 1, left->bytes, AT_SHA256_BYTES);
    memcpy(node + 1 + AT_SHA256_BYTES, right->bytes, AT_SHA256_BYTES);
    AT_TRY(at_hash_add(hash, node, sizeof node, err));
    return at_hash_finish(out->bytes, hash, err);
}

at_status at_tree_add(at_tree *tree, at_hash *hash, const at_tree_hash *leaf, at_error *err) {
    assert(tree->count < UINT64_MAX);
    at_tree_hash node = *leaf;
    int level = 0;
    for (; tree->count >> level & 1; level++)
        AT_TRY(join(&node, hash, &tree->level[level], &node, err));
    tree->level[level] = node;
    tree->count++;
    return AT_OK;
}

/* The parents of `count` hashes, an even number, in their place. */
static at_status join_all(at_tree_hash *hashes, size_t count, at_hash *hash, at_error *err) {
    uint8_t nodes[2][NODE_BYTES + AT_PAIR_PADDING];
    size_t at = 0;
    for (; at_pair_known() && at + 4 <= count; at += 4) {
        nodes[0][0] = nodes[1][0] = 1;
        memcpy(nodes[0] + 1, &hashes[at], NODE_BYTES - 1);
        memcpy(nodes[1] + 1, &hashes[at + 2], NODE_BYTES - 1);
        at_pair_sha256((uint8_t *const[]){hashes[at / 2].bytes, hashes[at / 2 + 1].bytes},
                       (uint8_t *const[]){nodes[0], nodes[1]},
                       (const size_t[]){NODE_BYTES, NODE_BYTES});
    }
    for (; at < count; at += 2)
        AT_TRY(join(&hashes[at / 2], hash, &hashes[at], &hashes[at + 1], err));
    return AT_OK;
}

/* A whole subtree of 2^level leaves, which begins where one of that size does. */
static at_status add_subtree(at_tree *tree, at_hash *hash, at_tree_hash *leaves, int level,
                             at_error *err) {
    assert((tree->count & (((uint64_t)1 << level) - 1)) == 0);
    for (size_t count = (size_t)1 << level; count > 1; count /= 2)
        AT_TRY(join_all(leaves, count, hash, err));
    const uint64_t added = (uint64_t)1 << level;
    at_tree_hash node = leaves[0];
    for (; tree->count >> level & 1; level++)
        AT_TRY(join(&node, hash, &tree->level[level], &node, err));
    tree->level[level] = node;
    tree->count += added;
    return AT_OK;
}

at_status at_tree_add_all(at_tree *tree, at_hash *hash, at_tree_hash *leaves, size_t count,
                          at_error *err) {
    enum { LEVEL_MAX = 12 };
    while (count > 0) {
        int level = 0;
        while (level < LEVEL_MAX && (size_t)2 << level <= count && !(tree->count >> level & 1))
            level++;
        AT_TRY(add_subtree(tree, hash, leaves, level, err));
        leaves += (size_t)1 << level;
        count -= (size_t)1 << level;
    }
    return AT_OK;
}

at_status at_tree_root(at_tree_hash *out, const at_tree *tree, at_hash *hash, at_error *err) {
    at_tree_hash root;
    bool started = false;
    if (tree->count == 0)
        return at_hash_finish(out->bytes, hash, err);
    for (int level = 0; level < AT_TREE_LEVELS; level++) {
        if (!(tree->count >> level & 1))
            continue;
        if (started)
            AT_TRY(join(&root, hash, &tree->level[level], &root, err));
        else
            root = tree->level[level];
        started = true;
    }
    *out = root;
    return AT_OK;
}

static at_status root_of(at_tree_hash *out, const at_tree_hash *leaves, uint64_t count,
                         at_hash *hash, at_error *err) {
    at_tree tree = {.count = 0};
    for (uint64_t i = 0; i < count; i++)
        AT_TRY(at_tree_add(&tree, hash, &leaves[i], err));
    return at_tree_root(out, &tree, hash, err);
}

/* The largest power of two below count. */
static uint64_t split(uint64_t count) {
    uint64_t half = 1;
    while (half < count - half)
        half *= 2;
    return half;
}

at_status at_tree_proof(at_tree_hash *out, size_t *proof_count_out, const at_tree_hash *leaves,
                        uint64_t count, uint64_t index, at_hash *hash, at_error *err) {
    assert(index < count);
    at_tree_hash siblings[AT_TREE_LEVELS];
    size_t depth = 0;
    while (count > 1) { /* from the root down; the standard's order is the reverse */
        const uint64_t half = split(count);
        if (index < half) {
            AT_TRY(root_of(&siblings[depth++], leaves + half, count - half, hash, err));
            count = half;
        } else {
            AT_TRY(root_of(&siblings[depth++], leaves, half, hash, err));
            leaves += half;
            index -= half;
            count -= half;
        }
    }
    for (size_t i = 0; i < depth; i++)
        out[i] = siblings[depth - 1 - i];
    *proof_count_out = depth;
    return AT_OK;
}

at_status at_tree_check(const at_tree_hash *root, uint64_t count, uint64_t index,
                        const at_tree_hash *leaf, const at_tree_hash *proof, size_t proof_count,
                        at_hash *hash, at_error *err) {
    at_tree_hash node = *leaf;
    bool leads = index < count;
    uint64_t place = index, last = leads ? count - 1 : 0;
    for (size_t i = 0; leads && i < proof_count; i++) {
        if (last == 0) {
            leads = false;
        } else if (place & 1 || place == last) {
            AT_TRY(join(&node, hash, &proof[i], &node, err));
            while (!(place & 1) && place != 0) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            AT_TRY(join(&node, hash, &node, &proof[i], err));
        }
        place >>= 1;
        last >>= 1;
    }
    if (!leads || last != 0 || memcmp(node.bytes, root->bytes, sizeof node.bytes) != 0)
        return at_fail(err, AT_TAMPERED, "E-TREE-PROOF",
                       "the proof does not lead from leaf %llu to the root of %llu leaves",
                       (unsigned long long)index, (unsigned long long)count);
    return AT_OK;
}
