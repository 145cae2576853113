/* importers/guess_split.c: records and fields by one delimiter, forgiving where csv.c is not. */
#include <string.h>

#include "importers/guess_part.h"

enum { OPEN_LINES_MAX = 50 };

/* Where reading stands in the text. */
typedef struct splitter {
    const char *at, *end;
    size_t line;
    char delimiter, quote; /* quote 0: none */
    at_arena *arena;
} splitter;

static bool is_edge(uint32_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == 0x00A0 || c == 0x202F || c == 0x200E ||
           c == 0x200F || c == 0x061C || c == 0xFEFF || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* A field without blanks and marks at its ends; the empty text when nothing is left. */
static at_status keep_field(const char **out, const at_text *field, at_arena *arena,
                            at_error *err) {
    const char *data = at_text_string(field);
    size_t start = field->bytes, end = 0;
    for (size_t i = 0; i < field->bytes;) {
        const size_t from = i;
        if (is_edge(at_utf8_next(data, field->bytes, &i)))
            continue;
        start = start < from ? start : from;
        end = i;
    }
    return at_arena_copy(out, arena, data + (end == 0 ? 0 : start), end == 0 ? 0 : end - start,
                         err);
}

/* Is the quote at `c` closed, soon, before a delimiter or the end of a line? */
static bool closes(const splitter *s, const char *c) {
    size_t lines = 0;
    for (c++; c < s->end && lines < OPEN_LINES_MAX; c++) {
        lines += *c == '\n';
        if (*c != s->quote)
            continue;
        if (c + 1 < s->end && c[1] == s->quote)
            c++;
        else
            return c + 1 == s->end || c[1] == s->delimiter || c[1] == '\n' || c[1] == '\r';
    }
    return false;
}

/* One field from s->at, up to the delimiter or line end behind it. */
static at_status take_field(at_text *out, at_guess_record *record, splitter *s, at_error *err) {
    const char *c = s->at;
    if (s->quote != 0 && c < s->end && *c == s->quote && closes(s, c)) {
        record->quoted++;
        for (c++; c < s->end; c++) {
            if (*c == s->quote && (c + 1 == s->end || c[1] != s->quote))
                break;
            c += *c == s->quote;
            record->lines += *c == '\n';
            AT_TRY(at_text_add_char(out, *c, err));
        }
        c++;
    } else {
        for (; c < s->end && *c != s->delimiter && *c != '\n'; c++) {
            record->stray += s->quote != 0 && *c == s->quote;
            AT_TRY(at_text_add_char(out, *c, err));
        }
    }
    while (c < s->end && *c == '\r')
        c++;
    s->at = c < s->end ? c : s->end;
    return AT_OK;
}

static at_status take_record(at_guess_record *out, splitter *s, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text field = {0};
    const char **fields = NULL;
    size_t capacity = 0;
    *out = (at_guess_record){.line = s->line, .lines = 1};
    for (;;) {
        at_text_reset(&field);
        AT_TRY(take_field(&field, out, s, err));
        if (out->field_count < AT_GUESS_COLUMNS_MAX) {
            AT_TRY(AT_GROW(&fields, &capacity, out->field_count, s->arena, err));
            AT_TRY(keep_field(&fields[out->field_count], &field, s->arena, err));
        }
        out->field_count++;
        if (s->at == s->end || *s->at == '\n')
            break;
        s->at += *s->at == s->delimiter; /* after a closing quote anything may stand */
    }
    s->at += s->at < s->end;
    s->line += out->lines;
    out->fields = fields;
    return AT_OK;
}

at_status at_guess_split(at_guess_records *out, const at_guesser *g, char delimiter, char quote,
                         at_arena *arena, at_error *err) {
    splitter s = {.at = g->text,
                  .end = g->text + g->text_bytes,
                  .delimiter = delimiter,
                  .quote = quote,
                  .arena = arena};
    *out = (at_guess_records){.count = 0};
    while (s.at < s.end && out->count < AT_GUESS_ROWS_MAX) {
        at_guess_record record;
        AT_TRY(take_record(&record, &s, err));
        if (record.field_count == 1 && record.fields[0][0] == '\0' && record.quoted == 0)
            continue; /* a blank line */
        AT_TRY(AT_GROW(&out->items, &out->capacity, out->count, arena, err));
        out->items[out->count++] = record;
    }
    return AT_OK;
}
