/* importers/links_csv.c: one tie between two things a row, read as `a kind b`. Columns: a_kind,
 * a, kind, b_kind, b; optional since, until, strength (stated, suspected) (specification
 * records). */
#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column { A_KIND, A, KIND, B_KIND, B, SINCE, UNTIL, STRENGTH, COLUMN_COUNT } column;

static const at_row_column columns[] = {
    [A_KIND] = {"a_kind", true},
    [A] = {"a", true},
    [KIND] = {"kind", true},
    [B_KIND] = {"b_kind", true},
    [B] = {"b", true},
    [SINCE] = {"since", false},
    [UNTIL] = {"until", false},
    [STRENGTH] = {"strength", false},
    [COLUMN_COUNT] = {NULL, false},
};

static const char *const kinds[] = {"party", "account", "asset", "event", NULL};
static const char *const strengths[] = {"stated", "suspected", NULL};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_end(at_ref *out, at_row *row, size_t kind_at, size_t id_at, const char *name,
                          at_error *err) {
    const char *text = NULL;
    int kind = 0;
    AT_TRY(at_row_need(&text, row, kind_at, columns[name[0] == 'a' ? A_KIND : B_KIND].name, err));
    AT_TRY(at_field_word(&kind, text, kinds, "kind of thing", err));
    AT_TRY(at_row_need(&text, row, id_at, name, err));
    return at_field_ref(out, text, at_kind_parse(kinds[kind]), err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL;
    int kind = 0, strength = 0;
    at_link *link = &at_row_add(row, AT_LINK)->link;
    AT_TRY(read_end(&link->a, row, at[A_KIND], at[A], "a", err));
    AT_TRY(read_end(&link->b, row, at[B_KIND], at[B], "b", err));
    AT_TRY(at_row_need(&text, row, at[KIND], "kind", err));
    AT_TRY(at_field_word(&kind, text, at_link_kinds, "kind of link", err));
    link->kind = at_link_kinds[kind];
    text = at_row_text(row, at[STRENGTH]);
    if (text != NULL)
        AT_TRY(at_field_word(&strength, text, strengths, "strength of a link", err));
    link->suspected = strength == 1;
    const char *since = at_row_text(row, at[SINCE]), *until = at_row_text(row, at[UNTIL]);
    return at_field_period(&link->period, since, until, row->scratch, err);
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

const at_importer importer_links_csv = {
    .name = "links_csv",
    .summary = "other ties between two things: a_kind,a,kind,b_kind,b",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
