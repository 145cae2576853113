#include "importers/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { COLUMNS_MAX = 64, SURE_ENOUGH = 90, STATE_BYTES_MAX = 16 << 20 };

/* --- Header ----------------------------------------------------------------------------------- */

static size_t find_column(const at_row_column *columns, const char *name) {
    size_t i = 0;
    while (columns[i].name != NULL && strcmp(columns[i].name, name) != 0)
        i++;
    return i;
}

static at_status fail_unknown(const at_row_column *columns, const char *name, at_error *err) {
    const char *words[COLUMNS_MAX + 1] = {NULL};
    for (size_t i = 0; i < COLUMNS_MAX && columns[i].name != NULL; i++)
        words[i] = columns[i].name;
    const char *nearest = at_text_nearest(name, words);
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN", "the column \"%s\" is not known here", name);
    if (nearest != NULL)
        at_hint(err, "did you mean \"%s\"?", nearest);
    else
        at_hint(err, "other columns are read by table_csv with a mapping");
    return status;
}

at_status at_columns_find(size_t *places, const at_row_column *columns, const at_csv_record *header,
                          at_error *err) {
    size_t found[COLUMNS_MAX] = {0};
    for (size_t i = 0; i < header->field_count; i++) {
        const char *name = header->fields[i].data;
        const size_t column = find_column(columns, name);
        assert(column < COLUMNS_MAX);
        if (columns[column].name == NULL)
            return fail_unknown(columns, name, err);
        if (found[column] != 0)
            return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN", "the column \"%s\" stands twice",
                           name);
        found[column] = i + 1;
    }
    size_t count = 0;
    for (; columns[count].name != NULL; count++)
        if (columns[count].required && found[count] == 0)
            return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN", "the column \"%s\" is missing",
                           columns[count].name);
    memcpy(places, found, count * sizeof *places);
    return AT_OK;
}

int at_columns_sniff(const at_row_column *columns, at_span head) {
    char line[1024];
    bool found[COLUMNS_MAX] = {false};
    if (head.bytes >= 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0)
        head = (at_span){head.data + 3, head.bytes - 3};
    const char *feed = memchr(head.data, '\n', head.bytes);
    size_t bytes = feed != NULL ? (size_t)(feed - head.data) : head.bytes;
    if (bytes > 0 && head.data[bytes - 1] == '\r')
        bytes--;
    if (bytes == 0 || bytes >= sizeof line)
        return 0;
    memcpy(line, head.data, bytes);
    line[bytes] = '\0';
    for (char *name = line, *rest = line; rest != NULL; name = rest) {
        rest = strchr(name, ',');
        if (rest != NULL)
            *rest++ = '\0';
        const size_t column = find_column(columns, name);
        if (columns[column].name == NULL)
            return 0;
        found[column] = true;
    }
    for (size_t i = 0; columns[i].name != NULL; i++)
        if (columns[i].required && !found[i])
            return 0;
    return SURE_ENOUGH;
}

/* --- Rows ------------------------------------------------------------------------------------- */

const char *at_row_text(at_row *row, size_t place) {
    if (place == 0)
        return NULL;
    assert(place <= row->field_count);
    row->last = place;
    const at_span field = row->fields[place - 1];
    return field.bytes > 0 ? field.data : NULL;
}

at_status at_row_need(const char **out, at_row *row, size_t place, const char *name,
                      at_error *err) {
    const char *text = at_row_text(row, place);
    if (text == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "\"%s\" is empty", name);
    *out = text;
    return AT_OK;
}

at_fact *at_row_add(at_row *row, at_kind kind) {
    assert(row->fact_count < AT_ROW_FACTS_MAX);
    at_fact *fact = &row->facts[row->fact_count++];
    *fact = kind == AT_TRANSFER ? row->transfer : at_fact_new(kind);
    return fact;
}

at_error *at_row_warning(at_row *row) {
    static const at_error none;
    if (row->warning_count == AT_ROW_WARNINGS_MAX)
        row->warning_count--;
    at_error *warning = &row->warnings[row->warning_count++];
    *warning = none;
    return warning;
}

/* What is known while a file is read. */
typedef struct reading {
    const at_row_reader *reader;
    const at_sink *sink;
    const char *name;          /* of the input */
    const char *const *header; /* its names; NULL without a header */
    uint64_t zone_assumed;
    at_error reason; /* why the row at hand is rejected; a kilobyte that no good row clears */
    at_row row;
} reading;

static void place_row(const reading *r, at_error *error) {
    const at_row *row = &r->row;
    if (row->last > 0 && r->header != NULL)
        at_place(error, "line %" PRIu64 " of \"%s\", column \"%s\"", row->origin.line, r->name,
                 r->header[row->last - 1]);
    else if (row->last > 0)
        at_place(error, "line %" PRIu64 " of \"%s\", column %zu", row->origin.line, r->name,
                 row->last);
    else
        at_place(error, "line %" PRIu64 " of \"%s\"", row->origin.line, r->name);
}

static bool is_about_the_row(const at_error *reason) {
    return reason->status == AT_BAD_INPUT ||
           (reason->status == AT_LIMIT && strcmp(reason->code, "E-MEMORY") != 0);
}

static at_status load_row(reading *r, at_error *err) {
    at_row *row = &r->row;
    AT_TRY(r->sink->put(r->sink->self, &row->origin, row->facts, row->fact_count, err));
    r->zone_assumed += row->zone_assumed;
    row->last = 0;
    for (size_t i = 0; i < row->warning_count; i++) {
        place_row(r, &row->warnings[i]);
        AT_TRY(r->sink->warn(r->sink->self, &row->origin, &row->warnings[i], err));
    }
    return r->reader->loaded != NULL ? r->reader->loaded(r->reader->self, row, r->sink, err)
                                     : AT_OK;
}

static at_status read_record(reading *r, const at_csv_record *record, at_error *err) {
    at_row *row = &r->row;
    row->number++;
    row->origin = record->origin;
    if (record->defect != NULL)
        return r->sink->reject(r->sink->self, &record->origin, record->defect, err);
    row->fields = record->fields;
    row->field_count = record->field_count;
    row->last = 0;
    row->zone_assumed = false;
    row->fact_count = 0;
    row->warning_count = 0;
    at_arena_reset(row->scratch);
    r->reason.status = AT_OK;
    const at_status status = r->reader->row(r->reader->self, row, &r->reason);
    if (status == AT_OK)
        return load_row(r, err);
    if (is_about_the_row(&r->reason)) {
        place_row(r, &r->reason);
        return r->sink->reject(r->sink->self, &record->origin, &r->reason, err);
    }
    if (err != NULL)
        *err = r->reason;
    return status;
}

static at_status keep_header(const char *const **out, const at_csv_record *header, at_arena *memory,
                             at_error *err) {
    const char **names = NULL;
    AT_TRY(AT_NEW(&names, memory, header->field_count, err));
    for (size_t i = 0; i < header->field_count; i++)
        AT_TRY(
            at_arena_copy(&names[i], memory, header->fields[i].data, header->fields[i].bytes, err));
    *out = names;
    return AT_OK;
}

static at_status read_header(reading *r, at_csv *csv, at_csv_record *record, at_arena *memory,
                             at_error *err) {
    bool ended = false;
    AT_TRY(at_csv_next(record, &ended, csv, err));
    if (ended) {
        at_place(err, "\"%s\"", r->name);
        return at_fail(err, AT_BAD_INPUT, "E-CSV-EMPTY", "\"%s\" is empty", r->name);
    }
    if (record->defect != NULL) {
        if (err != NULL)
            *err = *record->defect;
        return record->defect->status;
    }
    at_csv_expect(csv, record->field_count);
    const at_status status = r->reader->header(r->reader->self, record, err);
    if (status != AT_OK)
        at_place(err, "line %" PRIu64 " of \"%s\"", record->origin.line, r->name);
    else if (!r->reader->no_header)
        return keep_header(&r->header, record, memory, err);
    return status;
}

/* A file that was cut in its last field still gives a whole row: 12.3 of 12.34. */
static at_status warn_cut(const reading *r, const at_origin *last, at_error *err) {
    at_error what = {.status = AT_OK};
    (void)!at_fail(&what, AT_PARTIAL, "E-CSV-CUT",
                   "the last row has no line end: the file may be cut in the middle of it");
    at_place(&what, "line %" PRIu64 " of \"%s\"", last->line, r->name);
    return r->sink->warn(r->sink->self, last, &what, err);
}

static at_status warn_zone(const reading *r, at_error *err) {
    at_error what = {.status = AT_OK};
    if (r->zone_assumed == 0)
        return AT_OK;
    (void)!at_fail(&what, AT_PARTIAL, "E-TIME-ZONE",
                   "times of day without a zone were read as UTC in this many rows: %" PRIu64,
                   r->zone_assumed);
    at_place(&what, "\"%s\"", r->name);
    return r->sink->warn(r->sink->self, NULL, &what, err);
}

/* What is needed to begin again between two rows. */
static at_status keep_place(reading *r, uint64_t offset, uint64_t line, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text state = {.limit_bytes = STATE_BYTES_MAX};
    at_error large = {.status = AT_OK};
    const uint64_t numbers[] = {offset, line, r->row.number, r->zone_assumed};
    at_status status = AT_OK;
    for (size_t i = 0; status == AT_OK && i < AT_COUNT(numbers); i++)
        status = at_state_put(&state, numbers[i], &large);
    if (status == AT_OK && r->reader->save != NULL)
        status = r->reader->save(r->reader->self, &state, &large);
    if (status == AT_LIMIT) /* running balances of very many accounts: worth less than they cost */
        return AT_OK;
    if (status != AT_OK && err != NULL)
        *err = large;
    AT_TRY(status);
    return r->sink->keep(r->sink->self, offset, (at_span){state.data, state.bytes}, err);
}

/* The rows before were read by a program that was stopped. */
static at_status resume(reading *r, at_csv *csv, at_error *err) {
    at_state_reader state = at_state_read(r->sink->resumed);
    const uint64_t offset = at_state_next(&state), line = at_state_next(&state);
    r->row.number = at_state_next(&state);
    r->zone_assumed = at_state_next(&state);
    if (r->reader->load != NULL)
        AT_TRY(r->reader->load(r->reader->self, &state, err));
    uint64_t here = 0, here_line = 0;
    at_csv_place(&here, &here_line, csv);
    if (!at_state_whole(&state) || offset < here || line < here_line)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "where the import of \"%s\" stood cannot be read back", r->name);
    return at_csv_resume(csv, offset, line, err);
}

static at_status read_all(reading *r, at_csv *csv, at_arena *memory, at_error *err) {
    at_csv_record record;
    bool ended = false;
    AT_TRY(read_header(r, csv, &record, memory, err));
    if (r->sink->resumed.bytes > 0)
        AT_TRY(resume(r, csv, err));
    else if (r->reader->no_header)
        AT_TRY(read_record(r, &record, err));
    for (;;) {
        uint64_t offset = 0, line = 0;
        at_csv_place(&offset, &line, csv);
        if (r->sink->due != NULL && !record.unended && r->sink->due(r->sink->self, offset))
            AT_TRY(keep_place(r, offset, line, err));
        AT_TRY(at_csv_next(&record, &ended, csv, err));
        if (ended)
            break;
        AT_TRY(read_record(r, &record, err));
    }
    if (record.unended && record.defect == NULL && r->row.number > 0)
        AT_TRY(warn_cut(r, &record.origin, err));
    AT_TRY(warn_zone(r, err));
    return r->reader->end != NULL ? r->reader->end(r->reader->self, r->sink, err) : AT_OK;
}

at_status at_rows_read(const at_row_reader *reader, at_input *in, const at_import_options *options,
                       const at_sink *sink, at_arena *scratch, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena memory = {0};
    AT_CLEANUP(at_csv_clear) at_csv csv = {0};
    reading *r = NULL;
    AT_TRY(AT_NEW(&r, &memory, 1, err)); /* some kilobytes: not on the stack */
    *r = (reading){.reader = reader, .sink = sink, .name = at_input_name(in)};
    r->row.options = options;
    r->row.transfer = at_fact_new(AT_TRANSFER);
    r->row.scratch = scratch;
    AT_TRY(at_csv_init(&csv, in, &reader->style, err));
    return read_all(r, &csv, &memory, err);
}

/* --- Payments to oneself ---------------------------------------------------------------------- */

/* Are the two amounts the same money? amount_in may be written with other decimals. */
static bool amounts_agree(const at_transfer *transfer, int scale) {
    at_wide amount = transfer->amount, amount_in = transfer->amount_in;
    if (transfer->amount_in_scale >= 0) {
        for (int i = transfer->amount_in_scale; i < scale; i++)
            amount_in *= 10;
        for (int i = scale; i < transfer->amount_in_scale; i++)
            amount *= 10;
    }
    return amount == amount_in;
}

at_status at_row_check_self(const at_transfer *transfer, int scale, at_row *row, at_error *err) {
    const char *in = transfer->currency_in;
    if (strcmp(transfer->from.id, transfer->to.id) != 0 || transfer->amount_in == AT_AMOUNT_NONE ||
        (in != NULL && strcmp(in, transfer->currency) != 0) || amounts_agree(transfer, scale))
        return AT_OK;
    row->last = 0;
    if (in != NULL)
        return at_fail(err, AT_BAD_INPUT, "E-TRANSFER-SELF",
                       "\"%s\" pays itself and receives another amount", transfer->from.id);
    (void)!at_fail(at_row_warning(row), AT_PARTIAL, "E-TRANSFER-SELF",
                   "\"%s\" pays itself and receives another amount: the transfer counts only if "
                   "the account is in another currency than %s",
                   transfer->from.id, transfer->currency);
    return AT_OK;
}
