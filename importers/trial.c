/* importers/trial.c: a file read through a mapping, to see what would come of it. */
#include <inttypes.h>
#include <string.h>

#include "importers/guess.h"
#include "importers/mapping.h"

extern const at_importer importer_table_csv;

typedef struct counter {
    at_trial trial;
    uint64_t rows_max, breaks; /* breaks: as the rows warn of them */
    const at_sink *next;       /* may be NULL */
} counter;

/* Past the last row that is wanted: at_trial_read takes this for the end of the file. */
static at_status stop(counter *c, at_error *err) {
    const at_trial *trial = &c->trial;
    if (c->rows_max == 0 || trial->records + trial->rejected < c->rows_max)
        return AT_OK;
    c->trial.cut = true;
    return at_fail(err, AT_LIMIT, "E-MAP-ROWS", "%" PRIu64 " rows were read", c->rows_max);
}

static at_status trial_put(void *self, const at_origin *origin, const at_fact *facts,
                           size_t fact_count, at_error *err) {
    counter *c = self;
    at_trial *trial = &c->trial;
    if (fact_count == 1 && facts[0].kind == AT_STATEMENT) {
        const at_statement *statement = &facts[0].statement;
        trial->statements++;
        trial->balanced += statement->breaks == 0 && statement->closing != AT_AMOUNT_NONE;
        trial->breaks += statement->breaks;
        return AT_OK; /* no record of its own */
    }
    AT_TRY(stop(c, err));
    trial->records++;
    return c->next != NULL ? c->next->put(c->next->self, origin, facts, fact_count, err) : AT_OK;
}

static at_status trial_reject(void *self, const at_origin *origin, const at_error *reason,
                              at_error *err) {
    counter *c = self;
    AT_TRY(stop(c, err));
    if (c->trial.rejected++ == 0)
        c->trial.first = *reason;
    return c->next != NULL ? c->next->reject(c->next->self, origin, reason, err) : AT_OK;
}

static at_status trial_warn(void *self, const at_origin *origin, const at_error *what,
                            at_error *err) {
    counter *c = self;
    c->trial.warnings++;
    c->breaks += strcmp(what->code, "E-BALANCE-BREAK") == 0;
    return c->next != NULL ? c->next->warn(c->next->self, origin, what, err) : AT_OK;
}

at_status at_trial_read(at_trial *out, at_input *in, const at_json_value *mapping,
                        uint64_t rows_max, const at_sink *sink, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_error reason = {.status = AT_OK};
    counter c = {.next = sink, .rows_max = rows_max};
    const at_import_options options = {.mapping = mapping};
    const at_sink counting = {
        .self = &c, .put = trial_put, .reject = trial_reject, .warn = trial_warn};
    const at_status status = importer_table_csv.read(in, &options, &counting, &scratch, &reason);
    if (status != AT_OK && !c.trial.cut) {
        if (err != NULL)
            *err = reason;
        return status;
    }
    if (c.trial.cut)
        c.trial.breaks = c.breaks;
    *out = c.trial;
    return AT_OK;
}

at_status at_trial_check(const char **kinds, size_t *count_out, const at_json_value *mapping,
                         at_arena *arena, at_error *err) {
    const at_import_options options = {.mapping = mapping};
    at_mapping *read = NULL;
    AT_TRY(AT_NEW(&read, arena, 1, err));
    AT_TRY(at_mapping_read(read, mapping, &options, arena, err));
    for (size_t i = 0; i < read->record_count; i++)
        kinds[i] = at_kind_text(read->records[i].kind->kind);
    *count_out = read->record_count;
    return AT_OK;
}
