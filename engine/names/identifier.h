/**
 * identifier.h - typed numbers and strings: their form for comparison, and their check digits.
 *
 * A failed check means "not this type", never "bad record": the text stays, the result is
 * stored. Keys hold digits of every script as ASCII, Latin letters as capitals, no punctuation;
 * what differs by type is said at at_identifier_check.
 *
 * Errors:  AT_BAD_INPUT "E-TEXT-UTF8"; AT_LIMIT past AT_IDENTIFIER_BYTES_MAX; AT_NO_MEMORY.
 * Threads: free to call.
 * Sources: engine/names/check_digits.h; ITU-T E.164; ISO 13616 registry for IBAN lengths.
 */
#ifndef ASSETTRACE_NAMES_IDENTIFIER_H
#define ASSETTRACE_NAMES_IDENTIFIER_H

#include <stdbool.h>

#include "engine/base/arena.h"

enum { AT_IDENTIFIER_BYTES_MAX = 2048, AT_IBAN_BYTES = 36 };

/**
 * The key of an identifier, and what its check digits say.
 *
 * phone: E.164 with '+', from 00 or the trunk prefix of `country` too. national_id of IR: padded to
 * ten digits. bic: eight characters for the head office. handle: without '@', handle and email in
 * small letters. cadastral, other: the fold key. url: host in small letters, without scheme, www.,
 * fragment and tracking parameters. wallet: as written, but in small letters for Ethereum and
 * bech32. card: '*' kept where digits are masked.
 *
 * @param key_out    in the arena; equal keys of one type (and one country, for national numbers)
 *                   mean the same identifier; "" when nothing but punctuation was written
 * @param check_out  "ok", "failed", or "none" when we know no check for this type and country
 * @param type       one of at_identifier_types
 * @param country    ISO 3166 alpha-2 of the issuer; NULL = not stated
 */
AT_CHECKED at_status at_identifier_check(const char **key_out, const char **check_out,
                                         const char *type, const char *text, const char *country,
                                         at_arena *arena, at_error *err);

/** Is `text` a valid IBAN (country, its length, mod 97)? Then `out` is it in capitals, without
 *  blanks and hyphens. */
bool at_iban_key(char out[AT_IBAN_BYTES], const char *text);

#endif
