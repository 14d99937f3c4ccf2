#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_add.bats - mounts that come to a running container, and go again.
load bundle

setup() {
  make_bundle
  [ "$kind" != runc ] || skip 'runc has no such verb'
  mkdir "$T/source"
  echo from outside >"$T/source/file"
}
# list DESTINATION SOURCE [OPTION…]: the file with one mount.
list() {
  jq -n '[{destination: $d, source: $s, type: "bind", options: $ARGS.positional}]' --arg d "$1" --arg s "$2" \
    --args -- bind "${@:3}" >"$T/mounts"
}
seen() { rt exec "$ID" sh -c "$1"; }

@test "mounts: a directory is added to a running container, and removed" {
  up
  list /data/here "$T/source"
  ok mounts add "$ID" "$T/mounts"
  seen 'cat /data/here/file'
  same "$out" 'from outside'
  ok mounts remove "$ID" "$T/mounts"
  seen 'ls /data/here'
  same "$status $out" '0 '
}

@test "mounts: the host's mounts are not touched, and do not learn of it" {
  local before
  up
  before=$(wc -l </proc/self/mountinfo)
  list /data "$T/source"
  ok mounts add "$ID" "$T/mounts"
  same "$(wc -l </proc/self/mountinfo)" "$before"
}

@test "mounts: options hold, and a file goes over a file" {
  only_davit 'this form'
  up
  list /data "$T/source" ro noexec
  ok mounts add "$ID" "$T/mounts"
  seen 'touch /data/x'
  differ "$status" 0
  seen 'grep " /data " /proc/self/mountinfo'
  has "$out" ' ro,.*noexec'
  jq -n '{mounts: [{destination: "/etc/one", source: $s, type: "bind"}]}' --arg s "$T/source/file" | "$RUNTIME" --root "$ROOT" mounts add "$ID" - 3>&-
  seen 'cat /etc/one'
  same "$out" 'from outside'
  list /etc/one ''
  ok mounts remove "$ID" "$T/mounts"
  seen 'cat /etc/one'
  same "$out" ''
}

@test "mounts: a link in the container does not lead to the host" {
  local name
  up
  name=host-$$
  ln -s "$T/source" "$BUNDLE/rootfs/tmp/link"
  list "/tmp/link/$name" "$T/source"
  rt mounts add "$ID" "$T/mounts"
  [ ! -e "$T/source/$name" ] || fail 'a directory was made on the host'
  [ "$status" != 0 ] || { seen "ls $T/source/$name"; same "$out" file; }
}

@test "mounts: all or none" {
  only_davit 'such a promise'
  up
  touch "$BUNDLE/rootfs/tmp/file"
  jq -n '{mounts: [{destination: "/one", source: $s, type: "bind"}, {destination: "/tmp/file", source: $s, type: "bind"}]}' \
    --arg s "$T/source" >"$T/mounts"
  refused mounts add "$ID" "$T/mounts"
  has "$err" 'mounts\[1\] /tmp/file: .*not a directory'
  seen 'ls /one'
  same "$out" ''
}

@test "mounts: in a user namespace, too" {
  only_davit 'them there'
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -R -h 100000:100000 "$BUNDLE/rootfs"
  up
  list /data "$T/source"
  ok mounts add "$ID" "$T/mounts"
  seen 'cat /data/file; ls -dn /data | tr -s " " | cut -d" " -f3'
  has "$out" 'from outside'
}

@test "mounts: what can't be done is refused in words" {
  only_davit 'these words'
  local m
  up
  while IFS='|' read -r m pattern; do
    jq -n "{mounts: [$m]}" --arg s "$T/source" >"$T/mounts"
    refused mounts add "$ID" "$T/mounts"
    has "$err" "${pattern# }"
  done <<'END'
{destination: "/x", type: "tmpfs", source: "tmpfs"} | anything but a bind mount can't be added
{destination: "/x", type: "bind", source: $s, options: ["remount"]} | anything but a bind mount
{destination: "/x", type: "bind", source: $s, options: ["rshared"]} | with propagation
{destination: "/x", type: "bind", source: "relative"} | source must be an absolute path
{destination: "/x", type: "bind", source: "/no/such/source"} | mounts\[0\] /x: open_tree '/no/such/source': no such file
{destination: "/x", type: "bind", source: $s, options: ["nonsense=1"]} | mounts\[0\].options: a bind mount cannot take
{source: $s} | mounts\[0\].destination
END
  jq -n '{mounts: [{destination: "/etc"}]}' >"$T/mounts"
  refused mounts remove "$ID" "$T/mounts"
  has "$err" "'/etc' is not a mount"
  for m in / /. /etc/..; do
    jq -n '[{destination: $m}]' --arg m $m >"$T/mounts"
    refused mounts remove "$ID" "$T/mounts"
    has "$err" "'$m' is the container's root"
  done
  refused mounts grow "$ID" "$T/mounts"
  has "$err" "'add' or 'remove'"
  refused mounts add "$ID" "$T/none"
  refused mounts add "$ID-none" "$T/mounts"
  has "$err" 'does not exist'
  ok exec "$ID" true
}
