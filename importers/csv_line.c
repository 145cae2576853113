#include "importers/csv_line.h"

#if defined(__SSE2__)

#include <emmintrin.h>

enum { STEP = 16 };

/* Which of sixteen bytes are something, one bit each. */
static unsigned bits(__m128i answers) {
    return (unsigned)_mm_movemask_epi8(answers);
}

static unsigned first_bit(unsigned mask) {
    return (unsigned)__builtin_ctz(mask);
}

/* The fields of a line that ends at `end`; `starts` is where the last one begins. */
static bool finish(at_csv_line *out, at_span *fields, char *text, size_t start, size_t end) {
    out->end_bytes = 1;
    out->bytes = end;
    if (end > 0 && text[end - 1] == '\r') {
        out->end_bytes = 2;
        out->bytes = --end;
    }
    if (end == 0)
        return false;
    text[end] = '\0';
    fields[out->field_count++] = (at_span){text + start, end - start};
    return true;
}

bool at_csv_line_sweep(at_csv_line *out, at_span *fields, char *text, at_span data, char delimiter,
                       char quote) {
    const __m128i delimiters = _mm_set1_epi8(delimiter), quotes = _mm_set1_epi8(quote),
                  feeds = _mm_set1_epi8('\n'), zeros = _mm_setzero_si128();
    const size_t most = data.bytes < AT_CSV_LINE_MAX ? data.bytes : AT_CSV_LINE_MAX;
    unsigned high = 0;
    size_t start = 0;
    out->field_count = 0;
    for (size_t at = 0; at + STEP <= most; at += STEP) {
        const __m128i now = _mm_loadu_si128((const __m128i *)(const void *)(data.data + at));
        _mm_storeu_si128((__m128i *)(void *)(text + at), now);
        unsigned ends = bits(_mm_cmpeq_epi8(now, delimiters));
        unsigned odd = bits(_mm_or_si128(_mm_cmpeq_epi8(now, quotes), _mm_cmpeq_epi8(now, zeros)));
        const unsigned feed = bits(_mm_cmpeq_epi8(now, feeds));
        const unsigned before = feed ? (feed & (0u - feed)) - 1 : 0xFFFF; /* of the line */
        odd &= before;
        high |= bits(now) & before;
        if (odd)
            return false;
        for (ends &= before; ends; ends &= ends - 1) {
            const size_t end = at + first_bit(ends);
            if (out->field_count == AT_CSV_LINE_FIELDS - 1)
                return false;
            fields[out->field_count++] = (at_span){text + start, end - start};
            text[end] = '\0';
            start = end + 1;
        }
        out->ascii = high == 0;
        if (feed)
            return finish(out, fields, text, start, at + first_bit(feed));
    }
    return false;
}

#else

bool at_csv_line_sweep(at_csv_line *out, at_span *fields, char *text, at_span data, char delimiter,
                       char quote) {
    (void)out;
    (void)fields;
    (void)text;
    (void)data;
    (void)delimiter;
    (void)quote;
    return false;
}

#endif
