/* confine_files.c - Landlock: which files this process may still open.
 *
 * The numbers are the kernel's, stated here because Debian 12's headers end at version 2. Rights of
 * a version that the kernel does not know must not be asked for (EINVAL), so they are added by
 * version. What is handled and granted nowhere is denied everywhere: running a program, devices,
 * sockets, pipes and links in the file system, TCP, signals and abstract sockets to others. */
#include "engine/base/confine_part.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum {
    CREATE_RULESET = 444,
    ADD_RULE = 445,
    RESTRICT_SELF = 446,
    ASK_VERSION = 1,
    RULE_PATH_BENEATH = 1,
    /* Before version 2 no file moves between folders, and the store could not be written. */
    VERSION_MIN = 2,
};

/* LANDLOCK_ACCESS_FS_... */
enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_ALL = 0x7F << 6, /* device, folder, file, socket, pipe, block device, link */
    MAKE_DIR = 1 << 7,
    MAKE_REG = 1 << 8,
    REFER = 1 << 13,     /* version 2: rename between folders */
    TRUNCATE = 1 << 14,  /* 3 */
    IOCTL_DEV = 1 << 15, /* 5 */
    NET_ALL = 3,         /* 4: bind and connect TCP */
    SCOPE_ALL = 3,       /* 6: abstract sockets and signals */
};

typedef struct ruleset_attr {
    uint64_t files, net, scoped;
} ruleset_attr;

typedef struct path_attr {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed)) path_attr;

static void close_file(const int *descriptor) {
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

int at_confine_files_offer(void) {
    const long version = syscall(CREATE_RULESET, NULL, (size_t)0, ASK_VERSION);
    return version >= VERSION_MIN ? (int)version : 0;
}

static uint64_t handled_by(int version) {
    uint64_t files =
        EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE | MAKE_ALL | REFER;
    if (version >= 3)
        files |= TRUNCATE;
    if (version >= 5)
        files |= IOCTL_DEV;
    return files;
}

static uint64_t rights_of(at_confine_right right) {
    const uint64_t read = READ_FILE | READ_DIR;
    switch (right) {
    case AT_CONFINE_READ:
        return read;
    case AT_CONFINE_WRITE:
        return read | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER |
               TRUNCATE;
    case AT_CONFINE_REMOVE:
        return REMOVE_DIR;
    }
    return 0;
}

static at_status refused(const char *path, at_error *err) {
    return at_fail(err, AT_IO, "E-CONFINE", "Landlock refuses \"%s\": %s", path,
                   strerrordesc_np(errno));
}

static at_status allow(int ruleset, uint64_t handled, const at_confine_path *path, at_error *err) {
    struct stat kind;
    AT_CLEANUP(close_file) int descriptor = open(path->path, O_PATH | O_CLOEXEC);
    if (descriptor < 0)
        return AT_OK; /* opening it later says why */
    if (fstat(descriptor, &kind) != 0)
        return refused(path->path, err);
    path_attr rule = {.allowed = rights_of(path->right) & handled, .parent = descriptor};
    if (!S_ISDIR(kind.st_mode))
        rule.allowed &= READ_FILE | WRITE_FILE | TRUNCATE;
    if (rule.allowed != 0 && syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) != 0)
        return refused(path->path, err);
    return AT_OK;
}

/* What every program opens: randomness; and what a build that measures itself needs. */
static at_status allow_own(int ruleset, uint64_t handled, at_error *err) {
    static const at_confine_path own[] = {
        {"/dev/urandom", AT_CONFINE_READ},
#ifdef ASSETTRACE_CONFINE_WRITES
        {ASSETTRACE_CONFINE_WRITES, AT_CONFINE_WRITE}, /* coverage is counted there at exit */
#endif
        {AT_CONFINE_SANITIZED ? "/proc" : "/dev/urandom", AT_CONFINE_READ},
    };
    for (size_t i = 0; i < AT_COUNT(own); i++)
        AT_TRY(allow(ruleset, handled, &own[i], err));
    return AT_OK;
}

at_status at_confine_files(int *version_out, const at_confine_path *paths, size_t count,
                           at_error *err) {
    const int version = at_confine_files_offer();
    *version_out = 0;
    if (version == 0)
        return AT_OK;
    ruleset_attr attr = {.files = handled_by(version)};
    size_t bytes = sizeof attr.files;
    if (version >= 4) {
        attr.net = NET_ALL;
        bytes += sizeof attr.net;
    }
    if (version >= 6) {
        attr.scoped = SCOPE_ALL;
        bytes += sizeof attr.scoped;
    }
    AT_CLEANUP(close_file) int ruleset = (int)syscall(CREATE_RULESET, &attr, bytes, 0);
    if (ruleset < 0)
        return refused("a set of rules", err);
    AT_TRY(allow_own(ruleset, attr.files, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(allow(ruleset, attr.files, &paths[i], err));
    if (syscall(RESTRICT_SELF, ruleset, 0) != 0)
        return refused("this process", err);
    *version_out = version;
    return AT_OK;
}
