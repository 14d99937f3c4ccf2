# SPDX-License-Identifier: Apache-2.0
"""runtime.md and bundle.md: state, create, start, kill and delete. Obligations 1 to 15."""
import json
import os
import shutil
import subprocess

import harness
from harness import Skipped, case, check, equal, eventually, has


@case("runtime.md Query State", "without an id it is an error", obligation=1)
def state_without_id(c):
    c.must_fail("state")


@case("runtime.md Query State", "of an unknown container it is an error", obligation=1)
def state_of_nobody(c):
    c.must_fail("state", "oci-validation-nobody")


@case("runtime.md State", "ociVersion, id, status, pid, bundle and annotations are there", obligation=2)
def state_members(c):
    c.config["annotations"] = {"org.example.key": "value", "empty": ""}
    c.create()
    state = c.state()
    has(state["ociVersion"], r"^\d+\.\d+\.\d+")
    equal(state["id"], c.id)
    equal(state["status"], "created")
    equal(state["bundle"], str(c.bundle))
    equal(state["annotations"]["org.example.key"], "value")
    equal(state["annotations"]["empty"], "")
    check(os.path.isdir(f"/proc/{state['pid']}"), "pid is no process")


@case("runtime.md State", "bundle is absolute when it was given relative", obligation=2)
def state_relative_bundle(c):
    c.write_config()
    before = os.getcwd()
    os.chdir(c.scratch)
    try:
        c.must("create", "--bundle", "bundle", c.id)
    finally:
        os.chdir(before)
    equal(c.state()["bundle"], str(c.bundle))


@case("runtime.md State", "status follows the life: created, running, stopped", obligation=3)
def state_statuses(c):
    c.process["args"] = ["/inside", "signals"]
    c.create()
    equal(c.status(), "created")
    c.start()
    equal(c.status(), "running")
    c.must("kill", c.id, "KILL")
    eventually(lambda: c.status() == "stopped", "status stopped")


@case("runtime.md State", "adheres to state-schema.json", obligation=2)
def state_schema(c):
    if not harness.SCHEMAS:
        raise Skipped("the schemas were not given by path")
    c.config["annotations"] = {"a": "b"}
    c.create()
    validate(c.state(), "state-schema.json")


def validate(document, schema):
    try:
        import jsonschema
    except ImportError:
        raise Skipped("python3-jsonschema is not installed") from None
    store = {}
    for path in harness.SCHEMAS.glob("*.json"):
        store[path.as_uri()] = json.loads(path.read_text())
    base = harness.SCHEMAS / schema
    resolver = jsonschema.RefResolver(base.as_uri(), store[base.as_uri()], store=store)
    errors = list(jsonschema.Draft4Validator(store[base.as_uri()], resolver=resolver).iter_errors(document))
    check(not errors, f"{'/'.join(map(str, errors[0].path))}: {errors[0].message}" if errors else "")


@case("runtime.md Create", "without an id it is an error", obligation=4)
def create_without_id(c):
    c.write_config()
    c.must_fail("create", "--bundle", c.bundle)


@case("runtime.md Create", "with a bundle that is not there it is an error", obligation=4)
def create_without_bundle(c):
    c.must_fail("create", "--bundle", c.scratch / "missing", c.id)
    c.must_fail("state", c.id)


@case("runtime.md Create", "an id in use is an error, and the first container stays", obligation=4)
def create_twice(c):
    c.create()
    pid = c.state()["pid"]
    c.must_fail("create", "--bundle", c.bundle, c.id)
    equal(c.state()["pid"], pid)
    c.start()


@case("runtime.md Create", "an id that can't be one is an error", obligation=4)
def create_bad_id(c):
    c.write_config()
    for bad in ("", "..", "a/b", "../escape", "a b"):
        c.must_fail("create", "--bundle", c.bundle, bad)
    check(not os.path.exists(c.scratch / "escape"), "something was made outside the state directory")


@case("runtime.md Lifecycle 2", "the program does not run before start", obligation=5)
def create_does_not_run(c):
    c.process["args"] = ["/inside", "mkdir=/tmp/ran"]
    c.create()
    check(not (c.rootfs / "tmp/ran").exists(), "the program ran at create")
    c.start()
    eventually(lambda: (c.rootfs / "tmp/ran").exists(), "the program ran at start")


@case("runtime.md Create", "the configuration is applied before start", obligation=5)
def create_applies(c):
    c.mount(destination="/made/here", type="tmpfs", source="tmpfs", options=["size=64k"])
    c.create()
    pid = c.state()["pid"]
    with open(f"/proc/{pid}/mountinfo", encoding="utf-8") as file:
        has(file.read(), r" /made/here ")


@case("runtime.md Lifecycle 2", "changes to config.json after create have no effect", obligation=5)
def create_then_change(c):
    c.process["args"] = ["/inside", "mkdir=/tmp/first"]
    c.create()
    c.process["args"] = ["/inside", "mkdir=/tmp/second"]
    c.write_config()
    c.start()
    eventually(lambda: (c.rootfs / "tmp/first").exists(), "the program of create's configuration ran")
    check(not (c.rootfs / "tmp/second").exists(), "the later configuration was used")


@case("runtime.md Create", "a property that can't be applied leaves no container", obligation=6)
def create_unappliable(c):
    c.linux["sysctl"] = {"net.oci_validation.nothing": "1"}
    c.refused()


@case("bundle.md", "config.json must be in the bundle's root", obligation=7)
def config_missing(c):
    c.must_fail("create", "--bundle", c.bundle, c.id)
    c.must_fail("state", c.id)


@case("config.md Extensibility", "unknown properties are ignored", obligation=7)
def unknown_properties(c):
    c.config["org.example.unknown"] = {"a": 1}
    c.process["unknown"] = True
    c.linux["unknown"] = [1]
    c.run("ids")


@case("config.md Valid values", "invalid values are errors", obligation=7)
def invalid_values(c):
    c.process["user"]["uid"] = "zero"
    c.refused()


@case("glossary.md JSON", "duplicate names are errors", obligation=7)
def duplicate_names(c):
    text = json.dumps(c.config)
    c.config = text[:-1] + ', "hostname": "second"}'
    c.refused()


@case("glossary.md JSON", "config.json must be JSON in UTF-8", obligation=7)
def not_json(c):
    (c.bundle / "config.json").write_bytes(b'{"ociVersion": "1.0.2", "hostname": "\xff\xfe"')
    c.must_fail("create", "--bundle", c.bundle, c.id)
    c.must_fail("state", c.id)


@case("config.md Specification version", "every version that features promises is accepted", obligation=8)
def versions(c):
    status, out, _ = c.call("features")
    promised = json.loads(out) if status == 0 else {}
    for version in (promised.get("ociVersionMin", "1.0.0"), promised.get("ociVersionMax", "1.0.2")):
        c.config["ociVersion"] = version
        c.run("ids")


@case("config.md Specification version", "another major version is an error", obligation=8)
def another_major(c):
    c.config["ociVersion"] = "2.0.0"
    c.refused()


@case("config.md Specification version", "ociVersion is required", obligation=8)
def no_version(c):
    del c.config["ociVersion"]
    c.refused()


@case("runtime.md Start", "without an id it is an error", obligation=9)
def start_without_id(c):
    c.must_fail("start")


@case("runtime.md Start", "of a running container it is an error without effect", obligation=9)
def start_running(c):
    c.up()
    pid = c.state()["pid"]
    c.must_fail("start", c.id)
    equal((c.state()["pid"], c.status()), (pid, "running"))


@case("runtime.md Start", "of a stopped container it is an error without effect", obligation=9)
def start_stopped(c):
    c.process["args"] = ["/inside", "exit=0"]
    c.create()
    c.start()
    eventually(lambda: c.status() == "stopped", "status stopped")
    c.must_fail("start", c.id)
    equal(c.status(), "stopped")


@case("runtime.md Start", "without process it is an error", obligation=10)
def start_without_process(c):
    del c.config["process"]
    c.create()
    equal(c.status(), "created")
    c.must_fail("start", c.id)


@case("config.md Process", "args[0] is looked up in PATH", obligation=10)
def start_path_lookup(c):
    (c.rootfs / "somewhere").mkdir()
    shutil.copy(c.rootfs / "inside", c.rootfs / "somewhere/found")
    c.process["env"] = ["PATH=/nowhere:/somewhere"]
    c.process["args"] = ["found", "ids"]
    c.write_config()
    out = c.must("run", "--bundle", c.bundle, c.id)
    check("ids" in c.answers(out), "the program did not run")


@case("runtime.md Kill", "without an id it is an error", obligation=11)
def kill_without_id(c):
    c.must_fail("kill")


@case("runtime.md Kill", "of a stopped container it is an error without effect", obligation=11)
def kill_stopped(c):
    c.process["args"] = ["/inside", "exit=0"]
    c.create()
    c.start()
    eventually(lambda: c.status() == "stopped", "status stopped")
    c.must_fail("kill", c.id, "TERM")


@case("runtime.md Kill", "of a created container it is allowed", obligation=11)
def kill_created(c):
    c.create()
    c.must("kill", c.id, "KILL")
    eventually(lambda: c.status() == "stopped", "status stopped")


@case("runtime.md Kill", "delivers exactly the signal, by name with and without SIG and by number", obligation=11)
def kill_signals(c):
    out = c.scratch / "signals"
    c.process["args"] = ["/inside", "signals"]
    c.write_config()
    with open(out, "w", encoding="utf-8") as file:
        process = subprocess.Popen([c.runtime.path, "--root", str(c.root), "run", "--bundle", str(c.bundle), c.id],
                                   stdin=subprocess.DEVNULL, stdout=file)
    eventually(lambda: "ready" in out.read_text(), "the program is ready")
    for spelled, number in (("USR1", 10), ("SIGUSR2", 12), ("1", 1)):
        c.must("kill", c.id, spelled)
        eventually(lambda: f'"signal","errno":0,"value":"{number}"' in out.read_text(), f"signal {spelled} arrived")
    equal(out.read_text().count('"signal"'), 3, "signals that came")
    c.must("kill", c.id, "TERM")
    process.wait(timeout=10)


@case("runtime.md Delete", "without an id it is an error", obligation=12)
def delete_without_id(c):
    c.must_fail("delete")


@case("runtime.md Delete", "of a running container it is an error without effect", obligation=12)
def delete_running(c):
    c.up()
    c.must_fail("delete", c.id)
    equal(c.status(), "running")


@case("runtime.md Delete", "of a created container it is an error (davit: in strict mode)", obligation=12)
def delete_created(c):
    c.create()
    status, _, _ = c.call("delete", c.id, strict=c.runtime.is_davit)
    check(status != 0, "delete of a created container succeeded")
    equal(c.status(), "created")


@case("runtime.md Delete", "removes what create made: cgroup, mounts, state", obligation=13)
def delete_removes(c):
    c.process["args"] = ["/inside", "exit=0"]
    c.create()
    check(c.cgroups_left(), "create made no cgroup")
    c.start()
    eventually(lambda: c.status() == "stopped", "status stopped")
    c.must("delete", c.id)
    equal(c.left(), [], "left behind")


@case("runtime.md Delete", "leaves what was there before: a cgroup's parent", obligation=13)
def delete_leaves(c):
    parent = c.host.directory("pids" if "pids" in c.host.v1 or "pids" in c.host.v2_controllers else "hugetlb",
                              f"/{c.id}-parent")
    parent.mkdir()
    try:
        c.linux["cgroupsPath"] = f"/{parent.name}/inner"
        c.run("ids")
        check(parent.is_dir(), "the parent that was there before is gone")
        check(not (parent / "inner").exists(), "the container's own cgroup is still there")
    finally:
        parent.rmdir()


@case("runtime.md Delete", "the id can be used again", obligation=14)
def delete_then_create(c):
    c.run("ids")
    c.run("ids")


@case("runtime.md Create", "the id of a failed create can be used at once", obligation=14)
def failed_then_create(c):
    path = c.config["root"]["path"]
    c.config["root"]["path"] = "missing"
    c.refused()
    c.config["root"]["path"] = path
    c.run("ids")


@case("runtime.md Errors", "an operation that fails leaves the environment as it was", obligation=15)
def failure_leaves_nothing(c):
    c.process["args"] = ["/no/such/program"]
    c.write_config()
    c.must_fail("run", "--bundle", c.bundle, c.id)
    equal(c.left(), [], "left behind")
