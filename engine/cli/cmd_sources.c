/* cmd_sources.c: what was received, and taking it back. */
#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/cli/receipt.h"
#include "engine/store/sources.h"

static const at_column list_columns[] = {
    {"source", AT_COLUMN_COUNT, "its number"},
    {"revision", AT_COLUMN_COUNT, "that published it"},
    {"withdrawn", AT_COLUMN_COUNT, "the revision that withdrew it"},
    {"state", AT_COLUMN_TEXT, "complete or partial"},
    {"name", AT_COLUMN_TEXT, "the file's name as received"},
    {"namespace", AT_COLUMN_TEXT, "whose ids these are"},
    {"importer", AT_COLUMN_TEXT, "who read it"},
    {"rows", AT_COLUMN_COUNT, "records in it"},
    {"loaded", AT_COLUMN_COUNT, "records loaded"},
    {"duplicates", AT_COLUMN_COUNT, "records that repeat others"},
    {"rejected", AT_COLUMN_COUNT, "records not loaded"},
    {"warnings", AT_COLUMN_COUNT, "things worth saying"},
    {"bytes", AT_COLUMN_COUNT, "as received"},
    {"received", AT_COLUMN_TEXT, "SHA-256 of the file as received"},
    {"content", AT_COLUMN_TEXT, "SHA-256 of its content"},
    {"reason", AT_COLUMN_TEXT, "why it was withdrawn"},
    {0},
};

static at_status add_source(at_table *table, const at_source *source, at_error *err) {
    at_row *row = NULL;
    const char *importer = NULL;
    AT_TRY(at_table_row(&row, table, err));
    AT_TRY(at_arena_print(&importer, table->arena, err, "%s %d", source->importer,
                          source->importer_version));
    size_t at = 0;
    at_cell_integer(&row->cells[at++], source->number);
    at_cell_integer(&row->cells[at++], source->revision);
    at_cell_integer(&row->cells[at++], source->withdrawn ? source->withdrawn : AT_AMOUNT_NONE);
    at_cell_text(&row->cells[at++], at_source_state_text(source->state));
    at_cell_text(&row->cells[at++], source->name);
    at_cell_text(&row->cells[at++], source->name_space);
    at_cell_text(&row->cells[at++], importer);
    at_cell_integer(&row->cells[at++], (int64_t)source->rows);
    at_cell_integer(&row->cells[at++], (int64_t)source->loaded);
    at_cell_integer(&row->cells[at++], (int64_t)source->duplicates);
    at_cell_integer(&row->cells[at++], (int64_t)source->rejected);
    at_cell_integer(&row->cells[at++], (int64_t)source->warnings);
    at_cell_integer(&row->cells[at++], (int64_t)source->bytes);
    at_cell_text(&row->cells[at++], source->received);
    at_cell_text(&row->cells[at++], source->content);
    at_cell_text(&row->cells[at++], source->withdrawn ? source->withdrawn_reason : NULL);
    return AT_OK;
}

at_status at_cmd_sources_list(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_source *sources = NULL;
    const char *pending = NULL;
    size_t count = 0;
    int64_t revision = 0;
    at_table table;
    AT_TRY(at_cli_number(&revision, cli, "at", 1, INT64_MAX, 0, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_sources_list(&sources, &count, store, revision, cli->arena, err));
    AT_TRY(at_store_pending(&pending, store, cli->arena, err));
    at_table_init(&table, "sources", 1, list_columns, cli->arena);
    for (size_t i = 0; i < count; i++)
        AT_TRY(add_source(&table, &sources[i], err));
    if (pending)
        at_cli_note("PENDING", "%s", pending);
    return at_print_listing(cli, &table, err);
}

static at_status print_receipt(at_cli *cli, const at_receipt *receipt, const at_receipt_print *how,
                               at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    if (out.format == AT_FORMAT_JSON || out.format == AT_FORMAT_NDJSON) {
        at_json_writer json = {.out = &out.text};
        AT_TRY(at_receipt_print_json(&json, receipt, NULL, how, err));
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else if (at_cli_has(cli, "csv")) {
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "a receipt is no table: say --json");
    } else {
        at_receipt_print shown = *how;
        shown.people = out.terminal || at_cli_has(cli, "table") ? &out : NULL;
        AT_TRY(at_receipt_print_text(&out.text, receipt, &shown, err));
    }
    return at_output_finish(&out, err);
}

at_status at_cmd_sources_show(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_source source = {0};
    at_receipt receipt = {0};
    at_rejects written = {.count = 0};
    const char *folder = at_cli_value(cli, "save-rejects");
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_source_find(&source, store, cli->words[0], cli->arena, err));
    AT_TRY(at_receipt_get(&receipt, store, source.number, cli->arena, err));
    if (folder) {
        AT_TRY(at_folder_make(folder, AT_REJECTS_MODE, err));
        AT_TRY(at_rejects_write(&written, store, source.number, folder, cli->arena, err));
    }
    const at_receipt_print how = {.accounts = at_cli_has(cli, "verbose"),
                                  .written = &written,
                                  .rejects = at_cli_has(cli, "rejects"),
                                  .duplicates = at_cli_has(cli, "duplicates"),
                                  .warnings = at_cli_has(cli, "warnings"),
                                  .store = store,
                                  .arena = cli->arena};
    return print_receipt(cli, &receipt, &how, err);
}

at_status at_cmd_sources_withdraw(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_source source = {0};
    int64_t revision = 0;
    const char *reason = at_cli_value(cli, "reason");
    const bool dry = at_cli_has(cli, "dry-run");
    if (!dry && (!reason || !*reason)) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "`sources withdraw` wants --reason TEXT");
        at_hint(err, "The custody log keeps why evidence was taken back.");
        return AT_USAGE;
    }
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_cli_open_store(&store, cli, dry ? AT_READ_ONLY : AT_READ_WRITE, err));
    AT_TRY(at_source_find(&source, store, cli->words[0], cli->arena, err));
    if (!dry)
        AT_TRY(at_source_withdraw(&revision, store, source.number, reason, err));
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        at_json_object(&json);
        at_json_put_key(&json, "revision");
        at_json_put_int(&json, revision);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/withdrawal/1");
        at_json_put_key(&json, "source");
        at_json_put_int(&json, source.number);
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else if (dry) {
        AT_TRY(at_text_print(&out.text, err, "source %lld would be withdrawn: %s, %llu records\n",
                             (long long)source.number, source.name,
                             (unsigned long long)source.loaded));
    } else {
        AT_TRY(at_text_print(&out.text, err, "source %lld is withdrawn by revision %lld\n",
                             (long long)source.number, (long long)revision));
    }
    return at_output_finish(&out, err);
}
