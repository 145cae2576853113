/* Goal: no bytes bring an importer down, and no record it reports lies outside the content.
 * Method: compiled once for each importer, FUZZ_IMPORTER; for one that needs a mapping, the bytes
 * up to the first NUL are the mapping and the rest is the content. Options of a known kind get a
 * value. The sink keeps nothing. */
#include "engine/importer.h"

#include <assert.h>
#include <string.h>

enum { SCRATCH_BYTES_MAX = 256 << 20, OPTIONS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* `self` is the number of bytes of the content. */
static void check_origin(const void *self, const at_origin *origin) {
    const size_t content_bytes = *(const size_t *)self;
    assert(origin->offset <= content_bytes && origin->bytes <= content_bytes - origin->offset);
}

static at_status put(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err) {
    (void)err;
    assert(facts || fact_count == 0); /* a filtered row has none */
    check_origin(self, origin);
    return AT_OK;
}

static at_status reject(void *self, const at_origin *origin, const at_error *reason,
                        at_error *err) {
    (void)err;
    assert(reason->status != AT_OK && reason->code[0] && reason->message[0]);
    check_origin(self, origin);
    return AT_OK;
}

static at_status warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    (void)err;
    assert(what->message[0]);
    if (origin)
        check_origin(self, origin);
    return AT_OK;
}

static const char *option_value(const char *name) {
    if (strcmp(name, "currency") == 0)
        return "EUR";
    return strcmp(name, "epoch") == 0 ? "2020-01-01" : NULL;
}

static at_status import(const at_importer *importer, const char *data, size_t bytes) {
    AT_CLEANUP(at_json_close) at_json *mapping = NULL;
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SCRATCH_BYTES_MAX};
    const char *names[OPTIONS_MAX], *values[OPTIONS_MAX];
    at_import_options options = {.names = names, .values = values};
    at_error err = {0};
    const at_importer_option *option = importer->options;
    for (; option && option->name && options.count < OPTIONS_MAX; option++) {
        if (!option_value(option->name))
            continue;
        names[options.count] = option->name;
        values[options.count++] = option_value(option->name);
    }
    if (importer->needs_mapping) {
        const char *end = bytes ? memchr(data, '\0', bytes) : NULL;
        const size_t mapping_bytes = end ? (size_t)(end - data) : bytes;
        AT_TRY(at_json_parse(&mapping, data, mapping_bytes, "map.json", &err));
        options.mapping = at_json_root(mapping);
        data += mapping_bytes + (end != NULL);
        bytes -= mapping_bytes + (end != NULL);
    }
    const at_sink sink = {.self = &bytes, .put = put, .reject = reject, .warn = warn};
    AT_TRY(at_input_open_memory(&in, data, bytes, "fuzz", &err));
    const at_status status = importer->read(in, &options, &sink, &scratch, &err);
    assert(status == AT_OK || (err.status == status && err.code[0]));
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const at_importer *importer;
    for (size_t i = 0; !importer && at_importers[i]; i++)
        if (at_text_equal(at_importers[i]->name, FUZZ_IMPORTER))
            importer = at_importers[i];
    assert(importer);
    if (importer->sniff)
        (void)importer->sniff((at_span){.data = (const char *)data, .bytes = bytes});
    (void)import(importer, (const char *)data, bytes);
    return 0;
}
