/* trace.c: first in, first out, coin queue by coin queue, over the payments as they must appear in
 * the ledger: two legs of a payment once, a leg without its partner at whom it names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

enum { ROWS_MAX = 2 * PAYMENTS_MAX, NODES_MAX = 3 * ACCOUNTS_MAX, LABELS = WM_LABELS };
/* Labels in their order: the declared ones, then what is known not to come from them. */
enum { CLEAN = LABELS, UNKNOWN, LABEL_COUNT };

typedef struct wm_lot {
    int label;
    int64_t amount;
} wm_lot;

typedef struct wm_node {
    char name[NAME_BYTES], shown[NAME_BYTES + 8];
    const wm_currency *currency;
    bool external, asset, opening_unknown;
    int64_t opening, running, lowest;
    wm_lot *lots;
    size_t first, count, capacity;
    int64_t held[LABEL_COUNT];
} wm_node;

typedef struct wm_row {
    const char *id;
    int from, to; /* nodes */
    int64_t minute, amount, amount_in;
    int label; /* of a source, NONE = no source */
} wm_row;

static wm_node nodes[NODES_MAX];
static wm_row rows[ROWS_MAX];
static int node_count, row_count;

static int node_of(const char *name, const wm_currency *unit, bool external, bool unknown) {
    for (int i = 0; i < node_count; i++)
        if (nodes[i].currency == unit && strcmp(nodes[i].name, name) == 0)
            return i;
    if (node_count == NODES_MAX)
        die("too many nodes");
    wm_node *of = &nodes[node_count];
    *of = (wm_node){.currency = unit, .external = external, .opening_unknown = unknown};
    snprintf(of->name, NAME_BYTES, "%s", name);
    return node_count++;
}

static int thing_node(const wm_world *w, int end) {
    if (is_asset(end)) {
        int asset = node_of(w->assets[end - ASSET_NODE].id, w->euro, false, true);
        nodes[asset].asset = true;
        return asset;
    }
    const wm_account *of = &w->accounts[end];
    int number = node_of(of->iban, of->currency, false, !of->known);
    nodes[number].opening = of->known ? of->opening : 0;
    return number;
}

/* Where a leg ends that has no partner. */
static int far_end(const wm_world *w, const wm_leg *of) {
    const wm_payment *why = &w->payments[of->payment];
    const wm_account *own = &w->accounts[of->account];
    int other = of->credit ? why->from : why->to;
    char name[NAME_BYTES];
    if (why->kind == FEE) {
        snprintf(name, sizeof name, "@external:%s", own->iban);
        return node_of(name, own->currency, true, false);
    }
    if (why->kind == PLAIN && w->accounts[other].statement == NONE)
        return thing_node(w, other);
    if (why->kind == PLAIN) {
        snprintf(name, sizeof name, "@unmatched:%s", w->accounts[other].iban);
        return node_of(name, own->currency, true, false);
    }
    if (own->holder != w->broker) /* nobody else ever took cash out */
        return node_of("@cash-unknown", own->currency, true, false);
    snprintf(name, sizeof name, "@cash:%s", thing_id(w, party_thing(w, own->holder)));
    return node_of(name, own->currency, false, true);
}

static void add_row(const char *id, int from, int to, int64_t minute, const wm_payment *of,
                    int label) {
    rows[row_count++] = (wm_row){id, from, to, minute, of->amount, of->amount_in, label};
}

static void add_single(const wm_world *w, const wm_leg *of, int label) {
    int own = thing_node(w, of->account), other = far_end(w, of);
    add_row(of->id, of->credit ? other : own, of->credit ? own : other, of->minute,
            &w->payments[of->payment], label);
}

static void add_payment(const wm_world *w, const wm_payment *of, int label) {
    const wm_leg *debit = of->debit_leg == NONE ? NULL : &w->legs[of->debit_leg];
    const wm_leg *credit = of->credit_leg == NONE ? NULL : &w->legs[of->credit_leg];
    if (!debit && !credit) {
        add_row(of->id, thing_node(w, of->from), thing_node(w, of->to), of->minute, of, label);
    } else if (debit && credit && !(of->how & APART)) {
        int from = thing_node(w, of->from), to = thing_node(w, of->to);
        if (debit->minute == credit->minute) {
            add_row(debit->id, from, to, debit->minute, of, label);
            return;
        }
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "@transit:%s", debit->id);
        int transit = node_of(name, nodes[from].currency, false, false);
        add_row(debit->id, from, transit, debit->minute, of, label);
        add_row(credit->id, transit, to, credit->minute, of, label);
    } else {
        if (debit)
            add_single(w, debit, label);
        if (credit)
            add_single(w, credit, label);
    }
}

static int by_order(const void *a, const void *b) {
    const wm_row *x = a, *y = b;
    if (x->minute == y->minute && x != y)
        die("two records share a minute: %s and %s", x->id, y->id);
    return (x->minute > y->minute) - (x->minute < y->minute);
}

/* An account held in one currency is shown by its name, one in several with the currency. */
static void show_nodes(void) {
    for (int i = 0; i < node_count; i++) {
        bool several = false;
        for (int k = 0; k < node_count; k++)
            several |= k != i && strcmp(nodes[k].name, nodes[i].name) == 0;
        char suffix[16] = "";
        if (several)
            snprintf(suffix, sizeof suffix, "/%.8s", nodes[i].currency->code);
        memcpy(nodes[i].shown, nodes[i].name, NAME_BYTES);
        memcpy(nodes[i].shown + strlen(nodes[i].name), suffix, strlen(suffix) + 1);
    }
}

static void push(wm_node *to, int label, int64_t amount) {
    if (amount == 0)
        return;
    to->held[label] += amount;
    if (to->external)
        return;
    if (to->count > to->first && to->lots[to->count - 1].label == label) {
        to->lots[to->count - 1].amount += amount;
        return;
    }
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? 2 * to->capacity : 8;
        to->lots = realloc(to->lots, to->capacity * sizeof *to->lots);
        if (!to->lots)
            die("out of memory");
    }
    to->lots[to->count++] = (wm_lot){label, amount};
}

/* Take the oldest `amount` out of a node, as lots. */
static size_t take(wm_node *from, int64_t amount, wm_lot *block, size_t limit) {
    size_t count = 0;
    while (amount > 0) {
        if (from->external) {
            block[count++] = (wm_lot){CLEAN, amount};
            return count;
        }
        if (from->first == from->count)
            die("%s spends what it has not got", from->name);
        if (count == limit)
            die("a payment of too many lots");
        wm_lot *oldest = &from->lots[from->first];
        int64_t part = oldest->amount < amount ? oldest->amount : amount;
        block[count++] = (wm_lot){oldest->label, part};
        from->held[oldest->label] -= part;
        amount -= part;
        oldest->amount -= part;
        if (oldest->amount == 0)
            from->first++;
    }
    return count;
}

/* What the account would have to have had at the start, where nobody says. */
static void impute(void) {
    for (int i = 0; i < row_count; i++) {
        wm_node *from = &nodes[rows[i].from], *to = &nodes[rows[i].to];
        from->running -= rows[i].amount;
        if (from->running < from->lowest)
            from->lowest = from->running;
        to->running += rows[i].amount_in;
    }
    for (int i = 0; i < node_count; i++) {
        wm_node *of = &nodes[i];
        if (of->external)
            continue;
        if (of->opening_unknown)
            push(of, UNKNOWN, -of->lowest);
        else
            push(of, CLEAN, of->opening);
    }
}

static const char *label_name(int label, char out[AMOUNT_BYTES]) {
    if (label == CLEAN || label == UNKNOWN)
        return label == CLEAN ? "@clean" : "@unknown";
    snprintf(out, AMOUNT_BYTES, "SALE-%02d", label + 1);
    return out;
}

/* Every payment in order; labelled parts of each go to the file. */
static void run(FILE *file) {
    enum { BLOCK = 4096 };
    static wm_lot block[BLOCK];
    char name[AMOUNT_BYTES];
    const char *comma = "";
    fprintf(file, "  \"trace_transfers\": [");
    for (int i = 0; i < row_count; i++) {
        const wm_row *of = &rows[i];
        wm_node *to = &nodes[of->to];
        size_t count = take(&nodes[of->from], of->amount, block, BLOCK);
        int64_t labelled[LABELS] = {0};
        __extension__ __int128 sum = 0;
        int64_t bound = 0;
        for (size_t k = 0; k < count; k++) {
            sum += block[k].amount;
            int64_t next = (int64_t)(sum * of->amount_in / of->amount);
            int label = of->label != NONE && block[k].label >= CLEAN ? of->label : block[k].label;
            if (label < LABELS)
                labelled[label] += next - bound;
            push(to, label, next - bound);
            bound = next;
        }
        for (int label = 0; label < LABELS; label++)
            if (labelled[label]) {
                fprintf(file, "%s\n    [\"%s\", \"%s\", \"%lld\"]", comma, label_name(label, name),
                        of->id, (long long)labelled[label]);
                comma = ",";
            }
    }
    fprintf(file, "\n  ],\n");
}

static int by_shown(const void *a, const void *b) {
    return strcmp(nodes[*(const int *)a].shown, nodes[*(const int *)b].shown);
}

static void write_holdings(FILE *file) {
    static int order[NODES_MAX];
    char name[AMOUNT_BYTES];
    const char *comma = "";
    for (int i = 0; i < node_count; i++)
        order[i] = i;
    qsort(order, (size_t)node_count, sizeof *order, by_shown);
    fprintf(file, "  \"trace\": [");
    for (int label = 0; label < LABEL_COUNT; label++)
        for (int i = 0; i < node_count; i++) {
            const wm_node *of = &nodes[order[i]];
            if (of->held[label] == 0)
                continue;
            fprintf(file, "%s\n    [\"%s\", \"%s\", \"%s\", \"%lld\"]", comma,
                    label_name(label, name), of->shown, of->currency->code,
                    (long long)of->held[label]);
            comma = ",";
        }
    fprintf(file, "\n  ],\n  \"imputed\": [");
    comma = "";
    for (int i = 0; i < node_count; i++) {
        const wm_node *of = &nodes[order[i]];
        if (of->external || !of->opening_unknown || of->lowest == 0)
            continue;
        fprintf(file, "%s\n    [\"%s\", \"%lld\"]", comma, of->shown, (long long)-of->lowest);
        comma = ",";
    }
    fprintf(file, "\n  ],\n");
}

static void write_other_rules(FILE *file) {
    static wm_place places[NODES_MAX];
    static wm_move moves[ROWS_MAX];
    for (int i = 0; i < node_count; i++)
        places[i] =
            (wm_place){.shown = nodes[i].shown,
                       .currency = nodes[i].currency->code,
                       .external = nodes[i].external,
                       .asset = nodes[i].asset,
                       .unknown = nodes[i].opening_unknown,
                       .opening = nodes[i].opening_unknown ? -nodes[i].lowest : nodes[i].opening};
    for (int i = 0; i < row_count; i++)
        moves[i] = (wm_move){.from = rows[i].from,
                             .to = rows[i].to,
                             .label = rows[i].label,
                             .amount = rows[i].amount,
                             .amount_in = rows[i].amount_in};
    rules_write(file, places, node_count, moves, row_count);
}

void trace_write(const wm_world *w, FILE *file) {
    const char *comma = "";
    for (int i = 0; i < w->payment_count; i++) {
        int label = NONE;
        for (int k = 0; k < w->source_count; k++)
            if (w->sources[k] == i)
                label = k;
        add_payment(w, &w->payments[i], label);
    }
    qsort(rows, (size_t)row_count, sizeof *rows, by_order);
    show_nodes();
    fprintf(file, "  \"sources\": [");
    for (int k = 0; k < w->source_count; k++) {
        const wm_payment *of = &w->payments[w->sources[k]];
        char name[AMOUNT_BYTES];
        fprintf(file, "%s\n    {\"label\": \"%s\", \"transfer\": \"%s\"}", comma,
                label_name(k, name), w->legs[of->credit_leg].id);
        comma = ",";
    }
    fprintf(file, "\n  ],\n  \"ledger_rows\": %d,\n", row_count);
    impute();
    run(file);
    write_holdings(file);
    write_other_rules(file);
}
