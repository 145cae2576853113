/**
 * store.h - stores for tests: made in a temporary folder, filled from facts or text, thrown away.
 *
 * Every source is text: record i of a source is its line i, so that addresses can be checked.
 * Functions fail the running cmocka test when anything goes wrong.
 */
#ifndef ASSETTRACE_TESTS_SUPPORT_STORE_H
#define ASSETTRACE_TESTS_SUPPORT_STORE_H

#include "engine/store/reader.h"
#include "engine/store/sources.h"
#include "engine/store/writer.h"

enum { TEST_FOLDER_BYTES = 64 };

typedef struct test_store {
    char folder[TEST_FOLDER_BYTES]; /* to be removed */
    char path[80];
    at_store *store;
    at_arena arena;
} test_store;

int64_t test_clock(void);
/** A new folder, to be removed by the caller. */
void test_folder_make(char out[TEST_FOLDER_BYTES]);

void test_store_make(test_store *test);
void test_store_drop(test_store *test);
/** Close and open again, as the next start would. */
void test_store_reopen(test_store *test);

/* A source in the making: put facts as its lines, then publish. */
typedef struct test_source {
    test_store *test;
    at_import *import;
    size_t lines;
    const char *text; /* what the records are cut from */
} test_source;

enum { TEST_LINE_BYTES = 8 };

/** A source of `line_count` lines of 8 bytes "r000001\n"; `tag` makes the bytes differ. */
test_source test_source_begin(test_store *test, const char *name_space, char tag,
                              size_t line_count);
/** Put one record: line `lines`, counted on. */
void test_put(test_source *source, const at_fact *facts, size_t count);
at_origin test_origin(size_t line);
at_receipt test_publish(test_source *source);

/* Facts in one line; texts are borrowed. */
at_ref test_ref(at_kind kind, const char *id);
at_fact test_account(const char *id, at_account_kind kind, const char *currency, int64_t opening);
at_fact test_party(const char *id, const at_name *name);
at_fact test_transfer(const char *id, const char *from, const char *to, int64_t time_us,
                      int64_t amount);
at_fact test_leg(const char *account, bool credit, const char *counterparty, int64_t time_us,
                 int64_t amount);
at_fact test_same(at_kind kind, const char *a, const char *b);

at_reader *test_reader(test_store *test, int64_t revision);

#endif
