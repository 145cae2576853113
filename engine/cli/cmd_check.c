/* cmd_check.c: is the store whole? */
#include "engine/cli/command.h"
#include "engine/cli/print.h"

static const at_column columns[] = {
    {"result", AT_COLUMN_TEXT, "ok, warn, tampered, unreadable"},
    {"code", AT_COLUMN_TEXT, "for `help CODE`"},
    {"finding", AT_COLUMN_TEXT, "what was found"},
    {"advice", AT_COLUMN_TEXT, "what to do"},
    {0},
};

static const char *result_of(const at_store_finding *finding) {
    if (finding->status == AT_IO)
        return "unreadable";
    if (finding->status != AT_OK)
        return "tampered";
    return finding->code ? "warn" : "ok";
}

at_status at_cmd_check(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_store_finding *findings = NULL;
    size_t count = 0;
    at_table table;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    const at_status verdict =
        at_store_check(&findings, &count, store, at_cli_has(cli, "read-data"), cli->arena, err);
    if (verdict != AT_OK && verdict != AT_TAMPERED && verdict != AT_IO)
        return verdict;
    at_error said = {.status = AT_OK};
    at_table_init(&table, "check", 1, columns, cli->arena);
    for (size_t i = 0; i < count; i++) {
        at_row *row = NULL;
        AT_TRY(at_table_row(&row, &table, &said));
        at_cell_text(&row->cells[0], result_of(&findings[i]));
        at_cell_text(&row->cells[1], findings[i].code);
        at_cell_text(&row->cells[2], findings[i].text);
        at_cell_text(&row->cells[3], findings[i].code ? at_code_text(findings[i].code) : NULL);
    }
    const at_status printed = at_print_listing(cli, &table, &said);
    if (printed == AT_OK)
        return verdict;
    if (err)
        *err = said;
    return printed;
}
