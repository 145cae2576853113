#include "queries/held_support.h"

#include <string.h>

bool at_interest_has(at_interest interest) {
    return interest == AT_CAPITAL || interest == AT_VOTES || interest == AT_CONTROL ||
           interest == AT_TRUSTEE || interest == AT_BENEFICIARY;
}

static void add_thing(at_held *held, at_thing *things, at_thing thing, uint8_t bit) {
    if (thing == 0 || held->of[thing] != 0)
        return;
    held->of[thing] = bit;
    things[held->thing_count++] = thing;
}

/* Accounts by their holder, accounts and assets by a holding. */
static at_status add_held(at_held *held, at_thing *things, const at_facts *facts, at_thing owner,
                          at_error *err) {
    at_fact_list list;
    AT_TRY(facts->list(facts->self, &list, AT_ACCOUNT, owner, err));
    for (size_t i = 0; i < list.count; i++)
        if (list.facts[i].account.holder.thing == owner)
            add_thing(held, things, list.facts[i].account.self.thing, AT_HELD_DIRECTLY);
    AT_TRY(facts->list(facts->self, &list, AT_HOLDING, owner, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        if (holding->owner.thing == owner && at_interest_has(holding->interest) &&
            (holding->owned.kind == AT_ACCOUNT || holding->owned.kind == AT_ASSET))
            add_thing(held, things, holding->owned.thing, AT_HELD_DIRECTLY);
    }
    return AT_OK;
}

at_status at_held_load(at_held *out, const at_question *question, const char *name, at_error *err) {
    const at_facts *facts = question->facts;
    at_held held = {0};
    at_thing *things;
    AT_TRY(AT_NEW(&held.of, question->arena, facts->thing_limit, err));
    AT_TRY(AT_NEW(&things, question->arena, facts->thing_limit, err));
    for (const at_argument *item = at_question_get(question, name); item != NULL;
         item = at_question_next(question, item))
        add_thing(&held, things, item->thing, AT_HELD_SUBJECT);
    held.subject_count = held.thing_count;
    for (size_t i = 0; i < held.subject_count; i++)
        AT_TRY(add_held(&held, things, facts, things[i], err));
    held.things = things;
    *out = held;
    return AT_OK;
}

static at_status mark_cash(uint8_t *marks, uint8_t mark, at_thing thing,
                           const at_question *question, at_error *err) {
    static const char prefix[] = "@cash:";
    const at_ledger *ledger = question->ledger;
    at_thing_view view;
    AT_TRY(question->facts->view(question->facts->self, &view, thing, err));
    for (uint32_t node = 0; node < ledger->node_count && view.kind == AT_PARTY; node++)
        if (at_text_starts(ledger->nodes[node].account_id, prefix) &&
            strcmp(ledger->nodes[node].account_id + strlen(prefix), view.shown) == 0)
            marks[node] |= mark;
    return AT_OK;
}

at_status at_held_mark(uint8_t *marks, uint8_t mark, const at_held *held,
                       const at_question *question, at_error *err) {
    const at_ledger *ledger = question->ledger;
    for (uint32_t node = 0; node < ledger->node_count; node++)
        if (ledger->nodes[node].account != 0 && held->of[ledger->nodes[node].account] != 0)
            marks[node] |= mark;
    for (size_t i = 0; i < held->subject_count; i++)
        AT_TRY(mark_cash(marks, mark, held->things[i], question, err));
    return AT_OK;
}
