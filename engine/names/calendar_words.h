/**
 * calendar_words.h - names of months and halves of the day, in the languages of our sources.
 *
 * Gregorian months in English, Russian, Azerbaijani, Arabic and Persian; Jalali ones in Persian,
 * Hijri ones in Arabic. Letters of Arabic and Persian keyboards are one, capitals are small.
 *
 * Ownership: the text is code points, borrowed for the call. Threads: free to call.
 */
#ifndef ASSETTRACE_NAMES_CALENDAR_WORDS_H
#define ASSETTRACE_NAMES_CALENDAR_WORDS_H

#include "engine/names/calendar.h"

/** The longest name of a month that stands at text[*at], moving past it: 1-12. */
bool at_month_read(int *out, at_calendar calendar, const uint32_t *text, size_t count, size_t *at);
/** The same for AM (0) and PM (1). */
bool at_half_read(int *out, const uint32_t *text, size_t count, size_t *at);

#endif
