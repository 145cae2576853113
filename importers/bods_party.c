#include <stdio.h>
#include <string.h>

#include "importers/bods.h"
#include "importers/fields.h"
#include "engine/names/calendar.h"

const char *at_bods_text(const at_json_value *object, const char *key) {
    const char *text = at_json_text(at_json_get(object, key));
    return text != NULL && *text != '\0' ? text : NULL;
}

at_status at_bods_add(at_fact **out, at_bods *statement, at_kind kind, at_error *err) {
    AT_TRY(AT_GROW(&statement->facts, &statement->fact_capacity, statement->fact_count,
                   statement->arena, err));
    *out = &statement->facts[statement->fact_count++];
    **out = at_fact_new(kind);
    return AT_OK;
}

at_status at_bods_label(at_bods *statement, const char *of, const char *name, const char *text,
                        at_error *err) {
    at_fact *fact = NULL;
    AT_TRY(at_bods_add(&fact, statement, AT_LABEL, err));
    fact->label = (at_label){.of = {.id = of, .kind = AT_PARTY}, .name = name, .text = text};
    return AT_OK;
}

/* --- Names ------------------------------------------------------------------------------------ */

static void add_name(at_party *party, at_name *names, const char *text, at_name_kind kind) {
    if (text != NULL && *text != '\0')
        names[party->name_count++] = (at_name){.text = text, .kind = kind};
    party->names = party->name_count > 0 ? names : NULL;
}

static at_name_kind kind_of_name(const char *type, bool first) {
    static const struct {
        const char *type;
        at_name_kind kind;
    } rows[] = {{"legal", AT_NAME_PRIMARY},
                {"translation", AT_NAME_ALIAS},
                {"transliteration", AT_NAME_TRANSLITERATION},
                {"former", AT_NAME_FORMER},
                {"alternative", AT_NAME_ALIAS},
                {"birth", AT_NAME_MAIDEN}};
    for (size_t i = 0; type != NULL && i < AT_COUNT(rows); i++)
        if (strcmp(type, rows[i].type) == 0)
            return rows[i].kind;
    return first ? AT_NAME_PRIMARY : AT_NAME_ALIAS;
}

static at_status read_names(at_bods *statement, at_party *party, at_error *err) {
    const at_json_value *list = at_json_get(
        statement->details, statement->type == AT_BODS_PERSON ? "names" : "alternateNames");
    at_name *names = NULL;
    AT_TRY(AT_NEW(&names, statement->arena, at_json_count(list) + 1, err));
    if (statement->type == AT_BODS_ENTITY)
        add_name(party, names, at_bods_text(statement->details, "name"), AT_NAME_PRIMARY);
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        if (statement->type == AT_BODS_ENTITY)
            add_name(party, names, at_json_text(v), AT_NAME_ALIAS);
        else
            add_name(party, names, at_bods_text(v, "fullName"),
                     kind_of_name(at_bods_text(v, "type"), party->name_count == 0));
    }
    return AT_OK;
}

/* --- Countries and addresses ------------------------------------------------------------------ */

/* The country of a Country or Jurisdiction object; a part of a country ("US-DE") is the country. */
static at_status read_country(const char **out, const at_bods *statement,
                              const at_json_value *object, at_error *err) {
    const char *code = at_bods_text(object, "code"), *letters = NULL;
    if (code == NULL)
        return AT_OK;
    AT_TRY(at_arena_copy(&letters, statement->arena, code,
                         strlen(code) > 2 && code[2] == '-' ? 2 : strlen(code), err));
    return at_field_country(out, letters, statement->arena, err);
}

/* "53 Killard, Dooradoyle, V94 V3VT, Ireland": what there is of an address, in this order. */
static at_status read_address(const char **out, const at_bods *statement,
                              const at_json_value *address, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    const at_json_value *country = at_json_get(address, "country");
    const char *parts[] = {at_bods_text(address, "address"), at_bods_text(address, "postCode"),
                           at_bods_text(country, "name")};
    for (size_t i = 0; i < AT_COUNT(parts); i++) {
        if (parts[i] == NULL)
            continue;
        size_t bytes = strlen(parts[i]);
        while (bytes > 0 && parts[i][bytes - 1] == ' ')
            bytes--;
        if (text.bytes > 0 && bytes > 0)
            AT_TRY(at_text_add(&text, ", ", err));
        AT_TRY(at_text_add_bytes(&text, parts[i], bytes, err));
    }
    *out = NULL;
    return text.bytes > 0 ? at_arena_copy(out, statement->arena, text.data, text.bytes, err)
                          : AT_OK;
}

/* The first address is the party's; the others are what the source says besides. */
static at_status read_addresses(at_bods *statement, at_party *party, at_error *err) {
    const at_json_value *list = at_json_get(statement->details, "addresses");
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        const char *text = NULL, *type = at_bods_text(v, "type");
        const bool lives = type == NULL || strcmp(type, "residence") == 0;
        if (party->residence == NULL && (statement->type == AT_BODS_ENTITY || lives))
            AT_TRY(read_country(&party->residence, statement, at_json_get(v, "country"), err));
        AT_TRY(read_address(&text, statement, v, err));
        if (text == NULL)
            continue;
        if (party->address == NULL)
            party->address = text;
        else
            AT_TRY(at_bods_label(statement, statement->record, "address", text, err));
    }
    return AT_OK;
}

/* Every country of a list: the first with a code as the field, the others as labels. */
static at_status read_countries(const char **out, at_bods *statement, const char *key,
                                const char *label, at_error *err) {
    const at_json_value *list = at_json_get(statement->details, key);
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        const char *code = NULL;
        AT_TRY(read_country(&code, statement, v, err));
        if (code != NULL && *out == NULL)
            *out = code;
        else if (code != NULL || at_bods_text(v, "name") != NULL)
            AT_TRY(at_bods_label(statement, statement->record, label,
                                 code != NULL ? code : at_bods_text(v, "name"), err));
    }
    return AT_OK;
}

/* --- Identifiers ------------------------------------------------------------------------------ */

/* The country at the beginning of a scheme: "GB-COH", "IRL-TAXID"; NULL for XI-LEI and its like. */
static const char *country_of_scheme(const at_bods *statement, const char *scheme) {
    const char *dash = strchr(scheme, '-'), *letters = NULL;
    if (dash == NULL || dash - scheme < 2 || dash - scheme > 3 || scheme[0] == 'X' ||
        at_arena_copy(&letters, statement->arena, scheme, (size_t)(dash - scheme), NULL) != AT_OK)
        return NULL;
    for (const char *c = letters; *c != '\0'; c++)
        if (*c < 'A' || *c > 'Z')
            return NULL;
    return dash - scheme == 2 ? letters : at_bods_country2(letters);
}

/* Our type of identifier: by the last part of the scheme's code, never by its name. */
static const char *type_of_scheme(const at_bods *statement, const char *scheme) {
    static const struct {
        const char *word, *type;
    } rows[] = {{"LEI", "lei"},
                {"PASSPORT", "passport"},
                {"IDCARD", "national_id"},
                {"TAXID", "tax"},
                {"VAT", "tax"},
                {"EIN", "tax"},
                {"RFC", "tax"},
                {"TIN", "tax"}};
    const char *dash = scheme != NULL ? strchr(scheme, '-') : NULL;
    for (size_t i = 0; dash != NULL && i < AT_COUNT(rows); i++)
        if (strcmp(dash + 1, rows[i].word) == 0)
            return rows[i].type;
    return statement->type == AT_BODS_ENTITY ? "registration" : "other";
}

static at_status add_identifier(at_bods *statement, const char *type, const char *text,
                                const char *country, const char *issuer, at_error *err) {
    at_fact *fact = NULL;
    AT_TRY(at_bods_add(&fact, statement, AT_IDENTIFIER, err));
    at_identifier *identifier = &fact->identifier;
    identifier->of = (at_ref){.id = statement->record, .kind = AT_PARTY};
    identifier->issuer = issuer;
    return at_field_identifier(identifier, type, text, country, statement->arena, err);
}

static at_status read_identifiers(at_bods *statement, at_error *err) {
    const at_json_value *list = at_json_get(statement->details, "identifiers");
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        const char *text = at_bods_text(v, "id"), *scheme = at_bods_text(v, "scheme");
        const char *issuer = at_bods_text(v, "schemeName");
        const char *country = scheme != NULL ? country_of_scheme(statement, scheme) : NULL;
        if (text != NULL)
            AT_TRY(add_identifier(statement, type_of_scheme(statement, scheme), text, country,
                                  issuer != NULL ? issuer : scheme, err));
        if (at_bods_text(v, "uri") != NULL)
            AT_TRY(add_identifier(statement, "url", at_bods_text(v, "uri"), NULL, issuer, err));
    }
    if (at_bods_text(statement->details, "uri") != NULL)
        AT_TRY(add_identifier(statement, "url", at_bods_text(statement->details, "uri"), NULL, NULL,
                              err));
    return AT_OK;
}

/* An ISIN names one security, and a security has one issuer. */
static at_status read_securities(at_bods *statement, at_error *err) {
    const at_json_value *list =
        at_json_get(at_json_get(statement->details, "publicListing"), "securitiesListings");
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        const at_json_value *security = at_json_get(v, "security");
        const char *scheme = at_bods_text(security, "idScheme"), *id = at_bods_text(security, "id");
        if (scheme != NULL && id != NULL)
            AT_TRY(add_identifier(statement, strcmp(scheme, "isin") == 0 ? "isin" : "other", id,
                                  NULL, scheme, err));
    }
    return AT_OK;
}

/* --- Political exposure ----------------------------------------------------------------------- */

static at_status add_exposure(at_bods *statement, const at_json_value *details, at_error *err) {
    at_fact *fact = NULL;
    AT_TRY(at_bods_add(&fact, statement, AT_LISTING, err));
    at_listing *listing = &fact->listing;
    listing->party = (at_ref){.id = statement->record, .kind = AT_PARTY};
    listing->list = "politicalExposure";
    listing->kind = "pep";
    listing->authority = at_bods_text(at_json_get(details, "jurisdiction"), "name");
    listing->reason = at_bods_text(details, "reason");
    return at_field_period(&listing->period, at_bods_text(details, "startDate"),
                           at_bods_text(details, "endDate"), statement->arena, err);
}

/* An exposure whose period cannot be is kept without it, and that is said. */
static at_status read_exposure(at_bods *statement, at_error *err) {
    const at_json_value *exposure = at_json_get(statement->details, "politicalExposure");
    const at_json_value *list = at_json_get(exposure, "details");
    const char *status = at_bods_text(exposure, "status");
    if (status == NULL)
        return AT_OK;
    if (strcmp(status, "isPep") != 0)
        return at_bods_label(statement, statement->record, "politicalExposure", status, err);
    if (at_json_count(list) == 0)
        return add_exposure(statement, NULL, err);
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        at_error found = {.status = AT_OK};
        AT_TRY(at_bods_settle(statement, add_exposure(statement, v, &found), &found, err));
    }
    return AT_OK;
}

/* --- The party -------------------------------------------------------------------------------- */

static at_party_type type_of_entity(const char *type) {
    static const struct {
        const char *type;
        at_party_type party;
    } rows[] = {{"registeredEntity", AT_COMPANY}, {"legalEntity", AT_BODY},
                {"arrangement", AT_BODY},         {"state", AT_BODY},
                {"stateBody", AT_BODY},           {"anonymousEntity", AT_ANONYMOUS},
                {"unknownEntity", AT_UNNAMED}};
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        if (strcmp(type, rows[i].type) == 0)
            return rows[i].party;
    return AT_PARTY_UNKNOWN;
}

/* "arrangement, trust: fiducie surete". */
static at_status read_legal_form(at_party *party, const at_bods *statement, at_error *err) {
    const at_json_value *entity = at_json_get(statement->details, "entityType");
    const char *subtype = at_bods_text(entity, "subtype"), *more = at_bods_text(entity, "details");
    return at_arena_print(&party->legal_form, statement->arena, err, "%s%s%s%s%s",
                          at_bods_text(entity, "type"), subtype != NULL ? ", " : "",
                          subtype != NULL ? subtype : "", more != NULL ? ": " : "",
                          more != NULL ? more : "");
}

static at_status read_entity(at_bods *statement, at_party *party, at_error *err) {
    const at_json_value *details = statement->details;
    party->type = type_of_entity(at_bods_text(at_json_get(details, "entityType"), "type"));
    AT_TRY(read_legal_form(party, statement, err));
    AT_TRY(
        read_country(&party->registration, statement, at_json_get(details, "jurisdiction"), err));
    AT_TRY(at_field_moment(&party->founded_us, at_bods_text(details, "foundingDate"),
                           statement->arena, err));
    return at_field_moment(&party->dissolved_us, at_bods_text(details, "dissolutionDate"),
                           statement->arena, err);
}

static at_status read_person(at_bods *statement, at_party *party, at_error *err) {
    const at_json_value *details = statement->details;
    const char *type = at_bods_text(details, "personType");
    const char *birth = at_bods_text(details, "birthDate");
    const char *death = at_bods_text(details, "deathDate");
    party->type = strcmp(type, "knownPerson") == 0       ? AT_PERSON
                  : strcmp(type, "anonymousPerson") == 0 ? AT_ANONYMOUS
                                                         : AT_UNNAMED;
    AT_TRY(read_countries(&party->nationality, statement, "nationalities", "nationality", err));
    if (birth != NULL)
        AT_TRY(
            at_date_range_read(&party->birth, birth, AT_CALENDAR_BY_YEAR, party->nationality, err));
    if (death != NULL)
        AT_TRY(
            at_date_range_read(&party->death, death, AT_CALENDAR_BY_YEAR, party->nationality, err));
    return read_address(&party->birth_place, statement, at_json_get(details, "placeOfBirth"), err);
}

/* Why a person or an entity is anonymous or unknown; and that its record was closed. */
static at_status read_remarks(at_bods *statement, at_error *err) {
    const at_json_value *why = at_json_get(statement->details, statement->type == AT_BODS_PERSON
                                                                   ? "unspecifiedPersonDetails"
                                                                   : "unspecifiedEntityDetails");
    const char *reason = at_bods_text(why, "reason"), *more = at_bods_text(why, "description");
    const char *text = at_bods_text(statement->details, "personType");
    char day[AT_TIME_TEXT_BYTES];
    if (text != NULL && strcmp(text, "knownPerson") != 0)
        AT_TRY(at_bods_label(statement, statement->record, "personType", text, err));
    if (reason != NULL) {
        AT_TRY(at_arena_print(&text, statement->arena, err, "%s%s%s", reason,
                              more != NULL ? ": " : "", more != NULL ? more : ""));
        AT_TRY(at_bods_label(statement, statement->record, "unspecified", text, err));
    }
    if (statement->status != AT_BODS_CLOSED)
        return AT_OK;
    at_day_format(day, at_day_of_time(statement->stated_us));
    AT_TRY(at_arena_print(&text, statement->arena, err, "closed on %s", day));
    return at_bods_label(statement, statement->record, "recordStatus", text, err);
}

at_status at_bods_party(at_bods *statement, at_error *err) {
    at_fact *fact = NULL;
    at_fact read = at_fact_new(AT_PARTY);
    at_party *party = &read.party;
    AT_TRY(at_field_ref(&party->self, statement->record, AT_PARTY, err));
    AT_TRY(at_bods_add(&fact, statement, AT_PARTY, err)); /* the first fact; facts may move */
    AT_TRY(read_names(statement, party, err));
    if (statement->type == AT_BODS_PERSON)
        AT_TRY(read_person(statement, party, err));
    else
        AT_TRY(read_entity(statement, party, err));
    AT_TRY(read_addresses(statement, party, err));
    AT_TRY(read_countries(&party->residence, statement, "taxResidencies", "taxResidency", err));
    statement->facts[0] = read;
    AT_TRY(read_identifiers(statement, err));
    AT_TRY(read_securities(statement, err));
    AT_TRY(read_exposure(statement, err));
    return read_remarks(statement, err);
}
