/* random.c: numbers that are the same on every machine, and the sheets that take them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("worldmaker: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

/* SplitMix64 (Steele, Lea, Flood 2014): one word of state, any seed will do. */
uint64_t draw(wm_stream *from) {
    uint64_t z = from->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

wm_stream stream_of(uint64_t seed, uint64_t purpose) {
    wm_stream mixed = {seed * 0x100000001b3u + purpose};
    return (wm_stream){draw(&mixed) ^ (purpose << 32)};
}

/* The bias of the remainder is far below anything a test could see. Never two calls in one
 * expression: which comes first is the compiler's choice. */
int64_t between(wm_stream *from, int64_t low, int64_t high) {
    return low + (int64_t)(draw(from) % (uint64_t)(high - low + 1));
}

void shuffle(wm_stream *from, size_t *items, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)between(from, 0, (int64_t)i - 1), held = items[i - 1];
        items[i - 1] = items[k];
        items[k] = held;
    }
}

static void *grown(void *items, size_t bytes) {
    void *out = realloc(items, bytes);
    if (!out)
        die("out of memory");
    return out;
}

static void append(wm_sheet *to, const char *bytes, size_t count) {
    if (to->bytes + count + 1 > to->capacity) {
        to->capacity = 2 * (to->bytes + count + 1);
        to->data = grown(to->data, to->capacity);
    }
    memcpy(to->data + to->bytes, bytes, count);
    to->bytes += count;
    to->data[to->bytes] = '\0';
}

void sheet_line(wm_sheet *to, const char *line) {
    to->starts = grown(to->starts, (to->count + 1) * sizeof *to->starts);
    to->starts[to->count++] = to->bytes;
    append(to, line, strlen(line));
    append(to, "\n", 1);
    to->fixed = to->count;
}

void sheet_field(wm_sheet *to, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof text)
        die("a field is too long");
    if (!to->open) {
        to->starts = grown(to->starts, (to->count + 1) * sizeof *to->starts);
        to->starts[to->count++] = to->bytes;
        to->open = true;
    } else {
        append(to, &to->delimiter, 1);
    }
    char special[] = {to->delimiter, '"', '\n', '\0'};
    if (!strpbrk(text, special)) {
        append(to, text, (size_t)length);
        return;
    }
    append(to, "\"", 1);
    for (const char *c = text; *c; c++)
        append(to, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    append(to, "\"", 1);
}

void sheet_end(wm_sheet *to) {
    append(to, "\n", 1);
    to->open = false;
}

FILE *open_file(const wm_world *w, const char *name) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", w->out, name);
    if (length < 0 || (size_t)length >= sizeof path)
        die("the path \"%s\" is too long", w->out);
    FILE *file = fopen(path, "wb");
    if (!file)
        die("cannot write \"%s\"", path);
    return file;
}

void close_file(FILE *file) {
    if (fflush(file) != 0 || ferror(file) || fclose(file) != 0)
        die("cannot write: the disk may be full");
}

void sheet_free(wm_sheet *of) {
    free(of->data);
    free(of->starts);
    *of = (wm_sheet){0};
}

void sheet_write(wm_world *w, wm_sheet *from, const char *name, bool ordered) {
    size_t rows = from->count - from->fixed;
    size_t *order = grown(NULL, (rows + 1) * sizeof *order);
    for (size_t i = 0; i < rows; i++)
        order[i] = from->fixed + i;
    if (w->permute && !ordered)
        shuffle(&w->ids, order, rows);
    FILE *file = open_file(w, name);
    if (from->count)
        fwrite(from->data, 1, from->fixed < from->count ? from->starts[from->fixed] : from->bytes,
               file);
    for (size_t i = 0; i < rows; i++) {
        size_t start = from->starts[order[i]];
        size_t end = order[i] + 1 < from->count ? from->starts[order[i] + 1] : from->bytes;
        fwrite(from->data + start, 1, end - start, file);
    }
    close_file(file);
    free(order);
    sheet_free(from);
}
