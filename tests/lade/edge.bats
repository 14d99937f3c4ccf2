#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# edge.bats - what a small device asks for: its own platform, little memory, a store that nobody writes.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  load busybox
  common_setup
}
teardown() {
  [ -z "${group:-}" ] || rmdir "$group" 2>/dev/null || true
  common_teardown
}

# machine NAME COMMAND…: where uname(2) tells that this is the machine.
machine() {
  local name=$1 told
  shift
  told=$(python3 -c 'import sys; print("".join(s.encode().ljust(65, b"\0").hex() for s in ["Linux", "host", "6", "1", sys.argv[1]]))' "$name")
  strace -f -qq -o trace -e trace=uname -e "inject=uname:poke_exit=@arg1=$told" "$@"
}

@test "arm64 is picked on arm64, and amd64 on amd64" {
  command -v strace >/dev/null || skip 'strace is not installed'
  fake r --index multi:v1
  for pair in aarch64:arm64 x86_64:amd64; do
    rm -rf store
    : >r/log
    machine "${pair%:*}" "$LADE" --store store -q pull --tls-verify=false "$r/multi:v1"
    [ "$(count r 'GET .*/manifests/sha256')" = 1 ]
    digest=$(plain remote inspect --digest --platform "${pair#*:}" "$r/multi:v1")
    [ -e "store/blobs/${digest/://}" ]
    [ "$(machine "${pair%:*}" "$LADE" --store store inspect --json "$r/multi:v1" | jq -r .manifestDigest)" = "$digest" ]
  done
}

# small BYTES COMMAND…: in a memory cgroup with that limit.
small() {
  local bytes=$1 file
  shift
  if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
    group=/sys/fs/cgroup/memory/lade-test-$$ file=memory.limit_in_bytes
  elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; then
    group=/sys/fs/cgroup/lade-test-$$ file=memory.max
  else
    skip 'there is no memory controller for us'
  fi
  mkdir -p "$group" 2>/dev/null || skip 'no cgroup can be made'
  echo "$bytes" >"$group/$file"
  # shellcheck disable=SC2016 # it is the inner shell's
  bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$group" "$@"
}

@test "24 MB of memory are enough to pull and to unpack" {
  [ "$(id -u)" = 0 ] || skip 'cgroups take root'
  # On disk: what is in a tmpfs would count as lade's.
  store=$(mktemp -d /var/tmp/lade-test-XXXXXX)
  fake r --image 'app:v1,4,30000000'
  status=0
  small $((24 << 20)) "$LADE" --store "$store" -q pull --tls-verify=false "$r/app:v1" || status=$?
  [ $status != 0 ] || small $((24 << 20)) "$LADE" --store "$store" -q bundle "$r/app:v1" bundle || status=$?
  [ $status != 0 ] || "$LADE" --store "$store" bundle --rm bundle
  rm -rf "$store"
  [ $status = 0 ]
}

# threads COMMAND…: how many it starts.
threads() {
  strace -f -qq -o trace -e trace=clone,clone3 "$@" >/dev/null || return
  grep -cE 'clone3?\(' trace || true
}

@test "--low-mem: one blob at a time, and no large windows of zstd" {
  command -v strace >/dev/null || skip 'strace is not installed'
  fake r --image app:v1,4
  [ "$(threads "$LADE" --store store --low-mem -q pull --tls-verify=false "$r/app:v1")" = 0 ]
  rm -rf store
  [ "$(threads "$LADE" --store store -q pull --tls-verify=false --jobs 3 "$r/app:v1")" = 2 ]
  mkdir root
  head -c 20000000 /dev/zero >root/zeros
  tar -C root -cf root.tar .
  zstd -q --ultra -20 --long=27 root.tar
  umoci init --layout other
  umoci new --image other:app
  umoci raw add-layer --image other:app root.tar
  python3 - <<'PY'
import hashlib, json, os
def blob(digest): return "other/blobs/" + digest.replace(":", "/")
def put(data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    open(blob(digest), "wb").write(data)
    return {"digest": digest, "size": len(data)}
index = json.load(open("other/index.json"))
manifest = json.load(open(blob(index["manifests"][0]["digest"])))
manifest["layers"] = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+zstd", **put(open("root.tar.zst", "rb").read())}]
index["manifests"][0].update(put(json.dumps(manifest).encode()))
json.dump(index, open("other/index.json", "w"))
PY
  fails $invalid "$LADE" --store other --low-mem bundle --mode copy app bundle true
  says 'Frame requires too much memory'
  [ "$(id -u)" = 0 ] || skip 'the rest takes root'
  "$LADE" --store other -q bundle --mode copy app bundle true
  cmp root/zeros bundle/rootfs/zeros
}

@test "a factory store on a file system that can't be written" {
  [ "$(id -u)" = 0 ] || skip 'mounting takes root'
  busybox_image app
  cp -r store packed
  "$LADE" --store store -q bundle app b >/dev/null
  "$LADE" --store store bundle --rm b
  PATH=$(dirname "$RUNTIME"):$PATH
  for factory in packed store; do
    # shellcheck disable=SC2016 # it is the inner shell's
    unshare --mount --propagation private sh -ec '
      lade=$1
      lade() { "$lade" --store own --factory factory --quiet "$@"; }
      mkdir -p factory own
      mount --bind "$2" factory
      mount -o remount,bind,ro factory
      lade bundle app b sh -c "echo changed >/data/f; cat /data/f" >/dev/null
      davit run --bundle b "lade-test-$$" </dev/null
      lade bundle --rm b
      lade run --network none app cat /data/f </dev/null
      ls own/layers/sha256 2>/dev/null | wc -l
      lade gc --grace 0 >/dev/null
      lade tag app mine
      lade rmi mine >/dev/null
      lade rmi app 2>err || grep -o "is in a factory store, which is never changed" err
    ' sh "$LADE" "$factory" >"$factory.out"
    rm -r own
  done
  # Where the factory has them unpacked nothing is unpacked again.
  [ "$(cat packed.out)" = $'changed\nseed\n1\nis in a factory store, which is never changed' ]
  [ "$(cat store.out)" = $'changed\nseed\n0\nis in a factory store, which is never changed' ]
}
