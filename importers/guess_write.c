/* importers/guess_write.c: the mapping as JSON for people, unsure points as notes in it. */
#include <stdlib.h>
#include <string.h>

#include "importers/guess_part.h"

/* --- Indentation ------------------------------------------------------------------------------ */

static at_status break_line(at_text *out, size_t depth, at_error *err) {
    AT_TRY(at_text_add_char(out, '\n', err));
    for (size_t i = 0; i < depth; i++)
        AT_TRY(at_text_add(out, "  ", err));
    return AT_OK;
}

/* Canonical JSON with line ends and blanks. */
static at_status indent(at_text *out, const char *json, at_error *err) {
    enum { LINES_DEPTH = 4 }; /* deeper than fields nothing is broken */
    size_t depth = 0;
    bool quoted = false;
    for (const char *c = json; *c != '\0'; c++) {
        const bool closes = !quoted && (*c == '}' || *c == ']');
        if (closes && depth-- <= LINES_DEPTH)
            AT_TRY(break_line(out, depth, err));
        AT_TRY(at_text_add_char(out, *c, err));
        if (*c == '\\') {
            AT_TRY(at_text_add_char(out, *++c, err));
            continue;
        }
        if (*c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        const bool opens = *c == '{' || *c == '[';
        depth += opens;
        if ((opens || *c == ',') && depth <= LINES_DEPTH)
            AT_TRY(break_line(out, depth, err));
        else if (*c == ':' || *c == ',')
            AT_TRY(at_text_add_char(out, ' ', err));
    }
    return at_text_add_char(out, '\n', err);
}

/* --- Parts ------------------------------------------------------------------------------------ */

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text);
}

static void put_mark(at_json_writer *json, const char *key, char mark) {
    const char text[] = {mark, '\0'};
    put_text(json, key, text);
}

/* By name where the header tells the column apart, else by number. */
static void put_column(at_json_writer *json, const at_guess_table *t, int column) {
    const char *name = t->columns[column].name;
    bool unique = !t->by_number && name[0] != '\0' && strchr(name, '\n') == NULL;
    for (size_t k = 0; k < t->column_count; k++)
        unique = unique && ((int)k == column || strcmp(t->columns[k].name, name) != 0);
    if (unique)
        at_json_put_text(json, name);
    else
        at_json_put_int(json, column + 1);
}

static int by_from(const void *a, const void *b) {
    return strcmp(((const at_map_word *)a)->from, ((const at_map_word *)b)->from);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const at_guess_field *)a)->name, ((const at_guess_field *)b)->name);
}

static const char *form_of(const at_map_date *date) {
    static const char *const forms[] = {"iso", "unix_seconds", "unix_milliseconds"};
    return date->form == AT_DATE_PATTERN ? date->style.pattern : forms[date->form];
}

static void put_value(at_json_writer *json, const at_guesser *g, const at_guess_field *field) {
    const bool two = field->columns[1] >= 0;
    at_json_put_key(json, field->name);
    if (field->constant == NULL && !two && field->date == NULL && field->note == NULL &&
        field->word_count == 0 && !field->unsigned_out) {
        put_column(json, &g->table, field->columns[0]);
        return;
    }
    at_json_object(json);
    if (field->date != NULL && field->date->form == AT_DATE_PATTERN)
        put_text(json, "calendar", at_calendars[field->date->style.calendar]);
    if (field->constant == NULL) {
        at_json_put_key(json, two ? "columns" : "column");
        if (two)
            at_json_array(json);
        put_column(json, &g->table, field->columns[0]);
        if (two) {
            put_column(json, &g->table, field->columns[1]);
            at_json_array_end(json);
        }
    } else {
        put_text(json, "constant", field->constant);
    }
    if (field->date != NULL)
        put_text(json, "date", form_of(field->date));
    if (field->note != NULL)
        put_text(json, "note", field->note);
    if (field->unsigned_out)
        put_text(json, "unsigned", "out");
    if (field->word_count > 0) {
        qsort(field->words, field->word_count, sizeof *field->words, by_from);
        at_json_put_key(json, "words");
        at_json_object(json);
        for (size_t i = 0; i < field->word_count; i++)
            put_text(json, field->words[i].from, field->words[i].to);
        at_json_object_end(json);
    }
    at_json_object_end(json);
}

static void put_record(at_json_writer *json, const at_guesser *g, at_guess_fields *fields) {
    qsort(fields->items, fields->count, sizeof *fields->items, by_name);
    at_json_object(json);
    at_json_put_key(json, "fields");
    at_json_object(json);
    for (size_t i = 0; i < fields->count; i++)
        put_value(json, g, &fields->items[i]);
    at_json_object_end(json);
    put_text(json, "kind", fields->kind);
    if (g->money.newest_first && strcmp(fields->kind, "leg") == 0) {
        at_json_put_key(json, "statement");
        at_json_object(json);
        put_text(json, "order", "newest_first");
        at_json_object_end(json);
    }
    at_json_object_end(json);
}

/* --- The whole -------------------------------------------------------------------------------- */

/* The pattern of the dates, with that of the clocks in a column of their own. */
static at_status date_of(const char **out, const at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    const int clock = g->columns[AT_ROLE_CLOCK];
    size_t least = SIZE_MAX, most = 0;
    *out = form_of(&t->columns[g->columns[AT_ROLE_TIME]].date);
    for (size_t i = 0; clock >= 0 && i < t->row_count; i++) {
        enum { CLOCK_BYTES = 16 };
        char plain[CLOCK_BYTES];
        if (t->cells[i][clock] == NULL || !at_guess_plain(plain, sizeof plain, t->cells[i][clock]))
            continue;
        const char *colon = strchr(plain, ':');
        const size_t hour = colon != NULL ? (size_t)(colon - plain) : 2;
        least = hour < least ? hour : least;
        most = strlen(plain) - hour > most ? strlen(plain) - hour : most;
    }
    if (most == 0)
        return AT_OK;
    return at_arena_print(out, g->arena, err, "%s %s%s", *out, least == 1 ? "h:mm" : "hh:mm",
                          most > 3 ? ":ss" : "");
}

/* What is unsure and no field of the record can say. */
static at_status note_of(const char **out, const at_guesser *g, const at_guess_fields *fields,
                         at_error *err) {
    AT_CLEANUP(at_text_clear) at_text note = {0};
    AT_TRY(at_text_add(&note, "guessed; compare with the file before importing", err));
    for (size_t i = 0; i < g->out->point_count; i++) {
        const at_guess_point *point = &g->out->points[i];
        bool in_field = false;
        for (size_t k = 0; k < fields->count; k++)
            in_field = in_field || strcmp(fields->items[k].name, point->field) == 0;
        if (point->sure < AT_GUESS_SURE && !in_field)
            AT_TRY(at_text_print(&note, err, "; %s \"%s\" is unsure: %s", point->field,
                                 point->value, point->why));
    }
    return at_arena_text(out, g->arena, at_text_string(&note), err);
}

static void put_where(at_json_writer *json, const at_guesser *g) {
    at_json_put_key(json, "where");
    at_json_array(json);
    at_json_object(json);
    at_json_put_key(json, "column");
    put_column(json, &g->table, g->where_column);
    if (g->where_count == 0) {
        at_json_put_key(json, "empty");
        at_json_put_bool(json, false);
    } else {
        at_json_put_key(json, "not");
        at_json_array(json);
        for (size_t i = 0; i < g->where_count; i++)
            at_json_put_text(json, g->where_words[i]);
        at_json_array_end(json);
    }
    at_json_object_end(json);
    at_json_array_end(json);
}

static at_status put_all(at_json_writer *json, at_guesser *g, at_guess_fields *fields,
                         at_error *err) {
    const at_guess_table *t = &g->table;
    const int time = g->columns[AT_ROLE_TIME];
    const char *note = NULL, *date = NULL;
    AT_TRY(note_of(&note, g, fields, err));
    at_json_object(json);
    if (time >= 0 && t->columns[time].date.form == AT_DATE_PATTERN)
        put_text(json, "calendar", at_calendars[t->columns[time].date.style.calendar]);
    if (time >= 0) {
        AT_TRY(date_of(&date, g, err));
        put_text(json, "date", date);
    }
    put_mark(json, "decimal", g->numbers.decimal_mark);
    put_mark(json, "delimiter", t->delimiter);
    put_text(json, "encoding", at_encodings[g->encoding]);
    put_mark(json, "grouping", g->numbers.grouping);
    at_json_put_key(json, "header");
    at_json_put_bool(json, t->header);
    if (g->multiply > 1) {
        at_json_put_key(json, "multiply");
        at_json_put_int(json, g->multiply);
    }
    put_text(json, "note", note);
    if (t->quote != '"')
        put_mark(json, "quote", t->quote);
    at_json_put_key(json, "records");
    at_json_array(json);
    put_record(json, g, fields);
    at_json_array_end(json);
    put_text(json, "schema", "assettrace/mapping/1");
    at_json_put_key(json, "skip_lines");
    at_json_put_int(json, (int64_t)t->skip_lines);
    at_json_put_key(json, "trailer_lines");
    at_json_put_int(json, (int64_t)t->trailer_lines);
    if (g->where_column >= 0)
        put_where(json, g);
    if (g->zone != NULL)
        put_text(json, "zone", g->zone);
    at_json_object_end(json);
    return at_json_finish(json, err);
}

at_status at_guess_write(at_guesser *g, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text canonical = {0}, text = {0};
    at_json_writer json = {.out = &canonical};
    at_guess_fields *fields = NULL;
    AT_TRY(AT_NEW(&fields, g->arena, 1, err));
    if (g->is_statement)
        AT_TRY(at_guess_leg_fields(fields, g, err));
    else
        AT_TRY(at_guess_other_fields(fields, g, err));
    AT_TRY(put_all(&json, g, fields, err));
    AT_TRY(indent(&text, at_text_string(&canonical), err));
    return at_arena_copy(&g->out->mapping, g->arena, at_text_string(&text), text.bytes, err);
}
