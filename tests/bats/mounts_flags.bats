#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_flags.bats - what becomes of the flags that a bind's source has on the host.
load bundle

teardown() {
  umount "$T/source" 2>/dev/null || true
  leave_nothing
}
# flagged FLAGS OPTION…: binds a mount of the host that has these flags, strictatime unless they say
# otherwise, on /mnt; prints what it has there.
flagged() {
  local mode=,strictatime
  case ,$1, in *,noatime,* | *,relatime,*) mode='' ;; esac
  umount "$T/source" 2>/dev/null || true
  mkdir -p "$T/source"
  mount -t tmpfs -o strictatime none "$T/source"
  mount -o "remount,bind,$1$mode" "$T/source"
  edit '.mounts = (.mounts | map(select(.destination != "/mnt"))) + [{destination: "/mnt", type: "bind", source: $s,
    options: $ARGS.positional}]' --arg s "$T/source" --args -- "${@:2}"
  args awk '$5 == "/mnt" { print $6 }' /proc/self/mountinfo
  rt run --bundle "$BUNDLE" "$ID"
}
# becomes FLAGS OPTIONS WANT, the options with commas between
becomes() {
  local options
  IFS=, read -ra options <<<"$2"
  flagged "$1" "${options[@]}"
  [ "$status" = 0 ] || fail "$2: $err"
  same "$1 $2: $out" "$1 $2: $3"
}
forbidden() { # FLAGS OPTIONS TEXT
  local options
  IFS=, read -ra options <<<"$2"
  flagged "$1" "${options[@]}"
  differ "$status" 0
  [ "$kind" != davit ] || has "$err" "$3"
}
user_namespace() {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
}

@test "flags: a bind that names none keeps those of its source" {
  [ "$kind" != crun ] || skip 'crun then clears some'
  becomes ro,nosuid,nodev,noexec,noatime bind ro,nosuid,nodev,noexec,noatime
  becomes nosuid,nodev,nodiratime rbind,rprivate rw,nosuid,nodev,nodiratime
}

@test "flags: a bind that sets one has no other" {
  [ "$kind" != crun ] || skip 'crun then keeps some'
  becomes nosuid,nodev,noexec bind,ro ro
  becomes ro,noexec bind,nosuid,nodev rw,nosuid,nodev
  becomes ro rbind,rprivate,nosuid rw,nosuid
}

@test "flags: a bind that clears one has no other" {
  [ "$kind" != crun ] || skip 'crun then keeps all'
  becomes ro,noexec,nosuid bind,dev rw
  becomes nosuid,nodev,noexec bind,dev,suid,exec rw
  becomes ro bind,rw rw
}

@test "flags: the access time stays unless it is named" {
  becomes noatime,nodiratime bind,ro ro,noatime,nodiratime
  becomes noatime bind,relatime rw,relatime
  becomes noatime,nodiratime bind,strictatime rw
  becomes noatime bind,nodiratime rw,nodiratime,relatime
  becomes relatime bind,noatime,nosuid rw,nosuid,noatime
}

@test "flags: atime and diratime are named, too" {
  only_davit 'meant by the words: mount(2) has no such flags'
  becomes noatime bind,atime rw,relatime
  becomes noatime,nodiratime bind,diratime rw,noatime
}

@test "flags: recursive options change what they name" {
  [ "$kind" != crun ] || skip 'crun then clears others'
  becomes nosuid,nodev rbind,rro ro,nosuid,nodev
}

@test "flags: in a user namespace what the host forbids stays forbidden" {
  [ "$kind" != crun ] || skip "crun's sources come from the host and are locked nowhere"
  user_namespace
  becomes nosuid,nodev,noexec,noatime bind,ro ro,nosuid,nodev,noexec,noatime
  becomes ro,nosuid rbind,noexec ro,nosuid,noexec
  becomes nosuid bind,ro,strictatime ro,nosuid
}

@test "flags: in a user namespace what the host forbids can't be asked for" {
  [ "$kind" != crun ] || skip 'crun then keeps it'
  user_namespace
  forbidden ro bind,rw "mounts\[[0-9]+\] /mnt: 'ro' of the source is locked in a user namespace: operation not permitted"
  forbidden nosuid bind,suid "'nosuid' of the source is locked"
  forbidden nodev bind,dev,ro "'nodev' of the source is locked"
  forbidden noexec bind,exec "'noexec' of the source is locked"
  forbidden noatime bind,relatime "the access time of the source is locked"
  forbidden relatime bind,strictatime "the access time of the source is locked"
  forbidden relatime bind,nodiratime "the access time of the source is locked"
  becomes nosuid,noexec bind,rw,nosuid,strictatime rw,nosuid,noexec
}

@test "flags: in a user namespace a read-only file system takes rw as before" {
  user_namespace
  mkdir -p "$T/source"
  mount -t tmpfs -o ro none "$T/source"
  mount -o remount,bind,rw "$T/source"
  edit '.mounts += [{destination: "/mnt", type: "bind", source: $s, options: ["bind", "rw"]}]' --arg s "$T/source"
  inside 'awk "\$5 == \"/mnt\" { print \$6 }" /proc/self/mountinfo; touch /mnt/x 2>/dev/null || echo refused'
  same "$out" $'rw,relatime\nrefused'
}

@test "flags: nosymfollow is locked nowhere" {
  [ "$kind" != crun ] || skip 'crun lacks it'
  user_namespace
  becomes nodev,nosymfollow bind,ro ro,nodev
  becomes nodev,nosymfollow bind,ro,symfollow ro,nodev
}
