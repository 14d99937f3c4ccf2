#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# devices.bats - the default device nodes and links, and those of linux.devices.
load bundle

in_user_namespace() {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -R -h 100000:100000 "$BUNDLE/rootfs"
}

@test "devices: the default nodes with their numbers and mode" {
  inside 'for d in null zero full random urandom tty; do echo $d $(stat -c "%F %t:%T %a %u:%g" /dev/$d); done'
  same "$out" $'null character special file 1:3 666 0:0
zero character special file 1:5 666 0:0
full character special file 1:7 666 0:0
random character special file 1:8 666 0:0
urandom character special file 1:9 666 0:0
tty character special file 5:0 666 0:0'
}

@test "devices: the default nodes work" {
  inside 'echo x >/dev/null; head -c 3 /dev/zero | od -An -tx1; head -c 8 /dev/urandom | wc -c; echo x 2>/dev/null >/dev/full || echo full'
  same "$(tr -s ' ' <<<"$out")" $' 00 00 00\n8\nfull'
}

@test "devices: the links" {
  inside 'for l in fd stdin stdout stderr ptmx; do echo $l $(readlink /dev/$l); done'
  same "$(sed 's,/dev/pts,pts,' <<<"$out")" $'fd /proc/self/fd\nstdin /proc/self/fd/0\nstdout /proc/self/fd/1\nstderr /proc/self/fd/2\nptmx pts/ptmx'
}

@test "devices: no console without a terminal" {
  inside 'ls /dev/console 2>/dev/null || echo none'
  same "$out" none
}

@test "devices: a terminal of the new devpts can be opened by ptmx" {
  inside 'test -c /dev/pts/ptmx && stat -c %t:%T /dev/pts/ptmx; (exec 9<>/dev/ptmx; ls /dev/pts)'
  same "$out" $'5:2\n0\nptmx'
}

@test "devices: listed ones are made with type, numbers, mode and owner" {
  edit '.linux.devices = [
    {path: "/dev/one", type: "c", major: 1, minor: 5, fileMode: 416, uid: 10, gid: 20},
    {path: "/dev/sub/two", type: "b", major: 7, minor: 200, fileMode: 384},
    {path: "/dev/three", type: "p", fileMode: 432},
    {path: "/dev/four", type: "u", major: 1, minor: 3, fileMode: 438}]'
  inside 'for d in one sub/two three four; do stat -c "%n %F %t:%T %a %u:%g" /dev/$d; done'
  same "$out" $'/dev/one character special file 1:5 640 10:20
/dev/sub/two block special file 7:c8 600 0:0
/dev/three fifo 0:0 660 0:0
/dev/four character special file 1:3 666 0:0'
}

@test "devices: a default one can be given another mode" {
  edit '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 438, uid: 0, gid: 0}]'
  inside 'stat -c "%t:%T %a" /dev/null'
  same "$out" '1:3 666'
}

@test "devices: slashes at the end of a path mean nothing" {
  edit '.linux.devices = [{path: "/dev/one/", type: "c", major: 1, minor: 5, fileMode: 416},
    {path: "/mnt//two//", type: "p"}, {path: "/dev/null/", type: "c", major: 1, minor: 3, fileMode: 384}]'
  inside 'stat -c "%F %a" /dev/one /mnt/two /dev/null'
  same "$out" $'character special file 640\nfifo 666\ncharacter special file 600'
}

@test "devices: an existing node of another kind is refused" {
  edit '.mounts = [.mounts[] | select(.destination | startswith("/dev") | not)] |
    .linux.devices = [{path: "/dev/mine", type: "c", major: 1, minor: 5}]'
  mknod "$BUNDLE/rootfs/dev/mine" c 1 3
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" '/dev/mine|devices'
  nothing_left
}

@test "devices: an unknown type, a relative path and missing numbers are refused" {
  local device
  for device in '{path: "/dev/x", type: "z", major: 1, minor: 5}' '{path: "/dev/x", type: "c"}' '{type: "c", major: 1, minor: 5}'; do
    edit ".linux.devices = [$device]"
    refused run --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "devices: in a user namespace they are there and work" {
  in_user_namespace
  inside 'echo x >/dev/null && stat -c %t:%T /dev/null /dev/zero /dev/tty; head -c 1 /dev/urandom | wc -c'
  same "$out" $'1:3\n1:5\n5:0\n1'
}

@test "devices: in a user namespace listed ones are made with their mode and owner, also what the host has none of" {
  edit '.linux.devices = [{type: "c", path: "/dev/made", major: 1, minor: 5, fileMode: 416, uid: 3, gid: 4},
    {type: "b", path: "/dev/deep/block", major: 7, minor: 199}, {type: "p", path: "/dev/pipe", fileMode: 384}]'
  in_user_namespace
  inside 'stat -c "%F %a %u:%g %t:%T" /dev/made /dev/deep/block /dev/pipe; ls /dev/0 /dev/1 2>/dev/null
    head -c 1 /dev/made | wc -c; grep " /dev/made " /proc/self/mountinfo'
  same "$(head -n 4 <<<"$out")" $'character special file 640 3:4 1:5\nblock special file 666 0:0 7:c7\nfifo 600 0:0 0:0\n1'
  has "$out" ' /dev/made .*nosuid.*noexec|noexec.*nosuid'
}

@test "devices: an owner that the user namespace does not map is refused" {
  edit '.linux.devices = [{type: "c", path: "/dev/made", major: 1, minor: 5, uid: 700000}]'
  in_user_namespace
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.devices\[0\].uid: 700000'
}

@test "devices: without a /dev mount the nodes are made in the root file system" {
  edit '.mounts = [.mounts[] | select(.destination | startswith("/dev") | not)]'
  inside 'stat -c %t:%T /dev/null'
  same "$out" 1:3
}
