/**
 * case_view.h - what a bundle needs to know of a case file, read from its bytes alone.
 *
 * The builder and the verifier both look through it, so that neither trusts the other's summary.
 * How a case is checked and answered is engine/jobs' matter; here only the members that the bundle
 * repeats are read.
 *
 * Ownership: texts live as long as `json`; close with at_case_view_close.
 * Errors:    AT_BAD_INPUT "E-BUNDLE-CASE".
 */
#ifndef ASSETTRACE_EVIDENCE_CASE_VIEW_H
#define ASSETTRACE_EVIDENCE_CASE_VIEW_H

#include "engine/base/json.h"

enum { AT_LANGUAGES_MAX = 8 };

/* What freeze.request names. */
typedef enum at_freeze_kind {
    AT_FREEZE_NONE,
    AT_FREEZE_ANSWER,  /* "q2.thing": a column of an answer */
    AT_FREEZE_SUBJECT, /* "s1": a subject of the case */
    AT_FREEZE_THING,   /* anything else: one thing by its id */
} at_freeze_kind;

typedef struct at_case_view {
    at_json *json;
    const char *id;                            /* [A-Za-z0-9._-]{1,64} */
    const char *as_of, *purpose, *legal_basis; /* NULL when not stated */
    const at_json_value *title;                /* a text or {language: text}; NULL when absent */
    const char *languages[AT_LANGUAGES_MAX];   /* with a phrase catalogue, "en" first */
    size_t language_count;
    at_freeze_kind freeze_kind;
    const char *freeze;     /* the request as written; NULL when the case asks for no freeze */
    char freeze_answer[65]; /* "q2" of "q2.thing"; "" unless AT_FREEZE_ANSWER */
    const char *freeze_column;
    const at_json_value *exclude; /* array or NULL */
} at_case_view;

AT_CHECKED at_status at_case_view_open(at_case_view *out, const char *data, size_t bytes,
                                       at_error *err);
void at_case_view_close(at_case_view *view);
/** The reason for leaving a thing out of the request, or NULL when it is not excluded. */
const char *at_case_view_excluded(const at_case_view *view, const char *thing);

#endif
