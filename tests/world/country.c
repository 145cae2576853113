/* country.c: how eight countries write. Bank codes are invented: none begins like these. */
#include <string.h>

#include "tests/world/world.h"

/* The rates are round numbers near those of 2024, so that amounts look like amounts. */
static const wm_currency currencies[] = {
    {"EUR", 2, 1, 1, 1},   {"IRR", 2, 100000, 650000, 1}, {"IQD", 3, 250000, 14250, 1},
    {"AZN", 2, 1, 37, 20}, {"AED", 2, 1, 4, 1},           {"TRY", 2, 1, 35, 1},
    {"GEL", 2, 1, 59, 20}, {"RUB", 2, 1, 100, 1},         {"KZT", 2, 100, 500, 1},
};

static const wm_country countries[] = {
    {"IR", STYLE_FA, 210, "IRR", 26, 0, 3, "fa az", "98"},
    {"AZ", STYLE_EN, 240, "AZN", 28, 4, 0, "az ru", "994"},
    {"IQ", STYLE_AR, 180, "IQD", 23, 4, 3, "ar fa", "964"},
    {"AE", STYLE_AR, 240, "AED", 23, 0, 3, "ar en", "971"},
    {"TR", STYLE_EN, 180, "TRY", 26, 0, 5, "en az", "90"},
    {"GE", STYLE_EN, 240, "GEL", 22, 2, 0, "en ru", "995"},
    {"RU", STYLE_RU, 180, "RUB", 33, 0, 9, "ru az", "7"},
    {"KZ", STYLE_RU, 300, "KZT", 20, 0, 3, "ru en", "7"},
};

const wm_country *country_find(const char *code) {
    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
        if (strcmp(countries[i].code, code) == 0)
            return &countries[i];
    return NULL;
}

const wm_country *country_at(int place) {
    return &countries[(size_t)place % (sizeof countries / sizeof countries[0])];
}

const wm_currency *currency_find(const char *code) {
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
        if (strcmp(currencies[i].code, code) == 0)
            return &currencies[i];
    die("no currency \"%s\"", code);
}

int64_t from_cents(int64_t cents, const wm_currency *to) {
    int64_t minor = cents * to->per_euro_num / to->per_euro_den;
    return minor - minor % to->granule;
}
