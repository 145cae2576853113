#include "engine/jobs/replace.h"

#include <string.h>

#include "engine/base/json.h"
#include "engine/store/reading.h"

/* {"columns":"3","sheet":"x"} as names and values. */
static at_status read_options(at_import_request *out, const char *options, at_arena *arena,
                              at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    const char **names = NULL, **values = NULL;
    if (!options)
        return AT_OK;
    AT_TRY(at_json_parse(&json, options, strlen(options), "options", err));
    const at_json_value *root = at_json_root(json);
    AT_TRY(AT_NEW(&names, arena, at_json_count(root), err));
    AT_TRY(AT_NEW(&values, arena, at_json_count(root), err));
    for (const at_json_value *one = at_json_first(root); one; one = at_json_next(one)) {
        AT_TRY(at_arena_text(&names[out->option_count], arena, at_json_key(one), err));
        AT_TRY(at_arena_text(&values[out->option_count], arena, at_json_text(one), err));
        out->option_count++;
    }
    out->option_names = names;
    out->option_values = values;
    return AT_OK;
}

at_status at_replace_request(at_import_request *out, at_store *store, const at_source *source,
                             const char *path, const char *map_path, const char *reason,
                             at_arena *arena, at_error *err) {
    at_import_request request = {.path = path,
                                 .importer = source->importer,
                                 .name_space = source->name_space,
                                 .map_path = map_path,
                                 .replaces = source->withdrawn ? 0 : source->number,
                                 .reason = reason};
    at_reading reading;
    AT_TRY(at_reading_get(&reading, store, source, arena, err));
    if (!path) {
        AT_TRY(at_source_path(&request.path, store, source, arena, err));
        request.name = source->name;
    }
    if (!map_path) {
        request.mapping = reading.mapping;
        request.mapping_bytes = reading.mapping_bytes;
    }
    request.tokens = reading.tokens;
    request.token_count = reading.token_count;
    AT_TRY(read_options(&request, source->options, arena, err));
    *out = request;
    return AT_OK;
}
