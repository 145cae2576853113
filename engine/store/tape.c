#include "engine/store/tape.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OCTAL_MAX ((uint64_t)1 << 33)

/* Where things stand in a block. */
enum {
    MODE_AT = 100,
    SIZE_AT = 124,
    CHECK_AT = 148,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    SIZE_DIGITS = 11,
    PAX_BYTES_MAX = 64
};

static at_status bad(at_error *err, const char *what) {
    return at_fail(err, AT_BAD_INPUT, "E-BACKUP-FORMAT", "the backup %s", what);
}

static unsigned checksum_of(const uint8_t *block) {
    unsigned sum = 8 * ' ';
    for (int i = 0; i < AT_TAPE_BLOCK; i++)
        if (i < CHECK_AT || i >= CHECK_AT + 8)
            sum += block[i];
    return sum;
}

static at_status add_block(at_text *out, const char *name, uint64_t bytes, unsigned mode, char type,
                           at_error *err) {
    uint8_t block[AT_TAPE_BLOCK] = {0};
    char *text = (char *)block;
    assert(strlen(name) < AT_TAPE_NAME_BYTES && mode <= 0777);
    memcpy(text, name, strlen(name));
    snprintf(text + MODE_AT, 8, "%07o", mode);
    snprintf(text + 108, 8, "%07o", 0u);
    snprintf(text + 116, 8, "%07o", 0u);
    snprintf(text + SIZE_AT, 12, "%011" PRIo64, bytes < OCTAL_MAX ? bytes : 0);
    snprintf(text + 136, 12, "%011o", 0u);
    block[TYPE_AT] = (uint8_t)type;
    memcpy(text + MAGIC_AT,
           "ustar\0"
           "00",
           8);
    snprintf(text + CHECK_AT, 8, "%06o", checksum_of(block));
    block[CHECK_AT + 7] = ' ';
    return at_text_add_bytes(out, block, sizeof block, err);
}

at_status at_tape_head(at_text *out, const char *name, uint64_t bytes, unsigned mode,
                       at_error *err) {
    char record[AT_TAPE_BLOCK] = "";
    if (bytes >= OCTAL_MAX) {
        /* "28 size=12345678901234567890\n": the length counts itself; it has two digits here. */
        int length = snprintf(record, sizeof record, "size=%" PRIu64 "\n", bytes) + 3;
        assert(length >= 10 && length < PAX_BYTES_MAX);
        snprintf(record, sizeof record, "%d size=%" PRIu64 "\n", length, bytes);
        AT_TRY(add_block(out, "pax", (uint64_t)length, 0600, 'x', err));
        AT_TRY(at_text_add_bytes(out, record, sizeof record, err));
    }
    return add_block(out, name, bytes, mode, '0', err);
}

static bool read_octal(uint64_t *out, const uint8_t *digits, int count) {
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '7')
            return false;
        *out = *out << 3 | (uint64_t)(digits[i] - '0');
    }
    return true;
}

at_status at_tape_read(at_tape_entry *out, const uint8_t block[AT_TAPE_BLOCK], at_error *err) {
    static const uint8_t zeros[AT_TAPE_BLOCK] = {0};
    at_tape_entry entry = {.bytes = 0};
    uint64_t mode = 0, check = 0;
    if (memcmp(block, zeros, sizeof zeros) == 0) {
        *out = entry;
        return AT_OK;
    }
    memcpy(entry.name, block, AT_TAPE_NAME_BYTES - 1);
    if (!read_octal(&mode, block + MODE_AT, 7) ||
        !read_octal(&entry.bytes, block + SIZE_AT, SIZE_DIGITS) ||
        !read_octal(&check, block + CHECK_AT, 6) || check != checksum_of(block) ||
        memcmp(block + MAGIC_AT,
               "ustar\0"
               "00",
               8) != 0 ||
        !*entry.name || mode > 0777)
        return bad(err, "holds a head that was changed or is not ours");
    entry.mode = (unsigned)mode;
    entry.is_pax = block[TYPE_AT] == 'x';
    if (block[TYPE_AT] != '0' && !entry.is_pax)
        return bad(err, "holds something that is no file");
    if (entry.is_pax && entry.bytes >= PAX_BYTES_MAX)
        return bad(err, "holds a record that is too long");
    *out = entry;
    return AT_OK;
}

at_status at_tape_read_pax(uint64_t *out, const char *record, size_t bytes, at_error *err) {
    char again[PAX_BYTES_MAX + 24];
    uint64_t size = 0;
    if (bytes < 10 || bytes >= PAX_BYTES_MAX || memcmp(record + 2, " size=", 6) != 0)
        return bad(err, "holds a record that is not ours");
    for (size_t i = 8; i < bytes - 1; i++) {
        if (record[i] < '0' || record[i] > '9' || size > (UINT64_MAX >> 4) / 10)
            return bad(err, "holds a size that is no number");
        size = size * 10 + (uint64_t)(record[i] - '0');
    }
    snprintf(again, sizeof again, "%zu size=%" PRIu64 "\n", bytes, size);
    if (strlen(again) != bytes || memcmp(again, record, bytes) != 0 || size < OCTAL_MAX)
        return bad(err, "holds a record that is not ours");
    *out = size;
    return AT_OK;
}
