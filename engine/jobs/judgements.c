#include "engine/jobs/judgements.h"

#include "engine/base/file.h"

#include <string.h>

enum { COLUMNS_MAX = 64 };
enum { DEBIT, CREDIT, JUDGEMENT, REASON, WANTED };

typedef struct csv {
    const char *at, *end;
    uint64_t line; /* of the row that was read last */
    uint64_t next;
    const char *cells[COLUMNS_MAX];
    size_t count;
    at_arena *arena;
} csv;

static at_status fail_line(uint64_t line, const char *text, at_error *err) {
    at_fail(err, AT_BAD_INPUT, "E-RESOLVE-FILE", "line %llu: %s", (unsigned long long)line, text);
    at_hint(err, "Fill in what `resolve review --csv` prints.");
    return AT_BAD_INPUT;
}

/* One cell; what stands between quotes may hold commas and line ends. */
static at_status read_cell(csv *file, at_text *cell, at_error *err) {
    const bool quoted = file->at < file->end && *file->at == '"';
    at_text_reset(cell);
    file->at += quoted;
    while (file->at < file->end) {
        const char c = *file->at;
        if (c == '\0')
            return fail_line(file->next, "a byte 0 is no text", err);
        if (!quoted && (c == ',' || c == '\n' || c == '\r'))
            return AT_OK;
        file->at++;
        if (quoted && c == '"') {
            if (file->at == file->end || *file->at != '"')
                return AT_OK;
            file->at++;
        }
        file->next += c == '\n';
        AT_TRY(at_text_add_char(cell, c, err));
    }
    return quoted ? fail_line(file->line, "a quoted field has no end", err) : AT_OK;
}

static at_status read_row(csv *file, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text cell = {.data = NULL};
    file->count = 0;
    file->line = file->next;
    for (;;) {
        if (file->count == COLUMNS_MAX)
            return fail_line(file->line, "too many columns", err);
        AT_TRY(read_cell(file, &cell, err));
        AT_TRY(at_arena_copy(&file->cells[file->count++], file->arena, at_text_string(&cell),
                             cell.bytes, err));
        if (file->at == file->end || *file->at != ',')
            break;
        file->at++;
    }
    if (file->at < file->end && *file->at == '\r')
        file->at++;
    if (file->at == file->end)
        return AT_OK;
    if (*file->at != '\n')
        return fail_line(file->line, "something follows a quoted field", err);
    file->at++;
    file->next++;
    return AT_OK;
}

static at_status find_columns(size_t places[WANTED], csv *file, at_error *err) {
    static const char *const names[] = {"debit", "credit", "judgement", "reason"};
    AT_TRY(read_row(file, err));
    for (size_t i = 0; i < WANTED; i++) {
        places[i] = COLUMNS_MAX;
        for (size_t k = 0; k < file->count; k++)
            if (strcmp(file->cells[k], names[i]) == 0)
                places[i] = k;
        if (places[i] == COLUMNS_MAX && i != REASON)
            return fail_line(1, "the head needs the columns debit, credit and judgement", err);
    }
    return AT_OK;
}

static at_status read_judgement(at_judgement *out, const csv *file, const size_t places[WANTED],
                                const char *reason, at_error *err) {
    static const char *const words[] = {"deny", "accept", "undo"};
    const char *const *cells = file->cells;
    const bool given = places[REASON] < file->count && *cells[places[REASON]];
    size_t word = 0;
    while (word < AT_COUNT(words) && strcmp(words[word], cells[places[JUDGEMENT]]) != 0)
        word++;
    if (word == AT_COUNT(words))
        return fail_line(file->line, "a judgement is accept, deny, undo or empty", err);
    *out = (at_judgement){.what = (at_resolution)word,
                          .reason = given ? cells[places[REASON]] : reason,
                          .line = file->line};
    if (!out->reason || !*out->reason)
        return fail_line(file->line, "there is no reason, here or in --reason", err);
    if (strlen(out->reason) > AT_RESOLVE_REASON_BYTES)
        return fail_line(file->line, "the reason is longer than 2000 bytes", err);
    if (at_address_parse(&out->debit, cells[places[DEBIT]], NULL) != AT_OK ||
        at_address_parse(&out->credit, cells[places[CREDIT]], NULL) != AT_OK)
        return fail_line(file->line, "debit and credit are not both addresses", err);
    return AT_OK;
}

at_status at_judgements_read(at_judgement **out, size_t *count_out, const char *path,
                             const char *reason, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    at_judgement *list = NULL;
    size_t count = 0, capacity = 0, places[WANTED];
    AT_TRY(at_file_read(&text, path, AT_JUDGEMENTS_BYTES, err));
    csv file = {.at = at_text_string(&text), .next = 1, .arena = arena};
    file.end = file.at + text.bytes;
    if (at_text_starts(file.at, "\xEF\xBB\xBF")) /* spreadsheets write one */
        file.at += 3;
    AT_TRY(find_columns(places, &file, err));
    while (file.at < file.end) {
        AT_TRY(read_row(&file, err));
        if (file.count == 1 && !*file.cells[0])
            continue;
        for (size_t i = 0; i < REASON; i++)
            if (places[i] >= file.count)
                return fail_line(file.line, "the row is too short", err);
        if (!*file.cells[places[JUDGEMENT]])
            continue;
        AT_TRY(AT_GROW(&list, &capacity, count, arena, err));
        AT_TRY(read_judgement(&list[count++], &file, places, reason, err));
    }
    if (!count)
        return fail_line(1, "no row is judged", err);
    *out = list;
    *count_out = count;
    return AT_OK;
}
