/* Goal: `networks` says the same whether it is worked out, read of what an earlier question found,
 * or read of a file that somebody spoilt.
 * Method: random worlds in stores (holders, links, hubs, two currencies, a sink, legs in transit);
 * each question is asked without an index, with one, and with the summary that the second leaves,
 * which must be used; then with a bit of the summary or of the ledger flipped, the file cut, and
 * others in its place. At last columns of any content are unpacked.
 */
#include "tests/support/store.h"

#include "engine/base/file.h"
#include "engine/jobs/ask.h"
#include "engine/network/loose.h"
#include "engine/network/summary.h"
#include "engine/store/index.h"
#include "engine/store/index_keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORLDS = 24, PATH_BYTES = 160, THINGS = 40, HUB_PAYEES = 1100, FORGED = 4000 };

static uint64_t state;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % sides);
}

static void must(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s", err->code, err->message);
}

/* --- A world ---------------------------------------------------------------------------------- */

static const char *const countries[] = {"IR", "AZ", "TR", NULL, NULL};

static const char *name(char out[16], char kind, uint32_t number) {
    snprintf(out, 16, "%c%02u", kind, number);
    return out;
}

static void put_people(test_source *source, uint32_t accounts) {
    char id[16], other[16];
    for (uint32_t i = 0; i < 6; i++) {
        at_fact party = test_party(name(id, 'P', i), NULL);
        party.party.registration = countries[roll(AT_COUNT(countries))];
        test_put(source, &party, 1);
    }
    for (uint32_t i = 0; i < accounts; i += 1 + roll(3)) {
        at_fact account =
            test_account(name(id, 'A', i), roll(12) == 0 ? AT_ACCOUNT_SINK : AT_ACCOUNT_BANK,
                         roll(3) ? NULL : "EUR", AT_AMOUNT_NONE);
        account.account.country = countries[roll(AT_COUNT(countries))];
        if (roll(2))
            account.account.holder = test_ref(AT_PARTY, name(other, 'P', roll(7)));
        test_put(source, &account, 1);
    }
    for (uint32_t i = roll(3); i > 0; i--) {
        at_fact link = test_same(AT_PARTY, name(id, 'P', roll(6)), name(other, 'P', roll(6)));
        link.link.kind = "directs";
        test_put(source, &link, 1);
    }
}

static void put_transfers(test_source *source, uint32_t accounts, uint32_t count) {
    char id[16], from[16], to[16];
    for (uint32_t i = 0; i < count; i++) {
        at_fact row = test_transfer(name(id, 'T', i), name(from, 'A', roll(accounts)),
                                    name(to, 'A', roll(accounts)), roll(300), 1 + roll(99));
        row.transfer.currency = roll(4) ? "EUR" : "USD";
        test_put(source, &row, 1);
    }
    if (roll(3))
        return;
    for (uint32_t i = 0; i < HUB_PAYEES; i++) {
        char far[16];
        snprintf(far, sizeof far, "B%u", i);
        snprintf(id, sizeof id, "H%u", i);
        const at_fact row = test_transfer(id, i % 2 ? "A00" : far, i % 2 ? far : "A00", i, 5);
        test_put(source, &row, 1);
    }
}

static void put_transit(test_store *test) {
    for (int side = 0; side < 2; side++) {
        test_source source = test_source_begin(test, "legs", (char)('d' + side), 4);
        const at_fact leg = side ? test_leg("L2", true, "L1", 300 * AT_US_PER_DAY + 1, 770)
                                 : test_leg("L1", false, "L2", 300 * AT_US_PER_DAY, 770);
        test_put(&source, &leg, 1);
        (void)test_publish(&source);
    }
}

/* Every sixth has a payment in transit: its ledger is read whole. */
static bool make_world(test_store *test, uint32_t number) {
    const uint32_t accounts = 3 + roll(THINGS - 3);
    const bool transit = number % 6 == 5;
    test_store_make(test);
    test_source source = test_source_begin(test, "alpha", 'a', HUB_PAYEES + 400);
    put_people(&source, accounts);
    put_transfers(&source, accounts, 5 + roll(120));
    (void)test_publish(&source);
    if (transit)
        put_transit(test);
    return transit;
}

/* --- Questions -------------------------------------------------------------------------------- */

typedef struct asked_pairs {
    at_pair pairs[4];
    size_t count;
    bool usual; /* answered of a summary, and with countries without the whole ledger */
} asked_pairs;

static const asked_pairs questions[] = {
    {.pairs = {{"active_in", "IR"}, {"active_in", "AZ"}}, .count = 2, .usual = true},
    {.pairs = {{"active_in", "TR"}, {"active_in", "IQ"}}, .count = 2, .usual = true},
    {.pairs = {{"active_in", "AZ"}, {"active_in", "TR"}, {"min_members", "3"}},
     .count = 3,
     .usual = true},
    {.count = 0},
    {.pairs = {{"min_members", "1"}}, .count = 1},
    {.pairs = {{"active_in", "IR"}, {"active_in", "AZ"}, {"activity", "registration"}}, .count = 3},
    {.pairs = {{"active_in", "IR"}, {"active_in", "TR"}, {"hub_degree", "4"}}, .count = 3},
    {.pairs = {{"active_in", "IR"}, {"active_in", "TR"}, {"min_amount", "50"}}, .count = 3},
};

static void print_table(at_text *out, const at_table *table) {
    at_error err = {.status = AT_OK};
    for (size_t i = 0; i < table->row_count; i++) {
        const at_row *row = &table->rows[i];
        for (size_t k = 0; k < table->column_count; k++) {
            must(at_cell_print(out, &table->columns[k], &row->cells[k], 12, &err), &err);
            must(at_text_add(out, "|", &err), &err);
        }
        must(at_text_print(out, &err, "%d %zu:", (int)row->grade, row->support), &err);
        for (size_t k = 0; k < row->record_count; k++)
            must(at_text_print(out, &err, " %lld", (long long)row->records[k]), &err);
        must(at_text_add(out, "\n", &err), &err);
    }
    for (size_t i = 0; i < table->note_count; i++)
        must(at_text_print(out, &err, "# %s %s\n", table->notes[i].code, table->notes[i].text),
             &err);
}

/* *whole_out: was the whole ledger read for it? */
static void ask(at_text *out, bool *whole_out, test_store *test, const asked_pairs *asked_for) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_error err = {.status = AT_OK};
    const at_ask_request request = {.query = at_query_find(at_queries, "networks"),
                                    .pairs = asked_for->pairs,
                                    .pair_count = asked_for->count};
    at_table table;
    must(at_reader_open(&reader, test->store, 0, &arena, &err), &err);
    must(at_ask(&table, reader, &request, &arena, &err), &err);
    at_text_reset(out);
    out->limit_bytes = SIZE_MAX;
    print_table(out, &table);
    *whole_out = reader->ledger != NULL;
}

typedef struct kept_truth {
    at_text said[AT_COUNT(questions)];
} kept_truth;

static void learn(kept_truth *truth, test_store *test) {
    bool whole;
    for (size_t i = 0; i < AT_COUNT(questions); i++)
        ask(&truth->said[i], &whole, test, &questions[i]);
}

static void expect(const kept_truth *truth, test_store *test, size_t question, int whole,
                   const char *story) {
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    bool was_whole = false;
    ask(&now, &was_whole, test, &questions[question]);
    if (strcmp(at_text_string(&now), at_text_string(&truth->said[question])) != 0)
        fail_msg("%s, question %zu: said\n%sinstead of\n%s", story, question, at_text_string(&now),
                 at_text_string(&truth->said[question]));
    if (whole >= 0 && was_whole != (whole == 1))
        fail_msg("%s, question %zu: the whole ledger was%s read", story, question,
                 was_whole ? "" : " not");
}

static void forget(kept_truth *truth) {
    for (size_t i = 0; i < AT_COUNT(questions); i++)
        at_text_clear(&truth->said[i]);
}

/* --- Spoilt files ----------------------------------------------------------------------------- */

static void write_file(const char *path, const at_text *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, count, file), count);
    fclose(file);
}

/* One bit in each part of it in turn. What is found to be spoilt may be written anew. */
static void flip(const kept_truth *truth, test_store *test, const char *path, const char *story) {
    AT_CLEANUP(at_text_clear) at_text bytes = {.limit_bytes = SIZE_MAX};
    must(at_file_read(&bytes, path, SIZE_MAX, NULL), NULL);
    const size_t step = bytes.bytes / 24 + 1;
    for (size_t at = roll((uint32_t)step); at < bytes.bytes; at += step) {
        const char kept = bytes.data[at];
        bytes.data[at] = (char)(kept ^ 1 << roll(8));
        write_file(path, &bytes, bytes.bytes);
        bytes.data[at] = kept;
        expect(truth, test, 0, -1, story);
    }
    write_file(path, &bytes, bytes.bytes);
}

static void cut_short(const kept_truth *truth, test_store *test, const char *path) {
    AT_CLEANUP(at_text_clear) at_text bytes = {.limit_bytes = SIZE_MAX};
    must(at_file_read(&bytes, path, SIZE_MAX, NULL), NULL);
    for (size_t at = 0; at < bytes.bytes; at += bytes.bytes / 9 + 1) {
        write_file(path, &bytes, at);
        expect(truth, test, 0, -1, "cut short");
    }
    write_file(path, &bytes, bytes.bytes);
}

/* The ledger's file in its place, and that of another store. */
static void replace(const kept_truth *truth, test_store *test, const char *ledger, const char *path,
                    at_text *other) {
    AT_CLEANUP(at_text_clear) at_text bytes = {.limit_bytes = SIZE_MAX};
    must(at_file_read(&bytes, ledger, SIZE_MAX, NULL), NULL);
    write_file(path, &bytes, bytes.bytes);
    expect(truth, test, 0, 1, "the ledger in its place");
    expect(truth, test, 0, 0, "made again");
    at_text_reset(&bytes);
    must(at_file_read(&bytes, path, SIZE_MAX, NULL), NULL);
    if (other->bytes > 0) {
        write_file(path, other, other->bytes);
        expect(truth, test, 0, 1, "another store's");
    }
    at_text_reset(other);
    must(at_text_add_bytes(other, bytes.data, bytes.bytes, NULL), NULL);
}

static void try_world(uint32_t number, at_text *other) {
    test_store test;
    kept_truth truth = {.said = {{.data = NULL}}};
    at_error err = {.status = AT_OK};
    char folder[PATH_BYTES], path[PATH_BYTES + 16], ledger[PATH_BYTES + 16];
    bool made = false;
    const bool transit = make_world(&test, number);
    snprintf(folder, sizeof folder, "%s/index", test.path);
    snprintf(path, sizeof path, "%s/networks", folder);
    snprintf(ledger, sizeof ledger, "%s/ledger", folder);
    learn(&truth, &test);
    assert_int_equal(access(path, F_OK), -1); /* small stores keep nothing by themselves */
    must(at_index_make(&made, test.store, &err), &err);
    for (size_t i = 0; i < AT_COUNT(questions); i++)
        expect(&truth, &test, i, i == 0 ? 1 : -1, "with an index");
    assert_int_equal(access(path, F_OK), transit ? -1 : 0);
    for (size_t i = 0; i < AT_COUNT(questions); i++)
        expect(&truth, &test, i, transit ? 1 : questions[i].usual ? 0 : -1, "with a summary");
    if (!transit && number % 6 == 0) {
        flip(&truth, &test, path, "a bit of the summary");
        flip(&truth, &test, ledger, "a bit of the ledger");
        cut_short(&truth, &test, path);
        replace(&truth, &test, ledger, path, other);
    }
    forget(&truth);
    test_store_drop(&test);
}

static void test_worlds(void **unused) {
    (void)unused;
    AT_CLEANUP(at_text_clear) at_text other = {.limit_bytes = SIZE_MAX};
    for (uint32_t number = 0; number < WORLDS; number++) {
        state = number * UINT64_C(7919) + 3;
        try_world(number, &other);
    }
}

/* --- Columns of any content ------------------------------------------------------------------- */

enum { MEMBERS = 6, GROUPS = 2, NODES = 7, TIES = 3, ROWS = 5, COLUMN_BYTES = 128 };

/* What a writer would leave of six members in two networks. */
static void make_columns(at_summary *out, uint8_t room[AT_SUMMARY_COLUMNS][COLUMN_BYTES]) {
    static const uint32_t things[MEMBERS] = {3, 1, 2, 6, 5, 4},
                          groups[MEMBERS] = {1, 1, 0, 2, 1, 2};
    static const uint8_t kinds[MEMBERS] = {
        AT_ACCOUNT, AT_ACCOUNT, (unsigned)AT_ACCOUNT | AT_SUMMARY_CUT,
        AT_PARTY,   AT_PARTY,   AT_ASSET};
    static const uint32_t nodes[NODES] = {2, 3, 4, 0, 2, 7, 6}, starts[] = {0, 1, 2, 2, 2, 2, 2};
    static const uint32_t owners[] = {4, 4}, a[TIES] = {0, 1, 3}, b[TIES] = {4, 4, 5};
    static const uint8_t tie_kinds[TIES] = {1, 1, 3}, grades[TIES] = {0, 0, 3};
    static const uint32_t whats[TIES] = {0, 0, 1}, entities[ROWS] = {0, 3, 4, 4, 5};
    static const uint32_t codes[ROWS] = {'A' << 8 | 'Z', 'I' << 8 | 'R', 'A' << 8 | 'Z',
                                         'I' << 8 | 'R', 'A' << 8 | 'Z'};
    static const uint8_t activities[ROWS] = {0, 0, 1, 3, 2};
    static const uint32_t about[ROWS] = {0, 3, 0, 1, 5}, notes[] = {1};
    static const char texts[] = "HUB_CUT\0one hub\0\0directs";
    static const struct {
        at_summary_column column;
        const void *values;
        size_t count;
    } columns[] = {{AT_SUMMARY_THING, things, MEMBERS},
                   {AT_SUMMARY_KIND, kinds, MEMBERS},
                   {AT_SUMMARY_RECORD, NULL, MEMBERS},
                   {AT_SUMMARY_GROUP, groups, MEMBERS},
                   {AT_SUMMARY_NODE, nodes, NODES},
                   {AT_SUMMARY_TRANSFERS, NULL, GROUPS},
                   {AT_SUMMARY_FIRST, NULL, GROUPS},
                   {AT_SUMMARY_LAST, NULL, GROUPS},
                   {AT_SUMMARY_OWNER_START, starts, MEMBERS + 1},
                   {AT_SUMMARY_OWNERS, owners, AT_COUNT(owners)},
                   {AT_SUMMARY_TIE_A, a, TIES},
                   {AT_SUMMARY_TIE_B, b, TIES},
                   {AT_SUMMARY_TIE_KIND, tie_kinds, TIES},
                   {AT_SUMMARY_TIE_GRADE, grades, TIES},
                   {AT_SUMMARY_TIE_WHAT, whats, TIES},
                   {AT_SUMMARY_TIE_RECORD, NULL, TIES},
                   {AT_SUMMARY_ENTITY, entities, ROWS},
                   {AT_SUMMARY_COUNTRY, codes, ROWS},
                   {AT_SUMMARY_ACTIVITY, activities, ROWS},
                   {AT_SUMMARY_ABOUT, about, ROWS},
                   {AT_SUMMARY_SHOWN, NULL, ROWS},
                   {AT_SUMMARY_SHOWN_IN, NULL, ROWS},
                   {AT_SUMMARY_COUNTED, about, ROWS},
                   {AT_SUMMARY_NOTES, notes, 1},
                   {AT_SUMMARY_TEXTS, texts, sizeof texts}};
    memset(room, 0, (size_t)AT_SUMMARY_COLUMNS * COLUMN_BYTES);
    for (size_t i = 0; i < AT_COUNT(columns); i++) {
        const at_summary_column column = columns[i].column;
        if (columns[i].values)
            memcpy(room[column], columns[i].values, columns[i].count * at_summary_size(column));
        out->columns[column].values = room[column];
        out->columns[column].count = columns[i].count;
    }
}

/* Everything that leads somewhere is followed. */
static void follow(const at_found_networks *found) {
    const at_graph *graph = &found->graph;
    size_t sum = 0;
    for (uint32_t group = 0; group < found->groups.group_count; group++)
        for (uint32_t i = 0; i < found->groups.groups[group].member_count; i++) {
            const uint32_t member = found->groups.groups[group].members[i];
            assert_int_equal(found->groups.group_of[member], group);
            sum += graph->members[member].thing;
        }
    for (uint32_t member = 0; member < graph->member_count; member++) {
        for (uint32_t i = graph->tie_start[member]; i < graph->tie_start[member + 1]; i++) {
            const at_tie *tie = &graph->ties[graph->tie_of[i]];
            assert_true(tie->a == member || tie->b == member);
            sum += strlen(tie->what) + strlen(at_tie_text(tie->kind)) +
                   (graph->members[at_tie_other(tie, member)].cut ? 1 : 0);
        }
        for (uint32_t i = found->places.start[member]; i < found->places.start[member + 1]; i++) {
            const at_evidence *row = &found->places.rows[i];
            assert_int_equal(row->entity, member);
            sum += strlen(row->country) + graph->members[row->about].thing +
                   strlen(at_activity_text(row->activity));
        }
        for (uint32_t i = found->places.owner_start[member];
             i < found->places.owner_start[member + 1]; i++)
            sum += graph->members[found->places.owners[i]].thing;
        sum += graph->members[found->places.entity[member]].thing;
    }
    for (size_t i = 0; i < found->note_count; i++)
        sum += strlen(found->notes[i].code) + strlen(found->notes[i].text);
    assert_true(sum > 0);
}

static void test_forged(void **unused) {
    (void)unused;
    static uint8_t room[AT_SUMMARY_COLUMNS][COLUMN_BYTES];
    size_t good_count = 0;
    state = 5;
    for (uint32_t n = 0; n <= FORGED; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 1 << 20};
        at_summary summary;
        at_found_networks found;
        at_error err = {.status = AT_OK};
        bool good = false;
        make_columns(&summary, room);
        for (uint32_t k = n ? 1 + roll(2) : 0; k > 0; k--) {
            const uint32_t column = roll(AT_SUMMARY_COLUMNS);
            if (roll(3) == 0)
                summary.columns[column].count = roll(9);
            else
                room[column][roll(32)] = (uint8_t)roll(256);
        }
        must(at_networks_unpack(&found, &good, &summary, 7, &arena, &err), &err);
        assert_true(good || n > 0);
        good_count += good;
        if (good)
            follow(&found);
    }
    assert_in_range(good_count, FORGED / 20, FORGED * 19 / 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_worlds),
                                       cmocka_unit_test(test_forged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
