#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# load.bats - lade load and save: archives of every form, damaged and hostile ones, other tools.
load store

@test "R64: docker-archive of the old form" {
  archive docker docker.io/library/app:v1 >a.tar
  ok load a.tar
  ok inspect --json app:v1
  same "$(jq -r '.config.unknown.kept' <<<"$out")" true
  same "$(jq -r '[.manifest.layers[].mediaType] | unique[]' <<<"$out")" application/vnd.oci.image.layer.v1.tar
  ok verify --all
}

@test "R64: docker-archive of the new form, with a layout in it" {
  archive layout docker.io/library/app:v1 >a.tar
  ok load a.tar
  ok inspect --json app:v1
  same "$(jq -r '[.manifest.layers[].mediaType] | unique[]' <<<"$out")" application/vnd.oci.image.layer.v1.tar+gzip
  ok verify --all
}

@test "R64: oci-archive, and from standard input in any order, compressed or not" {
  archive oci docker.io/library/app:v1 >a.tar
  ok load a.tar
  archive docker docker.io/library/b:v1 first | lade load >digest
  archive docker docker.io/library/c:v1 | gzip | lade load -
  archive docker docker.io/library/d:v1 | zstd -q | lade load
  ok images --names
  same "$(wc -l <<<"$out")" 4
  same "$(lade inspect --digest b:v1)" "$(cat digest)"
  same "$(lade inspect --digest c:v1)" "$(lade inspect --digest d:v1)"
  ok verify --all
  ok gc --grace 0 --dry-run
  same "$out" ''
}

@test "R64: the image layout of a directory" {
  mkdir layout
  archive oci v1 | tar -x -C layout
  ok load layout
  ok inspect --digest v1
  same "$out" "$(jq -r '.manifests[0].digest' layout/index.json)"
  ok load --tag app:v2 layout
  ok verify --all
}

@test "R64: links between layers lead on inside the archive" {
  archive docker app:v1 chain | lade load
  archive docker app:v2 | lade load
  same "$(lade inspect --digest app:v1)" "$(lade inspect --digest app:v2)"
}

@test "R64: of two entries of one name the last counts" {
  archive docker app:v1 twice | lade load
  ok inspect app:v1
}

@test "R64: as many layers as diff_ids, and these verified, in every form" {
  local form
  for form in docker layout oci; do
    archive $form app:v1 count >a.tar
    fails $invalid load a.tar
    has "$err" 'diff_ids'
    archive $form app:v1 diffid >a.tar
    fails $invalid load a.tar
    has "$err" 'has the diffID'
    ok images
    hasnt "$out" app
  done
  check_blobs
}

@test "V22: paths in manifest.json lead nowhere but into the archive" {
  local fault
  echo canary >canary
  for fault in traversal absolute link-out config-out loop; do
    archive docker app:v1 $fault >a.tar
    fails $invalid load a.tar
    has "$err" 'not in the archive'
  done
  archive docker app:v1 entry-out >a.tar
  fails $invalid load a.tar
  has "$err" 'leads out of it'
  archive layout app:v1 links >a.tar
  fails $invalid load a.tar
  [ ! -e ../outside ] && [ ! -e outside ]
  same "$(cat canary)" canary
  ok images --names
  same "$out" ''
}

@test "V18: a digest that is a path is refused" {
  archive oci app:v1 digest >a.tar
  fails $invalid load a.tar
  has "$err" 'invalid digest'
}

@test "R10 V20: a blob that is missing, exchanged or changed is found out, and nothing of it is seen" {
  local fault
  for fault in missing wrong changed; do
    archive oci app:v1 $fault >a.tar
    fails $invalid load a.tar
    ok images --names
    same "$out" ''
  done
  check_blobs
  same "$(find "$S/partial" -type f | wc -l)" 0
}

@test "V14: an archive that ends early, anywhere, is an error and leaves nothing" {
  local size at
  archive layout app:v1 >a.tar
  size=$(wc -c <a.tar)
  for ((at = 0; at < size - 10240; at += 1777)); do
    head -c "$at" a.tar >cut.tar
    fails $invalid load cut.tar
  done
  same "$(find "$S/partial" -type f | wc -l)" 0
  ok images --names
  same "$out" ''
}

@test "V23: a name that means another image is not taken from it" {
  archive oci docker.io/library/debian:latest >a.tar
  ok load a.tar
  local before
  before=$(lade inspect --digest debian)
  archive docker debian:latest >evil.tar
  fails $exists load evil.tar
  has "$err" 'means another image'
  same "$(lade inspect --digest debian)" "$before"
  ok load a.tar
  ok load --force evil.tar
  [ "$(lade inspect --digest debian)" != "$before" ]
  ok inspect "$before"
}

@test "load: what is no archive of images says what it is not" {
  tar -cf a.tar --files-from /dev/null
  fails $invalid load a.tar
  has "$err" 'neither oci-layout nor manifest.json'
  head -c 5000 /dev/urandom >noise
  fails $invalid load noise
  fails 1 load not-there
  archive docker app:v1 no-listing >a.tar
  fails $invalid load a.tar
}

@test "save: the same archive each time, and back again the same image" {
  loaded docker.io/library/app:v1
  ok save -o one.tar app:v1
  ok save -o two.tar app:v1
  cmp one.tar two.tar
  lade save --format oci app:v1 >oci.tar
  local digest format
  digest=$(lade inspect --digest app:v1)
  for format in one oci; do
    S=$PWD/other-$format
    ok load $format.tar
    same "$(lade inspect --digest app:v1)" "$digest"
  done
}

@test "save: nothing half appears, and damaged content is not passed on" {
  loaded docker.io/library/app:v1
  local blob
  blob=$(lade inspect --json app:v1 | jq -r '.manifest.layers[1].digest' | tr : /)
  printf x | dd of="$S/blobs/$blob" bs=1 seek=20 conv=notrunc status=none
  fails $invalid save -o one.tar app:v1
  has "$err" 'has the digest'
  [ ! -e one.tar ] && same "$(ls ./*.tmp 2>/dev/null)" ''
  lade save app:v1 >/dev/full && return 1
  fails $missing save -o one.tar nothing
}

@test "other tools: skopeo and umoci read the store" {
  loaded docker.io/library/app:v1
  skopeo inspect "oci:$S:docker.io/library/app:v1" >inspect
  same "$(jq -r .Digest inspect)" "$(lade inspect --digest app:v1)"
  umoci stat --image "$S:docker.io/library/app:v1" --json >stat
  [ "$(id -u)" = 0 ] || return 0
  umoci unpack --image "$S:docker.io/library/app:v1" bundle
  same "$(wc -c <bundle/rootfs/etc/second)" 5000
}

@test "other tools: archives of skopeo come in, those of ours go out" {
  loaded docker.io/library/app:v1
  skopeo copy -q "oci:$S:docker.io/library/app:v1" docker-archive:d.tar:localhost/d:v1
  skopeo copy -q "oci:$S:docker.io/library/app:v1" oci-archive:o.tar:localhost/o:v1
  skopeo copy -q "oci:$S:docker.io/library/app:v1" oci:l:v1
  ok load d.tar
  ok load o.tar
  ok load l
  same "$(lade inspect --digest localhost/o:v1)" "$(lade inspect --digest app:v1)"
  ok verify --all
  ok save -o s.tar localhost/d:v1 app:v1
  skopeo inspect docker-archive:s.tar:localhost/d:v1 >/dev/null
  skopeo copy -q oci-archive:s.tar:v1 oci:back:v1 || skopeo copy -q docker-archive:s.tar:app:v1 oci:back:v1
  ok save --format oci -o s2.tar app:v1
  same "$(skopeo inspect oci-archive:s2.tar | jq -r .Digest)" "$(lade inspect --digest app:v1)"
}

@test "other tools: podman loads what was saved, and what it saves comes in" {
  [ "$(id -u)" = 0 ] || skip 'needs root'
  podman() { command podman --root "$PWD/p" --runroot "$PWD/pr" --storage-driver vfs "$@" 3>&-; }
  loaded docker.io/library/app:v1
  ok save -o s.tar app:v1
  ok save --format oci -o o.tar app:v1
  podman load -q -i s.tar
  podman tag docker.io/library/app:v1 localhost/app:v2
  podman load -q -i o.tar
  podman save -q -o back.tar localhost/app:v2
  podman save -q --format oci-archive -o back-oci.tar localhost/app:v2
  ok load back.tar
  ok inspect localhost/app:v2
  ok load --tag localhost/app:v3 back-oci.tar
  ok verify --all
}
