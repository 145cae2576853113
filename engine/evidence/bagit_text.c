#include "engine/evidence/bagit_text.h"

#include <string.h>
#include <strings.h>

#include "engine/base/file.h"

enum { TAG_FILE_BYTES_MAX = 256 << 20 };

bool at_bagit_encoding_find(at_bagit_encoding *out, const char *name) {
    static const char *const names[] = {
        [AT_BAGIT_UTF8] = "UTF-8", [AT_BAGIT_UTF16] = "UTF-16", [AT_BAGIT_LATIN1] = "ISO-8859-1"};
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (strcasecmp(names[i], name) == 0) {
            *out = (at_bagit_encoding)i;
            return true;
        }
    return false;
}

static at_status not_encoded(at_error *err, const char *encoding) {
    return at_fail(err, AT_BAD_INPUT, "E-BAGIT-BAG", "the file is not in %s", encoding);
}

static at_status decode_latin1(at_text *out, const at_text *raw, at_error *err) {
    for (size_t i = 0; i < raw->bytes; i++)
        AT_TRY(at_utf8_add(out, (unsigned char)raw->data[i], err));
    return AT_OK;
}

/* With a byte order mark, else big-endian (RFC 2781 section 4.3). */
static at_status decode_utf16(at_text *out, const at_text *raw, at_error *err) {
    const unsigned char *bytes = (const unsigned char *)raw->data;
    size_t at = 0;
    uint32_t high = 0;
    bool little = false;
    if (raw->bytes % 2 != 0)
        return not_encoded(err, "UTF-16");
    if (raw->bytes >= 2 &&
        ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff))) {
        little = bytes[0] == 0xff;
        at = 2;
    }
    for (; at < raw->bytes; at += 2) {
        const uint32_t unit = little ? (uint32_t)(bytes[at] | bytes[at + 1] << 8)
                                     : (uint32_t)(bytes[at] << 8 | bytes[at + 1]);
        const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
        if (is_low != (high != 0) || unit == 0)
            return not_encoded(err, "UTF-16");
        if (unit >= 0xd800 && unit <= 0xdbff) {
            high = unit;
            continue;
        }
        AT_TRY(at_utf8_add(out, is_low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit,
                           err));
        high = 0;
    }
    return high == 0 ? AT_OK : not_encoded(err, "UTF-16");
}

static at_status decode(at_text *out, const at_text *raw, at_bagit_encoding encoding,
                        at_error *err) {
    if (raw->bytes == 0)
        return AT_OK;
    switch (encoding) {
    case AT_BAGIT_LATIN1:
        return decode_latin1(out, raw, err);
    case AT_BAGIT_UTF16:
        return decode_utf16(out, raw, err);
    default:
        if (!at_utf8_valid(raw->data, raw->bytes, NULL) || memchr(raw->data, 0, raw->bytes))
            return not_encoded(err, "UTF-8");
        if (raw->bytes >= 3 && memcmp(raw->data, "\xef\xbb\xbf", 3) == 0)
            return at_fail(err, AT_BAD_INPUT, "E-BAGIT-BAG", "the file begins with a BOM");
        return at_text_add_bytes(out, raw->data, raw->bytes, err);
    }
}

static at_status split(at_bagit_lines *out, const at_text *text, at_arena *arena, at_error *err) {
    at_bagit_lines lines = {.count = 0};
    size_t capacity = 0;
    for (size_t at = 0; at < text->bytes;) {
        const char *start = text->data + at;
        const size_t bytes = strcspn(start, "\r\n");
        AT_TRY(AT_GROW(&lines.lines, &capacity, lines.count, arena, err));
        AT_TRY(at_arena_copy(&lines.lines[lines.count++], arena, start, bytes, err));
        at += bytes;
        if (at < text->bytes)
            at += text->data[at] == '\r' && text->data[at + 1] == '\n' ? 2 : 1;
    }
    *out = lines;
    return AT_OK;
}

at_status at_bagit_read_lines(at_bagit_lines *out, const char *folder, const char *name,
                              at_bagit_encoding encoding, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text raw = {.limit_bytes = TAG_FILE_BYTES_MAX};
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 2 * TAG_FILE_BYTES_MAX};
    const char *path = NULL;
    AT_TRY(at_path_join(&path, arena, folder, name, err));
    AT_TRY(at_file_read(&raw, path, TAG_FILE_BYTES_MAX - 1, err));
    const at_status status = decode(&text, &raw, encoding, err);
    if (status != AT_OK) {
        at_place(err, "%s", name);
        return status;
    }
    return split(out, &text, arena, err);
}
