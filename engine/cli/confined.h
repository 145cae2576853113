/**
 * confined.h - a command that reads unknown files gives up first what it does not need.
 *
 * Name what it will read and write, then call at_cli_confine before the first byte is parsed. The
 * store (when told to), the file of --output and standard streams are added; who runs this, where
 * the store lies and what libraries load late are looked up before. A kernel that offers too
 * little is named in a note. The limits on compressed files (--max-unpacked, --max-ratio)
 * and the one on memory (--max-memory) begin to count here too.
 */
#ifndef ASSETTRACE_CLI_CONFINED_H
#define ASSETTRACE_CLI_CONFINED_H

#include "engine/base/confine.h"
#include "engine/cli/cli.h"

typedef struct at_confined {
    at_confine_path *paths;
    size_t count, capacity;
} at_confined;

/** Paths are borrowed; NULL and "-" are passed over. */
AT_CHECKED at_status at_confined_add(at_confined *list, const char *path, at_confine_right right,
                                     at_cli *cli, at_error *err);
/** Every word of the command, to be read. */
AT_CHECKED at_status at_confined_words(at_confined *list, at_cli *cli, at_error *err);
AT_CHECKED at_status at_confined_store(at_confined *list, at_cli *cli, at_error *err);
AT_CHECKED at_status at_cli_confine(at_confined *list, at_cli *cli, at_error *err);

#endif
