/* Goal: who asks about one thing reads what is about it, and hears the same.
 * Method: one reader a question, without an index and with one, which must be read in part; then
 * with each block of the index broken in turn, so that the question is answered from the store
 * in the middle.
 */
#include "tests/support/store.h"

#include "engine/base/file.h"
#include "engine/names/fold.h"
#include "engine/store/index.h"
#include "engine/store/index_keep.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 2000, ODD = 300, PATH_BYTES = 160 };

typedef struct world {
    test_store test;
    char file[PATH_BYTES];
    at_text index, truth;
} world;

static void must(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s", err->code, err->message);
}

static void put_rows(test_source *source, int accounts) {
    for (int i = 0; i < ROWS; i++) {
        char id[32], from[32], to[32];
        snprintf(id, sizeof id, "T%05d", i);
        snprintf(from, sizeof from, "A%d", i * 13 % accounts);
        snprintf(to, sizeof to, "A%d", i * 31 % (accounts - 1));
        const at_fact fact = test_transfer(id, from, to, i * INT64_C(60000000), 100 + i);
        test_put(source, &fact, 1);
    }
}

/* Ids of letters of all sorts, digits, signs, blanks, and one longer than a piece of the search. */
static void put_odd(test_source *source, int count) {
    static const char *const pieces[] = {"a", "B", "7",      "0",      "-", " ",  "'", "_",
                                         "/", "z", "\u0627", "\u00c9", "Q", "12", ":", "`"};
    uint32_t state = 7;
    for (int i = 0; i < count; i++) {
        AT_CLEANUP(at_text_clear) at_text id = {.data = NULL};
        must(at_text_print(&id, NULL, "x%d", i), NULL);
        for (int k = i % 50 == 9 ? 900 : 9; k > 0; k--) {
            state = state * 1664525 + 1013904223;
            must(at_text_add(&id, pieces[state >> 28], NULL), NULL);
        }
        const at_fact fact = test_transfer(id.data, id.data, "A1", i, 1);
        test_put(source, &fact, 1);
    }
}

static void fill(test_store *test) {
    test_source first = test_source_begin(test, "alpha", 'a', ROWS + 10);
    const at_fact facts[] = {test_account("A1", AT_ACCOUNT_BANK, "EUR", 500000),
                             test_same(AT_ACCOUNT, "A8", "A9")};
    for (size_t i = 0; i < AT_COUNT(facts); i++)
        test_put(&first, &facts[i], 1);
    put_rows(&first, 900);
    (void)test_publish(&first);
    test_source second = test_source_begin(test, "beta", 'b', ROWS + ODD + 10);
    put_odd(&second, ODD);
    put_rows(&second, 50); /* the same ids under another namespace */
    const at_fact spelt = test_transfer("S1", "alpha/A6", "A7", 5, 5);
    test_put(&second, &spelt, 1);
    (void)test_publish(&second);
}

/* The rows of one thing, and those between it and another shown once more by name. */
static void print_rows(at_text *out, at_reader *reader, at_thing thing, at_arena *arena) {
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    bool *marked = NULL;
    must(AT_NEW(&marked, arena, at_reader_facts(reader)->thing_limit, &err), &err);
    marked[thing] = true;
    must(at_reader_ledger_of(&ledger, reader, marked, &err), &err);
    for (uint32_t i = 0; i < ledger->count; i++) {
        const at_node *from = &ledger->nodes[ledger->from[i]], *to = &ledger->nodes[ledger->to[i]];
        if (from->account == thing || to->account == thing)
            must(at_text_print(out, &err, "%s>%s ", from->id, to->id), &err);
    }
}

static void ask_one(at_text *out, world *all, const char *name, bool part) {
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_thing thing = 0;
    at_thing_view view;
    const at_ref *aliases = NULL;
    at_fact_list list;
    size_t count = 0, known = 0;
    must(at_reader_open(&reader, all->test.store, 0, &arena, &err), &err);
    const at_facts *facts = at_reader_facts(reader);
    const at_status status = facts->resolve(facts->self, &thing, AT_ANY_THING, name, &err);
    must(at_text_print(out, &err, "%s: %d %u %s\n", name, (int)status, thing,
                       status == AT_OK ? "" : err.hint),
         &err);
    if (status != AT_OK)
        return;
    must(facts->view(facts->self, &view, thing, &err), &err);
    must(facts->aliases(facts->self, &aliases, &count, thing, &err), &err);
    for (size_t i = 0; i < count; i++)
        must(at_text_print(out, &err, "%s/%s ", aliases[i].name_space, aliases[i].id), &err);
    must(facts->about(facts->self, &list, AT_LINK, thing, &err), &err);
    must(at_text_print(out, &err, "%s %d %zu %d\n", view.shown, (int)view.kind, list.count,
                       view.declared),
         &err);
    print_rows(out, reader, thing, &arena);
    if (!part)
        return;
    assert_non_null(reader->identity.file);
    for (at_thing other = 1; other < facts->thing_limit; other++)
        known += reader->identity.here[other];
    assert_in_range(known, 1, facts->thing_limit / 10);
}

static void ask_all(at_text *out, world *all, bool part) {
    static const char *const names[] = {
        "A5",      "alpha/A6",   "account:A7", "beta/A8", "alpha/A8", "account:beta/A9", "A899",
        "none/A1", "alpha/none", "",           "zz",      "A",        "party:A1"};
    out->limit_bytes = SIZE_MAX;
    at_text_reset(out);
    for (size_t i = 0; i < AT_COUNT(names); i++)
        ask_one(out, all, names[i], part);
}

static int set_up(void **state) {
    static world all;
    at_error err = {.status = AT_OK};
    bool made = false;
    all = (world){.index = {.limit_bytes = SIZE_MAX}};
    test_store_make(&all.test);
    fill(&all.test);
    snprintf(all.file, sizeof all.file, "%s/index/ledger", all.test.path);
    ask_all(&all.truth, &all, false);
    must(at_index_make(&made, all.test.store, &err), &err);
    assert_true(made);
    must(at_file_read(&all.index, all.file, SIZE_MAX, &err), &err);
    *state = &all;
    return 0;
}

static int tear_down(void **state) {
    world *all = *state;
    at_text_clear(&all->truth);
    at_text_clear(&all->index);
    test_store_drop(&all->test);
    return 0;
}

static void test_same_in_part(void **state) {
    world *all = *state;
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    assert_non_null(strstr(all->truth.data, "beta/A6"));
    assert_non_null(strstr(all->truth.data, "alpha/A8 alpha/A9"));
    ask_all(&text, all, true);
    assert_string_equal(text.data, all->truth.data);
}

/* Does a thing have an id in which the key is? */
static bool has_id(at_reader *reader, at_thing thing, const char *key) {
    AT_CLEANUP(at_text_clear) at_text folded = {.limit_bytes = SIZE_MAX};
    at_error err = {.status = AT_OK};
    const at_facts *facts = at_reader_facts(reader);
    const at_ref *aliases = NULL;
    size_t count = 0;
    must(facts->aliases(facts->self, &aliases, &count, thing, &err), &err);
    for (size_t i = 0; i < count; i++) {
        at_text_reset(&folded);
        must(at_fold_key(&folded, aliases[i].id, &err), &err);
        char *to = folded.data;
        for (const char *from = folded.data; from && *from; from++)
            if (*from != ' ')
                *to++ = *from;
        if (to)
            *to = '\0';
        if (strstr(folded.data ? folded.data : "", key))
            return true;
    }
    return false;
}

/* How many things are found that have the key; all of them must be. */
static size_t search_one(world *all, const char *key, bool part) {
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    const at_thing *found = NULL;
    size_t count = 0, known = 0, next = 0;
    must(at_reader_open(&reader, all->test.store, 0, &arena, &err), &err);
    const at_facts *facts = at_reader_facts(reader);
    must(facts->search(facts->self, &found, &count, key, &err), &err);
    assert_int_equal(reader->identity.file != NULL, part);
    for (at_thing thing = 1; thing < facts->thing_limit; thing++) {
        const bool has = has_id(reader, thing, key);
        const bool listed = next < count && found[next] == thing;
        assert_true(listed || !has);
        next += listed;
        known += has;
    }
    assert_int_equal(next, count); /* rising, each once */
    return known;
}

static void test_search(void **state) {
    world *all = *state;
    static const char *const keys[] = {"a5",     "12",       "bz",      "7q",   "0a",
                                       "\u0627", "a1\u00e9", "nowhere", "x301", "a899"};
    size_t found = 0;
    for (size_t i = 0; i < AT_COUNT(keys); i++) {
        const size_t known = search_one(all, keys[i], true);
        assert_int_equal(unlink(all->file), 0);
        assert_int_equal(search_one(all, keys[i], false), known);
        const int file = open(all->file, O_WRONLY | O_CREAT, 0600);
        assert_int_equal(write(file, all->index.data, all->index.bytes), (ssize_t)all->index.bytes);
        close(file);
        found += known;
    }
    assert_in_range(found, 300, 2000);
}

static void test_same_when_it_breaks(void **state) {
    world *all = *state;
    for (size_t at = AT_INDEX_HEAD_BYTES + 5; at < all->index.bytes; at += AT_INDEX_BLOCK_BYTES) {
        AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
        const int file = open(all->file, O_WRONLY);
        assert_true(file >= 0);
        const char changed = (char)(all->index.data[at] ^ 4);
        assert_int_equal(pwrite(file, &changed, 1, (off_t)at), 1);
        ask_all(&text, all, false);
        assert_string_equal(text.data, all->truth.data);
        assert_int_equal(pwrite(file, &all->index.data[at], 1, (off_t)at), 1);
        close(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_in_part),
                                       cmocka_unit_test(test_search),
                                       cmocka_unit_test(test_same_when_it_breaks)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
