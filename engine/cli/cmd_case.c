/* cmd_case.c: a case answered and sealed. */
#include "engine/cli/case_session.h"
#include "engine/cli/command.h"
#include "engine/cli/passphrase.h"
#include "engine/cli/print.h"
#include "engine/jobs/seal.h"

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
    at_passphrase_source source;
    at_passphrase passphrase;
    at_seal_result result = {0};
    const bool dry = at_cli_has(cli, "dry-run");
    AT_CLEANUP(at_session_close)
    at_case_session session = {.cli = cli, .mode = dry ? AT_READ_ONLY : AT_READ_WRITE};
    AT_CLEANUP(at_case_close) at_case source_case = {0};
    at_case_run run;
    at_reader *reader = NULL;
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
    AT_TRY(at_session_read(&source_case, cli->words[0], cli->arena, err));
    AT_TRY(at_session_answer(&run, &reader, &session, &source_case, cli->arena, err));
    if (dry) {
        at_cli_note("DRY_RUN", "%zu questions are answered at revision %lld; nothing was sealed",
                    run.answer_count, (long long)run.revision);
        return AT_OK;
    }
    AT_TRY(at_seal(&result, &run, session.store, reader, &job, cli->arena, err));
    return print_seal(cli, job.out, &result, err);
}
