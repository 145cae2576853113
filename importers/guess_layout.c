/* importers/guess_layout.c: which character separates fields, and which one quotes them. */
#include <string.h>

#include "importers/guess_part.h"

enum { TRIAL_BYTES = 1 << 18, CLEAR_LEAD = 2, SURE = 98, LIKELY = 85, UNSURE = 55 };

static const char delimiters[] = {',', ';', '\t', '|', '~', '^'};

/* What one delimiter makes of the text. */
typedef struct layout {
    char delimiter, quote;
    size_t columns, rows, records; /* rows: records with that many columns */
    size_t quoted, stray;          /* fields quoted; quotes inside plain fields */
    int64_t score;
} layout;

/* A field in which another delimiter stands was hardly meant to be one. */
static bool is_clean(const char *field, char delimiter) {
    for (size_t i = 0; i < sizeof delimiters; i++)
        if (delimiters[i] != delimiter && delimiters[i] != ',' &&
            strchr(field, delimiters[i]) != NULL)
            return false;
    return true;
}

/* The number of fields that most records have, two at least; more of them win a tie. */
static size_t most_columns(size_t *rows_out, const at_guess_records *records) {
    size_t counts[AT_GUESS_COLUMNS_MAX + 1] = {0}, best = 0;
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i].field_count <= AT_GUESS_COLUMNS_MAX)
            counts[records->items[i].field_count]++;
    for (size_t k = 2; k <= AT_GUESS_COLUMNS_MAX; k++)
        if (counts[k] > 0 && (best == 0 || counts[k] * counts[k] * (k - 1) >=
                                               counts[best] * counts[best] * (best - 1)))
            best = k;
    *rows_out = best > 0 ? counts[best] : 0;
    return best;
}

static at_status try_delimiter(layout *out, const at_guesser *g, char delimiter, char quote,
                               at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_guess_records records;
    at_guesser head = *g;
    head.text_bytes = g->text_bytes < TRIAL_BYTES ? g->text_bytes : TRIAL_BYTES;
    while (head.text_bytes < g->text_bytes && head.text_bytes > 0 &&
           g->text[head.text_bytes - 1] != '\n')
        head.text_bytes--; /* whole lines */
    AT_TRY(at_guess_split(&records, &head, delimiter, quote, &scratch, err));
    *out = (layout){.delimiter = delimiter, .quote = quote, .records = records.count};
    out->columns = most_columns(&out->rows, &records);
    size_t clean = 0, fields = 0;
    for (size_t i = 0; i < records.count; i++) {
        const at_guess_record *record = &records.items[i];
        if (record->field_count != out->columns)
            continue;
        out->quoted += record->quoted;
        out->stray += record->stray;
        for (size_t k = 0; k < record->field_count && k < AT_GUESS_COLUMNS_MAX; k++) {
            fields++;
            clean += record->quoted > 0 || is_clean(record->fields[k], delimiter);
        }
    }
    if (out->columns >= 2)
        out->score = (int64_t)(1000 * out->rows / records.count * out->rows * (out->columns - 1) /
                               records.count) *
                     (int64_t)(clean * clean) / (int64_t)(fields * fields + 1);
    return AT_OK;
}

static at_status say_layout(at_guesser *g, const layout *best, const layout *next, at_error *err) {
    const char name[] = {best->delimiter, '\0'};
    const bool all = best->rows + best->records / 10 >= best->records;
    const bool clear = best->score > CLEAR_LEAD * next->score;
    AT_TRY(at_guess_say(g, "delimiter", best->delimiter == '\t' ? "tab" : name,
                        clear || all ? (clear && all ? SURE : LIKELY) : UNSURE, err,
                        "%zu of %zu lines have %zu fields by it", best->rows, best->records,
                        best->columns));
    if (best->quote == '"' && best->stray == 0)
        return AT_OK;
    if (best->quote == '\0')
        return at_guess_say(g, "quote", "", LIKELY, err,
                            "quotes stand inside fields and enclose none");
    return at_guess_say(g, "quote", best->quote == '"' ? "\"" : "'", UNSURE, err,
                        "it encloses fields and stands inside others: those rows are rejected");
}

at_status at_guess_layout(at_guesser *g, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    layout best = {0}, next = {0}, now;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        AT_TRY(try_delimiter(&now, g, delimiters[i], '"', err));
        if (now.score > best.score) {
            next = best;
            best = now;
        } else if (now.score > next.score) {
            next = now;
        }
    }
    if (best.columns < 2)
        return at_fail(err, AT_BAD_INPUT, "E-GUESS-TABLE",
                       "no delimiter divides the lines into columns");
    if (best.stray > 0 && best.quoted == 0)
        AT_TRY(try_delimiter(&best, g, best.delimiter, '\0', err));
    g->table.delimiter = best.delimiter;
    g->table.quote = best.quote;
    g->table.no_quote = best.quote == '\0';
    AT_TRY(say_layout(g, &best, &next, err));
    at_guess_records records;
    AT_TRY(at_guess_split(&records, g, best.delimiter, best.quote, &scratch, err));
    return at_guess_rows(g, &records, best.columns, err);
}
