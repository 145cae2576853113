/* importers/guess_outside.c: whose account, which currency and which zone, where no column says. */
#include <stdio.h>
#include <string.h>

#include "importers/guess_part.h"
#include "engine/names/identifier.h"

enum { LIKELY = 88, BY_NUMBER = 85, BY_COUNTRY = 60, ZONE_BY_COUNTRY = 70, NOTHING = 0, OPEN = 40 };

/* Countries whose clocks never change, and their currencies; "" = clocks change or differ. */
static const struct {
    const char *country, *currency, *zone;
} countries[] = {
    {"IR", "IRR", "+03:30"}, {"AZ", "AZN", "+04:00"}, {"TR", "TRY", "+03:00"},
    {"AE", "AED", "+04:00"}, {"IQ", "IQD", "+03:00"}, {"GE", "GEL", "+04:00"},
    {"SA", "SAR", "+03:00"}, {"QA", "QAR", "+03:00"}, {"BH", "BHD", "+03:00"},
    {"KW", "KWD", "+03:00"}, {"BY", "BYN", "+03:00"}, {"PK", "PKR", "+05:00"},
    {"JO", "JOD", "+03:00"}, {"RU", "RUB", ""},       {"KZ", "KZT", ""},
    {"GB", "GBP", ""},       {"CH", "CHF", ""},       {"PL", "PLN", ""},
    {"UA", "UAH", ""},       {"DE", "EUR", ""},       {"FR", "EUR", ""},
    {"IT", "EUR", ""},       {"ES", "EUR", ""},       {"NL", "EUR", ""},
    {"AT", "EUR", ""},       {"LV", "EUR", ""},       {"EE", "EUR", ""},
    {"LT", "EUR", ""},       {"CY", "EUR", ""},       {"GR", "EUR", ""},
};

/* The place in `countries` of the IBAN that is this statement's account; -1 when none is. */
static int find_country(const at_guesser *g) {
    char iban[AT_IBAN_BYTES];
    const int column = g->columns[AT_ROLE_ACCOUNT];
    const char *account = column >= 0 ? g->table.cells[0][column] : g->account;
    if (account == NULL || !at_iban_key(iban, account))
        return -1;
    for (size_t i = 0; i < AT_COUNT(countries); i++)
        if (memcmp(iban, countries[i].country, 2) == 0)
            return (int)i;
    return -1;
}

static at_status settle_account(at_guesser *g, at_error *err) {
    if (g->columns[AT_ROLE_ACCOUNT] >= 0 || g->is_transfer)
        return AT_OK;
    if (g->account != NULL)
        return at_guess_say(g, "account", g->account, g->account_sure, err, "%s", g->account_why);
    g->account = "@account";
    return at_guess_say(g, "account", g->account, NOTHING, err,
                        "the file does not say whose statement it is: write the account here");
}

/* The column may hold words of its own, and toman. */
static at_status settle_column(at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    const int column = g->columns[AT_ROLE_CURRENCY];
    bool toman = false, other = false;
    for (size_t i = 0; i < t->row_count; i++) {
        const char *code = NULL;
        int times = 1;
        if (t->cells[i][column] == NULL || (i > 0 && t->columns[column].constant))
            continue;
        AT_TRY(at_guess_currency(&code, &times, t->cells[i][column], err));
        toman = toman || times > 1;
        other = other || times == 1;
    }
    g->multiply = toman && !other ? 10 : 1;
    if (!toman)
        return AT_OK;
    return at_guess_say(g, "multiply", other ? "1" : "10", other ? OPEN : LIKELY, err,
                        other ? "some rows are in toman, ten rial each, and some are not"
                              : "amounts are in toman, ten rial each");
}

static at_status settle_currency(at_guesser *g, at_error *err) {
    const int country = find_country(g);
    if (g->columns[AT_ROLE_CURRENCY] >= 0)
        return settle_column(g, err);
    if (g->currency != NULL) {
        if (g->multiply > 1)
            AT_TRY(at_guess_say(g, "multiply", "10", g->currency_sure, err, "%s", g->currency_why));
        return at_guess_say(g, "currency", g->currency, g->currency_sure, err, "%s",
                            g->currency_why);
    }
    const int column = g->is_transfer ? g->columns[AT_ROLE_FROM] : g->columns[AT_ROLE_ACCOUNT];
    AT_TRY(at_guess_account_currency(&g->currency,
                                     column >= 0 ? g->table.cells[0][column] : g->account, err));
    if (g->currency != NULL)
        return at_guess_say(g, "currency", g->currency, BY_NUMBER, err,
                            "digits 6 to 8 of the account's number");
    g->currency = country >= 0 ? countries[country].currency : "XXX";
    return at_guess_say(g, "currency", g->currency, country >= 0 ? BY_COUNTRY : NOTHING, err,
                        country >= 0 ? "the file does not say; the account is of that country"
                                     : "the file does not say: write the code here");
}

static bool has_clock(const at_guesser *g) {
    const at_guess_column *time = &g->table.columns[g->columns[AT_ROLE_TIME]];
    return (time->has_clock || g->columns[AT_ROLE_CLOCK] >= 0) &&
           time->date.form == AT_DATE_PATTERN;
}

static at_status settle_zone(at_guesser *g, at_error *err) {
    const int country = find_country(g);
    if (!has_clock(g)) {
        g->zone = NULL;
        return AT_OK;
    }
    if (g->zone != NULL)
        return at_guess_say(g, "zone", g->zone, g->zone_sure, err, "%s", g->zone_why);
    if (country < 0 || countries[country].zone[0] == '\0')
        return at_guess_say(g, "zone", "", OPEN, err,
                            "the file does not say: times of day are read as UTC");
    g->zone = countries[country].zone;
    return at_guess_say(g, "zone", g->zone, ZONE_BY_COUNTRY, err,
                        "the file does not say; it is the zone of the account's country");
}

/* "1,250" is no decimal in a currency of two decimals. */
static at_status settle_marks(at_guesser *g, at_error *err) {
    enum { THREE = 3 };
    const int column = g->columns[AT_ROLE_CURRENCY];
    const char *code = g->currency;
    int times = 1;
    if (column >= 0)
        AT_TRY(at_guess_currency(&code, &times,
                                 g->table.cells[0][column] != NULL ? g->table.cells[0][column] : "",
                                 err));
    const int scale = code != NULL ? at_currency_scale(code, NULL, 0) : -1;
    if (scale < 0 || scale >= THREE || g->decimals > 0)
        return AT_OK;
    for (size_t i = 0; i < g->out->point_count; i++) {
        at_guess_point *point = &g->out->points[i];
        if (point->sure < AT_GUESS_SURE &&
            (strcmp(point->field, "grouping") == 0 || strcmp(point->field, "decimal") == 0)) {
            point->sure = LIKELY;
            point->why = "the currency has no third decimal, so three digits are a group";
        }
    }
    return AT_OK;
}

at_status at_guess_outside(at_guesser *g, at_error *err) {
    AT_TRY(settle_account(g, err));
    AT_TRY(settle_currency(g, err));
    AT_TRY(settle_marks(g, err));
    return settle_zone(g, err);
}
