/**
 * money.h - exact amounts in the minor units of one currency.
 *
 * Units:  minor units (cents) as int64_t; floating point never touches money. Products and sums
 * that may pass int64 use __int128 and end in AT_LIMIT "E-AMOUNT-RANGE", never in a wrap. Source:
 * ISO 4217 exponents for codes; a token (USDT, ETH) has the scale its source declares (<= 18).
 */
#ifndef ASSETTRACE_MODEL_MONEY_H
#define ASSETTRACE_MODEL_MONEY_H

#include <stdbool.h>

#include "engine/base/text.h"

__extension__ typedef __int128 at_wide;

enum { AT_CURRENCY_BYTES = 12, AT_SCALE_MAX = 18, AT_AMOUNT_TEXT_BYTES = 48, AT_WIDE_BYTES = 48 };
#define AT_AMOUNT_NONE INT64_MIN /* not stated: no amount may be this */

/* "EUR", "USDT": NUL-terminated, [A-Z0-9]{3,11}. */
typedef struct at_currency {
    char code[AT_CURRENCY_BYTES];
} at_currency;

/* A token and its decimals, as a source or the user declared it. */
typedef struct at_token {
    at_currency currency;
    int scale;
} at_token;

/** Decimals of an ISO 4217 code, or of one of `tokens` (may be NULL, 0); -1 when unknown.
 *  A code of ISO 4217 keeps its own decimals whatever a token says. `code` may be NULL. */
int at_currency_scale(const char *code, const at_token *tokens, size_t token_count);
/** Check the spelling and copy it. AT_BAD_INPUT "E-CURRENCY-UNKNOWN" when no scale is known. */
AT_CHECKED at_status at_currency_parse(at_currency *out, const char *code, const at_token *tokens,
                                       size_t token_count, at_error *err);

/* The two currencies asked for last, one of which the next mostly is. Zero-initialised = none. */
typedef struct at_currency_memo {
    at_currency currency[2];
    int scale[2];
    unsigned next; /* the one that is forgotten first */
} at_currency_memo;

/** The same with its decimals, for who asks for every row of a file, always with the same tokens.
 * What *out points to stays until two other currencies were asked for. */
AT_CHECKED at_status at_currency_recall(const at_currency **out, int *scale_out,
                                        at_currency_memo *memo, const char *code,
                                        const at_token *tokens, size_t token_count, at_error *err);

/** How a source writes numbers; zero-initialised = '.' for decimals, no grouping. */
typedef struct at_number_style {
    char decimal_mark; /* '.', ',' or 0 for '.'; U+066B always reads as the mark */
    char grouping;     /* ',', '.', ' ', '\'' or 0 for none; with any of them U+066C, NBSP and thin
                          space group too, U+2019 with '\'' */
    bool
        dust_floor; /* digits below the scale are dropped (toward zero) and reported, not refused */
} at_number_style;

/**
 * Text to minor units: digits (ASCII, Arabic-Indic, Persian), optional leading '+', leading or
 * trailing '-' (or U+2212), optional decimals up to `scale`. "1200" at scale 2 is 120000. Groups,
 * where the style has them, are of exactly three digits with one separator throughout. Blanks and
 * direction marks around the number are not part of it.
 *
 * @param style  NULL = zero-initialised
 * @param dust   may be NULL; digits dropped under dust_floor as a count of 10^-18 major units, with
 *               the sign of the amount; more than 18 decimals are refused unless they are zeros
 * Errors: AT_BAD_INPUT "E-MONEY-TEXT", "E-MONEY-DECIMALS"; AT_LIMIT "E-AMOUNT-RANGE".
 */
AT_CHECKED at_status at_money_parse(int64_t *out, const char *text, int scale,
                                    const at_number_style *style, int64_t *dust, at_error *err);
/** 123450 at scale 2 -> "1234.50". */
void at_money_format(char out[AT_AMOUNT_TEXT_BYTES], int64_t amount_minor, int scale);

AT_CHECKED at_status at_money_add(int64_t *total, int64_t amount,
                                  at_error *err); /* *total += amount, or E-AMOUNT-RANGE */
/** floor(a * b / c) for a, b >= 0, c > 0 (specification G3). */
AT_CHECKED at_status at_money_share(int64_t *out, int64_t a, int64_t b, int64_t c, at_error *err);

/** A sum over accounts in decimal digits: it may pass 64 bits although no account's does. */
void at_wide_format(char out[AT_WIDE_BYTES], at_wide amount);

#endif
