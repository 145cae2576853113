/* import_log.h - an importer run over some bytes, and everything it told its sink.
 *
 * A log is text, one canonical JSON line for each put, reject and warning, with the offset,
 * bytes and line of its record. While it is written the log checks what holds for every
 * importer: records follow each other, and between two of them and after the last there is
 * nothing but line ends (lines that a mapping calls trailer lines excepted). */
#ifndef ASSETTRACE_TESTS_IMPORT_LOG_H
#define ASSETTRACE_TESTS_IMPORT_LOG_H

#include "engine/importer.h"

typedef struct import_log {
    at_text text;
    bool quiet;          /* count and check, write no text */
    uint64_t fail_after; /* the n-th allocation of the importer fails; 0 = none */
    uint64_t loaded, rejected, warned, facts[AT_KIND_COUNT];
    at_status status; /* what the importer returned */
    at_error err;
    /* What is read, for the checks. */
    const char *data;
    size_t bytes;
    const char *name;
    uint64_t after; /* first byte after the last record */
    uint64_t first; /* first byte of the first record */
    bool any;
    char broken[256]; /* the first check that failed; empty = none */

    /* Stop between two records, AT_INTERRUPTED, with what is needed to go on in `kept`: the next
     * run with `resumes` goes on there. */
    bool asks;
    uint64_t stop_at; /* the n-th place where it can go on; 0 = no place */
    uint64_t places;  /* where it could */
    bool resumes;
    at_text kept;
} import_log;

void import_log_clear(import_log *log);

/** The bytes of options.json: {"options": {"currency": "USD"}, "scale": {"USDT": 6}}. */
typedef struct import_case {
    const char *options, *mapping; /* JSON texts; NULL = none */
} import_case;

/** Run `importer` over `data`. Whatever it answers is in *log; AT_OK unless the test itself
 * failed. */
at_status import_run(import_log *log, const at_importer *importer, const import_case *said,
                     const char *data, size_t bytes, const char *name, at_error *err);

/** The importer of a name, or NULL. */
const at_importer *import_find(const char *name);

#endif
