#include "engine/evidence/document.h"

at_status at_document_open(at_json **out, const char *data, size_t bytes, const char *name,
                           at_error *err) {
    if (bytes == 0 || data[bytes - 1] != '\n')
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-JSON", "%s does not end with one line end",
                       name);
    AT_TRY(at_json_parse(out, data, bytes - 1, name, err));
    if (at_json_is_canonical(data, bytes - 1))
        return AT_OK;
    at_json_close(out);
    return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-JSON", "%s is not in canonical form", name);
}

at_status at_document_members(const at_json_value *object, const char *const *keys, at_error *err) {
    size_t count = 0;
    if (at_json_type_of(object) != AT_JSON_OBJECT)
        return at_json_fail(err, object, "E-BUNDLE-JSON", "an object is wanted here");
    for (; keys[count] != NULL; count++)
        if (at_json_get(object, keys[count]) == NULL)
            return at_json_fail(err, object, "E-BUNDLE-JSON", "the member \"%s\" is missing",
                                keys[count]);
    if (at_json_count(object) == count)
        return AT_OK;
    AT_TRY(at_json_only(object, keys, err));
    return at_json_fail(err, object, "E-BUNDLE-JSON", "a member is not known here");
}

at_status at_document_text(const char **out, const at_json_value *object, const char *key,
                           bool optional, at_error *err) {
    const at_json_value *value = at_json_get(object, key);
    const char *text = value != NULL ? at_json_text(value) : NULL;
    if (text == NULL && !(optional && value != NULL && at_json_type_of(value) == AT_JSON_NULL))
        return at_json_fail(err, object, "E-BUNDLE-JSON", "the member \"%s\" is no text", key);
    *out = text;
    return AT_OK;
}

at_status at_document_count(int64_t *out, const at_json_value *object, const char *key,
                            at_error *err) {
    const at_json_value *value = at_json_get(object, key);
    int64_t number = 0;
    if (value == NULL || !at_json_int(&number, value) || number < 0)
        return at_json_fail(err, object, "E-BUNDLE-JSON", "the member \"%s\" is no count", key);
    *out = number;
    return AT_OK;
}

at_status at_document_list(const at_json_value **out, const at_json_value *object, const char *key,
                           at_error *err) {
    const at_json_value *value = at_json_get(object, key);
    if (value == NULL || at_json_type_of(value) != AT_JSON_ARRAY)
        return at_json_fail(err, object, "E-BUNDLE-JSON", "the member \"%s\" is no list", key);
    *out = value;
    return AT_OK;
}

at_status at_document_finish(at_json_writer *writer, at_error *err) {
    AT_TRY(at_json_finish(writer, err));
    return at_text_add_char(writer->out, '\n', err);
}

void at_document_put(at_json_writer *writer, const char *key, const char *text) {
    at_json_put_key(writer, key);
    at_json_put_text(writer, text);
}
