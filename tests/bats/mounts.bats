#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts.bats - binds, options, propagation, symbolic links on the way, and the file systems of the kernel.
load bundle

# mount_at DESTINATION TYPE SOURCE OPTION…
mount_at() {
  edit '.mounts += [{destination: $d, type: $t, source: $s, options: $ARGS.positional}]' \
    --arg d "$1" --arg t "$2" --arg s "$3" --args -- "${@:4}"
}
bind() { mount_at "$1" bind "$2" "${@:3}"; }
# The options of the mount at a path, as mountinfo has them: per mount, optional fields, per file system.
in_mountinfo='line() { awk -v p="$1" "\$5 == p { l = \$0 } END { print l }" /proc/self/mountinfo; }
per_mount() { line "$1" | cut -d" " -f6; }
optional() { line "$1" | cut -d" " -f7- | sed "s/- .*//" | tr " " "\n" | grep -E "^(shared|master|propagate_from|unbindable)" | cut -d: -f1; }
'

# A mount of its own for the tests of propagation, in a mount namespace that ends with the test's shell.
private_view() { # SCRIPT: run with $B and the runtime's call in $R
  B=$BUNDLE T=$T R="timeout 20 $RUNTIME --root $ROOT" ID=$ID unshare -m --propagation private sh -euc "$1" 3>&- </dev/null
}

@test "mounts: they are made in the listed order" {
  mkdir -p "$T/one/inner" "$T/two"
  echo one >"$T/one/file"
  echo two >"$T/two/file"
  bind /mnt "$T/one" bind
  bind /mnt/inner "$T/two" bind
  bind /tmp "$T/two" bind
  bind /tmp "$T/one" bind
  inside 'cat /mnt/file /mnt/inner/file /tmp/file'
  same "$out" $'one\ntwo\none'
}

@test "mounts: a bind is writable, with ro it is not" {
  mkdir "$T/rw" "$T/ro"
  bind /mnt/rw "$T/rw" bind
  bind /mnt/ro "$T/ro" bind ro
  inside 'touch /mnt/rw/new && echo written; touch /mnt/ro/new 2>&1 || echo refused'
  has "$out" '^written$'
  has "$out" 'Read-only file system'
  has "$out" '^refused$'
  [ -e "$T/rw/new" ] && [ ! -e "$T/ro/new" ]
}

@test "mounts: the type does not matter for a bind, none or missing" {
  mkdir "$T/source"
  echo hello >"$T/source/file"
  mount_at /mnt/a none "$T/source" rbind
  edit '.mounts += [{destination: "/mnt/b", source: $s, options: ["bind"]}]' --arg s "$T/source"
  inside 'cat /mnt/a/file /mnt/b/file'
  same "$out" $'hello\nhello'
}

@test "mounts: bind takes the mount alone, rbind what is below it, too" {
  mkdir -p "$T/source/below"
  bind /mnt/plain "$T/source" bind
  bind /mnt/all "$T/source" rbind
  args sh -c 'ls /mnt/plain/below /mnt/all/below'
  private_view 'mount -t tmpfs none $T/source/below; touch $T/source/below/file; $R run --bundle $B $ID' >"$T/o"
  same "$(tr '\n' ' ' <"$T/o")" '/mnt/all/below: file  /mnt/plain/below: '
}

@test "mounts: nosuid, nodev, noexec and noatime hold" {
  mkdir "$T/source"
  printf '#!/bin/sh\necho ran\n' >"$T/source/program"
  chmod 755 "$T/source/program"
  mknod "$T/source/null" c 1 3
  bind /mnt/strict "$T/source" bind nosuid nodev noexec noatime
  bind /mnt/loose "$T/source" bind suid dev exec
  inside "$in_mountinfo"'per_mount /mnt/strict
    /mnt/strict/program 2>/dev/null || echo no exec
    (echo x >/mnt/strict/null) 2>/dev/null || echo no dev
    /mnt/loose/program; echo x >/mnt/loose/null && echo dev'
  has "$(head -n 1 <<<"$out")" '^rw,nosuid,nodev,noexec,noatime$'
  same "$(tail -n +2 <<<"$out")" $'no exec\nno dev\nran\ndev'
}

@test "mounts: nosuid takes a set-uid program's power" {
  cp /bin/busybox "$BUNDLE/rootfs/bin/idsuid"
  mkdir "$T/source"
  cp /bin/busybox "$T/source/busybox"
  chmod 4755 "$T/source/busybox"
  edit '.process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = false'
  bind /mnt "$T/source" bind nosuid
  inside 'grep -E ^Uid /proc/self/status; /mnt/busybox grep -E ^Uid /proc/self/status'
  same "$(tr '\t' ' ' <<<"$out")" $'Uid: 1000 1000 1000 1000\nUid: 1000 1000 1000 1000'
}

@test "mounts: rro makes the whole tree read-only" {
  mkdir -p "$T/source/below"
  bind /mnt "$T/source" rbind rro
  args sh -c 'touch /mnt/a 2>/dev/null || echo ro; touch /mnt/below/b 2>/dev/null || echo ro below'
  private_view 'mount -t tmpfs none $T/source/below; $R run --bundle $B $ID' >"$T/o"
  same "$(cat "$T/o")" $'ro\nro below'
}

@test "mounts: ro on an rbind leaves what is below writable" {
  mkdir -p "$T/source/below"
  bind /mnt "$T/source" rbind ro
  args sh -c 'touch /mnt/a 2>/dev/null || echo ro; touch /mnt/below/b && echo rw below'
  private_view 'mount -t tmpfs none $T/source/below; $R run --bundle $B $ID' >"$T/o"
  same "$(cat "$T/o")" $'ro\nrw below'
}

@test "mounts: a tmpfs has its size and mode" {
  mount_at /mnt tmpfs tmpfs size=1m mode=1711 nosuid
  inside 'stat -c %a /mnt; df -k /mnt | tail -n 1 | tr -s " " | cut -d" " -f2; head -c 2000000 /dev/zero >/mnt/big 2>/dev/null || echo full'
  same "$out" $'1711\n1024\nfull'
}

@test "mounts: an unknown option is given to the file system" {
  mount_at /mnt tmpfs tmpfs nr_inodes=7
  inside 'df -i /mnt | tail -n 1 | tr -s " " | cut -d" " -f2'
  same "$out" 7
  mount_at /tmp tmpfs tmpfs no-such-option
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'tmp|mounts\['
  nothing_left
}

@test "mounts: propagation of single mounts" {
  mkdir "$T/source"
  bind /mnt/private "$T/source" rbind rprivate
  bind /mnt/slave "$T/source" rbind rslave
  bind /mnt/shared "$T/source" rbind rshared
  bind /mnt/unbindable "$T/source" rbind unbindable
  args sh -c "$in_mountinfo"'for p in private slave shared unbindable; do echo $p $(optional /mnt/$p); done'
  private_view 'mount -t tmpfs none $T/source; mount --make-shared $T/source; $R run --bundle $B $ID' >"$T/o"
  # Shared with the container's own namespaces only, unless rootfsPropagation is shared, too.
  same "$(sed 's/^shared shared.*/shared shared/' "$T/o")" $'private\nslave master\nshared shared\nunbindable unbindable'
}

@test "mounts: a later host mount arrives in a slave and not in a private bind" {
  mkdir -p "$T/source/later"
  bind /mnt/private "$T/source" rbind rprivate
  bind /mnt/slave "$T/source" rbind rslave
  args sh -c 'echo ready; until [ -e /tmp/go ]; do sleep 0.02; done; ls /mnt/private/later /mnt/slave/later'
  private_view 'mount -t tmpfs none $T/source; mkdir $T/source/later; mount --make-shared $T/source
    $R run --bundle $B $ID >$T/o & until grep -q ready $T/o; do sleep 0.02; done
    mount -t tmpfs none $T/source/later; touch $T/source/later/file $B/rootfs/tmp/go; wait'
  same "$(tr '\n' ' ' <"$T/o")" 'ready /mnt/private/later:  /mnt/slave/later: file '
}

@test "mounts: rootfsPropagation" {
  local pair
  args sh -c "$in_mountinfo"'optional /'
  for pair in private: rprivate: slave:master rslave:master unbindable:unbindable shared:shared rshared:shared; do
    edit '.linux.rootfsPropagation = $p' --arg p "${pair%:*}"
    private_view 'mount --bind $B/rootfs $B/rootfs; mount --make-shared $B/rootfs; $R run --bundle $B $ID' >"$T/o"
    # A shared one is a slave of the host's, too.
    same "${pair%:*}:$(head -n 1 "$T/o")" "$pair"
  done
  edit '.linux.rootfsPropagation = "nosuch"'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'rootfsPropagation|nosuch'
}

@test "mounts: nothing that the container mounts reaches the host" {
  edit '.process.capabilities[] += ["CAP_SYS_ADMIN"]'
  args sh -c 'mount -t tmpfs bats-leak /mnt && echo mounted'
  private_view 'mount --make-rshared /; $R run --bundle $B $ID; ! grep bats-leak /proc/self/mountinfo' >"$T/o"
  same "$(cat "$T/o")" mounted
}

@test "mounts: missing targets are made, a file for a file and a directory for a directory" {
  mkdir "$T/source"
  echo hello >"$T/file"
  bind /deep/er/file "$T/file" bind
  bind /deep/dir/ectory "$T/source" bind
  inside 'cat /deep/er/file; test -d /deep/dir/ectory && echo directory'
  same "$out" $'hello\ndirectory'
  [ -f "$BUNDLE/rootfs/deep/er/file" ]
}

@test "mounts: symbolic links in a target stay inside the root" {
  mkdir -p "$T/source" "$T/outside" "$BUNDLE/rootfs/real"
  echo hello >"$T/source/file"
  ln -s /real "$BUNDLE/rootfs/absolute"
  ln -s ../../../../../../../../real "$BUNDLE/rootfs/dotted"
  ln -s "$T/outside" "$BUNDLE/rootfs/outward"
  bind /absolute/a "$T/source" bind
  bind /dotted/b "$T/source" bind
  bind /outward/c "$T/source" bind
  inside 'cat /real/a/file /real/b/file /outward/c/file'
  same "$out" $'hello\nhello\nhello'
  same "$(find "$T/outside" -mindepth 1)" ''
}

@test "mounts: a loop of symbolic links is refused" {
  mkdir "$T/source"
  ln -s b "$BUNDLE/rootfs/a"
  ln -s a "$BUNDLE/rootfs/b"
  bind /a/x "$T/source" bind
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "mounts: a missing source is refused and named" {
  bind /mnt "$T/no-such-source" bind
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'no-such-source'
  nothing_left
}

@test "mounts: a source in the root is what earlier mounts made of it" {
  mkdir -p "$T/one/sub" "$T/two"
  echo one >"$T/one/sub/file"
  echo two >"$T/two/file"
  bind /mnt "$T/one" bind
  bind /tmp/new "$BUNDLE/rootfs/mnt/sub" bind
  bind /mnt/sub "$T/two" bind
  bind /tmp/covered "$BUNDLE/rootfs/mnt" rbind
  inside 'cat /tmp/new/file /tmp/covered/sub/file'
  same "$out" $'one\ntwo'
}

@test "mounts: a source in the root of a container with a user namespace" {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  mkdir -p "$T/one/sub"
  echo one >"$T/one/sub/file"
  bind /mnt "$T/one" bind
  bind /tmp "$BUNDLE/rootfs/mnt/sub" bind
  inside 'cat /tmp/file'
  same "$out" one
}

@test "mounts: a source in the root leads to no file of the host, whatever a link says" {
  only_davit 'sources that are looked up in the root'
  mkdir "$T/one" "$BUNDLE/rootfs/secret"
  echo secret >"$T/secret"
  ln -s "$T/secret" "$T/one/link"
  ln -s /secret "$T/one/own"
  bind /mnt "$T/one" bind
  bind /tmp/file "$BUNDLE/rootfs/mnt/link" bind
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "mounts\[[0-9]+\] /tmp/file: open_tree '$BUNDLE/rootfs/mnt/link': no such file"
  nothing_left
  edit '.mounts[-1].source = $s' --arg s "$BUNDLE/rootfs/mnt/own"
  inside 'test -d /tmp/file'
}

@test "mounts: a source that is in the root neither before nor after is refused and named" {
  bind /tmp "$BUNDLE/rootfs/mnt/no-such-source" bind
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'no-such-source'
  nothing_left
}

@test "mounts: an unknown file system is refused and named" {
  mount_at /mnt nosuchfs none
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'nosuchfs|mnt'
  nothing_left
}

@test "mounts: a relative source is relative to the bundle" {
  mkdir "$BUNDLE/source"
  echo hello >"$BUNDLE/source/file"
  bind /mnt source bind
  inside 'cat /mnt/file'
  same "$out" hello
}

@test "mounts: a relative destination is relative to the root" {
  mount_at mnt tmpfs tmpfs
  inside 'grep -c " /mnt " /proc/self/mounts'
  same "$out" 1
}

@test "mounts: mqueue and a new devpts" {
  mount_at /dev/mqueue mqueue mqueue nosuid
  inside 'grep -E " /dev/(mqueue|pts) " /proc/mounts | cut -d" " -f3; ls /dev/pts'
  same "$out" $'devpts\nmqueue\nptmx'
}

@test "mounts: /sys is read-only and shows the container's network" {
  inside 'ls /sys/class/net; mkdir /sys/fs/cgroup/x 2>/dev/null || echo refused'
  has "$out" '^lo$'
  has "$out" 'refused'
}

@test "mounts: a cgroup mount shows the container's own cgroup, read-only" {
  edit '.linux.namespaces += [{"type": "cgroup"}]'
  mount_at /sys/fs/cgroup cgroup cgroup ro nosuid nodev noexec
  inside 'if [ -e /sys/fs/cgroup/cgroup.procs ]; then cat /sys/fs/cgroup/cgroup.procs; else cat /sys/fs/cgroup/pids/cgroup.procs; fi
    for d in /sys/fs/cgroup /sys/fs/cgroup/*; do ! mkdir $d/x 2>/dev/null || echo made $d; done'
  has "$out" '^1$'
  hasnt "$out" '^made'
}

@test "mounts: every controller of a v1 host is in the cgroup mount" {
  [ -n "$(v1_dir memory)" ] || skip 'this host has no v1 hierarchies'
  local controller
  mount_at /sys/fs/cgroup cgroup cgroup ro
  inside 'ls /sys/fs/cgroup'
  for controller in cpu cpuset memory devices freezer blkio pids; do
    [ -z "$(v1_dir $controller)" ] || has "$out" "(^|,)$controller(,|\$)"
  done
}

@test "mounts: type cgroup2 is the v2 tree, also beside v1 hierarchies" {
  [ -n "$(v2_dir)" ] || skip 'this host has no v2 tree'
  edit '.linux.namespaces += [{"type": "cgroup"}]'
  mount_at /mnt cgroup2 cgroup2 ro nosuid
  inside 'grep -cx 1 /mnt/cgroup.procs; grep -c " /mnt ro,nosuid.* - cgroup2 " /proc/self/mountinfo'
  same "$out" $'1\n1'
}

@test "mounts: five hundred binds" {
  mkdir "$T/source"
  edit '.mounts += [range(500) | {destination: "/mnt/\(.)", type: "bind", source: $s, options: ["bind", "ro"]}]' --arg s "$T/source"
  inside 'grep -c " /mnt/" /proc/self/mounts'
  same "$out" 500
}
