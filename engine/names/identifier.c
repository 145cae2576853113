#include "engine/names/identifier.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/names/check_digits.h"
#include "engine/names/fold.h"

static const char check_ok[] = "ok", check_failed[] = "failed", check_none[] = "none";

static const char *verdict(bool good) {
    return good ? check_ok : check_failed;
}

/* --- IBAN ------------------------------------------------------------------------------------- */

/* Lengths by country, as in the registry of ISO 13616 (release 99). */
#define IBAN(first, second, bytes) [(first) - 'A'][(second) - 'A'] = (bytes)
static const uint8_t iban_lengths[26][26] = {
    IBAN('A', 'D', 24), IBAN('A', 'E', 23), IBAN('A', 'L', 28), IBAN('A', 'T', 20),
    IBAN('A', 'Z', 28), IBAN('B', 'A', 20), IBAN('B', 'E', 16), IBAN('B', 'G', 22),
    IBAN('B', 'H', 22), IBAN('B', 'I', 27), IBAN('B', 'R', 29), IBAN('B', 'Y', 28),
    IBAN('C', 'H', 21), IBAN('C', 'R', 22), IBAN('C', 'Y', 28), IBAN('C', 'Z', 24),
    IBAN('D', 'E', 22), IBAN('D', 'J', 27), IBAN('D', 'K', 18), IBAN('D', 'O', 28),
    IBAN('E', 'E', 20), IBAN('E', 'G', 29), IBAN('E', 'S', 24), IBAN('F', 'I', 18),
    IBAN('F', 'K', 18), IBAN('F', 'O', 18), IBAN('F', 'R', 27), IBAN('G', 'B', 22),
    IBAN('G', 'E', 22), IBAN('G', 'I', 23), IBAN('G', 'L', 18), IBAN('G', 'R', 27),
    IBAN('G', 'T', 28), IBAN('H', 'N', 28), IBAN('H', 'R', 21), IBAN('H', 'U', 28),
    IBAN('I', 'E', 22), IBAN('I', 'L', 23), IBAN('I', 'Q', 23), IBAN('I', 'R', 26),
    IBAN('I', 'S', 26), IBAN('I', 'T', 27), IBAN('J', 'O', 30), IBAN('K', 'W', 30),
    IBAN('K', 'Z', 20), IBAN('L', 'B', 28), IBAN('L', 'C', 32), IBAN('L', 'I', 21),
    IBAN('L', 'T', 20), IBAN('L', 'U', 20), IBAN('L', 'V', 21), IBAN('L', 'Y', 25),
    IBAN('M', 'C', 27), IBAN('M', 'D', 24), IBAN('M', 'E', 22), IBAN('M', 'K', 19),
    IBAN('M', 'N', 20), IBAN('M', 'R', 27), IBAN('M', 'T', 31), IBAN('M', 'U', 30),
    IBAN('N', 'I', 28), IBAN('N', 'L', 18), IBAN('N', 'O', 15), IBAN('O', 'M', 23),
    IBAN('P', 'K', 24), IBAN('P', 'L', 28), IBAN('P', 'S', 29), IBAN('P', 'T', 25),
    IBAN('Q', 'A', 29), IBAN('R', 'O', 24), IBAN('R', 'S', 22), IBAN('R', 'U', 33),
    IBAN('S', 'A', 24), IBAN('S', 'C', 31), IBAN('S', 'D', 18), IBAN('S', 'E', 24),
    IBAN('S', 'I', 19), IBAN('S', 'K', 24), IBAN('S', 'M', 27), IBAN('S', 'O', 23),
    IBAN('S', 'T', 25), IBAN('S', 'V', 28), IBAN('T', 'L', 23), IBAN('T', 'N', 24),
    IBAN('T', 'R', 26), IBAN('U', 'A', 29), IBAN('V', 'A', 22), IBAN('V', 'G', 24),
    IBAN('X', 'K', 20), IBAN('Y', 'E', 30),
};
#undef IBAN

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

static size_t iban_length(const char *country) {
    if (!is_capital(country[0]) || !is_capital(country[1]))
        return 0;
    return iban_lengths[country[0] - 'A'][country[1] - 'A'];
}

/* Bytes of the text when it holds capitals and digits alone, as nearly every IBAN of a file does;
 * else 0. */
static size_t plain_bytes(const char *text) {
    size_t count = 0;
    while (count < AT_IBAN_BYTES && (is_digit(text[count]) || is_capital(text[count])))
        count++;
    return text[count] == '\0' ? count : 0;
}

/* Do length and check digits belong to the country? `key` is all capitals and digits. */
static bool is_iban(const char *key, size_t count) {
    char turned[AT_IBAN_BYTES];
    if (count < 5 || count >= sizeof turned || count != iban_length(key) || !is_digit(key[2]) ||
        !is_digit(key[3]))
        return false;
    memcpy(turned, key + 4, count - 4);
    memcpy(turned + count - 4, key, 4);
    turned[count] = '\0';
    return at_check_mod_97(turned);
}

/* Layout, not content: blanks, hyphens and direction marks. */
static bool is_layout(uint32_t c) {
    return c == ' ' || c == '-' || c == 0x00A0 || c == 0x202F || c == 0x2011 ||
           (c >= 0x200B && c <= 0x200F) || c == 0x061C || c == 0xFEFF ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool at_iban_key(char out[AT_IBAN_BYTES], const char *text) {
    assert(out != NULL && text != NULL);
    char key[AT_IBAN_BYTES];
    size_t count = plain_bytes(text);
    if (count > 0) {
        if (!is_iban(text, count))
            return false;
        memcpy(out, text, count + 1);
        return true;
    }
    const size_t bytes = strnlen(text, AT_IDENTIFIER_BYTES_MAX + 1);
    if (bytes > AT_IDENTIFIER_BYTES_MAX || !at_utf8_valid(text, bytes, NULL))
        return false;
    for (size_t i = 0; i < bytes;) {
        const bool plain = (unsigned char)text[i] < 0x80;
        uint32_t c = plain ? (uint32_t)text[i++] : at_utf8_next(text, bytes, &i);
        const int digit = plain ? -1 : at_digit_value(c);
        if (c >= 'a' && c <= 'z')
            c -= 'a' - 'A';
        else if (digit >= 0)
            c = (uint32_t)('0' + digit);
        else if (is_layout(c))
            continue;
        else if ((c < 'A' || c > 'Z') && (c < '0' || c > '9'))
            return false;
        if (count + 1 == sizeof key)
            return false;
        key[count++] = (char)c;
    }
    key[count] = '\0';
    if (!is_iban(key, count))
        return false;
    memcpy(out, key, count + 1);
    return true;
}

/* --- Forms ------------------------------------------------------------------------------------ */

/* The fold key without its spaces, Latin letters as capitals. */
static at_status add_compact(at_text *out, const char *text, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text folded = {.limit_bytes = 0};
    AT_TRY(at_fold_key(&folded, text, err));
    for (size_t i = 0; i < folded.bytes; i++) {
        const char c = folded.data[i];
        if (c != ' ')
            AT_TRY(at_text_add_char(out, (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c), err));
    }
    return AT_OK;
}

/* The text as written without layout, ASCII digits; `small` letters of ASCII on request. */
static at_status add_written(at_text *out, const char *text, bool small, at_error *err) {
    const size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes;) {
        uint32_t c = at_utf8_next(text, bytes, &i);
        const int digit = at_digit_value(c);
        if (c != '-' && is_layout(c))
            continue;
        if (digit >= 0)
            c = (uint32_t)('0' + digit);
        else if (small && c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        AT_TRY(at_utf8_add(out, c, err));
    }
    return AT_OK;
}

/* Digits, and '*' for what a receipt hides. */
static at_status add_card(at_text *out, const char *text, at_error *err) {
    const size_t bytes = strlen(text);
    for (size_t i = 0; i < bytes;) {
        const uint32_t c = at_utf8_next(text, bytes, &i);
        const int digit = at_digit_value(c);
        if (digit >= 0)
            AT_TRY(at_text_add_char(out, (char)('0' + digit), err));
        else if (c == '*' || c == 'x' || c == 'X' || c == 0x2022)
            AT_TRY(at_text_add_char(out, '*', err));
    }
    return AT_OK;
}

/* Ethereum's capitals are a checksum and bech32 allows one case; elsewhere case is content. */
static at_status add_wallet(at_text *out, const char *text, at_error *err) {
    static const char *const prefixes[] = {"0x", "0X", "bc1", "BC1", "tb1", "TB1", "ltc1", "LTC1"};
    const char *start = text + strspn(text, " \t");
    bool small = false;
    for (size_t i = 0; i < AT_COUNT(prefixes); i++)
        small = small || at_text_starts(start, prefixes[i]);
    return add_written(out, text, small, err);
}

static at_status add_email(at_text *out, const char *text, at_error *err) {
    return add_written(out, text, true, err);
}

static at_status add_handle(at_text *out, const char *text, at_error *err) {
    const char *start = text + strspn(text, " \t");
    return add_written(out, start + (start[0] == '@'), true, err);
}

/* --- URL -------------------------------------------------------------------------------------- */

static bool is_tracking(const char *parameter, size_t bytes) {
    static const char *const names[] = {"utm_", "fbclid=", "gclid=", "yclid=", "igshid=", "mc_"};
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (bytes >= strlen(names[i]) && at_text_starts(parameter, names[i]))
            return true;
    return false;
}

/* The parameters behind '?' that are not tracking, in their order. */
static at_status add_parameters(at_text *out, const char *query, at_error *err) {
    char mark = '?';
    while (*query != '\0') {
        const size_t bytes = strcspn(query, "&");
        if (bytes > 0 && !is_tracking(query, bytes)) {
            AT_TRY(at_text_add_char(out, mark, err));
            AT_TRY(at_text_add_bytes(out, query, bytes, err));
            mark = '&';
        }
        query += bytes + (query[bytes] == '&');
    }
    return AT_OK;
}

static at_status add_url(at_text *out, const char *text, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text whole = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text small = {.limit_bytes = 0};
    AT_TRY(add_written(&whole, text, false, err));
    AT_TRY(add_written(&small, text, true, err));
    /* Both are of one length: where the host ends in one, it ends in the other. */
    const char *rest = at_text_string(&whole), *host = at_text_string(&small);
    const size_t slash = strcspn(host, "/?#");
    const bool scheme = slash > 0 && at_text_starts(host + slash - 1, "://");
    size_t start = scheme ? slash + 2 : 0;
    if (at_text_starts(host + start, "www."))
        start += 4;
    const size_t host_bytes = strcspn(host + start, "/?#");
    AT_TRY(at_text_add_bytes(out, host + start, host_bytes, err));
    rest += start + host_bytes;
    size_t path_bytes = strcspn(rest, "?#");
    const char *query = rest + path_bytes;
    while (path_bytes > 0 && rest[path_bytes - 1] == '/')
        path_bytes--;
    AT_TRY(at_text_add_bytes(out, rest, path_bytes, err));
    if (*query != '?')
        return AT_OK;
    AT_CLEANUP(at_text_clear) at_text parameters = {.limit_bytes = 0};
    AT_TRY(at_text_add_bytes(&parameters, query + 1, strcspn(query + 1, "#"), err));
    return add_parameters(out, at_text_string(&parameters), err);
}

/* --- Phone ------------------------------------------------------------------------------------ */

/* Country, calling code, trunk prefix that falls away abroad ("" = none). */
static const struct {
    char country[3];
    const char *code, *trunk;
} calling_codes[] = {
    {"AE", "971", "0"}, {"AF", "93", "0"},  {"AM", "374", "0"}, {"AT", "43", "0"},
    {"AZ", "994", "0"}, {"BE", "32", "0"},  {"BH", "973", ""},  {"BY", "375", "8"},
    {"CA", "1", "1"},   {"CH", "41", "0"},  {"CN", "86", "0"},  {"CY", "357", ""},
    {"DE", "49", "0"},  {"EG", "20", "0"},  {"ES", "34", ""},   {"FR", "33", "0"},
    {"GB", "44", "0"},  {"GE", "995", "0"}, {"GR", "30", ""},   {"IL", "972", "0"},
    {"IN", "91", "0"},  {"IQ", "964", "0"}, {"IR", "98", "0"},  {"IT", "39", ""},
    {"JO", "962", "0"}, {"KG", "996", "0"}, {"KW", "965", ""},  {"KZ", "7", "8"},
    {"LB", "961", "0"}, {"NL", "31", "0"},  {"OM", "968", ""},  {"PK", "92", "0"},
    {"QA", "974", ""},  {"RU", "7", "8"},   {"SA", "966", "0"}, {"SE", "46", "0"},
    {"SY", "963", "0"}, {"TJ", "992", ""},  {"TM", "993", "8"}, {"TR", "90", "0"},
    {"UA", "380", "0"}, {"US", "1", "1"},   {"UZ", "998", ""},
};

/* Digits of a number; *plus when '+' or 00 stood before them. */
static at_status add_digits(at_text *out, bool *plus, const char *text, at_error *err) {
    const size_t bytes = strlen(text);
    *plus = false;
    for (size_t i = 0; i < bytes;) {
        const uint32_t c = at_utf8_next(text, bytes, &i);
        const int digit = at_digit_value(c);
        if ((c == '+' || c == 0xFF0B) && out->bytes == 0)
            *plus = true;
        else if (digit >= 0)
            AT_TRY(at_text_add_char(out, (char)('0' + digit), err));
    }
    return AT_OK;
}

static at_status add_phone(at_text *out, const char **check, const char *text, const char *country,
                           at_error *err) {
    AT_CLEANUP(at_text_clear) at_text number = {.limit_bytes = 0};
    bool plus = false;
    const char *code = "";
    AT_TRY(add_digits(&number, &plus, text, err));
    const char *digits = at_text_string(&number);
    if (!plus && at_text_starts(digits, "00")) {
        plus = true;
        digits += 2;
    }
    for (size_t i = 0; !plus && i < AT_COUNT(calling_codes); i++) {
        if (!at_text_equal(country, calling_codes[i].country))
            continue;
        const char *trunk = calling_codes[i].trunk;
        code = calling_codes[i].code;
        if (at_text_starts(digits, trunk))
            digits += strlen(trunk);
    }
    *check = check_none;
    if (digits[0] == '\0') /* "none": a country code alone would be everybody's number */
        return AT_OK;
    if (!plus && code[0] == '\0') /* a national number of we do not know where */
        return at_text_add(out, digits, err);
    AT_TRY(at_text_print(out, err, "+%s%s", code, digits));
    *check = verdict(out->bytes >= 8 && out->bytes <= 16 && out->data[1] != '0');
    return AT_OK;
}

/* --- One type, one row ------------------------------------------------------------------------ */

typedef at_status add_form(at_text *out, const char *text, at_error *err);
typedef const char *check_form(const char *key, const char *country);

static const char *check_iban(const char *key, const char *country) {
    (void)country;
    char iban[AT_IBAN_BYTES];
    return verdict(at_iban_key(iban, key));
}

static const char *check_lei(const char *key, const char *country) {
    (void)country;
    return verdict(at_check_lei(key));
}

static const char *check_isin(const char *key, const char *country) {
    (void)country;
    return verdict(at_check_isin(key));
}

/* Masked digits cannot be checked. */
static const char *check_card(const char *key, const char *country) {
    (void)country;
    const size_t digits = strlen(key);
    if (strchr(key, '*') != NULL)
        return check_none;
    return verdict(digits >= 12 && digits <= 19 && at_check_luhn(key));
}

/* Only North America and China require the check digit. */
static const char *check_vin(const char *key, const char *country) {
    (void)country;
    if (at_check_vin(key))
        return check_ok;
    const bool required = (key[0] >= '1' && key[0] <= '5') || key[0] == 'L';
    return at_is_vin(key) && !required ? check_none : check_failed;
}

static const char *check_imo(const char *key, const char *country) {
    (void)country;
    return verdict(at_check_imo_ship(key) || at_check_imo_company(key));
}

static const char *check_national_id(const char *key, const char *country) {
    return at_text_equal(country, "IR") ? verdict(at_check_iran_person(key)) : check_none;
}

static const char *check_registration(const char *key, const char *country) {
    if (at_text_equal(country, "IR") && at_is_digits(key, 11))
        return verdict(at_check_iran_company(key));
    if (at_text_equal(country, "RU") && (at_is_digits(key, 13) || at_is_digits(key, 15)))
        return verdict(at_check_ogrn(key));
    return check_none; /* local registers have numbers of their own */
}

static const char *check_tax(const char *key, const char *country) {
    if (at_text_equal(country, "RU"))
        return verdict(at_check_inn(key));
    if (at_text_equal(country, "AZ"))
        return verdict(at_check_voen(key));
    if (at_text_equal(country, "IR") && at_is_digits(key, 11))
        return verdict(at_check_iran_company(key));
    if (at_text_equal(country, "IR") && at_is_digits(key, 10))
        return verdict(at_check_iran_person(key));
    return check_none;
}

/* Types without a row have the compact form and no check. */
static const struct {
    const char *type;
    add_form *form;
    check_form *check;
} types[] = {
    {"national_id", NULL, check_national_id},
    {"tax", NULL, check_tax},
    {"registration", NULL, check_registration},
    {"lei", NULL, check_lei},
    {"iban", NULL, check_iban},
    {"isin", NULL, check_isin},
    {"imo", NULL, check_imo},
    {"vin", NULL, check_vin},
    {"card", add_card, check_card},
    {"wallet", add_wallet, NULL},
    {"handle", add_handle, NULL},
    {"email", add_email, NULL},
    {"url", add_url, NULL},
    {"cadastral", at_fold_key, NULL},
    {"other", at_fold_key, NULL},
};

/* What some types leave out or fill up once the form stands. */
static at_status settle_key(at_text *key, const char *type, const char *country, at_error *err) {
    const char *data = at_text_string(key);
    const size_t bytes = key->bytes;
    if (strcmp(type, "bic") == 0 && bytes == 11 && strcmp(data + 8, "XXX") == 0) {
        key->bytes = 8;
        key->data[8] = '\0';
    } else if (strcmp(type, "imo") == 0 && at_text_starts(data, "IMO")) {
        memmove(key->data, key->data + 3, bytes - 2);
        key->bytes -= 3;
    } else if (strcmp(type, "national_id") == 0 && at_text_equal(country, "IR") &&
               (at_is_digits(data, 8) || at_is_digits(data, 9))) {
        char padded[11] = "0000000000";
        memcpy(padded + 10 - bytes, data, bytes);
        at_text_reset(key);
        return at_text_add(key, padded, err);
    }
    return AT_OK;
}

static at_status make_key(at_text *key, const char **check, const char *type, const char *text,
                          const char *country, at_error *err) {
    add_form *form = add_compact;
    check_form *checker = NULL;
    *check = check_none;
    if (strcmp(type, "phone") == 0)
        return add_phone(key, check, text, country, err);
    for (size_t i = 0; i < AT_COUNT(types); i++)
        if (strcmp(type, types[i].type) == 0) {
            form = types[i].form != NULL ? types[i].form : add_compact;
            checker = types[i].check;
        }
    AT_TRY(form(key, text, err));
    AT_TRY(settle_key(key, type, country, err));
    if (checker != NULL)
        *check = checker(at_text_string(key), country);
    return AT_OK;
}

at_status at_identifier_check(const char **key_out, const char **check_out, const char *type,
                              const char *text, const char *country, at_arena *arena,
                              at_error *err) {
    assert(key_out != NULL && check_out != NULL && type != NULL && text != NULL && arena != NULL);
    AT_CLEANUP(at_text_clear) at_text key = {.limit_bytes = 0};
    const size_t bytes = strnlen(text, AT_IDENTIFIER_BYTES_MAX + 1);
    const char *check = check_none, *copy = NULL;
    size_t bad = 0;
    if (bytes > AT_IDENTIFIER_BYTES_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "an identifier of more than %d bytes",
                       AT_IDENTIFIER_BYTES_MAX);
    if (!at_utf8_valid(text, bytes, &bad))
        return at_fail(err, AT_BAD_INPUT, "E-TEXT-UTF8", "byte %zu of an identifier is not UTF-8",
                       bad);
    AT_TRY(make_key(&key, &check, type, text, country, err));
    AT_TRY(at_arena_copy(&copy, arena, at_text_string(&key), key.bytes, err));
    *key_out = copy;
    *check_out = check;
    return AT_OK;
}
