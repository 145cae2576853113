/* Goal: digests are those of the standards, in one piece or in many, of memory or of a file.
 * Method: published vectors (FIPS 180 examples, RFC 1321, RFC 4231) in one table; a file of a size
 * no buffer divides, with sha256sum as judge. */
#include "engine/crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/text.h"

static const struct {
    const char *story;
    at_hash_kind kind;
    const char *message;
    size_t times;
    const char *digest;
} vectors[] = {
    {"SHA-256 of nothing", AT_SHA256, "", 1,
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"SHA-256 of abc", AT_SHA256, "abc", 1,
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"SHA-256 of a million a", AT_SHA256, "a", 1000000,
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {"SHA-512 of abc", AT_SHA512, "abc", 1,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"SHA-224 of abc", AT_SHA224, "abc", 1,
     "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {"SHA-1 of abc", AT_SHA1, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"MD5 of abc", AT_MD5, "abc", 1, "900150983cd24fb0d6963f7d28e17f72"},
};

static void test_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(vectors); i++) {
        AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
        char text[AT_HASH_TEXT_BYTES_MAX];
        at_error err = {0};
        print_message("  %s\n", vectors[i].story);
        assert_int_equal(strlen(vectors[i].digest), 2 * at_hash_bytes(vectors[i].kind));
        assert_int_equal(at_hash_open(&hash, vectors[i].kind, &err), AT_OK);
        for (int again = 0; again < 2; again++) { /* a finished hash starts anew */
            for (size_t k = 0; k < vectors[i].times; k++)
                assert_int_equal(
                    at_hash_add(hash, vectors[i].message, strlen(vectors[i].message), &err), AT_OK);
            assert_int_equal(at_hash_finish_text(text, hash, &err), AT_OK);
            assert_string_equal(text, vectors[i].digest);
        }
    }
}

static void test_one_shot(void **state) {
    (void)state;
    uint8_t digest[AT_SHA512_BYTES];
    char text[AT_HASH_TEXT_BYTES_MAX];
    at_error err = {0};
    assert_int_equal(at_sha256_text(text, "abc", 3, &err), AT_OK);
    assert_string_equal(text, vectors[1].digest);
    assert_int_equal(at_sha256(digest, NULL, 0, &err), AT_OK);
    at_hex_encode(text, digest, AT_SHA256_BYTES);
    assert_string_equal(text, vectors[0].digest);
    assert_int_equal(at_sha512(digest, "abc", 3, &err), AT_OK);
    at_hex_encode(text, digest, AT_SHA512_BYTES);
    assert_string_equal(text, vectors[3].digest);
}

/* RFC 4231 test cases 1, 2 and 6, and an empty key. */
static void test_hmac(void **state) {
    (void)state;
    uint8_t key[131], out[AT_SHA256_BYTES];
    char text[AT_SHA256_TEXT_BYTES];
    memset(key, 0x0b, 20);
    assert_int_equal(at_hmac_sha256(out, key, 20, "Hi There", 8, NULL), AT_OK);
    at_hex_encode(text, out, sizeof out);
    assert_string_equal(text, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_int_equal(at_hmac_sha256(out, "Jefe", 4, "what do ya want for nothing?", 28, NULL),
                     AT_OK);
    at_hex_encode(text, out, sizeof out);
    assert_string_equal(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    const char *large = "Test Using Larger Than Block-Size Key - Hash Key First";
    assert_int_equal(at_hmac_sha256(out, key, sizeof key, large, strlen(large), NULL), AT_OK);
    at_hex_encode(text, out, sizeof out);
    assert_string_equal(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_int_equal(at_hmac_sha256(out, NULL, 0, NULL, 0, NULL), AT_OK);
    at_hex_encode(text, out, sizeof out);
    assert_string_equal(text, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_files(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    enum { BYTES = 3 * 65536 + 17 };
    static char data[BYTES];
    const at_hash_kind kinds[] = {AT_SHA512, AT_SHA256};
    char texts[2][AT_HASH_TEXT_BYTES_MAX], wanted[AT_SHA256_TEXT_BYTES], path[128], line[200];
    at_error err = {0};
    sample_folder_make(folder);
    for (size_t i = 0; i < BYTES; i++)
        data[i] = (char)(i * 31 + i / 256);
    sample_write(folder, "file", data, BYTES);
    snprintf(path, sizeof path, "%s/file", folder);
    assert_int_equal(at_hash_file(texts, kinds, 2, path, &err), AT_OK);
    assert_int_equal(at_sha256_text(wanted, data, BYTES, &err), AT_OK);
    assert_string_equal(texts[1], wanted);
    snprintf(line, sizeof line, "%s  file\n", texts[0]);
    sample_write(folder, "sums", line, strlen(line));
    assert_int_equal(sample_run(folder, "sha512sum", "-c --strict sums"), 0);
}

static void test_what_is_no_file(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    const at_hash_kind kind = AT_SHA256;
    char texts[1][AT_HASH_TEXT_BYTES_MAX] = {"untouched"}, link_path[128], pipe_path[128];
    at_error err = {0};
    sample_folder_make(folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    assert_int_equal(symlink("/etc/hostname", link_path), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const char *const paths[] = {"/nonexistent/file", folder, link_path, pipe_path};
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        assert_int_equal(at_hash_file(texts, &kind, 1, paths[i], &err), AT_BAD_INPUT);
        assert_string_equal(texts[0], "untouched");
    }
}

static void test_memory(void **state) {
    (void)state;
    at_hash *hash = NULL;
    at_error err = {0};
    at_memory_fail_after(1);
    assert_int_equal(at_hash_open(&hash, AT_SHA256, &err), AT_NO_MEMORY);
    at_memory_fail_after(0);
    assert_null(hash);
    at_hash_close(&hash);
}

static void test_random_and_versions(void **state) {
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    char versions[64];
    at_random_bytes(a, sizeof a);
    at_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    at_crypto_versions(versions, sizeof versions);
    assert_non_null(strstr(versions, "libsodium 1."));
    assert_non_null(strstr(versions, ", OpenSSL 3."));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_one_shot),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_random_and_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
