#include "engine/store/span.h"

enum { VARINT_BYTES_MAX = 10 };

static size_t write_varint(uint8_t *out, uint64_t value) {
    size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        out[count++] = (uint8_t)(value | 0x80);
    out[count++] = (uint8_t)value;
    return count;
}

at_status at_span_pack(at_text *out, at_span_state *state, at_record_span span, at_error *err) {
    uint8_t bytes[2 * VARINT_BYTES_MAX];
    const uint64_t gap = span.offset - state->end; /* backward: modulo 2^64 */
    if (span.bytes > UINT64_MAX / 2)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a record is too long");
    size_t count = write_varint(bytes, span.bytes * 2 + (gap != state->gap));
    if (gap != state->gap)
        count += write_varint(bytes + count, (gap << 1) ^ -(gap >> 63));
    *state = (at_span_state){span.offset + span.bytes, gap};
    return at_text_add_bytes(out, bytes, count, err);
}

static bool read_varint(uint64_t *out, at_span_reader *reader) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->stop; shift += 7) {
        const uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return shift < 63 || byte < 2;
        }
    }
    return false;
}

at_status at_span_next(at_record_span *out, bool *more, at_span_reader *reader, at_error *err) {
    uint64_t length = 0, gap = 0;
    *more = reader->at < reader->stop;
    if (!*more)
        return AT_OK;
    if (!read_varint(&length, reader) || (length & 1 && !read_varint(&gap, reader)))
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the places of records are damaged");
    if (length & 1)
        reader->state.gap = (gap >> 1) ^ -(gap & 1);
    *out = (at_record_span){reader->state.end + reader->state.gap, length >> 1};
    reader->state.end = out->offset + out->bytes;
    return AT_OK;
}
