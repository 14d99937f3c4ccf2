#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pull.bats - lade pull against a registry that records what it was asked for.

bats_require_minimum_version 1.5.0

setup() { load registry; common_setup; }
teardown() { common_teardown; }

blob() { echo "store/blobs/${1/://}"; }

@test "pull: an image comes whole, its digest is printed, other tools read the store" {
  fake r --image app:v1
  plain pull "$r/app:v1"
  want=$(plain remote inspect --digest "$r/app:v1")
  [ "$(plain pull "$r/app:v1" 2>/dev/null)" = "$want" ]
  for d in $(jq -r '.config.digest, .layers[].digest' "$(blob "$want")"); do
    [ "$(digest_of <"$(blob "$d")")" = "$d" ]
  done
  skopeo inspect --raw "oci:store:$r/app:v1" | digest_of | grep -qx "$want"
}

@test "R28: what is here already costs one HEAD and no bytes" {
  fake r --image app:v1
  plain pull "$r/app:v1"
  : >r/log
  plain pull --json "$r/app:v1" 2>/dev/null >out
  [ "$(requests r)" = "HEAD /v2/app/manifests/v1" ]
  jq -e '.[0].changed == false' out
}

@test "R28: a registry without Docker-Content-Digest serves, too" {
  fake r --image app:v1 --no-digest-header
  plain pull "$r/app:v1"
  [ "$(count r 'GET .*/blobs/')" = 3 ]
}

@test "R28: a Docker-Content-Digest that is not the body's is refused" {
  fake r --image app:v1 --rule '{"when": "GET .*manifests/v1", "set": {"Docker-Content-Digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}'
  fails $invalid plain pull "$r/app:v1"
  says 'sent a manifest with digest'
}

@test "R29: the body of a request by digest is verified" {
  fake r --image app:v1
  digest=$(plain remote inspect --digest "$r/app:v1")
  plain pull "$r/app@$digest"
  rm -rf store
  fake bad --image app:v1 --rule '{"when": "GET .*manifests/sha256", "append": " "}'
  fails $invalid plain pull "$bad/app@$digest"
  says 'sent a manifest with digest'
  [ -z "$(find store/blobs -type f)" ]
}

@test "R4: with a tag and a digest the digest decides" {
  fake r --image app:v1 --image other:v1
  digest=$(plain remote inspect --digest "$r/app:v1")
  [ "$(plain pull "$r/app:nonsense@$digest" 2>/dev/null)" = "$digest" ]
  [ "$(count r nonsense)" = 0 ]
}

@test "R18: all six types of manifests are asked for" {
  fake r --image app:v1
  plain pull "$r/app:v1"
  accept=$(jq -r 'select(.line == "GET /v2/app/manifests/v1").headers.Accept' r/log)
  for type in oci.image.index.v1 oci.image.manifest.v1 docker.distribution.manifest.list.v2 docker.distribution.manifest.v2; do
    [[ $accept == *"application/vnd.$type+json"* ]]
  done
}

@test "R21: the first image that fits is taken, attestations and unknown entries are not" {
  fake r --index multi:v1
  plain pull --platform linux/amd64 "$r/multi:v1"
  [ "$(count r 'GET .*/blobs/')" = 3 ]
  [ "$(count r 'GET .*/manifests/sha256')" = 1 ]
}

@test "R23: a lower variant stands in, a missing platform is named" {
  fake r --index multi:v1
  plain pull --platform linux/arm/v7 "$r/multi:v1"
  fails $missing plain pull --platform linux/riscv64 "$r/multi:v1"
  says 'no image for linux/riscv64'
}

@test "pull: several platforms, and all of an index" {
  fake r --index multi:v1
  plain pull --platform linux/amd64,linux/arm64 "$r/multi:v1"
  [ "$(count r 'GET .*/blobs/')" = 5 ]
  plain pull --platform all "$r/multi:v1"
  digest=$(plain remote inspect --digest "$r/multi:v1")
  for d in $(jq -r '.manifests[].digest' "$(blob "$digest")"); do [ -f "$(blob "$d")" ]; done
}

@test "R25: an image that says it is for another platform is a warning, or fails" {
  fake r --image app:v1
  python3 -B - "$r" <<PY
import sys, urllib.request
sys.path.insert(0, "$here")
import image
entry = image.Image("app").descriptor
data = image.index([{**entry, "platform": {"os": "linux", "architecture": "arm64"}}])
urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/app/manifests/lie", data,
    {"Content-Type": image.INDEX}, method="PUT"))
PY
  for what in 'linux/arm64 app:lie' 'linux/arm64 app:v1' 'all app:lie'; do
    rm -rf store
    fails $invalid plain pull --strict-platform --platform "${what% *}" "$r/${what#* }"
    says 'the image is for linux/amd64, not for linux/arm64'
    [ "$(lade images --names)" = '' ]
    plain pull --platform "${what% *}" "$r/${what#* }" 2>&1 | grep 'warning: .*the image is for linux/amd64'
  done
  fails $invalid lade bundle --strict-platform --platform linux/arm64 "$r/app:lie" - /x
  says 'not for linux/arm64'
  plain pull --strict-platform --platform linux/amd64 "$r/app:v1" 2>/dev/null
}

@test "R26, V29: indexes nest no deeper than four" {
  fake r --image app:v1
  plain pull "$r/app:v1"
  python3 -B - "$r" <<PY
import sys, urllib.request
sys.path.insert(0, "$here")
import image
inner = image.Image("app")
entry = {k: v for k, v in inner.descriptor.items()}
for i in range(6):
    data = image.index([{**entry, "platform": {"os": "linux", "architecture": "amd64"}}])
    urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/app/manifests/deep{i}", data,
        {"Content-Type": image.INDEX}, method="PUT"))
    entry = image.descriptor(image.INDEX, data)
PY
  plain pull --platform linux/amd64 "$r/app:deep3"
  fails $invalid plain pull --platform linux/amd64 "$r/app:deep5"
  says 'nested more than 4 deep'
}

@test "R31: a broken download goes on where it broke, in the same process" {
  fake r --image 'app:v1,1,300000' --rule '{"when": "GET .*blobs", "times": 1, "skip": 1, "cut": 100000}'
  plain pull --jobs 1 "$r/app:v1"
  jq -r '.headers.Range // empty' r/log | grep -qx 'bytes=100000-'
}

@test "R31: and in another process, as far as it was kept" {
  fake r --image 'app:v1,1,3000000' --rule '{"when": "GET .*blobs", "skip": 1, "times": 1, "stall": 1000000}'
  begin pull --jobs 1 "$r/app:v1"
  until [ "$(stat -c %s store/partial/sha256-* 2>/dev/null | sort -n | tail -1)" = 1000000 ]; do kill -0 "$begun"; done
  end
  plain pull --jobs 1 "$r/app:v1"
  jq -r '.headers.Range // empty' r/log | grep -qx 'bytes=1000000-'
}

@test "R31: a kept beginning that is bad is found out and comes anew" {
  fake r --image 'app:v1,1,100000'
  layer=$(plain remote inspect "$r/app:v1" | jq -r .layers[0].digest)
  plain pull "$r/app:v1"
  rm "$(blob "$layer")"
  mkdir -p store/partial
  head -c 5000 /dev/zero >"store/partial/${layer/:/-}"
  plain pull "$r/app:v1"
  [ "$(digest_of <"$(blob "$layer")")" = "$layer" ]
}

@test "R31, V40: a server that ignores ranges sends all, and nothing is doubled" {
  fake r --image 'app:v1,1,300000' --rule '{"when": "GET .*blobs", "times": 1, "skip": 1, "cut": 100000}' --rule '{"when": "GET .*blobs", "no_range": true}'
  layer=$(plain remote inspect "$r/app:v1" | jq -r .layers[0].digest)
  plain pull --jobs 1 "$r/app:v1"
  [ "$(digest_of <"$(blob "$layer")")" = "$layer" ]
}

@test "V40: a Content-Range that is not what was asked for is refused" {
  for range in 'bytes 99999-300215/300216' 'bytes 100000-200000/300216' 'bytes 100000-300215/*' 'nonsense'; do
    rm -rf store r
    fake r --image 'app:v1,1,300000' --rule '{"when": "GET .*blobs", "times": 1, "skip": 1, "cut": 100000}' --rule "{\"when\": \"GET .*blobs\", \"range\": \"$range\"}"
    fails $protocol plain pull --jobs 1 "$r/app:v1"
    says 'another part of'
    [ "$(find store/blobs -type f | wc -l)" -le 1 ]
  done
}

@test "V40: a Content-Encoding is refused" {
  fake r --image app:v1 --rule '{"when": "GET .*blobs", "set": {"Content-Encoding": "gzip"}}'
  fails $protocol plain pull "$r/app:v1"
  says 'an encoding of its own'
}

@test "R10, V20: content of another digest never becomes visible" {
  fake r --image app:v1 --rule '{"when": "GET .*blobs", "corrupt": true}'
  fails $invalid plain pull "$r/app:v1"
  [ -z "$(find store/blobs -type f)" ]
  [ "$(jq '.manifests | length' store/index.json)" = 0 ]
}

@test "R9, V20: neither does content that is too long or too short" {
  fake r --image app:v1 --rule '{"when": "GET .*blobs", "append": "more"}'
  fails $invalid plain pull "$r/app:v1"
  says 'bytes of sha256:'
  fake s --image app:v1 --rule '{"when": "GET .*blobs", "append": "more", "set": {"Content-Length": null, "Transfer-Encoding": "identity", "Connection": "close"}}'
  fails $invalid plain pull "$s/app:v1"
  [ -z "$(find store/blobs -type f)" ]
}

@test "R33: 429 with Retry-After is waited for, once for all threads" {
  fake r --image 'app:v1,4' --rule '{"when": "GET .*blobs", "times": 2, "status": 429, "headers": {"Retry-After": "1"}}'
  run -0 plain pull "$r/app:v1"
  [[ $output == *'is busy (status 429), waiting 1 s'* ]]
  # After a refusal nobody asks for a second: what came before it was under way already.
  jq -s '[.[] | select(.line | test("GET .*blobs")).time] | sort | .[-1] - .[0] >= 1' r/log | grep -qx true
}

@test "R33: 503 with a date is waited for as well; without an end it is an error" {
  fake r --image app:v1 --rule "{\"when\": \"GET .*manifests\", \"times\": 1, \"status\": 503, \"headers\": {\"Retry-After\": \"$(date -u '+%a, %d %b %Y %H:%M:%S GMT')\"}}"
  plain pull "$r/app:v1"
  fake s --image app:v1 --rule '{"when": "manifests", "status": 429, "headers": {"Retry-After": "0"}}'
  fails $busy plain pull "$s/app:v1"
  says 'status 429, try later'
  [ "$(count s HEAD)" = 5 ]
}

@test "R34: what is not there is told in the registry's words" {
  fake r --image app:v1
  status=0
  output=$(plain pull "$r/app:none" 2>&1) || status=$?
  says 'MANIFEST_UNKNOWN'
  output=$(plain pull "$r/none:v1" 2>&1) || true
  says 'NAME_UNKNOWN'
}

@test "R34, V31: control characters of a registry do not reach the terminal" {
  fake r --rule '{"when": "GET .*manifests", "status": 400, "body": "{\"errors\":[{\"code\":\"X\",\"message\":\"\\u001b[31mred\\r\\nlade: fine\"}]}"}'
  fails $protocol plain pull "$r/app:v1"
  [[ $output != *$'\e'* && $output != *$'\r'* ]]
  says '?[31mred??lade: fine'
}

@test "R35: warnings are shown once each" {
  fake r --image app:v1 --rule '{"when": ".", "set": {"Warning": "299 - \"goes away soon\""}}'
  run -0 plain pull "$r/app:v1"
  [ "$(grep -c 'goes away soon' <<<"$output")" = 1 ]
}

@test "R37: the config comes first, and what is here does not come again" {
  fake r --image app:v1 --image two:v1
  plain pull --jobs 1 "$r/app:v1"
  config=$(plain remote inspect "$r/app:v1" | jq -r .config.digest)
  [ "$(requests r 'GET .*blobs' | head -1)" = "GET /v2/app/blobs/$config" ]
  plain pull "$r/two:v1"
  [ "$(count r 'two/blobs')" = 3 ]
}

@test "R37: two processes that pull the same fetch it once" {
  fake r --image 'app:v1,2,200000'
  plain pull "$r/app:v1" & pid=$!
  plain pull "$r/app:v1"
  wait $pid
  [ "$(requests r 'GET .*blobs' | sort | uniq -d | wc -l)" = 0 ]
}

@test "R11: embedded content is taken when it is what it says it is" {
  fake r --image app:v1
  python3 -B - "$r" "$here" <<'PY'
import base64, json, sys, urllib.request
sys.path.insert(0, sys.argv[2])
import image
one = image.Image("app")
for tag, data in (("good", one.config), ("bad", b"x" * len(one.config))):
    manifest = json.loads(one.manifest)
    manifest["config"]["data"] = base64.b64encode(data).decode()
    urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/app/manifests/{tag}",
        image.dump(manifest), {"Content-Type": image.MANIFEST}, method="PUT"))
PY
  plain pull "$r/app:good"
  [ "$(count r 'GET .*blobs')" = 2 ]
  rm -rf store
  fails $invalid plain pull "$r/app:bad"
}

@test "R11, V34: the urls of a foreign layer are never asked" {
  fake evil
  fake r --image app:v1
  python3 -B - "$r" "$here" "$evil" <<'PY'
import json, sys, urllib.request
sys.path.insert(0, sys.argv[2])
import image
manifest = json.loads(image.Image("app").manifest)
manifest["layers"].append({"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "digest": "sha256:" + "1" * 64, "size": 5, "urls": [f"http://{sys.argv[3]}/layer"]})
manifest["layers"][-1]["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/app/manifests/foreign",
    image.dump(manifest), {"Content-Type": image.MANIFEST}, method="PUT"))
PY
  status=0
  output=$(plain pull "$r/app:foreign" 2>&1) || status=$?
  [ $status != 0 ]
  says "may only be had from elsewhere"
  [ ! -s evil/log ]
}

@test "R12: unknown fields are kept, bytes are sent on unchanged" {
  fake r --image app:v1
  python3 -B - "$r" "$here" <<'PY'
import json, sys, urllib.request
sys.path.insert(0, sys.argv[2])
import image
manifest = {**json.loads(image.Image("app").manifest), "x-unknown": {"deep": [1, 2.5, None]}}
urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/app/manifests/odd",
    json.dumps(manifest, indent=7).encode(), {"Content-Type": image.MANIFEST}, method="PUT"))
PY
  plain pull "$r/app:odd"
  plain push "$r/app:odd" "$r/copy:odd"
  [ "$(plain remote inspect --raw "$r/app:odd" | digest_of)" = "$(plain remote inspect --raw "$r/copy:odd" | digest_of)" ]
}

@test "R13: a manifest with a key that is there twice is refused" {
  fake r --rule '{"when": "manifests", "status": 200, "body": "{\"schemaVersion\":2,\"layers\":[],\"layers\":[]}", "headers": {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}}'
  fails $invalid plain pull "$r/app:v1"
}

@test "R14, V19: endless answers end" {
  fake r --rule '{"when": "GET .*manifests", "endless": true, "set": {}}' --image app:v1
  fails $invalid plain pull "$r/app:v1"
  says 'larger than 4194304 bytes'
  fake t --rule '{"when": "GET .*tags", "endless": true}' --image app:v1
  fails $invalid plain tags "$t/app"
  says 'larger than'
  fake s --rule '{"when": "manifests", "status": 404, "body": "x", "endless": true}'
  output=$(plain pull "$s/app:v1" 2>&1) || true
  says 'not found'
}

@test "V17: types that contradict each other are refused" {
  fake r --image app:v1 --rule '{"when": "GET .*manifests", "set": {"Content-Type": "application/vnd.oci.image.index.v1+json"}}'
  fails $invalid plain pull "$r/app:v1"
  fake s --rule '{"when": "manifests", "status": 200, "body": "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[],\"layers\":[]}", "headers": {"Content-Type": "application/vnd.oci.image.index.v1+json"}}'
  fails $invalid plain pull "$s/app:v1"
}

@test "R17: Docker's first manifests are refused in words" {
  fake r --rule '{"when": "manifests", "status": 200, "body": "{\"schemaVersion\":1,\"fsLayers\":[]}", "headers": {"Content-Type": "application/vnd.docker.distribution.manifest.v1+prettyjws"}}'
  status=0
  output=$(plain pull "$r/app:v1" 2>&1) || status=$?
  [ $status != 0 ]
  says 'schema 1'
}

@test "V41: a transfer without progress is given up and taken up again" {
  fake r --image 'app:v1,1,100000' --rule '{"when": "GET .*blobs", "skip": 1, "times": 1, "drip": 0.5}'
  run -0 plain pull --jobs 1 --stall-timeout 2 "$r/app:v1"
  jq -r '.headers.Range // empty' r/log | grep -q 'bytes='
}

@test "pull: --policy missing and never ask nobody for what is here" {
  fake r --image app:v1
  output=$(plain pull --policy never "$r/app:v1" 2>&1) && false
  says 'is not in the store'
  [ ! -s r/log ]
  plain pull --policy missing "$r/app:v1"
  : >r/log
  plain pull --policy missing "$r/app:v1"
  plain pull --policy never "$r/app:v1"
  [ ! -s r/log ]
}

@test "pull: a moved tag is followed" {
  fake r --image app:v1 --image other:v1
  plain pull "$r/app:v1"
  plain copy "$r/other:v1" "$r/app:v1"
  [ "$(plain pull "$r/app:v1" 2>/dev/null)" = "$(plain remote inspect --digest "$r/other:v1")" ]
  [ "$(jq '[.manifests[].annotations["org.opencontainers.image.ref.name"] | select(. == "'"$r/app:v1"'")] | length' store/index.json)" = 1 ]
}

@test "V14, V30: killed at any point, the next pull completes and shows nothing unverified" {
  fake r --image 'app:v1,3,400000'
  for i in 1 2 3 4 5 6 7 8 9 10; do
    begin pull "$r/app:v1"
    read -rt "0.0$((i * 7 % 10))" <> <(:) || true
    end
    for f in $(find store/blobs -type f 2>/dev/null); do [ "sha256:${f##*/}" = "$(digest_of <"$f")" ]; done
  done
  plain pull "$r/app:v1"
}
