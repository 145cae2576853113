/* cmd_look.c: find a thing, show what is stated of it, or the bytes of a record. */
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/jobs/look.h"
#include "engine/store/proof.h"

static at_status print_answer(at_cli *cli, const at_table *table, at_reader *reader,
                              at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    const at_print print = {
        .table = table, .facts = at_reader_facts(reader), .revision = at_reader_revision(reader)};
    AT_TRY(at_output_open(&out, cli, err));
    return at_print_table(&out, &print, err);
}

at_status at_cmd_find(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    int64_t limit = 0;
    at_table table;
    for (size_t i = 0; i < cli->word_count; i++)
        AT_TRY(at_text_print(&text, err, "%s%s", i ? " " : "", cli->words[i]));
    AT_TRY(at_cli_number(&limit, cli, "limit", 1, INT32_MAX, 0, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    AT_TRY(at_find(&table, reader, at_text_string(&text), (size_t)limit, cli->arena, err));
    AT_TRY(at_cli_log(store, "find", NULL, NULL, at_reader_revision(reader), err));
    AT_TRY(print_answer(cli, &table, reader, err));
    return table.row_count ? AT_OK : AT_NO;
}

/* Piped and without a format: exactly the record's bytes. What they are is said beside them. */
static at_status print_bytes(at_output *out, const at_shown_record *shown, const char *address,
                             at_error *err) {
    AT_TRY(at_text_add_bytes(&out->text, at_text_string(&shown->bytes), shown->bytes.bytes, err));
    AT_TRY(at_output_finish(out, err));
    if (shown->source_name)
        at_cli_note("RECORD", "%s, line %llu (%s), %s", shown->source_name,
                    (unsigned long long)shown->line, shown->name_space,
                    shown->encoding ? shown->encoding : "not text");
    else
        at_cli_note("RECORD", "no record stands at %s", address);
    return AT_OK;
}

static bool wants_format(const at_cli *cli) {
    static const char *const options[] = {"json", "ndjson", "csv", "tsv", "table"};
    for (size_t i = 0; i < AT_COUNT(options); i++)
        if (at_cli_has(cli, options[i]))
            return true;
    return false;
}

static at_status show_record(at_cli *cli, at_store *store, at_reader *reader,
                             const at_address *address, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_CLEANUP(at_shown_record_clear) at_shown_record shown = {0};
    at_table table;
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_show_record(&table, &shown, reader, address, cli->arena, err));
    AT_TRY(at_cli_log(store, "show", cli->words[0], NULL, at_reader_revision(reader), err));
    if (!wants_format(cli) && (!out.terminal || out.path))
        return print_bytes(&out, &shown, cli->words[0], err);
    return print_answer(cli, &table, reader, err);
}

/* The proof is one JSON document, whatever reads it. */
static at_status show_proof(at_cli *cli, at_store *store, at_reader *reader,
                            const at_address *address, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_record_proof proof;
    AT_TRY(at_output_open(&out, cli, err));
    if (wants_format(cli) && !at_cli_has(cli, "json"))
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "a proof is no table: leave the format out");
    AT_TRY(at_proof_make(&proof, reader, address, cli->arena, err));
    AT_TRY(at_cli_log(store, "show", cli->words[0], "proof", at_reader_revision(reader), err));
    AT_TRY(at_proof_format(&out.text, &proof, err));
    return at_output_finish(&out, err);
}

at_status at_cmd_show(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_address address = {0};
    at_table table;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    if (at_address_parse(&address, cli->words[0], NULL) == AT_OK)
        return at_cli_has(cli, "proof") ? show_proof(cli, store, reader, &address, err)
                                        : show_record(cli, store, reader, &address, err);
    if (at_cli_has(cli, "proof")) {
        at_fail(err, AT_USAGE, "E-CLI-WORDS", "--proof wants the address of a record, not \"%s\"",
                cli->words[0]);
        at_hint(err, "Answers cite records by their addresses; `show ID` lists them too.");
        return AT_USAGE;
    }
    AT_TRY(at_show_thing(&table, reader, cli->words[0], cli->arena, err));
    AT_TRY(at_cli_log(store, "show", NULL, NULL, at_reader_revision(reader), err));
    return print_answer(cli, &table, reader, err);
}
