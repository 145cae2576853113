/* cmd_case.c: case files answered, and sealed. */
#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/exit.h"
#include "engine/cli/passphrase.h"
#include "engine/cli/print.h"
#include "engine/jobs/run.h"
#include "engine/jobs/seal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CASE_BYTES_MAX = 4 << 20 };

/* A case and everything it borrows. */
typedef struct open_case {
    at_case source;
    at_store *store;
    at_reader *reader;
    at_case_run run;
} open_case;

static void close_case(open_case *value) {
    at_reader_close(&value->reader);
    at_store_close(&value->store);
    at_case_close(&value->source);
}

static at_status read_input(at_case *out, at_cli *cli, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = CASE_BYTES_MAX};
    char buffer[4096];
    const char *bytes = NULL;
    size_t got = 1;
    while (got > 0) {
        AT_TRY(at_file_next(&got, STDIN_FILENO, buffer, sizeof buffer, "standard input", err));
        AT_TRY(at_text_add_bytes(&text, buffer, got, err));
    }
    AT_TRY(at_arena_copy(&bytes, cli->arena, at_text_string(&text), text.bytes, err));
    return at_case_read_bytes(out, bytes, text.bytes, "standard input", at_queries, cli->arena,
                              err);
}

static void say_progress(void *self, const at_case_question *question, const at_table *done) {
    (void)self;
    if (done)
        fprintf(stderr, "%s %s: %zu rows%s\n", question->id, question->query->name, done->row_count,
                done->truncated ? ", cut" : "");
}

static at_status answer_case(open_case *out, at_cli *cli, const char *path, at_store_mode mode,
                             at_error *err) {
    at_case_progress *progress = isatty(STDERR_FILENO) == 1 ? say_progress : NULL;
    if (strcmp(path, "-") == 0)
        AT_TRY(read_input(&out->source, cli, err));
    else
        AT_TRY(at_case_read(&out->source, path, at_queries, cli->arena, err));
    AT_TRY(at_cli_open_store(&out->store, cli, mode, err));
    AT_TRY(at_reader_open(&out->reader, out->store, out->source.at_revision, cli->arena, err));
    return at_case_answer_all(&out->run, &out->source, out->reader, cli->arena, progress, NULL,
                              err);
}

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

static at_status print_run(at_output *out, at_cli *cli, const open_case *value, at_error *err) {
    const at_case_run *run = &value->run;
    const bool json = out->format == AT_FORMAT_JSON;
    at_status worst = AT_OK;
    if (json)
        AT_TRY(at_text_add(&out->text, "{\"answers\":[", err));
    for (size_t i = 0; i < run->answer_count; i++) {
        const at_print print = {.table = &run->answers[i].table,
                                .facts = at_reader_facts(value->reader),
                                .revision = run->revision,
                                .question = run->answers[i].question->id,
                                .whole_addresses = at_cli_has(cli, "verbose")};
        AT_TRY(print_answer(out, &print, i == 0, err));
        if (out->format != AT_FORMAT_JSON && out->format != AT_FORMAT_NDJSON)
            at_print_notes(&print);
        if (run->answers[i].table.truncated)
            worst = AT_LIMIT;
    }
    if (json) {
        at_json_writer writer = {.out = &out->text};
        AT_TRY(at_text_add(&out->text, "],\"case\":", err));
        at_json_put_text(&writer, value->source.id);
        AT_TRY(at_json_finish(&writer, err));
        AT_TRY(at_text_print(&out->text, err,
                             ",\"revision\":%lld,\"schema\":\"assettrace/run/1\"}\n",
                             (long long)run->revision));
    }
    return worst;
}

static at_status run_one(at_output *out, at_cli *cli, const char *path, at_error *err) {
    AT_CLEANUP(close_case) open_case value = {0};
    AT_TRY(answer_case(&value, cli, path, AT_READ_ONLY, err));
    AT_TRY(at_cli_log(value.store, "run", value.source.id, NULL, value.run.revision, err));
    at_status status = print_run(out, cli, &value, err);
    if (status == AT_OK || status == AT_LIMIT)
        AT_TRY(at_output_flush(out, err));
    return status;
}

/* The case files that the words name: a folder stands for its *.json, by name. */
static at_status list_cases(const char ***out, size_t *count_out, at_cli *cli, at_error *err) {
    const char **paths = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < cli->word_count; i++) {
        if (at_file_kind_of(cli->words[i]) != AT_FILE_FOLDER) {
            AT_TRY(AT_GROW(&paths, &capacity, count, cli->arena, err));
            paths[count++] = cli->words[i];
            continue;
        }
        at_file_entry *entries = NULL;
        size_t entry_count = 0;
        AT_TRY(at_folder_walk(&entries, &entry_count, cli->words[i], cli->arena, err));
        for (size_t k = 0; k < entry_count; k++) {
            const size_t length = strlen(entries[k].path);
            if (entries[k].kind != AT_FILE_REGULAR || strchr(entries[k].path, '/') || length < 5 ||
                strcmp(entries[k].path + length - 5, ".json") != 0)
                continue;
            AT_TRY(AT_GROW(&paths, &capacity, count, cli->arena, err));
            AT_TRY(at_path_join(&paths[count++], cli->arena, cli->words[i], entries[k].path, err));
        }
    }
    *out = paths;
    *count_out = count;
    return count ? AT_OK
                 : at_fail(err, AT_BAD_INPUT, "E-FILE-MISSING", "there is no case file to answer");
}

at_status at_cmd_run(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    const char **paths = NULL;
    size_t count = 0;
    at_status worst = AT_OK;
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(list_cases(&paths, &count, cli, err));
    for (size_t i = 0; i < count; i++) {
        at_status status = run_one(&out, cli, paths[i], err);
        if (status != AT_OK && status != AT_LIMIT) {
            if (count > 1)
                at_place(err, "%s", at_path_name(paths[i]));
            at_cli_complain(err);
            err->message[0] = '\0';
            at_text_reset(&out.text); /* half an answer is none */
        }
        worst = at_exit_worse(worst, status);
    }
    AT_TRY(at_output_finish(&out, err));
    return worst;
}

static at_status print_seal(at_cli *cli, const char *folder, const at_seal_result *result,
                            at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        at_json_object(&json);
        at_json_put_key(&json, "bundle");
        at_json_put_text(&json, result->bundle_id);
        at_json_put_key(&json, "claims");
        at_json_put_int(&json, (int64_t)result->claim_count);
        at_json_put_key(&json, "records");
        at_json_put_int(&json, (int64_t)result->record_count);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/sealed/1");
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else {
        AT_TRY(at_text_print(&out.text, err,
                             "%s is sealed: %zu claims resting on %zu records\nbundle %s\n", folder,
                             result->claim_count, result->record_count, result->bundle_id));
    }
    return at_output_finish(&out, err);
}

at_status at_cmd_seal(at_cli *cli, at_error *err) {
    AT_CLEANUP(close_case) open_case value = {0};
    at_passphrase_source source;
    at_passphrase passphrase;
    at_seal_result result = {0};
    const bool dry = at_cli_has(cli, "dry-run");
    const at_seal_job job = {.out = at_cli_value(cli, "output"),
                             .key_path = at_cli_value(cli, "key"),
                             .passphrase = &passphrase,
                             .test_key = at_cli_has(cli, "test-key"),
                             .force = at_cli_has(cli, "force")};
    if (!dry && (!job.out || !job.key_path)) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "`seal` wants --key FILE and --output FOLDER");
        return AT_USAGE;
    }
    AT_TRY(at_passphrase_choose(&passphrase, &source, cli, err));
    AT_TRY(answer_case(&value, cli, cli->words[0], dry ? AT_READ_ONLY : AT_READ_WRITE, err));
    if (dry) {
        at_cli_note("DRY_RUN", "%zu questions are answered at revision %lld; nothing was sealed",
                    value.run.answer_count, (long long)value.run.revision);
        return AT_OK;
    }
    AT_TRY(at_seal(&result, &value.run, value.store, value.reader, &job, cli->arena, err));
    return print_seal(cli, job.out, &result, err);
}
