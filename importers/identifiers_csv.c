/* importers/identifiers_csv.c: one identifier of a thing a row. Columns: kind (party, account,
 * asset), of, type, text; optional country, issuer, since, until (specification records). */
#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column { KIND, OF, TYPE, TEXT, COUNTRY, ISSUER, SINCE, UNTIL, COLUMN_COUNT } column;

static const at_row_column columns[] = {
    [KIND] = {"kind", true},        [OF] = {"of", true},
    [TYPE] = {"type", true},        [TEXT] = {"text", true},
    [COUNTRY] = {"country", false}, [ISSUER] = {"issuer", false},
    [SINCE] = {"since", false},     [UNTIL] = {"until", false},
    [COLUMN_COUNT] = {NULL, false},
};

static const char *const kinds[] = {"party", "account", "asset", NULL};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL, *type = NULL;
    int kind = 0;
    at_identifier *identifier = &at_row_add(row, AT_IDENTIFIER)->identifier;
    AT_TRY(at_row_need(&text, row, at[KIND], "kind", err));
    AT_TRY(at_field_word(&kind, text, kinds, "kind of thing", err));
    AT_TRY(at_row_need(&text, row, at[OF], "of", err));
    AT_TRY(at_field_ref(&identifier->of, text, at_kind_parse(kinds[kind]), err));
    const char *country = at_row_text(row, at[COUNTRY]);
    identifier->issuer = at_row_text(row, at[ISSUER]);
    AT_TRY(at_row_need(&text, row, at[TEXT], "text", err));
    AT_TRY(at_row_need(&type, row, at[TYPE], "type", err));
    AT_TRY(at_field_identifier(identifier, type, text, country, row->scratch, err));
    const char *since = at_row_text(row, at[SINCE]), *until = at_row_text(row, at[UNTIL]);
    return at_field_period(&identifier->period, since, until, row->scratch, err);
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    size_t at[COLUMN_COUNT];
    const at_row_reader reader = {.self = at, .header = bind, .row = read_row};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

static int sniff(at_span head) {
    return at_columns_sniff(columns, head);
}

const at_importer importer_identifiers_csv = {
    .name = "identifiers_csv",
    .summary = "numbers and strings that name things: kind,of,type,text",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
