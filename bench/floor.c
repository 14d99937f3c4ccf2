// SPDX-License-Identifier: Apache-2.0
/*
 * floor.c - the kernel work that `run` of the default bundle asks for, and nothing else: no JSON,
 * no state, no checks. What a runtime takes beyond this is its own.
 *
 * usage: floor CGROUP2-DIR ROOTFS [BINDS]   BINDS: so many bind mounts of /bin on /mnt/0, /mnt/1, …
 * Built with gcc -O2 -static by bench/run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define HARDENED      (MS_NOSUID | MS_NOEXEC | MS_NODEV)

static const struct {
    const char *source, *target, *type;
    unsigned long flags;
    const char *data;
} mounts[] = {
    { "proc", "proc", "proc", 0, NULL },
    { "tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k" },
    { "devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
      "newinstance,ptmxmode=0666,mode=0620,gid=5" },
    { "shm", "dev/shm", "tmpfs", HARDENED, "mode=1777,size=65536k" },
    { "mqueue", "dev/mqueue", "mqueue", HARDENED, NULL },
    { "sysfs", "sys", "sysfs", HARDENED | MS_RDONLY, NULL },
    { "cgroup", "sys/fs/cgroup", "cgroup2", HARDENED | MS_RDONLY, NULL },
};

static const struct {
    const char *path;
    unsigned major, minor;
} devices[] = {
    { "dev/null", 1, 3 }, { "dev/zero", 1, 5 },   { "dev/full", 1, 7 },
    { "dev/tty", 5, 0 },  { "dev/random", 1, 8 }, { "dev/urandom", 1, 9 },
};

static const char *const links[][2] = {
    { "/proc/self/fd", "dev/fd" },       { "/proc/self/fd/0", "dev/stdin" },
    { "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" },
    { "pts/ptmx", "dev/ptmx" },
};

static const char *const masked[] = {
    "proc/acpi",        "proc/kcore",       "proc/keys",    "proc/latency_stats", "proc/timer_list",
    "proc/timer_stats", "proc/sched_debug", "sys/firmware", "proc/scsi",
};

static const char *const read_only[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys",
                                         "proc/sysrq-trigger" };

static void need(int result, const char *what)
{
    if (result >= 0)
        return;
    perror(what);
    _exit(1);
}

static void mount_all(const char *root, int binds)
{
    char target[32];

    need(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
    need(mount(root, root, NULL, MS_BIND | MS_REC, NULL), root);
    need(chdir(root), root);
    for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
        need(mount(mounts[i].source, mounts[i].target, mounts[i].type, mounts[i].flags,
                   mounts[i].data),
             mounts[i].target);
        if (strcmp(mounts[i].target, "dev") == 0) {
            need(mkdir("dev/pts", 0755), "dev/pts");
            need(mkdir("dev/shm", 0755), "dev/shm");
            need(mkdir("dev/mqueue", 0755), "dev/mqueue");
        }
    }
    for (int i = 0; i < binds; i++) {
        snprintf(target, sizeof target, "mnt/%d", i);
        need(mount("bin", target, NULL, MS_BIND | MS_REC, NULL), target);
    }
}

static void make_devices(void)
{
    umask(0);
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
        need(mknod(devices[i].path, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)),
             devices[i].path);
    for (size_t i = 0; i < ARRAY_SIZE(links); i++)
        need(symlink(links[i][0], links[i][1]), links[i][1]);
}

static void hide_paths(void)
{
    struct stat st;

    for (size_t i = 0; i < ARRAY_SIZE(masked); i++) {
        if (stat(masked[i], &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode))
            need(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL), masked[i]);
        else
            need(mount("/dev/null", masked[i], NULL, MS_BIND, NULL), masked[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(read_only); i++) {
        if (mount(read_only[i], read_only[i], NULL, MS_BIND | MS_REC, NULL) < 0)
            continue;
        need(mount(NULL, read_only[i], NULL, MS_BIND | MS_REC | MS_REMOUNT | MS_RDONLY | HARDENED,
                   NULL),
             read_only[i]);
    }
}

static void container(const char *root, int binds)
{
    setsid();
    need(sethostname("floor", 5), "hostname");
    mount_all(root, binds);
    make_devices();
    hide_paths();
    need(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    need(umount2(".", MNT_DETACH), "umount");
    need(chdir("/"), "/");
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    execl("/bin/true", "true", (char *)NULL);
    _exit(127);
}

int main(int argc, char **argv)
{
    struct clone_args args = { .exit_signal = SIGCHLD };
    char cgroup[4096];
    int status = 0;
    pid_t pid;

    if (argc < 3)
        return 2;
    snprintf(cgroup, sizeof cgroup, "%s/floor-%d", argv[1], getpid());
    need(mkdir(cgroup, 0755), cgroup);
    args.cgroup = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    args.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
                 CLONE_NEWCGROUP | CLONE_INTO_CGROUP;
    pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        container(argv[2], argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0);
    need(pid, "clone3");
    waitpid(pid, &status, 0);
    for (int i = 0; i < 50 && rmdir(cgroup) < 0 && errno == EBUSY; i++)
        usleep(500);
    return WEXITSTATUS(status);
}
