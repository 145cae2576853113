/* Goal: running out of memory or disk while sealing or verifying is survived and said; hostile
 * bytes in seal, manifests and documents never crash the verifier and never pass.
 * Method: one seal and one verification, run once to count allocations, then again with each
 * failing in turn; folders that cannot be written; twenty thousand random mutations, sealed
 * again or not. Leaks and wild reads are the sanitizers' to find. */
#include "engine/evidence/verify.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/crypto/statement.h"
#include "engine/evidence/finding.h"
#include "engine/evidence/manifest.h"
#include "engine/evidence/request.h"
#include "engine/evidence/seal.h"

enum { MUTATIONS = 20000, ALLOCATIONS_MAX = 20000, STEP_AFTER = 200 };

static sample_keys keys;
static sample_folder folder;
static char dossier[128];

static int seal_sample(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    sample_keys_make(&keys);
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(dossier, sizeof dossier, "%s/dossier", folder);
    return sample_seal(dossier, &sample.content, &keys, false, NULL) == AT_OK ? 0 : -1;
}

static int clear_sample(void **state) {
    (void)state;
    sample_folder_clear(&folder);
    sample_folder_clear(&keys.folder);
    return 0;
}

static at_status verify(at_error *err) {
    const char *const roots[] = {keys.public};
    at_verification verified;
    const at_verify_request request = {.dossier = dossier, .root_paths = roots, .root_count = 1};
    return at_bundle_verify(&verified, &request, err);
}

/* --- Memory --- */

/* Every allocation near the start; then one in thirteen, which meets every place that loops. */
static uint64_t next_failure(uint64_t n) {
    return n + (n < STEP_AFTER ? 1 : 13);
}

static void test_verifying_without_memory(void **state) {
    (void)state;
    for (uint64_t n = 1;; n = next_failure(n)) {
        at_error err = {0};
        at_memory_fail_after(n);
        const at_status status = verify(&err);
        at_memory_fail_after(0);
        if (status == AT_OK)
            break;
        if (status != AT_NO_MEMORY || strcmp(err.code, "E-MEMORY") != 0)
            fail_msg("allocation %d: status %d, \"%s\"", (int)n, status, err.message);
        assert_in_range(n, 1, ALLOCATIONS_MAX);
    }
}

static void test_sealing_without_memory(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    sample_bundle sample;
    char path[128], part[160], head[65];
    memset(head, 'a', 64);
    head[64] = '\0';
    sample_key_open(&key, &keys, false);
    sample_bundle_init(&sample, &arena);
    snprintf(path, sizeof path, "%s/second", folder);
    snprintf(part, sizeof part, "%s.part", path);
    const at_seal_request request = {.key = key, .custody_head = head, .builder = "gcc"};
    for (uint64_t n = 1;; n = next_failure(n)) {
        at_dossier *made = NULL;
        at_error err = {0};
        at_memory_fail_after(n);
        at_status status = at_dossier_begin(&made, path, &sample.content, true, &err);
        if (status == AT_OK)
            status = at_dossier_seal(made, &request, &err);
        at_memory_fail_after(0);
        at_dossier_close(&made);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_NO_MEMORY);
        assert_int_equal(at_file_kind_of(part), AT_FILE_NONE);
        assert_in_range(n, 1, ALLOCATIONS_MAX);
    }
    assert_int_equal(at_file_kind_of(path), AT_FILE_FOLDER);
}

/* --- Disk --- */

static void test_places_that_cannot_be_written(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    at_error err = {0};
    sample_bundle_init(&sample, &arena);
    const at_status status = sample_seal("/proc/dossier", &sample.content, &keys, false, &err);
    assert_true(status == AT_IO || status == AT_BAD_INPUT);
    assert_true(err.message[0] != '\0');
}

/* The disk is full: files may not grow past a limit. */
static void test_a_full_disk(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    char path[128];
    sample_bundle_init(&sample, &arena);
    snprintf(path, sizeof path, "%s/third", folder);
    const struct rlimit limit = {200, 200};
    struct rlimit before;
    at_error err = {0};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit lowered = {limit.rlim_cur, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lowered), 0);
    const at_status status = sample_seal(path, &sample.content, &keys, false, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, AT_IO);
    assert_int_equal(at_file_kind_of(path), AT_FILE_NONE);
}

/* --- Hostile bytes --- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Up to four edits: a byte changed, removed or added, a piece cut out or doubled. */
static void mutate(at_text *out, const at_text *file, uint64_t *seed) {
    at_text_reset(out);
    assert_int_equal(at_text_add_bytes(out, file->data, file->bytes, NULL), AT_OK);
    for (uint64_t edits = next_random(seed) % 4 + 1; edits > 0 && out->bytes > 1; edits--) {
        const size_t at = next_random(seed) % out->bytes;
        const size_t piece = 1 + next_random(seed) % (out->bytes - at);
        switch (next_random(seed) % 4) {
        case 0:
            out->data[at] = (char)next_random(seed);
            break;
        case 1:
            out->data[at] ^= (char)(1 << next_random(seed) % 8);
            break;
        case 2:
            memmove(out->data + at, out->data + at + piece, out->bytes - at - piece);
            out->bytes -= piece;
            break;
        default:
            if (piece < 512)
                assert_int_equal(at_text_add_bytes(out, file->data, piece, NULL), AT_OK);
        }
    }
}

/* Each reader of hostile bytes by itself; only that it returns is asked, and that what it takes is
 * what it would write. */
static void read_mutant(const char *path, const at_text *text) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text again = {0};
    at_error err = {0};
    if (strstr(path, "seal.txt") != NULL) {
        at_signed_statement seal;
        if (at_signed_statement_parse(&seal, at_text_string(text), text->bytes, AT_SEAL_TYPE,
                                      at_seal_keys, &arena, &err) == AT_OK) {
            assert_int_equal(at_signed_statement_format(&again, &seal, &err), AT_OK);
            assert_int_equal(again.bytes, text->bytes);
        }
    } else if (strstr(path, "manifest") != NULL) {
        at_manifest manifest;
        if (at_manifest_parse(&manifest, at_text_string(text), text->bytes, AT_SHA256, &arena,
                              &err) == AT_OK) {
            assert_int_equal(at_manifest_format(&again, &manifest, &err), AT_OK);
            assert_int_equal(again.bytes, text->bytes);
        }
    } else if (strstr(path, "findings") != NULL) {
        at_finding_row *read = NULL;
        size_t count = 0;
        if (at_findings_read(&read, &count, at_text_string(text), text->bytes, &arena, &err) ==
            AT_OK)
            assert_true(count <= text->bytes);
    } else if (strstr(path, "request") != NULL) {
        at_json *json = NULL;
        if (at_json_parse(&json, at_text_string(text), text->bytes, "mutant", &err) == AT_OK) {
            (void)!at_request_render(&again, at_json_root(json), 1, &err);
            at_json_close(&json);
        }
    } else {
        at_case_view view;
        if (at_case_view_open(&view, at_text_string(text), text->bytes, &err) == AT_OK)
            at_case_view_close(&view);
    }
}

static void test_mutants_of_every_document(void **state) {
    (void)state;
    static const char *const paths[] = {
        "review/0001-seal.txt", "bundle/manifest-sha256.txt", "bundle/data/findings/q2.jsonl",
        "bundle/data/request/freeze-request.json", "bundle/data/derivation/case.json"};
    uint64_t seed = 20261121;
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        AT_CLEANUP(at_text_clear) at_text file = {0};
        AT_CLEANUP(at_text_clear) at_text mutant = {0};
        sample_read(&file, dossier, paths[i]);
        for (size_t round = 0; round < MUTATIONS / AT_COUNT(paths); round++) {
            mutate(&mutant, &file, &seed);
            read_mutant(paths[i], &mutant);
        }
    }
}

/* The whole verifier over files of the bundle that were sealed as they are: whatever it answers, a
 * bundle with another byte than the maker's never comes out good. */
static void test_mutants_under_a_true_seal(void **state) {
    (void)state;
    static const char *const paths[] = {"bundle/data/bundle.json",
                                        "bundle/data/records/index.jsonl",
                                        "bundle/data/findings/q1.jsonl",
                                        "bundle/data/findings/q2.jsonl",
                                        "bundle/data/request/freeze-request.json",
                                        "bundle/bagit.txt",
                                        "bundle/bag-info.txt"};
    uint64_t seed = 4;
    for (size_t i = 0; i < AT_COUNT(paths); i++) {
        AT_CLEANUP(at_text_clear) at_text file = {0};
        AT_CLEANUP(at_text_clear) at_text mutant = {0};
        sample_read(&file, dossier, paths[i]);
        for (size_t round = 0; round < 60; round++) {
            at_error err = {0};
            mutate(&mutant, &file, &seed);
            if (mutant.bytes == file.bytes && memcmp(mutant.data, file.data, file.bytes) == 0)
                continue;
            sample_write(dossier, paths[i], mutant.data, mutant.bytes);
            assert_int_equal(verify(&err), AT_TAMPERED);
            sample_reseal(dossier, &keys);
            const at_status status = verify(&err);
            /* Sealed anew, a changed argument or note is the maker's word; all else is refused. */
            if (status != AT_BAD_INPUT && status != AT_OK)
                fail_msg("%s: status %d, \"%s\"", paths[i], status, err.message);
        }
        sample_write(dossier, paths[i], file.data, file.bytes);
        sample_reseal(dossier, &keys);
    }
    assert_int_equal(verify(NULL), AT_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verifying_without_memory),
        cmocka_unit_test(test_sealing_without_memory),
        cmocka_unit_test(test_places_that_cannot_be_written),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_mutants_of_every_document),
        cmocka_unit_test(test_mutants_under_a_true_seal),
    };
    return cmocka_run_group_tests(tests, seal_sample, clear_sample);
}
