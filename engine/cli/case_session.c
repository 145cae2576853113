#include "engine/cli/case_session.h"

#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/cli/deadline.h"
#include "engine/cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A reader keeps what it was asked; past this it is opened anew. */
#define READER_BYTES_MAX ((size_t)1 << 30)

at_status at_session_read(at_case *out, const char *path, at_arena *arena, at_error *err) {
    enum { CASE_BYTES_MAX = 4 << 20 };
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = CASE_BYTES_MAX};
    char buffer[4096];
    size_t got = 1;
    if (strcmp(path, "-") != 0)
        return at_case_read(out, path, at_queries, arena, err);
    while (got > 0) {
        AT_TRY(at_file_next(&got, STDIN_FILENO, buffer, sizeof buffer, "standard input", err));
        AT_TRY(at_text_add_bytes(&text, buffer, got, err));
    }
    return at_case_read_bytes(out, at_text_string(&text), text.bytes, "standard input", at_queries,
                              arena, err);
}

at_status at_session_open(at_case_session *session, at_error *err) {
    if (session->store)
        return AT_OK;
    AT_TRY(at_cli_open_store(&session->store, session->cli, session->mode, err));
    return at_store_revision(&session->newest, session->store, err);
}

int64_t at_session_revision(const at_case_session *session, const at_case *source) {
    return source->at_revision ? source->at_revision : session->newest;
}

static void close_reader(at_case_session *session, size_t index) {
    at_reader_close(&session->readers[index].reader);
    at_arena_clear(&session->readers[index].arena);
    session->reader_count--;
    memmove(&session->readers[index], &session->readers[index + 1],
            (session->reader_count - index) * sizeof session->readers[0]);
}

static at_status find_reader(at_reader **out, at_case_session *session, int64_t revision,
                             at_error *err) {
    for (size_t i = 0; i < session->reader_count; i++) {
        if (session->readers[i].revision != revision)
            continue;
        if (session->readers[i].arena.used_bytes < READER_BYTES_MAX) {
            *out = session->readers[i].reader;
            return AT_OK;
        }
        close_reader(session, i);
        break;
    }
    if (session->reader_count == AT_SESSION_READERS)
        close_reader(session, 0);
    const size_t place = session->reader_count++;
    session->readers[place].revision = revision;
    session->readers[place].reader = NULL;
    session->readers[place].arena = (at_arena){0};
    const at_status status = at_reader_open(&session->readers[place].reader, session->store,
                                            revision, &session->readers[place].arena, err);
    if (status != AT_OK) {
        close_reader(session, place);
        return status;
    }
    *out = session->readers[place].reader;
    return AT_OK;
}

/* Before a question its clock is set; after it the clock is stopped. */
static void watch(void *self, const at_case_question *question, const at_table *done) {
    const bool *tells = self;
    at_deadline_arm(done ? 0 : question->timeout_s);
    if (!done || !*tells)
        return;
    at_progress_erase();
    fprintf(stderr, "%s %s: %zu rows%s\n", question->id, question->query->name, done->row_count,
            done->truncated ? ", cut" : "");
}

at_status at_session_answer(at_case_run *out, at_reader **reader_out, at_case_session *session,
                            const at_case *source, at_arena *arena, at_error *err) {
    bool tells = !session->quiet && isatty(STDERR_FILENO) == 1;
    at_reader *reader = NULL;
    AT_TRY(at_session_open(session, err));
    AT_TRY(find_reader(&reader, session, at_session_revision(session, source), err));
    at_interrupt_questions(true);
    const at_status status = at_case_answer_all(out, source, reader, arena, watch, &tells, err);
    at_interrupt_questions(false);
    at_deadline_arm(0);
    if (status == AT_OK)
        *reader_out = reader;
    return status;
}

void at_session_close(at_case_session *session) {
    while (session->reader_count)
        close_reader(session, session->reader_count - 1);
    at_store_close(&session->store);
}
