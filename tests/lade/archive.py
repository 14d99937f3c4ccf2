#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""archive.py - archives of one small image, as they should be and as they should not.

usage: archive.py FORM NAME [FAULT] >ARCHIVE
FORM: docker (as "docker save" wrote it before 25: a folder for each layer), layout (an image layout
with a manifest.json, as it writes it since), oci (a layout alone). Always the same bytes."""
import gzip
import hashlib
import io
import json
import sys
import tarfile


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar_of(entries):
    """Bytes of a tar; a value is a file's bytes, or ("link", target), ("hard", target), None: a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, value in entries:
            info = tarfile.TarInfo(name)
            if value is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(value, tuple):
                info.type = tarfile.SYMTYPE if value[0] == "link" else tarfile.LNKTYPE
                info.linkname = value[1]
            else:
                info.size = len(value)
            tar.addfile(info, io.BytesIO(value) if isinstance(value, bytes) else None)
    return out.getvalue()


def dump(document):
    return json.dumps(document).encode()


layers = [tar_of([("etc", None), ("etc/first", b"1" * 3000)]), tar_of([("etc/second", b"2" * 5000)])]
form, name, fault = sys.argv[1], sys.argv[2], (sys.argv + [""])[3]
config = {"os": "linux", "architecture": "amd64", "created": "2026-01-02T03:04:05Z",
          "config": {"Cmd": ["/bin/sh"], "Env": ["A=b"]}, "unknown": {"kept": True},
          "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}}
if fault == "count":
    config["rootfs"]["diff_ids"].pop()
elif fault == "diffid":
    config["rootfs"]["diff_ids"][1] = digest(b"something else")
elif fault == "escape":
    config["config"]["Labels"] = {"a\x1b[2Jb": "\x1b]0;title\x07\nnew line\u009b"}
config = dump(config)


def docker():
    """Layers that are the same may be links to one another in these."""
    paths = ["one/layer.tar", "two/layer.tar"]
    entries = [("one", None), ("one/VERSION", b"1.0"), ("one/layer.tar", layers[0]), ("two", None),
               ("two/layer.tar", layers[1]), (digest(config)[7:] + ".json", config)]
    named = digest(config)[7:] + ".json"
    if fault == "chain":
        entries += [("three", None), ("three/layer.tar", ("link", "../four/layer.tar")), ("four", None),
                    ("four/layer.tar", ("hard", "two/layer.tar"))]
        paths[1] = "three/layer.tar"
    elif fault == "loop":
        entries += [("a", ("link", "b")), ("b", ("link", "a"))]
        paths[1] = "a"
    elif fault == "traversal":
        paths[1] = "../../../../canary"
    elif fault == "absolute":
        paths[1] = "/canary"
    elif fault == "link-out":
        entries += [("out", ("link", "../../../../canary"))]
        paths[1] = "out"
    elif fault == "config-out":
        named = "../canary"
    elif fault == "entry-out":
        entries += [("../outside", b"x")]
    listing = dump([{"Config": named, "RepoTags": [name], "Layers": paths}])
    if fault == "first":  # a listing in front
        return [("manifest.json", listing), *entries]
    if fault == "twice":  # of one name the last counts, as after extracting
        return [("manifest.json", b"[]"), *entries, ("manifest.json", listing)]
    if fault == "no-listing":
        return entries
    return [*entries, ("manifest.json", listing), ("repositories", b"{}")]


def layout():
    blobs = [gzip.compress(layer, mtime=0) for layer in layers]
    types = "application/vnd.oci.image."
    manifest = dump({"schemaVersion": 2, "mediaType": types + "manifest.v1+json",
                     "config": {"mediaType": types + "config.v1+json", "digest": digest(config), "size": len(config)},
                     "layers": [{"mediaType": types + "layer.v1.tar+gzip", "digest": digest(blob), "size": len(blob)}
                                for blob in blobs]})
    entry = {"mediaType": types + "manifest.v1+json", "digest": digest(manifest), "size": len(manifest),
             "annotations": {"org.opencontainers.image.ref.name": name.rpartition(":")[2],
                             "io.containerd.image.name": name}}
    if form == "oci":
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    if fault == "digest":
        entry["digest"] = "sha256:../../../../canary"
    content = [config, *blobs, manifest]
    files = [("blobs/sha256/" + digest(blob)[7:], blob) for blob in content]
    if fault == "missing":
        files.pop(2)
    elif fault == "wrong":
        files[1] = (files[1][0], blobs[1])
    elif fault == "changed":
        files[2] = (files[2][0], bytes([blobs[1][0] ^ 1]) + blobs[1][1:])
    elif fault == "links":
        files[1] = (files[1][0], ("link", "../../../../canary"))
    documents = [("index.json", dump({"schemaVersion": 2, "manifests": [entry]})),
                 ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')]
    if form == "layout":
        documents.append(("manifest.json", dump([{"Config": files[0][0], "RepoTags": [name],
                                                  "Layers": [files[1][0], files[2][0]]}])))
    return [("blobs", None), ("blobs/sha256", None), *files, *documents]


sys.stdout.buffer.write(tar_of(docker() if form == "docker" else layout()))
