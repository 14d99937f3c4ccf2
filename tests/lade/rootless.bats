#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# rootless.bats - lade of a user without privileges, with ids that /etc/subuid lends and without.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  load busybox
  common_setup
  [ "$(id -u)" = 0 ] || skip 'another user is made by root alone'
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  command -v newuidmap >/dev/null || skip 'there is no newuidmap'
  busybox_root root
  touch root/owned
  chown 1000:1001 root/owned
  chmod 4755 root/owned
  mkdir -p user/{bin,home,run,etc}
  install "$LADE" "$RUNTIME" user/bin
  { grep -v ^tester: /etc/passwd; echo tester:x:4242:4242::/mnt/home:/bin/sh; } >user/etc/passwd
  lent=tester:300000:65536
}
teardown() { common_teardown; }

# image NAME: of what is in ./root and, as a second layer, in ./upper; the user's store has it then.
image() {
  tar --xattrs --xattrs-include='*' -C root -cf root.tar .
  busybox_image "$1" --config.env A=1
  if [ -e upper ]; then
    tar -C upper -cf upper.tar .
    umoci raw add-layer --image "store:$1" upper.tar
  fi
  rm -rf user/home/store
  cp -r store user/home/
}

# as_user SCRIPT: by bash as a user, in whose mount namespace $lent is in /etc/subuid and /mnt is ./user.
as_user() {
  echo "$lent" >user/etc/subuid
  chown -R 4242:4242 user/home user/run
  # shellcheck disable=SC2016 # it is the inner shell's
  unshare --mount --propagation private sh -ec '
    for file in passwd subuid subgid; do [ -e /etc/$file ] || { echo "no /etc/$file"; exit 1; }; done
    mount --bind user/etc/passwd /etc/passwd
    mount --bind user/etc/subuid /etc/subuid
    mount --bind user/etc/subuid /etc/subgid
    [ -z "$2" ] || { mknod -m 666 user/etc/tun c 10 200; mount --bind user/etc/tun /dev/net/tun; }
    mount --bind user /mnt
    cd /mnt/home
    exec setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all env -i PATH="/mnt/bin:$PATH" \
      HOME=/mnt/home XDG_RUNTIME_DIR=/mnt/run LC_ALL=C.UTF-8 bash -euc "lade() { command lade --store store \"\$@\"; }; $1"
  ' sh "$1" "${tun:-}" </dev/null 3>&-
}

@test "R90: a bundle that davit runs for a user, with the ids that are lent" {
  image app
  output=$(as_user 'lade bundle app b sh -c "cat /proc/self/uid_map; stat -c %u:%g /owned; id; touch /new"
    davit run --bundle b one' 2>&1)
  says 'root filesystem: copy' '1000:1001' 'uid=0(root) gid=0(root)' ' 1     300000      65536'
  [ "$(stat -c %u:%g:%a user/home/b/rootfs/owned)" = 300999:301000:4755 ]
  [ "$(stat -c %u:%g user/home/b/rootfs/new)" = 4242:4242 ]
  [ "$(jq -c '.linux | [.uidMappings, .resources, ([.namespaces[].type] | index("user") != null)]' user/home/b/config.json)" = \
    '[[{"containerID":0,"hostID":4242,"size":1},{"containerID":1,"hostID":300000,"size":65536}],{},true]' ]
}

@test "run: an overlay without privileges, other users, groups, exit codes; nothing stays" {
  image app
  output=$(as_user 'lade run --network none app sh -c "grep -c \"overlay.*userxattr\" /proc/mounts; stat -c %u:%g /owned; exit 7" || echo $?
    lade run --network none -u app app id' 2>&1)
  says $'1\n1000:1001\n7' 'uid=1000(app) gid=1001(app) groups=' '50(extra)'
  [ -z "$(find user/home/store/containers user/home/store/leases -mindepth 1)" ]
}

@test "R71: whiteouts and opaque directories hide in both modes what they hide for root" {
  mkdir -p root/{gone,opaque}/sub upper/{opaque,gone}
  touch root/{gone,opaque}/{a,b} upper/gone/.wh.a upper/opaque/{c,.wh..wh..opq} upper/.wh.data
  image app
  list='cd /; for d in gone opaque data; do ls -d $d $d/* 2>/dev/null || true; done'
  want=$'gone\ngone/b\ngone/sub\nopaque\nopaque/c'
  [ "$(as_user "lade -q run --network none app sh -c '$list'")" = "$want" ]
  [ "$(as_user "lade -q bundle app b sh -c '$list' >/dev/null; davit run --bundle b one")" = "$want" ]
  [ "$(lade --quiet run --network none --runtime "$RUNTIME" app sh -c "$list")" = "$want" ]
}

@test "R77: capabilities of files count for root of the user's namespace" {
  python3 -c 'import os,struct; os.setxattr("root/owned", "security.capability", struct.pack("<5I", 0x2000001, 1024, 0, 0, 0))'
  image app
  as_user 'lade -q bundle app b'
  # 3 is the version with the root that it is for, at the end.
  python3 -c 'import os,struct,sys
value = struct.unpack("<6I", os.getxattr("user/home/b/rootfs/owned", "security.capability"))
sys.exit((value[0] >> 24, value[5]) != (3, 4242))'
}

@test "R78, V12: devices are left out, and nobody else reaches a user's bundle" {
  mknod root/disk b 8 0
  image app
  output=$(as_user 'lade bundle app b' 2>&1)
  says '1 devices left out'
  [ ! -e user/home/b/rootfs/disk ]
  setpriv --reuid 65534 --regid 65534 --clear-groups test ! -e user/home/b/rootfs/owned
  [ "$(stat -c %a user/home/b)" = 700 ]
}

@test "R79: an id that is not lent is an error that names it" {
  lent=tester:300000:1000
  image app
  fails $invalid as_user 'lade -q bundle app b'
  says "owned' belongs to gid 1001, which is not mapped (see /etc/subgid)"
  [ ! -e user/home/b ]
  chown root:root root/owned
  image app
  fails $unsupported as_user 'lade -q bundle -u 5000 app b'
  says 'user 5000:0 is not among your ids'
}

@test "without ids that are lent all files are the user's" {
  lent=nobody:300000:65536
  image app
  output=$(as_user 'lade bundle app b sh -c "stat -c %u:%g:%a /owned; wc -l </proc/self/uid_map"; davit run --bundle b one' 2>&1)
  says "1 files are yours instead of their owners'" $'0:0:755\n1'
  [ "$(stat -c %u:%g:%a user/home/b/rootfs/owned)" = 4242:4242:755 ]
  [ "$(as_user 'lade -q run --network none app stat -c %u:%a /owned')" = 0:755 ]
  fails 255 as_user 'lade -q run --network none -u app app true'
  says 'is not among your ids'
  as_user 'lade bundle --rm b; lade rmi app; lade gc --grace 0'
  [ -z "$(find user/home/store/layers user/home/store/blobs -mindepth 2)" ]
}

@test "diff, commit, export, gc, rmi and volumes work on files of lent ids" {
  image app
  output=$(as_user 'lade -q bundle app b sh -c "echo 1 >/new; chown 5:6 /new; rm /owned" >/dev/null
    davit run --bundle b one
    lade diff b
    lade -q commit b more >/dev/null
    lade -q export more | tar -tv --numeric-owner | grep new
    lade -q run --network none -v named:/v app sh -c "echo 1 >/v/f; chown 7:8 /v/f"
    lade bundle --rm b' 2>&1)
  says 'A /new' 'D /owned' '5/6'
  [ "$(stat -c %u:%g user/home/store/volumes/named/data/f)" = 300006:300007 ]
  as_user 'lade volume rm named; lade rmi app more; lade gc --grace 0'
  [ -z "$(find user/home/store/layers user/home/store/blobs user/home/store/volumes -mindepth 2)" ]
}

@test "what a user can't have is an error: limits, overlays and mounts that would end" {
  image app
  if ! [ -w /sys/fs/cgroup/cgroup.procs ]; then
    fails 255 as_user 'lade -q run --network none -m 64m app true'
    says 'cgroup'
  fi
  fails $unsupported as_user 'lade -q bundle --mode overlay app b'
  says 'ends with lade'
  fails $unsupported as_user 'mkdir m; lade mount app m'
  says "unshare -rm"
  as_user 'unshare -rm bash -c "command lade -q --store store mount app m; cat m/etc/passwd; command lade --store store umount m"' | grep '^app:'
}

@test "the host's network, and pasta" {
  image app
  [ "$(as_user 'lade -q run --network host app ip -o link' | wc -l)" = "$(busybox ip -o link | wc -l)" ]
  as_user 'lade -q bundle app b - >config'
  command -v pasta >/dev/null || skip 'pasta is not installed'
  [ -e /dev/net/tun ] || skip 'there is no /dev/net/tun'
  [ "$(tun=yes as_user 'lade -q run --network pasta app ip -o link' | wc -l)" -ge 2 ]
}
