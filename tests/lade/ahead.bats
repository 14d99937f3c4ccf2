#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# ahead.bats - layers that are unpacked while they come: broken, wrong, and gone on with.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  common_setup
  [ "$(id -u)" = 0 ] || skip 'overlays take root'
}
teardown() {
  [ ! -e bundle/lade.json ] || lade bundle --rm bundle || true
  common_teardown
}

# Nothing of layers is visible or left over.
no_layers() { [ -z "$(find store/layers -mindepth 2 2>/dev/null)" ] && [ -z "$(find store/partial -name diff)" ]; }

same_as_copy() { # NAME: the bundle's files are those that are unpacked after the pull
  # The root's own time is that of the overlay's upper directory.
  lade -q bundle --mode copy "$1" other >/dev/null
  diff <(python3 -B "$here/tree.py" bundle/rootfs | tail -n +2) <(python3 -B "$here/tree.py" other/rootfs | tail -n +2)
  lade bundle --rm other
}

@test "bundle: layers are unpacked while they come" {
  fake r --image app:v1,3,3000000
  lade --log-level debug bundle --tls-verify=false "$r/app:v1" bundle >/dev/null 2>err || { cat err; false; }
  ! grep 'not unpacked while it came' err || false
  same_as_copy "$r/app:v1"
}

@test "V20: what was unpacked of a blob that turns out wrong is gone, and the error names it" {
  fake r --image app:v1,1,3000000 --rule '{"when": "GET .*blobs", "skip": 1, "corrupt": true}'
  fails $invalid lade bundle --tls-verify=false "$r/app:v1" bundle
  says 'content of sha256:' 'has the digest'
  no_layers
  [ ! -e bundle ]
  [ "$(lade images --names)" = '' ]
}

@test "R31: a download that broke goes on, and so does the unpacking" {
  # The config and both layers are asked for at the same time, in any order.
  fake r --image app:v1,2,3000000 --rule '{"when": "GET .*blobs", "times": 3, "cut": 1000000}'
  lade bundle --tls-verify=false "$r/app:v1" bundle >/dev/null 2>err
  jq -r '.headers.Range // empty' r/log | grep -qx 'bytes=1000000-'
  same_as_copy "$r/app:v1"
}

@test "what is unpacked while it comes touches nothing outside the store and the bundle" {
  command -v strace >/dev/null || skip 'strace is not installed'
  fake r --image app:v1,2
  strace -f -qq -o trace -e trace=mkdir,mkdirat "$LADE" --store "$PWD/store" -q bundle --tls-verify=false "$r/app:v1" bundle
  grep -q partial trace || grep -q 'run-' trace
  ! grep '"/tmp/lade-' trace || false
}

@test "a thread that can't be had is an error, not a reason to try for ever" {
  command -v strace >/dev/null || skip 'strace is not installed'
  fake r --image app:v1,3
  fails $os timeout 60 strace -f -qq -o trace -e inject=clone,clone3:error=EAGAIN:when=2+ "$LADE" --store "$PWD/store" bundle --tls-verify=false "$r/app:v1" bundle
  says 'start a thread: '
  [ ! -e bundle ]
}

@test "V20: a blob that is in the store already is verified where it is unpacked" {
  fake r --image app:v1,1
  plain pull "$r/app:v1"
  layer=$(plain remote inspect "$r/app:v1" | jq -r .layers[0].digest)
  # gzip's time: what comes out stays the same
  printf '\001' | dd of="store/blobs/${layer/://}" bs=1 seek=4 conv=notrunc status=none
  fails $invalid lade bundle --pull always --tls-verify=false "$r/app:v1" bundle
  says "$layer" 'its blob has digest'
  no_layers
}
