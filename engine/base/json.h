/**
 * json.h - strict JSON in, canonical JSON out.
 *
 * Reading: RFC 8259 and nothing more, checked by our own scanner before cJSON builds the tree:
 * valid UTF-8 without BOM, no duplicate keys, no lone surrogate, no U+0000 in a string, no trailing
 * bytes, depth <= AT_JSON_DEPTH_MAX, numbers kept as written. Every value knows its line and its
 * JSON pointer, so that a mistake in a case file can be pointed at.
 *
 * Writing: RFC 8785 for the subset we use: members in ascending byte order (asserted; keys are
 * ASCII), integers within +-(2^53-1) (asserted), strings escaped minimally. Amounts are strings.
 *
 * Ownership: an at_json tree lives until at_json_close; values are borrowed from it.
 * Errors:    AT_BAD_INPUT with line and column, AT_LIMIT for depth or size.
 */
#ifndef ASSETTRACE_BASE_JSON_H
#define ASSETTRACE_BASE_JSON_H

#include "engine/base/arena.h"
#include "engine/base/text.h"

enum { AT_JSON_DEPTH_MAX = 64, AT_JSON_KEY_BYTES = 64 };

typedef struct at_json at_json;             /* a document */
typedef struct at_json_value at_json_value; /* one value in it, borrowed */

typedef enum at_json_type {
    AT_JSON_NULL,
    AT_JSON_FALSE,
    AT_JSON_TRUE,
    AT_JSON_NUMBER,
    AT_JSON_STRING,
    AT_JSON_ARRAY,
    AT_JSON_OBJECT
} at_json_type;

AT_CHECKED at_status at_json_parse(at_json **out, const char *data, size_t bytes, const char *name,
                                   at_error *err);
void at_json_close(at_json **json);
const at_json_value *at_json_root(const at_json *json);

/* The readers below take NULL for a member that is not there, so that they can be chained:
 * at_json_text(at_json_get(object, "id")) is NULL when there is no such text. */
at_json_type at_json_type_of(const at_json_value *value);
/** NULL when `object` is no object or has no such member. Case-sensitive. */
const at_json_value *at_json_get(const at_json_value *object, const char *key);
size_t at_json_count(const at_json_value *container);               /* 0 for a scalar */
const at_json_value *at_json_first(const at_json_value *container); /* walk in order as written */
const at_json_value *at_json_next(const at_json_value *value);
const char *at_json_key(const at_json_value *member);   /* NULL inside an array */
const char *at_json_text(const at_json_value *value);   /* NULL unless a string */
const char *at_json_number(const at_json_value *value); /* as written; NULL unless a number */
bool at_json_int(
    int64_t *out,
    const at_json_value *value); /* an integer within +-(2^53-1), no fraction or exponent */
uint64_t at_json_line(const at_json_value *value);
/** "/questions/2/ask" into the arena. */
AT_CHECKED at_status at_json_pointer(const char **out, const at_json_value *value, at_arena *arena,
                                     at_error *err);
/** AT_BAD_INPUT about this value, with place "/pointer, line N of NAME" filled in. */
at_status at_json_fail(at_error *err, const at_json_value *value, const char *code,
                       const char *format, ...) AT_PRINTF(4, 5);
/** Refuse what is no object, and members not in `keys` (NULL-terminated), naming the nearest known
 * one; "note" is always allowed. */
AT_CHECKED at_status at_json_only(const at_json_value *object, const char *const *keys,
                                  at_error *err);

/** Is `data` byte for byte the canonical form of itself (as our writer would emit it)? */
bool at_json_is_canonical(const char *data, size_t bytes);

/* A key made ready for many objects: its bytes with comma, quotes and colon. */
typedef struct at_json_name {
    uint8_t bytes;
    char text[AT_JSON_KEY_BYTES + 8];
} at_json_name;

/* Canonical writer: begin/end pairs and members onto a text. A failed append sticks and is returned
 * by finish, after which the writer is ready for the next document: to begin a new one for each row
 * costs more than the row. */
typedef struct at_json_writer {
    at_text *out;
    at_status status;
    int depth;
    struct {
        char last_key[AT_JSON_KEY_BYTES];
        const at_json_name *made; /* the last name */
        uint8_t in_object, count;
    } level[AT_JSON_DEPTH_MAX + 1];
} at_json_writer;

void at_json_object(at_json_writer *writer);
void at_json_object_end(at_json_writer *writer);
void at_json_array(at_json_writer *writer);
void at_json_array_end(at_json_writer *writer);
void at_json_put_key(at_json_writer *writer, const char *key);
/** A plain key of fewer than AT_JSON_KEY_BYTES bytes (asserted). */
void at_json_name_make(at_json_name *out, const char *key);
/** The names of an object stand in one array in ascending order; they are not mixed with keys. */
void at_json_put_name(at_json_writer *writer, const at_json_name *name);
/** Name and value at once, which is faster. */
void at_json_member_text(at_json_writer *writer, const at_json_name *name, const char *text);
void at_json_member_int(at_json_writer *writer, const at_json_name *name, int64_t number);
void at_json_put_text(at_json_writer *writer, const char *text); /* NULL writes null */
void at_json_put_int(at_json_writer *writer, int64_t number);    /* asserts +-(2^53-1) */
void at_json_put_amount(at_json_writer *writer, int64_t amount); /* a decimal string */
void at_json_put_bool(at_json_writer *writer, bool truth);
void at_json_put_value(at_json_writer *writer,
                       const at_json_value *value); /* copies a parsed tree, keys sorted */
AT_CHECKED at_status at_json_finish(at_json_writer *writer, at_error *err); /* asserts balance */

#endif
