#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# phrases.bats - the words by which engines tell failures apart, searched for as each engine does:
# in standard error or in the last "error" of the JSON log, with its own expression and case.
# The words of a label that can't be set (podman's `/proc/…/attr/exec`) are in tests/unit/init/test_proc.c.
load bundle

# failing VERB…: as an engine calls it. $err is standard error, $msg the message of the log.
failing() {
  rm -f "$T/log.json"
  refused --log "$T/log.json" --log-format json "$@"
  msg=$(jq -rs 'map(select(.level == "error")) | last.msg' "$T/log.json")
}
# Go's regexp.MatchString(`(?i)…`) and strings.Contains.
matches_case_insensitively() { grep -qiE -- "$2" <<<"$1" || fail "'$1' does not match '$2'"; }
contains() { grep -qF -- "$2" <<<"$1" || fail "'$1' does not contain '$2'"; }

stopped_container() {
  args true
  create_it
  ok start "$ID"
  eventually status_is "$ID" stopped
}

@test "phrases: the shim's kill of what has ended: process already finished" {
  local expression='os: process already finished|container not running|no such process'
  stopped_container
  failing kill "$ID" 15
  matches_case_insensitively "$msg" "$expression"
}

@test "phrases: the shim's kill and delete of what is not there: no such container" {
  failing kill "$ID" 9
  contains "$msg" 'does not exist'
  failing delete "$ID"
  contains "$msg" 'does not exist'
}

@test "phrases: CRI-O's verbs on what has ended, in standard error" {
  stopped_container
  failing kill "$ID" KILL
  has "$err" 'no such process|container not running|invalid process'
  failing exec "$ID" true
  [ "$kind" != davit ] || has "$err" 'no such process|container not running|invalid process'
  failing pause "$ID"
  [ "$kind" != davit ] || has "$err" 'no such process|container not running|invalid process'
}

@test "phrases: podman's class 126: found, but not to be executed" {
  local expression='permission denied|operation not permitted'
  install -m 644 /bin/busybox "$BUNDLE/rootfs/bin/plain"
  args /bin/plain
  failing create --bundle "$BUNDLE" "$ID"
  matches_case_insensitively "$msg" "$expression"
  up
  failing exec --detach --pid-file "$T/pid" "$ID" /bin/plain
  matches_case_insensitively "$msg" "$expression"
  [ ! -e "$T/pid" ] || fail 'a pid file says that the runtime had succeeded'
}

@test "phrases: podman's class 127: not found" {
  local expression='executable file not found in|no such file or directory|open executable' program
  for program in nowhere /no/where ./nowhere; do
    args $program
    failing create --bundle "$BUNDLE" "$ID"
    matches_case_insensitively "$msg" "$expression"
    nothing_left
  done
  up
  for program in nowhere /no/where ./nowhere; do
    failing exec --detach --pid-file "$T/pid" "$ID" $program
    matches_case_insensitively "$msg" "$expression"
    [ ! -e "$T/pid" ] || fail 'a pid file says that the runtime had succeeded'
  done
}

@test "phrases: dockerd's class 126: permission denied, is a directory" {
  install -m 644 /bin/busybox "$BUNDLE/rootfs/bin/plain"
  args /bin/plain
  failing create --bundle "$BUNDLE" "$ID"
  contains "${msg,,}" 'permission denied'
  args /tmp
  failing create --bundle "$BUNDLE" "$ID"
  matches_case_insensitively "$msg" 'is a directory|permission denied'
}

@test "phrases: dockerd's class 127: not found, and a file mounted where a directory is" {
  args nowhere
  failing create --bundle "$BUNDLE" "$ID"
  matches_case_insensitively "$msg" 'executable file not found|no such file or directory'
  args true
  touch "$T/file"
  edit '.mounts += [{destination: "/mnt", type: "bind", source: $s, options: ["bind"]}]' --arg s "$T/file"
  failing create --bundle "$BUNDLE" "$ID"
  contains "${msg,,}" 'not a directory'
}

@test "phrases: podman 4's state of what is gone" {
  failing state "$ID"
  has "$err" 'does not exist|No such file'
}
