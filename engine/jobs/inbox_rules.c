/* inbox_rules.c - inbox.json: when a file is finished, and how it is read. */
#include <fnmatch.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/jobs/import_list.h"
#include "engine/jobs/inbox_part.h"
#include "engine/store/validate.h"

enum { LIST_BYTES_MAX = 4 << 20, MAP_BYTES_MAX = 4 << 20, SETTLE_S_DEFAULT = 60 };

/* A mapping that cannot be read is the inbox's fault, not that of the files it was meant for. */
static at_status check_map(const char *path, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = MAP_BYTES_MAX};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    if (!path)
        return AT_OK;
    AT_TRY(at_file_read(&text, path, MAP_BYTES_MAX, err));
    return at_json_parse(&json, at_text_string(&text), text.bytes, path, err);
}

static at_status read_rule(at_inbox_rule *out, at_inbox *inbox, const at_json_value *value,
                           at_error *err) {
    static const char *const keys[] = {"match", "as", "source", "map", "options", "scale", NULL};
    if (at_json_type_of(value) != AT_JSON_OBJECT)
        return at_json_fail(err, value, "E-IMPORT-LIST", "files is a list of objects");
    AT_TRY(at_json_only(value, keys, err));
    const char *pattern = at_json_text(at_json_get(value, "match"));
    if (!pattern || !pattern[0])
        return at_json_fail(err, value, "E-IMPORT-LIST", "\"match\" is missing or no text");
    AT_TRY(at_arena_text(&out->pattern, &inbox->arena, pattern, err));
    AT_TRY(at_import_how(&out->how, inbox->folder, value, &inbox->arena, err));
    return check_map(out->how.map_path, err);
}

static at_status read_finish(at_inbox *inbox, const at_json_value *root, at_error *err) {
    static const char *const words[] = {"marker", "rename", "settle", NULL};
    const at_json_value *finished = at_json_get(root, "finished");
    const at_json_value *settle = at_json_get(root, "settle_s");
    if (finished) {
        const char *word = at_json_text(finished);
        const int found = word ? at_word_find(words, word) : -1;
        if (found < 0)
            return at_json_fail(err, finished, "E-IMPORT-LIST",
                                "finished is \"marker\", \"rename\" or \"settle\"");
        inbox->finish = (at_inbox_finish)found;
    }
    if (settle && (!at_json_int(&inbox->settle_s, settle) || inbox->settle_s < 0))
        return at_json_fail(err, settle, "E-IMPORT-LIST", "settle_s is a number of seconds");
    return AT_OK;
}

static at_status read_document(at_inbox *inbox, const char *path, at_error *err) {
    static const char *const keys[] = {"schema", "finished", "settle_s", "files", NULL};
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = LIST_BYTES_MAX};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    AT_TRY(at_file_read(&text, path, LIST_BYTES_MAX, err));
    AT_TRY(at_json_parse(&json, at_text_string(&text), text.bytes, path, err));
    const at_json_value *root = at_json_root(json), *files = at_json_get(root, "files");
    AT_TRY(at_json_only(root, keys, err));
    if (!at_text_equal(at_json_text(at_json_get(root, "schema")), "assettrace/inbox/1"))
        return at_json_fail(err, root, "E-IMPORT-LIST", "schema must be \"assettrace/inbox/1\"");
    AT_TRY(read_finish(inbox, root, err));
    if (files && at_json_type_of(files) != AT_JSON_ARRAY)
        return at_json_fail(err, files, "E-IMPORT-LIST", "\"files\" must be a list");
    AT_TRY(AT_NEW(&inbox->rules, &inbox->arena, at_json_count(files), err));
    for (const at_json_value *item = at_json_first(files); item; item = at_json_next(item))
        AT_TRY(read_rule(&inbox->rules[inbox->rule_count++], inbox, item, err));
    return AT_OK;
}

at_status at_inbox_rules(at_inbox *inbox, at_error *err) {
    const char *path = NULL;
    inbox->settle_s = SETTLE_S_DEFAULT;
    AT_TRY(at_path_join(&path, &inbox->arena, inbox->folder, AT_INBOX_LIST, err));
    const at_file_kind kind = at_file_kind_of(path);
    if (kind != AT_FILE_NONE && kind != AT_FILE_REGULAR)
        return at_fail(err, AT_BAD_INPUT, "E-INBOX-KIND", "\"%s\" is no plain file", path);
    if (kind == AT_FILE_REGULAR)
        AT_TRY(read_document(inbox, path, err));
    if (inbox->options.settle_s >= 0) {
        inbox->finish = AT_INBOX_SETTLED;
        inbox->settle_s = inbox->options.settle_s;
    }
    return AT_OK;
}

at_status at_inbox_how(at_import_request *out, at_inbox *inbox, const char *path, at_error *err) {
    *out = (at_import_request){.path = NULL};
    for (size_t i = 0; i < inbox->rule_count; i++) {
        if (fnmatch(inbox->rules[i].pattern, path, FNM_PATHNAME | FNM_NOESCAPE) != 0)
            continue;
        *out = inbox->rules[i].how;
        break;
    }
    if (!out->name_space && strchr(path, '/'))
        AT_TRY(at_inbox_subfolder(&out->name_space, inbox, path, err));
    return out->name_space ? at_validate_name_space(out->name_space, err) : AT_OK;
}
