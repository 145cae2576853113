/**
 * json_items.h - the values of a JSON file one after the other, with the exact bytes of each.
 *
 * A file is one array (each element is an item) or JSON Lines (each line that is not blank is an
 * item). A byte order mark is skipped. An item is told by its brackets, quotes or line end alone;
 * whether its inside is JSON is for at_json_parse to say, so that one bad item costs no other.
 *
 * Units:     offsets and bytes of the content; lines from 1; element "/12" counts from 0 and is
 *            NULL in JSON Lines.
 * Ownership: an item is borrowed until the next call; memory is one item, at most
 *            AT_JSON_ITEM_MAX bytes, whatever the size of the file.
 * Errors:    AT_BAD_INPUT E-JSON-SYNTAX when the array itself is broken; an item that is too long
 *            has the defect E-JSON-SIZE and is skipped.
 */
#ifndef ASSETTRACE_IMPORTERS_JSON_ITEMS_H
#define ASSETTRACE_IMPORTERS_JSON_ITEMS_H

#include "engine/base/input.h"
#include "engine/model/record.h"

enum { AT_JSON_ITEM_MAX = 4 << 20 };

typedef struct at_json_item {
    at_origin origin;
    at_span text;
    const at_error *defect; /* NULL, or why there is no text */
} at_json_item;

/* Where reading stands. Everything here is private to json_items.c. */
typedef struct at_json_items {
    at_input *in;
    bool array, begun;
    uint64_t line; /* of the next byte */
    uint64_t index;
    char element[24];
    at_error defect;
} at_json_items;

at_json_items at_json_items_new(at_input *in);

/** The next item, or *ended. */
AT_CHECKED at_status at_json_items_next(at_json_item *out, bool *ended, at_json_items *items,
                                        at_error *err);

/** For tests of rough weather: how many bytes are asked for at first; 0 = as usual. */
void at_json_items_window(size_t bytes);

#endif
