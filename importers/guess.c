#include "importers/guess.h"

#include <inttypes.h>
#include <string.h>

#include "importers/guess_part.h"

/* --- A guess ---------------------------------------------------------------------------------- */

/* For the trial something stands where the file says nothing; else every row would be rejected. */
static at_status fill_in(at_text *out, const char *mapping, at_error *err) {
    static const char *const fillings[][2] = {{"\"@account\"", "\"account\""},
                                              {"\"XXX\"", "\"EUR\""}};
    while (*mapping != '\0') {
        size_t i = 0;
        while (i < AT_COUNT(fillings) && !at_text_starts(mapping, fillings[i][0]))
            i++;
        if (i == AT_COUNT(fillings)) {
            AT_TRY(at_text_add_char(out, *mapping++, err));
            continue;
        }
        AT_TRY(at_text_add(out, fillings[i][1], err));
        mapping += strlen(fillings[i][0]);
    }
    return AT_OK;
}

/* Read the file as an import would, and say what would come of it. */
static at_status try_mapping(at_guesser *g, const char *path, const char *name, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    enum { SURE = 98, SOME = 60, NOTHING = 0, TRIAL_ROWS_MAX = 1000000 };
    at_guess *out = g->out;
    at_trial *trial = &out->trial;
    char number[AT_AMOUNT_TEXT_BYTES];
    AT_CLEANUP(at_text_clear) at_text filled = {0};
    AT_TRY(fill_in(&filled, out->mapping, err));
    AT_TRY(at_json_parse(&json, filled.data, filled.bytes, "the guess", err));
    AT_TRY(at_input_open(&in, path, name, 0, err));
    at_error reason = {.status = AT_OK};
    const at_status status =
        at_trial_read(trial, in, at_json_root(json), TRIAL_ROWS_MAX, NULL, &reason);
    if (status == AT_BAD_INPUT || (status == AT_LIMIT && strcmp(reason.code, "E-MEMORY") != 0))
        return at_guess_say(g, "rows", "0", NOTHING, err, "no import could read the file: %s",
                            reason.message);
    if (status != AT_OK && err != NULL)
        *err = reason;
    AT_TRY(status);
    at_money_format(number, (int64_t)trial->records, 0);
    if (trial->rejected > 0)
        return at_guess_say(g, "rows", number, SOME, err,
                            "%" PRIu64 " of %" PRIu64 " rows would be rejected, the first: %s",
                            trial->rejected, trial->records + trial->rejected,
                            trial->first.message);
    return at_guess_say(g, "rows", number, trial->records > 0 ? SURE : SOME, err,
                        trial->cut ? "read through the mapping, no row is rejected; the file goes "
                                     "on, and `map check` reads all of it"
                                   : "read through the mapping, no row is rejected");
}

static at_status guess_text(at_guesser *g, at_error *err) {
    AT_TRY(at_guess_layout(g, err));
    AT_TRY(at_guess_columns(g, err));
    AT_TRY(at_guess_above(g, err));
    AT_TRY(at_guess_dates(g, err));
    AT_TRY(at_guess_numbers(g, err));
    AT_TRY(at_guess_money_columns(g, err));
    AT_TRY(at_guess_role_columns(g, err));
    g->where_column = AT_NO_COLUMN;
    if (g->is_statement) {
        AT_TRY(at_guess_outside(g, err));
        AT_TRY(at_guess_where(g, err));
    }
    return at_guess_write(g, err);
}

at_status at_guess_file(at_guess *out, const char *path, const char *name, at_arena *arena,
                        at_error *err) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_guesser *g = NULL;
    at_span head;
    *out = (at_guess){.sure = true};
    AT_TRY(AT_NEW(&g, arena, 1, err));
    g->arena = arena;
    g->out = out;
    AT_TRY(at_input_open(&in, path, name, 0, err));
    AT_TRY(at_input_peek(&head, in, AT_INPUT_WINDOW_MAX, err));
    if (head.bytes == 0)
        return at_fail(err, AT_BAD_INPUT, "E-GUESS-TABLE", "the file is empty");
    g->table.cut = head.bytes == AT_INPUT_WINDOW_MAX;
    AT_TRY(at_guess_encoding(g, head, !g->table.cut, err));
    AT_TRY(guess_text(g, err));
    AT_TRY(try_mapping(g, path, name, err));
    for (size_t i = 0; i < out->point_count; i++)
        out->sure = out->sure && out->points[i].sure >= AT_GUESS_SURE;
    return AT_OK;
}
