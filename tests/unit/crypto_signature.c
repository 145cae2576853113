/* Goal: a signature holds for its bytes, comment and key, and has one spelling.
 * Method: one signature bent in every character and at random twenty thousand times; the
 * published Ed25519 edge cases of two suites against our verifying (skipped aloud where they
 * are not there). */
#include "engine/crypto/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/base/json.h"

enum { MUTATIONS = 20000 };

static sample_keys keys;
static at_public_key public;
static at_signature made;
static at_text file;
static const char message[] = "the statement\n";

static int sign_sample(void **state) {
    (void)state;
    at_key *key = NULL;
    sample_keys_make(&keys);
    sample_key_open(&key, &keys, false);
    public = *at_key_public(key);
    const at_status status =
        at_signature_make(&made, key, message, strlen(message), "case=1", NULL);
    at_key_close(&key);
    return status == AT_OK && at_signature_format(&file, &made, NULL) == AT_OK ? 0 : -1;
}

static int clear_sample(void **state) {
    (void)state;
    at_text_clear(&file);
    sample_folder_clear(&keys.folder);
    return 0;
}

/* AT_OK only when the text parses and fits. */
static at_status judge(const char *text, size_t bytes) {
    at_signature signature;
    AT_TRY(at_signature_parse(&signature, text, bytes, NULL));
    return at_signature_check(&signature, &public, message, strlen(message), NULL);
}

static void test_round_trip(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text again = {0};
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    at_signature second;
    assert_int_equal(judge(file.data, file.bytes), AT_OK);
    sample_key_open(&key, &keys, false);
    assert_int_equal(at_signature_make(&second, key, message, strlen(message), "case=1", NULL), 0);
    assert_int_equal(at_signature_format(&again, &second, NULL), AT_OK);
    assert_string_equal(again.data, file.data); /* nothing random in it */
}

static void test_other_bytes_other_key(void **state) {
    (void)state;
    at_public_key other;
    at_error err = {0};
    for (size_t i = 0; i < strlen(message); i++) {
        char bent[sizeof message];
        memcpy(bent, message, sizeof message);
        bent[i] ^= 1;
        assert_int_equal(at_signature_check(&made, &public, bent, strlen(message), &err),
                         AT_TAMPERED);
        assert_string_equal(err.code, "E-SIGNATURE-WRONG");
    }
    assert_int_equal(at_public_key_read(&other, keys.test_public, &err), AT_OK);
    assert_int_equal(at_signature_check(&made, &other, message, strlen(message), &err),
                     AT_UNTRUSTED);
    assert_string_equal(err.code, "E-SIGNATURE-KEY");
    memcpy(other.id, public.id, sizeof other.id);
    assert_int_equal(at_signature_check(&made, &other, message, strlen(message), &err),
                     AT_TAMPERED);
}

/* The words of the untrusted comment are free here; a seal's are not (evidence_verify). */
static void test_every_byte(void **state) {
    (void)state;
    const size_t free_from = strlen("untrusted comment: "), free_to = strcspn(file.data, "\n");
    for (size_t i = 0; i < file.bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            file.data[i] ^= (char)(1 << bit);
            const bool newline = file.data[i] == '\n';
            if ((i < free_from || i >= free_to || newline) && judge(file.data, file.bytes) == AT_OK)
                fail_msg("byte %zu, bit %d", i, bit);
            file.data[i] ^= (char)(1 << bit);
        }
    }
}

static const struct {
    const char *story, *from, *to, *code;
} spellings[] = {
    {"the older form", "\nRU", "\nRW", "E-SIGNATURE-LEGACY"},
    {"another algorithm", "\nRU", "\nRA", "E-SIGNATURE-FORMAT"},
    {"a blank in the base64", "\nRU", "\n RU", "E-SIGNATURE-FORMAT"},
    {"padding left off", "=\n", "\n", "E-SIGNATURE-FORMAT"},
    {"no trusted comment", "trusted comment: case=1\n", "case=1\n", "E-SIGNATURE-FORMAT"},
    {"an empty trusted comment", "case=1", "", "E-SIGNATURE-FORMAT"},
    {"a control character in it", "case=1", "case\x01", "E-SIGNATURE-FORMAT"},
    {"another untrusted head", "untrusted comment: s", "comment: s", "E-SIGNATURE-FORMAT"},
    {"a line in front", "untrusted comment: s", "\nuntrusted comment: s", "E-SIGNATURE-FORMAT"},
};

static void test_spellings(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(spellings); i++) {
        AT_CLEANUP(at_text_clear) at_text bent = {0};
        at_signature signature;
        at_error err = {0};
        const char *at = strstr(file.data, spellings[i].from);
        print_message("  %s\n", spellings[i].story);
        assert_non_null(at);
        assert_int_equal(at_text_add_bytes(&bent, file.data, (size_t)(at - file.data), &err), 0);
        assert_int_equal(at_text_add(&bent, spellings[i].to, &err), AT_OK);
        assert_int_equal(at_text_add(&bent, at + strlen(spellings[i].from), &err), AT_OK);
        assert_int_equal(at_signature_parse(&signature, bent.data, bent.bytes, &err), AT_TAMPERED);
        assert_string_equal(err.code, spellings[i].code);
    }
    at_signature signature;
    assert_int_equal(at_signature_parse(&signature, "", 0, NULL), AT_TAMPERED);
    assert_int_equal(at_signature_parse(&signature, file.data, file.bytes - 1, NULL), AT_TAMPERED);
}

static void test_comments_that_cannot_be_signed(void **state) {
    (void)state;
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    char longer[AT_TRUSTED_COMMENT_BYTES + 1];
    at_signature signature;
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    const char *const comments[] = {"", "two\nlines", "\x7f", "\xff", longer};
    sample_key_open(&key, &keys, false);
    for (size_t i = 0; i < AT_COUNT(comments); i++)
        assert_int_equal(at_signature_make(&signature, key, "x", 1, comments[i], NULL),
                         AT_BAD_INPUT);
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void test_random_mutations(void **state) {
    (void)state;
    uint64_t seed = 20261121;
    char bent[1024];
    assert_true(file.bytes < sizeof bent / 2);
    for (int round = 0; round < MUTATIONS; round++) {
        size_t bytes = file.bytes;
        memcpy(bent, file.data, bytes);
        for (uint64_t edits = next_random(&seed) % 4 + 1; edits > 0; edits--) {
            const size_t at = next_random(&seed) % bytes;
            switch (next_random(&seed) % 3) {
            case 0:
                bent[at] = (char)next_random(&seed);
                break;
            case 1:
                memmove(bent + at, bent + at + 1, bytes - at - 1);
                bytes--;
                break;
            default:
                memmove(bent + at + 1, bent + at, bytes - at);
                bent[at] = (char)next_random(&seed);
                bytes++;
            }
        }
        if (judge(bent, bytes) == AT_OK) { /* then all that is signed is as it was */
            const char *signed_part = memchr(bent, '\n', bytes),
                       *true_part = strchr(file.data, '\n');
            const size_t rest = bytes - (size_t)(signed_part - bent);
            assert_int_equal(rest, strlen(true_part));
            assert_memory_equal(signed_part, true_part, rest);
        }
    }
}

/* --- Published edge cases --- */

static bool open_suite(at_json **out, const char *name) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    char path[512];
    at_error err = {0};
    const char *root = getenv("ASSETTRACE_ROOT");
    snprintf(path, sizeof path, "%s/../shared/data/%s", root != NULL ? root : ".", name);
    if (at_file_kind_of(path) != AT_FILE_REGULAR) {
        print_message("SKIPPED: %s is not here\n", name);
        return false;
    }
    assert_int_equal(at_file_read(&text, path, 1 << 26, &err), AT_OK);
    assert_int_equal(at_json_parse(out, text.data, text.bytes, name, &err), AT_OK);
    return true;
}

static void close_json(at_json **json) {
    at_json_close(json);
}

/* Points of small order, other spellings of a point and sums that only a cofactor makes right are
 * refused; a stray component that cancels itself is not ours to see. */
static void test_cctv(void **state) {
    (void)state;
    AT_CLEANUP(close_json) at_json *json = NULL;
    size_t taken = 0, refused = 0;
    if (!open_suite(&json, "cctv-ed25519/ed25519vectors.json"))
        skip();
    const at_json_value *item = at_json_first(at_json_root(json));
    for (; item != NULL; item = at_json_next(item)) {
        uint8_t key[32], signature[AT_SIGNATURE_BYTES];
        const char *text = at_json_text(at_json_get(item, "msg"));
        bool wanted = true;
        assert_true(at_hex_decode(key, 32, at_json_text(at_json_get(item, "key"))));
        assert_true(at_hex_decode(signature, 64, at_json_text(at_json_get(item, "sig"))));
        const at_json_value *flag = at_json_first(at_json_get(item, "flags"));
        for (; flag != NULL; flag = at_json_next(flag))
            wanted = wanted && at_text_starts(at_json_text(flag), "low_order_component_");
        if (at_ed25519_verify(key, text, strlen(text), signature) != wanted)
            fail_msg("vector %s", at_json_number(at_json_get(item, "number")));
        taken += wanted;
        refused += !wanted;
    }
    assert_int_equal(taken + refused, 914);
    assert_true(taken > 0);
}

static void check_group(const at_json_value *group, size_t *count) {
    uint8_t key[32];
    const char *key_text = at_json_text(at_json_get(at_json_get(group, "publicKey"), "pk"));
    const at_json_value *test = at_json_first(at_json_get(group, "tests"));
    assert_true(at_hex_decode(key, 32, key_text));
    for (; test != NULL; test = at_json_next(test), ++*count) {
        uint8_t text[1024], signature[AT_SIGNATURE_BYTES];
        const char *hex = at_json_text(at_json_get(test, "msg"));
        const char *wanted = at_json_text(at_json_get(test, "result"));
        assert_true(at_hex_decode(text, strlen(hex) / 2, hex));
        /* A signature of another length is refused before any arithmetic, by its base64. */
        const bool good = at_hex_decode(signature, 64, at_json_text(at_json_get(test, "sig"))) &&
                          at_ed25519_verify(key, text, strlen(hex) / 2, signature);
        if (good != (strcmp(wanted, "valid") == 0))
            fail_msg("test %s", at_json_number(at_json_get(test, "tcId")));
    }
}

static void test_wycheproof(void **state) {
    (void)state;
    AT_CLEANUP(close_json) at_json *json = NULL;
    size_t count = 0;
    if (!open_suite(&json, "wycheproof/ed25519_test.json"))
        skip();
    const at_json_value *group = at_json_first(at_json_get(at_json_root(json), "testGroups"));
    for (; group != NULL; group = at_json_next(group))
        check_group(group, &count);
    assert_int_equal(count, 151);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_other_bytes_other_key),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_comments_that_cannot_be_signed),
        cmocka_unit_test(test_random_mutations),
        cmocka_unit_test(test_cctv),
        cmocka_unit_test(test_wycheproof),
    };
    return cmocka_run_group_tests(tests, sign_sample, clear_sample);
}
