#include "queries/trace_names.h"

#include <string.h>

static at_status add_nodes_of(at_node_list *list, const at_question *question, at_thing thing,
                              const char *currency, at_error *err) {
    const at_ledger *ledger = question->ledger;
    at_thing_view view;
    AT_TRY(question->facts->view(question->facts->self, &view, thing, err));
    uint32_t node = at_ledger_node_of(ledger, thing, view.shown, 0);
    for (; node != AT_NONE; node = at_ledger_node_of(ledger, thing, view.shown, node + 1)) {
        if (currency != NULL && strcmp(ledger->nodes[node].currency.code, currency) != 0)
            continue;
        AT_TRY(AT_GROW(&list->nodes, &list->capacity, list->count, list->arena, err));
        list->nodes[list->count++] = node;
    }
    return AT_OK;
}

static at_status add_nodes_of_holder(at_node_list *list, const at_question *question,
                                     at_thing party, at_error *err) {
    const at_facts *facts = question->facts;
    at_fact_list accounts;
    AT_TRY(facts->list(facts->self, &accounts, AT_ACCOUNT, party, err));
    for (size_t i = 0; i < accounts.count; i++) {
        const at_account *account = &accounts.facts[i].account;
        if (account->holder.thing == party)
            AT_TRY(add_nodes_of(list, question, account->self.thing, NULL, err));
    }
    return AT_OK;
}

/* "account/CUR" where the account is written in a way the ledger does not print it. */
static bool resolve_in_currency(at_thing *thing, const char **currency, const at_question *question,
                                unsigned kinds, const char *name, at_arena *scratch) {
    const at_facts *facts = question->facts;
    const char *slash = strrchr(name, '/'), *account = NULL;
    *currency = NULL;
    if (slash == NULL ||
        at_arena_copy(&account, scratch, name, (size_t)(slash - name), NULL) != AT_OK ||
        facts->resolve(facts->self, thing, kinds, account, NULL) != AT_OK)
        return false;
    *currency = slash + 1;
    return true;
}

at_status at_trace_find_nodes(at_node_list *list, const at_question *question, unsigned kinds,
                              const char *name, at_error *err) {
    const at_facts *facts = question->facts;
    const uint32_t exact = at_ledger_node(question->ledger, name);
    if (exact != AT_NONE) {
        AT_TRY(AT_GROW(&list->nodes, &list->capacity, list->count, list->arena, err));
        list->nodes[list->count++] = exact;
        return AT_OK;
    }
    at_thing thing = 0;
    const char *currency = NULL;
    at_error why = {0};
    const at_status status = facts->resolve(facts->self, &thing, kinds, name, &why);
    if (status != AT_OK &&
        !resolve_in_currency(&thing, &currency, question, kinds, name, list->arena)) {
        if (err != NULL)
            *err = why;
        return status;
    }
    at_thing_view view;
    AT_TRY(facts->view(facts->self, &view, thing, err));
    return view.kind == AT_PARTY ? add_nodes_of_holder(list, question, thing, err)
                                 : add_nodes_of(list, question, thing, currency, err);
}
