#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_options.bats - what single options do: to the mount, to its tree, to the file system.
load bundle

teardown() {
  [ -z "${loop:-}" ] || losetup -d "$loop"
  leave_nothing
}
# mount_at DESTINATION TYPE SOURCE OPTION…
mount_at() {
  edit '.mounts += [{destination: $d, type: $t, source: $s, options: $ARGS.positional}]' \
    --arg d "$1" --arg t "$2" --arg s "$3" --args -- "${@:4}"
}
in_mountinfo='line() { awk -v p="$1" "\$5 == p { l = \$0 } END { print l }" /proc/self/mountinfo; }
per_mount() { line "$1" | cut -d" " -f6; }
per_fs() { line "$1" | sed "s/.* - //" | cut -d" " -f3; }
'

@test "options: each option of the specification is taken, and none is given to the file system" {
  local option options=(async atime defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime
    noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rdev rdiratime relatime rexec
    rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared
    rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync unbindable)
  [ "$kind" != crun ] || skip 'crun lacks some'
  for option in "${options[@]}"; do
    mount_at "/mnt/$option" tmpfs tmpfs size=1m "$option"
  done
  inside 'grep -c " /mnt/.*size=1024k" /proc/self/mountinfo'
  same "$out" ${#options[@]}
}

@test "options: those of the file system hold" {
  mount_at /mnt/sync tmpfs tmpfs sync dirsync
  mount_at /mnt/async tmpfs tmpfs sync async
  [ "$kind" = crun ] || mount_at /mnt/lazy tmpfs tmpfs lazytime
  inside "$in_mountinfo"'per_fs /mnt/sync | cut -d, -f1-3; per_fs /mnt/async | grep -c sync; true'
  same "$out" $'rw,sync,dirsync\n0'
  [ "$kind" = crun ] || inside "$in_mountinfo"'per_fs /mnt/lazy | grep -c lazytime'
}

@test "options: those that only mount(2) knows leave the others alone" {
  [ "$kind" != crun ] || skip 'crun lacks silent and iversion'
  mount_at /mnt tmpfs tmpfs silent iversion nosuid noatime size=1m mode=711
  inside "$in_mountinfo"'per_mount /mnt; df -k /mnt | tail -n 1 | tr -s " " | cut -d" " -f2; stat -c %a /mnt'
  same "$out" $'rw,nosuid,noatime\n1024\n711'
}

@test "options: nosymfollow follows no link, rnosymfollow none in the tree" {
  [ "$kind" != crun ] || skip 'crun lacks it'
  mkdir "$T/source"
  echo hello >"$T/source/file"
  ln -s file "$T/source/link"
  mount_at /mnt/plain bind "$T/source" bind
  mount_at /mnt/one bind "$T/source" bind nosymfollow
  mount_at /mnt/all bind "$T/source" rbind rnosymfollow
  mount_at /mnt/again bind "$T/source" bind nosymfollow symfollow
  inside 'cd /mnt; for m in plain one all again; do cat $m/link 2>/dev/null || echo $m no; done; cat one/file'
  same "$out" $'hello\none no\nall no\nhello\nhello'
}

# A tree of two mounts; the container shows the options of both.
tree() {
  mkdir -p "$T/source/below"
  args sh -c "$in_mountinfo"'per_mount /mnt; per_mount /mnt/below'
  R="timeout 20 $RUNTIME --root $ROOT run --bundle $BUNDLE $ID" S=$T/source unshare -m --propagation private \
    sh -euc 'mount -t tmpfs -o nosuid,noatime none $S; mkdir $S/below; mount -t tmpfs -o nodev,strictatime none $S/below; $R' 3>&- </dev/null
}

@test "options: a recursive access time replaces any other in the tree" {
  local pair
  mount_at /mnt bind "$T/source" rbind
  for pair in rrelatime:rw,nosuid,relatime/rw,nodev,relatime rstrictatime:rw,nosuid/rw,nodev rnoatime:rw,nosuid,noatime/rw,nodev,noatime; do
    edit '.mounts[-1].options = ["rbind", $o]' --arg o "${pair%%:*}"
    tree >"$T/o"
    same "${pair%%:*}:$(paste -sd/ "$T/o")" "$pair"
  done
}

@test "options: recursive ones set and clear, and leave the rest" {
  mount_at /mnt bind "$T/source" rbind rnoexec rsuid rdev rnodiratime
  tree >"$T/o"
  same "$(paste -sd/ "$T/o")" rw,noexec,noatime,nodiratime/rw,noexec,nodiratime
}

@test "options: a remount changes the mount and the file system" {
  only_davit 'a remount of what it mounted before'
  mount_at /mnt tmpfs tmpfs size=1m noexec
  mount_at /mnt tmpfs tmpfs remount size=2m sync nosuid
  inside "$in_mountinfo"'per_mount /mnt; per_fs /mnt; df -k /mnt | tail -n 1 | tr -s " " | cut -d" " -f2'
  same "$(cut -d, -f1-3 <<<"$out")" $'rw,nosuid,noexec\nrw,sync,size=2048k\n2048'
}

@test "options: remount,ro of a bind leaves the host's file system writable" {
  mkdir "$T/source"
  mount_at /mnt bind "$T/source" bind
  mount_at /mnt bind "$T/source" bind remount ro
  inside 'touch /mnt/x 2>/dev/null || echo refused'
  same "$out" refused
  touch "$T/source/x"
}

@test "options: a remount of nothing and one with a wrong option are refused" {
  mount_at /nothing/here tmpfs tmpfs remount ro
  refused run --bundle "$BUNDLE" "$ID"
  mkdir "$BUNDLE/rootfs/data"
  edit '.mounts = .mounts[:-1]'
  mount_at /data tmpfs tmpfs size=1m
  mount_at /data tmpfs tmpfs remount no-such-option=1
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "options: an overlay whose layers take more than 255 bytes" {
  local i layers=''
  mkdir -p "$T/upper" "$T/work"
  for i in {1..9}; do
    mkdir -p "$T/a-layer-with-a-name-as-long-as-this-one-$i"
    echo "$i" >"$T/a-layer-with-a-name-as-long-as-this-one-$i/file-$i"
    layers+=:$T/a-layer-with-a-name-as-long-as-this-one-$i
  done
  [ ${#layers} -gt 512 ]
  mount_at /mnt overlay overlay "lowerdir=${layers#:}" "upperdir=$T/upper" "workdir=$T/work"
  inside 'cat /mnt/file-*; echo new >/mnt/new'
  same "$(paste -sd' ' <<<"$out")" '1 2 3 4 5 6 7 8 9'
  same "$(cat "$T/upper/new")" new
}

@test "options: more than mount(2) takes is refused, not cut off" {
  only_davit 'a look at the length'
  local layers
  mkdir "$T/lower"
  layers=$(for i in {1..200}; do printf ':%s' "$T/lower"; done)
  mount_at /mnt overlay overlay "lowerdir=${layers#:}"
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'mounts\[4\] /mnt: mount overlay: options of [0-9]+ bytes'
  nothing_left
}

@test "options: a comma in quotes or behind a backslash is part of a value" {
  mkdir -p "$T/lo,wer" "$T/upper" "$T/work"
  echo hello >"$T/lo,wer/file"
  mount_at /mnt overlay overlay "lowerdir=${T//,/\\,}/lo\\,wer" "upperdir=$T/upper" "workdir=$T/work"
  inside 'cat /mnt/file'
  same "$out" hello
}

@test "options: ro keeps the file system of a device from writing to it, too" {
  local sum
  command -v mkfs.ext4 >/dev/null || skip 'there is no mkfs.ext4'
  truncate -s 4M "$T/image"
  mkfs.ext4 -q "$T/image"
  sum=$(md5sum <"$T/image")
  loop=$(losetup -f --show "$T/image") || { loop=; skip 'there is no loop device'; }
  mount_at /mnt ext4 "$loop" ro
  inside 'ls /mnt; touch /mnt/x 2>/dev/null || echo refused'
  same "$out" $'lost+found\nrefused'
  losetup -d "$loop"
  loop=''
  same "$(md5sum <"$T/image")" "$sum"
}

@test "options: data on a bind is refused, whatever says that it is one" {
  [ "$kind" != crun ] || skip 'crun ignores it'
  mkdir "$T/source"
  mount_at /mnt bind "$T/source" bind size=1m
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
  if [ "$kind" = davit ]; then
    edit '.mounts[-1].options = ["size=1m"]'
    refused run --bundle "$BUNDLE" "$ID"
    has "$err" "mounts\[4\].options: a bind mount cannot take 'size=1m'"
  fi
}

@test "options: a relative destination is warned of" {
  [ "$kind" != crun ] || skip 'crun is silent'
  mount_at mnt tmpfs tmpfs
  inside 'grep -c " /mnt " /proc/self/mounts'
  same "$out" 1
  has "$err" 'relative'
}

@test "options: a mount label without SELinux is refused" {
  [ ! -e /sys/fs/selinux/enforce ] || skip 'this host has SELinux'
  only_davit 'that rule'
  edit '.linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.mountLabel: SELinux is not enabled'
  nothing_left
}

@test "options: without a mount namespace of its own a container is refused" {
  only_davit 'that rule'
  edit 'del(.linux.namespaces[] | select(.type == "mount"))'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "linux.namespaces needs one of type 'mount'"
  nothing_left
}
