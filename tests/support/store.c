#include "tests/support/store.h"

#include "engine/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int64_t test_clock(void) {
    return INT64_C(1700000000000000);
}

static const at_store_options writing = {
    .mode = AT_READ_WRITE, .lock_wait_ms = 2000, .now_us = test_clock, .actor = "tester"};

static void check(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s (%s)", err->code, err->message, err->place);
}

/* In memory where there is such a place: what is tested is order, not the speed of a disk. */
void test_folder_make(char out[TEST_FOLDER_BYTES]) {
    snprintf(out, TEST_FOLDER_BYTES, "/dev/shm/assettrace-XXXXXX");
    if (mkdtemp(out))
        return;
    snprintf(out, TEST_FOLDER_BYTES, "/tmp/assettrace-XXXXXX");
    assert_non_null(mkdtemp(out));
}

void test_store_make(test_store *test) {
    at_error err = {.status = AT_OK};
    *test = (test_store){.arena = {.limit_bytes = 0}};
    test_folder_make(test->folder);
    snprintf(test->path, sizeof test->path, "%s/t.at", test->folder);
    check(at_store_create(test->path, &writing, &err), &err);
    check(at_store_open(&test->store, test->path, &writing, &err), &err);
}

void test_store_drop(test_store *test) {
    at_error err = {.status = AT_OK};
    at_store_close(&test->store);
    at_arena_clear(&test->arena);
    check(at_folder_remove(test->folder, &err), &err);
}

void test_store_reopen(test_store *test) {
    at_error err = {.status = AT_OK};
    at_store_close(&test->store);
    check(at_store_open(&test->store, test->path, &writing, &err), &err);
}

test_source test_source_begin(test_store *test, const char *name_space, char tag,
                              size_t line_count) {
    at_error err = {.status = AT_OK};
    test_source source = {.test = test};
    char *text = NULL, name[2] = {tag, 0};
    check(AT_NEW(&text, &test->arena, line_count * TEST_LINE_BYTES + 1, &err), &err);
    for (size_t i = 0; i < line_count; i++)
        snprintf(text + i * TEST_LINE_BYTES, TEST_LINE_BYTES + 1, "%c%06zu\n", tag, i % 1000000);
    source.text = text;
    const at_source_info info = {.data = text,
                                 .data_bytes = line_count * TEST_LINE_BYTES,
                                 .name = name,
                                 .name_space = name_space,
                                 .importer = "test",
                                 .importer_version = 1};
    check(at_import_begin(&source.import, test->store, &info, &err), &err);
    return source;
}

at_origin test_origin(size_t line) {
    return (at_origin){
        .offset = line * TEST_LINE_BYTES, .bytes = TEST_LINE_BYTES, .line = line + 1};
}

void test_put(test_source *source, const at_fact *facts, size_t count) {
    at_error err = {.status = AT_OK};
    const at_origin origin = test_origin(source->lines++);
    const at_sink *sink = at_import_sink(source->import);
    check(sink->put(sink->self, &origin, facts, count, &err), &err);
}

at_receipt test_publish(test_source *source) {
    at_error err = {.status = AT_OK};
    at_receipt receipt;
    check(at_import_publish(&receipt, source->import, &source->test->arena, &err), &err);
    at_import_close(&source->import);
    return receipt;
}

at_ref test_ref(at_kind kind, const char *id) {
    return (at_ref){.id = id, .kind = kind};
}

at_fact test_account(const char *id, at_account_kind kind, const char *currency, int64_t opening) {
    at_fact fact = at_fact_new(AT_ACCOUNT);
    fact.account.self = test_ref(AT_ACCOUNT, id);
    fact.account.kind = kind;
    fact.account.currency = currency;
    fact.account.opening = opening;
    return fact;
}

at_fact test_party(const char *id, const at_name *name) {
    at_fact fact = at_fact_new(AT_PARTY);
    fact.party.self = test_ref(AT_PARTY, id);
    fact.party.type = AT_PERSON;
    fact.party.names = name;
    fact.party.name_count = name ? 1 : 0;
    return fact;
}

at_fact test_transfer(const char *id, const char *from, const char *to, int64_t time_us,
                      int64_t amount) {
    at_fact fact = at_fact_new(AT_TRANSFER);
    fact.transfer.id = id;
    fact.transfer.from = test_ref(AT_ACCOUNT, from);
    fact.transfer.to = test_ref(AT_ACCOUNT, to);
    fact.transfer.time.us = time_us;
    fact.transfer.amount = amount;
    fact.transfer.currency = "EUR";
    return fact;
}

at_fact test_leg(const char *account, bool credit, const char *counterparty, int64_t time_us,
                 int64_t amount) {
    at_fact fact = at_fact_new(AT_LEG);
    fact.leg.account = test_ref(AT_ACCOUNT, account);
    fact.leg.credit = credit;
    fact.leg.counterparty = test_ref(AT_ACCOUNT, counterparty);
    fact.leg.time.us = time_us;
    fact.leg.amount = amount;
    fact.leg.currency = "EUR";
    return fact;
}

at_fact test_same(at_kind kind, const char *a, const char *b) {
    at_fact fact = at_fact_new(AT_LINK);
    fact.link.a = test_ref(kind, a);
    fact.link.b = test_ref(kind, b);
    fact.link.kind = "same_as_stated";
    return fact;
}

at_reader *test_reader(test_store *test, int64_t revision) {
    at_error err = {.status = AT_OK};
    at_reader *reader = NULL;
    check(at_reader_open(&reader, test->store, revision, &test->arena, &err), &err);
    return reader;
}
