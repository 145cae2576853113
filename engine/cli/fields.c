#include "engine/cli/fields.h"

#include "engine/query.h"

#include <string.h>

static at_status add(at_field_list *list, const char *name, int index, at_error *err) {
    if (list->count == AT_FIELDS_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "more than %d fields", AT_FIELDS_MAX);
    list->items[list->count++] = (at_field){name, index};
    return AT_OK;
}

/* Everything that the answer has, in the order that TSV prints. */
static at_status list_all(at_field_list *out, const at_print *print, at_error *err) {
    for (size_t i = 0; i < print->table->column_count; i++)
        AT_TRY(add(out, print->table->columns[i].name, (int)i, err));
    if (!print->facts)
        return AT_OK;
    AT_TRY(add(out, "grade", AT_FIELD_GRADE, err));
    AT_TRY(add(out, "sources", AT_FIELD_SOURCES, err));
    return add(out, "support", AT_FIELD_SUPPORT, err);
}

static bool other_query_has(const char *name, size_t length) {
    for (size_t i = 0; at_queries[i]; i++)
        for (const at_column *column = at_queries[i]->columns; column && column->name; column++)
            if (strlen(column->name) == length && memcmp(column->name, name, length) == 0)
                return true;
    return false;
}

static at_status unknown(const at_field_list *all, const char *name, size_t length, at_error *err) {
    char word[64];
    const char *names[AT_FIELDS_MAX + 1] = {0};
    if (length >= sizeof word)
        length = sizeof word - 1;
    memcpy(word, name, length);
    word[length] = '\0';
    for (size_t i = 0; i < all->count; i++)
        names[i] = all->items[i].name;
    at_fail(err, AT_USAGE, "E-CLI-FIELD", "the answer has no field \"%s\"", word);
    const char *nearest = at_text_nearest(word, names);
    if (nearest)
        at_hint(err, "Did you mean \"%s\"?", nearest);
    return AT_USAGE;
}

static at_status pick(at_field_list *out, const at_field_list *all, const char *name, size_t length,
                      bool may_lack, at_error *err) {
    for (size_t i = 0; i < all->count; i++) {
        const at_field *field = &all->items[i];
        if (strlen(field->name) != length || memcmp(field->name, name, length) != 0)
            continue;
        for (size_t k = 0; k < out->count; k++)
            if (out->items[k].index == field->index)
                return at_fail(err, AT_USAGE, "E-CLI-FIELD", "field \"%s\" is named twice",
                               field->name);
        return add(out, field->name, field->index, err);
    }
    return may_lack && other_query_has(name, length) ? AT_OK : unknown(all, name, length, err);
}

/* A cell may hold thousands of ids: too long for a line. */
static void drop_lists(at_field_list *list, const at_table *table) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].index < 0 || table->columns[list->items[i].index].type != AT_COLUMN_IDS)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

at_status at_fields_choose(at_field_list *out, const at_output *output, const at_print *print,
                           at_error *err) {
    at_field_list all = {.count = 0};
    *out = (at_field_list){.count = 0};
    AT_TRY(list_all(&all, print, err));
    if (!output->fields) {
        *out = all;
        if (output->format == AT_FORMAT_JSON || output->format == AT_FORMAT_NDJSON)
            return AT_OK;
        if (print->facts)
            out->count--; /* support */
        drop_lists(out, print->table);
        return AT_OK;
    }
    for (const char *name = output->fields;; name++) {
        const size_t length = strcspn(name, ",");
        AT_TRY(pick(out, &all, name, length, print->question != NULL, err));
        name += length;
        if (!*name)
            return AT_OK;
    }
}
