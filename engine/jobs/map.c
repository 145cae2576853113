#include "engine/jobs/map.h"

#include "engine/base/file.h"

enum { HEAD_BYTES = 1 << 16, MAPPING_BYTES_MAX = 1 << 20 };

/* An importer that knows this format reads it better than any mapping. */
static at_status find_importer(at_guess *out, const at_importer *const *registry, const char *path,
                               at_arena *arena, at_error *err) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    enum { SURE_ENOUGH = 50, SURE = 90 };
    at_span head;
    int best = 0;
    const char *name = NULL;
    AT_TRY(at_input_open(&in, path, at_path_name(path), 0, err));
    AT_TRY(at_input_peek(&head, in, HEAD_BYTES, err));
    for (size_t i = 0; registry[i] != NULL; i++) {
        const int sure = registry[i]->sniff != NULL ? registry[i]->sniff(head) : 0;
        if (sure > best) {
            best = sure;
            name = registry[i]->name;
        }
    }
    if (best < SURE_ENOUGH)
        return AT_OK;
    AT_TRY(AT_GROW(&out->points, &out->point_capacity, out->point_count, arena, err));
    out->points[out->point_count++] = (at_guess_point){
        .field = "importer",
        .value = name,
        .sure = SURE,
        .why = "this importer recognises the file as its own format and needs no mapping"};
    return AT_OK;
}

at_status at_map_guess(at_guess *out, const at_importer *const *registry, const char *path,
                       at_arena *arena, at_error *err) {
    at_guess guess;
    AT_TRY(at_guess_file(&guess, path, at_path_name(path), arena, err));
    AT_TRY(find_importer(&guess, registry, path, arena, err));
    *out = guess;
    return AT_OK;
}

at_status at_map_check(at_map_report *out, const char *map_path, const char *path,
                       uint64_t rows_max, const at_sink *sink, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_map_report report = {.tried = path != NULL};
    const char **kinds = NULL;
    AT_TRY(at_file_read(&text, map_path, MAPPING_BYTES_MAX, err));
    AT_TRY(at_json_parse(&json, at_text_string(&text), text.bytes, at_path_name(map_path), err));
    AT_TRY(AT_NEW(&kinds, arena, AT_TRIAL_KINDS_MAX, err));
    AT_TRY(at_trial_check(kinds, &report.kind_count, at_json_root(json), arena, err));
    report.kinds = kinds;
    if (path != NULL) {
        AT_TRY(at_input_open(&in, path, at_path_name(path), 0, err));
        AT_TRY(at_trial_read(&report.trial, in, at_json_root(json), rows_max, sink, err));
    }
    *out = report;
    return AT_OK;
}
