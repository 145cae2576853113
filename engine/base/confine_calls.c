/* confine_calls.c - seccomp: which calls this process may still make.
 *
 * A list of what is allowed, so that a call invented tomorrow is refused. The program is plain BPF:
 * the architecture is checked first, then the number against the list, then the few calls of which
 * only some uses are allowed. */
#include "engine/base/confine_part.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define OWN_ARCHITECTURE 0 /* no list was tried there */
#endif

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument is first");

enum {
    STEPS_MAX = 512,
    FIRST_X32 = 0x40000000, /* x86: the same calls by other numbers */
    THREAD = 0x00010000,    /* CLONE_THREAD */
    ALLOW = (int)SECCOMP_RET_ALLOW,
    REFUSE = (int)(SECCOMP_RET_ERRNO | EPERM),
    ABSENT = (int)(SECCOMP_RET_ERRNO | ENOSYS), /* glibc then falls back to clone */
};

static const int allowed[] = {
    /* files that are open */
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_preadv,
    SYS_pwritev,
    SYS_lseek,
    SYS_close,
    SYS_close_range,
    SYS_dup,
    SYS_fcntl,
    SYS_flock,
    SYS_fsync,
    SYS_fdatasync,
    SYS_sync_file_range,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_fadvise64,
    SYS_readahead,
    SYS_copy_file_range,
    SYS_sendfile,
    SYS_fstat,
    SYS_fstatfs,
    SYS_fchmod,
    SYS_fchown,
    SYS_getdents64,
    SYS_ppoll,
    SYS_pselect6,
    /* files by name: Landlock says which */
    SYS_openat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_statfs,
    SYS_truncate,
    SYS_renameat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_unlinkat,
    SYS_linkat,
    SYS_readlinkat,
    SYS_fchmodat,
    SYS_umask,
    SYS_getcwd,
#ifdef SYS_open /* the older forms of an older machine */
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
    SYS_unlink,
    SYS_link,
    SYS_readlink,
    SYS_chmod,
    SYS_getdents,
    SYS_poll,
    SYS_select,
    SYS_time,
    SYS_getrlimit,
#endif
    /* memory, except executable */
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_msync,
    SYS_mincore,
    SYS_mlock,
    SYS_mlock2,
    SYS_munlock,
    /* signals to itself, clocks, waiting */
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_timer_create,
    SYS_timer_settime,
    SYS_timer_gettime,
    SYS_timer_getoverrun,
    SYS_timer_delete,
    SYS_setitimer,
    SYS_getitimer,
    /* threads of its own */
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_membarrier,
    SYS_set_tid_address,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_getcpu,
    SYS_exit,
    SYS_exit_group,
    /* who and where it is */
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getgroups,
    SYS_getrusage,
    SYS_sysinfo,
    SYS_uname,
    SYS_times,
    SYS_getrandom,
#if AT_CONFINE_SANITIZED
    SYS_clone,
    SYS_ptrace,
    SYS_wait4,
    SYS_prctl,
    SYS_kill,
    SYS_tgkill,
    SYS_prlimit64,
#endif
};

typedef struct program {
    struct sock_filter steps[STEPS_MAX];
    unsigned short count;
} program;

static void add(program *self, int code, uint32_t value, uint8_t yes, uint8_t no) {
    assert(self->count < STEPS_MAX);
    self->steps[self->count++] =
        (struct sock_filter){.code = (uint16_t)code, .jt = yes, .jf = no, .k = value};
}

static void load(program *self, size_t offset) {
    add(self, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(program *self, uint32_t what) {
    add(self, BPF_RET | BPF_K, what, 0, 0);
}

static void answer_if(program *self, uint32_t value, uint32_t what) {
    add(self, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    answer(self, what);
}

static size_t low_half(int argument) {
    return offsetof(struct seccomp_data, args) + (size_t)argument * sizeof(uint64_t);
}

/* `call` only when its argument, without the bits outside `mask`, is one of `values`. */
static void allow_when(program *self, int call, int argument, uint32_t mask, const uint32_t *values,
                       size_t count) {
    const uint8_t rest = (uint8_t)(2 + 2 * count + 1);
    add(self, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, rest);
    load(self, low_half(argument));
    add(self, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
    for (size_t i = 0; i < count; i++)
        answer_if(self, values[i], (uint32_t)ALLOW);
    answer(self, (uint32_t)REFUSE);
}

/* Asking for limits, never setting them: the pointer to new ones is NULL. */
static void allow_asking_limits(program *self) {
    add(self, BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 6);
    load(self, low_half(2));
    add(self, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    load(self, low_half(2) + sizeof(uint32_t));
    add(self, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
    answer(self, (uint32_t)ALLOW);
    answer(self, (uint32_t)REFUSE);
}

static void write_program(program *self) {
    static const uint32_t no = 0, thread = THREAD;
    static const uint32_t requests[] = {
        0x5401,     0x802C542A, 0x5413, /* is this a terminal, and how wide? */
        0x40049409, 0x4020940D,         /* share the blocks of a file with its copy */
    };
    const uint32_t own_pid = (uint32_t)getpid();
    load(self, offsetof(struct seccomp_data, arch));
    add(self, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0);
    answer(self, SECCOMP_RET_KILL_PROCESS);
    load(self, offsetof(struct seccomp_data, nr));
    add(self, BPF_JMP | BPF_JGE | BPF_K, FIRST_X32, 0, 1);
    answer(self, SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < AT_COUNT(allowed); i++)
        answer_if(self, (uint32_t)allowed[i], (uint32_t)ALLOW);
    answer_if(self, SYS_clone3, (uint32_t)ABSENT);
    allow_when(self, SYS_mmap, 2, PROT_EXEC, &no, 1);
    allow_when(self, SYS_mprotect, 2, PROT_EXEC, &no, 1);
    allow_when(self, SYS_clone, 0, THREAD, &thread, 1);
    allow_when(self, SYS_tgkill, 0, UINT32_MAX, &own_pid, 1); /* abort */
    allow_when(self, SYS_ioctl, 1, UINT32_MAX, requests, AT_COUNT(requests));
    allow_asking_limits(self);
    answer(self, (uint32_t)REFUSE);
}

bool at_confine_calls_offer(void) {
    const uint32_t action = SECCOMP_RET_ERRNO;
    return OWN_ARCHITECTURE != 0 && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

at_status at_confine_calls(bool *done, at_error *err) {
    program filter = {.count = 0};
    *done = false;
    if (!at_confine_calls_offer())
        return AT_OK;
    write_program(&filter);
    const struct sock_fprog handed = {.len = filter.count, .filter = filter.steps};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &handed) != 0)
        return at_fail(err, AT_IO, "E-CONFINE", "seccomp refuses the list of calls: %s",
                       strerrordesc_np(errno));
    *done = true;
    return AT_OK;
}
