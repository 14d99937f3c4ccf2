# SPDX-License-Identifier: Apache-2.0
"""probe - looks at one run of a program: its own peak memory, its system calls."""
import ctypes
import os
import re
import signal
import subprocess
import tempfile

PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 7, 0x4200
PTRACE_O_TRACEEXEC, PTRACE_O_TRACEEXIT, PTRACE_EVENT_EXIT = 0x10, 0x40, 6
MARK = "payload-mark"


def ptrace(request, pid, data):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(ctypes.c_long(request), ctypes.c_int(pid), None, ctypes.c_void_p(data)) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request})")


def status_kb(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.M).group(1))


def peak_kb(argv):
    """VmHWM of the program itself, read when it is about to exit. Unlike ru_maxrss this counts
    neither what the launcher held before execve nor any child."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        ptrace(PTRACE_TRACEME, 0, 0)
        try:
            os.execv(argv[0], argv)
        finally:
            os._exit(127)
    os.waitpid(pid, 0)  # stopped by its execve
    ptrace(PTRACE_SETOPTIONS, pid, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)
    ptrace(PTRACE_CONT, pid, 0)
    peak = None
    while True:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            break
        event = status >> 16
        if event == PTRACE_EVENT_EXIT:
            peak = status_kb(pid, "VmHWM")
        ptrace(PTRACE_CONT, pid, 0 if event else os.WSTOPSIG(status))
    if os.waitstatus_to_exitcode(status) != 0 or peak is None:
        raise RuntimeError(f"{argv[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return peak


CALL = re.compile(r"^\d+ +(\w+)\(")


def system_calls(argv, log):
    """(until the payload's execve, in the whole run without the payload) of every process of the
    runtime. The bundle's process must have MARK as its last argument."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", str(log), *argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["strace failed"])[-1])
    lines = log.read_text(errors="replace").splitlines()
    # Paths may be tried one after the other: the last attempt is the one that worked.
    start = max(i for i, line in enumerate(lines) if " exec" in line and f'"{MARK}"]' in line)
    payload = lines[start].split()[0]
    before = sum(1 for line in lines[:start + 1] if CALL.match(line))
    after = sum(1 for line in lines[start + 1:] if CALL.match(line) and line.split()[0] != payload)
    return before, before + after


def works(argv):
    """None, or why it does not. A file takes the errors: a detached container keeps a pipe open."""
    with tempfile.TemporaryFile("w+") as errors:
        try:
            status = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=errors, timeout=60).returncode
        except subprocess.TimeoutExpired:
            return "did not end within a minute"
        errors.seek(0)
        said = errors.read().strip().splitlines()
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return (said or [f"exit status {status}"])[-1] if status else None
