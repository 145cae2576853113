#include "engine/names/encoding.h"

#include <assert.h>
#include <string.h>

const char *const at_encodings[] = {
    "utf-8",      "utf-16le",   "utf-16be",   "windows-1251", "windows-1256",
    "iso-8859-1", "iso-8859-5", "iso-8859-6", NULL,
};

enum { HIGH_HALF = 128, NAME_BYTES_MAX = 32 };

/* Bytes 0x80-0xFF; 0 = not assigned. */
static const uint16_t windows_1251[HIGH_HALF] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039,
    0x040A, 0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0,      0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0, 0x040E, 0x045E, 0x0408,
    0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB,
    0x0458, 0x0405, 0x0455, 0x0457, 0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417,
    0x0418, 0x0419, 0x041A, 0x041B, 0x041C, 0x041D, 0x041E, 0x041F, 0x0420, 0x0421, 0x0422, 0x0423,
    0x0424, 0x0425, 0x0426, 0x0427, 0x0428, 0x0429, 0x042A, 0x042B, 0x042C, 0x042D, 0x042E, 0x042F,
    0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043A, 0x043B,
    0x043C, 0x043D, 0x043E, 0x043F, 0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447,
    0x0448, 0x0449, 0x044A, 0x044B, 0x044C, 0x044D, 0x044E, 0x044F,
};

static const uint16_t windows_1256[HIGH_HALF] = {
    0x20AC, 0x067E, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0679, 0x2039,
    0x0152, 0x0686, 0x0698, 0x0688, 0x06AF, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x06A9, 0x2122, 0x0691, 0x203A, 0x0153, 0x200C, 0x200D, 0x06BA, 0x00A0, 0x060C, 0x00A2, 0x00A3,
    0x00A4, 0x00A5, 0x00A6, 0x00A7, 0x00A8, 0x00A9, 0x06BE, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
    0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x00B4, 0x00B5, 0x00B6, 0x00B7, 0x00B8, 0x00B9, 0x061B, 0x00BB,
    0x00BC, 0x00BD, 0x00BE, 0x061F, 0x06C1, 0x0621, 0x0622, 0x0623, 0x0624, 0x0625, 0x0626, 0x0627,
    0x0628, 0x0629, 0x062A, 0x062B, 0x062C, 0x062D, 0x062E, 0x062F, 0x0630, 0x0631, 0x0632, 0x0633,
    0x0634, 0x0635, 0x0636, 0x00D7, 0x0637, 0x0638, 0x0639, 0x063A, 0x0640, 0x0641, 0x0642, 0x0643,
    0x00E0, 0x0644, 0x00E2, 0x0645, 0x0646, 0x0647, 0x0648, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB,
    0x0649, 0x064A, 0x00EE, 0x00EF, 0x064B, 0x064C, 0x064D, 0x064E, 0x00F4, 0x064F, 0x0650, 0x00F7,
    0x0651, 0x00F9, 0x0652, 0x00FB, 0x00FC, 0x200E, 0x200F, 0x06D2,
};

static const uint16_t iso_8859_5[HIGH_HALF] = {
    0x0080, 0x0081, 0x0082, 0x0083, 0x0084, 0x0085, 0x0086, 0x0087, 0x0088, 0x0089, 0x008A, 0x008B,
    0x008C, 0x008D, 0x008E, 0x008F, 0x0090, 0x0091, 0x0092, 0x0093, 0x0094, 0x0095, 0x0096, 0x0097,
    0x0098, 0x0099, 0x009A, 0x009B, 0x009C, 0x009D, 0x009E, 0x009F, 0x00A0, 0x0401, 0x0402, 0x0403,
    0x0404, 0x0405, 0x0406, 0x0407, 0x0408, 0x0409, 0x040A, 0x040B, 0x040C, 0x00AD, 0x040E, 0x040F,
    0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417, 0x0418, 0x0419, 0x041A, 0x041B,
    0x041C, 0x041D, 0x041E, 0x041F, 0x0420, 0x0421, 0x0422, 0x0423, 0x0424, 0x0425, 0x0426, 0x0427,
    0x0428, 0x0429, 0x042A, 0x042B, 0x042C, 0x042D, 0x042E, 0x042F, 0x0430, 0x0431, 0x0432, 0x0433,
    0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043A, 0x043B, 0x043C, 0x043D, 0x043E, 0x043F,
    0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447, 0x0448, 0x0449, 0x044A, 0x044B,
    0x044C, 0x044D, 0x044E, 0x044F, 0x2116, 0x0451, 0x0452, 0x0453, 0x0454, 0x0455, 0x0456, 0x0457,
    0x0458, 0x0459, 0x045A, 0x045B, 0x045C, 0x00A7, 0x045E, 0x045F,
};

static const uint16_t iso_8859_6[HIGH_HALF] = {
    0x0080, 0x0081, 0x0082, 0x0083, 0x0084, 0x0085, 0x0086, 0x0087, 0x0088, 0x0089, 0x008A, 0x008B,
    0x008C, 0x008D, 0x008E, 0x008F, 0x0090, 0x0091, 0x0092, 0x0093, 0x0094, 0x0095, 0x0096, 0x0097,
    0x0098, 0x0099, 0x009A, 0x009B, 0x009C, 0x009D, 0x009E, 0x009F, 0x00A0, 0,      0,      0,
    0x00A4, 0,      0,      0,      0,      0,      0,      0,      0x060C, 0x00AD, 0,      0,
    0,      0,      0,      0,      0,      0,      0,      0,      0,      0,      0,      0x061B,
    0,      0,      0,      0x061F, 0,      0x0621, 0x0622, 0x0623, 0x0624, 0x0625, 0x0626, 0x0627,
    0x0628, 0x0629, 0x062A, 0x062B, 0x062C, 0x062D, 0x062E, 0x062F, 0x0630, 0x0631, 0x0632, 0x0633,
    0x0634, 0x0635, 0x0636, 0x0637, 0x0638, 0x0639, 0x063A, 0,      0,      0,      0,      0,
    0x0640, 0x0641, 0x0642, 0x0643, 0x0644, 0x0645, 0x0646, 0x0647, 0x0648, 0x0649, 0x064A, 0x064B,
    0x064C, 0x064D, 0x064E, 0x064F, 0x0650, 0x0651, 0x0652, 0,      0,      0,      0,      0,
    0,      0,      0,      0,      0,      0,      0,      0,
};

/* Names without '-' and '_', in small letters. */
static const struct {
    const char *name;
    at_encoding encoding;
} names[] = {
    {"utf8", AT_UTF_8},          {"utf16le", AT_UTF_16LE},
    {"utf16be", AT_UTF_16BE},    {"windows1251", AT_WINDOWS_1251},
    {"cp1251", AT_WINDOWS_1251}, {"windows1256", AT_WINDOWS_1256},
    {"cp1256", AT_WINDOWS_1256}, {"iso88591", AT_ISO_8859_1},
    {"latin1", AT_ISO_8859_1},   {"iso88595", AT_ISO_8859_5},
    {"iso88596", AT_ISO_8859_6}, {"usascii", AT_UTF_8},
    {"ascii", AT_UTF_8},
};

at_status at_encoding_parse(at_encoding *out, const char *name, at_error *err) {
    assert(out != NULL && name != NULL);
    char plain[NAME_BYTES_MAX + 1];
    size_t bytes = 0;
    for (const char *c = name; *c != '\0' && bytes < NAME_BYTES_MAX; c++)
        if (*c != '-' && *c != '_')
            plain[bytes++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    plain[bytes] = '\0';
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (strcmp(plain, names[i].name) == 0) {
            *out = names[i].encoding;
            return AT_OK;
        }
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-ENCODING-NAME", "encoding \"%s\" is not known", name);
    const char *nearest = at_text_nearest(name, at_encodings);
    if (nearest != NULL)
        at_hint(err, "did you mean %s?", nearest);
    else
        at_hint(err, "utf-8, utf-16le, utf-16be, windows-1251, windows-1256, iso-8859-1, -5 or -6");
    return status;
}

bool at_encoding_mark(at_encoding *out, size_t *mark_bytes_out, at_span head) {
    assert(out != NULL && mark_bytes_out != NULL);
    static const struct {
        const char *mark;
        size_t bytes;
        at_encoding encoding;
    } marks[] = {
        {"\xEF\xBB\xBF", 3, AT_UTF_8},
        {"\xFF\xFE", 2, AT_UTF_16LE},
        {"\xFE\xFF", 2, AT_UTF_16BE},
    };
    for (size_t i = 0; i < AT_COUNT(marks); i++)
        if (head.bytes >= marks[i].bytes && memcmp(head.data, marks[i].mark, marks[i].bytes) == 0) {
            *out = marks[i].encoding;
            *mark_bytes_out = marks[i].bytes;
            return true;
        }
    return false;
}

size_t at_encoding_unit_bytes(at_encoding encoding) {
    return encoding == AT_UTF_16LE || encoding == AT_UTF_16BE ? 2 : 1;
}

static at_status fail_byte(at_encoding encoding, at_span bytes, size_t at, size_t *bad_out,
                           at_error *err) {
    if (bad_out != NULL)
        *bad_out = at;
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-ENCODING-BYTE", "byte 0x%02x at offset %zu is not %s",
                (unsigned char)bytes.data[at], at, at_encodings[encoding]);
    at_hint(err, "the encoding of the file has to be declared");
    return status;
}

static at_status decode_utf8(at_text *out, at_span bytes, size_t *bad_out, at_error *err) {
    size_t bad = 0;
    if (!at_utf8_valid(bytes.data, bytes.bytes, &bad))
        return fail_byte(AT_UTF_8, bytes, bad, bad_out, err);
    return at_text_add_bytes(out, bytes.data, bytes.bytes, err);
}

static uint32_t unit_at(at_span bytes, size_t at, at_encoding encoding) {
    const unsigned char *pair = (const unsigned char *)bytes.data + at;
    return encoding == AT_UTF_16LE ? (uint32_t)(pair[1] << 8 | pair[0])
                                   : (uint32_t)(pair[0] << 8 | pair[1]);
}

static at_status decode_utf16(at_text *out, at_encoding encoding, at_span bytes, size_t *bad_out,
                              at_error *err) {
    for (size_t at = 0; at < bytes.bytes; at += 2) {
        if (bytes.bytes - at < 2)
            return fail_byte(encoding, bytes, at, bad_out, err);
        uint32_t c = unit_at(bytes, at, encoding);
        if (c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
            return fail_byte(encoding, bytes, at, bad_out, err);
        if (c >= 0xD800 && c <= 0xDBFF) {
            const uint32_t low = bytes.bytes - at < 4 ? 0 : unit_at(bytes, at + 2, encoding);
            if (low < 0xDC00 || low > 0xDFFF)
                return fail_byte(encoding, bytes, at, bad_out, err);
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        }
        AT_TRY(at_utf8_add(out, c, err));
    }
    return AT_OK;
}

/* The upper half of a single-byte encoding; NULL where a byte is its own code point. */
static const uint16_t *high_half(at_encoding encoding) {
    switch (encoding) {
    case AT_WINDOWS_1251:
        return windows_1251;
    case AT_WINDOWS_1256:
        return windows_1256;
    case AT_ISO_8859_5:
        return iso_8859_5;
    case AT_ISO_8859_6:
        return iso_8859_6;
    default:
        return NULL;
    }
}

static at_status decode_single(at_text *out, at_encoding encoding, at_span bytes, size_t *bad_out,
                               at_error *err) {
    const uint16_t *table = high_half(encoding);
    for (size_t at = 0; at < bytes.bytes; at++) {
        uint32_t c = (unsigned char)bytes.data[at];
        if (c >= HIGH_HALF && table != NULL)
            c = table[c - HIGH_HALF];
        if (c == 0)
            return fail_byte(encoding, bytes, at, bad_out, err);
        AT_TRY(at_utf8_add(out, c, err));
    }
    return AT_OK;
}

at_status at_encoding_decode(at_text *out, at_encoding encoding, at_span bytes, size_t *bad_out,
                             at_error *err) {
    assert(out != NULL && (bytes.data != NULL || bytes.bytes == 0));
    assert(encoding >= AT_UTF_8 && encoding <= AT_ISO_8859_6);
    const size_t start = out->bytes;
    at_status status;
    if (encoding == AT_UTF_8)
        status = decode_utf8(out, bytes, bad_out, err);
    else if (at_encoding_unit_bytes(encoding) == 2)
        status = decode_utf16(out, encoding, bytes, bad_out, err);
    else
        status = decode_single(out, encoding, bytes, bad_out, err);
    if (status != AT_OK && out->data != NULL) {
        out->bytes = start;
        out->data[start] = '\0';
    }
    return status;
}
