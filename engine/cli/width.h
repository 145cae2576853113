/**
 * width.h - text made safe and measured for a terminal.
 *
 * Control characters, direction marks and bytes that are no UTF-8 are spelt out (`<U+202E>`,
 * `<FF>`), so that a name cannot move the cursor or turn the row around it. Each stretch of
 * right-to-left letters can be isolated (FSI ... PDI, Unicode UAX #9) and leaves its neighbours
 * alone: a date after an Arabic letter would else be shown backwards.
 *
 * Units: columns of a terminal: 0 for marks, 2 for East Asian wide characters, else 1.
 */
#ifndef ASSETTRACE_CLI_WIDTH_H
#define ASSETTRACE_CLI_WIDTH_H

#include "engine/base/text.h"

/** Append the visible form of `text`. @param width_out  its columns; may be NULL */
AT_CHECKED at_status at_visible_add(at_text *out, size_t *width_out, const char *text, bool isolate,
                                    at_error *err);

/**
 * How much of a visible text fits into `width` columns: its bytes, without the blank it ends at.
 * Cut at a blank where there is one, else behind a '/', else between two characters; at least one
 * character.
 *
 * @param next  bytes to the beginning of what is left
 */
size_t at_visible_cut(size_t *next, const char *text, size_t width);

/** Columns of the longest piece that at_visible_cut would rather not cut. */
size_t at_visible_piece(const char *text);

#endif
