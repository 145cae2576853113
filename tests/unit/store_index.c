/* Goal: an index never changes an answer, whatever lies in its place.
 * Method: a store with every kind of row; its ledger and things are printed once without an index,
 * and then again with what each story plants: none, one that fits, an older one, another store's,
 * one with a bit flipped in each block in turn, one cut short at each block, links and strangers.
 */
#include "tests/support/store.h"

#include "engine/base/file.h"
#include "engine/store/index.h"
#include "engine/store/index_keep.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { ROWS = 3000, PATH_BYTES = 160 };
static const int64_t day = AT_US_PER_DAY;

static void must(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s", err->code, err->message);
}

/* --- A store with something in every column --------------------------------------------------- */

static void put_rows(test_source *source, const char *prefix, int count) {
    for (int i = 0; i < count; i++) {
        char id[32], from[32], to[32];
        snprintf(id, sizeof id, "%s%05d", prefix, i * 7919 % count);
        snprintf(from, sizeof from, "A%d", i * i % 211);
        snprintf(to, sizeof to, "A%d", i * 31 % 197);
        at_fact fact = test_transfer(id, from, to, (i / 3) * day / 24, 100 + (i * i) % 90001);
        if (i % 50 == 1)
            fact.transfer.fee = i;
        if (i % 90 == 2) {
            fact.transfer.currency_in = "USD";
            fact.transfer.amount_in = 3 * i;
        }
        fact.transfer.seq = i % 5;
        test_put(source, &fact, 1);
    }
}

static void fill(test_store *test) {
    test_source first = test_source_begin(test, "alpha", 'a', ROWS + 10);
    const at_fact facts[] = {test_account("A1", AT_ACCOUNT_BANK, "EUR", 500000),
                             test_account("A2", AT_ACCOUNT_SINK, "EUR", AT_AMOUNT_NONE)};
    test_put(&first, &facts[0], 1);
    test_put(&first, &facts[1], 1);
    put_rows(&first, "T", ROWS);
    at_fact back = test_transfer("R1", "A3", "A4", 90 * day, 5);
    back.transfer.reverses = "T00017";
    test_put(&first, &back, 1);
    back = test_transfer("R2", "A3", "A4", 91 * day, 5);
    back.transfer.reverses = "nothing";
    test_put(&first, &back, 1);
    (void)test_publish(&first);
    test_source second = test_source_begin(test, "beta", 'b', 400);
    put_rows(&second, "T", 300); /* the same ids under another namespace */
    const at_fact legs[] = {test_leg("A5", false, "alpha/A6", 3 * day, 77),
                            test_leg("A7", true, NULL, 4 * day, 78),
                            test_same(AT_ACCOUNT, "A8", "A9")};
    for (size_t i = 0; i < AT_COUNT(legs); i++)
        test_put(&second, &legs[i], 1);
    (void)test_publish(&second);
    for (int side = 0; side < 2; side++) { /* one payment, in transit a moment */
        test_source source = test_source_begin(test, "legs", (char)('d' + side), 4);
        const at_fact leg = side ? test_leg("L2", true, "L1", 3 * day + 1, 770)
                                 : test_leg("L1", false, "L2", 3 * day, 770);
        test_put(&source, &leg, 1);
        (void)test_publish(&source);
    }
}

/* --- What is known, as text ------------------------------------------------------------------- */

static void print_things(at_text *out, at_reader *reader) {
    at_error err = {.status = AT_OK};
    const at_facts *facts = at_reader_facts(reader);
    for (at_thing thing = 1; thing < facts->thing_limit; thing++) {
        at_thing_view view;
        const at_ref *aliases = NULL;
        size_t count = 0;
        at_thing found = 0;
        must(facts->view(facts->self, &view, thing, &err), &err);
        must(facts->aliases(facts->self, &aliases, &count, thing, &err), &err);
        must(facts->resolve(facts->self, &found, AT_ANY_THING, view.shown, &err), &err);
        assert_int_equal(found, thing);
        must(at_text_print(out, &err, "%d %s %s %s %zu %d\n", (int)view.kind, view.shown, view.id,
                           view.name_space, count, view.declared),
             &err);
    }
    at_fact_list list;
    must(facts->list(facts->self, &list, AT_TRANSFER, 0, &err), &err);
    for (size_t i = 0; i < list.count; i++)
        must(at_text_print(out, &err, "%s %u %u\n", list.facts[i].transfer.id,
                           list.facts[i].transfer.from.thing, list.facts[i].transfer.to.thing),
             &err);
}

static void print_ledger(at_text *out, at_reader *reader) {
    at_error err = {.status = AT_OK};
    const at_ledger *l = NULL;
    must(at_reader_ledger(&l, reader, &err), &err);
    for (size_t i = 0; i < l->node_count; i++)
        must(at_text_print(out, &err,
                           "%s %s %s %d %u %" PRId64 " %" PRId64 " %d %" PRIu64 " %" PRIu64 "\n",
                           l->nodes[i].id, l->nodes[i].account_id, l->nodes[i].currency.code,
                           (int)l->nodes[i].kind, l->nodes[i].account, l->nodes[i].opening,
                           l->nodes[i].opening_record, l->nodes[i].unreconciled,
                           l->out_start[i + 1], l->in_start[i + 1]),
             &err);
    for (size_t i = 0; i < l->count; i++)
        must(at_text_print(out, &err,
                           "%s %u %u %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                           " %u %d %d %" PRId64 " %" PRId64 " %u %u %u\n",
                           at_ledger_id(l, i), l->from[i], l->to[i], l->time_us[i], l->seq[i],
                           l->amount[i], l->amount_in[i], l->fee[i], l->reverses[i], l->flags[i],
                           l->grade[i], l->record[i], l->record_in[i], l->by_id[i], l->out_rows[i],
                           l->in_rows[i]),
             &err);
}

/* The rows of one thing alone, whatever else its ledger has; those in transit with both halves. */
static void print_cut(at_text *out, at_reader *reader, at_thing thing, at_arena *arena) {
    at_error err = {.status = AT_OK};
    const at_ledger *l = NULL;
    bool *marked = NULL;
    must(AT_NEW(&marked, arena, at_reader_facts(reader)->thing_limit, &err), &err);
    marked[thing] = true;
    must(at_reader_ledger_of(&l, reader, marked, &err), &err);
    for (uint32_t i = 0; i < l->count; i++) {
        const at_node *from = &l->nodes[l->from[i]], *to = &l->nodes[l->to[i]];
        if (from->account != thing && to->account != thing)
            continue;
        assert_int_equal(at_ledger_row(l, at_ledger_id(l, i)), i);
        assert_int_equal(at_ledger_node(l, from->id), l->from[i]);
        must(at_text_print(out, &err,
                           "%u: %s %s %d %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                           " %" PRId64 " %d %d %d %" PRId64 " %" PRId64 "\n",
                           thing, from->id, to->id, (int)from->kind, to->unreconciled,
                           from->opening, l->time_us[i], l->seq[i], l->amount[i], l->amount_in[i],
                           l->reverses[i] == AT_NONE, l->flags[i], l->grade[i],
                           l->record[i] + l->fee[i], l->record_in[i]),
             &err);
        if (!(l->flags[i] & AT_ROW_TRANSIT))
            continue;
        const uint32_t node = from->account ? l->to[i] : l->from[i];
        assert_int_equal(l->in_start[node + 1] - l->in_start[node], 1);
        assert_int_equal(l->out_start[node + 1] - l->out_start[node], 1);
        assert_int_equal(l->to[l->in_rows[l->in_start[node]]], node);
    }
}

static void print_cuts(at_text *out, at_reader *reader) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    for (at_thing thing = 1; thing < at_reader_facts(reader)->thing_limit; thing += 23)
        print_cut(out, reader, thing, &arena);
    for (size_t i = 0; i < 3; i++) {
        static const char *const named[] = {"A5", "L1", "L2"};
        at_thing thing = 0;
        const at_facts *facts = at_reader_facts(reader);
        if (facts->resolve(facts->self, &thing, AT_ANY_THING, named[i], NULL) == AT_OK)
            print_cut(out, reader, thing, &arena);
    }
}

/* `used_out` NULL = not of interest: was there an index that fits? */
static void print_store(at_text *out, test_store *test, int64_t revision, bool *used_out) {
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    out->limit_bytes = SIZE_MAX;
    must(at_reader_open(&reader, test->store, revision, &arena, &err), &err);
    print_cuts(out, reader);
    print_ledger(out, reader);
    print_things(out, reader);
    if (used_out)
        *used_out = reader->index.descriptor >= 0;
}

typedef struct world {
    test_store test;
    at_text truth; /* of the newest revision */
    char folder[PATH_BYTES], file[PATH_BYTES + 16], building[PATH_BYTES + 16];
    at_text index; /* the bytes of one that fits */
} world;

static void make_index(world *all) {
    at_error err = {.status = AT_OK};
    bool made = false;
    must(at_index_make(&made, all->test.store, &err), &err);
    assert_true(made);
}

static void read_index(at_text *out, const world *all) {
    at_error err = {.status = AT_OK};
    at_text_reset(out);
    out->limit_bytes = SIZE_MAX;
    must(at_file_read(out, all->file, SIZE_MAX, &err), &err);
}

static int set_up(void **state) {
    static world all;
    all = (world){.truth = {.data = NULL}};
    test_store_make(&all.test);
    fill(&all.test);
    snprintf(all.folder, sizeof all.folder, "%s/index", all.test.path);
    snprintf(all.file, sizeof all.file, "%s/ledger", all.folder);
    snprintf(all.building, sizeof all.building, "%s/building", all.folder);
    print_store(&all.truth, &all.test, 0, NULL);
    assert_non_null(strstr(all.truth.data, "@transit:"));
    make_index(&all);
    read_index(&all.index, &all);
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

static void write_file(const char *path, const void *data, size_t bytes, unsigned mode) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, bytes), (ssize_t)bytes);
    assert_int_equal(fchmod(file, (mode_t)mode), 0);
    close(file);
}

/* The answer is the same; was the index used, as it should be? */
static void expect(world *all, bool used) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    bool was_used = !used;
    print_store(&text, &all->test, 0, &was_used);
    assert_int_equal(was_used, used);
    assert_int_equal(text.bytes, all->truth.bytes);
    assert_memory_equal(text.data, all->truth.data, text.bytes);
}

static void test_fits(void **state) {
    world *all = *state;
    AT_CLEANUP(at_text_clear) at_text again = {.data = NULL};
    at_error err = {.status = AT_OK};
    at_index_state found = AT_INDEX_NONE;
    uint64_t bytes = 0;
    write_file(all->file, all->index.data, all->index.bytes, 0600);
    expect(all, true);
    must(at_index_look(&found, &bytes, all->test.store, true, &err), &err);
    assert_int_equal(found, AT_INDEX_FRESH);
    assert_int_equal(bytes, all->index.bytes);
    assert_int_equal(unlink(all->file), 0);
    expect(all, false);
    make_index(all);
    read_index(&again, all);
    assert_int_equal(again.bytes, all->index.bytes); /* the same store gives the same bytes */
    assert_memory_equal(again.data, all->index.data, again.bytes);
    expect(all, true);
}

static void test_bits(void **state) {
    world *all = *state;
    at_error err = {.status = AT_OK};
    const size_t step = 4096; /* finer than the blocks */
    for (size_t at = 0; at < all->index.bytes; at += step) {
        const size_t place = at + at / step * 1237 % step;
        if (place >= all->index.bytes)
            continue;
        at_index_state found = AT_INDEX_FRESH;
        uint64_t bytes = 0;
        const char kept = all->index.data[place];
        all->index.data[place] = (char)(kept ^ 1 << at / step % 8);
        write_file(all->file, all->index.data, all->index.bytes, 0600);
        all->index.data[place] = kept;
        expect(all, false);
        must(at_index_look(&found, &bytes, all->test.store, true, &err), &err);
        assert_true(found == AT_INDEX_DAMAGED || found == AT_INDEX_STALE);
    }
}

static void test_cut(void **state) {
    world *all = *state;
    for (size_t at = 0; at < all->index.bytes; at += AT_INDEX_HEAD_BYTES) {
        write_file(all->file, all->index.data, at, 0600);
        expect(all, false);
    }
    write_file(all->file, all->index.data, all->index.bytes - 1, 0600);
    expect(all, false);
    at_text longer = {.limit_bytes = SIZE_MAX};
    must(at_text_add_bytes(&longer, all->index.data, all->index.bytes, NULL), NULL);
    must(at_text_add_char(&longer, 'x', NULL), NULL);
    write_file(all->file, longer.data, longer.bytes, 0600);
    at_text_clear(&longer);
    expect(all, false);
}

static void test_strangers(void **state) {
    world *all = *state;
    at_error err = {.status = AT_OK};
    at_index_state found = AT_INDEX_NONE;
    uint64_t bytes = 0;
    char elsewhere[PATH_BYTES];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", all->test.folder);
    write_file(elsewhere, all->index.data, all->index.bytes, 0600);
    unlink(all->file);
    assert_int_equal(symlink(elsewhere, all->file), 0);
    expect(all, false);
    must(at_index_look(&found, &bytes, all->test.store, true, &err), &err);
    assert_int_equal(found, AT_INDEX_FOREIGN);
    assert_int_equal(unlink(all->file), 0);
    assert_int_equal(mkfifo(all->file, 0600), 0);
    expect(all, false);
    assert_int_equal(unlink(all->file), 0);
    assert_int_equal(mkdir(all->file, 0700), 0);
    expect(all, false);
    assert_int_equal(rmdir(all->file), 0);
    write_file(all->file, all->index.data, all->index.bytes, 0622);
    expect(all, false);
    if (geteuid() == 0) {
        write_file(all->file, all->index.data, all->index.bytes, 0600);
        assert_int_equal(chown(all->file, 12345, 12345), 0);
        expect(all, false);
        assert_int_equal(unlink(all->file), 0);
    }
    write_file(all->file, all->index.data, all->index.bytes, 0600);
    expect(all, true);
    assert_int_equal(unlink(all->file), 0);
    assert_int_equal(rmdir(all->folder), 0); /* may be removed whole */
    expect(all, false);
    make_index(all);
    expect(all, true);
}

/* Of another store with the same facts; of this one before it learnt more. */
static void test_other_times(void **state) {
    world *all = *state;
    AT_CLEANUP(at_text_clear)
    at_text before = {.data = NULL}, later = {.data = NULL}, newer = {.data = NULL};
    bool used = false;
    test_store other;
    char path[PATH_BYTES];
    test_store_make(&other);
    fill(&other);
    snprintf(path, sizeof path, "%s/index/ledger", other.path);
    write_file(path, all->index.data, all->index.bytes, 0600);
    print_store(&before, &other, 0, &used);
    assert_false(used);
    assert_memory_equal(before.data, all->truth.data, before.bytes); /* the facts are the same */
    at_text_reset(&before);
    print_store(&before, &other, 1, NULL);

    bool made = false;
    at_error err = {.status = AT_OK};
    must(at_index_make(&made, other.store, &err), &err);
    test_source fourth = test_source_begin(&other, "gamma", 'c', 10);
    put_rows(&fourth, "U", 5);
    (void)test_publish(&fourth);
    print_store(&later, &other, 0, &used);
    assert_false(used); /* it is that of the revision before */
    print_store(&newer, &other, 4, &used);
    assert_true(used); /* which may still be asked */
    assert_memory_equal(newer.data, all->truth.data, newer.bytes);
    must(at_index_make(&made, other.store, &err), &err);
    at_text_reset(&newer);
    print_store(&newer, &other, 0, &used);
    assert_true(used);
    assert_int_equal(newer.bytes, later.bytes);
    assert_memory_equal(newer.data, later.data, later.bytes);
    at_text_reset(&newer);
    print_store(&newer, &other, 1, &used);
    assert_false(used);
    assert_memory_equal(newer.data, before.data, before.bytes);
    test_store_drop(&other);
}

/* Children build at once, and some are killed: what is there fits, or there is none. */
static void test_builders(void **state) {
    world *all = *state;
    enum { CHILDREN = 6, ROUNDS = 4 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        unlink(all->file);
        for (int i = 0; i < CHILDREN; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0) {
                at_store *store = NULL;
                const at_store_options reading = {.mode = AT_READ_ONLY, .actor = "tester"};
                bool made = false;
                _exit(at_store_open(&store, all->test.path, &reading, NULL) == AT_OK &&
                              at_index_make(&made, store, NULL) == AT_OK
                          ? 0
                          : 1);
            }
        }
        usleep((useconds_t)(2000 + 9000 * round));
        for (int i = 0; i < CHILDREN; i++) {
            int status = 0;
            if (i % 2 && round)
                kill(children[i], SIGKILL);
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        }
        AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
        print_store(&text, &all->test, 0, NULL);
        assert_memory_equal(text.data, all->truth.data, all->truth.bytes);
        unlink(all->file);
        make_index(all);
        read_index(&text, all);
        assert_int_equal(text.bytes, all->index.bytes);
        assert_memory_equal(text.data, all->index.data, text.bytes);
        assert_int_equal(access(all->building, F_OK),
                         -1); /* what a killed one left was built over */
    }
}

/* While another process is building, nothing is written and nothing waits. */
static void test_busy(void **state) {
    world *all = *state;
    at_error err = {.status = AT_OK};
    bool made = true;
    unlink(all->file);
    write_file(all->building, "half", 4, 0600);
    int pipes[2];
    char byte = 0;
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int file = open(all->building, O_RDWR);
        _exit(file < 0 || flock(file, LOCK_EX) != 0 || write(pipes[1], "x", 1) != 1 || pause());
    }
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    must(at_index_make(&made, all->test.store, &err), &err);
    assert_false(made);
    expect(all, false);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(pipes[0]);
    close(pipes[1]);
    make_index(all); /* over what the killed one left */
    expect(all, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_other_times), cmocka_unit_test(test_builders),
        cmocka_unit_test(test_busy)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
