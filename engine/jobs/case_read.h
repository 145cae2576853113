/**
 * case_read.h - the reading of a case file in its parts: its head (case.c), its questions
 * (case_question.c), and the words of every refusal.
 *
 * A refusal names the value as written and where it stands; its hint says what would be right.
 */
#ifndef ASSETTRACE_JOBS_CASE_READ_H
#define ASSETTRACE_JOBS_CASE_READ_H

#include "engine/jobs/run.h"

/** "KEY": VALUE is not WANTED; `cure` is the hint. */
at_status at_case_wrong(at_error *err, const at_json_value *value, const char *code,
                        const char *wanted, const char *cure);
/** A text member that is not empty; absent leaves `out` alone, unless required. */
AT_CHECKED at_status at_case_text(const char **out, const at_json_value *object, const char *key,
                                  bool required, at_error *err);
/** A member of that type, or none. */
AT_CHECKED at_status at_case_type(const at_json_value *value, at_json_type type, const char *words,
                                  at_error *err);
/** An integer member in [low, high]; absent leaves `out` alone. */
AT_CHECKED at_status at_case_int(int64_t *out, const at_json_value *value, int64_t low,
                                 int64_t high, const char *words, at_error *err);
/** The id of a subject or question: it stands before a dot and names a file. */
AT_CHECKED at_status at_case_word(const at_json_value *object, const char *key, const char *word,
                                  at_error *err);

/** Fill out->questions; head, subjects and defaults are read already. */
AT_CHECKED at_status at_case_questions(at_case *out, const at_query *const *queries,
                                       at_arena *arena, at_error *err);
/** The run's own settings in defaults. */
AT_CHECKED at_status at_case_defaults(const at_case *source, const at_query *const *queries,
                                      at_error *err);
/** limit, truncation, min_amount, window, include and timeout_s of one question. */
AT_CHECKED at_status at_case_settings(at_case_question *question, const at_case *source,
                                      at_error *err);
/** Can the text be what the reference says: is the question earlier, has it the column?
 *  `before` = number of questions that may be referred to. */
AT_CHECKED at_status at_case_reference(bool *is_one, const at_case *source, size_t before,
                                       const at_json_value *value, at_error *err);

#endif
