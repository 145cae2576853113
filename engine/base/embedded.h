/**
 * embedded.h - files that travel inside the program: the SQL schema and the published JSON schemas.
 *
 * The table is made at build time from engine/<room>/<x>.sql and engine/model/schema/<x>.json (see
 * engine/embed.cmake). A file x.sql is also there under its own name: the room that owns it
 * declares `extern const char at_x_sql[];`.
 */
#ifndef ASSETTRACE_BASE_EMBEDDED_H
#define ASSETTRACE_BASE_EMBEDDED_H

#include <stddef.h>

typedef struct at_embedded_file {
    const char *name; /* path under engine/: "model/schema/case.json" */
    const char *data; /* the bytes of the file, and a NUL after them */
    size_t bytes;     /* without that NUL */
} at_embedded_file;

/** Sorted by name; the row after the last has the name NULL. */
extern const at_embedded_file at_embedded_files[];

#endif
