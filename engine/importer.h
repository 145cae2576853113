/**
 * importer.h - DOOR 1: what a file format must give to become an importer.
 *
 * One file importers/<name>.c with `const at_importer importer_<name>`, one line IMPORTER(<name>)
 * in importers/importers.def, one folder fixtures/importers/<name>/<case>/. Help, completion, --as,
 * sniffing, the build and the conformance test take everything from this descriptor.
 *
 * An importer never sees the store, the graph, the clock or another importer. It streams: its
 * memory does not grow with the file. What it cannot read it rejects with place and reason and goes
 * on, unless the container itself is broken: then `read` returns AT_BAD_INPUT and nothing of the
 * file is published.
 */
#ifndef ASSETTRACE_IMPORTER_H
#define ASSETTRACE_IMPORTER_H

#include "engine/base/arena.h"
#include "engine/base/input.h"
#include "engine/base/json.h"
#include "engine/model/sink.h"

/* One option an importer understands: `import --option key=value`. */
typedef struct at_importer_option {
    const char *name; /* NULL ends the list */
    bool required;
    const char *summary;
} at_importer_option;

/* What the user said. */
typedef struct at_import_options {
    const char *const *names; /* parallel arrays, only names the importer declares */
    const char *const *values;
    size_t count;
    const at_json_value *mapping; /* --map, or NULL */
    const at_token *tokens;       /* --scale USDT=6, declared decimals */
    size_t token_count;
} at_import_options;

/** The value of an option, or NULL. */
const char *at_import_option(const at_import_options *options, const char *name);

typedef struct at_importer {
    const char *name;                  /* written into every bundle: never renamed, never reused */
    const char *summary;               /* one line, for help */
    int version;                       /* raised when the same bytes would give other records */
    const at_importer_option *options; /* may be NULL */
    const at_token *tokens; /* what the format counts in beside ISO 4217, unless the user gives
                               another scale; scale -1 ends the list; may be NULL */
    bool needs_mapping;
    /** How sure is it, 0-100, that `head` (the first bytes of the content) is its format? 0 = no.
     * NULL = never guessed. */
    int (*sniff)(at_span head);
    /** Read everything. Facts go to `sink`; `scratch` may be reset by the importer between records.
     */
    at_status (*read)(at_input *in, const at_import_options *options, const at_sink *sink,
                      at_arena *scratch, at_error *err);
} at_importer;

extern const at_importer
    *const at_importers[]; /* sorted by name, NULL-terminated; generated from importers.def */

#endif
