#include "engine/jobs/import_list.h"

#include <string.h>

#include "engine/base/file.h"

/* A file named in the list lies in the folder: no way out of it. */
at_status at_import_inside(const char **out, const char *folder, const at_json_value *value,
                           at_arena *arena, at_error *err) {
    const char *name = at_json_text(value);
    if (!name || !name[0] || name[0] == '/' || strstr(name, ".."))
        return at_json_fail(err, value, "E-IMPORT-LIST",
                            "a file is named by its path below the folder");
    return at_path_join(out, arena, folder, name, err);
}

static at_status copy_text(const char **out, at_arena *arena, const at_json_value *value,
                           at_error *err) {
    if (!value)
        return AT_OK;
    if (!at_json_text(value))
        return at_json_fail(err, value, "E-IMPORT-LIST", "\"%s\" must be a text",
                            at_json_key(value));
    return at_arena_text(out, arena, at_json_text(value), err);
}

static at_status copy_options(at_import_request *request, at_arena *arena,
                              const at_json_value *options, at_error *err) {
    size_t count = at_json_count(options), i = 0;
    if (count == 0)
        return AT_OK;
    const char **names = NULL, **values = NULL;
    AT_TRY(AT_NEW(&names, arena, count, err));
    AT_TRY(AT_NEW(&values, arena, count, err));
    for (const at_json_value *item = at_json_first(options); item; item = at_json_next(item), i++) {
        if (!at_json_key(item) || !at_json_text(item))
            return at_json_fail(err, item, "E-IMPORT-LIST", "options are an object of texts");
        AT_TRY(at_arena_text(&names[i], arena, at_json_key(item), err));
        AT_TRY(at_arena_text(&values[i], arena, at_json_text(item), err));
    }
    request->option_names = names;
    request->option_values = values;
    request->option_count = count;
    return AT_OK;
}

/* "scale": {"USDT": 6} */
static at_status copy_scale(at_import_request *request, at_arena *arena, const at_json_value *scale,
                            at_error *err) {
    size_t count = at_json_count(scale), i = 0;
    if (count == 0)
        return AT_OK;
    at_token *tokens = NULL;
    AT_TRY(AT_NEW(&tokens, arena, count, err));
    for (const at_json_value *item = at_json_first(scale); item; item = at_json_next(item), i++) {
        const char *code = at_json_key(item);
        int64_t places;
        if (!code || strlen(code) >= AT_CURRENCY_BYTES || !at_json_int(&places, item) ||
            places < 0 || places > AT_SCALE_MAX)
            return at_json_fail(err, item, "E-IMPORT-LIST",
                                "scale is an object of decimals, 0 to %d", AT_SCALE_MAX);
        memcpy(tokens[i].currency.code, code, strlen(code) + 1);
        tokens[i].scale = (int)places;
    }
    request->tokens = tokens;
    request->token_count = count;
    return AT_OK;
}

at_status at_import_how(at_import_request *out, const char *folder, const at_json_value *object,
                        at_arena *arena, at_error *err) {
    AT_TRY(copy_text(&out->importer, arena, at_json_get(object, "as"), err));
    AT_TRY(copy_text(&out->name_space, arena, at_json_get(object, "source"), err));
    if (at_json_get(object, "map"))
        AT_TRY(at_import_inside(&out->map_path, folder, at_json_get(object, "map"), arena, err));
    AT_TRY(copy_options(out, arena, at_json_get(object, "options"), err));
    return copy_scale(out, arena, at_json_get(object, "scale"), err);
}
