#include "engine/names/fold.h"

#include <assert.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "engine/base/arena.h"

/* No key of a name is longer; it keeps ICU's int32 lengths far away, NFKC grows up to 18 times. */
enum { TEXT_BYTES_MAX = 1 << 24, SHORT_UNITS = 256 };

/* Letters that users of one language type for those of another. Sorted by `from`. */
static const struct {
    UChar32 from, to;
} letters[] = {
    {0x0131, 'i'},    /* dotless i: capitals of Turkish and Latin names meet */
    {0x0622, 0x0627}, /* alef with madda */
    {0x0623, 0x0627}, /* alef with hamza above */
    {0x0624, 0x0648}, /* waw with hamza */
    {0x0625, 0x0627}, /* alef with hamza below */
    {0x0626, 0x06CC}, /* yeh with hamza */
    {0x0629, 0x0647}, /* teh marbuta */
    {0x0643, 0x06A9}, /* Arabic kaf */
    {0x0649, 0x06CC}, /* alef maksura */
    {0x064A, 0x06CC}, /* Arabic yeh */
    {0x0671, 0x0627}, /* alef wasla */
    {0x06AA, 0x06A9}, /* swash kaf */
    {0x06BE, 0x0647}, /* heh doachashmee */
    {0x06C0, 0x0647}, /* heh with yeh above */
    {0x06C1, 0x0647}, /* heh goal */
    {0x06C2, 0x0647}, /* heh goal with hamza */
    {0x06C3, 0x0647}, /* teh marbuta goal */
    {0x06CD, 0x06CC}, /* yeh with tail */
    {0x06D2, 0x06CC}, /* yeh barree */
    {0x06D3, 0x06CC}, /* yeh barree with hamza */
    {0x06D5, 0x0647}, /* ae, heh in Persian */
};

static UChar32 fold_letter(UChar32 c) {
    for (size_t i = 0; i < AT_COUNT(letters) && letters[i].from <= c; i++)
        if (letters[i].from == c)
            return letters[i].to;
    return c;
}

/* Dropped before NFKC, which would turn the acute accent into a space and a mark. */
static bool is_apostrophe(UChar32 c) {
    return c == '\'' || c == '`' || c == 0x00B4 || (c >= 0x02B9 && c <= 0x02BF) || c == 0x02C8 ||
           c == 0x055A || c == 0x05F3 || (c >= 0x2018 && c <= 0x201B) || c == 0x2032 || c == 0xFF07;
}

/* Tatweel, harakat, Koranic marks, and the dot that case folding leaves behind a Turkish i. */
static bool is_dropped(UChar32 c) {
    return c == 0x0307 || c == 0x0640 || (c >= 0x0610 && c <= 0x061A) ||
           (c >= 0x064B && c <= 0x065F) || c == 0x0670 || (c >= 0x06D6 && c <= 0x06DC) ||
           (c >= 0x06DF && c <= 0x06E8) || (c >= 0x06EA && c <= 0x06ED);
}

static at_status fail_icu(at_error *err, UErrorCode code) {
    if (code == U_MEMORY_ALLOCATION_ERROR)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to fold a text");
    return at_fail(err, AT_BUG, "E-BUG", "ICU cannot fold a text: %s", u_errorName(code));
}

/* `text` as UTF-16 without apostrophes. */
static at_status to_utf16(UChar **out, int32_t *units_out, const char *text, size_t bytes,
                          at_arena *scratch, at_error *err) {
    UChar *units;
    size_t count = 0;
    AT_TRY(AT_NEW(&units, scratch, bytes + 1, err)); /* never more units than bytes */
    for (size_t i = 0; i < bytes;) {
        const UChar32 c = (UChar32)at_utf8_next(text, bytes, &i);
        if (is_apostrophe(c))
            continue;
        if (c > 0xFFFF)
            units[count++] = (UChar)U16_LEAD(c);
        units[count++] = (UChar)(c > 0xFFFF ? U16_TRAIL(c) : c);
    }
    *out = units;
    *units_out = (int32_t)count;
    return AT_OK;
}

static at_status normalize(UChar **out, int32_t *units_out, const UChar *source, int32_t units,
                           at_arena *scratch, at_error *err) {
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&code);
    int32_t capacity = units + SHORT_UNITS, needed = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        AT_TRY(AT_NEW(out, scratch, (size_t)capacity, err));
        needed = unorm2_normalize(nfkc, source, units, *out, capacity, &code);
        if (code != U_BUFFER_OVERFLOW_ERROR)
            break;
        code = U_ZERO_ERROR;
        capacity = needed + 1;
    }
    if (U_FAILURE(code))
        return fail_icu(err, code);
    *units_out = needed;
    return AT_OK;
}

/* What stays of a code point: itself, a digit, a letter of the table; 0 for a gap between words. */
static UChar32 fold_one(UChar32 c) {
    const int8_t category = u_charType(c);
    if (category == U_DECIMAL_DIGIT_NUMBER)
        return '0' + u_charDigitValue(c);
    const bool kept = u_isalnum(c) || category == U_NON_SPACING_MARK ||
                      category == U_COMBINING_SPACING_MARK || category == U_ENCLOSING_MARK ||
                      category == U_LETTER_NUMBER || category == U_OTHER_NUMBER;
    return kept ? fold_letter(c) : 0;
}

static at_status add_folded(at_text *out, const UChar *units, int32_t count, at_error *err) {
    bool gap = false;
    const size_t start = out->bytes;
    for (int32_t i = 0; i < count;) {
        UChar32 c;
        U16_NEXT(units, i, count, c);
        if (is_dropped(c) || is_apostrophe(c)) /* NFKC makes new apostrophes, as of U+0149 */
            continue;
        c = fold_one(c);
        if (c == 0) {
            gap = true;
            continue;
        }
        if (gap && out->bytes > start)
            AT_TRY(at_text_add_char(out, ' ', err));
        gap = false;
        AT_TRY(at_utf8_add(out, (uint32_t)c, err));
    }
    return AT_OK;
}

at_status at_fold_key(at_text *out, const char *text, at_error *err) {
    assert(out != NULL && text != NULL);
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    const size_t bytes = strlen(text);
    size_t bad = 0;
    if (bytes > TEXT_BYTES_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a text of %zu bytes is too long to fold", bytes);
    if (!at_utf8_valid(text, bytes, &bad))
        return at_fail(err, AT_BAD_INPUT, "E-TEXT-UTF8", "byte %zu of a text is not UTF-8", bad);
    UChar *units = NULL, *folded = NULL;
    int32_t unit_count = 0, folded_count = 0;
    AT_TRY(to_utf16(&units, &unit_count, text, bytes, &scratch, err));
    AT_TRY(normalize(&folded, &folded_count, units, unit_count, &scratch, err));
    const size_t start = out->bytes;
    const at_status status = add_folded(out, folded, folded_count, err);
    if (status != AT_OK && out->data != NULL) { /* as before, not half a key */
        out->bytes = start;
        out->data[start] = '\0';
    }
    return status;
}
