#include "engine/base/confine.h"

#include "engine/base/confine_part.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

at_confinement at_confine_offer(void) {
    return (at_confinement){.landlock = at_confine_files_offer(),
                            .calls = at_confine_calls_offer()};
}

static at_status give_up(const char *what, at_error *err) {
    return at_fail(err, AT_IO, "E-CONFINE", "cannot give up %s: %s", what, strerrordesc_np(errno));
}

at_status at_confine(at_confinement *out, const at_confine_path *paths, size_t count,
                     at_error *err) {
    at_confinement confined = {.landlock = 0};
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 ||
        (!AT_CONFINE_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
        return give_up("core dumps", err);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return give_up("new privileges", err);
    AT_TRY(at_confine_files(&confined.landlock, paths, count, err));
    AT_TRY(at_confine_calls(&confined.calls, err)); /* last: it forbids the calls above */
    *out = confined;
    return AT_OK;
}
