# SPDX-License-Identifier: Apache-2.0
"""config-linux.md, Seccomp. Obligation 46. The probe's own calls stay allowed; getppid and getpgid are tried."""
import array
import json
import os
import signal
import socket
import threading

from harness import case, check, equal, eventually

GETPPID, GETPGID = 110, 121  # x86-64


def x86_only(c):
    c.host.needs(os.uname().machine == "x86_64", "the case knows x86-64's numbers")


def seccomp(c, action, name="getppid", default="SCMP_ACT_ALLOW", **rule):
    x86_only(c)
    c.linux["seccomp"] = {"defaultAction": default, "syscalls": [{"names": [name], "action": action, **rule}]}


@case("config-linux.md Seccomp", "ERRNO answers EPERM, or errnoRet", prop="linux.seccomp.syscalls[].errnoRet")
def errno(c):
    seccomp(c, "SCMP_ACT_ERRNO")
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 1)
    seccomp(c, "SCMP_ACT_ERRNO", errnoRet=38)
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 38)


def deadly(action, number):
    def run(c):
        seccomp(c, action)
        c.run(f"call={GETPPID}", status=128 + number)
    return run


for _action, _number in (("SCMP_ACT_KILL", signal.SIGSYS), ("SCMP_ACT_KILL_PROCESS", signal.SIGSYS),
                         ("SCMP_ACT_KILL_THREAD", signal.SIGSYS), ("SCMP_ACT_TRAP", signal.SIGSYS)):
    case("config-linux.md Seccomp", _action, prop="linux.seccomp action")(deadly(_action, _number))


@case("config-linux.md Seccomp", "SCMP_ACT_TRACE without a tracer answers ENOSYS", prop="linux.seccomp action")
def trace(c):
    seccomp(c, "SCMP_ACT_TRACE", errnoRet=7)
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 38)


@case("config-linux.md Seccomp", "SCMP_ACT_LOG lets the call through", prop="linux.seccomp action")
def log(c):
    seccomp(c, "SCMP_ACT_LOG")
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 0)


@case("config-linux.md Seccomp", "defaultErrnoRet", prop="linux.seccomp.defaultErrnoRet")
def default_errno(c):
    x86_only(c)
    calls = ("read write close openat fstat newfstatat brk mmap munmap mprotect exit_group exit rt_sigaction "
             "rt_sigprocmask arch_prctl set_tid_address set_robust_list rseq prlimit64 getrandom readlink readlinkat "
             "execve execveat ioctl lseek prctl capget capset getcwd chdir fchdir futex uname getuid getgid setgroups "
             "setresuid setresgid umask close_range sendmsg recvmsg dup dup3 fcntl statx lstat stat fstatfs statfs "
             "openat2 getdents64 epoll_create1 epoll_ctl epoll_pwait nanosleep tgkill sched_yield clone clone3 waitid wait4 sigaltstack "
             "gettid getpid madvise poll ppoll pipe2 faccessat faccessat2 access kill sendto recvfrom").split()
    c.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 99,
                          "syscalls": [{"names": calls, "action": "SCMP_ACT_ALLOW"}]}
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 99)


OPERATORS = (("SCMP_CMP_EQ", 5, None, (5,), (4, 6)), ("SCMP_CMP_NE", 5, None, (4, 6), (5,)),
             ("SCMP_CMP_LT", 5, None, (4,), (5, 6)), ("SCMP_CMP_LE", 5, None, (4, 5), (6,)),
             ("SCMP_CMP_GT", 5, None, (6,), (4, 5)), ("SCMP_CMP_GE", 5, None, (5, 6), (4,)),
             ("SCMP_CMP_MASKED_EQ", 6, 4, (4, 5), (2, 6)))


def operator(op, value, two, hits, misses):
    def run(c):
        arg = {"index": 0, "value": value, "op": op} | ({"valueTwo": two} if two is not None else {})
        seccomp(c, "SCMP_ACT_ERRNO", name="getpgid", errnoRet=77, args=[arg])
        answers = c.run(*(f"call={GETPGID},{n}" for n in hits + misses))
        for n in hits:
            equal(answers[f"call={GETPGID},{n}"][0], 77, f"{op} with {n}")
        for n in misses:
            check(answers[f"call={GETPGID},{n}"][0] != 77, f"{op} matches {n}")
    return run


for _row in OPERATORS:
    case("config-linux.md Seccomp", f"{_row[0]}", prop="linux.seccomp operator")(operator(*_row))


@case("config-linux.md Seccomp", "architectures of the list are accepted", prop="linux.seccomp.architectures")
def architectures(c):
    names = ("X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X "
             "PARISC PARISC64 RISCV64").split()
    little = {"X86", "X86_64", "X32", "ARM", "AARCH64", "MIPSEL", "MIPSEL64", "MIPSEL64N32", "PPC64LE", "RISCV64"}
    x86_only(c)
    for name in names:
        seccomp(c, "SCMP_ACT_ERRNO")
        c.linux["seccomp"]["architectures"] = [f"SCMP_ARCH_{name}"]
        if name in little:  # the others have another byte order than this host
            c.run("ids")


def flag(name):
    def run(c):
        seccomp(c, "SCMP_ACT_ERRNO")
        c.linux["seccomp"]["flags"] = [name]
        if name.endswith("WAIT_KILLABLE_RECV"):
            c.linux["seccomp"]["listenerPath"] = str(c.scratch / "agent")
            c.linux["seccomp"]["syscalls"][0]["action"] = "SCMP_ACT_NOTIFY"
            with Agent(c):
                c.run(f"call={GETPPID}")
            return
        equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 1)
    return run


for _flag in ("TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"):
    case("config-linux.md Seccomp", f"SECCOMP_FILTER_FLAG_{_flag}", prop="linux.seccomp.flags")(
        flag(f"SECCOMP_FILTER_FLAG_{_flag}"))


def bad(**change):
    def run(c):
        seccomp(c, "SCMP_ACT_ERRNO")
        for path, value in change.items():
            if path == "rule":
                c.linux["seccomp"]["syscalls"][0].update(value)
            else:
                c.linux["seccomp"][path] = value
        c.refused()
    return run


for _title, _change in (
        ("an unknown action is an error", {"rule": {"action": "SCMP_ACT_FOO"}}),
        ("an unknown default action is an error", {"defaultAction": "SCMP_ACT_FOO"}),
        ("an unknown architecture is an error", {"architectures": ["SCMP_ARCH_FOO"]}),
        ("an unknown flag is an error", {"flags": ["SECCOMP_FILTER_FLAG_FOO"]}),
        ("an unknown operator is an error", {"rule": {"args": [{"index": 0, "value": 1, "op": "SCMP_CMP_FOO"}]}}),
        ("errnoRet on an action without errno is an error", {"rule": {"action": "SCMP_ACT_ALLOW", "errnoRet": 1}}),
        ("names must not be empty", {"rule": {"names": []}}),
        ("listenerMetadata without listenerPath is an error", {"listenerMetadata": "x"})):
    case("config-linux.md Seccomp", _title, obligation=46, prop="linux.seccomp")(bad(**_change))


@case("config-linux.md Seccomp", "a call name that no kernel has is passed over", prop="linux.seccomp.syscalls[].names")
def unknown_call(c):
    seccomp(c, "SCMP_ACT_ERRNO")
    c.linux["seccomp"]["syscalls"][0]["names"] = ["getppid", "not_a_system_call"]
    equal(c.run(f"call={GETPPID}")[f"call={GETPPID}"][0], 1)


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class Agent:
    """A seccomp agent: takes the state and the listener, and lets every call that is told go on."""

    def __init__(self, c):
        self.states, self.fds, self.stop = [], [], threading.Event()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(c.scratch / "agent"))
        self.socket.listen(4)
        self.socket.settimeout(10)

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.socket.close()

    def serve(self):
        try:
            peer, _ = self.socket.accept()
        except OSError:
            return
        text = b""
        data, control, _, _ = peer.recvmsg(65536, socket.CMSG_SPACE(64))
        for _, kind, payload in control:
            if kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(payload[:len(payload) // 4 * 4])
                self.fds += fds
        while data:
            text += data
            if is_json(text):  # not every runtime hangs up behind it
                break
            data = peer.recv(65536)
        self.states.append(json.loads(text))
        for fd in self.fds:
            threading.Thread(target=self.let_go_on, args=(fd,), daemon=True).start()

    def let_go_on(self, fd):
        import fcntl
        recv, send = 0xc0502100, 0xc0182101  # SECCOMP_IOCTL_NOTIF_RECV and _SEND
        while not self.stop.is_set():
            request = bytearray(80)
            try:
                fcntl.ioctl(fd, recv, request)
                fcntl.ioctl(fd, send, bytearray(request[:8] + bytes(8) + bytes(4) + (1).to_bytes(4, "little")))
            except OSError:
                return


def notified(name, number):
    def run(c):
        seccomp(c, "SCMP_ACT_NOTIFY", name=name)
        c.linux["seccomp"]["listenerPath"] = str(c.scratch / "agent")
        c.linux["seccomp"]["listenerMetadata"] = "some metadata"
        with Agent(c) as agent:
            c.run(number)
            eventually(lambda: agent.states, "the agent got a state")
        state = agent.states[0]
        equal(state["metadata"], "some metadata")
        equal(state["state"]["id"], c.id)
        check(state["pid"] > 0 and "seccompFd" in state["fds"], f"pid and fds: {state}")
        equal(len(agent.fds), len(state["fds"]), "descriptors that came")
    return run


case("config-linux.md The Container Process State", "the agent gets the state and the listener", obligation=46,
     prop="linux.seccomp.listenerPath")(notified("getppid", f"call={GETPPID}"))
case("config-linux.md The Container Process State", "also when the filter notifies on write", obligation=46,
     prop="linux.seccomp.listenerPath")(notified("write", "ids"))
case("config-linux.md The Container Process State", "also when the filter notifies on sendmsg", obligation=46,
     prop="linux.seccomp.listenerPath")(notified("sendmsg", "ids"))


@case("config-linux.md Seccomp", "a listener that is not there is an error", obligation=46,
      prop="linux.seccomp.listenerPath")
def listener_missing(c):
    seccomp(c, "SCMP_ACT_NOTIFY")
    c.linux["seccomp"]["listenerPath"] = str(c.scratch / "nobody")
    c.write_config()
    status, _, _ = c.call("create", "--bundle", c.bundle, c.id)
    if status == 0:  # the filter may be loaded as late as that
        c.must_fail("start", c.id)
