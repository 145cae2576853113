/* Goal: a bundle is a function of its content alone, public tools agree that it is whole, and what
 * cannot be sealed is refused with a reason and leaves nothing behind.
 * Method: the sample case, sealed under different circumstances; a table of contents that must be
 * refused; sha256sum, sha512sum and minisign as judges. */
#include "engine/evidence/bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/evidence/bagit.h"
#include "engine/evidence/layout.h"
#include "engine/evidence/manifest.h"
#include "engine/evidence/phrase.h"
#include "engine/evidence/request.h"
#include "engine/evidence/verify.h"

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

static void test_same_content_same_bytes(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    at_bundle_summary first, second;
    char path[128];
    at_error err = {0};
    sample_folder_make(folder);
    for (int round = 0; round < 2; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        sample_bundle sample;
        at_bundle_record turned[SAMPLE_RECORDS + 2];
        sample_bundle_init(&sample, &arena);
        if (round ==
            1) { /* other order, a record twice, one nobody cites; another clock and zone */
            for (size_t i = 0; i < SAMPLE_RECORDS; i++)
                turned[i] = sample.records[SAMPLE_RECORDS - 1 - i];
            turned[SAMPLE_RECORDS] = sample.records[2];
            turned[SAMPLE_RECORDS + 1] = sample.records[3];
            turned[SAMPLE_RECORDS + 1].id = 999;
            sample.content.records = turned;
            sample.content.record_count = AT_COUNT(turned);
            setenv("TZ", "Asia/Tehran", 1);
            setenv("LC_ALL", "fa_IR.UTF-8", 1);
        }
        snprintf(path, sizeof path, "%s/bag%d", folder, round);
        assert_int_equal(
            at_bundle_write(round == 0 ? &first : &second, path, &sample.content, &err), AT_OK);
    }
    assert_string_equal(first.id, second.id);
    assert_int_equal(first.records, SAMPLE_RECORDS);
    assert_int_equal(first.rows, 6);
    assert_int_equal(first.bytes, second.bytes);
    assert_int_equal(sample_run(folder, "diff", "-r bag0 bag1"), 0);
    snprintf(path, sizeof path, "%s/bag0", folder);
    assert_int_equal(at_bagit_validate(path, &err), AT_OK);
}

static void test_one_amount_more_is_another_bundle(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    at_bundle_summary made[2];
    char path[128];
    at_error err = {0};
    sample_folder_make(folder);
    for (int round = 0; round < 2; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        sample_bundle sample;
        sample_bundle_init(&sample, &arena);
        sample.tables[1].rows[2].cells[4].integer += round;
        snprintf(path, sizeof path, "%s/bag%d", folder, round);
        assert_int_equal(at_bundle_write(&made[round], path, &sample.content, &err), AT_OK);
    }
    assert_string_not_equal(made[0].id, made[1].id);
}

static void test_what_the_files_say(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    sample_bundle sample;
    at_bundle_summary made;
    char path[128], hash[AT_SHA256_TEXT_BYTES];
    char record[AT_RECORD_PATH_BYTES];
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(path, sizeof path, "%s/bag", folder);
    assert_int_equal(at_bundle_write(&made, path, &sample.content, &err), AT_OK);

    sample_read(&text, path, AT_PATH_CASE); /* byte for byte */
    assert_int_equal(text.bytes, sample.content.case_file.bytes);
    assert_memory_equal(text.data, sample.content.case_file.data, text.bytes);

    for (size_t i = 0; i < SAMPLE_RECORDS; i++) {
        at_record_path(record, &sample.records[i].address);
        sample_read(&text, path, record);
        assert_int_equal(text.bytes, sample.records[i].bytes.bytes);
        assert_memory_equal(text.data, sample.records[i].bytes.data, text.bytes);
    }
    sample_read(&text, path, "data/findings/q2.jsonl");
    assert_non_null(strstr(text.data,
                           "{\"cells\":{\"currency\":\"IQD\",\"kind\":\"asset\",\"share\":"
                           "\"0.250000000\",\"share_hi\":\"1.000000000\",\"thing\":"
                           "\"LAND-9\",\"value\":\"120000000\"},\"grade\":"
                           "\"corroborated\",\"row\":3,\"sources\":[\""));
    assert_non_null(strstr(text.data, "\"value\":null"));

    sample_read(&text, path, AT_PATH_REQUEST);
    assert_non_null(strstr(text.data, "{\"currency\":\"IQD\",\"field\":\"total\",\"sources\":[],"
                                      "\"value\":\"120000000\"}")); /* the home is left out */
    assert_non_null(strstr(text.data, "\"value\":\"family home\""));
    assert_non_null(strstr(text.data, "{\"by\":\"H\",\"field\":\"issuing_state\"}"));
    assert_non_null(strstr(text.data, "\"value\":\"q1: HUB_CUT: 1 hub, 20 ties left out\""));

    sample_read(&text, path, "bag-info.txt");
    assert_non_null(strstr(text.data, "External-Identifier: assettrace:2026-014\nPayload-Oxum: "));
    assert_null(strstr(text.data, "Date"));
    sample_read(&text, path, AT_PATH_TAG_MANIFEST);
    assert_int_equal(at_sha256_text(hash, text.data, text.bytes, &err), AT_OK);
    assert_string_equal(hash, made.id);
}

static void test_every_language_is_whole(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text json = {0};
    static const char *const codes[AT_PHRASE_LANGUAGES] = {"en", "fa", "ar", "ru", "az"};
    at_error err = {0};
    sample_bundle sample;
    at_bundle_summary made;
    char path[128], name[AT_REQUEST_PATH_BYTES];
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(path, sizeof path, "%s/bag", folder);
    assert_int_equal(at_bundle_write(&made, path, &sample.content, &err), AT_OK);
    sample_read(&json, path, AT_PATH_REQUEST);
    for (const char *at = strstr(json.data, "\"field\":\""); at; at = strstr(at, "\"field\":\"")) {
        char field[64];
        at += strlen("\"field\":\"");
        snprintf(field, sizeof field, "%.*s", (int)strcspn(at, "\""), at);
        for (int language = 0; language < AT_PHRASE_LANGUAGES; language++)
            if (at_phrase(field, language) == NULL || *at_phrase(field, language) == '\0')
                fail_msg("no words for \"%s\" in %s", field, codes[language]);
    }
    for (int language = 0; language < AT_PHRASE_LANGUAGES; language++) {
        AT_CLEANUP(at_text_clear) at_text page = {0};
        assert_int_equal(at_phrase_language(codes[language]), language);
        at_request_text_path(name, codes[language]);
        sample_read(&page, path, name);
        assert_true(at_utf8_valid(page.data, page.bytes, NULL));
        assert_non_null(strstr(page.data, "LAND-9"));
        assert_non_null(strstr(page.data, "120000.000 IQD")); /* ISO 4217: three decimals */
        assert_non_null(strstr(page.data, at_phrase("text.open", language)));
        assert_non_null(strstr(page.data, "[1]"));
    }
    assert_int_equal(at_phrase_language("ku"), -1);
}

static void test_public_tools_agree(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_error err = {0};
    sample_bundle sample;
    char dossier[128], bundle[160], arguments[256];
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(dossier, sizeof dossier, "%s/dossier", folder);
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    if (sample_seal(dossier, &sample.content, &keys, false, &err) != AT_OK)
        fail_msg("%s", err.message);
    assert_int_equal(sample_run(bundle, "sha256sum", "-c --strict tagmanifest-sha256.txt"), 0);
    assert_int_equal(sample_run(bundle, "sha256sum", "-c --strict manifest-sha256.txt"), 0);
    assert_int_equal(sample_run(bundle, "sha512sum", "-c --strict manifest-sha512.txt"), 0);
    assert_int_equal(sample_run(dossier, "sha256sum", "-c review/0001-seal.txt"), 0);
    snprintf(arguments, sizeof arguments, "-VHm review/0001-seal.txt -p %s", keys.public);
    const int minisign = sample_run(dossier, "minisign", arguments);
    if (minisign < 0)
        print_message("SKIPPED: minisign is not installed, so it did not judge the seal\n");
    else
        assert_int_equal(minisign, 0);
    const char *const roots[] = {keys.public};
    at_verification verified;
    const at_verify_request request = {.dossier = dossier, .root_paths = roots, .root_count = 1};
    if (at_bundle_verify(&verified, &request, &err) != AT_OK)
        fail_msg("%s", err.message);
    assert_true(verified.known);
    assert_false(verified.test);
    assert_string_equal(verified.case_id, "2026-014");
    assert_int_equal(verified.revision, 12);
    assert_int_equal(verified.records, SAMPLE_RECORDS);
    assert_int_equal(verified.rows, 6);
}

/* --- What a fact says in a request --- */

static void test_facts(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    sample_bundle sample;
    at_cites cites;
    at_fact facts[4] = {at_fact_new(AT_PARTY), at_fact_new(AT_PARTY), at_fact_new(AT_LISTING),
                        at_fact_new(AT_LEG)};
    sample_bundle_init(&sample, &arena);
    for (size_t i = 0; i < AT_COUNT(facts); i++)
        facts[i].record = 100 + (at_record_id)(i % 2);
    facts[0].party.birth = (at_date_range){-641, -276, AT_YEAR, "jalali", "۱۳۴۷"};
    facts[0].party.death = (at_date_range){0, 0, AT_DAY, "gregorian", "1970-01-01"};
    facts[0].party.father = "پدر";
    facts[0].party.founded_us = AT_US_PER_DAY;
    facts[0].party.dissolved_us = AT_US_PER_DAY + 1;
    facts[1].party.birth = (at_date_range){AT_DAY_NONE, AT_DAY_NONE, AT_DAY, NULL, "spring"};
    facts[1].party.father = "پدر";
    facts[2].listing.kind = "sanctions";
    facts[2].listing.list = "Sample list";
    facts[2].listing.number = "7";
    assert_int_equal(at_cites_init(&cites, sample.records, SAMPLE_RECORDS, &arena, &err), AT_OK);
    at_entry_list list = {.arena = &arena, .cites = &cites};
    for (size_t i = 0; i < AT_COUNT(facts); i++)
        assert_int_equal(at_entry_add_fact(&list, &facts[i], &err), AT_OK);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(at_text_print(&text, &err, "%s=%s (%zu)\n", list.items[i].field,
                                       list.items[i].value, list.items[i].source_count),
                         AT_OK);
    assert_string_equal(text.data, "birth_date=1968-03-31/1969-03-31 (۱۳۴۷) (1)\n"
                                   "death_date=1970-01-01 (1)\n"
                                   "father=پدر (2)\n"
                                   "founded=1970-01-02 (1)\n"
                                   "dissolved=1970-01-02T00:00:00.000001Z (1)\n"
                                   "birth_date=spring (1)\n"
                                   "listing=sanctions, Sample list, 7 (1)\n");
}

/* --- What cannot be sealed --- */

static void spoil_id(sample_bundle *sample) {
    sample->answers[0].id = "Q1";
}
static void spoil_case(sample_bundle *sample) {
    static const char text[] = "{\"id\": \"a case\"}";
    sample->content.case_file = (at_span){text, strlen(text)};
}
static void spoil_column(sample_bundle *sample) {
    static const char text[] = "{\"id\": \"c\", \"freeze\": {\"request\": \"q2.owner\"}}";
    sample->content.case_file = (at_span){text, strlen(text)};
}
static void spoil_reference(sample_bundle *sample) {
    static const char text[] = "{\"id\": \"c\", \"freeze\": {\"request\": \"q9.thing\"}}";
    sample->content.case_file = (at_span){text, strlen(text)};
}
static void spoil_json(sample_bundle *sample) {
    sample->content.case_file.bytes -= 4;
}
static void spoil_record(sample_bundle *sample) {
    sample->content.record_count = 3;
}
static void spoil_bytes(sample_bundle *sample) {
    sample->records[1].bytes.bytes--;
}
static void spoil_address(sample_bundle *sample) {
    sample->records[1].id = sample->records[2].id;
}
static void spoil_sum(sample_bundle *sample) {
    sample->tables[1].rows[0].cells[4] = (at_cell){.integer = INT64_MAX};
    at_cell_text(&sample->tables[1].rows[0].cells[5], "IQD");
}
static void spoil_text(sample_bundle *sample) {
    at_cell_text(&sample->tables[0].rows[1].cells[1], "broken \xff utf-8");
}
static void spoil_twice(sample_bundle *sample) {
    sample->answers[1].id = "q1";
}

static const struct {
    const char *story;
    void (*spoil)(sample_bundle *sample);
    at_status status;
    const char *code;
} refused[] = {
    {"a question id that can name no file", spoil_id, AT_BAD_INPUT, "E-BUNDLE-CASE"},
    {"a case id with a blank", spoil_case, AT_BAD_INPUT, "E-BUNDLE-CASE"},
    {"a freeze request for a column that is not there", spoil_column, AT_BAD_INPUT,
     "E-BUNDLE-CASE"},
    {"a freeze request for a question not asked", spoil_reference, AT_BAD_INPUT, "E-BUNDLE-CASE"},
    {"a case cut short", spoil_json, AT_BAD_INPUT, "E-JSON-SYNTAX"},
    {"an answer citing a record that was not given", spoil_record, AT_BUG, "E-BUG"},
    {"a record shorter than its address says", spoil_bytes, AT_BAD_INPUT, "E-BUNDLE-RECORD"},
    {"one record number for two addresses", spoil_address, AT_BUG, "E-BUG"},
    {"a sum past int64", spoil_sum, AT_LIMIT, "E-AMOUNT-RANGE"},
    {"a text that is not UTF-8", spoil_text, AT_BAD_INPUT, "E-JSON-WRITE"},
    {"two answers of one name", spoil_twice, AT_BAD_INPUT, "E-BAG-PATH"},
};

static void test_refusals_leave_nothing(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    sample_folder_make(folder);
    for (size_t i = 0; i < AT_COUNT(refused); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {0};
        sample_bundle sample;
        char dossier[128], part[160];
        print_message("  %s\n", refused[i].story);
        sample_bundle_init(&sample, &arena);
        refused[i].spoil(&sample);
        snprintf(dossier, sizeof dossier, "%s/dossier", folder);
        snprintf(part, sizeof part, "%s.part", dossier);
        assert_int_equal(sample_seal(dossier, &sample.content, &keys, false, &err),
                         refused[i].status);
        assert_string_equal(err.code, refused[i].code);
        assert_int_equal(at_file_kind_of(dossier), AT_FILE_NONE);
        assert_int_equal(at_file_kind_of(part), AT_FILE_NONE);
    }
}

static void test_dossiers_are_not_overwritten(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    at_error err = {0};
    sample_bundle sample;
    char dossier[128], other[128], head[65];
    memset(head, 'a', 64);
    head[64] = '\0';
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    sample_key_open(&key, &keys, false);
    snprintf(dossier, sizeof dossier, "%s/dossier/", folder); /* the slash is the shell's habit */
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(sample_seal(dossier, &sample.content, &keys, false, &err), AT_OK);
    assert_int_equal(sample_seal(dossier, &sample.content, &keys, false, &err), AT_REFUSED);
    assert_string_equal(err.code, "E-DOSSIER-EXISTS");

    AT_CLEANUP(at_dossier_close) at_dossier *again = NULL;
    const at_seal_request request = {.key = key, .custody_head = head, .builder = "gcc"};
    assert_int_equal(at_dossier_begin(&again, dossier, &sample.content, true, &err), AT_OK);
    assert_int_equal(at_dossier_seal(again, &request, &err), AT_OK);
    assert_int_equal(sample_run(folder, "test", "! -e dossier.part -a ! -e dossier.replaced"), 0);

    AT_CLEANUP(at_dossier_close) at_dossier *wrong = NULL;
    assert_int_equal(at_folder_make(other, 0755, &err), AT_OK);
    assert_int_equal(at_dossier_begin(&wrong, other, &sample.content, true, &err), AT_REFUSED);
    assert_int_equal(at_file_kind_of(other), AT_FILE_FOLDER);
}

static void test_test_keys_seal_no_evidence(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    AT_CLEANUP(at_dossier_close) at_dossier *dossier = NULL;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    sample_bundle sample;
    char path[128];
    sample_folder_make(folder);
    sample_bundle_init(&sample, &arena);
    snprintf(path, sizeof path, "%s/dossier", folder);
    sample_key_open(&key, &keys, true);
    const at_seal_request request = {.key = key, .custody_head = "", .builder = "gcc"};
    assert_int_equal(at_dossier_begin(&dossier, path, &sample.content, false, &err), AT_OK);
    assert_int_equal(at_dossier_seal(dossier, &request, &err), AT_REFUSED);
    assert_string_equal(err.code, "E-SEAL-TEST-KEY");
    at_dossier_close(&dossier);
    assert_int_equal(at_file_kind_of(path), AT_FILE_NONE);

    assert_int_equal(sample_seal(path, &sample.content, &keys, true, &err), AT_OK);
    sample_read(&text, path, AT_PATH_SEAL);
    assert_non_null(strstr(text.data, "\nmarking: TEST\n"));
    sample_read(&text, path, AT_PATH_SEAL_SIGNATURE);
    assert_non_null(strstr(text.data, "\ntrusted comment: TEST assettrace/seal/v1 "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_content_same_bytes),
        cmocka_unit_test(test_one_amount_more_is_another_bundle),
        cmocka_unit_test(test_what_the_files_say),
        cmocka_unit_test(test_every_language_is_whole),
        cmocka_unit_test(test_public_tools_agree),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_refusals_leave_nothing),
        cmocka_unit_test(test_dossiers_are_not_overwritten),
        cmocka_unit_test(test_test_keys_seal_no_evidence),
    };
    return cmocka_run_group_tests(tests, make_keys, clear_keys);
}
