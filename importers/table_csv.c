/* importers/table_csv.c: any delimited file through a mapping; the format of mappings is in
 * mapping.h, with two whole examples, and published as engine/model/schema/mapping.json. */
#include <inttypes.h>
#include <string.h>

#include "importers/mapping.h"
#include "importers/statement.h"

enum { DUST_CURRENCIES_MAX = 16 };

/* What dust: "floor" dropped in one currency. */
typedef struct dust_total {
    char currency[AT_CURRENCY_BYTES];
    at_wide dust; /* 10^-18 units */
    uint64_t rows;
} dust_total;

/* What one record made of the row at hand; index = the fact's place in the row. */
typedef struct made_fact {
    at_map_record *record;
    at_wide dust;
} made_fact;

typedef struct table {
    const at_import_options *options;
    const char *name; /* of the input, for messages */
    at_mapping mapping;
    at_statements statements;
    made_fact made[AT_MAP_RECORDS_MAX];
    dust_total dust[DUST_CURRENCIES_MAX];
    size_t dust_count;
} table;

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    table *t = self;
    return at_mapping_bind(&t->mapping, header, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    table *t = self;
    at_map_row map = {.row = row, .mapping = &t->mapping};
    bool wanted = false;
    AT_TRY(at_map_holds(&wanted, &t->mapping.where, row, err));
    for (size_t i = 0; wanted && i < t->mapping.record_count; i++) {
        at_map_record *record = &t->mapping.records[i];
        bool applies = false;
        if (record->once && record->given)
            continue;
        AT_TRY(at_map_holds(&applies, &record->when, row, err));
        if (!applies)
            continue;
        const size_t place = row->fact_count;
        AT_TRY(at_map_read(record, &map, err));
        t->made[place] = (made_fact){.record = record, .dust = map.dust};
    }
    return AT_OK;
}

/* --- After a row ------------------------------------------------------------------------------ */

static const char *currency_of(const at_fact *fact) {
    switch (fact->kind) {
    case AT_ACCOUNT:
        return fact->account.currency;
    case AT_ASSET:
        return fact->asset.currency;
    case AT_TRANSFER:
        return fact->transfer.currency;
    default:
        return fact->leg.currency; /* the last kind that has amounts */
    }
}

/* Past DUST_CURRENCIES_MAX currencies the last total is of several, and named so. */
static void add_dust(table *t, const char *currency, at_wide dust) {
    size_t i = 0;
    while (i < t->dust_count && strcmp(t->dust[i].currency, currency) != 0)
        i++;
    if (i == DUST_CURRENCIES_MAX)
        i--;
    else if (i == t->dust_count)
        memcpy(t->dust[t->dust_count++].currency, currency, strlen(currency) + 1);
    t->dust[i].dust += dust;
    t->dust[i].rows++;
}

static void print_amount(char out[AT_AMOUNT_TEXT_BYTES], at_wide amount, int scale) {
    const at_wide most = INT64_MAX;
    const at_wide fits = amount > most ? most : amount < -most ? -most : amount;
    at_money_format(out, (int64_t)fits, scale);
}

static at_status warn_break(const at_break *seen, const char *what, const char *account,
                            const char *currency, const table *t, const at_origin *origin,
                            const at_sink *sink, at_error *err) {
    char expected[AT_AMOUNT_TEXT_BYTES], stated[AT_AMOUNT_TEXT_BYTES];
    const at_import_options *options = t->options;
    const int scale = at_currency_scale(currency, options->tokens, options->token_count);
    print_amount(expected, seen->expected, scale);
    print_amount(stated, seen->stated, scale);
    at_error warning = {.status = AT_OK};
    (void)!at_fail(&warning, AT_PARTIAL, "E-BALANCE-BREAK",
                   "the %s of \"%s\" is %s %s where %s follows from the rows", what, account,
                   stated, currency, expected);
    at_hint(&warning, "a row may be missing, changed, or in the wrong order");
    at_place(&warning, "line %" PRIu64 " of \"%s\"", origin->line, t->name);
    return sink->warn(sink->self, origin, &warning, err);
}

static at_status follow_leg(table *t, const at_leg *leg, const at_map_record *record,
                            const at_row *row, const at_sink *sink, at_error *err) {
    const at_statement_terms terms = {.newest_first = record->newest_first,
                                      .opening = record->opening,
                                      .closing = record->closing};
    at_break seen;
    AT_TRY(at_statements_add(&seen, &t->statements, leg, &row->origin, &terms, err));
    if (!seen.found)
        return AT_OK;
    return warn_break(&seen, "balance", leg->account.id, leg->currency, t, &row->origin, sink, err);
}

static at_status row_loaded(void *self, const at_row *row, const at_sink *sink, at_error *err) {
    table *t = self;
    for (size_t i = 0; i < row->fact_count; i++) {
        const at_fact *fact = &row->facts[i];
        const made_fact *made = &t->made[i];
        made->record->given = true;
        if (made->dust != 0)
            add_dust(t, currency_of(fact), made->dust);
        if (fact->kind == AT_LEG)
            AT_TRY(follow_leg(t, &fact->leg, made->record, row, sink, err));
    }
    return AT_OK;
}

/* --- To go on later --------------------------------------------------------------------------- */

static at_status save(void *self, at_text *out, at_error *err) {
    const table *t = self;
    for (size_t i = 0; i < t->mapping.record_count; i++)
        AT_TRY(at_state_put(out, t->mapping.records[i].given, err));
    AT_TRY(at_state_put(out, t->dust_count, err));
    for (size_t i = 0; i < t->dust_count; i++) {
        AT_TRY(at_state_put_text(out, t->dust[i].currency, err));
        AT_TRY(at_state_put_wide(out, t->dust[i].dust, err));
        AT_TRY(at_state_put(out, t->dust[i].rows, err));
    }
    return at_statements_save(out, &t->statements, err);
}

static at_status load(void *self, at_state_reader *state, at_error *err) {
    table *t = self;
    for (size_t i = 0; i < t->mapping.record_count; i++)
        t->mapping.records[i].given = at_state_next(state) != 0;
    const uint64_t count = at_state_next(state);
    state->failed = state->failed || count > DUST_CURRENCIES_MAX;
    for (; !state->failed && t->dust_count < count; t->dust_count++) {
        dust_total *total = &t->dust[t->dust_count];
        const char *currency = at_state_next_text(state);
        if (currency == NULL || strlen(currency) >= sizeof total->currency) {
            state->failed = true;
            break;
        }
        memcpy(total->currency, currency, strlen(currency) + 1);
        total->dust = at_state_next_wide(state);
        total->rows = at_state_next(state);
    }
    return at_statements_load(&t->statements, state, err);
}

/* --- After the last row ----------------------------------------------------------------------- */

static at_status warn_dust(const table *t, const dust_total *total, const at_sink *sink,
                           at_error *err) {
    const at_wide unit = INT64_C(1000000000000000000);
    at_error warning = {.status = AT_OK};
    (void)!at_fail(&warning, AT_PARTIAL, "E-AMOUNT-DUST",
                   "digits below the minor unit were dropped, %" PRIu64 ".%018" PRIu64
                   " %s in all; records: %" PRIu64,
                   (uint64_t)(total->dust / unit), (uint64_t)(total->dust % unit), total->currency,
                   total->rows);
    at_place(&warning, "\"%s\"", t->name);
    return sink->warn(sink->self, NULL, &warning, err);
}

static at_status close_statement(table *t, at_running *running, const at_sink *sink,
                                 at_error *err) {
    at_break seen;
    at_fact fact = at_fact_new(AT_STATEMENT);
    at_statement_close(&fact.statement, &seen, running);
    if (seen.found)
        AT_TRY(warn_break(&seen, running->newest_first ? "opening" : "closing", running->account,
                          running->currency, t, &running->last, sink, err));
    return sink->put(sink->self, &running->last, &fact, 1, err);
}

static at_status end_table(void *self, const at_sink *sink, at_error *err) {
    table *t = self;
    for (size_t i = 0; i < t->statements.count; i++)
        AT_TRY(close_statement(t, &t->statements.items[i], sink, err));
    for (size_t i = 0; i < t->dust_count; i++)
        AT_TRY(warn_dust(t, &t->dust[i], sink, err));
    return AT_OK;
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena memory = {0};
    table *t = NULL;
    if (options->mapping == NULL)
        return at_fail(err, AT_USAGE, "E-IMPORT-MAPPING", "table_csv needs a mapping: --map FILE");
    AT_TRY(AT_NEW(&t, &memory, 1, err));
    t->options = options;
    t->name = at_input_name(in);
    t->statements.arena = &memory;
    AT_TRY(at_mapping_read(&t->mapping, options->mapping, options, &memory, err));
    const at_row_reader reader = {.self = t,
                                  .style = t->mapping.style,
                                  .no_header = t->mapping.no_header,
                                  .header = bind,
                                  .row = read_row,
                                  .loaded = row_loaded,
                                  .save = save,
                                  .load = load,
                                  .end = end_table};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

const at_importer importer_table_csv = {
    .name = "table_csv",
    .summary = "any delimited file through a mapping (--map)",
    .version = 1,
    .needs_mapping = true,
    .read = read_file,
};
