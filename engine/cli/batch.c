#include "engine/cli/batch.h"

#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/cli/case_session.h"
#include "engine/cli/exit.h"
#include "engine/cli/print_run.h"
#include "engine/cli/progress.h"
#include "engine/cli/signals.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWERS_BYTES_MAX ((size_t)4 << 30)

typedef struct batch {
    at_cli *cli;
    at_case_session session;
    const char *folder; /* NULL: standard output */
    at_output out;      /* answers, or the summary where there is a folder */
    at_table summary;
    at_status worst;
    size_t kept, written;
} batch;

static const at_column columns[] = {
    {"file", AT_COLUMN_TEXT, "the case file"},
    {"case", AT_COLUMN_TEXT, "its id"},
    {"result", AT_COLUMN_TEXT, "answered, cut (a limit was reached), kept (from before) or failed"},
    {"exit", AT_COLUMN_COUNT, "the exit code of this case alone"},
    {"questions", AT_COLUMN_COUNT, "questions answered"},
    {"rows", AT_COLUMN_COUNT, "rows of all answers"},
    {"answers", AT_COLUMN_TEXT, "the file they are in"},
    {"problem", AT_COLUMN_TEXT, "what went wrong, and where"},
    {0},
};

/* What became of one case. */
typedef struct outcome {
    const char *id, *result, *answers, *problem;
    int64_t questions, rows; /* -1: none */
} outcome;

static void close_batch(batch *value) {
    at_session_close(&value->session);
    at_output_clear(&value->out);
}

static at_status add_outcome(batch *work, const char *path, const outcome *what, at_status status,
                             at_error *err) {
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, &work->summary, err));
    at_cell_text(&row->cells[0], path);
    at_cell_text(&row->cells[1], what->id);
    at_cell_text(&row->cells[2], what->result);
    at_cell_integer(&row->cells[3], at_exit_code(status, at_interrupt_signal()));
    at_cell_integer(&row->cells[4], what->questions < 0 ? AT_AMOUNT_NONE : what->questions);
    at_cell_integer(&row->cells[5], what->rows < 0 ? AT_AMOUNT_NONE : what->rows);
    at_cell_text(&row->cells[6], what->answers);
    at_cell_text(&row->cells[7], what->problem);
    work->worst = at_exit_worse(work->worst, status);
    return AT_OK;
}

/* "a/x.json" -> "x"; standard input is "stdin". */
static at_status stem_of(const char **out, const char *path, at_arena *arena, at_error *err) {
    const char *name = strcmp(path, "-") == 0 ? "stdin" : at_path_name(path);
    const size_t length = strlen(name);
    const bool json = length > 5 && strcmp(name + length - 5, ".json") == 0;
    return at_arena_copy(out, arena, name, json ? length - 5 : length, err);
}

static at_status answers_path(const char **out, const batch *work, const char *path,
                              at_error *err) {
    const char *stem = NULL, *name = NULL;
    AT_TRY(stem_of(&stem, path, work->cli->arena, err));
    AT_TRY(at_arena_print(&name, work->cli->arena, err, "%s.answers.json", stem));
    return at_path_join(out, work->cli->arena, work->folder, name, err);
}

/* Two cases must not write one file. */
static at_status check_names(const batch *work, const char *const *paths, size_t count,
                             at_error *err) {
    const char **names = NULL;
    AT_TRY(AT_NEW(&names, work->cli->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        AT_TRY(stem_of(&names[i], paths[i], work->cli->arena, err));
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[k], names[i]) != 0)
                continue;
            at_fail(err, AT_USAGE, "E-CLI-WORDS",
                    "\"%s\" and \"%s\" would have one file of answers", paths[k], paths[i]);
            at_hint(err, "rename one of them, or run them apart");
            return AT_USAGE;
        }
    }
    return AT_OK;
}

/* Is the answer to this very case already there? AT_REFUSED for one to something else. */
static at_status look_before(bool *kept, outcome *what, bool *cut, const batch *work,
                             const at_case *source, at_error *err) {
    at_run_head head = {.revision = 0};
    bool known = false;
    if (at_file_kind_of(what->answers) == AT_FILE_NONE)
        return AT_OK;
    AT_TRY(at_run_head_read(&head, &known, what->answers, err));
    if (known && strcmp(source->sha256, head.case_sha256) == 0 &&
        head.revision == at_session_revision(&work->session, source)) {
        *kept = true;
        *cut = head.truncated;
        what->questions = head.questions;
        what->rows = head.rows;
        return AT_OK;
    }
    if (at_cli_has(work->cli, "force"))
        return AT_OK;
    at_fail(err, AT_REFUSED, "E-CLI-EXISTS",
            "\"%s\" is already there, and answers another case, revision or release",
            what->answers);
    at_hint(err, "choose another folder, or replace it with --force");
    return AT_REFUSED;
}

static at_status write_answers(batch *work, const outcome *what, const at_case_run *run,
                               at_reader *reader, at_error *err) {
    if (!work->folder) {
        const at_status status = at_print_run(&work->out, work->cli, run, reader, err);
        if (status == AT_OK || (status == AT_LIMIT && !err->message[0]))
            AT_TRY(at_output_flush(&work->out, err));
        return status;
    }
    AT_CLEANUP(at_output_clear) at_output out = {.format = AT_FORMAT_JSON, .path = what->answers};
    out.text.limit_bytes = ANSWERS_BYTES_MAX;
    const at_status status = at_print_run(&out, work->cli, run, reader, err);
    if (status != AT_OK && (status != AT_LIMIT || err->message[0]))
        return status;
    AT_TRY(at_output_finish(&out, err));
    return status;
}

static at_status answer(batch *work, outcome *what, const at_case *source, at_arena *arena,
                        at_error *err) {
    at_case_run run;
    at_reader *reader = NULL;
    AT_TRY(at_session_answer(&run, &reader, &work->session, source, arena, err));
    AT_TRY(at_cli_log(work->session.store, "run", source->id, NULL, run.revision, err));
    what->questions = (int64_t)run.answer_count;
    what->rows = 0;
    for (size_t i = 0; i < run.answer_count; i++)
        what->rows += (int64_t)run.answers[i].table.row_count;
    return write_answers(work, what, &run, reader, err);
}

/* A cut answer is AT_LIMIT without a message. */
static at_status answer_or_keep(batch *work, outcome *what, const char *path, at_arena *arena,
                                at_error *err) {
    AT_CLEANUP(at_case_close) at_case source = {0};
    bool kept = false, cut = false;
    AT_TRY(at_session_read(&source, path, arena, err));
    AT_TRY(at_arena_text(&what->id, work->cli->arena, source.id, err));
    AT_TRY(at_session_open(&work->session, err));
    if (work->folder) {
        AT_TRY(answers_path(&what->answers, work, path, err));
        AT_TRY(look_before(&kept, what, &cut, work, &source, err));
    }
    if (!kept)
        return answer(work, what, &source, arena, err);
    what->result = "kept";
    return cut ? AT_LIMIT : AT_OK;
}

static at_status run_case(batch *work, const char *path, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_error own = {0};
    outcome what = {.questions = -1, .rows = -1};
    const size_t before = work->out.text.bytes;
    const at_status status = answer_or_keep(work, &what, path, &arena, &own);
    if (status == AT_INTERRUPTED || (status != AT_OK && own.message[0] && !work->session.store &&
                                     what.id)) { /* without a store no case can be answered */
        *err = own;
        return status;
    }
    if (own.message[0]) {
        work->out.text.bytes = before; /* half an answer is none */
        AT_TRY(at_arena_print(&what.problem, work->cli->arena, err, "%s%s%s [%s]", own.place,
                              own.place[0] ? ": " : "", own.message, own.code));
        what.result = "failed";
        what.answers = NULL;
        what.questions = what.rows = -1;
        if (!own.place[0])
            at_place(&own, "%s", at_path_name(path));
        at_cli_complain(&own);
    } else if (!what.result) {
        what.result = status == AT_LIMIT ? "cut" : "answered";
        work->written++;
    } else {
        work->kept++;
    }
    return add_outcome(work, path, &what, status, err);
}

static at_status open_batch(batch *work, const char *const *paths, size_t count, at_error *err) {
    at_cli *cli = work->cli;
    const char *folder = at_cli_value(cli, "output");
    at_table_init(&work->summary, "batch", 1, columns, cli->arena);
    at_signals_install(true); /* what was answered is to be said */
    if (!folder)
        return at_output_open(&work->out, cli, err);
    const at_file_kind kind = at_file_kind_of(folder);
    if (kind != AT_FILE_NONE && kind != AT_FILE_FOLDER) {
        at_fail(err, AT_REFUSED, "E-CLI-EXISTS", "\"%s\" is already there and no folder", folder);
        at_hint(err, "a batch writes one file a case: name a folder");
        return AT_REFUSED;
    }
    if (at_cli_has(cli, "fields")) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"--fields\" has no place in a folder of answers");
        at_hint(err, "answers in a folder are whole; choose fields when you print one");
        return AT_USAGE;
    }
    AT_TRY(check_names(work, paths, count, err));
    AT_TRY(at_folder_make(folder, 0755, err));
    work->folder = folder;
    return at_output_open_standard(&work->out, cli, err);
}

static at_status print_summary(batch *work, at_error *err) {
    const at_print print = {.table = &work->summary, .revision = -1};
    if (work->kept)
        at_cli_note("KEPT", "%zu of %zu cases were answered before and are kept", work->kept,
                    work->summary.row_count);
    if (work->folder)
        return at_print_table(&work->out, &print, err);
    AT_TRY(at_output_finish(&work->out, err));
    AT_CLEANUP(at_output_clear) at_output said = {.format = AT_FORMAT_TABLE};
    said.terminal = isatty(STDERR_FILENO) == 1;
    said.columns = at_terminal_columns(STDERR_FILENO);
    said.text.limit_bytes = ANSWERS_BYTES_MAX;
    AT_TRY(at_print_terminal(&said, &print, err));
    at_progress_erase();
    fputs(at_text_string(&said.text), stderr);
    return AT_OK;
}

/* Interrupted: answers to standard output cannot be found again. */
static void say_kept(const batch *work, size_t count) {
    if (work->folder)
        at_cli_note("KEPT",
                    "%zu of %zu cases are answered and kept in \"%s\"; the same command goes on "
                    "there",
                    work->kept + work->written, count, work->folder);
    else
        at_cli_note("KEPT",
                    "%zu of %zu cases are answered and printed; with --output FOLDER an "
                    "interrupted batch goes on where it stopped",
                    work->written, count);
}

at_status at_batch_run(at_cli *cli, const char *const *paths, size_t count, at_error *err) {
    AT_CLEANUP(close_batch)
    batch work = {.cli = cli, .session = {.cli = cli, .mode = AT_READ_ONLY, .quiet = true}};
    AT_TRY(open_batch(&work, paths, count, err));
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "cases", .unit = AT_PROGRESS_COUNT, .total = count};
    at_progress_begin(&bar);
    for (size_t i = 0; i < count; i++) {
        at_progress_step(&bar, i);
        at_status status = at_interrupt_check(err);
        if (status == AT_OK)
            status = run_case(&work, paths[i], err);
        if (status == AT_INTERRUPTED)
            say_kept(&work, count);
        if (status != AT_OK)
            return status;
    }
    at_progress_end(&bar);
    AT_TRY(print_summary(&work, err));
    return work.worst;
}
