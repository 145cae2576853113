/**
 * width.h - text made safe and measured for a terminal.
 *
 * Control characters, direction marks and bytes that are no UTF-8 are spelt out (`<U+202E>`,
 * `<FF>`), so that a name cannot move the cursor or turn the row around it. A name written
 * from right to left can be isolated (FSI ... PDI, Unicode UAX #9) and leaves its neighbours alone.
 *
 * Units: columns of a terminal: 0 for marks, 2 for East Asian wide characters, else 1.
 */
#ifndef ASSETTRACE_CLI_WIDTH_H
#define ASSETTRACE_CLI_WIDTH_H

#include "engine/base/text.h"

/** Append the visible form of `text`. @param width_out  its columns; may be NULL */
AT_CHECKED at_status at_visible_add(at_text *out, size_t *width_out, const char *text, bool isolate,
                                    at_error *err);

#endif
