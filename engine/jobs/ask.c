/* ask.c: one question answered, with everything its answer has to admit. */
#include "engine/jobs/ask.h"

#include "engine/jobs/cut.h"

const at_query *at_query_find(const at_query *const *registry, const char *name) {
    for (; *registry; registry++)
        if (at_text_equal((*registry)->name, name))
            return *registry;
    return NULL;
}

at_status at_query_unknown(const at_query *const *registry, const char *name, at_error *err) {
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX + 1] = {0};
    for (size_t i = 0; registry[i] && i < NAMES_MAX; i++)
        names[i] = registry[i]->name;
    const char *near = at_text_nearest(name, names);
    at_fail(err, AT_USAGE, "E-ASK-QUERY", "there is no query \"%s\"", name);
    if (near)
        at_hint(err, "did you mean \"%s\"? `assettrace queries` lists them", near);
    else
        at_hint(err, "`assettrace queries` lists them");
    return AT_USAGE;
}

/* An answer that rests on half a file says so. */
static at_status note_partial(at_table *table, const at_facts *facts, at_error *err) {
    const char *const *names = NULL;
    size_t count = 0;
    AT_TRY(facts->partial_sources(facts->self, &names, &count, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_table_note(table, err, "PARTIAL_SOURCE",
                             "%s was loaded in part: some of its records were rejected", names[i]));
    return AT_OK;
}

/* Arguments as the SQL's named parameters: the first value of each, typed. */
static at_status run_sql(at_table *table, at_reader *reader, const at_question *question,
                         at_error *err) {
    at_sql_value *values = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&values, question->arena, question->argument_count, err));
    for (size_t i = 0; i < question->argument_count; i++) {
        const at_argument *item = &question->arguments[i];
        if (i > 0 && question->arguments[i - 1].arg == item->arg)
            continue;
        at_sql_value value = {.name = item->arg->name};
        switch (item->arg->type) {
        case AT_ARG_THING:
            value.integer = item->thing;
            break;
        case AT_ARG_START:
        case AT_ARG_END:
            value.integer = item->time_us;
            break;
        case AT_ARG_COUNT:
        case AT_ARG_AMOUNT:
        case AT_ARG_FLAG:
        case AT_ARG_DURATION:
            value.integer = item->number;
            break;
        default:
            value.text = item->text;
        }
        values[count++] = value;
    }
    return at_reader_sql(table, reader, question->query->sql, values, count, 0, err);
}

at_status at_ask(at_table *out, at_reader *reader, const at_ask_request *request, at_arena *arena,
                 at_error *err) {
    const at_query *query = request->query;
    const at_facts *facts = at_reader_facts(reader);
    at_question question = {.facts = facts,
                            .earlier = request->earlier,
                            .earlier_count = request->earlier_count,
                            .arena = arena,
                            .max_rows = request->max_rows};
    AT_TRY(at_bind(&question, request, facts, arena, err));
    if (query->needs & AT_NEEDS_SUMMARY)
        question.summaries = at_reader_summaries(reader);
    else if (query->needs & AT_NEEDS_NO_IDS)
        AT_TRY(at_reader_ledger_unnamed(&question.ledger, reader, err));
    else if (query->needs & AT_NEEDS_LEDGER)
        AT_TRY(at_reader_ledger(&question.ledger, reader, err));
    at_table table;
    at_table_init(&table, query->name, query->version, query->columns, arena);
    if (query->sql)
        AT_TRY(run_sql(&table, reader, &question, err));
    else
        AT_TRY(query->run(&table, &question, err));
    AT_TRY(at_cut_rows(&table, request->max_rows, AT_CUT_LAST, err));
    AT_TRY(note_partial(&table, facts, err));
    if (query->limits)
        AT_TRY(at_table_note(&table, err, "LIMITS", "%s", query->limits));
    *out = table;
    return AT_OK;
}
