/* cmd_map.c: a mapping proposed, a mapping checked. */
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/preview.h"
#include "engine/cli/print.h"
#include "engine/jobs/map.h"

#include <inttypes.h>
#include <string.h>

enum { PREVIEW_RECORDS = 5 };

static const at_column point_columns[] = {
    {"field", AT_COLUMN_TEXT, "of the mapping"},
    {"value", AT_COLUMN_TEXT, "what is proposed"},
    {"sure", AT_COLUMN_COUNT, "in percent; below 80 is unsure"},
    {"why", AT_COLUMN_TEXT, "what in the file says so"},
    {0},
};

/* Did the user ask for a table of the points instead of the mapping? */
static bool wants_points(const at_cli *cli) {
    return at_cli_has(cli, "json") || at_cli_has(cli, "ndjson") || at_cli_has(cli, "csv") ||
           at_cli_has(cli, "tsv") || at_cli_has(cli, "table");
}

static at_status print_points(at_cli *cli, const at_guess *guess, at_error *err) {
    at_table table;
    at_table_init(&table, "map_guess", 1, point_columns, cli->arena);
    for (size_t i = 0; i < guess->point_count; i++) {
        const at_guess_point *point = &guess->points[i];
        at_row *row = NULL;
        AT_TRY(at_table_row(&row, &table, err));
        at_cell_text(&row->cells[0], point->field);
        at_cell_text(&row->cells[1], point->value);
        at_cell_integer(&row->cells[2], point->sure);
        at_cell_text(&row->cells[3], point->why);
    }
    return at_print_listing(cli, &table, err);
}

static at_status print_mapping(at_cli *cli, const at_guess *guess, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    for (size_t i = 0; i < guess->point_count; i++) {
        const at_guess_point *point = &guess->points[i];
        at_cli_note(point->sure < AT_GUESS_SURE ? "UNSURE" : "sure", "%d%% %s \"%s\": %s",
                    point->sure, point->field, point->value, point->why);
    }
    AT_TRY(at_text_add(&out.text, guess->mapping, err));
    return at_output_finish(&out, err);
}

static at_status confine(at_cli *cli, at_error *err) {
    at_confined list = {.count = 0};
    AT_TRY(at_confined_words(&list, cli, err));
    return at_cli_confine(&list, cli, err);
}

at_status at_cmd_map_guess(at_cli *cli, at_error *err) {
    at_guess guess;
    AT_TRY(confine(cli, err));
    const at_status status = at_map_guess(&guess, at_importers, cli->words[0], cli->arena, err);
    if (status != AT_OK)
        at_place(err, "%s", cli->words[0]);
    AT_TRY(status);
    AT_TRY(wants_points(cli) ? print_points(cli, &guess, err) : print_mapping(cli, &guess, err));
    if (guess.sure)
        return AT_OK;
    if (!wants_points(cli))
        at_cli_note("UNSURE", "nothing was imported; settle what is unsure, then `map check`");
    err->message[0] = '\0';
    return AT_PARTIAL;
}

/* What reading the file gave, on stderr beside the first records. */
static void say_trial(const at_trial *trial) {
    at_cli_note("ROWS",
                "%" PRIu64 " records would be loaded, %" PRIu64 " rejected; %" PRIu64 " warnings",
                trial->records, trial->rejected, trial->warnings);
    if (trial->rejected > 0)
        at_cli_note("REJECTED", "the first: %s%s%s", trial->first.place,
                    trial->first.place[0] != '\0' ? ": " : "", trial->first.message);
    if (trial->cut)
        at_cli_note("CUT", "the file goes on; rows read so far whose balance breaks: %" PRIu64,
                    trial->breaks);
    else if (trial->statements > 0)
        at_cli_note("BALANCE",
                    "%" PRIu64 " accounts; the balances of %" PRIu64
                    " follow from their rows; rows that break: %" PRIu64,
                    trial->statements, trial->balanced, trial->breaks);
}

at_status at_cmd_map_check(at_cli *cli, at_error *err) {
    const char *path = cli->word_count > 1 ? cli->words[1] : NULL;
    int64_t limit = 0, rows_max = 0;
    at_preview preview;
    at_map_report report;
    AT_TRY(at_cli_number(&limit, cli, "records", 0, 1000000, PREVIEW_RECORDS, err));
    AT_TRY(at_cli_number(&rows_max, cli, "rows", 1, INT64_MAX, 0, err));
    AT_TRY(confine(cli, err));
    at_preview_init(&preview, (uint64_t)limit, cli->arena);
    const at_sink sink = at_preview_sink(&preview);
    AT_TRY(at_map_check(&report, cli->words[0], path, (uint64_t)rows_max, &sink, cli->arena, err));
    for (size_t i = 0; i < report.kind_count; i++)
        at_cli_note("RECORD", "%zu of %zu gives a %s", i + 1, report.kind_count, report.kinds[i]);
    if (!report.tried)
        return AT_OK;
    AT_TRY(at_print_listing(cli, &preview.table, err));
    say_trial(&report.trial);
    if (report.trial.rejected == 0 && report.trial.breaks == 0)
        return AT_OK;
    err->message[0] = '\0';
    return AT_PARTIAL;
}
