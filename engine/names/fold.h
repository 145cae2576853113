/**
 * fold.h - the key form of a text: what two spellings of one word have in common.
 *
 * For finding and comparing only; what a source wrote is kept as written. In this order:
 *   apostrophes vanish; NFKC with full case folding (bidi marks and joiners vanish with it);
 *   our own table: tatweel, vowel signs, hamza and madda vanish; Arabic and Persian yeh, kaf, heh
 *   and alef become one each, dotted and dotless i too; digits of every script become ASCII;
 *   every run of other punctuation, symbols and blanks becomes one space, none at the ends.
 *
 * The table has a version because a key computed by another one must not be compared with ours.
 * Errors: AT_BAD_INPUT "E-TEXT-UTF8", AT_NO_MEMORY, AT_LIMIT of the text. Threads: free to call.
 * Source: Unicode Standard Annex 15 (NFKC_Casefold) through ICU.
 */
#ifndef ASSETTRACE_NAMES_FOLD_H
#define ASSETTRACE_NAMES_FOLD_H

#include "engine/base/text.h"

#define AT_FOLD_VERSION 1

/** Append the key form of `text` to `out`: "علي  (Ali)" -> "علی ali". May append nothing. */
AT_CHECKED at_status at_fold_key(at_text *out, const char *text, at_error *err);

#endif
