#include "engine/trace/pass_event.h"

/* T11: labels spread to everything that money from a poisoned account touches, and never shrink.
 * Amounts are only looked at in the end. Nearly always the creditor has all labels of the debtor
 * already, by ways no longer: then an event is some operations for 64 labels together. */

enum { WORD = AT_POISON_WORD, PLANES = AT_POISON_PLANES, LABELS_MANY = 8 };

static uint32_t words_of(const at_pass *pass) {
    return pass->trace->tainted_count / WORD + 1;
}

/* Few labels are looked at one by one, and all where each of their moves is kept. */
static bool by_words(const at_pass *pass) {
    return pass->options->ways_only && pass->trace->tainted_count >= LABELS_MANY;
}

static uint32_t first_of(uint64_t labels) {
    return (uint32_t)__builtin_ctzll(labels);
}

static at_status make_node(at_pass *pass, uint32_t node, at_error *err) {
    at_pass_poison_node *at = &pass->poison[node];
    if (at->labels != NULL)
        return AT_OK;
    AT_TRY(AT_NEW(&at->labels, pass->arena, words_of(pass), err));
    if (!by_words(pass))
        return AT_OK;
    AT_TRY(AT_NEW(&at->ways, pass->arena, words_of(pass), err));
    for (uint32_t word = 0; word < words_of(pass); word++)
        at->ways[word].least = AT_NONE - 1; /* and one more is a number */
    return AT_OK;
}

static void keep_hops(at_poison_ways *ways, uint64_t known, uint32_t place, uint32_t hops) {
    const bool was = (known >> place & 1) != 0;
    if (was && ways->hops[place] <= hops)
        return;
    ways->hops[place] = hops;
    ways->least = hops < ways->least ? hops : ways->least;
    ways->most = 0;
    for (uint64_t left = known | UINT64_C(1) << place; left != 0; left &= left - 1) {
        const uint32_t other = ways->hops[first_of(left)];
        ways->most = other > ways->most ? other : ways->most;
    }
}

at_status at_pass_infect(at_pass *pass, uint32_t node, uint32_t label, uint32_t hops,
                         at_error *err) {
    at_pass_poison_node *at = &pass->poison[node];
    AT_TRY(make_node(pass, node, err));
    if (at->ways != NULL)
        keep_hops(&at->ways[label / WORD], at->labels[label / WORD], label % WORD, hops);
    at->labels[label / WORD] |= UINT64_C(1) << label % WORD;
    return AT_OK;
}

/* Of the labels both have, those that come to the creditor a shorter way. */
static uint64_t find_shorter(const at_poison_ways *to, const at_poison_ways *from, uint64_t both) {
    uint64_t found = 0;
    if (from->least + 1 >= to->most)
        return 0;
    for (uint64_t left = both; left != 0; left &= left - 1) {
        const uint32_t place = first_of(left);
        found |= (uint64_t)(from->hops[place] + 1 < to->hops[place]) << place;
    }
    return found;
}

/* `records` (at most 2) more of each of the labels. */
static at_status count_records(at_pass *pass, uint32_t node, uint32_t word, uint64_t labels,
                               uint64_t records, at_error *err) {
    uint64_t *counts = pass->poison[node].ways[word].counts;
    if (records == 0)
        return AT_OK;
    for (uint64_t plane = records - 1; plane < PLANES && labels != 0; plane++) {
        const uint64_t carried = counts[plane] & labels;
        counts[plane] ^= labels;
        labels = carried;
    }
    for (; labels != 0; labels &= labels - 1) {
        at_reach *reach = NULL;
        AT_TRY(at_reaches_add(&reach, &pass->trace->reaches, node, word * WORD + first_of(labels),
                              err));
        reach->records += UINT64_C(1) << PLANES;
    }
    return AT_OK;
}

at_status at_pass_poison_end(at_pass *pass, at_error *err) {
    for (uint32_t node = 0; node < pass->node_count + pass->fee_sinks; node++)
        for (uint32_t word = 0; pass->poison[node].ways != NULL && word < words_of(pass); word++)
            for (uint64_t plane = 0; plane < PLANES; plane++) {
                uint64_t left = pass->poison[node].ways[word].counts[plane];
                for (; left != 0; left &= left - 1) {
                    at_reach *reach = NULL;
                    AT_TRY(at_reaches_add(&reach, &pass->trace->reaches, node,
                                          word * WORD + first_of(left), err));
                    reach->records += UINT64_C(1) << plane;
                }
            }
    return AT_OK;
}

/* The labels of one word that are declared on the event, and those of its debtor. */
static uint64_t find_declared(const at_pass *pass, uint32_t word) {
    const uint32_t tainted = pass->trace->tainted_count, first = word * WORD;
    uint64_t found = 0;
    for (uint32_t label = first; label < tainted && label < first + WORD; label++)
        found |= (uint64_t)(pass->label_source[label] != AT_NONE) << (label - first);
    return found;
}

/* Touch those of a word's labels that are to be looked at; of the others count the records. */
static at_status spread_word(at_pass *pass, const at_pass_event *event, uint32_t word,
                             uint64_t declared, at_error *err) {
    const at_pass_poison_node *from = event->from_held ? &pass->poison[event->from] : NULL;
    const at_pass_poison_node *to = &pass->poison[event->to];
    const uint64_t held = from != NULL && from->labels != NULL ? from->labels[word] : 0;
    const uint64_t labels = held | declared;
    uint64_t looked_at = labels;
    pass->spread[word] = labels;
    if (labels == 0)
        return AT_OK;
    if (by_words(pass) && to->ways != NULL) {
        looked_at = declared | (held & ~to->labels[word]);
        if (held != 0)
            looked_at |= find_shorter(&to->ways[word], &from->ways[word], held & to->labels[word]);
        AT_TRY(count_records(pass, event->to, word, labels & ~looked_at,
                             at_row_records(pass->ledger, event->row), err));
    }
    for (; looked_at != 0; looked_at &= looked_at - 1) {
        const uint32_t label = word * WORD + first_of(looked_at);
        pass->touched[pass->touched_count++] = label;
        pass->units[label] = event->amount_in;
    }
    return AT_OK;
}

/* All labels of the event at once into a sink's list, which keeps one lot a label. */
static at_status stop_labels(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_lots *stopped = event->stopped;
    at_lot_store *store = &pass->take.lots;
    uint32_t index = stopped->total > 0 ? stopped->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(store, index)->newer) {
        at_lot *lot = at_lot_at(store, index);
        uint64_t *word = &pass->spread[lot->label / WORD];
        if ((*word >> lot->label % WORD & 1) == 0)
            continue;
        *word &= ~(UINT64_C(1) << lot->label % WORD);
        AT_TRY(at_money_add(&stopped->total, event->amount_in, err));
        lot->units += event->amount_in;
    }
    for (uint32_t word = 0; word < words_of(pass); word++)
        for (; pass->spread[word] != 0; pass->spread[word] &= pass->spread[word] - 1)
            AT_TRY(at_lots_push(stopped, store, word * WORD + first_of(pass->spread[word]),
                                event->amount_in, err));
    return AT_OK;
}

at_status at_pass_poison(at_pass *pass, const at_pass_event *event, at_error *err) {
    bool declared = false;
    AT_TRY(at_pass_transfer_sources(&declared, pass, event, NULL, err));
    if (declared || (event->from_held && pass->poison[event->from].labels != NULL)) {
        for (uint32_t word = 0; word < words_of(pass); word++)
            AT_TRY(spread_word(pass, event, word, declared ? find_declared(pass, word) : 0, err));
        AT_TRY(at_pass_moves(pass, event, err));
        for (size_t i = 0; i < pass->touched_count; i++) {
            const uint32_t label = pass->touched[i];
            AT_TRY(at_pass_infect(pass, event->to, label, pass->ways[label].hops, err));
            AT_TRY(at_pass_reach(pass, event, event->to, label, err));
        }
        if (event->stopped != NULL)
            AT_TRY(stop_labels(pass, event, err));
    }
    if (event->from_held)
        AT_TRY(at_money_add(&pass->poison[event->from].balance, -event->amount, err));
    if (event->stopped == NULL)
        AT_TRY(at_money_add(&pass->poison[event->to].balance, event->amount_in, err));
    at_pass_forget(pass);
    return AT_OK;
}
