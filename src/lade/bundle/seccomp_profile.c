// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_profile.c - what a container may ask of the kernel unless its user says otherwise.
 *
 * Three answers: what ordinary programs need is allowed; what only administrators need is allowed
 * with the capability that the kernel would ask for as well, and EPERM without it; whatever is in
 * no list here, above all what kernels learn later, does not exist (ENOSYS), so that programs take
 * their older way. Left out on purpose although the kernel asks for no privilege: keyrings, which
 * no namespace divides; userfaultfd and io_uring, which were the way into the kernel too often;
 * user namespaces by clone() and unshare().
 */
#include "lade/bundle/seccomp_profile.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>

/* Names are separated by blanks; those that an architecture lacks are ignored by the runtime. */
static const char *const allowed[] = {
    /* files */
    "access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 "
    "faccessat "
    "faccessat2 fadvise64 fadvise64_64 arm_fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 "
    "fchown "
    "fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr "
    "fstat "
    "fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents "
    "getdents64 "
    "getxattr ioctl lchown lchown32 lgetxattr link linkat listxattr llistxattr _llseek "
    "lremovexattr lseek "
    "lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat oldfstat "
    "oldlstat "
    "oldstat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead "
    "readdir "
    "readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile sendfile64 "
    "setxattr "
    "splice stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range "
    "sync_file_range2 "
    "arm_sync_file_range syncfs tee truncate truncate64 umask unlink unlinkat utime utimensat "
    "utimensat_time64 utimes vmsplice write writev",
    /* waiting for them */
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
    "epoll_wait_old eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1 "
    "inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 "
    "io_setup "
    "io_submit _newselect pipe pipe2 poll ppoll ppoll_time64 pselect6 pselect6_time64 select",
    /* memory */
    "break brk cachestat cacheflush madvise map_shadow_stack membarrier memfd_create memfd_secret "
    "mincore "
    "mlock mlock2 mlockall mmap mmap2 mprotect mremap msync munlock munlockall munmap pkey_alloc "
    "pkey_free pkey_mprotect process_madvise process_mrelease process_vm_readv process_vm_writev "
    "remap_file_pages riscv_flush_icache",
    /* processes and threads; those of others are guarded by the rules of ptrace */
    "arch_prctl capget capset execve execveat exit exit_group fork futex futex_requeue "
    "futex_time64 "
    "futex_wait futex_waitv futex_wake get_robust_list get_thread_area get_tls getcpu getpgid "
    "getpgrp "
    "getpid getppid getpriority getrlimit getrusage getsid gettid ioprio_get ioprio_set kcmp kill "
    "landlock_add_rule landlock_create_ruleset landlock_restrict_self modify_ldt nice pause "
    "pidfd_getfd "
    "pidfd_open pidfd_send_signal prctl prlimit64 ptrace restart_syscall rseq "
    "sched_get_priority_max "
    "sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler "
    "sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr "
    "sched_setparam "
    "sched_setscheduler sched_yield seccomp set_robust_list set_thread_area set_tid_address "
    "set_tls "
    "setpgid setpriority setrlimit setsid swapcontext switch_endian tgkill tkill ugetrlimit uname "
    "vfork "
    "wait4 waitid waitpid",
    /* who they are */
    "getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid "
    "getresgid32 "
    "getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 "
    "setgroups setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32 "
    "setreuid "
    "setreuid32 setuid setuid32",
    /* signals */
    "rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend "
    "rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sgetmask sigaction sigaltstack "
    "signal "
    "signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend ssetmask",
    /* time; setting the clock with adjtimex needs a privilege, reading it does not */
    "adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime "
    "clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep "
    "setitimer "
    "time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime "
    "timer_settime64 timerfd timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
    "timerfd_settime64 times",
    /* messages */
    "accept accept4 bind connect getpeername getsockname getsockopt ipc listen mq_getsetattr "
    "mq_notify "
    "mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink "
    "msgctl "
    "msgget msgrcv msgsnd recv recvfrom recvmmsg recvmmsg_time64 recvmsg semctl semget semop "
    "semtimedop "
    "semtimedop_time64 send sendmmsg sendmsg sendto setsockopt shmat shmctl shmdt shmget shutdown "
    "socketcall socketpair",
    /* the machine */
    "getrandom sysinfo",
};

#define CAP(name) (UINT64_C(1) << CAP_##name)

/* Without one of the capabilities: EPERM. */
static const struct {
    uint64_t caps; /* one of them; 0: never */
    const char *names;
} privileged[] = {
    { CAP(SYS_ADMIN),
      "fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount "
      "mount_setattr move_mount open_tree pivot_root quotactl quotactl_fd setdomainname "
      "sethostname setns umount umount2 unshare" },
    { CAP(SYS_ADMIN) | CAP(BPF), "bpf" },
    { CAP(SYS_ADMIN) | CAP(PERFMON), "perf_event_open" },
    { CAP(SYS_ADMIN) | CAP(SYSLOG), "syslog" },
    { CAP(DAC_READ_SEARCH), "open_by_handle_at" },
    { CAP(SYS_BOOT), "reboot" },
    { CAP(SYS_CHROOT), "chroot" },
    { CAP(SYS_MODULE), "delete_module finit_module init_module" },
    { CAP(SYS_NICE),
      "get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node" },
    { CAP(SYS_PACCT), "acct" },
    { CAP(SYS_RAWIO), "ioperm iopl" },
    { CAP(SYS_TIME), "clock_settime clock_settime64 settimeofday stime" },
    { CAP(SYS_TTY_CONFIG), "vhangup" },
    { 0,
      "add_key io_uring_enter io_uring_register io_uring_setup kexec_file_load kexec_load keyctl "
      "request_key swapoff swapon userfaultfd" },
};

/* The kinds of sockets; AF_PACKET is guarded by a capability. Others, as AF_ALG and AF_VSOCK, reach
 * parts of the kernel or the host that no namespace divides. */
static const uint64_t socket_families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET };

static const uint64_t personalities[] = { PER_LINUX, PER_LINUX32, UNAME26, UNAME26 | PER_LINUX32,
                                          0xffffffff /* only asks */ };

enum {
    NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                     CLONE_NEWPID | CLONE_NEWNET
};

/* Where clone() takes its flags. */
#ifdef __s390__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

/* Appends the words of a list to an array of names. */
static void add_names(struct json_writer *w, const char *names)
{
    while (*names) {
        size_t n = strcspn(names, " ");

        json_put_text(w, NULL, names, n);
        names += n + (names[n] == ' ');
    }
}

static void begin_rule(struct json_writer *w, const char *action)
{
    json_begin(w, NULL, '{');
    json_put_string(w, "action", action);
    json_begin(w, "names", '[');
}

/* Of the form { "names": [...], "action": ..., "errnoRet": ... } */
static void refuse(struct json_writer *w, const char *names, int code)
{
    begin_rule(w, "SCMP_ACT_ERRNO");
    add_names(w, names);
    json_end(w);
    json_put_int(w, "errnoRet", code);
    json_end(w);
}

static void allow(struct json_writer *w, const char *names)
{
    begin_rule(w, "SCMP_ACT_ALLOW");
    add_names(w, names);
    json_end(w);
    json_end(w);
}

static void add_argument(struct json_writer *w, int index, const char *op, uint64_t value,
                         uint64_t value_two)
{
    json_begin(w, "args", '[');
    json_begin(w, NULL, '{');
    json_put_int(w, "index", index);
    json_put_uint(w, "value", value);
    json_put_uint(w, "valueTwo", value_two);
    json_put_string(w, "op", op);
    json_end(w);
    json_end(w);
}

/* Programs that try a kind of socket expect this answer of a kernel without it. */
static void refuse_families(struct json_writer *w)
{
    begin_rule(w, "SCMP_ACT_ERRNO");
    json_put_string(w, NULL, "socket");
    json_end(w);
    json_put_int(w, "errnoRet", EAFNOSUPPORT);
    add_argument(w, 0, "SCMP_CMP_GT", AF_PACKET, 0);
    json_end(w);
}

/* mask 0: equal; otherwise what the mask leaves of it. */
static void allow_where(struct json_writer *w, const char *name, int index, uint64_t value,
                        uint64_t mask)
{
    begin_rule(w, "SCMP_ACT_ALLOW");
    add_names(w, name);
    json_end(w);
    if (mask)
        add_argument(w, index, "SCMP_CMP_MASKED_EQ", mask, value);
    else
        add_argument(w, index, "SCMP_CMP_EQ", value, 0);
    json_end(w);
}

static void add_privileged(struct json_writer *w, uint64_t caps)
{
    for (size_t i = 0; i < sizeof privileged / sizeof privileged[0]; i++)
        if (privileged[i].caps & caps)
            allow(w, privileged[i].names);
        else
            refuse(w, privileged[i].names, EPERM);
}

static void add_conditional(struct json_writer *w, uint64_t caps)
{
    for (size_t i = 0; i < sizeof socket_families / sizeof socket_families[0]; i++)
        allow_where(w, "socket", 0, socket_families[i], 0);
    for (size_t i = 0; i < sizeof personalities / sizeof personalities[0]; i++)
        allow_where(w, "personality", 0, personalities[i], 0);
    refuse_families(w);
    /* clone3() keeps its flags in memory, where no filter sees them. Without it the C libraries
     * take clone(), but only when it does not exist. */
    if (caps & CAP(SYS_ADMIN))
        allow(w, "clone clone3");
    else
        allow_where(w, "clone", CLONE_FLAGS, 0, NEW_NAMESPACES);
}

static void add_architectures(struct json_writer *w)
{
    static const char *const names[] = {
#if defined(__x86_64__)
        "SCMP_ARCH_X86_64",
        "SCMP_ARCH_X86",
        "SCMP_ARCH_X32",
#elif defined(__aarch64__)
        "SCMP_ARCH_AARCH64",
        "SCMP_ARCH_ARM",
#elif defined(__arm__)
        "SCMP_ARCH_ARM",
#elif defined(__i386__)
        "SCMP_ARCH_X86",
#elif defined(__riscv)
        "SCMP_ARCH_RISCV64",
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
        "SCMP_ARCH_PPC64LE",
#elif defined(__s390x__)
        "SCMP_ARCH_S390X",
        "SCMP_ARCH_S390",
#else
#error "name this processor's system call tables"
#endif
    };

    json_begin(w, "architectures", '[');
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_put_string(w, NULL, names[i]);
    json_end(w);
}

void seccomp_profile_write(struct json_writer *w, const char *key, uint64_t caps)
{
    json_begin(w, key, '{');
    json_put_string(w, "defaultAction", "SCMP_ACT_ERRNO");
    json_put_int(w, "defaultErrnoRet", ENOSYS);
    add_architectures(w);
    json_begin(w, "syscalls", '[');
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        allow(w, allowed[i]);
    add_privileged(w, caps);
    add_conditional(w, caps);
    json_end(w);
    json_end(w);
}
