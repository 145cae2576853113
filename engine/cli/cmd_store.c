/* cmd_store.c: a new store, and what a store holds. */
#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/print.h"
#include "engine/store/custody.h"
#include "engine/store/index.h"
#include "engine/store/sources.h"

#include <string.h>

static at_status named_store(const char **out, at_cli *cli, at_error *err) {
    const char *path = cli->word_count ? cli->words[0] : at_cli_value(cli, "store");
    if (cli->word_count && at_cli_has(cli, "store"))
        return at_fail(err, AT_USAGE, "E-CLI-WORDS", "`init` is told two stores: \"%s\" and \"%s\"",
                       path, at_cli_value(cli, "store"));
    if (!path)
        return at_fail(err, AT_USAGE, "E-CLI-WORDS", "`init` wants the store's name");
    const char *name = at_path_name(path);
    const size_t length = strlen(name);
    if (length <= 3 || strcmp(name + length - 3, ".at") != 0) {
        at_fail(err, AT_USAGE, "E-CLI-WORDS", "a store's name ends in .at, and \"%s\" does not",
                path);
        at_hint(err, "Say \"%s.at\".", path);
        return AT_USAGE;
    }
    *out = path;
    return AT_OK;
}

at_status at_cmd_init(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    const char *path = NULL;
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(named_store(&path, cli, err));
    const at_store_options options = {
        .mode = AT_READ_WRITE, .now_us = at_cli_now_us, .actor = at_cli_actor(cli)};
    AT_TRY(at_store_create(path, &options, err));
    AT_TRY(at_text_print(&out.text, err, "%s is ready\n", path));
    return at_output_finish(&out, err);
}

static const at_column status_columns[] = {
    {"field", AT_COLUMN_TEXT, "what"},
    {"value", AT_COLUMN_TEXT, "how much, or which"},
    {0},
};

static at_status add_line(at_table *table, const char *field, const char *value, at_error *err) {
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[0], field);
    at_cell_text(&row->cells[1], value);
    return AT_OK;
}

static at_status add_count(at_table *table, const char *field, uint64_t count, at_error *err) {
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, table->arena, err, "%llu", (unsigned long long)count));
    return add_line(table, field, text, err);
}

static at_status add_sources(at_table *table, at_store *store, int64_t revision, at_error *err) {
    const at_source *sources = NULL;
    size_t count = 0;
    uint64_t standing = 0, partial = 0, withdrawn = 0, records = 0, rejected = 0, bytes = 0;
    AT_TRY(at_sources_list(&sources, &count, store, revision, table->arena, err));
    for (size_t i = 0; i < count; i++) {
        bytes += sources[i].bytes;
        if (sources[i].withdrawn && sources[i].withdrawn <= revision) {
            withdrawn++;
            continue;
        }
        standing++;
        partial += sources[i].state == AT_SOURCE_PARTIAL;
        records += sources[i].loaded;
        rejected += sources[i].rejected;
    }
    AT_TRY(add_count(table, "sources", standing, err));
    AT_TRY(add_count(table, "sources partial", partial, err));
    AT_TRY(add_count(table, "sources withdrawn", withdrawn, err));
    AT_TRY(add_count(table, "records loaded", records, err));
    AT_TRY(add_count(table, "records rejected", rejected, err));
    return add_count(table, "bytes received", bytes, err);
}

static at_status add_facts(at_table *table, at_reader *reader, at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ACCOUNT, AT_ASSET, AT_EVENT};
    static const char *const names[] = {"parties", "accounts", "assets", "events"};
    const at_facts *facts = at_reader_facts(reader);
    for (size_t i = 0; i < AT_COUNT(kinds); i++) {
        const at_thing *things = NULL;
        size_t count = 0;
        AT_TRY(facts->things(facts->self, &things, &count, kinds[i], err));
        AT_TRY(add_count(table, names[i], count, err));
    }
    const at_pair_view *pairs = NULL;
    const at_record_id *ambiguous = NULL;
    size_t count = 0;
    AT_TRY(at_reader_pairs(&pairs, &count, reader, err));
    AT_TRY(add_count(table, "payments shown by two statements", count, err));
    AT_TRY(at_reader_ambiguous(&ambiguous, &count, reader, err));
    return add_count(table, "legs with several possible partners", count, err);
}

at_status at_cmd_status(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_table table;
    char head[65];
    int64_t entries = 0;
    at_index_state state = AT_INDEX_NONE;
    uint64_t bytes = 0;
    AT_TRY(at_cli_open_store(&store, cli, AT_READ_ONLY, err));
    AT_TRY(at_cli_open_reader(&reader, cli, store, err));
    at_table_init(&table, "status", 1, status_columns, cli->arena);
    AT_TRY(add_line(&table, "store", at_store_path(store), err));
    AT_TRY(add_count(&table, "revision", (uint64_t)at_reader_revision(reader), err));
    AT_TRY(add_sources(&table, store, at_reader_revision(reader), err));
    AT_TRY(add_facts(&table, reader, err));
    AT_TRY(at_index_look(&state, &bytes, store, false, err));
    AT_TRY(add_line(&table, "index", at_index_state_text(state), err));
    AT_TRY(add_count(&table, "index bytes", bytes, err));
    AT_TRY(at_custody_head(head, &entries, store, err));
    AT_TRY(add_count(&table, "custody entries", (uint64_t)entries, err));
    AT_TRY(add_line(&table, "custody head", head, err));
    return at_print_listing(cli, &table, err);
}
