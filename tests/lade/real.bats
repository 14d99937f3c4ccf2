#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# real.bats - the same against the registry that Debian packages, and other tools' images.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  common_setup
  command -v docker-registry >/dev/null || skip 'docker-registry is not installed'
  fake from --image 'app:v1,3,200000' --index multi:v1
}
teardown() { common_teardown; }

round_trip() { # NAME OPTION...: from our registry to that one and back, unchanged
  local to=$1
  shift
  lade pull --tls-verify=false --platform all "$from/app:v1"
  lade pull --tls-verify=false --platform all "$from/multi:v1"
  lade push "$@" "$from/app:v1" "$to/app:v1"
  lade push "$@" --chunk-size 64Ki "$from/multi:v1" "$to/multi:v1"
  rm -rf store
  lade pull "$@" "$to/app:v1"
  [ "$(lade remote inspect "$@" --raw "$to/multi:v1" | digest_of)" = "$(plain remote inspect --digest "$from/multi:v1")" ]
}

@test "docker-registry: push, chunks, pull, tags, delete" {
  debian r
  round_trip "$r" --tls-verify=false
  plain copy "$r/app:v1" "$r/app:v2"
  [ "$(plain tags "$r/app" | sort | xargs)" = 'v1 v2' ]
  fails $unsupported plain remote delete "$r/app:v2"
  plain remote delete --by-digest "$r/app:v2"
  fails $missing plain pull "$r/app:v1"
}

@test "docker-registry: mounts, and the tag that stands in for referrers" {
  debian r
  plain copy "$from/app:v1" "$r/app:v1"
  plain copy "$r/app:v1" "$r/other/app:v1"
  [ "$(plain remote referrers "$r/app:v1" | jq length)" = 0 ]
}

@test "docker-registry: TLS with an authority of certs.d, and htpasswd" {
  make_ca; make_cert server IP:127.0.0.1
  printf 'alice:%s\n' "$(htpasswd_line)" >htpasswd
  debian r "  tls: {certificate: $PWD/server.crt, key: $PWD/server.key}
auth: {htpasswd: {realm: test, path: $PWD/htpasswd}}"
  mkdir -p "home/.config/containers/certs.d/$r"
  fails $protocol lade login -u alice --password-stdin "$r" <<<secret
  cp ca.crt "home/.config/containers/certs.d/$r/ca.crt"
  fails $os lade login -u alice --password-stdin "$r" <<<wrong
  lade login -u alice --password-stdin "$r" <<<secret
  round_trip "$r" --tls-verify=true
}

htpasswd_line() { # bcrypt of "secret"
  echo '$2b$05$xxILGxtDHoXEVwc5lut.EevsIQ6pPSwPIstEJ6vfAssMZ6yGeTe7.'
}

# A token as distribution signs them: a JWT with the certificate's public key in it.
token_server() {
  cat >token_server.py <<'PY'
import base64, http.server, json, subprocess, sys, time, urllib.parse
def b64(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
der = subprocess.run(["openssl", "x509", "-in", "ca.crt", "-outform", "DER"], capture_output=True, check=True).stdout
def raw(signature):  # DER of two integers -> 64 bytes
    i, out = 3, b""
    if signature[1] & 0x80: i += 1
    for _ in (0, 1):
        n = signature[i]; out += signature[i + 1:i + 1 + n].lstrip(b"\0").rjust(32, b"\0"); i += n + 2
    return out
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if self.headers.get("Authorization") != "Basic YWxpY2U6c2VjcmV0":
            self.send_response(401); self.end_headers(); return
        access = [dict(zip(("type", "name", "actions"), (*s.split(":")[:2], s.split(":")[2].split(",")))) for s in query.get("scope", [])]
        now = int(time.time())
        claims = {"iss": "test", "sub": "alice", "aud": query["service"][0], "exp": now + 300, "nbf": now - 10, "iat": now, "jti": "1", "access": access}
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
        text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "ca.key"], input=text.encode(), capture_output=True, check=True).stdout
        body = json.dumps({"token": text + "." + b64(raw(signed)), "expires_in": 300}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("token.port", "w").write(str(server.server_address[1]))
server.serve_forever()
PY
  python3 -B token_server.py 2>token.errors 3>&- &
  pids+=($!)
  wait_for token.port $!
}

@test "docker-registry: tokens" {
  make_ca
  token_server
  debian r "auth: {token: {realm: http://127.0.0.1:$(cat token.port)/token, service: test, issuer: test, rootcertbundle: $PWD/ca.crt}}"
  fails $os plain pull "$r/app:v1"
  export LADE_CREDS=alice:secret
  round_trip "$r" --tls-verify=false
  plain copy "$r/app:v1" "$r/copy:v1"
}

@test "interop: skopeo reads what we pushed and we pull what skopeo pushed" {
  command -v skopeo >/dev/null || skip 'skopeo is not installed'
  debian r
  plain copy "$from/app:v1" "$r/app:v1"
  skopeo --insecure-policy copy --src-tls-verify=false "docker://$r/app:v1" dir:copied
  skopeo --insecure-policy copy --dest-tls-verify=false --format v2s2 dir:copied "docker://$r/docker:v1"
  plain pull "$r/docker:v1"
  plain remote inspect --raw "$r/docker:v1" | jq -r .mediaType | grep -qx application/vnd.docker.distribution.manifest.v2+json
  plain push "$r/docker:v1" "$r/docker:v2"
  skopeo inspect --tls-verify=false "docker://$r/docker:v2" >/dev/null
}
