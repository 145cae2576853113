/**
 * batch.h - many cases, one store: a case that fails does not stop the others.
 *
 * With --output FOLDER every case has its answers in FOLDER/NAME.answers.json (`schema run`; NAME
 * is the case file's without .json) and a summary table goes to standard output. An answer that is
 * already there for the same bytes of the case, the same revision and the same release is kept, and
 * said: so an interrupted batch goes on where it stopped. Without a folder the answers go to
 * standard output one after another, and the summary to stderr.
 *
 * Errors: the worst of what happened, by the order of exit.h; AT_REFUSED "E-CLI-EXISTS" for an
 *         answer to something else in the way, unless --force.
 */
#ifndef ASSETTRACE_CLI_BATCH_H
#define ASSETTRACE_CLI_BATCH_H

#include "engine/cli/cli.h"

AT_CHECKED at_status at_batch_run(at_cli *cli, const char *const *paths, size_t count,
                                  at_error *err);

#endif
