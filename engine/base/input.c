#include "engine/base/input.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "engine/base/arena.h"
#include "engine/base/file.h"

enum {
    RAW_BYTES = 128 << 10, /* compressed bytes read at a time */
    WINDOW_FIRST_BYTES = 256 << 10,
    MAGIC_BYTES = 4,
    ZSTD_WINDOW_LOG_MAX = 27, /* 128 MiB, the largest window stock zstd opens unasked */
};
static const uint64_t content_limit_default = UINT64_C(1) << 40;

static at_unpacking unpacking = {.content_bytes = AT_INPUT_UNPACKED_MAX,
                                 .ratio = AT_INPUT_RATIO_MAX};

typedef enum packing_kind { PLAIN, GZIP, ZSTD } packing_kind;

/*
 * Invariants: window[start..end) is content not yet taken, beginning at `offset`. `failure` holds
 * what goes wrong at offset + (end - start), and is told only to who asks for bytes beyond: so the
 * place of an error does not depend on how the reads happened to fall.
 */
struct at_input {
    char *name;
    char *window;        /* ours */
    const char *content; /* where the window's bytes are: `window`, or the caller's memory */
    size_t capacity, start, end;
    size_t peeked;   /* what the last peek gave: the most that may be taken */
    uint64_t offset; /* of content[start] */
    uint64_t limit_bytes;
    bool ended; /* nothing comes after content[end] */
    at_error failure;

    int descriptor; /* -1 for content in memory */
    packing_kind packing;
    unsigned char *raw; /* compressed bytes: raw[raw_start..raw_end) */
    size_t raw_start, raw_end;
    uint64_t raw_offset; /* in the file, of raw[raw_end] */
    bool raw_ended;
    bool in_member; /* inside a gzip member or zstd frame: the end would be a truncation */
    bool gzip_open;
    z_stream gzip;
    ZSTD_DCtx *zstd;
    uint64_t again_bytes;      /* see at_input_again_bytes */
    at_input_watcher *watcher; /* may be NULL */
    void *watcher_self;
};

static void *allocate_for_zlib(void *unused, unsigned count, unsigned size) {
    (void)unused;
    return at_memory_resize(NULL, (size_t)count * size);
}

static void release_for_zlib(void *unused, void *memory) {
    (void)unused;
    at_memory_resize(memory, 0);
}

void at_input_close(at_input **input) {
    at_input *in = *input;
    if (in == NULL)
        return;
    if (in->gzip_open)
        (void)inflateEnd(&in->gzip);
    (void)ZSTD_freeDCtx(in->zstd);
    if (in->descriptor >= 0)
        (void)close(in->descriptor);
    at_memory_resize(in->raw, 0);
    at_memory_resize(in->window, 0);
    at_memory_resize(in->name, 0);
    at_memory_resize(in, 0);
    *input = NULL;
}

static at_status fail_memory(at_error *err, const char *name) {
    return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to read \"%s\"", name);
}

static at_status make_input(at_input **out, const char *name, at_error *err) {
    const size_t bytes = strlen(name) + 1;
    at_input *in = at_memory_resize(NULL, sizeof *in);
    if (in == NULL)
        return fail_memory(err, name);
    *in = (at_input){.descriptor = -1, .limit_bytes = content_limit_default};
    in->name = at_memory_resize(NULL, bytes);
    if (in->name == NULL) {
        at_input_close(&in);
        return fail_memory(err, name);
    }
    memcpy(in->name, name, bytes);
    *out = in;
    return AT_OK;
}

at_status at_input_open_memory(at_input **out, const void *data, size_t bytes, const char *name,
                               at_error *err) {
    assert(data != NULL || bytes == 0);
    AT_TRY(make_input(out, name, err));
    (*out)->content = bytes > 0 ? data : "";
    (*out)->end = bytes;
    (*out)->ended = true;
    return AT_OK;
}

void at_input_unpacking(const at_unpacking *limits) {
    assert(limits->content_bytes > 0 && limits->ratio > 0);
    unpacking = *limits;
}

const char *at_input_name(const at_input *input) {
    return input->name;
}

uint64_t at_input_offset(const at_input *input) {
    return input->offset;
}

bool at_input_compressed(const at_input *input) {
    return input->packing != PLAIN;
}

static uint64_t end_offset(const at_input *in) {
    return in->offset + (in->end - in->start);
}

/* `made` bytes of content came out of this step before the damage. */
static at_status fail_damaged(at_input *in, size_t made, const char *what, at_error *err) {
    return at_fail(
        err, AT_BAD_INPUT, "E-INPUT-DAMAGED",
        "\"%s\" is damaged: %s after %" PRIu64 " bytes of content, byte %" PRIu64 " of the file",
        in->name, what, end_offset(in) + made, in->raw_offset - (in->raw_end - in->raw_start));
}

void at_input_watch(at_input *input, at_input_watcher *watcher, void *self) {
    input->watcher = watcher;
    input->watcher_self = self;
}

static void tell(const at_input *in, uint64_t read_bytes) {
    if (in->watcher)
        in->watcher(in->watcher_self, read_bytes);
}

/* Have at least one compressed byte at hand, unless the file has ended. */
static at_status refill_raw(at_input *in, at_error *err) {
    if (in->raw_start < in->raw_end || in->raw_ended)
        return AT_OK;
    size_t got = 0;
    AT_TRY(at_file_next(&got, in->descriptor, in->raw, RAW_BYTES, in->name, err));
    in->raw_offset += got;
    tell(in, in->raw_offset);
    in->raw_start = 0;
    in->raw_end = got;
    in->raw_ended = got == 0;
    return AT_OK;
}

/* One step of gzip: some raw bytes in, up to `room` content bytes out. */
static at_status step_gzip(size_t *made, at_input *in, char *out, size_t room, at_error *err) {
    if (!in->in_member) {
        if (inflateReset(&in->gzip) != Z_OK)
            return at_fail(err, AT_BUG, "E-BUG", "zlib refuses to begin again");
        in->in_member = true;
    }
    const size_t raw_bytes = in->raw_end - in->raw_start;
    in->gzip.next_in = in->raw + in->raw_start;
    in->gzip.avail_in = (uInt)raw_bytes;
    in->gzip.next_out = (Bytef *)out;
    in->gzip.avail_out = (uInt)room;
    const int answer = inflate(&in->gzip, Z_NO_FLUSH);
    in->raw_start += raw_bytes - in->gzip.avail_in;
    *made = room - in->gzip.avail_out;
    if (answer == Z_STREAM_END) /* another member may follow */
        in->in_member = false;
    else if (answer == Z_MEM_ERROR)
        return fail_memory(err, in->name);
    else if (answer != Z_OK && answer != Z_BUF_ERROR)
        return fail_damaged(in, *made, in->gzip.msg != NULL ? in->gzip.msg : "not gzip", err);
    return AT_OK;
}

static at_status step_zstd(size_t *made, at_input *in, char *out, size_t room, at_error *err) {
    ZSTD_inBuffer raw = {in->raw + in->raw_start, in->raw_end - in->raw_start, 0};
    ZSTD_outBuffer content = {out, room, 0};
    const size_t answer = ZSTD_decompressStream(in->zstd, &content, &raw);
    in->raw_start += raw.pos;
    *made = content.pos;
    if (!ZSTD_isError(answer)) {
        in->in_member = answer != 0;
        return AT_OK;
    }
    switch (ZSTD_getErrorCode(answer)) {
    case ZSTD_error_memory_allocation:
        return fail_memory(err, in->name);
    case ZSTD_error_frameParameter_windowTooLarge:
        return at_fail(err, AT_LIMIT, "E-LIMIT", "\"%s\" needs a zstd window over %d MiB", in->name,
                       1 << (ZSTD_WINDOW_LOG_MAX - 20));
    default:
        return fail_damaged(in, *made, ZSTD_getErrorName(answer), err);
    }
}

/* Content bytes to `out`, at least one unless the content ends (then in->ended). */
static at_status produce(size_t *made, at_input *in, char *out, size_t room, at_error *err) {
    *made = 0;
    if (in->packing == PLAIN) {
        AT_TRY(at_file_next(made, in->descriptor, out, room, in->name, err));
        in->ended = *made == 0;
        tell(in, end_offset(in) + *made);
        return AT_OK;
    }
    while (*made == 0) {
        AT_TRY(refill_raw(in, err));
        /* With no raw byte left a decoder may still hold content: ask it before giving up. */
        const bool dry = in->raw_start == in->raw_end;
        if (dry && !in->in_member) {
            in->ended = true;
            return AT_OK;
        }
        AT_TRY(in->packing == GZIP ? step_gzip(made, in, out, room, err)
                                   : step_zstd(made, in, out, room, err));
        if (dry && *made == 0 && in->in_member)
            return fail_damaged(in, 0, "it stops in the middle", err);
    }
    return AT_OK;
}

/* Move what is left to the front, and make the window large enough for `want` bytes. */
static at_status make_window(at_input *in, size_t want, at_error *err) {
    if (in->start > 0) {
        memmove(in->window, in->window + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    if (want <= in->capacity)
        return AT_OK;
    size_t capacity = WINDOW_FIRST_BYTES;
    while (capacity < want)
        capacity *= 2;
    char *window = at_memory_resize(in->window, capacity);
    if (window == NULL)
        return fail_memory(err, in->name);
    in->window = window;
    in->content = window;
    in->capacity = capacity;
    return AT_OK;
}

/* Content past the limit is not given out; it is an error for who asks for it. */
static void cut_at_limit(at_input *in) {
    const uint64_t end = end_offset(in);
    if (end <= in->limit_bytes)
        return;
    in->end -= (size_t)(end - in->limit_bytes);
    (void)at_fail(&in->failure, AT_LIMIT, "E-LIMIT",
                  "\"%s\" has more content than its limit of %" PRIu64 " bytes", in->name,
                  in->limit_bytes);
}

/* A file that unpacks into hundreds of times its size is made to fill a disk, not to be read. What
 * came out before is good, and told before the error. */
static void cut_bomb(at_input *in, size_t made) {
    const uint64_t end = end_offset(in), packed = in->raw_offset - (in->raw_end - in->raw_start);
    const bool swollen = end > AT_INPUT_RATIO_FROM && end / unpacking.ratio > packed;
    if (in->packing == PLAIN || in->failure.status != AT_OK ||
        (!swollen && end <= unpacking.content_bytes))
        return;
    in->end -= made;
    if (swollen)
        (void)at_fail(&in->failure, AT_LIMIT, "E-INPUT-BOMB",
                      "\"%s\" unpacks into more than %" PRIu64 " times its size, after %" PRIu64
                      " bytes of content",
                      in->name, unpacking.ratio, end_offset(in));
    else
        (void)at_fail(&in->failure, AT_LIMIT, "E-INPUT-BOMB",
                      "\"%s\" unpacks into more than %" PRIu64 " bytes", in->name,
                      unpacking.content_bytes);
    at_hint(&in->failure, "If it is what it should be, raise --max-ratio or --max-unpacked, or "
                          "unpack it yourself.");
}

/* Read on until `want` bytes are at hand, the content ends, or it fails (then in->failure). */
static at_status fill(at_input *in, size_t want, at_error *err) {
    AT_TRY(make_window(in, want, err));
    while (in->end < want && !in->ended && in->failure.status == AT_OK) {
        size_t made = 0;
        /* The status is kept in in->failure, because bytes made before it are good. */
        (void)!produce(&made, in, in->window + in->end, in->capacity - in->end, &in->failure);
        in->end += made;
        cut_bomb(in, made);
        cut_at_limit(in);
    }
    return AT_OK;
}

at_status at_input_peek(at_span *out, at_input *input, size_t want, at_error *err) {
    if (want > AT_INPUT_WINDOW_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT",
                       "\"%s\": one piece at byte %" PRIu64 " is longer than %zu bytes",
                       input->name, input->offset, AT_INPUT_WINDOW_MAX);
    if (input->end - input->start < want && !input->ended && input->failure.status == AT_OK)
        AT_TRY(fill(input, want, err));
    const size_t bytes = input->end - input->start;
    if (bytes < want && input->failure.status != AT_OK) {
        if (err != NULL)
            *err = input->failure;
        return input->failure.status;
    }
    input->peeked = bytes < want ? bytes : want;
    *out = (at_span){input->content + input->start, input->peeked};
    return AT_OK;
}

void at_input_take(at_input *input, size_t bytes) {
    assert(bytes <= input->peeked);
    input->peeked -= bytes;
    input->start += bytes;
    input->offset += bytes;
}

static void take_line(at_span *out, uint64_t *offset, size_t *bytes, at_input *in, size_t whole) {
    const char *data = in->content + in->start;
    size_t length = whole;
    if (length > 0 && data[length - 1] == '\n') {
        length--;
        if (length > 0 && data[length - 1] == '\r')
            length--;
    }
    *out = (at_span){data, length};
    if (offset != NULL)
        *offset = in->offset;
    if (bytes != NULL)
        *bytes = whole;
    in->start += whole;
    in->offset += whole;
    in->peeked = 0;
}

static at_status fail_long_line(at_input *in, size_t limit, at_error *err) {
    return at_fail(err, AT_LIMIT, "E-LIMIT",
                   "the line at byte %" PRIu64 " of \"%s\" is longer than %zu bytes", in->offset,
                   in->name, limit);
}

at_status at_input_line(at_span *out, bool *ended, uint64_t *offset, size_t *bytes, at_input *input,
                        size_t limit, at_error *err) {
    enum { LINE_END_BYTES = 2 };
    if (limit > AT_INPUT_WINDOW_MAX - LINE_END_BYTES)
        limit = AT_INPUT_WINDOW_MAX - LINE_END_BYTES;
    size_t searched = 0;
    for (;;) {
        const size_t there = input->end - input->start;
        const char *data = input->content + input->start;
        const char *feed =
            there > searched ? memchr(data + searched, '\n', there - searched) : NULL;
        /* A CR at the end of what is there counts as a line end: the LF may be on its way. */
        const size_t whole = feed != NULL ? (size_t)(feed - data) + 1 : there;
        size_t length = feed != NULL ? whole - 1 : there;
        if (length > 0 && data[length - 1] == '\r' && (feed != NULL || !input->ended))
            length--;
        if (length > limit)
            return fail_long_line(input, limit, err);
        if (feed != NULL || input->ended) {
            *ended = whole == 0;
            if (*ended)
                *out = (at_span){data, 0};
            else
                take_line(out, offset, bytes, input, whole);
            return AT_OK;
        }
        searched = there;
        at_span more;
        AT_TRY(at_input_peek(&more, input, there + 1, err));
    }
}

at_status at_input_rewind(at_input *input, at_error *err) {
    if (input->descriptor < 0) {
        input->start = 0;
    } else {
        if (lseek(input->descriptor, 0, SEEK_SET) != 0)
            return at_fail(err, AT_IO, "E-INPUT-AGAIN", "\"%s\" cannot be read a second time",
                           input->name);
        if (input->zstd != NULL)
            (void)ZSTD_DCtx_reset(input->zstd, ZSTD_reset_session_only);
        input->start = input->end = 0;
        input->ended = false;
        input->raw_start = input->raw_end = 0;
        input->raw_offset = 0;
        input->raw_ended = false;
        input->in_member = false; /* the next step of gzip begins a member */
        input->failure = (at_error){.status = AT_OK};
    }
    input->offset = 0;
    input->peeked = 0;
    return AT_OK;
}

uint64_t at_input_again_bytes(const at_input *input) {
    return input->again_bytes;
}

at_status at_input_seek(at_input *input, uint64_t offset, at_error *err) {
    assert(offset >= input->offset);
    input->peeked = 0;
    if (input->descriptor >= 0 && input->packing == PLAIN && offset > end_offset(input)) {
        if (lseek(input->descriptor, (off_t)offset, SEEK_SET) < 0)
            return at_fail(err, AT_IO, "E-INPUT-AGAIN", "cannot read on in \"%s\"", input->name);
        input->again_bytes = end_offset(input);
        input->start = input->end = 0;
        input->ended = false;
        input->offset = offset;
    }
    while (input->offset < offset) {
        at_span span;
        AT_TRY(at_input_peek(&span, input, RAW_BYTES, err));
        if (span.bytes == 0)
            return at_fail(err, AT_BAD_INPUT, "E-INPUT-SHORT", "\"%s\" ends before byte %" PRIu64,
                           input->name, offset);
        const uint64_t left = offset - input->offset;
        at_input_take(input, left < span.bytes ? (size_t)left : span.bytes);
        input->again_bytes = input->offset;
    }
    return AT_OK;
}

static at_status prepare_gzip(at_input *in, at_error *err) {
    in->gzip.zalloc = allocate_for_zlib;
    in->gzip.zfree = release_for_zlib;
    if (inflateInit2(&in->gzip, 16 + MAX_WBITS) != Z_OK) /* 16: gzip and nothing else */
        return fail_memory(err, in->name);
    in->gzip_open = true;
    return AT_OK;
}

static at_status prepare_zstd(at_input *in, at_error *err) {
    in->zstd = ZSTD_createDCtx();
    if (in->zstd == NULL)
        return fail_memory(err, in->name);
    if (ZSTD_isError(ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX)))
        return at_fail(err, AT_BUG, "E-BUG", "zstd refuses its window limit");
    return AT_OK;
}

/* RFC 1952 section 2.3.1; RFC 8878 sections 3.1.1 and 3.1.2 (a skippable frame may come first). */
static packing_kind recognise(const char *data, size_t bytes) {
    const unsigned char *s = (const unsigned char *)data;
    if (bytes >= 3 && s[0] == 0x1F && s[1] == 0x8B && s[2] == 8)
        return GZIP;
    if (bytes >= 4 && s[0] == 0x28 && s[1] == 0xB5 && s[2] == 0x2F && s[3] == 0xFD)
        return ZSTD;
    if (bytes >= 4 && (s[0] & 0xF0) == 0x50 && s[1] == 0x2A && s[2] == 0x4D && s[3] == 0x18)
        return ZSTD;
    return PLAIN;
}

/* Look at the first bytes; when they are compressed they become raw and the content starts anew. */
static at_status unwrap(at_input *in, at_error *err) {
    AT_TRY(fill(in, MAGIC_BYTES, err));
    const packing_kind packing = recognise(in->window, in->end);
    if (packing == PLAIN)
        return AT_OK;
    assert(in->end <= WINDOW_FIRST_BYTES);
    in->raw = at_memory_resize(NULL, WINDOW_FIRST_BYTES);
    if (in->raw == NULL)
        return fail_memory(err, in->name);
    memcpy(in->raw, in->window, in->end);
    in->raw_end = in->end;
    in->raw_offset = in->end;
    in->raw_ended = in->ended;
    in->end = 0;
    in->ended = false;
    in->packing = packing;
    return packing == GZIP ? prepare_gzip(in, err) : prepare_zstd(in, err);
}

at_status at_input_open(at_input **out, const char *path, const char *name, uint64_t limit_bytes,
                        at_error *err) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_TRY(make_input(&in, name, err));
    AT_TRY(at_file_open(&in->descriptor, path, name, err));
    /* The limit is on content: what is read to recognise the packing is not held against it. */
    in->limit_bytes = UINT64_MAX;
    AT_TRY(unwrap(in, err));
    in->limit_bytes = limit_bytes != 0 ? limit_bytes : content_limit_default;
    cut_at_limit(in);
    *out = in;
    in = NULL;
    return AT_OK;
}
