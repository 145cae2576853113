#include "importers/json_items.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WINDOW_BYTES = 64 << 10 };
static size_t window_bytes = WINDOW_BYTES;

void at_json_items_window(size_t bytes) {
    window_bytes = bytes != 0 ? bytes : WINDOW_BYTES;
}

at_json_items at_json_items_new(at_input *in) {
    return (at_json_items){.in = in, .line = 1};
}

static at_status fail_broken(const at_json_items *items, int c, const char *wanted, at_error *err) {
    if (c < 0)
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found the end", wanted);
    else if (c > ' ' && c < 0x7F)
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found \"%c\"", wanted, c);
    else
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found byte 0x%02X", wanted,
                      (unsigned)c);
    at_place(err, "line %" PRIu64 " of \"%s\"", items->line, at_input_name(items->in));
    return AT_BAD_INPUT;
}

static void take(at_json_items *items, const char *data, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        items->line += data[i] == '\n';
    at_input_take(items->in, bytes);
}

/* The next byte that is no blank, without moving past it; -1 at the end. */
static at_status next_byte(int *out, at_json_items *items, at_error *err) {
    for (;;) {
        at_span span;
        AT_TRY(at_input_peek(&span, items->in, 1, err));
        const int c = span.bytes > 0 ? (unsigned char)span.data[0] : -1;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            *out = c;
            return AT_OK;
        }
        take(items, span.data, 1);
    }
}

static at_status begin(at_json_items *items, at_error *err) {
    at_span head;
    int c = -1;
    items->begun = true;
    AT_TRY(at_input_peek(&head, items->in, 3, err));
    if (head.bytes == 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0)
        at_input_take(items->in, 3);
    AT_TRY(next_byte(&c, items, err));
    if (c != '[' && c != '{')
        return fail_broken(items, c, "an array, or one object a line", err);
    items->array = c == '[';
    if (items->array)
        at_input_take(items->in, 1);
    return AT_OK;
}

/* How far into an item the reading is. */
typedef struct progress {
    int depth;
    bool any, in_string, escaped, scalar;
} progress;

/* Does the item end before (*out = 0) or after (*out = 1) this byte of it, or go on (-1)? */
static int ends_at(progress *p, bool array, char c) {
    if (!array)
        return c == '\n' ? 0 : -1;
    if (p->in_string) {
        if (p->escaped)
            p->escaped = false;
        else if (c == '\\')
            p->escaped = true;
        else if (c == '"')
            p->in_string = false;
        return !p->in_string && p->depth == 0 ? 1 : -1;
    }
    const bool first = !p->any;
    p->any = true;
    if (c == '"' && (first || p->depth > 0)) {
        p->in_string = true;
        return -1;
    }
    if ((c == '{' || c == '[') && (first || p->depth > 0)) {
        p->depth++;
        return -1;
    }
    if (p->depth > 0) {
        p->depth -= c == '}' || c == ']';
        return p->depth == 0 ? 1 : -1;
    }
    return strchr(",]}[{\" \t\r\n", c) != NULL && c != '\0' ? 0 : -1;
}

/* Find the end of the item that begins at the next byte; *text is all of it, or its last part when
 * more than AT_JSON_ITEM_MAX bytes came before and were given up: then *dropped says how many. */
static at_status find_end(at_span *text, uint64_t *dropped, at_json_items *items, at_error *err) {
    progress p = {.depth = 0};
    size_t want = window_bytes, at = 0;
    *dropped = 0;
    for (;;) {
        at_span span;
        AT_TRY(at_input_peek(&span, items->in, want, err));
        for (; at < span.bytes; at++) {
            const int end = ends_at(&p, items->array, span.data[at]);
            if (end >= 0) {
                *text = (at_span){span.data, at + (size_t)end};
                return AT_OK;
            }
        }
        if (span.bytes < want) {
            *text = span;
            return items->array ? fail_broken(items, -1, "the end of the array's last element", err)
                                : AT_OK;
        }
        if (want < AT_JSON_ITEM_MAX) {
            want = want * 2 < AT_JSON_ITEM_MAX ? want * 2 : AT_JSON_ITEM_MAX;
            continue;
        }
        take(items, span.data, span.bytes);
        *dropped += span.bytes;
        at = 0;
    }
}

static at_status read_item(at_json_item *out, at_json_items *items, at_error *err) {
    uint64_t dropped = 0;
    *out = (at_json_item){.origin = {.offset = at_input_offset(items->in), .line = items->line}};
    if (items->array) {
        (void)snprintf(items->element, sizeof items->element, "/%" PRIu64, items->index);
        out->origin.element = items->element;
    }
    AT_TRY(find_end(&out->text, &dropped, items, err));
    items->index++;
    take(items, out->text.data, out->text.bytes);
    while (!items->array && out->text.bytes > 0 &&
           strchr("\r\t ", out->text.data[out->text.bytes - 1]) != NULL &&
           out->text.data[out->text.bytes - 1] != '\0')
        out->text.bytes--;
    out->origin.bytes = dropped + out->text.bytes;
    if (dropped == 0)
        return AT_OK;
    (void)at_fail(&items->defect, AT_LIMIT, "E-JSON-SIZE",
                  "one record of %" PRIu64 " bytes is more than %d", out->origin.bytes,
                  (int)AT_JSON_ITEM_MAX);
    at_place(&items->defect, "line %" PRIu64 " of \"%s\"", out->origin.line,
             at_input_name(items->in));
    out->text = (at_span){"", 0};
    out->defect = &items->defect;
    return AT_OK;
}

/* After `[` or an element: move to the next element, or past `]` to the end. */
static at_status step(bool *ended, at_json_items *items, at_error *err) {
    int c = -1;
    AT_TRY(next_byte(&c, items, err));
    if (c == ']') {
        at_input_take(items->in, 1);
        AT_TRY(next_byte(&c, items, err));
        *ended = true;
        return c < 0 ? AT_OK : fail_broken(items, c, "the end of the file after the array", err);
    }
    if (items->index > 0) {
        if (c != ',')
            return fail_broken(items, c, "\",\" or \"]\" after an element", err);
        at_input_take(items->in, 1);
        AT_TRY(next_byte(&c, items, err));
    }
    if (c < 0 || strchr(",:]}", c) != NULL)
        return fail_broken(items, c, "an element of the array", err);
    *ended = false;
    return AT_OK;
}

at_status at_json_items_next(at_json_item *out, bool *ended, at_json_items *items, at_error *err) {
    if (!items->begun)
        AT_TRY(begin(items, err));
    if (items->array) {
        AT_TRY(step(ended, items, err));
    } else {
        int c = -1;
        AT_TRY(next_byte(&c, items, err));
        *ended = c < 0;
    }
    return *ended ? AT_OK : read_item(out, items, err);
}
