#include "importers/csv.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "importers/csv_line.h"

enum { WINDOW_BYTES = 256 << 10, TRAILER_BYTES = 64 << 10 };

/* Where the scan for the end of a record stands. */
typedef enum scan_state { AT_START, IN_PLAIN, IN_QUOTED, PAST_QUOTE } scan_state;

typedef struct scanner {
    scan_state state;
    size_t at;           /* bytes of the window looked at, from the record's first */
    uint64_t dropped;    /* bytes given back before the window, because the record is too long */
    uint64_t feeds;      /* line feeds inside the record */
    uint64_t open_feeds; /* `feeds` when the quote opened */
    size_t line_end;     /* bytes of the line end found */
    bool return_last;    /* the last unit was a CR */
} scanner;

static size_t window_bytes = WINDOW_BYTES;

void at_csv_window(size_t bytes) {
    window_bytes = bytes > 0 ? bytes : WINDOW_BYTES;
}

void at_csv_clear(at_csv *csv) {
    at_text_clear(&csv->decoded);
    at_arena_clear(&csv->memory);
}

void at_csv_expect(at_csv *csv, size_t columns) {
    csv->columns = columns;
}

/* The code unit at `p`, as far as it is one that steers: 0xFF stands for every other. */
static unsigned char unit_at(const at_csv *csv, const char *p) {
    if (csv->unit == 1)
        return (unsigned char)p[0];
    return p[1 - csv->unit_low] == 0 ? (unsigned char)p[csv->unit_low] : 0xFF;
}

/* Only the last `trailer_lines` lines of the content are left out; called once it is all in sight.
 */
static void cut_trailer(at_csv *csv) {
    const char *data = csv->window.data;
    size_t end = csv->window.bytes - csv->window.bytes % csv->unit;
    size_t lines = 0;
    bool inside = false;
    while (end > csv->used) {
        const unsigned char c = unit_at(csv, data + end - csv->unit);
        if (c == '\n' && inside && ++lines == csv->style.trailer_lines)
            break;
        inside = inside || (c != '\n' && c != '\r');
        end -= csv->unit;
    }
    csv->window.bytes = end;
}

/* Move the window to the next record and make it longer than the `seen` bytes already looked at. */
static at_status read_more(at_csv *csv, size_t seen, at_error *err) {
    const size_t least = csv->style.trailer_lines > 0 ? 2 * TRAILER_BYTES : window_bytes;
    const size_t more = 2 * seen + csv->unit; /* at least one unit more than was looked at */
    const size_t want = more > least ? more : least;
    at_input_take(csv->in, csv->used);
    csv->base += csv->used;
    csv->used = 0;
    AT_TRY(at_input_peek(&csv->window, csv->in, want, err));
    csv->final = csv->window.bytes < want;
    if (csv->final && csv->style.trailer_lines > 0)
        cut_trailer(csv);
    return AT_OK;
}

/* One unit of a record; true when it is the LF that ends it. Mirrors split_quoted. */
static bool step(scanner *scan, const at_csv_style *style, unsigned char c) {
    const bool is_quote = !style->no_quote && c == (unsigned char)style->quote;
    if (scan->state == IN_QUOTED) {
        scan->feeds += c == '\n';
        if (is_quote)
            scan->state = PAST_QUOTE;
        return false;
    }
    if (c == '\n')
        return true;
    if (c == (unsigned char)style->delimiter)
        scan->state = AT_START;
    else if (is_quote && (scan->state == AT_START || scan->state == PAST_QUOTE)) {
        if (scan->state == AT_START)
            scan->open_feeds = scan->feeds;
        scan->state = IN_QUOTED;
    } else
        scan->state = IN_PLAIN;
    return false;
}

/* Look for the end of the record in the window; true when it is there. */
static bool find_end(scanner *scan, const at_csv *csv) {
    const char *data = csv->window.data + csv->used;
    const size_t bytes = csv->window.bytes - csv->used;
    if (csv->unit == 1 && scan->at == 0 && scan->dropped == 0 && bytes > 0) {
        /* Most records of most files hold no quote: two passes of memchr find those. */
        const char *feed = memchr(data, '\n', bytes);
        const size_t length = feed != NULL ? (size_t)(feed - data) : 0;
        if (feed != NULL &&
            (csv->style.no_quote || memchr(data, csv->style.quote, length) == NULL)) {
            scan->at = length + 1;
            scan->line_end = length > 0 && feed[-1] == '\r' ? 2 : 1;
            return true;
        }
    }
    for (; scan->at + csv->unit <= bytes; scan->at += csv->unit) {
        const unsigned char c = unit_at(csv, data + scan->at);
        if (step(scan, &csv->style, c)) {
            scan->at += csv->unit;
            scan->line_end = scan->return_last ? 2 * csv->unit : csv->unit;
            return true;
        }
        scan->return_last = c == '\r';
    }
    return false;
}

static at_status fail_open_quote(const at_csv *csv, const scanner *scan, at_error *err) {
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-CSV-QUOTE",
                "the quote opened on line %" PRIu64 " is still open at the end of the content",
                csv->line + scan->open_feeds);
    at_hint(err, "a cut file or a stray quote; where quotes mean nothing, say \"quote\": \"\" in a "
                 "mapping");
    at_place(err, "line %" PRIu64 " of \"%s\"", csv->line + scan->open_feeds,
             at_input_name(csv->in));
    return status;
}

/* Find the bytes of the next record. *out->at is 0 and nothing was dropped at the end of the
 * content. */
static at_status find_record(scanner *out, at_csv *csv, at_error *err) {
    scanner found = {.state = AT_START};
    if (!csv->final && csv->style.trailer_lines > 0 &&
        csv->window.bytes - csv->used < TRAILER_BYTES)
        AT_TRY(read_more(csv, 0, err));
    while (!find_end(&found, csv)) {
        if (csv->final) {
            found.at = csv->window.bytes - csv->used; /* half a unit of UTF-16 belongs to it too */
            if (found.state == IN_QUOTED)
                return fail_open_quote(csv, &found, err);
            found.line_end = found.return_last ? csv->unit : 0;
            break;
        }
        if (found.at > AT_CSV_RECORD_MAX) {
            csv->used += found.at;
            found.dropped += found.at;
            found.at = 0;
        }
        AT_TRY(read_more(csv, found.at, err));
    }
    *out = found;
    return AT_OK;
}

/* --- Fields ------------------------------------------------------------------------------------
 */

static at_status add_field(size_t *count, at_csv *csv, const char *data, size_t bytes,
                           at_error *defect) {
    if (*count == AT_CSV_FIELDS_MAX)
        return at_fail(defect, AT_LIMIT, "E-CSV-FIELDS", "the row has more than %d fields",
                       AT_CSV_FIELDS_MAX);
    csv->fields[(*count)++] = (at_span){data, bytes};
    return AT_OK;
}

static at_status fail_stray(at_error *defect, size_t column, const at_csv_style *style,
                            const char *where) {
    const at_status status =
        at_fail(defect, AT_BAD_INPUT, "E-CSV-STRAY", "field %zu has a quote %c %s", column + 1,
                style->quote, where);
    at_hint(defect, "a quote inside a field is doubled and the whole field quoted");
    return status;
}

/* Split text in place, with quotes. Mirrors step. */
static at_status split_quoted(size_t *count, at_csv *csv, char *text, size_t bytes,
                              at_error *defect) {
    const char quote = csv->style.quote;
    char *const end = text + bytes;
    for (char *in = text;;) {
        char *field = in, *out = in;
        if (in < end && *in == quote) {
            for (in++; in < end; in++) {
                if (*in == quote) {
                    if (in + 1 == end || in[1] != quote)
                        break;
                    in++;
                }
                *out++ = *in;
            }
            in++;
            if (in < end && *in != csv->style.delimiter)
                return fail_stray(defect, *count, &csv->style, "that closes before its end");
        } else {
            for (; in < end && *in != csv->style.delimiter; in++)
                if (*in == quote)
                    return fail_stray(defect, *count, &csv->style,
                                      "that opens after its beginning");
            out = in;
        }
        const bool last = in >= end;
        *out = '\0';
        AT_TRY(add_field(count, csv, field, (size_t)(out - field), defect));
        if (last)
            return AT_OK;
        in++;
    }
}

static at_status split_plain(size_t *count, at_csv *csv, char *text, size_t bytes,
                             at_error *defect) {
    char *const end = text + bytes;
    for (char *field = text;;) {
        char *stop = memchr(field, csv->style.delimiter, (size_t)(end - field));
        const bool last = stop == NULL;
        if (last)
            stop = end;
        *stop = '\0';
        AT_TRY(add_field(count, csv, field, (size_t)(stop - field), defect));
        if (last)
            return AT_OK;
        field = stop + 1;
    }
}

static bool is_ascii(const char *data, size_t bytes) {
    uint64_t seen = 0;
    for (; bytes >= sizeof seen; bytes -= sizeof seen, data += sizeof seen) {
        uint64_t word = 0;
        memcpy(&word, data, sizeof word);
        seen |= word;
    }
    for (; bytes > 0; bytes--, data++)
        seen |= (unsigned char)*data;
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static at_status check_utf8(at_span raw, uint64_t offset, at_error *defect) {
    size_t bad = 0;
    if (is_ascii(raw.data, raw.bytes) || at_utf8_valid(raw.data, raw.bytes, &bad))
        return AT_OK;
    const at_status status =
        at_fail(defect, AT_BAD_INPUT, "E-CSV-UTF8", "byte %" PRIu64 ", 0x%02X, is not UTF-8",
                offset + bad, (unsigned)(unsigned char)raw.data[bad]);
    at_hint(defect, "a file in another encoding says so in its mapping: \"encoding\": "
                    "\"windows-1251\"");
    return status;
}

/* The text in UTF-8 of the record whose bytes `raw` lie at `offset`. */
static at_status decode(at_span *out, at_csv *csv, at_span raw, uint64_t offset, at_error *defect) {
    const char *nul = csv->unit == 1 ? memchr(raw.data, '\0', raw.bytes) : NULL;
    if (nul != NULL)
        return at_fail(defect, AT_BAD_INPUT, "E-CSV-NUL", "byte %" PRIu64 " is a NUL",
                       offset + (uint64_t)(nul - raw.data));
    if (csv->style.encoding == AT_UTF_8) {
        AT_TRY(check_utf8(raw, offset, defect));
        *out = raw;
        return AT_OK;
    }
    size_t bad = 0;
    at_text_reset(&csv->decoded);
    const at_status status =
        at_encoding_decode(&csv->decoded, csv->style.encoding, raw, &bad, defect);
    if (status == AT_BAD_INPUT)
        at_hint(defect, "byte %" PRIu64 " of the content; is the encoding the right one?",
                offset + bad);
    *out = (at_span){at_text_string(&csv->decoded), csv->decoded.bytes};
    return status;
}

static at_status make_room(at_csv *csv, size_t bytes, at_error *err) {
    if (bytes <= csv->text_bytes)
        return AT_OK;
    size_t room = 4096;
    while (room < bytes)
        room *= 2;
    void *text = NULL;
    AT_TRY(at_arena_take(&text, &csv->memory, room, 1, err));
    csv->text = text;
    csv->text_bytes = room;
    return AT_OK;
}

/* The fields of a record. A status is ours (memory); what is wrong with the record is `defect`. */
static at_status read_fields(size_t *count, at_csv *csv, at_span raw, uint64_t offset,
                             at_error *err) {
    at_span text = {NULL, 0};
    const at_status status = decode(&text, csv, raw, offset, &csv->defect);
    if (status == AT_BAD_INPUT)
        return AT_OK;
    if (status != AT_OK && err != NULL)
        *err = csv->defect;
    AT_TRY(status);
    AT_TRY(make_room(csv, text.bytes + 1, err));
    memcpy(csv->text, text.data, text.bytes);
    csv->text[text.bytes] = '\0';
    const bool plain =
        csv->style.no_quote || memchr(text.data, csv->style.quote, text.bytes) == NULL;
    if ((plain ? split_plain : split_quoted)(count, csv, csv->text, text.bytes, &csv->defect) !=
        AT_OK)
        return AT_OK;
    if (csv->columns != 0 && *count != csv->columns)
        (void)!at_fail(&csv->defect, AT_BAD_INPUT, "E-CSV-FIELDS",
                       "the row has %zu fields, the header %zu", *count, csv->columns);
    return AT_OK;
}

static at_status fill_record(at_csv_record *out, at_csv *csv, const scanner *found, at_error *err) {
    const uint64_t whole = found->dropped + found->at - found->line_end;
    const uint64_t offset = csv->base + csv->used - found->dropped;
    *out = (at_csv_record){.origin = {.offset = offset, .bytes = whole, .line = csv->line},
                           .unended = found->line_end == 0};
    csv->defect.status = AT_OK;
    if (whole > AT_CSV_RECORD_MAX) {
        (void)!at_fail(&csv->defect, AT_LIMIT, "E-CSV-RECORD",
                       "the row is %" PRIu64 " bytes long, more than %d", whole, AT_CSV_RECORD_MAX);
    } else {
        const at_span raw = {csv->window.data + csv->used, (size_t)whole};
        AT_TRY(read_fields(&out->field_count, csv, raw, offset, err));
    }
    out->fields = csv->fields;
    if (csv->defect.status != AT_OK) {
        out->field_count = 0;
        out->defect = &csv->defect;
        at_place(&csv->defect, "line %" PRIu64 " of \"%s\"", csv->line, at_input_name(csv->in));
    }
    return AT_OK;
}

/* Is the next record a line of which nothing is to be said? It is taken then. */
static bool take_line(at_csv_record *out, at_csv *csv) {
    at_csv_line line;
    const at_csv_style *style = &csv->style;
    const at_span rest = {csv->window.data + csv->used, csv->window.bytes - csv->used};
    if (style->encoding != AT_UTF_8 || style->trailer_lines > 0 ||
        csv->text_bytes < AT_CSV_LINE_ROOM ||
        !at_csv_line_sweep(&line, csv->fields, csv->text, rest, style->delimiter,
                           style->no_quote ? '\0' : style->quote))
        return false;
    if ((csv->columns != 0 && line.field_count != csv->columns) ||
        (!line.ascii && !at_utf8_valid(rest.data, line.bytes, NULL)))
        return false;
    out->origin =
        (at_origin){.offset = csv->base + csv->used, .bytes = line.bytes, .line = csv->line};
    out->fields = csv->fields;
    out->field_count = line.field_count;
    out->defect = NULL;
    out->unended = false;
    csv->used += line.bytes + line.end_bytes;
    csv->line++;
    return true;
}

at_status at_csv_next(at_csv_record *out, bool *ended, at_csv *csv, at_error *err) {
    *ended = false;
    if (take_line(out, csv))
        return AT_OK;
    for (;;) {
        scanner found;
        AT_TRY(find_record(&found, csv, err));
        *ended = found.at == 0 && found.dropped == 0;
        if (*ended)
            return AT_OK;
        const bool blank = found.dropped == 0 && found.at == found.line_end;
        if (!blank || csv->columns == 1)
            AT_TRY(fill_record(out, csv, &found, err));
        csv->used += found.at;
        csv->line += found.feeds + 1;
        if (!blank || csv->columns == 1)
            return AT_OK;
    }
}

void at_csv_place(uint64_t *offset_out, uint64_t *line_out, const at_csv *csv) {
    *offset_out = csv->base + csv->used;
    *line_out = csv->line;
}

at_status at_csv_resume(at_csv *csv, uint64_t offset, uint64_t line, at_error *err) {
    at_input_take(csv->in, csv->used);
    csv->used = 0;
    AT_TRY(at_input_seek(csv->in, offset, err));
    csv->window = (at_span){"", 0};
    csv->base = offset;
    csv->line = line;
    csv->final = false;
    return AT_OK;
}

/* --- The beginning -----------------------------------------------------------------------------
 */

static at_status fail_mark(const at_csv *csv, at_encoding marked, at_error *err) {
    const at_status status = at_fail(err, AT_BAD_INPUT, "E-CSV-ENCODING",
                                     "the byte order mark says %s, and %s was declared",
                                     at_encodings[marked], at_encodings[csv->style.encoding]);
    at_hint(err, "declare it in a mapping: \"encoding\": \"%s\"", at_encodings[marked]);
    at_place(err, "\"%s\"", at_input_name(csv->in));
    return status;
}

static at_status skip_mark(at_csv *csv, at_error *err) {
    enum { MARK_BYTES_MAX = 4 };
    at_span head;
    at_encoding marked = AT_UTF_8;
    size_t bytes = 0;
    AT_TRY(at_input_peek(&head, csv->in, MARK_BYTES_MAX, err));
    csv->base = at_input_offset(csv->in);
    csv->window = head;
    if (!at_encoding_mark(&marked, &bytes, head))
        return AT_OK;
    csv->used = bytes;
    return marked == csv->style.encoding ? AT_OK : fail_mark(csv, marked, err);
}

static at_status skip_lines(at_csv *csv, at_error *err) {
    const at_csv_style style = csv->style;
    csv->style.no_quote = true; /* above the header a quote is an apostrophe */
    for (size_t i = 0; i < style.skip_lines; i++) {
        scanner found;
        AT_TRY(find_record(&found, csv, err));
        csv->used += found.at;
        csv->line++;
    }
    csv->style = style;
    return AT_OK;
}

at_status at_csv_init(at_csv *csv, at_input *in, const at_csv_style *style, at_error *err) {
    assert(style->skip_lines <= AT_CSV_LINES_MAX && style->trailer_lines <= AT_CSV_TRAILER_MAX);
    *csv = (at_csv){.in = in, .style = *style, .line = 1};
    csv->unit = at_encoding_unit_bytes(style->encoding);
    csv->unit_low = style->encoding == AT_UTF_16BE ? 1 : 0;
    if (csv->style.delimiter == 0)
        csv->style.delimiter = ',';
    if (csv->style.quote == 0)
        csv->style.quote = '"';
    AT_TRY(AT_NEW(&csv->fields, &csv->memory, AT_CSV_FIELDS_MAX, err));
    AT_TRY(skip_mark(csv, err));
    return skip_lines(csv, err);
}
