/**
 * import.h - job: one file in, one revision and one receipt out.
 *
 * Chooses the importer (named, or by sniffing the first bytes), loads the mapping, archives the
 * bytes, reads the archived copy through the importer into the store, publishes or leaves nothing.
 * Account ids that are valid IBANs are filed under the namespace "iban" in their compact form,
 * because an IBAN names the same account whoever writes it.
 *
 * Errors: AT_BAD_INPUT (unknown or ambiguous format, broken container: state failed, nothing
 *         published, bytes and the failure kept), AT_LOCKED, AT_IO, AT_LIMIT, AT_INTERRUPTED.
 */
#ifndef ASSETTRACE_JOBS_IMPORT_H
#define ASSETTRACE_JOBS_IMPORT_H

#include "engine/importer.h"
#include "engine/store/store.h"
#include "engine/store/writer.h"

/* What the user asked for, one file. */
typedef struct at_import_request {
    const char *path;
    const char *importer;   /* NULL: sniff */
    const char *name_space; /* NULL: "default" */
    const char *map_path;   /* NULL: none, or: */
    const char *mapping;    /* the bytes of one */
    size_t mapping_bytes;
    const char *name;   /* what the source is called; NULL: the path's last part */
    int64_t replaces;   /* a source to be withdrawn by the same revision; 0 = none */
    const char *reason; /* why, with `replaces` */
    const char *const *option_names, *const *option_values;
    size_t option_count;
    const at_token *tokens; /* --scale USDT=6 */
    size_t token_count;
} at_import_request;

/**
 * Import one file. `receipt` is filled (in `arena`) also when the state is failed, with the reason
 * in `err`. `registry` is at_importers or a test's own.
 */
AT_CHECKED at_status at_import_file(at_receipt *receipt, at_store *store,
                                    const at_importer *const *registry,
                                    const at_import_request *request, at_arena *arena,
                                    at_error *err);

/** Read the file without touching any store; every record goes to `sink` as it would be stored
 * (`--dry-run`). */
AT_CHECKED at_status at_import_preview(const at_sink *sink, const at_importer *const *registry,
                                       const at_import_request *request, at_arena *arena,
                                       at_error *err);

/**
 * The files of a folder: as import.json lists them
 * ({"schema":"assettrace/import/1","files":[{"file","as","source","map", "options":{},
 * "scale":{}}]}), else every regular file whose format is recognised, sorted by name.
 */
AT_CHECKED at_status at_import_folder(const at_import_request **out, size_t *count_out,
                                      const char *folder, const at_import_request *defaults,
                                      at_arena *arena, at_error *err);

/** What the file is called. */
const char *at_import_name(const at_import_request *request);

/** The importer of that name, or NULL. */
const at_importer *at_importer_find(const at_importer *const *registry, const char *name);

#endif
