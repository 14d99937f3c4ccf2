# SPDX-License-Identifier: Apache-2.0
"""config-linux.md, Control groups. Obligations 39 to 44."""
import os
import re
import subprocess

from harness import Skipped, case, check, equal, has


def directory(c, controller):
    return c.host.directory(controller, c.linux["cgroupsPath"])


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def limits(c, resources, **files):
    """Creates with these resources; files: v1=(controller, {file: text}), v2 the same. Skips where it is not."""
    c.linux["resources"] = resources
    name, first = next(iter(files.values()))
    layout = c.host.controller(name)
    if layout not in files:
        raise Skipped(f"this host has {name} on {layout}, where the property has no meaning")
    name, want = files[layout]
    c.create()
    for file, text in want.items():
        path = directory(c, name) / file
        if not path.exists():
            raise Skipped(f"this kernel has no {file}")
        has(read(path), text)
    c.start()


@case("config-linux.md Cgroups Path", "the same path is the same place, below the mount of the hierarchy",
      obligation=39, prop="linux.cgroupsPath")
def cgroups_path(c):
    c.linux["cgroupsPath"] = f"/{c.id}/inner"
    text = c.value("file=/proc/self/cgroup")
    has(text, rf"/{c.id}/inner$")


@case("config-linux.md Cgroups Path", "a relative path is somewhere, and there again", obligation=39,
      prop="linux.cgroupsPath")
def cgroups_relative(c):
    c.linux["cgroupsPath"] = f"{c.id}/inner"
    first = c.value("file=/proc/self/cgroup")
    has(first, rf"{c.id}/inner$")
    equal(c.value("file=/proc/self/cgroup"), first)


@case("config-linux.md Memory", "limit", prop="linux.resources.memory.limit")
def memory_limit(c):
    size = 64 << 20
    limits(c, {"memory": {"limit": size}}, v1=("memory", {"memory.limit_in_bytes": rf"^{size}$"}),
           v2=("memory", {"memory.max": rf"^{size}$"}))


@case("config-linux.md Memory", "limit -1 is no limit", prop="linux.resources.memory.limit")
def memory_unlimited(c):
    limits(c, {"memory": {"limit": -1}}, v1=("memory", {"memory.limit_in_bytes": r"^9\d{18}$"}),
           v2=("memory", {"memory.max": r"^max$"}))


@case("config-linux.md Memory", "reservation", prop="linux.resources.memory.reservation")
def memory_reservation(c):
    size = 32 << 20
    limits(c, {"memory": {"limit": 2 * size, "reservation": size}},
           v1=("memory", {"memory.soft_limit_in_bytes": rf"^{size}$"}), v2=("memory", {"memory.low": rf"^{size}$"}))


@case("config-linux.md Memory", "swap is memory and swap together", prop="linux.resources.memory.swap")
def memory_swap(c):
    size = 32 << 20
    limits(c, {"memory": {"limit": size, "swap": 2 * size}},
           v1=("memory", {"memory.memsw.limit_in_bytes": rf"^{2 * size}$"}),
           v2=("memory", {"memory.swap.max": rf"^{size}$"}))


@case("config-linux.md Memory", "swappiness", prop="linux.resources.memory.swappiness")
def memory_swappiness(c):
    limits(c, {"memory": {"swappiness": 33}}, v1=("memory", {"memory.swappiness": r"^33$"}))


@case("config-linux.md Memory", "disableOOMKiller", prop="linux.resources.memory.disableOOMKiller")
def memory_oom(c):
    limits(c, {"memory": {"disableOOMKiller": True}}, v1=("memory", {"memory.oom_control": r"^oom_kill_disable 1$"}))


@case("config-linux.md Memory", "useHierarchy", prop="linux.resources.memory.useHierarchy")
def memory_hierarchy(c):
    limits(c, {"memory": {"useHierarchy": True}}, v1=("memory", {"memory.use_hierarchy": r"^1$"}))


@case("config-linux.md Memory", "checkBeforeUpdate is accepted at create", obligation=44,
      prop="linux.resources.memory.checkBeforeUpdate")
def memory_check(c):
    limits(c, {"memory": {"limit": 64 << 20, "checkBeforeUpdate": True}},
           v1=("memory", {"memory.limit_in_bytes": r"^67108864$"}), v2=("memory", {"memory.max": r"^67108864$"}))


@case("config-linux.md CPU", "shares", prop="linux.resources.cpu.shares")
def cpu_shares(c):
    limits(c, {"cpu": {"shares": 512}}, v1=("cpu", {"cpu.shares": r"^512$"}), v2=("cpu", {"cpu.weight": r"^\d+$"}))


@case("config-linux.md CPU", "quota and period", prop="linux.resources.cpu.quota")
def cpu_quota(c):
    limits(c, {"cpu": {"quota": 20000, "period": 50000}},
           v1=("cpu", {"cpu.cfs_quota_us": r"^20000$", "cpu.cfs_period_us": r"^50000$"}),
           v2=("cpu", {"cpu.max": r"^20000 50000$"}))


@case("config-linux.md CPU", "burst", prop="linux.resources.cpu.burst")
def cpu_burst(c):
    limits(c, {"cpu": {"quota": 20000, "period": 50000, "burst": 10000}},
           v1=("cpu", {"cpu.cfs_burst_us": r"^10000$"}), v2=("cpu", {"cpu.max.burst": r"^10000$"}))


@case("config-linux.md CPU", "idle", prop="linux.resources.cpu.idle")
def cpu_idle(c):
    limits(c, {"cpu": {"idle": 1}}, v1=("cpu", {"cpu.idle": r"^1$"}), v2=("cpu", {"cpu.idle": r"^1$"}))


@case("config-linux.md CPU", "cpus and mems", prop="linux.resources.cpu.cpus")
def cpu_cpus(c):
    limits(c, {"cpu": {"cpus": "0", "mems": "0"}}, v1=("cpuset", {"cpuset.cpus": r"^0$", "cpuset.mems": r"^0$"}),
           v2=("cpuset", {"cpuset.cpus": r"^0$", "cpuset.mems": r"^0$"}))


@case("config-linux.md CPU", "realtimeRuntime and realtimePeriod", prop="linux.resources.cpu.realtimeRuntime")
def cpu_realtime(c):
    c.host.needs(c.host.controller("cpu") == "v1", "realtime limits are v1's")
    c.host.needs(os.path.exists(c.host.directory("cpu", "/") / "cpu.rt_runtime_us"), "this kernel has no cpu.rt_runtime_us")
    limits(c, {"cpu": {"realtimePeriod": 1000000, "realtimeRuntime": 0}}, v1=("cpu", {"cpu.rt_period_us": r"^1000000$"}))


@case("config-linux.md PIDs", "limit", prop="linux.resources.pids.limit")
def pids_limit(c):
    limits(c, {"pids": {"limit": 77}}, v1=("pids", {"pids.max": r"^77$"}), v2=("pids", {"pids.max": r"^77$"}))


@case("config-linux.md PIDs", "limit 0 is a limit of none", prop="linux.resources.pids.limit")
def pids_zero(c):
    limits(c, {"pids": {"limit": 0}}, v1=("pids", {"pids.max": r"^0$"}), v2=("pids", {"pids.max": r"^0$"}))


@case("config-linux.md PIDs", "limit -1 is max", prop="linux.resources.pids.limit")
def pids_unlimited(c):
    limits(c, {"pids": {"limit": -1}}, v1=("pids", {"pids.max": r"^max$"}), v2=("pids", {"pids.max": r"^max$"}))


def disk():
    """major and minor of a disk of this host, as the kernel's files spell it."""
    for name in sorted(os.listdir("/sys/block")):
        if not name.startswith(("ram", "dm-")):
            return tuple(int(n) for n in read(f"/sys/block/{name}/dev").split(":"))
    raise Skipped("this host has no block device")


THROTTLES = (("throttleReadBpsDevice", "read_bps", "rbps"), ("throttleWriteBpsDevice", "write_bps", "wbps"),
             ("throttleReadIOPSDevice", "read_iops", "riops"), ("throttleWriteIOPSDevice", "write_iops", "wiops"))


def throttle(field, v1, v2):
    def run(c):
        major, minor = disk()
        limits(c, {"blockIO": {field: [{"major": major, "minor": minor, "rate": 1234567}]}},
               v1=("blkio", {f"blkio.throttle.{v1}_device": rf"^{major}:{minor} 1234567$"}),
               v2=("io", {"io.max": rf"^{major}:{minor} .*{v2}=1234567"}))
    return run


for _field, _v1, _v2 in THROTTLES:
    case("config-linux.md Block IO", _field, prop=f"linux.resources.blockIO.{_field}")(throttle(_field, _v1, _v2))


@case("config-linux.md Block IO", "weight", prop="linux.resources.blockIO.weight")
def io_weight(c):
    layout = c.host.controller("blkio" if "blkio" in c.host.v1 else "io")
    if layout == "v1":
        base = c.host.directory("blkio", "/")
        c.host.needs((base / "blkio.weight").exists() or (base / "blkio.bfq.weight").exists(),
                     "this kernel has neither blkio.weight nor blkio.bfq.weight")
    limits(c, {"blockIO": {"weight": 300}}, v1=("blkio", {"blkio.weight": r"300"}),
           v2=("io", {"io.weight": r"\d+"}))


@case("config-linux.md Huge page limits", "limit", prop="linux.resources.hugepageLimits")
def hugepages(c):
    sizes = sorted(os.listdir("/sys/kernel/mm/hugepages")) if os.path.isdir("/sys/kernel/mm/hugepages") else []
    c.host.needs(sizes, "this host has no huge pages")
    kib = int(re.search(r"\d+", sizes[0])[0])
    name = f"{kib >> 20}GB" if kib >= 1 << 20 else f"{kib >> 10}MB"
    limits(c, {"hugepageLimits": [{"pageSize": name, "limit": kib << 12}]},
           v1=("hugetlb", {f"hugetlb.{name}.limit_in_bytes": rf"^{kib << 12}$",
                           f"hugetlb.{name}.rsvd.limit_in_bytes": rf"^{kib << 12}$"}),
           v2=("hugetlb", {f"hugetlb.{name}.max": rf"^{kib << 12}$", f"hugetlb.{name}.rsvd.max": rf"^{kib << 12}$"}))


@case("config-linux.md Huge page limits", "a page size that is a path is an error", prop="linux.resources.hugepageLimits")
def hugepages_bad(c):
    c.linux["resources"] = {"hugepageLimits": [{"pageSize": "../2MB", "limit": 1}]}
    c.refused()


@case("config-linux.md Network", "classID and priorities", prop="linux.resources.network")
def network(c):
    limits(c, {"network": {"classID": 1048577, "priorities": [{"name": "lo", "priority": 5}]}},
           v1=("net_cls", {"net_cls.classid": r"^1048577$"}))


@case("config-linux.md RDMA", "limits", prop="linux.resources.rdma")
def rdma(c):
    c.host.controller("rdma")
    devices = os.listdir("/sys/class/infiniband") if os.path.isdir("/sys/class/infiniband") else []
    c.host.needs(devices, "this host has no RDMA device")
    limits(c, {"rdma": {devices[0]: {"hcaHandles": 3}}}, v1=("rdma", {"rdma.max": r"hca_handle=3"}),
           v2=("rdma", {"rdma.max": r"hca_handle=3"}))


@case("config-linux.md Unified", "files are written", obligation=43, prop="linux.resources.unified")
def unified(c):
    c.host.needs(c.host.v2_controllers, "this host has no controller on v2")
    name, (file, text) = next(((n, f) for n, f in {
        "pids": ("pids.max", "55"), "memory": ("memory.high", "67108864"), "hugetlb": ("hugetlb.2MB.max", "2097152"),
    }.items() if n in c.host.v2_controllers), (None, (None, None)))
    c.host.needs(name, "no controller that this case knows is on v2")
    limits(c, {"unified": {file: text}}, v2=(name, {file: rf"^{text}$"}))


@case("config-linux.md Unified", "a controller that is not there is an error", obligation=43,
      prop="linux.resources.unified")
def unified_missing(c):
    c.linux["resources"] = {"unified": {"weather.max": "1"}}
    c.refused()


@case("config-linux.md Unified", "a key that is a path is an error", obligation=43, prop="linux.resources.unified")
def unified_path(c):
    for bad in ("../cgroup.procs", "pids.max/../cgroup.procs", "/pids.max"):
        c.linux["resources"] = {"unified": {bad: "1"}}
        c.refused()


# Not one of the default devices, which runtimes allow by themselves.
FUSE = {"type": "c", "major": 10, "minor": 229}


def opens_fuse(c, *rules):
    c.linux["devices"] = [{"path": "/dev/made", **FUSE}]
    c.linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}, *rules]}
    return c.run("open=/dev/made")["open=/dev/made"][0] != 1  # EPERM; without the driver it is another error


@case("config-linux.md Allowed Device list", "a denied device can't be opened, an allowed one can", obligation=42,
      prop="linux.resources.devices")
def device_rules(c):
    check(not opens_fuse(c), "a denied device could be opened")
    check(opens_fuse(c, {"allow": True, "access": "rwm", **FUSE}), "an allowed device could not be opened")


@case("config-linux.md Allowed Device list", "rules apply in order", obligation=42, prop="linux.resources.devices")
def device_order(c):
    allow, deny = ({"allow": allowed, "access": "rwm", **FUSE} for allowed in (True, False))
    check(not opens_fuse(c, allow, deny), "the first of two rules counted")
    check(opens_fuse(c, deny, allow), "the first of two rules counted")


@case("config-linux.md Control groups", "a limit that the kernel refuses is an error and leaves nothing", obligation=6,
      prop="linux.resources")
def refused_value(c):
    c.host.controller("cpu")
    c.linux["resources"] = {"cpu": {"quota": 1, "period": 1}}
    c.refused()


@case("config-linux.md Cgroup ownership", "with a private cgroup namespace and a writable cgroup mount the container's "
      "root owns its cgroup", obligation=41, prop="cgroup ownership")
def ownership(c):
    c.host.needs(c.host.v2 == "/sys/fs/cgroup", "ownership is about a host with cgroup v2 alone")
    c.in_user_namespace()
    c.linux["namespaces"].append({"type": "cgroup"})
    c.mount(destination="/sys/fs/cgroup", type="cgroup", source="cgroup", options=["rw"])
    c.up()
    path = c.host.v2 + c.linux["cgroupsPath"]
    owners = {f: os.stat(os.path.join(path, f)).st_uid for f in ("", "cgroup.procs", "cgroup.subtree_control")}
    equal(set(owners.values()), {100000}, str(owners))
    check(os.stat(os.path.join(path, "cgroup.type")).st_uid == 0, "a file that is not delegated was given away")


@case("config-linux.md Cgroup ownership", "without a cgroup namespace it stays the host's", obligation=41,
      prop="cgroup ownership")
def ownership_kept(c):
    c.host.needs(c.host.v2, "this host has no cgroup v2")
    c.in_user_namespace()
    c.up()
    equal(os.stat(c.host.v2 + c.linux["cgroupsPath"]).st_uid, 0)


@case("config-linux.md Cgroups Path", "joined in every hierarchy", obligation=39, prop="linux.cgroupsPath")
def every_hierarchy(c):
    c.up()
    text = subprocess.run(["cat", f"/proc/{c.state()['pid']}/cgroup"], capture_output=True, text=True).stdout
    mounted = set(c.host.v1) | ({""} if c.host.v2 else set())
    for line in text.splitlines():
        _, names, path = line.split(":", 2)
        if set(names.split(",")) & mounted:
            has(path, rf"/{c.id}$")
