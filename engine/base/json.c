#include "engine/base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "engine/base/json_scan.h"

enum { JSON_BYTES_MAX = 256 << 20, FAIL_BYTES_MAX = 512 };
static const int64_t json_int_max = (INT64_C(1) << 53) - 1;

/*
 * Invariant: values stand in document order, a container before its content, so that the first
 * child of a container that has any is the value after it.
 */
struct at_json_value {
    const at_json *json;
    const cJSON *node;
    const at_json_value *parent, *next; /* next: the sibling */
    at_json_value *last;                /* child so far, while the tree is built */
    const char *number;                 /* as written */
    size_t count;                       /* of children */
    size_t index;                       /* among its siblings */
    size_t key_offset;
    uint64_t line;
    at_json_type type;
};

struct at_json {
    at_arena arena; /* everything, this struct too; the tree of cJSON aside */
    const char *name;
    cJSON *tree;
    at_json_value *values;
    size_t count;
};

static void *allocate_for_cjson(size_t bytes) {
    return at_memory_resize(NULL, bytes != 0 ? bytes : 1);
}

static void release_for_cjson(void *memory) {
    at_memory_resize(memory, 0);
}

static void install_hooks(void) {
    cJSON_Hooks hooks = {.malloc_fn = allocate_for_cjson, .free_fn = release_for_cjson};
    cJSON_InitHooks(&hooks);
}

void at_json_close(at_json **json) {
    if (*json == NULL)
        return;
    cJSON_Delete((*json)->tree);
    at_arena arena = (*json)->arena; /* the struct lies in its own arena */
    at_arena_clear(&arena);
    *json = NULL;
}

static bool same_type(const cJSON *node, at_json_type type) {
    static const int of_cjson[] = {
        [AT_JSON_NULL] = cJSON_NULL,     [AT_JSON_FALSE] = cJSON_False,
        [AT_JSON_TRUE] = cJSON_True,     [AT_JSON_NUMBER] = cJSON_Number,
        [AT_JSON_STRING] = cJSON_String, [AT_JSON_ARRAY] = cJSON_Array,
        [AT_JSON_OBJECT] = cJSON_Object,
    };
    return (node->type & 0xFF) == of_cjson[type];
}

/*
 * cJSON reads a number as a double, by the locale, and no more than 63 characters of it. So it is
 * given "0" for every number; the number as written is kept beside.
 */
static at_status build_tree(at_json *json, const at_json_scan *scan, at_error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    char *copy = NULL;
    (void)pthread_once(&once, install_hooks);
    AT_TRY(AT_NEW(&copy, &scratch, scan->bytes + 1, err));
    memcpy(copy, scan->data, scan->bytes);
    for (size_t i = 0; i < scan->count; i++) {
        const at_json_mark *mark = &scan->marks[i];
        if (mark->type != AT_JSON_NUMBER)
            continue;
        memset(copy + mark->offset, ' ', mark->bytes);
        copy[mark->offset] = '0';
    }
    json->tree = cJSON_ParseWithLength(copy, scan->bytes + 1);
    if (json->tree == NULL) /* the scanner found nothing wrong, so only memory can be missing */
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the JSON of \"%s\"",
                       scan->name);
    return AT_OK;
}

/* The scanner's marks and the tree of cJSON have the same order: walk them side by side. */
static at_status join_values(at_json *json, const at_json_scan *scan, at_error *err) {
    AT_TRY(AT_NEW(&json->values, &json->arena, scan->count, err));
    json->count = scan->count;
    for (size_t i = 0; i < scan->count; i++) {
        const at_json_mark *mark = &scan->marks[i];
        at_json_value *value = &json->values[i];
        *value = (at_json_value){.json = json,
                                 .line = mark->line,
                                 .type = mark->type,
                                 .key_offset = mark->key_offset,
                                 .node = json->tree};
        if (mark->parent != AT_JSON_NO_PARENT) {
            at_json_value *parent = &json->values[mark->parent];
            value->parent = parent;
            value->index = parent->count++;
            value->node = parent->last != NULL ? parent->last->node->next : parent->node->child;
            if (parent->last != NULL)
                parent->last->next = value;
            parent->last = value;
        }
        if (value->node == NULL || !same_type(value->node, mark->type))
            return at_fail(err, AT_BUG, "E-BUG", "two readings of \"%s\" differ", scan->name);
        if (mark->type == AT_JSON_NUMBER)
            AT_TRY(at_arena_copy(&value->number, &json->arena, scan->data + mark->offset,
                                 mark->bytes, err));
    }
    return AT_OK;
}

static int compare_members(const void *a, const void *b) {
    const at_json_value *left = *(const at_json_value *const *)a;
    const at_json_value *right = *(const at_json_value *const *)b;
    const int order = at_text_compare(left->node->string, right->node->string);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static at_status refuse_duplicates(const at_json_value *object, const at_json_scan *scan,
                                   at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_json_value **members = NULL;
    AT_TRY(AT_NEW(&members, &scratch, object->count, err));
    size_t count = 0;
    for (const at_json_value *v = at_json_first(object); v != NULL; v = v->next)
        members[count++] = v;
    qsort(members, count, sizeof *members, compare_members);
    const at_json_value *again = NULL; /* the first in the document that repeats a key */
    for (size_t i = 1; i < count; i++)
        if (at_text_equal(members[i - 1]->node->string, members[i]->node->string) &&
            (again == NULL || members[i]->index < again->index))
            again = members[i];
    if (again == NULL)
        return AT_OK;
    (void)at_fail(err, AT_BAD_INPUT, "E-JSON-DUPLICATE", "the key \"%s\" stands here twice",
                  again->node->string);
    at_json_place(scan, again->key_offset, err);
    return AT_BAD_INPUT;
}

static at_status fill_document(at_json *json, at_json_scan *scan, at_error *err) {
    AT_TRY(at_json_scan_document(scan, err));
    if (scan->has_nul) {
        (void)at_fail(err, AT_BAD_INPUT, "E-JSON-TEXT", "U+0000 is not accepted in a string");
        at_json_place(scan, scan->nul_offset, err);
        return AT_BAD_INPUT;
    }
    AT_TRY(at_arena_text(&json->name, &json->arena, scan->name, err));
    AT_TRY(build_tree(json, scan, err));
    AT_TRY(join_values(json, scan, err));
    for (size_t i = 0; i < json->count; i++)
        if (json->values[i].type == AT_JSON_OBJECT && json->values[i].count > 1)
            AT_TRY(refuse_duplicates(&json->values[i], scan, err));
    return AT_OK;
}

at_status at_json_parse(at_json **out, const char *data, size_t bytes, const char *name,
                        at_error *err) {
    assert(data != NULL || bytes == 0);
    if (bytes > JSON_BYTES_MAX)
        return at_fail(err, AT_LIMIT, "E-JSON-SIZE", "\"%s\" is %zu bytes, more than %d", name,
                       bytes, JSON_BYTES_MAX);
    AT_CLEANUP(at_arena_clear) at_arena marks = {0};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_arena arena = {0};
    at_json_scan scan = {.data = data, .bytes = bytes, .name = name, .arena = &marks};
    AT_TRY(AT_NEW(&json, &arena, 1, err));
    json->arena = arena;
    AT_TRY(fill_document(json, &scan, err));
    *out = json;
    json = NULL;
    return AT_OK;
}

const at_json_value *at_json_root(const at_json *json) {
    return json->values;
}

at_json_type at_json_type_of(const at_json_value *value) {
    return value != NULL ? value->type : AT_JSON_NULL;
}

const at_json_value *at_json_get(const at_json_value *object, const char *key) {
    if (object == NULL || object->type != AT_JSON_OBJECT)
        return NULL;
    for (const at_json_value *v = at_json_first(object); v != NULL; v = v->next)
        if (strcmp(v->node->string, key) == 0)
            return v;
    return NULL;
}

size_t at_json_count(const at_json_value *container) {
    return container != NULL ? container->count : 0;
}

const at_json_value *at_json_first(const at_json_value *container) {
    return at_json_count(container) > 0 ? container + 1 : NULL;
}

const at_json_value *at_json_next(const at_json_value *value) {
    return value->next;
}

const char *at_json_key(const at_json_value *member) {
    return member->node->string;
}

const char *at_json_text(const at_json_value *value) {
    return at_json_type_of(value) == AT_JSON_STRING ? value->node->valuestring : NULL;
}

const char *at_json_number(const at_json_value *value) {
    return value != NULL ? value->number : NULL;
}

bool at_json_int(int64_t *out, const at_json_value *value) {
    int64_t number = 0;
    if (at_json_number(value) == NULL || !at_int_parse(&number, value->number) ||
        number > json_int_max || number < -json_int_max)
        return false;
    if (number == 0 && value->number[0] == '-') /* -0 is a float's zero; one spelling only */
        return false;
    *out = number;
    return true;
}

uint64_t at_json_line(const at_json_value *value) {
    return value->line;
}

/* RFC 6901 section 3: "~" is written ~0 and "/" ~1. */
static at_status add_key_token(at_text *out, const char *key, at_error *err) {
    for (; *key != '\0'; key++) {
        if (*key == '~')
            AT_TRY(at_text_add(out, "~0", err));
        else if (*key == '/')
            AT_TRY(at_text_add(out, "~1", err));
        else
            AT_TRY(at_text_add_char(out, *key, err));
    }
    return AT_OK;
}

static at_status add_pointer(at_text *out, const at_json_value *value, at_error *err) {
    const at_json_value *path[AT_JSON_DEPTH_MAX + 1];
    size_t steps = 0;
    for (; value->parent != NULL; value = value->parent)
        path[steps++] = value;
    while (steps-- > 0) {
        AT_TRY(at_text_add_char(out, '/', err));
        if (path[steps]->node->string != NULL)
            AT_TRY(add_key_token(out, path[steps]->node->string, err));
        else
            AT_TRY(at_text_add_int(out, (int64_t)path[steps]->index, err));
    }
    return AT_OK;
}

at_status at_json_pointer(const char **out, const at_json_value *value, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_TRY(add_pointer(&text, value, err));
    return at_arena_copy(out, arena, at_text_string(&text), text.bytes, err);
}

at_status at_json_fail(at_error *err, const at_json_value *value, const char *code,
                       const char *format, ...) {
    AT_CLEANUP(at_text_clear) at_text pointer = {0};
    char message[FAIL_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)at_fail(err, AT_BAD_INPUT, code, "%s", message);
    /* Without memory for the pointer, or at the root where it is empty, the line says enough. */
    if (add_pointer(&pointer, value, NULL) != AT_OK || pointer.bytes == 0)
        at_place(err, "line %" PRIu64 " of %s", value->line, value->json->name);
    else
        at_place(err, "%s, line %" PRIu64 " of %s", pointer.data, value->line, value->json->name);
    return AT_BAD_INPUT;
}

static bool is_known(const char *key, const char *const *keys) {
    if (strcmp(key, "note") == 0)
        return true;
    for (; *keys != NULL; keys++)
        if (strcmp(key, *keys) == 0)
            return true;
    return false;
}

at_status at_json_only(const at_json_value *object, const char *const *keys, at_error *err) {
    if (object->type != AT_JSON_OBJECT)
        return at_json_fail(err, object, "E-JSON-KIND", "an object belongs here");
    for (const at_json_value *v = at_json_first(object); v != NULL; v = v->next) {
        const char *key = v->node->string;
        if (is_known(key, keys))
            continue;
        const char *nearest = at_text_nearest(key, keys);
        (void)at_json_fail(err, v, "E-JSON-KEY", "the key \"%s\" is not known here", key);
        if (nearest != NULL)
            at_hint(err, "did you mean \"%s\"?", nearest);
        return AT_BAD_INPUT;
    }
    return AT_OK;
}
