/**
 * run.h - job: a case file, its questions in sequence.
 *
 * A case is the statement of method: a closed list of named questions with their arguments,
 * references (`s1`, `q2.thing`) and expectations, read strictly (case.c); an unknown key is
 * AT_BAD_INPUT with pointer, line and the nearest key. Specification "case". The bytes of the file
 * go into the bundle unchanged.
 */
#ifndef ASSETTRACE_JOBS_RUN_H
#define ASSETTRACE_JOBS_RUN_H

#include "engine/base/json.h"
#include "engine/crypto/hash.h"
#include "engine/jobs/ask.h"
#include "engine/jobs/cut.h"

typedef struct at_case_subject {
    const char *ref;
    const char *id, *name, *birth, *country; /* NULL = not asked */
    size_t expect;
    const at_json_value *where;
} at_case_subject;

typedef struct at_case_question {
    const char *id;
    const at_query *query;
    const at_json_value *where; /* the object, for arguments and messages */
    int64_t expect_rows;        /* -1: no expectation */
    int64_t timeout_s;          /* 0: no limit; whoever runs the case arms the clock */
    at_cut cut;                 /* what its answer leaves out */
} at_case_question;

typedef struct at_case {
    const char *bytes; /* the file as read */
    size_t byte_count;
    char sha256[AT_SHA256_TEXT_BYTES]; /* of them */
    at_json *json;
    const char *id, *purpose, *legal_basis;
    const char *as_of;   /* text, or NULL */
    int64_t at_revision; /* 0 = newest */
    const at_case_subject *subjects;
    size_t subject_count;
    const at_case_question *questions;
    size_t question_count;
    const at_json_value *defaults, *freeze, *title, *output; /* NULL = absent */
} at_case;

/** Read and check a case file. All lives in `arena` except `json`: at_case_close. */
AT_CHECKED at_status at_case_read(at_case *out, const char *path, const at_query *const *queries,
                                  at_arena *arena, at_error *err);
AT_CHECKED at_status at_case_read_bytes(at_case *out, const char *bytes, size_t count,
                                        const char *name, const at_query *const *queries,
                                        at_arena *arena, at_error *err);
void at_case_close(at_case *value);

/* One answered question. */
typedef struct at_case_answer {
    const at_case_question *question;
    const at_pair *pairs; /* as bound: references replaced by what they named */
    size_t pair_count;
    at_table table;
} at_case_answer;

typedef struct at_case_run {
    const at_case *source;
    int64_t revision;
    const at_thing *const *subject_things; /* per subject: its things, 0-terminated */
    at_case_answer *answers;
    size_t answer_count;
} at_case_run;

/* Told before and after each question (progress, time limit); may be NULL. */
typedef void at_case_progress(void *self, const at_case_question *question, const at_table *done);

/** Answer every question in order; stops at the first failure, its question as place. */
AT_CHECKED at_status at_case_answer_all(at_case_run *out, const at_case *source, at_reader *reader,
                                        at_arena *arena, at_case_progress *progress, void *self,
                                        at_error *err);

#endif
