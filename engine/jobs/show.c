/* show.c: everything the records say of one thing, a row a stated field. */
#include "engine/jobs/look.h"
#include "engine/jobs/show_ties.h"

static at_status show_aliases(at_fact_show *state, at_error *err) {
    const at_ref *aliases = NULL;
    size_t count = 0;
    AT_TRY(state->facts->aliases(state->facts->self, &aliases, &count, state->thing, err));
    state->what = "id";
    state->record = 0;
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_show_field(state, aliases[i].name_space, aliases[i].id, err));
    return AT_OK;
}

static at_status show_kind(at_fact_show *state, at_kind kind, at_thing about, at_error *err) {
    at_fact_list list = {0};
    AT_TRY(state->facts->about(state->facts->self, &list, kind, about, err));
    for (size_t i = 0; i < list.count; i++)
        AT_TRY(at_show_fact(state, &list.facts[i], err));
    return AT_OK;
}

/* The accounts of a party, each once; marked in `held`. */
static at_status show_coverage(at_fact_show *state, bool *held, at_error *err) {
    at_fact_list list = {0};
    AT_TRY(state->facts->about(state->facts->self, &list, AT_ACCOUNT, state->thing, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        if (account->holder.thing != state->thing || held[account->self.thing])
            continue;
        held[account->self.thing] = true;
        AT_TRY(show_kind(state, AT_STATEMENT, account->self.thing, err));
    }
    return AT_OK;
}

static at_status show_money(at_fact_show *state, at_reader *reader, const bool *held,
                            at_error *err) {
    const at_ledger *ledger = NULL;
    bool *own = NULL, any = false;
    AT_TRY(at_reader_ledger_of(&ledger, reader, held, err));
    AT_TRY(AT_NEW(&own, state->arena, ledger->node_count, err));
    for (size_t node = 0; node < ledger->node_count; node++)
        any |= own[node] = ledger->nodes[node].account != 0 && held[ledger->nodes[node].account];
    return any ? at_show_transfers(state, ledger, own, err) : AT_OK;
}

at_status at_show_thing(at_table *out, at_reader *reader, const char *id, at_arena *arena,
                        at_error *err) {
    static const at_kind kinds[] = {AT_PARTY,   AT_ACCOUNT, AT_ASSET,   AT_EVENT,     AT_IDENTIFIER,
                                    AT_HOLDING, AT_LINK,    AT_LISTING, AT_STATEMENT, AT_LABEL};
    const at_facts *facts = at_reader_facts(reader);
    at_table table;
    at_table_init(&table, "show", 1, at_show_columns, arena);
    at_fact_show state = {.table = &table, .facts = facts, .arena = arena};
    bool *held = NULL;
    AT_TRY(facts->resolve(facts->self, &state.thing, AT_ANY_THING, id, err));
    AT_TRY(AT_NEW(&held, arena, facts->thing_limit, err));
    AT_TRY(show_aliases(&state, err));
    for (size_t k = 0; k < AT_COUNT(kinds); k++)
        AT_TRY(show_kind(&state, kinds[k], state.thing, err));
    held[state.thing] = true;
    AT_TRY(show_coverage(&state, held, err));
    AT_TRY(show_money(&state, reader, held, err));
    AT_TRY(at_show_sources(&state, err));
    *out = table;
    return AT_OK;
}
