#include <assert.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/mapping.h"

static void *member(at_fact *fact, const at_map_rule *rule) {
    return (char *)fact + rule->offset;
}

AT_MAP_SETTER(at_map_set_text) {
    (void)value, (void)map, (void)err;
    *(const char **)member(fact, rule) = text;
    return AT_OK;
}

AT_MAP_SETTER(at_map_set_id) {
    (void)value;
    AT_TRY(at_field_digits(&text, text, map->row->scratch, err));
    AT_TRY(at_field_id(text, err));
    *(const char **)member(fact, rule) = text;
    return AT_OK;
}

AT_MAP_SETTER(at_map_set_ref) {
    (void)value;
    AT_TRY(at_field_digits(&text, text, map->row->scratch, err));
    return at_field_any_ref(member(fact, rule), text, rule->kind, err);
}

AT_MAP_SETTER(at_map_set_index) {
    (void)value, (void)map;
    return at_field_word(member(fact, rule), text, rule->words, rule->what, err);
}

AT_MAP_SETTER(at_map_set_word) {
    (void)value, (void)map;
    int word = 0;
    AT_TRY(at_field_word(&word, text, rule->words, rule->what, err));
    *(const char **)member(fact, rule) = rule->words[word];
    return AT_OK;
}

AT_MAP_SETTER(at_map_set_country) {
    (void)value;
    return at_field_country(member(fact, rule), text, map->row->scratch, err);
}

AT_MAP_SETTER(at_map_set_currency) {
    (void)value;
    const at_import_options *options = map->row->options;
    at_currency currency;
    AT_TRY(at_currency_parse(&currency, text, options->tokens, options->token_count, err));
    *(const char **)member(fact, rule) = text;
    return AT_OK;
}

AT_MAP_SETTER(at_map_set_time) {
    at_time *time = member(fact, rule);
    AT_TRY(at_map_time(time, text, &value->date, map->row, err));
    map->row->zone_assumed = map->row->zone_assumed || time->zone_assumed;
    return AT_OK;
}

AT_MAP_SETTER(at_map_set_moment) {
    at_time time;
    AT_TRY(at_map_time(&time, text, &value->date, map->row, err));
    *(int64_t *)member(fact, rule) = time.us;
    return AT_OK;
}

/* A pattern stated for the field itself gives a day; else a year or a month may stand alone. */
AT_MAP_SETTER(at_map_set_range) {
    at_date_range *range = member(fact, rule);
    if (value->own_date) {
        at_time time;
        AT_TRY(at_map_time(&time, text, &value->date, map->row, err));
        const int32_t day = at_day_of_time(time.us);
        *range = (at_date_range){.earliest = day,
                                 .latest = day,
                                 .precision = AT_DAY,
                                 .calendar = at_calendars[value->date.style.calendar],
                                 .text = text};
        return AT_OK;
    }
    const at_calendar calendar =
        value->date.calendar_stated ? value->date.style.calendar : AT_CALENDAR_BY_YEAR;
    const char *country = fact->kind == AT_PARTY ? fact->party.nationality : NULL;
    return at_date_range_read(range, text, calendar, country, err);
}

AT_MAP_SETTER(at_map_set_integer) {
    (void)value;
    AT_TRY(at_field_digits(&text, text, map->row->scratch, err));
    if (!at_int_parse(member(fact, rule), text))
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-NUMBER", "%s \"%s\" is not an integer",
                       rule->name, text);
    return AT_OK;
}

const char *at_map_late(at_map_row *map, size_t field) {
    const at_map_value *value = map->record->values[field];
    map->row->last = value != NULL && value->column_count > 0 ? value->columns[0].number : 0;
    return map->texts[field];
}

/* --- Party ------------------------------------------------------------------------------------ */

enum { PARTY_NAME, PARTY_LANG, PARTY_ALIAS, PARTY_FORMER };

static const at_map_rule party_rules[] = {
    [PARTY_NAME] = AT_FIELD_LATE("name", false),
    [PARTY_LANG] = AT_FIELD_LATE("name_lang", false),
    [PARTY_ALIAS] = AT_FIELD_LATE("alias", false),
    [PARTY_FORMER] = AT_FIELD_LATE("former_name", false),
    AT_FIELD_REF("id", true, party.self, AT_PARTY),
    AT_FIELD_WORDS("type", false, at_map_set_index, party.type, at_party_types, "type of party"),
    AT_FIELD("nationality", false, at_map_set_country, party.nationality),
    AT_FIELD("residence", false, at_map_set_country, party.residence),
    AT_FIELD("registration", false, at_map_set_country, party.registration),
    AT_FIELD("birth", false, at_map_set_range, party.birth),
    AT_FIELD("death", false, at_map_set_range, party.death),
    AT_FIELD("birth_place", false, at_map_set_text, party.birth_place),
    AT_FIELD("father", false, at_map_set_text, party.father),
    AT_FIELD("grandfather", false, at_map_set_text, party.grandfather),
    AT_FIELD("sex", false, at_map_set_text, party.sex),
    AT_FIELD("address", false, at_map_set_text, party.address),
    AT_FIELD("legal_form", false, at_map_set_text, party.legal_form),
    AT_FIELD("status", false, at_map_set_text, party.status),
    AT_FIELD("founded", false, at_map_set_moment, party.founded_us),
    AT_FIELD("dissolved", false, at_map_set_moment, party.dissolved_us),
    AT_FIELD_END,
};

static at_status finish_party(at_fact *fact, at_map_row *map, at_error *err) {
    at_party *party = &fact->party;
    at_name *names = NULL;
    AT_TRY(AT_NEW(&names, map->row->scratch, 3, err));
    if (map->texts[PARTY_NAME] != NULL)
        names[party->name_count++] = (at_name){.text = map->texts[PARTY_NAME],
                                               .kind = AT_NAME_PRIMARY,
                                               .lang = map->texts[PARTY_LANG]};
    if (map->texts[PARTY_ALIAS] != NULL)
        names[party->name_count++] =
            (at_name){.text = map->texts[PARTY_ALIAS], .kind = AT_NAME_ALIAS};
    if (map->texts[PARTY_FORMER] != NULL)
        names[party->name_count++] =
            (at_name){.text = map->texts[PARTY_FORMER], .kind = AT_NAME_FORMER};
    party->names = party->name_count > 0 ? names : NULL;
    return AT_OK;
}

/* --- Identifier, holding, link, listing, event, label ----------------------------------------- */

static const char *const thing_kinds[] = {"party", "account", "asset", "event", NULL};

/* A reference in two fields: the kind of thing, which may be left out, and its id. */
static at_status read_thing(at_ref *out, size_t kind, at_kind otherwise, size_t id, at_map_row *map,
                            at_error *err) {
    const char *text = at_map_late(map, kind);
    if (text != NULL) {
        int word = 0;
        AT_TRY(at_field_word(&word, text, thing_kinds, "kind of thing", err));
        otherwise = at_kind_parse(thing_kinds[word]);
    }
    AT_TRY(at_field_digits(&text, at_map_late(map, id), map->row->scratch, err));
    return at_field_any_ref(out, text, otherwise, err);
}

enum { ID_OF_KIND, ID_OF, ID_TYPE, ID_TEXT, ID_COUNTRY };

static const at_map_rule identifier_rules[] = {
    [ID_OF_KIND] = AT_FIELD_LATE("of_kind", false),
    [ID_OF] = AT_FIELD_LATE("of", true),
    [ID_TYPE] = AT_FIELD_LATE("type", true),
    [ID_TEXT] = AT_FIELD_LATE("text", true),
    [ID_COUNTRY] = AT_FIELD_LATE("country", false),
    AT_FIELD("issuer", false, at_map_set_text, identifier.issuer),
    AT_FIELD("since", false, at_map_set_moment, identifier.period.since_us),
    AT_FIELD("until", false, at_map_set_moment, identifier.period.until_us),
    AT_FIELD_END,
};

static at_status finish_identifier(at_fact *fact, at_map_row *map, at_error *err) {
    at_identifier *identifier = &fact->identifier;
    AT_TRY(read_thing(&identifier->of, ID_OF_KIND, AT_PARTY, ID_OF, map, err));
    const char *country = map->texts[ID_COUNTRY], *type = at_map_late(map, ID_TYPE);
    AT_TRY(at_field_identifier(identifier, type, map->texts[ID_TEXT], country, map->row->scratch,
                               err));
    return at_period_check(&identifier->period, err);
}

enum { HOLD_OWNED_KIND, HOLD_OWNED, HOLD_SHARE, HOLD_SHARE_MAX };

static const at_map_rule holding_rules[] = {
    [HOLD_OWNED_KIND] = AT_FIELD_LATE("owned_kind", false),
    [HOLD_OWNED] = AT_FIELD_LATE("owned", true),
    [HOLD_SHARE] = AT_FIELD_LATE("share", false),
    [HOLD_SHARE_MAX] = AT_FIELD_LATE("share_max", false),
    AT_FIELD_REF("owner", true, holding.owner, AT_PARTY),
    AT_FIELD_WORDS("interest", false, at_map_set_index, holding.interest, at_interests,
                   "kind of holding"),
    AT_FIELD_REF("nominee_for", false, holding.nominee_for, AT_PARTY),
    AT_FIELD("stated_by", false, at_map_set_text, holding.stated_by),
    AT_FIELD("since", false, at_map_set_moment, holding.period.since_us),
    AT_FIELD("until", false, at_map_set_moment, holding.period.until_us),
    AT_FIELD_END,
};

static at_status finish_holding(at_fact *fact, at_map_row *map, at_error *err) {
    at_holding *holding = &fact->holding;
    AT_TRY(read_thing(&holding->owned, HOLD_OWNED_KIND, AT_PARTY, HOLD_OWNED, map, err));
    const char *high = map->texts[HOLD_SHARE_MAX], *low = at_map_late(map, HOLD_SHARE);
    if (low == NULL && high != NULL) /* "at most": from nothing */
        low = "0";
    AT_TRY(at_share_parse(&holding->share, low, high, err));
    return at_period_check(&holding->period, err);
}

enum { LINK_A_KIND, LINK_A, LINK_B_KIND, LINK_B, LINK_STRENGTH };

static const at_map_rule link_rules[] = {
    [LINK_A_KIND] = AT_FIELD_LATE("a_kind", false),
    [LINK_A] = AT_FIELD_LATE("a", true),
    [LINK_B_KIND] = AT_FIELD_LATE("b_kind", false),
    [LINK_B] = AT_FIELD_LATE("b", true),
    [LINK_STRENGTH] = AT_FIELD_LATE("strength", false),
    AT_FIELD_WORDS("kind", true, at_map_set_word, link.kind, at_link_kinds, "kind of link"),
    AT_FIELD("since", false, at_map_set_moment, link.period.since_us),
    AT_FIELD("until", false, at_map_set_moment, link.period.until_us),
    AT_FIELD_END,
};

static at_status finish_link(at_fact *fact, at_map_row *map, at_error *err) {
    static const char *const strengths[] = {"stated", "suspected", NULL};
    at_link *link = &fact->link;
    int strength = 0;
    AT_TRY(read_thing(&link->a, LINK_A_KIND, AT_PARTY, LINK_A, map, err));
    AT_TRY(read_thing(&link->b, LINK_B_KIND, AT_PARTY, LINK_B, map, err));
    const char *text = at_map_late(map, LINK_STRENGTH);
    if (text != NULL)
        AT_TRY(at_field_word(&strength, text, strengths, "strength of a link", err));
    link->suspected = strength == 1;
    return at_period_check(&link->period, err);
}

static const at_map_rule listing_rules[] = {
    AT_FIELD_REF("party", true, listing.party, AT_PARTY),
    AT_FIELD("list", true, at_map_set_text, listing.list),
    AT_FIELD_WORDS("kind", true, at_map_set_word, listing.kind, at_listing_kinds,
                   "kind of listing"),
    AT_FIELD("programme", false, at_map_set_text, listing.programme),
    AT_FIELD("authority", false, at_map_set_text, listing.authority),
    AT_FIELD("number", false, at_map_set_text, listing.number),
    AT_FIELD("reason", false, at_map_set_text, listing.reason),
    AT_FIELD("since", false, at_map_set_moment, listing.period.since_us),
    AT_FIELD("until", false, at_map_set_moment, listing.period.until_us),
    AT_FIELD_END,
};

static at_status finish_listing(at_fact *fact, at_map_row *map, at_error *err) {
    (void)map;
    return at_period_check(&fact->listing.period, err);
}

enum { EVENT_THINGS };

static const at_map_rule event_rules[] = {
    [EVENT_THINGS] = AT_FIELD_LATE("things", false),
    AT_FIELD_REF("id", true, event.self, AT_EVENT),
    AT_FIELD_WORDS("kind", true, at_map_set_word, event.kind, at_event_kinds, "kind of event"),
    AT_FIELD("time", true, at_map_set_time, event.time),
    AT_FIELD("place", false, at_map_set_text, event.place),
    AT_FIELD("country", false, at_map_set_country, event.country),
    AT_FIELD("amount", false, at_map_set_text, event.amount),
    AT_FIELD("unit", false, at_map_set_text, event.unit),
    AT_FIELD("text", false, at_map_set_text, event.text),
    AT_FIELD_END,
};

/* "party:p7; asset:plate-12": things between semicolons, a party unless it says another kind. */
static at_status finish_event(at_fact *fact, at_map_row *map, at_error *err) {
    at_event *event = &fact->event;
    const char *text = at_map_late(map, EVENT_THINGS);
    at_ref *things = NULL;
    size_t capacity = 0;
    while (text != NULL && *text != '\0') {
        text += strspn(text, "; ");
        size_t bytes = strcspn(text, ";");
        const char *next = text + bytes, *id = NULL;
        while (bytes > 0 && text[bytes - 1] == ' ')
            bytes--;
        if (bytes > 0) {
            AT_TRY(at_arena_copy(&id, map->row->scratch, text, bytes, err));
            AT_TRY(AT_GROW(&things, &capacity, event->thing_count, map->row->scratch, err));
            AT_TRY(at_field_digits(&id, id, map->row->scratch, err));
            AT_TRY(at_field_any_ref(&things[event->thing_count++], id, AT_PARTY, err));
        }
        text = next;
    }
    event->things = things;
    return AT_OK;
}

enum { LABEL_OF_KIND, LABEL_OF };

static const at_map_rule label_rules[] = {
    [LABEL_OF_KIND] = AT_FIELD_LATE("of_kind", false),
    [LABEL_OF] = AT_FIELD_LATE("of", false),
    AT_FIELD("transfer", false, at_map_set_id, label.transfer),
    AT_FIELD("name", true, at_map_set_text, label.name),
    AT_FIELD("text", true, at_map_set_text, label.text),
    AT_FIELD_END,
};

static at_status finish_label(at_fact *fact, at_map_row *map, at_error *err) {
    const bool of_thing = at_map_late(map, LABEL_OF) != NULL;
    if (of_thing == (fact->label.transfer != NULL))
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY",
                       "a label is about either a thing (\"of\") or a \"transfer\"");
    return of_thing ? read_thing(&fact->label.of, LABEL_OF_KIND, AT_PARTY, LABEL_OF, map, err)
                    : AT_OK;
}

/* --- The kinds -------------------------------------------------------------------------------- */

static const at_map_kind party = {AT_PARTY, party_rules, NULL, finish_party};
static const at_map_kind identifier = {AT_IDENTIFIER, identifier_rules, NULL, finish_identifier};
static const at_map_kind holding = {AT_HOLDING, holding_rules, NULL, finish_holding};
static const at_map_kind link = {AT_LINK, link_rules, NULL, finish_link};
static const at_map_kind listing = {AT_LISTING, listing_rules, NULL, finish_listing};
static const at_map_kind event = {AT_EVENT, event_rules, NULL, finish_event};
static const at_map_kind label = {AT_LABEL, label_rules, NULL, finish_label};

static const at_map_kind *const kinds[] = {
    &party,           &at_map_account, &at_map_asset, &event,   &identifier, &holding,
    &at_map_transfer, &at_map_leg,     &link,         &listing, &label};

const char *const at_map_kinds[] = {"party",      "account", "asset",    "event",
                                    "identifier", "holding", "transfer", "leg",
                                    "link",       "listing", "label",    NULL};

const at_map_kind *at_map_kind_of(at_kind kind) {
    size_t i = 0;
    while (i + 1 < AT_COUNT(kinds) && kinds[i]->kind != kind)
        i++;
    assert(kinds[i]->kind == kind);
    return kinds[i];
}

at_status at_map_read(const at_map_record *record, at_map_row *map, at_error *err) {
    const at_map_rule *rules = record->kind->rules;
    at_fact *fact = at_row_add(map->row, record->kind->kind);
    memset(map->texts, 0, sizeof map->texts);
    map->record = record;
    map->dust = 0;
    for (size_t i = 0; rules[i].name != NULL; i++) {
        const at_map_value *value = record->values[i];
        if (value == NULL)
            continue;
        AT_TRY(at_map_text(&map->texts[i], value, map->row, err));
        const char *text = map->texts[i];
        if (text == NULL && rules[i].required)
            return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "\"%s\" is empty", rules[i].name);
        if (text != NULL && rules[i].set != NULL)
            AT_TRY(rules[i].set(fact, &rules[i], text, value, map, err));
    }
    return record->kind->finish != NULL ? record->kind->finish(fact, map, err) : AT_OK;
}
