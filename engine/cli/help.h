/**
 * help.h - help made from the tables: commands, queries, importers, error codes, exit codes.
 *
 * Everything is appended to a text; nothing is written twice, so nothing can disagree.
 */
#ifndef ASSETTRACE_CLI_HELP_H
#define ASSETTRACE_CLI_HELP_H

#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/importer.h"
#include "engine/query.h"

typedef struct at_topic {
    const char *name; /* NULL ends the list */
    const char *summary;
    const char *text; /* NULL: made from a table */
} at_topic;

extern const at_topic at_topics[]; /* sorted by name */

AT_CHECKED at_status at_help_overview(at_text *out, at_error *err);
AT_CHECKED at_status at_help_command(at_text *out, const at_command *command, at_error *err);
AT_CHECKED at_status at_help_query(at_text *out, const at_query *query, at_error *err);
AT_CHECKED at_status at_help_importer(at_text *out, const at_importer *importer, at_error *err);
AT_CHECKED at_status at_help_topic(at_text *out, const at_topic *topic, at_error *err);
AT_CHECKED at_status at_help_exit_codes(at_text *out, at_error *err);

/** "TIME" for a time: what a person is asked to write. */
const char *at_help_argument_type(const at_arg *arg);

/** The text with lines longer than `columns` (0: none is) wrapped, summaries under summaries. */
AT_CHECKED at_status at_help_wrap(at_text *out, const char *text, size_t columns, bool isolate,
                                  at_error *err);

/** The whole manual page, for man(1). */
AT_CHECKED at_status at_help_manual(at_text *out, at_error *err);

enum { AT_SCHEMA_NAME_BYTES = 64 };
/** The name of the published JSON schema at `index`, in order; false past the end. */
bool at_schema_at(char out[AT_SCHEMA_NAME_BYTES], size_t index);

#endif
