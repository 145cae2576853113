#include "engine/cli/passphrase.h"

#include "engine/base/interrupt.h"
#include "engine/cli/progress.h"
#include "engine/cli/signals.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

typedef struct terminal {
    int descriptor;
    struct termios before;
} terminal;

/* Whatever happens, the terminal echoes again. */
static void terminal_close(terminal *tty) {
    if (tty->descriptor < 0)
        return;
    tcsetattr(tty->descriptor, TCSAFLUSH, &tty->before);
    close(tty->descriptor);
    at_signals_break_calls(false);
}

static at_status terminal_open(terminal *out, at_error *err) {
    out->descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (out->descriptor < 0 || tcgetattr(out->descriptor, &out->before) != 0) {
        if (out->descriptor >= 0)
            close(out->descriptor);
        out->descriptor = -1;
        at_fail(err, AT_USAGE, "E-CLI-TERMINAL", "there is no terminal to ask for a passphrase on");
        at_hint(err, "Give --passphrase-file FILE or --passphrase-fd N.");
        return AT_USAGE;
    }
    at_signals_break_calls(true);
    struct termios quiet = out->before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    quiet.c_lflag |= ECHONL;
    if (tcsetattr(out->descriptor, TCSAFLUSH, &quiet) != 0)
        return at_fail(err, AT_IO, "E-IO", "the terminal cannot be made silent");
    return AT_OK;
}

static at_status say(const terminal *tty, const char *text, at_error *err) {
    const size_t length = strlen(text);
    if (write(tty->descriptor, text, length) != (ssize_t)length)
        return at_fail(err, AT_IO, "E-IO", "cannot write to the terminal");
    return AT_OK;
}

static at_status read_typed(const terminal *tty, char *buffer, size_t capacity, size_t *bytes_out,
                            at_error *err) {
    size_t count = 0;
    for (;;) {
        char c = 0;
        const ssize_t got = read(tty->descriptor, &c, 1);
        AT_TRY(at_interrupt_check(err));
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "cannot read from the terminal");
        if (got == 0 || c == '\n')
            break;
        if (count == capacity)
            return at_fail(err, AT_LIMIT, "E-LIMIT", "a passphrase is at most %zu bytes long",
                           capacity);
        buffer[count++] = c;
    }
    *bytes_out = count;
    return AT_OK;
}

static at_status ask_terminal(void *self, char *buffer, size_t capacity, size_t *bytes_out,
                              const char *purpose, bool confirm, at_error *err) {
    (void)self;
    AT_CLEANUP(terminal_close) terminal tty = {.descriptor = -1};
    AT_CLEANUP(at_secret_close) at_secret *again = NULL;
    char prompt[256];
    at_progress_stop(); /* nothing else may write where a person types */
    AT_TRY(terminal_open(&tty, err));
    snprintf(prompt, sizeof prompt, "Passphrase for %s: ", purpose);
    AT_TRY(say(&tty, prompt, err));
    AT_TRY(read_typed(&tty, buffer, capacity, bytes_out, err));
    if (!confirm)
        return AT_OK;
    AT_TRY(at_secret_open(&again, capacity, err));
    AT_TRY(say(&tty, "The same again: ", err));
    AT_TRY(read_typed(&tty, again->data, again->capacity, &again->bytes, err));
    if (again->bytes != *bytes_out || memcmp(again->data, buffer, again->bytes) != 0)
        return at_fail(err, AT_KEY, "E-KEY-PASSPHRASE", "the two passphrases are not the same");
    return AT_OK;
}

at_status at_passphrase_choose(at_passphrase *out, at_passphrase_source *source, const at_cli *cli,
                               at_error *err) {
    enum { DESCRIPTOR_MAX = 1023 };
    const char *path = at_cli_value(cli, "passphrase-file");
    int64_t descriptor = -1;
    AT_TRY(at_cli_number(&descriptor, cli, "passphrase-fd", 0, DESCRIPTOR_MAX, -1, err));
    if (path && descriptor >= 0)
        return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                       "\"--passphrase-file\" and \"--passphrase-fd\" cannot be had at once");
    source->descriptor = (int)descriptor;
    if (path)
        *out = at_passphrase_file(path);
    else if (descriptor >= 0)
        *out = at_passphrase_fd(&source->descriptor);
    else
        *out = (at_passphrase){.ask = ask_terminal};
    return AT_OK;
}
