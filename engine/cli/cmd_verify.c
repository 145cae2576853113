/* cmd_verify.c: does a dossier hold what was sealed, and by whom? */
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/confined.h"
#include "engine/cli/output.h"
#include "engine/cli/width.h"
#include "engine/evidence/verify.h"

#include <string.h>

/* Findings as they come: lines for people, objects for programs. */
typedef struct finding_list {
    at_output *out;
    at_json_writer *json; /* NULL: lines */
    bool quiet;
    at_status status; /* of the first line that could not be written */
    at_error *err;
} finding_list;

static const char *finding_text(at_finding finding) {
    return finding == AT_FINDING_GOOD ? "good" : finding == AT_FINDING_NOTE ? "note" : "BAD";
}

static at_status add_line(finding_list *list, at_finding finding, const char *subject,
                          const char *text) {
    at_text *out = &list->out->text;
    AT_TRY(at_text_print(out, list->err, "%-5s", finding_text(finding)));
    AT_TRY(at_visible_add(out, NULL, subject, false, list->err));
    AT_TRY(at_text_add(out, ": ", list->err));
    AT_TRY(at_visible_add(out, NULL, text, false, list->err));
    return at_text_add_char(out, '\n', list->err);
}

/* A file added by somebody may have any name: what is no UTF-8 is spelt out. */
static void put_visible(at_json_writer *json, const char *text) {
    AT_CLEANUP(at_text_clear) at_text visible = {0};
    const at_status status = at_visible_add(&visible, NULL, text, false, NULL);
    at_json_put_text(json, at_text_string(&visible));
    if (json->status == AT_OK)
        json->status = status;
}

static void say(void *self, at_finding finding, const char *subject, const char *text) {
    finding_list *list = self;
    if (list->json) {
        at_json_object(list->json);
        at_json_put_key(list->json, "finding");
        at_json_put_text(list->json, finding == AT_FINDING_BAD ? "bad" : finding_text(finding));
        at_json_put_key(list->json, "subject");
        put_visible(list->json, subject);
        at_json_put_key(list->json, "text");
        put_visible(list->json, text);
        at_json_object_end(list->json);
    } else if (list->status == AT_OK && !(list->quiet && finding == AT_FINDING_GOOD)) {
        list->status = add_line(list, finding, subject, text);
    }
}

static const char *verdict(at_status status) {
    switch (status) {
    case AT_OK:
        return "intact, and sealed by a root you gave";
    case AT_UNTRUSTED:
        return "intact, but the signer is not known";
    case AT_TAMPERED:
        return "TAMPERED";
    case AT_BAD_INPUT:
        return "malformed";
    default:
        return "not verified";
    }
}

static at_status print_lines(at_text *out, const at_verification *found, at_status status,
                             at_error *err) {
    if (found->bundle_id[0])
        AT_TRY(at_text_print(out, err, "bundle   %s\n", found->bundle_id));
    if (found->case_id[0])
        AT_TRY(at_text_print(out, err, "case     %s, revision %lld\n", found->case_id,
                             (long long)found->revision));
    if (found->signer[0])
        AT_TRY(at_text_print(out, err, "signer   %s%s\n", found->signer,
                             found->test    ? " (TEST key)"
                             : found->known ? " (a root you gave)"
                                            : " (not known)"));
    if (found->files)
        AT_TRY(at_text_print(out, err, "content  %zu files, %zu rows resting on %zu records\n",
                             found->files, found->rows, found->records));
    return at_text_print(out, err, "verdict  %s\n", verdict(status));
}

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text && text[0] ? text : NULL);
}

static void put_result(at_json_writer *json, const at_verification *found, at_status status,
                       const at_error *why) {
    put_text(json, "bundle", found->bundle_id);
    put_text(json, "case", found->case_id);
    put_text(json, "code", status == AT_OK ? NULL : why->code);
    put_text(json, "custody_head", found->custody_head);
}

static void put_result_tail(at_json_writer *json, const at_verification *found, at_status status,
                            const at_error *why) {
    put_text(json, "message", status == AT_OK ? NULL : why->message);
    at_json_put_key(json, "records");
    at_json_put_int(json, (int64_t)found->records);
    at_json_put_key(json, "revision");
    at_json_put_int(json, found->revision);
    at_json_put_key(json, "rows");
    at_json_put_int(json, (int64_t)found->rows);
    put_text(json, "schema", "assettrace/verification/1");
    put_text(json, "signer", found->signer);
    put_text(json, "signer_key", found->signer_key);
    at_json_put_key(json, "test");
    at_json_put_bool(json, found->test);
    put_text(json, "verdict",
             status == AT_OK          ? "trusted"
             : status == AT_UNTRUSTED ? "untrusted"
             : status == AT_TAMPERED  ? "tampered"
                                      : "malformed");
}

/* Findings are gathered first, because members come in byte order and they are known last. */
static at_status verify_json(at_output *out, const at_verify_request *asked, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text findings = {0};
    at_json_writer inner = {.out = &findings}, json = {.out = &out->text};
    at_verification found = {0};
    finding_list list = {.out = out, .json = &inner, .err = err};
    const at_verify_report report = {.self = &list, .say = say};
    at_verify_request request = *asked;
    at_error why = {0};
    request.report = &report;
    at_json_array(&inner);
    const at_status status = at_bundle_verify(&found, &request, &why);
    at_json_array_end(&inner);
    AT_TRY(at_json_finish(&inner, err));

    AT_CLEANUP(at_json_close) at_json *tree = NULL;
    AT_TRY(at_json_parse(&tree, at_text_string(&findings), findings.bytes, "findings", err));
    at_json_object(&json);
    put_result(&json, &found, status, &why);
    at_json_put_key(&json, "findings");
    at_json_put_value(&json, at_json_root(tree));
    put_result_tail(&json, &found, status, &why);
    at_json_object_end(&json);
    AT_TRY(at_json_finish(&json, err));
    AT_TRY(at_text_add_char(&out->text, '\n', err));
    AT_TRY(at_output_finish(out, err));
    *err = why;
    return status;
}

/* Whoever sent the dossier may have made it to attack this program. */
static at_status confine(at_cli *cli, const at_verify_request *request, at_error *err) {
    at_confined list = {.count = 0};
    AT_TRY(at_confined_words(&list, cli, err));
    for (size_t i = 0; i < request->root_count; i++)
        AT_TRY(at_confined_add(&list, request->root_paths[i], AT_CONFINE_READ, cli, err));
    return at_cli_confine(&list, cli, err);
}

at_status at_cmd_verify(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    at_verify_request request = {.dossier = cli->words[0]};
    AT_TRY(at_output_open(&out, cli, err));
    AT_TRY(at_cli_values(&request.root_paths, &request.root_count, cli, "root", err));
    AT_TRY(confine(cli, &request, err));
    if (out.format == AT_FORMAT_JSON)
        return verify_json(&out, &request, err);

    at_verification found = {0};
    finding_list list = {.out = &out, .quiet = at_cli_has(cli, "quiet"), .err = err};
    const at_verify_report report = {.self = &list, .say = say};
    at_error why = {0};
    request.report = &report;
    const at_status status = at_bundle_verify(&found, &request, &why);
    AT_TRY(list.status);
    AT_TRY(print_lines(&out.text, &found, status, err));
    AT_TRY(at_output_finish(&out, err));
    *err = why;
    return status;
}
