/* importers/events_csv.c: one thing that happened a row. Columns: id, kind (seizure, shipment,
 * crossing, order, arrest, meeting, other), things; optional time, place, country, amount, unit,
 * text (specification records). `things` are the ids concerned, `;` between them: parties, unless
 * account:, asset: or event: stands before an id. `amount` is kept as written; its unit is free
 * ("kg", "containers", "EUR"). */
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column {
    ID,
    KIND,
    THINGS,
    TIME,
    PLACE,
    COUNTRY,
    AMOUNT,
    UNIT,
    TEXT,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [ID] = {"id", true},          [KIND] = {"kind", true},
    [THINGS] = {"things", true},  [TIME] = {"time", false},
    [PLACE] = {"place", false},   [COUNTRY] = {"country", false},
    [AMOUNT] = {"amount", false}, [UNIT] = {"unit", false},
    [TEXT] = {"text", false},     [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

/* One id between separators, without the blanks around it. */
static at_status read_thing(at_ref *out, const char *text, size_t bytes, at_arena *arena,
                            at_error *err) {
    while (bytes > 0 && text[0] == ' ') {
        text++;
        bytes--;
    }
    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    if (bytes == 0)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "nothing stands between two \";\"");
    AT_TRY(at_arena_copy(&text, arena, text, bytes, err));
    return at_field_any_ref(out, text, AT_PARTY, err);
}

static at_status read_things(at_event *event, const char *text, at_arena *arena, at_error *err) {
    size_t capacity = 0;
    at_ref *things = NULL;
    for (;;) {
        const size_t bytes = strcspn(text, ";");
        AT_TRY(AT_GROW(&things, &capacity, event->thing_count, arena, err));
        AT_TRY(read_thing(&things[event->thing_count], text, bytes, arena, err));
        event->thing_count++;
        event->things = things;
        if (text[bytes] == '\0')
            return AT_OK;
        text += bytes + 1;
    }
}

static at_status read_amount(at_event *event, const size_t *at, at_row *row, at_error *err) {
    int64_t number = 0;
    int8_t scale = 0;
    event->unit = at_row_text(row, at[UNIT]);
    event->amount = at_row_text(row, at[AMOUNT]);
    return event->amount != NULL ? at_field_written(&number, &scale, event->amount, NULL, err)
                                 : AT_OK;
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL;
    int kind = 0;
    at_event *event = &at_row_add(row, AT_EVENT)->event;
    AT_TRY(at_row_need(&text, row, at[ID], "id", err));
    AT_TRY(at_field_ref(&event->self, text, AT_EVENT, err));
    AT_TRY(at_row_need(&text, row, at[KIND], "kind", err));
    AT_TRY(at_field_word(&kind, text, at_event_kinds, "kind of event", err));
    event->kind = at_event_kinds[kind];
    AT_TRY(at_row_need(&text, row, at[THINGS], "things", err));
    AT_TRY(read_things(event, text, row->scratch, err));
    text = at_row_text(row, at[TIME]);
    if (text != NULL)
        AT_TRY(at_field_time(&event->time, text, row->scratch, err));
    row->zone_assumed = event->time.zone_assumed;
    event->place = at_row_text(row, at[PLACE]);
    event->text = at_row_text(row, at[TEXT]);
    AT_TRY(at_field_country(&event->country, at_row_text(row, at[COUNTRY]), row->scratch, err));
    return read_amount(event, at, row, err);
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

const at_importer importer_events_csv = {
    .name = "events_csv",
    .summary = "seizures, shipments, crossings and other events: id,kind,things",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
