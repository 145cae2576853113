/**
 * writer.h - one file goes in: archive, read, publish - or nothing.
 *
 *   AT_CLEANUP(at_import_close) at_import *import = NULL;
 *   AT_TRY(at_import_begin(&import, store, &info, err));
 *   if (!at_import_already(import)) {
 *       status = read(at_import_input(import), options, at_import_sink(import), scratch, err);
 *       if (status != AT_OK)
 *           return at_import_fail(receipt, import, arena, err);
 *   }
 *   return at_import_publish(receipt, import, arena, err);
 *
 * begin waits for the writer's lock, copies the bytes into sources/ and hashes them, and says
 * whether the same content was already published by the same importer, version, options, mapping
 * and namespace (and not withdrawn): then input and sink are NULL and publish gives the receipt of
 * then. Everything put is one SQLite transaction that publish makes visible at once as a new
 * revision.
 *
 * A source that fails publishes nothing; its bytes stay archived and the custody log says why.
 * at_import_close without publish or fail does the same with the reason "interrupted".
 *
 * Errors: AT_LOCKED "E-STORE-LOCKED"; AT_BAD_INPUT for the path, namespace or a damaged compressed
 *         stream; AT_IO; AT_NO_MEMORY.
 * What a single record can do wrong is written into the receipt by the sink (engine/model/sink.h).
 */
#ifndef ASSETTRACE_STORE_WRITER_H
#define ASSETTRACE_STORE_WRITER_H

#include "engine/base/input.h"
#include "engine/model/sink.h"
#include "engine/store/receipt.h"
#include "engine/store/store.h"

typedef struct at_import at_import;

typedef struct at_source_info {
    const char *path; /* the file, or NULL: */
    const void *data; /* its bytes */
    size_t data_bytes;
    const char *name;       /* what receipts and messages call it: usually the path's last part */
    const char *name_space; /* whose ids these are: no '/', ':', '@' or control characters */
    const char *importer;   /* name and version of who reads it */
    int importer_version;
    const char *options; /* as canonical text; NULL = none */
    const char *mapping; /* bytes of the mapping file, kept; NULL = none */
    size_t mapping_bytes;
    const at_token *tokens; /* declared decimals; kept with the source */
    size_t token_count;
    int64_t replaces;   /* a source that the same revision withdraws; 0 = none */
    const char *reason; /* why, with `replaces` */
} at_source_info;

AT_CHECKED at_status at_import_begin(at_import **out, at_store *store, const at_source_info *info,
                                     at_error *err);
bool at_import_already(const at_import *import);
/** Size of the file as received. */
uint64_t at_import_bytes(const at_import *import);
/** Over the archived copy, so that what is read is what is kept. Borrowed; NULL when already
 * published. */
at_input *at_import_input(at_import *import);
const at_sink *at_import_sink(const at_import *import);
/** Make everything put visible as the next revision and give the receipt. */
AT_CHECKED at_status at_import_publish(at_receipt *out, at_import *import, at_arena *arena,
                                       at_error *err);
/**
 * Undo everything put and log why, as *err says it. The receipt has state failed.
 *
 * @return err->status, or what else went wrong; *err is then about that
 */
at_status at_import_fail(at_receipt *out, at_import *import, at_arena *arena, at_error *err);
void at_import_close(at_import **import);

#endif
