/**
 * passphrase.h - where a passphrase comes from: --passphrase-file, --passphrase-fd, the terminal.
 *
 * Never from argv or the environment: both can be read by others. What is typed goes straight into
 * locked memory and is not echoed.
 *
 * Ownership: the source must outlive the passphrase made from it.
 * Errors:    AT_USAGE "E-CLI-TERMINAL" without a terminal; AT_INTERRUPTED while typing.
 */
#ifndef ASSETTRACE_CLI_PASSPHRASE_H
#define ASSETTRACE_CLI_PASSPHRASE_H

#include "engine/cli/cli.h"
#include "engine/crypto/key.h"

typedef struct at_passphrase_source {
    int descriptor;
} at_passphrase_source;

AT_CHECKED at_status at_passphrase_choose(at_passphrase *out, at_passphrase_source *source,
                                          const at_cli *cli, at_error *err);

#endif
