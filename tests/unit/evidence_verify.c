/* Goal: whatever is changed, added or removed in a sealed dossier is found and named; what is
 * intact but by nobody we know is said to be just that.
 * Method: the sample case sealed once. Every file of the bundle and the seal is bent in every
 * way of a list, one at a time, and put back. Then tables of stories about shape, signer and
 * signature. */
#include "engine/evidence/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/evidence/layout.h"

static sample_keys keys, other_keys;
static sample_folder folder;
static char dossier[128], bundle[160];

static int seal_sample(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    at_error err = {0};
    sample_keys_make(&keys);
    sample_keys_make(&other_keys);
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(dossier, sizeof dossier, "%s/dossier", folder);
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    return sample_seal(dossier, &sample.content, &keys, false, &err) == AT_OK ? 0 : -1;
}

static int clear_sample(void **state) {
    (void)state;
    sample_folder_clear(&folder);
    sample_folder_clear(&keys.folder);
    sample_folder_clear(&other_keys.folder);
    return 0;
}

/* Everything said to be bad, one a line. */
static void remember(void *self, at_finding finding, const char *subject, const char *text) {
    at_text *said = self;
    if (finding == AT_FINDING_BAD && at_text_print(said, NULL, "%s %s\n", subject, text) != AT_OK)
        fail();
}

static at_status verify(at_text *said, const char *root, at_error *err) {
    const at_verify_report report = {said, remember};
    const at_verify_request request = {
        .dossier = dossier, .root_paths = &root, .root_count = root != NULL, .report = &report};
    at_verification verified;
    at_text_reset(said);
    return at_bundle_verify(&verified, &request, err);
}

static void expect_tampered(const char *path, const char *what) {
    AT_CLEANUP(at_text_clear) at_text said = {0};
    const char *const roots[] = {keys.public, NULL};
    for (size_t i = 0; i < AT_COUNT(roots); i++) {
        at_error err = {0};
        const at_status status = verify(&said, roots[i], &err);
        if (status != AT_TAMPERED || strstr(err.message, path) == NULL)
            fail_msg("%s %s: status %d, \"%s\"", path, what, status, err.message);
        assert_non_null(strstr(at_text_string(&said), path));
    }
}

static void expect_good(void) {
    AT_CLEANUP(at_text_clear) at_text said = {0};
    at_error err = {0};
    if (verify(&said, keys.public, &err) != AT_OK)
        fail_msg("%s", err.message);
}

/* --- One byte, one file --- */

static void bend_file(const char *path) {
    AT_CLEANUP(at_text_clear) at_text file = {0};
    sample_read(&file, dossier, path);
    const size_t places[] = {0, file.bytes / 2, file.bytes - 1};
    for (size_t i = 0; file.bytes > 0 && i < AT_COUNT(places); i++) {
        for (int bit = 0; bit < 8; bit += 7) { /* 1 and 128 */
            file.data[places[i]] ^= (char)(1 << bit);
            sample_write(dossier, path, file.data, file.bytes);
            expect_tampered(path, "with a byte flipped");
            file.data[places[i]] ^= (char)(1 << bit);
        }
    }
    if (file.bytes > 0) {
        sample_write(dossier, path, file.data, file.bytes - 1);
        expect_tampered(path, "cut by a byte");
        sample_write(dossier, path, file.data + 1, file.bytes - 1);
        expect_tampered(path, "without its first byte");
        sample_write(dossier, path, "", 0);
        expect_tampered(path, "emptied");
    }
    assert_int_equal(at_text_add_char(&file, '\n', NULL), AT_OK);
    sample_write(dossier, path, file.data, file.bytes);
    expect_tampered(path, "with a byte added");
    sample_write(dossier, path, file.data, file.bytes - 1);
}

static void displace_file(const char *path) {
    AT_CLEANUP(at_text_clear) at_text file = {0};
    char full[512], away[512];
    sample_read(&file, dossier, path);
    snprintf(full, sizeof full, "%s/%s", dossier, path);
    snprintf(away, sizeof away, "%s/away", folder);
    assert_int_equal(rename(full, away), 0);
    expect_tampered(path, "removed");
    assert_int_equal(symlink(away, full), 0);
    expect_tampered(path, "made a link");
    assert_int_equal(unlink(full), 0);
    assert_int_equal(mkdir(full, 0755), 0);
    expect_tampered(path, "made a folder");
    assert_int_equal(rmdir(full), 0);
    assert_int_equal(mkfifo(full, 0644), 0);
    expect_tampered(path, "made a pipe");
    assert_int_equal(unlink(full), 0);
    assert_int_equal(rename(away, full), 0);
}

static void test_every_file_every_way(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0, files = 0;
    at_error err = {0};
    assert_int_equal(at_folder_walk(&entries, &count, dossier, &arena, &err), AT_OK);
    expect_good();
    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind != AT_FILE_REGULAR || strcmp(entries[i].path, AT_PATH_HOW) == 0)
            continue;
        bend_file(entries[i].path);
        displace_file(entries[i].path);
        files++;
    }
    assert_in_range(files, 20, 100);
    expect_good();
}

static void test_every_byte_of_the_seal(void **state) {
    (void)state;
    static const char *const paths[] = {AT_PATH_SEAL, AT_PATH_SEAL_SIGNATURE};
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        AT_CLEANUP(at_text_clear) at_text file = {0};
        sample_read(&file, dossier, paths[i]);
        for (size_t at = 0; at < file.bytes; at++) {
            file.data[at] ^= 1;
            sample_write(dossier, paths[i], file.data, file.bytes);
            expect_tampered(paths[i], "with a byte flipped");
            file.data[at] ^= 1;
        }
        sample_write(dossier, paths[i], file.data, file.bytes);
    }
    expect_good();
}

/* --- Additions --- */

static const struct {
    const char *story, *path;
    char kind; /* f file, d folder, l link to a file of the bundle, h hard link to a file outside */
} additions[] = {
    {"a payload file nobody listed", "bundle/data/extra.json", 'f'},
    {"a record nobody listed", "bundle/data/records/extra.bin", 'f'},
    {"a tag file nobody listed", "bundle/extra.txt", 'f'},
    {"a fetch.txt", "bundle/fetch.txt", 'f'},
    {"another manifest", "bundle/manifest-md5.txt", 'f'},
    {"a file hidden by a dot", "bundle/data/.hidden", 'f'},
    {"a name with capitals", "bundle/data/Bundle.json", 'f'},
    {"a name with a blank", "bundle/data/a b", 'f'},
    {"a name with a line break", "bundle/data/a\nb", 'f'},
    {"a name with a backslash", "bundle/data/..\\x", 'f'},
    {"a name in another script", "bundle/data/сase.json", 'f'},
    {"a device of Windows", "bundle/data/aux.txt", 'f'},
    {"an empty folder", "bundle/data/findings/empty", 'd'},
    {"an empty folder beside data", "bundle/more", 'd'},
    {"a link", "bundle/data/link", 'l'},
    {"a link beside data", "bundle/link", 'l'},
    {"a hard link", "bundle/data/hard", 'h'},
    {"a reading copy nobody sealed", "reading/exhibit.en.pdf", 'f'},
};

static void add(const char *path, char kind) {
    char full[512], target[512];
    snprintf(full, sizeof full, "%s/%s", dossier, path);
    snprintf(target, sizeof target, "%s/bagit.txt", bundle);
    if (strncmp(path, "reading/", 8) == 0) {
        char reading[256];
        snprintf(reading, sizeof reading, "%s/reading", dossier);
        assert_int_equal(mkdir(reading, 0755), 0);
    }
    if (kind == 'f')
        sample_write(dossier, path, "x", 1);
    else if (kind == 'd')
        assert_int_equal(mkdir(full, 0755), 0);
    else if (kind == 'l')
        assert_int_equal(symlink(target, full), 0);
    else
        assert_int_equal(link(keys.public, full), 0);
}

static void test_additions(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(additions); i++) {
        char full[512];
        print_message("  %s\n", additions[i].story);
        add(additions[i].path, additions[i].kind);
        expect_tampered(additions[i].path, additions[i].story);
        snprintf(full, sizeof full, "%s/%s", dossier, additions[i].path);
        assert_int_equal(remove(full), 0);
    }
    snprintf(bundle, sizeof bundle, "%s/reading", dossier);
    assert_int_equal(rmdir(bundle), 0);
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    expect_good();
}

static void test_a_linked_folder(void **state) {
    (void)state;
    static const char *const paths[] = {"bundle/data", "bundle", "review"};
    char full[256], away[256];
    snprintf(away, sizeof away, "%s/away", folder);
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        snprintf(full, sizeof full, "%s/%s", dossier, paths[i]);
        assert_int_equal(rename(full, away), 0);
        assert_int_equal(symlink(away, full), 0);
        expect_tampered(paths[i], "made a link");
        assert_int_equal(unlink(full), 0);
        expect_tampered(paths[i], "removed");
        assert_int_equal(rename(away, full), 0);
    }
    expect_good();
}

static void test_bytes_shared_with_the_outside(void **state) {
    (void)state;
    char full[256], away[256];
    snprintf(full, sizeof full, "%s/bagit.txt", bundle);
    snprintf(away, sizeof away, "%s/away", folder);
    assert_int_equal(link(full, away), 0);
    expect_tampered("bundle/bagit.txt", "linked from outside");
    assert_int_equal(unlink(away), 0);
    expect_good();
}

/* Two files change places. */
static void test_files_swapped(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text first = {0};
    AT_CLEANUP(at_text_clear) at_text second = {0};
    static const char a[] = "bundle/data/request/freeze-request.ar.txt";
    static const char b[] = "bundle/data/request/freeze-request.az.txt";
    sample_read(&first, dossier, a);
    sample_read(&second, dossier, b);
    sample_write(dossier, a, second.data, second.bytes);
    sample_write(dossier, b, first.data, first.bytes);
    expect_tampered(a, "swapped");
    sample_write(dossier, a, first.data, first.bytes);
    sample_write(dossier, b, second.data, second.bytes);
    expect_good();
}

/* --- Who sealed it --- */

static void write_impostor(void) {
    at_public_key root, signer;
    char line[AT_PUBLIC_KEY_TEXT_BYTES], text[256];
    at_error err = {0};
    assert_int_equal(at_public_key_read(&root, other_keys.public, &err), AT_OK);
    assert_int_equal(at_public_key_read(&signer, keys.public, &err), AT_OK);
    memcpy(root.id, signer.id, sizeof root.id);
    at_public_key_format(line, &root);
    snprintf(text, sizeof text, "untrusted comment: the agency's key\n%s\n", line);
    sample_write(folder, "impostor.pub", text, strlen(text));
}

static void test_signers(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text said = {0};
    char impostor[128], missing[128];
    at_error err = {0};
    snprintf(impostor, sizeof impostor, "%s/impostor.pub", folder);
    snprintf(missing, sizeof missing, "%s/none.pub", folder);
    write_impostor();
    const struct {
        const char *story, *root;
        at_status status;
        const char *code;
    } rows[] = {
        {"the signer's own key", keys.public, AT_OK, ""},
        {"no root", NULL, AT_UNTRUSTED, "E-VERIFY-NO-ROOT"},
        {"somebody else's key", other_keys.public, AT_UNTRUSTED, "E-VERIFY-SIGNER"},
        {"another key with the signer's number", impostor, AT_TAMPERED, "E-SEAL-IMPOSTOR"},
        {"a root that is not there", missing, AT_BAD_INPUT, "E-FILE-MISSING"},
        {"a root that is no key", keys.secret, AT_BAD_INPUT, "E-KEY-FORMAT"},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error row_err = {0};
        print_message("  %s\n", rows[i].story);
        assert_int_equal(verify(&said, rows[i].root, &row_err), rows[i].status);
        assert_string_equal(row_err.code, rows[i].code);
    }
    const char *const both[] = {other_keys.public, keys.public};
    at_verification verified;
    const at_verify_request request = {.dossier = dossier, .root_paths = both, .root_count = 2};
    assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_OK);
}

static void test_a_test_key_is_never_trusted(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    at_error err = {0};
    char path[128];
    const char *const roots[] = {keys.test_public};
    at_verification verified;
    snprintf(path, sizeof path, "%s/test-dossier", folder);
    const at_verify_request request = {.dossier = path, .root_paths = roots, .root_count = 1};
    sample_bundle_init(&sample, &arena);
    assert_int_equal(sample_seal(path, &sample.content, &keys, true, &err), AT_OK);
    assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_UNTRUSTED);
    assert_string_equal(err.code, "E-VERIFY-TEST");
    assert_true(verified.test);
    assert_true(verified.known);
}

static void test_no_dossier(void **state) {
    (void)state;
    const char *const paths[] = {"/nonexistent", folder, keys.public};
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        at_error err = {0};
        at_verification verified;
        const at_verify_request request = {.dossier = paths[i]};
        assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-VERIFY-DOSSIER");
    }
}

/* --- The signature file --- */

static const struct {
    const char *story, *from, *to, *code;
} edits[] = {
    {"the older form", "\nRU", "\nRW", "E-SIGNATURE-LEGACY"},
    {"another untrusted comment", "signature from assettrace", "signed by the Minister",
     "E-SIGNATURE-FORMAT"},
    {"another trusted comment", "case=2026-014", "case=2026-015", "E-SIGNATURE-WRONG"},
    {"a carriage return", "\ntrusted", "\r\ntrusted", "E-SIGNATURE-FORMAT"},
    {"a fifth line",
     "untrusted comment: ", "untrusted comment: \nuntrusted comment: ", "E-SIGNATURE-FORMAT"},
};

static void test_signature_files(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text file = {0};
    AT_CLEANUP(at_text_clear) at_text said = {0};
    sample_read(&file, dossier, AT_PATH_SEAL_SIGNATURE);
    for (size_t i = 0; i < AT_COUNT(edits); i++) {
        AT_CLEANUP(at_text_clear) at_text edited = {0};
        at_error err = {0};
        const char *at = strstr(file.data, edits[i].from);
        print_message("  %s\n", edits[i].story);
        assert_non_null(at);
        assert_int_equal(at_text_add_bytes(&edited, file.data, (size_t)(at - file.data), &err), 0);
        assert_int_equal(at_text_add(&edited, edits[i].to, &err), AT_OK);
        assert_int_equal(at_text_add(&edited, at + strlen(edits[i].from), &err), AT_OK);
        sample_write(dossier, AT_PATH_SEAL_SIGNATURE, edited.data, edited.bytes);
        assert_int_equal(verify(&said, keys.public, &err), AT_TAMPERED);
        assert_string_equal(err.code, edits[i].code);
        assert_null(strstr(err.message, "Minister")); /* never shown */
    }
    sample_write(dossier, AT_PATH_SEAL_SIGNATURE, file.data, file.bytes);
    expect_good();
}

/* A true seal, of another bundle by the same signer. */
static void test_a_seal_moved_here(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_text seal[4] = {{0}};
    static const char *const paths[] = {AT_PATH_SEAL, AT_PATH_SEAL_SIGNATURE};
    sample_bundle sample;
    at_error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/second", folder);
    sample_bundle_init(&sample, &arena);
    sample.content.revision = 13;
    assert_int_equal(sample_seal(path, &sample.content, &keys, false, &err), AT_OK);
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        sample_read(&seal[i], dossier, paths[i]);
        sample_read(&seal[2 + i], path, paths[i]);
        sample_write(dossier, paths[i], seal[2 + i].data, seal[2 + i].bytes);
    }
    expect_tampered("bundle/" AT_PATH_TAG_MANIFEST, "under another seal");
    sample_write(dossier, AT_PATH_SEAL, seal[0].data, seal[0].bytes);
    expect_tampered(AT_PATH_SEAL_SIGNATURE, "of another seal");
    sample_write(dossier, AT_PATH_SEAL_SIGNATURE, seal[1].data, seal[1].bytes);
    for (size_t i = 0; i < AT_COUNT(seal); i++)
        at_text_clear(&seal[i]);
    expect_good();
}

/* Reading copies stand outside the bag, under the same seal. */
static void test_reading_copies(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_dossier_close) at_dossier *made = NULL;
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    sample_bundle sample;
    at_error err = {0};
    char path[128], reading[256], head[65];
    memset(head, 'a', 64);
    head[64] = '\0';
    snprintf(path, sizeof path, "%s/with-reading", folder);
    sample_bundle_init(&sample, &arena);
    sample_key_open(&key, &keys, false);
    const at_seal_request sealing = {.key = key, .custody_head = head, .builder = "gcc"};
    assert_int_equal(at_dossier_begin(&made, path, &sample.content, false, &err), AT_OK);
    snprintf(reading, sizeof reading, "%s/reading/pictures", at_dossier_path(made));
    assert_int_equal(at_folder_make(reading, 0755, &err), AT_OK);
    sample_write(at_dossier_path(made), "reading/pictures/q1.svg", "<svg/>", 6);
    sample_write(at_dossier_path(made), "reading/review.html", "<p>", 3);
    assert_int_equal(at_dossier_seal(made, &sealing, &err), AT_OK);

    const char *const roots[] = {keys.public};
    at_verification verified;
    const at_verify_request request = {.dossier = path, .root_paths = roots, .root_count = 1};
    assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_OK);
    assert_int_equal(sample_run(path, "sha256sum", "-c review/0001-seal.txt"), 0);
    static const struct {
        const char *name, *text, *code;
    } changes[] = {{"reading/review.html", "<P>", "E-READING"},
                   {"reading/pictures/more.svg", "<svg/>", "E-READING"}};
    for (size_t i = 0; i < AT_COUNT(changes); i++) {
        char full[256];
        sample_write(path, changes[i].name, changes[i].text, strlen(changes[i].text));
        assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_TAMPERED);
        assert_string_equal(err.code, changes[i].code);
        assert_non_null(strstr(err.message, changes[i].name));
        snprintf(full, sizeof full, "%s/%s", path, changes[i].name);
        assert_int_equal(remove(full), 0);
        if (i == 0) {
            assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_TAMPERED);
            assert_non_null(strstr(err.message, changes[i].name)); /* removed */
            sample_write(path, changes[i].name, "<p>", 3);
        }
    }
    assert_int_equal(at_bundle_verify(&verified, &request, &err), AT_OK);
}

static void test_what_is_not_covered_is_said(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text said = {0};
    at_error err = {0};
    sample_write(dossier, "review/0002-review-iq.txt", "x", 1);
    expect_good();
    assert_int_equal(verify(&said, keys.public, &err), AT_OK);
    assert_int_equal(said.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_every_way),
        cmocka_unit_test(test_every_byte_of_the_seal),
        cmocka_unit_test(test_additions),
        cmocka_unit_test(test_a_linked_folder),
        cmocka_unit_test(test_bytes_shared_with_the_outside),
        cmocka_unit_test(test_files_swapped),
        cmocka_unit_test(test_signers),
        cmocka_unit_test(test_a_test_key_is_never_trusted),
        cmocka_unit_test(test_no_dossier),
        cmocka_unit_test(test_signature_files),
        cmocka_unit_test(test_a_seal_moved_here),
        cmocka_unit_test(test_reading_copies),
        cmocka_unit_test(test_what_is_not_covered_is_said),
    };
    return cmocka_run_group_tests(tests, seal_sample, clear_sample);
}
