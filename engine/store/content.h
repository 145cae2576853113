/**
 * content.h - any part of an archived file's content, in pieces.
 *
 * For whoever reads records by their places: forward in the order of an import, and now and then
 * back. A plain file is read where asked. A compressed one is unpacked as far as asked; a place
 * that lies more than AT_CONTENT_BACK_BYTES behind begins it anew.
 *
 * Ownership: at_content is a handle of fixed memory; pieces are borrowed until the next call.
 * Errors:    AT_IO; AT_BAD_INPUT for a damaged stream; AT_NO_MEMORY.
 * Threads:   one handle, one thread.
 */
#ifndef ASSETTRACE_STORE_CONTENT_H
#define ASSETTRACE_STORE_CONTENT_H

#include "engine/base/input.h"

enum { AT_CONTENT_PIECE_BYTES = 1 << 18, AT_CONTENT_BACK_BYTES = 1 << 18 };

typedef struct at_content at_content;

/** `name` is what messages call the file. */
AT_CHECKED at_status at_content_open(at_content **out, const char *path, const char *name,
                                     at_error *err);
void at_content_close(at_content **content);

/** Bytes from `offset` on: all `want` of them if they are few, else AT_CONTENT_PIECE_BYTES or more;
 * none at the end of the content. */
AT_CHECKED at_status at_content_piece(at_span *out, at_content *content, uint64_t offset,
                                      uint64_t want, at_error *err);

#endif
