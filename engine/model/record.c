#include "engine/model/record.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *const at_party_types[] = {"unknown",   "person",  "company", "body",
                                      "anonymous", "unnamed", NULL};
const char *const at_name_kinds[] = {"primary", "alias",           "former",
                                     "maiden",  "transliteration", NULL};
const char *const at_account_kinds[] = {"account",  "loan", "card",  "wallet", "cash",
                                        "external", "sink", "asset", NULL};
const char *const at_asset_types[] = {
    "land", "building", "vehicle", "vessel", "aircraft", "shares", "security",
    "gold", "goods",    "cash",    "claim",  "business", "other",  NULL,
};
const char *const at_identifier_types[] = {
    "national_id", "passport", "tax",       "registration", "lei",    "iban",  "account_number",
    "card",        "bic",      "vin",       "plate",        "imo",    "mmsi",  "tail",
    "msn",         "icao24",   "cadastral", "isin",         "wallet", "phone", "email",
    "handle",      "url",      "other",     NULL,
};
const char *const at_interests[] = {
    "capital",           "votes",    "control", "trustee", "beneficiary", "signatory",
    "registered_keeper", "director", NULL,
};
const char *const at_transfer_types[] = {
    "transfer", "cash_in",  "cash_out", "card",      "fee",   "interest", "purchase",
    "sale",     "exchange", "loan",     "repayment", "other", NULL,
};
const char *const at_link_kinds[] = {
    "directs",      "signs_for",     "nominee_of", "trustee_of", "employs",        "spouse",
    "parent",       "sibling",       "relative",   "associate",  "agent_of",       "shares_address",
    "shares_phone", "shares_device", "signs_in",   "guarantees", "same_as_stated", "other",
    NULL,
};
const char *const at_listing_kinds[] = {"sanctions", "wanted", "notice", "pep", "internal", NULL};
const char *const at_event_kinds[] = {"seizure", "shipment", "crossing", "order",
                                      "arrest",  "meeting",  "other",    NULL};

static const char *const kind_names[AT_KIND_COUNT] = {
    [AT_KIND_NONE] = "none",      [AT_PARTY] = "party",       [AT_ACCOUNT] = "account",
    [AT_ASSET] = "asset",         [AT_EVENT] = "event",       [AT_IDENTIFIER] = "identifier",
    [AT_HOLDING] = "holding",     [AT_TRANSFER] = "transfer", [AT_LEG] = "leg",
    [AT_LINK] = "link",           [AT_LISTING] = "listing",   [AT_LABEL] = "label",
    [AT_STATEMENT] = "statement",
};

int at_word_find(const char *const *words, const char *word) {
    assert(words != NULL);
    for (int i = 0; word != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

const char *at_kind_text(at_kind kind) {
    assert(kind >= AT_KIND_NONE && kind < AT_KIND_COUNT);
    return kind_names[kind];
}

at_kind at_kind_parse(const char *text) {
    for (int kind = AT_PARTY; text != NULL && kind < AT_KIND_COUNT; kind++)
        if (strcmp(kind_names[kind], text) == 0)
            return (at_kind)kind;
    return AT_KIND_NONE;
}

/* By hand: a long answer prints hundreds of thousands of these. */
static char *put_number(char *out, char mark, uint64_t number) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    *out++ = mark;
    while (count)
        *out++ = digits[--count];
    return out;
}

void at_address_format(char out[AT_ADDRESS_TEXT_BYTES], const at_address *address) {
    assert(address != NULL && strlen(address->content) == 64);
    memcpy(out, address->content, 64);
    char *end = put_number(out + 64, ':', address->offset);
    end = put_number(end, '+', address->bytes);
    *end = '\0';
}

/* Digits of one spelling only - no leading zero - up to `end`; NULL when they are none. */
static const char *read_number(uint64_t *out, const char *text, char end) {
    uint64_t value = 0;
    const char *digit = text;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value))
            return NULL;
    if (digit == text || *digit != end || (text[0] == '0' && digit > text + 1))
        return NULL;
    *out = value;
    return digit;
}

static bool read_address(at_address *address, const char *text) {
    static const char hex[] = "0123456789abcdef";
    if (strspn(text, hex) != 64 || text[64] != ':')
        return false;
    memcpy(address->content, text, 64);
    const char *plus = read_number(&address->offset, text + 65, '+');
    if (plus == NULL || read_number(&address->bytes, plus + 1, '\0') == NULL)
        return false;
    return address->bytes <= UINT64_MAX - address->offset;
}

at_status at_address_parse(at_address *out, const char *text, at_error *err) {
    assert(out != NULL && text != NULL);
    at_address address = {.content = ""};
    if (!read_address(&address, text)) {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-ADDRESS-TEXT",
                                         "\"%s\" is not the address of a record", text);
        at_hint(err, "an address is SHA-256:OFFSET+BYTES, as `show` prints it");
        return status;
    }
    *out = address;
    return AT_OK;
}

static at_ref no_ref(at_kind kind) {
    return (at_ref){.kind = kind};
}

static at_time no_time(void) {
    return (at_time){.us = AT_TIME_NONE};
}

static at_period no_period(void) {
    return (at_period){.since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE};
}

static at_date_range no_date(void) {
    return (at_date_range){.earliest = AT_DAY_NONE, .latest = AT_DAY_NONE};
}

static at_account new_account(void) {
    return (at_account){
        .self = no_ref(AT_ACCOUNT),
        .opening = AT_AMOUNT_NONE,
        .opening_scale = -1,
        .opening_at_us = AT_TIME_NONE,
        .holder = no_ref(AT_PARTY),
        .period = no_period(),
    };
}

static at_transfer new_transfer(void) {
    return (at_transfer){
        .from = no_ref(AT_ACCOUNT),
        .to = no_ref(AT_ACCOUNT),
        .time = no_time(),
        .amount = AT_AMOUNT_NONE,
        .amount_in = AT_AMOUNT_NONE,
        .amount_in_scale = -1,
    };
}

static at_leg new_leg(void) {
    return (at_leg){
        .account = no_ref(AT_ACCOUNT),
        .time = no_time(),
        .value_date = no_time(),
        .amount = AT_AMOUNT_NONE,
        .counterparty = no_ref(AT_ACCOUNT),
        .balance_after = AT_AMOUNT_NONE,
    };
}

at_fact at_fact_new(at_kind kind) {
    at_fact fact;
    memset(&fact, 0, sizeof fact); /* padding too: equal facts are equal bytes */
    fact.kind = kind;
    switch (kind) {
    case AT_PARTY:
        fact.party = (at_party){.self = no_ref(AT_PARTY),
                                .birth = no_date(),
                                .death = no_date(),
                                .founded_us = AT_TIME_NONE,
                                .dissolved_us = AT_TIME_NONE};
        break;
    case AT_ACCOUNT:
        fact.account = new_account();
        break;
    case AT_ASSET:
        fact.asset = (at_asset){
            .self = no_ref(AT_ASSET), .value = AT_AMOUNT_NONE, .valued_on_us = AT_TIME_NONE};
        break;
    case AT_EVENT:
        fact.event = (at_event){.self = no_ref(AT_EVENT), .time = no_time()};
        break;
    case AT_IDENTIFIER:
        fact.identifier = (at_identifier){.period = no_period()};
        break;
    case AT_HOLDING:
        fact.holding = (at_holding){.owner = no_ref(AT_PARTY),
                                    .share = at_share_unknown(),
                                    .nominee_for = no_ref(AT_PARTY),
                                    .period = no_period()};
        break;
    case AT_TRANSFER:
        fact.transfer = new_transfer();
        break;
    case AT_LEG:
        fact.leg = new_leg();
        break;
    case AT_LINK:
        fact.link = (at_link){.period = no_period()};
        break;
    case AT_LISTING:
        fact.listing = (at_listing){.party = no_ref(AT_PARTY), .period = no_period()};
        break;
    case AT_LABEL:
        fact.label = (at_label){.name = NULL};
        break;
    case AT_STATEMENT:
        fact.statement = (at_statement){.account = no_ref(AT_ACCOUNT),
                                        .period = no_period(),
                                        .opening = AT_AMOUNT_NONE,
                                        .closing = AT_AMOUNT_NONE};
        break;
    case AT_KIND_NONE:
    case AT_KIND_COUNT:
        assert(false && "a fact has a kind");
    }
    return fact;
}
