/* cmd_ask.c: one question from the command line. */
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/jobs/ask.h"

#include <string.h>

/* "key=value" words into pairs; the value may hold further '='. With --explain NODE the question is
 * that for the steps of the trace to this account. */
static at_status read_pairs(at_ask_request *request, at_cli *cli, at_error *err) {
    at_pair *pairs = NULL;
    AT_TRY(AT_NEW(&pairs, cli->arena, cli->word_count + 1, err));
    for (size_t i = 1; i < cli->word_count; i++) {
        const char *equals = strchr(cli->words[i], '=');
        if (!equals || equals == cli->words[i]) {
            at_fail(err, AT_USAGE, "E-CLI-WORDS", "\"%s\" is not KEY=VALUE", cli->words[i]);
            at_hint(err, "`assettrace help %s` lists the arguments.", request->query->name);
            return AT_USAGE;
        }
        AT_TRY(at_arena_copy(&pairs[i - 1].name, cli->arena, cli->words[i],
                             (size_t)(equals - cli->words[i]), err));
        pairs[i - 1].value = equals + 1;
    }
    request->pairs = pairs;
    request->pair_count = cli->word_count - 1;
    const char *explained = at_cli_value(cli, "explain");
    if (explained == NULL)
        return AT_OK;
    if (strcmp(request->query->name, "trace") != 0)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"--explain\" goes with trace, not with %s",
                       request->query->name);
    request->query = at_query_find(at_queries, "trace_explain");
    pairs[request->pair_count++] = (at_pair){.name = "to", .value = explained};
    return AT_OK;
}

at_status at_cmd_ask(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_ask_request request = {.query = at_query_find(at_queries, cli->words[0])};
    int64_t limit = 0;
    at_table table;
    if (!request.query)
        return at_query_unknown(at_queries, cli->words[0], err);
    AT_TRY(read_pairs(&request, cli, err));
    AT_TRY(at_cli_number(&limit, cli, "limit", 1, INT32_MAX, 0, err));
    request.max_rows = (size_t)limit;
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    AT_TRY(at_ask(&table, reader, &request, cli->arena, err));
    AT_TRY(at_cli_log(store, "ask", request.query->name, NULL, at_reader_revision(reader), err));
    const at_print print = {.table = &table,
                            .facts = at_reader_facts(reader),
                            .revision = at_reader_revision(reader),
                            .whole_addresses = at_cli_has(cli, "verbose")};
    return at_print_table(&out, &print, err);
}
