#include "engine/base/json.h"

#include <string.h>

#include "engine/base/json_scan.h"

/* Reads bytes that must be canonical; any doubt is "no". Needs no memory, so it cannot fail. */
typedef struct reader {
    const char *data;
    size_t bytes, at;
} reader;

/* One open container; an object remembers its last key, because the next must be greater. */
typedef struct level {
    bool object, has_key;
    at_span key;
} level;

static bool take(reader *in, char c) {
    if (in->at >= in->bytes || in->data[in->at] != c)
        return false;
    in->at++;
    return true;
}

static bool take_word(reader *in, const char *word) {
    const size_t length = strlen(word);
    if (in->bytes - in->at < length || memcmp(in->data + in->at, word, length) != 0)
        return false;
    in->at += length;
    return true;
}

/* The character behind a two-character escape, 0 if there is none such. */
static char short_escape(char c) {
    static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    return found != NULL ? to[found - from] : '\0';
}

/* Value of the "00xx" in \u00xx when that is how canonical JSON writes a control character, or -1.
 */
static int control_value(const char *hex) {
    uint8_t value[2];
    char digits[5];
    memcpy(digits, hex, 4);
    digits[4] = '\0';
    if (!at_hex_decode(value, 2, digits) || value[0] != 0 || value[1] == 0 || value[1] >= 0x20 ||
        strchr("\b\f\n\r\t", value[1]) != NULL)
        return -1;
    return value[1];
}

/* A string and its content, in the shortest form there is. UTF-8 was checked before. */
static bool take_string(at_span *content, reader *in) {
    if (!take(in, '"'))
        return false;
    const size_t start = in->at;
    while (in->at < in->bytes) {
        const unsigned char c = (unsigned char)in->data[in->at++];
        if (c == '"') {
            *content = (at_span){in->data + start, in->at - 1 - start};
            return true;
        }
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (in->at < in->bytes && short_escape(in->data[in->at]) != '\0')
            in->at++;
        else if (in->bytes - in->at >= 5 && in->data[in->at] == 'u' &&
                 control_value(in->data + in->at + 1) > 0)
            in->at += 5;
        else
            return false;
    }
    return false;
}

/* An integer within +-(2^53-1), no sign on zero, no leading zero. */
static bool take_number(reader *in) {
    static const uint64_t most = (UINT64_C(1) << 53) - 1;
    const bool negative = take(in, '-');
    if (take(in, '0'))
        return !negative;
    const size_t start = in->at;
    uint64_t value = 0;
    while (in->at < in->bytes && in->data[in->at] >= '0' && in->data[in->at] <= '9') {
        value = value * 10 + (uint64_t)(in->data[in->at++] - '0');
        if (value > most)
            return false;
    }
    return in->at > start;
}

static bool take_key(reader *in, level *object) {
    at_span key;
    if (!take_string(&key, in) || !take(in, ':'))
        return false;
    if (object->has_key && at_json_key_compare(object->key, key, true) >= 0)
        return false;
    object->key = key;
    object->has_key = true;
    return true;
}

/* After a value: closing brackets, then a comma with what must follow it. */
static bool take_ends(bool *more, reader *in, level *levels, int *depth) {
    *more = false;
    while (*depth > 0) {
        level *inner = &levels[*depth - 1];
        if (take(in, ',')) {
            *more = true;
            return !inner->object || take_key(in, inner);
        }
        if (!take(in, inner->object ? '}' : ']'))
            return false;
        --*depth;
    }
    return true;
}

/* A scalar or an opening bracket; *complete is false when a container now stands open. */
static bool take_value(bool *complete, reader *in, level *levels, int *depth) {
    at_span content;
    *complete = true;
    const bool object = in->at < in->bytes && in->data[in->at] == '{';
    if (object || (in->at < in->bytes && in->data[in->at] == '[')) {
        if (*depth == AT_JSON_DEPTH_MAX)
            return false;
        in->at++;
        if (take(in, object ? '}' : ']'))
            return true;
        *complete = false;
        levels[*depth] = (level){.object = object};
        ++*depth;
        return !object || take_key(in, &levels[*depth - 1]);
    }
    if (in->at < in->bytes && in->data[in->at] == '"')
        return take_string(&content, in);
    return take_word(in, "null") || take_word(in, "true") || take_word(in, "false") ||
           take_number(in);
}

bool at_json_is_canonical(const char *data, size_t bytes) {
    reader in = {data, bytes, 0};
    level levels[AT_JSON_DEPTH_MAX];
    int depth = 0;
    if (!at_utf8_valid(data, bytes, NULL))
        return false;
    for (bool more = true; more;) {
        bool complete = false;
        if (!take_value(&complete, &in, levels, &depth))
            return false;
        if (complete && !take_ends(&more, &in, levels, &depth))
            return false;
    }
    return in.at == bytes;
}

/* The next character of a key as it compares in UTF-16: surrogates sort below U+E000. */
static uint64_t next_rank(at_span key, size_t *offset, bool escaped) {
    if (escaped && key.data[*offset] == '\\') {
        const char c = key.data[*offset + 1];
        const size_t length = c == 'u' ? 6 : 2;
        const int value = c == 'u' ? control_value(key.data + *offset + 2) : short_escape(c);
        *offset += length;
        return (uint64_t)value << 32;
    }
    const uint64_t code_point = at_utf8_next(key.data, key.bytes, offset);
    if (code_point < 0x10000)
        return code_point << 32;
    /* The lead surrogate decides against other planes, the whole character among its own. */
    return (UINT64_C(0xD800) + ((code_point - 0x10000) >> 10)) << 32 | code_point;
}

int at_json_key_compare(at_span a, at_span b, bool escaped) {
    size_t i = 0, j = 0;
    while (i < a.bytes && j < b.bytes) {
        const uint64_t left = next_rank(a, &i, escaped), right = next_rank(b, &j, escaped);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (i < a.bytes) - (j < b.bytes);
}
