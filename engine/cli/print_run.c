#include "engine/cli/print_run.h"

#include "engine/base/json.h"
#include "engine/base/release.h"

#include <stdio.h>
#include <string.h>

/* What stands between the answers and the head. */
static const char seam[] = "],\"case\":";

/* One answer inside a run: its head for people, a member of "answers" for programs. */
static at_status print_answer(at_output *out, const at_print *print, bool first, at_error *err) {
    switch (out->format) {
    case AT_FORMAT_JSON:
        if (!first)
            AT_TRY(at_text_add_char(&out->text, ',', err));
        return at_print_json(out, print, err);
    case AT_FORMAT_NDJSON:
        AT_TRY(at_print_json(out, print, err));
        return at_text_add_char(&out->text, '\n', err);
    default:
        AT_TRY(at_text_print(&out->text, err, "%s# %s %s\n", first ? "" : "\n", print->question,
                             print->table->query));
        return out->format == AT_FORMAT_TABLE ? at_print_terminal(out, print, err)
                                              : at_print_text(out, print, err);
    }
}

static void put_number(at_json_writer *json, const char *key, int64_t number) {
    at_json_put_key(json, key);
    at_json_put_int(json, number);
}

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text);
}

/* The members after "answers", without the brace that opened the document. */
static at_status print_head(at_text *out, const at_case_run *run, bool truncated, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text head = {0};
    at_json_writer json = {.out = &head};
    int64_t rows = 0;
    for (size_t i = 0; i < run->answer_count; i++)
        rows += (int64_t)run->answers[i].table.row_count;
    at_json_object(&json);
    put_text(&json, "case", run->source->id);
    put_text(&json, "case_sha256", run->source->sha256);
    put_number(&json, "questions", (int64_t)run->answer_count);
    put_text(&json, "release", at_release);
    put_number(&json, "revision", run->revision);
    put_number(&json, "rows", rows);
    put_text(&json, "schema", "assettrace/run/1");
    at_json_put_key(&json, "truncated");
    at_json_put_bool(&json, truncated);
    at_json_object_end(&json);
    AT_TRY(at_json_finish(&json, err));
    AT_TRY(at_text_add(out, "],", err));
    AT_TRY(at_text_add(out, at_text_string(&head) + 1, err));
    return at_text_add_char(out, '\n', err);
}

/* The question before this one whose answer says the same limits; NULL when none does. */
static const char *said_before(const at_case_run *run, size_t at, const at_note *note) {
    for (size_t i = 0; i < at && strcmp(note->code, "LIMITS") == 0; i++) {
        const at_table *table = &run->answers[i].table;
        for (size_t k = 0; k < table->note_count; k++)
            if (strcmp(table->notes[k].code, note->code) == 0 &&
                strcmp(table->notes[k].text, note->text) == 0)
                return run->answers[i].question->id;
    }
    return NULL;
}

/* For people: the limits of a method are read once, however many questions use it. */
static void print_notes(const at_case_run *run, size_t at) {
    const at_table *table = &run->answers[at].table;
    const char *question = run->answers[at].question->id;
    for (size_t i = 0; i < table->note_count; i++) {
        const char *before = said_before(run, at, &table->notes[i]);
        if (before)
            at_cli_note(table->notes[i].code, "%s: as said of %s", question, before);
        else
            at_cli_note(table->notes[i].code, "%s: %s", question, table->notes[i].text);
    }
}

at_status at_print_run(at_output *out, at_cli *cli, const at_case_run *run, at_reader *reader,
                       at_error *err) {
    bool truncated = false;
    if (out->format == AT_FORMAT_JSON)
        AT_TRY(at_text_add(&out->text, "{\"answers\":[", err));
    for (size_t i = 0; i < run->answer_count; i++) {
        const at_print print = {.table = &run->answers[i].table,
                                .facts = at_reader_facts(reader),
                                .revision = run->revision,
                                .question = run->answers[i].question->id,
                                .whole_addresses = at_cli_has(cli, "verbose")};
        AT_TRY(print_answer(out, &print, i == 0, err));
        if (out->format != AT_FORMAT_JSON && out->format != AT_FORMAT_NDJSON)
            print_notes(run, i);
        truncated |= run->answers[i].table.truncated;
    }
    if (out->format == AT_FORMAT_JSON)
        AT_TRY(print_head(&out->text, run, truncated, err));
    return truncated ? AT_LIMIT : AT_OK;
}

/* --- Reading it back --- */

static void close_json(at_json **json) {
    at_json_close(json);
}

static bool read_head(at_run_head *out, const at_json_value *root) {
    const char *hash = at_json_text(at_json_get(root, "case_sha256"));
    const at_json_value *truncated = at_json_get(root, "truncated");
    if (!at_text_equal(at_json_text(at_json_get(root, "schema")), "assettrace/run/1") ||
        !at_text_equal(at_json_text(at_json_get(root, "release")), at_release) || !hash ||
        strlen(hash) != AT_SHA256_TEXT_BYTES - 1 || !truncated)
        return false;
    memcpy(out->case_sha256, hash, AT_SHA256_TEXT_BYTES);
    out->truncated = at_json_type_of(truncated) == AT_JSON_TRUE;
    return at_json_int(&out->revision, at_json_get(root, "revision")) &&
           at_json_int(&out->questions, at_json_get(root, "questions")) &&
           at_json_int(&out->rows, at_json_get(root, "rows"));
}

/* The last bytes of a file; 0 when it cannot be read. */
static size_t read_end(char *out, size_t size, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t got = 0;
    if (fseek(file, 0, SEEK_END) == 0) {
        const long bytes = ftell(file);
        const long start = bytes > (long)size ? bytes - (long)size : 0;
        if (bytes >= 0 && fseek(file, start, SEEK_SET) == 0)
            got = fread(out, 1, size, file);
    }
    fclose(file);
    return got;
}

/* Where the head begins: after the last seam. */
static size_t find_seam(const char *text, size_t bytes) {
    const size_t length = sizeof seam - 1;
    for (size_t i = bytes < length ? 0 : bytes - length + 1; i > 0; i--)
        if (memcmp(text + i - 1, seam, length) == 0)
            return i - 1;
    return bytes;
}

at_status at_run_head_read(at_run_head *out, bool *known, const char *path, at_error *err) {
    enum { END_BYTES = 2048 };
    AT_CLEANUP(close_json) at_json *json = NULL;
    char text[END_BYTES];
    *known = false;
    const size_t bytes = read_end(text, sizeof text, path), place = find_seam(text, bytes);
    if (place + 1 >= bytes)
        return AT_OK;
    text[place + 1] = '{'; /* in place of the comma of "]," */
    const at_status status = at_json_parse(&json, text + place + 1, bytes - place - 1, path, NULL);
    if (status == AT_NO_MEMORY)
        return at_fail(err, status, "E-MEMORY", "no memory for the head of \"%s\"", path);
    *known = status == AT_OK && read_head(out, at_json_root(json));
    return AT_OK;
}
