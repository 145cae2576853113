#include "engine/evidence/manifest.h"

#include <string.h>

#include "engine/crypto/statement.h"

static at_status fail_line(at_error *err, size_t line, const char *what) {
    return at_fail(err, AT_BAD_INPUT, "E-MANIFEST-FORMAT", "line %zu of the manifest %s", line,
                   what);
}

static bool hash_ok(const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f'))
            return false;
    return true;
}

/* `line` is ours and ends with a NUL where its LF was. */
static at_status read_line(at_manifest_line *out, char *line, size_t hex_bytes, size_t number,
                           at_error *err) {
    if (strlen(line) < hex_bytes + 3 || !hash_ok(line, hex_bytes) ||
        memcmp(line + hex_bytes, "  ", 2) != 0)
        return fail_line(err, number, "is not a hash in lower-case hex, two spaces and a path");
    if (!at_plain_path_ok(line + hex_bytes + 2))
        return fail_line(err, number, "names a path that no bundle may hold");
    line[hex_bytes] = '\0';
    *out = (at_manifest_line){line, line + hex_bytes + 2};
    return AT_OK;
}

at_status at_manifest_parse(at_manifest *out, const char *text, size_t bytes, at_hash_kind kind,
                            at_arena *arena, at_error *err) {
    const char *copy = NULL;
    at_manifest manifest = {.count = 0};
    size_t capacity = 0;
    AT_TRY(at_arena_copy(&copy, arena, text, bytes, err));
    if (memchr(copy, 0, bytes) != NULL)
        return fail_line(err, 1, "or a later one holds a NUL byte");
    for (char *line = (char *)copy; line < copy + bytes;) {
        char *end = memchr(line, '\n', (size_t)(copy + bytes - line));
        if (end == NULL)
            return fail_line(err, manifest.count + 1, "has no line end");
        *end = '\0';
        AT_TRY(AT_GROW(&manifest.lines, &capacity, manifest.count, arena, err));
        at_manifest_line *read = &manifest.lines[manifest.count];
        AT_TRY(read_line(read, line, 2 * at_hash_bytes(kind), manifest.count + 1, err));
        if (manifest.count > 0 && at_text_compare(read[-1].path, read->path) >= 0)
            return fail_line(err, manifest.count + 1, "is out of order or names a path again");
        manifest.count++;
        line = end + 1;
    }
    if (manifest.count == 0)
        return at_fail(err, AT_BAD_INPUT, "E-MANIFEST-FORMAT", "the manifest is empty");
    *out = manifest;
    return AT_OK;
}

at_status at_manifest_format(at_text *out, const at_manifest *manifest, at_error *err) {
    for (size_t i = 0; i < manifest->count; i++) {
        AT_TRY(at_text_add(out, manifest->lines[i].hash, err));
        AT_TRY(at_text_add(out, "  ", err));
        AT_TRY(at_text_add(out, manifest->lines[i].path, err));
        AT_TRY(at_text_add_char(out, '\n', err));
    }
    return AT_OK;
}

const at_manifest_line *at_manifest_find(const at_manifest *manifest, const char *path) {
    size_t low = 0, high = manifest->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = at_text_compare(manifest->lines[middle].path, path);
        if (order == 0)
            return &manifest->lines[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
