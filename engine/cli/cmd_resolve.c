/* cmd_resolve.c: legs that could be one payment, and a person's word on them. */
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/print.h"
#include "engine/jobs/judgements.h"

#include <string.h>

static const at_column review_columns[] = {
    {"group", AT_COLUMN_COUNT, "pairs that hang together"},
    {"doubt", AT_COLUMN_TEXT,
     "several: nothing says which belong together; reference: several have it; nameless: one names "
     "no account; one_source: one file shows both"},
    {"amount", AT_COLUMN_AMOUNT, "of both"},
    {"currency", AT_COLUMN_TEXT, "of both"},
    {"debit_account", AT_COLUMN_ID, "that paid"},
    {"debit_time", AT_COLUMN_TIME, "when its statement shows it"},
    {"debit_names", AT_COLUMN_ID, "the account that its row names"},
    {"debit_reference", AT_COLUMN_TEXT, "as written"},
    {"credit_account", AT_COLUMN_ID, "that received"},
    {"credit_time", AT_COLUMN_TIME, "when its statement shows it"},
    {"credit_names", AT_COLUMN_ID, "the account that its row names"},
    {"credit_reference", AT_COLUMN_TEXT, "as written"},
    {"debit", AT_COLUMN_IDS, "address of the debit's record"},
    {"credit", AT_COLUMN_IDS, "address of the credit's record"},
    {"judgement", AT_COLUMN_TEXT, "to be filled in: accept or deny"},
    {"reason", AT_COLUMN_TEXT, "to be filled in"},
    {0},
};

static const at_column judged_columns[] = {
    {"revision", AT_COLUMN_COUNT, "since when it stands"},
    {"judgement", AT_COLUMN_TEXT, "accept or deny"},
    {"debit", AT_COLUMN_TEXT, "address of the debit's record"},
    {"credit", AT_COLUMN_TEXT, "address of the credit's record"},
    {"actor", AT_COLUMN_TEXT, "who said so"},
    {"reason", AT_COLUMN_TEXT, "why"},
    {0},
};

static at_status address_cell(at_cell *cell, const at_address *address, at_arena *arena,
                              at_error *err) {
    char text[AT_ADDRESS_TEXT_BYTES];
    const char *kept = NULL;
    at_address_format(text, address);
    AT_TRY(at_arena_text(&kept, arena, text, err));
    at_cell_text(cell, kept);
    return AT_OK;
}

static void leg_cells(at_cell *cells, const at_review_leg *leg) {
    at_cell_text(&cells[0], leg->account);
    at_cell_time(&cells[1], leg->time_us, leg->precision);
    at_cell_text(&cells[2], leg->counterparty);
    at_cell_text(&cells[3], leg->reference && *leg->reference ? leg->reference : NULL);
}

static at_status add_pair(at_table *table, const at_review_pair *pair, at_error *err) {
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_integer(&row->cells[0], (int64_t)pair->group);
    at_cell_text(&row->cells[1], at_pair_doubt_text(pair->doubt));
    at_cell_integer(&row->cells[2], pair->amount);
    at_cell_text(&row->cells[3], pair->currency);
    leg_cells(&row->cells[4], &pair->debit);
    leg_cells(&row->cells[8], &pair->credit);
    AT_TRY(address_cell(&row->cells[12], &pair->debit.address, table->arena, err));
    AT_TRY(address_cell(&row->cells[13], &pair->credit.address, table->arena, err));
    at_cell_text(&row->cells[14], NULL);
    at_cell_text(&row->cells[15], NULL);
    AT_TRY(at_row_cite(row, table, pair->debit.record, err));
    return at_row_cite(row, table, pair->credit.record, err);
}

at_status at_cmd_resolve_review(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_output_clear) at_output out = {0};
    const at_review_pair *pairs = NULL;
    size_t count = 0;
    int64_t limit = 0;
    at_table table;
    AT_TRY(at_cli_number(&limit, cli, "limit", 1, AT_REVIEW_MAX, 0, err));
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    at_table_init(&table, "review", 1, review_columns, cli->arena);
    AT_TRY(
        at_review_list(&pairs, &count, &table.truncated, reader, (size_t)limit, cli->arena, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(add_pair(&table, &pairs[i], err));
    AT_TRY(at_cli_log(store, "resolve-review", NULL, NULL, at_reader_revision(reader), err));
    if (!out.fields && (out.format == AT_FORMAT_CSV || out.format == AT_FORMAT_TSV))
        out.fields = "group,doubt,amount,currency,debit_account,debit_time,debit_names,"
                     "debit_reference,credit_account,credit_time,credit_names,credit_reference,"
                     "debit,credit,judgement,reason";
    const at_print print = {
        .table = &table, .facts = at_reader_facts(reader), .revision = at_reader_revision(reader)};
    return at_print_table(&out, &print, err);
}

at_status at_cmd_resolve_list(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    const at_judged_pair *pairs = NULL;
    size_t count = 0;
    at_table table;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    AT_TRY(at_judged_list(&pairs, &count, reader, cli->arena, err));
    at_table_init(&table, "judgements", 1, judged_columns, cli->arena);
    for (size_t i = 0; i < count; i++) {
        at_row *row = NULL;
        AT_TRY(at_table_row(&row, &table, err));
        at_cell_integer(&row->cells[0], pairs[i].revision);
        at_cell_text(&row->cells[1], pairs[i].accepted ? "accept" : "deny");
        AT_TRY(address_cell(&row->cells[2], &pairs[i].debit, cli->arena, err));
        AT_TRY(address_cell(&row->cells[3], &pairs[i].credit, cli->arena, err));
        at_cell_text(&row->cells[4], pairs[i].actor);
        at_cell_text(&row->cells[5], pairs[i].reason);
    }
    return at_print_listing(cli, &table, err);
}

/* The revision, and how many of each. */
static at_status print_done(at_cli *cli, const at_judgement *items, size_t count, int64_t revision,
                            at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    uint64_t counts[3] = {0};
    for (size_t i = 0; i < count; i++)
        counts[items[i].what]++;
    AT_TRY(at_output_open(&out, cli, err));
    if (out.format == AT_FORMAT_JSON) {
        static const char *const keys[] = {"accepted", "denied", "revision", "schema", "undone"};
        at_json_writer json = {.out = &out.text};
        const int64_t values[] = {(int64_t)counts[AT_RESOLVE_ACCEPT],
                                  (int64_t)counts[AT_RESOLVE_DENY], revision, 0,
                                  (int64_t)counts[AT_RESOLVE_UNDO]};
        at_json_object(&json);
        for (size_t i = 0; i < AT_COUNT(keys); i++) {
            at_json_put_key(&json, keys[i]);
            if (strcmp(keys[i], "schema") == 0)
                at_json_put_text(&json, "assettrace/judgement/1");
            else
                at_json_put_int(&json, values[i]);
        }
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else {
        AT_TRY(at_text_print(&out.text, err, "%llu accepted, %llu denied, %llu taken back",
                             (unsigned long long)counts[AT_RESOLVE_ACCEPT],
                             (unsigned long long)counts[AT_RESOLVE_DENY],
                             (unsigned long long)counts[AT_RESOLVE_UNDO]));
        AT_TRY(revision ? at_text_print(&out.text, err, " by revision %lld\n", (long long)revision)
                        : at_text_add(&out.text, ": that would fit\n", err));
    }
    return at_output_finish(&out, err);
}

/* Publish, or say of each that does not fit why. */
static at_status judge(at_cli *cli, at_judgement *items, size_t count, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const bool dry = at_cli_has(cli, "dry-run");
    int64_t revision = 0;
    AT_TRY(at_cli_open_store(&store, cli, dry ? AT_READ_ONLY : AT_READ_WRITE, err));
    const at_status status =
        at_resolve(dry ? NULL : &revision, store, items, count, cli->arena, err);
    for (size_t i = 0; i < count && status == AT_BAD_INPUT; i++)
        if (items[i].code && items[i].line)
            at_cli_note(items[i].code, "line %llu: %s", (unsigned long long)items[i].line,
                        items[i].fault);
        else if (items[i].code)
            at_cli_note(items[i].code, "%s", items[i].fault);
    return status == AT_OK ? print_done(cli, items, count, revision, err) : status;
}

static at_status judge_one(at_cli *cli, at_resolution what, at_error *err) {
    at_judgement item = {.what = what, .reason = at_cli_value(cli, "reason")};
    if (!item.reason || !*item.reason || strlen(item.reason) > AT_RESOLVE_REASON_BYTES) {
        at_fail(err, AT_USAGE, "E-CLI-OPTION", "`resolve` wants --reason TEXT of %d bytes at most",
                AT_RESOLVE_REASON_BYTES);
        at_hint(err, "The custody log keeps why two records were judged.");
        return AT_USAGE;
    }
    AT_TRY(at_address_parse(&item.debit, cli->words[0], err));
    AT_TRY(at_address_parse(&item.credit, cli->words[1], err));
    return judge(cli, &item, 1, err);
}

at_status at_cmd_resolve_accept(at_cli *cli, at_error *err) {
    return judge_one(cli, AT_RESOLVE_ACCEPT, err);
}

at_status at_cmd_resolve_deny(at_cli *cli, at_error *err) {
    return judge_one(cli, AT_RESOLVE_DENY, err);
}

at_status at_cmd_resolve_undo(at_cli *cli, at_error *err) {
    return judge_one(cli, AT_RESOLVE_UNDO, err);
}

at_status at_cmd_resolve_file(at_cli *cli, at_error *err) {
    at_confined paths = {.count = 0};
    at_judgement *items = NULL;
    size_t count = 0;
    AT_TRY(at_confined_words(&paths, cli, err));
    AT_TRY(at_confined_store(&paths, cli, err));
    AT_TRY(at_cli_confine(&paths, cli, err));
    AT_TRY(at_judgements_read(&items, &count, cli->words[0], at_cli_value(cli, "reason"),
                              cli->arena, err));
    return judge(cli, items, count, err);
}
