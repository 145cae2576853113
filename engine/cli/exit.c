#include "engine/cli/exit.h"

/* The first row that applies is the exit code of several things at once. */
static const struct {
    at_status status;
    int code;
    const char *text;
} rows[] = {
    {AT_INTERRUPTED, 130, "interrupted by SIGINT (143: by SIGTERM); nothing is half done"},
    {AT_BUG, 70, "a mistake in this program; please report it"},
    {AT_IO, 69, "out of memory or disk, or reading or writing failed"},
    {AT_NO_MEMORY, 69, ""},
    {AT_TAMPERED, 5, "evidence was changed; the message says which file"},
    {AT_UNTRUSTED, 7, "intact, but sealed by a signer nobody here trusts, or no root was given"},
    {AT_REFUSED, 6, "refused by policy: something is already there, or a TEST key"},
    {AT_KEY, 12, "wrong key or passphrase"},
    {AT_LOCKED, 11, "another writer holds the store"},
    {AT_NO_STORE, 10, "there is no store, or it is none of ours"},
    {AT_BAD_INPUT, 4, "bad input: the message says which bytes and why"},
    {AT_USAGE, 2, "the command line is not understood"},
    {AT_PARTIAL, 3, "done in part: some records were rejected, and are listed"},
    {AT_LIMIT, 20, "a stated limit was reached; what was cut is said"},
    {AT_NO, 1, "the answer is no"},
    {AT_OK, 0, "done"},
};

static size_t row_of(at_status status) {
    size_t row = 0;
    while (row < AT_COUNT(rows) && rows[row].status != status)
        row++;
    return row < AT_COUNT(rows) ? row : 1;
}

int at_exit_code(at_status status, int signal) {
    enum { BY_SIGNAL = 128 };
    if (status == AT_INTERRUPTED && signal > 0)
        return BY_SIGNAL + signal;
    return rows[row_of(status)].code;
}

at_status at_exit_worse(at_status a, at_status b) {
    return row_of(a) <= row_of(b) ? a : b;
}

const char *at_exit_text(int *code_out, size_t index) {
    /* As a person counts: from 0 up. */
    static const int codes[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 20, 69, 70, 130};
    if (index >= AT_COUNT(codes))
        return NULL;
    *code_out = codes[index];
    for (size_t row = 0; row < AT_COUNT(rows); row++)
        if (rows[row].code == codes[index])
            return rows[row].text;
    return NULL;
}
