# SPDX-License-Identifier: Apache-2.0
"""config.md, Process: everything about the process but its file system. Obligations 20 to 27 and 47."""
import os
import resource
import subprocess

from harness import case, check, equal, eventually, has

CAPS = {"CAP_CHOWN": 0, "CAP_KILL": 5, "CAP_NET_BIND_SERVICE": 10, "CAP_SYS_CHROOT": 18, "CAP_AUDIT_WRITE": 29}


def status_field(text, name):
    return next(line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith(name + ":"))


@case("config.md Process", "args are the program's arguments", prop="process.args")
def args(c):
    value = c.value("ids", "file=/proc/self/cmdline")
    equal(value.split("\0")[:2], ["/inside", "ids"])


@case("config.md Process", "at least one entry in args is required", prop="process.args")
def no_args(c):
    c.process["args"] = []
    c.refused()


@case("config.md Process", "env is the environment", prop="process.env")
def env(c):
    c.process["env"] = ["PATH=/", "A=1", "EMPTY=", "B=with = and space"]
    lines = c.value("env").splitlines()
    for want in c.process["env"]:
        check(want in lines, f"{want} is not in {lines}")


@case("config.md Process", "cwd is the working directory", prop="process.cwd")
def cwd(c):
    c.process["cwd"] = "/dir"
    equal(c.value("cwd"), "/dir")


@case("config.md Process", "cwd must be absolute", obligation=25, prop="process.cwd")
def cwd_relative(c):
    c.process["cwd"] = "dir"
    c.refused()


@case("config.md Process", "cwd is required", obligation=25, prop="process.cwd")
def cwd_missing(c):
    del c.process["cwd"]
    c.refused()


@case("config.md POSIX-platform User", "uid, gid and additionalGids", prop="process.user")
def user(c):
    c.process["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [5, 6, 7]}
    text = c.value("ids")
    has(text, r"^uid 1000 1000 1000 gid 1001 1001 1001 groups")
    check({"5", "6", "7"} <= set(text.split("groups")[1].split()), f"additional groups in {text}")
    check(set(text.split("groups")[1].split()) <= {"5", "6", "7", "1001"}, f"too many groups in {text}")


@case("config.md POSIX-platform User", "umask", prop="process.user.umask")
def umask(c):
    c.process["user"]["umask"] = 0o077
    equal(c.value("umask"), "077")


@case("config.md POSIX-platform User", "without umask the caller's is not changed (davit: in strict mode)",
      obligation=24, prop="process.user.umask")
def umask_unset(c):
    c.process["args"] = ["/inside", "umask"]
    c.write_config()
    before = os.umask(0o027)
    try:
        status, out, err = c.call("run", "--bundle", c.bundle, c.id, strict=c.runtime.is_davit)
    finally:
        os.umask(before)
    equal(status, 0, err)
    equal(c.answers(out)["umask"][1], "027")


@case("config.md POSIX process", "rlimits are set exactly", obligation=20, prop="process.rlimits")
def rlimits(c):
    c.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
                            {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]
    answers = c.run(f"rlimit={resource.RLIMIT_NOFILE}", f"rlimit={resource.RLIMIT_CORE}")
    equal([a[1] for a in answers.values()], ["100 200", "0 0"])


@case("config.md POSIX process", "every type of getrlimit(2) is known", obligation=20, prop="process.rlimits.type")
def rlimit_types(c):
    names = ("AS", "CORE", "CPU", "DATA", "FSIZE", "LOCKS", "MEMLOCK", "MSGQUEUE", "NICE", "NOFILE", "NPROC", "RSS",
             "RTPRIO", "RTTIME", "SIGPENDING", "STACK")
    numbers = dict(zip(names, (9, 4, 0, 2, 1, 10, 8, 12, 13, 7, 6, 5, 14, 15, 11, 3)))
    now = {n: resource.getrlimit(numbers[n]) for n in names}
    big = (1 << 64) - 1
    c.process["rlimits"] = [{"type": f"RLIMIT_{n}", "soft": s % (big + 1), "hard": h % (big + 1)}
                            for n, (s, h) in now.items()]
    c.run("ids")


@case("config.md POSIX process", "an unknown type is an error", obligation=20, prop="process.rlimits.type")
def rlimit_unknown(c):
    c.process["rlimits"] = [{"type": "RLIMIT_FOO", "soft": 1, "hard": 1}]
    c.refused()


@case("config.md POSIX process", "a type that is there twice is an error", obligation=20, prop="process.rlimits")
def rlimit_twice(c):
    c.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}] * 2
    c.refused()


@case("config.md Linux Process", "the five sets of capabilities are the configured ones", prop="process.capabilities")
def capabilities(c):
    c.process["capabilities"] = {
        "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_AUDIT_WRITE"],
        "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"], "effective": ["CAP_CHOWN"],
        "inheritable": ["CAP_NET_BIND_SERVICE"], "ambient": ["CAP_NET_BIND_SERVICE"]}
    c.process["user"] = {"uid": 1000, "gid": 1000}
    c.process["args"] = ["/inside"]
    text = c.value("file=/proc/self/status")
    masks = {s: sum(1 << CAPS[n] for n in names) for s, names in c.process["capabilities"].items()}
    equal(int(status_field(text, "CapBnd"), 16), masks["bounding"], "bounding")
    equal(int(status_field(text, "CapInh"), 16), masks["inheritable"], "inheritable")
    equal(int(status_field(text, "CapAmb"), 16), masks["ambient"], "ambient")
    # execve as a user that is not root leaves of the rest what is ambient.
    equal(int(status_field(text, "CapPrm"), 16), masks["ambient"], "permitted")


@case("config.md Linux Process", "root keeps what the bounding set allows", prop="process.capabilities")
def capabilities_root(c):
    c.process["capabilities"] = {s: ["CAP_CHOWN", "CAP_KILL"] for s in ("bounding", "permitted", "effective")}
    text = c.value("file=/proc/self/status")
    mask = 1 << CAPS["CAP_CHOWN"] | 1 << CAPS["CAP_KILL"]
    equal([int(status_field(text, n), 16) for n in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb")],
          [mask, mask, mask, 0, 0])


@case("config.md Linux Process", "an unknown capability is a warning", obligation=21, prop="process.capabilities")
def capability_unknown(c):
    c.process["capabilities"] = {"bounding": ["CAP_CHOWN", "CAP_NOT_THERE"], "permitted": ["CAP_CHOWN"]}
    c.run("ids")


@case("config.md Linux Process", "a capability that can't be granted does not fail the container", obligation=21,
      prop="process.capabilities")
def capability_ungrantable(c):
    names = ["CAP_SYS_RESOURCE", "CAP_CHOWN"]
    c.process["capabilities"] = {s: names for s in ("bounding", "permitted", "effective")}
    text = c.value("file=/proc/self/status")
    check(int(status_field(text, "CapEff"), 16) & 1, "CAP_CHOWN was granted")


@case("config.md Linux Process", "noNewPrivileges", prop="process.noNewPrivileges")
def no_new_privileges(c):
    equal(c.value("noNewPrivs"), "1")
    c.process["noNewPrivileges"] = False
    equal(c.value("noNewPrivs"), "0")


@case("config.md Linux Process", "oomScoreAdj is set", prop="process.oomScoreAdj")
def oom_score(c):
    c.process["oomScoreAdj"] = 321
    equal(c.value("file=/proc/self/oom_score_adj").strip(), "321")


@case("config.md Linux Process", "without oomScoreAdj it is not changed", obligation=22, prop="process.oomScoreAdj")
def oom_score_unset(c):
    c.process["args"] = ["/inside", "file=/proc/self/oom_score_adj"]
    c.write_config()
    out = subprocess.run(["sh", "-c", 'echo 123 >/proc/self/oom_score_adj; exec "$@"', "sh", c.runtime.path, "--root",
                          str(c.root), "run", "--bundle", str(c.bundle), c.id], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=20).stdout
    equal(c.answers(out)["file=/proc/self/oom_score_adj"][1].strip(), "123")


@case("config.md Linux Process", "scheduler: policy and nice", prop="process.scheduler.nice")
def scheduler_nice(c):
    for policy, number in (("SCHED_OTHER", 0), ("SCHED_BATCH", 3)):
        c.process["scheduler"] = {"policy": policy, "nice": 7}
        has(c.value("scheduler"), rf"^policy {number} nice 7 ")


def real_time(c):
    """Where v1 shares out real time a cgroup starts with none of it."""
    if "cpu" in c.host.v1 and os.path.exists(os.path.join(c.host.v1["cpu"], "cpu.rt_runtime_us")):
        c.linux["resources"] = {"cpu": {"realtimePeriod": 1_000_000, "realtimeRuntime": 10_000}}


@case("config.md Linux Process", "scheduler: policies with a priority", prop="process.scheduler.priority")
def scheduler_priority(c):
    real_time(c)
    for policy, number in (("SCHED_FIFO", 1), ("SCHED_RR", 2)):
        c.process["scheduler"] = {"policy": policy, "priority": 10}
        has(c.value("scheduler"), rf"^policy {number} nice 0 priority 10 ")


@case("config.md Linux Process", "scheduler: flags", prop="process.scheduler.flags")
def scheduler_flags(c):
    real_time(c)
    c.process["scheduler"] = {"policy": "SCHED_FIFO", "priority": 10, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}
    has(c.value("scheduler"), r" flags 1 ")


@case("config.md Linux Process", "scheduler: deadline", prop="process.scheduler.deadline")
def scheduler_deadline(c):
    c.process["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 10_000_000, "deadline": 100_000_000,
                              "period": 100_000_000}
    has(c.value("scheduler"), r"^policy 6 .* runtime 10000000 deadline 100000000 period 100000000$")


@case("config.md Linux Process", "scheduler: an unknown policy or flag is an error", prop="process.scheduler.policy")
def scheduler_unknown(c):
    for bad in ({"policy": "SCHED_FOO"}, {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_FOO"]}):
        c.process["scheduler"] = bad
        c.refused()


@case("config.md Linux Process", "ioPriority", prop="process.ioPriority")
def io_priority(c):
    for name, number in (("IOPRIO_CLASS_BE", 2), ("IOPRIO_CLASS_IDLE", 3), ("IOPRIO_CLASS_RT", 1)):
        c.process["ioPriority"] = {"class": name, "priority": 4}
        equal(c.value("ioPriority"), f"class {number} priority 4")


@case("config.md Linux Process", "ioPriority: an unknown class or a priority above 7 is an error",
      prop="process.ioPriority.class")
def io_priority_bad(c):
    for bad in ({"class": "IOPRIO_CLASS_FOO", "priority": 4}, {"class": "IOPRIO_CLASS_BE", "priority": 8}):
        c.process["ioPriority"] = bad
        c.refused()


@case("config.md Linux Process", "execCPUAffinity: final is an exec'd process's, and not init's", obligation=27,
      prop="process.execCPUAffinity.final")
def exec_affinity(c):
    c.host.needs(len(os.sched_getaffinity(0)) > 1, "this host has one processor")
    c.process["execCPUAffinity"] = {"initial": "0", "final": "1"}
    c.process["args"] = ["/inside", "affinity", "sleep=1000"]
    out = c.scratch / "init"
    c.write_config()
    with open(out, "w", encoding="utf-8") as file:
        subprocess.run([c.runtime.path, "--root", str(c.root), "run", "--detach", "--bundle", str(c.bundle), c.id],
                       stdin=subprocess.DEVNULL, stdout=file, check=True)
    eventually(lambda: "affinity" in out.read_text(), "init said its affinity")
    equal(c.answers(out.read_text())["affinity"][1].split(), [str(n) for n in sorted(os.sched_getaffinity(0))], "init's")
    answers = c.answers(c.must("exec", c.id, "/inside", "affinity"))
    equal(answers["affinity"][1].split(), ["1"], "the exec'd process's")


@case("config.md Process", "terminal: the streams are a terminal", prop="process.terminal")
def terminal(c):
    c.process["terminal"] = True
    c.process["args"] = ["/inside", "terminal", "stat=/dev/console"]
    c.write_config()
    text = in_terminal(c)
    has(text, r'"terminal","errno":0,"value":"1 1 1 ')
    has(text, r'stat=/dev/console","errno":0,"value":"c')


@case("config.md Process", "consoleSize is the terminal's size", prop="process.consoleSize")
def console_size(c):
    """Detached, as a foreground terminal follows the caller's."""
    import array
    import socket
    c.process["terminal"], c.process["consoleSize"] = True, {"height": 31, "width": 97}
    c.process["args"] = ["/inside", "terminal"]
    c.write_config()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(c.scratch / "console"))
    listener.listen(1)
    c.must("create", "--bundle", c.bundle, "--console-socket", c.scratch / "console", c.id)
    peer, _ = listener.accept()
    fds = array.array("i")
    _, control, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(4))
    fds.frombytes(control[0][2][:4])
    c.start()
    text, end = b"", b"}"
    while end not in text:
        text += os.read(fds[0], 4096)
    os.close(fds[0])
    has(text.decode(), r"rows 31 columns 97")


@case("config.md Process", "consoleSize without a terminal is passed over", obligation=23, prop="process.consoleSize")
def console_size_ignored(c):
    c.process["consoleSize"] = {"height": 31, "width": 97}
    has(c.value("terminal"), r"^0 0 0 ")


def in_terminal(c):
    """Runs the container with a pseudo terminal around it; returns all that came out."""
    import pty
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(c.runtime.path, [c.runtime.path, "--root", str(c.root), "run", "--bundle", str(c.bundle), c.id])
    text = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.waitpid(pid, 0)
    os.close(fd)
    return text.decode(errors="replace")


@case("runtime-linux.md File descriptors", "only the three streams are open", obligation=47)
def descriptors(c):
    equal(c.value("fds").split(), ["0", "1", "2"])


@case("config.md POSIX-platform User", "the streams belong to the user, so that it can open them anew",
      prop="process.user")
def streams_owner(c):
    c.process["user"] = {"uid": 1000, "gid": 1001}
    c.process["args"] = ["/inside", "ids"]
    c.write_config()
    with open(c.scratch / "out", "w", encoding="utf-8") as file:
        subprocess.run([c.runtime.path, "--root", str(c.root), "run", "--bundle", str(c.bundle), c.id],
                       stdin=subprocess.DEVNULL, stdout=file, check=True, timeout=20)
    equal((c.scratch / "out").stat().st_uid, 1000)


@case("config.md Hostname", "hostname and domainname", prop="hostname")
def names(c):
    c.config["hostname"], c.config["domainname"] = "the-host", "the.domain"
    has(c.value("names"), r"^the-host the\.domain ")


@case("config-linux.md Personality", "personality.domain", prop="linux.personality")
def personality(c):
    c.linux["personality"] = {"domain": "LINUX32"}
    equal(int(c.value("personality"), 16) & 0xff, 8)


@case("config-linux.md Personality", "an unknown domain is an error", prop="linux.personality.domain")
def personality_unknown(c):
    c.linux["personality"] = {"domain": "SOLARIS"}
    c.refused()


@case("config.md Linux Process", "apparmorProfile without AppArmor on the host is an error",
      prop="process.apparmorProfile")
def apparmor_missing(c):
    c.host.needs(not os.path.isdir("/sys/kernel/security/apparmor"), "this host has AppArmor")
    c.process["apparmorProfile"] = "some-profile"
    c.refused()


@case("config.md Linux Process", "selinuxLabel without SELinux on the host is an error", prop="process.selinuxLabel")
def selinux_missing(c):
    c.host.needs(not os.path.isdir("/sys/fs/selinux/booleans"), "this host has SELinux")
    c.process["selinuxLabel"] = "system_u:system_r:container_t:s0"
    c.refused()
