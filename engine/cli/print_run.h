/**
 * print_run.h - the answers of a case in every format.
 *
 *   JSON     {"answers","case","case_sha256","questions","release","revision","rows","schema",
 *            "truncated"} (`schema run`); the small members stand at the end of the document, so
 *            that a file can be known without reading its answers
 *   NDJSON   one answer a line
 *   others   a line `# QUESTION QUERY` before each answer; notes on stderr
 */
#ifndef ASSETTRACE_CLI_PRINT_RUN_H
#define ASSETTRACE_CLI_PRINT_RUN_H

#include "engine/cli/print.h"
#include "engine/jobs/run.h"

/** Append; AT_LIMIT with an empty message when an answer was cut. */
AT_CHECKED at_status at_print_run(at_output *out, at_cli *cli, const at_case_run *run,
                                  at_reader *reader, at_error *err);

/* What the end of a JSON document says of the run. */
typedef struct at_run_head {
    char case_sha256[AT_SHA256_TEXT_BYTES];
    int64_t revision, questions, rows;
    bool truncated;
} at_run_head;

/** The head of a written document. `*known` is false when the file is none of this release's. */
AT_CHECKED at_status at_run_head_read(at_run_head *out, bool *known, const char *path,
                                      at_error *err);

#endif
