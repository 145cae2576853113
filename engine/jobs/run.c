/* run.c: a case's subjects found, its questions answered in order. */
#include "engine/jobs/run.h"

#include "engine/base/progress.h"

#include <stdio.h>
#include <string.h>

#include "engine/jobs/look.h"
#include "engine/jobs/refer.h"

static at_status wrong_count(const at_case_subject *subject, const at_thing *things, size_t count,
                             const at_facts *facts, at_error *err) {
    at_json_fail(err, subject->where, "E-CASE-EXPECT", "subject \"%s\": %zu found, %zu expected",
                 subject->ref, count, subject->expect);
    AT_CLEANUP(at_text_clear) at_text list = {.limit_bytes = 200};
    for (size_t i = 0; i < count; i++) {
        at_thing_view view = {0};
        if (facts->view(facts->self, &view, things[i], NULL) != AT_OK ||
            at_text_print(&list, NULL, "%s%s%s%s%s", i ? "; " : "", view.shown,
                          view.title ? " (" : "", view.title ? view.title : "",
                          view.title ? ")" : "") != AT_OK)
            break;
    }
    if (count)
        at_hint(err, "found: %s", at_text_string(&list));
    else
        at_hint(err, "try `assettrace find` to see how the sources write it");
    return AT_BAD_INPUT;
}

static at_status find_subject(const at_thing **out, const at_case_subject *subject,
                              const at_facts *facts, at_arena *arena, at_error *err) {
    const at_thing *found = NULL;
    size_t count = 0;
    at_thing by_id = 0;
    if (subject->id) {
        at_status status = facts->resolve(facts->self, &by_id, AT_ANY_THING, subject->id, err);
        if (status != AT_OK) {
            at_error lower = err ? *err : (at_error){0};
            at_json_fail(err, subject->where, lower.code, "subject \"%s\": %s", subject->ref,
                         lower.message);
            at_hint(err, "%s", lower.hint);
            return status;
        }
        found = &by_id;
        count = 1;
    } else {
        AT_TRY(at_find_subject(&found, &count, facts, subject->name, subject->birth,
                               subject->country, arena, err));
    }
    if (count != subject->expect)
        return wrong_count(subject, found, count, facts, err);
    at_thing *list = NULL;
    AT_TRY(AT_NEW(&list, arena, count + 1, err));
    for (size_t i = 0; i < count; i++)
        list[i] = found[i];
    *out = list;
    return AT_OK;
}

static at_status find_subjects(at_case_run *run, const at_facts *facts, at_arena *arena,
                               at_error *err) {
    const at_thing **lists = NULL;
    AT_TRY(AT_NEW(&lists, arena, run->source->subject_count, err));
    for (size_t i = 0; i < run->source->subject_count; i++)
        AT_TRY(find_subject(&lists[i], &run->source->subjects[i], facts, arena, err));
    run->subject_things = lists;
    return AT_OK;
}

/* A reference that names nothing leaves nothing to ask about: the answer is empty and says so. An
   argument left out instead would ask about everything. */
static at_status answer_nothing(at_case_answer *answer, const at_json_value *empty, at_arena *arena,
                                at_error *err) {
    const at_query *query = answer->question->query;
    const char *text = at_json_text(empty);
    at_table_init(&answer->table, query->name, query->version, query->columns, arena);
    return at_table_note(&answer->table, err, "EMPTY_REFERENCE",
                         "%s%s%s names nothing: there is nothing to ask about", text ? "\"" : "",
                         text ? text : at_json_key(empty), text ? "\"" : "");
}

/* Bind says which argument is wrong; the case says where that argument stands. */
static void place_failure(at_error *err, const at_case_question *question) {
    static const char told[] = "argument ";
    const at_json_value *where = question->where;
    at_error copy = *err;
    if (at_text_starts(err->place, told)) {
        where = at_json_get(question->where, err->place + strlen(told));
    } else if (at_text_starts(err->message, told)) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(err->message + strlen(told), ":"),
                 err->message + strlen(told));
        where = at_json_get(question->where, name);
    }
    at_json_fail(err, where ? where : question->where, copy.code, "question \"%s\": %s",
                 question->id, copy.message);
    err->status = copy.status;
    at_hint(err, "%s", copy.hint);
}

static at_status answer_one(at_case_run *run, size_t index, at_reader *reader,
                            const at_answer *earlier, at_arena *arena, at_error *err) {
    at_case_answer *answer = &run->answers[index];
    const at_case_question *question = answer->question;
    const at_json_value *empty = NULL;
    at_pair_list list = {.arena = arena};
    AT_TRY(at_refer(&list, &empty, run, index, at_reader_facts(reader), err));
    answer->pairs = list.items;
    answer->pair_count = list.count;
    const at_ask_request request = {.query = question->query,
                                    .pairs = list.items,
                                    .pair_count = list.count,
                                    .earlier = earlier,
                                    .earlier_count = index};
    if (empty)
        AT_TRY(answer_nothing(answer, empty, arena, err));
    else
        AT_TRY(at_ask(&answer->table, reader, &request, arena, err));
    return at_cut_table(&answer->table, &question->cut, err);
}

/* Does the answer have the rows that the case expects? */
static at_status check_rows(const at_case_answer *answer, at_error *err) {
    const at_case_question *question = answer->question;
    const at_json_value *expect = at_json_get(question->where, "expect");
    if (question->expect_rows < 0 || (uint64_t)question->expect_rows == answer->table.row_count)
        return AT_OK;
    at_json_fail(err, expect, "E-CASE-EXPECT", "question \"%s\": %zu rows, %lld expected",
                 question->id, answer->table.row_count, (long long)question->expect_rows);
    at_hint(err, "look at the answer with `assettrace ask %s`, then correct \"expect\"",
            question->query->name);
    return AT_BAD_INPUT;
}

static at_status answer_question(at_case_run *run, size_t index, at_reader *reader,
                                 const at_answer *earlier, at_arena *arena, at_error *err) {
    const at_case_question *question = run->answers[index].question;
    at_error lower = {0};
    at_status status = answer_one(run, index, reader, earlier, arena, &lower);
    if (status == AT_OK)
        return check_rows(&run->answers[index], err);
    if (!err)
        return status == AT_USAGE ? AT_BAD_INPUT : status;
    *err = lower;
    if (!at_text_starts(lower.place, "/")) /* already a place in the case file */
        place_failure(err, question);
    if (at_text_equal(lower.code, "E-TIME-LIMIT")) {
        at_hint(err, "%lld s were allowed: raise \"timeout_s\" or narrow the question",
                (long long)question->timeout_s);
    }
    return status == AT_USAGE ? AT_BAD_INPUT : status;
}

/* The moment an answer is about, which was read when it was asked for. */
static int64_t as_of(const at_case_answer *answer) {
    int64_t time_us = AT_TIME_NONE;
    for (size_t i = 0; i < answer->pair_count; i++)
        if (at_text_equal(answer->pairs[i].name, "as_of") &&
            at_time_parse_end(&time_us, answer->pairs[i].value, NULL) != AT_OK)
            return AT_TIME_NONE;
    return time_us;
}

at_status at_case_answer_all(at_case_run *out, const at_case *source, at_reader *reader,
                             at_arena *arena, at_case_progress *progress, void *self,
                             at_error *err) {
    at_case_run run = {.source = source, .answer_count = source->question_count};
    const at_facts *facts = at_reader_facts(reader);
    run.revision = facts->revision;
    AT_TRY(find_subjects(&run, facts, arena, err));
    AT_TRY(AT_NEW(&run.answers, arena, run.answer_count, err));
    at_answer *earlier = NULL;
    AT_TRY(AT_NEW(&earlier, arena, run.answer_count, err));
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "questions", .unit = AT_PROGRESS_COUNT, .total = run.answer_count};
    at_progress_begin(&bar);
    for (size_t i = 0; i < run.answer_count; i++) {
        at_progress_step(&bar, i);
        run.answers[i].question = &source->questions[i];
        if (progress)
            progress(self, run.answers[i].question, NULL);
        AT_TRY(answer_question(&run, i, reader, earlier, arena, err));
        earlier[i] =
            (at_answer){source->questions[i].id, &run.answers[i].table, as_of(&run.answers[i])};
        if (progress)
            progress(self, run.answers[i].question, &run.answers[i].table);
    }
    at_reference freeze;
    if (source->freeze) /* a request for nothing known is a mistake now, not when it is sealed */
        AT_TRY(at_refer_freeze(&freeze, &run, facts, err));
    *out = run;
    return AT_OK;
}
