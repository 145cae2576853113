/**
 * case_session.h - a store kept open for any number of cases.
 *
 * A reader, with its ledger, is opened once a revision and serves every case that asks there. Cases
 * without `at` are asked at the revision that was newest when the first of them came, so that a
 * batch speaks of one store however long it takes.
 *
 * Ownership: the session owns store and readers; a run borrows from both until the next case.
 */
#ifndef ASSETTRACE_CLI_CASE_SESSION_H
#define ASSETTRACE_CLI_CASE_SESSION_H

#include "engine/cli/cli.h"
#include "engine/jobs/run.h"

enum { AT_SESSION_READERS = 4 };

typedef struct at_case_session {
    at_cli *cli;
    at_store_mode mode;
    bool quiet;      /* say nothing of each question: there are too many */
    at_store *store; /* opened when first needed */
    int64_t newest;
    struct {
        int64_t revision;
        at_reader *reader;
        at_arena arena;
    } readers[AT_SESSION_READERS];
    size_t reader_count;
} at_case_session;

/** A case file, or standard input as "-". */
AT_CHECKED at_status at_session_read(at_case *out, const char *path, at_arena *arena,
                                     at_error *err);
/** Open the store, once: a failure concerns every case. */
AT_CHECKED at_status at_session_open(at_case_session *session, at_error *err);
/** Answer a case; each question has the time it may take. `reader_out` is what it was asked of. */
AT_CHECKED at_status at_session_answer(at_case_run *out, at_reader **reader_out,
                                       at_case_session *session, const at_case *source,
                                       at_arena *arena, at_error *err);
/** The revision a case is asked at. */
int64_t at_session_revision(const at_case_session *session, const at_case *source);
void at_session_close(at_case_session *session);

#endif
