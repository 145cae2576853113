#include "engine/evidence/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/evidence/verify_state.h"

void at_verify_say(const at_verify_state *state, at_finding finding, const char *subject,
                   const char *format, ...) {
    char text[512];
    va_list args;
    if (state->request->report == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    state->request->report->say(state->request->report->self, finding, subject, text);
}

void at_verify_bad(at_verify_state *state, at_status status, const char *subject, const char *code,
                   const char *format, ...) {
    char text[384];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    at_verify_say(state, AT_FINDING_BAD, subject, "%s", text);
    if (state->worst == AT_TAMPERED || (state->worst == AT_BAD_INPUT && status == AT_BAD_INPUT))
        return;
    state->worst = status;
    at_fail(&state->first, status, code, "\"%s\" %s", subject, text);
}

at_status at_verify_judge(at_verify_state *state, bool *bad, at_status status, at_status as,
                          const char *subject, const at_error *lower, at_error *err) {
    *bad = status != AT_OK;
    switch (status) {
    case AT_OK:
        return AT_OK;
    case AT_IO:
    case AT_NO_MEMORY:
    case AT_INTERRUPTED:
    case AT_BUG:
        if (err != NULL)
            *err = *lower;
        return status;
    default:
        at_verify_bad(state, as, subject, lower->code, "%s: %s%s%s",
                      as == AT_TAMPERED ? "was changed" : "is malformed", lower->message,
                      lower->place[0] != '\0' ? ", " : "", lower->place);
        return AT_OK;
    }
}

at_status at_verify_subject(const char **out, at_verify_state *state, const char *path,
                            at_error *err) {
    return at_path_join(out, state->arena, AT_PATH_BUNDLE, path, err);
}

at_status at_verify_read(at_text *out, at_verify_state *state, const char *path, at_error *err) {
    const char *full = NULL;
    AT_TRY(at_path_join(&full, state->arena, state->request->dossier, path, err));
    return at_file_read(out, full, AT_VERIFY_FILE_BYTES_MAX, err);
}

/* Each level rests on the one before; after a bad one the rest would only blame the wrong file. */
static at_status run_levels(at_verify_state *state, at_error *err) {
    static at_status (*const levels[])(at_verify_state *, at_error *) = {
        at_verify_shape, at_verify_seal, at_verify_tags, at_verify_payload, at_verify_content};
    for (size_t i = 0; i < AT_COUNT(levels) && state->worst == AT_OK; i++)
        AT_TRY(levels[i](state, err));
    return AT_OK;
}

/* The bytes are as they were sealed: by whom is another question. */
static at_status judge_signer(const at_verify_state *state, at_error *err) {
    const at_verification *out = state->out;
    if (out->test)
        at_fail(err, AT_UNTRUSTED, "E-VERIFY-TEST",
                "intact, but sealed with the TEST key \"%s\", which proves nothing", out->signer);
    else if (state->request->root_count == 0)
        at_fail(err, AT_UNTRUSTED, "E-VERIFY-NO-ROOT",
                "intact, but nobody said whose key \"%s\" is", out->signer);
    else if (!out->known)
        at_fail(err, AT_UNTRUSTED, "E-VERIFY-SIGNER",
                "intact, but sealed by key \"%s\", which is none of the roots given", out->signer);
    else
        return AT_OK;
    if (!out->test)
        at_hint(err, "obtain the agency's public key outside this dossier and say --root FILE");
    return AT_UNTRUSTED;
}

at_status at_bundle_verify(at_verification *out, const at_verify_request *request, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_verify_state state = {.request = request, .out = out, .arena = &arena};
    *out = (at_verification){.revision = 0};
    AT_TRY(at_path_join(&state.bundle, &arena, request->dossier, AT_PATH_BUNDLE, err));
    AT_TRY(run_levels(&state, err));
    if (state.worst != AT_OK) {
        if (err != NULL)
            *err = state.first;
        return state.worst;
    }
    return judge_signer(&state, err);
}
