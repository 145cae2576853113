#include "engine/crypto/secret.h"

#include "engine/base/file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

at_status at_secret_open(at_secret **out, size_t capacity, at_error *err) {
    if (sodium_init() < 0)
        return at_fail(err, AT_IO, "E-IO", "the system gives no random bytes");
    at_secret *secret = sodium_malloc(sizeof *secret);
    char *data = sodium_malloc(capacity > 0 ? capacity : 1);
    if (secret == NULL || data == NULL) {
        sodium_free(data);
        sodium_free(secret);
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no locked memory for a secret");
    }
    *secret = (at_secret){.capacity = capacity, .data = data};
    *out = secret;
    return AT_OK;
}

void at_secret_close(at_secret **secret) {
    if (*secret == NULL)
        return;
    sodium_free((*secret)->data); /* wipes first */
    sodium_free(*secret);
    *secret = NULL;
}

/* Read until the end, `capacity` bytes, or, when `one_line`, a line end. */
static at_status read_bytes(size_t *out, char *buffer, size_t capacity, int file, bool one_line,
                            const char *name, at_error *err) {
    size_t bytes = 0;
    for (;;) {
        char extra;
        const bool full = bytes == capacity;
        const ssize_t got = read(file, full ? &extra : buffer + bytes, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "cannot read %s: %s", name, strerrordesc_np(errno));
        const char last = full ? extra : buffer[bytes];
        if (got == 0 || (one_line && last == '\n'))
            break;
        if (full)
            return at_fail(err, AT_LIMIT, "E-LIMIT", "%s is longer than %zu bytes", name, capacity);
        bytes++;
    }
    if (one_line && bytes > 0 && buffer[bytes - 1] == '\r')
        bytes--;
    *out = bytes;
    return AT_OK;
}

static void close_file(const int *file) {
    if (*file >= 0)
        close(*file);
}

at_status at_secret_read(at_secret **out, const char *path, size_t capacity, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *secret = NULL;
    AT_CLEANUP(close_file) int file = -1;
    AT_TRY(at_file_open(&file, path, path, err));
    AT_TRY(at_secret_open(&secret, capacity, err));
    AT_TRY(read_bytes(&secret->bytes, secret->data, capacity, file, false, path, err));
    *out = secret;
    secret = NULL;
    return AT_OK;
}

static at_status ask_file(void *self, char *buffer, size_t capacity, size_t *bytes_out,
                          const char *purpose, bool confirm, at_error *err) {
    (void)purpose;
    (void)confirm;
    AT_CLEANUP(close_file) int file = -1;
    AT_TRY(at_file_open(&file, self, self, err));
    return read_bytes(bytes_out, buffer, capacity, file, true, self, err);
}

static at_status ask_fd(void *self, char *buffer, size_t capacity, size_t *bytes_out,
                        const char *purpose, bool confirm, at_error *err) {
    (void)purpose;
    (void)confirm;
    return read_bytes(bytes_out, buffer, capacity, *(const int *)self, true,
                      "the passphrase descriptor", err);
}

static at_status ask_text(void *self, char *buffer, size_t capacity, size_t *bytes_out,
                          const char *purpose, bool confirm, at_error *err) {
    (void)purpose;
    (void)confirm;
    const size_t bytes = strlen(self);
    if (bytes > capacity)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "the passphrase is longer than %zu bytes",
                       capacity);
    memcpy(buffer, self, bytes);
    *bytes_out = bytes;
    return AT_OK;
}

at_passphrase at_passphrase_file(const char *path) {
    return (at_passphrase){(void *)path, ask_file};
}

at_passphrase at_passphrase_fd(const int *fd) {
    return (at_passphrase){(void *)fd, ask_fd};
}

at_passphrase at_passphrase_text(const char *text) {
    return (at_passphrase){(void *)text, ask_text};
}

at_status at_passphrase_ask(at_secret **out, const at_passphrase *source, const char *purpose,
                            bool confirm, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *secret = NULL;
    AT_TRY(at_secret_open(&secret, AT_PASSPHRASE_BYTES_MAX, err));
    AT_TRY(source->ask(source->self, secret->data, secret->capacity, &secret->bytes, purpose,
                       confirm, err));
    assert(secret->bytes <= secret->capacity);
    if (secret->bytes == 0)
        return at_fail(err, AT_KEY, "E-KEY-PASSPHRASE", "the passphrase is empty");
    *out = secret;
    secret = NULL;
    return AT_OK;
}
