# SPDX-License-Identifier: Apache-2.0
"""image.py - small images in memory for the registry that the tests talk to: always the same bytes."""
import gzip
import hashlib
import io
import json
import random
import tarfile

OCI = "application/vnd.oci.image."
INDEX, MANIFEST, CONFIG = OCI + "index.v1+json", OCI + "manifest.v1+json", OCI + "config.v1+json"
PIECE = 1 << 20
LAYER = OCI + "layer.v1.tar+gzip"


def digest(data, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def dump(document):
    return json.dumps(document, indent=1).encode()


def descriptor(media_type, data, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def layer(name, size):
    """A layer with one file of random bytes: (its tar, the same compressed)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = size
        source = random.Random(name)
        pieces = [source.randbytes(min(PIECE, size - at)) for at in range(0, size, PIECE)]
        tar.addfile(info, io.BytesIO(b"".join(pieces)))
    plain = out.getvalue()
    return plain, gzip.compress(plain, 1, mtime=0)


class Image:
    """blobs and manifest of an image with so many layers of so many bytes."""

    def __init__(self, name="app", layers=2, size=1000, architecture="amd64", variant=None, **more):
        name = name.rsplit("/", 1)[-1]
        made = [layer(f"{name}-{architecture}-{i}", size) for i in range(layers)]
        platform = {"os": "linux", "architecture": architecture, **({"variant": variant} if variant else {})}
        config = dump({**platform, "config": {"Cmd": ["/" + name]},
                       "rootfs": {"type": "layers", "diff_ids": [digest(plain) for plain, _ in made]}})
        self.blobs = {digest(data): data for data in [config, *(packed for _, packed in made)]}
        self.config = config
        self.layers = [packed for _, packed in made]
        self.manifest = dump({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config),
                              "layers": [descriptor(LAYER, packed) for _, packed in made], **more})
        self.descriptor = descriptor(MANIFEST, self.manifest, platform=platform)


def index(descriptors, **more):
    return dump({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors, **more})


def referrer(subject, kind, text, media_type=MANIFEST):
    """An artifact about the manifest with these bytes: (manifest, blobs)."""
    empty, content = b"{}", text.encode()
    manifest = dump({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
                     "config": descriptor("application/vnd.oci.empty.v1+json", empty),
                     "layers": [descriptor("text/plain", content)],
                     "subject": descriptor(media_type, subject), "annotations": {"org.example.note": text}})
    return manifest, {digest(empty): empty, digest(content): content}
