/* freeze_answer.c: what an earlier trace of the same case found, as the start of a plan. */
#include <string.h>

#include "queries/freeze_model.h"
#include "engine/model/money.h"

enum { METHOD, LABEL, NODE, CURRENCY, AMOUNT };

/* Methods that divide money among places. The others count it more than once, or have no place. */
static const char *const methods[] = {"fifo", "libr", "lifo", "oatway", "prorata", NULL};

typedef struct traced_answer {
    const at_answer *answer;
    const char *method, *currency;
    int64_t total, gone, kept_still;
} traced_answer;

static at_status find_answer(const at_answer **out, const at_question *question, at_error *err) {
    const char *id = at_question_text(question, "of");
    for (size_t i = 0; i < question->earlier_count; i++) {
        const at_answer *answer = &question->earlier[i];
        if (strcmp(answer->id, id) != 0)
            continue;
        if (strcmp(answer->table->query, "trace") != 0) {
            at_fail(err, AT_BAD_INPUT, "E-FREEZE-OF", "argument of: \"%s\" asks %s, not trace", id,
                    answer->table->query);
            at_hint(err, "name a question that asks trace");
            return AT_BAD_INPUT;
        }
        *out = answer;
        return AT_OK;
    }
    at_fail(err, AT_BAD_INPUT, "E-FREEZE-OF", "argument of: there is no earlier answer \"%s\"", id);
    at_hint(err, "of= names an earlier question of the same case; else give holdings=FILE");
    return AT_BAD_INPUT;
}

/* About declared money that a method has placed. */
static bool is_placed(const at_row *row) {
    return row->cells[LABEL].text[0] != '@' && row->cells[AMOUNT].integer > 0 &&
           at_word_find(methods, row->cells[METHOD].text) >= 0;
}

bool at_freeze_counts(const at_freeze_draft *draft, const at_row *row) {
    return is_placed(row) && at_text_equal(row->cells[METHOD].text, draft->method) &&
           at_text_equal(row->cells[CURRENCY].text, draft->currency);
}

/* The method asked for, or the first of those the answer has. */
static at_status choose_method(traced_answer *traced, at_table *table, const at_question *question,
                               at_error *err) {
    const at_table *rows = traced->answer->table;
    const char *asked = at_question_text(question, "method"), *first = NULL, *last = NULL;
    const char *others = "";
    bool known = false, usable = false;
    for (size_t i = 0; i < rows->row_count; i++) {
        const char *method = rows->rows[i].cells[METHOD].text;
        known = known || at_text_equal(asked, method);
        usable = usable || at_word_find(methods, method) >= 0;
        if (!is_placed(&rows->rows[i]) || at_text_equal(last, method))
            continue;
        last = method;
        if (first != NULL)
            AT_TRY(at_arena_print(&others, question->arena, err, "%s, %s", others, method));
        else
            first = method;
    }
    traced->method = asked != NULL ? asked : first;
    if (rows->row_count > 0 && (asked != NULL ? !known : !usable)) {
        at_fail(err, AT_BAD_INPUT, "E-FREEZE-METHOD", "answer \"%s\" divides no money by %s",
                traced->answer->id, asked != NULL ? asked : "any of its methods");
        if (first != NULL)
            at_hint(err, "it has %s%s", first, others);
        else
            at_hint(err, "trace by fifo, lifo, prorata, libr or oatway");
        return AT_BAD_INPUT;
    }
    if (asked == NULL && others[0] != '\0')
        AT_TRY(at_table_note(table, err, "METHOD", "%s, the first of %s%s: method= chooses", first,
                             first, others));
    return AT_OK;
}

/* Values of two currencies are never summed. */
static at_status choose_currency(traced_answer *traced, const at_question *question,
                                 at_error *err) {
    const at_table *rows = traced->answer->table;
    traced->currency = at_question_text(question, "currency");
    if (traced->currency != NULL)
        return AT_OK;
    for (size_t i = 0; i < rows->row_count; i++) {
        const at_row *row = &rows->rows[i];
        const char *currency = row->cells[CURRENCY].text;
        if (!is_placed(row) || !at_text_equal(row->cells[METHOD].text, traced->method))
            continue;
        if (traced->currency != NULL && !at_text_equal(traced->currency, currency)) {
            at_fail(err, AT_BAD_INPUT, "E-FREEZE-CURRENCY",
                    "answer \"%s\" has money in %s and in %s", traced->answer->id, traced->currency,
                    currency);
            at_hint(err, "a plan is of one currency: say currency=%s", traced->currency);
            return AT_BAD_INPUT;
        }
        traced->currency = currency;
    }
    return AT_OK;
}

static at_status add_row(at_freeze_draft *draft, traced_answer *traced, const at_row *row,
                         const at_ledger *ledger, at_error *err) {
    const char *id = row->cells[NODE].text;
    const int64_t amount = row->cells[AMOUNT].integer;
    const uint32_t place = at_ledger_node(ledger, id);
    const at_node_kind kind = place == AT_NONE ? AT_NODE_SINK : ledger->nodes[place].kind;
    if (kind == AT_NODE_EXTERNAL || kind == AT_NODE_SINK)
        return at_money_add(&traced->gone, amount, err);
    AT_TRY(at_money_add(&traced->total, amount, err));
    if (id[0] == '@')
        AT_TRY(at_money_add(&traced->kept_still, amount, err));
    if (draft->by_ledger[place] > 0)
        return at_money_add(&draft->nodes[draft->by_ledger[place] - 1].held, amount, err);
    const at_freeze_node node = {.id = id,
                                 .held = amount,
                                 .cost = 1,
                                 .ledger_node = place,
                                 .candidate = id[0] != '@',
                                 .traced = true};
    uint32_t number;
    return at_freeze_add_node(&number, draft, &node, err);
}

static at_status note_holdings(const traced_answer *traced, const at_freeze_draft *draft,
                               at_table *table, at_error *err) {
    const char *id = traced->answer->id, *currency = "";
    if (traced->currency != NULL)
        AT_TRY(at_arena_print(&currency, draft->arena, err, "of %s ", traced->currency));
    AT_TRY(at_table_note(
        table, err, "HOLDINGS",
        "%lld minor units of %s on %zu accounts and assets, by %s as \"%s\" lists "
        "them: what it was not asked to list is not counted",
        (long long)traced->total, traced->currency != NULL ? traced->currency : "no currency",
        draft->node_count, traced->method != NULL ? traced->method : "no method", id));
    if (traced->gone > 0)
        AT_TRY(at_table_note(table, err, "ALREADY_OUT",
                             "%lld minor units had left the known ledgers or paid fees and debts: "
                             "no order reaches them, and they are not counted",
                             (long long)traced->gone));
    if (traced->kept_still > 0)
        AT_TRY(at_table_note(table, err, "NOT_CANDIDATE",
                             "%lld minor units are cash or in transit: they count, and no order "
                             "can be served on them",
                             (long long)traced->kept_still));
    if (traced->answer->table->truncated) {
        AT_TRY(
            at_table_note(table, err, "TRUNCATED", "\"%s\" was cut, so the plan is of a part", id));
        table->truncated = true;
    }
    return AT_OK;
}

at_status at_freeze_read_answer(at_freeze_draft *draft, at_table *table,
                                const at_question *question, at_error *err) {
    traced_answer traced = {0};
    AT_TRY(find_answer(&traced.answer, question, err));
    AT_TRY(choose_method(&traced, table, question, err));
    AT_TRY(choose_currency(&traced, question, err));
    const at_table *rows = traced.answer->table;
    draft->answer = rows;
    draft->method = traced.method;
    draft->currency = traced.currency;
    draft->as_of_us = traced.answer->as_of_us;
    for (size_t i = 0; i < rows->row_count; i++) {
        const at_row *row = &rows->rows[i];
        if (at_freeze_counts(draft, row))
            AT_TRY(add_row(draft, &traced, row, question->ledger, err));
    }
    return note_holdings(&traced, draft, table, err);
}
