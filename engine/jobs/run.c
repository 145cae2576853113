/* run.c: a case's subjects found, its questions answered in order. */
#include "engine/jobs/run.h"

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
            at_place(err, "subject \"%s\", line %llu", subject->ref,
                     (unsigned long long)at_json_line(subject->where));
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

/* "limit" of the question or of the defaults; 0 = none. */
static at_status row_limit(size_t *out, const at_case *source, const at_case_question *question,
                           at_error *err) {
    const at_json_value *limit = at_json_get(question->where, "limit");
    if (!limit)
        limit = at_json_get(source->defaults, "limit");
    int64_t count = 0;
    if (limit && (!at_json_int(&count, limit) || count < 1))
        return at_json_fail(err, limit, "E-CASE-TYPE", "\"limit\" must be a number of rows from 1");
    *out = (size_t)count;
    return AT_OK;
}

/* Which grades `include` names; without it all rows stay. Observed takes corroborated with it: it
   is stronger. */
static at_status included(unsigned *out, const at_json_value *include, at_error *err) {
    unsigned grades = include ? 0 : ~0u;
    for (const at_json_value *item = at_json_first(include); item; item = at_json_next(item)) {
        bool known = false;
        for (at_grade grade = AT_OBSERVED; grade <= AT_INFERRED; grade++)
            if (at_text_equal(at_json_text(item), at_grade_text(grade))) {
                grades |= 1u << grade;
                known = true;
            }
        if (!known)
            return at_json_fail(err, item, "E-CASE-TYPE",
                                "a grade is one of observed, corroborated, accepted, inferred");
    }
    if (grades & (1u << AT_OBSERVED))
        grades |= 1u << AT_CORROBORATED;
    *out = grades;
    return AT_OK;
}

static at_status keep_grades(at_table *table, unsigned grades, at_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < table->row_count; i++)
        if (grades & (1u << table->rows[i].grade))
            table->rows[kept++] = table->rows[i];
    size_t left_out = table->row_count - kept;
    table->row_count = kept;
    if (!left_out)
        return AT_OK;
    return at_table_note(table, err, "GRADE_LEFT_OUT",
                         "%zu rows of grades the case does not include are left out", left_out);
}

static at_status answer_one(at_case_run *run, size_t index, at_reader *reader,
                            const at_answer *earlier, at_arena *arena, at_error *err) {
    at_case_answer *answer = &run->answers[index];
    const at_case_question *question = answer->question;
    at_pair_list list = {.arena = arena};
    AT_TRY(at_refer(&list, run, index, at_reader_facts(reader), err));
    answer->pairs = list.items;
    answer->pair_count = list.count;
    at_ask_request request = {.query = question->query,
                              .pairs = list.items,
                              .pair_count = list.count,
                              .earlier = earlier,
                              .earlier_count = index};
    AT_TRY(row_limit(&request.max_rows, run->source, question, err));
    unsigned grades = 0;
    AT_TRY(included(&grades, at_json_get(run->source->defaults, "include"), err));
    at_status status = at_ask(&answer->table, reader, &request, arena, err);
    if (status != AT_OK) {
        at_place(err, "question \"%s\", line %llu", question->id,
                 (unsigned long long)at_json_line(question->where));
        return status == AT_USAGE ? AT_BAD_INPUT : status;
    }
    AT_TRY(keep_grades(&answer->table, grades, err));
    if (question->expect_rows >= 0 && (uint64_t)question->expect_rows != answer->table.row_count)
        return at_json_fail(err, question->where, "E-CASE-EXPECT",
                            "question \"%s\": %zu rows, %lld expected", question->id,
                            answer->table.row_count, (long long)question->expect_rows);
    return AT_OK;
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
    for (size_t i = 0; i < run.answer_count; i++) {
        run.answers[i].question = &source->questions[i];
        if (progress)
            progress(self, run.answers[i].question, NULL);
        AT_TRY(answer_one(&run, i, reader, earlier, arena, err));
        earlier[i] = (at_answer){source->questions[i].id, &run.answers[i].table};
        if (progress)
            progress(self, run.answers[i].question, &run.answers[i].table);
    }
    *out = run;
    return AT_OK;
}
