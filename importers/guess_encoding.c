/* importers/guess_encoding.c: which encoding bytes are in, by mark, validity and letters. */
#include <string.h>

#include "importers/guess_part.h"

/* The commonest letters of Russian, of Persian and Arabic (both are written in windows-1256), and
 * letters beyond ASCII of western and Turkic languages. */
static const char *const russian = "оеаинтсрвлкмОЕАИНТСРВЛКМ";
static const char *const arabic = "اينرمدهتوبلسعش";
static const char *const western = "äöüßéèêàçñáíóúãõâîôëïÄÖÜÉÇığşİĞŞčžřěš";

enum {
    GOOD = 3,  /* a letter the language uses much */
    BAD = -4,  /* what a text of that encoding does not hold */
    CASE = -6, /* a capital after a small letter: the wrong Cyrillic table */
    UNREADABLE = -8,
    SOME_BAD = 3,
    FAR_MORE = 2, /* the best must have that many times the points of the next to be sure */
    CERTAIN = 95,
    LIKELY = 85,
    UNSURE = 60,
    NO_WORDS = 20,
    UTF16_PERCENT = 30,
};

static bool holds(const char *letters, uint32_t c) {
    const size_t bytes = strlen(letters);
    for (size_t i = 0; i < bytes;)
        if (at_utf8_next(letters, bytes, &i) == c)
            return true;
    return false;
}

static bool is_cyrillic(uint32_t c) {
    return c >= 0x0400 && c <= 0x04FF;
}

/* Letters of other languages that Cyrillic tables hold where each other's Russian is. */
static bool is_other_cyrillic(uint32_t c) {
    return is_cyrillic(c) && !(c >= 0x0410 && c <= 0x044F) && c != 0x0401 && c != 0x0451;
}

static bool is_small(uint32_t c) {
    return (c >= 0x0430 && c <= 0x045F) || (c >= 'a' && c <= 'z');
}

static bool is_capital(uint32_t c) {
    return (c >= 0x0400 && c <= 0x042F) || (c >= 'A' && c <= 'Z');
}

static bool is_arabic(uint32_t c) {
    return c >= 0x0600 && c <= 0x06FF;
}

static bool is_latin(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xC0 && c <= 0x24F && c != 0xD7);
}

/* Letters of one script stand together. */
static int64_t score_pair(uint32_t before, uint32_t c) {
    if (is_cyrillic(before) && is_cyrillic(c))
        return is_small(before) && is_capital(c) ? CASE : 1;
    if (is_arabic(before) && is_arabic(c))
        return 1;
    const bool mixed = (is_cyrillic(c) && is_latin(before)) ||
                       (is_cyrillic(before) && is_latin(c)) || (is_arabic(c) && is_latin(before)) ||
                       (is_arabic(before) && is_latin(c));
    return mixed ? BAD : 0;
}

/* How much a text looks like one, counting only what the bytes above 0x7F became. */
static int64_t score_text(const at_text *text, at_encoding encoding) {
    const bool cyrillic = encoding == AT_WINDOWS_1251 || encoding == AT_ISO_8859_5;
    const bool east = encoding == AT_WINDOWS_1256 || encoding == AT_ISO_8859_6;
    int64_t score = 0;
    uint32_t before = ' ';
    for (size_t i = 0; i < text->bytes;) {
        const uint32_t c = at_utf8_next(text->data, text->bytes, &i);
        const bool vowel_sign = c >= 0x064B && c <= 0x0652; /* nobody writes them in a ledger */
        if ((c >= 0x80 && c < 0xA0) || is_other_cyrillic(c) || vowel_sign)
            score += BAD;
        else if (c >= 0x80 && holds(cyrillic ? russian : east ? arabic : western, c))
            score += GOOD;
        else if (c >= 0xA0 && !is_cyrillic(c) && !is_arabic(c) && !is_latin(c))
            score -= c == 0xA0 || c == 0xAB || c == 0xBB || c == 0x2116 ? 0 : 1;
        if (c >= 0x80 || before >= 0x80)
            score += score_pair(before, c);
        if (!cyrillic && !east && c >= 0xC0 && before >= 0xC0)
            score += BAD; /* two accented letters in a row are no western word */
        before = c;
    }
    return score;
}

/* Decode; a byte that means nothing becomes '?' and is counted. */
static at_status decode_some(at_text *out, size_t *bad_out, at_encoding encoding, at_span bytes,
                             at_error *err) {
    enum { BAD_MAX = 200 };
    *bad_out = 0;
    for (;;) {
        size_t bad = 0;
        at_error reason = {.status = AT_OK};
        const at_status status = at_encoding_decode(out, encoding, bytes, &bad, &reason);
        if (status == AT_OK)
            return AT_OK;
        if (status != AT_BAD_INPUT || ++*bad_out > BAD_MAX) {
            if (err != NULL)
                *err = reason;
            return status;
        }
        const size_t unit = at_encoding_unit_bytes(encoding);
        const size_t next = bad + unit < bytes.bytes ? bad + unit : bytes.bytes;
        AT_TRY(at_encoding_decode(out, encoding, (at_span){bytes.data, bad}, NULL, err));
        AT_TRY(at_text_add_char(out, '?', err));
        bytes = (at_span){bytes.data + next, bytes.bytes - next};
    }
}

static at_status keep_text(at_guesser *g, at_encoding encoding, at_span bytes, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 4 * AT_INPUT_WINDOW_MAX};
    size_t bad = 0;
    AT_TRY(decode_some(&text, &bad, encoding, bytes, err));
    g->encoding = encoding;
    g->text_bytes = text.bytes;
    AT_TRY(at_arena_copy(&g->text, g->arena, at_text_string(&text), text.bytes, err));
    for (size_t i = 0; i < text.bytes;) {
        const uint32_t c = at_utf8_next(text.data, text.bytes, &i);
        g->cyrillic = g->cyrillic || is_cyrillic(c);
        g->arabic = g->arabic || is_arabic(c);
        g->persian = g->persian || c == 0x06AF || c == 0x0686 || c == 0x067E || c == 0x06CC ||
                     c == 0x06A9 || (c >= 0x06F0 && c <= 0x06F9);
    }
    return AT_OK;
}

/* Every other byte is zero: UTF-16 without a mark. */
static bool is_utf16(at_encoding *out, at_span bytes) {
    size_t even = 0, odd = 0;
    for (size_t i = 0; i + 1 < bytes.bytes; i += 2) {
        even += bytes.data[i] == '\0';
        odd += bytes.data[i + 1] == '\0';
    }
    const size_t half = bytes.bytes / 2;
    *out = odd > even ? AT_UTF_16LE : AT_UTF_16BE;
    return half > 0 && 100 * (odd > even ? odd : even) > UTF16_PERCENT * half &&
           (odd == 0 || even == 0 || odd > 4 * even || even > 4 * odd);
}

static at_status guess_letters(at_guesser *g, at_span bytes, at_error *err) {
    static const at_encoding candidates[] = {AT_WINDOWS_1251, AT_WINDOWS_1256, AT_ISO_8859_1,
                                             AT_ISO_8859_5, AT_ISO_8859_6};
    int64_t best = INT64_MIN, next = INT64_MIN;
    at_encoding chosen = AT_UTF_8;
    for (size_t i = 0; i < AT_COUNT(candidates); i++) {
        AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 4 * AT_INPUT_WINDOW_MAX};
        at_error reason = {.status = AT_OK};
        size_t bad = 0;
        const at_status status = decode_some(&text, &bad, candidates[i], bytes, &reason);
        if (status != AT_OK && status != AT_BAD_INPUT && err != NULL)
            *err = reason;
        if (status == AT_BAD_INPUT)
            continue;
        AT_TRY(status);
        if (bad > SOME_BAD && 100 * bad > bytes.bytes)
            continue; /* one byte in a hundred means nothing */
        const int64_t score = score_text(&text, candidates[i]) + UNREADABLE * (int64_t)bad;
        if (score > best) {
            next = best;
            best = score;
            chosen = candidates[i];
        } else if (score > next) {
            next = score;
        }
    }
    if (best == INT64_MIN)
        return at_fail(err, AT_BAD_INPUT, "E-GUESS-ENCODING",
                       "the bytes fit no encoding that a mapping can name");
    const bool sure = best > 0 && (next <= 0 || best >= FAR_MORE * next);
    AT_TRY(keep_text(g, chosen, bytes, err));
    if (best <= 0)
        return at_guess_say(g, "encoding", at_encodings[chosen], NO_WORDS, err,
                            "in none that a mapping can name do the letters make words: convert "
                            "the file (KOI8-R, CP866?) and guess again");
    return at_guess_say(g, "encoding", at_encodings[chosen], sure ? LIKELY : UNSURE, err,
                        sure
                            ? "not UTF-8; read so, the letters make words"
                            : "not UTF-8; another encoding fits almost as well: look at the names");
}

at_status at_guess_encoding(at_guesser *g, at_span bytes, bool whole, at_error *err) {
    at_encoding encoding = AT_UTF_8;
    size_t mark = 0, bad = 0;
    if (at_encoding_mark(&encoding, &mark, bytes)) {
        AT_TRY(keep_text(g, encoding, (at_span){bytes.data + mark, bytes.bytes - mark}, err));
        return at_guess_say(g, "encoding", at_encodings[encoding], 100, err, "a byte order mark");
    }
    if (is_utf16(&encoding, bytes)) {
        AT_TRY(keep_text(g, encoding, (at_span){bytes.data, bytes.bytes & ~(size_t)1}, err));
        return at_guess_say(g, "encoding", at_encodings[encoding], CERTAIN, err,
                            "every other byte is zero");
    }
    if (memchr(bytes.data, '\0', bytes.bytes) != NULL)
        return at_fail(err, AT_BAD_INPUT, "E-GUESS-TABLE", "the file holds zero bytes: no text");
    const bool valid = at_utf8_valid(bytes.data, bytes.bytes, &bad);
    if (!valid && (whole || bytes.bytes - bad >= 4))
        return guess_letters(g, bytes, err);
    AT_TRY(keep_text(g, AT_UTF_8, (at_span){bytes.data, valid ? bytes.bytes : bad}, err));
    return at_guess_say(g, "encoding", "utf-8", CERTAIN, err, "all of it is valid UTF-8");
}
