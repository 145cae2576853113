/* importers/ownership_csv.c: who owns or controls how much of what, a row a statement. Columns:
 * owner, owned, share; optional share_max, kind, since, until, nominee_for (specification
 * importers). `owned` is a company unless it says asset:ID or account:ID; an empty share is
 * unknown; nominee_for `?` is a principal not named. */
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column {
    OWNER,
    OWNED,
    SHARE,
    SHARE_MAX,
    KIND,
    SINCE,
    UNTIL,
    NOMINEE_FOR,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [OWNER] = {"owner", true},      [OWNED] = {"owned", true},
    [SHARE] = {"share", true},      [SHARE_MAX] = {"share_max", false},
    [KIND] = {"kind", false},       [SINCE] = {"since", false},
    [UNTIL] = {"until", false},     [NOMINEE_FOR] = {"nominee_for", false},
    [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_interest(at_interest *out, const char *text, at_error *err) {
    int interest = AT_CAPITAL;
    if (text != NULL)
        AT_TRY(at_field_word(&interest, text, at_interests, "kind of holding", err));
    *out = (at_interest)interest;
    return AT_OK;
}

static at_status read_share(at_share *out, const size_t *at, at_row *row, at_error *err) {
    const char *low = at_row_text(row, at[SHARE]), *high = at_row_text(row, at[SHARE_MAX]);
    if (low == NULL && high != NULL) /* "at most": from nothing */
        low = "0";
    return at_share_parse(out, low, high, err);
}

static at_status read_nominee(at_ref *out, const char *text, at_error *err) {
    if (text == NULL)
        return AT_OK;
    if (strcmp(text, "?") == 0)
        text = "";
    return at_field_ref(out, text, AT_PARTY, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL, *since = NULL;
    at_holding *holding = &at_row_add(row, AT_HOLDING)->holding;
    AT_TRY(at_row_need(&text, row, at[OWNER], "owner", err));
    AT_TRY(at_field_ref(&holding->owner, text, AT_PARTY, err));
    AT_TRY(at_row_need(&text, row, at[OWNED], "owned", err));
    AT_TRY(at_field_any_ref(&holding->owned, text, AT_PARTY, err));
    AT_TRY(read_share(&holding->share, at, row, err));
    AT_TRY(read_interest(&holding->interest, at_row_text(row, at[KIND]), err));
    AT_TRY(read_nominee(&holding->nominee_for, at_row_text(row, at[NOMINEE_FOR]), err));
    since = at_row_text(row, at[SINCE]);
    return at_field_period(&holding->period, since, at_row_text(row, at[UNTIL]), row->scratch, err);
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

const at_importer importer_ownership_csv = {
    .name = "ownership_csv",
    .summary = "shares, votes and control: owner,owned,share",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
