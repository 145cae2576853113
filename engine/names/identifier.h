/**
 * identifier.h - typed numbers and strings: their form for comparison, and their check digits.
 *
 * A failed check means "not this type", never "bad record": the text stays, the result is stored.
 * Sources: ISO 13616 (IBAN), ISO 17442 and 7064 (LEI), ISO 6166 (ISIN), ISO 7812 (cards), ISO 3779 and
 * 49 CFR 565 (VIN), IMO A.1117(30), ITU-T E.164, and the registers of Iran, Russia and Azerbaijan as
 * their tax offices publish them.
 * Threads: free to call.
 */
#ifndef ASSETTRACE_NAMES_IDENTIFIER_H
#define ASSETTRACE_NAMES_IDENTIFIER_H

#include <stdbool.h>

#include "engine/base/arena.h"

enum { AT_IDENTIFIER_BYTES_MAX = 2048, AT_IBAN_BYTES = 36 };

/**
 * The key of an identifier and what its check digits say.
 *
 * @param key_out    in the arena; equal keys of one type (and country, for national numbers) mean the
 *                   same identifier. May be "" when nothing but punctuation was written.
 * @param check_out  "ok", "failed", or "none" when the type has no check we know for this country
 * @param type       one of at_identifier_types
 * @param country    ISO 3166 alpha-2 of the issuer; NULL = not stated
 * Errors: AT_BAD_INPUT "E-TEXT-UTF8"; AT_LIMIT "E-LIMIT" past AT_IDENTIFIER_BYTES_MAX; AT_NO_MEMORY.
 */
AT_CHECKED at_status at_identifier_check(const char **key_out, const char **check_out,
                                         const char *type, const char *text, const char *country,
                                         at_arena *arena, at_error *err);

/** Is `text` a valid IBAN (country, length, mod 97)? Then `out` is it without blanks, in capitals. */
bool at_iban_key(char out[AT_IBAN_BYTES], const char *text);

#endif
