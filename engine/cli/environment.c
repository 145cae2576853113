#include "engine/cli/environment.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static bool is_kept(const char *variable) {
    static const char *const kept[] = {
        "PATH=",     "HOME=",     "TERM=",    "LANG=",      "LC_ALL=",
        "LC_CTYPE=", "NO_COLOR=", "COLUMNS=", "ASSETTRACE_"};
    for (size_t i = 0; i < AT_COUNT(kept); i++)
        if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
            return true;
    return false;
}

/* A store's file must never get the number of a standard stream that the caller closed. */
static bool open_standard_streams(void) {
    for (;;) {
        const int descriptor = open("/dev/null", O_RDWR);
        if (descriptor < 0)
            return false;
        if (descriptor > STDERR_FILENO)
            return close(descriptor) == 0;
    }
}

at_status at_environment_clean(at_error *err) {
    if (getuid() != geteuid() || getgid() != getegid())
        return at_fail(err, AT_REFUSED, "E-CLI-SETUID",
                       "the program is installed setuid or setgid, and refuses to run so");
    if (!open_standard_streams())
        return at_fail(err, AT_IO, "E-IO", "cannot open /dev/null");
    size_t count = 0;
    for (size_t i = 0; environ && environ[i]; i++)
        if (is_kept(environ[i]))
            environ[count++] = environ[i];
    if (environ)
        environ[count] = NULL;
    return AT_OK;
}
