#include "engine/base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/json_copy.h"
#include "engine/base/json_scan.h"

static const int64_t json_int_max = (INT64_C(1) << 53) - 1;

/* level[].in_object: what the level is, and for an object whether a key waits for its value. */
enum { IN_ARRAY = 0, WANTS_KEY = 1, WANTS_VALUE = 2 };

/* Every value is written twice over in this file: straight behind the text where it surely fits,
 * which is nearly always, and byte by byte through at_text where memory or the limit decide. */
enum { SLACK_BYTES = 32 }; /* what a piece needs beside its bytes: comma, quotes, an escape */

static void write_bytes(at_json_writer *writer, const char *bytes, size_t count) {
    if (writer->status == AT_OK)
        writer->status = at_text_add_bytes(writer->out, bytes, count, NULL);
}

static void write_text(at_json_writer *writer, const char *text) {
    write_bytes(writer, text, strlen(text));
}

static void fail_writer(at_json_writer *writer, at_status status) {
    if (writer->status == AT_OK)
        writer->status = status;
}

/* Where `count` bytes and the slack may be written, or NULL when that is not sure. */
static inline char *room_for(const at_json_writer *writer, size_t count) {
    const size_t room = at_text_room(writer->out);
    if (writer->status != AT_OK || room < SLACK_BYTES || room - SLACK_BYTES < count)
        return NULL;
    return writer->out->data + writer->out->bytes;
}

static inline void written_to(at_json_writer *writer, char *end) {
    *end = '\0';
    writer->out->bytes = (size_t)(end - writer->out->data);
}

/* Whether a comma comes before a value, and the mistakes in the order of calls. */
static inline bool open_value(at_json_writer *writer) {
    assert(writer->out != NULL);
    const int depth = writer->depth;
    bool comma = false;
    if (depth == 0) {
        assert(writer->level[0].count == 0 && "one document, one value");
    } else if (writer->level[depth].in_object == IN_ARRAY) {
        comma = writer->level[depth].count > 0;
    } else {
        assert(writer->level[depth].in_object == WANTS_VALUE && "a member needs its key");
        writer->level[depth].in_object = WANTS_KEY;
    }
    writer->level[depth].count = 1;
    return comma;
}

/* One or two characters between values. */
static inline void write_mark(at_json_writer *writer, bool comma, char mark) {
    const char marks[] = {',', mark};
    char *out = room_for(writer, 0);
    if (out == NULL) {
        write_bytes(writer, marks + !comma, (size_t)comma + 1);
        return;
    }
    *out = ',';
    out[comma] = mark;
    written_to(writer, out + comma + 1);
}

static void begin_value(at_json_writer *writer) {
    if (open_value(writer))
        write_bytes(writer, ",", 1);
}

static void begin_container(at_json_writer *writer, char bracket, uint8_t kind) {
    const bool comma = open_value(writer);
    assert(writer->depth < AT_JSON_DEPTH_MAX);
    write_mark(writer, comma, bracket);
    writer->depth++;
    writer->level[writer->depth].in_object = kind;
    writer->level[writer->depth].count = 0;
    writer->level[writer->depth].made = NULL;
    writer->level[writer->depth].last_key[0] = '\0';
}

static void end_container(at_json_writer *writer, char bracket, uint8_t kind) {
    assert(writer->depth > 0 && writer->level[writer->depth].in_object == kind);
    (void)kind;
    writer->depth--;
    write_mark(writer, false, bracket);
}

void at_json_object(at_json_writer *writer) {
    begin_container(writer, '{', WANTS_KEY);
}

void at_json_object_end(at_json_writer *writer) {
    end_container(writer, '}', WANTS_KEY);
}

void at_json_array(at_json_writer *writer) {
    begin_container(writer, '[', IN_ARRAY);
}

void at_json_array_end(at_json_writer *writer) {
    end_container(writer, ']', IN_ARRAY);
}

/* Through at_text, which says what is wrong: `text` is valid UTF-8. */
static void write_exactly(at_json_writer *writer, const char *text, size_t bytes) {
    size_t plain = 0; /* start of the run not yet written */
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char c = (unsigned char)text[i];
        char escape[SLACK_BYTES];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        write_bytes(writer, text + plain, i - plain);
        write_bytes(writer, escape, (size_t)(put_escape(escape, c) - escape));
        plain = i + 1;
    }
    write_bytes(writer, text + plain, bytes - plain);
}

/* What follows the plain front of a text, as long as all of it is ASCII and fits: the end, or NULL.
 * It counts what it took from the text. */
static char *copy_escaped(char *out, const char **text, size_t *left, size_t room) {
    const char *end = out + room;
    while (*left > 0) {
        const unsigned char c = (unsigned char)**text;
        if (c >= 0x80 || (size_t)(end - out) < *left + SLACK_BYTES)
            return out;
        ++*text;
        --*left;
        if (c >= 0x20 && c != '"' && c != '\\') { /* at most a block of them in a row */
            *out++ = (char)c;
            continue;
        }
        out = put_escape(out, c);
        const size_t done = copy_plain(out, *text, *left, true);
        out += done;
        *text += done;
        *left -= done;
    }
    return out;
}

/* Letters past ASCII, or no room: checked, then in pieces. */
static void write_mixed(at_json_writer *writer, const char *text, size_t bytes) {
    while (bytes > 0) {
        char *out = room_for(writer, bytes);
        if (out == NULL) {
            write_exactly(writer, text, bytes);
            return;
        }
        size_t done = copy_plain(out, text, bytes, false);
        for (; done < bytes; done++) { /* fewer than a block of plain ones may follow */
            const unsigned char c = (unsigned char)text[done];
            if (c < 0x20 || c == '"' || c == '\\')
                break;
            out[done] = (char)c;
        }
        char *end = out + done;
        if (done < bytes)
            end = put_escape(end, (unsigned char)text[done++]);
        written_to(writer, end);
        text += done;
        bytes -= done;
    }
}

static void write_rest(at_json_writer *writer, const char *text, size_t bytes) {
    if (!at_utf8_valid(text, bytes, NULL)) {
        fail_writer(writer, AT_BAD_INPUT);
        return;
    }
    write_mixed(writer, text, bytes);
    write_bytes(writer, "\"", 1);
}

/* `out` has room for all of the text, if it is plain, and for the slack. */
static inline void put_string(at_json_writer *writer, char *out, const char *text, size_t bytes) {
    *out++ = '"';
    const size_t done = copy_plain(out, text, bytes, true);
    out += done;
    if (done == bytes) {
        *out++ = '"';
        written_to(writer, out);
        return;
    }
    const size_t room =
        at_text_room(writer->out) - (size_t)(out - writer->out->data - writer->out->bytes);
    text += done;
    bytes -= done;
    out = copy_escaped(out, &text, &bytes, room);
    written_to(writer, out);
    write_rest(writer, text, bytes);
}

static inline void write_string(at_json_writer *writer, const char *text, bool comma) {
    const size_t bytes = strlen(text);
    char *out = room_for(writer, bytes);
    if (out != NULL) {
        *out = ',';
        put_string(writer, out + comma, text, bytes);
        return;
    }
    if (comma)
        write_bytes(writer, ",", 1);
    write_bytes(writer, "\"", 1);
    write_rest(writer, text, bytes);
}

/* A key whose order the caller answers for. */
static void write_key(at_json_writer *writer, const char *key) {
    const int depth = writer->depth;
    assert(depth > 0 && writer->level[depth].in_object == WANTS_KEY);
    write_string(writer, key, writer->level[depth].count > 0);
    write_bytes(writer, ":", 1);
    writer->level[depth].count = 1;
    writer->level[depth].in_object = WANTS_VALUE;
}

void at_json_put_key(at_json_writer *writer, const char *key) {
    const int depth = writer->depth;
    const size_t bytes = strlen(key);
    assert(depth > 0 && bytes < AT_JSON_KEY_BYTES && writer->level[depth].made == NULL);
    assert(writer->level[depth].count == 0 || strcmp(writer->level[depth].last_key, key) < 0);
    memcpy(writer->level[depth].last_key, key, bytes + 1);
    write_key(writer, key);
}

void at_json_name_make(at_json_name *out, const char *key) {
    const size_t bytes = strlen(key);
    assert(bytes < AT_JSON_KEY_BYTES);
    *out = (at_json_name){.bytes = (uint8_t)(bytes + 4)};
    memcpy(out->text, ",\"", 2);
    const bool plain = copy_plain(out->text + 2, key, bytes, true) == bytes;
    assert(plain && "a key of ours needs no escape");
    (void)plain;
    memcpy(out->text + 2 + bytes, "\":", 2);
}

/* Is the name the first of its object? Its order is that of the array it stands in. */
static inline bool open_name(at_json_writer *writer, const at_json_name *name, uint8_t wants) {
    const int depth = writer->depth;
    const bool first = writer->level[depth].count == 0;
    assert(depth > 0 && writer->level[depth].in_object == WANTS_KEY);
    assert(first || (writer->level[depth].made != NULL && writer->level[depth].made < name));
    writer->level[depth].made = name;
    writer->level[depth].count = 1;
    writer->level[depth].in_object = wants;
    return first;
}

/* `out` has room for the slack behind the name. */
static inline char *copy_name(char *out, const at_json_name *name, bool first) {
    memcpy(out, name->text + first, SLACK_BYTES); /* most are shorter: no call, no loop */
    if (name->bytes > SLACK_BYTES)
        memcpy(out, name->text + first, name->bytes);
    return out + name->bytes - first;
}

void at_json_put_name(at_json_writer *writer, const at_json_name *name) {
    const bool first = open_name(writer, name, WANTS_VALUE);
    char *out = room_for(writer, name->bytes);
    if (out != NULL)
        written_to(writer, copy_name(out, name, first));
    else
        write_bytes(writer, name->text + first, (size_t)name->bytes - first);
}

void at_json_member_text(at_json_writer *writer, const at_json_name *name, const char *text) {
    const size_t bytes = text != NULL ? strlen(text) : 0;
    char *out = text != NULL ? room_for(writer, name->bytes + bytes) : NULL;
    if (out != NULL) {
        const bool first = open_name(writer, name, WANTS_KEY);
        put_string(writer, copy_name(out, name, first), text, bytes);
        return;
    }
    at_json_put_name(writer, name);
    at_json_put_text(writer, text);
}

void at_json_member_int(at_json_writer *writer, const at_json_name *name, int64_t number) {
    assert(number >= -json_int_max && number <= json_int_max);
    char *out = room_for(writer, name->bytes + AT_INT_BYTES_MAX);
    if (out != NULL) {
        out = copy_name(out, name, open_name(writer, name, WANTS_KEY));
        written_to(writer, out + at_int_write(out, number));
        return;
    }
    at_json_put_name(writer, name);
    at_json_put_int(writer, number);
}

void at_json_put_text(at_json_writer *writer, const char *text) {
    const bool comma = open_value(writer);
    if (text != NULL) {
        write_string(writer, text, comma);
        return;
    }
    if (comma)
        write_bytes(writer, ",", 1);
    write_text(writer, "null");
}

/* A number, with quotes where it is an amount. */
static inline void write_number(at_json_writer *writer, int64_t number, bool quoted) {
    const bool comma = open_value(writer);
    char *out = room_for(writer, AT_INT_BYTES_MAX), digits[SLACK_BYTES + AT_INT_BYTES_MAX];
    char *start = out != NULL ? out : digits, *end = start;
    if (comma)
        *end++ = ',';
    if (quoted)
        *end++ = '"';
    end += at_int_write(end, number);
    if (quoted)
        *end++ = '"';
    if (out != NULL)
        written_to(writer, end);
    else
        write_bytes(writer, digits, (size_t)(end - start));
}

void at_json_put_int(at_json_writer *writer, int64_t number) {
    assert(number >= -json_int_max && number <= json_int_max);
    write_number(writer, number, false);
}

void at_json_put_amount(at_json_writer *writer, int64_t amount) {
    write_number(writer, amount, true);
}

void at_json_put_bool(at_json_writer *writer, bool truth) {
    begin_value(writer);
    write_text(writer, truth ? "true" : "false");
}

static int compare_members(const void *a, const void *b) {
    const char *left = at_json_key(*(const at_json_value *const *)a);
    const char *right = at_json_key(*(const at_json_value *const *)b);
    return at_json_key_compare((at_span){left, strlen(left)}, (at_span){right, strlen(right)},
                               false);
}

static void put_tree(at_json_writer *writer, const at_json_value *value, at_arena *scratch);

static void put_members(at_json_writer *writer, const at_json_value *object, at_arena *scratch) {
    const at_json_value **members = NULL;
    const at_status status = AT_NEW(&members, scratch, at_json_count(object), NULL);
    size_t count = 0;
    at_json_object(writer);
    if (status == AT_OK) {
        for (const at_json_value *v = at_json_first(object); v != NULL; v = at_json_next(v))
            members[count++] = v;
        qsort(members, count, sizeof *members, compare_members);
    } else {
        fail_writer(writer, status);
    }
    for (size_t i = 0; i < count; i++) {
        write_key(writer, at_json_key(members[i]));
        put_tree(writer, members[i], scratch);
    }
    at_json_object_end(writer);
}

static void put_number(at_json_writer *writer, const at_json_value *value) {
    int64_t number = 0;
    if (at_json_int(&number, value)) {
        at_json_put_int(writer, number);
    } else {
        begin_value(writer);
        fail_writer(writer, AT_BAD_INPUT);
    }
}

/* As deep as the parsed tree, which is at most AT_JSON_DEPTH_MAX, and inside what is open already.
 */
static void put_tree(at_json_writer *writer, const at_json_value *value, at_arena *scratch) {
    const at_json_type type = at_json_type_of(value);
    if (type >= AT_JSON_ARRAY && writer->depth == AT_JSON_DEPTH_MAX) {
        begin_value(writer);
        fail_writer(writer, AT_LIMIT);
        return;
    }
    switch (type) {
    case AT_JSON_NULL:
        at_json_put_text(writer, NULL);
        break;
    case AT_JSON_FALSE:
    case AT_JSON_TRUE:
        at_json_put_bool(writer, type == AT_JSON_TRUE);
        break;
    case AT_JSON_NUMBER:
        put_number(writer, value);
        break;
    case AT_JSON_STRING:
        at_json_put_text(writer, at_json_text(value));
        break;
    case AT_JSON_ARRAY:
        at_json_array(writer);
        for (const at_json_value *v = at_json_first(value); v != NULL; v = at_json_next(v))
            put_tree(writer, v, scratch);
        at_json_array_end(writer);
        break;
    case AT_JSON_OBJECT:
        put_members(writer, value, scratch);
        break;
    }
}

void at_json_put_value(at_json_writer *writer, const at_json_value *value) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    put_tree(writer, value, &scratch);
}

at_status at_json_finish(at_json_writer *writer, at_error *err) {
    assert(writer->depth == 0 && writer->level[0].count == 1);
    writer->level[0].count = 0; /* the writer is ready for the next line */
    switch (writer->status) {
    case AT_OK:
        return AT_OK;
    case AT_NO_MEMORY:
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the JSON to be written");
    case AT_LIMIT:
        return at_fail(err, AT_LIMIT, "E-LIMIT",
                       "the JSON to be written is larger or deeper than its limit");
    default:
        return at_fail(err, writer->status, "E-JSON-WRITE",
                       "a value cannot be written as canonical JSON: a number that is no integer "
                       "within 2^53-1, or a text that is not UTF-8");
    }
}
