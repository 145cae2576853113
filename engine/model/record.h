/**
 * record.h - the nouns: what a record of a source says.
 *
 * One shape in, the same shape out. An importer fills at_fact values and gives them to the sink
 * with the origin of their record; the store hands the same at_fact values to questions through
 * at_facts, with references resolved and the record's number set. Fields follow
 * specification "records"; a missing text is NULL, a missing time AT_TIME_NONE, a missing
 * amount AT_AMOUNT_NONE - never an empty string or zero.
 *
 * Ownership: all pointers are borrowed - from the importer for the length of one put call,
 *            from the question's arena when a fact comes out of the store.
 * Units:     amounts in minor units, times in microseconds UTC, shares exact rationals.
 */
#ifndef ASSETTRACE_MODEL_RECORD_H
#define ASSETTRACE_MODEL_RECORD_H

#include "engine/base/day.h"
#include "engine/model/money.h"
#include "engine/model/share.h"

/* The kinds of facts. The first four are things: they have an id and can be referred to. */
typedef enum at_kind {
    AT_KIND_NONE = 0,
    AT_PARTY,
    AT_ACCOUNT,
    AT_ASSET,
    AT_EVENT,
    AT_IDENTIFIER,
    AT_HOLDING,
    AT_TRANSFER,
    AT_LEG,
    AT_LINK,
    AT_LISTING,
    AT_LABEL,
    AT_STATEMENT,
    AT_KIND_COUNT,
} at_kind;

/* A thing in one store: dense, 1..N, meaningful within one question only; 0 = none. Things that
 * records or judgements say are the same share one number there. Never printed, never used to order
 * output: ids are. */
typedef uint32_t at_thing;
typedef int64_t at_record_id; /* a record in the store; 0 = none */

/* A reference to a thing. Going in: `id` as the source writes it (`namespace/id` points into
 * another namespace) and thing 0. Coming out: thing set, id and name_space those of the thing's
 * first record. */
typedef struct at_ref {
    const char *id;         /* NULL: no reference */
    const char *name_space; /* NULL going in: the source's own */
    at_kind kind;           /* AT_PARTY, AT_ACCOUNT, AT_ASSET, AT_EVENT */
    at_thing thing;
} at_ref;

/* Where a record stands in the content of its source. */
typedef struct at_origin {
    uint64_t offset;
    uint64_t bytes;
    uint64_t line;       /* of its first byte, from 1; 0 where lines mean nothing */
    const char *element; /* "/Document/BkToCstmrStmt/Stmt[2]/Ntry[7]"; NULL for row formats */
} at_origin;

typedef struct at_period {
    int64_t since_us; /* first microsecond it holds; AT_TIME_NONE = not stated */
    int64_t until_us; /* first microsecond it no longer holds; AT_TIME_NONE = not stated */
} at_period;

/* A date as a person states it: an interval of days, and the words. */
typedef struct at_date_range {
    int32_t earliest, latest; /* AT_DAY_NONE = not stated */
    at_precision precision;
    const char *calendar; /* "gregorian", "jalali", "hijri" */
    const char *text;     /* as written */
} at_date_range;

/* Closed vocabularies: enum value = index into the word list; see at_word_find. */
typedef enum at_party_type {
    AT_PARTY_UNKNOWN,
    AT_PERSON,
    AT_COMPANY,
    AT_BODY,
    AT_ANONYMOUS,
    AT_UNNAMED
} at_party_type;
extern const char *const at_party_types[]; /* unknown person company body anonymous unnamed */
typedef enum at_name_kind {
    AT_NAME_PRIMARY,
    AT_NAME_ALIAS,
    AT_NAME_FORMER,
    AT_NAME_MAIDEN,
    AT_NAME_TRANSLITERATION
} at_name_kind;
extern const char *const at_name_kinds[]; /* primary alias former maiden transliteration */
typedef enum at_account_kind {
    AT_ACCOUNT_BANK,
    AT_ACCOUNT_LOAN,
    AT_ACCOUNT_CARD,
    AT_ACCOUNT_WALLET,
    AT_ACCOUNT_CASH,
    AT_ACCOUNT_EXTERNAL,
    AT_ACCOUNT_SINK,
    AT_ACCOUNT_ASSET
} at_account_kind;
extern const char *const at_account_kinds[]; /* account loan card wallet cash external sink asset */
extern const char *const at_asset_types[]; /* land building vehicle vessel aircraft shares security
                                              gold goods cash claim business other */
extern const char
    *const at_identifier_types[]; /* national_id passport tax registration lei iban account_number
                                     card bic vin plate imo mmsi tail msn icao24 cadastral isin
                                     wallet phone email handle url other */
typedef enum at_interest {
    AT_CAPITAL,
    AT_VOTES,
    AT_CONTROL,
    AT_TRUSTEE,
    AT_BENEFICIARY,
    AT_SIGNATORY,
    AT_REGISTERED_KEEPER,
    AT_DIRECTOR
} at_interest;
extern const char *const at_interests[]; /* capital votes control trustee beneficiary signatory
                                            registered_keeper director */
typedef enum at_transfer_type {
    AT_TRANSFER_PLAIN,
    AT_CASH_IN,
    AT_CASH_OUT,
    AT_CARD_PAYMENT,
    AT_FEE,
    AT_INTEREST_PAID,
    AT_PURCHASE,
    AT_SALE,
    AT_EXCHANGE,
    AT_LOAN,
    AT_REPAYMENT,
    AT_TRANSFER_OTHER
} at_transfer_type;
extern const char *const at_transfer_types[]; /* transfer cash_in cash_out card fee interest
                                                 purchase sale exchange loan repayment other */
extern const char
    *const at_link_kinds[]; /* directs signs_for nominee_of trustee_of employs spouse parent sibling
                     relative associate agent_of shares_address shares_phone shares_device signs_in
                     guarantees same_as_stated other */
extern const char *const at_listing_kinds[]; /* sanctions wanted notice pep internal */
extern const char
    *const at_event_kinds[]; /* seizure shipment crossing order arrest meeting other */

/** Index of `word` in a NULL-terminated list, or -1. */
int at_word_find(const char *const *words, const char *word);
/** The noun of a kind: "party", "account" ... and back (AT_KIND_NONE when it is none). */
const char *at_kind_text(at_kind kind);
at_kind at_kind_parse(const char *text);

typedef struct at_name {
    const char *text;
    at_name_kind kind;
    const char *lang; /* BCP 47 or NULL */
} at_name;

typedef struct at_party {
    at_ref self;
    at_party_type type;
    const at_name *names;
    size_t name_count;
    at_date_range birth, death;
    const char *birth_place, *father, *grandfather, *sex;
    const char *nationality, *residence, *registration; /* ISO 3166 alpha-2 */
    const char *address;
    const char *legal_form, *status;
    int64_t founded_us, dissolved_us;
} at_party;

typedef struct at_identifier {
    at_ref of;
    const char *type; /* one of at_identifier_types */
    const char *text; /* as written */
    const char *key;  /* folded for comparison */
    const char *country, *issuer;
    const char *check; /* "ok", "failed", "none" */
    at_period period;
} at_identifier;

typedef struct at_account {
    at_ref self;
    at_account_kind kind;
    const char *currency; /* NULL: not stated */
    int64_t opening;      /* minor units; AT_AMOUNT_NONE = unknown */
    int8_t opening_scale; /* decimals `opening` was written with when the currency is not stated; -1
                             = minor units */
    int64_t opening_at_us;
    at_ref holder; /* a party */
    const char *institution, *bic, *country, *branch;
    at_period period; /* opened, closed */
} at_account;

typedef struct at_asset {
    at_ref self;
    const char *type; /* one of at_asset_types */
    const char *description, *country, *place, *encumbrance;
    int64_t value; /* minor units of currency; AT_AMOUNT_NONE = not stated */
    const char *currency;
    int64_t valued_on_us;
    const char *basis;
} at_asset;

typedef struct at_holding {
    at_ref owner; /* a party */
    at_ref owned; /* a company (party), an account or an asset */
    at_interest interest;
    at_share share;
    at_ref nominee_for; /* the principal; id "" = nominee of somebody not named */
    const char *stated_by;
    at_period period;
} at_holding;

/* Money from one account to another, both sides known. */
typedef struct at_transfer {
    const char *id; /* NULL: derived by the store as <source number>:<record number> */
    at_ref from, to;
    at_time time;
    int64_t seq;
    int64_t amount; /* minor units of `currency`, debited from `from`; 0 is kept and never moves
                       money */
    const char *currency;
    int64_t amount_in;       /* credited to `to`; AT_AMOUNT_NONE = same as amount */
    int8_t amount_in_scale;  /* decimals amount_in was written with when currency_in is not stated;
                                -1 = minor units */
    const char *currency_in; /* NULL: what `to` is declared with if exactly one, else `currency` */
    int64_t fee;             /* on top of amount, same currency; 0 = none */
    const char *reverses;    /* id of a transfer, or NULL */
    at_transfer_type type;
} at_transfer;

/* One side of a transfer as one statement shows it. */
typedef struct at_leg {
    const char *id;           /* NULL: derived */
    at_ref account;           /* whose statement it is */
    bool credit;              /* money came in */
    at_time time, value_date; /* value_date.us AT_TIME_NONE = not stated */
    int64_t seq;
    int64_t amount; /* minor units >= 0 */
    const char *currency;
    at_ref counterparty; /* an account; id NULL = not stated */
    const char *counterparty_name, *counterparty_institution, *counterparty_country;
    const char *reference;
    int64_t balance_after; /* AT_AMOUNT_NONE = not stated */
    int64_t fee;
    const char *reverses;
    at_transfer_type type;
} at_leg;

/* What one source covers of one account, and whether it adds up. */
typedef struct at_statement {
    at_ref account;
    const char *currency;
    at_period period;         /* first to last booked microsecond, or the stated period */
    int64_t opening, closing; /* AT_AMOUNT_NONE = not stated */
    uint64_t rows;
    uint64_t breaks; /* rows whose running balance does not follow; > 0 = unreconciled */
} at_statement;

typedef struct at_link {
    at_ref a, b;
    const char *kind; /* one of at_link_kinds: a <kind> b */
    bool suspected;   /* strength: stated unless said */
    at_period period;
} at_link;

typedef struct at_listing {
    at_ref party;
    const char *list, *programme, *authority, *number, *reason;
    const char *kind; /* one of at_listing_kinds */
    at_period period;
} at_listing;

typedef struct at_event {
    at_ref self;
    const char *kind; /* one of at_event_kinds */
    const at_ref *things;
    size_t thing_count;
    at_time time;
    const char *place, *country, *text;
    const char *amount, *unit; /* a number as written */
} at_event;

/* What a source itself says of a thing or transfer ("isFraud"): shown as its word, never as ours.
 */
typedef struct at_label {
    at_ref of;            /* id NULL when about a transfer */
    const char *transfer; /* id, or NULL */
    const char *name, *text;
} at_label;

typedef struct at_fact {
    at_kind kind;
    at_record_id record; /* set by the store */
    union {
        at_party party;
        at_identifier identifier;
        at_account account;
        at_asset asset;
        at_holding holding;
        at_transfer transfer;
        at_leg leg;
        at_link link;
        at_listing listing;
        at_event event;
        at_label label;
        at_statement statement;
    };
} at_fact;

/* A record's address: forever valid, store or no store. */
typedef struct at_address {
    char content[65]; /* SHA-256 of the content, lower-case hex */
    uint64_t offset, bytes, line;
    const char *name_space;
    const char *source_name; /* the file's name as received */
} at_address;

/** "<sha256>:<offset>+<bytes>", and back (AT_BAD_INPUT "E-ADDRESS-TEXT"). line, name_space,
 * source_name are not part of it. */
#define AT_ADDRESS_TEXT_BYTES 112
void at_address_format(char out[AT_ADDRESS_TEXT_BYTES], const at_address *address);
AT_CHECKED at_status at_address_parse(at_address *out, const char *text, at_error *err);

/** An empty fact of a kind: every field missing (NULL, AT_TIME_NONE, AT_AMOUNT_NONE, share unknown,
 * fee 0). References that can be of one kind only already have it. */
at_fact at_fact_new(at_kind kind);

#endif
