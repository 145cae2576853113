#include "engine/base/state.h"

#include <string.h>

enum { WORD_BYTES = 8 };

at_status at_state_put(at_text *out, uint64_t value, at_error *err) {
    char word[WORD_BYTES];
    for (int i = 0; i < WORD_BYTES; i++)
        word[i] = (char)(unsigned char)(value >> 8 * i);
    return at_text_add_bytes(out, word, sizeof word, err);
}

at_status at_state_put_wide(at_text *out, at_state_wide value, at_error *err) {
    __extension__ const unsigned __int128 bits = (unsigned __int128)value;
    AT_TRY(at_state_put(out, (uint64_t)bits, err));
    return at_state_put(out, (uint64_t)(bits >> 64), err);
}

at_status at_state_put_bytes(at_text *out, const void *data, size_t bytes, at_error *err) {
    AT_TRY(at_state_put(out, bytes, err));
    return bytes ? at_text_add_bytes(out, data, bytes, err) : AT_OK;
}

at_status at_state_put_text(at_text *out, const char *text, at_error *err) {
    return at_state_put_bytes(out, text, text ? strlen(text) + 1 : 0, err);
}

at_state_reader at_state_read(at_span state) {
    return (at_state_reader){.at = state.data, .left = state.bytes};
}

static void fail_reader(at_state_reader *reader) {
    reader->failed = true;
    reader->left = 0;
}

uint64_t at_state_next(at_state_reader *reader) {
    uint64_t value = 0;
    if (reader->left < WORD_BYTES) {
        fail_reader(reader);
        return 0;
    }
    for (int i = 0; i < WORD_BYTES; i++)
        value |= (uint64_t)(unsigned char)reader->at[i] << 8 * i;
    reader->at += WORD_BYTES;
    reader->left -= WORD_BYTES;
    return value;
}

at_state_wide at_state_next_wide(at_state_reader *reader) {
    const uint64_t low = at_state_next(reader), high = at_state_next(reader);
    __extension__ const unsigned __int128 bits = (unsigned __int128)high << 64 | low;
    return (at_state_wide)bits;
}

at_span at_state_next_bytes(at_state_reader *reader) {
    const uint64_t bytes = at_state_next(reader);
    if (bytes > reader->left)
        fail_reader(reader);
    const at_span span = {reader->failed ? "" : reader->at, reader->failed ? 0 : (size_t)bytes};
    if (!reader->failed) {
        reader->at += bytes;
        reader->left -= (size_t)bytes;
    }
    return span;
}

const char *at_state_next_text(at_state_reader *reader) {
    const at_span span = at_state_next_bytes(reader);
    if (span.bytes == 0)
        return NULL;
    if (memchr(span.data, '\0', span.bytes) == span.data + span.bytes - 1)
        return span.data;
    fail_reader(reader);
    return NULL;
}

bool at_state_whole(const at_state_reader *reader) {
    return !reader->failed && reader->left == 0;
}
