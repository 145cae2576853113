/**
 * environment.h - what of the outside the program lets in, before any library starts.
 *
 * Libraries obey variables nobody thinks of (ICU_DATA, OPENSSL_CONF, SQLITE_TMPDIR, TZ); a result
 * in court must not depend on one. Kept are PATH HOME TERM LANG LC_ALL NO_COLOR COLUMNS and
 * ASSETTRACE_*.
 *
 * Errors: AT_REFUSED "E-CLI-SETUID"; AT_IO.
 */
#ifndef ASSETTRACE_CLI_ENVIRONMENT_H
#define ASSETTRACE_CLI_ENVIRONMENT_H

#include "engine/base/error.h"

AT_CHECKED at_status at_environment_clean(at_error *err);

#endif
