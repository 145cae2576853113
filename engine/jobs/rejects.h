/**
 * rejects.h - job: the records of a source that were not loaded, as files to read and to correct.
 *
 *   HASH-x.rejects.ndjson  one canonical JSON object a record, in file order: "address", "bytes",
 *                          "code", "element", "first" (the record it contradicts), "hex", "hint",
 *                          "line", "message", "offset", "text". The record's bytes are "text"
 *                          when they are UTF-8, else "hex"; the other is null.
 *   HASH-x.rejects.csv     what stands above the first record (lines, a header), the rejected rows
 *                          as they were, byte for byte, and what stands below the last record.
 *                          Corrected, it is imported as x.csv was: same importer, namespace and
 *                          mapping.
 *
 * HASH is the beginning of the received file's SHA-256; the second file ends as x does (without
 * .gz or .zst) and is not written where records are elements of a tree, which no row can hold. Both
 * are made from the store and the archived copy, so they can be had at any time and are the same
 * each time.
 *
 * Errors: AT_IO; AT_BAD_INPUT "E-SOURCE-UNKNOWN"; AT_TAMPERED "E-SOURCE-TAMPERED" for an archived
 *         copy that ends before a record does.
 */
#ifndef ASSETTRACE_JOBS_REJECTS_H
#define ASSETTRACE_JOBS_REJECTS_H

#include "engine/store/receipt.h"

typedef struct at_rejects {
    uint64_t count;
    const char *list, *rows; /* names in the folder; NULL: not written */
} at_rejects;

/** Into `folder`, which is there; files of these names are replaced. A source without rejects
 * writes nothing. Texts live in `arena`; what one step takes does not grow with the source. */
AT_CHECKED at_status at_rejects_write(at_rejects *out, at_store *store, int64_t source,
                                      const char *folder, at_arena *arena, at_error *err);

#endif
