/* import_folder.c: the files of a folder, as its import.json lists them or as their formats are
   known. */
#include <string.h>

#include "engine/base/file.h"
#include "engine/jobs/import.h"

enum { LIST_BYTES_MAX = 4 << 20, FILES_MAX = 100000 };

/* import.json stays open while its requests are filled: texts are copied out of it. */
typedef struct folder_list {
    const char *folder;
    at_arena *arena;
    at_import_request *items;
    size_t count;
} folder_list;

/* A file named in the list lies in the folder: no way out of it. */
static at_status inside(const char **out, const folder_list *list, const at_json_value *value,
                        at_error *err) {
    const char *name = at_json_text(value);
    if (!name || !name[0] || name[0] == '/' || strstr(name, ".."))
        return at_json_fail(err, value, "E-IMPORT-LIST",
                            "a file is named by its path below the folder");
    return at_path_join(out, list->arena, list->folder, name, err);
}

static at_status copy_text(const char **out, const folder_list *list, const at_json_value *value,
                           at_error *err) {
    if (!value)
        return AT_OK;
    if (!at_json_text(value))
        return at_json_fail(err, value, "E-IMPORT-LIST", "\"%s\" must be a text",
                            at_json_key(value));
    return at_arena_text(out, list->arena, at_json_text(value), err);
}

static at_status copy_options(at_import_request *request, const folder_list *list,
                              const at_json_value *options, at_error *err) {
    size_t count = at_json_count(options), i = 0;
    if (count == 0)
        return AT_OK;
    const char **names = NULL, **values = NULL;
    AT_TRY(AT_NEW(&names, list->arena, count, err));
    AT_TRY(AT_NEW(&values, list->arena, count, err));
    for (const at_json_value *item = at_json_first(options); item; item = at_json_next(item), i++) {
        if (!at_json_key(item) || !at_json_text(item))
            return at_json_fail(err, item, "E-IMPORT-LIST", "options are an object of texts");
        AT_TRY(at_arena_text(&names[i], list->arena, at_json_key(item), err));
        AT_TRY(at_arena_text(&values[i], list->arena, at_json_text(item), err));
    }
    request->option_names = names;
    request->option_values = values;
    request->option_count = count;
    return AT_OK;
}

/* "scale": {"USDT": 6} */
static at_status copy_scale(at_import_request *request, const folder_list *list,
                            const at_json_value *scale, at_error *err) {
    size_t count = at_json_count(scale), i = 0;
    if (count == 0)
        return AT_OK;
    at_token *tokens = NULL;
    AT_TRY(AT_NEW(&tokens, list->arena, count, err));
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

static at_status read_entry(at_import_request *out, const folder_list *list,
                            const at_json_value *value, const at_import_request *defaults,
                            at_error *err) {
    static const char *const keys[] = {"file", "as", "source", "map", "options", "scale", NULL};
    if (at_json_type_of(value) != AT_JSON_OBJECT)
        return at_json_fail(err, value, "E-IMPORT-LIST", "files is a list of objects");
    AT_TRY(at_json_only(value, keys, err));
    *out = *defaults;
    const at_json_value *file = at_json_get(value, "file");
    if (!file)
        return at_json_fail(err, value, "E-IMPORT-LIST", "\"file\" is missing");
    AT_TRY(inside(&out->path, list, file, err));
    AT_TRY(copy_text(&out->importer, list, at_json_get(value, "as"), err));
    AT_TRY(copy_text(&out->name_space, list, at_json_get(value, "source"), err));
    if (at_json_get(value, "map"))
        AT_TRY(inside(&out->map_path, list, at_json_get(value, "map"), err));
    AT_TRY(copy_options(out, list, at_json_get(value, "options"), err));
    return copy_scale(out, list, at_json_get(value, "scale"), err);
}

static at_status read_list(folder_list *list, const char *path, const at_import_request *defaults,
                           at_error *err) {
    static const char *const keys[] = {"schema", "files", NULL};
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = LIST_BYTES_MAX};
    AT_TRY(at_file_read(&text, path, LIST_BYTES_MAX, err));
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    AT_TRY(at_json_parse(&json, at_text_string(&text), text.bytes, path, err));
    const at_json_value *root = at_json_root(json);
    AT_TRY(at_json_only(root, keys, err));
    if (!at_text_equal(at_json_text(at_json_get(root, "schema")), "assettrace/import/1"))
        return at_json_fail(err, root, "E-IMPORT-LIST", "schema must be \"assettrace/import/1\"");
    const at_json_value *files = at_json_get(root, "files");
    if (at_json_type_of(files ? files : root) != AT_JSON_ARRAY)
        return at_json_fail(err, root, "E-IMPORT-LIST", "\"files\" must be a list");
    AT_TRY(AT_NEW(&list->items, list->arena, at_json_count(files), err));
    for (const at_json_value *item = at_json_first(files); item; item = at_json_next(item))
        AT_TRY(read_entry(&list->items[list->count++], list, item, defaults, err));
    return AT_OK;
}

/* Without a list: every regular file of the folder itself, by name; the importer is found by
   sniffing. */
static at_status walk_folder(folder_list *list, const at_import_request *defaults, at_error *err) {
    at_file_entry *entries = NULL;
    size_t count = 0;
    AT_TRY(at_folder_walk(&entries, &count, list->folder, list->arena, err));
    if (count > FILES_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "more than %d files in \"%s\"", FILES_MAX,
                       list->folder);
    AT_TRY(AT_NEW(&list->items, list->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind != AT_FILE_REGULAR || strchr(entries[i].path, '/'))
            continue;
        at_import_request *item = &list->items[list->count++];
        *item = *defaults;
        AT_TRY(at_path_join(&item->path, list->arena, list->folder, entries[i].path, err));
    }
    return AT_OK;
}

at_status at_import_folder(const at_import_request **out, size_t *count_out, const char *folder,
                           const at_import_request *defaults, at_arena *arena, at_error *err) {
    folder_list list = {.folder = folder, .arena = arena};
    const char *path = NULL;
    AT_TRY(at_path_join(&path, arena, folder, "import.json", err));
    if (at_file_kind_of(path) == AT_FILE_REGULAR)
        AT_TRY(read_list(&list, path, defaults, err));
    else
        AT_TRY(walk_folder(&list, defaults, err));
    *out = list.items;
    *count_out = list.count;
    return AT_OK;
}
