/* world.h: an invented world of parties, accounts and payments, and what is true in it.
 *
 * The maker shares nothing with the program it tests: its calendar, check digits, rationals, coins
 * and graphs are its own, so that agreement means something.
 *
 * Units: money in minor units of its currency; minutes and days since 1970-01-01 UTC. No two
 * payments share a minute, so their order never rests on anything else. */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    PARTIES_MAX = 1024,
    ACCOUNTS_MAX = 1024,
    PAYMENTS_MAX = 4096,
    LEGS_MAX = 2 * PAYMENTS_MAX,
    STAKES_MAX = 1024,
    TIES_MAX = 1024,
    COUNTRIES_MAX = 8,
    CELL_MAX = 24, /* shells, or collectors, of one side */
    SELLERS_MAX = 80,
    BACK_MAX = 160, /* background accounts of one country */
    ROUNDS_MAX = 10,
    ID_BYTES = 48,
    NAME_BYTES = 256,
    DAY_BYTES = 64,
    AMOUNT_BYTES = 64,
    NONE = -1,
    ASSETS = 3,
    ASSET_NODE = 100000, /* a payment's end that is an asset: ASSET_NODE + its number */
};

typedef struct wm_stream {
    uint64_t state;
} wm_stream;

typedef enum wm_style { STYLE_FA, STYLE_AR, STYLE_RU, STYLE_EN, STYLE_AZ } wm_style;
typedef enum wm_script { FA, AR, RU, AZ, EN, SCRIPTS } wm_script;

typedef struct wm_currency {
    const char *code;
    int decimals;
    int64_t granule;                    /* smallest amount people write */
    int64_t per_euro_num, per_euro_den; /* minor units for one cent */
} wm_currency;

typedef struct wm_country {
    const char *code;
    wm_style style;
    int zone; /* minutes east of UTC */
    const char *local;
    int iban_bytes;
    int bank_letters, bank_digits; /* the bank's part of an IBAN */
    const char *nationals;         /* scripts of its people's names, first ones first */
    const char *dial;
} wm_country;

typedef struct wm_date {
    int year, month, day;
} wm_date;

typedef enum wm_cell { SIDE_A, SIDE_B, BACK_A, BACK_B, DECOY_A, DECOY_B } wm_cell;

typedef struct wm_party {
    bool company;
    wm_cell cell;
    int country;                   /* nationality or registration: index into world.countries */
    int first, last;               /* words of the name */
    int script, alias_script;      /* alias NONE = no alias */
    int64_t birth;                 /* day; persons */
    bool registered;               /* in its side's register, not only a bank's customer */
    char register_id[ID_BYTES];    /* "" = not registered */
    char customer_id[2][ID_BYTES]; /* at bank A and B; "" = no customer */
    char identifier[ID_BYTES], phone[ID_BYTES];
    const char *identifier_type;
    bool phone_shared;
} wm_party;

/* Who keeps an account. The first two deliver statements, the next two a ledger of their own. */
typedef enum wm_keeper { BANK_A, BANK_B, EXCHANGE, NOTARY, ELSEWHERE } wm_keeper;

typedef struct wm_account {
    char iban[ID_BYTES];
    wm_keeper keeper;
    int country;
    const wm_currency *currency;
    int holder;    /* party or NONE = not disclosed */
    int statement; /* number of its statement file; 0 = the file of small accounts; NONE */
    bool known;    /* opening is stated */
    int64_t opening, balance, in, out;
} wm_account;

typedef struct wm_asset {
    const char *type;
    char id[ID_BYTES], number[ID_BYTES], plate[ID_BYTES]; /* plate: vehicles */
    int owner, former;                                    /* parties; former NONE */
    int64_t since;
    int64_t value;
} wm_asset;

typedef enum wm_payment_kind { PLAIN, CASH_IN, CASH_OUT, FEE } wm_payment_kind;
/* Where a payment is recorded when no statement shows it. */
typedef enum wm_book { SWITCH_A, SWITCH_B, DESK_BOOK, NOTARY_BOOK, BOOKS } wm_book;
enum { LATE = 1, REFERENCE = 2, DEBIT_REFERENCE = 4, CLASHING = 8, CREDIT_LOST = 16, APART = 32 };

typedef struct wm_payment {
    int from, to; /* accounts, assets or NONE */
    int64_t minute, credit_minute;
    int64_t amount, amount_in;
    wm_payment_kind kind;
    unsigned how; /* LATE .. APART */
    wm_book book;
    int debit_leg, credit_leg; /* NONE = not shown */
    char id[ID_BYTES];         /* of the row in the book */
    char reference[ID_BYTES], other_reference[ID_BYTES];
} wm_payment;

typedef struct wm_leg {
    int payment, account;
    bool credit;
    int64_t minute;
    int seq;
    int64_t balance;
    char id[ID_BYTES];
} wm_leg;

typedef struct wm_stake {
    int owner, owned; /* parties */
    int num, den;
    int nominee_for; /* party or NONE */
    int form;        /* how it is written: percent, fraction, decimal */
    int64_t since;
} wm_stake;

typedef struct wm_tie {
    int a, b; /* parties */
    const char *kind;
    bool suspected;
} wm_tie;

typedef struct wm_world {
    uint64_t seed, permute;
    bool harbour;
    int parties_wanted, transfers_wanted;
    char out[2048];
    wm_stream story, ids; /* what happens; what it is called and in which order it is written */
    int64_t first_day;
    int shift; /* days; and the turn of the scripts: */
    int turn;

    const wm_country *countries[COUNTRIES_MAX];
    int country_count;
    const wm_currency *local[2], *euro;

    wm_party parties[PARTIES_MAX];
    int party_count;
    wm_account accounts[ACCOUNTS_MAX];
    int account_count;
    wm_asset assets[ASSETS]; /* land, vehicle, vessel */
    wm_payment payments[PAYMENTS_MAX];
    int payment_count;
    wm_leg legs[LEGS_MAX];
    int leg_count, statement_count;
    wm_stake stakes[STAKES_MAX];
    int stake_count;
    wm_tie ties[TIES_MAX];
    int tie_count;

    int broker, owner, ship, chain[4], chain_count, nominee, exchange, land_owner; /* parties */
    int seller_parties[SELLERS_MAX], seller_party_count;
    /* accounts from here on */
    int sellers[SELLERS_MAX], seller_count;
    int collectors[CELL_MAX], collector_count;
    int shells[2][CELL_MAX], shell_count[2];
    int desk_local[2], desk_euro[2];
    int broker_account[2][2];
    int ship_account[2], ship_local, owner_account, owner_local;
    int payers[4], exits[3], escrow[ASSETS];
    int hub[2], back[2][BACK_MAX], back_count[2];
    int importer, supplier;
    int rounds;
    int round_day[ROUNDS_MAX];
    int sources[3], source_count; /* payments that carry a label */
} wm_world;

/* random.c */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t draw(wm_stream *from);
wm_stream stream_of(uint64_t seed, uint64_t purpose);
int64_t between(wm_stream *from, int64_t low, int64_t high);
void shuffle(wm_stream *from, size_t *items, size_t count);
/* A delimited file in the making. */
typedef struct wm_sheet {
    char delimiter;
    char *data;
    size_t bytes, capacity;
    size_t *starts, count; /* of rows */
    size_t fixed;          /* rows that stay on top */
    bool open;
} wm_sheet;
void sheet_line(wm_sheet *to, const char *line); /* a line as it is, staying on top */
void sheet_field(wm_sheet *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sheet_end(wm_sheet *to);
void sheet_write(wm_world *w, wm_sheet *from, const char *name, bool ordered);
void sheet_free(wm_sheet *of);
FILE *open_file(const wm_world *w, const char *name);
void close_file(FILE *file);

/* calendar.c */
wm_date gregorian(int64_t day);
wm_date jalali(int64_t day);
int64_t day_of(int year, int month, int day);
const char *iso_day(int64_t day, char out[DAY_BYTES]);
const char *iso_time(int64_t minute, char out[DAY_BYTES]);
const char *register_day(int64_t day, const wm_country *of, char out[DAY_BYTES]);
const char *digits(const char *text, wm_style of, char *out, size_t bytes);
const char *amount_text(int64_t minor, const wm_currency *of, char group, char mark,
                        char out[AMOUNT_BYTES]);

/* country.c */
const wm_country *country_find(const char *code);
const wm_country *country_at(int place);
const wm_currency *currency_find(const char *code);
int64_t from_cents(int64_t cents, const wm_currency *to); /* rounded down to what people write */

/* names.c */
int given_names(void);
int family_names(void);
int company_names(void);
int trades(void);
const char *party_name(const wm_world *w, const wm_party *of, int script, char out[NAME_BYTES]);
extern const char *const script_langs[SCRIPTS];
const char *script_lang(const wm_world *w, int script);

/* identifier.c */
void new_number(wm_world *w, const char *prefix, int count, char out[ID_BYTES]);
void new_iban(wm_world *w, const wm_country *of, wm_keeper slot, char out[ID_BYTES]);
void new_vin(wm_world *w, char out[ID_BYTES]);
void new_imo(wm_world *w, char out[ID_BYTES]);
void new_national(wm_world *w, wm_party *of);
void new_phone(wm_world *w, const wm_country *of, char out[ID_BYTES]);
void claim_id(const char *id); /* dies when it was claimed before */

/* cast.c, holdings.c */
void make_cast(wm_world *w);
int new_party(wm_world *w, wm_cell cell, bool company, int country);
void make_accounts(wm_world *w);
void make_assets(wm_world *w);

/* flow.c, background.c */
void make_flow(wm_world *w);
void make_hubs(wm_world *w);
void make_background(wm_world *w);
int new_account(wm_world *w, wm_keeper keeper, const wm_currency *currency, int holder,
                int statement);
int pay(wm_world *w, int64_t day, int from, int to, int64_t amount);
int64_t unique_amount(int64_t wanted, const wm_currency *of);
int64_t take_minute(wm_world *w, int64_t day);

/* legs.c */
void make_legs(wm_world *w);
bool is_asset(int node);

/* bank.c, register.c, folder.c */
const char *register_name(const wm_world *w, int who, char out[AMOUNT_BYTES]);
void write_banks(wm_world *w);
void write_registers(wm_world *w);
void write_ledgers(wm_world *w);
void write_import(wm_world *w);
void make_folders(const wm_world *w);
void write_mapping(wm_world *w, int side, const char *name);

/* What is true. */
__extension__ typedef __int128 wide;
typedef struct wm_ratio {
    wide num, den;
} wm_ratio;
wm_ratio reduced(wide num, wide den);
wm_ratio share_of(const wm_world *w, int owner, int company); /* ownership.c */
void ratio_text(wm_ratio value, char out[AMOUNT_BYTES]);
void ratio_decimal(wm_ratio value, char out[AMOUNT_BYTES]);

/* things.c: parties, accounts and assets as one list, shown as the program shows them. */
enum { THINGS_MAX = PARTIES_MAX + ACCOUNTS_MAX + ASSETS };
typedef struct wm_network {
    int things[THINGS_MAX], count; /* sorted by id */
    int cuts[THINGS_MAX], cut_count;
    int key;
    wm_ratio fragmentation;
    int hops; /* farthest from the subject */
} wm_network;
const char *thing_id(const wm_world *w, int thing);
int party_thing(const wm_world *w, int party);
int account_thing(const wm_world *w, int account);
int asset_thing(const wm_world *w, int asset);
void graph_make(const wm_world *w);
int hub_degree(const wm_world *w);
int graph_component(const wm_world *w, int thing, int things[THINGS_MAX]);
void network_make(const wm_world *w, wm_network *out);

/* A node and a payment of the ledger, as the rules of tracing look at them. */
enum { WM_LABELS = 3 };
typedef struct wm_place {
    const char *shown, *currency;
    bool external, asset;
    bool unknown; /* the opening is the least that its payments need */
    int64_t opening;
} wm_place;
typedef struct wm_move {
    int from, to, label; /* label of a source, NONE = no source */
    int64_t amount, amount_in;
} wm_move;
void rules_write(FILE *file, const wm_place *places, int place_count, const wm_move *moves,
                 int move_count); /* rules.c: holdings by the other rules */

void trace_write(const wm_world *w,
                 FILE *file); /* trace.c: sources, holdings, transfers, openings */
void write_truth(wm_world *w);
void write_case(wm_world *w);

#endif
