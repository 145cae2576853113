#include "tests/support/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THING_LIMIT = 4000 };

void known_begin(known_world *known, at_arena *arena) {
    memset(known, 0, sizeof *known);
    known->arena = arena;
    assert_int_equal(at_ledger_begin(&known->ledger, arena, NULL), AT_OK);
}

static at_ref refer(known_world *known, const char *reference) {
    if (reference == NULL)
        return (at_ref){0};
    at_thing thing = known_thing(known, reference); /* may move the things */
    return known->things[thing - 1];
}

at_thing known_thing(known_world *known, const char *reference) {
    const char *colon = strchr(reference, ':');
    char kind_text[16] = "party";
    const char *id = reference;
    if (colon != NULL && colon - reference < (ptrdiff_t)sizeof kind_text) {
        snprintf(kind_text, sizeof kind_text, "%.*s", (int)(colon - reference), reference);
        id = colon + 1;
    }
    at_kind kind = at_kind_parse(kind_text);
    for (size_t i = 0; i < known->thing_count; i++)
        if (known->things[i].kind == kind && strcmp(known->things[i].id, id) == 0)
            return known->things[i].thing;
    assert_true(known->thing_count + 1 < THING_LIMIT);
    assert_int_equal(
        AT_GROW(&known->things, &known->thing_capacity, known->thing_count, known->arena, NULL),
        AT_OK);
    at_ref *thing = &known->things[known->thing_count++];
    *thing = (at_ref){.name_space = "test", .kind = kind, .thing = (at_thing)known->thing_count};
    assert_int_equal(at_arena_text(&thing->id, known->arena, id, NULL), AT_OK);
    return thing->thing;
}

at_fact *known_add(known_world *known, at_kind kind) {
    assert_int_equal(
        AT_GROW(&known->facts, &known->fact_capacity, known->fact_count, known->arena, NULL),
        AT_OK);
    assert_int_equal(
        AT_GROW(&known->sources, &known->source_capacity, known->fact_count, known->arena, NULL),
        AT_OK);
    known->sources[known->fact_count] = known->source;
    at_fact *fact = &known->facts[known->fact_count++];
    *fact = at_fact_new(kind);
    fact->record = (at_record_id)known->fact_count;
    return fact;
}

static at_share read_share(const char *text) {
    char lo[64] = "", hi[64] = "";
    at_share share;
    if (text == NULL)
        return at_share_unknown();
    bool lo_open = text[0] == '(', hi_open = text[strlen(text) - 1] == ')';
    sscanf(text, "%*[([]%63[0-9/%.]", lo);
    if (lo[0] == '\0')
        snprintf(lo, sizeof lo, "%s", text);
    const char *dots = strstr(text, "..");
    if (dots != NULL) {
        snprintf(lo, sizeof lo, "%.*s", (int)(dots - text - lo_open), text + lo_open);
        snprintf(hi, sizeof hi, "%.*s", (int)(strlen(dots) - 2 - hi_open), dots + 2);
    }
    assert_int_equal(at_share_parse(&share, lo, hi[0] ? hi : NULL, NULL), AT_OK);
    share.lo_open = lo_open;
    share.hi_open = hi_open;
    return share;
}

at_holding *known_hold(known_world *known, const char *owner, const char *owned,
                       const char *share) {
    at_ref refs[] = {refer(known, owner), refer(known, owned)};
    at_holding *holding = &known_add(known, AT_HOLDING)->holding;
    holding->owner = refs[0];
    holding->owned = refs[1];
    holding->share = read_share(share);
    return holding;
}

at_party *known_party(known_world *known, const char *id, at_party_type type, const char *country) {
    at_ref self = refer(known, id);
    at_party *party = &known_add(known, AT_PARTY)->party;
    party->self = self;
    party->type = type;
    party->registration = country;
    return party;
}

static at_ref refer_kind(known_world *known, const char *kind, const char *id) {
    char reference[128];
    snprintf(reference, sizeof reference, "%s:%s", kind, id);
    return refer(known, reference);
}

at_account *known_account(known_world *known, const char *id, const char *holder,
                          const char *country) {
    at_ref self = refer_kind(known, "account", id), of = refer(known, holder);
    at_account *account = &known_add(known, AT_ACCOUNT)->account;
    account->self = self;
    account->holder = of;
    account->country = country;
    account->currency = "EUR";
    return account;
}

at_asset *known_asset(known_world *known, const char *id, const char *country, int64_t value) {
    at_ref self = refer_kind(known, "asset", id);
    at_asset *asset = &known_add(known, AT_ASSET)->asset;
    asset->self = self;
    asset->type = "land";
    asset->country = country;
    asset->value = value;
    asset->currency = "EUR";
    return asset;
}

at_link *known_link(known_world *known, const char *a, const char *kind, const char *b) {
    at_ref refs[] = {refer(known, a), refer(known, b)};
    at_link *link = &known_add(known, AT_LINK)->link;
    link->a = refs[0];
    link->b = refs[1];
    link->kind = kind;
    return link;
}

at_identifier *known_identifier(known_world *known, const char *of, const char *type,
                                const char *key) {
    at_ref ref = refer(known, of);
    at_identifier *identifier = &known_add(known, AT_IDENTIFIER)->identifier;
    identifier->of = ref;
    identifier->type = type;
    identifier->text = key;
    identifier->key = key;
    return identifier;
}

static uint32_t node_of(known_world *known, const char *id) {
    at_node node = {.account_id = id, .kind = AT_NODE_EXTERNAL, .opening = AT_AMOUNT_NONE};
    uint32_t number;
    memcpy(node.currency.code, "EUR", 4);
    if (id[0] != '@') {
        node.account = refer_kind(known, "account", id).thing;
        node.kind = AT_NODE_ACCOUNT;
    } else if (strncmp(id, "@transit:", 9) == 0) {
        node.kind = AT_NODE_ACCOUNT;
        node.opening = 0;
    }
    assert_int_equal(at_ledger_add_node(&number, known->ledger, &node, NULL), AT_OK);
    return number;
}

void known_transfer(known_world *known, const char *id, const char *from, const char *to,
                    int32_t day, int64_t amount) {
    at_ledger_row_in row = {.id = id,
                            .from = node_of(known, from),
                            .to = node_of(known, to),
                            .time_us = day * AT_US_PER_DAY,
                            .amount = amount,
                            .amount_in = amount};
    row.record = known_add(known, AT_TRANSFER)->record;
    assert_int_equal(at_ledger_add_row(known->ledger, &row, NULL), AT_OK);
}

void known_ledger(at_ledger *out, known_world *known) {
    at_error err = {0};
    if (at_ledger_finish(out, known->ledger, &err) != AT_OK)
        fail_msg("%s", err.message);
}

/* --- at_facts --------------------------------------------------------------------------------- */

static at_status refuse(at_error *err) {
    return at_fail(err, AT_IO, "E-IO", "the test wants this to fail");
}

static bool is_about(const at_fact *fact, at_thing thing) {
    switch (fact->kind) {
    case AT_PARTY:
        return fact->party.self.thing == thing;
    case AT_ACCOUNT:
        return fact->account.self.thing == thing || fact->account.holder.thing == thing;
    case AT_ASSET:
        return fact->asset.self.thing == thing;
    case AT_HOLDING:
        return fact->holding.owner.thing == thing || fact->holding.owned.thing == thing;
    case AT_LINK:
        return fact->link.a.thing == thing || fact->link.b.thing == thing;
    case AT_IDENTIFIER:
        return fact->identifier.of.thing == thing;
    default:
        return false;
    }
}

static at_status list(void *self, at_fact_list *out, at_kind kind, at_thing about, at_error *err) {
    known_world *known = self;
    at_fact *facts;
    size_t count = 0;
    if (known->failing)
        return refuse(err);
    AT_TRY(AT_NEW(&facts, known->arena, known->fact_count, err));
    for (size_t i = 0; i < known->fact_count; i++)
        if (known->facts[i].kind == kind && (about == 0 || is_about(&known->facts[i], about)))
            facts[count++] = known->facts[i];
    *out = (at_fact_list){facts, count};
    return AT_OK;
}

static at_status view(void *self, at_thing_view *out, at_thing thing, at_error *err) {
    known_world *known = self;
    if (known->failing)
        return refuse(err);
    assert_true(thing > 0 && thing <= known->thing_count);
    const at_ref *ref = &known->things[thing - 1];
    *out =
        (at_thing_view){.kind = ref->kind, .id = ref->id, .name_space = "test", .shown = ref->id};
    for (size_t i = 0; i < known->thing_count; i++)
        if (strcmp(known->things[i].id, ref->id) == 0 && known->things[i].kind != ref->kind)
            return at_arena_print(&out->shown, known->arena, err, "%s:%s", at_kind_text(ref->kind),
                                  ref->id);
    return AT_OK;
}

static known_world *sorting;

static int compare_things(const void *left, const void *right) {
    const at_thing *a = left, *b = right;
    return at_text_compare(sorting->things[*a - 1].id, sorting->things[*b - 1].id);
}

static at_status things(void *self, const at_thing **out, size_t *count_out, at_kind kind,
                        at_error *err) {
    known_world *known = self;
    at_thing *found;
    if (known->failing)
        return refuse(err);
    AT_TRY(AT_NEW(&found, known->arena, known->thing_count, err));
    *count_out = 0;
    for (size_t i = 0; i < known->thing_count; i++)
        if (known->things[i].kind == kind)
            found[(*count_out)++] = known->things[i].thing;
    sorting = known;
    if (*count_out > 1)
        qsort(found, *count_out, sizeof *found, compare_things);
    *out = found;
    return AT_OK;
}

static at_status resolve(void *self, at_thing *out, unsigned kinds, const char *text,
                         at_error *err) {
    known_world *known = self;
    for (size_t i = 0; i < known->thing_count; i++) {
        if ((kinds & AT_KIND_BIT(known->things[i].kind)) == 0 ||
            strcmp(known->things[i].id, text) != 0)
            continue;
        *out = known->things[i].thing;
        return AT_OK;
    }
    return at_fail(err, AT_BAD_INPUT, "E-ID-UNKNOWN", "nothing is called \"%s\"", text);
}

static at_status aliases(void *self, const at_ref **out, size_t *count_out, at_thing thing,
                         at_error *err) {
    known_world *known = self;
    (void)err;
    *out = &known->things[thing - 1];
    *count_out = 1;
    return AT_OK;
}

static at_status address(void *self, at_address *out, at_record_id record, at_error *err) {
    known_world *known = self;
    if (known->failing)
        return refuse(err);
    assert_true(record > 0 && (size_t)record <= known->fact_count);
    *out = (at_address){.offset = (uint64_t)record, .name_space = "test", .source_name = "test"};
    snprintf(out->content, sizeof out->content, "%064d", known->sources[record - 1]);
    return AT_OK;
}

static at_status partial_sources(void *self, const char *const **out, size_t *count_out,
                                 at_error *err) {
    (void)self;
    (void)err;
    *out = NULL;
    *count_out = 0;
    return AT_OK;
}

at_facts known_facts(known_world *known) {
    return (at_facts){.self = known,
                      .revision = 1,
                      .thing_limit = THING_LIMIT,
                      .list = list,
                      .things = things,
                      .resolve = resolve,
                      .view = view,
                      .aliases = aliases,
                      .address = address,
                      .partial_sources = partial_sources};
}

/* --- Questions -------------------------------------------------------------------------------- */

static at_status type_argument(at_argument *item, const at_facts *facts, at_error *err) {
    switch (item->arg->type) {
    case AT_ARG_THING: {
        unsigned kinds = item->arg->kinds ? item->arg->kinds : AT_ANY_THING;
        return facts->resolve(facts->self, &item->thing, kinds, item->text, err);
    }
    case AT_ARG_RATIO:
        return at_ratio_parse(&item->ratio, item->text, err);
    case AT_ARG_CHOICE:
        item->number = at_word_find(item->arg->choices, item->text);
        assert_true(item->number >= 0);
        return AT_OK;
    case AT_ARG_START:
        return at_time_parse_start(&item->time_us, item->text, err);
    case AT_ARG_END:
        return at_time_parse_end(&item->time_us, item->text, err);
    case AT_ARG_FLAG:
        item->number = strcmp(item->text, "yes") == 0;
        return AT_OK;
    case AT_ARG_COUNT:
    case AT_ARG_AMOUNT:
        assert_true(at_int_parse(&item->number, item->text));
        return AT_OK;
    default:
        return AT_OK;
    }
}

static at_status print_table(at_text *printed, const at_table *table, at_error *err) {
    for (size_t i = 0; i < table->row_count; i++) {
        for (size_t k = 0; k < table->column_count; k++) {
            AT_TRY(at_text_add(printed, k ? " | " : "", err));
            AT_TRY(at_cell_print(printed, &table->columns[k], &table->rows[i].cells[k], 12, err));
        }
        AT_TRY(at_text_add(printed, "\n", err));
    }
    for (size_t i = 0; i < table->note_count; i++)
        AT_TRY(at_text_print(printed, err, "%s: %s\n", table->notes[i].code, table->notes[i].text));
    return AT_OK;
}

/* The value given for an argument, else its fallback; false when there is neither. */
static bool find_value(char *out, size_t bytes, const at_arg *arg, const char *pairs) {
    char key[64], format[16];
    snprintf(key, sizeof key, "%s=", arg->name);
    snprintf(format, sizeof format, "%%%zus", bytes - 1);
    out[0] = '\0';
    for (const char *at = strstr(pairs, key); at != NULL; at = strstr(at + 1, key))
        if (at == pairs || at[-1] == ' ')
            return sscanf(at + strlen(key), format, out) == 1;
    if (arg->fallback != NULL)
        snprintf(out, bytes, "%s", arg->fallback);
    return arg->fallback != NULL;
}

at_status known_ask(at_text *printed, at_table *table, const at_query *query, known_world *known,
                    const at_ledger *ledger, const char *pairs, at_error *err) {
    enum { ARGUMENTS_MAX = 24 };
    at_facts *facts;
    at_argument *arguments;
    AT_TRY(AT_NEW(&facts, known->arena, 1, err));
    AT_TRY(AT_NEW(&arguments, known->arena, ARGUMENTS_MAX, err));
    *facts = known_facts(known);
    at_question question = {.query = query,
                            .arguments = arguments,
                            .facts = facts,
                            .ledger = ledger,
                            .arena = known->arena};
    for (const at_arg *arg = query->args; arg->name != NULL; arg++) {
        char values[128];
        if (!find_value(values, sizeof values, arg, pairs))
            continue;
        for (char *rest = values; rest != NULL;) {
            const char *value = strsep(&rest, ",");
            at_argument *item = &arguments[question.argument_count++];
            assert_true(question.argument_count <= ARGUMENTS_MAX);
            *item = (at_argument){.arg = arg};
            AT_TRY(at_arena_text(&item->text, known->arena, value, err));
            AT_TRY(type_argument(item, facts, err));
        }
    }
    at_table_init(table, query->name, query->version, query->columns, known->arena);
    AT_TRY(query->run(table, &question, err));
    return print_table(printed, table, err);
}

void known_state(known_world *known, const char *statement) {
    char a[32] = "", b[32] = "", c[32] = "", d[32] = "", e[32] = "", f[32] = "";
    sscanf(statement, "%31s %31s %31s %31s %31s %31s", a, b, c, d, e, f);
    if (strcmp(a, "source") == 0) {
        known->source = b[0] - '0';
    } else if (strcmp(a, "person") == 0 || strcmp(a, "company") == 0) {
        known_party(known, b, a[0] == 'p' ? AT_PERSON : AT_COMPANY, NULL);
    } else if (strcmp(a, "account") == 0) {
        known_account(known, b, c, NULL);
    } else if (strcmp(a, "asset") == 0) {
        known_asset(known, b, NULL, 12345);
    } else if (strcmp(a, "votes") == 0) {
        known_hold(known, b, c, strcmp(d, "?") == 0 ? NULL : d)->interest = AT_VOTES;
    } else if (strcmp(a, "until") == 0) {
        known_hold(known, b, c, d)->period.until_us = 100 * AT_US_PER_DAY;
    } else if (strcmp(a, "since") == 0) {
        known_hold(known, b, c, d)->period.since_us = 100 * AT_US_PER_DAY;
    } else {
        known_hold(known, a, b, strcmp(c, "?") == 0 ? NULL : c);
        if (strcmp(d, "for") != 0)
            return;
        at_ref principal = {.id = ""};
        if (strcmp(e, "?") != 0) {
            at_thing thing = known_thing(known, e);
            principal = known->things[thing - 1];
        }
        known->facts[known->fact_count - 1].holding.nominee_for = principal;
    }
}
