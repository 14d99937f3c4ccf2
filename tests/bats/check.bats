#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# check.bats - what davit says about the host.
load bundle

setup() {
  only_davit 'this verb'
  make_bundle
}
found() { jq -r --arg a "$1" --arg w "$2" '.[] | select(.area == $a and .what == $w) | .found' <<<"$out"; }
so() { jq -r --arg a "$1" --arg w "$2" '.[] | select(.area == $a and .what == $w) | .so' <<<"$out"; }

@test "check: JSON is an array of four texts each, and agrees with the host" {
  ok check --format json
  jq -e 'all(.[]; [.area, .what, .found, .so] | all(type == "string")) and length > 20' <<<"$out"
  same "$(found kernel release)" "$(uname -r)"
  same "$(found kernel openat2)" yes
  same "$(found namespaces setgroups)" "$(cat /proc/self/setgroups)"
  [ -z "$(v1_dir memory)" ] || has "$(found cgroup "$(v1_dir memory)")" memory
  [ -z "$(v2_dir)" ] || same "$(found cgroup "$(v2_dir)")" "$(tr ' ' , <"$(v2_dir)/cgroup.controllers")"
}

@test "check: the table has a title and a line for each" {
  local lines
  ok check --format json
  lines=$(jq length <<<"$out")
  ok check
  has "$out" '^AREA +WHAT +FOUND +SO$'
  same "$(wc -l <"$OUT")" $((lines + 1))
  hasnt "$out" ' $'
}

@test "check: a call that a filter forbids, or a kernel lacks, is told with what happens instead" {
  "$here/deny" EPERM openat2 -- "$RUNTIME" check --format json >"$T/o" 3>&- </dev/null
  out=$(cat "$T/o")
  same "$(found kernel openat2)" forbidden
  has "$(so kernel openat2)" 'component by component'
  "$here/deny" ENOSYS openat2 -- "$RUNTIME" check --format json >"$T/o" 3>&- </dev/null
  out=$(cat "$T/o")
  same "$(found kernel openat2)" no
}

@test "check: engines are those in PATH" {
  mkdir "$T/bin"
  printf '#!/bin/sh\n' >"$T/bin/podman"
  chmod 755 "$T/bin/podman"
  out=$(PATH=$T/bin "$RUNTIME" check --format json 3>&-)
  same "$(found engine podman)" "$T/bin/podman"
  same "$(found engine crio)" no
}

@test "check: nobody needs privileges for it" {
  out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$RUNTIME" check --format json 3>&-) || skip 'the program is not for others to run'
  has "$(so user name)" 'user namespace'
}
