/* Goal: the worked examples of specification 1.7 come out to the unit by every method.
 * Method: one table; a row is one published case, a column a method; what it leaves tainted, node
 * by node. The first six rows are the cases of 1.7, whose sources stand in section 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define ACCOUNT(name, opening_) \
    { .id = name, .currency = "GBP", .held = true, .known = true, .opening = opening_ }
#define FUND(name, opening_)                                                             \
    {                                                                                    \
        .id = name, .currency = "GBP", .held = true, .known = true, .opening = opening_, \
        .fund = true                                                                     \
    }
#define OUTSIDE(name) \
    { .id = name, .currency = "GBP" }
#define ROW(name, time_, from_, to_, amount_) \
    { .id = name, .time = time_, .from = from_, .to = to_, .amount = amount_ }
#define FEE(name, time_, from_, to_, amount_, fee_) \
    { .id = name, .time = time_, .from = from_, .to = to_, .amount = amount_, .fee = fee_ }
#define DECLARE(name, id) \
    { .label = name, .transfer = id, .amount = -1 }
#define PART(name, id, units) \
    { .label = name, .transfer = id, .amount = units }
#define HELD(name, node_, time_, units) \
    { .label = name, .node = node_, .time = time_, .amount = units }
/* Own money 30660 and a claim of 20440 buy a policy, which pays `proceeds`. */
#define POLICY(proceeds, lien_)                                                                 \
    {                                                                                           \
        .nodes = {OUTSIDE("OUT"),                                                               \
                  ACCOUNT("X", 30660),                                                          \
                  {.id = "POLICY", .currency = "GBP", .held = true, .known = true, .asset = 1}, \
                  ACCOUNT("Y", 0)},                                                             \
        .rows = {ROW("t", 1, 0, 1, 20440),                                                      \
                 ROW("buy", 2, 1, 2, 51100),                                                    \
                 {.id = "sell",                                                                 \
                  .time = 3,                                                                    \
                  .from = 2,                                                                    \
                  .to = 3,                                                                      \
                  .amount = 51100,                                                              \
                  .amount_in = proceeds}},                                                      \
        .sources = {DECLARE("T", "t")}, .lien = lien_                                           \
    }

static const struct {
    const char *story;
    coin_world world;               /* amount_in 0 means the same as amount */
    const char *said[COIN_METHODS]; /* NULL: not asked */
} rows[] = {
    {"Todd: Paul, Michael, spend, Karen, spend",
     {.nodes = {OUTSIDE("OUT"), FUND("X", 0), OUTSIDE("Y")},
      .rows = {ROW("p", 1, 0, 1, 1000), ROW("m", 2, 0, 1, 1000), ROW("s1", 3, 1, 2, 1000),
               ROW("k", 4, 0, 1, 1000), ROW("s2", 5, 1, 2, 1000)},
      .sources = {DECLARE("Paul", "p"), DECLARE("Michael", "m"), DECLARE("Karen", "k")}},
     {"Karen X 1000; Michael Y 1000; Paul Y 1000", "Karen Y 1000; Michael Y 1000; Paul X 1000",
      "Karen X 500; Karen Y 500; Michael X 250; Michael Y 750; Paul X 250; Paul Y 750",
      "Karen 334; Michael 333; Paul 333",
      "Karen X 500; Karen Y 500; Michael X 250; Michael Y 750; Paul X 250; Paul Y 750",
      "Karen X 500; Karen Y 500; Michael X 250; Michael Y 750; Paul X 250; Paul Y 750",
      "Karen X 1000; Karen Y 1000; Michael X 1000; Michael Y 2000; Paul X 1000; Paul Y 2000"}},
    {"Roscoe v Winder: own money added later is not the claimant's",
     {.nodes = {OUTSIDE("OUT"), FUND("X", 100), OUTSIDE("Y")},
      .rows = {ROW("t", 1, 0, 1, 455), ROW("s", 2, 1, 2, 530), ROW("o", 3, 0, 1, 333)},
      .sources = {DECLARE("T", "t")}},
     {"T X 25; T Y 430", "T Y 455", "T X 20; T Y 435", "T 25", "T X 25; T Y 430", "T X 25; T Y 430",
      "T X 358; T Y 530"}},
    {"Re Oatway in pence: the asset bought while the fund could still pay",
     {.nodes = {OUTSIDE("OUT"),
                FUND("BANK", 18640),
                {.id = "SHARES", .currency = "GBP", .held = true, .known = true, .asset = true},
                OUTSIDE("Y")},
      .rows = {ROW("d1", 1, 0, 1, 1680000), ROW("d2", 2, 0, 1, 7200), ROW("w1", 3, 1, 3, 122400),
               ROW("buy", 4, 1, 2, 513027), ROW("w2", 5, 1, 3, 1070413)},
      .sources = {PART("TRUST", "d1", 720000)}},
     {"TRUST SHARES 513027; TRUST Y 206973", "TRUST Y 720000",
      "TRUST SHARES 216538; TRUST Y 503462", "", "TRUST Y 720000",
      "TRUST SHARES 513027; TRUST Y 206973", "TRUST BANK 0; TRUST SHARES 513027; TRUST Y 1192813"}},
    {"an overdraft swallows a claim, by every rule",
     {.nodes = {OUTSIDE("OUT"), FUND("X", -500), ACCOUNT("ASSET", 0), OUTSIDE("Y")},
      .rows = {ROW("buy", 1, 1, 2, 200), ROW("t", 2, 0, 1, 1000), ROW("spend", 3, 1, 3, 100)},
      .sources = {DECLARE("T", "t")}},
     {"T @overdraft:X 700; T X 200; T Y 100", "T @overdraft:X 700; T X 200; T Y 100",
      "T @overdraft:X 700; T X 200; T Y 100", "T 200", "T @overdraft:X 700; T X 200; T Y 100",
      "T @overdraft:X 700; T X 200; T Y 100", "T X 200; T Y 100"}},
    {"foreign exchange keeps the part",
     {.nodes = {OUTSIDE("OUT"),
                {.id = "USD", .currency = "USD", .held = true, .known = true},
                {.id = "EUR", .currency = "EUR", .held = true, .known = true, .fund = true}},
      .rows = {{.id = "t", .time = 1, .to = 1, .amount = 3333},
               {.id = "c", .time = 2, .to = 1, .amount = 6667},
               {.id = "fx", .time = 3, .from = 1, .to = 2, .amount = 10000, .amount_in = 9100}},
      .sources = {DECLARE("T", "t")}},
     {"T EUR 3033", "T EUR 3033", "T EUR 3033", "T 3033", "T EUR 3033", "T EUR 3033",
      "T EUR 9100; T USD 0"}},
    {"money goes round and comes back mixed",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("A", 0), ACCOUNT("B", 0), ACCOUNT("C", 0), FUND("D", 0)},
      .rows = {ROW("c", 1, 0, 1, 100), ROW("t", 2, 0, 1, 100), ROW("ab", 3, 1, 2, 100),
               ROW("bc", 4, 2, 3, 100), ROW("ca", 5, 3, 1, 100), ROW("ad", 6, 1, 4, 150)},
      .sources = {DECLARE("T", "t")}},
     {"T D 100", "T D 100", "T A 25; T D 75", "T 50", "T A 50; T D 50", "T A 50; T D 50",
      "T A 50; T B 0; T C 0; T D 150"}},
    {"two claimants share each dip; the later one bears no earlier dip (T10)",
     {.nodes = {OUTSIDE("OUT"), FUND("X", 10), OUTSIDE("Y")},
      .rows = {ROW("a", 1, 0, 1, 30), ROW("b", 2, 0, 1, 60), ROW("s", 3, 1, 2, 40),
               ROW("c", 4, 0, 1, 20), ROW("u", 5, 1, 2, 8)},
      .sources = {DECLARE("A", "a"), DECLARE("B", "b"), DECLARE("C", "c")}},
     {NULL, NULL, NULL, "A 20; B 39; C 13", "A X 18; A Y 12; B X 36; B Y 24; C X 18; C Y 2",
      "A X 18; A Y 12; B X 36; B Y 24; C X 18; C Y 2", NULL}},
    {"units left over go to the largest remainder, then to the first label (T9)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), OUTSIDE("Y")},
      .rows = {ROW("a", 1, 0, 1, 1), ROW("b", 2, 0, 1, 1), ROW("c", 3, 0, 1, 2),
               ROW("s", 4, 1, 2, 1)},
      .sources = {DECLARE("A", "a"), DECLARE("B", "b")}},
     {NULL, NULL, "A X 1; B X 1", NULL, "A X 1; B X 1", "A X 1; B X 1", NULL}},
    {"untainted money is declared in the order @clean, @credit, @unknown (T20)",
     {.nodes = {OUTSIDE("OUT"), {.id = "X", .currency = "GBP", .held = true}, ACCOUNT("Z", 0)},
      .rows = {ROW("a", 1, 1, 2, 9), ROW("b", 2, 0, 1, 5), ROW("s", 3, 1, 2, 2)},
      .sources = {HELD("T", 1, 3, 3)}},
     {"T X 1; T Z 2", NULL, "T X 2; T Z 1", NULL, "T X 3", "T X 3", "T X 3; T Z 11"}},
    {"Foskett, a gain by share: the claim had two fifths of the premiums (T17)",
     POLICY(1000000, false),
     {"T Y 400000", "T Y 400000", "T Y 400000", NULL, "T Y 400000", "T Y 400000",
      "T POLICY 0; T X 0; T Y 1000000"}},
    {"Foskett, a gain by lien: the claim keeps its amount",
     POLICY(1000000, true),
     {"T Y 20440", "T Y 20440", "T Y 20440", NULL, "T Y 20440", "T Y 20440",
      "T POLICY 0; T X 0; T Y 1000000"}},
    {"a loss by share falls on everybody",
     POLICY(25000, false),
     {"T Y 10000", "T Y 10000", "T Y 10000", NULL, "T Y 10000", "T Y 10000",
      "T POLICY 0; T X 0; T Y 25000"}},
    {"a loss by lien falls on the holder first",
     POLICY(25000, true),
     {"T Y 20440", "T Y 20440", "T Y 20440", NULL, "T Y 20440", "T Y 20440",
      "T POLICY 0; T X 0; T Y 25000"}},
    {"a lien is worth no more than the proceeds",
     POLICY(15000, true),
     {"T Y 15000", "T Y 15000", "T Y 15000", NULL, "T Y 15000", "T Y 15000",
      "T POLICY 0; T X 0; T Y 15000"}},
    {"a fee is paid like any debit",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 3), OUTSIDE("Y")},
      .rows = {ROW("t", 1, 0, 1, 9), FEE("s", 2, 1, 2, 4, 4)},
      .sources = {DECLARE("T", "t")}},
     {"T @fee 4; T X 4; T Y 1", "T @fee 4; T X 1; T Y 4", "T @fee 3; T X 3; T Y 3", NULL,
      "T @fee 4; T X 4; T Y 1", NULL, "T @fee 4; T X 4; T Y 4"}},
};

static void complete(coin_world *out, const coin_world *world, enum coin_method method) {
    *out = *world;
    while (out->node_count < COIN_NODES && out->nodes[out->node_count].id[0] != '\0')
        out->node_count++;
    for (; out->row_count < COIN_ROWS && out->rows[out->row_count].id[0] != '\0'; out->row_count++)
        if (out->rows[out->row_count].amount_in == 0)
            out->rows[out->row_count].amount_in = out->rows[out->row_count].amount;
    while (out->source_count < COIN_SOURCES && out->sources[out->source_count].label[0] != '\0')
        out->source_count++;
    out->as_of = 1000;
    out->window = AT_TRACE_WINDOW_OFF;
    out->method = method;
}

/* Tainted holdings and parts of a fund, joined. */
static void summarise(char *out, size_t bytes, const test_lines *lines) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < lines->count; i++) {
        const char *text = strchr(lines->text[i], ' ') + 1;
        const bool part = strncmp(lines->text[i], "part ", 5) == 0;
        if (part || (strncmp(lines->text[i], "holding ", 8) == 0 && text[0] != '@'))
            used += (size_t)snprintf(out + used, bytes - used, "%s%s", used > 0 ? "; " : "", text);
    }
}

static void test_examples(void **state) {
    static coin_world world;
    static test_lines lines;
    char said[1000];
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        for (int method = 0; method < COIN_METHODS; method++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            at_trace trace;
            if (rows[i].said[method] == NULL)
                continue;
            complete(&world, &rows[i].world, (enum coin_method)method);
            assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
            world_lines(&lines, &world, &trace, &arena);
            summarise(said, sizeof said, &lines);
            if (strcmp(said, rows[i].said[method]) != 0)
                print_message("    %s\n", coin_methods[method]);
            assert_string_equal(said, rows[i].said[method]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
