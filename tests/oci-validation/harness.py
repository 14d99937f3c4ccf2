# SPDX-License-Identifier: Apache-2.0
"""harness - a bundle, a runtime and a verdict for each case of the validation."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 20
CASES = []


class Failed(Exception):
    """The runtime does not do what the clause says."""


class Skipped(Exception):
    """The host can't show it; the text says what is missing."""


def case(clause, title, **row):
    """Registers a function as a case. clause: document and heading of the specification. row: prop=
    the property that the case is the row of; obligation= the number of the lifecycle rule."""
    def register(function):
        CASES.append({"clause": clause, "title": title, "run": function, "file": function.__module__, **row})
        return function
    return register


def check(condition, text):
    if not condition:
        raise Failed(text)


def equal(got, want, what=""):
    check(got == want, f"{what + ': ' if what else ''}got {got!r}, want {want!r}")


def has(text, pattern):
    check(re.search(pattern, text or "", re.M), f"{text!r} does not match {pattern!r}")


def eventually(condition, text, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f"never came true: {text}")
        time.sleep(0.01)


class Runtime:
    def __init__(self, path):
        self.path = os.path.abspath(shutil.which(path) or path)  # cases change the directory
        self.name = os.path.basename(path)
        self.is_davit = self.name.startswith("davit")

    def call(self, root, *args, stdin="", env=None, strict=False):
        """Returns (status, stdout, stderr). Files and not pipes, which a detached container would hold."""
        argv = [self.path, "--root", str(root), *(["--strict"] if strict else []), *map(str, args)]
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            try:
                status = subprocess.run(argv, input=stdin, stdout=out, stderr=err, text=True,
                                        timeout=TIMEOUT, env=env).returncode
            except subprocess.TimeoutExpired:
                raise Failed(f"{args[0]} hung") from None
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read()


def base_config():
    return {
        "ociVersion": "1.0.2",
        "root": {"path": "rootfs"},
        "hostname": "inside",
        "process": {
            "args": ["/inside"], "cwd": "/", "env": ["PATH=/"], "user": {"uid": 0, "gid": 0},
            "noNewPrivileges": True,
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
        ],
        "linux": {"namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")]},
    }


class Container:
    """What a case works with: config is changed at will until the first call."""
    number = 0

    def __init__(self, runtime, inside, host):
        Container.number += 1
        self.runtime, self.host = runtime, host
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="oci-validation-"))
        self.scratch.chmod(0o711)
        self.root, self.bundle = self.scratch / "state", self.scratch / "bundle"
        self.rootfs = self.bundle / "rootfs"
        for name in ("proc", "dev", "sys", "tmp", "etc", "dir"):
            (self.rootfs / name).mkdir(parents=True)
        (self.rootfs / "file").write_text("content\n")
        shutil.copy(inside, self.rootfs / "inside")
        self.config = base_config()
        self.id = f"oci-validation-{os.getpid()}-{Container.number}"
        self.config["linux"]["cgroupsPath"] = f"/{self.id}"
        self.ids = [self.id]

    # --- shorthands for parts of the configuration ---

    @property
    def process(self):
        return self.config["process"]

    @property
    def linux(self):
        return self.config["linux"]

    def without(self, *types):
        self.linux["namespaces"] = [n for n in self.linux["namespaces"] if n["type"] not in types]

    def mount(self, **fields):
        self.config["mounts"].append(fields)

    def in_user_namespace(self, host=100000, size=65536):
        self.linux["namespaces"].append({"type": "user"})
        self.linux["uidMappings"] = self.linux["gidMappings"] = [
            {"containerID": 0, "hostID": host, "size": size}]
        subprocess.run(["chown", "-R", f"{host}:{host}", str(self.rootfs)], check=True)

    def script(self, path, text):
        """A hook for the host's side: a shell script; returns its path."""
        file = self.scratch / path
        file.write_text("#!/bin/sh\n" + text + "\n")
        file.chmod(0o755)
        return str(file)

    # --- calls ---

    def write_config(self):
        (self.bundle / "config.json").write_text(
            self.config if isinstance(self.config, str) else json.dumps(self.config))

    def call(self, *args, **more):
        return self.runtime.call(self.root, *args, **more)

    def must(self, *args, **more):
        status, out, err = self.call(*args, **more)
        check(status == 0, f"{args[0]} ended with {status}: {(err.strip().splitlines() or [''])[-1]}")
        return out

    def must_fail(self, *args, **more):
        status, out, err = self.call(*args, **more)
        check(status != 0, f"{args[0]} succeeded: {out.strip()[:200]}")
        check(status < 124 or status == 255, f"{args[0]} died of a signal ({status})")
        return err

    def create(self, *args):
        self.write_config()
        return self.must("create", "--bundle", self.bundle, *args, self.id)

    def start(self):
        return self.must("start", self.id)

    def run(self, *actions, status=0):
        """Runs the process with these actions; returns {action: (errno, value)}."""
        if actions:
            self.process["args"] = ["/inside", *actions]
        self.write_config()
        got, out, err = self.call("run", "--bundle", self.bundle, self.id)
        check(got == status, f"run ended with {got}: {(err.strip().splitlines() or [''])[-1]}")
        return self.answers(out)

    def refused(self):
        """Neither a container nor anything else comes of create."""
        self.write_config()
        err = self.must_fail("create", "--bundle", self.bundle, self.id)
        check(self.call("state", self.id)[0] != 0, "create failed and left a container")
        return err

    def up(self, *actions):
        self.process["args"] = ["/inside", *(actions or ("sleep=1000",))]
        self.write_config()
        self.must("run", "--detach", "--bundle", self.bundle, self.id)

    def state(self, id=None):
        return json.loads(self.must("state", id or self.id))

    def status(self):
        return self.state()["status"]

    @staticmethod
    def answers(out):
        lines = [json.loads(line) for line in out.splitlines() if line.startswith('{"do"')]
        return {a["do"]: (a["errno"], a["value"]) for a in lines}

    def value(self, *actions):
        """The one answer's text, which must not be an error."""
        answers = self.run(*actions)
        code, text = answers.get(actions[-1], (None, None))
        check(code == 0, f"{actions[-1]}: {'no answer' if code is None else os.strerror(code)}")
        return text

    # --- the end ---

    def cgroups_left(self):
        found = subprocess.run(["find", "/sys/fs/cgroup", "-mindepth", "1", "-maxdepth", "5", "-type", "d",
                                "-name", f"*{self.id}*"], capture_output=True, text=True).stdout
        return found.split()

    def left(self):
        mounts = [line for line in open("/proc/self/mountinfo", encoding="utf-8") if str(self.scratch) in line]
        states = [str(p) for p in self.root.glob("*") if any(i in p.name for i in self.ids)]
        return mounts + states + self.cgroups_left()

    def done(self):
        """Deletes and looks for leftovers; returns what is wrong."""
        for name in self.ids:
            self.runtime.call(self.root, "delete", "--force", name)
        end = time.monotonic() + 3
        while self.left() and time.monotonic() < end:
            time.sleep(0.02)
        left = self.left()
        for path in sorted(self.cgroups_left(), reverse=True):
            try:
                os.rmdir(path)
            except OSError:
                pass
        shutil.rmtree(self.scratch, ignore_errors=True)
        return left
