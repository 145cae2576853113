/**
 * phrase.h - the fixed words of rendered documents, in the languages we can answer for.
 *
 * Values are never translated, only the labels around them, and those only from this catalogue.
 */
#ifndef ASSETTRACE_EVIDENCE_PHRASE_H
#define ASSETTRACE_EVIDENCE_PHRASE_H

#include <stdbool.h>

enum { AT_PHRASE_LANGUAGES = 5 };

/** Index of "en", "fa", "ar", "ru" or "az"; -1 for any other. */
int at_phrase_language(const char *code);
bool at_phrase_right_to_left(int language);
/** The words for a key, or NULL for a key that is not in phrases.def. */
const char *at_phrase(const char *key, int language);

#endif
