#include "importers/fields.h"

#include <assert.h>
#include <string.h>

#include "engine/names/identifier.h"

at_status at_field_digits(const char **out, const char *text, at_arena *arena, at_error *err) {
    const char *first = text;
    while (*first != '\0' && (unsigned char)*first < 0x80)
        first++;
    if (*first == '\0') {
        *out = text;
        return AT_OK;
    }
    const size_t bytes = strlen(text);
    char *folded = NULL;
    AT_TRY(AT_NEW(&folded, arena, bytes + 1, err));
    size_t length = 0;
    for (size_t i = 0; i < bytes;) {
        const size_t start = i;
        const int digit = at_digit_value(at_utf8_next(text, bytes, &i));
        if (digit >= 0) {
            folded[length++] = (char)('0' + digit);
        } else {
            memcpy(folded + length, text + start, i - start);
            length += i - start;
        }
    }
    *out = folded;
    return AT_OK;
}

at_status at_field_word(int *out, const char *text, const char *const *words, const char *what,
                        at_error *err) {
    const int word = at_word_find(words, text);
    if (word >= 0) {
        *out = word;
        return AT_OK;
    }
    const char *nearest = at_text_nearest(text, words);
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-FIELD-WORD", "\"%s\" is no %s", text, what);
    if (nearest != NULL)
        at_hint(err, "did you mean \"%s\"?", nearest);
    return status;
}

at_status at_field_id(const char *text, at_error *err) {
    const char *slash = strchr(text, '/');
    if (text[0] == '@' || (slash != NULL && slash[1] == '@'))
        return at_fail(err, AT_BAD_INPUT, "E-ID-RESERVED",
                       "\"%s\": ids that begin with '@' are reserved", text);
    return AT_OK;
}

at_status at_field_ref(at_ref *out, const char *text, at_kind kind, at_error *err) {
    AT_TRY(at_field_id(text, err));
    *out = (at_ref){.id = text, .kind = kind};
    return AT_OK;
}

at_status at_field_any_ref(at_ref *out, const char *text, at_kind kind, at_error *err) {
    static const struct {
        const char *prefix;
        at_kind kind;
    } prefixes[] = {
        {"party:", AT_PARTY}, {"account:", AT_ACCOUNT}, {"asset:", AT_ASSET}, {"event:", AT_EVENT}};
    for (size_t i = 0; i < AT_COUNT(prefixes); i++) {
        if (!at_text_starts(text, prefixes[i].prefix))
            continue;
        kind = prefixes[i].kind;
        text += strlen(prefixes[i].prefix);
        if (*text == '\0')
            return at_fail(err, AT_BAD_INPUT, "E-FIELD-REF", "nothing follows \"%s\"",
                           prefixes[i].prefix);
        break;
    }
    return at_field_ref(out, text, kind, err);
}

at_status at_field_country(const char **out, const char *text, at_arena *arena, at_error *err) {
    if (text == NULL) {
        *out = NULL;
        return AT_OK;
    }
    char code[3] = {0};
    size_t length = 0;
    for (; text[length] != '\0' && length < 3; length++) {
        const char c = (char)(text[length] & ~0x20); /* capitals */
        if (c < 'A' || c > 'Z' || length == 2)
            break;
        code[length] = c;
    }
    if (length != 2 || text[2] != '\0') {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-FIELD-COUNTRY",
                                         "\"%s\" is no country code of two letters", text);
        at_hint(err, "ISO 3166 alpha-2, such as IR, AZ, DE");
        return status;
    }
    return at_arena_copy(out, arena, code, 2, err);
}

/* Years in which a date that looks Gregorian is Jalali or Hijri (specification names, section
 * 4). */
enum { OTHER_FIRST = 1250, OTHER_LAST = 1499 };

static bool is_other_calendar(const char *text) {
    int year = 0;
    for (int i = 0; i < 4; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        year = year * 10 + (text[i] - '0');
    }
    return text[4] == '-' && year >= OTHER_FIRST && year <= OTHER_LAST;
}

at_status at_field_time(at_time *out, const char *text, at_arena *arena, at_error *err) {
    if (at_time_read_common(out, text, OTHER_LAST + 1))
        return AT_OK;
    AT_TRY(at_field_digits(&text, text, arena, err));
    if (is_other_calendar(text)) {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-TIME-CALENDAR",
                                         "\"%s\" is not a Gregorian date of our time", text);
        at_hint(err,
                "Jalali and Hijri dates are read by table_csv with \"calendar\" in the mapping");
        return status;
    }
    return at_time_parse(out, text, err);
}

at_status at_field_moment(int64_t *out_us, const char *text, at_arena *arena, at_error *err) {
    at_time time = {.us = AT_TIME_NONE};
    if (text != NULL)
        AT_TRY(at_field_time(&time, text, arena, err));
    *out_us = time.us;
    return AT_OK;
}

at_status at_period_check(const at_period *period, at_error *err) {
    if (period->since_us == AT_TIME_NONE || period->until_us == AT_TIME_NONE ||
        period->since_us < period->until_us)
        return AT_OK;
    char since[AT_TIME_TEXT_BYTES], until[AT_TIME_TEXT_BYTES];
    at_time_format(since, period->since_us, AT_MICROSECOND);
    at_time_format(until, period->until_us, AT_MICROSECOND);
    const at_status status = at_fail(err, AT_BAD_INPUT, "E-FIELD-PERIOD",
                                     "it ends at %s and begins no sooner, at %s", until, since);
    at_hint(err, "until is the first day on which it no longer holds");
    return status;
}

at_status at_field_period(at_period *out, const char *since, const char *until, at_arena *arena,
                          at_error *err) {
    at_period period;
    AT_TRY(at_field_moment(&period.since_us, since, arena, err));
    AT_TRY(at_field_moment(&period.until_us, until, arena, err));
    AT_TRY(at_period_check(&period, err));
    *out = period;
    return AT_OK;
}

/* Digits after the last decimal mark of an amount. */
static int written_decimals(const char *text, const at_number_style *style) {
    const uint32_t mark =
        style != NULL && style->decimal_mark != 0 ? (unsigned char)style->decimal_mark : '.';
    const size_t bytes = strlen(text);
    int decimals = -1;
    for (size_t i = 0; i < bytes;) {
        const uint32_t c = at_utf8_next(text, bytes, &i);
        if (c == mark || c == 0x066B)
            decimals = 0;
        else if (decimals >= 0 && at_digit_value(c) >= 0)
            decimals++;
    }
    return decimals > 0 ? decimals : 0;
}

at_status at_field_written(int64_t *out, int8_t *scale_out, const char *text,
                           const at_number_style *style, at_error *err) {
    const int decimals = written_decimals(text, style);
    const int scale = decimals < AT_SCALE_MAX ? decimals : AT_SCALE_MAX;
    AT_TRY(at_money_parse(out, text, scale, style, NULL, err));
    *scale_out = (int8_t)scale;
    return AT_OK;
}

at_status at_field_not_negative(int64_t amount, const char *what, at_error *err) {
    if (amount >= 0)
        return AT_OK;
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-AMOUNT-NEGATIVE", "\"%s\" is negative", what);
    at_hint(err, "an amount has no sign; a transfer back has its sides the other way round");
    return status;
}

at_status at_field_identifier(at_identifier *out, const char *type, const char *text,
                              const char *country, at_arena *arena, at_error *err) {
    int word = 0;
    AT_TRY(at_field_word(&word, type, at_identifier_types, "type of identifier", err));
    out->type = at_identifier_types[word];
    out->text = text;
    AT_TRY(at_field_country(&out->country, country, arena, err));
    return at_identifier_check(&out->key, &out->check, out->type, text, out->country, arena, err);
}
