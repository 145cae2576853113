#include "engine/store/pairing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How legs are put side by side: only legs with equal keys can have an edge. */
typedef struct key {
    at_thing debtor, creditor; /* 0 where the phase does not look at it */
    int64_t amount;
    const char *currency, *reference; /* "" where the phase does not look at it */
    size_t leg;
} key;

typedef struct pairing {
    const at_pair_leg *legs;
    at_pair_result *results;
    const at_pair_rule *rule;
    at_arena *arena;
    at_pair_doubt doubt; /* of the phase */
    key *keys;
    size_t key_count;
    size_t *parent;           /* union-find, by place in the group */
    size_t *next, *tail;      /* members of a component, by place */
    size_t *debits, *credits; /* places in the group */
} pairing;

typedef bool edge_rule(const pairing *all, const at_pair_leg *debit, const at_pair_leg *credit);

static bool has_reference(const at_pair_leg *leg) {
    return leg->reference && *leg->reference;
}

static bool near_in_time(const pairing *all, const at_pair_leg *a, const at_pair_leg *b) {
    int64_t apart = 0;
    if (__builtin_sub_overflow(a->time_us, b->time_us, &apart))
        return false;
    return apart <= all->rule->window_us && apart >= -all->rule->window_us;
}

static bool references_agree(const at_pair_leg *a, const at_pair_leg *b) {
    return !has_reference(a) || !has_reference(b) || strcmp(a->reference, b->reference) == 0;
}

/* Groups hold legs that name each other, so that what is left is source, time and reference. */
static bool edge_same_reference(const pairing *all, const at_pair_leg *debit,
                                const at_pair_leg *credit) {
    return debit->source != credit->source && near_in_time(all, debit, credit) &&
           has_reference(debit) && has_reference(credit) &&
           strcmp(debit->reference, credit->reference) == 0;
}

static bool edge_named(const pairing *all, const at_pair_leg *debit, const at_pair_leg *credit) {
    return debit->source != credit->source && near_in_time(all, debit, credit) &&
           references_agree(debit, credit);
}

static bool edge_one_source(const pairing *all, const at_pair_leg *debit,
                            const at_pair_leg *credit) {
    return debit->source == credit->source && near_in_time(all, debit, credit) &&
           references_agree(debit, credit);
}

static bool names_agree(const at_pair_leg *a, const at_pair_leg *b) {
    return a->account != b->account && (!a->counterparty || a->counterparty == b->account) &&
           (!b->counterparty || b->counterparty == a->account);
}

static bool edge_nameless(const pairing *all, const at_pair_leg *debit, const at_pair_leg *credit) {
    return (!debit->counterparty || !credit->counterparty) && names_agree(debit, credit) &&
           edge_same_reference(all, debit, credit);
}

static bool edge_weak(const pairing *all, const at_pair_leg *debit, const at_pair_leg *credit) {
    return !debit->counterparty != !credit->counterparty && names_agree(debit, credit) &&
           edge_named(all, debit, credit);
}

static int compare_int(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_words(const void *first, const void *second) {
    const at_pair_word *a = first, *b = second;
    const int order = compare_int(a->debit, b->debit);
    return order ? order : compare_int(a->credit, b->credit);
}

/* Compatible, and nobody said that they are not one payment. */
static bool has_edge(const pairing *all, edge_rule *edge, const at_pair_leg *debit,
                     const at_pair_leg *credit) {
    const at_pair_word wanted = {.debit = debit->number, .credit = credit->number};
    const at_pair_rule *rule = all->rule;
    return edge(all, debit, credit) &&
           (!rule->word_count ||
            !bsearch(&wanted, rule->words, rule->word_count, sizeof *rule->words, compare_words));
}

static int compare_groups(const key *a, const key *b) {
    int order = compare_int(a->debtor, b->debtor);
    order = order ? order : compare_int(a->creditor, b->creditor);
    order = order ? order : compare_int(a->amount, b->amount);
    order = order ? order : strcmp(a->currency, b->currency);
    return order ? order : strcmp(a->reference, b->reference);
}

/* By group, then in the order of time inside it. */
static int compare_keys(const void *first, const void *second, void *context) {
    const key *a = first, *b = second;
    const pairing *all = context;
    const at_pair_leg *x = &all->legs[a->leg], *y = &all->legs[b->leg];
    int order = compare_groups(a, b);
    order = order ? order : compare_int(x->time_us, y->time_us);
    order = order ? order : compare_int(x->seq, y->seq);
    order = order ? order : at_text_compare(x->id, y->id);
    order = order ? order : compare_int(x->rank, y->rank);
    return order ? order : compare_int(x->number, y->number);
}

static size_t root_of(size_t *parent, size_t place) {
    while (parent[place] != place)
        place = parent[place] = parent[parent[place]];
    return place;
}

/* What becomes of one component of two or more legs. */
typedef enum outcome { MATCH_IN_ORDER, MATCH_IF_ONLY, NEVER_MATCH } outcome;

/* Every pair that a component which stays apart leaves open. */
static at_status list_candidates(pairing *all, const key *group, size_t debit_count,
                                 size_t credit_count, edge_rule *edge, at_error *err) {
    at_pair_candidates *list = all->rule->candidates;
    list->groups++;
    for (size_t i = 0; i < debit_count; i++) {
        const size_t debit = group[all->debits[i]].leg;
        for (size_t k = 0; k < credit_count; k++) {
            const size_t credit = group[all->credits[k]].leg;
            if (!has_edge(all, edge, &all->legs[debit], &all->legs[credit]))
                continue;
            list->cut = list->count == list->limit;
            if (list->cut)
                return AT_OK;
            AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, all->arena, err));
            list->items[list->count++] =
                (at_pair_candidate){debit, credit, list->groups, all->doubt};
        }
    }
    return AT_OK;
}

static at_status settle_component(pairing *all, const key *group, size_t debit_count,
                                  size_t credit_count, edge_rule *edge, outcome wanted,
                                  at_error *err) {
    bool good = wanted != NEVER_MATCH && debit_count == credit_count &&
                (wanted == MATCH_IN_ORDER || debit_count == 1);
    for (size_t i = 0; good && i < debit_count; i++)
        good = has_edge(all, edge, &all->legs[group[all->debits[i]].leg],
                        &all->legs[group[all->credits[i]].leg]);
    for (size_t i = 0; i < debit_count; i++) {
        at_pair_result *result = &all->results[group[all->debits[i]].leg];
        result->ambiguous = !good;
        result->partner = good ? group[all->credits[i]].leg : AT_NO_PARTNER;
    }
    for (size_t i = 0; i < credit_count; i++) {
        at_pair_result *result = &all->results[group[all->credits[i]].leg];
        result->ambiguous = !good;
        result->partner = good ? group[all->debits[i]].leg : AT_NO_PARTNER;
    }
    if (good || !all->rule->candidates || all->rule->candidates->cut)
        return AT_OK;
    return list_candidates(all, group, debit_count, credit_count, edge, err);
}

/* Unite the legs of a group that have an edge. Legs are in the order of time: what lies further
 * than the window ahead can be left out. */
static void connect(pairing *all, const key *group, size_t count, edge_rule *edge) {
    for (size_t i = 0; i < count; i++)
        all->parent[i] = i;
    for (size_t i = 0; i < count; i++) {
        const at_pair_leg *first = &all->legs[group[i].leg];
        for (size_t j = i + 1; j < count; j++) {
            const at_pair_leg *second = &all->legs[group[j].leg];
            if (!near_in_time(all, first, second))
                break;
            if (first->credit == second->credit)
                continue;
            if (has_edge(all, edge, first->credit ? second : first,
                         first->credit ? first : second)) {
                const size_t a = root_of(all->parent, i), b = root_of(all->parent, j);
                all->parent[a > b ? a : b] = a > b ? b : a;
            }
        }
    }
}

/* Chain the members of each component behind its root, in order. */
static void chain(pairing *all, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const size_t root = root_of(all->parent, i); /* the first of its component */
        all->next[i] = AT_NO_PARTNER;
        if (root != i)
            all->next[all->tail[root]] = i;
        all->tail[root] = i;
    }
}

static at_status match_group(pairing *all, const key *group, size_t count, edge_rule *edge,
                             outcome wanted, at_error *err) {
    connect(all, group, count, edge);
    chain(all, count);
    for (size_t root = 0; root < count; root++) {
        size_t debit_count = 0, credit_count = 0;
        if (all->parent[root] != root || all->next[root] == AT_NO_PARTNER)
            continue;
        for (size_t i = root; i != AT_NO_PARTNER; i = all->next[i]) {
            if (all->legs[group[i].leg].credit)
                all->credits[credit_count++] = i;
            else
                all->debits[debit_count++] = i;
        }
        AT_TRY(settle_component(all, group, debit_count, credit_count, edge, wanted, err));
    }
    return AT_OK;
}

static at_status match_all(pairing *all, edge_rule *edge, outcome wanted, at_pair_doubt doubt,
                           at_error *err) {
    all->doubt = doubt;
    qsort_r(all->keys, all->key_count, sizeof *all->keys, compare_keys, all);
    for (size_t start = 0, end; start < all->key_count; start = end) {
        for (end = start + 1; end < all->key_count; end++)
            if (compare_groups(&all->keys[start], &all->keys[end]) != 0)
                break;
        if (end - start > 1)
            AT_TRY(match_group(all, all->keys + start, end - start, edge, wanted, err));
    }
    return AT_OK;
}

static bool is_free(const pairing *all, size_t leg) {
    return all->results[leg].partner == AT_NO_PARTNER && !all->results[leg].ambiguous;
}

static void add_key(pairing *all, size_t leg, at_thing debtor, at_thing creditor,
                    const char *reference) {
    all->keys[all->key_count++] = (key){.debtor = debtor,
                                        .creditor = creditor,
                                        .amount = all->legs[leg].amount,
                                        .currency = all->legs[leg].currency,
                                        .reference = reference,
                                        .leg = leg};
}

/* Legs that name their counterparty, by both accounts. */
static void gather_named(pairing *all, size_t count) {
    all->key_count = 0;
    for (size_t i = 0; i < count; i++) {
        const at_pair_leg *leg = &all->legs[i];
        if (leg->counterparty && is_free(all, i))
            add_key(all, i, leg->credit ? leg->counterparty : leg->account,
                    leg->credit ? leg->account : leg->counterparty, "");
    }
}

/* Legs with a reference, by it. */
static void gather_referenced(pairing *all, size_t count) {
    all->key_count = 0;
    for (size_t i = 0; i < count; i++)
        if (has_reference(&all->legs[i]) && is_free(all, i) &&
            (all->legs[i].counterparty || !all->legs[i].alone))
            add_key(all, i, 0, 0, all->legs[i].reference);
}

/* Legs that name nobody, by their account, and legs that name somebody, by that account. */
static void gather_weak(pairing *all, size_t count) {
    all->key_count = 0;
    for (size_t i = 0; i < count; i++) {
        const at_pair_leg *leg = &all->legs[i];
        if (is_free(all, i) && (leg->counterparty || !leg->alone))
            add_key(all, i, leg->counterparty ? leg->counterparty : leg->account, 0, "");
    }
}

static int compare_numbers(const void *first, const void *second, void *context) {
    const at_pair_leg *legs = context;
    return compare_int(legs[*(const size_t *)first].number, legs[*(const size_t *)second].number);
}

/* Index of the leg of that number, or AT_NO_PARTNER. */
static size_t find_leg(const pairing *all, const size_t *by_number, size_t count, int64_t number) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (all->legs[by_number[middle]].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && all->legs[by_number[low]].number == number ? by_number[low]
                                                                     : AT_NO_PARTNER;
}

/* What a person accepted. A word about a leg that is not there says nothing. */
static at_status pair_accepted(pairing *all, size_t count, at_error *err) {
    size_t *by_number = NULL;
    if (!all->rule->word_count)
        return AT_OK;
    AT_TRY(AT_NEW(&by_number, all->arena, count, err));
    for (size_t i = 0; i < count; i++)
        by_number[i] = i;
    if (count)
        qsort_r(by_number, count, sizeof *by_number, compare_numbers, (void *)all->legs);
    for (size_t i = 0; i < all->rule->word_count; i++) {
        const at_pair_word *word = &all->rule->words[i];
        const size_t debit = find_leg(all, by_number, count, word->debit);
        const size_t credit = find_leg(all, by_number, count, word->credit);
        if (!word->accepted || debit == AT_NO_PARTNER || credit == AT_NO_PARTNER ||
            !is_free(all, debit) || !is_free(all, credit))
            continue;
        all->results[debit].partner = credit;
        all->results[credit].partner = debit;
    }
    return AT_OK;
}

at_status at_pair_legs(at_pair_result **out, const at_pair_leg *legs, size_t count,
                       const at_pair_rule *rule, at_arena *arena, at_error *err) {
    pairing all = {.legs = legs, .rule = rule, .arena = arena};
    assert(rule->window_us >= 0);
    AT_TRY(AT_NEW(&all.results, arena, count, err));
    AT_TRY(AT_NEW(&all.keys, arena, count, err));
    AT_TRY(AT_NEW(&all.parent, arena, count, err));
    AT_TRY(AT_NEW(&all.next, arena, count, err));
    AT_TRY(AT_NEW(&all.tail, arena, count, err));
    AT_TRY(AT_NEW(&all.debits, arena, count, err));
    AT_TRY(AT_NEW(&all.credits, arena, count, err));
    for (size_t i = 0; i < count; i++)
        all.results[i].partner = AT_NO_PARTNER;
    AT_TRY(pair_accepted(&all, count, err));
    gather_named(&all, count);
    AT_TRY(match_all(&all, edge_same_reference, MATCH_IN_ORDER, AT_PAIR_SEVERAL, err));
    gather_named(&all, count);
    AT_TRY(match_all(&all, edge_named, MATCH_IN_ORDER, AT_PAIR_SEVERAL, err));
    gather_referenced(&all, count);
    AT_TRY(match_all(&all, edge_nameless, MATCH_IF_ONLY, AT_PAIR_REFERENCE, err));
    gather_weak(&all, count);
    AT_TRY(match_all(&all, edge_weak, NEVER_MATCH, AT_PAIR_NAMELESS, err));
    gather_named(&all, count);
    AT_TRY(match_all(&all, edge_one_source, NEVER_MATCH, AT_PAIR_ONE_SOURCE, err));
    *out = all.results;
    return AT_OK;
}
