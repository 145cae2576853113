#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/evidence/audit.h"
#include "engine/evidence/document.h"
#include "engine/evidence/phrase.h"
#include "engine/evidence/request.h"

static void close_json(at_json **json) {
    at_json_close(json);
}

/* --- Shape --- */

static at_status check_entries(at_audit *audit, const at_json_value *holder, at_error *err) {
    static const char *const keys[] = {"currency", "field", "sources", "value", NULL};
    const at_json_value *entries = NULL;
    AT_TRY(at_document_list(&entries, holder, "entries", err));
    for (const at_json_value *entry = at_json_first(entries); entry; entry = at_json_next(entry)) {
        const at_json_value *sources = NULL;
        const char *text = NULL;
        AT_TRY(at_document_members(entry, keys, err));
        AT_TRY(at_document_text(&text, entry, "field", false, err));
        AT_TRY(at_document_text(&text, entry, "value", false, err));
        AT_TRY(at_document_text(&text, entry, "currency", true, err));
        AT_TRY(at_document_list(&sources, entry, "sources", err));
        for (const at_json_value *item = at_json_first(sources); item; item = at_json_next(item)) {
            if (at_json_text(item) == NULL)
                return at_json_fail(err, item, "E-BUNDLE-JSON", "a source is no text");
            at_audit_cite(audit, at_json_text(item), AT_PATH_REQUEST);
        }
    }
    return AT_OK;
}

static at_status check_section(at_audit *audit, const at_json_value *section, at_error *err) {
    static const char *const keys[] = {"entries", "groups", "open", "section", NULL};
    static const char *const group_keys[] = {"entries", "id", "kind", NULL};
    static const char *const open_keys[] = {"by", "field", NULL};
    const at_json_value *groups = NULL, *open = NULL;
    AT_TRY(at_document_members(section, keys, err));
    AT_TRY(check_entries(audit, section, err));
    AT_TRY(at_document_list(&groups, section, "groups", err));
    AT_TRY(at_document_list(&open, section, "open", err));
    for (const at_json_value *item = at_json_first(groups); item; item = at_json_next(item)) {
        AT_TRY(at_document_members(item, group_keys, err));
        AT_TRY(check_entries(audit, item, err));
    }
    for (const at_json_value *item = at_json_first(open); item; item = at_json_next(item))
        AT_TRY(at_document_members(item, open_keys, err));
    return AT_OK;
}

/* --- Items and sums --- */

static const at_json_value *find_section(const at_json_value *sections, const char *id) {
    for (const at_json_value *item = at_json_first(sections); item; item = at_json_next(item)) {
        const char *name = at_json_text(at_json_get(item, "section"));
        if (name != NULL && strcmp(name, id) == 0)
            return item;
    }
    return NULL;
}

/* The first entry of a field at or after `from`. */
static const at_json_value *find_entry(const at_json_value *from, const char *field) {
    for (; from != NULL; from = at_json_next(from)) {
        const char *name = at_json_text(at_json_get(from, "field"));
        if (name != NULL && strcmp(name, field) == 0)
            return from;
    }
    return NULL;
}

static bool entry_is(const at_json_value *entry, const char *value, const char *currency) {
    const at_json_value *stated = at_json_get(entry, "currency");
    return entry != NULL && at_text_equal(at_json_text(at_json_get(entry, "value")), value) &&
           at_text_equal(at_json_text(stated), currency);
}

static bool item_agrees(const at_json_value *group, const at_property *item) {
    const at_json_value *entries = at_json_first(at_json_get(group, "entries"));
    const at_json_value *value = find_entry(entries, "value");
    const at_json_value *excluded = find_entry(entries, "excluded");
    if (!at_text_equal(at_json_text(at_json_get(group, "id")), item->thing))
        return false;
    if (item->value == NULL ? value != NULL : !entry_is(value, item->value, item->currency))
        return false;
    /* An empty reason is written as no entry at all. */
    return item->excluded == NULL || *item->excluded == '\0'
               ? excluded == NULL
               : entry_is(excluded, item->excluded, NULL);
}

static void check_property(at_audit *audit, const at_json_value *section,
                           const at_property_list *list) {
    const at_json_value *group = at_json_first(at_json_get(section, "groups"));
    const at_json_value *total = at_json_first(at_json_get(section, "entries"));
    for (size_t i = 0; i < list->count; i++, group = at_json_next(group)) {
        if (group == NULL || !item_agrees(group, &list->items[i])) {
            at_audit_bad(audit, AT_PATH_REQUEST, "item \"%s\" is not what the findings say",
                         list->items[i].thing);
            return;
        }
    }
    if (group != NULL)
        at_audit_bad(audit, AT_PATH_REQUEST, "an item is in no finding");
    for (size_t i = 0; i < list->total_count; i++) {
        char amount[32];
        total = find_entry(total, "total");
        snprintf(amount, sizeof amount, "%" PRId64, list->totals[i].amount);
        if (!entry_is(total, amount, list->totals[i].currency)) {
            at_audit_bad(audit, AT_PATH_REQUEST, "the total in \"%s\" is not the sum of its items",
                         list->totals[i].currency);
            return;
        }
        total = at_json_next(total);
    }
    if (total != NULL)
        at_audit_bad(audit, AT_PATH_REQUEST, "a total is the sum of nothing");
}

/* Is there a group of that id in the section? */
static bool has_group(const at_json_value *section, const char *id) {
    const at_json_value *group = at_json_first(at_json_get(section, "groups"));
    for (; group != NULL; group = at_json_next(group))
        if (at_text_equal(at_json_text(at_json_get(group, "id")), id))
            return true;
    return false;
}

/* The items a case names itself. Which persons a subject's description found is the answer of the
   store: the bundle says it in section C, and no item may be anybody else. */
static at_status read_named(at_property_list *out, const at_audit *audit,
                            const at_json_value *sections, at_error *err) {
    const at_json_value *persons = find_section(sections, "C");
    const at_json_value *items = at_json_get(find_section(sections, "D"), "groups");
    const char **ids = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&ids, audit->state->arena, at_json_count(items) + 1, err));
    if (audit->view.freeze_kind == AT_FREEZE_THING)
        ids[count++] = audit->view.freeze;
    else
        for (const at_json_value *item = at_json_first(items); item; item = at_json_next(item)) {
            const char *id = at_json_text(at_json_get(item, "id"));
            if (id == NULL || !has_group(persons, id))
                return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CONTENT",
                               "item \"%.80s\" is no subject of the case", id ? id : "");
            AT_TRY(at_arena_text(&ids[count++], audit->state->arena, id, err));
        }
    if (count == 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CONTENT",
                       "nothing is listed of \"%.80s\", which the case asks to freeze",
                       audit->view.freeze);
    return at_property_named(out, ids, count, &audit->view, audit->state->arena, err);
}

static at_status check_sums(at_audit *audit, const at_json_value *sections, at_error *err) {
    at_property_list list = {.count = 0};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    const at_json_value *section = find_section(sections, "D");
    const at_status status =
        audit->view.freeze_kind > AT_FREEZE_ANSWER
            ? read_named(&list, audit, sections, &lower)
            : at_property_read(&list, audit->freeze_rows, audit->freeze_row_count, &audit->view,
                               audit->state->arena, &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_REQUEST, &lower, err));
    if (bad)
        return AT_OK;
    if (section == NULL)
        at_audit_bad(audit, AT_PATH_REQUEST, "it has no section on property");
    else
        check_property(audit, section, &list);
    return AT_OK;
}

/* --- Attachments --- */

static void check_attachments(at_audit *audit, const at_json_value *section) {
    const at_json_value *entry = at_json_first(at_json_get(section, "entries"));
    for (; entry != NULL; entry = at_json_next(entry)) {
        const char *value = at_json_text(at_json_get(entry, "value"));
        const char *space = value != NULL ? strchr(value, ' ') : NULL;
        const at_manifest_line *line =
            space != NULL ? at_manifest_find(&audit->state->sha256, space + 1) : NULL;
        if (line == NULL || strncmp(line->hash, value, (size_t)(space - value)) != 0 ||
            (size_t)(space - value) != AT_SHA256_TEXT_BYTES - 1)
            at_audit_bad(audit, AT_PATH_REQUEST, "an attachment is not the bundle's file");
    }
}

/* --- Rendered texts --- */

static at_status check_text(at_audit *audit, const at_json_value *request, const char *language,
                            at_error *err) {
    AT_CLEANUP(at_text_clear) at_text found = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    AT_CLEANUP(at_text_clear) at_text wanted = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    char path[AT_REQUEST_PATH_BYTES];
    at_error lower = {.status = AT_OK};
    bool bad = false;
    at_request_text_path(path, language);
    AT_TRY(at_audit_read(&found, &bad, audit, path, err));
    if (bad)
        return AT_OK;
    const at_status status =
        at_request_render(&wanted, request, at_phrase_language(language), &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_REQUEST, &lower, err));
    if (!bad && (found.bytes != wanted.bytes ||
                 memcmp(at_text_string(&found), at_text_string(&wanted), wanted.bytes) != 0))
        at_audit_bad(audit, path, "it is not the text of freeze-request.json");
    return AT_OK;
}

static at_status same_value(bool *out, const at_json_value *a, const at_json_value *b,
                            at_error *err) {
    AT_CLEANUP(at_text_clear) at_text left = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text right = {.limit_bytes = 0};
    at_json_writer writer = {.out = &left};
    at_json_put_value(&writer, a);
    AT_TRY(at_json_finish(&writer, err));
    writer = (at_json_writer){.out = &right};
    at_json_put_value(&writer, b);
    AT_TRY(at_json_finish(&writer, err));
    *out = strcmp(at_text_string(&left), at_text_string(&right)) == 0;
    return AT_OK;
}

static at_status check_request(at_audit *audit, const at_json_value *root, at_error *err) {
    static const char *const keys[] = {"case", "currencies", "schema", "sections", NULL};
    const at_json_value *sections = NULL, *currencies = NULL;
    const char *schema = NULL, *case_id = NULL;
    bool same = false;
    AT_TRY(at_document_members(root, keys, err));
    AT_TRY(at_document_text(&schema, root, "schema", false, err));
    AT_TRY(at_document_text(&case_id, root, "case", false, err));
    AT_TRY(at_document_list(&sections, root, "sections", err));
    AT_TRY(at_document_list(&currencies, root, "currencies", err));
    AT_TRY(same_value(&same, currencies, at_json_get(audit->summary, "currencies"), err));
    if (strcmp(schema, AT_REQUEST_SCHEMA) != 0 || strcmp(case_id, audit->view.id) != 0 || !same)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CONTENT",
                       "schema, case or currencies are not those of the bundle");
    for (const at_json_value *item = at_json_first(sections); item; item = at_json_next(item))
        AT_TRY(check_section(audit, item, err));
    check_attachments(audit, find_section(sections, "P"));
    return check_sums(audit, sections, err);
}

at_status at_audit_request(at_audit *audit, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    AT_CLEANUP(close_json) at_json *json = NULL;
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_audit_read(&text, &bad, audit, AT_PATH_REQUEST, err));
    if (bad)
        return AT_OK;
    at_status status =
        at_document_open(&json, at_text_string(&text), text.bytes, "the request", &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_REQUEST, &lower, err));
    if (bad)
        return AT_OK;
    status = check_request(audit, at_json_root(json), &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_REQUEST, &lower, err));
    for (size_t i = 0; !bad && i < audit->view.language_count; i++)
        AT_TRY(check_text(audit, at_json_root(json), audit->view.languages[i], err));
    return AT_OK;
}
