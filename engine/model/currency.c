#include "engine/model/money.h"

#include <assert.h>
#include <string.h>

/*
 * ISO 4217 list one (2025) and, because statements are older than the list, the codes withdrawn
 * since 2010. Sorted. Codes without a minor unit (XAU, XDR, XTS ...) are no money here.
 */
static const struct {
    char code[4];
    signed char scale;
} iso_4217[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"ANG", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2},
    {"AWG", 2}, {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0},
    {"BMD", 2}, {"BND", 2}, {"BOB", 2}, {"BOV", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2},
    {"BYN", 2}, {"BYR", 0}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHE", 2}, {"CHF", 2}, {"CHW", 2},
    {"CLF", 4}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"COU", 2}, {"CRC", 2}, {"CUC", 2}, {"CUP", 2},
    {"CVE", 2}, {"CZK", 2}, {"DJF", 0}, {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EEK", 2}, {"EGP", 2},
    {"ERN", 2}, {"ETB", 2}, {"EUR", 2}, {"FJD", 2}, {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2},
    {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HRK", 2},
    {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0},
    {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2},
    {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2},
    {"LSL", 2}, {"LTL", 2}, {"LVL", 2}, {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2}, {"MKD", 2},
    {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRO", 2}, {"MRU", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2},
    {"MXN", 2}, {"MXV", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NOK", 2},
    {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2},
    {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0}, {"SAR", 2},
    {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2}, {"SLL", 2},
    {"SOS", 2}, {"SRD", 2}, {"SSP", 2}, {"STD", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2},
    {"THB", 2}, {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2},
    {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"USN", 2}, {"UYI", 0}, {"UYU", 2}, {"UYW", 4},
    {"UZS", 2}, {"VED", 2}, {"VEF", 2}, {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAF", 0},
    {"XCD", 2}, {"XCG", 2}, {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"ZAR", 2}, {"ZMK", 2}, {"ZMW", 2},
    {"ZWG", 2}, {"ZWL", 2},
};

/* Three letters as a number that orders as they do. */
static uint32_t packed(const char *code) {
    return (uint32_t)(unsigned char)code[0] << 16 | (uint32_t)(unsigned char)code[1] << 8 |
           (uint32_t)(unsigned char)code[2];
}

static int iso_scale(const char *code) {
    size_t low = 0, high = AT_COUNT(iso_4217);
    if (!code[0] || !code[1] || !code[2] || code[3])
        return -1;
    const uint32_t wanted = packed(code);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const uint32_t now = packed(iso_4217[middle].code);
        if (now == wanted)
            return iso_4217[middle].scale;
        if (wanted < now)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

int at_currency_scale(const char *code, const at_token *tokens, size_t token_count) {
    assert(tokens != NULL || token_count == 0);
    if (code == NULL)
        return -1;
    const int scale = iso_scale(code); /* first: a token cannot give the euro other cents */
    if (scale >= 0)
        return scale;
    for (size_t i = 0; i < token_count; i++)
        if (strcmp(tokens[i].currency.code, code) == 0)
            return tokens[i].scale;
    return -1;
}

static bool is_spelled_right(const char *code, size_t bytes) {
    if (bytes < 3 || bytes >= AT_CURRENCY_BYTES)
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (!((code[i] >= 'A' && code[i] <= 'Z') || (code[i] >= '0' && code[i] <= '9')))
            return false;
    return true;
}

at_status at_currency_parse(at_currency *out, const char *code, const at_token *tokens,
                            size_t token_count, at_error *err) {
    assert(out != NULL && code != NULL);
    const size_t bytes = strlen(code);
    if (!is_spelled_right(code, bytes)) {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-CURRENCY-UNKNOWN",
                                         "\"%s\" is not the code of a currency", code);
        at_hint(err, "a code is 3 to 11 capital letters or digits, such as EUR or USDT");
        return status;
    }
    if (at_currency_scale(code, tokens, token_count) < 0) {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-CURRENCY-UNKNOWN",
                                         "the decimals of currency \"%s\" are not known", code);
        at_hint(err, "a token that is not in ISO 4217 needs its decimals: --scale %s=N", code);
        return status;
    }
    *out = (at_currency){.code = ""};
    memcpy(out->code, code, bytes + 1);
    return AT_OK;
}

at_status at_currency_recall(const at_currency **out, int *scale_out, at_currency_memo *memo,
                             const char *code, const at_token *tokens, size_t token_count,
                             at_error *err) {
    unsigned at = memo->next ^ 1; /* the newer one first */
    if (strcmp(code, memo->currency[at].code) != 0)
        at ^= 1;
    if (strcmp(code, memo->currency[at].code) != 0 || !*code) {
        at = memo->next;
        AT_TRY(at_currency_parse(&memo->currency[at], code, tokens, token_count, err));
        memo->scale[at] = at_currency_scale(code, tokens, token_count);
        memo->next = at ^ 1;
    }
    *out = &memo->currency[at];
    *scale_out = memo->scale[at];
    return AT_OK;
}
