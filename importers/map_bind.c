#include <string.h>

#include "importers/mapping.h"

enum { NAMES_MAX = AT_CSV_FIELDS_MAX + 1 };

static at_status fail_column(const char *name, const at_csv_record *header, at_error *err) {
    const char *names[NAMES_MAX] = {NULL};
    for (size_t i = 0; i < header->field_count; i++)
        names[i] = header->fields[i].data;
    const char *nearest = at_text_nearest(name, names);
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-MAP-COLUMN",
                "the mapping names the column \"%s\", the file has none", name);
    if (nearest != NULL)
        at_hint(err, "did you mean \"%s\"?", nearest);
    else
        at_hint(err, "the file's first column is \"%s\"", names[0]);
    return status;
}

/* Blanks around a name in the header are layout, as around a cell. */
static bool is_named(at_span field, const char *name) {
    size_t start = 0, end = field.bytes;
    while (start < end && field.data[start] == ' ')
        start++;
    while (end > start && field.data[end - 1] == ' ')
        end--;
    return strlen(name) == end - start && memcmp(field.data + start, name, end - start) == 0;
}

static at_status bind_column(at_map_column *column, const at_csv_record *header, at_error *err) {
    if (column->name == NULL) {
        if (column->number > header->field_count)
            return at_fail(err, AT_BAD_INPUT, "E-MAP-COLUMN",
                           "the mapping uses column %zu, the file has %zu", column->number,
                           header->field_count);
        return AT_OK;
    }
    for (size_t i = 0; i < header->field_count; i++) {
        if (!is_named(header->fields[i], column->name))
            continue;
        if (column->number != 0) {
            const at_status status = at_fail(err, AT_BAD_INPUT, "E-MAP-COLUMN",
                                             "the column \"%s\" stands twice", column->name);
            at_hint(err, "name it by its number: %zu or %zu", column->number, i + 1);
            return status;
        }
        column->number = i + 1;
    }
    return column->number != 0 ? AT_OK : fail_column(column->name, header, err);
}

static at_status bind_conditions(at_map_conditions *conditions, const at_csv_record *header,
                                 at_error *err) {
    for (size_t i = 0; i < conditions->count; i++)
        AT_TRY(bind_column(&conditions->items[i].column, header, err));
    return AT_OK;
}

static at_status bind_record(at_map_record *record, const at_csv_record *header, at_error *err) {
    AT_TRY(bind_conditions(&record->when, header, err));
    for (size_t i = 0; i < AT_MAP_FIELDS_MAX; i++)
        for (size_t k = 0; record->values[i] != NULL && k < record->values[i]->column_count; k++)
            AT_TRY(bind_column(&record->values[i]->columns[k], header, err));
    return AT_OK;
}

at_status at_mapping_bind(at_mapping *mapping, const at_csv_record *header, at_error *err) {
    AT_TRY(bind_conditions(&mapping->where, header, err));
    for (size_t i = 0; i < mapping->record_count; i++)
        AT_TRY(bind_record(&mapping->records[i], header, err));
    return AT_OK;
}
