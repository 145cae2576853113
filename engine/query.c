#include "engine/query.h"

#include <assert.h>
#include <string.h>

const at_argument *at_question_get(const at_question *question, const char *name) {
    assert(question != NULL && name != NULL);
    for (size_t i = 0; i < question->argument_count; i++)
        if (strcmp(question->arguments[i].arg->name, name) == 0)
            return &question->arguments[i];
    return NULL;
}

const at_argument *at_question_next(const at_question *question, const at_argument *previous) {
    assert(question != NULL && previous != NULL);
    const at_argument *next = previous + 1; /* values of one argument stand side by side */
    if (next == question->arguments + question->argument_count || next->arg != previous->arg)
        return NULL;
    return next;
}

const char *at_question_text(const at_question *question, const char *name) {
    const at_argument *argument = at_question_get(question, name);
    return argument != NULL ? argument->text : NULL;
}

int64_t at_question_number(const at_question *question, const char *name) {
    const at_argument *argument = at_question_get(question, name);
    assert(argument != NULL);
    return argument->number;
}

int64_t at_question_time(const at_question *question, const char *name) {
    const at_argument *argument = at_question_get(question, name);
    return argument != NULL ? argument->time_us : AT_TIME_NONE;
}
