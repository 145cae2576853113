/* show_fact.c: one stated fact, a row a field. */
#include "engine/jobs/show_fact.h"

#include <string.h>

const at_column at_show_columns[] = {
    {"what", AT_COLUMN_TEXT, "the kind of statement"},
    {"field", AT_COLUMN_TEXT, "its field"},
    {"value", AT_COLUMN_TEXT, "as the record states it"},
    {0},
};

at_status at_show_field(at_fact_show *state, const char *field, const char *value, at_error *err) {
    if (!value)
        return AT_OK;
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, state->table, err));
    at_cell_text(&row->cells[0], state->what);
    at_cell_text(&row->cells[1], field);
    at_cell_text(&row->cells[2], value);
    return at_row_cite(row, state->table, state->record, err);
}

static at_status say_time(at_fact_show *state, const char *field, int64_t us,
                          at_precision precision, at_error *err) {
    if (us == AT_TIME_NONE)
        return AT_OK;
    char text[AT_TIME_TEXT_BYTES];
    at_time_format(text, us, us % AT_US_PER_DAY == 0 ? AT_DAY : precision);
    const char *copy = NULL;
    AT_TRY(at_arena_text(&copy, state->arena, text, err));
    return at_show_field(state, field, copy, err);
}

static at_status say_period(at_fact_show *state, const at_period *period, at_error *err) {
    AT_TRY(say_time(state, "since", period->since_us, AT_MICROSECOND, err));
    return say_time(state, "until", period->until_us, AT_MICROSECOND, err);
}

static at_status say_amount(at_fact_show *state, const char *field, int64_t amount,
                            const char *currency, at_error *err) {
    if (amount == AT_AMOUNT_NONE)
        return AT_OK;
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, state->arena, err, "%lld minor units%s%s", (long long)amount,
                          currency ? " of " : "", currency ? currency : ""));
    return at_show_field(state, field, text, err);
}

static at_status say_ref(at_fact_show *state, const char *field, const at_ref *ref, at_error *err) {
    if (!ref->id)
        return AT_OK;
    if (ref->thing == 0 || !state->facts)
        return at_show_field(state, field, ref->id[0] ? ref->id : "(not named)", err);
    at_thing_view view = {0};
    AT_TRY(state->facts->view(state->facts->self, &view, ref->thing, err));
    const char *text = view.shown;
    if (view.title)
        AT_TRY(at_arena_print(&text, state->arena, err, "%s (%s)", view.shown, view.title));
    return at_show_field(state, field, text, err);
}

/* A thing's own id is what was asked for; that of another, or before the store, has to be said. */
static at_status show_self(at_fact_show *state, const char *field, const at_ref *self,
                           at_error *err) {
    return state->facts && self->thing == state->thing ? AT_OK : say_ref(state, field, self, err);
}

static at_status say_share(at_fact_show *state, const at_share *share, at_error *err) {
    if (!share->known)
        return AT_OK;
    char lo[AT_RATIO_TEXT_BYTES], hi[AT_RATIO_TEXT_BYTES];
    at_ratio_format(lo, share->lo);
    at_ratio_format(hi, share->hi);
    const char *text = NULL;
    if (strcmp(lo, hi) == 0)
        AT_TRY(at_arena_text(&text, state->arena, lo, err));
    else
        AT_TRY(at_arena_print(&text, state->arena, err, "%s%s to %s%s",
                              share->lo_open ? "more than " : "", lo,
                              share->hi_open ? "less than " : "", hi));
    return at_show_field(state, "share", text, err);
}

static at_status show_party(at_fact_show *state, const at_party *party, at_error *err) {
    AT_TRY(show_self(state, "id", &party->self, err));
    AT_TRY(at_show_field(state, "type", at_party_types[party->type], err));
    for (size_t i = 0; i < party->name_count; i++)
        AT_TRY(at_show_field(
            state,
            party->names[i].kind == AT_NAME_PRIMARY ? "name" : at_name_kinds[party->names[i].kind],
            party->names[i].text, err));
    AT_TRY(at_show_field(state, "birth", party->birth.text, err));
    AT_TRY(at_show_field(state, "birth_place", party->birth_place, err));
    AT_TRY(at_show_field(state, "death", party->death.text, err));
    AT_TRY(at_show_field(state, "father", party->father, err));
    AT_TRY(at_show_field(state, "grandfather", party->grandfather, err));
    AT_TRY(at_show_field(state, "sex", party->sex, err));
    AT_TRY(at_show_field(state, "nationality", party->nationality, err));
    AT_TRY(at_show_field(state, "residence", party->residence, err));
    AT_TRY(at_show_field(state, "registration", party->registration, err));
    AT_TRY(at_show_field(state, "address", party->address, err));
    AT_TRY(at_show_field(state, "legal_form", party->legal_form, err));
    AT_TRY(at_show_field(state, "status", party->status, err));
    AT_TRY(say_time(state, "founded", party->founded_us, AT_DAY, err));
    return say_time(state, "dissolved", party->dissolved_us, AT_DAY, err);
}

static at_status show_account(at_fact_show *state, const at_account *account, at_error *err) {
    AT_TRY(show_self(state, "id", &account->self, err));
    AT_TRY(at_show_field(state, "kind", at_account_kinds[account->kind], err));
    AT_TRY(at_show_field(state, "currency", account->currency, err));
    AT_TRY(say_amount(state, "opening", account->opening, account->currency, err));
    AT_TRY(say_time(state, "opening_at", account->opening_at_us, AT_MICROSECOND, err));
    AT_TRY(say_ref(state, "holder", &account->holder, err));
    AT_TRY(at_show_field(state, "institution", account->institution, err));
    AT_TRY(at_show_field(state, "bic", account->bic, err));
    AT_TRY(at_show_field(state, "country", account->country, err));
    AT_TRY(at_show_field(state, "branch", account->branch, err));
    return say_period(state, &account->period, err);
}

static at_status show_asset(at_fact_show *state, const at_asset *asset, at_error *err) {
    AT_TRY(show_self(state, "id", &asset->self, err));
    AT_TRY(at_show_field(state, "type", asset->type, err));
    AT_TRY(at_show_field(state, "description", asset->description, err));
    AT_TRY(at_show_field(state, "country", asset->country, err));
    AT_TRY(at_show_field(state, "place", asset->place, err));
    AT_TRY(say_amount(state, "value", asset->value, asset->currency, err));
    AT_TRY(say_time(state, "valued_on", asset->valued_on_us, AT_DAY, err));
    AT_TRY(at_show_field(state, "basis", asset->basis, err));
    return at_show_field(state, "encumbrance", asset->encumbrance, err);
}

static at_status show_identifier(at_fact_show *state, const at_identifier *identifier,
                                 at_error *err) {
    AT_TRY(show_self(state, "of", &identifier->of, err));
    AT_TRY(at_show_field(state, identifier->type, identifier->text, err));
    AT_TRY(at_show_field(state, "country", identifier->country, err));
    AT_TRY(at_show_field(state, "issuer", identifier->issuer, err));
    AT_TRY(at_show_field(state, "check", identifier->check, err));
    return say_period(state, &identifier->period, err);
}

static at_status show_holding(at_fact_show *state, const at_holding *holding, at_error *err) {
    AT_TRY(say_ref(state, "owner", &holding->owner, err));
    AT_TRY(say_ref(state, "owned", &holding->owned, err));
    AT_TRY(at_show_field(state, "interest", at_interests[holding->interest], err));
    AT_TRY(say_share(state, &holding->share, err));
    AT_TRY(say_ref(state, "nominee_for", &holding->nominee_for, err));
    AT_TRY(at_show_field(state, "stated_by", holding->stated_by, err));
    return say_period(state, &holding->period, err);
}

static at_status show_link(at_fact_show *state, const at_link *link, at_error *err) {
    AT_TRY(say_ref(state, "a", &link->a, err));
    AT_TRY(at_show_field(state, "kind", link->kind, err));
    AT_TRY(say_ref(state, "b", &link->b, err));
    AT_TRY(at_show_field(state, "strength", link->suspected ? "suspected" : "stated", err));
    return say_period(state, &link->period, err);
}

static at_status show_listing(at_fact_show *state, const at_listing *listing, at_error *err) {
    AT_TRY(show_self(state, "of", &listing->party, err));
    AT_TRY(at_show_field(state, "list", listing->list, err));
    AT_TRY(at_show_field(state, "kind", listing->kind, err));
    AT_TRY(at_show_field(state, "programme", listing->programme, err));
    AT_TRY(at_show_field(state, "authority", listing->authority, err));
    AT_TRY(at_show_field(state, "number", listing->number, err));
    AT_TRY(at_show_field(state, "reason", listing->reason, err));
    return say_period(state, &listing->period, err);
}

static at_status show_event(at_fact_show *state, const at_event *event, at_error *err) {
    AT_TRY(show_self(state, "id", &event->self, err));
    AT_TRY(at_show_field(state, "kind", event->kind, err));
    AT_TRY(say_time(state, "time", event->time.us, event->time.precision, err));
    AT_TRY(at_show_field(state, "place", event->place, err));
    AT_TRY(at_show_field(state, "country", event->country, err));
    for (size_t i = 0; i < event->thing_count; i++)
        AT_TRY(say_ref(state, "of", &event->things[i], err));
    AT_TRY(at_show_field(state, "amount", event->amount, err));
    AT_TRY(at_show_field(state, "unit", event->unit, err));
    return at_show_field(state, "text", event->text, err);
}

static at_status show_transfer(at_fact_show *state, const at_transfer *transfer, at_error *err) {
    AT_TRY(at_show_field(state, "id", transfer->id, err));
    AT_TRY(say_ref(state, "from", &transfer->from, err));
    AT_TRY(say_ref(state, "to", &transfer->to, err));
    AT_TRY(say_time(state, "time", transfer->time.us, transfer->time.precision, err));
    AT_TRY(say_amount(state, "amount", transfer->amount, transfer->currency, err));
    AT_TRY(say_amount(state, "amount_in", transfer->amount_in, transfer->currency_in, err));
    if (transfer->fee)
        AT_TRY(say_amount(state, "fee", transfer->fee, transfer->currency, err));
    AT_TRY(at_show_field(state, "reverses", transfer->reverses, err));
    return at_show_field(state, "type", at_transfer_types[transfer->type], err);
}

static at_status show_leg(at_fact_show *state, const at_leg *leg, at_error *err) {
    AT_TRY(at_show_field(state, "id", leg->id, err));
    AT_TRY(say_ref(state, "account", &leg->account, err));
    AT_TRY(at_show_field(state, "direction", leg->credit ? "in" : "out", err));
    AT_TRY(say_time(state, "time", leg->time.us, leg->time.precision, err));
    AT_TRY(say_time(state, "value_date", leg->value_date.us, leg->value_date.precision, err));
    AT_TRY(say_amount(state, "amount", leg->amount, leg->currency, err));
    AT_TRY(say_ref(state, "counterparty", &leg->counterparty, err));
    AT_TRY(at_show_field(state, "counterparty_name", leg->counterparty_name, err));
    AT_TRY(at_show_field(state, "counterparty_institution", leg->counterparty_institution, err));
    AT_TRY(at_show_field(state, "counterparty_country", leg->counterparty_country, err));
    AT_TRY(at_show_field(state, "reference", leg->reference, err));
    AT_TRY(say_amount(state, "balance_after", leg->balance_after, leg->currency, err));
    if (leg->fee)
        AT_TRY(say_amount(state, "fee", leg->fee, leg->currency, err));
    AT_TRY(at_show_field(state, "reverses", leg->reverses, err));
    return at_show_field(state, "type", at_transfer_types[leg->type], err);
}

static at_status show_statement(at_fact_show *state, const at_statement *statement, at_error *err) {
    AT_TRY(show_self(state, "account", &statement->account, err));
    AT_TRY(say_period(state, &statement->period, err));
    AT_TRY(say_amount(state, "opening", statement->opening, statement->currency, err));
    AT_TRY(say_amount(state, "closing", statement->closing, statement->currency, err));
    const char *text = NULL;
    AT_TRY(at_arena_print(&text, state->arena, err, "%llu rows, %llu balance breaks",
                          (unsigned long long)statement->rows,
                          (unsigned long long)statement->breaks));
    return at_show_field(state, "coverage", text, err);
}

at_status at_show_fact(at_fact_show *state, const at_fact *fact, at_error *err) {
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
    case AT_TRANSFER:
        return show_transfer(state, &fact->transfer, err);
    case AT_LEG:
        return show_leg(state, &fact->leg, err);
    case AT_STATEMENT:
        return show_statement(state, &fact->statement, err);
    case AT_LABEL:
        AT_TRY(show_self(state, "of", &fact->label.of, err));
        return at_show_field(state, fact->label.name, fact->label.text ? fact->label.text : "",
                             err);
    default:
        return AT_OK;
    }
}
