/* rules.c: the other rules of tracing over the same payments, each from its first sentence: newest
 * out first, everybody's part, own money first, own money first but not into assets, and everything
 * that a label ever touched. No account of a world is ever in debt, and no payment is taken back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

enum { LABELS = WM_LABELS, CLEAN = LABELS, UNKNOWN, LABEL_COUNT, STACK_MAX = 1 << 14 };
enum rule { LIFO, PRORATA, LIBR, OATWAY, POISON, RULES };
static const char *const names[RULES] = {"lifo", "prorata", "libr", "oatway", "poison"};

__extension__ typedef __int128 wide;

/* Money by label; for lifo also piled up, what came last on top. */
typedef struct pile {
    int64_t held[LABEL_COUNT];
    struct {
        int label;
        int64_t amount;
    } * lots;
    size_t count, capacity;
    bool touched[LABELS];
    int64_t balance;
} pile;

static void pile_up(pile *to, int label, int64_t amount) {
    if (amount == 0)
        return;
    to->held[label] += amount;
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? 2 * to->capacity : 8;
        to->lots = realloc(to->lots, to->capacity * sizeof *to->lots);
        if (!to->lots)
            die("out of memory");
    }
    to->lots[to->count].label = label;
    to->lots[to->count++].amount = amount;
}

/* `amount` by weight; the units that are left go one each to whom most is missing. */
static void divide(int64_t *out, const int64_t *weight, int count, int64_t amount) {
    wide total = 0, rest[LABEL_COUNT];
    int64_t left = amount;
    for (int i = 0; i < count; i++)
        total += weight[i];
    for (int i = 0; i < count; i++) {
        out[i] = total ? (int64_t)(weight[i] * (wide)amount / total) : 0;
        rest[i] = total ? weight[i] * (wide)amount % total : 0;
        left -= out[i];
    }
    for (; left > 0; left--) {
        int most = 0;
        for (int i = 1; i < count; i++)
            if (rest[i] > rest[most])
                most = i;
        rest[most] = -1;
        out[most]++;
    }
}

/* What leaves, by label. */
static void leave(int64_t *out, const pile *from, int64_t amount, bool tainted_first) {
    int64_t tainted = 0, first, own;
    for (int i = 0; i < LABELS; i++)
        tainted += from->held[i];
    first = !tainted_first ? 0 : tainted < amount ? tainted : amount;
    own = amount - first;
    for (int i = CLEAN; i < LABEL_COUNT; i++) {
        out[i] = from->held[i] < own ? from->held[i] : own;
        own -= out[i];
    }
    divide(out, from->held, LABELS, first + own);
}

/* The newest of a pile onto `block`, upside down. */
static void lift(pile *from, int64_t amount, pile *block) {
    while (amount > 0) {
        if (from->count == 0)
            die("a pile is too low");
        int label = from->lots[from->count - 1].label;
        int64_t top = from->lots[from->count - 1].amount, part = top < amount ? top : amount;
        pile_up(block, label, part);
        from->held[label] -= part;
        from->lots[from->count - 1].amount -= part;
        from->count -= top == part;
        amount -= part;
    }
}

static void pay_lifo(const wm_place *places, pile *piles, const wm_move *of) {
    pile block = {0};
    wide sum = 0;
    int64_t bound = 0;
    if (places[of->from].external)
        pile_up(&block, CLEAN, of->amount);
    else
        lift(&piles[of->from], of->amount, &block);
    for (size_t k = block.count; k-- > 0;) {
        int label = block.lots[k].label;
        sum += block.lots[k].amount;
        int64_t next = (int64_t)(sum * of->amount_in / of->amount);
        pile_up(&piles[of->to], of->label != NONE && label >= CLEAN ? of->label : label,
                next - bound);
        bound = next;
    }
    free(block.lots);
}

static void pay_vector(enum rule rule, const wm_place *places, pile *piles, const wm_move *of) {
    int64_t block[LABEL_COUNT] = {0}, credited[LABEL_COUNT];
    pile *from = &piles[of->from], *to = &piles[of->to];
    if (places[of->from].external)
        block[CLEAN] = of->amount;
    else if (rule == PRORATA)
        divide(block, from->held, LABEL_COUNT, of->amount);
    else
        leave(block, from, of->amount, rule == OATWAY && places[of->to].asset);
    divide(credited, block, LABEL_COUNT, of->amount_in);
    for (int i = 0; i < LABEL_COUNT; i++) {
        from->held[i] -= places[of->from].external ? 0 : block[i];
        to->held[of->label != NONE && i >= CLEAN ? of->label : i] += credited[i];
    }
}

static void spread(const wm_place *places, pile *piles, const wm_move *of) {
    pile *from = &piles[of->from], *to = &piles[of->to];
    for (int i = 0; i < LABELS; i++) {
        if (i != of->label && (places[of->from].external || !from->touched[i]))
            continue;
        to->touched[i] = true;
        to->held[i] += of->amount_in;
    }
    from->balance -= of->amount;
    to->balance += of->amount_in;
}

static void write_rule(FILE *file, enum rule rule, const wm_place *places, int place_count,
                       const wm_move *moves, int move_count) {
    pile *piles = calloc((size_t)place_count, sizeof *piles);
    const char *comma = "";
    if (!piles)
        die("out of memory");
    for (int i = 0; i < place_count; i++) {
        piles[i].balance = places[i].opening;
        if (!places[i].external && rule != POISON)
            pile_up(&piles[i], places[i].unknown ? UNKNOWN : CLEAN, places[i].opening);
    }
    for (int i = 0; i < move_count; i++)
        if (rule == POISON)
            spread(places, piles, &moves[i]);
        else if (rule == LIFO)
            pay_lifo(places, piles, &moves[i]);
        else
            pay_vector(rule, places, piles, &moves[i]);
    fprintf(file, "    \"%s\": [", names[rule]);
    for (int label = 0; label < LABELS; label++)
        for (int i = 0; i < place_count; i++) {
            int64_t amount = piles[i].held[label];
            if (rule == POISON && !places[i].external)
                amount = piles[i].balance;
            if (rule == POISON ? !piles[i].touched[label] : amount == 0)
                continue;
            fprintf(file, "%s\n      [\"SALE-%02d\", \"%s\", \"%s\", \"%lld\"]", comma, label + 1,
                    places[i].shown, places[i].currency, (long long)amount);
            comma = ",";
        }
    fprintf(file, "\n    ]%s\n", rule + 1 < RULES ? "," : "");
    for (int i = 0; i < place_count; i++)
        free(piles[i].lots);
    free(piles);
}

void rules_write(FILE *file, const wm_place *places, int place_count, const wm_move *moves,
                 int move_count) {
    fprintf(file, "  \"trace_by\": {\n");
    for (int rule = 0; rule < RULES; rule++)
        write_rule(file, (enum rule)rule, places, place_count, moves, move_count);
    fprintf(file, "  },\n");
}
