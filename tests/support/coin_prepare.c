#include "tests/support/coin_game.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void coin_note(coin_game *run, const char *code, const char *node, const char *id,
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

void coin_sort_entries(coin_game *run) {
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
void coin_credit_first(coin_game *run) {
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

void coin_expand_fees(coin_game *run) {
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

void coin_cancel(coin_game *run) {
    for (int r = 0; r < run->count; r++)
        if (run->list[r].reverses[0] != '\0' && run->list[r].time <= run->world->as_of) {
            const int amount = run->list[r].amount;
            const char *code = judge(run, r);
            coin_note(run, code, "-", run->list[r].id, "-", amount);
        }
}

/* T6. */
void coin_open_accounts(coin_game *run) {
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
            coin_note(run, "IMPUTED_OPENING", account->id, "-", "-", opening);
        run->purses[node].balance = opening;
        for (int i = 0; i < opening; i++)
            add_coin(&run->purses[node].held, account->known ? run->tainted : run->tainted + 2);
        for (int i = 0; i < -opening; i++)
            add_coin(&run->purses[node].debt, OPENING);
    }
}
