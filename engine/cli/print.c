#include "engine/cli/print.h"

#include "engine/cli/fields.h"

#include <string.h>

at_status at_print_sources(at_text *out, const at_print *print, const at_row *row, at_error *err) {
    for (size_t i = 0; i < row->record_count; i++) {
        at_address address = {0};
        char text[AT_ADDRESS_TEXT_BYTES];
        AT_TRY(print->facts->address(print->facts->self, &address, row->records[i], err));
        at_address_format(text, &address);
        if (i)
            AT_TRY(at_text_add_char(out, ' ', err));
        AT_TRY(at_text_add(out, text, err));
    }
    return AT_OK;
}

void at_print_notes(const at_print *print) {
    const at_table *table = print->table;
    for (size_t i = 0; i < table->note_count; i++)
        at_cli_note(table->notes[i].code, "%s%s%s", print->question ? print->question : "",
                    print->question ? ": " : "", table->notes[i].text);
}

/* Quoted where CSV asks for it (RFC 4180 section 2). */
static at_status add_csv(at_text *out, const char *value, at_error *err) {
    if (!value[strcspn(value, ",\"\n\r")])
        return at_text_add(out, value, err);
    AT_TRY(at_text_add_char(out, '"', err));
    for (;;) {
        const size_t plain = strcspn(value, "\"");
        AT_TRY(at_text_add_bytes(out, value, plain, err));
        value += plain;
        if (!*value)
            return at_text_add_char(out, '"', err);
        AT_TRY(at_text_add(out, "\"\"", err));
        value++;
    }
}

static bool is_plain(char c) {
    const unsigned char byte = (unsigned char)c;
    return byte >= ' ' && byte != '\\' && byte != 0x7F;
}

static at_status add_tsv(at_text *out, const char *value, at_error *err) {
    for (;;) {
        size_t plain = 0;
        while (is_plain(value[plain]))
            plain++;
        AT_TRY(at_text_add_bytes(out, value, plain, err));
        value += plain;
        if (!*value)
            return AT_OK;
        if (*value == '\t')
            AT_TRY(at_text_add(out, "\\t", err));
        else if (*value == '\n')
            AT_TRY(at_text_add(out, "\\n", err));
        else if (*value == '\r')
            AT_TRY(at_text_add(out, "\\r", err));
        else if (*value == '\\')
            AT_TRY(at_text_add(out, "\\\\", err));
        else
            AT_TRY(at_text_print(out, err, "\\x%02X", (unsigned char)*value));
        value++;
    }
}

static at_status add_field(at_output *out, const char *value, bool first, at_error *err) {
    const bool csv = out->format == AT_FORMAT_CSV;
    if (!first)
        AT_TRY(at_text_add_char(&out->text, csv ? ',' : '\t', err));
    return csv ? add_csv(&out->text, value, err) : add_tsv(&out->text, value, err);
}

at_status at_print_value(at_text *out, const at_print *print, const at_row *row, int field,
                         at_error *err) {
    switch (field) {
    case AT_FIELD_GRADE:
        return at_text_add(out, at_grade_text(row->grade), err);
    case AT_FIELD_SOURCES:
        return at_print_sources(out, print, row, err);
    case AT_FIELD_SUPPORT:
        return at_text_add_int(out, (int64_t)row->support, err);
    default:
        return at_cell_print(out, &print->table->columns[field], &row->cells[field], AT_ASK_PLACES,
                             err);
    }
}

at_status at_print_text(at_output *out, const at_print *print, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text scratch = {0};
    at_field_list fields;
    AT_TRY(at_fields_choose(&fields, out, print, err));
    for (size_t i = 0; i < fields.count; i++)
        AT_TRY(add_field(out, fields.items[i].name, i == 0, err));
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    for (size_t row = 0; row < print->table->row_count; row++) {
        for (size_t i = 0; i < fields.count; i++) {
            at_text_reset(&scratch);
            AT_TRY(at_print_value(&scratch, print, &print->table->rows[row], fields.items[i].index,
                                  err));
            AT_TRY(add_field(out, at_text_string(&scratch), i == 0, err));
        }
        AT_TRY(at_text_add_char(&out->text, '\n', err));
        AT_TRY(at_output_flush(out, err));
    }
    return AT_OK;
}

at_status at_print_table(at_output *out, const at_print *print, at_error *err) {
    switch (out->format) {
    case AT_FORMAT_JSON:
        AT_TRY(at_print_json(out, print, err));
        AT_TRY(at_text_add_char(&out->text, '\n', err));
        break;
    case AT_FORMAT_NDJSON:
        AT_TRY(at_print_ndjson(out, print, err));
        break;
    case AT_FORMAT_TABLE:
        AT_TRY(at_print_terminal(out, print, err));
        break;
    default:
        AT_TRY(at_print_text(out, print, err));
    }
    AT_TRY(at_output_finish(out, err));
    if (out->format != AT_FORMAT_JSON)
        at_print_notes(print);
    return print->table->truncated ? AT_LIMIT : AT_OK;
}

at_status at_print_listing(at_cli *cli, const at_table *table, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    const at_print print = {.table = table, .revision = -1};
    AT_TRY(at_output_open(&out, cli, err));
    return at_print_table(&out, &print, err);
}
