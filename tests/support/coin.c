#include "tests/support/coin.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/coin_game.h"

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
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

/* `count` coins leave by the rule of the method. */
static void take_coins(coin_game *run, coin_pile *to, coin_pile *from, int count, bool preserved) {
    const int labels = run->tainted + 3;
    int held[LABELS], leave[LABELS], kept = 0;
    if (run->method == COIN_FIFO || run->method == COIN_LIFO) {
        move_coins(to, from, count, run->method == COIN_LIFO);
        return;
    }
    for (int label = 0; label < labels; label++)
        held[label] = count_label(from, label);
    coin_leave(leave, held, labels, count, run->method, preserved, &run->roundings);
    for (int i = 0; i < from->count; i++)
        if (leave[from->unit[i]]-- > 0)
            add_coin(to, from->unit[i]);
        else
            from->unit[kept++] = from->unit[i];
    from->count = kept;
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
    const bool ordered = run->method == COIN_FIFO || run->method == COIN_LIFO;
    for (int turn = run->tainted; turn < run->tainted + (ordered ? 1 : 3); turn++)
        for (int i = 0; i < coins->count && done < wanted; i++)
            if (ordered ? coins->unit[i] >= run->tainted : coins->unit[i] == turn) {
                coins->unit[i] = (short)label;
                done++;
            }
    run->used[s] = true;
    run->injected[label] += done;
    if (asked > coins->count)
        coin_note(run, "SOURCE_CAPPED", node, transfer, "-", asked - coins->count);
    if (done < wanted)
        coin_note(run, "SOURCE_OVERLAP", node, transfer, "-", wanted - done);
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
        for (int label = 0; run->method == COIN_POISON && label < run->tainted; label++)
            if (strcmp(run->labels[label], run->world->sources[first].label) == 0)
                run->purses[node].carried[label]++;
        run->used[first] = true;
        if (run->method == COIN_POISON)
            continue;
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
        coin_note(run, "replenished", run->nodes[entry->to].id, entry->id, debit->id, units);
        left -= units;
        purse->debits[i].untainted -= units;
    }
}

static void repay(coin_game *run, const coin_entry *entry, coin_pile *block) {
    coin_pile *debt = &run->purses[entry->to].debt;
    const int units = debt->count < block->count ? debt->count : block->count;
    static coin_pile part, paid;
    part.count = paid.count = 0;
    take_coins(run, &part, block, units, false);
    move_coins(&paid, debt, units, false);
    for (int i = 0, run_length = 1; i < units && count_untainted(run, &part) < units;
         i++, run_length++)
        if (i + 1 == units || paid.unit[i + 1] != paid.unit[i]) {
            coin_note(run, "overdraft", run->nodes[entry->to].id, entry->id,
                      paid.unit[i] == OPENING ? "@opening" : run->list[paid.unit[i]].id,
                      run_length);
            run_length = 0;
        }
    const int sink = 2 * COIN_NODES + entry->to;
    snprintf(run->nodes[sink].id, 16, "@overdraft:%.4s", run->world->nodes[entry->to].id);
    move_coins(&run->purses[sink].held, &part, units, false);
}

/* T18. */
static void convert(const coin_game *run, const coin_entry *entry, coin_pile *to,
                    const coin_pile *block) {
    int weights[LABELS], units[LABELS];
    if (run->method == COIN_FIFO || run->method == COIN_LIFO) {
        for (int s = 1; s <= entry->amount; s++)
            for (int i = (s - 1) * entry->in / entry->amount; i < s * entry->in / entry->amount;
                 i++)
                add_coin(to, block->unit[s - 1]);
        return;
    }
    for (int label = 0; label < run->tainted + 3; label++)
        weights[label] = count_label(block, label);
    coin_divide(units, weights, run->tainted + 3, entry->in);
    for (int label = 0; label < run->tainted + 3; label++)
        for (int i = 0; i < units[label]; i++)
            add_coin(to, label);
}

/* T17: old claims stay what they are while the proceeds last; what is left goes to the others. */
static void keep_claims(const coin_game *run, int in, coin_pile *to, const coin_pile *block) {
    const bool ordered = run->method == COIN_FIFO || run->method == COIN_LIFO;
    const int own = count_untainted(run, block), claims = block->count - own;
    const int kept = claims < in ? claims : in, rest = own > 0 ? in - kept : 0;
    int weights[LABELS], units[LABELS], passed[2] = {0, 0};
    for (int i = 0; ordered && i < block->count; i++) {
        const bool mine = block->unit[i] < run->tainted;
        const int all = mine ? claims : own, become = mine ? kept : rest, s = ++passed[mine];
        for (int k = (s - 1) * become / all; k < s * become / all; k++)
            add_coin(to, block->unit[i]);
    }
    for (int label = 0; label < run->tainted + 3; label++)
        weights[label] = count_label(block, label);
    coin_divide(units, weights, run->tainted, kept);
    coin_divide(units + run->tainted, weights + run->tainted, 3, rest);
    for (int label = 0; !ordered && label < run->tainted + 3; label++)
        for (int i = 0; i < units[label]; i++)
            add_coin(to, label);
    while (to->count < in)
        add_coin(to, run->tainted);
}

/* What was sold is followed by share or as a lien, and noted both ways. */
static void sell(coin_game *run, const coin_entry *entry, coin_pile *to, const coin_pile *block) {
    static coin_pile share, lien;
    const coin_node *from = &run->nodes[entry->from], *other = &run->nodes[entry->to];
    const bool sale = from->asset && entry->amount != entry->in;
    const bool same = sale && strcmp(from->currency, other->currency) == 0;
    share.count = lien.count = 0;
    convert(run, entry, &share, block);
    if (same)
        keep_claims(run, entry->in, &lien, block);
    for (int label = 0; sale && label < run->tainted; label++) {
        if (count_label(block, label) == 0)
            continue;
        coin_note(run, "SALE_SHARE", from->id, entry->id, "-", count_label(&share, label));
        if (same)
            coin_note(run, "SALE_LIEN", from->id, entry->id, "-", count_label(&lien, label));
    }
    *to = same && run->world->lien ? lien : share;
}

/* T11: labels of the debtor and those declared go along; nothing is taken. */
static void poison(coin_game *run, const coin_entry *entry) {
    coin_purse *from = &run->purses[entry->from], *to = &run->purses[entry->to];
    for (int label = 0; label < run->tainted; label++) {
        bool carries = run->nodes[entry->from].held && from->carried[label] > 0;
        for (int s = 0; s < run->world->source_count; s++)
            if (strcmp(run->world->sources[s].transfer, entry->id) == 0) {
                run->used[s] = true;
                carries = carries || strcmp(run->world->sources[s].label, run->labels[label]) == 0;
            }
        if (!carries)
            continue;
        to->carried[label] += entry->in;
        test_line(run->out, "move %s %s %d", run->labels[label], entry->id, entry->in);
    }
    from->balance -= entry->amount;
    to->balance += entry->in;
}

static void play(coin_game *run, int number) {
    const coin_entry *entry = &run->list[number];
    const bool from_held = run->nodes[entry->from].held;
    coin_purse *purse = &run->purses[entry->from];
    static coin_pile block, converted;
    block.count = converted.count = 0;
    const int most = from_held ? purse->held.count : 0;
    const int own = most < entry->amount ? most : entry->amount;
    take_coins(run, &block, &purse->held, own,
               run->nodes[entry->to].asset || run->nodes[entry->to].preserved);
    for (int i = own; i < entry->amount; i++) {
        add_coin(&block, from_held ? run->tainted + 1 : run->tainted);
        if (from_held)
            add_coin(&purse->debt, number);
    }
    if (from_held) {
        purse->debits[purse->debit_count].entry = number;
        purse->debits[purse->debit_count++].untainted = count_untainted(run, &block);
    }
    sell(run, entry, &converted, &block);
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

static void report_poison(coin_game *run) {
    for (int node = 0; node < 3 * COIN_NODES; node++)
        for (int label = 0; label < run->tainted; label++) {
            const coin_purse *purse = &run->purses[node];
            const int balance = purse->balance > 0 ? purse->balance : 0;
            if (purse->carried[label] > 0)
                test_line(run->out, "holding %s %s %d", run->labels[label], run->nodes[node].id,
                          run->nodes[node].held ? balance : purse->carried[label]);
        }
}

/* T10b. */
static void report_parts(coin_game *run) {
    int left = 0, parts[LABELS];
    for (int node = 0; node < run->world->node_count; node++)
        if (run->nodes[node].fund)
            left += run->purses[node].held.count - count_untainted(run, &run->purses[node].held);
    run->out->count = 0;
    coin_divide(parts, run->injected, run->tainted, left);
    for (int label = 0; label < run->tainted; label++)
        if (parts[label] > 0)
            test_line(run->out, "part %s %d", run->labels[label], parts[label]);
}

static void report(coin_game *run) {
    if (run->method == COIN_POISON)
        report_poison(run);
    for (int node = 0; run->method != COIN_POISON && node < 3 * COIN_NODES; node++)
        for (int label = 0; label < run->tainted + 3; label++)
            if (count_label(&run->purses[node].held, label) > 0)
                test_line(run->out, "holding %s %s %d", run->labels[label], run->nodes[node].id,
                          count_label(&run->purses[node].held, label));
    if (run->method == COIN_PRORATA)
        test_line(run->out, "roundings %d", run->roundings);
    for (int label = 0; run->method != COIN_POISON && label < run->tainted; label++)
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
    run->method = world->method == COIN_PARIPASSU ? COIN_LIBR : world->method;
    memcpy(run->nodes, world->nodes, sizeof world->nodes);
    out->count = 0;
    name_labels(run);
    coin_sort_entries(run);
    if (world->credit_first)
        coin_credit_first(run);
    coin_expand_fees(run);
    if (!world->as_new)
        coin_cancel(run);
    coin_open_accounts(run);
    for (int i = 0; i < run->count && run->list[i].time <= world->as_of; i++) {
        const coin_entry *entry = &run->list[i];
        if (entry->deleted)
            continue;
        declare_on_accounts(run, entry->time);
        if (is_self(entry))
            coin_note(run, "SELF_TRANSFER", run->nodes[entry->from].id, entry->id, "-",
                      entry->amount);
        else if (run->method == COIN_POISON)
            poison(run, entry);
        else
            play(run, i);
    }
    declare_on_accounts(run, world->as_of);
    report(run);
    if (world->method == COIN_PARIPASSU)
        report_parts(run);
}
