#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_tmpfs.bats - what a tmpfs begins with (tmpcopyup), and when it becomes read-only.
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
# xattrs FILE: the attributes of a file in the running container, its links not followed
xattrs() {
  /usr/bin/python3 -c 'import os, sys
for name in sorted(os.listxattr(sys.argv[1], follow_symlinks=False)):
    print(name, os.getxattr(sys.argv[1], name, follow_symlinks=False).hex())' "/proc/$(pid_of)/root$1"
}
set_xattr() { # FILE NAME HEX
  /usr/bin/python3 -c 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]), follow_symlinks=False)' "$@"
}

@test "tmpcopyup: the tmpfs holds what the directory held, and the directory keeps it" {
  mkdir -p "$D/one/two"
  echo first >"$D/file"
  echo second >"$D/one/two/file"
  head -c 300000 /dev/urandom >"$D/large"
  tmpfs /data tmpcopyup
  inside 'cd /data; cat file one/two/file; md5sum <large; rm file; echo changed >one/two/file; grep -c " /data .* - tmpfs " /proc/self/mountinfo'
  same "$out" $'first\nsecond\n'"$(md5sum <"$D/large")"$'\n1'
  same "$(cat "$D/file" "$D/one/two/file")" $'first\nsecond'
}

@test "tmpcopyup: owners and modes stay" {
  mkdir "$D/sticky"
  touch "$D/program" "$D/sticky/secret"
  chown -R 12:34 "$D"/*
  chmod 4711 "$D/program"
  chmod 0600 "$D/sticky/secret"
  chmod 1777 "$D/sticky"
  chmod 2751 "$D"
  tmpfs /data tmpcopyup
  inside 'cd /data; stat -c "%n %a %u:%g" . program sticky sticky/secret'
  same "$out" $'. 2751 0:0\nprogram 4711 12:34\nsticky 1777 12:34\nsticky/secret 600 12:34'
}

@test "tmpcopyup: times stay, and the owner of the directory itself" {
  only_davit 'that'
  mkdir "$D/dir"
  touch "$D/dir/file"
  touch -d '2001-02-03 04:05:06.789 UTC' "$D/dir" "$D"
  chown 12:34 "$D"
  tmpfs /data tmpcopyup
  inside 'stat -c "%u:%g %y" /data /data/dir'
  same "$out" $'12:34 2001-02-03 04:05:06.789000000 +0000\n0:0 2001-02-03 04:05:06.789000000 +0000'
}

@test "tmpcopyup: links are copied, not followed" {
  mkdir "$T/outside"
  touch "$T/outside/file"
  ln -s /etc/hostname "$D/absolute"
  ln -s ../../../../../../../../../../"$T/outside" "$D/outward"
  ln -s nowhere "$D/dangling"
  ln -s loop "$D/loop"
  chown -h 12:34 "$D/dangling"
  tmpfs /data tmpcopyup
  inside 'cd /data; for l in *; do echo $l $(readlink $l); done; stat -c %u:%g dangling'
  same "$out" "absolute /etc/hostname
dangling nowhere
loop loop
outward ../../../../../../../../../../$T/outside
12:34"
}

@test "tmpcopyup: pipes, sockets and devices are made anew, nothing is opened" {
  [ "$kind" != runc ] || skip 'runc fails on devices'
  mkfifo -m 640 "$D/pipe"
  mknod -m 600 "$D/null" c 1 3
  mknod -m 660 "$D/disk" b 7 250
  /usr/bin/python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind("socket")' "$D"
  tmpfs /data tmpcopyup
  LIMIT=5
  inside 'cd /data; stat -c "%n %F %a %t:%T" *'
  same "$(sed 's/ [0-9]* 0:0$//' <<<"$out")" $'disk block special file 660 7:fa\nnull character special file 600 1:3\npipe fifo\nsocket socket'
}

@test "tmpcopyup: extended attributes and file capabilities stay" {
  only_davit 'all of them'
  touch "$D/file"
  ln -s x "$D/link"
  mkdir "$D/dir"
  set_xattr "$D/file" security.capability 0100000200200000000000000000000000000000
  set_xattr "$D/file" trusted.bats 0102
  set_xattr "$D/link" trusted.bats 03
  set_xattr "$D/dir" trusted.bats 04
  tmpfs /data tmpcopyup
  up
  same "$(xattrs /data/file)" $'security.capability 0100000200200000000000000000000000000000\ntrusted.bats 0102'
  same "$(xattrs /data/link)" 'trusted.bats 03'
  same "$(xattrs /data/dir)" 'trusted.bats 04'
}

@test "tmpcopyup: holes take no room" {
  only_davit 'that thrift'
  truncate -s 1T "$D/hole"
  printf middle | dd of="$D/hole" bs=1 seek=5G conv=notrunc status=none
  tmpfs /data tmpcopyup size=1m
  inside 'cd /data; stat -c %s hole; dd if=hole bs=1M skip=5120 count=1 2>/dev/null | head -c 6'
  same "$out" $'1099511627776\nmiddle'
}

@test "tmpcopyup: a thousand files and thirty directories deep" {
  local deep=$D i
  for i in {1..30}; do deep=$deep/d; done
  mkdir -p "$deep"
  touch "$deep"/{1..1000}
  tmpfs /data tmpcopyup
  inside 'find /data -type f | wc -l'
  same "$out" 1000
}

@test "tmpcopyup: a bottomless directory is refused" {
  only_davit 'a limit'
  local deep=$D i
  for i in {1..200}; do deep=$deep/d; done
  mkdir -p "$deep"
  tmpfs /data tmpcopyup
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "mounts\[4\] /data: tmpcopyup: 'd/d/.*' has more than 128 directories above it"
  nothing_left
}

@test "tmpcopyup: a tmpfs that is too small is refused" {
  head -c 300000 /dev/zero >"$D/large"
  tmpfs /data tmpcopyup size=64k
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" '[Nn]o space left'
  nothing_left
}

@test "tmpcopyup: what is mounted below the directory stays out" {
  only_davit 'that rule'
  mkdir "$D/below"
  touch "$D/below/hidden" "$D/file"
  edit '.mounts += [{destination: "/data/below", type: "proc", source: "proc"}, {destination: "/data/file", type: "bind", source: "/etc/passwd", options: ["bind"]}]'
  tmpfs /data tmpcopyup
  inside 'cd /data; ls -A . below; wc -c <file'
  same "$out" $'.:\nbelow\nfile\n\nbelow:\n0'
}

@test "tmpcopyup: options about the root come first" {
  touch "$D/file"
  chmod 711 "$D"
  tmpfs /data tmpcopyup mode=750 uid=7 gid=8
  inside 'cd /data; stat -c "%a %u:%g" .; ls'
  same "$out" $'750 7:8\nfile'
}

@test "tmpcopyup: a missing directory is an empty one" {
  tmpfs /new/directory tmpcopyup
  inside 'ls -A /new/directory; stat -c %a /new/directory'
  same "$out" 1777
}

@test "tmpcopyup: in a user namespace owners are the container's" {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
    .linux.gidMappings = .linux.uidMappings'
  touch "$D/root" "$D/user"
  chown 100000:100000 "$D" "$D/root"
  chown 100012:100034 "$D/user"
  tmpfs /data tmpcopyup
  inside 'cd /data; stat -c "%n %u:%g" . *'
  same "$out" $'. 0:0\nroot 0:0\nuser 12:34'
}

@test "tmpcopyup: who is nobody in the container lends no program power" {
  only_davit 'that care'
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
    .linux.gidMappings = .linux.uidMappings'
  touch "$D/foreign"
  set_xattr "$D/foreign" security.capability 0100000200200000000000000000000000000000
  chmod 6755 "$D/foreign"
  tmpfs /data tmpcopyup
  inside 'stat -c "%a %u:%g" /data/foreign'
  same "$out" '755 0:0'
}

@test "tmpcopyup: with idmap" {
  only_davit 'idmap and tmpcopyup together'
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
    .linux.gidMappings = .linux.uidMappings'
  touch "$D/user"
  chown 100012:100034 "$D/user"
  chown 100000:100000 "$D"
  tmpfs /data tmpcopyup idmap
  inside 'cd /data; stat -c "%n %u:%g" . *'
  same "$out" $'. 0:0\nuser 12:34'
}

@test "tmpcopyup: it is refused for anything but a tmpfs" {
  [ "$kind" != runc ] || skip 'runc ignores it'
  mkdir "$T/source"
  edit '.mounts += [{destination: "/data", type: "bind", source: $s, options: ["bind", "tmpcopyup"]}]' --arg s "$T/source"
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "tmpfs: a read-only one holds what was copied up" {
  echo hello >"$D/file"
  tmpfs /data tmpcopyup ro
  inside 'cat /data/file; touch /data/x 2>/dev/null || echo refused'
  same "$out" $'hello\nrefused'
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
