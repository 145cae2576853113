/* cmd_inbox.c: what was delivered into a folder, imported and filed away. */
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/exit.h"
#include "engine/cli/preview.h"
#include "engine/cli/print.h"
#include "engine/cli/receipt.h"
#include "engine/cli/width.h"
#include "engine/jobs/inbox.h"

static const at_column columns[] = {
    {"file", AT_COLUMN_TEXT, "below the inbox, as it was delivered"},
    {"outcome", AT_COLUMN_TEXT,
     "imported, partial, already, rejected, left, waiting, refused, or would-be-read"},
    {"source", AT_COLUMN_COUNT, "its number"},
    {"revision", AT_COLUMN_COUNT, "that published it"},
    {"loaded", AT_COLUMN_COUNT, "records loaded"},
    {"duplicates", AT_COLUMN_COUNT, "records that repeat others"},
    {"rejected", AT_COLUMN_COUNT, "records not loaded"},
    {"filed", AT_COLUMN_TEXT, "where it lies now; its receipt beside it, .report.json"},
    {"code", AT_COLUMN_TEXT, "of what is wrong"},
    {"message", AT_COLUMN_TEXT, "what is wrong, or waited for"},
    {0},
};

/* One run over one folder. */
typedef struct round_trip {
    at_cli *cli;
    at_inbox *inbox;
    at_store *store; /* NULL: look only */
    at_table table;
} round_trip;

/* What one item came to. */
typedef struct outcome {
    const char *word, *filed, *code, *message;
    const at_receipt *receipt; /* NULL: none */
} outcome;

/* After these the next file would fare no better. */
static bool ends_run(at_status status) {
    return status == AT_IO || status == AT_NO_MEMORY || status == AT_LOCKED ||
           status == AT_INTERRUPTED || status == AT_BUG || status == AT_TAMPERED;
}

static at_status add_row(round_trip *trip, const at_inbox_item *item, const outcome *came,
                         at_error *err) {
    at_row *row = NULL;
    const at_receipt *receipt = came->receipt;
    /* A name may be any bytes: what cannot be printed is spelt out. */
    AT_CLEANUP(at_text_clear) at_text path = {0};
    AT_TRY(at_visible_add(&path, NULL, item->path, false, err));
    const char *texts[] = {at_text_string(&path), came->word, came->filed, came->code,
                           came->message};
    AT_TRY(at_table_row(&row, &trip->table, err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        AT_TRY(at_arena_text(&texts[i], trip->table.arena, texts[i], err));
    at_cell_text(&row->cells[0], texts[0]);
    at_cell_text(&row->cells[1], texts[1]);
    at_cell_integer(&row->cells[2], receipt && receipt->source ? receipt->source : AT_AMOUNT_NONE);
    at_cell_integer(&row->cells[3],
                    receipt && receipt->revision ? receipt->revision : AT_AMOUNT_NONE);
    at_cell_integer(&row->cells[4], receipt ? (int64_t)receipt->loaded : AT_AMOUNT_NONE);
    at_cell_integer(&row->cells[5], receipt ? (int64_t)receipt->duplicates : AT_AMOUNT_NONE);
    at_cell_integer(&row->cells[6], receipt ? (int64_t)receipt->rejected : AT_AMOUNT_NONE);
    at_cell_text(&row->cells[7], texts[2]);
    at_cell_text(&row->cells[8], texts[3]);
    at_cell_text(&row->cells[9], texts[4]);
    return AT_OK;
}

/* The document that `import --json` prints of this one file. */
static at_status write_report(at_text *out, const at_receipt *receipt, const at_error *failure,
                              const at_receipt_print *how, at_error *err) {
    at_json_writer json = {.out = out};
    at_json_object(&json);
    at_json_put_key(&json, "receipts");
    at_json_array(&json);
    AT_TRY(at_receipt_print_json(&json, receipt, failure, how, err));
    at_json_array_end(&json);
    at_json_put_key(&json, "schema");
    at_json_put_text(&json, "assettrace/receipts/1");
    at_json_object_end(&json);
    AT_TRY(at_json_finish(&json, err));
    return at_text_add_char(out, '\n', err);
}

static at_status file_away(outcome *came, round_trip *trip, size_t index, at_receipt *receipt,
                           const at_error *failure, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text report = {0};
    at_rejects written = {.count = 0};
    const at_receipt_print how = {.store = trip->store, .arena = arena, .written = &written};
    if (!failure && receipt->rejected) {
        const char *folder = NULL;
        AT_TRY(at_inbox_rejects(&folder, trip->inbox, index, err));
        AT_TRY(at_rejects_write(&written, trip->store, receipt->source, folder, arena, err));
    }
    AT_TRY(write_report(&report, receipt, failure, &how, err));
    return at_inbox_file(&came->filed, trip->inbox, index, failure == NULL, receipt->received,
                         &report, err);
}

static const char *word_of(const at_receipt *receipt) {
    if (receipt->already)
        return "already";
    return receipt->state == AT_SOURCE_PARTIAL ? "partial" : "imported";
}

/* Import one file and file it. The file is at fault (BAD_INPUT, LIMIT), or stays in work/. */
static at_status import_item(round_trip *trip, size_t index, const at_inbox_item *item,
                             at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_receipt receipt = {.state = AT_SOURCE_FAILED, .name = at_path_name(item->path)};
    at_error why = {.status = AT_OK};
    outcome came = {.receipt = &receipt};
    at_status status = at_inbox_take(trip->inbox, index, &why);
    if (status == AT_OK)
        status = at_import_file(&receipt, trip->store, at_importers, &item->request, &arena, &why);
    const bool files_fault = item->taken && (status == AT_BAD_INPUT || status == AT_LIMIT);
    at_error filing = {.status = AT_OK};
    if (status == AT_OK || files_fault) {
        const at_status filed =
            file_away(&came, trip, index, &receipt, files_fault ? &why : NULL, &arena, &filing);
        if (filed != AT_OK) {
            why = filing;
            status = filed;
        }
    }
    came.word = came.filed ? (status == AT_OK ? word_of(&receipt) : "rejected") : "left";
    if (status != AT_OK) {
        came.code = why.code;
        came.message = why.message;
        at_place(&why, "%s", item->path);
        at_cli_complain(&why);
    } else if (receipt.state == AT_SOURCE_PARTIAL && !receipt.already) {
        status = AT_PARTIAL;
    }
    AT_TRY(add_row(trip, item, &came, err));
    return status;
}

static at_status preview_item(round_trip *trip, const at_inbox_item *item, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_preview preview;
    at_error why = {.status = AT_OK};
    outcome came = {.word = "would-be-read"};
    at_preview_init(&preview, 0, &arena);
    const at_sink sink = at_preview_sink(&preview);
    at_status status = at_import_preview(&sink, at_importers, &item->request, &arena, &why);
    const at_receipt counts = {.loaded = preview.records, .rejected = preview.rejected};
    if (status == AT_OK) {
        came.receipt = &counts;
        status = preview.rejected ? AT_PARTIAL : AT_OK;
    } else {
        came.word = status == AT_BAD_INPUT || status == AT_LIMIT ? "rejected" : "left";
        came.code = why.code;
        came.message = why.message;
        at_place(&why, "%s", item->path);
        at_cli_complain(&why);
    }
    AT_TRY(add_row(trip, item, &came, err));
    return status;
}

static at_status one_item(round_trip *trip, size_t index, const at_inbox_item *item,
                          at_error *err) {
    const outcome stays = {.word = item->standing == AT_INBOX_WAITING ? "waiting" : "refused",
                           .code = item->code,
                           .message = item->message};
    if (item->standing == AT_INBOX_READY)
        return trip->store ? import_item(trip, index, item, err) : preview_item(trip, item, err);
    AT_TRY(add_row(trip, item, &stays, err));
    return item->standing == AT_INBOX_WAITING ? AT_OK : AT_BAD_INPUT;
}

static at_status open_inbox(round_trip *trip, at_error *err) {
    enum { SETTLE_S_MAX = 86400 * 366, LOCK_WAIT_S_MAX = 86400, MS = 1000 };
    at_cli *cli = trip->cli;
    int64_t settle_s = -1, wait_s = 0;
    AT_TRY(at_cli_number(&settle_s, cli, "settle", 0, SETTLE_S_MAX, -1, err));
    AT_TRY(at_cli_number(&wait_s, cli, "lock-wait", 0, LOCK_WAIT_S_MAX, AT_LOCK_WAIT_MS / MS, err));
    const at_inbox_options options = {.now_us = at_cli_now_us(),
                                      .settle_s = settle_s,
                                      .lock_wait_ms = (int)wait_s * MS,
                                      .look_only = at_cli_has(cli, "dry-run")};
    return at_inbox_open(&trip->inbox, cli->words[0], &options, err);
}

static at_status confine(at_cli *cli, at_error *err) {
    at_confined list = {.count = 0};
    const bool look_only = at_cli_has(cli, "dry-run");
    AT_TRY(at_confined_add(&list, cli->words[0], look_only ? AT_CONFINE_READ : AT_CONFINE_WRITE,
                           cli, err));
    if (!look_only)
        AT_TRY(at_confined_store(&list, cli, err));
    return at_cli_confine(&list, cli, err);
}

static at_status run(round_trip *trip, at_error *err) {
    at_status worst = AT_OK;
    size_t count = 0;
    const at_inbox_item *items = at_inbox_items(&count, trip->inbox);
    for (size_t i = 0; i < count && !ends_run(worst); i++)
        worst = at_exit_worse(worst, one_item(trip, i, &items[i], err));
    AT_TRY(at_print_listing(trip->cli, &trip->table, err));
    err->message[0] = '\0'; /* each was said beside its file */
    return worst;
}

at_status at_cmd_inbox(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_inbox_close) at_inbox *inbox = NULL;
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    round_trip trip = {.cli = cli};
    AT_TRY(confine(cli, err));
    AT_TRY(open_inbox(&trip, err));
    inbox = trip.inbox;
    if (!at_cli_has(cli, "dry-run"))
        AT_TRY(at_cli_open_store(&store, cli, AT_READ_WRITE, err));
    trip.store = store;
    at_table_init(&trip.table, "inbox_files", 1, columns, cli->arena);
    return run(&trip, err);
}
