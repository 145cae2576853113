/* cmd_replace.c: another file in a source's place, or a withdrawn source again. */
#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/output.h"
#include "engine/cli/preview.h"
#include "engine/cli/receipt.h"
#include "engine/jobs/replace.h"

/* What `--dry-run` counts. */
static at_status look(at_cli *cli, const at_import_request *request, const at_source *source,
                      at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_preview preview;
    at_preview_init(&preview, 0, cli->arena);
    const at_sink sink = at_preview_sink(&preview);
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_import_preview(&sink, at_importers, request, cli->arena, err));
    AT_TRY(
        at_text_print(&out.text, err,
                      "source %lld \"%s\", %llu records, would be %s; %llu records would be "
                      "loaded, %llu rejected\n",
                      (long long)source->number, source->name, (unsigned long long)source->loaded,
                      request->replaces ? "withdrawn" : "published again",
                      (unsigned long long)preview.records, (unsigned long long)preview.rejected));
    AT_TRY(at_output_finish(&out, err));
    return preview.rejected ? AT_PARTIAL : AT_OK;
}

static at_status publish(at_cli *cli, at_store *store, const at_import_request *request,
                         at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_receipt receipt = {.state = AT_SOURCE_FAILED};
    AT_TRY(at_output_open(&out, cli, err));
    const at_receipt_print how = {.accounts = at_cli_has(cli, "verbose"),
                                  .store = store,
                                  .arena = cli->arena,
                                  .people = out.terminal ? &out : NULL};
    at_status status = at_import_file(&receipt, store, at_importers, request, cli->arena, err);
    if (status != AT_OK)
        return status;
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        AT_TRY(at_receipt_print_json(&json, &receipt, NULL, &how, err));
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else {
        AT_TRY(at_receipt_print_text(&out.text, &receipt, &how, err));
    }
    AT_TRY(at_output_finish(&out, err));
    return receipt.state == AT_SOURCE_PARTIAL ? AT_PARTIAL : AT_OK;
}

static at_status need_reason(at_cli *cli, at_error *err) {
    const char *reason = at_cli_value(cli, "reason");
    if (at_cli_has(cli, "dry-run") || (reason && *reason))
        return AT_OK;
    at_fail(err, AT_USAGE, "E-CLI-OPTION", "`sources replace` wants --reason TEXT");
    at_hint(err, "The custody log keeps why evidence was taken back.");
    return AT_USAGE;
}

/* @param path  NULL: the copy kept */
static at_status read_again(at_cli *cli, const char *path, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_confined paths = {.count = 0};
    at_import_request request;
    at_source source = {0};
    const bool dry = at_cli_has(cli, "dry-run");
    AT_TRY(at_confined_add(&paths, path, AT_CONFINE_READ, cli, err));
    AT_TRY(at_confined_add(&paths, at_cli_value(cli, "map"), AT_CONFINE_READ, cli, err));
    AT_TRY(at_confined_store(&paths, cli, err));
    AT_TRY(at_cli_confine(&paths, cli, err));
    AT_TRY(at_cli_open_store(&store, cli, dry ? AT_READ_ONLY : AT_READ_WRITE, err));
    AT_TRY(at_source_find(&source, store, cli->words[0], cli->arena, err));
    if (path && source.withdrawn)
        return at_fail(err, AT_BAD_INPUT, "E-SOURCE-WITHDRAWN",
                       "source %lld was withdrawn by revision %lld", (long long)source.number,
                       (long long)source.withdrawn);
    if (!path && !source.withdrawn)
        return at_fail(err, AT_BAD_INPUT, "E-SOURCE-STANDS", "source %lld stands",
                       (long long)source.number);
    AT_TRY(at_replace_request(&request, store, &source, path, at_cli_value(cli, "map"),
                              at_cli_value(cli, "reason"), cli->arena, err));
    return dry ? look(cli, &request, &source, err) : publish(cli, store, &request, err);
}

at_status at_cmd_sources_replace(at_cli *cli, at_error *err) {
    AT_TRY(need_reason(cli, err));
    return read_again(cli, cli->words[1], err);
}

at_status at_cmd_sources_republish(at_cli *cli, at_error *err) {
    return read_again(cli, NULL, err);
}
