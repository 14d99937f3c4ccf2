# SPDX-License-Identifier: Apache-2.0
"""config.md and config-linux.md: root, mounts, devices and paths. Obligations 28 to 35."""
import os
import re
import stat
import subprocess

from harness import case, check, equal, has

PLAIN_MUST = ("async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime "
              "noexec noiversion nolazytime norelatime nostrictatime nosuid private rbind relatime remount ro rprivate "
              "rshared rslave runbindable rw shared silent slave strictatime suid sync unbindable").split()
SHOULD = ("nosymfollow symfollow ratime rdev rdiratime rexec rnoatime rnodev rnodiratime rnoexec rnorelatime "
          "rnostrictatime rnosuid rnosymfollow rrelatime rro rrw rstrictatime rsuid rsymfollow").split()
PROPAGATION = ("private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable")


def mountinfo(text, point):
    """(mount options, optional fields, type, super options) of the topmost mount there."""
    found = None
    for line in text.splitlines():
        left, right = line.split(" - ")
        fields = left.split()
        if fields[4] == point:
            found = fields[5].split(","), fields[6:], right.split()[0], right.split()[2].split(",")
    check(found, f"nothing is mounted at {point}")
    return found


def seen(c, point):
    return mountinfo(c.value("file=/proc/self/mountinfo"), point)


@case("config.md Root", "root.path relative to the bundle, or absolute", obligation=30, prop="root.path")
def root_path(c):
    c.run("ids")
    c.config["root"]["path"] = str(c.rootfs)
    equal(c.value("file=/file"), "content\n")


@case("config.md Root", "a directory must be there", obligation=30, prop="root.path")
def root_missing(c):
    c.config["root"]["path"] = "missing"
    c.refused()
    (c.bundle / "plain").write_text("")
    c.config["root"]["path"] = "plain"
    c.refused()


@case("config.md Root", "root is required", obligation=30, prop="root")
def root_absent(c):
    del c.config["root"]
    c.refused()


@case("config.md Root", "readonly", obligation=30, prop="root.readonly")
def root_readonly(c):
    equal(c.run("write=/tmp/new")["write=/tmp/new"][0], 0)
    c.config["root"]["readonly"] = True
    equal(c.run("write=/tmp/other")["write=/tmp/other"][0], 30)


@case("config.md Mounts", "in the listed order", obligation=28, prop="mounts")
def mount_order(c):
    c.mount(destination="/dir", type="tmpfs", source="first")
    c.mount(destination="/dir/inner", type="tmpfs", source="second")
    c.mount(destination="/dir/inner", type="tmpfs", source="third")
    text = c.value("file=/proc/self/mountinfo")
    has(text, r"(?s) first .* second .* third ")


@case("config.md Mounts", "a destination that is not there is made", prop="mounts[].destination")
def mount_made(c):
    c.mount(destination="/new/deep/place", type="tmpfs", source="tmpfs")
    seen(c, "/new/deep/place")


@case("config.md Mounts", "a relative destination is relative to /", obligation=28, prop="mounts[].destination")
def mount_relative(c):
    c.mount(destination="dir", type="tmpfs", source="tmpfs")
    seen(c, "/dir")


@case("config.md Mounts", "a source of a bind mount is relative to the bundle", prop="mounts[].source")
def mount_relative_source(c):
    (c.bundle / "volume").mkdir()
    (c.bundle / "volume/here").write_text("yes")
    c.mount(destination="/dir", type="none", source="volume", options=["bind"])
    equal(c.value("file=/dir/here"), "yes")


@case("config.md Mounts", "the option bind makes a bind mount, whatever the type", prop="mounts[].type")
def bind_by_option(c):
    (c.scratch / "volume").mkdir()
    (c.scratch / "volume/here").write_text("yes")
    for kind in ({"type": "none"}, {"type": "ext4"}, {}):
        c.config["mounts"] = c.config["mounts"][:3]
        c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["bind"], **kind)
        equal(c.value("file=/dir/here"), "yes", str(kind))


@case("config.md Mounts", "a file can be mounted on a file", prop="mounts[].source")
def bind_file(c):
    (c.scratch / "one").write_text("bound")
    c.mount(destination="/file", type="none", source=str(c.scratch / "one"), options=["bind"])
    c.mount(destination="/new/file", type="none", source=str(c.scratch / "one"), options=["bind", "ro"])
    equal((c.value("file=/file"), c.value("file=/new/file")), ("bound", "bound"))


@case("config.md Linux mount options", "options that are unknown are the file system's", obligation=29,
      prop="mounts[].options")
def mount_data(c):
    c.mount(destination="/dir", type="tmpfs", source="tmpfs", options=["size=128k", "mode=1751", "nr_inodes=77"])
    check({"size=128k", "mode=1751", "nr_inodes=77"} <= set(seen(c, "/dir")[3]), "the options of tmpfs")


@case("config.md Linux mount options", "an option that nobody knows is an error", obligation=29, prop="mounts[].options")
def mount_unknown(c):
    c.mount(destination="/dir", type="tmpfs", source="tmpfs", options=["notanoption"])
    c.refused()


# What a tmpfs shows in mountinfo after an option; None: accepted, nothing to see there.
SHOWN = {
    "ro": "ro", "rw": "rw", "nosuid": "nosuid", "nodev": "nodev", "noexec": "noexec", "noatime": "noatime",
    "nodiratime": "nodiratime", "relatime": "relatime", "nosymfollow": "nosymfollow",
    "rro": "ro", "rnosuid": "nosuid", "rnodev": "nodev", "rnoexec": "noexec", "rnoatime": "noatime",
    "rnodiratime": "nodiratime", "rrelatime": "relatime", "rnosymfollow": "nosymfollow",
}
HIDDEN = {"suid": "nosuid", "dev": "nodev", "exec": "noexec", "atime": "noatime", "diratime": "nodiratime",
          "strictatime": "relatime", "symfollow": "nosymfollow", "rsuid": "nosuid",
          "rdev": "nodev", "rexec": "noexec", "ratime": "noatime", "rdiratime": "nodiratime",
          "rstrictatime": "relatime", "rsymfollow": "nosymfollow", "rrw": "ro"}
SUPER = {"sync": "sync", "dirsync": "dirsync", "lazytime": "lazytime", "mand": "mand"}


def plain_option(name):
    def run(c):
        options = [HIDDEN[name], name] if name in HIDDEN else [name]
        if name == "remount":
            c.mount(destination="/dir", type="tmpfs", source="tmpfs")
            options = ["remount", "nosuid", "ro"]
        c.mount(destination="/dir", type="tmpfs", source="tmpfs", options=options)
        shown, _, _, superblock = seen(c, "/dir")
        if name in SHOWN:
            check(SHOWN[name] in shown, f"{name}: {shown}")
        if name in HIDDEN:
            check(HIDDEN[name] not in shown, f"{name} after {HIDDEN[name]}: {shown}")
        if name in SUPER:
            check(SUPER[name] in superblock, f"{name}: {superblock}")
        if name == "remount":
            check({"nosuid", "ro"} <= set(shown), f"after the remount: {shown}")
    return run


for _name in PLAIN_MUST + SHOULD:
    if "bind" not in _name and _name not in PROPAGATION:
        case("config.md Linux mount options", f"{_name} ({'SHOULD' if _name in SHOULD else 'MUST'})", obligation=29,
             prop=f"mounts[].options {_name}")(plain_option(_name))


def bind_option(name):
    def run(c):
        (c.scratch / "volume/inner").mkdir(parents=True)
        options = ["rbind", HIDDEN[name], name] if name in HIDDEN else ["rbind", name]
        subprocess.run(["mount", "-t", "tmpfs", "none", str(c.scratch / "volume/inner")], check=True)
        try:
            c.mount(destination="/dir", type="none", source=str(c.scratch / "volume"), options=options)
            text = c.value("file=/proc/self/mountinfo")
        finally:
            subprocess.run(["umount", str(c.scratch / "volume/inner")], check=True)
        for point in ("/dir", "/dir/inner") if name.startswith("r") and name not in ("ro", "rw") else ("/dir",):
            shown = mountinfo(text, point)[0]
            if name in SHOWN:
                check(SHOWN[name] in shown, f"{name} at {point}: {shown}")
            elif name in HIDDEN:
                check(HIDDEN[name] not in shown, f"{name} at {point}: {shown}")
        if name in ("ro", "nosuid", "nodev", "noexec"):
            check(name not in mountinfo(text, "/dir/inner")[0], f"{name} reached the mount below")
    return run


for _name in ("ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime") + tuple(n for n in SHOULD if n[0] == "r"):
    if _name in SHOWN or _name in HIDDEN:
        case("config.md Linux mount options", f"{_name} of a bind mount with mounts below", obligation=29,
             prop=f"mounts[].options {_name}")(bind_option(_name))


def propagation(name):
    def run(c):
        c.mount(destination="/dir", type="tmpfs", source="tmpfs", options=[name])
        optional = " ".join(seen(c, "/dir")[1])
        want = {"private": r"^$", "shared": r"shared:", "slave": r"^$|master:", "unbindable": r"unbindable"}
        has(optional, want[name.removeprefix("r") if name != "rw" else name])
    return run


for _name in PROPAGATION:
    case("config.md Linux mount options", f"{_name} (MUST)", obligation=29, prop=f"mounts[].options {_name}")(
        propagation(_name))


@case("config.md Linux mount options", "bind leaves mounts below behind, rbind takes them along", obligation=29,
      prop="mounts[].options bind")
def bind_recursive(c):
    (c.scratch / "volume/inner").mkdir(parents=True)
    (c.rootfs / "plain").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", str(c.scratch / "volume/inner")], check=True)
    try:
        (c.scratch / "volume/inner/here").write_text("yes")
        c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["rbind"])
        c.mount(destination="/plain", source=str(c.scratch / "volume"), options=["bind"])
        answers = c.run("file=/dir/inner/here", "file=/plain/inner/here")
    finally:
        subprocess.run(["umount", str(c.scratch / "volume/inner")], check=True)
    equal([a[0] for a in answers.values()], [0, 2])


@case("config.md Linux mount options", "tmpcopyup (MAY)", obligation=29, prop="mounts[].options tmpcopyup")
def tmpcopyup(c):
    (c.rootfs / "dir/sub").mkdir()
    (c.rootfs / "dir/sub/one").write_text("1")
    os.chmod(c.rootfs / "dir/sub", 0o710)
    c.mount(destination="/dir", type="tmpfs", source="tmpfs", options=["tmpcopyup"])
    answers = c.run("file=/dir/sub/one", "stat=/dir/sub", "statfs=/dir", "write=/dir/new")
    equal(answers["file=/dir/sub/one"], (0, "1"))
    has(answers["stat=/dir/sub"][1], r"^d 0710 ")
    equal(answers["statfs=/dir"][1], "0x1021994")
    check(not (c.rootfs / "dir/new").exists(), "a write reached the directory below")


def idmap_source(c):
    (c.scratch / "volume").mkdir()
    (c.scratch / "volume/file").write_text("x")
    os.chown(c.scratch / "volume/file", 1000, 2000)


@case("config.md POSIX-platform Mounts", "uidMappings and gidMappings with idmap", obligation=31,
      prop="mounts[].uidMappings")
def idmap_mappings(c):
    idmap_source(c)
    c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["bind", "idmap"],
            uidMappings=[{"containerID": 1000, "hostID": 5000, "size": 1}],
            gidMappings=[{"containerID": 2000, "hostID": 6000, "size": 1}])
    has(c.value("stat=/dir/file"), r"^f \d+ 5000:6000")


@case("config.md POSIX-platform Mounts", "idmap without mappings takes the container's user namespace", obligation=31,
      prop="mounts[].options idmap")
def idmap_container(c):
    idmap_source(c)
    c.in_user_namespace()
    c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["bind", "idmap"])
    has(c.value("stat=/dir/file"), r"^f \d+ 1000:2000")


@case("config.md POSIX-platform Mounts", "ridmap reaches the mounts below", obligation=31,
      prop="mounts[].options ridmap")
def ridmap(c):
    idmap_source(c)
    (c.scratch / "volume/inner").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", str(c.scratch / "volume/inner")], check=True)
    try:
        (c.scratch / "volume/inner/file").write_text("x")
        os.chown(c.scratch / "volume/inner/file", 1000, 2000)
        c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["rbind", "ridmap"],
                uidMappings=[{"containerID": 1000, "hostID": 5000, "size": 1}],
                gidMappings=[{"containerID": 2000, "hostID": 6000, "size": 1}])
        answers = c.run("stat=/dir/file", "stat=/dir/inner/file")
    finally:
        subprocess.run(["umount", str(c.scratch / "volume/inner")], check=True)
    for code, text in answers.values():
        equal(code, 0)
        has(text, r" 5000:6000")


@case("config.md Linux mount options", "idmap without mappings and without a user namespace is an error", obligation=31,
      prop="mounts[].options idmap")
def idmap_nothing(c):
    idmap_source(c)
    c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["bind", "idmap"])
    c.refused()


@case("config.md POSIX-platform Mounts", "one of the two mappings alone is an error", obligation=31,
      prop="mounts[].uidMappings")
def idmap_half(c):
    idmap_source(c)
    c.mount(destination="/dir", source=str(c.scratch / "volume"), options=["bind", "idmap"],
            uidMappings=[{"containerID": 1000, "hostID": 5000, "size": 1}])
    c.refused()


def file_system(kind, magic, **more):
    def run(c):
        c.mount(destination="/dir", type=kind, source=kind, **more)
        equal(c.value("statfs=/dir"), magic)
    return run


for _kind, _magic in (("proc", "0x9fa0"), ("sysfs", "0x62656572"), ("tmpfs", "0x1021994"), ("devpts", "0x1cd1"),
                      ("mqueue", "0x19800202")):
    case("config.md POSIX-platform Mounts", f"type {_kind}", prop="mounts[].type")(file_system(_kind, _magic))


@case("config-linux.md Default Filesystems", "cgroup file systems can be mounted", prop="mounts[].type cgroup")
def cgroup_mount(c):
    c.mount(destination="/sys", type="sysfs", source="sysfs", options=["ro"])
    c.mount(destination="/sys/fs/cgroup", type="cgroup", source="cgroup", options=["nosuid", "noexec", "nodev", "ro"])
    text = c.value("list=/sys/fs/cgroup")
    check(text.split(), "/sys/fs/cgroup is empty")


@case("config-linux.md Default Devices", "the six nodes, with a mode for all", obligation=33, prop="default devices")
def default_devices(c):
    want = {"null": "1:3", "zero": "1:5", "full": "1:7", "random": "1:8", "urandom": "1:9", "tty": "5:0"}
    answers = c.run(*(f"stat=/dev/{n}" for n in want))
    for name, number in want.items():
        has(answers[f"stat=/dev/{name}"][1], rf"^c 0666 0:0 {number}$")
    equal(c.run("open=/dev/null")["open=/dev/null"][0], 0)


@case("config-linux.md Default Devices", "/dev/console only with a terminal", obligation=33, prop="default devices")
def no_console(c):
    equal(c.run("stat=/dev/console")["stat=/dev/console"][0], 2)


@case("config-linux.md Default Devices", "/dev/ptmx is that of the container's devpts", obligation=33,
      prop="default devices")
def ptmx(c):
    has(c.value("link=/dev/ptmx"), r"pts/ptmx$")


@case("runtime-linux.md Dev symbolic links", "fd, stdin, stdout and stderr", obligation=32, prop="dev links")
def links(c):
    answers = c.run("link=/dev/fd", "link=/dev/stdin", "link=/dev/stdout", "link=/dev/stderr")
    equal([a[1] for a in answers.values()],
          ["/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"])


@case("config-linux.md Devices", "type, path, numbers, mode and owner", prop="linux.devices")
def devices(c):
    c.linux["devices"] = [
        {"type": "c", "path": "/dev/one", "major": 1, "minor": 3, "fileMode": 0o640, "uid": 7, "gid": 8},
        {"type": "b", "path": "/dev/two", "major": 7, "minor": 200},
        {"type": "p", "path": "/dev/deep/three"},
        {"type": "u", "path": "/dev/four", "major": 1, "minor": 5}]
    answers = c.run("stat=/dev/one", "stat=/dev/two", "stat=/dev/deep/three", "stat=/dev/four")
    for name, pattern in (("one", r"^c 0640 7:8 1:3$"), ("two", r"^b \d+ 0:0 7:200$"), ("deep/three", r"^p "),
                          ("four", r"^c \d+ 0:0 1:5$")):
        has(answers[f"stat=/dev/{name}"][1], pattern)


@case("config-linux.md Devices", "an existing node that differs is an error", obligation=33, prop="linux.devices")
def device_mismatch(c):
    os.mknod(c.rootfs / "dir/node", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    c.linux["devices"] = [{"type": "c", "path": "/dir/node", "major": 1, "minor": 3}]
    c.refused()


@case("config-linux.md Devices", "an unknown type, or no numbers, is an error", prop="linux.devices[].type")
def device_bad(c):
    for bad in ({"type": "x", "path": "/dev/bad", "major": 1, "minor": 3}, {"type": "c", "path": "/dev/bad"}):
        c.linux["devices"] = [bad]
        c.refused()


@case("config-linux.md Masked Paths", "a masked file can't be read, a masked directory is empty", obligation=34,
      prop="linux.maskedPaths")
def masked(c):
    (c.rootfs / "dir/secret").write_text("secret")
    c.linux["maskedPaths"] = ["/file", "/dir", "/not/there"]
    answers = c.run("file=/file", "list=/dir", "file=/dir/secret", "write=/dir/new")
    equal(answers["file=/file"][1], "")
    equal(answers["list=/dir"][1], "")
    check(answers["file=/dir/secret"][0] != 0 and answers["write=/dir/new"][0] != 0, "the directory is open")


@case("config-linux.md Masked Paths", "a relative path is an error", obligation=34, prop="linux.maskedPaths")
def masked_relative(c):
    c.linux["maskedPaths"] = ["file"]
    c.refused()


@case("config-linux.md Readonly Paths", "a read-only file and directory can't be written", obligation=34,
      prop="linux.readonlyPaths")
def readonly(c):
    c.linux["readonlyPaths"] = ["/file", "/dir", "/not/there"]
    answers = c.run("file=/file", "open=/file", "write=/dir/new", "write=/tmp/new")
    equal([a[0] for a in answers.values()], [0, 30, 30, 0])


@case("config-linux.md Readonly Paths", "a relative path is an error", obligation=34, prop="linux.readonlyPaths")
def readonly_relative(c):
    c.linux["readonlyPaths"] = ["file"]
    c.refused()


def root_propagation(value, pattern):
    def run(c):
        c.linux["rootfsPropagation"] = value
        has(" ".join(seen(c, "/")[1]), pattern)
    return run


for _value, _pattern in (("shared", r"shared:"), ("slave", r"^$|master:"), ("private", r"^$"),
                         ("unbindable", r"unbindable")):
    case("config-linux.md Rootfs Mount Propagation", _value, obligation=35, prop="linux.rootfsPropagation")(
        root_propagation(_value, _pattern))


@case("config-linux.md Rootfs Mount Propagation", "an unknown value is an error", obligation=35,
      prop="linux.rootfsPropagation")
def root_propagation_unknown(c):
    c.linux["rootfsPropagation"] = "sideways"
    c.refused()


@case("config-linux.md Mount Label", "mountLabel without SELinux on the host is an error", prop="linux.mountLabel")
def mount_label(c):
    c.host.needs(not os.path.isdir("/sys/fs/selinux/booleans"), "this host has SELinux")
    c.linux["mountLabel"] = "system_u:object_r:container_file_t:s0"
    c.refused()


def links_without_source(c):
    c.config["mounts"] = [m for m in c.config["mounts"] if m["destination"] != "/proc"]
    text = c.value("list=/dev")
    check(not re.search(r"^fd$", text, re.M), "/dev/fd leads nowhere")


case("runtime-linux.md Dev symbolic links", "only where the source exists after the mounts", obligation=32,
     prop="dev links")(links_without_source)
