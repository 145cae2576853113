/* cmd_run.c: case files answered, one or a batch. */
#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/cli/batch.h"
#include "engine/cli/case_session.h"
#include "engine/cli/command.h"
#include "engine/cli/exit.h"
#include "engine/cli/print_run.h"

#include <string.h>

/* The case files that the words name: a folder stands for its *.json, by name. */
static at_status list_cases(const char ***out, size_t *count_out, bool *batch_out, at_cli *cli,
                            at_error *err) {
    const char **paths = NULL;
    size_t count = 0, capacity = 0;
    *batch_out = cli->word_count > 1;
    for (size_t i = 0; i < cli->word_count; i++) {
        if (at_file_kind_of(cli->words[i]) != AT_FILE_FOLDER) {
            AT_TRY(AT_GROW(&paths, &capacity, count, cli->arena, err));
            paths[count++] = cli->words[i];
            continue;
        }
        at_file_entry *entries = NULL;
        size_t entry_count = 0;
        *batch_out = true;
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

static at_status run_one(at_cli *cli, const char *path, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_CLEANUP(at_session_close) at_case_session session = {.cli = cli, .mode = AT_READ_ONLY};
    AT_CLEANUP(at_case_close) at_case source = {0};
    at_case_run run;
    at_reader *reader = NULL;
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_session_read(&source, path, cli->arena, err));
    AT_TRY(at_session_answer(&run, &reader, &session, &source, cli->arena, err));
    AT_TRY(at_cli_log(session.store, "run", source.id, NULL, run.revision, err));
    const at_status status = at_print_run(&out, cli, &run, reader, err);
    if (status != AT_OK && (status != AT_LIMIT || err->message[0]))
        return status;
    AT_TRY(at_output_finish(&out, err));
    return status;
}

at_status at_cmd_run(at_cli *cli, at_error *err) {
    const char **paths = NULL;
    size_t count = 0;
    bool batch = false;
    AT_TRY(list_cases(&paths, &count, &batch, cli, err));
    return batch ? at_batch_run(cli, paths, count, err) : run_one(cli, paths[0], err);
}
