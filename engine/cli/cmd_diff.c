/* cmd_diff.c: what changed between two answers or bundles. */
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/jobs/diff.h"

at_status at_cmd_diff(at_cli *cli, at_error *err) {
    at_table table;
    AT_TRY(at_diff(&table, cli->words[0], cli->words[1], cli->arena, err));
    AT_TRY(at_print_listing(cli, &table, err));
    return table.row_count ? AT_NO : AT_OK;
}
