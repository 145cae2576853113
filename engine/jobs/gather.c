/* gather.c: from answered questions to what a bundle holds. */
#include <stdlib.h>

#include "engine/base/progress.h"
#include "engine/base/release.h"
#include "engine/jobs/refer.h"
#include "engine/jobs/seal.h"
#include "engine/store/sources.h"

enum { RECORD_BYTES_MAX = 64 << 20 };

typedef struct gather_state {
    const at_case_run *run;
    at_store *store;
    at_reader *reader;
    const at_facts *facts;
    at_arena *arena;
    at_record_id *ids;
    size_t id_count, id_capacity;
    at_bundle_thing *things;
    size_t thing_count, thing_capacity;
    at_thing *items; /* of the freeze request */
    size_t item_count, item_capacity;
} gather_state;

static at_status want_record(gather_state *state, at_record_id id, at_error *err) {
    if (id == 0)
        return AT_OK;
    AT_TRY(AT_GROW(&state->ids, &state->id_capacity, state->id_count, state->arena, err));
    state->ids[state->id_count++] = id;
    return AT_OK;
}

static at_status gather_answers(at_bundle_content *out, gather_state *state, at_error *err) {
    const at_case_run *run = state->run;
    at_bundle_answer *answers = NULL;
    AT_TRY(AT_NEW(&answers, state->arena, run->answer_count, err));
    for (size_t i = 0; i < run->answer_count; i++) {
        const at_case_answer *answer = &run->answers[i];
        at_bundle_argument *arguments = NULL;
        AT_TRY(AT_NEW(&arguments, state->arena, answer->pair_count, err));
        for (size_t p = 0; p < answer->pair_count; p++)
            arguments[p] = (at_bundle_argument){answer->pairs[p].name, answer->pairs[p].value};
        answers[i] = (at_bundle_answer){.id = answer->question->id,
                                        .arguments = arguments,
                                        .argument_count = answer->pair_count,
                                        .table = &answer->table,
                                        .limits = answer->question->query->limits};
        for (size_t r = 0; r < answer->table.row_count; r++)
            for (size_t k = 0; k < answer->table.rows[r].record_count; k++)
                AT_TRY(want_record(state, answer->table.rows[r].records[k], err));
    }
    out->answers = answers;
    out->answer_count = run->answer_count;
    return AT_OK;
}

/* Is the fact about the thing itself, and not about something it holds? */
static bool is_about(const at_fact *fact, at_thing thing) {
    switch (fact->kind) {
    case AT_PARTY:
        return fact->party.self.thing == thing;
    case AT_ACCOUNT:
        return fact->account.self.thing == thing;
    case AT_ASSET:
        return fact->asset.self.thing == thing;
    case AT_IDENTIFIER:
        return fact->identifier.of.thing == thing;
    default:
        return fact->kind == AT_LISTING && fact->listing.party.thing == thing;
    }
}

/* What records say of one thing, as far as a request for freezing has a place for it. */
static at_status gather_thing(gather_state *state, const char *ref, const char *id, at_thing thing,
                              at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ACCOUNT, AT_ASSET, AT_IDENTIFIER, AT_LISTING};
    at_fact *facts = NULL;
    size_t count = 0, capacity = 0;
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        at_fact_list list = {0};
        AT_TRY(state->facts->list(state->facts->self, &list, kinds[k], thing, err));
        for (size_t i = 0; i < list.count; i++) {
            if (!is_about(&list.facts[i], thing))
                continue;
            AT_TRY(AT_GROW(&facts, &capacity, count, state->arena, err));
            facts[count++] = list.facts[i];
            AT_TRY(want_record(state, list.facts[i].record, err));
        }
    }
    at_thing_view view = {0};
    AT_TRY(state->facts->view(state->facts->self, &view, thing, err));
    AT_TRY(AT_GROW(&state->things, &state->thing_capacity, state->thing_count, state->arena, err));
    state->things[state->thing_count++] = (at_bundle_thing){
        .ref = ref, .id = id ? id : view.shown, .facts = facts, .fact_count = count};
    return AT_OK;
}

/* A thing stands several times in a column; what records say of it is listed once. */
static bool has_item(const gather_state *state, at_thing thing) {
    for (size_t i = 0; i < state->item_count; i++)
        if (state->items[i] == thing)
            return true;
    return false;
}

static at_status gather_item(gather_state *state, const char *id, at_thing thing, at_error *err) {
    AT_TRY(AT_GROW(&state->items, &state->item_capacity, state->item_count, state->arena, err));
    state->items[state->item_count++] = thing;
    return gather_thing(state, NULL, id, thing, err);
}

static at_status gather_subjects(gather_state *state, at_error *err) {
    const at_case *source = state->run->source;
    for (size_t i = 0; i < source->subject_count; i++)
        for (const at_thing *thing = state->run->subject_things[i]; *thing; thing++)
            AT_TRY(gather_thing(state, source->subjects[i].ref, NULL, *thing, err));
    return AT_OK;
}

/* The things of a column of an answer; nodes and texts that are no things have nothing to add. */
static at_status gather_column(gather_state *state, const at_table *table, int column,
                               at_error *err) {
    for (size_t i = 0; i < table->row_count; i++) {
        AT_CLEANUP(at_text_clear) at_text text = {0};
        at_thing thing = 0;
        at_error unknown = {0};
        AT_TRY(
            at_cell_print(&text, &table->columns[column], &table->rows[i].cells[column], 12, err));
        if (text.bytes == 0)
            continue;
        at_status status = state->facts->resolve(state->facts->self, &thing, AT_ANY_THING,
                                                 at_text_string(&text), &unknown);
        if (status == AT_OK && !has_item(state, thing))
            AT_TRY(gather_item(state, NULL, thing, err));
        else if (status != AT_OK && status != AT_BAD_INPUT)
            return at_fail(err, status, unknown.code, "%s", unknown.message);
    }
    return AT_OK;
}

/* The things that freeze.request names. */
static at_status gather_items(gather_state *state, at_error *err) {
    at_reference what;
    const at_json_value *request = at_json_get(state->run->source->freeze, "request");
    if (!request)
        return AT_OK;
    AT_TRY(at_refer_freeze(&what, state->run, state->facts, err));
    for (const at_thing *thing = what.things; thing && *thing; thing++)
        AT_TRY(gather_item(state, NULL, *thing, err));
    if (what.thing)
        return gather_item(state, at_json_text(request), what.thing, err);
    return what.table ? gather_column(state, what.table, what.column, err) : AT_OK;
}

static int by_id(const void *a, const void *b) {
    at_record_id x = *(const at_record_id *)a, y = *(const at_record_id *)b;
    return (x > y) - (x < y);
}

/* Which importer read the record: the one of the source with that content and namespace. */
static void name_importer(at_bundle_record *record, const at_source *sources, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (at_text_equal(sources[i].content, record->address.content) &&
            at_text_equal(sources[i].name_space, record->address.name_space)) {
            record->importer = sources[i].importer;
            record->importer_version = sources[i].importer_version;
            return;
        }
}

static at_status gather_records(at_bundle_content *out, gather_state *state, at_error *err) {
    const at_source *sources = NULL;
    size_t source_count = 0, count = 0;
    AT_TRY(at_sources_list(&sources, &source_count, state->store, state->run->revision,
                           state->arena, err));
    if (state->id_count)
        qsort(state->ids, state->id_count, sizeof *state->ids, by_id);
    at_bundle_record *records = NULL;
    AT_TRY(AT_NEW(&records, state->arena, state->id_count, err));
    AT_CLEANUP(at_text_clear) at_text bytes = {.limit_bytes = RECORD_BYTES_MAX};
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "records", .unit = AT_PROGRESS_COUNT, .total = state->id_count};
    at_progress_begin(&bar);
    for (size_t i = 0; i < state->id_count; i++) {
        at_progress_step(&bar, i);
        if (i > 0 && state->ids[i] == state->ids[i - 1])
            continue;
        at_bundle_record *record = &records[count++];
        record->id = state->ids[i];
        AT_TRY(state->facts->address(state->facts->self, &record->address, record->id, err));
        name_importer(record, sources, source_count);
        at_text_reset(&bytes);
        AT_TRY(at_reader_record_bytes(&bytes, state->reader, record->id, err));
        AT_TRY(at_arena_copy(&record->bytes.data, state->arena, at_text_string(&bytes), bytes.bytes,
                             err));
        record->bytes.bytes = bytes.bytes;
    }
    out->records = records;
    out->record_count = count;
    return AT_OK;
}

at_status at_gather(at_bundle_content *out, const at_case_run *run, at_store *store,
                    at_reader *reader, at_arena *arena, at_error *err) {
    gather_state state = {.run = run,
                          .store = store,
                          .reader = reader,
                          .facts = at_reader_facts(reader),
                          .arena = arena};
    at_bundle_content content = {.case_file = {run->source->bytes, run->source->byte_count},
                                 .revision = run->revision,
                                 .release = at_release,
                                 .source_tree = at_source_tree};
    AT_TRY(gather_answers(&content, &state, err));
    AT_TRY(gather_subjects(&state, err));
    AT_TRY(gather_items(&state, err));
    AT_TRY(gather_records(&content, &state, err));
    content.things = state.things;
    content.thing_count = state.thing_count;
    AT_TRY(at_reader_tokens(&content.tokens, &content.token_count, reader, err));
    AT_TRY(state.facts->partial_sources(state.facts->self, &content.partial_sources,
                                        &content.partial_count, err));
    *out = content;
    return AT_OK;
}
