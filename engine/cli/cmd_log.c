/* cmd_log.c: the custody log. */
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/store/custody.h"

static const at_column columns[] = {
    {"seq", AT_COLUMN_COUNT, "its number"},
    {"time", AT_COLUMN_TEXT, "by the clock of the machine"},
    {"actor", AT_COLUMN_TEXT, "who"},
    {"action", AT_COLUMN_TEXT, "what was done"},
    {"object", AT_COLUMN_TEXT, "to what"},
    {"revision", AT_COLUMN_COUNT, "at or as which revision"},
    {"result", AT_COLUMN_TEXT, "with what result"},
    {"detail", AT_COLUMN_TEXT, "in words"},
    {"hash", AT_COLUMN_TEXT, "SHA-256 of the entry's line"},
    {0},
};

at_status at_cmd_log_show(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    int64_t first = 1, limit = 0;
    at_table table;
    AT_TRY(at_cli_number(&first, cli, "from", 1, INT64_MAX, 1, err));
    AT_TRY(at_cli_number(&limit, cli, "limit", 1, INT32_MAX, 0, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_custody_list(&entries, &count, store, first, (size_t)limit, cli->arena, err));
    at_table_init(&table, "log", 1, columns, cli->arena);
    for (size_t i = 0; i < count; i++) {
        const at_custody_entry *entry = &entries[i];
        at_row *row = NULL;
        size_t at = 0;
        AT_TRY(at_table_row(&row, &table, err));
        at_cell_integer(&row->cells[at++], entry->seq);
        at_cell_text(&row->cells[at++], entry->time);
        at_cell_text(&row->cells[at++], entry->actor);
        at_cell_text(&row->cells[at++], entry->action);
        at_cell_text(&row->cells[at++], entry->object);
        at_cell_integer(&row->cells[at++], entry->revision ? entry->revision : AT_AMOUNT_NONE);
        at_cell_text(&row->cells[at++], entry->result);
        at_cell_text(&row->cells[at++], entry->detail);
        at_cell_text(&row->cells[at++], entry->hash);
    }
    return at_print_listing(cli, &table, err);
}

at_status at_cmd_log_verify(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_output_clear) at_output out = {0};
    int64_t count = 0, seq = 0;
    char head[65];
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_custody_verify(&count, store, err));
    AT_TRY(at_custody_head(head, &seq, store, err));
    AT_TRY(at_text_print(&out.text, err,
                         "%lld entries: the chain holds and agrees with the store\nhead %s\n",
                         (long long)count, head));
    return at_output_finish(&out, err);
}
