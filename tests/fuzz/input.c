/* Goal: no bytes bring the unpacking of gzip and zstd down, and a limit is kept.
 * Method: a file in memory, read in lines and in pieces up to a small limit; what comes out must
 * not depend on the size of the pieces. */
#include "engine/base/input.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>

enum { CONTENT_BYTES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint64_t read_pieces(const char *path, size_t piece) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_error err = {0};
    at_span span;
    uint64_t sum = 0;
    if (at_input_open(&in, path, "fuzz", CONTENT_BYTES_MAX, &err) != AT_OK)
        return 0;
    /* Bytes before an error are good, so one is taken where a whole piece cannot be had. */
    for (size_t want = piece;;) {
        const at_status status = at_input_peek(&span, in, want, &err);
        if (status != AT_OK && want == 1)
            return sum;
        if (status != AT_OK) {
            want = 1;
            continue;
        }
        if (span.bytes == 0)
            return sum;
        for (size_t i = 0; i < span.bytes; i++)
            sum = sum * 31 + (unsigned char)span.data[i] + 1;
        at_input_take(in, span.bytes);
        assert(at_input_offset(in) <= CONTENT_BYTES_MAX);
    }
}

static void read_lines(const char *path) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_error err = {0};
    at_span line;
    bool ended = false;
    if (at_input_open(&in, path, "fuzz", CONTENT_BYTES_MAX, &err) != AT_OK)
        return;
    while (!ended && at_input_line(&line, &ended, NULL, NULL, in, 1000, &err) == AT_OK)
        continue;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char path[64];
    const int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, data, bytes) != (ssize_t)bytes)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const uint64_t sum = read_pieces(path, 4096);
    assert(read_pieces(path, 7) == sum);
    read_lines(path);
    close(file);
    return 0;
}
