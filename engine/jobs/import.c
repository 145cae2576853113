/* import.c: choose who reads, archive, read, publish. */
#include "engine/jobs/import.h"

#include <string.h>

#include "engine/base/file.h"
#include "engine/base/progress.h"
#include "engine/jobs/file_under.h"
#include "engine/jobs/relay.h"

enum { HEAD_BYTES = 65536, MAPPING_BYTES_MAX = 4 << 20, OPTIONS_MAX = 64, SNIFF_SURE = 1 };

/* Everything chosen before the first record is read. */
typedef struct import_plan {
    const at_importer *importer;
    at_text mapping;
    at_json *mapping_json;
    at_import_options options;
    const char *options_text; /* canonical, NULL when none */
} import_plan;

static void plan_clear(import_plan *plan) {
    at_json_close(&plan->mapping_json);
    at_text_clear(&plan->mapping);
}

const char *at_import_name(const at_import_request *request) {
    return request->name ? request->name : at_path_name(request->path);
}

const at_importer *at_importer_find(const at_importer *const *registry, const char *name) {
    for (; *registry; registry++)
        if (at_text_equal((*registry)->name, name))
            return *registry;
    return NULL;
}

static at_status unknown_importer(const at_importer *const *registry, const char *name,
                                  at_error *err) {
    const char *names[257] = {0};
    for (size_t i = 0; registry[i] && i < 256; i++)
        names[i] = registry[i]->name;
    const char *near = at_text_nearest(name, names);
    at_fail(err, AT_USAGE, "E-IMPORT-IMPORTER", "there is no importer \"%s\"", name);
    if (near)
        at_hint(err, "did you mean \"%s\"? `assettrace importers` lists them", near);
    else
        at_hint(err, "`assettrace importers` lists them");
    return AT_USAGE;
}

/* The importer that is surest of the first bytes; two equally sure is a question for a person. */
static at_status sniff(const at_importer **out, const at_importer *const *registry,
                       const at_import_request *request, at_error *err) {
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    const char *name = at_import_name(request);
    AT_TRY(at_input_open(&in, request->path, name, 0, err));
    at_span head;
    AT_TRY(at_input_peek(&head, in, HEAD_BYTES, err));
    if (head.bytes == 0)
        return at_fail(err, AT_BAD_INPUT, "E-IMPORT-EMPTY", "\"%s\" is empty", name);
    const at_importer *best = NULL, *rival = NULL;
    int best_score = 0;
    for (; *registry; registry++) {
        int score = (*registry)->sniff ? (*registry)->sniff(head) : 0;
        if (score >= SNIFF_SURE && score == best_score)
            rival = *registry;
        if (score > best_score) {
            best = *registry;
            best_score = score;
            rival = NULL;
        }
    }
    if (!best) {
        at_fail(err, AT_BAD_INPUT, "E-IMPORT-FORMAT", "the format of \"%s\" is not recognised",
                name);
        at_hint(
            err,
            "say it with --as IMPORTER; other delimited files need --as table_csv --map MAP.json");
        return AT_BAD_INPUT;
    }
    if (rival) {
        at_fail(err, AT_BAD_INPUT, "E-IMPORT-FORMAT", "\"%s\" may be %s or %s", name, best->name,
                rival->name);
        at_hint(err, "say which with --as");
        return AT_BAD_INPUT;
    }
    *out = best;
    return AT_OK;
}

static at_status check_option(const at_importer *importer, const char *name, at_error *err) {
    const char *names[OPTIONS_MAX + 1] = {0};
    size_t count = 0;
    const at_importer_option *option;
    for (option = importer->options; option && option->name && count < OPTIONS_MAX; option++)
        names[count++] = option->name;
    if (at_word_find(names, name) >= 0)
        return AT_OK;
    const char *near = at_text_nearest(name, names);
    at_fail(err, AT_USAGE, "E-IMPORT-OPTION", "importer \"%s\" has no option \"%s\"",
            importer->name, name);
    if (near)
        at_hint(err, "did you mean \"%s\"?", near);
    else
        at_hint(err, "see `assettrace help %s`", importer->name);
    return AT_USAGE;
}

static at_status check_options(const at_importer *importer, const at_import_request *request,
                               at_error *err) {
    for (size_t i = 0; i < request->option_count; i++) {
        AT_TRY(check_option(importer, request->option_names[i], err));
        for (size_t k = 0; k < i; k++)
            if (at_text_equal(request->option_names[k], request->option_names[i]))
                return at_fail(err, AT_USAGE, "E-IMPORT-OPTION", "option \"%s\" is given twice",
                               request->option_names[i]);
    }
    const at_importer_option *option;
    for (option = importer->options; option && option->name; option++) {
        bool given = false;
        for (size_t i = 0; i < request->option_count; i++)
            given |= at_text_equal(request->option_names[i], option->name);
        if (option->required && !given) {
            at_fail(err, AT_USAGE, "E-IMPORT-OPTION",
                    "importer \"%s\" needs --option %s=", importer->name, option->name);
            at_hint(err, "%s: %s", option->name, option->summary);
            return AT_USAGE;
        }
    }
    return AT_OK;
}

/* The options as one canonical line: part of what makes two imports the same. */
static at_status options_text(const char **out, const at_import_request *request, at_arena *arena,
                              at_error *err) {
    if (request->option_count == 0)
        return AT_OK;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_json_writer writer = {.out = &text};
    at_json_object(&writer);
    const char *last = NULL;
    for (size_t done = 0; done < request->option_count; done++) {
        size_t next = request->option_count;
        for (size_t i = 0; i < request->option_count; i++) {
            const char *name = request->option_names[i];
            bool later = !last || at_text_compare(name, last) > 0;
            if (later && (next == request->option_count ||
                          at_text_compare(name, request->option_names[next]) < 0))
                next = i;
        }
        last = request->option_names[next];
        at_json_put_key(&writer, last);
        at_json_put_text(&writer, request->option_values[next]);
    }
    at_json_object_end(&writer);
    AT_TRY(at_json_finish(&writer, err));
    return at_arena_text(out, arena, at_text_string(&text), err);
}

static at_status read_mapping(import_plan *plan, const at_import_request *request, at_error *err) {
    const char *path = request->map_path ? request->map_path : "mapping";
    plan->mapping.limit_bytes = MAPPING_BYTES_MAX;
    AT_TRY(request->map_path
               ? at_file_read(&plan->mapping, path, MAPPING_BYTES_MAX, err)
               : at_text_add_bytes(&plan->mapping, request->mapping, request->mapping_bytes, err));
    AT_TRY(at_json_parse(&plan->mapping_json, at_text_string(&plan->mapping), plan->mapping.bytes,
                         path, err));
    plan->options.mapping = at_json_root(plan->mapping_json);
    return AT_OK;
}

/* The user's tokens, then those of the format that the user did not name. */
static at_status add_tokens(at_import_options *options, const at_token *tokens, at_arena *arena,
                            at_error *err) {
    at_token *all = NULL;
    size_t count = 0, more = 0;
    while (tokens != NULL && tokens[more].scale >= 0)
        more++;
    if (more == 0)
        return AT_OK;
    AT_TRY(AT_NEW(&all, arena, options->token_count + more, err));
    for (; count < options->token_count; count++)
        all[count] = options->tokens[count];
    for (size_t i = 0; i < more; i++)
        if (at_currency_scale(tokens[i].currency.code, options->tokens, options->token_count) < 0)
            all[count++] = tokens[i];
    options->tokens = all;
    options->token_count = count;
    return AT_OK;
}

static at_status make_plan(import_plan *plan, const at_importer *const *registry,
                           const at_import_request *request, at_arena *arena, at_error *err) {
    if (request->importer) {
        plan->importer = at_importer_find(registry, request->importer);
        if (!plan->importer)
            return unknown_importer(registry, request->importer, err);
    } else {
        AT_TRY(sniff(&plan->importer, registry, request, err));
    }
    const at_importer *importer = plan->importer;
    const bool mapped = request->map_path || request->mapping;
    if (importer->needs_mapping && !mapped) {
        at_fail(err, AT_USAGE, "E-IMPORT-MAPPING", "importer \"%s\" needs a mapping",
                importer->name);
        at_hint(err, "give --map MAP.json; `assettrace schema mapping` describes it");
        return AT_USAGE;
    }
    if (!importer->needs_mapping && mapped)
        return at_fail(err, AT_USAGE, "E-IMPORT-MAPPING", "importer \"%s\" takes no mapping",
                       importer->name);
    AT_TRY(check_options(importer, request, err));
    AT_TRY(options_text(&plan->options_text, request, arena, err));
    plan->options = (at_import_options){.names = request->option_names,
                                        .values = request->option_values,
                                        .count = request->option_count,
                                        .tokens = request->tokens,
                                        .token_count = request->token_count};
    AT_TRY(add_tokens(&plan->options, importer->tokens, arena, err));
    return mapped ? read_mapping(plan, request, err) : AT_OK;
}

/* Read through the importer; whatever it says is said of this file. */
static at_status read_all(const import_plan *plan, at_input *in, const at_sink *inner,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_iban_sink filed = {.inner = inner};
    at_sink sink = at_iban_sink_of(&filed);
    at_status status = plan->importer->read(in, &plan->options, &sink, &scratch, err);
    at_arena_clear(&filed.arena);
    if (status != AT_OK)
        at_place(err, "%s", at_input_name(in));
    return status;
}

/* The same, while what was read is stored beside. What the store fails with is said of the file
 * too, and of no line: the reader may be far past it. */
static at_status read_and_store(const import_plan *plan, at_import *import, at_error *err) {
    AT_CLEANUP(at_relay_close) at_relay *relay = NULL;
    at_input *in = at_import_input(import);
    AT_TRY(at_relay_open(&relay, at_import_sink(import), err));
    const at_sink sink = at_relay_sink(relay);
    at_status status = at_relay_finish(relay, read_all(plan, in, &sink, err), err);
    if (status != AT_OK)
        at_place(err, "%s", at_input_name(in));
    return status;
}

static void watch(void *self, uint64_t read_bytes) {
    at_progress_step(self, read_bytes);
}

/* What ran out was what this import was allowed, not the machine's memory. */
static at_status tell_limit(at_status status, at_error *err) {
    enum { MIB_SHIFT = 20 };
    size_t limit = 0;
    if (!at_memory_limit_met(&limit) || status != AT_NO_MEMORY)
        return status;
    at_fail(err, AT_LIMIT, "E-LIMIT-MEMORY", "the import needs more than its %zu MiB of memory",
            limit >> MIB_SHIFT);
    at_hint(err, "Nothing of it was published. Say --max-memory with more, or split the file.");
    return AT_LIMIT;
}

static at_status import_file(at_receipt *receipt, at_store *store,
                             const at_importer *const *registry, const at_import_request *request,
                             at_arena *arena, at_error *err) {
    AT_CLEANUP(plan_clear) import_plan plan = {0};
    AT_TRY(make_plan(&plan, registry, request, arena, err));
    at_source_info info = {.path = request->path,
                           .name = at_import_name(request),
                           .replaces = request->replaces,
                           .reason = request->reason,
                           .name_space = request->name_space ? request->name_space : "default",
                           .importer = plan.importer->name,
                           .importer_version = plan.importer->version,
                           .options = plan.options_text,
                           .mapping = plan.options.mapping ? at_text_string(&plan.mapping) : NULL,
                           .mapping_bytes = plan.mapping.bytes,
                           .tokens = plan.options.tokens,
                           .token_count = plan.options.token_count};
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    AT_TRY(at_import_begin(&import, store, &info, err));
    if (!at_import_already(import)) {
        AT_CLEANUP(at_progress_end)
        at_progress bar = {.what = info.name, .total = at_import_bytes(import)};
        at_progress_begin(&bar);
        at_input_watch(at_import_input(import), watch, &bar);
        at_status status = read_and_store(&plan, import, err);
        if (status != AT_OK)
            return at_import_fail(receipt, import, arena, err);
    }
    return at_import_publish(receipt, import, arena, err);
}

at_status at_import_file(at_receipt *receipt, at_store *store, const at_importer *const *registry,
                         const at_import_request *request, at_arena *arena, at_error *err) {
    return tell_limit(import_file(receipt, store, registry, request, arena, err), err);
}

at_status at_import_preview(const at_sink *sink, const at_importer *const *registry,
                            const at_import_request *request, at_arena *arena, at_error *err) {
    AT_CLEANUP(plan_clear) import_plan plan = {0};
    AT_TRY(make_plan(&plan, registry, request, arena, err));
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_TRY(at_input_open(&in, request->path, at_import_name(request), 0, err));
    return tell_limit(read_all(&plan, in, sink, err), err);
}
