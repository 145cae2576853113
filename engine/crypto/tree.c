#include "engine/crypto/tree.h"

#include <assert.h>
#include <string.h>

static void clean_hash(at_hash **hash) {
    at_hash_close(hash);
}

at_status at_tree_leaf(at_tree_hash *out, const void *data, size_t bytes, at_error *err) {
    AT_CLEANUP(clean_hash) at_hash *hash = NULL;
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    AT_TRY(at_hash_add(hash, "\0", 1, err));
    AT_TRY(at_hash_add(hash, data, bytes, err));
    return at_hash_finish(out->bytes, hash, err);
}

at_status at_tree_salted_leaf(at_tree_hash *out, const uint8_t salt[AT_TREE_SALT_BYTES],
                              const void *data, size_t bytes, at_error *err) {
    AT_CLEANUP(clean_hash) at_hash *hash = NULL;
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    AT_TRY(at_hash_add(hash, "\0", 1, err));
    AT_TRY(at_hash_add(hash, salt, AT_TREE_SALT_BYTES, err));
    AT_TRY(at_hash_add(hash, data, bytes, err));
    return at_hash_finish(out->bytes, hash, err);
}

static at_status join(at_tree_hash *out, const at_tree_hash *left, const at_tree_hash *right,
                      at_error *err) {
    uint8_t node[1 + 2 * AT_SHA256_BYTES] = {1};
    memcpy(node + 1, left->bytes, AT_SHA256_BYTES);
    memcpy(node + 1 + AT_SHA256_BYTES, right->bytes, AT_SHA256_BYTES);
    return at_sha256(out->bytes, node, sizeof node, err);
}

at_status at_tree_add(at_tree *tree, const at_tree_hash *leaf, at_error *err) {
    assert(tree->count < UINT64_MAX);
    at_tree_hash hash = *leaf;
    int level = 0;
    for (; tree->count >> level & 1; level++)
        AT_TRY(join(&hash, &tree->level[level], &hash, err));
    tree->level[level] = hash;
    tree->count++;
    return AT_OK;
}

at_status at_tree_root(at_tree_hash *out, const at_tree *tree, at_error *err) {
    at_tree_hash root;
    bool started = false;
    if (tree->count == 0)
        return at_sha256(out->bytes, "", 0, err);
    for (int level = 0; level < AT_TREE_LEVELS; level++) {
        if (!(tree->count >> level & 1))
            continue;
        if (started)
            AT_TRY(join(&root, &tree->level[level], &root, err));
        else
            root = tree->level[level];
        started = true;
    }
    *out = root;
    return AT_OK;
}

static at_status root_of(at_tree_hash *out, const at_tree_hash *leaves, uint64_t count,
                         at_error *err) {
    at_tree tree = {.count = 0};
    for (uint64_t i = 0; i < count; i++)
        AT_TRY(at_tree_add(&tree, &leaves[i], err));
    return at_tree_root(out, &tree, err);
}

/* The largest power of two below count. */
static uint64_t split(uint64_t count) {
    uint64_t half = 1;
    while (half < count - half)
        half *= 2;
    return half;
}

at_status at_tree_proof(at_tree_hash *out, size_t *proof_count_out, const at_tree_hash *leaves,
                        uint64_t count, uint64_t index, at_error *err) {
    assert(index < count);
    at_tree_hash siblings[AT_TREE_LEVELS];
    size_t depth = 0;
    while (count > 1) { /* from the root down; the standard's order is the reverse */
        const uint64_t half = split(count);
        if (index < half) {
            AT_TRY(root_of(&siblings[depth++], leaves + half, count - half, err));
            count = half;
        } else {
            AT_TRY(root_of(&siblings[depth++], leaves, half, err));
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
                        at_error *err) {
    at_tree_hash hash = *leaf;
    bool leads = index < count;
    uint64_t place = index, last = leads ? count - 1 : 0;
    for (size_t i = 0; leads && i < proof_count; i++) {
        if (last == 0) {
            leads = false;
        } else if (place & 1 || place == last) {
            AT_TRY(join(&hash, &proof[i], &hash, err));
            while (!(place & 1) && place != 0) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            AT_TRY(join(&hash, &hash, &proof[i], err));
        }
        place >>= 1;
        last >>= 1;
    }
    if (!leads || last != 0 || memcmp(hash.bytes, root->bytes, sizeof hash.bytes) != 0)
        return at_fail(err, AT_TAMPERED, "E-TREE-PROOF",
                       "the proof does not lead from leaf %llu to the root of %llu leaves",
                       (unsigned long long)index, (unsigned long long)count);
    return AT_OK;
}
