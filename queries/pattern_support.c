#include "queries/pattern_support.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "queries/pattern_groups.h"
#include "engine/trace/explain.h"

/* The ids of one finding in a cell; what is more is said. */
enum { LISTED_MAX = 100000 };

const char *const at_pattern_currencies[] = {"together", "apart", NULL};

const at_pattern_family *at_pattern_family_of(const char *name) {
    size_t i = 0;
    while (strcmp(at_pattern_families[i]->name, name) != 0)
        i++;
    return at_pattern_families[i];
}

/* --- Arguments -------------------------------------------------------------------------------- */

static int64_t *find_number(at_pattern_settings *settings, const char *name) {
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        {"k", offsetof(at_pattern_settings, k)},
        {"k1", offsetof(at_pattern_settings, k1)},
        {"k2", offsetof(at_pattern_settings, k2)},
        {"delta", offsetof(at_pattern_settings, delta)},
        {"d1", offsetof(at_pattern_settings, d1)},
        {"d2", offsetof(at_pattern_settings, d2)},
        {"maxlen", offsetof(at_pattern_settings, maxlen)},
        {"min", offsetof(at_pattern_settings, min)},
        {"T", offsetof(at_pattern_settings, threshold)},
        {"num", offsetof(at_pattern_settings, num)},
        {"den", offsetof(at_pattern_settings, den)},
        {"hub", offsetof(at_pattern_settings, hub)},
        {"cap", offsetof(at_pattern_settings, cap)},
        {"max_steps", offsetof(at_pattern_settings, max_steps)},
    };
    for (size_t i = 0; i < AT_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return (int64_t *)(void *)((char *)settings + fields[i].offset);
    return NULL;
}

static at_status bad_value(const char *name, const char *text, const char *wanted, at_error *err) {
    return at_fail(err, AT_BAD_INPUT, "E-PATTERN-VALUE", "argument %s: \"%s\" is not %s", name,
                   text, wanted);
}

at_status at_pattern_set(at_pattern_settings *settings, const at_arg *arg, const char *text,
                         at_error *err) {
    int64_t *number = find_number(settings, arg->name);
    if (arg->type == AT_ARG_DURATION)
        return at_duration_parse(number, text)
                   ? AT_OK
                   : bad_value(arg->name, text, "a length of time such as 3d or 12h", err);
    if (number != NULL)
        return at_int_parse(number, text) && *number >= 0
                   ? AT_OK
                   : bad_value(arg->name, text, "a whole number from 0", err);
    if (strcmp(arg->name, "currency") == 0) {
        settings->currency = text;
        return AT_OK;
    }
    if (strcmp(arg->name, "currencies") == 0) {
        settings->apart = strcmp(text, at_pattern_currencies[1]) == 0;
        return settings->apart || strcmp(text, at_pattern_currencies[0]) == 0
                   ? AT_OK
                   : bad_value(arg->name, text, "together or apart", err);
    }
    if (strcmp(arg->name, "rho") == 0)
        return at_ratio_parse(&settings->rho, text, err);
    if (strcmp(arg->name, "tolerance") == 0)
        return at_ratio_parse(&settings->tolerance, text, err);
    if (settings->ratio_count == (int)AT_COUNT(settings->ratio))
        return bad_value(arg->name, text, "one of two: the least and the greatest", err);
    return at_ratio_parse(&settings->ratio[settings->ratio_count++], text, err);
}

at_status at_pattern_defaults(at_pattern_settings *out, const at_pattern_family *family,
                              at_error *err) {
    *out = (at_pattern_settings){.k = 2, .k1 = 2, .k2 = 2, .num = 1, .den = 1, .maxlen = 2};
    for (const at_arg *arg = family->args; arg->name != NULL; arg++)
        if (arg->fallback != NULL)
            AT_TRY(at_pattern_set(out, arg, arg->fallback, err));
    return AT_OK;
}

static bool is_asked(const at_pattern_family *family, const char *name) {
    for (const at_arg *arg = family->args; arg->name != NULL; arg++)
        if (strcmp(arg->name, name) == 0)
            return true;
    return false;
}

static at_status need(bool good, const char *text, at_error *err) {
    return good ? AT_OK : at_fail(err, AT_BAD_INPUT, "E-PATTERN-VALUE", "%s", text);
}

at_status at_pattern_check(const at_pattern_family *family, const at_pattern_settings *settings,
                           at_error *err) {
    const at_pattern_settings *s = settings;
    AT_TRY(need(s->k >= 2, "argument k must be 2 or more", err));
    AT_TRY(need(s->k1 >= 2 && s->k2 >= 2, "arguments k1 and k2 must be 2 or more", err));
    AT_TRY(need(s->cap >= 1, "argument cap must be 1 or more", err));
    AT_TRY(need(s->maxlen >= 2 && s->maxlen <= AT_CYCLE_LENGTH_MAX,
                "argument maxlen must be from 2 to 100", err));
    AT_TRY(need(s->ratio_count != 1, "argument ratio needs two: the least and the greatest", err));
    if (s->ratio_count == 2)
        AT_TRY(need(at_ratio_compare(s->ratio[0], s->ratio[1]) <= 0,
                    "argument ratio: the least is above the greatest", err));
    if (is_asked(family, "rho"))
        AT_TRY(need(s->rho.num > 0 && s->rho.num <= s->rho.den,
                    "argument rho must be above 0 and not above 1", err));
    if (is_asked(family, "tolerance"))
        AT_TRY(
            need(s->tolerance.num < s->tolerance.den, "argument tolerance must be below 1", err));
    if (is_asked(family, "T"))
        AT_TRY(need(s->threshold >= 1 && s->den >= 1 && s->num >= 0 && s->num < s->den,
                    "structuring needs T from 1 and num below den", err));
    return AT_OK;
}

static at_status read_settings(at_pattern_settings *out, const at_pattern_family *family,
                               const at_question *question, at_error *err) {
    AT_TRY(at_pattern_defaults(out, family, err));
    for (const at_arg *arg = family->args; arg->name != NULL; arg++)
        for (const at_argument *item = at_question_get(question, arg->name); item != NULL;
             item = at_question_next(question, item))
            AT_TRY(at_pattern_set(out, arg, item->text, err));
    return at_pattern_check(family, out, err);
}

/* --- Rows ------------------------------------------------------------------------------------- */

at_status at_pattern_begin(at_pattern_work *out, at_table *table, const at_question *question,
                           at_error *err) {
    const at_ledger *ledger = question->ledger;
    at_pattern_work work = {.question = question, .table = table};
    AT_TRY(AT_NEW(&work.reversal, question->arena, ledger->count, err));
    for (uint32_t row = 0; row < ledger->count; row++)
        if (ledger->reverses[row] != AT_NONE) {
            work.reversal[row] = true;
            if (ledger->reverses[row] < ledger->count)
                work.reversal[ledger->reverses[row]] = true;
        }
    *out = work;
    return AT_OK;
}

/* The moves that a family reads. One that does not ask looks at each currency by itself. */
static at_status find_moves(const at_moves **out, at_pattern_work *work,
                            const at_pattern_family *family, const at_pattern_settings *settings,
                            at_error *err) {
    const bool together = is_asked(family, "currencies") && !settings->apart;
    at_moves *moves = together ? &work->together : &work->moves;
    if (moves->ledger == NULL)
        AT_TRY(at_moves_make(moves, work->question->ledger, together ? AT_MOVES_TOGETHER : 0,
                             work->question->arena, err));
    *out = moves;
    return AT_OK;
}

static at_status list_ids(const char **out, const at_pattern_work *work,
                          const at_pattern_finding *finding, at_error *err) {
    const at_ledger *ledger = work->question->ledger;
    const size_t count = finding->row_count < LISTED_MAX ? finding->row_count : LISTED_MAX;
    size_t bytes = 0, at = 0;
    char *text = NULL;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(at_ledger_id(ledger, finding->rows[i])) + 1;
    AT_TRY(AT_NEW(&text, work->table->arena, bytes + 1, err));
    for (size_t i = 0; i < count; i++) {
        const char *id = at_ledger_id(ledger, finding->rows[i]);
        const size_t length = strlen(id);
        if (i > 0)
            text[at++] = '\n';
        memcpy(text + at, id, length);
        at += length;
    }
    *out = text;
    return AT_OK;
}

static at_status cite(at_row *row, const at_pattern_work *work, const at_pattern_finding *finding,
                      at_error *err) {
    const at_ledger *ledger = work->question->ledger;
    for (size_t i = 0; i < finding->row_count; i++) {
        const uint32_t at = finding->rows[i];
        const at_grade grade = (at_grade)ledger->grade[at];
        row->grade = i == 0 ? grade : at_grade_join(row->grade, grade);
        AT_TRY(at_row_cite(row, work->table, ledger->record[at], err));
        AT_TRY(at_row_cite(row, work->table, ledger->record_in[at], err));
    }
    return AT_OK;
}

/* A holder known by several ids is shown by one of them: all records that describe it. */
static at_status cite_party(at_row *row, const at_pattern_work *work, at_thing party,
                            at_error *err) {
    const at_facts *facts = work->question->facts;
    at_fact_list list = {0};
    AT_TRY(facts->list(facts->self, &list, AT_PARTY, party, err));
    for (size_t i = 0; i < list.count; i++)
        AT_TRY(at_row_cite(row, work->table, list.facts[i].record, err));
    return AT_OK;
}

/* The records that say that a node's account is held by the party shown so. */
static at_status cite_holder(at_row *row, const at_pattern_work *work, const char *shown,
                             uint32_t node, at_error *err) {
    const at_facts *facts = work->question->facts;
    const at_thing account = work->question->ledger->nodes[node].account;
    at_fact_list list = {0};
    if (account == 0)
        return AT_OK;
    AT_TRY(facts->list(facts->self, &list, AT_ACCOUNT, account, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_thing holder = list.facts[i].account.holder.thing;
        at_thing_view view;
        if (holder == 0)
            continue;
        AT_TRY(facts->view(facts->self, &view, holder, err));
        if (strcmp(view.shown, shown) != 0)
            continue;
        AT_TRY(at_row_cite(row, work->table, list.facts[i].record, err));
        return cite_party(row, work, holder, err);
    }
    return AT_OK;
}

/* The holder whom a finding names: its centre, or whose cash the centre is; else NULL. */
static const char *named_holder(const at_pattern_family *family,
                                const at_pattern_finding *finding) {
    static const char cash[] = "@cash:";
    if (family->by_holder)
        return finding->centre;
    return strncmp(finding->centre, cash, sizeof cash - 1) == 0 ? finding->centre + sizeof cash - 1
                                                                : NULL;
}

/* A finding about a holder says whose the first and the last account are: so do its records, which
 * stand first because a row shows only so many. */
static at_status cite_holders(at_row *row, const at_pattern_work *work,
                              const at_pattern_finding *finding, const char *holder,
                              at_error *err) {
    const at_ledger *ledger = work->question->ledger;
    const uint32_t ends[2] = {finding->rows[0], finding->rows[finding->row_count - 1]};
    for (size_t i = 0; i < AT_COUNT(ends); i++) {
        AT_TRY(cite_holder(row, work, holder, ledger->from[ends[i]], err));
        AT_TRY(cite_holder(row, work, holder, ledger->to[ends[i]], err));
    }
    return AT_OK;
}

static at_status add_finding(at_pattern_work *work, const at_pattern_family *family, size_t place,
                             const at_pattern_finding *finding, at_error *err) {
    const at_ledger *ledger = work->question->ledger;
    const uint32_t first = finding->rows[0], last = finding->rows[finding->row_count - 1];
    const char *ids = NULL;
    at_row *row = NULL;
    int64_t reversals = 0;
    for (size_t i = 0; i < finding->row_count; i++)
        reversals += work->reversal[finding->rows[i]];
    AT_TRY(list_ids(&ids, work, finding, err));
    AT_TRY(at_table_row(&row, work->table, err));
    at_cell *cell = row->cells;
    if (work->named)
        at_cell_text(cell++, family->name);
    at_cell_integer(cell++, (int64_t)place + 1);
    at_cell_text(cell++, finding->centre);
    at_cell_time(cell++, ledger->time_us[first],
                 ledger->flags[first] & AT_ROW_DATE_ONLY ? AT_DAY : AT_MICROSECOND);
    at_cell_time(cell++, ledger->time_us[last],
                 ledger->flags[last] & AT_ROW_DATE_ONLY ? AT_DAY : AT_MICROSECOND);
    at_cell_integer(cell++, (int64_t)finding->count);
    at_cell_integer(cell++, finding->amount);
    at_cell_text(cell++, ledger->nodes[finding->node].currency.code);
    at_cell_integer(cell++, reversals);
    at_cell_text(cell, ids);
    const char *holder = named_holder(family, finding);
    if (holder != NULL)
        AT_TRY(cite_holders(row, work, finding, holder, err));
    return cite(row, work, finding, err);
}

/* --- Notes ------------------------------------------------------------------------------------ */

static at_status add_notes(at_pattern_work *work, const at_pattern_family *family,
                           const at_pattern_settings *settings, const at_patterns *found,
                           at_error *err) {
    at_table *table = work->table;
    if (found->capped || found->stopped)
        table->truncated = true;
    if (found->stopped)
        AT_TRY(at_table_note(table, err, "TRUNCATED",
                             "%s: the search ended after %" PRId64
                             " steps (max_steps): these are the first %zu findings of the whole "
                             "list",
                             family->name, settings->max_steps, found->count));
    else if (found->capped)
        AT_TRY(at_table_note(table, err, "TRUNCATED",
                             "%s: there are more than %" PRId64
                             " findings (cap): these are the first of the whole list",
                             family->name, settings->cap));
    size_t mixed = 0;
    for (size_t i = 0; i < found->count; i++)
        mixed += found->items[i].mixed;
    if (mixed > 0)
        AT_TRY(at_table_note(table, err, "CURRENCIES",
                             "%s: findings with several currencies, whose amount is of the one "
                             "named alone: %zu",
                             family->name, mixed));
    if (found->hubs > 0) {
        table->truncated = true;
        AT_TRY(at_table_note(table, err, "HUB_CUT",
                             "%s: accounts with more than %" PRId64
                             " credits or debits (hub) are not taken as middles: %" PRIu64,
                             family->name, settings->hub, found->hubs));
    }
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].row_count > LISTED_MAX) {
            table->truncated = true;
            AT_TRY(at_table_note(table, err, "TRUNCATED",
                                 "%s, finding %zu: the first %d of its %zu transfers are listed; "
                                 "count and amount are of all",
                                 family->name, i + 1, LISTED_MAX, found->items[i].row_count));
        }
    return at_table_note(table, err, "INNOCENT", "%s: %s", family->name, family->innocent);
}

at_status at_pattern_answer(at_pattern_work *work, const at_pattern_family *family,
                            const at_pattern_settings *settings, at_error *err) {
    at_patterns found = {.arena = work->question->arena,
                         .steps_max = (uint64_t)settings->max_steps};
    const at_moves *moves = NULL;
    if (family->by_holder && !work->grouped) {
        AT_TRY(at_pattern_groups_load(&work->groups, work->question, err));
        work->grouped = true;
    }
    AT_TRY(find_moves(&moves, work, family, settings, err));
    AT_TRY(family->run(&found, moves, &work->groups, settings, err));
    at_patterns_finish(&found, work->question->ledger, (size_t)settings->cap);
    for (size_t i = 0; i < found.count; i++)
        AT_TRY(add_finding(work, family, i, &found.items[i], err));
    return add_notes(work, family, settings, &found, err);
}

at_status at_pattern_run(at_table *out, const at_question *question, at_error *err) {
    const at_pattern_family *family = at_pattern_family_of(question->query->name);
    at_pattern_settings settings;
    at_pattern_work work;
    AT_TRY(read_settings(&settings, family, question, err));
    AT_TRY(at_pattern_begin(&work, out, question, err));
    return at_pattern_answer(&work, family, &settings, err);
}
