#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec_user.bats - who another process is: names of the container's own files, and more groups.
load bundle

setup() {
  make_bundle
  printf 'root:x:0:0::/:/bin/sh\nalice:x:1000:1001::/home/alice:/bin/sh\n1000:x:0:0::/:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
  printf 'root:x:0:\nstaff:x:50:\n' >"$BUNDLE/rootfs/etc/group"
}

ids='echo $(id -u):$(id -g)'

@test "exec user: a name is looked up in the container, its group comes along" {
  only_davit 'names for exec'
  up
  ok exec --user alice "$ID" sh -c "$ids"
  same "$out" 1000:1001
  ok exec --user alice:staff "$ID" sh -c "$ids"
  same "$out" 1000:50
  ok exec --user 7:staff "$ID" sh -c "$ids; echo \$HOME"
  same "$out" $'7:50\n/'
  ok exec --user alice "$ID" sh -c 'echo $HOME'
  same "$out" /home/alice
}

@test "exec user: digits are a number, whatever the container calls its users" {
  up
  ok exec --user 1000:1000 "$ID" sh -c "$ids"
  same "$out" 1000:1000
}

@test "exec user: an unknown name is refused, and so is a file that is none" {
  only_davit 'names for exec'
  up
  refused exec --user bob "$ID" true
  has "$err" "/etc/passwd has no user 'bob'"
  refused exec --user alice:wheel "$ID" true
  has "$err" "/etc/group has no group 'wheel'"
  ok exec "$ID" sh -c 'rm /etc/passwd && mkfifo /etc/passwd'
  refused exec --user alice "$ID" true
  has "$err" 'no regular file'
}

@test "exec user: a link in the container does not lead to the host's users" {
  only_davit 'names for exec'
  printf 'alice:x:5:6::/:/bin/sh\n' >"$BUNDLE/rootfs/users"
  ln -sf "../../../../../../../../../users" "$BUNDLE/rootfs/etc/passwd"
  up
  ok exec --user alice "$ID" sh -c "$ids"
  same "$out" 5:6
  ln -sf "$T/users" "$BUNDLE/rootfs/etc/passwd"
  cp "$BUNDLE/rootfs/users" "$T/users"
  refused exec --user alice "$ID" true
}

@test "exec user: names also work in a user namespace" {
  only_davit 'names for exec'
  edit '.linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  up
  ok exec --user alice "$ID" sh -c "$ids"
  same "$out" 1000:1001
}

@test "exec user: --additional-gids adds to the container's groups" {
  [ "$kind" != crun ] || skip 'crun has no --additional-gids'
  edit '.process.user = {uid: 1000, gid: 1001, additionalGids: [7]}'
  up
  ok exec --additional-gids 8 --additional-gids 9 "$ID" id -G
  same "$(tr ' ' '\n' <<<"$out" | sort -n | tr '\n' ' ')" '7 8 9 1001 '
  ok exec "$ID" id -G
  same "$(tr ' ' '\n' <<<"$out" | sort -n | tr '\n' ' ')" '7 1001 '
}

@test "exec user: a group that is no number is refused" {
  local gid
  [ "$kind" != crun ] || skip 'crun has no --additional-gids'
  up
  for gid in -1 staff 1x; do
    refused exec --additional-gids="$gid" "$ID" true
  done
  only_davit 'this limit'
  refused exec -g 4294967295 "$ID" true
  has "$err" "additional-gids '4294967295'"
}
