/* importers/listings_csv.c: one party's presence on a list a row. Columns: party, list, kind
 * (sanctions, wanted, notice, pep, internal); optional programme, number, since, until
 * (specification records). The same party on another list, or again later, is another row. */
#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column { PARTY, LIST, PROGRAMME, NUMBER, KIND, SINCE, UNTIL, COLUMN_COUNT } column;

static const at_row_column columns[] = {
    [PARTY] = {"party", true},
    [LIST] = {"list", true},
    [PROGRAMME] = {"programme", false},
    [NUMBER] = {"number", false},
    [KIND] = {"kind", true},
    [SINCE] = {"since", false},
    [UNTIL] = {"until", false},
    [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL;
    int kind = 0;
    at_listing *listing = &at_row_add(row, AT_LISTING)->listing;
    AT_TRY(at_row_need(&text, row, at[PARTY], "party", err));
    AT_TRY(at_field_ref(&listing->party, text, AT_PARTY, err));
    AT_TRY(at_row_need(&listing->list, row, at[LIST], "list", err));
    AT_TRY(at_row_need(&text, row, at[KIND], "kind", err));
    AT_TRY(at_field_word(&kind, text, at_listing_kinds, "kind of listing", err));
    listing->kind = at_listing_kinds[kind];
    listing->programme = at_row_text(row, at[PROGRAMME]);
    listing->number = at_row_text(row, at[NUMBER]);
    const char *since = at_row_text(row, at[SINCE]), *until = at_row_text(row, at[UNTIL]);
    return at_field_period(&listing->period, since, until, row->scratch, err);
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

const at_importer importer_listings_csv = {
    .name = "listings_csv",
    .summary = "parties on sanctions, wanted and other lists: party,list,kind",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
