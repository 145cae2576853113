/* Goal: an index is what the ledger in memory is, however little room there is to sort in, and
 * whatever fails while it is made there is one or none and nothing is left behind.
 * Method: random worlds - namespaces with the same ids, derived ones, reversals, two-sided
 * payments, cash, statements, an account under two names, a source withdrawn - are read without an
 * index, then out of one sorted in a few hundred bytes, then out of a usual one. The same with each
 * allocation failing in turn, and with a disk that takes so and so many bytes. The sorter alone
 * against qsort.
 */
#include "tests/support/store.h"

#include "engine/base/file.h"
#include "engine/store/index_keep.h"
#include "engine/store/resolve.h"
#include "engine/store/sorter.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { WORLDS = 25, SOURCES = 5, ROWS = 40, ROOM_SMALL = 600, ID_BYTES = 24 };
static const int64_t day = AT_US_PER_DAY;

static void must(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s", err->code, err->message);
}

static uint64_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* --- Random worlds ---------------------------------------------------------------------------- */

static const char *const spaces[] = {"alpha", "beta", "gamma", "beta", "alpha"};

/* Ids are equal across namespaces, never within one; some look like derived ones. */
static void make_id(char out[ID_BYTES], int source, int row) {
    if (row % 13 == 4)
        snprintf(out, ID_BYTES, "%d:%d", 1 + (source + row) % SOURCES, row + source * 100);
    else
        snprintf(out, ID_BYTES, "%sT%d", source > 2 ? "U" : "", row * 7 % ROWS);
}

static void put_transfer(test_source *source, int number, int row, uint64_t *seed) {
    char id[ID_BYTES], from[8], to[8], other[ID_BYTES], elsewhere[ID_BYTES + 8];
    make_id(id, number, row);
    snprintf(from, sizeof from, "A%d", (int)(next_random(seed) % 9));
    snprintf(to, sizeof to, "A%d", (int)(next_random(seed) % 9));
    at_fact fact = test_transfer(next_random(seed) % 4 ? id : NULL, from, to,
                                 (int64_t)(next_random(seed) % 6) * day,
                                 (int64_t)(100 + next_random(seed) % 50));
    fact.transfer.seq = (int64_t)(next_random(seed) % 3) - 1;
    if (next_random(seed) % 5 == 0)
        fact.transfer.currency = "USD";
    if (next_random(seed) % 9 == 0)
        fact.transfer.fee = 3;
    if (next_random(seed) % 9 == 0) {
        fact.transfer.currency_in = "CHF";
        fact.transfer.amount_in = 77;
    }
    make_id(other, (int)(next_random(seed) % SOURCES), (int)(next_random(seed) % ROWS));
    snprintf(elsewhere, sizeof elsewhere, "beta/%s", other);
    if (next_random(seed) % 6 == 0)
        fact.transfer.reverses = next_random(seed) % 3 ? other : elsewhere;
    test_put(source, &fact, 1);
}

static void put_leg(test_source *source, int number, uint64_t *seed) {
    static const at_transfer_type types[] = {AT_TRANSFER_PLAIN, AT_CASH_OUT, AT_CASH_IN};
    char account[12], other[20];
    const uint64_t side = next_random(seed) % 2;
    snprintf(account, sizeof account, "L%d", number);
    snprintf(other, sizeof other, "%s/L%d", spaces[(number + 1) % SOURCES], (number + 1) % SOURCES);
    at_fact fact = test_leg(account, side, next_random(seed) % 4 ? other : NULL,
                            (int64_t)(next_random(seed) % 4) * day + (int64_t)side,
                            (int64_t)(10 + next_random(seed) % 4));
    if (!fact.leg.counterparty.id)
        fact.leg.type = types[next_random(seed) % AT_COUNT(types)];
    test_put(source, &fact, 1);
}

static void fill(test_store *test, uint64_t seed) {
    for (int number = 0; number < SOURCES; number++) {
        test_source source =
            test_source_begin(test, spaces[number], (char)('a' + number), 2 * ROWS);
        at_fact fact = test_account("A1", AT_ACCOUNT_BANK, "EUR", number ? AT_AMOUNT_NONE : 500);
        test_put(&source, &fact, 1);
        fact = test_account("A2", number ? AT_ACCOUNT_CASH : AT_ACCOUNT_SINK, NULL, AT_AMOUNT_NONE);
        test_put(&source, &fact, 1);
        fact = test_same(AT_ACCOUNT, "A3", number % 2 ? "A4" : "alpha/A3");
        test_put(&source, &fact, 1);
        for (int row = 0; row < ROWS; row++)
            if (next_random(&seed) % 3 == 0)
                put_leg(&source, number, &seed);
            else
                put_transfer(&source, number, row, &seed);
        fact = at_fact_new(AT_STATEMENT);
        fact.statement.account = test_ref(AT_ACCOUNT, "A5");
        fact.statement.currency = "EUR";
        fact.statement.period.since_us = (int64_t)(next_random(&seed) % 3) * day;
        fact.statement.period.until_us = 9 * day;
        fact.statement.opening = 5;
        fact.statement.closing = 9;
        test_put(&source, &fact, 1);
        (void)test_publish(&source);
    }
    if (next_random(&seed) % 2) {
        int64_t revision = 0;
        at_error err = {.status = AT_OK};
        must(at_source_withdraw(&revision, test->store, 1 + (int64_t)(next_random(&seed) % SOURCES),
                                "wrong", &err),
             &err);
    }
}

/* Accept what is in doubt first. */
static void judge(test_store *test) {
    const at_review_pair *open = NULL;
    size_t count = 0;
    bool cut = false;
    at_reader *reader = test_reader(test, 0);
    at_error err = {.status = AT_OK};
    must(at_review_list(&open, &count, &cut, reader, 0, &test->arena, &err), &err);
    at_reader_close(&reader);
    if (!count)
        return;
    int64_t revision = 0;
    at_judgement word = {.what = AT_RESOLVE_ACCEPT,
                         .debit = open[0].debit.address,
                         .credit = open[0].credit.address,
                         .reason = "seen"};
    must(at_resolve(&revision, test->store, &word, 1, &test->arena, &err), &err);
}

/* --- What is known, as text ------------------------------------------------------------------- */

static struct {
    size_t transit, reversed, asides, openings;
} met; /* so that the worlds are no empty ones */

static void print_ledger(at_text *out, at_reader *reader) {
    at_error err = {.status = AT_OK};
    const at_ledger *l = NULL;
    must(at_reader_ledger(&l, reader, &err), &err);
    for (size_t i = 0; i < l->node_count; i++) {
        const at_node *node = &l->nodes[i];
        met.transit += strncmp(node->id, "@transit", 8) == 0;
        met.openings += node->opening != AT_AMOUNT_NONE;
        must(at_text_print(out, &err,
                           "%s %s %s %d %u %" PRId64 " %" PRIu64 " %d %" PRIu64 " %" PRIu64 "\n",
                           node->id, node->account_id, node->currency.code, (int)node->kind,
                           node->account, node->opening, node->opening_record, node->unreconciled,
                           l->out_start[i + 1], l->in_start[i + 1]),
             &err);
    }
    for (size_t i = 0; i < l->count; i++) {
        met.reversed += l->reverses[i] < AT_NONE - 1;
        met.asides += strchr(at_ledger_id(l, i), '#') != NULL;
        must(at_text_print(out, &err,
                           "%s %u %u %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                           " %u %d %d %" PRId64 " %" PRId64 " %u %u %u\n",
                           at_ledger_id(l, i), l->from[i], l->to[i], l->time_us[i], l->seq[i],
                           l->amount[i], l->amount_in[i], l->fee[i], l->reverses[i], l->flags[i],
                           l->grade[i], l->record[i], l->record_in[i], l->by_id[i], l->out_rows[i],
                           l->in_rows[i]),
             &err);
    }
}

static void print_store(at_text *out, test_store *test, bool indexed) {
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_text_reset(out);
    out->limit_bytes = SIZE_MAX;
    must(at_reader_open(&reader, test->store, 0, &arena, &err), &err);
    assert_int_equal(reader->index.descriptor >= 0, indexed);
    print_ledger(out, reader);
    assert_int_equal(reader->index.descriptor >= 0, indexed); /* nothing was passed over */
}

static at_status make_index(bool *made, test_store *test, size_t room, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    *made = false;
    AT_TRY(at_reader_open(&reader, test->store, 0, &arena, err));
    reader->index_room = room;
    return at_index_keep(made, reader, err);
}

static void path_in(char out[128], const test_store *test, const char *name) {
    snprintf(out, 128, "%s/%s", test->path, name);
}

static size_t files_in(const test_store *test, const char *name) {
    char path[128];
    size_t count = 0;
    path_in(path, test, name);
    DIR *folder = opendir(path);
    while (folder) {
        const struct dirent *entry = readdir(folder);
        if (!entry)
            break;
        count += entry->d_name[0] != '.';
    }
    if (folder)
        closedir(folder);
    return count;
}

static void expect_same(test_store *test, const at_text *truth, size_t room, uint64_t number) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    at_error err = {.status = AT_OK};
    char path[128];
    bool made = false;
    must(make_index(&made, test, room, &err), &err);
    assert_true(made);
    assert_int_equal(files_in(test, "tmp"), 0);
    print_store(&text, test, true);
    if (text.bytes != truth->bytes || memcmp(text.data, truth->data, text.bytes) != 0)
        fail_msg("world %d, room %zu: other rows\n%s\n---\n%s", (int)number, room,
                 at_text_string(truth), at_text_string(&text));
    path_in(path, test, "index/ledger");
    assert_int_equal(unlink(path), 0);
}

static void test_worlds(void **state) {
    (void)state;
    for (uint64_t number = 1; number <= WORLDS; number++) {
        AT_CLEANUP(at_text_clear) at_text truth = {.data = NULL};
        test_store test;
        test_store_make(&test);
        fill(&test, number);
        if (number % 2)
            judge(&test);
        print_store(&truth, &test, false);
        expect_same(&test, &truth, ROOM_SMALL, number);
        expect_same(&test, &truth, 0, number);
        test_store_drop(&test);
    }
    assert_true(met.transit > WORLDS && met.reversed > WORLDS && met.asides > 0 &&
                met.openings > WORLDS);
}

/* --- Rough weather ---------------------------------------------------------------------------- */

/* An error that says so, or an index; never half of one, and nothing in tmp/. */
static void test_memory(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text truth = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    test_store test;
    bool made = false;
    size_t failed = 0;
    test_store_make(&test);
    fill(&test, 3);
    print_store(&truth, &test, false);
    for (uint64_t n = 1; !made; n += 1 + n / 150) {
        at_memory_fail_after(n);
        (void)!make_index(&made, &test, ROOM_SMALL, NULL);
        at_memory_fail_after(0);
        failed += !made;
        assert_int_equal(files_in(&test, "tmp"), 0);
        assert_int_equal(files_in(&test, "index"), made);
    }
    assert_true(failed > 50);
    print_store(&text, &test, true);
    assert_string_equal(at_text_string(&text), at_text_string(&truth));
    test_store_drop(&test);
}

/* A disk that takes files of so many bytes. */
static void test_disk(void **state) {
    (void)state;
    enum { MADE = 10, NOT_MADE = 11 };
    AT_CLEANUP(at_text_clear) at_text truth = {.data = NULL};
    test_store test;
    int last = NOT_MADE, tries = 0;
    test_store_make(&test);
    fill(&test, 5);
    print_store(&truth, &test, false);
    for (rlim_t most = 0; last == NOT_MADE; most += 3000, tries++) {
        int status = 0;
        const pid_t child = fork();
        if (child == 0) {
            const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
            bool made = false;
            at_store *store = NULL;
            const at_store_options reading = {.mode = AT_READ_ONLY, .actor = "tester"};
            test_store own = test;
            signal(SIGXFSZ, SIG_IGN);
            if (at_store_open(&store, test.path, &reading, NULL) != AT_OK ||
                setrlimit(RLIMIT_FSIZE, &limit) != 0)
                _exit(1);
            own.store = store;
            _exit(make_index(&made, &own, ROOM_SMALL, NULL) != AT_OK ? 2 : made ? MADE : NOT_MADE);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        last = WEXITSTATUS(status);
        assert_true(last == MADE || last == NOT_MADE);
        assert_int_equal(files_in(&test, "tmp"), 0);
        assert_int_equal(files_in(&test, "index"), last == MADE);
    }
    assert_true(tries > 3);
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    print_store(&text, &test, true);
    assert_string_equal(at_text_string(&text), at_text_string(&truth));
    test_store_drop(&test);
}

/* --- The sorter alone ------------------------------------------------------------------------- */

typedef struct number {
    uint64_t high, low;
    char text[12];
    uint64_t place; /* of adding: equal ones keep it */
} number;

static int compare_numbers(const void *first, const void *second) {
    const number *a = first, *b = second;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    const int by_text = strcmp(a->text, b->text);
    return by_text ? by_text : (a->place > b->place) - (a->place < b->place);
}

static void check_sorter(at_sorter *sorter, const number *expected, size_t count) {
    at_error err = {.status = AT_OK};
    at_sorted found;
    bool got = false;
    must(at_sorter_rewind(sorter, &err), &err);
    for (size_t i = 0; i < count; i++) {
        must(at_sorter_next(&found, &got, sorter, &err), &err);
        assert_true(got);
        assert_true(found.high == expected[i].high && found.low == expected[i].low);
        assert_string_equal(found.text, expected[i].text);
        assert_int_equal(found.bytes, sizeof expected[i].place);
        assert_memory_equal(found.data, &expected[i].place, found.bytes);
    }
    must(at_sorter_next(&found, &got, sorter, &err), &err);
    assert_false(got);
}

static void test_sorter(void **state) {
    (void)state;
    static const size_t rooms[] = {1, 100, 1000, 100000, 1 << 20};
    static const size_t counts[] = {0, 1, 2, 17, 1000};
    static number list[1000];
    uint64_t seed = 7;
    for (size_t i = 0; i < AT_COUNT(rooms) * AT_COUNT(counts) * 2; i++) {
        const size_t count = counts[i / 2 % AT_COUNT(counts)];
        at_error err = {.status = AT_OK};
        AT_CLEANUP(at_sorter_end)
        at_sorter sorter = at_sorter_begin(NULL, rooms[i / 2 / AT_COUNT(counts)]);
        for (size_t k = 0; k < count; k++) {
            number *one = &list[k];
            *one = (number){.place = k};
            if (i % 2) { /* else texts alone */
                one->high = next_random(&seed) % 5;
                one->low = next_random(&seed) % 3 * (UINT64_MAX / 3);
            }
            snprintf(one->text, sizeof one->text, "%s%d", k % 2 ? "same" : "",
                     (int)(next_random(&seed) % 99));
            const at_sorted record = {one->high, one->low, one->text, &one->place,
                                      sizeof one->place};
            must(at_sorter_add(&sorter, &record, &err), &err);
        }
        if (count)
            qsort(list, count, sizeof *list, compare_numbers);
        check_sorter(&sorter, list, count);
        check_sorter(&sorter, list, count); /* once more */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorter), cmocka_unit_test(test_worlds),
                                       cmocka_unit_test(test_memory), cmocka_unit_test(test_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
