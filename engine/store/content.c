#include "engine/store/content.h"

#include "engine/base/arena.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* A read that does not follow the one before looks no further ahead than this. */
enum { WINDOW_BYTES = 1 << 20, JUMP_BYTES = 1 << 14 };

struct at_content {
    at_input *input; /* compressed; else NULL and: */
    int file;
    const char *name;
    uint64_t start; /* of the window in the content */
    size_t bytes;   /* in the window */
    bool ended;     /* the content ends with the window */
    char window[WINDOW_BYTES];
};

static at_status open_file(at_content *content, const char *path, at_error *err) {
    AT_TRY(at_input_open(&content->input, path, content->name, 0, err));
    if (at_input_compressed(content->input))
        return AT_OK;
    at_input_close(&content->input);
    content->file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (content->file < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    return AT_OK;
}

at_status at_content_open(at_content **out, const char *path, const char *name, at_error *err) {
    AT_CLEANUP(at_content_close) at_content *content = at_memory_resize(NULL, sizeof *content);
    if (!content)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to read \"%s\"", name);
    content->input = NULL;
    content->file = -1;
    content->name = name;
    content->start = 0;
    content->bytes = 0;
    content->ended = false;
    AT_TRY(open_file(content, path, err));
    *out = content;
    content = NULL;
    return AT_OK;
}

void at_content_close(at_content **content) {
    if (!*content)
        return;
    at_input_close(&(*content)->input);
    if ((*content)->file >= 0)
        close((*content)->file);
    at_memory_resize(*content, 0);
    *content = NULL;
}

static at_status read_plain(at_content *content, uint64_t offset, size_t want, at_error *err) {
    const bool follows =
        offset >= content->start && offset <= content->start + content->bytes + JUMP_BYTES;
    const size_t ahead = follows ? sizeof content->window : JUMP_BYTES;
    const size_t most = want > ahead ? want : ahead;
    content->start = offset;
    content->bytes = 0;
    while (content->bytes < most) {
        const ssize_t got = pread(content->file, content->window + content->bytes,
                                  most - content->bytes, (off_t)(offset + content->bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "cannot read \"%s\": %s", content->name,
                           strerrordesc_np(errno));
        if (got == 0)
            break;
        content->bytes += (size_t)got;
    }
    return AT_OK;
}

/* Move the window so that it ends later, keeping some of what lies before `offset`. */
static void slide(at_content *content, uint64_t offset) {
    const uint64_t from =
        offset > AT_CONTENT_BACK_BYTES ? offset - AT_CONTENT_BACK_BYTES : content->start;
    if (from <= content->start)
        return;
    const uint64_t ahead = from - content->start;
    const size_t drop = ahead < content->bytes ? (size_t)ahead : content->bytes;
    memmove(content->window, content->window + drop, content->bytes - drop);
    content->start += drop;
    content->bytes -= drop;
}

static at_status read_packed(at_content *content, uint64_t offset, size_t want, at_error *err) {
    if (offset < content->start) {
        AT_TRY(at_input_rewind(content->input, err));
        content->start = 0;
        content->bytes = 0;
        content->ended = false;
    }
    while (!content->ended && content->start + content->bytes < offset + want) {
        at_span span;
        slide(content, offset);
        const size_t room = sizeof content->window - content->bytes;
        AT_TRY(at_input_peek(&span, content->input,
                             room < AT_CONTENT_PIECE_BYTES ? room : AT_CONTENT_PIECE_BYTES, err));
        const size_t take = span.bytes < room ? span.bytes : room;
        memcpy(content->window + content->bytes, span.data, take);
        at_input_take(content->input, take);
        content->bytes += take;
        content->ended = take == 0;
    }
    return AT_OK;
}

at_status at_content_piece(at_span *out, at_content *content, uint64_t offset, uint64_t want,
                           at_error *err) {
    const size_t few = want < AT_CONTENT_PIECE_BYTES ? (size_t)want : AT_CONTENT_PIECE_BYTES;
    if (offset < content->start || offset + few > content->start + content->bytes)
        AT_TRY(content->input ? read_packed(content, offset, few, err)
                              : read_plain(content, offset, few, err));
    const uint64_t end = content->start + content->bytes;
    const uint64_t left = end > offset ? end - offset : 0;
    assert(left == 0 || offset >= content->start);
    *out = (at_span){.data = content->window + (left ? offset - content->start : 0),
                     .bytes = (size_t)(left < want ? left : want)};
    return AT_OK;
}
