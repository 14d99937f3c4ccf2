# SPDX-License-Identifier: Apache-2.0
"""bundle - makes the bundles that are measured: busybox as root file system, configurations by jq-like edits."""
import json
import os
import pathlib
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[1]
PODMAN_CONFIG = TOP / "tests/golden/podman/config.json"
APPLETS = ("true", "sh", "sleep")


def make_rootfs(folder, binds=0):
    """busybox as /bin, and empty folders for the mounts."""
    for name in ("bin", "dev", "proc", "sys", "mnt", "etc", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    for applet in APPLETS:
        os.symlink("busybox", folder / "bin" / applet)
    for number in range(binds):
        (folder / "mnt" / str(number)).mkdir()
    return folder


def default_config(runtime, scratch):
    """What `spec` of the given runtime writes, without a terminal, running true, for old peers, too."""
    folder = scratch / "spec"
    folder.mkdir()
    subprocess.run([runtime.path, "spec"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    config = json.loads((folder / "config.json").read_text())
    config["ociVersion"] = "1.0.2"
    config["process"]["terminal"] = False
    config["process"]["args"] = ["/bin/true"]
    return config


def podman_config():
    return json.loads(PODMAN_CONFIG.read_text())


def make(scratch, name, config, rootfs, edit=None):
    """A bundle folder; edit(config) changes a copy of the configuration first."""
    folder = scratch / name
    folder.mkdir(exist_ok=True)
    config = json.loads(json.dumps(config))
    config["root"]["path"] = str(rootfs)
    if edit:
        edit(config)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def with_args(*args):
    def edit(config):
        config["process"]["args"] = list(args)
    return edit


def with_memory_limit(size):
    def edit(config):
        resources = config.setdefault("linux", {}).setdefault("resources", {})
        resources["memory"] = {"limit": size}
    return edit


def with_binds(count, files, source):
    """The same folder of the host, mounted so many times; so many descriptors allowed."""
    def edit(config):
        config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": files, "hard": files}]
        config["mounts"] += [{"destination": f"/mnt/{n}", "type": "bind", "source": str(source),
                              "options": ["rbind", "ro"]} for n in range(count)]
    return edit
