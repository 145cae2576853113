/* freeze_file.c: the file of `holdings=`: what lies where, how fast it leaves, what an order costs.
 */
#include <stdlib.h>
#include <string.h>

#include "queries/freeze_model.h"
#include "engine/model/money.h"

/* A member whose value is not what belongs there, and what does. */
static at_status wrong(at_error *err, const at_json_value *value, const char *wanted,
                       const char *cure) {
    const char *given = at_json_text(value) != NULL ? at_json_text(value) : at_json_number(value);
    const char *key = at_json_key(value);
    const at_status status =
        at_json_fail(err, value, "E-FREEZE-FILE", "\"%.100s\" is %.100s, not %s",
                     key != NULL ? key : "", given != NULL ? given : "no number", wanted);
    at_hint(err, "%s", cure);
    return status;
}

/* An integer from `least`, as a number or, past 2^53, as a text. */
static at_status read_int(int64_t *out, const at_json_value *value, int64_t least,
                          const char *wanted, const char *cure, at_error *err) {
    const char *text = at_json_text(value);
    if (!at_json_int(out, value) && (text == NULL || !at_int_parse(out, text)))
        return wrong(err, value, wanted, cure);
    return *out >= least ? AT_OK : wrong(err, value, wanted, cure);
}

/* --- Ids -------------------------------------------------------------------------------------- */

typedef struct id_list {
    const char **items;
    size_t count, capacity;
    at_arena *arena;
} id_list;

static int by_text(const void *a, const void *b) {
    return at_text_compare(*(const char *const *)a, *(const char *const *)b);
}

static at_status add_keys(id_list *list, const at_json_value *object, bool reach, at_error *err) {
    if (object != NULL && at_json_type_of(object) != AT_JSON_OBJECT)
        return wrong(err, object, "an object", "write {\"ACCOUNT\": ...}");
    for (const at_json_value *member = at_json_first(object); member != NULL;
         member = at_json_next(member)) {
        const char *id = at_json_key(member);
        if (id[0] == '\0')
            return wrong(err, member, "that of an account", "give every account an id");
        if (strcmp(id, AT_FREEZE_EXIT) == 0) {
            if (!reach)
                return wrong(err, member, "a figure of an account",
                             "@exit is out of reach: no order and no rate belongs to it");
            continue;
        }
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
        list->items[list->count++] = id;
    }
    return AT_OK;
}

/* Every id of the file once, sorted. */
static at_status list_ids(id_list *list, const at_json_value *root, at_error *err) {
    const at_json_value *rates = at_json_get(root, "rate");
    size_t kept = 0;
    AT_TRY(add_keys(list, at_json_get(root, "holdings"), true, err));
    AT_TRY(add_keys(list, at_json_get(root, "cost"), false, err));
    AT_TRY(add_keys(list, at_json_get(root, "lead"), false, err));
    AT_TRY(add_keys(list, rates, false, err));
    for (const at_json_value *from = at_json_first(rates); from != NULL; from = at_json_next(from))
        AT_TRY(add_keys(list, from, true, err));
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_text);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || strcmp(list->items[kept - 1], list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
    return AT_OK;
}

/* Ids are nodes by their place in the list. */
static uint32_t node_of(const id_list *list, const char *id) {
    const char **found = bsearch(&id, list->items, list->count, sizeof *list->items, by_text);
    return found != NULL ? (uint32_t)(found - list->items) : AT_NONE;
}

/* --- Figures ---------------------------------------------------------------------------------- */

static at_status read_holdings(at_freeze_draft *draft, const id_list *ids,
                               const at_json_value *object, at_error *err) {
    int64_t total = 0, amount;
    for (const at_json_value *member = at_json_first(object); member != NULL;
         member = at_json_next(member)) {
        const uint32_t node = node_of(ids, at_json_key(member));
        AT_TRY(read_int(&amount, member, 0, "an amount held",
                        "write whole minor units from 0: 150000 for 1,500.00", err));
        AT_TRY(at_money_add(&total, amount, err));
        if (node == AT_NONE)
            draft->out_held = amount;
        else
            draft->nodes[node].held = amount;
    }
    return AT_OK;
}

static at_status read_orders(at_freeze_draft *draft, const id_list *ids, const at_json_value *cost,
                             const at_json_value *lead, at_error *err) {
    int64_t total = 0;
    for (const at_json_value *member = at_json_first(cost); member != NULL;
         member = at_json_next(member)) {
        at_freeze_node *node = &draft->nodes[node_of(ids, at_json_key(member))];
        AT_TRY(read_int(&node->cost, member, 1, "a cost", "write a whole number from 1", err));
    }
    for (size_t i = 0; i < draft->node_count; i++)
        AT_TRY(at_money_add(&total, draft->nodes[i].cost, err));
    for (const at_json_value *member = at_json_first(lead); member != NULL;
         member = at_json_next(member)) {
        at_freeze_node *node = &draft->nodes[node_of(ids, at_json_key(member))];
        AT_TRY(read_int(&node->lead, member, 0, "a lead",
                        "write the steps before the order bites, from 0", err));
    }
    return AT_OK;
}

/* The rates of one account: 0 to 1 each, and 1 together. */
static at_status read_rates(at_freeze_draft *draft, const id_list *ids, const at_json_value *from,
                            at_error *err) {
    const uint32_t node = node_of(ids, at_json_key(from));
    at_forecast sum = 0;
    draft->nodes[node].rated = true;
    for (const at_json_value *to = at_json_first(from); to != NULL; to = at_json_next(to)) {
        const char *text = at_json_text(to) != NULL ? at_json_text(to) : at_json_number(to);
        at_ratio ratio;
        if (text == NULL || at_ratio_parse(&ratio, text, NULL) != AT_OK)
            return wrong(err, to, "a rate", "write a part of what is left, from 0 to 1: \"1/5\"");
        if (at_ratio_compare(ratio, (at_ratio){1, 1}) > 0)
            return wrong(err, to, "a rate from 0 to 1",
                         "no more can leave in a step than what is left");
        const at_freeze_rate rate = {.from = node,
                                     .to = node_of(ids, at_json_key(to)),
                                     .rate = at_ratio_real(ratio),
                                     .amount = AT_AMOUNT_NONE};
        sum += rate.rate;
        AT_TRY(at_freeze_add_rate(draft, rate, err));
    }
    if (sum > 1 + AT_FREEZE_TIE * (at_forecast)(1 + at_json_count(from))) {
        at_json_fail(err, from, "E-FREEZE-FILE",
                     "the rates of \"%.100s\" come to more than 1 together", at_json_key(from));
        at_hint(err, "no more can leave in a step than what is left: lower some of them");
        return AT_BAD_INPUT;
    }
    return AT_OK;
}

at_status at_freeze_read_file(at_freeze_draft *draft, const at_json_value *root,
                              const at_ledger *ledger, at_error *err) {
    static const char *const keys[] = {"holdings", "rate", "cost", "lead", "horizon", NULL};
    const at_json_value *horizon = at_json_get(root, "horizon");
    id_list ids = {.arena = draft->arena};
    AT_TRY(at_json_only(root, keys, err));
    if (at_json_get(root, "holdings") == NULL) {
        at_json_fail(err, root, "E-FREEZE-FILE", "there is no member \"holdings\"");
        at_hint(err, "write {\"holdings\": {\"ACCOUNT\": 1000}, ...}");
        return AT_BAD_INPUT;
    }
    AT_TRY(list_ids(&ids, root, err));
    for (size_t i = 0; i < ids.count; i++) {
        const at_freeze_node node = {.id = ids.items[i],
                                     .cost = 1,
                                     .ledger_node = at_ledger_node(ledger, ids.items[i]),
                                     .candidate = true};
        uint32_t number;
        AT_TRY(at_freeze_add_node(&number, draft, &node, err));
    }
    AT_TRY(read_holdings(draft, &ids, at_json_get(root, "holdings"), err));
    AT_TRY(read_orders(draft, &ids, at_json_get(root, "cost"), at_json_get(root, "lead"), err));
    const at_json_value *rates = at_json_get(root, "rate");
    for (const at_json_value *from = at_json_first(rates); from != NULL; from = at_json_next(from))
        AT_TRY(read_rates(draft, &ids, from, err));
    if (horizon != NULL)
        AT_TRY(read_int(&draft->horizon, horizon, 0, "a horizon",
                        "write the number of steps looked ahead, from 0", err));
    return AT_OK;
}
