/* show.c: everything the records say of one thing, a row a stated field. */
#include "engine/jobs/look.h"
#include "engine/jobs/show_fact.h"

static at_status show_aliases(at_fact_show *state, at_thing thing, at_error *err) {
    const at_ref *aliases = NULL;
    size_t count = 0;
    AT_TRY(state->facts->aliases(state->facts->self, &aliases, &count, thing, err));
    state->what = "id";
    state->record = 0;
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_show_field(state, aliases[i].name_space, aliases[i].id, err));
    return AT_OK;
}

at_status at_show_thing(at_table *out, at_reader *reader, const char *id, at_arena *arena,
                        at_error *err) {
    static const at_kind kinds[] = {AT_PARTY,   AT_ACCOUNT, AT_ASSET,   AT_EVENT,     AT_IDENTIFIER,
                                    AT_HOLDING, AT_LINK,    AT_LISTING, AT_STATEMENT, AT_LABEL};
    const at_facts *facts = at_reader_facts(reader);
    at_thing thing = 0;
    AT_TRY(facts->resolve(facts->self, &thing, AT_ANY_THING, id, err));
    at_table table;
    at_table_init(&table, "show", 1, at_show_columns, arena);
    at_fact_show state = {.table = &table, .facts = facts, .arena = arena};
    AT_TRY(show_aliases(&state, thing, err));
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        at_fact_list list = {0};
        AT_TRY(facts->list(facts->self, &list, kinds[k], thing, err));
        for (size_t i = 0; i < list.count; i++)
            AT_TRY(at_show_fact(&state, &list.facts[i], err));
    }
    *out = table;
    return AT_OK;
}
