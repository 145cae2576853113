/* Goal: every byte of every encoding becomes the character it stands for, or is refused by offset.
 * Method: all 256 bytes against ICU's converters; a table of UTF-16 and refusals. */
#include "engine/names/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

#include <cmocka.h>

#include "engine/base/arena.h"

/* What ICU makes of one byte, as UTF-8; false where the byte is not assigned. */
static bool icu_decode(char out[8], const char *name, char byte) {
    UErrorCode code = U_ZERO_ERROR;
    UChar unit[4] = {0};
    UConverter *converter = ucnv_open(name, &code);
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &code);
    assert_true(U_SUCCESS(code));
    const int32_t count = ucnv_toUChars(converter, unit, 4, &byte, 1, &code);
    ucnv_close(converter);
    if (U_FAILURE(code) || count != 1 || unit[0] == 0xFFFD)
        return false;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    assert_int_equal(at_utf8_add(&text, unit[0], NULL), AT_OK);
    memcpy(out, at_text_string(&text), text.bytes + 1);
    return true;
}

static void test_every_byte(void **state) {
    (void)state;
    /* ICU's windows converters map unassigned bytes to C1 controls; the strict tables are ibm-. */
    static const struct {
        at_encoding encoding;
        const char *icu;
        int assigned;
    } rows[] = {
        {AT_WINDOWS_1251, "windows-1251", 254}, {AT_WINDOWS_1256, "windows-1256", 255},
        {AT_ISO_8859_1, "iso-8859-1", 255},     {AT_ISO_8859_5, "iso-8859-5", 255},
        {AT_ISO_8859_6, "iso-8859-6", 210},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        int assigned = 0;
        for (int byte = 1; byte < 256; byte++) {
            AT_CLEANUP(at_text_clear) at_text out = {0};
            const char c = (char)byte;
            char wanted[8] = "";
            const at_span span = {&c, 1};
            size_t bad = 7;
            const at_status status = at_encoding_decode(&out, rows[i].encoding, span, &bad, NULL);
            const bool known = icu_decode(wanted, rows[i].icu, c);
            if (status == AT_OK) {
                assigned++;
                assert_true(known);
                assert_string_equal(at_text_string(&out), wanted);
                continue;
            }
            assert_int_equal(status, AT_BAD_INPUT);
            assert_int_equal(bad, 0);
            /* Refused by us, at most a C1 control for ICU. */
            assert_true(!known || wanted[0] == '\xC2');
        }
        assert_int_equal(assigned, rows[i].assigned);
    }
}

static void test_stories(void **state) {
    (void)state;
    static const struct {
        const char *story;
        at_encoding encoding;
        const char *bytes;
        size_t count;
        const char *text; /* NULL: refused */
        size_t bad;
    } rows[] = {
        {"Russian", AT_WINDOWS_1251, "\xD1\xF7\xB8\xF2", 4, "Счёт", 0},
        {"Arabic", AT_WINDOWS_1256, "\xC8\xE4\xDF", 3, "بنك", 0},
        {"Persian letters of windows-1256", AT_WINDOWS_1256, "\x81\x8D\x8E\x90", 4, "پچژگ", 0},
        {"an unassigned byte", AT_WINDOWS_1251, "ab\x98", 3, NULL, 2},
        {"an unassigned byte of ISO 8859-6", AT_ISO_8859_6, "\xC7\xA1", 2, NULL, 1},
        {"French", AT_ISO_8859_1, "caf\xE9", 4, "café", 0},
        {"UTF-8 as it is", AT_UTF_8, "علی", 6, "علی", 0},
        {"half a character", AT_UTF_8, "ab\xD8", 3, NULL, 2},
        {"a surrogate in UTF-8", AT_UTF_8, "\xED\xA0\x80", 3, NULL, 0},
        {"a NUL in UTF-8", AT_UTF_8, "a\0b", 3, NULL, 1},
        {"a NUL in a single-byte encoding", AT_WINDOWS_1256, "a\0b", 3, NULL, 1},
        {"little-endian", AT_UTF_16LE, "A\0\x39\x06", 4, "Aع", 0},
        {"big-endian", AT_UTF_16BE, "\0A\x06\x39", 4, "Aع", 0},
        {"a pair of surrogates", AT_UTF_16LE, "\x3D\xD8\x02\xDE", 4, "😂", 0},
        {"a pair, big-endian", AT_UTF_16BE, "\xD8\x3D\xDE\x02", 4, "😂", 0},
        {"the last pair there is", AT_UTF_16BE, "\xDB\xFF\xDF\xFF", 4, "\xF4\x8F\xBF\xBF", 0},
        {"a lone first half", AT_UTF_16LE,
         "A\0\x3D\xD8"
         "B\0",
         6, NULL, 2},
        {"a first half at the end", AT_UTF_16LE, "A\0\x3D\xD8", 4, NULL, 2},
        {"two first halves", AT_UTF_16BE, "\xD8\x3D\xE0\x00", 4, NULL, 0},
        {"a lone second half", AT_UTF_16LE, "\x02\xDE", 2, NULL, 0},
        {"half a unit", AT_UTF_16LE, "A\0B", 3, NULL, 2},
        {"a NUL in UTF-16", AT_UTF_16BE, "\0A\0\0", 4, NULL, 2},
        {"nothing", AT_UTF_16BE, "", 0, "", 0},
        {"nothing of UTF-8", AT_UTF_8, "", 0, "", 0},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        AT_CLEANUP(at_text_clear) at_text out = {0};
        size_t bad = 77;
        const at_span span = {rows[i].bytes, rows[i].count};
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_text_add(&out, "kept:", NULL), AT_OK);
        const at_status status = at_encoding_decode(&out, rows[i].encoding, span, &bad, &err);
        assert_int_equal(status, rows[i].text != NULL ? AT_OK : AT_BAD_INPUT);
        assert_true(at_text_starts(at_text_string(&out), "kept:"));
        assert_string_equal(at_text_string(&out) + 5, rows[i].text != NULL ? rows[i].text : "");
        if (rows[i].text == NULL) {
            assert_int_equal(bad, rows[i].bad);
            assert_string_equal(err.code, "E-ENCODING-BYTE");
            assert_int_equal(at_encoding_decode(&out, rows[i].encoding, span, NULL, NULL), status);
        }
    }
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int encoding; /* -1: refused */
    } rows[] = {
        {"utf-8", AT_UTF_8},
        {"UTF8", AT_UTF_8},
        {"ascii", AT_UTF_8},
        {"UTF-16LE", AT_UTF_16LE},
        {"utf_16be", AT_UTF_16BE},
        {"Windows-1251", AT_WINDOWS_1251},
        {"CP1251", AT_WINDOWS_1251},
        {"cp-1256", AT_WINDOWS_1256},
        {"iso-8859-1", AT_ISO_8859_1},
        {"Latin1", AT_ISO_8859_1},
        {"ISO_8859-5", AT_ISO_8859_5},
        {"iso-8859-6", AT_ISO_8859_6},
        {"iso-8859-2", -1},
        {"utf-16", -1},
        {"", -1},
        {"an encoding of a very long name that nobody ever saw", -1},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        at_encoding encoding = AT_ISO_8859_6;
        const at_status status = at_encoding_parse(&encoding, rows[i].name, &err);
        assert_int_equal(status, rows[i].encoding < 0 ? AT_BAD_INPUT : AT_OK);
        assert_int_equal(encoding, rows[i].encoding < 0 ? AT_ISO_8859_6 : rows[i].encoding);
        assert_string_equal(err.code, rows[i].encoding < 0 ? "E-ENCODING-NAME" : "");
        assert_int_equal(err.hint[0] != '\0', rows[i].encoding < 0);
    }
    for (int encoding = AT_UTF_8; encoding <= AT_ISO_8859_6; encoding++) {
        at_encoding back = AT_UTF_8;
        assert_int_equal(at_encoding_parse(&back, at_encodings[encoding], NULL), AT_OK);
        assert_int_equal(back, encoding);
        const bool wide = encoding == AT_UTF_16LE || encoding == AT_UTF_16BE;
        assert_int_equal(at_encoding_unit_bytes((at_encoding)encoding), wide ? 2 : 1);
    }
    assert_null(at_encodings[AT_ISO_8859_6 + 1]);
}

static void test_marks(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        int encoding; /* -1: no mark */
        size_t mark_bytes;
    } rows[] = {
        {"\xEF\xBB\xBF"
         "a",
         4, AT_UTF_8, 3},
        {"\xFF\xFE"
         "a",
         3, AT_UTF_16LE, 2},
        {"\xFE\xFF", 2, AT_UTF_16BE, 2},
        {"\xEF\xBB", 2, -1, 0},
        {"\xFF", 1, -1, 0},
        {"abc", 3, -1, 0},
        {"", 0, -1, 0},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_encoding encoding = AT_ISO_8859_6;
        size_t mark_bytes = 7;
        const bool found =
            at_encoding_mark(&encoding, &mark_bytes, (at_span){rows[i].bytes, rows[i].count});
        assert_int_equal(found, rows[i].encoding >= 0);
        assert_int_equal(encoding, found ? rows[i].encoding : AT_ISO_8859_6);
        assert_int_equal(mark_bytes, found ? rows[i].mark_bytes : 7);
    }
}

static void test_memory_runs_out(void **state) {
    (void)state;
    for (int encoding = AT_UTF_8; encoding <= AT_ISO_8859_6; encoding++) {
        char bytes[200];
        memset(bytes, 'a', sizeof bytes);
        at_status status = AT_NO_MEMORY;
        uint64_t n = 0;
        while (status != AT_OK) {
            AT_CLEANUP(at_text_clear) at_text out = {0};
            at_memory_fail_after(++n);
            const at_span span = {bytes, sizeof bytes};
            status = at_encoding_decode(&out, (at_encoding)encoding, span, NULL, NULL);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || (status == AT_NO_MEMORY && out.bytes == 0));
        }
        assert_true(n > 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte),      cmocka_unit_test(test_stories),
        cmocka_unit_test(test_names),           cmocka_unit_test(test_marks),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
