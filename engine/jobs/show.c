/* show.c: everything the records say of one thing, a row a stated field. */
#include <string.h>

#include "engine/jobs/look.h"

static const at_column show_columns[] = {
    {"what", AT_COLUMN_TEXT, "the kind of statement"},
    {"field", AT_COLUMN_TEXT, "its field"},
    {"value", AT_COLUMN_TEXT, "as the record states it"},
    {0},
};

typedef struct show_state {
    at_table *table;
    const at_facts *facts;
    at_arena *arena;
    const char *what;
    at_record_id record;
} show_state;

static at_status say(show_state *state, const char *field, const char *value, at_error *err) {
    if (!value)
        return AT_OK;
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, state->table, err));
    at_cell_text(&row->cells[0], state->what);
    at_cell_text(&row->cells[1], field);
    at_cell_text(&row->cells[2], value);
    return at_row_cite(row, state->table, state->record, err);
}

static at_status say_time(show_state *state, const char *field, int64_t us, at_precision precision,
                          at_error *err) {
    if (us == AT_TIME_NONE)
        return AT_OK;
    char text[AT_TIME_TEXT_BYTES];
    at_time_format(text, us, us % AT_US_PER_DAY == 0 ? AT_DAY : precision);
    const char *copy = NULL;
    AT_TRY(at_arena_text(&copy, state->arena, text, err));
    return say(state, field, copy, err);
}

static at_status say_period(show_state *state, const at_period *period, at_error *err) {
    AT_TRY(say_time(state, "since", period->since_us, AT_MICROSECOND, err));
    return say_time(state, "until", period->until_us, AT_MICROSECOND, err);
}

static at_status say_amount(show_state *state, const char *field, int64_t amount,
                            const char *currency, at_error *err) {
    if (amount == AT_AMOUNT_NONE)
        return AT_OK;
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, state->arena, err, "%lld minor units%s%s", (long long)amount,
                          currency ? " of " : "", currency ? currency : ""));
    return say(state, field, text, err);
}

static at_status say_ref(show_state *state, const char *field, const at_ref *ref, at_error *err) {
    if (!ref->id)
        return AT_OK;
    if (ref->thing == 0)
        return say(state, field, ref->id[0] ? ref->id : "(not named)", err);
    at_thing_view view = {0};
    AT_TRY(state->facts->view(state->facts->self, &view, ref->thing, err));
    const char *text = view.shown;
    if (view.title)
        AT_TRY(at_arena_print(&text, state->arena, err, "%s (%s)", view.shown, view.title));
    return say(state, field, text, err);
}

static at_status say_share(show_state *state, const at_share *share, at_error *err) {
    if (!share->known)
        return AT_OK;
    char lo[AT_RATIO_TEXT_BYTES], hi[AT_RATIO_TEXT_BYTES];
    at_ratio_format(lo, share->lo);
    at_ratio_format(hi, share->hi);
    if (strcmp(lo, hi) == 0)
        return say(state, "share", lo[0] ? lo : NULL, err);
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, state->arena, err, "%s%s to %s%s",
                          share->lo_open ? "more than " : "", lo,
                          share->hi_open ? "less than " : "", hi));
    return say(state, "share", text, err);
}

static at_status show_party(show_state *state, const at_party *party, at_error *err) {
    AT_TRY(say(state, "type", at_party_types[party->type], err));
    for (size_t i = 0; i < party->name_count; i++)
        AT_TRY(say(state,
                   party->names[i].kind == AT_NAME_PRIMARY ? "name"
                                                           : at_name_kinds[party->names[i].kind],
                   party->names[i].text, err));
    AT_TRY(say(state, "birth", party->birth.text, err));
    AT_TRY(say(state, "birth_place", party->birth_place, err));
    AT_TRY(say(state, "death", party->death.text, err));
    AT_TRY(say(state, "father", party->father, err));
    AT_TRY(say(state, "grandfather", party->grandfather, err));
    AT_TRY(say(state, "sex", party->sex, err));
    AT_TRY(say(state, "nationality", party->nationality, err));
    AT_TRY(say(state, "residence", party->residence, err));
    AT_TRY(say(state, "registration", party->registration, err));
    AT_TRY(say(state, "address", party->address, err));
    AT_TRY(say(state, "legal_form", party->legal_form, err));
    AT_TRY(say(state, "status", party->status, err));
    AT_TRY(say_time(state, "founded", party->founded_us, AT_DAY, err));
    return say_time(state, "dissolved", party->dissolved_us, AT_DAY, err);
}

static at_status show_account(show_state *state, const at_account *account, at_error *err) {
    AT_TRY(say(state, "kind", at_account_kinds[account->kind], err));
    AT_TRY(say(state, "currency", account->currency, err));
    AT_TRY(say_amount(state, "opening", account->opening, account->currency, err));
    AT_TRY(say_time(state, "opening_at", account->opening_at_us, AT_MICROSECOND, err));
    AT_TRY(say_ref(state, "holder", &account->holder, err));
    AT_TRY(say(state, "institution", account->institution, err));
    AT_TRY(say(state, "bic", account->bic, err));
    AT_TRY(say(state, "country", account->country, err));
    AT_TRY(say(state, "branch", account->branch, err));
    return say_period(state, &account->period, err);
}

static at_status show_asset(show_state *state, const at_asset *asset, at_error *err) {
    AT_TRY(say(state, "type", asset->type, err));
    AT_TRY(say(state, "description", asset->description, err));
    AT_TRY(say(state, "country", asset->country, err));
    AT_TRY(say(state, "place", asset->place, err));
    AT_TRY(say_amount(state, "value", asset->value, asset->currency, err));
    AT_TRY(say_time(state, "valued_on", asset->valued_on_us, AT_DAY, err));
    AT_TRY(say(state, "basis", asset->basis, err));
    return say(state, "encumbrance", asset->encumbrance, err);
}

static at_status show_identifier(show_state *state, const at_identifier *identifier,
                                 at_error *err) {
    AT_TRY(say(state, identifier->type, identifier->text, err));
    AT_TRY(say(state, "country", identifier->country, err));
    AT_TRY(say(state, "issuer", identifier->issuer, err));
    AT_TRY(say(state, "check", identifier->check, err));
    return say_period(state, &identifier->period, err);
}

static at_status show_holding(show_state *state, const at_holding *holding, at_error *err) {
    AT_TRY(say_ref(state, "owner", &holding->owner, err));
    AT_TRY(say_ref(state, "owned", &holding->owned, err));
    AT_TRY(say(state, "interest", at_interests[holding->interest], err));
    AT_TRY(say_share(state, &holding->share, err));
    AT_TRY(say_ref(state, "nominee_for", &holding->nominee_for, err));
    AT_TRY(say(state, "stated_by", holding->stated_by, err));
    return say_period(state, &holding->period, err);
}

static at_status show_link(show_state *state, const at_link *link, at_error *err) {
    AT_TRY(say_ref(state, "a", &link->a, err));
    AT_TRY(say(state, "kind", link->kind, err));
    AT_TRY(say_ref(state, "b", &link->b, err));
    AT_TRY(say(state, "strength", link->suspected ? "suspected" : "stated", err));
    return say_period(state, &link->period, err);
}

static at_status show_listing(show_state *state, const at_listing *listing, at_error *err) {
    AT_TRY(say(state, "list", listing->list, err));
    AT_TRY(say(state, "kind", listing->kind, err));
    AT_TRY(say(state, "programme", listing->programme, err));
    AT_TRY(say(state, "authority", listing->authority, err));
    AT_TRY(say(state, "number", listing->number, err));
    AT_TRY(say(state, "reason", listing->reason, err));
    return say_period(state, &listing->period, err);
}

static at_status show_event(show_state *state, const at_event *event, at_error *err) {
    AT_TRY(say(state, "kind", event->kind, err));
    AT_TRY(say_time(state, "time", event->time.us, event->time.precision, err));
    AT_TRY(say(state, "place", event->place, err));
    AT_TRY(say(state, "country", event->country, err));
    for (size_t i = 0; i < event->thing_count; i++)
        AT_TRY(say_ref(state, "of", &event->things[i], err));
    AT_TRY(say(state, "amount", event->amount, err));
    AT_TRY(say(state, "unit", event->unit, err));
    return say(state, "text", event->text, err);
}

static at_status show_statement(show_state *state, const at_statement *statement, at_error *err) {
    AT_TRY(say_period(state, &statement->period, err));
    AT_TRY(say_amount(state, "opening", statement->opening, statement->currency, err));
    AT_TRY(say_amount(state, "closing", statement->closing, statement->currency, err));
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, state->arena, err, "%llu rows, %llu balance breaks",
                          (unsigned long long)statement->rows,
                          (unsigned long long)statement->breaks));
    return say(state, "coverage", text, err);
}

static at_status show_fact(show_state *state, const at_fact *fact, at_error *err) {
    state->what = at_kind_text(fact->kind);
    state->record = fact->record;
    switch (fact->kind) {
    case AT_PARTY:
        return show_party(state, &fact->party, err);
    case AT_ACCOUNT:
        return show_account(state, &fact->account, err);
    case AT_ASSET:
        return show_asset(state, &fact->asset, err);
    case AT_IDENTIFIER:
        return show_identifier(state, &fact->identifier, err);
    case AT_HOLDING:
        return show_holding(state, &fact->holding, err);
    case AT_LINK:
        return show_link(state, &fact->link, err);
    case AT_LISTING:
        return show_listing(state, &fact->listing, err);
    case AT_EVENT:
        return show_event(state, &fact->event, err);
    case AT_STATEMENT:
        return show_statement(state, &fact->statement, err);
    case AT_LABEL:
        return say(state, fact->label.name, fact->label.text ? fact->label.text : "", err);
    default:
        return AT_OK;
    }
}

static at_status show_aliases(show_state *state, at_thing thing, at_error *err) {
    const at_ref *aliases = NULL;
    size_t count = 0;
    AT_TRY(state->facts->aliases(state->facts->self, &aliases, &count, thing, err));
    state->what = "id";
    state->record = 0;
    for (size_t i = 0; i < count; i++)
        AT_TRY(say(state, aliases[i].name_space, aliases[i].id, err));
    return AT_OK;
}

at_status at_show_thing(at_table *out, at_reader *reader, const char *id, at_arena *arena,
                        at_error *err) {
    static const at_kind kinds[] = {AT_PARTY,   AT_ACCOUNT, AT_ASSET,   AT_EVENT,     AT_IDENTIFIER,
                                    AT_HOLDING, AT_LINK,    AT_LISTING, AT_STATEMENT, AT_LABEL};
    const at_facts *facts = at_reader_facts(reader);
    at_thing thing = 0;
    AT_TRY(facts->resolve(facts->self, &thing, AT_ANY_THING, id, err));
    at_table table;
    at_table_init(&table, "show", 1, show_columns, arena);
    show_state state = {.table = &table, .facts = facts, .arena = arena};
    AT_TRY(show_aliases(&state, thing, err));
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        at_fact_list list = {0};
        AT_TRY(facts->list(facts->self, &list, kinds[k], thing, err));
        for (size_t i = 0; i < list.count; i++)
            AT_TRY(show_fact(&state, &list.facts[i], err));
    }
    *out = table;
    return AT_OK;
}
