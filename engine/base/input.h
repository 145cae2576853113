/**
 * input.h - the content of one source, streamed, with exact offsets.
 *
 * Content is the file after removing gzip or zstd and before decoding characters; offsets count
 * its bytes from 0. A window slides over it: peek asks for at least n bytes ahead, take moves on.
 *
 * Ownership: spans are borrowed until the next peek, line or close.
 * Errors:    AT_IO; AT_BAD_INPUT for a damaged stream (truncated gzip names the offset); AT_LIMIT
 * when the content grows past limit_bytes or one peek past AT_INPUT_WINDOW_MAX.
 */
#ifndef ASSETTRACE_BASE_INPUT_H
#define ASSETTRACE_BASE_INPUT_H

#include "engine/base/text.h"

#define AT_INPUT_WINDOW_MAX ((size_t)8 << 20)

/* What a compressed file may become: more is AT_LIMIT "E-INPUT-BOMB". gzip reaches 1032 times,
 * zstd any; statements of banks 5 to 50. The ratio counts from AT_INPUT_RATIO_FROM bytes of content
 * on. */
#define AT_INPUT_UNPACKED_MAX (UINT64_C(256) << 30)
#define AT_INPUT_RATIO_FROM (UINT64_C(16) << 20)
enum { AT_INPUT_RATIO_MAX = 300 };

typedef struct at_unpacking {
    uint64_t content_bytes, ratio;
} at_unpacking;

/** For all inputs of this process from now on; to be called before threads are started. */
void at_input_unpacking(const at_unpacking *limits);

typedef struct at_input at_input;

/** `name` is what messages call it (the file as the user named it). limit_bytes 0 = 1 TiB. */
AT_CHECKED at_status at_input_open(at_input **out, const char *path, const char *name,
                                   uint64_t limit_bytes, at_error *err);
/** Content held in memory (fixtures, fuzzers, first bytes for sniffing). Not copied: must outlive
 * the input. */
AT_CHECKED at_status at_input_open_memory(at_input **out, const void *data, size_t bytes,
                                          const char *name, at_error *err);
void at_input_close(at_input **input);

const char *at_input_name(const at_input *input);
uint64_t at_input_offset(const at_input *input); /* of the next byte */
/** Up to `want` bytes ahead (fewer only at the end of the content); does not move. */
AT_CHECKED at_status at_input_peek(at_span *out, at_input *input, size_t want, at_error *err);
void at_input_take(at_input *input, size_t bytes); /* at most what the last peek gave */
/** The next line without its LF or CRLF, moving past it; *ended at the end of the content. A line
 * over limit bytes is AT_LIMIT. `offset`, `bytes` (with the line end) may be NULL. */
AT_CHECKED at_status at_input_line(at_span *out, bool *ended, uint64_t *offset, size_t *bytes,
                                   at_input *input, size_t limit, at_error *err);
/** Begin again at the first byte, for a format whose records can be understood only when the rest
 * is known. AT_IO "E-INPUT-AGAIN" for what can be read once only (a pipe). */
AT_CHECKED at_status at_input_rewind(at_input *input, at_error *err);
/** Go on at a place further on. A plain file is not read up to it, and ends where it is shorter; a
 * compressed one is unpacked: AT_BAD_INPUT "E-INPUT-SHORT" when its content ends before. */
AT_CHECKED at_status at_input_seek(at_input *input, uint64_t offset, at_error *err);
/** How many bytes of content before the place of the last at_input_seek were read. */
uint64_t at_input_again_bytes(const at_input *input);
/** Was the file compressed (so that received and content hashes differ)? */
bool at_input_compressed(const at_input *input);

/* Told how many bytes of the file (before unpacking) were read so far: for progress. */
typedef void at_input_watcher(void *self, uint64_t read_bytes);
void at_input_watch(at_input *input, at_input_watcher *watcher, void *self);

#endif
