/**
 * complete.h - what may stand where the cursor is, for shells that complete commands.
 *
 * Everything comes from the tables: commands, actions, options, queries and their arguments and
 * columns, importers, schemas, languages, error codes. Nothing is opened, no store is asked.
 */
#ifndef ASSETTRACE_CLI_COMPLETE_H
#define ASSETTRACE_CLI_COMPLETE_H

#include "engine/cli/cli.h"

/**
 * Append "candidate TAB summary" lines.
 *
 * @param words  what follows the program's name; the last is being typed and may be ""
 */
AT_CHECKED at_status at_complete(at_text *out, const char *const *words, size_t word_count,
                                 at_error *err);

/** The script for "bash", "fish" or "zsh", or NULL. */
const char *at_complete_script(const char *shell);

#endif
