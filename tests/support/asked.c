#include "tests/support/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- Facts by hand ---------------------------------------------------------------------------- */

static const struct {
    const char *id;
    at_kind kind;
} things[] = {{NULL, 0},
              {"X", AT_ACCOUNT},
              {"Y", AT_ACCOUNT},
              {"Z", AT_ASSET},
              {"idle", AT_ACCOUNT},
              {"owner", AT_PARTY},
              {"multi", AT_ACCOUNT}};

static const at_fact *statements;
static size_t statement_count;
static bool facts_fail;

static at_status fake_list(void *self, at_fact_list *out, at_kind kind, at_thing about,
                           at_error *err) {
    static at_fact held[2];
    static at_fact found[4];
    (void)self;
    *out = (at_fact_list){0};
    if (facts_fail)
        return at_fail(err, AT_IO, "E-IO", "the disk is gone");
    if (kind == AT_ACCOUNT && about == OWNER) {
        held[0] = at_fact_new(AT_ACCOUNT);
        held[0].account.self.thing = Y;
        held[0].account.holder.thing = OWNER;
        held[1] = at_fact_new(AT_ACCOUNT);
        held[1].account.self.thing = X;
        *out = (at_fact_list){held, 2};
    }
    for (size_t i = 0; kind == AT_STATEMENT && i < statement_count; i++)
        if (statements[i].statement.account.thing == about) {
            found[out->count++] = statements[i];
            out->facts = found;
        }
    return AT_OK;
}

static at_status fake_resolve(void *self, at_thing *out, unsigned kinds, const char *text,
                              at_error *err) {
    (void)self;
    for (at_thing i = 1; i < AT_COUNT(things); i++) {
        const char *colon = strchr(text, ':');
        if (strcmp(things[i].id, colon != NULL ? colon + 1 : text) == 0 &&
            (AT_KIND_BIT(things[i].kind) & kinds) != 0) {
            *out = i;
            return AT_OK;
        }
    }
    return at_fail(err, AT_BAD_INPUT, "E-ID-UNKNOWN", "nothing is called \"%s\"", text);
}

static at_status fake_view(void *self, at_thing_view *out, at_thing thing, at_error *err) {
    (void)self;
    (void)err;
    *out = (at_thing_view){
        .kind = things[thing].kind, .id = things[thing].id, .shown = things[thing].id};
    return AT_OK;
}

static at_status fake_address(void *self, at_address *out, at_record_id record, at_error *err) {
    (void)self;
    (void)err;
    *out = (at_address){.name_space = record % 2 == 0 ? "even" : "odd"};
    return AT_OK;
}

static const at_facts facts = {
    .list = fake_list, .resolve = fake_resolve, .view = fake_view, .address = fake_address};

void asked_statements(const at_fact *list, size_t count) {
    statements = list;
    statement_count = count;
}

void asked_fail(bool fail) {
    facts_fail = fail;
}

/* --- A ledger --------------------------------------------------------------------------------- */

static const at_node nodes[] = {
    {.account_id = "OUT", .currency = {"EUR"}, .kind = AT_NODE_EXTERNAL, .opening = AT_AMOUNT_NONE},
    {.account_id = "X", .currency = {"EUR"}, .account = X, .opening = 0, .opening_record = 900},
    {.account_id = "Y",
     .currency = {"EUR"},
     .account = Y,
     .opening = AT_AMOUNT_NONE,
     .unreconciled = true},
    {.account_id = "Z", .currency = {"EUR"}, .account = Z, .kind = AT_NODE_ASSET, .opening = 0},
    {.account_id = "multi",
     .currency = {"EUR"},
     .account = MULTI,
     .opening = -5,
     .opening_record = 901},
    {.account_id = "multi", .currency = {"USD"}, .account = MULTI, .opening = 0},
};

enum { N_OUT, N_X, N_Y, N_Z, N_EUR, N_USD };

static const at_ledger_row_in transfers[] = {
    {.id = "t1",
     .from = N_OUT,
     .to = N_X,
     .time_us = 1,
     .amount = 100,
     .amount_in = 100,
     .record = 1,
     .record_in = 2,
     .grade = AT_CORROBORATED},
    {.id = "t2",
     .from = N_X,
     .to = N_Y,
     .time_us = 2,
     .amount = 60,
     .amount_in = 60,
     .record = 3,
     .fee = 4,
     .grade = AT_INFERRED,
     .flags = AT_ROW_AMBIGUOUS},
    {.id = "t3", .from = N_Y, .to = N_Z, .time_us = 3, .amount = 75, .amount_in = 75, .record = 5},
    {.id = "t4",
     .from = N_X,
     .to = N_EUR,
     .time_us = 4,
     .amount = 10,
     .amount_in = 10,
     .record = 6,
     .record_in = 7,
     .grade = AT_CORROBORATED},
    {.id = "even/n",
     .from = N_OUT,
     .to = N_X,
     .time_us = 9,
     .amount = 1,
     .amount_in = 1,
     .record = 8},
    {.id = "odd/n",
     .from = N_OUT,
     .to = N_X,
     .time_us = 9,
     .amount = 1,
     .amount_in = 1,
     .record = 9},
    {.id = "odd/s",
     .from = N_X,
     .to = N_X,
     .time_us = 9,
     .amount = 1,
     .amount_in = 1,
     .record = 11,
     .flags = AT_ROW_DATE_ONLY},
};

void asked_ledger(at_ledger *out, at_arena *arena) {
    at_ledger_builder *builder = NULL;
    uint32_t numbers[AT_COUNT(nodes)];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (size_t i = 0; i < AT_COUNT(nodes); i++)
        assert_int_equal(at_ledger_add_node(&numbers[i], builder, &nodes[i], NULL), AT_OK);
    for (size_t i = 0; i < AT_COUNT(transfers); i++) {
        at_ledger_row_in row = transfers[i];
        row.from = numbers[row.from];
        row.to = numbers[row.to];
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

/* --- Asking ----------------------------------------------------------------------------------- */

enum { ARGUMENTS_MAX = 16 };

/* "name=value name=value": values without blanks, in any order. */
static size_t read_arguments(at_argument *out, const at_query *query, const char *text,
                             at_arena *arena) {
    size_t count = 0;
    for (const at_arg *arg = query->args; arg->name != NULL; arg++) {
        bool given = false;
        const size_t length = strlen(arg->name);
        for (const char *at = text; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
            if (strncmp(at, arg->name, length) != 0 || at[length] != '=')
                continue;
            const char *value = at + length + 1;
            out[count].arg = arg;
            assert_int_equal(
                at_arena_copy(&out[count].text, arena, value, strcspn(value, " "), NULL), AT_OK);
            count++;
            given = true;
        }
        if (!given && arg->fallback != NULL)
            out[count++] = (at_argument){.arg = arg, .text = arg->fallback};
    }
    for (size_t i = 0; i < count; i++) {
        const char *const *choices = out[i].arg->choices;
        if (out[i].arg->type == AT_ARG_CHOICE)
            out[i].number = at_word_find(choices, out[i].text);
        if (out[i].arg->type == AT_ARG_START)
            assert_int_equal(at_time_parse_start(&out[i].time_us, out[i].text, NULL), AT_OK);
        if (out[i].arg->type == AT_ARG_END)
            assert_int_equal(at_time_parse_end(&out[i].time_us, out[i].text, NULL), AT_OK);
    }
    return count;
}

at_status asked(at_table *out, const at_query *query, const char *text, const at_ledger *ledger,
                at_arena *arena, at_error *err) {
    at_argument arguments[ARGUMENTS_MAX] = {0};
    AT_CLEANUP(at_arena_clear) at_arena given = {0};
    const at_question question = {.query = query,
                                  .arguments = arguments,
                                  .argument_count = read_arguments(arguments, query, text, &given),
                                  .facts = &facts,
                                  .ledger = ledger,
                                  .arena = arena};
    at_table_init(out, query->name, query->version, query->columns, arena);
    return query->run(out, &question, err);
}

/* cells|grade|records(support), then the notes. */
void asked_print(test_lines *out, const at_table *table) {
    out->count = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        AT_CLEANUP(at_text_clear) at_text line = {0};
        const at_row *row = &table->rows[i];
        for (size_t c = 0; c < table->column_count; c++) {
            assert_int_equal(at_cell_print(&line, &table->columns[c], &row->cells[c], 12, NULL),
                             AT_OK);
            assert_int_equal(at_text_add(&line, "|", NULL), AT_OK);
        }
        assert_int_equal(at_text_print(&line, NULL, "%s|", at_grade_text(row->grade)), AT_OK);
        for (size_t r = 0; r < row->record_count; r++)
            assert_int_equal(
                at_text_print(&line, NULL, r > 0 ? ",%lld" : "%lld", (long long)row->records[r]),
                AT_OK);
        test_line(out, "%s(%zu)", at_text_string(&line), row->support);
    }
    for (size_t i = 0; i < table->note_count; i++)
        test_line(out, "# %s %s", table->notes[i].code, table->notes[i].text);
}
