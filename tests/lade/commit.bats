#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# commit.bats - bundles changed by a runtime or by hand: what was changed, and images of it.
load store
load busybox

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$PWD/home LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=$PWD/run
  unset SOURCE_DATE_EPOCH XDG_DATA_HOME
  mkdir -p home run
  S=$PWD/store
  [ "$(id -u)" = 0 ] || skip 'needs root'
  busybox_image app
}
teardown() {
  [ ! -e bundle/lade.json ] || lade bundle --rm bundle || true
}

tree() { python3 -B "$here/tree.py" "$@"; }
make() { ok bundle --mode "$1" "${@:2}" app bundle sh -c "$script"; }
run_it() { "${RUNTIME:-${LADE%/lade/lade}/davit/davit}" run --bundle bundle "lade-commit-$$" </dev/null; }

script='echo hello >/etc/greeting; rm /bin/ls; mkdir /new; ln /etc/greeting /new/two; mkfifo /new/p
chmod 700 /tmp; rm /data/f; rmdir /data; mkdir /data; echo fresh >/data/g; ln -sf nowhere /bin/cat; chmod 640 /etc/passwd'
changes='D /bin/ls
C /bin/cat
D /data/f
A /data/g
C /etc/passwd
A /etc/greeting
A /new
A /new/p
A /new/two
C /tmp'

@test "diff and commit: what a container has changed, in every mode of bundle" {
  local mode
  for mode in overlay copy; do
    make $mode
    run_it
    ok diff bundle
    same "$(sort <<<"$out")" "$(sort <<<"$changes")" || fail "$mode"
    ok commit --comment 'a change' bundle "app:$mode"
    same "$out" "$(lade inspect --digest "app:$mode")"
    ok diff app "app:$mode"
    same "$(sort <<<"$out")" "$(sort <<<"$changes")" || fail "$mode"
    ok history --json "app:$mode"
    same "$(jq -r '.[0] | .createdBy + " " + .comment' <<<"$out")" 'lade commit a change'
    ok verify --all
    ok bundle --rm bundle
  done
  ok diff app:overlay app:copy
  hasnt "$out" '^[AD]'
}

@test "commit: the new image is the old one with its changes, also for other tools" {
  make overlay
  run_it
  ok commit --compression gzip bundle app:new
  ok export -o want.tar bundle
  ok bundle --rm bundle
  ok export -o got.tar app:new
  mkdir want got
  tar -x -C want <want.tar
  tar -x -C got <got.tar
  rmdir {want,got}/{proc,sys,dev}
  touch -d '2000-01-01' want got # the rmdir had changed that
  same "$(tree got)" "$(tree want)"
  umoci unpack --image "$S:docker.io/library/app:new" by-umoci >/dev/null
  rmdir by-umoci/rootfs/{proc,sys,dev}
  touch -d '2000-01-01' by-umoci/rootfs
  same "$(tree by-umoci/rootfs fractions)" "$(tree want fractions)"
}

@test "commit: a container runs what was committed" {
  script='echo first >/one' make overlay
  run_it
  ok commit bundle app:2
  ok bundle --rm bundle
  ok bundle app:2 bundle sh -c 'cat /one; echo second >/two'
  same "$(run_it)" first
  ok commit bundle app:3
  ok bundle --rm bundle
  ok bundle app:3 bundle cat /one /two
  same "$(run_it)" $'first\nsecond'
}

@test "commit: nothing changed is no layer; the same at the same date is the same" {
  export SOURCE_DATE_EPOCH=1500000000
  make overlay
  ok commit bundle same:1
  has "$err" 'nothing was changed'
  ok commit bundle same:2
  same "$(lade inspect --digest same:1)" "$(lade inspect --digest same:2)"
  ok inspect --json same:1
  same "$(jq '.manifest.layers | length' <<<"$out")" 1
  SOURCE_DATE_EPOCH=1600000000 fails $exists commit bundle same:1
  SOURCE_DATE_EPOCH=1600000000 ok commit --force bundle same:1
  ok commit bundle
  ok inspect "$out"
}

@test "commit: a volume and a mount are not part of the image" {
  mkdir host
  echo of-the-host >host/file
  script='echo x >/data/in_volume; echo y >/mnt/here/in_mount; echo z >/kept' make overlay --volume vol:/data --volume "$PWD/host:/mnt/here"
  run_it
  ok diff bundle
  same "$(grep -v '/mnt$' <<<"$out")" 'A /kept'
  ok commit bundle app:v
  lade export app:v | tar -t >list
  hasnt "$(cat list)" 'in_volume|in_mount|of-the-host'
}

@test "V55: a link in the place of a bundle's file leads nowhere" {
  make overlay
  ln -s "$PWD/home" bundle/upper/evil
  echo secret >home/secret
  ok commit bundle app:evil
  lade export app:evil | tar -tv >list
  has "$(cat list)" "evil -> $PWD/home"
  hasnt "$(cat list)" 'secret'
}

@test "diff, commit, export: what is no bundle of ours is refused" {
  mkdir -p other/rootfs
  fails $invalid diff other
  fails $invalid commit other app:x
  fails $missing export other
  fails $invalid commit other 'Not A Name'
  make overlay
  umount bundle/rootfs
  fails 5 export bundle
  has "$err" 'is not mounted'
}
