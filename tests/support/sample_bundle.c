#include "tests/support/sample_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "engine/base/file.h"
#include "engine/crypto/signature.h"
#include "engine/evidence/seal.h"

static const char case_file[] =
    "{ \"schema\": \"assettrace/case/1\", \"id\": \"2026-014\",\n"
    "  \"title\": {\"en\": \"Harbour network\", \"fa\": \"شبکه بندر\"},\n"
    "  \"as_of\": \"2026-11-21\", \"purpose\": \"asset-freeze\",\n"
    "  \"legal_basis\": \"Act 7, art. 3\",\n"
    "  \"subjects\": [{\"ref\": \"s1\", \"id\": \"P1\"}],\n"
    "  \"questions\": [{\"id\": \"q1\", \"ask\": \"network\", \"of\": \"s1\"},\n"
    "                {\"id\": \"q2\", \"ask\": \"assets_of\", \"of\": \"s1\"}],\n"
    "  \"freeze\": {\"request\": \"q2.thing\",\n"
    "             \"exclude\": [{\"asset\": \"HOME-1\", \"reason\": \"family home\"}]},\n"
    "  \"output\": {\"languages\": [\"fa\", \"ar\", \"ru\", \"az\", \"en\"]} }\n";

static const char *const lines[SAMPLE_RECORDS] = {
    "P1,person,شخص نمونه,1968-04-02\n",
    "P1,national_id,0012345678\n",
    "LAND-9,land,Plot 9 north quay,120000000,IQD\n",
    "ACC-7,bank,Sample Harbour Bank,EUR,P1\n",
    "HOME-1,land,House 3,50000000,IQD\n",
    "T-104,ACC-7,ACC-8,2026-03-01,1250.00,EUR\n",
};

static const at_column network_columns[] = {{"thing", AT_COLUMN_ID, "member"},
                                            {"kind", AT_COLUMN_TEXT, "kind"},
                                            {"hops", AT_COLUMN_COUNT, "steps"},
                                            {0}};
static const at_column assets_columns[] = {{"thing", AT_COLUMN_ID, "thing"},
                                           {"kind", AT_COLUMN_TEXT, "kind"},
                                           {"share", AT_COLUMN_SHARE, "at least"},
                                           {"share_hi", AT_COLUMN_SHARE, "at most"},
                                           {"value", AT_COLUMN_AMOUNT, "value"},
                                           {"currency", AT_COLUMN_TEXT, "currency"},
                                           {0}};

static void check(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s", err->message);
}

static void add_records(sample_bundle *sample, at_arena *arena) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    char content[AT_SHA256_TEXT_BYTES];
    uint64_t offset = 0;
    for (size_t i = 0; i < SAMPLE_RECORDS; i++)
        check(at_text_add(&text, lines[i], &err), &err);
    check(at_sha256_text(content, text.data, text.bytes, &err), &err);
    (void)arena;
    for (size_t i = 0; i < SAMPLE_RECORDS; i++) {
        const size_t bytes = strlen(lines[i]);
        at_bundle_record *record = &sample->records[i];
        *record = (at_bundle_record){.id = (at_record_id)(100 + i),
                                     .address = {.offset = offset,
                                                 .bytes = bytes,
                                                 .line = i + 1,
                                                 .name_space = "basra-land",
                                                 .source_name = "register.csv"},
                                     .bytes = {lines[i], bytes},
                                     .importer = "assets_csv",
                                     .importer_version = 1};
        memcpy(record->address.content, content, sizeof content);
        offset += bytes;
    }
}

static void add_network_row(at_table *table, const char *thing, const char *kind, int64_t hops,
                            at_record_id record) {
    at_error err = {0};
    at_row *row = NULL;
    check(at_table_row(&row, table, &err), &err);
    at_cell_text(&row->cells[0], thing);
    at_cell_text(&row->cells[1], kind);
    at_cell_integer(&row->cells[2], hops);
    check(at_row_cite(row, table, record, &err), &err);
}

static void add_asset_row(at_table *table, const char *thing, const char *kind, int64_t value,
                          const char *currency, at_record_id record) {
    at_error err = {0};
    at_row *row = NULL;
    check(at_table_row(&row, table, &err), &err);
    at_cell_text(&row->cells[0], thing);
    at_cell_text(&row->cells[1], kind);
    at_cell_real(&row->cells[2], 0.25);
    at_cell_real(&row->cells[3], 1);
    at_cell_integer(&row->cells[4], value);
    at_cell_text(&row->cells[5], currency);
    row->grade = AT_CORROBORATED;
    check(at_row_cite(row, table, record, &err), &err);
    check(at_row_cite(row, table, 100, &err), &err);
}

static void add_answers(sample_bundle *sample, at_arena *arena) {
    static const at_bundle_argument arguments[] = {{"hops", "4"}, {"of", "P1"}};
    at_error err = {0};
    at_table_init(&sample->tables[0], "network", 1, network_columns, arena);
    add_network_row(&sample->tables[0], "P1", "party", 0, 100);
    add_network_row(&sample->tables[0], "ACC-7", "account", 1, 103);
    add_network_row(&sample->tables[0], "ACC-8", "account", 2, 105);
    check(at_table_note(&sample->tables[0], &err, "HUB_CUT", "1 hub, 20 ties left out"), &err);
    at_table_init(&sample->tables[1], "assets_of", 2, assets_columns, arena);
    add_asset_row(&sample->tables[1], "ACC-7", "account", AT_AMOUNT_NONE, "EUR", 103);
    add_asset_row(&sample->tables[1], "HOME-1", "asset", 50000000, "IQD", 104);
    add_asset_row(&sample->tables[1], "LAND-9", "asset", 120000000, "IQD", 102);
    sample->answers[0] = (at_bundle_answer){.id = "q1",
                                            .arguments = arguments,
                                            .argument_count = AT_COUNT(arguments),
                                            .table = &sample->tables[0]};
    sample->answers[1] = (at_bundle_answer){.id = "q2",
                                            .arguments = arguments + 1,
                                            .argument_count = 1,
                                            .table = &sample->tables[1],
                                            .limits = "only what the sources state"};
}

static void add_things(sample_bundle *sample) {
    at_fact *facts = sample->facts;
    sample->names[0] = (at_name){.text = "شخص نمونه", .kind = AT_NAME_PRIMARY};
    sample->names[1] = (at_name){.text = "Sample Person", .kind = AT_NAME_TRANSLITERATION};
    facts[0] = at_fact_new(AT_PARTY);
    facts[0].record = 100;
    facts[0].party.type = AT_PERSON;
    facts[0].party.names = sample->names;
    facts[0].party.name_count = 2;
    facts[0].party.birth = (at_date_range){-640, -640, AT_DAY, "gregorian", "1968-04-02"};
    facts[0].party.nationality = "IR";
    facts[1] = at_fact_new(AT_IDENTIFIER);
    facts[1].record = 101;
    facts[1].identifier.type = "national_id";
    facts[1].identifier.text = "0012345678";
    facts[2] = at_fact_new(AT_ASSET);
    facts[2].record = 102;
    facts[2].asset.type = "land";
    facts[2].asset.description = "Plot 9 north quay";
    facts[2].asset.place = "Basra";
    facts[2].asset.country = "IQ";
    facts[2].asset.value = 120000000;
    facts[2].asset.currency = "IQD";
    facts[3] = at_fact_new(AT_ACCOUNT);
    facts[3].record = 103;
    facts[3].account.kind = AT_ACCOUNT_BANK;
    facts[3].account.institution = "Sample Harbour Bank";
    facts[3].account.country = "IQ";
    facts[3].account.currency = "EUR";
    facts[3].account.opening = 500;
    facts[4] = at_fact_new(AT_ASSET);
    facts[4].record = 104;
    facts[4].asset.type = "land";
    facts[4].asset.place = "Old town";
    sample->things[0] = (at_bundle_thing){.ref = "s1", .id = "P1", .facts = facts, .fact_count = 2};
    sample->things[1] = (at_bundle_thing){.id = "LAND-9", .facts = facts + 2, .fact_count = 1};
    sample->things[2] = (at_bundle_thing){.id = "ACC-7", .facts = facts + 3, .fact_count = 1};
    sample->things[3] = (at_bundle_thing){.id = "HOME-1", .facts = facts + 4, .fact_count = 1};
}

void sample_bundle_init(sample_bundle *sample, at_arena *arena) {
    memset(sample, 0, sizeof *sample);
    add_records(sample, arena);
    add_answers(sample, arena);
    add_things(sample);
    sample->content = (at_bundle_content){.case_file = {case_file, strlen(case_file)},
                                          .revision = 12,
                                          .answers = sample->answers,
                                          .answer_count = AT_COUNT(sample->answers),
                                          .records = sample->records,
                                          .record_count = SAMPLE_RECORDS,
                                          .things = sample->things,
                                          .thing_count = AT_COUNT(sample->things),
                                          .release = "0.1.0",
                                          .source_tree = "unknown"};
}

void sample_folder_make(sample_folder out) {
    snprintf(out, sizeof(sample_folder), "/tmp/assettrace-test-XXXXXX");
    assert_non_null(mkdtemp(out));
}

void sample_folder_clear(sample_folder *folder) {
    at_error err = {0};
    at_memory_fail_after(0);
    check(at_folder_remove(*folder, &err), &err);
}

void sample_keys_make(sample_keys *keys) {
    at_error err = {0};
    const at_passphrase passphrase = at_passphrase_text("harbour");
    sample_folder_make(keys->folder);
    snprintf(keys->secret, sizeof keys->secret, "%s/engine.key", keys->folder);
    snprintf(keys->public, sizeof keys->public, "%s/engine.pub", keys->folder);
    snprintf(keys->test_secret, sizeof keys->test_secret, "%s/test.key", keys->folder);
    snprintf(keys->test_public, sizeof keys->test_public, "%s/test.pub", keys->folder);
    const at_key_request real = {.secret_path = keys->secret,
                                 .public_path = keys->public,
                                 .passphrase = &passphrase,
                                 .cost = {32768, 16777216}};
    const at_key_request test = {.secret_path = keys->test_secret,
                                 .public_path = keys->test_public};
    check(at_key_new(NULL, &real, &err), &err);
    check(at_key_new(NULL, &test, &err), &err);
}

void sample_key_open(at_key **out, const sample_keys *keys, bool test) {
    at_error err = {0};
    const at_passphrase passphrase = at_passphrase_text("harbour");
    check(at_key_open(out, test ? keys->test_secret : keys->secret, &passphrase, &err), &err);
}

at_status sample_seal(const char *folder, const at_bundle_content *content, const sample_keys *keys,
                      bool test, at_error *err) {
    AT_CLEANUP(at_dossier_close) at_dossier *dossier = NULL;
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    char head[AT_SHA256_TEXT_BYTES];
    memset(head, 'c', sizeof head - 1);
    head[sizeof head - 1] = '\0';
    sample_key_open(&key, keys, test);
    const at_seal_request request = {
        .key = key, .allow_test_key = test, .custody_head = head, .builder = "gcc 12.2.0"};
    AT_TRY(at_dossier_begin(&dossier, folder, content, false, err));
    return at_dossier_seal(dossier, &request, err);
}

int sample_run(const char *folder, const char *program, const char *arguments) {
    char command[1024];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    if (system(command) != 0)
        return -1;
    snprintf(command, sizeof command, "cd '%s' && %s %s >/dev/null 2>&1", folder, program,
             arguments);
    const int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void sample_read(at_text *out, const char *folder, const char *name) {
    char path[512];
    at_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    at_text_reset(out);
    check(at_file_read(out, path, 1 << 24, &err), &err);
}

void sample_write(const char *folder, const char *name, const void *data, size_t bytes) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)remove(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

/* --- A signer who lies --- */

static void hash_line(at_text *out, const char *folder, const char *name, at_hash_kind kind) {
    char path[512], hash[1][AT_HASH_TEXT_BYTES_MAX];
    at_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check(at_hash_file(hash, &kind, 1, path, &err), &err);
    check(at_text_print(out, &err, "%s  %s\n", hash[0], name), &err);
}

static void write_manifests(const char *bundle) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text sha256 = {0};
    AT_CLEANUP(at_text_clear) at_text sha512 = {0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    at_error err = {0};
    check(at_folder_walk(&entries, &count, bundle, &arena, &err), &err);
    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == AT_FILE_REGULAR && strncmp(entries[i].path, "data/", 5) == 0) {
            hash_line(&sha256, bundle, entries[i].path, AT_SHA256);
            hash_line(&sha512, bundle, entries[i].path, AT_SHA512);
        }
    sample_write(bundle, "manifest-sha256.txt", at_text_string(&sha256), sha256.bytes);
    sample_write(bundle, "manifest-sha512.txt", at_text_string(&sha512), sha512.bytes);
}

static void write_tags(const char *bundle) {
    static const char *const tags[] = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt",
                                       "manifest-sha512.txt"};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (size_t i = 0; i < AT_COUNT(tags); i++)
        hash_line(&text, bundle, tags[i], AT_SHA256);
    sample_write(bundle, "tagmanifest-sha256.txt", at_text_string(&text), text.bytes);
}

void sample_resign(const char *dossier, const sample_keys *keys, const at_statement_hash *more) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text old = {0};
    AT_CLEANUP(at_text_clear) at_text seal = {0};
    AT_CLEANUP(at_text_clear) at_text signature_text = {0};
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    at_signed_statement statement;
    at_statement_field fields[16];
    at_statement_hash hashes[2] = {{.path = "bundle/tagmanifest-sha256.txt"}};
    at_signature signature;
    at_error err = {0};
    char texts[1][AT_HASH_TEXT_BYTES_MAX], path[300];
    snprintf(path, sizeof path, "%s/bundle/tagmanifest-sha256.txt", dossier);
    check(at_hash_file(texts, (const at_hash_kind[]){AT_SHA256}, 1, path, &err), &err);
    memcpy(hashes[0].sha256, texts[0], sizeof hashes[0].sha256);
    if (more != NULL)
        hashes[1] = *more;
    sample_read(&old, dossier, "review/0001-seal.txt");
    check(at_signed_statement_parse(&statement, old.data, old.bytes, AT_SEAL_TYPE, at_seal_keys,
                                    &arena, &err),
          &err);
    for (size_t i = 0; i < statement.field_count; i++) {
        fields[i] = statement.fields[i];
        if (strcmp(fields[i].key, "bundle") == 0)
            fields[i].value = hashes[0].sha256;
    }
    statement.fields = fields;
    statement.hashes = hashes;
    statement.hash_count = more != NULL ? 2 : 1;
    check(at_signed_statement_format(&seal, &statement, &err), &err);
    sample_key_open(&key, keys, false);
    check(at_signature_make(&signature, key, seal.data, seal.bytes, "resealed", &err), &err);
    check(at_signature_format(&signature_text, &signature, &err), &err);
    sample_write(dossier, "review/0001-seal.txt", seal.data, seal.bytes);
    sample_write(dossier, "review/0001-seal.txt.minisig", signature_text.data,
                 signature_text.bytes);
}

void sample_reseal_tags(const char *dossier, const sample_keys *keys) {
    char bundle[256];
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    write_tags(bundle);
    sample_resign(dossier, keys, NULL);
}

void sample_reseal(const char *dossier, const sample_keys *keys) {
    char bundle[256];
    snprintf(bundle, sizeof bundle, "%s/bundle", dossier);
    write_manifests(bundle);
    sample_reseal_tags(dossier, keys);
}
