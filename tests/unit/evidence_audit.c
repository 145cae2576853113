/* Goal: a bundle that was sealed as it stands but contradicts itself is called malformed, and the
 * file is named - no seal makes a wrong sum right.
 * Method: one table; a row edits one file of the sample bundle by replacing a text, and the whole
 * bundle is sealed again by the same trusted key. Every row starts from an untouched copy. */
#include "engine/evidence/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/evidence/verify.h"

static sample_keys keys;
static sample_folder folder;
static char dossier[128], pristine[128];

static int seal_sample(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    sample_bundle sample;
    at_error err = {0};
    sample_keys_make(&keys);
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(pristine, sizeof pristine, "%s/pristine", folder);
    snprintf(dossier, sizeof dossier, "%s/dossier", folder);
    return sample_seal(pristine, &sample.content, &keys, false, &err) == AT_OK ? 0 : -1;
}

static int clear_sample(void **state) {
    (void)state;
    sample_folder_clear(&folder);
    sample_folder_clear(&keys.folder);
    return 0;
}

#define SUMMARY "data/bundle.json"
#define Q1 "data/findings/q1.jsonl"
#define Q2 "data/findings/q2.jsonl"
#define INDEX "data/records/index.jsonl"
#define REQUEST "data/request/freeze-request.json"

static const struct {
    const char *story, *path, *from, *to;
    const char *named; /* the file blamed; NULL = path */
} rows[] = {
    {"a blank between members", SUMMARY, "\"case\":", "\"case\": ", NULL},
    {"a byte order mark", SUMMARY, "{\"answers\"", "\xef\xbb\xbf{\"answers\"", NULL},
    {"members in another order", SUMMARY, "\"as_of\":\"2026-11-21\",\"case\":\"2026-014\"",
     "\"case\":\"2026-014\",\"as_of\":\"2026-11-21\"", NULL},
    {"a member twice", SUMMARY, "\"case\":\"2026-014\",", "\"case\":\"2026-014\",\"case\":\"x\",",
     NULL},
    {"a member nobody knows", SUMMARY, "\"revision\":12", "\"revision\":12,\"s\":1", NULL},
    {"a note nobody knows", SUMMARY,
     "\"partial_sources\":", "\"note\":\"x\",\"partial_sources\":", NULL},
    {"a number with a fraction", SUMMARY, "\"revision\":12", "\"revision\":12.0", NULL},
    {"a number past 2^53", SUMMARY, "\"revision\":12", "\"revision\":9007199254740993", NULL},
    {"a number with an exponent", SUMMARY, "\"revision\":12", "\"revision\":1e1", NULL},
    {"a leading zero", SUMMARY, "\"revision\":12", "\"revision\":012", NULL},
    {"half a surrogate pair", SUMMARY, "\"release\":\"0.1.0\"", "\"release\":\"\\ud800\"", NULL},
    {"bytes that are not UTF-8", SUMMARY, "\"release\":\"0.1.0\"", "\"release\":\"\xff\"", NULL},
    {"an escape that was not needed", SUMMARY, "\"release\":\"0.1.0\"", "\"release\":\"\\u0041\"",
     NULL},
    {"two line ends", SUMMARY, "}\n", "}\n\n", NULL},
    {"no line end", SUMMARY, "}]}\n", "}]}", NULL},
    {"bytes after the document", SUMMARY, "}]}\n", "}]}{}\n", NULL},
    {"another revision than the seal's", SUMMARY, "\"revision\":12", "\"revision\":11", NULL},
    {"another date than the case's", SUMMARY, "2026-11-21", "2026-11-22", NULL},
    {"a schema of the future", SUMMARY, "assettrace/bundle/1", "assettrace/bundle/9", NULL},
    {"a wrong count of records", SUMMARY, "\"records\":6,\"rows\"", "\"records\":7,\"rows\"", NULL},
    {"a wrong count of rows", SUMMARY, "\"rows\":6}", "\"rows\":5}", NULL},
    {"a wrong count of answers", SUMMARY, "\"counts\":{\"answers\":2", "\"counts\":{\"answers\":3",
     NULL},
    {"a source with other records", SUMMARY, "\"records\":6}]", "\"records\":5}]", NULL},
    {"an answer that lies elsewhere", SUMMARY, "\"file\":\"data/findings/q1.jsonl\"",
     "\"file\":\"data/findings/q2.jsonl\"", NULL},
    {"an answer with other columns", SUMMARY, "{\"name\":\"hops\",\"type",
     "{\"name\":\"steps\",\"type", Q1},
    {"an answer with more rows", SUMMARY, "\"rows\":3,\"schema\":\"assettrace/network",
     "\"rows\":4,\"schema\":\"assettrace/network", Q1},
    {"another case", "data/derivation/case.json", "2026-014", "2026-015", NULL},
    {"a case that is no JSON", "data/derivation/case.json", "{", "[", NULL},
    {"another date in the case than in the summary", "data/derivation/case.json",
     "\"as_of\": \"2026-11-21\"", "\"as_of\": \"2026-11-20\"", SUMMARY},
    {"an exclusion the request does not know", "data/derivation/case.json", "HOME-1", "LAND-9",
     REQUEST},
    {"a row that is not canonical", Q1, "\"row\":2", "\"row\": 2", NULL},
    {"a row with a member more", Q1, "\"row\":2,", "\"row\":2,\"s\":1,", NULL},
    {"a row out of sequence", Q1, "\"row\":2", "\"row\":7", NULL},
    {"a cell that is a number", Q1, "\"hops\":\"1\"", "\"hops\":1", NULL},
    {"a grade nobody knows", Q1, "\"observed\"", "\"certain\"", NULL},
    {"more sources than support", Q2, "\"support\":2", "\"support\":1", NULL},
    {"a source that is no address", Q1, ":0+", ":0-", NULL},
    {"a source that is not in the bundle", Q1, ":0+", ":1+", NULL},
    {"a value the request does not have", Q2, "\"value\":\"120000000\"", "\"value\":\"130000000\"",
     REQUEST},
    {"a value that is no amount", Q2, "\"value\":\"120000000\"", "\"value\":\"1.5\"", REQUEST},
    {"an item the request does not have", Q2, "\"thing\":\"LAND-9\"", "\"thing\":\"LAND-8\"",
     REQUEST},
    {"an index that is not canonical", INDEX, "\"line\":1", "\"line\": 1", NULL},
    {"an index line at another address", INDEX, ":0+", ":1+", NULL},
    {"an index line for another file", INDEX, "/0-", "/1-", NULL},
    {"an index with another hash", INDEX, "\"sha256\":\"", "\"sha256\":\"0", NULL},
    {"a total that is not the sum", REQUEST,
     "\"field\":\"total\",\"sources\":[],\"value\":\"120000000\"",
     "\"field\":\"total\",\"sources\":[],\"value\":\"220000000\"", NULL},
    {"a total in another currency", REQUEST, "{\"currency\":\"IQD\",\"field\":\"total\"",
     "{\"currency\":\"EUR\",\"field\":\"total\"", NULL},
    {"no total", REQUEST, "\"field\":\"total\"", "\"field\":\"sum\"", NULL},
    {"an item that is left out no more", REQUEST, "\"field\":\"excluded\"", "\"field\":\"note\"",
     NULL},
    {"no section on property", REQUEST, "\"section\":\"D\"", "\"section\":\"Q\"", NULL},
    {"an attachment with another hash", REQUEST,
     "\"field\":\"attachment\",\"sources\":[],\"value\":\"",
     "\"field\":\"attachment\",\"sources\":[],\"value\":\"0", NULL},
    {"a record cited by the request alone is not there", REQUEST, ":0+", ":3+", NULL},
    {"an entry with a member more", REQUEST, "\"field\":\"case\",", "\"field\":\"case\",\"s\":1,",
     NULL},
    {"another case in the request", REQUEST, "{\"case\":\"2026-014\"", "{\"case\":\"2026-015\"",
     NULL},
    {"other currencies in the request", REQUEST, "\"code\":\"IQD\",\"scale\":3",
     "\"code\":\"IQD\",\"scale\":2", NULL},
    {"a request with another word", REQUEST, "\"value\":\"asset-freeze\"",
     "\"value\":\"asset-sale\"", "data/request/freeze-request.en.txt"},
    {"a text with another word", "data/request/freeze-request.fa.txt", "LAND-9", "LAND-8", NULL},
    {"a schema that is not canonical", "data/schema/bundle.json", "{", "{ ", NULL},
    {"a bag of another version", "bagit.txt", "1.0", "0.97", NULL},
    {"carriage returns in bagit.txt", "bagit.txt", "1.0\n", "1.0\r\n", NULL},
    {"a blank before the colon", "bagit.txt", "Version:", "Version :", NULL},
    {"a date in bag-info.txt", "bag-info.txt", "Payload", "Bagging-Date: 2026-01-01\nPayload",
     NULL},
    {"another Oxum", "bag-info.txt", "Oxum: ", "Oxum: 1", NULL},
    {"another identifier", "bag-info.txt", "2026-014", "2026-015", NULL},
};

static void start_over(void) {
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", dossier, pristine, dossier);
    assert_int_equal(system(command), 0);
}

static void edit(const char *path, const char *from, const char *to) {
    AT_CLEANUP(at_text_clear) at_text file = {0};
    AT_CLEANUP(at_text_clear) at_text edited = {0};
    char bundle[160];
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    sample_read(&file, bundle, path);
    const char *at = strstr(file.data, from);
    if (at == NULL)
        fail_msg("\"%s\" is not in %s", from, path);
    assert_int_equal(at_text_add_bytes(&edited, file.data, (size_t)(at - file.data), NULL), AT_OK);
    assert_int_equal(at_text_add(&edited, to, NULL), AT_OK);
    assert_int_equal(at_text_add(&edited, at + strlen(from), NULL), AT_OK);
    sample_write(bundle, path, edited.data, edited.bytes);
}

static at_status verify(at_error *err) {
    const char *const roots[] = {keys.public};
    at_verification verified;
    const at_verify_request request = {.dossier = dossier, .root_paths = roots, .root_count = 1};
    return at_bundle_verify(&verified, &request, err);
}

static void expect_malformed(const char *story, const char *named) {
    at_error err = {0};
    sample_reseal(dossier, &keys);
    const at_status status = verify(&err);
    if (status != AT_BAD_INPUT || strstr(err.message, named) == NULL)
        fail_msg("%s: status %d, \"%s\" (%s)", story, status, err.message, err.place);
}

static void test_contradictions(void **state) {
    (void)state;
    at_error err = {0};
    start_over();
    sample_reseal(dossier, &keys);
    assert_int_equal(verify(&err), AT_OK); /* sealing anew alone changes nothing */
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        start_over();
        edit(rows[i].path, rows[i].from, rows[i].to);
        expect_malformed(rows[i].story, rows[i].named != NULL ? rows[i].named : rows[i].path);
    }
}

/* --- Files too many and too few --- */

static void test_files_that_belong_to_nothing(void **state) {
    (void)state;
    static const char *const added[] = {
        "bundle/data/extra.json", "bundle/data/records/extra.bin", "bundle/data/findings/q3.jsonl",
        "bundle/data/request/freeze-request.ku.txt", "bundle/data/schema/extra.json"};
    for (size_t i = 0; i < AT_COUNT(added); i++) {
        start_over();
        sample_write(dossier, added[i], "{}\n", 3);
        expect_malformed("a file too many", added[i]);
    }
}

static void test_files_that_are_wanted(void **state) {
    (void)state;
    static const char *const removed[] = {SUMMARY,
                                          Q1,
                                          INDEX,
                                          REQUEST,
                                          "data/derivation/case.json",
                                          "data/request/freeze-request.ru.txt"};
    for (size_t i = 0; i < AT_COUNT(removed); i++) {
        char path[300];
        start_over();
        snprintf(path, sizeof path, "%s/bundle/%s", dossier, removed[i]);
        assert_int_equal(remove(path), 0);
        *strrchr(path, '/') = '\0';
        (void)rmdir(path); /* an empty folder would be blamed instead */
        expect_malformed("a file too few", removed[i]);
    }
}

/* The first record's bytes, and the first and second line of the index. */
static void test_records(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text index = {0};
    AT_CLEANUP(at_text_clear) at_text turned = {0};
    char path[200], bundle[160], full[400];
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    start_over();
    sample_read(&index, bundle, INDEX);
    const char *at = strstr(index.data, "\"path\":\"") + strlen("\"path\":\"");
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
    edit(path, "P1", "P2");
    expect_malformed("a record with other bytes", INDEX);
    start_over();
    edit(path, "P1", "P1 ");
    expect_malformed("a record with a byte more", INDEX);
    start_over();
    snprintf(full, sizeof full, "%s/%s", bundle, path);
    assert_int_equal(remove(full), 0);
    expect_malformed("a record too few", INDEX);

    start_over();
    const char *second = strchr(index.data, '\n') + 1, *third = strchr(second, '\n') + 1;
    assert_int_equal(at_text_add_bytes(&turned, second, (size_t)(third - second), NULL), AT_OK);
    assert_int_equal(at_text_add_bytes(&turned, index.data, (size_t)(second - index.data), NULL),
                     0);
    assert_int_equal(at_text_add(&turned, third, NULL), AT_OK);
    sample_write(bundle, INDEX, turned.data, turned.bytes);
    expect_malformed("an index out of order", INDEX);
    sample_write(bundle, INDEX, second, strlen(second));
    expect_malformed("a record without its line", "not in the bundle");
}

/* --- Manifests and seals that are signed as they stand --- */

static const struct {
    const char *story, *path, *from, *to;
} papers[] = {
    {"manifests that disagree about a name", "manifest-sha512.txt", "q1.jsonl", "q1.jsonk"},
    {"a file that only one manifest lists", "manifest-sha512.txt", "data/schema/record.json",
     "data/schema/recorz.json"},
    {"a manifest in binary mode", "manifest-sha256.txt", "  data/", " *data/"},
    {"a manifest reaching out", "manifest-sha256.txt", "  data/bundle.json", "  data/../a.json"},
    {"a manifest of tag files", "manifest-sha256.txt", "  data/bundle.json", "  bagit.txt"},
};

static void test_papers(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(papers); i++) {
        at_error err = {0};
        print_message("  %s\n", papers[i].story);
        start_over();
        edit(papers[i].path, papers[i].from, papers[i].to);
        sample_reseal_tags(dossier, &keys);
        assert_int_equal(verify(&err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-MANIFEST-FORMAT");
    }
}

static void test_tag_manifests(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } edits[] = {
        {"  bagit.txt", "  bagiu.txt"}, {"\n", "\n\n"}, {"bag-info.txt\n", "bag-info.txt\n#"}};
    for (size_t i = 0; i < AT_COUNT(edits); i++) {
        at_error err = {0};
        start_over();
        edit("tagmanifest-sha256.txt", edits[i].from, edits[i].to);
        sample_resign(dossier, &keys, NULL);
        assert_int_equal(verify(&err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-MANIFEST-FORMAT");
    }
}

static void test_seals_that_list_more(void **state) {
    (void)state;
    at_statement_hash more = {.path = "review/other.txt"};
    at_error err = {0};
    memset(more.sha256, 'a', sizeof more.sha256 - 1);
    start_over();
    sample_resign(dossier, &keys, &more);
    assert_int_equal(verify(&err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-SEAL-FIELD");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_files_that_belong_to_nothing),
        cmocka_unit_test(test_files_that_are_wanted),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_papers),
        cmocka_unit_test(test_tag_manifests),
        cmocka_unit_test(test_seals_that_list_more),
    };
    return cmocka_run_group_tests(tests, seal_sample, clear_sample);
}
