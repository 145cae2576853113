/* Goal: trees are those of RFC 9162; a proof holds for its leaf, place, size and root, and for
 * nothing else.
 * Method: the eight-leaf example that Certificate Transparency's logs publish; then every leaf of
 * every tree up to 70 leaves, with a proof that is checked, bent and misplaced. */
#include "engine/crypto/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/text.h"

enum { LEAVES = 70 };

static const char *const example_leaves[] = {"",
                                             "00",
                                             "10",
                                             "2021",
                                             "3031",
                                             "40414243",
                                             "5051525354555657",
                                             "606162636465666768696a6b6c6d6e6f"};
static const char *const example_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static at_hash *hash; /* what all of them work with */

static int open_hash(void **state) {
    (void)state;
    return at_hash_open(&hash, AT_SHA256, NULL) == AT_OK ? 0 : -1;
}

static int close_hash(void **state) {
    (void)state;
    at_hash_close(&hash);
    return 0;
}

static void assert_hash(const at_tree_hash *made, const char *wanted) {
    char text[AT_SHA256_TEXT_BYTES];
    at_hex_encode(text, made->bytes, sizeof made->bytes);
    assert_string_equal(text, wanted);
}

static void test_published_roots(void **state) {
    (void)state;
    at_tree tree = {.count = 0};
    at_tree_hash root, leaf;
    for (size_t i = 0; i < AT_COUNT(example_roots); i++) {
        uint8_t bytes[16];
        assert_int_equal(at_tree_root(&root, &tree, hash, NULL), AT_OK);
        assert_hash(&root, example_roots[i]);
        if (i == AT_COUNT(example_leaves))
            break;
        const size_t count = strlen(example_leaves[i]) / 2;
        assert_true(at_hex_decode(bytes, count, example_leaves[i]));
        assert_int_equal(at_tree_leaf(&leaf, hash, bytes, count, NULL), AT_OK);
        assert_int_equal(at_tree_add(&tree, hash, &leaf, NULL), AT_OK);
    }
}

/* A published bundle tree of seven leaves, with the proof of the fifth. */
static void test_published_proof(void **state) {
    (void)state;
    static const char leaf_text[] =
        "{\"i\":4,\"r\":{\"amount_minor\":\"4000\",\"currency\":\"IQD\",\"id\":\"tx-0004\",\"type\""
        ":"
        "\"transaction\"},\"salt\":\"fx1qa6+6gV4W6snmxu8mk5ECPWv0dISogE5Q7ZdeTYo=\"}";
    static const char *const proof_text[] = {
        "f9516230444cf77c5f798746b6ef343a4d4a870069c5ddba9683d718fa593cd4",
        "e97e472a79df0e8b721ffffecc65377409c869843abf8677f54d6c2c12b16688",
        "e58fdab18e56916d9632fb8d243f4bcb69df6193ee911c666a3cdd7aa68e257d"};
    at_tree_hash leaf, root, proof[AT_COUNT(proof_text)];
    assert_int_equal(at_tree_leaf(&leaf, hash, leaf_text, strlen(leaf_text), NULL), AT_OK);
    assert_hash(&leaf, "0b28454e6dee4753069df2e0134602ca439c490268821b5e62cdbe7573beb119");
    assert_true(at_hex_decode(root.bytes, sizeof root.bytes,
                              "41fb5fa30a25acc38eb3301f36869395b29e919e9e6b7fea4833de00350a4ff9"));
    for (size_t i = 0; i < AT_COUNT(proof); i++)
        assert_true(at_hex_decode(proof[i].bytes, sizeof proof[i].bytes, proof_text[i]));
    assert_int_equal(at_tree_check(&root, 7, 4, &leaf, proof, AT_COUNT(proof), hash, NULL), AT_OK);
}

static void test_salted_leaf(void **state) {
    (void)state;
    const uint8_t salt[AT_TREE_SALT_BYTES] = "0123456789abcdef";
    at_tree_hash salted, plain;
    assert_int_equal(at_tree_salted_leaf(&salted, hash, salt, "row", 3, NULL), AT_OK);
    assert_int_equal(at_tree_leaf(&plain, hash, "0123456789abcdefrow", 19, NULL), AT_OK);
    assert_memory_equal(salted.bytes, plain.bytes, sizeof salted.bytes);
}

/* RFC 8439 A.1 vector 1, whose block is that of the older ChaCha20 too where counter and nonce are
 * 0; and any salt alone is the one that a row of them gives. */
static void test_salts(void **state) {
    (void)state;
    static const uint8_t zero[AT_TREE_SECRET_BYTES] = {0};
    static const char block[] = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                                "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
    enum { MANY = 300 };
    uint8_t salts[MANY * AT_TREE_SALT_BYTES], one[AT_TREE_SALT_BYTES];
    char text[sizeof block];
    at_tree_salts(salts, zero, 0, 4);
    at_hex_encode(text, salts, 64);
    assert_string_equal(text, block);
    at_tree_salts(salts, (const uint8_t *)"a secret of thirty-two bytes ...", 0, MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        at_tree_salts(one, (const uint8_t *)"a secret of thirty-two bytes ...", i, 1);
        assert_memory_equal(one, salts + i * AT_TREE_SALT_BYTES, sizeof one);
        for (uint64_t k = 0; k < i; k++)
            assert_memory_not_equal(one, salts + k * AT_TREE_SALT_BYTES, sizeof one);
    }
    uint8_t rest[5 * AT_TREE_SALT_BYTES];
    at_tree_salts(rest, (const uint8_t *)"a secret of thirty-two bytes ...", 7, 5);
    assert_memory_equal(rest, salts + 7 * AT_TREE_SALT_BYTES, sizeof rest);
}

/* The roots of subtrees of 2^k leaves, taken as leaves, give the root of all; and the proof within
 * one, then among them, is the proof. */
static void test_subtrees(void **state) {
    (void)state;
    enum { PART = 8 };
    at_tree_hash leaves[LEAVES], parts[LEAVES / PART + 1], root, again;
    for (size_t i = 0; i < LEAVES; i++)
        assert_int_equal(at_tree_leaf(&leaves[i], hash, &i, sizeof i, NULL), AT_OK);
    for (size_t count = 1; count <= LEAVES; count++) {
        at_tree all = {.count = 0}, whole = {.count = 0};
        size_t part_count = 0;
        for (size_t first = 0; first < count; first += PART) {
            at_tree part = {.count = 0};
            for (size_t i = first; i < count && i < first + PART; i++) {
                assert_int_equal(at_tree_add(&part, hash, &leaves[i], NULL), AT_OK);
                assert_int_equal(at_tree_add(&all, hash, &leaves[i], NULL), AT_OK);
            }
            assert_int_equal(at_tree_root(&parts[part_count], &part, hash, NULL), AT_OK);
            assert_int_equal(at_tree_add(&whole, hash, &parts[part_count++], NULL), AT_OK);
        }
        assert_int_equal(at_tree_root(&root, &all, hash, NULL), AT_OK);
        assert_int_equal(at_tree_root(&again, &whole, hash, NULL), AT_OK);
        assert_memory_equal(root.bytes, again.bytes, sizeof root.bytes);
        for (size_t i = 0; i < count; i++) {
            at_tree_hash proof[2 * AT_TREE_LEVELS];
            size_t low = 0, high = 0;
            const size_t first = i / PART * PART;
            const size_t here = count - first < PART ? count - first : PART;
            assert_int_equal(
                at_tree_proof(proof, &low, leaves + first, here, i - first, hash, NULL), AT_OK);
            assert_int_equal(
                at_tree_proof(proof + low, &high, parts, part_count, i / PART, hash, NULL), AT_OK);
            assert_int_equal(
                at_tree_check(&root, count, i, &leaves[i], proof, low + high, hash, NULL), AT_OK);
        }
    }
}

static void check_proofs_of(const at_tree_hash *leaves, uint64_t count, uint64_t index,
                            const at_tree_hash *root) {
    at_tree_hash proof[AT_TREE_LEVELS + 1] = {{{0}}}, bent;
    size_t length = 0;
    at_error err = {0};
    assert_int_equal(at_tree_proof(proof, &length, leaves, count, index, hash, &err), AT_OK);
    assert_int_equal(at_tree_check(root, count, index, &leaves[index], proof, length, hash, &err),
                     AT_OK);
    for (size_t i = 0; i < length; i++) {
        proof[i].bytes[index % AT_SHA256_BYTES] ^= 1;
        assert_int_equal(
            at_tree_check(root, count, index, &leaves[index], proof, length, hash, &err),
            AT_TAMPERED);
        proof[i].bytes[index % AT_SHA256_BYTES] ^= 1;
    }
    bent = leaves[index];
    bent.bytes[0] ^= 1;
    assert_int_equal(at_tree_check(root, count, index, &bent, proof, length, hash, &err),
                     AT_TAMPERED);
    assert_int_equal(
        at_tree_check(root, count, index, &leaves[index], proof, length + 1, hash, &err),
        AT_TAMPERED);
    if (length > 0)
        assert_int_equal(
            at_tree_check(root, count, index, &leaves[index], proof, length - 1, hash, &err),
            AT_TAMPERED);
    assert_int_equal(at_tree_check(root, count, count, &leaves[index], proof, length, hash, &err),
                     AT_TAMPERED);
    for (uint64_t other = 0; other < count; other++)
        if (other != index)
            assert_int_equal(
                at_tree_check(root, count, other, &leaves[index], proof, length, hash, &err),
                AT_TAMPERED);
    assert_string_equal(err.code, "E-TREE-PROOF");
}

static void test_every_place_of_every_size(void **state) {
    (void)state;
    at_tree_hash leaves[LEAVES], root;
    at_tree tree = {.count = 0};
    for (uint64_t count = 1; count <= LEAVES; count++) {
        char text[32];
        const int bytes = snprintf(text, sizeof text, "leaf %d", (int)count);
        assert_int_equal(at_tree_leaf(&leaves[count - 1], hash, text, (size_t)bytes, NULL), AT_OK);
        assert_int_equal(at_tree_add(&tree, hash, &leaves[count - 1], NULL), AT_OK);
        assert_int_equal(at_tree_root(&root, &tree, hash, NULL), AT_OK);
        for (uint64_t index = 0; index < count; index++)
            check_proofs_of(leaves, count, index, &root);
    }
}

/* The root of two leaves, shown as if it were a leaf itself. */
static void test_a_node_is_no_leaf(void **state) {
    (void)state;
    at_tree_hash leaves[2], node, shown;
    at_tree tree = {.count = 0};
    uint8_t joined[2 * AT_SHA256_BYTES];
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(at_tree_leaf(&leaves[i], hash, &i, 1, NULL), AT_OK);
        assert_int_equal(at_tree_add(&tree, hash, &leaves[i], NULL), AT_OK);
        memcpy(joined + i * AT_SHA256_BYTES, leaves[i].bytes, AT_SHA256_BYTES);
    }
    assert_int_equal(at_tree_root(&node, &tree, hash, NULL), AT_OK);
    assert_int_equal(at_tree_leaf(&shown, hash, joined, sizeof joined, NULL), AT_OK);
    assert_memory_not_equal(node.bytes, shown.bytes, sizeof node.bytes);
}

/* Two at a time, of every pair of lengths around the ends of blocks. */
static void test_pairs(void **state) {
    (void)state;
    static at_tree_two two;
    static uint8_t data[2][AT_TREE_SHORT_BYTES];
    const uint8_t salts[2][AT_TREE_SALT_BYTES] = {{1, 2, 3}, {4, 5, 6}};
    static const size_t lengths[] = {0,   1,   37,  38,  39,  46,  47,  48,  84, 102,
                                     103, 110, 111, 112, 166, 174, 175, 511, 512};
    if (!at_pair_known())
        skip(); /* without the instructions nobody asks for it */
    for (size_t i = 0; i < sizeof data[0]; i++) {
        data[0][i] = (uint8_t)(i * 7 + 1);
        data[1][i] = (uint8_t)(i * 11 + 2);
    }
    for (size_t i = 0; i < AT_COUNT(lengths) * AT_COUNT(lengths); i++) {
        const size_t bytes[] = {lengths[i / AT_COUNT(lengths)], lengths[i % AT_COUNT(lengths)]};
        at_tree_hash made[2], wanted;
        for (size_t k = 0; k < 2; k++)
            at_tree_two_add(&two, &made[k], salts[k], data[k], bytes[k]);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(at_tree_salted_leaf(&wanted, hash, salts[k], data[k], bytes[k], NULL),
                             AT_OK);
            assert_memory_equal(made[k].bytes, wanted.bytes, sizeof wanted.bytes);
        }
        at_tree_two_add(&two, &made[0], salts[1], data[1], bytes[1]);
        at_tree_two_end(&two); /* one that stays alone */
        assert_memory_equal(made[0].bytes, wanted.bytes, sizeof wanted.bytes);
    }
}

/* Leaves that come many at a time, from any place on, make the tree they make one by one. */
static void test_many_at_a_time(void **state) {
    (void)state;
    enum { MANY = 300 };
    static at_tree_hash leaves[MANY], given[MANY];
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(at_tree_leaf(&leaves[i], hash, &i, sizeof i, NULL), AT_OK);
    for (size_t first = 0; first < 40; first++)
        for (size_t count = 0; count <= MANY - first; count += count < 40 ? 1 : 13) {
            at_tree one = {.count = 0}, many = {.count = 0};
            at_tree_hash root, wanted;
            memcpy(given, leaves, sizeof given);
            for (size_t i = 0; i < first + count; i++)
                assert_int_equal(at_tree_add(&one, hash, &leaves[i], NULL), AT_OK);
            assert_int_equal(at_tree_add_all(&many, hash, given, first, NULL), AT_OK);
            assert_int_equal(at_tree_add_all(&many, hash, given + first, count, NULL), AT_OK);
            assert_int_equal(many.count, one.count);
            for (int level = 0; level < 10; level++)
                if (one.count >> level & 1)
                    assert_memory_equal(&many.level[level], &one.level[level], sizeof root);
            assert_int_equal(at_tree_root(&root, &many, hash, NULL), AT_OK);
            assert_int_equal(at_tree_root(&wanted, &one, hash, NULL), AT_OK);
            assert_memory_equal(root.bytes, wanted.bytes, sizeof root.bytes);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_roots),   cmocka_unit_test(test_published_proof),
        cmocka_unit_test(test_salted_leaf),       cmocka_unit_test(test_every_place_of_every_size),
        cmocka_unit_test(test_a_node_is_no_leaf), cmocka_unit_test(test_salts),
        cmocka_unit_test(test_subtrees),          cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_many_at_a_time),
    };
    return cmocka_run_group_tests(tests, open_hash, close_hash);
}
