# SPDX-License-Identifier: Apache-2.0
"""features.md, features-linux.md, and what the runtime writes. Obligation 48."""
import json
import pathlib

import harness
from cases_filesystem import PLAIN_MUST
from cases_lifecycle import validate
from harness import Skipped, case, check, equal, has


def features(c):
    status, out, err = c.call("features")
    check(status == 0, f"features ended with {status}: {err.strip()}")
    return json.loads(out)


@case("features.md", "ociVersionMin and ociVersionMax are there, and cover 1.0.0 to 1.3.0", obligation=48)
def version_range(c):
    f = features(c)
    equal(f["ociVersionMin"], "1.0.0")
    check(tuple(int(n) for n in f["ociVersionMax"].split("-")[0].split("+")[0].split(".")) >= (1, 3, 0), f["ociVersionMax"])


@case("features.md Hooks", "all six kinds are listed", obligation=48)
def hooks(c):
    equal(sorted(features(c)["hooks"]), sorted(["prestart", "createRuntime", "createContainer", "startContainer",
                                                "poststart", "poststop"]))


@case("features.md Mount options", "the MUST options are listed", obligation=48)
def mount_options(c):
    missing = set(PLAIN_MUST) - set(features(c)["mountOptions"])
    equal(sorted(missing), [], "missing")


@case("features.md Mount options", "what is listed is accepted", obligation=48)
def mount_options_true(c):
    listed = features(c)["mountOptions"]
    special = {"remount", "idmap", "ridmap", "tmpcopyup", "bind", "rbind", "copy-symlink", "src-nofollow", "dest-nofollow"}
    for number, option in enumerate(o for o in listed if o not in special):
        c.mount(destination=f"/made/{number}", type="tmpfs", source="tmpfs", options=[option])
    c.run("ids")


@case("features-linux.md Namespaces", "all eight are listed", obligation=48)
def namespaces(c):
    equal(sorted(features(c)["linux"]["namespaces"]),
          sorted(["pid", "network", "mount", "ipc", "uts", "cgroup", "time", "user"]))


@case("features-linux.md Capabilities", "are listed", obligation=48)
def capabilities(c):
    check({"CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_CHECKPOINT_RESTORE"} <= set(features(c)["linux"]["capabilities"]),
          "a capability is missing")


@case("features-linux.md Cgroup", "v1, v2, systemd, systemdUser and rdma are stated", obligation=48)
def cgroup(c):
    stated = features(c)["linux"]["cgroup"]
    for name in ("v1", "v2", "systemd", "systemdUser", "rdma"):
        check(isinstance(stated.get(name), bool), f"{name}: {stated.get(name)!r}")


@case("features-linux.md Seccomp", "actions, operators, archs and flags", obligation=48)
def seccomp(c):
    s = features(c)["linux"]["seccomp"]
    check(s["enabled"], "not enabled")
    for name, some in (("actions", "SCMP_ACT_NOTIFY"), ("operators", "SCMP_CMP_MASKED_EQ"), ("archs", "SCMP_ARCH_X86_64"),
                       ("knownFlags", "SECCOMP_FILTER_FLAG_LOG"), ("supportedFlags", "SECCOMP_FILTER_FLAG_SPEC_ALLOW")):
        check(some in s[name], f"{name} lacks {some}")


@case("features-linux.md", "apparmor, selinux, intelRdt, memoryPolicy, netDevices and mountExtensions are stated",
      obligation=48)
def others(c):
    linux = features(c)["linux"]
    for name in ("apparmor", "selinux", "intelRdt"):
        check(isinstance(linux[name]["enabled"], bool), name)
    check(isinstance(linux["mountExtensions"]["idmap"]["enabled"], bool), "mountExtensions.idmap")
    check("MPOL_BIND" in linux["memoryPolicy"]["modes"], "memoryPolicy.modes")
    check(isinstance(linux["netDevices"]["enabled"], bool), "netDevices")
    for name in ("schemata", "monitoring"):
        check(isinstance(linux["intelRdt"][name], bool), f"intelRdt.{name}")


@case("features.md Unsafe annotations", "potentiallyUnsafeConfigAnnotations is a list", obligation=48)
def unsafe_annotations(c):
    check(isinstance(features(c).get("potentiallyUnsafeConfigAnnotations"), list), "it is missing")


@case("features.md", "adheres to features-schema.json", obligation=48)
def features_schema(c):
    if not harness.SCHEMAS:
        raise Skipped("the schemas were not given by path")
    validate(features(c), "features-schema.json")


@case("features.md", "prints JSON and nothing else", obligation=48)
def only_json(c):
    status, out, err = c.call("features")
    equal((status, err), (0, ""))
    json.loads(out)


@case("config.md", "what the runtime's spec command writes runs, and adheres to config-schema.json", obligation=7)
def spec(c):
    status, _, err = c.runtime.call(c.root, "spec", "--bundle", c.bundle)
    check(status == 0, err)
    path = pathlib.Path(c.bundle, "config.json")
    c.config = json.loads(path.read_text())
    if harness.SCHEMAS:
        validate(c.config, "config-schema.json")
    has(c.config["ociVersion"], r"^1\.")
    c.config["process"]["terminal"], c.config["process"]["args"] = False, ["/inside", "ids"]
    c.run()
