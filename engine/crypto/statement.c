#include "engine/crypto/statement.h"

#include <assert.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, HEX_BYTES = AT_SHA256_TEXT_BYTES - 1 };

/* --- Paths --- */

static bool is_device(const char *part, size_t bytes) {
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    const char *dot = memchr(part, '.', bytes);
    const size_t stem = dot != NULL ? (size_t)(dot - part) : bytes;
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (stem == 3 && memcmp(part, names[i], 3) == 0)
            return true;
    return stem == 4 && (memcmp(part, "com", 3) == 0 || memcmp(part, "lpt", 3) == 0) &&
           part[3] >= '0' && part[3] <= '9';
}

static bool part_ok(const char *part, size_t bytes) {
    if (bytes == 0 || part[0] == '.' || part[0] == '-' || part[bytes - 1] == '.')
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (!(part[i] >= 'a' && part[i] <= 'z') && !(part[i] >= '0' && part[i] <= '9') &&
            part[i] != '.' && part[i] != '_' && part[i] != '-')
            return false;
    return !is_device(part, bytes);
}

bool at_plain_path_ok(const char *path) {
    if (strlen(path) > AT_PLAIN_PATH_BYTES_MAX)
        return false;
    for (;;) {
        const size_t bytes = strcspn(path, "/");
        if (!part_ok(path, bytes))
            return false;
        if (path[bytes] == '\0')
            return true;
        path += bytes + 1;
    }
}

/* --- Words --- */

static bool key_ok(const char *key, size_t bytes) {
    if (bytes == 0 || key[0] < 'a' || key[0] > 'z')
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (!(key[i] >= 'a' && key[i] <= 'z') && !(key[i] >= '0' && key[i] <= '9') && key[i] != '-')
            return false;
    return true;
}

static bool hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static bool value_ok(const char *value, size_t bytes) {
    if (bytes == 0 || value[0] == ' ' || value[bytes - 1] == ' ' ||
        !at_utf8_valid(value, bytes, NULL))
        return false;
    for (size_t offset = 0; offset < bytes;)
        if (hidden(at_utf8_next(value, bytes, &offset)))
            return false;
    return true;
}

static bool type_ok(const char *type) {
    return at_text_starts(type, "assettrace/") && at_plain_path_ok(type);
}

/* --- Writing --- */

at_status at_signed_statement_format(at_text *out, const at_signed_statement *statement,
                                     at_error *err) {
    assert(type_ok(statement->type) && statement->hash_count > 0);
    AT_TRY(at_text_print(out, err, "%s\n", statement->type));
    for (size_t i = 0; i < statement->field_count; i++) {
        const at_statement_field *field = &statement->fields[i];
        assert(key_ok(field->key, strlen(field->key)));
        if (!value_ok(field->value, strlen(field->value)) ||
            strlen(field->value) > LINE_BYTES_MAX / 2)
            return at_fail(err, AT_BAD_INPUT, "E-STATEMENT-VALUE",
                           "\"%.80s\" cannot stand behind \"%s\" in a signed statement",
                           field->value, field->key);
        AT_TRY(at_text_print(out, err, "%s: %s\n", field->key, field->value));
    }
    AT_TRY(at_text_add_char(out, '\n', err));
    for (size_t i = 0; i < statement->hash_count; i++) {
        const at_statement_hash *hash = &statement->hashes[i];
        if (!at_plain_path_ok(hash->path))
            return at_fail(err, AT_BAD_INPUT, "E-STATEMENT-VALUE",
                           "the name \"%.80s\" cannot stand in a signed statement", hash->path);
        assert(i == 0 || at_text_compare(statement->hashes[i - 1].path, hash->path) < 0);
        AT_TRY(at_text_print(out, err, "%s  %s\n", hash->sha256, hash->path));
    }
    return AT_OK;
}

/* --- Reading --- */

typedef struct reader {
    char *rest; /* a copy, cut into lines */
    size_t bytes;
    uint64_t line_number;
} reader;

static at_status wrong(const reader *from, at_error *err, const char *what) {
    return at_fail(err, AT_TAMPERED, "E-STATEMENT-FORMAT", "line %llu of the statement %s",
                   (unsigned long long)from->line_number, what);
}

static at_status next_line(char **out, reader *from, at_error *err) {
    char *end = memchr(from->rest, '\n', from->bytes);
    from->line_number++;
    if (end == NULL)
        return wrong(from, err, "is missing or has no line end");
    if (end - from->rest > LINE_BYTES_MAX)
        return wrong(from, err, "is too long");
    *end = '\0';
    *out = from->rest;
    from->bytes -= (size_t)(end + 1 - from->rest);
    from->rest = end + 1;
    return AT_OK;
}

static at_status read_fields(at_statement_field *fields, reader *from, const char *const *keys,
                             at_error *err) {
    for (size_t i = 0; keys[i] != NULL; i++) {
        char *line = NULL;
        const size_t bytes = strlen(keys[i]);
        AT_TRY(next_line(&line, from, err));
        if (!at_text_starts(line, keys[i]) || strncmp(line + bytes, ": ", 2) != 0)
            return at_fail(err, AT_TAMPERED, "E-STATEMENT-FORMAT",
                           "line %llu of the statement is not \"%s: ...\"",
                           (unsigned long long)from->line_number, keys[i]);
        if (!value_ok(line + bytes + 2, strlen(line + bytes + 2)))
            return wrong(from, err, "has no plain value");
        fields[i] = (at_statement_field){keys[i], line + bytes + 2};
    }
    return AT_OK;
}

static at_status read_hash(at_statement_hash *out, const char *line, const reader *from,
                           at_error *err) {
    uint8_t digest[AT_SHA256_BYTES];
    if (strlen(line) < HEX_BYTES + 3 || memcmp(line + HEX_BYTES, "  ", 2) != 0)
        return wrong(from, err, "is no hash line");
    memcpy(out->sha256, line, HEX_BYTES);
    out->sha256[HEX_BYTES] = '\0';
    out->path = line + HEX_BYTES + 2;
    if (!at_hex_decode(digest, sizeof digest, out->sha256) || !at_plain_path_ok(out->path))
        return wrong(from, err, "is no hash line");
    return AT_OK;
}

at_status at_signed_statement_parse(at_signed_statement *out, const char *text, size_t bytes,
                                    const char *type, const char *const *keys, at_arena *arena,
                                    at_error *err) {
    reader from = {.bytes = bytes};
    const char *copy = NULL;
    char *line = NULL;
    at_statement_field *fields = NULL;
    at_statement_hash *hashes = NULL;
    size_t field_count = 0, hash_count = 0, capacity = 0;
    if (bytes == 0 || memchr(text, 0, bytes) != NULL)
        return at_fail(err, AT_TAMPERED, "E-STATEMENT-FORMAT", "the statement is no text");
    while (keys[field_count] != NULL)
        field_count++;
    assert(field_count <= AT_STATEMENT_FIELDS_MAX);
    AT_TRY(at_arena_copy(&copy, arena, text, bytes, err));
    AT_TRY(AT_NEW(&fields, arena, field_count, err));
    from.rest = (char *)copy; /* ours: just made */
    AT_TRY(next_line(&line, &from, err));
    if (strcmp(line, type) != 0)
        return at_fail(err, AT_TAMPERED, "E-STATEMENT-FORMAT",
                       "the statement is \"%.80s\", not \"%s\"", line, type);
    AT_TRY(read_fields(fields, &from, keys, err));
    AT_TRY(next_line(&line, &from, err));
    if (*line != '\0')
        return wrong(&from, err, "is not empty");
    while (from.bytes > 0) {
        AT_TRY(next_line(&line, &from, err));
        if (hash_count == AT_STATEMENT_HASHES_MAX)
            return wrong(&from, err, "is one hash line too many");
        AT_TRY(AT_GROW(&hashes, &capacity, hash_count, arena, err));
        AT_TRY(read_hash(&hashes[hash_count], line, &from, err));
        if (hash_count > 0 &&
            at_text_compare(hashes[hash_count - 1].path, hashes[hash_count].path) >= 0)
            return wrong(&from, err, "is out of order");
        hash_count++;
    }
    if (hash_count == 0)
        return at_fail(err, AT_TAMPERED, "E-STATEMENT-FORMAT", "the statement names no file");
    *out = (at_signed_statement){type, fields, field_count, hashes, hash_count};
    return AT_OK;
}

const char *at_signed_statement_get(const at_signed_statement *statement, const char *key) {
    for (size_t i = 0; i < statement->field_count; i++)
        if (strcmp(statement->fields[i].key, key) == 0)
            return statement->fields[i].value;
    return NULL;
}
