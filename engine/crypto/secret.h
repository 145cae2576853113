/**
 * secret.h - bytes that must not be swapped out, dumped or left behind: passphrases and keys.
 *
 * Ownership: at_secret is a handle on locked memory, wiped when closed.
 * Errors:    AT_NO_MEMORY when memory cannot be had; AT_IO, AT_LIMIT for a passphrase file.
 */
#ifndef ASSETTRACE_CRYPTO_SECRET_H
#define ASSETTRACE_CRYPTO_SECRET_H

#include <stdbool.h>

#include "engine/base/error.h"

enum { AT_PASSPHRASE_BYTES_MAX = 1024 };

typedef struct at_secret {
    size_t capacity;
    size_t bytes;
    char *data;
} at_secret;

AT_CHECKED at_status at_secret_open(at_secret **out, size_t capacity, at_error *err);
void at_secret_close(at_secret **secret);

/**
 * Whoever knows the passphrase: a prompt, a file, a descriptor.
 *
 * `ask` writes at most `capacity` bytes into locked memory and says how many; `purpose` is what a
 * prompt may show. `confirm` asks for a second typing where a person types (a new key).
 */
typedef struct at_passphrase {
    void *self;
    at_status (*ask)(void *self, char *buffer, size_t capacity, size_t *bytes_out,
                     const char *purpose, bool confirm, at_error *err);
} at_passphrase;

/** The passphrase is the first line of this file, without its line end. `path` must outlive the
 * value. */
at_passphrase at_passphrase_file(const char *path);
/** The same from an open descriptor (--passphrase-fd); `fd` must outlive the value. */
at_passphrase at_passphrase_fd(const int *fd);

/** A passphrase already in memory; `text` must outlive the value. */
at_passphrase at_passphrase_text(const char *text);

/** Ask `source` into new locked memory. AT_KEY "E-KEY-PASSPHRASE" when it is empty. */
AT_CHECKED at_status at_passphrase_ask(at_secret **out, const at_passphrase *source,
                                       const char *purpose, bool confirm, at_error *err);

/** A whole file into locked memory. AT_BAD_INPUT when there is none, AT_LIMIT past `capacity`. */
AT_CHECKED at_status at_secret_read(at_secret **out, const char *path, size_t capacity,
                                    at_error *err);

#endif
