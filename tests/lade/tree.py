#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tree.py - all there is to know about the files in directories, a line for each, sorted.

usage: tree.py DIR [OMIT]
Path, kind, mode, owner, time, size or target or numbers, first of several names, extended attributes,
digest. OMIT: "attributes" and "fractions" (of seconds), which not every program keeps."""
import hashlib
import os
import stat
import sys


def content(path, status):
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            return f"{status.st_size} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    if kind == stat.S_IFLNK:
        return "-> " + os.readlink(path)
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        return f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}"
    return ""


def line(top, path, first, omit):
    status = os.lstat(path)
    name = os.path.relpath(path, top)
    parts = [name, stat.filemode(status.st_mode), f"{status.st_uid}:{status.st_gid}",
             str(status.st_mtime_ns // 10**9 if "fractions" in omit else status.st_mtime_ns), content(path, status)]
    if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
        parts.append("#" + first.setdefault(status.st_ino, name))
    if "attributes" not in omit:
        parts += [f"{key}={os.getxattr(path, key, follow_symlinks=False)!r}"
                  for key in sorted(os.listxattr(path, follow_symlinks=False)) if key != "security.selinux"]
    return " ".join(parts)


def main():
    top, omit = sys.argv[1], sys.argv[2:]
    paths = [os.path.join(folder, name) for folder, folders, files in os.walk(top) for name in folders + files]
    first = {}
    for path in [top] + sorted(paths):
        print(ascii(line(top, path, first, omit)))


main()
