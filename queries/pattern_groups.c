#include "queries/pattern_groups.h"

#include <stdlib.h>
#include <string.h>

/* A node in a group. Groups of a holder come first, those of single accounts after them. */
typedef struct place {
    bool alone;
    uint64_t group; /* the holder or the account; a node without account is 2^32 + itself */
    const at_node *node;
    uint32_t index;
} place;

static int compare_places(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->alone != y->alone)
        return (int)x->alone - (int)y->alone;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    const int currency = strcmp(x->node->currency.code, y->node->currency.code);
    return currency != 0 ? currency : (x->index > y->index) - (x->index < y->index);
}

typedef struct making {
    const at_question *question;
    place *places;
    size_t count, capacity;
    at_arena scratch;
} making;

static void clear_making(making *work) {
    at_arena_clear(&work->scratch);
}

static at_status add(making *work, bool alone, uint64_t group, uint32_t node, at_error *err) {
    AT_TRY(AT_GROW(&work->places, &work->capacity, work->count, &work->scratch, err));
    work->places[work->count++] = (place){alone, group, &work->question->ledger->nodes[node], node};
    return AT_OK;
}

/* Nodes by account: the first of each, and the next of the same. */
static at_status chain_nodes(uint32_t **first_out, uint32_t **next_out, making *work,
                             at_error *err) {
    const at_ledger *ledger = work->question->ledger;
    const size_t limit = work->question->facts->thing_limit;
    uint32_t *first, *next;
    AT_TRY(AT_NEW(&first, &work->scratch, limit, err));
    AT_TRY(AT_NEW(&next, &work->scratch, ledger->node_count, err));
    memset(first, 0xFF, limit * sizeof *first);
    for (size_t node = ledger->node_count; node-- > 0;) {
        const at_thing account = ledger->nodes[node].account;
        next[node] = first[account];
        first[account] = account == 0 ? AT_NONE : (uint32_t)node;
    }
    *first_out = first;
    *next_out = next;
    return AT_OK;
}

/* An account stated twice is placed twice: repeats are dropped after sorting. */
static at_status list_places(making *work, at_error *err) {
    const at_facts *facts = work->question->facts;
    const at_ledger *ledger = work->question->ledger;
    at_fact_list accounts = {0};
    uint32_t *first, *next;
    bool *held = NULL;
    AT_TRY(AT_NEW(&held, &work->scratch, ledger->node_count, err));
    AT_TRY(chain_nodes(&first, &next, work, err));
    AT_TRY(facts->list(facts->self, &accounts, AT_ACCOUNT, 0, err));
    for (size_t i = 0; i < accounts.count; i++) {
        const at_account *account = &accounts.facts[i].account;
        if (account->holder.thing == 0)
            continue;
        for (uint32_t node = first[account->self.thing]; node != AT_NONE; node = next[node]) {
            AT_TRY(add(work, false, account->holder.thing, node, err));
            held[node] = true;
        }
    }
    for (uint32_t node = 0; node < ledger->node_count; node++)
        if (!held[node]) {
            const at_thing account = ledger->nodes[node].account;
            const uint64_t own = (UINT64_C(1) << 32) + node;
            AT_TRY(add(work, true, account != 0 ? (uint64_t)account : own, node, err));
        }
    if (work->count > 0)
        qsort(work->places, work->count, sizeof *work->places, compare_places);
    return AT_OK;
}

static at_status name_group(const char **out, const making *work, const place *first,
                            at_error *err) {
    const at_facts *facts = work->question->facts;
    at_thing_view view;
    if (first->alone) {
        *out = first->node->account_id;
        return AT_OK;
    }
    AT_TRY(facts->view(facts->self, &view, (at_thing)first->group, err));
    *out = view.shown;
    return AT_OK;
}

at_status at_pattern_groups_load(at_pattern_groups *out, const at_question *question,
                                 at_error *err) {
    AT_CLEANUP(clear_making)
    making work = {.question = question, .scratch.limit_bytes = AT_PATTERN_BYTES_MAX};
    const char **names = NULL;
    uint64_t *start = NULL;
    uint32_t *nodes = NULL;
    size_t groups = 0, kept = 0;
    AT_TRY(list_places(&work, err));
    AT_TRY(AT_NEW(&names, question->arena, work.count, err));
    AT_TRY(AT_NEW(&start, question->arena, work.count + 1, err));
    AT_TRY(AT_NEW(&nodes, question->arena, work.count, err));
    for (size_t i = 0; i < work.count; i++) {
        const place *now = &work.places[i];
        if (i > 0 && compare_places(now, now - 1) == 0)
            continue;
        if (i == 0 || now->alone != now[-1].alone || now->group != now[-1].group) {
            AT_TRY(name_group(&names[groups], &work, now, err));
            start[groups++] = kept;
        }
        nodes[kept++] = now->index;
        start[groups] = kept;
    }
    *out = (at_pattern_groups){.count = groups, .names = names, .start = start, .nodes = nodes};
    return AT_OK;
}
