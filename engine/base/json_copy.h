/**
 * json_copy.h - texts copied into JSON in blocks, as far as nothing in them needs an escape.
 *
 * For json_write.c alone. `out` has room for what is written: as many bytes as are copied, six for
 * an escape. Nothing is read past the text.
 */
#ifndef ASSETTRACE_BASE_JSON_COPY_H
#define ASSETTRACE_BASE_JSON_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 16 };

typedef uint8_t block __attribute__((vector_size(BLOCK_BYTES)));
typedef int8_t signed_block __attribute__((vector_size(BLOCK_BYTES)));

/* RFC 8785 section 3.2.2.2: only what must be escaped is, in its shortest form. */
static inline char *put_escape(char *out, unsigned char c) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
    const char *found = strchr(from, c);
    *out++ = '\\';
    if (found != NULL) {
        *out++ = to[found - from];
        return out;
    }
    memcpy(out, "u00", 3);
    out[3] = hex[c >> 4];
    out[4] = hex[c & 15];
    return out + 5;
}

/* Has it a quote, a backslash or a control character; with `ascii` also a byte past ASCII? */
static inline bool has_special(block bytes, bool ascii) {
    block bad = (block)(bytes == '"') | (block)(bytes == '\\');
    bad |= ascii ? (block)((signed_block)bytes < 0x20) : (block)(bytes < 0x20);
    uint64_t any[2];
    memcpy(any, &bad, sizeof any);
    return (any[0] | any[1]) != 0;
}

/* Fewer bytes than a block, 8 and more: as two halves that overlap, and so on down. */
static inline bool copy_short(char *out, const char *text, size_t bytes, bool ascii) {
    uint64_t half[2] = {UINT64_C(0x2020202020202020), UINT64_C(0x2020202020202020)};
    block look;
    if (bytes >= 8) {
        memcpy(&half[0], text, 8);
        memcpy(&half[1], text + bytes - 8, 8);
    } else if (bytes >= 4) {
        memcpy(&half[0], text, 4);
        memcpy(&half[1], text + bytes - 4, 4);
    } else {
        memcpy(&half[0], text, 1);
        memcpy((char *)&half[0] + 1, text + bytes / 2, 1);
        memcpy((char *)&half[1], text + bytes - 1, 1);
    }
    memcpy(&look, half, sizeof look);
    if (has_special(look, ascii))
        return false;
    if (bytes >= 8) {
        memcpy(out, &half[0], 8);
        memcpy(out + bytes - 8, &half[1], 8);
    } else if (bytes >= 4) {
        memcpy(out, &half[0], 4);
        memcpy(out + bytes - 4, &half[1], 4);
    } else {
        out[0] = text[0];
        out[bytes / 2] = text[bytes / 2];
        out[bytes - 1] = text[bytes - 1];
    }
    return true;
}

/* Copies until a block that has something special in it, or to the end; how many bytes. */
static inline size_t copy_plain(char *out, const char *text, size_t bytes, bool ascii) {
    size_t done = 0;
    block look;
    if (bytes == 0)
        return 0;
    if (bytes < BLOCK_BYTES)
        return copy_short(out, text, bytes, ascii) ? bytes : 0;
    for (; bytes - done >= BLOCK_BYTES; done += BLOCK_BYTES) {
        memcpy(&look, text + done, sizeof look);
        if (has_special(look, ascii))
            return done;
        memcpy(out + done, &look, sizeof look);
    }
    if (done == bytes)
        return bytes;
    memcpy(&look, text + bytes - BLOCK_BYTES, sizeof look); /* what was looked at is plain */
    if (has_special(look, ascii))
        return done;
    memcpy(out + bytes - BLOCK_BYTES, &look, sizeof look);
    return bytes;
}

#endif
