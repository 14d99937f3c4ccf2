# SPDX-License-Identifier: Apache-2.0
"""host - what this host can show; a case that needs more is skipped with the reason."""
import os
import pathlib

from harness import Skipped


class Host:
    def __init__(self):
        self.v1, self.v2 = {}, None
        for line in open("/proc/self/mountinfo", encoding="utf-8"):
            left, right = line.rstrip("\n").split(" - ")
            point, kind = left.split()[4], right.split()[0]
            if not os.path.exists(os.path.join(point, "cgroup.procs")):
                continue
            if kind == "cgroup":
                for option in right.split()[2].split(","):
                    self.v1[option] = point
            elif kind == "cgroup2":
                self.v2 = point
        self.v2_controllers = (pathlib.Path(self.v2, "cgroup.controllers").read_text().split()
                               if self.v2 else [])

    def layout(self):
        return "hybrid" if self.v1 and self.v2 else "v1" if self.v1 else "v2"

    def controller(self, name):
        """'v1' or 'v2', where the controller is."""
        if name in self.v1:
            return "v1"
        if name in self.v2_controllers:
            return "v2"
        raise Skipped(f"this host has no {name} controller")

    def directory(self, name, path):
        """Of a cgroup path in the hierarchy that has the controller."""
        base = self.v1[name] if self.controller(name) == "v1" else self.v2
        return pathlib.Path(base + path)

    def needs(self, condition, text):
        if not condition:
            raise Skipped(text)

    def needs_file(self, path):
        self.needs(os.path.exists(path), f"this host has no {path}")
