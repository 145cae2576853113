/* Goal: content comes out byte for byte with exact offsets, however it is packed and however the
 * reads fall; a damaged stream gives what is good and then says where it broke.
 * Method: the same stories over plain, gzip and zstd files. Large streams are packed here without
 * compression (stored blocks), by code that shares nothing with the libraries that unpack them;
 * small ones are what gzip(1) and zstd(1) made, cut and changed at every byte. */
#include "engine/base/input.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "engine/base/file.h"

enum { LARGE_BYTES = 3 << 20 };

static char root[64], path[128];
static char large[LARGE_BYTES]; /* lines of many lengths, with CRLF, LF, NUL bytes */

typedef enum packing_kind { PLAIN, GZIP, ZSTD, PACKINGS } packing_kind;

/* --- packing without compression ----------------------------------------------------------- */

static uint32_t crc32_of(const char *data, size_t bytes) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return crc ^ 0xFFFFFFFF;
}

static void add_number(at_text *out, uint64_t number, int bytes) {
    for (int i = 0; i < bytes; i++)
        assert_int_equal(at_text_add_char(out, (char)(number >> 8 * i & 0xFF), NULL), AT_OK);
}

/* RFC 1952 section 2.3, RFC 1951 section 3.2.4. */
static void add_gzip_member(at_text *out, const char *data, size_t bytes) {
    assert_int_equal(at_text_add_bytes(out, "\x1F\x8B\x08\0\0\0\0\0\0\x03", 10, NULL), AT_OK);
    const char *next = data;
    size_t left = bytes;
    do {
        const size_t piece = left < 60000 ? left : 60000;
        add_number(out, piece == left, 1);
        add_number(out, piece, 2);
        add_number(out, ~piece, 2);
        assert_int_equal(at_text_add_bytes(out, next, piece, NULL), AT_OK);
        next += piece;
        left -= piece;
    } while (left > 0);
    add_number(out, crc32_of(data, bytes), 4);
    add_number(out, bytes, 4);
}

/* RFC 8878 section 3.1.1: a window of 2 MiB, raw blocks, no checksum. */
static void add_zstd_frame(at_text *out, const char *data, size_t bytes) {
    assert_int_equal(at_text_add_bytes(out, "\x28\xB5\x2F\xFD\0\x58", 6, NULL), AT_OK);
    do {
        const size_t piece = bytes < 100000 ? bytes : 100000;
        add_number(out, (piece == bytes) | piece << 3, 3);
        assert_int_equal(at_text_add_bytes(out, data, piece, NULL), AT_OK);
        data += piece;
        bytes -= piece;
    } while (bytes > 0);
}

static void write_file(const void *data, size_t bytes) {
    assert_int_equal(at_file_write(path, data, bytes, 0600, NULL), AT_OK);
}

/* In two members or frames, with an empty one between. */
static void pack(packing_kind kind, const char *data, size_t bytes) {
    AT_CLEANUP(at_text_clear) at_text packed = {0};
    const size_t first = bytes / 3;
    if (kind == PLAIN) {
        write_file(data, bytes);
        return;
    }
    void (*const add)(at_text *, const char *, size_t) =
        kind == GZIP ? add_gzip_member : add_zstd_frame;
    add(&packed, data, first);
    add(&packed, "", 0);
    add(&packed, data + first, bytes - first);
    write_file(packed.data, packed.bytes);
}

/* --- reading --------------------------------------------------------------------------------- */

/* Everything there is, by peeks of `step` bytes; *got is what came before the end or the error. */
static at_status read_all(at_text *got, uint64_t limit, size_t step, at_error *err) {
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    at_span span;
    AT_TRY(at_input_open(&input, path, "file", limit, err));
    do {
        AT_TRY(at_input_peek(&span, input, step, err));
        AT_TRY(at_text_add_bytes(got, span.data, span.bytes, err));
        at_input_take(input, span.bytes);
        assert_int_equal(at_input_offset(input), got->bytes);
    } while (span.bytes == step);
    return AT_OK;
}

static void fill_large(void) {
    uint32_t random = 1;
    for (size_t i = 0, line_end = 0; i < LARGE_BYTES; i++) {
        random = random * 1664525 + 1013904223;
        large[i] = (char)(random >> 24 == '\n' ? 0 : random >> 24);
        if (i < line_end)
            continue;
        if (i > 0 && random >> 30 == 0)
            large[i - 1] = '\r';
        large[i] = '\n';
        line_end = i + 1 + (random >> 8) % 5000;
        if (i % 97 == 0) /* now and then one that is longer than a window */
            line_end += 300000;
    }
}

static void test_offsets_across_windows(void **state) {
    (void)state;
    for (packing_kind kind = PLAIN; kind < PACKINGS; kind++) {
        AT_CLEANUP(at_input_close) at_input *input = NULL;
        pack(kind, large, LARGE_BYTES);
        assert_int_equal(at_input_open(&input, path, "file", 0, NULL), AT_OK);
        size_t at = 0, lines = 0;
        for (bool ended = false;; lines++) {
            at_span line;
            uint64_t offset = 0;
            size_t bytes = 0;
            assert_int_equal(at_input_line(&line, &ended, &offset, &bytes, input, 1 << 20, NULL),
                             AT_OK);
            if (ended)
                break;
            const char *feed = memchr(large + at, '\n', LARGE_BYTES - at);
            const size_t whole = feed != NULL ? (size_t)(feed - large) + 1 - at : LARGE_BYTES - at;
            assert_int_equal(offset, at);
            assert_int_equal(bytes, whole);
            const bool crlf = feed != NULL && whole > 1 && feed[-1] == '\r';
            assert_int_equal(line.bytes, whole - (feed != NULL) - crlf);
            assert_memory_equal(line.data, large + at, line.bytes);
            at += whole;
        }
        assert_int_equal(at, LARGE_BYTES);
        assert_in_range(lines, 100, 3000);
    }
}

static void test_peeks_of_every_size(void **state) {
    (void)state;
    static const size_t steps[] = {1,      4095,    131072,      262143,
                                   262145, 1000003, LARGE_BYTES, AT_INPUT_WINDOW_MAX};
    for (packing_kind kind = PLAIN; kind < PACKINGS; kind++) {
        pack(kind, large, LARGE_BYTES);
        for (size_t i = 0; i < AT_COUNT(steps); i++) {
            AT_CLEANUP(at_text_clear) at_text got = {0};
            assert_int_equal(read_all(&got, 0, steps[i], NULL), AT_OK);
            assert_int_equal(got.bytes, LARGE_BYTES);
            assert_memory_equal(got.data, large, LARGE_BYTES);
        }
    }
}

/* --- damage ---------------------------------------------------------------------------------- */

static const char small_content[] = "id,amount\nA1,125000\nB2,-7\n";
/* gzip -n and zstd --check of it */
static const unsigned char small_gzip[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x4c, 0xd1, 0x49, 0xcc, 0xcd,
    0x2f, 0xcd, 0x2b, 0xe1, 0x72, 0x34, 0xd4, 0x31, 0x34, 0x32, 0x35, 0x30, 0x30, 0xe0, 0x72, 0x32,
    0xd2, 0xd1, 0x35, 0xe7, 0x02, 0x00, 0x64, 0xcf, 0x2c, 0x36, 0x1a, 0x00, 0x00, 0x00,
};
static const unsigned char small_zstd[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x1a, 0xd1, 0x00, 0x00, 0x69, 0x64, 0x2c, 0x61,
    0x6d, 0x6f, 0x75, 0x6e, 0x74, 0x0a, 0x41, 0x31, 0x2c, 0x31, 0x32, 0x35, 0x30,
    0x30, 0x30, 0x0a, 0x42, 0x32, 0x2c, 0x2d, 0x37, 0x0a, 0xc8, 0x0b, 0x3a, 0xc0,
};
static const struct {
    const unsigned char *data;
    size_t bytes, magic_bytes;
} small[] = {{small_gzip, sizeof small_gzip, 3}, {small_zstd, sizeof small_zstd, 4}};

static void test_cut_anywhere(void **state) {
    (void)state;
    for (size_t kind = 0; kind < AT_COUNT(small); kind++) {
        for (size_t bytes = 0; bytes <= small[kind].bytes; bytes++) {
            AT_CLEANUP(at_text_clear) at_text got = {0};
            at_error err = {0};
            char words[64];
            write_file(small[kind].data, bytes);
            const at_status status = read_all(&got, 0, 1, &err);
            if (bytes < small[kind].magic_bytes) { /* too short to be anything but itself */
                assert_int_equal(status, AT_OK);
                assert_memory_equal(at_text_string(&got), small[kind].data, bytes);
                continue;
            }
            assert_int_equal(status, bytes == small[kind].bytes ? AT_OK : AT_BAD_INPUT);
            assert_memory_equal(at_text_string(&got), small_content, got.bytes);
            if (status == AT_OK) {
                assert_int_equal(got.bytes, sizeof small_content - 1);
                continue;
            }
            assert_string_equal(err.code, "E-INPUT-DAMAGED");
            (void)snprintf(words, sizeof words, "stops in the middle after %zu bytes of content",
                           got.bytes);
            assert_non_null(strstr(err.message, words));
            (void)snprintf(words, sizeof words, "byte %zu of the file", bytes);
            assert_non_null(strstr(err.message, words));
        }
    }
}

static void test_changed_anywhere(void **state) {
    (void)state;
    for (size_t kind = 0; kind < AT_COUNT(small); kind++) {
        int refused = 0;
        for (size_t bit = 8 * small[kind].magic_bytes; bit < 8 * small[kind].bytes; bit++) {
            AT_CLEANUP(at_text_clear) at_text got = {0};
            unsigned char changed[64];
            memcpy(changed, small[kind].data, small[kind].bytes);
            changed[bit / 8] ^= (unsigned char)(1 << bit % 8);
            write_file(changed, small[kind].bytes);
            const at_status status = read_all(&got, 0, 10, NULL);
            /* gzip's time and system bytes say nothing about the content. */
            if (status == AT_OK)
                assert_string_equal(got.data, small_content);
            else
                refused++;
        }
        assert_in_range(refused, 7 * (int)(small[kind].bytes - 14), 8 * small[kind].bytes);
    }
}

static void test_bytes_after_the_end(void **state) {
    (void)state;
    for (size_t kind = 0; kind < AT_COUNT(small); kind++) {
        AT_CLEANUP(at_text_clear) at_text packed = {0}, got = {0}, twice = {0};
        at_error err = {0};
        assert_int_equal(at_text_add_bytes(&packed, small[kind].data, small[kind].bytes, NULL),
                         AT_OK);
        assert_int_equal(at_text_add(&packed, "and more", NULL), AT_OK);
        write_file(packed.data, packed.bytes);
        assert_int_equal(read_all(&got, 0, 1, &err), AT_BAD_INPUT);
        assert_string_equal(got.data, small_content);
        assert_non_null(strstr(err.message, "after 26 bytes of content"));
        /* Twice the same stream is twice the content. */
        packed.bytes = small[kind].bytes;
        assert_int_equal(at_text_add_bytes(&packed, small[kind].data, small[kind].bytes, NULL),
                         AT_OK);
        write_file(packed.data, packed.bytes);
        assert_int_equal(read_all(&twice, 0, 7, NULL), AT_OK);
        assert_int_equal(twice.bytes, 2 * (sizeof small_content - 1));
    }
}

/* An error is told to who asks for the bytes behind it, whatever the size of the question. */
static void test_good_bytes_before_the_damage(void **state) {
    (void)state;
    for (packing_kind kind = GZIP; kind < PACKINGS; kind++) {
        AT_CLEANUP(at_text_clear) at_text packed = {0};
        pack(kind, large, LARGE_BYTES);
        assert_int_equal(at_file_read(&packed, path, 0, NULL), AT_OK);
        write_file(packed.data, packed.bytes / 2);
        uint64_t good = 0;
        for (size_t want = 1; want < LARGE_BYTES; want += want < 1000000 ? 250007 : 100003) {
            AT_CLEANUP(at_input_close) at_input *input = NULL;
            at_span span;
            at_error err = {0};
            assert_int_equal(at_input_open(&input, path, "file", 0, NULL), AT_OK);
            const at_status status = at_input_peek(&span, input, want, &err);
            if (status == AT_OK) {
                assert_int_equal(span.bytes, want);
                assert_memory_equal(span.data, large, want);
                assert_true(good == 0);
                continue;
            }
            assert_int_equal(status, AT_BAD_INPUT);
            const uint64_t broken = strtoull(strstr(err.message, "after ") + 6, NULL, 10);
            assert_true(good == 0 || good == broken);
            assert_in_range(broken, LARGE_BYTES / 2 - 200000, want - 1);
            good = broken;
        }
        assert_true(good > 0);
    }
}

static void test_zstd_window_has_a_limit(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text got = {0};
    at_error err = {0};
    write_file("\x28\xB5\x2F\xFD\0\xA8\x01\0\0", 9); /* asks for a window of 2 GiB */
    assert_int_equal(read_all(&got, 0, 1, &err), AT_LIMIT);
    assert_string_equal(err.code, "E-LIMIT");
    write_file("\x50\x2A\x4D\x18\x02\0\0\0xy\x28\xB5\x2F\xFD\0\x58\x09\0\0a", 20);
    assert_int_equal(read_all(&got, 0, 1, &err), AT_OK); /* after a skippable frame */
    assert_string_equal(got.data, "a");
}

static void test_content_limit(void **state) {
    (void)state;
    static const struct {
        size_t content;
        uint64_t limit;
        at_status status;
    } rows[] = {
        {100, 100, AT_OK},          {101, 100, AT_LIMIT},    {1, 1, AT_OK},
        {2, 1, AT_LIMIT},           {300000, 300000, AT_OK}, {300001, 300000, AT_LIMIT},
        {LARGE_BYTES, 5, AT_LIMIT}, {262144, 262144, AT_OK}, {262145, 262144, AT_LIMIT},
    };
    for (packing_kind kind = PLAIN; kind < PACKINGS; kind++) {
        for (size_t i = 0; i < AT_COUNT(rows); i++) {
            AT_CLEANUP(at_text_clear) at_text got = {0};
            at_error err = {0};
            pack(kind, large, rows[i].content);
            assert_int_equal(read_all(&got, rows[i].limit, 1, &err), rows[i].status);
            assert_int_equal(got.bytes, rows[i].limit); /* all that is allowed, and no byte more */
            assert_string_equal(err.code, rows[i].status == AT_OK ? "" : "E-LIMIT");
        }
    }
}

static void test_what_cannot_be_opened(void **state) {
    (void)state;
    at_input *input = NULL;
    at_error err = {0};
    assert_int_equal(at_input_open(&input, root, "the folder", 0, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_non_null(strstr(err.message, "\"the folder\" is not a file but a folder"));
    (void)unlink(path);
    assert_int_equal(at_input_open(&input, path, "bank.csv", 0, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-MISSING");
    assert_string_equal(err.message, "\"bank.csv\" does not exist");
    assert_null(input);
    /* Opens, but its first byte cannot be read: EIO. */
    AT_CLEANUP(at_input_close) at_input *memory = NULL;
    at_span span;
    assert_int_equal(at_input_open(&memory, "/proc/self/mem", "mem", 0, &err), AT_OK);
    assert_int_equal(at_input_peek(&span, memory, 1, &err), AT_IO);
    assert_string_equal(err.code, "E-IO");
    assert_int_equal(at_input_peek(&span, memory, 1, &err), AT_IO);
}

static void test_each_allocation_may_fail(void **state) {
    (void)state;
    for (packing_kind kind = PLAIN; kind < PACKINGS; kind++) {
        pack(kind, large, LARGE_BYTES);
        int failures = 0;
        for (uint64_t n = 1; n < 200; n++) {
            AT_CLEANUP(at_text_clear) at_text got = {0};
            at_error err = {0};
            at_memory_fail_after(n);
            const at_status status = read_all(&got, 0, 600000, &err);
            at_memory_fail_after(0);
            assert_memory_equal(at_text_string(&got), large, got.bytes);
            if (status == AT_OK)
                break;
            assert_int_equal(status, AT_NO_MEMORY);
            assert_string_equal(err.code, "E-MEMORY");
            failures++;
        }
        assert_in_range(failures, kind == GZIP ? 8 : 6, 198);
    }
}

/* Take `taken` bytes, go back, and read everything: the same bytes as at first, offsets from 0. */
static void test_read_again(void **state) {
    (void)state;
    static const size_t taken[] = {0, 1, 300000, LARGE_BYTES};
    for (packing_kind kind = PLAIN; kind < PACKINGS; kind++) {
        pack(kind, large, LARGE_BYTES);
        for (size_t i = 0; i < AT_COUNT(taken); i++) {
            AT_CLEANUP(at_input_close) at_input *input = NULL;
            at_error err = {0};
            at_span span;
            assert_int_equal(at_input_open(&input, path, "again", 0, &err), AT_OK);
            for (int round = 0; round < 2; round++) {
                size_t bytes = 0;
                assert_int_equal(at_input_offset(input), 0);
                do {
                    assert_int_equal(at_input_peek(&span, input, 70000, &err), AT_OK);
                    assert_memory_equal(span.data, large + bytes, span.bytes);
                    at_input_take(input, span.bytes);
                    bytes += span.bytes;
                } while (span.bytes > 0 && (round == 1 || bytes < taken[i]));
                if (round == 1)
                    assert_int_equal(bytes, LARGE_BYTES);
                assert_int_equal(at_input_offset(input), bytes);
                assert_int_equal(at_input_rewind(input, &err), AT_OK);
            }
        }
    }
    AT_CLEANUP(at_input_close) at_input *pipe_end = NULL;
    at_error err = {0};
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    const int writer = open(path, O_RDWR);
    assert_int_equal(write(writer, "[{}]", 4), 4);
    assert_int_equal(at_input_open(&pipe_end, path, "pipe", 0, &err), AT_OK);
    assert_int_equal(at_input_rewind(pipe_end, &err), AT_IO);
    assert_string_equal(err.code, "E-INPUT-AGAIN");
    assert_int_equal(close(writer), 0);
    (void)unlink(path);
}

static int set_up(void **state) {
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/assettrace-test-XXXXXX");
    if (mkdtemp(root) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/file", root);
    fill_large();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    return at_folder_remove(root, NULL) != AT_OK;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets_across_windows),
        cmocka_unit_test(test_peeks_of_every_size),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_changed_anywhere),
        cmocka_unit_test(test_bytes_after_the_end),
        cmocka_unit_test(test_good_bytes_before_the_damage),
        cmocka_unit_test(test_zstd_window_has_a_limit),
        cmocka_unit_test(test_content_limit),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_each_allocation_may_fail),
        cmocka_unit_test(test_read_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
