/* cmd_import.c: files in, receipts out. */
#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/exit.h"
#include "engine/cli/preview.h"
#include "engine/cli/print.h"
#include "engine/cli/progress.h"
#include "engine/cli/receipt.h"
#include "engine/cli/receipt_all.h"
#include "engine/cli/signals.h"
#include "engine/jobs/import.h"
#include "engine/store/index.h"
#include "engine/store/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STDIN_NAME "stdin"

enum { PREVIEW_RECORDS = 20, COPY_BYTES = 1 << 16 };

/* The words of the command as requests; standard input lies in a file of its own meanwhile. */
typedef struct import_list {
    at_import_request *items;
    size_t count, capacity;
    at_spool *spool; /* of standard input; NULL: not asked for */
} import_list;

static void remove_spool(import_list *list) {
    at_spool_close(&list->spool);
}

/* "KEY=VALUE" in two; AT_USAGE without a key. */
static at_status split_pair(const char **key, const char **value, const char *text,
                            const char *option, at_cli *cli, at_error *err) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"--%s %s\" is not KEY=VALUE", option, text);
    *value = equals + 1;
    return at_arena_copy(key, cli->arena, text, (size_t)(equals - text), err);
}

static at_status read_scale(at_token *out, const char *text, at_cli *cli, at_error *err) {
    const char *code = NULL, *value = NULL;
    int64_t scale = 0;
    at_currency currency;
    AT_TRY(split_pair(&code, &value, text, "scale", cli, err));
    if (!at_int_parse(&scale, value) || scale < 0 || scale > AT_SCALE_MAX ||
        strlen(code) >= AT_CURRENCY_BYTES)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"--scale %s\" is not TOKEN=DECIMALS with 0 to %d decimals", text,
                       AT_SCALE_MAX);
    *out = (at_token){.scale = (int)scale};
    memcpy(out->currency.code, code, strlen(code) + 1);
    if (at_currency_parse(&currency, code, out, 1, err) != AT_OK)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"%s\" cannot be the name of a token", code);
    if (at_currency_scale(code, NULL, 0) >= 0)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"%s\" is a currency of ISO 4217 and keeps its decimals", code);
    return AT_OK;
}

static at_status read_defaults(at_import_request *out, at_cli *cli, at_error *err) {
    const char *const *texts = NULL, **names = NULL, **values = NULL;
    at_token *tokens = NULL;
    *out = (at_import_request){.importer = at_cli_value(cli, "as"),
                               .name_space = at_cli_value(cli, "source"),
                               .map_path = at_cli_value(cli, "map")};
    AT_TRY(at_cli_values(&texts, &out->option_count, cli, "option", err));
    AT_TRY(AT_NEW(&names, cli->arena, out->option_count, err));
    AT_TRY(AT_NEW(&values, cli->arena, out->option_count, err));
    for (size_t i = 0; i < out->option_count; i++)
        AT_TRY(split_pair(&names[i], &values[i], texts[i], "option", cli, err));
    out->option_names = names;
    out->option_values = values;
    AT_TRY(at_cli_values(&texts, &out->token_count, cli, "scale", err));
    AT_TRY(AT_NEW(&tokens, cli->arena, out->token_count, err));
    for (size_t i = 0; i < out->token_count; i++)
        AT_TRY(read_scale(&tokens[i], texts[i], cli, err));
    out->tokens = tokens;
    return AT_OK;
}

/* Where the copy may lie: in the store, which must be there before all is read. A preview does
 * without one. */
static at_status find_spool_store(const char **out, at_cli *cli, at_error *err) {
    const bool dry = at_cli_has(cli, "dry-run");
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_error none = {0};
    const char *path = NULL;
    const at_status found = at_cli_store_path(&path, cli, dry ? &none : err);
    const at_status opened =
        found == AT_OK ? at_cli_open_store(&store, cli, AT_READ_ONLY, dry ? &none : err) : found;
    if (opened == AT_OK && (!dry || at_store_writable(store)))
        *out = path;
    return dry ? AT_OK : opened;
}

/* Standard input can be read once, and choosing the importer reads too: so it is copied first. */
static at_status spool_input(import_list *list, at_cli *cli, at_error *err) {
    char buffer[COPY_BYTES];
    const char *store = NULL;
    AT_CLEANUP(at_progress_end) at_progress bar = {.what = STDIN_NAME};
    if (list->spool)
        return at_fail(err, AT_USAGE, "E-CLI-WORDS", "standard input can be imported once");
    AT_TRY(find_spool_store(&store, cli, err));
    AT_TRY(at_spool_open(&list->spool, store, cli->arena, err));
    at_status status = AT_OK;
    uint64_t all = 0;
    at_progress_begin(&bar);
    at_signals_break_calls(true); /* a silent pipe must not hold up who asks to stop */
    for (size_t got = 1; status == AT_OK && got > 0; all += got) {
        at_progress_step(&bar, all);
        got = 0;
        status = at_file_next(&got, STDIN_FILENO, buffer, sizeof buffer, "standard input", err);
        if (status == AT_OK)
            status = at_spool_add(list->spool, buffer, got, err);
    }
    at_signals_break_calls(false);
    return status;
}

static at_status add_request(import_list *list, const at_import_request *request, at_cli *cli,
                             at_error *err) {
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, cli->arena, err));
    list->items[list->count++] = *request;
    return AT_OK;
}

static at_status spool_words(import_list *list, at_cli *cli, at_error *err) {
    for (size_t i = 0; i < cli->word_count; i++)
        if (strcmp(cli->words[i], "-") == 0)
            AT_TRY(spool_input(list, cli, err));
    return AT_OK;
}

static at_status confine(const import_list *list, at_cli *cli, at_error *err) {
    at_confined paths = {.count = 0};
    AT_TRY(at_rejects_folder(&paths, "rejects", cli, err));
    AT_TRY(at_confined_words(&paths, cli, err));
    AT_TRY(at_confined_add(&paths, at_cli_value(cli, "map"), AT_CONFINE_READ, cli, err));
    if (list->spool) {
        const char *folder = NULL, *path = at_spool_path(list->spool);
        AT_TRY(at_arena_copy(&folder, cli->arena, path, (size_t)(at_path_name(path) - path), err));
        AT_TRY(at_confined_add(&paths, path, AT_CONFINE_WRITE, cli, err));
        AT_TRY(at_confined_add(&paths, folder, AT_CONFINE_REMOVE, cli, err));
    }
    if (!at_cli_has(cli, "dry-run"))
        AT_TRY(at_confined_store(&paths, cli, err));
    return at_cli_confine(&paths, cli, err);
}

static at_status gather(import_list *list, at_cli *cli, at_error *err) {
    at_import_request defaults;
    AT_TRY(read_defaults(&defaults, cli, err));
    for (size_t i = 0; i < cli->word_count; i++) {
        at_import_request request = defaults;
        request.path = cli->words[i];
        const at_import_request *folder = NULL;
        size_t count = 0;
        AT_CLEANUP(at_text_clear) at_text slash = {0};
        AT_TRY(at_text_print(&slash, err, "%s/.", cli->words[i])); /* follows a link to a folder */
        if (strcmp(cli->words[i], "-") == 0) {
            request.path = at_spool_path(list->spool);
            request.name = STDIN_NAME;
            AT_TRY(add_request(list, &request, cli, err));
        } else if (at_file_kind_of(at_text_string(&slash)) == AT_FILE_FOLDER) {
            AT_TRY(at_import_folder(&folder, &count, cli->words[i], &defaults, cli->arena, err));
            if (count == 0)
                return at_fail(err, AT_BAD_INPUT, "E-FILE-MISSING",
                               "the folder \"%s\" holds no file", cli->words[i]);
            for (size_t k = 0; k < count; k++)
                AT_TRY(add_request(list, &folder[k], cli, err));
        } else {
            AT_TRY(add_request(list, &request, cli, err));
        }
    }
    return AT_OK;
}

/* After these nothing more can be expected of the next file. */
static bool ends_all(at_status status) {
    return status == AT_IO || status == AT_NO_MEMORY || status == AT_LOCKED ||
           status == AT_INTERRUPTED || status == AT_BUG || status == AT_USAGE ||
           status == AT_TAMPERED;
}

static at_status preview_one(at_cli *cli, const at_import_request *request, at_error *err) {
    int64_t limit = 0;
    at_preview preview;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_TRY(at_cli_number(&limit, cli, "records", 0, 1000000, PREVIEW_RECORDS, err));
    at_preview_init(&preview, (uint64_t)limit, &arena);
    const at_sink sink = at_preview_sink(&preview);
    AT_TRY(at_import_preview(&sink, at_importers, request, &arena, err));
    AT_TRY(at_print_listing(cli, &preview.table, err));
    at_cli_note("DRY_RUN", "%s: %llu records would be loaded, %llu rejected; %llu warnings",
                at_import_name(request), (unsigned long long)preview.records,
                (unsigned long long)preview.rejected, (unsigned long long)preview.warnings);
    return preview.rejected ? AT_PARTIAL : AT_OK;
}

/* Import one file and print what became of it. */
static at_status import_one(at_receipt_all *all, at_output *out, at_json_writer *json,
                            at_store *store, const at_import_request *request, at_cli *cli,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_rejects written = {.count = 0};
    const at_receipt_print how = {.accounts = at_cli_has(cli, "verbose"),
                                  .store = store,
                                  .arena = &arena,
                                  .written = &written,
                                  .people = out->terminal ? out : NULL};
    at_receipt receipt = {.state = AT_SOURCE_FAILED, .name = at_import_name(request)};
    at_status status = at_import_file(&receipt, store, at_importers, request, &arena, err);
    if (status == AT_OK && at_cli_has(cli, "rejects"))
        status = at_rejects_write(&written, store, receipt.source, at_cli_value(cli, "rejects"),
                                  &arena, err);
    at_progress_erase();
    if (status != AT_OK) {
        at_place(err, "%s", at_import_name(request));
        at_cli_complain(err);
    } else if (receipt.state == AT_SOURCE_PARTIAL && !receipt.already) {
        status = AT_PARTIAL;
    }
    AT_TRY(at_receipt_all_add(all, &receipt, err));
    if (json)
        AT_TRY(at_receipt_print_json(
            json, &receipt, status == AT_OK || status == AT_PARTIAL ? NULL : err, &how, err));
    else if (receipt.importer)
        AT_TRY(at_receipt_print_text(&out->text, &receipt, &how, err));
    err->message[0] = '\0';
    return status;
}

/* All is published: whatever becomes of the index is said, and changes nothing. */
static void make_index(at_store *store, int64_t since) {
    bool due = false, made = false;
    at_error err = {.status = AT_OK};
    const at_status status = at_index_make_after(&due, &made, store, since, &err);
    at_progress_erase();
    if (status == AT_INTERRUPTED)
        at_interrupt(0);
    if (due && !made)
        at_cli_note("INDEX_LATER",
                    "what was imported is published; the index was not made (%s), and "
                    "the first question over all of it will",
                    status == AT_INTERRUPTED ? "interrupted"
                    : err.message[0]         ? err.message
                                             : "somebody else makes one");
}

static at_status import_all(at_output *out, at_cli *cli, const import_list *list, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    int64_t since = 0;
    at_json_writer json = {.out = &out->text};
    const bool as_json = out->format == AT_FORMAT_JSON;
    at_receipt_all all = {.arena = cli->arena};
    at_status worst = AT_OK;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_WRITE, err));
    AT_TRY(at_store_revision(&since, store, err));
    if (as_json) {
        at_json_object(&json);
        at_json_put_key(&json, "receipts");
        at_json_array(&json);
    }
    size_t i = 0;
    for (; i < list->count && !ends_all(worst); i++) {
        worst = at_exit_worse(
            worst, import_one(&all, out, as_json ? &json : NULL, store, &list->items[i], cli, err));
        if (!as_json)
            AT_TRY(at_output_finish(out, err));
    }
    if (worst == AT_INTERRUPTED)
        at_cli_note("KEPT",
                    "the %zu files before \"%s\" are done and stay; nothing of it or of the %zu "
                    "after it was published",
                    i - 1, at_import_name(&list->items[i - 1]), list->count - i);
    if (as_json) {
        at_json_array_end(&json);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/receipts/1");
        at_receipt_all_json(&json, &all);
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out->text, '\n', err));
        AT_TRY(at_output_finish(out, err));
    } else {
        AT_TRY(at_receipt_all_print(out, &all, err));
        AT_TRY(at_output_finish(out, err));
    }
    if (!ends_all(worst))
        make_index(store, since);
    return worst;
}

at_status at_cmd_import(at_cli *cli, at_error *err) {
    AT_CLEANUP(remove_spool) import_list list = {0};
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(spool_words(&list, cli, err));
    AT_TRY(confine(&list, cli, err));
    AT_TRY(gather(&list, cli, err));
    if (!at_cli_has(cli, "dry-run"))
        return import_all(&out, cli, &list, err);
    at_status worst = AT_OK;
    for (size_t i = 0; i < list.count && !ends_all(worst); i++) {
        at_status status = preview_one(cli, &list.items[i], err);
        if (status != AT_OK && status != AT_PARTIAL) {
            at_place(err, "%s", at_import_name(&list.items[i]));
            at_cli_complain(err);
            err->message[0] = '\0';
        }
        worst = at_exit_worse(worst, status);
    }
    return worst;
}
