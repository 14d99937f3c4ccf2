#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registry.py - a registry of distribution-spec 1.1 in memory that misbehaves as it is told.

usage: registry.py DIR [OPTION]...
DIR gets port (once it listens) and log, a JSON object for each request as it was received.

  --host ADDR            where to listen (default 127.0.0.1)
  --tls CERT KEY [CA]    with CA a client's certificate is demanded
  --tls-max 1.1          speak nothing newer
  --auth basic|token     users are alice:secret and, as an identity token, "refresh-me"
  --realm URL            of tokens, instead of our own /token
  --anonymous            tokens for pulling are given to anybody
  --image NAME:TAG[,LAYERS[,SIZE]]    --index NAME:TAG[,SIZE]
  --no-referrers, --no-tag-delete, --no-digest-header
  --page N               entries for each page of tags and referrers
  --chunk-min N          least size of a chunk but the last
  --rule JSON            see RULES below; may be repeated; the first that fits is used

RULES  {"when": REGEX of "METHOD URL", "times": N, "skip": N, ...} and what happens then:
  status, headers, body  answer that      redirect URL   answer 307 with it
  cut N                  close after N bytes of the body    drop true   close without an answer
  drip S                 a byte each S seconds              stall N       nothing more after N bytes
  corrupt true           change the last byte
  append TEXT            to the body       endless true   a body that never ends
  no_range true          answer a Range with all of it      range TEXT  this Content-Range
  set HEADERS            replace headers of the answer
  @HERE@ in a header is our own scheme, host and port.
"""
import argparse
import base64
import json
import pathlib
import re
import ssl
import sys
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import image

USER = "alice:secret"
IDENTITY = "refresh-me"
NAME = r"/v2/(?P<name>[a-z0-9._/-]+)"


class State:
    def __init__(self, options):
        self.options = options
        self.lock = threading.RLock()
        self.blobs, self.manifests, self.tags, self.uploads = {}, {}, {}, {}
        self.rules = [dict(json.loads(r), used=0) for r in options.rule]
        self.log = open(pathlib.Path(options.dir) / "log", "a", buffering=1, encoding="utf-8")

    def add(self, name, tag, media_type, data, blobs=()):
        self.blobs.setdefault(name, {}).update(blobs)
        self.manifests.setdefault(name, {})[image.digest(data)] = (media_type, data)
        if tag:
            self.tags.setdefault(name, {})[tag] = image.digest(data)

    def find(self, name, target):
        """(media type, bytes) of a tag or digest, or None."""
        key = target if ":" in target else self.tags.get(name, {}).get(target)
        return self.manifests.get(name, {}).get(key)

    def rule(self, line):
        with self.lock:
            for rule in self.rules:
                if re.search(rule["when"], line):
                    rule["used"] += 1
                    skip = rule.get("skip", 0)
                    if skip < rule["used"] <= skip + rule.get("times", 1 << 30):
                        return rule
        return {}


def seed(state):
    for text in state.options.image:
        (name, tag), *numbers = text.split(",")[0].rsplit(":", 1), *text.split(",")[1:]
        made = image.Image(name, *map(int, numbers))
        state.add(name, tag, image.MANIFEST, made.manifest, made.blobs)
    for text in state.options.index:
        (name, tag), *numbers = text.split(",")[0].rsplit(":", 1), *text.split(",")[1:]
        size = int(numbers[0]) if numbers else 1000
        made = [image.Image(name, 1, size, "arm64"), image.Image(name, 2, size, "amd64"),
                image.Image(name, 1, size, "arm", "v6")]
        noise = image.Image(name + "-attestation", 1, 10, "unknown")
        entries = [{"mediaType": "application/x-unheard-of", "digest": image.digest(b"xyz"), "size": 3},
                   {**noise.descriptor, "platform": {"os": "unknown", "architecture": "unknown"},
                    "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}]
        for one in [*made, noise]:
            state.add(name, None, image.MANIFEST, one.manifest, one.blobs)
            entries.append(one.descriptor) if one is not noise else None
        state.blobs[name][image.digest(b"xyz")] = b"xyz"
        state.add(name, tag, image.INDEX, image.index(entries))


def token_of(scopes):
    return "token-" + base64.urlsafe_b64encode(json.dumps(sorted(scopes)).encode()).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None

    def log_message(self, *args):
        pass

    # --- receiving ---

    def read_body(self):
        length = self.headers.get("Content-Length")
        return self.rfile.read(int(length)) if length else b""

    def handle_any(self):
        self.body = self.read_body()
        line = f"{self.command} {self.path}"
        entry = {"line": line, "time": time.time(), "connection": self.client_address[1], "headers": dict(self.headers), "sent": len(self.body)}
        if self.path.startswith("/token"):
            entry["form"] = self.body.decode(errors="replace")
        if isinstance(self.connection, ssl.SSLSocket):
            entry["certificate"] = bool(self.connection.getpeercert())
        self.state.log.write(json.dumps(entry) + "\n")
        self.applied = self.state.rule(line)
        if self.applied.get("drop"):
            self.close_connection = True
            return
        if "redirect" in self.applied:
            self.answer(307, b"", {"Location": self.applied["redirect"]})
        elif "status" in self.applied:
            self.answer(self.applied["status"], self.applied.get("body", "").encode(), self.applied.get("headers", {}))
        else:
            self.dispatch()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def dispatch(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query)
        if url.path == "/token":
            return self.give_token()
        if not self.authorised(url.path):
            return None
        for pattern, handler in ROUTES:
            match = re.fullmatch(pattern, url.path)
            if match:
                with self.state.lock:
                    return handler(self, **match.groupdict())
        return self.fail(404, "NAME_UNKNOWN", "no such place")

    # --- answering ---

    def fail(self, status, code, message, headers=None):
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.answer(status, body, {"Content-Type": "application/json", **(headers or {})})

    def answer(self, status, body=b"", headers=None):
        rule = self.applied
        headers = {"Content-Length": str(len(body)), **(headers or {}), **rule.get("set", {})}
        if "range" in rule and status == 206:
            headers["Content-Range"] = rule["range"]
        if rule.get("corrupt") and body:
            body = body[:-1] + bytes([body[-1] ^ 1])
        if "append" in rule:
            body += rule["append"].encode()
            headers["Content-Length"] = str(len(body))
        if rule.get("endless"):
            headers["Content-Length"] = str(1 << 40)
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value.replace("@HERE@", self.base()))
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(body)

    def send_body(self, body):
        rule = self.applied
        try:
            if "cut" in rule:
                self.wfile.write(body[:rule["cut"]])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
            elif "stall" in rule:
                self.wfile.write(body[:rule["stall"]])
                while self.connection.recv(1):
                    pass
            elif "drip" in rule:
                for i in range(len(body)):
                    self.wfile.write(body[i:i + 1])
                    time.sleep(rule["drip"])
            elif rule.get("endless"):
                while True:
                    self.wfile.write(b" " * 65536)
            else:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True

    # --- who is it ---

    def base(self):
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        return f"{scheme}://{self.headers['Host']}"

    def is_user(self):
        given = self.headers.get("Authorization", "")
        return given == "Basic " + base64.b64encode(USER.encode()).decode()

    def wanted_scopes(self, path):
        match = re.match(NAME + "/(manifests|blobs|tags|referrers)", path)
        if not match:
            return []
        action = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}.get(self.command, "push")
        return [f"repository:{match['name']}:{action}"]

    def authorised(self, path):
        mode = self.state.options.auth
        if not mode or (mode == "basic" and self.is_user()):
            return True
        if mode == "basic":
            self.fail(401, "UNAUTHORIZED", "who are you", {"WWW-Authenticate": 'Basic realm="test"'})
            return False
        wanted = self.wanted_scopes(path)
        given = self.headers.get("Authorization", "")
        if given.startswith("Bearer token-"):
            scopes = json.loads(base64.urlsafe_b64decode(given[len("Bearer token-"):]))
            if set(wanted) <= set(scopes):
                return True
        realm = self.state.options.realm or self.base() + "/token"
        error = ',error="insufficient_scope"' if given else ""
        value = f'Bearer realm="{realm}",service="test"' + "".join(f',scope="{s}"' for s in wanted) + error
        self.fail(401, "UNAUTHORIZED", "a token is needed", {"WWW-Authenticate": value})
        return False

    def give_token(self):
        asked, granted = [], []
        if self.command == "POST":
            form = urllib.parse.parse_qs(self.body.decode())
            if form.get("refresh_token") != [IDENTITY]:
                return self.fail(401, "UNAUTHORIZED", "bad refresh token")
            asked, known = form.get("scope", [""])[0].split(), True
        else:
            asked, known = self.query.get("scope", []), self.is_user()
        if not known and not self.state.options.anonymous:
            return self.fail(401, "UNAUTHORIZED", "bad credentials")
        for scope in asked:
            kind, name, actions = scope.split(":", 2)
            granted += [f"{kind}:{name}:{a}" for a in actions.split(",") if known or a == "pull"]
        field = "access_token" if self.command == "POST" else "token"
        return self.answer(200, json.dumps({field: token_of(granted), "expires_in": 300}).encode())

    # --- content ---

    def get_manifest(self, name, target):
        found = self.state.find(name, target)
        if self.command == "PUT":
            return self.put_manifest(name, target)
        if self.command == "DELETE":
            return self.delete_manifest(name, target)
        if not found:
            code = "MANIFEST_UNKNOWN" if name in self.state.manifests else "NAME_UNKNOWN"
            return self.fail(404, code, f"no {target} in {name}")
        media_type, data = found
        headers = {"Content-Type": media_type}
        if not self.state.options.no_digest_header:
            headers["Docker-Content-Digest"] = target if ":" in target else image.digest(data)
        return self.answer(200, data, headers)

    def put_manifest(self, name, target):
        document = json.loads(self.body)
        if document.get("mediaType", self.headers["Content-Type"]) != self.headers["Content-Type"]:
            return self.fail(400, "MANIFEST_INVALID", "Content-Type is not mediaType")
        for one in [document.get("config"), *document.get("layers", [])]:
            if one and one["digest"] not in self.state.blobs.get(name, {}) and "foreign" not in one["mediaType"]:
                return self.fail(404, "MANIFEST_BLOB_UNKNOWN", one["digest"])
        for one in document.get("manifests", []):
            if one["digest"] not in self.state.manifests.get(name, {}) and not target.startswith("sha256-"):
                if one["digest"] not in self.state.blobs.get(name, {}):
                    return self.fail(404, "MANIFEST_UNKNOWN", one["digest"])
        digest = image.digest(self.body, target.split(":")[0] if ":" in target else "sha256")
        self.state.add(name, None, self.headers["Content-Type"], self.body)
        self.state.manifests[name][digest] = (self.headers["Content-Type"], self.body)
        if ":" not in target:
            self.state.tags.setdefault(name, {})[target] = digest
        headers = {"Docker-Content-Digest": digest, "Location": f"/v2/{name}/manifests/{digest}"}
        if "subject" in document and not self.state.options.no_referrers:
            headers["OCI-Subject"] = document["subject"]["digest"]
        return self.answer(201, b"", headers)

    def delete_manifest(self, name, target):
        if ":" not in target and self.state.options.no_tag_delete:
            return self.fail(405, "UNSUPPORTED", "tags can't be deleted")
        if not self.state.find(name, target):
            return self.fail(404, "MANIFEST_UNKNOWN", target)
        if ":" in target:
            del self.state.manifests[name][target]
            tags = self.state.tags.get(name, {})
            self.state.tags[name] = {t: d for t, d in tags.items() if d != target}
        else:
            del self.state.tags[name][target]
        return self.answer(202)

    def get_blob(self, name, digest):
        data = self.state.blobs.get(name, {}).get(digest)
        if data is None:
            return self.fail(404, "BLOB_UNKNOWN", digest)
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        headers = {"Docker-Content-Digest": digest, "Content-Type": "application/octet-stream"}
        if not match or self.applied.get("no_range"):
            return self.answer(200, data, headers)
        start = int(match[1])
        if start >= len(data):
            return self.fail(416, "RANGE_INVALID", "past the end")
        headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return self.answer(206, data[start:], headers)

    def page(self, items, path):
        """(items of this page, headers that lead to the next)."""
        size = self.state.options.page or len(items) or 1
        start = int(self.query.get("from", ["0"])[0])
        headers = {"Link": f'<{path}?from={start + size}>; rel="next"'} if start + size < len(items) else {}
        return items[start:start + size], headers

    def list_tags(self, name):
        if name not in self.state.manifests:
            return self.fail(404, "NAME_UNKNOWN", name)
        tags, headers = self.page(sorted(self.state.tags.get(name, {})), f"/v2/{name}/tags/list")
        return self.answer(200, json.dumps({"name": name, "tags": tags}).encode(), headers)

    def list_referrers(self, name, digest):
        if self.state.options.no_referrers:
            return self.fail(404, "UNSUPPORTED", "no referrers here")
        found = []
        for key, (media_type, data) in self.state.manifests.get(name, {}).items():
            document = json.loads(data)
            if document.get("subject", {}).get("digest") == digest:
                kind = document.get("artifactType") or document.get("config", {}).get("mediaType")
                found.append({"mediaType": media_type, "digest": key, "size": len(data), "artifactType": kind})
        items, headers = self.page(found, f"/v2/{name}/referrers/{digest}")
        return self.answer(200, image.index(items), {"Content-Type": image.INDEX, **headers})

    # --- uploads ---

    def begin_upload(self, name):
        mount, source = self.query.get("mount", [None])[0], self.query.get("from", [None])[0]
        if mount and mount in self.state.blobs.get(source, {}):
            self.state.blobs.setdefault(name, {})[mount] = self.state.blobs[source][mount]
            return self.answer(201, b"", {"Location": f"/v2/{name}/blobs/{mount}"})
        key = uuid.uuid4().hex
        self.state.uploads[key] = b""
        headers = {"Location": f"/v2/{name}/blobs/uploads/{key}?state=a%2Fb", "Range": "0-0"}
        if self.state.options.chunk_min:
            headers["OCI-Chunk-Min-Length"] = str(self.state.options.chunk_min)
        return self.answer(202, b"", headers)

    def upload(self, name, key):
        if key not in self.state.uploads or self.query.get("state") != ["a/b"]:
            return self.fail(404, "BLOB_UPLOAD_UNKNOWN", key)
        if self.command == "DELETE":
            del self.state.uploads[key]
            return self.answer(204)
        if self.command == "PATCH":
            return self.patch(name, key)
        if self.command == "PUT":
            return self.finish(name, key)
        return self.answer(204, b"", self.where(name, key))

    def where(self, name, key):
        have = len(self.state.uploads[key])
        return {"Location": f"/v2/{name}/blobs/uploads/{key}?state=a%2Fb", "Range": f"0-{max(have - 1, 0)}"}

    def patch(self, name, key):
        match = re.fullmatch(r"(\d+)-(\d+)", self.headers.get("Content-Range", ""))
        have = len(self.state.uploads[key])
        if not match or int(match[1]) != have or int(match[2]) - int(match[1]) + 1 != len(self.body):
            return self.answer(416, b"", self.where(name, key))
        keep = self.applied.get("keep", len(self.body))
        self.state.uploads[key] += self.body[:keep]
        return self.answer(202, b"", self.where(name, key))

    def finish(self, name, key):
        data = self.state.uploads.pop(key) + self.body
        wanted = self.query.get("digest", [""])[0]
        if image.digest(data, wanted.split(":")[0]) != wanted:
            return self.fail(400, "DIGEST_INVALID", "the bytes have another digest")
        self.state.blobs.setdefault(name, {})[wanted] = data
        return self.answer(201, b"", {"Location": f"/v2/{name}/blobs/{wanted}", "Docker-Content-Digest": wanted})


ROUTES = [
    (r"/v2/", lambda self: self.answer(200, b"{}")),
    (NAME + r"/manifests/(?P<target>[^/]+)", Handler.get_manifest),
    (NAME + r"/blobs/uploads/", Handler.begin_upload),
    (NAME + r"/blobs/uploads/(?P<key>[0-9a-f]+)", Handler.upload),
    (NAME + r"/blobs/(?P<digest>[^/]+)", Handler.get_blob),
    (NAME + r"/tags/list", Handler.list_tags),
    (NAME + r"/referrers/(?P<digest>[^/]+)", Handler.list_referrers),
]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that goes away, or that does not like our certificate, is what is tested."""


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs="+")
    parser.add_argument("--auth", choices=["basic", "token"])
    parser.add_argument("--realm")
    parser.add_argument("--tls-max", choices=["1.1"])
    for name in ("anonymous", "no-referrers", "no-tag-delete", "no-digest-header"):
        parser.add_argument("--" + name, action="store_true")
    for name in ("page", "chunk-min"):
        parser.add_argument("--" + name, type=int, default=0)
    for name in ("image", "index", "rule"):
        parser.add_argument("--" + name, action="append", default=[])
    return parser.parse_args()


def main():
    options = read_options()
    Handler.state = State(options)
    seed(Handler.state)
    server = Server((options.host, options.port), Handler)
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls[:2])
        if options.tls_max:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        if len(options.tls) > 2:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(options.tls[2])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    path = pathlib.Path(options.dir) / "port"
    path.with_suffix(".new").write_text(str(server.server_address[1]), encoding="ascii")
    path.with_suffix(".new").rename(path)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
