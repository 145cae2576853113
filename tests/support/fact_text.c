#include "tests/support/fact_text.h"

#include <stdio.h>
#include <string.h>

typedef enum form {
    F_TEXT,
    F_REF,
    F_WORD, /* an enum, by its list */
    F_FLAG,
    F_INTEGER,
    F_COUNT,
    F_AMOUNT,
    F_SCALE,
    F_TIME,
    F_MOMENT,
    F_PERIOD, /* two keys: since, until */
    F_RANGE,
    F_SHARE,
    F_NAMES,
    F_THINGS,
} form;

typedef struct fact_field {
    const char *key;
    form form;
    size_t offset;
    const char *const *words;
} fact_field;

#define ROW(key, form, member) \
    { key, form, offsetof(at_fact, member), NULL }
#define WORD(key, member, words) \
    { key, F_WORD, offsetof(at_fact, member), words }
#define END \
    { NULL, F_TEXT, 0, NULL }

/* Keys in ascending order, as the canonical writer wants them. */
static const fact_field party_fields[] = {
    ROW("address", F_TEXT, party.address),
    ROW("birth", F_RANGE, party.birth),
    ROW("birth_place", F_TEXT, party.birth_place),
    ROW("death", F_RANGE, party.death),
    ROW("dissolved", F_MOMENT, party.dissolved_us),
    ROW("father", F_TEXT, party.father),
    ROW("founded", F_MOMENT, party.founded_us),
    ROW("grandfather", F_TEXT, party.grandfather),
    ROW("id", F_REF, party.self),
    ROW("legal_form", F_TEXT, party.legal_form),
    ROW("names", F_NAMES, party),
    ROW("nationality", F_TEXT, party.nationality),
    ROW("registration", F_TEXT, party.registration),
    ROW("residence", F_TEXT, party.residence),
    ROW("sex", F_TEXT, party.sex),
    ROW("status", F_TEXT, party.status),
    WORD("type", party.type, at_party_types),
    END,
};
static const fact_field identifier_fields[] = {
    ROW("check", F_TEXT, identifier.check),
    ROW("country", F_TEXT, identifier.country),
    ROW("issuer", F_TEXT, identifier.issuer),
    ROW("key", F_TEXT, identifier.key),
    ROW("of", F_REF, identifier.of),
    ROW("since", F_PERIOD, identifier.period),
    ROW("text", F_TEXT, identifier.text),
    ROW("type", F_TEXT, identifier.type),
    END,
};
static const fact_field account_fields[] = {
    ROW("bic", F_TEXT, account.bic),
    ROW("branch", F_TEXT, account.branch),
    ROW("country", F_TEXT, account.country),
    ROW("currency", F_TEXT, account.currency),
    ROW("holder", F_REF, account.holder),
    ROW("id", F_REF, account.self),
    ROW("institution", F_TEXT, account.institution),
    WORD("kind", account.kind, at_account_kinds),
    ROW("opening", F_AMOUNT, account.opening),
    ROW("opening_at", F_MOMENT, account.opening_at_us),
    ROW("opening_scale", F_SCALE, account.opening_scale),
    ROW("since", F_PERIOD, account.period),
    END,
};
static const fact_field asset_fields[] = {
    ROW("basis", F_TEXT, asset.basis),
    ROW("country", F_TEXT, asset.country),
    ROW("currency", F_TEXT, asset.currency),
    ROW("description", F_TEXT, asset.description),
    ROW("encumbrance", F_TEXT, asset.encumbrance),
    ROW("id", F_REF, asset.self),
    ROW("place", F_TEXT, asset.place),
    ROW("type", F_TEXT, asset.type),
    ROW("value", F_AMOUNT, asset.value),
    ROW("valued_on", F_MOMENT, asset.valued_on_us),
    END,
};
static const fact_field holding_fields[] = {
    WORD("interest", holding.interest, at_interests),
    ROW("nominee_for", F_REF, holding.nominee_for),
    ROW("owned", F_REF, holding.owned),
    ROW("owner", F_REF, holding.owner),
    ROW("share", F_SHARE, holding.share),
    ROW("since", F_PERIOD, holding.period),
    ROW("stated_by", F_TEXT, holding.stated_by),
    END,
};
static const fact_field transfer_fields[] = {
    ROW("amount", F_AMOUNT, transfer.amount),
    ROW("amount_in", F_AMOUNT, transfer.amount_in),
    ROW("amount_in_scale", F_SCALE, transfer.amount_in_scale),
    ROW("currency", F_TEXT, transfer.currency),
    ROW("currency_in", F_TEXT, transfer.currency_in),
    ROW("fee", F_AMOUNT, transfer.fee),
    ROW("from", F_REF, transfer.from),
    ROW("id", F_TEXT, transfer.id),
    ROW("reverses", F_TEXT, transfer.reverses),
    ROW("seq", F_INTEGER, transfer.seq),
    ROW("time", F_TIME, transfer.time),
    ROW("to", F_REF, transfer.to),
    WORD("type", transfer.type, at_transfer_types),
    END,
};
static const fact_field leg_fields[] = {
    ROW("account", F_REF, leg.account),
    ROW("amount", F_AMOUNT, leg.amount),
    ROW("balance_after", F_AMOUNT, leg.balance_after),
    ROW("counterparty", F_REF, leg.counterparty),
    ROW("counterparty_country", F_TEXT, leg.counterparty_country),
    ROW("counterparty_institution", F_TEXT, leg.counterparty_institution),
    ROW("counterparty_name", F_TEXT, leg.counterparty_name),
    ROW("credit", F_FLAG, leg.credit),
    ROW("currency", F_TEXT, leg.currency),
    ROW("fee", F_AMOUNT, leg.fee),
    ROW("id", F_TEXT, leg.id),
    ROW("reference", F_TEXT, leg.reference),
    ROW("reverses", F_TEXT, leg.reverses),
    ROW("seq", F_INTEGER, leg.seq),
    ROW("time", F_TIME, leg.time),
    WORD("type", leg.type, at_transfer_types),
    ROW("value_date", F_TIME, leg.value_date),
    END,
};
static const fact_field link_fields[] = {
    ROW("a", F_REF, link.a),
    ROW("b", F_REF, link.b),
    ROW("kind", F_TEXT, link.kind),
    ROW("since", F_PERIOD, link.period),
    ROW("suspected", F_FLAG, link.suspected),
    END,
};
static const fact_field listing_fields[] = {
    ROW("authority", F_TEXT, listing.authority),
    ROW("kind", F_TEXT, listing.kind),
    ROW("list", F_TEXT, listing.list),
    ROW("number", F_TEXT, listing.number),
    ROW("party", F_REF, listing.party),
    ROW("programme", F_TEXT, listing.programme),
    ROW("reason", F_TEXT, listing.reason),
    ROW("since", F_PERIOD, listing.period),
    END,
};
static const fact_field event_fields[] = {
    ROW("amount", F_TEXT, event.amount), ROW("country", F_TEXT, event.country),
    ROW("id", F_REF, event.self),        ROW("kind", F_TEXT, event.kind),
    ROW("place", F_TEXT, event.place),   ROW("text", F_TEXT, event.text),
    ROW("things", F_THINGS, event),      ROW("time", F_TIME, event.time),
    ROW("unit", F_TEXT, event.unit),     END,
};
static const fact_field label_fields[] = {
    ROW("name", F_TEXT, label.name),
    ROW("of", F_REF, label.of),
    ROW("text", F_TEXT, label.text),
    ROW("transfer", F_TEXT, label.transfer),
    END,
};
static const fact_field statement_fields[] = {
    ROW("account", F_REF, statement.account),    ROW("breaks", F_COUNT, statement.breaks),
    ROW("closing", F_AMOUNT, statement.closing), ROW("currency", F_TEXT, statement.currency),
    ROW("opening", F_AMOUNT, statement.opening), ROW("rows", F_COUNT, statement.rows),
    ROW("since", F_PERIOD, statement.period),    END,
};

static const fact_field *const tables[AT_KIND_COUNT] = {
    [AT_PARTY] = party_fields,
    [AT_ACCOUNT] = account_fields,
    [AT_ASSET] = asset_fields,
    [AT_EVENT] = event_fields,
    [AT_IDENTIFIER] = identifier_fields,
    [AT_HOLDING] = holding_fields,
    [AT_TRANSFER] = transfer_fields,
    [AT_LEG] = leg_fields,
    [AT_LINK] = link_fields,
    [AT_LISTING] = listing_fields,
    [AT_LABEL] = label_fields,
    [AT_STATEMENT] = statement_fields,
};

static void put_text(at_json_writer *writer, const char *key, const char *text) {
    if (text == NULL)
        return;
    at_json_put_key(writer, key);
    at_json_put_text(writer, text);
}

static void put_moment(at_json_writer *writer, const char *key, int64_t us, at_precision precision,
                       const char *suffix) {
    char text[AT_TIME_TEXT_BYTES], whole[2 * AT_TIME_TEXT_BYTES];
    if (us == AT_TIME_NONE)
        return;
    at_time_format(text, us, precision);
    (void)snprintf(whole, sizeof whole, "%s%s", text, suffix);
    put_text(writer, key, whole);
}

/* The kind is said where it is not what the key already says. */
static void ref_text(char out[512], const at_ref *ref) {
    (void)snprintf(out, 512, "%s:%s", at_kind_text(ref->kind), ref->id);
}

static void put_range(at_json_writer *writer, const char *key, const at_date_range *range) {
    char first[AT_TIME_TEXT_BYTES], last[AT_TIME_TEXT_BYTES], whole[256];
    if (range->earliest == AT_DAY_NONE)
        return;
    at_day_format(first, range->earliest);
    at_day_format(last, range->latest);
    (void)snprintf(whole, sizeof whole, "%s..%s, %s \"%s\"", first, last, range->calendar,
                   range->text);
    put_text(writer, key, whole);
}

static void put_share(at_json_writer *writer, const char *key, const at_share *share) {
    char lo[AT_RATIO_TEXT_BYTES], hi[AT_RATIO_TEXT_BYTES], whole[2 * AT_RATIO_TEXT_BYTES + 8];
    if (!share->known)
        return;
    at_ratio_format(lo, share->lo);
    at_ratio_format(hi, share->hi);
    (void)snprintf(whole, sizeof whole, "%c%s, %s%c", share->lo_open ? '(' : '[', lo, hi,
                   share->hi_open ? ')' : ']');
    put_text(writer, key, whole);
}

static void put_names(at_json_writer *writer, const at_party *party) {
    if (party->name_count == 0)
        return;
    at_json_put_key(writer, "names");
    at_json_array(writer);
    for (size_t i = 0; i < party->name_count; i++) {
        at_json_object(writer);
        put_text(writer, "kind", at_name_kinds[party->names[i].kind]);
        put_text(writer, "lang", party->names[i].lang);
        put_text(writer, "text", party->names[i].text);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static void put_things(at_json_writer *writer, const at_event *event) {
    at_json_put_key(writer, "things");
    at_json_array(writer);
    for (size_t i = 0; i < event->thing_count; i++) {
        char text[512];
        ref_text(text, &event->things[i]);
        at_json_put_text(writer, text);
    }
    at_json_array_end(writer);
}

static void put_number(at_json_writer *writer, const fact_field *field, const void *member) {
    if (field->form == F_AMOUNT) {
        if (*(const int64_t *)member != AT_AMOUNT_NONE) {
            at_json_put_key(writer, field->key);
            at_json_put_amount(writer, *(const int64_t *)member);
        }
    } else if (field->form == F_SCALE) {
        if (*(const int8_t *)member >= 0) {
            at_json_put_key(writer, field->key);
            at_json_put_int(writer, *(const int8_t *)member);
        }
    } else {
        at_json_put_key(writer, field->key);
        at_json_put_int(writer, *(const int64_t *)member);
    }
}

static void put_field(at_json_writer *writer, const fact_field *field, const at_fact *fact) {
    const void *member = (const char *)fact + field->offset;
    const at_ref *ref = member;
    const at_time *time = member;
    const at_period *period = member;
    char text[512];
    switch (field->form) {
    case F_TEXT:
        put_text(writer, field->key, *(const char *const *)member);
        break;
    case F_REF:
        if (ref->id != NULL) {
            ref_text(text, ref);
            put_text(writer, field->key, text);
        }
        break;
    case F_WORD:
        put_text(writer, field->key, field->words[*(const int *)member]);
        break;
    case F_FLAG:
        at_json_put_key(writer, field->key);
        at_json_put_bool(writer, *(const bool *)member);
        break;
    case F_TIME:
        put_moment(writer, field->key, time->us, time->precision,
                   time->zone_assumed ? " zone assumed" : "");
        break;
    case F_MOMENT:
        put_moment(writer, field->key, *(const int64_t *)member, AT_SECOND, "");
        break;
    case F_PERIOD:
        put_moment(writer, "since", period->since_us, AT_SECOND, "");
        break; /* until comes last: see fact_print */
    case F_RANGE:
        put_range(writer, field->key, member);
        break;
    case F_SHARE:
        put_share(writer, field->key, member);
        break;
    case F_NAMES:
        put_names(writer, member);
        break;
    case F_THINGS:
        put_things(writer, member);
        break;
    default:
        put_number(writer, field, member);
    }
}

void fact_print(at_json_writer *writer, const at_fact *fact) {
    const fact_field *const table = tables[fact->kind];
    at_json_object(writer);
    at_json_put_key(writer, at_kind_text(fact->kind));
    at_json_object(writer);
    const at_period *period = NULL;
    for (const fact_field *field = table; field->key != NULL; field++) {
        put_field(writer, field, fact);
        if (field->form == F_PERIOD)
            period = (const at_period *)((const char *)fact + field->offset);
    }
    if (period != NULL)
        put_moment(writer, "until", period->until_us, AT_SECOND, "");
    at_json_object_end(writer);
    at_json_object_end(writer);
}
