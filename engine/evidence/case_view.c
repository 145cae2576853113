#include "engine/evidence/case_view.h"

#include <string.h>

#include "engine/evidence/phrase.h"

static bool label_ok(const char *text) {
    const size_t bytes = strlen(text);
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return bytes >= 1 && bytes <= 64 && strspn(text, allowed) == bytes;
}

static at_status read_languages(at_case_view *view, const at_json_value *root, at_error *err) {
    const at_json_value *list = at_json_get(at_json_get(root, "output"), "languages");
    view->languages[view->language_count++] = "en";
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *code = at_json_text(item);
        if (code == NULL)
            return at_json_fail(err, item, "E-BUNDLE-CASE", "a language is not a text");
        bool wanted = at_phrase_language(code) >= 0;
        for (size_t i = 0; i < view->language_count; i++)
            wanted = wanted && strcmp(view->languages[i], code) != 0;
        if (wanted && view->language_count < AT_LANGUAGES_MAX)
            view->languages[view->language_count++] = code;
    }
    return AT_OK;
}

/* Has a member of the list this text under the key? */
static bool lists(const at_json_value *list, const char *key, const char *text, size_t bytes) {
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *named = at_json_text(at_json_get(item, key));
        if (named != NULL && strlen(named) == bytes && memcmp(named, text, bytes) == 0)
            return true;
    }
    return false;
}

/* A dot alone makes no reference: ids hold dots too. */
static void read_freeze(at_case_view *view, const at_json_value *root) {
    const at_json_value *freeze = at_json_get(root, "freeze");
    const char *request = at_json_text(at_json_get(freeze, "request"));
    const char *dot = request != NULL ? strchr(request, '.') : NULL;
    if (request == NULL)
        return;
    const size_t bytes = dot != NULL ? (size_t)(dot - request) : 0;
    view->freeze = request;
    view->exclude = at_json_get(freeze, "exclude");
    view->freeze_kind = AT_FREEZE_THING;
    if (lists(at_json_get(root, "subjects"), "ref", request, strlen(request))) {
        view->freeze_kind = AT_FREEZE_SUBJECT;
    } else if (dot != NULL && bytes < sizeof view->freeze_answer &&
               lists(at_json_get(root, "questions"), "id", request, bytes)) {
        view->freeze_kind = AT_FREEZE_ANSWER;
        memcpy(view->freeze_answer, request, bytes);
        view->freeze_column = dot + 1;
    }
}

static at_status read_members(at_case_view *view, at_error *err) {
    const at_json_value *root = at_json_root(view->json);
    view->id = at_json_text(at_json_get(root, "id"));
    if (view->id == NULL || !label_ok(view->id))
        return at_json_fail(err, root, "E-BUNDLE-CASE", "the case has no id a bundle can bear");
    view->as_of = at_json_text(at_json_get(root, "as_of"));
    view->purpose = at_json_text(at_json_get(root, "purpose"));
    view->legal_basis = at_json_text(at_json_get(root, "legal_basis"));
    view->title = at_json_get(root, "title");
    read_freeze(view, root);
    return read_languages(view, root, err);
}

at_status at_case_view_open(at_case_view *out, const char *data, size_t bytes, at_error *err) {
    AT_CLEANUP(at_case_view_close) at_case_view view = {.language_count = 0};
    AT_TRY(at_json_parse(&view.json, data, bytes, "case.json", err));
    AT_TRY(read_members(&view, err));
    *out = view;
    view.json = NULL;
    return AT_OK;
}

void at_case_view_close(at_case_view *view) {
    at_json_close(&view->json);
}

const char *at_case_view_excluded(const at_case_view *view, const char *thing) {
    static const char *const names[] = {"asset", "account", "party", "thing"};
    for (const at_json_value *item = at_json_first(view->exclude); item; item = at_json_next(item))
        for (size_t i = 0; i < AT_COUNT(names); i++) {
            const char *named = at_json_text(at_json_get(item, names[i]));
            const char *reason = at_json_text(at_json_get(item, "reason"));
            if (named != NULL && strcmp(named, thing) == 0)
                return reason != NULL ? reason : "";
        }
    return NULL;
}
