/* Goal: key files are minisign's, secrets open with their passphrase alone, and no file of
 * another kind is taken for a key.
 * Method: pairs made at the lowest scrypt cost; minisign signs with our key and reads our
 * public key; tables of passphrase files and of broken key files. */
#include "engine/crypto/key.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/crypto/signature.h"

static sample_keys keys;

static int make_keys(void **state) {
    (void)state;
    sample_keys_make(&keys);
    return 0;
}

static int clear_keys(void **state) {
    (void)state;
    sample_folder_clear(&keys.folder);
    return 0;
}

static void test_a_pair_belongs_together(void **state) {
    (void)state;
    for (int test = 0; test < 2; test++) {
        AT_CLEANUP(at_key_close) at_key *key = NULL;
        at_public_key public, again;
        at_signature signature;
        char line[AT_PUBLIC_KEY_TEXT_BYTES], id[AT_KEY_ID_TEXT_BYTES];
        at_error err = {0};
        sample_key_open(&key, &keys, test);
        assert_int_equal(at_public_key_read(&public, test ? keys.test_public : keys.public, &err),
                         AT_OK);
        assert_true(at_public_key_equal(&public, at_key_public(key)));
        assert_int_equal(public.test, test);
        assert_int_equal(at_key_is_test(key), test);
        at_public_key_format(line, &public);
        assert_int_equal(at_public_key_parse(&again, line, &err), AT_OK);
        assert_true(at_public_key_equal(&public, &again));
        at_key_id_format(id, public.id);
        assert_int_equal(strlen(id), 16);
        assert_int_equal(at_signature_make(&signature, key, "abc", 3, "c", &err), AT_OK);
        assert_int_equal(at_signature_check(&signature, &public, "abc", 3, &err), AT_OK);
        assert_int_equal(at_signature_is_test(&signature), test);
    }
}

static void test_files_are_private(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    struct stat status;
    assert_int_equal(stat(keys.secret, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    sample_read(&text, keys.folder, "test.key");
    assert_non_null(strstr(text.data, "untrusted comment: TEST "));
    sample_read(&text, keys.folder, "test.pub");
    assert_non_null(strstr(text.data, "untrusted comment: TEST "));
    sample_read(&text, keys.folder, "engine.pub");
    assert_null(strstr(text.data, "TEST"));
}

static void test_minisign_uses_our_keys(void **state) {
    (void)state;
    static const struct {
        const char *story, *program, *arguments;
    } rows[] = {
        {"minisign signs with a key that has a passphrase", "minisign",
         "-S -s engine.key -m message -x a.minisig < words"},
        {"and finds its signature good", "minisign", "-VHm message -x a.minisig -p engine.pub"},
        {"minisign signs with a TEST key", "minisign",
         "-S -W -s test.key -m message -x b.minisig < /dev/null"},
        {"and finds its signature good", "minisign", "-VHm message -x b.minisig -p test.pub"},
    };
    sample_write(keys.folder, "message", "abc", 3);
    sample_write(keys.folder, "words", "harbour\n", 8);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        const int code = sample_run(keys.folder, rows[i].program, rows[i].arguments);
        if (code < 0) {
            print_message("SKIPPED: minisign is not installed, so it did not judge our keys\n");
            return;
        }
        print_message("  %s\n", rows[i].story);
        assert_int_equal(code, 0);
    }
    AT_CLEANUP(at_text_clear) at_text text = {0}; /* and we read what it wrote */
    at_signature signature;
    at_public_key public;
    at_error err = {0};
    sample_read(&text, keys.folder, "a.minisig");
    assert_int_equal(at_signature_parse(&signature, text.data, text.bytes, &err), AT_OK);
    assert_int_equal(at_public_key_read(&public, keys.public, &err), AT_OK);
    assert_int_equal(at_signature_check(&signature, &public, "abc", 3, &err), AT_OK);
}

static void test_we_use_minisigns_keys(void **state) {
    (void)state;
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    at_public_key public;
    char path[128];
    at_error err = {0};
    if (sample_run(keys.folder, "minisign", "-G -W -p theirs.pub -s theirs.key") != 0) {
        print_message("SKIPPED: minisign is not installed, so it made no key\n");
        return;
    }
    snprintf(path, sizeof path, "%s/theirs.key", keys.folder);
    assert_int_equal(at_key_open(&key, path, NULL, &err), AT_OK);
    snprintf(path, sizeof path, "%s/theirs.pub", keys.folder);
    assert_int_equal(at_public_key_read(&public, path, &err), AT_OK);
    assert_true(at_public_key_equal(&public, at_key_public(key)));
    assert_true(at_key_is_test(key)); /* no passphrase, no evidence */
}

static void test_passphrases(void **state) {
    (void)state;
    static const struct {
        const char *story, *words;
        at_status status;
    } rows[] = {
        {"the right one", "harbour", AT_OK},
        {"with a line end", "harbour\n", AT_OK},
        {"with the line end of Windows and more lines", "harbour\r\nsecond line\n", AT_OK},
        {"a wrong one", "Harbour\n", AT_KEY},
        {"a longer one", "harbour ", AT_KEY},
        {"none", "", AT_KEY},
        {"an empty line", "\nharbour\n", AT_KEY},
    };
    char path[128], longer[AT_PASSPHRASE_BYTES_MAX + 1];
    at_error err = {0};
    snprintf(path, sizeof path, "%s/words", keys.folder);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_key_close) at_key *key = NULL, *second = NULL;
        const at_passphrase file = at_passphrase_file(path);
        print_message("  %s\n", rows[i].story);
        sample_write(keys.folder, "words", rows[i].words, strlen(rows[i].words));
        assert_int_equal(at_key_open(&key, keys.secret, &file, &err), rows[i].status);
        const int descriptor = open(path, O_RDONLY);
        const at_passphrase fd = at_passphrase_fd(&descriptor);
        assert_int_equal(at_key_open(&second, keys.secret, &fd, &err), rows[i].status);
        assert_int_equal(close(descriptor), 0);
        assert_int_equal(key == NULL, rows[i].status != AT_OK);
    }
    memset(longer, 'a', sizeof longer);
    sample_write(keys.folder, "words", longer, sizeof longer);
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    const at_passphrase file = at_passphrase_file(path), missing = at_passphrase_file("/none");
    assert_int_equal(at_key_open(&key, keys.secret, &file, &err), AT_LIMIT);
    assert_int_equal(at_key_open(&key, keys.secret, &missing, &err), AT_BAD_INPUT);
    assert_int_equal(at_key_open(&key, keys.secret, NULL, &err), AT_KEY);
    assert_int_equal(at_key_open(&key, keys.test_secret, NULL, &err), AT_OK);
}

static void test_files_that_are_no_keys(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text secret = {0};
    const at_passphrase words = at_passphrase_text("harbour");
    char path[128];
    at_error err = {0};
    sample_read(&secret, keys.folder, "engine.key");
    const size_t head = strcspn(secret.data, "\n") + 1;
    snprintf(path, sizeof path, "%s/broken", keys.folder);
    for (size_t i = 0; i < 212; i += 7) { /* any character of the base64 line */
        AT_CLEANUP(at_key_close) at_key *key = NULL;
        const char old = secret.data[head + i];
        secret.data[head + i] = old == 'A' ? 'B' : 'A';
        sample_write(keys.folder, "broken", secret.data, secret.bytes);
        const at_status status = at_key_open(&key, path, &words, &err);
        /* A changed salt, cost or stream reads as a wrong passphrase, or as a cost nobody asks;
         * the last digits of the cost, characters 50 to 72, decide nothing. */
        if (!(status == AT_OK && i >= 50 && i <= 72) && status != AT_BAD_INPUT &&
            status != AT_KEY && status != AT_LIMIT && status != AT_NO_MEMORY)
            fail_msg("character %zu: status %d", i, status);
        secret.data[head + i] = old;
    }
    const struct {
        const char *story;
        size_t from, bytes;
    } cuts[] = {{"empty", 0, 0},
                {"cut short", 0, secret.bytes - 9},
                {"without its comment", head, secret.bytes - head},
                {"the comment alone", 0, head}};
    for (size_t i = 0; i < AT_COUNT(cuts); i++) {
        AT_CLEANUP(at_key_close) at_key *key = NULL;
        print_message("  %s\n", cuts[i].story);
        sample_write(keys.folder, "broken", secret.data + cuts[i].from, cuts[i].bytes);
        assert_int_equal(at_key_open(&key, path, &words, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-KEY-FORMAT");
    }
}

static const struct {
    const char *story, *line, *code;
} public_lines[] = {
    {"nothing", "", "E-KEY-FORMAT"},
    {"words", "hello", "E-KEY-FORMAT"},
    {"another algorithm", "RUQHawiiYl2uQ4ojoth6iaXsZZg6MAzWBzi1SmD4lq7sujaf0UTurLr8",
     "E-KEY-FORMAT"},
    {"one character short", "RWQHawiiYl2uQ4ojoth6iaXsZZg6MAzWBzi1SmD4lq7sujaf0UTurLr",
     "E-KEY-FORMAT"},
    {"the neutral point", "RWQAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "E-KEY-WEAK"},
    {"a point of order four", "RWQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     "E-KEY-WEAK"},
    {"no point at all", "RWQAAAAAAAAAAP//////////////////////////////////////////", "E-KEY-WEAK"},
};

static void test_public_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(public_lines); i++) {
        at_public_key key = {.test = true};
        at_error err = {0};
        print_message("  %s\n", public_lines[i].story);
        assert_int_equal(at_public_key_parse(&key, public_lines[i].line, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, public_lines[i].code);
        assert_true(key.test);
    }
}

static void test_nothing_is_overwritten(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text before = {0};
    AT_CLEANUP(at_text_clear) at_text after = {0};
    char fresh[128], nowhere[128];
    at_error err = {0};
    snprintf(fresh, sizeof fresh, "%s/fresh.key", keys.folder);
    snprintf(nowhere, sizeof nowhere, "%s/none/fresh.pub", keys.folder);
    const at_key_request requests[] = {
        {.secret_path = keys.secret, .public_path = fresh},
        {.secret_path = fresh, .public_path = keys.public},
    };
    sample_read(&before, keys.folder, "engine.key");
    for (size_t i = 0; i < AT_COUNT(requests); i++) {
        assert_int_equal(at_key_new(NULL, &requests[i], &err), AT_REFUSED);
        assert_string_equal(err.code, "E-KEY-EXISTS");
        assert_int_equal(at_file_kind_of(fresh), AT_FILE_NONE);
    }
    sample_read(&after, keys.folder, "engine.key");
    assert_string_equal(before.data, after.data);

    const at_key_request half = {.secret_path = fresh, .public_path = nowhere};
    assert_int_not_equal(at_key_new(NULL, &half, &err), AT_OK);
    assert_int_equal(at_file_kind_of(fresh), AT_FILE_NONE); /* half a pair is none */

    AT_CLEANUP(at_key_close) at_key *key = NULL;
    char public_path[128];
    snprintf(public_path, sizeof public_path, "%s/fresh.pub", keys.folder);
    const at_key_request again = {
        .secret_path = fresh, .public_path = public_path, .replace = true};
    assert_int_equal(at_key_new(&key, &again, &err), AT_OK);
    assert_int_equal(at_key_new(NULL, &again, &err), AT_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pair_belongs_together),
        cmocka_unit_test(test_files_are_private),
        cmocka_unit_test(test_minisign_uses_our_keys),
        cmocka_unit_test(test_we_use_minisigns_keys),
        cmocka_unit_test(test_passphrases),
        cmocka_unit_test(test_files_that_are_no_keys),
        cmocka_unit_test(test_public_lines),
        cmocka_unit_test(test_nothing_is_overwritten),
    };
    return cmocka_run_group_tests(tests, make_keys, clear_keys);
}
