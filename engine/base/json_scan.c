#include "engine/base/json_scan.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Where the reading is. Indices of open containers make the stack; no recursion. */
typedef struct reader {
    at_json_scan *scan;
    size_t at; /* offset of the next byte */
    uint64_t line;
    size_t open[AT_JSON_DEPTH_MAX];
    int depth;
    size_t key_offset; /* of the key just read */
    bool has_key;
} reader;

void at_json_place(const at_json_scan *scan, size_t offset, at_error *err) {
    uint64_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < scan->bytes; i++) {
        const unsigned char c = (unsigned char)scan->data[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    at_place(err, "line %" PRIu64 ", column %" PRIu64 " of %s", line, column, scan->name);
}

static at_status fail_at(const reader *in, size_t offset, const char *code, const char *what,
                         at_error *err) {
    (void)at_fail(err, AT_BAD_INPUT, code, "%s", what);
    at_json_place(in->scan, offset, err);
    return AT_BAD_INPUT;
}

/* The next byte, or -1 at the end. */
static int next_byte(const reader *in) {
    return in->at < in->scan->bytes ? (unsigned char)in->scan->data[in->at] : -1;
}

/* Name the byte that is not what the grammar wants, as far as it can be shown. */
static at_status fail_expected(const reader *in, const char *wanted, at_error *err) {
    const int c = next_byte(in);
    if (c < 0)
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found the end", wanted);
    else if (c > ' ' && c < 0x7F)
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found \"%c\"", wanted, c);
    else
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-SYNTAX", "expected %s, found byte 0x%02X", wanted,
                      (unsigned)c);
    at_json_place(in->scan, in->at, err);
    return AT_BAD_INPUT;
}

static void skip_space(reader *in) {
    for (;; in->at++) {
        const int c = next_byte(in);
        if (c == '\n')
            in->line++;
        else if (c != ' ' && c != '\t' && c != '\r')
            return;
    }
}

/* Four hex digits at in->at, moving past them. */
static at_status read_hex4(uint32_t *out, reader *in, at_error *err) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, in->at++) {
        const int c = next_byte(in);
        if (c >= '0' && c <= '9')
            value = value * 16 + (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = value * 16 + (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return fail_expected(in, "four hex digits after \\u", err);
    }
    *out = value;
    return AT_OK;
}

/* What follows "\u", whose backslash stands at `start`. */
static at_status read_unicode_escape(reader *in, size_t start, at_error *err) {
    uint32_t unit = 0, low = 0;
    AT_TRY(read_hex4(&unit, in, err));
    if (unit == 0 && !in->scan->has_nul) {
        in->scan->has_nul = true;
        in->scan->nul_offset = start;
    }
    if (unit < 0xD800 || unit > 0xDFFF)
        return AT_OK;
    const char *next = in->scan->data + in->at;
    if (unit < 0xDC00 && in->scan->bytes - in->at >= 2 && next[0] == '\\' && next[1] == 'u') {
        in->at += 2;
        AT_TRY(read_hex4(&low, in, err));
        if (low >= 0xDC00 && low <= 0xDFFF)
            return AT_OK;
    }
    return fail_at(in, start, "E-JSON-TEXT", "half a surrogate pair is no character", err);
}

/* A string at in->at, moving past its closing quote. The UTF-8 was checked before. */
static at_status read_string(reader *in, at_error *err) {
    in->at++;
    for (;;) {
        const int c = next_byte(in);
        if (c < 0 || c < 0x20)
            return fail_expected(in, "a character of the string or its closing quote", err);
        const size_t start = in->at++;
        if (c == '"')
            return AT_OK;
        if (c != '\\')
            continue;
        const int escape = next_byte(in);
        if (escape < 0 || strchr("\"\\/bfnrtu", escape) == NULL || escape == 0)
            return fail_expected(in, "one of \" \\ / b f n r t u after the backslash", err);
        in->at++;
        if (escape == 'u')
            AT_TRY(read_unicode_escape(in, start, err));
    }
}

static at_status read_digits(reader *in, at_error *err) {
    if (next_byte(in) < '0' || next_byte(in) > '9')
        return fail_expected(in, "a digit", err);
    while (next_byte(in) >= '0' && next_byte(in) <= '9')
        in->at++;
    return AT_OK;
}

/* RFC 8259 section 6: no leading zero, no bare point, no plus sign in front. */
static at_status read_number(reader *in, at_error *err) {
    if (next_byte(in) == '-')
        in->at++;
    if (next_byte(in) == '0')
        in->at++;
    else
        AT_TRY(read_digits(in, err));
    if (next_byte(in) == '.') {
        in->at++;
        AT_TRY(read_digits(in, err));
    }
    if (next_byte(in) == 'e' || next_byte(in) == 'E') {
        in->at++;
        if (next_byte(in) == '+' || next_byte(in) == '-')
            in->at++;
        AT_TRY(read_digits(in, err));
    }
    return AT_OK;
}

static at_status read_word(reader *in, const char *word, at_error *err) {
    for (; *word != '\0'; word++, in->at++)
        if (next_byte(in) != (unsigned char)*word)
            return fail_expected(in, "null, true or false", err);
    return AT_OK;
}

static at_status read_key(reader *in, at_error *err) {
    skip_space(in);
    if (next_byte(in) != '"')
        return fail_expected(in, "a key in double quotes", err);
    in->key_offset = in->at;
    in->has_key = true;
    AT_TRY(read_string(in, err));
    skip_space(in);
    if (next_byte(in) != ':')
        return fail_expected(in, "\":\" after the key", err);
    in->at++;
    return AT_OK;
}

static at_status add_mark(reader *in, at_json_type type, at_error *err) {
    at_json_scan *scan = in->scan;
    AT_TRY(AT_GROW(&scan->marks, &scan->capacity, scan->count, scan->arena, err));
    scan->marks[scan->count++] = (at_json_mark){
        .offset = in->at,
        .bytes = 1,
        .key_offset = in->has_key ? in->key_offset : in->at,
        .parent = in->depth > 0 ? in->open[in->depth - 1] : AT_JSON_NO_PARENT,
        .line = in->line,
        .type = type,
    };
    in->has_key = false;
    return AT_OK;
}

static at_status read_scalar(reader *in, at_json_type type, at_error *err) {
    AT_TRY(add_mark(in, type, err));
    const size_t index = in->scan->count - 1;
    switch (type) {
    case AT_JSON_STRING:
        AT_TRY(read_string(in, err));
        break;
    case AT_JSON_NUMBER:
        AT_TRY(read_number(in, err));
        break;
    case AT_JSON_NULL:
        AT_TRY(read_word(in, "null", err));
        break;
    case AT_JSON_TRUE:
        AT_TRY(read_word(in, "true", err));
        break;
    default:
        assert(type == AT_JSON_FALSE);
        AT_TRY(read_word(in, "false", err));
    }
    in->scan->marks[index].bytes = in->at - in->scan->marks[index].offset;
    return AT_OK;
}

/* An opening bracket. *empty says that it closed at once; else the first key is read too. */
static at_status open_container(bool *empty, reader *in, at_json_type type, at_error *err) {
    if (in->depth == AT_JSON_DEPTH_MAX) {
        (void)at_fail(err, AT_LIMIT, "E-JSON-DEPTH", "nested deeper than %d levels",
                      AT_JSON_DEPTH_MAX);
        at_json_place(in->scan, in->at, err);
        return AT_LIMIT;
    }
    AT_TRY(add_mark(in, type, err));
    in->at++;
    skip_space(in);
    *empty = next_byte(in) == (type == AT_JSON_OBJECT ? '}' : ']');
    if (*empty) {
        in->at++;
        return AT_OK;
    }
    in->open[in->depth++] = in->scan->count - 1;
    return type == AT_JSON_OBJECT ? read_key(in, err) : AT_OK;
}

/* After a value: close what closes here. *more says that another value follows. */
static at_status close_containers(bool *more, reader *in, at_error *err) {
    while (in->depth > 0) {
        const bool object = in->scan->marks[in->open[in->depth - 1]].type == AT_JSON_OBJECT;
        skip_space(in);
        const int c = next_byte(in);
        if (c == ',') {
            in->at++;
            *more = true;
            return object ? read_key(in, err) : AT_OK;
        }
        if (c != (object ? '}' : ']'))
            return fail_expected(in, object ? "\",\" or \"}\"" : "\",\" or \"]\"", err);
        in->at++;
        in->depth--;
    }
    *more = false;
    return AT_OK;
}

static at_status read_value(bool *complete, reader *in, at_error *err) {
    bool empty = true;
    skip_space(in);
    const int c = next_byte(in);
    if (c == '{' || c == '[')
        AT_TRY(open_container(&empty, in, c == '{' ? AT_JSON_OBJECT : AT_JSON_ARRAY, err));
    else if (c == '"')
        AT_TRY(read_scalar(in, AT_JSON_STRING, err));
    else if (c == '-' || (c >= '0' && c <= '9'))
        AT_TRY(read_scalar(in, AT_JSON_NUMBER, err));
    else if (c == 'n')
        AT_TRY(read_scalar(in, AT_JSON_NULL, err));
    else if (c == 't')
        AT_TRY(read_scalar(in, AT_JSON_TRUE, err));
    else if (c == 'f')
        AT_TRY(read_scalar(in, AT_JSON_FALSE, err));
    else
        return fail_expected(in, "a value", err);
    *complete = empty;
    return AT_OK;
}

at_status at_json_scan_document(at_json_scan *scan, at_error *err) {
    reader in = {.scan = scan, .line = 1};
    size_t bad = 0;
    if (scan->bytes >= 3 && memcmp(scan->data, "\xEF\xBB\xBF", 3) == 0)
        return fail_at(&in, 0, "E-JSON-TEXT", "a byte order mark stands before the document", err);
    const char *nul = scan->bytes > 0 ? memchr(scan->data, '\0', scan->bytes) : NULL;
    if (nul != NULL)
        return fail_at(&in, (size_t)(nul - scan->data), "E-JSON-SYNTAX", "a NUL byte is not JSON",
                       err);
    if (!at_utf8_valid(scan->data, scan->bytes, &bad))
        return fail_at(&in, bad, "E-JSON-TEXT", "these bytes are not UTF-8", err);
    for (bool more = true; more;) {
        bool complete = false;
        AT_TRY(read_value(&complete, &in, err));
        if (complete)
            AT_TRY(close_containers(&more, &in, err));
    }
    skip_space(&in);
    if (in.at < scan->bytes)
        return fail_expected(&in, "the end of the document", err);
    return AT_OK;
}
