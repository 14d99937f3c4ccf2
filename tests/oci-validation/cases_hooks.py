# SPDX-License-Identifier: Apache-2.0
"""config.md, POSIX-platform hooks. Obligations 16 to 19."""
import json
import os
import time

from harness import case, check, equal, eventually, has

KINDS = ("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")
AT_CREATE = KINDS[:3]


def note(c, name, more=""):
    """A hook of the host that adds its name to the file "order"."""
    path = c.script(f"hook-{name}", f"echo {name} >>{c.scratch}/order; {more}")
    return {"path": path, "args": [path]}


def order(c):
    path = c.scratch / "order"
    return path.read_text().split() if path.exists() else []


def all_noted(c):
    """Every kind, twice; the container's own kind is noted by the probe, in the root file system."""
    c.config["hooks"] = {k: [note(c, f"{k}1"), note(c, f"{k}2")] for k in KINDS if k != "startContainer"}
    c.config["hooks"]["startContainer"] = [{"path": "/inside", "args": ["/inside", "mkdir=/tmp/startContainer"]}]


@case("config.md POSIX-platform Hooks", "kinds run in the order of the lifecycle, each in the listed order",
      obligation=16, prop="hooks")
def hook_order(c):
    all_noted(c)
    c.process["args"] = ["/inside", "mkdir=/tmp/ran"]
    c.create()
    equal(order(c), [f"{k}{n}" for k in AT_CREATE for n in "12"], "after create")
    check(not (c.rootfs / "tmp/startContainer").exists(), "startContainer hooks ran at create")
    c.start()
    check((c.rootfs / "tmp/startContainer").exists(), "startContainer hooks did not run by start")
    equal(order(c)[6:], ["poststart1", "poststart2"], "after start")
    eventually(lambda: c.status() == "stopped", "status stopped")
    c.must("delete", c.id)
    equal(order(c)[8:], ["poststop1", "poststop2"], "after delete")


@case("config.md Poststart", "poststart hooks run after the program was executed", obligation=16, prop="hooks.poststart")
def poststart_after_exec(c):
    c.config["hooks"] = {"poststart": [note(
        c, "poststart", f"readlink /proc/$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')/exe >{c.scratch}/exe")]}
    c.up()
    has((c.scratch / "exe").read_text(), r"/inside$")


def records(c, kind):
    """A hook that keeps what it was given; returns the paths of its notes."""
    base = c.scratch / f"got-{kind}"
    path = c.script(f"record-{kind}", f"cat >{base}.state; readlink /proc/self/ns/mnt /proc/self/ns/net >{base}.ns; "
                                      f"env >{base}.env; pwd >{base}.cwd; echo \"$0 $@\" >{base}.args")
    return {"path": path, "args": ["zero", "one", "two"], "env": ["HOOK=yes"]}, base


@case("config.md POSIX-platform Hooks", "each hook gets the state on stdin", obligation=17, prop="hooks.*")
def hook_state(c):
    bases = {}
    c.config["hooks"], c.config["annotations"] = {}, {"k": "v"}
    for kind in ("prestart", "createRuntime", "createContainer", "poststart", "poststop"):
        hook, bases[kind] = records(c, kind)
        c.config["hooks"][kind] = [hook]
    c.run("ids")
    for kind, base in bases.items():
        state = json.loads(base.with_suffix(".state").read_text())
        equal((state["id"], state["bundle"], state["annotations"]["k"]), (c.id, str(c.bundle), "v"), kind)
        has(state["ociVersion"], r"^\d+\.\d+\.\d+")
        check(state["status"] in {"creating", "created", "running", "stopped"}, f"{kind}: status {state['status']}")
        if kind != "poststop":
            check(state["pid"] > 0, f"{kind}: pid {state.get('pid')}")


@case("config.md createContainer", "runs in the container's namespaces, its path is the host's", obligation=17,
      prop="hooks.createContainer")
def create_container_namespaces(c):
    hook, base = records(c, "createContainer")
    c.config["hooks"] = {"createContainer": [hook]}
    c.run("ids")
    mnt, net = base.with_suffix(".ns").read_text().split()
    check(mnt != os.readlink("/proc/self/ns/mnt"), "it ran in the host's mount namespace")
    check(net != os.readlink("/proc/self/ns/net"), "it ran in the host's network namespace")


@case("config.md createContainer", "the pid in its state is the container's view", obligation=17,
      prop="hooks.createContainer")
def create_container_pid(c):
    hook, base = records(c, "createContainer")
    c.config["hooks"] = {"createContainer": [hook]}
    c.run("ids")
    equal(json.loads(base.with_suffix(".state").read_text())["pid"], 1)


@case("config.md createRuntime", "prestart, createRuntime, poststart and poststop run in the runtime's namespaces",
      obligation=17, prop="hooks.createRuntime")
def runtime_namespaces(c):
    bases = {}
    c.config["hooks"] = {}
    for kind in ("prestart", "createRuntime", "poststart", "poststop"):
        hook, bases[kind] = records(c, kind)
        c.config["hooks"][kind] = [hook]
    c.run("ids")
    want = [os.readlink("/proc/self/ns/mnt"), os.readlink("/proc/self/ns/net")]
    for kind, base in bases.items():
        equal(base.with_suffix(".ns").read_text().split(), want, kind)


@case("config.md startContainer", "its path is resolved in the container, before the program runs", obligation=17,
      prop="hooks.startContainer")
def start_container_path(c):
    c.config["hooks"] = {"startContainer": [{"path": "/inside", "args": ["/inside", "mkdir=/tmp/first"]}]}
    answers = c.run("stat=/tmp/first")
    equal(answers["stat=/tmp/first"][0], 0, "errno of what the hook made")


@case("config.md POSIX-platform Hooks", "args and env are the configured ones", obligation=17, prop="hooks.*.args")
def hook_args_env(c):
    hook, base = records(c, "createRuntime")
    c.config["hooks"] = {"createRuntime": [hook]}
    c.run("ids")
    has(base.with_suffix(".args").read_text(), r" one two$")
    has(base.with_suffix(".env").read_text(), r"^HOOK=yes$")


@case("config.md Lifecycle", "createRuntime hooks see the mounts made and the root not yet changed", obligation=17,
      prop="hooks.createRuntime")
def runtime_hook_sees_mounts(c):
    c.mount(destination="/made", type="tmpfs", source="tmpfs")
    out = c.scratch / "mounts"
    path = c.script("see", f"pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/'); cat /proc/$pid/mountinfo >{out}")
    c.config["hooks"] = {"createRuntime": [{"path": path}]}
    c.run("ids")
    has(out.read_text(), rf"{c.rootfs}/made ")


def failing(kind):
    def run(c):
        bad = c.script("bad", "exit 3")
        hook = {"path": "/inside", "args": ["/inside", "exit=3"]} if kind == "startContainer" else {"path": bad}
        c.config["hooks"] = {kind: [hook], "poststop": [note(c, "poststop")]}
        c.process["args"] = ["/inside", "sleep=1000"]
        c.write_config()
        status, _, _ = c.call("create", "--bundle", c.bundle, c.id)
        if kind in AT_CREATE:
            check(status != 0, "create succeeded")
            check(c.call("state", c.id)[0] != 0, "the container is still there")
            equal(order(c), ["poststop"], "poststop hooks")
            return
        equal(status, 0, "create")
        c.must_fail("start", c.id)
        status, out, _ = c.call("state", c.id)
        check(status != 0 or json.loads(out)["status"] == "stopped", "the container still runs")
        if kind == "poststart":
            check(status != 0, "the container was not destroyed")
    return run


for _kind in KINDS[:-1]:
    case(f"runtime.md Lifecycle, {_kind}", "a hook that fails is an error, the container is stopped and destroyed",
         obligation=18, prop=f"hooks.{_kind}")(failing(_kind))


@case("runtime.md Lifecycle 13", "a poststop hook that fails is a warning, the rest runs", obligation=18,
      prop="hooks.poststop")
def poststop_fails(c):
    bad = c.script("bad", "exit 3")
    c.config["hooks"] = {"poststop": [{"path": bad}, note(c, "after")]}
    c.process["args"] = ["/inside", "exit=0"]
    c.create()
    c.start()
    eventually(lambda: c.status() == "stopped", "status stopped")
    c.must("delete", c.id)
    equal(order(c), ["after"])


@case("config.md POSIX-platform Hooks", "timeout ends a hook, and the failure counts", obligation=19,
      prop="hooks.*.timeout")
def hook_timeout(c):
    slow = c.script("slow", "exec sleep 100")
    c.config["hooks"] = {"createRuntime": [{"path": slow, "timeout": 1}]}
    begin = time.monotonic()
    c.refused()
    check(time.monotonic() - begin < 10, "the hook was not ended in time")


@case("config.md POSIX-platform Hooks", "a timeout of 0 or less is an error", obligation=19, prop="hooks.*.timeout")
def hook_bad_timeout(c):
    for timeout in (0, -1):
        c.config["hooks"] = {"createRuntime": [{"path": c.script("ok", "exit 0"), "timeout": timeout}]}
        c.refused()


@case("config.md POSIX-platform Hooks", "a path that is not absolute is an error", obligation=19, prop="hooks.*.path")
def hook_relative(c):
    c.config["hooks"] = {"createRuntime": [{"path": "bin/true"}]}
    c.refused()
