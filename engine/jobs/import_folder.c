/* import_folder.c: the files of a folder, as its import.json lists them or as their formats are
   known. */
#include <string.h>

#include "engine/base/file.h"
#include "engine/jobs/import.h"
#include "engine/jobs/import_list.h"

enum { LIST_BYTES_MAX = 4 << 20, FILES_MAX = 100000 };

typedef struct folder_list {
    const char *folder;
    at_arena *arena;
    at_import_request *items;
    size_t count;
} folder_list;

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
    AT_TRY(at_import_inside(&out->path, list->folder, file, list->arena, err));
    return at_import_how(out, list->folder, value, list->arena, err);
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
