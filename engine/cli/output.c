#include "engine/cli/output.h"

#include "engine/base/file.h"
#include "engine/cli/progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>

enum { FLUSH_BYTES = 1 << 16 };
#define FILE_BYTES_MAX ((size_t)4 << 30)

static at_status choose_format(at_output *out, const at_cli *cli, at_error *err) {
    static const struct {
        const char *option;
        at_format format;
    } rows[] = {
        {"json", AT_FORMAT_JSON}, {"ndjson", AT_FORMAT_NDJSON}, {"csv", AT_FORMAT_CSV},
        {"tsv", AT_FORMAT_TSV},   {"table", AT_FORMAT_TABLE},
    };
    const char *chosen = NULL;
    out->format = out->terminal && !out->path ? AT_FORMAT_TABLE : AT_FORMAT_TSV;
    if (!(cli->command->takes & AT_TAKES_FORMAT)) {
        bool json = cli->command->takes & AT_TAKES_JSON && at_cli_has(cli, "json");
        out->format = json ? AT_FORMAT_JSON : AT_FORMAT_TABLE;
        return AT_OK;
    }
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        if (!at_cli_has(cli, rows[i].option))
            continue;
        if (chosen)
            return at_fail(err, AT_USAGE, "E-CLI-OPTION",
                           "\"--%s\" and \"--%s\" cannot be had at once", chosen, rows[i].option);
        chosen = rows[i].option;
        out->format = rows[i].format;
    }
    return AT_OK;
}

size_t at_terminal_columns(int descriptor) {
    enum { COLUMNS_MIN = 20, COLUMNS_MAX = 10000 };
    const char *told = getenv("COLUMNS");
    struct winsize size = {0};
    int64_t columns = 0;
    if (told && at_int_parse(&columns, told) && columns >= COLUMNS_MIN && columns <= COLUMNS_MAX)
        return (size_t)columns;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col >= COLUMNS_MIN ? size.ws_col : 0;
}

at_status at_output_open_standard(at_output *out, at_cli *cli, at_error *err) {
    *out = (at_output){.terminal = isatty(STDOUT_FILENO) == 1};
    out->columns = at_terminal_columns(STDOUT_FILENO);
    out->text.limit_bytes = FILE_BYTES_MAX;
    return choose_format(out, cli, err);
}

at_status at_output_open(at_output *out, at_cli *cli, at_error *err) {
    *out = (at_output){.terminal = isatty(STDOUT_FILENO) == 1};
    if (cli->command->takes & AT_TAKES_FORMAT) {
        out->path = at_cli_value(cli, "output");
        out->fields = at_cli_value(cli, "fields");
    }
    out->columns = out->path ? 0 : at_terminal_columns(STDOUT_FILENO); /* a file has no edge */
    out->text.limit_bytes = FILE_BYTES_MAX;
    AT_TRY(choose_format(out, cli, err));
    if (!out->path || at_cli_has(cli, "force") || at_file_kind_of(out->path) == AT_FILE_NONE)
        return AT_OK;
    return at_fail(err, AT_REFUSED, "E-CLI-EXISTS", "\"%s\" is already there", out->path);
}

static at_status write_out(at_output *out, at_error *err) {
    if (out->text.bytes)
        at_progress_erase();
    const char *text = at_text_string(&out->text);
    if (fwrite(text, 1, out->text.bytes, stdout) != out->text.bytes || fflush(stdout) != 0)
        return at_fail(err, AT_IO, "E-IO", "cannot write the answer: %s", strerror(errno));
    at_text_reset(&out->text);
    return AT_OK;
}

at_status at_output_flush(at_output *out, at_error *err) {
    if (out->path || out->text.bytes < FLUSH_BYTES)
        return AT_OK;
    return write_out(out, err);
}

at_status at_output_finish(at_output *out, at_error *err) {
    enum { MODE = 0644 };
    if (!out->path)
        return write_out(out, err);
    AT_TRY(at_file_write(out->path, at_text_string(&out->text), out->text.bytes, MODE, err));
    at_text_reset(&out->text);
    return AT_OK;
}

void at_output_clear(at_output *out) {
    at_text_clear(&out->text);
}
