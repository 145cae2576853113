/**
 * output.h - where answers go: standard output, or a file that appears whole or not at all.
 *
 * Append to `text` and call at_output_flush now and then; at_output_finish is what makes it good.
 *
 * Ownership: a value; clear it by scope with at_output_clear, which drops what is not finished.
 * Errors:    AT_REFUSED "E-CLI-EXISTS" unless --force; AT_IO (a full disk behind a pipe too).
 */
#ifndef ASSETTRACE_CLI_OUTPUT_H
#define ASSETTRACE_CLI_OUTPUT_H

#include "engine/base/text.h"
#include "engine/cli/cli.h"

typedef enum at_format {
    AT_FORMAT_TABLE, /* for people */
    AT_FORMAT_TSV,
    AT_FORMAT_CSV,
    AT_FORMAT_JSON,
    AT_FORMAT_NDJSON
} at_format;

typedef struct at_output {
    at_text text;       /* not yet written */
    const char *path;   /* NULL: standard output */
    const char *fields; /* "from,to,amount"; NULL: all (see fields.h) */
    size_t columns;     /* of the terminal; 0: as wide as the table is */
    at_format format;
    bool terminal; /* standard output is one */
} at_output;

/** By the options of the command: --json and its like, --output, --force. */
AT_CHECKED at_status at_output_open(at_output *out, at_cli *cli, at_error *err);
/** The same without --output, for a command that puts something else there. */
AT_CHECKED at_status at_output_open_standard(at_output *out, at_cli *cli, at_error *err);
/** Write when much has gathered. */
AT_CHECKED at_status at_output_flush(at_output *out, at_error *err);
AT_CHECKED at_status at_output_finish(at_output *out, at_error *err);
void at_output_clear(at_output *out);

/** $COLUMNS, else what the terminal behind the descriptor says; 0 when it is none. */
size_t at_terminal_columns(int descriptor);

#endif
