/* timeline_facts.c: the moments that facts state, kind by kind. */
#include <string.h>

#include "queries/timeline_moment.h"

static at_status list_all(at_fact_list *out, const at_moments *moments, at_kind kind,
                          at_error *err) {
    const at_facts *facts = moments->question->facts;
    return facts->list(facts->self, out, kind, 0, err);
}

/* A stated day has no hour. */
static at_precision precision_of(int64_t us) {
    return us != AT_TIME_NONE && us % AT_US_PER_DAY == 0 ? AT_DAY : AT_MICROSECOND;
}

static at_status add_at(at_moments *moments, at_moment moment, int64_t time_us, const char *what,
                        at_error *err) {
    moment.time_us = time_us;
    moment.precision = precision_of(time_us);
    moment.what = what;
    return at_moment_add(moments, &moment, err);
}

/* Begin and end of a period, `word` before the verb. */
static at_status add_period(at_moments *moments, const at_moment *moment, const at_period *period,
                            const char *word, at_error *err) {
    at_arena *arena = moments->question->arena;
    const char *begins, *ends;
    moments->undated += period->since_us == AT_TIME_NONE && period->until_us == AT_TIME_NONE &&
                        moments->kinds >> moment->kind & 1;
    AT_TRY(at_arena_print(&begins, arena, err, "%s begins", word));
    AT_TRY(at_arena_print(&ends, arena, err, "%s ends", word));
    AT_TRY(add_at(moments, *moment, period->since_us, begins, err));
    return add_at(moments, *moment, period->until_us, ends, err);
}

/* Join what is there. */
static at_status join(const char **out, const char *between, const char *const *texts, size_t count,
                      at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text joined = {0};
    for (size_t i = 0; i < count; i++)
        if (texts[i] != NULL && texts[i][0] != '\0')
            AT_TRY(at_text_print(&joined, err, "%s%s", joined.bytes ? between : "", texts[i]));
    *out = NULL;
    return joined.bytes ? at_arena_text(out, arena, at_text_string(&joined), err) : AT_OK;
}

static at_moment moment_of(at_moment_kind kind, const at_fact *fact) {
    return (at_moment){.kind = kind, .amount = AT_AMOUNT_NONE, .records = {fact->record}};
}

static at_status name_sides(at_moment *moment, const at_moments *moments, at_thing own,
                            at_thing other, at_error *err) {
    AT_TRY(at_moment_name(&moment->thing, &moment->title, moments, own, err));
    return other == 0 ? AT_OK
                      : at_moment_name(&moment->counterparty, &moment->title, moments, other, err);
}

/* --- Kinds ------------------------------------------------------------------------------------ */

/* A birth known to the day; wider ones are no moment. */
static at_status add_range(at_moments *moments, const at_moment *moment, const at_date_range *range,
                           const char *what, at_error *err) {
    at_moment dated = *moment;
    if (range->earliest == AT_DAY_NONE || range->earliest != range->latest)
        return AT_OK;
    dated.text = range->text;
    return add_at(moments, dated, range->earliest * AT_US_PER_DAY, what, err);
}

static at_status add_parties(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_PARTY, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_party *party = &list.facts[i].party;
        at_moment moment = moment_of(AT_MOMENT_PARTY, &list.facts[i]);
        if (!at_moment_is_held(moments, &party->self))
            continue;
        AT_TRY(name_sides(&moment, moments, party->self.thing, 0, err));
        AT_TRY(add_range(moments, &moment, &party->birth, "born", err));
        AT_TRY(add_range(moments, &moment, &party->death, "died", err));
        AT_TRY(add_at(moments, moment, party->founded_us, "founded", err));
        AT_TRY(add_at(moments, moment, party->dissolved_us, "dissolved", err));
    }
    return AT_OK;
}

/* What else an event is about. */
static at_status name_others(const char **out, const at_moments *moments, const at_event *event,
                             at_thing own, at_error *err) {
    const char **names, *title;
    size_t count = 0;
    AT_TRY(AT_NEW(&names, moments->question->arena, event->thing_count, err));
    for (size_t i = 0; i < event->thing_count; i++)
        if (event->things[i].thing != own && event->things[i].thing != 0)
            AT_TRY(at_moment_name(&names[count++], &title, moments, event->things[i].thing, err));
    return join(out, ",", names, count, moments->question->arena, err);
}

static at_status add_events(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_EVENT, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_event *event = &list.facts[i].event;
        at_thing own = at_moment_is_held(moments, &event->self) ? event->self.thing : 0;
        for (size_t k = 0; k < event->thing_count && own == 0; k++)
            if (at_moment_is_held(moments, &event->things[k]))
                own = event->things[k].thing;
        if (own == 0)
            continue;
        at_moment moment = moment_of(AT_MOMENT_EVENT, &list.facts[i]);
        const char *title, *quantity = NULL;
        if (event->amount != NULL)
            AT_TRY(at_arena_print(&quantity, moments->question->arena, err, "%s%s%s", event->amount,
                                  event->unit ? " " : "", event->unit ? event->unit : ""));
        const char *const said[] = {event->text, event->place, event->country, quantity};
        AT_TRY(join(&moment.text, ", ", said, AT_COUNT(said), moments->question->arena, err));
        AT_TRY(at_moment_name(&moment.thing, &moment.title, moments, own, err));
        AT_TRY(at_moment_name(&moment.id, &title, moments, event->self.thing, err));
        AT_TRY(name_others(&moment.counterparty, moments, event, own, err));
        moment.time_us = event->time.us;
        moment.precision = event->time.precision;
        moment.what = event->kind;
        AT_TRY(at_moment_add(moments, &moment, err));
    }
    return AT_OK;
}

static at_status add_listings(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_LISTING, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_listing *listing = &list.facts[i].listing;
        at_moment moment = moment_of(AT_MOMENT_LISTING, &list.facts[i]);
        const char *const said[] = {listing->list, listing->programme, listing->number};
        if (!at_moment_is_held(moments, &listing->party))
            continue;
        AT_TRY(name_sides(&moment, moments, listing->party.thing, 0, err));
        AT_TRY(join(&moment.text, ", ", said, AT_COUNT(said), moments->question->arena, err));
        AT_TRY(add_period(moments, &moment, &listing->period, listing->kind, err));
    }
    return AT_OK;
}

static at_status add_links(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_LINK, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_link *link = &list.facts[i].link;
        const bool is_a = at_moment_is_held(moments, &link->a);
        at_moment moment = moment_of(AT_MOMENT_LINK, &list.facts[i]);
        if ((!is_a && !at_moment_is_held(moments, &link->b)) ||
            at_text_equal(link->kind, "same_as_stated"))
            continue;
        AT_TRY(name_sides(&moment, moments, is_a ? link->a.thing : link->b.thing,
                          is_a ? link->b.thing : link->a.thing, err));
        moment.text = link->suspected ? "suspected" : NULL;
        AT_TRY(add_period(moments, &moment, &link->period, link->kind, err));
    }
    return AT_OK;
}

static at_status add_accounts(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_ACCOUNT, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        at_moment moment = moment_of(AT_MOMENT_ACCOUNT, &list.facts[i]);
        if (!at_moment_is_held(moments, &account->self))
            continue;
        AT_TRY(name_sides(&moment, moments, account->self.thing, account->holder.thing, err));
        moment.text = account->institution;
        AT_TRY(add_at(moments, moment, account->period.since_us, "opened", err));
        AT_TRY(add_at(moments, moment, account->period.until_us, "closed", err));
    }
    return AT_OK;
}

static at_status write_share(const char **out, const at_share *share, at_arena *arena,
                             at_error *err) {
    char lo[AT_RATIO_TEXT_BYTES], hi[AT_RATIO_TEXT_BYTES];
    *out = NULL;
    if (!share->known)
        return AT_OK;
    at_ratio_format(lo, share->lo);
    at_ratio_format(hi, share->hi);
    if (at_ratio_compare(share->lo, share->hi) == 0)
        return at_arena_text(out, arena, lo, err);
    return at_arena_print(out, arena, err, "%s%s to %s%s", share->lo_open ? "more than " : "", lo,
                          share->hi_open ? "less than " : "", hi);
}

static at_status add_holdings(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_HOLDING, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        const bool is_owner = at_moment_is_held(moments, &holding->owner);
        const bool is_principal = !is_owner && at_moment_is_held(moments, &holding->nominee_for);
        at_moment moment = moment_of(AT_MOMENT_HOLDING, &list.facts[i]);
        if (is_owner)
            AT_TRY(name_sides(&moment, moments, holding->owner.thing, holding->owned.thing, err));
        else if (is_principal)
            AT_TRY(name_sides(&moment, moments, holding->nominee_for.thing, holding->owned.thing,
                              err));
        else if (at_moment_is_held(moments, &holding->owned))
            AT_TRY(name_sides(&moment, moments, holding->owned.thing, holding->owner.thing, err));
        else
            continue;
        const char *share, *nominee = NULL, *title;
        AT_TRY(write_share(&share, &holding->share, moments->question->arena, err));
        if (is_principal) {
            AT_TRY(at_moment_name(&nominee, &title, moments, holding->owner.thing, err));
            AT_TRY(at_arena_print(&nominee, moments->question->arena, err, "in the name of %s",
                                  nominee));
        }
        const char *const said[] = {share, nominee};
        AT_TRY(join(&moment.text, ", ", said, AT_COUNT(said), moments->question->arena, err));
        AT_TRY(
            add_period(moments, &moment, &holding->period, at_interests[holding->interest], err));
    }
    return AT_OK;
}

static at_status add_assets(at_moments *moments, at_error *err) {
    at_fact_list list;
    AT_TRY(list_all(&list, moments, AT_ASSET, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_asset *asset = &list.facts[i].asset;
        at_moment moment = moment_of(AT_MOMENT_ASSET, &list.facts[i]);
        if (!at_moment_is_held(moments, &asset->self) || asset->value == AT_AMOUNT_NONE)
            continue;
        AT_TRY(name_sides(&moment, moments, asset->self.thing, 0, err));
        moment.text = asset->basis;
        moment.amount = asset->value;
        moment.currency = asset->currency;
        AT_TRY(add_at(moments, moment, asset->valued_on_us, "valued", err));
    }
    return AT_OK;
}

at_status at_moments_facts(at_moments *moments, at_error *err) {
    AT_TRY(add_parties(moments, err));
    AT_TRY(add_events(moments, err));
    AT_TRY(add_listings(moments, err));
    AT_TRY(add_links(moments, err));
    AT_TRY(add_accounts(moments, err));
    AT_TRY(add_holdings(moments, err));
    return add_assets(moments, err);
}
