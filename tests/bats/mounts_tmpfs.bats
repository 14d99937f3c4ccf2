#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_tmpfs.bats - the mode of a tmpfs, and when it becomes read-only.
load bundle

setup() {
  make_bundle
  D=$BUNDLE/rootfs/data
  mkdir "$D"
}
# tmpfs DESTINATION OPTION…
tmpfs() {
  edit '.mounts += [{destination: $d, type: "tmpfs", source: "tmpfs", options: $ARGS.positional}]' --arg d "$1" --args -- "${@:2}"
}

@test "tmpfs: a read-only one takes the places of later mounts" {
  mkdir "$T/source"
  echo hello >"$T/source/file"
  tmpfs /run ro mode=755
  edit '.mounts += [{destination: "/run/deep/bind", type: "bind", source: $s, options: ["bind"]}]' --arg s "$T/source"
  inside 'cat /run/deep/bind/file; touch /run/x 2>/dev/null || echo refused; touch /run/deep/bind/new && echo written'
  same "$out" $'hello\nrefused\nwritten'
}

@test "tmpfs: a read-only /dev has its devices" {
  edit '(.mounts[] | select(.destination == "/dev").options) += ["ro"]'
  inside 'echo x >/dev/null && echo null; ls /dev/pts; touch /dev/x 2>/dev/null || echo refused'
  same "$out" $'null\nptmx\nrefused'
}

@test "tmpfs: the mode is that of the directory below, or 1777 over none, or what is said" {
  chmod 2711 "$D"
  tmpfs /data size=1m
  tmpfs /new size=1m
  tmpfs /tmp mode=700
  inside 'stat -c "%n %a" /data /new /tmp'
  same "$out" $'/data 2711\n/new 1777\n/tmp 700'
}

@test "tmpfs: a later remount makes it writable again" {
  only_davit 'a remount at that time'
  tmpfs /data ro
  edit '.mounts += [{destination: "/data", options: ["remount", "rw"]}]'
  inside 'touch /data/file && echo written'
  same "$out" written
}
