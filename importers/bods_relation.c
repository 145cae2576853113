#include <stdio.h>
#include <string.h>

#include "importers/bods.h"
#include "importers/bods_rules.h"
#include "importers/fields.h"

/* --- Shares ----------------------------------------------------------------------------------- */

/* Write a JSON number without its exponent: 7.65e1 becomes 76.5, 5e-1 becomes 0.5. */
static bool write_plain(char *out, size_t room, const char *number) {
    enum { EXPONENT_MAX = 20, DIGITS_MAX = 40 };
    char digits[DIGITS_MAX + 1];
    int64_t exponent = 0;
    size_t count = 0, length = 0;
    const size_t whole = strcspn(number, ".eE");
    const char *mark = number + strcspn(number, "eE");
    if (*mark != '\0' && (!at_int_parse(&exponent, mark + 1 + (mark[1] == '+')) ||
                          exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX))
        return false;
    for (const char *c = number; c < mark; c++) {
        if (*c == '.')
            continue;
        if (count == DIGITS_MAX)
            return false;
        digits[count++] = *c;
    }
    const int64_t point = (int64_t)whole + exponent; /* digits before the decimal point */
    if (room < DIGITS_MAX + 2 * EXPONENT_MAX + 4)
        return false;
    if (point <= 0)
        out[length++] = '0';
    for (int64_t i = 0; i < point; i++)
        out[length++] = i < (int64_t)count ? digits[i] : '0';
    if (point < (int64_t)count)
        out[length++] = '.';
    for (int64_t i = point; i < (int64_t)count; i++)
        out[length++] = i >= 0 ? digits[i] : '0';
    out[length] = '\0';
    return true;
}

at_status at_bods_percent(at_ratio *out, const at_bods *statement, const at_json_value *value,
                          at_error *err) {
    char plain[128], percent[132];
    at_ratio ratio;
    const char *number = at_json_number(value);
    const bool negative = number[0] == '-' && strpbrk(number, "123456789") != NULL;
    if (!negative && write_plain(plain, sizeof plain, number + (number[0] == '-'))) {
        (void)snprintf(percent, sizeof percent, "%s%%", plain);
        const at_status status = at_ratio_parse(&ratio, percent, err);
        if (status == AT_OK && ratio.num <= ratio.den) {
            *out = ratio;
            return AT_OK;
        }
        if (status != AT_OK)
            return status == AT_BAD_INPUT
                       ? at_bods_fail(statement, err, value, "E-SHARE-TEXT",
                                      "the percentage %s has too many digits", number)
                       : status;
    }
    return at_bods_fail(statement, err, value, "E-BODS-RANGE", "%s is no percentage from 0 to 100",
                        number);
}

/* The tighter of an inclusive and an exclusive end. */
static at_status read_end(at_ratio *out, bool *open_out, bool *stated_out, const at_bods *statement,
                          const at_json_value *closed, const at_json_value *open, int tighter,
                          at_error *err) {
    at_ratio ratio;
    if (closed != NULL) {
        AT_TRY(at_bods_percent(out, statement, closed, err));
        *stated_out = true;
    }
    if (open == NULL)
        return AT_OK;
    AT_TRY(at_bods_percent(&ratio, statement, open, err));
    if (closed == NULL || at_ratio_compare(ratio, *out) * tighter >= 0) {
        *out = ratio;
        *open_out = true;
    }
    *stated_out = true;
    return AT_OK;
}

static at_status read_share(at_share *out, const at_bods *statement, const at_json_value *share,
                            at_error *err) {
    at_share read = {.lo = {0, 1}, .hi = {1, 1}};
    const at_json_value *exact = at_json_get(share, "exact");
    at_ratio ratio;
    if (exact != NULL) {
        AT_TRY(at_bods_percent(&ratio, statement, exact, err));
        *out = at_share_exact(ratio);
        return AT_OK;
    }
    AT_TRY(read_end(&read.lo, &read.lo_open, &read.known, statement, at_json_get(share, "minimum"),
                    at_json_get(share, "exclusiveMinimum"), 1, err));
    AT_TRY(read_end(&read.hi, &read.hi_open, &read.known, statement, at_json_get(share, "maximum"),
                    at_json_get(share, "exclusiveMaximum"), -1, err));
    const int order = at_ratio_compare(read.lo, read.hi);
    if (order > 0 || (order == 0 && (read.lo_open || read.hi_open)))
        return at_bods_fail(statement, err, share, "E-SHARE-RANGE",
                            "no share lies between these two ends");
    *out = read.known ? read : at_share_unknown();
    return AT_OK;
}

/* --- Periods ---------------------------------------------------------------------------------- */

static int64_t later(int64_t a, int64_t b) { /* AT_TIME_NONE is before everything */
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b) { /* AT_TIME_NONE is no bound */
    if (a == AT_TIME_NONE || b == AT_TIME_NONE)
        return a == AT_TIME_NONE ? b : a;
    return a < b ? a : b;
}

static at_status read_dates(at_period *out, const at_bods *statement, const at_json_value *interest,
                            at_error *err) {
    at_period period;
    AT_TRY(at_field_moment(&period.since_us, at_bods_text(interest, "startDate"), statement->arena,
                           err));
    AT_TRY(at_field_moment(&period.until_us, at_bods_text(interest, "endDate"), statement->arena,
                           err));
    if (period.until_us != AT_TIME_NONE && period.until_us < period.since_us)
        return at_bods_fail(statement, err, at_json_get(interest, "endDate"), "E-FIELD-PERIOD",
                            "the interest ends before it starts, on %s",
                            at_bods_text(interest, "startDate"));
    *out = period;
    return AT_OK;
}

at_status at_bods_span(at_period *out, const at_bods *statement, at_error *err) {
    const at_json_value *list = at_json_get(statement->details, "interests");
    at_period span = {AT_TIME_NONE, AT_TIME_NONE};
    bool ended = at_json_count(list) > 0;
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v)) {
        at_period one;
        AT_TRY(read_dates(&one, statement, v, err));
        span.since_us = earlier(span.since_us, one.since_us);
        span.until_us = later(span.until_us, one.until_us);
        ended = ended && one.until_us != AT_TIME_NONE;
    }
    if (!ended)
        span.until_us = statement->status == AT_BODS_CLOSED ? statement->stated_us : AT_TIME_NONE;
    *out = span;
    return AT_OK;
}

/* What nothing is left of begins and ends at one moment: it holds never. */
static at_period cut(at_period period, const at_bods_window *window) {
    period.since_us = later(period.since_us, window->since_us);
    period.until_us = earlier(period.until_us, window->until_us);
    if (period.until_us != AT_TIME_NONE && period.since_us > period.until_us)
        period.since_us = period.until_us;
    return period;
}

/* When an interest holds by this statement: as stated, ended when the record was closed, and cut to
 * the time that other statements about the record leave. */
static at_status read_period(at_period *out, const at_bods *statement,
                             const at_json_value *interest, at_error *err) {
    at_period period;
    AT_TRY(read_dates(&period, statement, interest, err));
    if (period.until_us == AT_TIME_NONE && statement->status == AT_BODS_CLOSED)
        period.until_us = later(statement->stated_us, period.since_us);
    *out = cut(period, &statement->window);
    return AT_OK;
}

/* --- Interests -------------------------------------------------------------------------------- */

/* In the order of at_bods_interest_types. Whoever gains from a thing without a title to it is a
 * beneficiary, and so is who has an interest that nobody names; whoever decides is in control. */
static const at_interest interests[] = {
    AT_CAPITAL,     AT_VOTES,       AT_CONTROL,     AT_CONTROL,     AT_DIRECTOR,    AT_CONTROL,
    AT_TRUSTEE,     AT_CONTROL,     AT_BENEFICIARY, AT_BENEFICIARY, AT_BENEFICIARY, AT_CONTROL,
    AT_CONTROL,     AT_CONTROL,     AT_CONTROL,     AT_DIRECTOR,    AT_DIRECTOR,    AT_BENEFICIARY,
    AT_BENEFICIARY, AT_BENEFICIARY, AT_BENEFICIARY, AT_TRUSTEE,     AT_BENEFICIARY,
};

/* An indirect interest whose components are stated is their sum: as a title of its own it would be
 * counted twice along every chain. */
static at_interest interest_of(const at_bods *statement, const at_json_value *interest) {
    const char *type = at_bods_text(interest, "type");
    const char *direction = at_bods_text(interest, "directOrIndirect");
    const bool sum = direction != NULL && strcmp(direction, "indirect") == 0 &&
                     at_json_count(at_json_get(statement->details, "componentRecords")) > 0;
    const at_interest kind =
        type != NULL ? interests[at_word_find(at_bods_interest_types, type)] : AT_BENEFICIARY;
    return sum && (kind == AT_CAPITAL || kind == AT_VOTES) ? AT_BENEFICIARY : kind;
}

/* Who says so: the first that asserts it, else the publisher. */
static const char *stated_by(const at_bods *statement) {
    const at_json_value *agent =
        at_json_first(at_json_get(at_json_get(statement->root, "source"), "assertedBy"));
    const char *name = at_bods_text(agent, "name");
    const at_json_value *publication = at_json_get(statement->root, "publicationDetails");
    return name != NULL ? name : at_bods_text(at_json_get(publication, "publisher"), "name");
}

/* The words of an interest that have no field: labels of its holder. */
static at_status add_words(at_bods *statement, const at_holding *holding,
                           const at_json_value *interest, at_error *err) {
    const char *type = at_bods_text(interest, "type"), *text = NULL;
    const char *direction = at_bods_text(interest, "directOrIndirect");
    const char *more = at_bods_text(interest, "details");
    if (type == NULL)
        type = "interest";
    AT_TRY(at_arena_print(&text, statement->arena, err, "%s in %s%s%s%s%s", type, holding->owned.id,
                          direction != NULL ? ", directOrIndirect: " : "",
                          direction != NULL ? direction : "", more != NULL ? ", details: " : "",
                          more != NULL ? more : ""));
    AT_TRY(at_bods_label(statement, holding->owner.id, "interest", text, err));
    const at_json_value *flag = at_json_get(interest, "beneficialOwnershipOrControl");
    if (flag == NULL)
        return AT_OK;
    AT_TRY(at_arena_print(&text, statement->arena, err, "%s: %s in %s",
                          at_json_type_of(flag) == AT_JSON_TRUE ? "true" : "false", type,
                          holding->owned.id));
    return at_bods_label(statement, holding->owner.id, "beneficialOwnershipOrControl", text, err);
}

static at_status add_interest(at_bods *statement, const at_ref *owner, const at_ref *owned,
                              const at_json_value *interest, at_error *err) {
    at_fact *fact = NULL;
    at_fact read = at_fact_new(AT_HOLDING);
    at_holding *holding = &read.holding;
    holding->owner = *owner;
    holding->owned = *owned;
    holding->interest = interest_of(statement, interest);
    holding->stated_by = stated_by(statement);
    AT_TRY(read_share(&holding->share, statement, at_json_get(interest, "share"), err));
    AT_TRY(read_period(&holding->period, statement, interest, err));
    AT_TRY(at_bods_add(&fact, statement, AT_HOLDING, err));
    *fact = read;
    return add_words(statement, holding, interest, err);
}

/* --- The two ends ----------------------------------------------------------------------------- */

/* A party that is not specified: one of its own for each statement, since two unknowns are never
 * one. Without beneficial owners there is no party to speak of: then *out stays empty. */
static at_status add_unspecified(at_ref *out, at_bods *statement, const at_json_value *value,
                                 const char *key, at_error *err) {
    at_fact *fact = NULL;
    at_fact read = at_fact_new(AT_PARTY);
    const char *reason = at_bods_text(value, "reason"), *id = NULL, *text = NULL;
    const char *more = at_bods_text(value, "description");
    if (strcmp(reason, "noBeneficialOwners") == 0)
        return AT_OK;
    AT_TRY(at_arena_print(&id, statement->arena, err, "%s#%s", statement->id, key));
    AT_TRY(at_field_ref(&read.party.self, id, AT_PARTY, err));
    read.party.type =
        strcmp(reason, "interestedPartyExemptFromDisclosure") == 0 ? AT_ANONYMOUS : AT_UNNAMED;
    AT_TRY(at_bods_add(&fact, statement, AT_PARTY, err));
    *fact = read;
    *out = read.party.self;
    AT_TRY(at_arena_print(&text, statement->arena, err, "%s%s%s", reason, more != NULL ? ": " : "",
                          more != NULL ? more : ""));
    return at_bods_label(statement, id, "unspecified", text, err);
}

static at_status read_party(at_ref *out, at_bods *statement, const char *key, at_error *err) {
    const at_json_value *value = at_json_get(statement->details, key);
    const char *id = at_json_text(value);
    if (id != NULL && *id == '\0')
        return at_bods_fail(statement, err, value, "E-FIELD-EMPTY", "\"%s\" is empty", key);
    return id != NULL ? at_field_ref(out, id, AT_PARTY, err)
                      : add_unspecified(out, statement, value, key, err);
}

/* A relationship of which no interest is stated is a tie all the same. */
static at_status add_tie(at_bods *statement, const at_ref *a, const at_ref *b, at_error *err) {
    at_fact *fact = NULL;
    AT_TRY(at_bods_add(&fact, statement, AT_LINK, err));
    at_link *link = &fact->link;
    link->a = *a;
    link->b = *b;
    link->kind = "other";
    if (statement->status == AT_BODS_CLOSED)
        link->period.until_us = statement->stated_us;
    link->period = cut(link->period, &statement->window);
    return AT_OK;
}

/* "noBeneficialOwners" is said of who is there. */
static at_status add_absence(at_bods *statement, const at_ref *there, const char *key,
                             at_error *err) {
    const at_json_value *value = at_json_get(statement->details, key);
    const char *more = at_bods_text(value, "description"), *text = NULL;
    AT_TRY(at_arena_print(&text, statement->arena, err, "noBeneficialOwners%s%s",
                          more != NULL ? ": " : "", more != NULL ? more : ""));
    return at_bods_label(statement, there->id, key, text, err);
}

at_status at_bods_relation(at_bods *statement, at_error *err) {
    const at_json_value *list = at_json_get(statement->details, "interests");
    at_ref owned = {.id = NULL}, owner = {.id = NULL};
    AT_TRY(read_party(&owned, statement, "subject", err));
    AT_TRY(read_party(&owner, statement, "interestedParty", err));
    if (owned.id == NULL || owner.id == NULL) {
        if (owned.id == NULL && owner.id == NULL)
            return AT_OK;
        return add_absence(statement, owned.id != NULL ? &owned : &owner,
                           owned.id != NULL ? "interestedParty" : "subject", err);
    }
    if (at_json_count(list) == 0)
        return add_tie(statement, &owner, &owned, err);
    for (const at_json_value *v = at_json_first(list); v != NULL; v = at_json_next(v))
        AT_TRY(add_interest(statement, &owner, &owned, v, err));
    return AT_OK;
}
