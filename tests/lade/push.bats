#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# push.bats - lade push, copy, tags, remote and blob against a registry that records everything.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  common_setup
  fake from --image 'app:v1,2,50000' --index multi:v1
}
teardown() { common_teardown; }

raw() { plain remote inspect --raw "$@"; }

put() { # NAME PYTHON: puts what the code makes (media_type, manifest, blobs) there
  python3 -B - "$here" "$1" "$2" <<'PY'
import sys, urllib.request
sys.path.insert(0, sys.argv[1])
import image
host, path = sys.argv[2].split("/", 1)
name, tag = path.rsplit(":", 1)
scope = {"image": image}
exec(sys.argv[3], scope)
def send(method, path, data, kind="application/octet-stream"):
    return urllib.request.urlopen(urllib.request.Request(f"http://{host}{path}", data, {"Content-Type": kind}, method=method))
for digest, data in scope.get("blobs", {}).items():
    location = send("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
    send("PUT", location + "&digest=" + digest, data)
send("PUT", f"/v2/{name}/manifests/{tag if tag != 'digest' else image.digest(scope['manifest'])}", scope["manifest"], scope.get("media_type", image.MANIFEST))
PY
}

@test "R38: blobs before the manifest, an index last, each blob asked for first" {
  plain pull --platform all "$from/multi:v1"
  fake to
  plain push "$from/multi:v1" "$to/multi:v2"
  requests to | grep manifests | tail -1 | grep -qx 'PUT /v2/multi/manifests/v2'
  first=$(requests to | grep -n 'PUT .*manifests' | head -1 | cut -d: -f1)
  last=$(requests to | grep -n 'uploads' | tail -1 | cut -d: -f1)
  [ "$last" -lt "$first" ]
  [ "$(count to 'HEAD .*blobs')" = "$(count to 'POST .*uploads')" ]
  [ "$(raw "$from/multi:v1")" = "$(raw "$to/multi:v2")" ]
}

@test "R38: what is there already is not sent; foreign layers never are" {
  plain pull "$from/app:v1"
  fake to --image 'app:v0,2,50000'
  plain push "$from/app:v1" "$to/app:v1"
  [ "$(count to POST)" = 0 ]
  put "$from/foreign:v1" 'one = image.Image("app"); import json
m = json.loads(one.manifest); blobs = one.blobs
m["layers"].append({"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": image.digest(b"f"), "size": 1})
blobs[image.digest(b"f")] = b"f"
manifest = image.dump(m)'
  plain pull "$from/foreign:v1"
  plain push "$from/foreign:v1" "$to/foreign:v1"
  [ "$(count to "foreign/blobs/.*$(printf f | digest_of)")" = 0 ]
}

@test "R39: the query of a Location is kept" {
  plain pull "$from/app:v1"
  fake to
  plain push "$from/app:v1" "$to/app:v1"
  requests to '^PUT .*uploads' | grep -vq 'state=a%2Fb&digest=sha256:' && false
  [ "$(count to '^PUT .*uploads.*state=a%2Fb&digest=')" = 3 ]
}

@test "R40: another repository of the registry is mounted from" {
  plain pull "$from/app:v1"
  plain push "$from/app:v1" "$from/copy:v1"
  [ "$(count from 'POST .*copy/blobs/uploads/\?mount=sha256:.*&from=app')" = 3 ]
  [ "$(count from '^PUT .*copy/blobs')" = 0 ]
}

@test "R40: mounting asks for both scopes, and a registry that does not mount is sent the bytes" {
  export LADE_CREDS=alice:secret
  fake to --auth token --image 'app:v1,2,50000' --rule '{"when": "POST .*mount=", "status": 405}'
  plain pull "$to/app:v1"
  plain push "$to/app:v1" "$to/copy:v1"
  requests to '^GET /token' | grep -q 'scope=repository%3Acopy%3Apull%2Cpush.*scope=repository%3Aapp%3Apull'
  [ "$(count to '^PUT .*copy/blobs')" = 3 ]
}

@test "R42: chunks, not smaller than the registry wants, each to the Location of the last" {
  plain pull "$from/app:v1"
  fake to --chunk-min 20000
  plain push --chunk-size 10k "$from/app:v1" "$to/app:v1"
  raw "$to/app:v1" >/dev/null
  jq -r 'select(.line | test("^PATCH")).headers["Content-Range"]' to/log | sort -u | grep -qx 0-19999
  jq -r 'select(.line | test("^PATCH")).headers["Content-Range"]' to/log | grep -qx 20000-39999
}

@test "R42: a chunk that was taken in part, and a 416, are gone on from" {
  plain pull "$from/app:v1"
  fake to --rule '{"when": "PATCH", "skip": 1, "times": 1, "keep": 3000}' --rule '{"when": "PATCH", "skip": 2, "times": 1, "status": 416}'
  plain push --jobs 1 --chunk-size 10k "$from/app:v1" "$to/app:v1"
  raw "$to/app:v1" >/dev/null
  jq -r 'select(.line | test("^PATCH")).headers["Content-Range"]' to/log | grep -q '^3000-'
  [ "$(count to '^GET .*uploads')" = 1 ]
}

@test "push: a broken upload goes on where the registry stands" {
  plain pull "$from/app:v1"
  fake to --rule '{"when": "PUT .*uploads", "times": 1, "drop": true}'
  plain push --jobs 1 "$from/app:v1" "$to/app:v1"
  raw "$to/app:v1" >/dev/null
}

@test "push: what can't be completed is cancelled and is an error" {
  plain pull "$from/app:v1"
  fake to --rule '{"when": "PUT .*uploads", "status": 400, "body": "{\"errors\":[{\"code\":\"DIGEST_INVALID\"}]}"}'
  status=0
  output=$(plain push --jobs 1 "$from/app:v1" "$to/app:v1" 2>&1) || status=$?
  [ $status != 0 ]
  says DIGEST_INVALID
  [ "$(count to '^DELETE .*uploads')" -ge 1 ]
  [ "$(count to 'PUT .*manifests')" = 0 ]
}

@test "R43: the manifest's type without parameters; a digest that is not ours is an error" {
  plain pull "$from/app:v1"
  fake to
  plain push "$from/app:v1" "$to/app:v1"
  [ "$(jq -r 'select(.line == "PUT /v2/app/manifests/v1").headers["Content-Type"]' to/log)" = application/vnd.oci.image.manifest.v1+json ]
  fake bad --rule '{"when": "PUT .*manifests", "set": {"Docker-Content-Digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}'
  fails $invalid plain push "$from/app:v1" "$bad/app:v1"
  says 'another manifest'
}

subject='one = image.Image("app", 2, 50000)
manifest, blobs = image.referrer(one.manifest, "application/x-note", "hello")'

@test "R44: a subject's referrers are kept by the registry" {
  put "$from/app:digest" "$subject"
  [ "$(plain remote referrers "$from/app:v1" | jq -r '.[0].artifactType')" = application/x-note ]
  [ "$(plain remote referrers --artifact-type application/x-other "$from/app:v1" | jq length)" = 0 ]
  plain pull "$from/app:v1"
  fake to
  plain copy --referrers "$from/app:v1" "$to/app:v1"
  [ "$(plain remote referrers "$to/app:v1" | jq length)" = 1 ]
  [ "$(count to 'sha256-')" = 0 ]
}

@test "R44: without the API a tag lists them; entries are added once and kept" {
  put "$from/app:digest" "$subject"
  put "$from/app:digest" "${subject/hello/again}"
  fake to --no-referrers
  plain copy --referrers "$from/app:v1" "$to/app:v1"
  plain copy --referrers "$from/app:v1" "$to/app:v1"
  digest=$(plain remote inspect --digest "$to/app:v1")
  plain remote inspect --raw "$to/app:${digest/:/-}" >list
  jq -e '(.manifests | length == 2) and .manifests[0].artifactType == "application/x-note" and (.manifests | map(.annotations["org.example.note"]) | sort == ["again", "hello"])' list
  [ "$(plain remote referrers "$to/app:v1" | jq length)" = 2 ]
}

@test "R44: a tag that is no list of referrers is left alone" {
  put "$from/app:digest" "$subject"
  fake to --no-referrers
  digest=$(plain remote inspect --digest "$from/app:v1")
  put "$to/app:${digest/:/-}" 'one = image.Image("x"); manifest, blobs = one.manifest, one.blobs'
  status=0
  output=$(plain copy --referrers "$from/app:v1" "$to/app:v1" 2>&1) || status=$?
  [ $status != 0 ]
  says 'is left alone'
}

@test "R44: pages of referrers are followed" {
  fake to --page 2
  plain copy "$from/app:v1" "$to/app:v1"
  for i in 1 2 3 4 5; do put "$to/app:digest" "${subject/hello/note $i}"; done
  [ "$(plain remote referrers "$to/app:v1" | jq length)" = 5 ]
}

@test "copy: an index as it is, one image of it, and within a registry by mounting" {
  fake to
  plain copy "$from/multi:v1" "$to/multi:v1"
  [ "$(raw "$from/multi:v1" | digest_of)" = "$(raw "$to/multi:v1" | digest_of)" ]
  plain copy --platform linux/arm64 "$from/multi:v1" "$to/multi:arm"
  [ "$(plain remote inspect "$to/multi:arm" | jq -r .mediaType)" = application/vnd.oci.image.manifest.v1+json ]
  plain copy "$to/multi:v1" "$to/other:v1"
  [ "$(count to '^PUT .*other/blobs')" = 0 ]
  [ ! -e store ]
}

@test "copy, V20: a blob that is another is not stored at the other end" {
  fake bad --image 'app:v1,2,50000' --rule '{"when": "GET .*blobs", "corrupt": true}'
  fake to
  status=0
  output=$(plain copy "$bad/app:v1" "$to/app:v1" 2>&1) || status=$?
  [ $status != 0 ]
  [ "$(count to 'PUT .*manifests')" = 0 ]
}

@test "copy: in chunks, and a source that breaks off is gone on with" {
  fake broken --image 'app:v1,1,300000' --rule '{"when": "GET .*blobs", "skip": 1, "times": 1, "cut": 100000}'
  fake to
  plain copy --jobs 1 --chunk-size 64Ki "$broken/app:v1" "$to/app:v1"
  raw "$to/app:v1" >/dev/null
  jq -r '.headers.Range // empty' broken/log | grep -qx 'bytes=100000-'
}

@test "copy: several platforms become an index of these" {
  fake to
  plain copy --platform linux/arm64,linux/amd64 "$from/multi:v1" "$to/multi:two"
  plain remote inspect --raw "$to/multi:two" >two
  [ "$(jq -c '[.manifests[].platform.architecture]' two)" = '["arm64","amd64"]' ]
  [ "$(plain remote inspect --digest "$to/multi:two")" = "$(digest_of <two)" ]
  plain pull --platform all "$to/multi:two"
  plain copy --platform all "$from/multi:v1" "$to/multi:all"
  [ "$(plain remote inspect --digest "$to/multi:all")" = "$(plain remote inspect --digest "$from/multi:v1")" ]
  fails $missing plain copy --platform linux/amd64,linux/riscv64 "$from/multi:v1" "$to/multi:none"
}

@test "push: after a pull for one platform, that image goes, and it is said" {
  plain pull --platform linux/amd64 "$from/multi:v1"
  fake to
  run -0 plain push "$from/multi:v1" "$to/multi:v1"
  [[ $output == *'only a part of the index'* ]]
  plain push --platform linux/amd64 "$from/multi:v1" "$to/multi:v2"
  [ "$(raw "$to/multi:v1")" = "$(raw "$to/multi:v2")" ]
}

@test "tags: all pages, filters, JSON" {
  fake r --image app:v1 --image app:v2 --image app:v3 --image app:latest --image app:v10 --page 2
  [ "$(plain tags "$r/app" | wc -l)" = 5 ]
  [ "$(count r tags)" = 3 ]
  [ "$(plain tags --include 'v*' --exclude v1 "$r/app" | xargs)" = 'v10 v2 v3' ]
  plain tags --json "$r/app" | jq -e 'length == 5'
  fails $invalid plain tags "$r/app:v1"
}

@test "tags: a page that leads to itself, or elsewhere, or holds no tags, is an error" {
  fake r --image app:v1 --rule '{"when": "GET .*tags", "set": {"Link": "</v2/app/tags/list>; rel=next"}}'
  fails $protocol plain tags "$r/app"
  fake s --rule '{"when": "tags", "status": 200, "body": "{\"tags\": [\"ok\", \"\\u001b[2J\"]}"}'
  fails $invalid plain tags "$s/app"
  export LADE_CREDS=alice:secret
  fake evil
  fake t --image app:v1 --auth basic --rule "{\"when\": \"GET .*tags\", \"skip\": 1, \"set\": {\"Link\": \"<http://$evil/next>; rel=\\\"next\\\"\"}}"
  plain tags "$t/app" || true
  [ "$(count evil)" = 1 ]
  assert_anonymous evil
}

@test "remote delete: a tag alone; never more without being told" {
  fake r --image app:v1
  plain copy "$r/app:v1" "$r/app:v2"
  plain remote delete "$r/app:v2"
  [ "$(plain tags "$r/app")" = v1 ]
  fake s --image app:v1 --no-tag-delete
  plain copy "$s/app:v1" "$s/app:v2"
  fails $unsupported plain remote delete "$s/app:v2"
  says --by-digest
  [ "$(plain tags "$s/app" | wc -l)" = 2 ]
  plain remote delete --by-digest "$s/app:v2"
  [ -z "$(plain tags "$s/app")" ]
}

@test "remote inspect: raw bytes, config, digest, platform" {
  [ "$(raw "$from/app:v1" | digest_of)" = "$(plain remote inspect --digest "$from/app:v1")" ]
  [ "$(plain remote inspect --config --platform linux/arm64 "$from/multi:v1" | jq -r .architecture)" = arm64 ]
  plain remote inspect "$from/app:v1" | jq -e '.layers | length == 2'
  fails $invalid plain remote look "$from/app:v1"
}

@test "blob: get and head" {
  digest=$(plain remote inspect "$from/app:v1" | jq -r .layers[0].digest)
  [ "$(plain blob get "$from/app@$digest" | digest_of)" = "$digest" ]
  [ "$(plain blob head "$from/app@$digest")" = "$(plain remote inspect "$from/app:v1" | jq .layers[0].size)" ]
  fails $missing plain blob head "$from/app@sha256:$(printf '0%.0s' {1..64})"
  fake bad --image 'app:v1,2,50000' --rule '{"when": "GET .*blobs", "corrupt": true}'
  fails $invalid plain blob get "$bad/app@$digest"
}

@test "R16: an artifact, an empty config and an empty blob travel" {
  put "$from/art:v1" 'manifest, blobs = image.referrer(b"nothing", "application/x-a", "")'
  fake to
  plain pull "$from/art:v1"
  plain push "$from/art:v1" "$to/art:v1"
  [ "$(raw "$from/art:v1")" = "$(raw "$to/art:v1")" ]
}

@test "R6: sha512 digests travel" {
  put "$from/long:v1" 'import json
one = image.Image("app"); m = json.loads(one.manifest); blobs = dict(one.blobs)
big = one.layers[0]; m["layers"][0]["digest"] = image.digest(big, "sha512"); blobs[image.digest(big, "sha512")] = big
manifest = image.dump(m)'
  fake to
  plain pull "$from/long:v1"
  plain push "$from/long:v1" "$to/long:v1"
  raw "$to/long:v1" | jq -r .layers[0].digest | grep -q ^sha512:
}
