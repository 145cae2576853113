/**
 * fields.h - one text to one value: what the importers of rows share.
 *
 * Texts are UTF-8, NUL-terminated and not empty unless said. Persian and Arabic digits are read
 * wherever digits are.
 *
 * Ownership: what is not a copy points to the text given, or into the arena given.
 * Errors:    AT_BAD_INPUT E-FIELD-WORD, E-FIELD-PERIOD, E-FIELD-COUNTRY, E-FIELD-REF, E-ID-
 * RESERVED,
 *            E-TIME-CALENDAR, E-AMOUNT-NEGATIVE and those of money.h, day.h, share.h, calendar.h.
 */
#ifndef ASSETTRACE_IMPORTERS_FIELDS_H
#define ASSETTRACE_IMPORTERS_FIELDS_H

#include "engine/base/arena.h"
#include "engine/model/record.h"

/** The text with every digit an ASCII digit; the text itself when it has no others. */
AT_CHECKED at_status at_field_digits(const char **out, const char *text, at_arena *arena,
                                     at_error *err);

/** The place of `text` in `words`; `what` names the vocabulary in the message. */
AT_CHECKED at_status at_field_word(int *out, const char *text, const char *const *words,
                                   const char *what, at_error *err);

/** An id is any text but one that begins with '@', alone or after a namespace. */
AT_CHECKED at_status at_field_id(const char *text, at_error *err);
AT_CHECKED at_status at_field_ref(at_ref *out, const char *text, at_kind kind, at_error *err);
/** The same, where `party:`, `account:`, `asset:` or `event:` before the id overrules `kind`. */
AT_CHECKED at_status at_field_any_ref(at_ref *out, const char *text, at_kind kind, at_error *err);

/** ISO 3166 alpha-2 in either case; NULL stays NULL. */
AT_CHECKED at_status at_field_country(const char **out, const char *text, at_arena *arena,
                                      at_error *err);

/** at_time_parse, which reads Gregorian dates: years 1250-1499 are refused, they are Jalali or
 * Hijri. */
AT_CHECKED at_status at_field_time(at_time *out, const char *text, at_arena *arena, at_error *err);
/** A date or time that something begins or ends with; NULL text = not stated. */
AT_CHECKED at_status at_field_moment(int64_t *out_us, const char *text, at_arena *arena,
                                     at_error *err);
/** since <= t < until; either text may be NULL. */
AT_CHECKED at_status at_field_period(at_period *out, const char *since, const char *until,
                                     at_arena *arena, at_error *err);
AT_CHECKED at_status at_period_check(const at_period *period, at_error *err);

/** An amount with as many decimals as it is written with: "12.50" -> 1250 and scale 2. */
AT_CHECKED at_status at_field_written(int64_t *out, int8_t *scale_out, const char *text,
                                      const at_number_style *style, at_error *err);
/** E-AMOUNT-NEGATIVE when `amount` is; `what` is the column. */
AT_CHECKED at_status at_field_not_negative(int64_t amount, const char *what, at_error *err);

/** An identifier fact: the type is checked, the key and the check digits are worked out. */
AT_CHECKED at_status at_field_identifier(at_identifier *out, const char *type, const char *text,
                                         const char *country, at_arena *arena, at_error *err);

#endif
