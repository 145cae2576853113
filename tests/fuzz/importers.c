/* Goal: no bytes bring an importer down, and no record it reports lies outside the content.
 * Method: the first byte chooses the importer; for one that needs a mapping, the bytes up to the
 * first NUL are the mapping and the rest is the content. The sink keeps nothing. */
#include "engine/importer.h"

#include <assert.h>
#include <string.h>

enum { SCRATCH_BYTES_MAX = 256 << 20 };

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

static at_status import(const at_importer *importer, const char *data, size_t bytes) {
    AT_CLEANUP(at_json_close) at_json *mapping = NULL;
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SCRATCH_BYTES_MAX};
    at_import_options options = {0};
    at_error err = {0};
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
    size_t count = 0;
    while (at_importers[count])
        count++;
    if (bytes == 0 || count == 0)
        return 0;
    const at_importer *importer = at_importers[data[0] % count];
    if (importer->sniff)
        (void)importer->sniff((at_span){.data = (const char *)data + 1, .bytes = bytes - 1});
    (void)import(importer, (const char *)data + 1, bytes - 1);
    return 0;
}
