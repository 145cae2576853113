/**
 * confine.h - this process gives up what the work ahead does not need.
 *
 * To be called once, before the first byte of an unknown file is parsed and before any thread is
 * started. Afterwards, and for good:
 *
 *   files        only the paths named can be read or written (Landlock, from its second version on:
 *                the first cannot rename from one folder to another)
 *   calls        no socket, no other program, no process, no ptrace, no io_uring, no mount, no
 *                keyring, no executable memory: a list of calls that file work needs, and EPERM for
 *                every other (seccomp). EPERM, not death: a library that asks out of habit goes on,
 *                and what was begun is undone by the usual clean-up. A call of another architecture
 *                ends the process.
 *   privileges   none can be gained (no_new_privs)
 *   core dumps   none: one would hold evidence
 *
 * What a kernel lacks is left out and told, because a store must stay readable on old machines.
 * Under a sanitizer its own needs at exit (ptrace, /proc) stay open.
 *
 * Errors:  AT_IO "E-CONFINE" when the kernel offers a means and refuses its use.
 * Sources: linux/Documentation/userspace-api/landlock.rst and seccomp_filter.rst.
 */
#ifndef ASSETTRACE_BASE_CONFINE_H
#define ASSETTRACE_BASE_CONFINE_H

#include <stdbool.h>

#include "engine/base/error.h"

typedef enum at_confine_right {
    AT_CONFINE_READ,   /* a file, or everything below a folder */
    AT_CONFINE_WRITE,  /* and make, change, rename and remove there */
    AT_CONFINE_REMOVE, /* remove empty folders there, nothing else */
} at_confine_right;

/* A path that is not there is passed over: opening it later fails as it would have. */
typedef struct at_confine_path {
    const char *path;
    at_confine_right right;
} at_confine_path;

typedef struct at_confinement {
    int landlock; /* version in force; 0: files are not confined */
    bool calls;   /* the list of calls is in force */
} at_confinement;

/** What this kernel offers: Landlock's version (0: none), and whether calls can be filtered. */
at_confinement at_confine_offer(void);

AT_CHECKED at_status at_confine(at_confinement *out, const at_confine_path *paths, size_t count,
                                at_error *err);

#endif
