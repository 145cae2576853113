#include "tests/support/coin.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 2 * COIN_ROWS, LABELS = COIN_SOURCES + 3, OPENING = -1, DEBITS = EVENTS };

/* A transaction of the effective ledger. */
typedef struct coin_entry {
    char id[24];
    const char *reverses;
    int time, seq, from, to, amount, in;
    bool deleted, converted;
    int fee;
} coin_entry;

/* A row of coins, oldest first; what a coin carries is its label or, for debts, its creator. */
typedef struct coin_pile {
    short unit[COIN_UNITS];
    int count;
} coin_pile;

typedef struct coin_purse {
    coin_pile held, debt;
    struct {
        int entry, untainted;
    } debits[DEBITS];
    int debit_count;
} coin_purse;

typedef struct coin_game {
    const coin_world *world;
    test_lines *out;
    coin_node nodes[3 * COIN_NODES]; /* the world's, then @fee by currency, then @overdraft */
    int node_count;
    coin_purse purses[3 * COIN_NODES];
    coin_entry list[EVENTS];
    int count;
    char labels[LABELS][12];
    int tainted;
    int injected[LABELS];
    bool used[COIN_SOURCES];
} coin_game;

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static void add_coin(coin_pile *coins, int what) {
    assert(coins->count < COIN_UNITS);
    coins->unit[coins->count++] = (short)what;
}

/* The first or the last `count` coins leave `from` and join `to`, keeping their order. */
static void move_coins(coin_pile *to, coin_pile *from, int count, bool last) {
    const int start = last ? from->count - count : 0;
    for (int i = 0; i < count; i++)
        add_coin(to, from->unit[start + i]);
    for (int i = start + count; i < from->count; i++)
        from->unit[i - count] = from->unit[i];
    from->count -= count;
}

static int count_label(const coin_pile *coins, int label) {
    int count = 0;
    for (int i = 0; i < coins->count; i++)
        count += coins->unit[i] == label;
    return count;
}

static int count_untainted(const coin_game *run, const coin_pile *coins) {
    int count = 0;
    for (int i = 0; i < coins->count; i++)
        count += coins->unit[i] >= run->tainted;
    return count;
}

static bool is_self(const coin_entry *entry) {
    return entry->from == entry->to;
}

static void note(coin_game *run, const char *code, const char *node, const char *id,
                 const char *against, int amount) {
    test_line(run->out, "note %s %s %s %s %d", code, node, id, against, amount);
}

/* T2, T3: what exists, in its order. */
static int by_order(const void *a, const void *b) {
    const coin_entry *left = a, *right = b;
    if (left->time != right->time)
        return left->time - right->time;
    return left->seq != right->seq ? left->seq - right->seq : strcmp(left->id, right->id);
}

static void sort_entries(coin_game *run) {
    for (int i = 0; i < run->world->row_count; i++) {
        const coin_row *row = &run->world->rows[i];
        if (row->amount == 0)
            continue;
        coin_entry *entry = &run->list[run->count++];
        *entry = (coin_entry){.reverses = row->reverses,
                              .time = row->time,
                              .seq = row->seq,
                              .from = row->from,
                              .to = row->to,
                              .amount = row->amount,
                              .in = row->amount_in,
                              .fee = row->fee};
        memcpy(entry->id, row->id, sizeof row->id);
        entry->converted =
            row->amount != row->amount_in ||
            strcmp(run->nodes[row->from].currency, run->nodes[row->to].currency) != 0;
    }
    qsort(run->list, (size_t)run->count, sizeof run->list[0], by_order);
}

/* Does the debtor of `entry` receive any of list[first..end) but its own self-transfers? */
static bool waits(const coin_game *run, const coin_entry *entry, int first, int end) {
    for (int i = first; i < end; i++)
        if (run->list[i].to == entry->from && !is_self(&run->list[i]))
            return true;
    return false;
}

/* list[first..end) are not yet taken; the one chosen is brought to the front. */
static void credit_first(coin_game *run) {
    for (int first = 0; first < run->count; first++) {
        int end = first, pick = first;
        while (end < run->count && run->list[end].time == run->list[first].time)
            end++;
        while (pick < end && waits(run, &run->list[pick], first, end))
            pick++;
        if (pick == end)
            pick = first;
        const coin_entry chosen = run->list[pick];
        for (int i = pick; i > first; i--)
            run->list[i] = run->list[i - 1];
        run->list[first] = chosen;
    }
}

/* T15. A node @fee for each currency in which any fee is charged. */
static int fee_node(coin_game *run, int payer) {
    for (int i = run->world->node_count; i < run->node_count; i++)
        if (strcmp(run->nodes[i].currency, run->nodes[payer].currency) == 0)
            return i;
    coin_node *node = &run->nodes[run->node_count];
    memcpy(node->currency, run->nodes[payer].currency, sizeof node->currency);
    memcpy(node->id, "@fee/", sizeof "@fee/");
    memcpy(node->id + strlen("@fee/"), node->currency, sizeof node->currency);
    return run->node_count++;
}

static void expand_fees(coin_game *run) {
    for (int i = 0; i < run->count; i++) {
        if (run->list[i].fee == 0)
            continue;
        for (int j = run->count++; j > i + 1; j--)
            run->list[j] = run->list[j - 1];
        coin_entry *fee = &run->list[i + 1];
        *fee = run->list[i];
        memcpy(fee->id + strlen(fee->id), "/fee", sizeof "/fee");
        fee->reverses = "";
        fee->amount = fee->in = run->list[i].fee;
        fee->fee = 0;
        fee->to = fee_node(run, fee->from);
    }
    if (run->node_count == run->world->node_count + 1)
        snprintf(run->nodes[run->node_count - 1].id, 16, "@fee");
}

/* T16. */
static const char *judge(coin_game *run, int r) {
    coin_entry *reversal = &run->list[r];
    int t = 0;
    while (t < r && strcmp(run->list[t].id, reversal->reverses) != 0)
        t++;
    coin_entry *original = &run->list[t];
    if (t == r || original->deleted)
        return "UNMATCHED";
    if (reversal->from != original->to || reversal->to != original->from || reversal->converted ||
        original->converted || reversal->amount > original->amount)
        return "MISMATCH";
    for (int i = t + 1; i < r; i++)
        if (run->list[i].from == original->to && !run->list[i].deleted && !is_self(&run->list[i]))
            return "SPENT";
    reversal->deleted = true;
    original->amount -= reversal->amount;
    original->in -= reversal->amount;
    original->deleted = original->amount == 0;
    return "REVERSAL_CANCELLED";
}

static void cancel(coin_game *run) {
    for (int r = 0; r < run->count; r++)
        if (run->list[r].reverses[0] != '\0' && run->list[r].time <= run->world->as_of) {
            const int amount = run->list[r].amount;
            const char *code = judge(run, r);
            note(run, code, "-", run->list[r].id, "-", amount);
        }
}

/* T6. */
static void open_accounts(coin_game *run) {
    for (int node = 0; node < run->world->node_count; node++) {
        const coin_node *account = &run->nodes[node];
        int opening = account->opening, balance = 0, lowest = 0;
        for (int i = 0; i < run->count; i++) {
            const coin_entry *entry = &run->list[i];
            if (entry->deleted || is_self(entry))
                continue;
            balance +=
                (entry->to == node ? entry->in : 0) - (entry->from == node ? entry->amount : 0);
            lowest = balance < lowest ? balance : lowest;
        }
        if (!account->known)
            opening = account->held ? -lowest : 0;
        if (!account->known && opening > 0)
            note(run, "IMPUTED_OPENING", account->id, "-", "-", opening);
        for (int i = 0; i < opening; i++)
            add_coin(&run->purses[node].held, account->known ? run->tainted : run->tainted + 2);
        for (int i = 0; i < -opening; i++)
            add_coin(&run->purses[node].debt, OPENING);
    }
}

/* T20. */
static void declare(coin_game *run, int s, coin_pile *coins, const char *node,
                    const char *transfer) {
    const coin_source *source = &run->world->sources[s];
    const int asked = source->amount < 0 ? coins->count : source->amount;
    const int wanted = asked < coins->count ? asked : coins->count;
    int done = 0, label = 0;
    while (strcmp(run->labels[label], source->label) != 0)
        label++;
    for (int i = 0; i < coins->count && done < wanted; i++)
        if (coins->unit[i] >= run->tainted) {
            coins->unit[i] = (short)label;
            done++;
        }
    run->used[s] = true;
    run->injected[label] += done;
    if (asked > coins->count)
        note(run, "SOURCE_CAPPED", node, transfer, "-", asked - coins->count);
    if (done < wanted)
        note(run, "SOURCE_OVERLAP", node, transfer, "-", wanted - done);
}

/* Account sources due before a transaction at `time`; those of one moment and account by label. */
static void declare_on_accounts(coin_game *run, int time) {
    for (;;) {
        int first = -1;
        for (int s = 0; s < run->world->source_count; s++) {
            const coin_source *source = &run->world->sources[s],
                              *best = source - s + (first < 0 ? s : first);
            if (source->transfer[0] == '\0' && !run->used[s] && source->time <= time &&
                (first < 0 || source->time < best->time ||
                 (source->time == best->time && strcmp(source->label, best->label) < 0)))
                first = s;
        }
        const int node = run->world->sources[first < 0 ? 0 : first].node;
        if (first < 0)
            return;
        declare(run, first, &run->purses[node].held, run->nodes[node].id, "-");
    }
}

static void declare_on_transfer(coin_game *run, const coin_entry *entry, coin_pile *block) {
    for (int label = 0; label < run->tainted; label++)
        for (int s = 0; s < run->world->source_count; s++)
            if (strcmp(run->world->sources[s].label, run->labels[label]) == 0 &&
                strcmp(run->world->sources[s].transfer, entry->id) == 0)
                declare(run, s, block, "-", entry->id);
}

/* T13. */
static void list_replenished(coin_game *run, const coin_entry *entry, const coin_pile *block) {
    coin_purse *purse = &run->purses[entry->to];
    int left = block->count - count_untainted(run, block);
    for (int i = purse->debit_count; run->world->window >= 0 && i-- > 0;) {
        const coin_entry *debit = &run->list[purse->debits[i].entry];
        const int units = left < purse->debits[i].untainted ? left : purse->debits[i].untainted;
        if (entry->time - debit->time > run->world->window || units == 0)
            continue;
        note(run, "replenished", run->nodes[entry->to].id, entry->id, debit->id, units);
        left -= units;
        purse->debits[i].untainted -= units;
    }
}

static void repay(coin_game *run, const coin_entry *entry, coin_pile *block) {
    coin_pile *debt = &run->purses[entry->to].debt;
    const int units = debt->count < block->count ? debt->count : block->count;
    static coin_pile part, paid;
    part.count = paid.count = 0;
    move_coins(&part, block, units, run->world->lifo);
    move_coins(&paid, debt, units, false);
    for (int i = 0, run_length = 1; i < units && count_untainted(run, &part) < units;
         i++, run_length++)
        if (i + 1 == units || paid.unit[i + 1] != paid.unit[i]) {
            note(run, "overdraft", run->nodes[entry->to].id, entry->id,
                 paid.unit[i] == OPENING ? "@opening" : run->list[paid.unit[i]].id, run_length);
            run_length = 0;
        }
    const int sink = 2 * COIN_NODES + entry->to;
    snprintf(run->nodes[sink].id, 16, "@overdraft:%.4s", run->world->nodes[entry->to].id);
    move_coins(&run->purses[sink].held, &part, units, false);
}

static void play(coin_game *run, int number) {
    const coin_entry *entry = &run->list[number];
    const bool from_held = run->nodes[entry->from].held;
    coin_purse *purse = &run->purses[entry->from];
    static coin_pile block, converted;
    block.count = converted.count = 0;
    const int most = from_held ? purse->held.count : 0;
    const int own = most < entry->amount ? most : entry->amount;
    move_coins(&block, &purse->held, own, run->world->lifo);
    for (int i = own; i < entry->amount; i++) {
        add_coin(&block, from_held ? run->tainted + 1 : run->tainted);
        if (from_held)
            add_coin(&purse->debt, number);
    }
    if (from_held) {
        purse->debits[purse->debit_count].entry = number;
        purse->debits[purse->debit_count++].untainted = count_untainted(run, &block);
    }
    for (int s = 1; s <= entry->amount; s++)
        for (int i = (s - 1) * entry->in / entry->amount; i < s * entry->in / entry->amount; i++)
            add_coin(&converted, block.unit[s - 1]);
    declare_on_transfer(run, entry, &converted);
    for (int label = 0; label < run->tainted + 3; label++)
        if (count_label(&converted, label) > 0)
            test_line(run->out, "move %s %s %d", run->labels[label], entry->id,
                      count_label(&converted, label));
    if (run->nodes[entry->to].held) {
        list_replenished(run, entry, &converted);
        repay(run, entry, &converted);
    }
    move_coins(&run->purses[entry->to].held, &converted, converted.count, false);
}

static void name_labels(coin_game *run) {
    static const char *const untainted[] = {"@clean", "@credit", "@unknown"};
    for (int s = 0; s < run->world->source_count; s++) {
        const char *label = run->world->sources[s].label;
        bool known = false;
        for (int i = 0; i < run->tainted; i++)
            known = known || strcmp(run->labels[i], label) == 0;
        if (!known)
            snprintf(run->labels[run->tainted++], 12, "%s", label);
    }
    qsort(run->labels, (size_t)run->tainted, sizeof run->labels[0], by_text);
    for (int i = 0; i < 3; i++)
        snprintf(run->labels[run->tainted + i], 12, "%s", untainted[i]);
}

static void report(coin_game *run) {
    for (int node = 0; node < 3 * COIN_NODES; node++)
        for (int label = 0; label < run->tainted + 3; label++)
            if (count_label(&run->purses[node].held, label) > 0)
                test_line(run->out, "holding %s %s %d", run->labels[label], run->nodes[node].id,
                          count_label(&run->purses[node].held, label));
    for (int label = 0; label < run->tainted; label++)
        test_line(run->out, "injected %s %d", run->labels[label], run->injected[label]);
    for (int s = 0; s < run->world->source_count; s++)
        if (run->world->sources[s].transfer[0] != '\0' && !run->used[s])
            test_line(run->out, "note SOURCE_MISSING - %s - -", run->world->sources[s].transfer);
    test_lines_sort(run->out);
}

void coin_run(test_lines *out, const coin_world *world) {
    static coin_game game;
    coin_game *run = &game;
    game = (coin_game){.world = world, .out = out, .node_count = world->node_count};
    memcpy(run->nodes, world->nodes, sizeof world->nodes);
    out->count = 0;
    name_labels(run);
    sort_entries(run);
    if (world->credit_first)
        credit_first(run);
    expand_fees(run);
    if (!world->as_new)
        cancel(run);
    open_accounts(run);
    for (int i = 0; i < run->count && run->list[i].time <= world->as_of; i++) {
        const coin_entry *entry = &run->list[i];
        if (entry->deleted)
            continue;
        declare_on_accounts(run, entry->time);
        if (is_self(entry))
            note(run, "SELF_TRANSFER", run->nodes[entry->from].id, entry->id, "-", entry->amount);
        else
            play(run, i);
    }
    declare_on_accounts(run, world->as_of);
    report(run);
}
