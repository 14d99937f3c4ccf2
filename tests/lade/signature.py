#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""signature.py - put signatures beside an image as cosign does.

usage: signature.py tag HOST/REPOSITORY DIGEST (PAYLOAD SIGNATURE)...     the tag sha256-….sig
       signature.py referrer HOST/REPOSITORY DIGEST PAYLOAD SIGNATURE     the same as a referrer
       signature.py bundle HOST/REPOSITORY DIGEST BUNDLE                  sigstore's bundle as a referrer
PAYLOAD, BUNDLE are files; SIGNATURE is a file with its bytes, or - for none.
"""
import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from image import CONFIG, INDEX, MANIFEST, descriptor, digest, dump, index

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY = "application/vnd.oci.empty.v1+json"


class Repository:
    def __init__(self, name):
        host, path = name.split("/", 1)
        self.base = f"http://{host}/v2/{path}/"

    def ask(self, method, path, data=None, **headers):
        url = urllib.parse.urljoin(self.base, path)
        request = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
        return urllib.request.urlopen(request)

    def put_blob(self, data):
        place = self.ask("POST", "blobs/uploads/", b"").headers["Location"]
        place += ("&" if "?" in place else "?") + "digest=" + digest(data)
        self.ask("PUT", place, data, Content_Type="application/octet-stream")

    def put_manifest(self, target, media_type, data):
        return self.ask("PUT", "manifests/" + target, data, Content_Type=media_type)

    def get(self, target):
        types = f"{MANIFEST}, {INDEX}, application/vnd.docker.distribution.manifest.v2+json"
        with self.ask("GET", "manifests/" + target, Accept=types) as answer:
            return answer.headers["Content-Type"], answer.read()

    def put_referrer(self, manifest, subject, kind):
        """Where the registry has no referrers API the list of them is kept by hand."""
        answer = self.put_manifest(digest(manifest), MANIFEST, manifest)
        if answer.headers.get("OCI-Subject"):
            return
        tag = subject.replace(":", "-")
        try:
            entries = json.loads(self.get(tag)[1])["manifests"]
        except urllib.error.HTTPError:
            entries = []
        entries.append(descriptor(MANIFEST, manifest, artifactType=kind))
        self.put_manifest(tag, INDEX, index(entries))


def layer(media_type, data, signature=None):
    notes = {"annotations": {"dev.cosignproject.cosign/signature": signature}} if signature else {}
    return descriptor(media_type, data, **notes)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    how, name, subject, *files = sys.argv[1:]
    repository = Repository(name)
    contents = [None if file == "-" else read(file) for file in files]
    if how == "bundle":
        layers, config, kind = [layer(BUNDLE, contents[0])], b"{}", BUNDLE
    else:
        pairs = zip(contents[::2], contents[1::2])
        layers = [layer(SIMPLE, p, s and base64.b64encode(s).decode()) for p, s in pairs]
        config, kind = dump({"os": "", "architecture": "", "rootfs": {"type": "layers", "diff_ids": [
            entry["digest"] for entry in layers]}}), ARTIFACT
    for data in [config, *contents[::1 if how == "bundle" else 2]]:
        repository.put_blob(data)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers}
    if how == "tag":
        manifest["config"] = descriptor(CONFIG, config)
        repository.put_manifest(subject.replace(":", "-") + ".sig", MANIFEST, dump(manifest))
        return
    manifest["config"] = descriptor(EMPTY if how == "bundle" else ARTIFACT, config)
    if how == "bundle":
        manifest["artifactType"] = BUNDLE
    manifest["subject"] = descriptor(*repository.get(subject))
    repository.put_referrer(dump(manifest), subject, kind)


main()
