#include "engine/evidence/request.h"

#include <inttypes.h>
#include <string.h>

#include "engine/evidence/document.h"

/* What a section leaves to people, each "field" with who completes it. */
typedef struct open_field {
    const char *field;
    const char *by; /* "D" or "H" */
} open_field;

enum { OPEN_MAX = 10 };

typedef struct section_shape {
    const char *id;
    open_field open[OPEN_MAX];
} section_shape;

static const section_shape sections[] = {
    {"A",
     {{"request_version", "H"},
      {"treaty_article", "H"},
      {"channel", "H"},
      {"issuing_state", "H"},
      {"issuing_authority_name", "H"},
      {"executing_state", "H"},
      {"executing_authority", "H"}}},
    {"B", {{"urgency_grounds", "D"}, {"requested_date", "H"}, {"hearing_date", "H"}}},
    {"C",
     {{"role_in_proceedings", "H"},
      {"languages_understood", "H"},
      {"custody_status", "H"},
      {"beneficial_owners", "D"},
      {"third_party_rights", "D"}}},
    {"D",
     {{"measure", "H"},
      {"extent", "H"},
      {"duration", "H"},
      {"tracing_method", "H"},
      {"valuation_acceptance", "H"},
      {"location_belief", "D"},
      {"carve_outs", "H"}}},
    {"E",
     {{"summary_of_facts", "D"},
      {"offence_link", "D"},
      {"stage_of_proceedings", "H"},
      {"offences", "H"},
      {"maximum_penalty", "H"},
      {"double_criminality", "H"},
      {"limitation_period", "H"}}},
    {"F",
     {{"confidentiality", "H"},
      {"formalities", "H"},
      {"officers_present", "H"},
      {"specialty_limit", "H"},
      {"data_protection", "H"}}},
    {"G", {{"other_states", "D"}}},
    {"H", {{"earlier_orders", "H"}}},
    {"I", {{"confiscation_order", "H"}}},
    {"J", {{"alternative_measures", "H"}}},
    {"K", {{"victims", "H"}, {"restitution_decision", "H"}}},
    {"L",
     {{"court", "H"},
      {"judge", "H"},
      {"order_number", "H"},
      {"order_date", "H"},
      {"order_finality", "H"},
      {"appeal_route", "H"},
      {"notification", "H"}}},
    {"M", {{"contact_details", "H"}}},
    {"N", {{"contact_details", "H"}}},
    {"O", {{"contact_details", "H"}, {"liaison", "H"}}},
    {"P", {{"certified_translations", "H"}, {"legalisation", "H"}}},
    {"limits", {{NULL, NULL}}},
    {"undertakings",
     {{"reciprocity", "H"},
      {"costs", "H"},
      {"damages", "H"},
      {"asset_sharing", "H"},
      {"return", "H"}}},
    {"signature", {{"signature_details", "H"}, {"committee_decision", "H"}}},
};

/* --- Gathering --- */

static at_entry_list new_list(const at_request *request) {
    return (at_entry_list){.arena = request->arena, .cites = request->cites};
}

static at_status add_facts(at_entry_list *list, const at_bundle_thing *thing, at_error *err) {
    for (size_t i = 0; i < thing->fact_count; i++)
        AT_TRY(at_entry_add_fact(list, &thing->facts[i], err));
    return AT_OK;
}

static at_status collect_persons(at_request *request, at_error *err) {
    size_t capacity = 0;
    for (size_t i = 0; i < request->content->thing_count; i++) {
        const at_bundle_thing *thing = &request->content->things[i];
        if (thing->ref == NULL)
            continue;
        AT_TRY(AT_GROW(&request->persons, &capacity, request->person_count, request->arena, err));
        at_request_group *group = &request->persons[request->person_count++];
        *group = (at_request_group){thing->id, new_list(request)};
        AT_TRY(add_facts(&group->entries, thing, err));
    }
    return AT_OK;
}

/* Where the item lies, in the words of the records: "Harbour Bank, Basra branch, IQ". */
static at_status add_place(at_request *request, const at_bundle_thing *thing, at_error *err) {
    for (size_t i = 0; i < thing->fact_count; i++) {
        const at_fact *fact = &thing->facts[i];
        const bool account = fact->kind == AT_ACCOUNT;
        AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 1 << 16};
        const char *source = NULL, *copy = NULL;
        if (!account && fact->kind != AT_ASSET)
            continue;
        const char *const parts[] = {account ? fact->account.institution : fact->asset.place,
                                     account ? fact->account.branch : NULL,
                                     account ? fact->account.country : fact->asset.country};
        for (size_t k = 0; k < AT_COUNT(parts); k++)
            if (parts[k] != NULL)
                AT_TRY(at_text_print(&text, err, "%s%s", text.bytes > 0 ? ", " : "", parts[k]));
        AT_TRY(at_cites_use(&source, request->cites, fact->record, err));
        AT_TRY(at_arena_copy(&copy, request->arena, at_text_string(&text), text.bytes, err));
        AT_TRY(at_entry_add(&request->places, "place_of_execution", copy, NULL, source, err));
    }
    return AT_OK;
}

static at_status add_row_cells(at_entry_list *list, const at_property *item, at_error *err) {
    static const char *const cells[][2] = {
        {"kind", "kind"}, {"share", "share"}, {"share_hi", "share_upper"}, {"chain", "chain"}};
    for (size_t i = 0; i < AT_COUNT(cells); i++) {
        const char *value = at_finding_cell(item->row, cells[i][0]);
        const size_t count = value != NULL ? item->row->source_count : 0;
        AT_TRY(at_entry_add(list, cells[i][1], value, NULL, NULL, err));
        for (size_t k = 0; k < count; k++)
            AT_TRY(at_entry_add(list, cells[i][1], value, NULL, item->row->sources[k], err));
    }
    return AT_OK;
}

static at_status collect_item(at_request *request, const at_property *item, at_error *err) {
    at_request_group *group = &request->items[request->item_count++];
    at_entry_list *list = &group->entries;
    const char *finding = NULL;
    *group = (at_request_group){item->thing, new_list(request)};
    if (item->row != NULL)
        AT_TRY(at_arena_print(&finding, request->arena, err, "%s:%" PRId64,
                              request->view->freeze_answer, item->row->row));
    AT_TRY(at_entry_add(list, "finding", finding, NULL, NULL, err));
    AT_TRY(at_entry_add(list, "excluded", item->excluded, NULL, NULL, err));
    AT_TRY(at_entry_add(list, "value", item->value, item->currency, NULL, err));
    for (size_t i = 0; item->value_row != NULL && i < item->value_row->source_count; i++)
        AT_TRY(at_entry_add(list, "value", item->value, item->currency, item->value_row->sources[i],
                            err));
    if (item->row != NULL)
        AT_TRY(add_row_cells(list, item, err));
    for (size_t i = 0; i < request->content->thing_count; i++) {
        const at_bundle_thing *thing = &request->content->things[i];
        if (thing->ref != NULL || strcmp(thing->id, item->thing) != 0)
            continue;
        AT_TRY(add_facts(list, thing, err));
        if (item->excluded == NULL)
            AT_TRY(add_place(request, thing, err));
    }
    return AT_OK;
}

at_status at_request_collect(at_request *out, const at_bundle_content *content,
                             const at_case_view *view, const at_property_list *property,
                             at_cites *cites, at_arena *arena, at_error *err) {
    at_request request = {
        .content = content, .view = view, .property = property, .arena = arena, .cites = cites};
    request.places = new_list(&request);
    AT_TRY(collect_persons(&request, err));
    AT_TRY(AT_NEW(&request.items, arena, property->count, err));
    for (size_t i = 0; i < property->count; i++)
        AT_TRY(collect_item(&request, &property->items[i], err));
    *out = request;
    return AT_OK;
}

at_status at_request_currencies(at_currencies *list, const at_request *request, at_error *err) {
    for (size_t i = 0; i < request->item_count; i++)
        for (size_t k = 0; k < request->items[i].entries.count; k++)
            AT_TRY(at_currencies_add(list, request->items[i].entries.items[k].currency, err));
    return AT_OK;
}

/* --- Sections with something to say --- */

static at_status add_title(at_entry_list *list, const at_case_view *view, at_error *err) {
    if (view->title == NULL || at_json_text(view->title) != NULL)
        return at_entry_add(list, "title", view->title ? at_json_text(view->title) : NULL, NULL,
                            NULL, err);
    for (const at_json_value *item = at_json_first(view->title); item; item = at_json_next(item))
        AT_TRY(at_entry_add(list, "title", at_json_text(item), NULL, NULL, err));
    return AT_OK;
}

static at_status add_header(at_entry_list *list, const at_request *request, at_error *err) {
    const at_case_view *view = request->view;
    const char *revision = NULL;
    AT_TRY(at_arena_print(&revision, list->arena, err, "%" PRId64, request->content->revision));
    AT_TRY(at_entry_add(list, "case", view->id, NULL, NULL, err));
    AT_TRY(add_title(list, view, err));
    AT_TRY(at_entry_add(list, "as_of", view->as_of, NULL, NULL, err));
    AT_TRY(at_entry_add(list, "purpose", view->purpose, NULL, NULL, err));
    AT_TRY(at_entry_add(list, "legal_basis", view->legal_basis, NULL, NULL, err));
    return at_entry_add(list, "revision", revision, NULL, NULL, err);
}

static at_status add_totals(at_entry_list *list, const at_request *request, at_error *err) {
    for (size_t i = 0; i < request->property->total_count; i++) {
        const at_property_total *total = &request->property->totals[i];
        const char *amount = NULL;
        AT_TRY(at_arena_print(&amount, list->arena, err, "%" PRId64, total->amount));
        AT_TRY(at_entry_add(list, "total", amount, total->currency, NULL, err));
    }
    return AT_OK;
}

static at_status add_findings(at_entry_list *list, const at_request *request, at_error *err) {
    for (size_t i = 0; i < request->content->answer_count; i++) {
        const at_bundle_answer *answer = &request->content->answers[i];
        const char *text = NULL;
        AT_TRY(at_arena_print(&text, list->arena, err, "%s %s: %zu", answer->id,
                              answer->table->query, answer->table->row_count));
        AT_TRY(at_entry_add(list, "finding", text, NULL, NULL, err));
    }
    return AT_OK;
}

static at_status add_limits_of(at_entry_list *list, const at_bundle_answer *answer, at_error *err) {
    const at_table *table = answer->table;
    size_t grades[AT_INFERRED + 1] = {0};
    const char *text = NULL;
    for (size_t i = 0; i < table->row_count; i++)
        grades[table->rows[i].grade]++;
    AT_TRY(at_arena_print(&text, list->arena, err, "%s: %s %zu, %s %zu, %s %zu, %s %zu", answer->id,
                          at_grade_text(AT_OBSERVED), grades[AT_OBSERVED],
                          at_grade_text(AT_CORROBORATED), grades[AT_CORROBORATED],
                          at_grade_text(AT_ACCEPTED), grades[AT_ACCEPTED],
                          at_grade_text(AT_INFERRED), grades[AT_INFERRED]));
    AT_TRY(at_entry_add(list, "grades", text, NULL, NULL, err));
    if (table->truncated)
        AT_TRY(at_entry_add(list, "truncated", answer->id, NULL, NULL, err));
    for (size_t i = 0; i < table->note_count; i++) {
        if (at_text_equal(table->notes[i].text, answer->limits))
            continue; /* said below */
        AT_TRY(at_arena_print(&text, list->arena, err, "%s: %s: %s", answer->id,
                              table->notes[i].code, table->notes[i].text));
        AT_TRY(at_entry_add(list, "note", text, NULL, NULL, err));
    }
    if (answer->limits == NULL)
        return AT_OK;
    AT_TRY(at_arena_print(&text, list->arena, err, "%s: %s", table->query, answer->limits));
    return at_entry_add(list, "query_limits", text, NULL, NULL, err);
}

static at_status add_limits(at_entry_list *list, const at_request *request, at_error *err) {
    const at_bundle_content *content = request->content;
    for (size_t i = 0; i < content->partial_count; i++)
        AT_TRY(at_entry_add(list, "partial_source", content->partial_sources[i], NULL, NULL, err));
    for (size_t i = 0; i < content->answer_count; i++)
        AT_TRY(add_limits_of(list, &content->answers[i], err));
    return AT_OK;
}

static at_status add_attachments(at_entry_list *list, const at_attachment *attachments,
                                 size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++) {
        const char *text = NULL;
        AT_TRY(at_arena_print(&text, list->arena, err, "%s %s", attachments[i].sha256,
                              attachments[i].path));
        AT_TRY(at_entry_add(list, "attachment", text, NULL, NULL, err));
    }
    return AT_OK;
}

/* --- Writing --- */

static void write_groups(at_json_writer *writer, const at_request_group *groups, size_t count,
                         const char *kind) {
    at_json_array(writer);
    for (size_t i = 0; i < count; i++) {
        at_json_object(writer);
        at_json_put_key(writer, "entries");
        at_entry_write(writer, &groups[i].entries);
        at_document_put(writer, "id", groups[i].id);
        at_document_put(writer, "kind", kind);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static void write_section(at_json_writer *writer, const section_shape *shape,
                          const at_entry_list *entries, const at_request *request) {
    const bool persons = strcmp(shape->id, "C") == 0, items = strcmp(shape->id, "D") == 0;
    at_json_object(writer);
    at_json_put_key(writer, "entries");
    at_entry_write(writer, entries);
    at_json_put_key(writer, "groups");
    write_groups(writer, persons ? request->persons : request->items,
                 persons ? request->person_count
                 : items ? request->item_count
                         : 0,
                 persons ? "person" : "item");
    at_json_put_key(writer, "open");
    at_json_array(writer);
    for (size_t i = 0; i < OPEN_MAX && shape->open[i].field != NULL; i++) {
        at_json_object(writer);
        at_document_put(writer, "by", shape->open[i].by);
        at_document_put(writer, "field", shape->open[i].field);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
    at_document_put(writer, "section", shape->id);
    at_json_object_end(writer);
}

at_status at_request_write(at_text *out, at_request *request, const at_currencies *currencies,
                           const at_attachment *attachments, size_t attachment_count,
                           at_error *err) {
    at_json_writer writer = {.out = out};
    at_json_object(&writer);
    at_document_put(&writer, "case", request->view->id);
    at_json_put_key(&writer, "currencies");
    at_currencies_write(&writer, currencies);
    at_document_put(&writer, "schema", AT_REQUEST_SCHEMA);
    at_json_put_key(&writer, "sections");
    at_json_array(&writer);
    for (size_t i = 0; i < AT_COUNT(sections); i++) {
        at_entry_list entries = new_list(request);
        switch (sections[i].id[0]) {
        case 'A':
            AT_TRY(add_header(&entries, request, err));
            break;
        case 'C':
            entries = request->places;
            break;
        case 'D':
            AT_TRY(add_totals(&entries, request, err));
            break;
        case 'E':
            AT_TRY(add_findings(&entries, request, err));
            break;
        case 'P':
            AT_TRY(add_attachments(&entries, attachments, attachment_count, err));
            break;
        case 'l':
            AT_TRY(add_limits(&entries, request, err));
            break;
        }
        write_section(&writer, &sections[i], &entries, request);
    }
    at_json_array_end(&writer);
    at_json_object_end(&writer);
    return at_document_finish(&writer, err);
}
