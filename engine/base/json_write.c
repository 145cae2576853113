#include "engine/base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/json_scan.h"

static const int64_t json_int_max = (INT64_C(1) << 53) - 1;

/* level[].in_object: what the level is, and for an object whether a key waits for its value. */
enum { IN_ARRAY = 0, WANTS_KEY = 1, WANTS_VALUE = 2 };

static void write_bytes(at_json_writer *writer, const char *bytes, size_t count) {
    if (writer->status == AT_OK)
        writer->status = at_text_add_bytes(writer->out, bytes, count, NULL);
}

static void write_text(at_json_writer *writer, const char *text) {
    write_bytes(writer, text, strlen(text));
}

/* The commas before a value, and the mistakes in the order of calls. */
static void begin_value(at_json_writer *writer) {
    assert(writer->out != NULL);
    const int depth = writer->depth;
    if (depth == 0) {
        assert(writer->level[0].count == 0 && "one document, one value");
    } else if (writer->level[depth].in_object == IN_ARRAY) {
        if (writer->level[depth].count > 0)
            write_bytes(writer, ",", 1);
    } else {
        assert(writer->level[depth].in_object == WANTS_VALUE && "a member needs its key");
        writer->level[depth].in_object = WANTS_KEY;
    }
    writer->level[depth].count = 1;
}

static void begin_container(at_json_writer *writer, const char *bracket, uint8_t kind) {
    begin_value(writer);
    assert(writer->depth < AT_JSON_DEPTH_MAX);
    write_text(writer, bracket);
    writer->depth++;
    writer->level[writer->depth].in_object = kind;
    writer->level[writer->depth].count = 0;
    writer->level[writer->depth].last_key[0] = '\0';
}

static void end_container(at_json_writer *writer, const char *bracket, uint8_t kind) {
    assert(writer->depth > 0 && writer->level[writer->depth].in_object == kind);
    (void)kind;
    writer->depth--;
    write_text(writer, bracket);
}

void at_json_object(at_json_writer *writer) {
    begin_container(writer, "{", WANTS_KEY);
}

void at_json_object_end(at_json_writer *writer) {
    end_container(writer, "}", WANTS_KEY);
}

void at_json_array(at_json_writer *writer) {
    begin_container(writer, "[", IN_ARRAY);
}

void at_json_array_end(at_json_writer *writer) {
    end_container(writer, "]", IN_ARRAY);
}

static void write_escape(at_json_writer *writer, unsigned char c) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *found = strchr(from, c);
    if (found != NULL) {
        const char escape[2] = {'\\', to[found - from]};
        write_bytes(writer, escape, sizeof escape);
    } else {
        static const char hex[] = "0123456789abcdef";
        const char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        write_bytes(writer, escape, sizeof escape);
    }
}

/* RFC 8785 section 3.2.2.2: only what must be escaped is, in its shortest form. */
static void write_string(at_json_writer *writer, const char *text) {
    const size_t bytes = strlen(text);
    if (!at_utf8_valid(text, bytes, NULL)) {
        if (writer->status == AT_OK)
            writer->status = AT_BAD_INPUT;
        return;
    }
    write_bytes(writer, "\"", 1);
    size_t plain = 0; /* start of the run not yet written */
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        write_bytes(writer, text + plain, i - plain);
        write_escape(writer, c);
        plain = i + 1;
    }
    write_bytes(writer, text + plain, bytes - plain);
    write_bytes(writer, "\"", 1);
}

/* A key whose order the caller answers for. */
static void write_key(at_json_writer *writer, const char *key) {
    const int depth = writer->depth;
    assert(depth > 0 && writer->level[depth].in_object == WANTS_KEY);
    if (writer->level[depth].count > 0)
        write_bytes(writer, ",", 1);
    write_string(writer, key);
    write_bytes(writer, ":", 1);
    writer->level[depth].count = 1;
    writer->level[depth].in_object = WANTS_VALUE;
}

void at_json_put_key(at_json_writer *writer, const char *key) {
    const int depth = writer->depth;
    const size_t bytes = strlen(key);
    assert(depth > 0 && bytes < sizeof writer->level[depth].last_key);
    assert(writer->level[depth].count == 0 || strcmp(writer->level[depth].last_key, key) < 0);
    memcpy(writer->level[depth].last_key, key, bytes + 1);
    write_key(writer, key);
}

void at_json_put_text(at_json_writer *writer, const char *text) {
    begin_value(writer);
    if (text == NULL)
        write_text(writer, "null");
    else
        write_string(writer, text);
}

void at_json_put_int(at_json_writer *writer, int64_t number) {
    assert(number >= -json_int_max && number <= json_int_max);
    begin_value(writer);
    if (writer->status == AT_OK)
        writer->status = at_text_add_int(writer->out, number, NULL);
}

void at_json_put_amount(at_json_writer *writer, int64_t amount) {
    begin_value(writer);
    write_bytes(writer, "\"", 1);
    if (writer->status == AT_OK)
        writer->status = at_text_add_int(writer->out, amount, NULL);
    write_bytes(writer, "\"", 1);
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
    } else if (writer->status == AT_OK) {
        writer->status = status;
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
        if (writer->status == AT_OK)
            writer->status = AT_BAD_INPUT;
    }
}

/* As deep as the parsed tree, which is at most AT_JSON_DEPTH_MAX, and inside what is open already.
 */
static void put_tree(at_json_writer *writer, const at_json_value *value, at_arena *scratch) {
    const at_json_type type = at_json_type_of(value);
    if (type >= AT_JSON_ARRAY && writer->depth == AT_JSON_DEPTH_MAX) {
        begin_value(writer);
        if (writer->status == AT_OK)
            writer->status = AT_LIMIT;
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
