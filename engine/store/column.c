#include "engine/store/column.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum {
    PARTY = 1 << AT_PARTY,
    ACCOUNT = 1 << AT_ACCOUNT,
    ASSET = 1 << AT_ASSET,
    EVENT = 1 << AT_EVENT,
    THING = PARTY | ACCOUNT | ASSET | EVENT,
};

static const char *const checks[] = {"ok", "failed", "none", NULL};

#define AT(field) offsetof(at_fact, field)
#define TEXT(name, field) \
    { name, AT_FORM_TEXT, AT(field), NULL, 0, 0 }
#define NEEDED_TEXT(name, field) \
    { name, AT_FORM_TEXT, AT(field), NULL, 0, AT_NEEDED }
#define SELF(field, kind) \
    { "thing", AT_FORM_REF, AT(field), NULL, kind, AT_NEEDED | AT_SELF }
#define REF(name, field, kinds) \
    { name, AT_FORM_REF, AT(field), NULL, kinds, AT_NEEDED }
#define MAYBE_REF(name, field, kinds) \
    { name, AT_FORM_REF, AT(field), NULL, kinds, 0 }
#define OPTIONAL(name, field) \
    { name, AT_FORM_OPTIONAL, AT(field), NULL, 0, 0 }
#define INT(name, field) \
    { name, AT_FORM_INT, AT(field), NULL, 0, 0 }
#define FLAG(name, field) \
    { name, AT_FORM_FLAG, AT(field), NULL, 0, 0 }
#define ENUM(name, field) \
    { name, AT_FORM_ENUM, AT(field), NULL, 0, 0 }
#define WORD(name, field, words) \
    { name, AT_FORM_WORD, AT(field), words, 0, AT_NEEDED }
#define CHOICE(name, field, words) \
    { name, AT_FORM_CHOICE, AT(field), words, 0, AT_NEEDED }
#define PERIOD(field) OPTIONAL("since_us", field.since_us), OPTIONAL("until_us", field.until_us)
#define DATE_RANGE(name, field)                                                           \
    {name "_earliest", AT_FORM_DAY, AT(field.earliest), NULL, 0, 0},                      \
        {name "_latest", AT_FORM_DAY, AT(field.latest), NULL, 0, 0},                      \
        ENUM(name "_precision", field.precision), TEXT(name "_calendar", field.calendar), \
        TEXT(name "_text", field.text)
#define TIME(name, field)                                                     \
    OPTIONAL(name "_us", field.us), ENUM(name "_precision", field.precision), \
        FLAG(name "_zone_assumed", field.zone_assumed)
#define NEEDED_TIME(name, field)                                      \
    {name "_us", AT_FORM_OPTIONAL, AT(field.us), NULL, 0, AT_NEEDED}, \
        ENUM(name "_precision", field.precision), FLAG(name "_zone_assumed", field.zone_assumed)

/* A derived id and a row number are not what a record says: the same row may stand elsewhere in the
 * next export. Whether an id was given is decided by the writer, which fills both columns. */
#define MONEY_ID(field) \
    { "id", AT_FORM_TEXT, AT(field), NULL, 0, AT_APART }
#define SEQ(field) \
    { "seq", AT_FORM_INT, AT(field), NULL, 0, AT_APART }

static const at_fact_column party_columns[] = {
    SELF(party.self, PARTY),
    WORD("type", party.type, at_party_types),
    DATE_RANGE("birth", party.birth),
    DATE_RANGE("death", party.death),
    TEXT("birth_place", party.birth_place),
    TEXT("father", party.father),
    TEXT("grandfather", party.grandfather),
    TEXT("sex", party.sex),
    TEXT("nationality", party.nationality),
    TEXT("residence", party.residence),
    TEXT("registration", party.registration),
    TEXT("address", party.address),
    TEXT("legal_form", party.legal_form),
    TEXT("status", party.status),
    OPTIONAL("founded_us", party.founded_us),
    OPTIONAL("dissolved_us", party.dissolved_us),
};

static const at_fact_column account_columns[] = {
    SELF(account.self, ACCOUNT),
    WORD("kind", account.kind, at_account_kinds),
    TEXT("currency", account.currency),
    OPTIONAL("opening", account.opening),
    {"opening_scale", AT_FORM_BYTE, AT(account.opening_scale), NULL, 0, 0},
    OPTIONAL("opening_at_us", account.opening_at_us),
    MAYBE_REF("holder", account.holder, PARTY),
    TEXT("institution", account.institution),
    TEXT("bic", account.bic),
    TEXT("country", account.country),
    TEXT("branch", account.branch),
    PERIOD(account.period),
};

static const at_fact_column asset_columns[] = {
    SELF(asset.self, ASSET),
    CHOICE("type", asset.type, at_asset_types),
    TEXT("description", asset.description),
    TEXT("country", asset.country),
    TEXT("place", asset.place),
    TEXT("encumbrance", asset.encumbrance),
    OPTIONAL("value", asset.value),
    TEXT("currency", asset.currency),
    OPTIONAL("valued_on_us", asset.valued_on_us),
    TEXT("basis", asset.basis),
};

static const at_fact_column event_columns[] = {
    SELF(event.self, EVENT),        CHOICE("kind", event.kind, at_event_kinds),
    TIME("time", event.time),       TEXT("place", event.place),
    TEXT("country", event.country), TEXT("text", event.text),
    TEXT("amount", event.amount),   TEXT("unit", event.unit),
};

static const at_fact_column identifier_columns[] = {
    REF("of", identifier.of, THING),
    CHOICE("type", identifier.type, at_identifier_types),
    NEEDED_TEXT("text", identifier.text),
    TEXT("key", identifier.key),
    TEXT("country", identifier.country),
    TEXT("issuer", identifier.issuer),
    {"checked", AT_FORM_CHOICE, AT(identifier.check), checks, 0, 0},
    PERIOD(identifier.period),
};

static const at_fact_column holding_columns[] = {
    REF("owner", holding.owner, PARTY),
    REF("owned", holding.owned, PARTY | ACCOUNT | ASSET),
    WORD("interest", holding.interest, at_interests),
    INT("share_lo_num", holding.share.lo.num),
    INT("share_lo_den", holding.share.lo.den),
    INT("share_hi_num", holding.share.hi.num),
    INT("share_hi_den", holding.share.hi.den),
    FLAG("share_lo_open", holding.share.lo_open),
    FLAG("share_hi_open", holding.share.hi_open),
    FLAG("share_known", holding.share.known),
    MAYBE_REF("nominee_for", holding.nominee_for, PARTY),
    {"nominee_unnamed", AT_FORM_UNNAMED, AT(holding.nominee_for), NULL, 0, 0},
    TEXT("stated_by", holding.stated_by),
    PERIOD(holding.period),
};

static const at_fact_column transfer_columns[] = {
    MONEY_ID(transfer.id),
    REF("from_account", transfer.from, ACCOUNT | ASSET),
    REF("to_account", transfer.to, ACCOUNT | ASSET),
    NEEDED_TIME("time", transfer.time),
    SEQ(transfer.seq),
    INT("amount", transfer.amount),
    NEEDED_TEXT("currency", transfer.currency),
    OPTIONAL("amount_in", transfer.amount_in),
    {"amount_in_scale", AT_FORM_BYTE, AT(transfer.amount_in_scale), NULL, 0, 0},
    TEXT("currency_in", transfer.currency_in),
    INT("fee", transfer.fee),
    TEXT("reverses", transfer.reverses),
    WORD("type", transfer.type, at_transfer_types),
};

static const at_fact_column leg_columns[] = {
    MONEY_ID(leg.id),
    REF("account", leg.account, ACCOUNT | ASSET),
    FLAG("credit", leg.credit),
    NEEDED_TIME("time", leg.time),
    TIME("value", leg.value_date),
    SEQ(leg.seq),
    INT("amount", leg.amount),
    NEEDED_TEXT("currency", leg.currency),
    MAYBE_REF("counterparty", leg.counterparty, ACCOUNT | ASSET),
    TEXT("counterparty_name", leg.counterparty_name),
    TEXT("counterparty_institution", leg.counterparty_institution),
    TEXT("counterparty_country", leg.counterparty_country),
    TEXT("reference", leg.reference),
    OPTIONAL("balance_after", leg.balance_after),
    INT("fee", leg.fee),
    TEXT("reverses", leg.reverses),
    WORD("type", leg.type, at_transfer_types),
};

static const at_fact_column link_columns[] = {
    REF("a", link.a, THING),
    REF("b", link.b, THING),
    CHOICE("kind", link.kind, at_link_kinds),
    FLAG("suspected", link.suspected),
    PERIOD(link.period),
};

static const at_fact_column listing_columns[] = {
    REF("party", listing.party, THING),
    TEXT("list", listing.list),
    TEXT("programme", listing.programme),
    TEXT("authority", listing.authority),
    TEXT("listing_number", listing.number),
    TEXT("reason", listing.reason),
    CHOICE("kind", listing.kind, at_listing_kinds),
    PERIOD(listing.period),
};

static const at_fact_column label_columns[] = {
    MAYBE_REF("of", label.of, THING),
    TEXT("transfer", label.transfer),
    NEEDED_TEXT("name", label.name),
    TEXT("text", label.text),
};

static const at_fact_column statement_columns[] = {
    REF("account", statement.account, ACCOUNT | ASSET),
    NEEDED_TEXT("currency", statement.currency),
    PERIOD(statement.period),
    OPTIONAL("opening", statement.opening),
    OPTIONAL("closing", statement.closing),
    INT("row_count", statement.rows),
    INT("breaks", statement.breaks),
};

#define TABLE(name) \
    { #name, name##_columns, AT_COUNT(name##_columns) }

const at_fact_table at_fact_tables[AT_KIND_COUNT] = {
    [AT_PARTY] = TABLE(party),
    [AT_ACCOUNT] = TABLE(account),
    [AT_ASSET] = TABLE(asset),
    [AT_EVENT] = TABLE(event),
    [AT_IDENTIFIER] = TABLE(identifier),
    [AT_HOLDING] = TABLE(holding),
    [AT_TRANSFER] = TABLE(transfer),
    [AT_LEG] = TABLE(leg),
    [AT_LINK] = TABLE(link),
    [AT_LISTING] = TABLE(listing),
    [AT_LABEL] = TABLE(label),
    [AT_STATEMENT] = TABLE(statement),
};
