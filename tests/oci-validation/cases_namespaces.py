# SPDX-License-Identifier: Apache-2.0
"""config-linux.md: namespaces, id maps, sysctl, network devices, memory policy and resctrl. Obligations 36 to 38, 45."""
import os
import subprocess

from harness import case, check, equal, has

FILES = {"pid": "pid", "network": "net", "mount": "mnt", "ipc": "ipc", "uts": "uts", "cgroup": "cgroup", "time": "time",
         "user": "user"}


def own(name):
    return os.readlink(f"/proc/self/ns/{FILES[name]}")


def new_namespace(name):
    def run(c):
        if name == "user":
            c.in_user_namespace()
        elif name not in [n["type"] for n in c.linux["namespaces"]]:
            c.linux["namespaces"].append({"type": name})
        check(c.value(f"link=/proc/self/ns/{FILES[name]}") != own(name), "it is the runtime's namespace")
    return run


def inherited_namespace(name):
    def run(c):
        c.without(name)
        if name == "uts":
            del c.config["hostname"]
        equal(c.value(f"link=/proc/self/ns/{FILES[name]}"), own(name))
    return run


def joined_namespace(name):
    def run(c):
        flag = {"network": "--net"}.get(name, f"--{name}")
        holder = subprocess.Popen(["unshare", flag, *(["--fork"] if name in ("pid", "time") else []), "sleep", "1000"])
        try:
            path = namespace_of(holder.pid, name)
            c.without(name)
            c.linux["namespaces"].append({"type": name, "path": path})
            if name == "uts":
                del c.config["hostname"]
            equal(c.value(f"link=/proc/self/ns/{FILES[name]}"), os.readlink(path))
        finally:
            subprocess.run(["kill", "-KILL", *map(str, [*children(holder.pid), holder.pid])], check=False)
            holder.wait()
    return run


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(p) for p in file.read().split()]


def namespace_of(pid, name):
    """Waits until unshare(1) has made it; with --fork it is the child's."""
    import time
    for _ in range(200):
        process = (children(pid) or [0])[0] if name in ("pid", "time") else pid
        path = f"/proc/{process}/ns/{FILES[name]}"
        try:
            if process and os.readlink(path) != own(name) and "sleep" in open(f"/proc/{process}/comm").read():
                return path
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError(f"no {name} namespace was made")


for _name in FILES:
    case("config-linux.md Namespaces", f"{_name}: new without a path", obligation=36, prop=f"linux.namespaces {_name}")(
        new_namespace(_name))
for _name in ("network", "ipc", "uts", "pid", "cgroup", "time"):
    case("config-linux.md Namespaces", f"{_name}: inherited when not listed", obligation=36,
         prop=f"linux.namespaces {_name}")(inherited_namespace(_name))
for _name in ("network", "ipc", "uts", "pid", "cgroup", "time"):
    case("config-linux.md Namespaces", f"{_name}: joined by path", obligation=36, prop="linux.namespaces[].path")(
        joined_namespace(_name))


@case("config-linux.md Namespaces", "a type that is there twice is an error", obligation=36, prop="linux.namespaces")
def namespace_twice(c):
    c.linux["namespaces"].append({"type": "ipc"})
    c.refused()


@case("config-linux.md Namespaces", "an unknown type is an error", obligation=36, prop="linux.namespaces[].type")
def namespace_unknown(c):
    c.linux["namespaces"].append({"type": "weather"})
    c.refused()


@case("config-linux.md Namespaces", "a path of another type is an error", obligation=36, prop="linux.namespaces[].path")
def namespace_wrong(c):
    c.without("network")
    c.linux["namespaces"].append({"type": "network", "path": "/proc/self/ns/uts"})
    c.refused()


@case("config-linux.md Namespaces", "a path that is not absolute is an error", obligation=36,
      prop="linux.namespaces[].path")
def namespace_relative(c):
    c.without("network")
    c.linux["namespaces"].append({"type": "network", "path": "proc/self/ns/net"})
    c.refused()


@case("config-linux.md User namespace mappings", "uidMappings and gidMappings", prop="linux.uidMappings")
def mappings(c):
    c.linux["namespaces"].append({"type": "user"})
    c.linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000},
                              {"containerID": 1000, "hostID": 200000, "size": 10}]
    c.linux["gidMappings"] = [{"containerID": 0, "hostID": 300000, "size": 2000}]
    subprocess.run(["chown", "-R", "100000:300000", str(c.rootfs)], check=True)
    answers = c.run("file=/proc/self/uid_map", "file=/proc/self/gid_map")
    equal([line.split() for line in answers["file=/proc/self/uid_map"][1].splitlines()],
          [["0", "100000", "1000"], ["1000", "200000", "10"]])
    equal(answers["file=/proc/self/gid_map"][1].split(), ["0", "300000", "2000"])


@case("config-linux.md User namespace mappings", "the runtime does not change the owner of the root file system",
      obligation=37, prop="linux.uidMappings")
def no_chown(c):
    c.in_user_namespace()
    before = {p: (p.lstat().st_uid, p.lstat().st_gid) for p in c.rootfs.rglob("*")}
    c.run("ids")
    equal({p: (p.lstat().st_uid, p.lstat().st_gid) for p in before}, before)


@case("config-linux.md Offset for Time Namespace", "monotonic and boottime", prop="linux.timeOffsets")
def time_offsets(c):
    c.linux["namespaces"].append({"type": "time"})
    c.linux["timeOffsets"] = {"monotonic": {"secs": 100_000, "nanosecs": 5}, "boottime": {"secs": 200_000}}
    text = c.value("file=/proc/self/timens_offsets")
    has(text, r"^monotonic\s+100000\s+5$")
    has(text, r"^boottime\s+200000\s+0$")


@case("config-linux.md Sysctl", "values of the container's namespaces", prop="linux.sysctl")
def sysctl(c):
    c.linux["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "12345678", "net/ipv4/conf/lo/forwarding": "1"}
    answers = c.run("file=/proc/sys/net/ipv4/ip_forward", "file=/proc/sys/kernel/shmmax")
    equal([a[1].strip() for a in answers.values()], ["1", "12345678"])


@case("config-linux.md Sysctl", "a value of the host is an error", prop="linux.sysctl")
def sysctl_host(c):
    before = open("/proc/sys/vm/swappiness", encoding="ascii").read()
    c.linux["sysctl"] = {"vm.swappiness": "7"}
    c.refused()
    equal(open("/proc/sys/vm/swappiness", encoding="ascii").read(), before)


@case("config-linux.md Sysctl", "a value of the network is an error without a network namespace", prop="linux.sysctl")
def sysctl_shared(c):
    c.without("network")
    before = open("/proc/sys/net/ipv4/ip_forward", encoding="ascii").read()
    c.linux["sysctl"] = {"net.ipv4.ip_forward": "1"}
    c.refused()
    equal(open("/proc/sys/net/ipv4/ip_forward", encoding="ascii").read(), before)


def device_name(c):
    return f"ov{os.getpid() % 10000}x{c.number % 1000}"


def with_device(c, test):
    """An interface of the test's own on the host, dummy or one end of a pair; deleted afterwards."""
    name = device_name(c)
    for kind in (["dummy"], ["veth", "peer", "name", f"{name}p"]):
        made = subprocess.run(["ip", "link", "add", name, "type", *kind], capture_output=True, text=True)
        if made.returncode == 0:
            break
    c.host.needs(made.returncode == 0, f"this host makes no interface: {made.stderr.strip()}")
    try:
        test(name)
    finally:
        for left in (name, f"{name}p"):
            subprocess.run(["ip", "link", "del", left], capture_output=True)


@case("config-linux.md Network Devices", "a device is moved, and up", obligation=38, prop="linux.netDevices")
def net_device(c):
    def test(name):
        subprocess.run(["ip", "addr", "add", "192.0.2.1/24", "dev", name], check=True)
        c.linux["netDevices"] = {name: {}}
        answers = c.run(f"file=/sys/class/net/{name}/flags", "file=/proc/net/dev", "file=/proc/net/fib_trie")
        has(answers["file=/proc/net/dev"][1], rf"\b{name}:")
        has(answers["file=/proc/net/fib_trie"][1], r"192\.0\.2\.1")
    with_device(c, test)


@case("config-linux.md Network Devices", "a device is renamed", obligation=38, prop="linux.netDevices.*.name")
def net_device_renamed(c):
    def test(name):
        c.linux["netDevices"] = {name: {"name": "inner7"}}
        has(c.value("file=/proc/net/dev"), r"\binner7:")
    with_device(c, test)


@case("config-linux.md Network Devices", "a name with %d gets a free number", obligation=38,
      prop="linux.netDevices.*.name")
def net_device_template(c):
    def test(name):
        c.linux["netDevices"] = {name: {"name": "eth%d"}}
        has(c.value("file=/proc/net/dev"), r"\beth0:")
    with_device(c, test)


@case("config-linux.md Network Devices", "a device that is not there is an error", obligation=38,
      prop="linux.netDevices")
def net_device_missing(c):
    c.linux["netDevices"] = {"notthere0": {}}
    c.refused()


@case("config-linux.md Network Devices", "without a network namespace it is an error", obligation=38,
      prop="linux.netDevices")
def net_device_shared(c):
    def test(name):
        c.without("network")
        c.linux["netDevices"] = {name: {}}
        c.refused()
    with_device(c, test)


@case("config-linux.md Memory policy", "mode and nodes", prop="linux.memoryPolicy")
def memory_policy(c):
    c.linux["memoryPolicy"] = {"mode": "MPOL_BIND", "nodes": "0"}
    equal(c.value("memoryPolicy"), "mode 2 nodes 0x1")


@case("config-linux.md Memory policy", "flags", prop="linux.memoryPolicy.flags")
def memory_policy_flags(c):
    c.linux["memoryPolicy"] = {"mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}
    equal(c.value("memoryPolicy"), "mode 32771 nodes 0x1")


@case("config-linux.md Memory policy", "an unknown mode or flag is an error", prop="linux.memoryPolicy.mode")
def memory_policy_bad(c):
    for bad in ({"mode": "MPOL_FOO", "nodes": "0"}, {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_FOO"]}):
        c.linux["memoryPolicy"] = bad
        c.refused()


@case("config-linux.md IntelRdt", "without resctrl on the host it is an error", obligation=45, prop="linux.intelRdt")
def intel_rdt_missing(c):
    c.host.needs("resctrl" not in open("/proc/self/mountinfo", encoding="utf-8").read(), "this host has resctrl")
    for wanted in ({"closID": "a"}, {"l3CacheSchema": "L3:0=f"}, {"memBwSchema": "MB:0=50"}, {"schemata": ["L3:0=f"]},
                   {"enableMonitoring": True}):
        c.linux["intelRdt"] = wanted
        c.refused()


@case("config-linux.md IntelRdt", "closID is a directory's name, not a path", obligation=45, prop="linux.intelRdt.closID")
def intel_rdt_bad(c):
    for bad in ("..", "a/b", "."):
        c.linux["intelRdt"] = {"closID": bad}
        c.refused()
