/* Goal: a signed statement has one spelling; whatever sha256sum or a reader might take for
 * something else is refused.
 * Method: a table of texts that are no statement, made from a good one; a table of paths; a
 * table of values. sha256sum judges the good one. */
#include "engine/crypto/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"

#define HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HASH_2 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEAD "assettrace/seal/v1\ncase: 2026-014\nsigner: IQ/engine/1\n"

static const char type[] = "assettrace/seal/v1";
static const char *const keys[] = {"case", "signer", NULL};

static const struct {
    const char *story, *text;
    bool good;
} texts[] = {
    {"as it should be", HEAD "\n" HASH "  a/b.txt\n", true},
    {"two files", HEAD "\n" HASH "  a/b.txt\n" HASH_2 "  a/c\n", true},
    {"a value in another script", "assettrace/seal/v1\ncase: پرونده ۱\nsigner: x\n\n" HASH "  a\n",
     true},
    {"nothing", "", false},
    {"no hash line", HEAD "\n", false},
    {"no empty line", HEAD HASH "  a\n", false},
    {"no last line end", HEAD "\n" HASH "  a", false},
    {"a line after the last", HEAD "\n" HASH "  a\n\n", false},
    {"words after the last", HEAD "\n" HASH "  a\nbye\n", false},
    {"another type", "assettrace/approval/v1\ncase: 1\nsigner: 2\n\n" HASH "  a\n", false},
    {"no type", "case: 2026-014\nsigner: x\n\n" HASH "  a\n", false},
    {"keys in another order", "assettrace/seal/v1\nsigner: x\ncase: 1\n\n" HASH "  a\n", false},
    {"a key missing", "assettrace/seal/v1\ncase: 1\n\n" HASH "  a\n", false},
    {"a key more", HEAD "reason: none\n\n" HASH "  a\n", false},
    {"a key twice", "assettrace/seal/v1\ncase: 1\ncase: 1\nsigner: x\n\n" HASH "  a\n", false},
    {"a capital in a key", "assettrace/seal/v1\nCase: 1\nsigner: x\n\n" HASH "  a\n", false},
    {"no value", "assettrace/seal/v1\ncase: \nsigner: x\n\n" HASH "  a\n", false},
    {"no blank after the colon", "assettrace/seal/v1\ncase:1\nsigner: x\n\n" HASH "  a\n", false},
    {"two blanks", "assettrace/seal/v1\ncase:  1\nsigner: x\n\n" HASH "  a\n", false},
    {"a blank behind", "assettrace/seal/v1\ncase: 1 \nsigner: x\n\n" HASH "  a\n", false},
    {"a tab", "assettrace/seal/v1\ncase: 1\t2\nsigner: x\n\n" HASH "  a\n", false},
    {"a carriage return", "assettrace/seal/v1\r\ncase: 1\r\nsigner: x\r\n\r\n" HASH "  a\r\n",
     false},
    {"text turned round",
     "assettrace/seal/v1\ncase: \xe2\x80\xae"
     "1\nsigner: x\n\n" HASH "  a\n",
     false},
    {"an isolate", "assettrace/seal/v1\ncase: 1\xe2\x81\xa8\nsigner: x\n\n" HASH "  a\n", false},
    {"bytes that are no UTF-8", "assettrace/seal/v1\ncase: \xff\nsigner: x\n\n" HASH "  a\n",
     false},
    {"a BSD line", HEAD "\nSHA256 (a) = " HASH "\n", false},
    {"a BSD line among the keys", HEAD "SHA256 (a) = " HASH "\n\n" HASH "  a\n", false},
    {"an escaped line", HEAD "\n\\" HASH "  a\n", false},
    {"binary mode", HEAD "\n" HASH " *a\n", false},
    {"one blank", HEAD "\n" HASH " a\n", false},
    {"a blank in front", HEAD "\n " HASH "  a\n", false},
    {"capital hex", HEAD "\nBA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD  a\n",
     false},
    {"a short hash", HEAD "\nba7816bf  a\n", false},
    {"a file twice", HEAD "\n" HASH "  a\n" HASH "  a\n", false},
    {"files out of order", HEAD "\n" HASH "  b\n" HASH "  a\n", false},
    {"standard input", HEAD "\n" HASH "  -\n", false},
    {"a way out", HEAD "\n" HASH "  ../a\n", false},
};

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(texts); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text again = {0};
        at_signed_statement statement = {.type = "untouched"};
        at_error err = {0};
        print_message("  %s\n", texts[i].story);
        const at_status status = at_signed_statement_parse(
            &statement, texts[i].text, strlen(texts[i].text), type, keys, &arena, &err);
        assert_int_equal(status, texts[i].good ? AT_OK : AT_TAMPERED);
        if (!texts[i].good) {
            assert_string_equal(err.code, "E-STATEMENT-FORMAT");
            assert_string_equal(statement.type, "untouched");
            continue;
        }
        assert_int_equal(at_signed_statement_format(&again, &statement, &err), AT_OK);
        assert_string_equal(again.data, texts[i].text);
        assert_non_null(at_signed_statement_get(&statement, "signer"));
        assert_null(at_signed_statement_get(&statement, "marking"));
    }
}

static void test_a_nul_byte(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    char text[256];
    at_signed_statement statement;
    at_error err = {0};
    const size_t bytes = strlen(texts[0].text);
    memcpy(text, texts[0].text, bytes);
    text[bytes] = '\0';
    assert_int_equal(
        at_signed_statement_parse(&statement, text, bytes + 1, type, keys, &arena, &err),
        AT_TAMPERED);
    text[25] = '\0';
    assert_int_equal(at_signed_statement_parse(&statement, text, bytes, type, keys, &arena, &err),
                     AT_TAMPERED);
}

static const struct {
    const char *path;
    bool good;
} paths[] = {
    {"a", true},
    {"bundle/tagmanifest-sha256.txt", true},
    {"data/r/0-9.bin", true},
    {"com10/x", true},
    {"", false},
    {"/a", false},
    {"a/", false},
    {"a//b", false},
    {".", false},
    {"..", false},
    {"a/../b", false},
    {"./a", false},
    {".hidden", false},
    {"a.", false},
    {"a./b", false},
    {"-", false},
    {"a/-r", false},
    {"A", false},
    {"a b", false},
    {"a\\b", false},
    {"c:a", false},
    {"~a", false},
    {"%2e%2e", false},
    {"\xd1\x81", false},
    {"con", false},
    {"a/nul.txt", false},
    {"lpt1", false},
    {"com9.log", false},
    {"a\nb", false},
};

static void test_paths(void **state) {
    (void)state;
    char deep[140];
    for (size_t i = 0; i < AT_COUNT(paths); i++)
        if (at_plain_path_ok(paths[i].path) != paths[i].good)
            fail_msg("\"%s\"", paths[i].path);
    memset(deep, 'a', sizeof deep);
    deep[AT_PLAIN_PATH_BYTES_MAX] = '\0';
    assert_true(at_plain_path_ok(deep));
    deep[AT_PLAIN_PATH_BYTES_MAX] = 'a';
    deep[AT_PLAIN_PATH_BYTES_MAX + 1] = '\0';
    assert_false(at_plain_path_ok(deep));
}

static void test_values_that_cannot_be_written(void **state) {
    (void)state;
    static const char *const values[] = {"", " x", "x ", "a\nb: c", "a\tb", "\xe2\x80\xae", "\xff"};
    const at_statement_hash hash = {HASH, "a"};
    for (size_t i = 0; i < AT_COUNT(values); i++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        at_error err = {0};
        const at_statement_field fields[] = {{"case", values[i]}};
        const at_signed_statement statement = {type, fields, 1, &hash, 1};
        assert_int_equal(at_signed_statement_format(&out, &statement, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-STATEMENT-VALUE");
    }
    AT_CLEANUP(at_text_clear) at_text out = {0};
    at_error err = {0};
    const at_statement_hash outside = {HASH, "../a"};
    const at_signed_statement statement = {type, NULL, 0, &outside, 1};
    assert_int_equal(at_signed_statement_format(&out, &statement, &err), AT_BAD_INPUT);
}

static void test_sha256sum_reads_it(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    const char *text = HEAD "\n" HASH "  abc.txt\n";
    sample_folder_make(folder);
    sample_write(folder, "statement.txt", text, strlen(text));
    sample_write(folder, "abc.txt", "abc", 3);
    assert_int_equal(sample_run(folder, "sha256sum", "-c statement.txt"), 0);
    sample_write(folder, "abc.txt", "abd", 3);
    assert_int_equal(sample_run(folder, "sha256sum", "-c statement.txt"), 1);
}

static void test_memory(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_signed_statement statement;
        at_error err = {0};
        at_memory_fail_after(n);
        const at_status status = at_signed_statement_parse(
            &statement, texts[1].text, strlen(texts[1].text), type, keys, &arena, &err);
        at_memory_fail_after(0);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_NO_MEMORY);
        assert_in_range(n, 1, 20);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_a_nul_byte),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_values_that_cannot_be_written),
        cmocka_unit_test(test_sha256sum_reads_it),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
