/* Goal: no bytes bring the JSON reader down, and canonical text is what our writer writes.
 * Method: parse anything; when the text claims to be canonical, writing the parsed tree again must
 * give the same bytes. */
#include "engine/base/json.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static at_status rewrite(at_text *out, const char *data, size_t bytes) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_error err = {0};
    at_json_writer writer = {.out = out};
    AT_TRY(at_json_parse(&json, data, bytes, "fuzz.json", &err));
    if (!at_json_is_canonical(data, bytes))
        return AT_NO;
    at_json_put_value(&writer, at_json_root(json));
    return at_json_finish(&writer, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    AT_CLEANUP(at_text_clear) at_text out = {0};
    const at_status status = rewrite(&out, (const char *)data, bytes);
    if (status == AT_OK)
        assert(out.bytes == bytes && memcmp(out.data, data, bytes) == 0);
    else
        assert(!at_json_is_canonical((const char *)data, bytes));
    return 0;
}
