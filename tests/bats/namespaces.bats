#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# namespaces.bats - new namespaces, joined ones, inherited ones, and id maps.
load bundle

without() { edit 'del(.linux.namespaces[] | select(.type == $t))' --arg t "$1"; }
join() { edit '(.linux.namespaces[] | select(.type == $t)).path = $p' --arg t "$1" --arg p "$2"; }
kernel_name() { case $1 in network) echo net ;; mount) echo mnt ;; *) echo "$1" ;; esac }
# map HOST-ID SIZE: ids from 0 on; the root directory is owned by the container's root.
map() {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: $h, size: $s}] | .linux.gidMappings = .linux.uidMappings' \
    --argjson h "$1" --argjson s "$2"
  chown -R -h "$1:$1" "$BUNDLE/rootfs"
}

@test "namespaces: each listed one is new" {
  local type name
  edit '.linux.namespaces += [{"type": "cgroup"}]'
  inside 'for n in pid net mnt ipc uts cgroup; do echo $n $(readlink /proc/self/ns/$n); done'
  local got=$out
  for type in pid network mount ipc uts cgroup; do
    name=$(kernel_name $type)
    has "$got" "^$name $name:"
    hasnt "$got" "^$name $(readlink "/proc/self/ns/$name" | sed 's/[][]/./g')$"
  done
}

@test "namespaces: those not listed are the caller's" {
  local name
  edit 'del(.hostname) | .linux.namespaces = [{"type": "mount"}] | .mounts = [.mounts[] | select(.destination != "/sys")]'
  inside 'for n in pid net ipc uts cgroup user; do echo $n $(readlink /proc/self/ns/$n); done'
  for name in pid net ipc uts cgroup user; do
    has "$out" "^$name $(readlink "/proc/self/ns/$name" | sed 's/[][]/\\&/g')$"
  done
}

@test "namespaces: a mention of a network namespace elsewhere in config.json makes none" {
  without network
  edit '.somethingNew = {type: "network"} | .mounts = [.mounts[] | select(.destination != "/sys")]'
  inside 'readlink /proc/self/ns/net'
  same "$out" "$(readlink /proc/self/ns/net)"
}

@test "namespaces: a process is number 1 in a new pid namespace and sees nobody else" {
  inside 'echo $$; ls -d /proc/[0-9]* | wc -l'
  has "$out" $'^1$'
  [ "$(tail -n 1 <<<"$out")" -le 4 ]
}

@test "namespaces: the host's pid namespace is usable, and delete ends the process" {
  without pid
  up
  same "$(readlink "/proc/$(pid_of)/ns/pid")" "$(readlink /proc/self/ns/pid)"
  ok exec "$ID" sh -c "test -d /proc/$$"
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "namespaces: existing ones are joined by path" {
  local pid type name second
  up
  pid=$(pid_of)
  args sleep 1234
  second=$(another second)
  for type in pid network ipc uts; do
    name=$(kernel_name $type)
    jq --arg t $type --arg p "/proc/$pid/ns/$name" '(.linux.namespaces[] | select(.type == $t)).path = $p' \
      "$second/config.json" >"$T/new" && cat "$T/new" >"$second/config.json"
  done
  jq 'del(.hostname)' "$second/config.json" >"$T/new" && cat "$T/new" >"$second/config.json"
  ok run --detach --bundle "$second" "$ID-second"
  local other
  other=$(pid_of "$ID-second")
  for name in pid net ipc uts; do
    same "$name $(readlink "/proc/$other/ns/$name")" "$name $(readlink "/proc/$pid/ns/$name")"
  done
  differ "$(readlink "/proc/$other/ns/mnt")" "$(readlink "/proc/$pid/ns/mnt")"
  # One pid namespace: the first sees the second's process.
  ok exec "$ID" sh -c 'grep -al "sleep.123[4]" /proc/[0-9]*/cmdline'
}

@test "namespaces: a path of another type is refused" {
  local type
  for type in network:uts uts:ipc ipc:net pid:uts; do
    join "${type%:*}" "/proc/self/ns/${type#*:}"
    refused create --bundle "$BUNDLE" "$ID"
    edit 'del(.linux.namespaces[].path)'
  done
  nothing_left
}

@test "namespaces: a path that is missing, relative or no namespace is refused" {
  local path
  for path in /no/such/path relative/path /etc/passwd /dev/null /tmp; do
    join network "$path"
    refused create --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "namespaces: a type listed twice is refused" {
  edit '.linux.namespaces += [{"type": "uts"}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'uts|duplicate|namespaces'
  nothing_left
}

@test "namespaces: an unknown type is refused" {
  edit '.linux.namespaces += [{"type": "nosuch"}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'nosuch'
}

@test "namespaces: time offsets" {
  [ -e /proc/self/ns/time ] || skip 'this kernel has no time namespaces'
  edit '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000, nanosecs: 5}, monotonic: {secs: 2000000}}'
  inside 'tr -s " " </proc/self/timens_offsets; cut -d. -f1 /proc/uptime'
  has "$out" '^monotonic 2000000 0$'
  has "$out" '^boottime 1000000 5$'
  [ "$(tail -n 1 <<<"$out")" -ge 1000000 ] || fail "uptime is $(tail -n 1 <<<"$out")"
}

@test "namespaces: time offsets without a time namespace are refused" {
  edit '.linux.timeOffsets = {boottime: {secs: 10}}'
  refused create --bundle "$BUNDLE" "$ID"
}

@test "namespaces: loopback is up in a new network namespace" {
  inside 'ip addr show lo; ls /sys/class/net'
  has "$out" 'LOOPBACK,UP'
  has "$out" '127\.0\.0\.1/8'
}

@test "namespaces: a user namespace has the configured maps" {
  edit '.linux.namespaces += [{"type": "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}, {containerID: 1000, hostID: 300000, size: 500}] |
    .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 2000}]'
  chown -R -h 100000:200000 "$BUNDLE/rootfs"
  inside 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -u; id -g; touch /new'
  same "$(sed 's/^ //' <<<"$out")" $'0 100000 1000\n1000 300000 500\n0 200000 2000\n0\n0'
  same "$(stat -c %u:%g "$BUNDLE/rootfs/new")" 100000:200000
}

@test "namespaces: a user namespace of a single id" {
  map 65000 1
  inside 'tr -s " " </proc/self/uid_map; id -u; echo hello >/new; cat /new'
  same "$(sed 's/^ //' <<<"$out")" $'0 65000 1\n0\nhello'
}

@test "namespaces: a user other than 0 inside a user namespace" {
  map 100000 65536
  edit '.process.user = {uid: 1000, gid: 33, additionalGids: [44]}'
  inside 'id -u; id -g; id -G; touch /tmp/mine'
  same "$out" $'1000\n33\n33 44'
  same "$(stat -c %u:%g "$BUNDLE/rootfs/tmp/mine")" 101000:100033
}

@test "namespaces: a user namespace owns its other namespaces" {
  map 100000 65536
  edit '.linux.namespaces += [{"type": "cgroup"}] | .process.capabilities[] += ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"]'
  inside 'hostname changed; hostname; ip link set lo down && echo down; mount -t tmpfs none /mnt && echo mounted'
  same "$out" $'changed\ndown\nmounted'
}

@test "namespaces: a user namespace with a network namespace of the host" {
  local pid
  unshare --net sleep 1000 3>&- </dev/null >/dev/null 2>&1 &
  pid=$!
  eventually sh -c "[ \$(readlink /proc/$pid/ns/net) != $(readlink /proc/self/ns/net) ]"
  map 100000 65536
  # A new sysfs needs a network namespace of its own.
  edit '.mounts = [.mounts[] | select(.destination != "/sys")]'
  join network "/proc/$pid/ns/net"
  local want
  want=$(readlink "/proc/$pid/ns/net")
  args readlink /proc/self/ns/net
  run_it
  kill $pid
  same "$status $out" "0 $want"
}

@test "namespaces: a user namespace joined by path" {
  local second
  map 100000 65536
  up
  second=$(another second)
  jq --arg p "/proc/$(pid_of)/ns/user" '(.linux.namespaces[] | select(.type == "user")).path = $p | del(.linux.uidMappings, .linux.gidMappings) |
    .process.args = ["sh", "-c", "readlink /proc/self/ns/user; id -u"]' "$second/config.json" >"$T/new"
  cat "$T/new" >"$second/config.json"
  local want
  want=$(readlink "/proc/$(pid_of)/ns/user")
  rt run --bundle "$second" "$ID-second"
  same "$status $out" "0 $want"$'\n'0
}

@test "namespaces: maps without a user namespace are refused" {
  edit '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}] | .linux.gidMappings = .linux.uidMappings'
  refused create --bundle "$BUNDLE" "$ID"
}

@test "namespaces: a hostname without a uts namespace is refused and the host keeps its name" {
  local before
  before=$(uname -n)
  without uts
  refused create --bundle "$BUNDLE" "$ID"
  same "$(uname -n)" "$before"
}

# unprivileged COMMAND…: COMMAND runs the runtime as somebody who is not root; $out, $err and $status.
unprivileged() {
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  edit 'del(.linux.cgroupsPath) | .mounts = [.mounts[] | select(.destination != "/sys")]'
  chown 65534:65534 "$T" "$BUNDLE"
  chmod 644 "$BUNDLE/config.json"
  local manager=()
  [ "$kind" != crun ] || manager=(--cgroup-manager disabled)
  # The build may lie where that user can't go. A copy keeps the name.
  mkdir "$T/reachable"
  install -m 755 "$RUNTIME" "$T/reachable/"
  status=0
  "$@" env -i PATH="$PATH" XDG_RUNTIME_DIR="$T" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
    timeout 20 "$T/reachable/${RUNTIME##*/}" "${manager[@]}" --root "$T/state" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$T/o" 2>"$T/e" 3>&- || status=$?
  out=$(cat "$T/o") err=$(cat "$T/e")
}

@test "namespaces: an unprivileged user runs a container with their own id" {
  map 65534 1
  args sh -c 'id -u; hostname'
  unprivileged command
  [ "$status" = 0 ] || fail "$err"
  same "$out" $'0\nbox'
}

# with_ids FIRST COUNT COMMAND…: where these ids of the host are given to the user.
with_ids() {
  command -v newuidmap >/dev/null || skip 'there is no newuidmap'
  [ -e /etc/subuid ] && [ -e /etc/subgid ] || skip 'this host gives nobody ids'
  echo "$(id -un 65534):$1:$2" >"$T/ids"
  # shellcheck disable=SC2016 # $1 is the inner shell's
  unshare --mount --propagation private sh -c \
    'mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift && exec "$@"' sh "$T/ids" "${@:3}"
}

@test "namespaces: an unprivileged user maps the ids that the host has given them" {
  map 65534 1
  edit '.linux.uidMappings += [{containerID: 1, hostID: 200000, size: 1000}] | .linux.gidMappings = .linux.uidMappings'
  args sh -c 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " " " "; chown 7:8 /tmp && stat -c %u:%g /tmp'
  unprivileged with_ids 200000 1000
  same "$out" $' 0 65534 1\n 1 200000 1000\n 0 65534 1\n 1 200000 1000\n7:8'
  same "$(stat -c %u:%g "$BUNDLE/rootfs/tmp")" 200006:200007
}

@test "namespaces: ids that the host has not given are refused" {
  map 65534 1
  edit '.linux.uidMappings += [{containerID: 1, hostID: 200000, size: 1001}] | .linux.gidMappings = .linux.uidMappings'
  unprivileged with_ids 200000 1000
  differ "$status" 0
  [ "$kind" != davit ] || has "$err" 'linux.uidMappings: newuidmap refused the mapping'
}

# as_user COMMAND…: without a right of root's; $RUNTIME may lie where that user can't go, so the copy is at
# $T/reachable, under the same name.
as_user() {
  chown 65534:65534 "$T" "$BUNDLE"
  chmod 644 "$BUNDLE/config.json"
  mkdir -p "$T/reachable"
  install -m 755 "$RUNTIME" "$T/reachable/"
  env -i PATH="$PATH" XDG_RUNTIME_DIR="$T" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
    timeout 20 "$@" </dev/null >"$T/o" 2>"$T/e" 3>&-
}

@test "namespaces: a user to whom no cgroup was delegated gets a container without one" {
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  [ "$kind" != crun ] || [ -z "$(v1_dir memory)" ] || skip 'crun refuses hybrid cgroups'
  map 65534 1
  edit 'del(.linux.cgroupsPath) | .linux.resources = {devices: [{allow: false, access: "rwm"}]} | .mounts = [.mounts[] | select(.destination != "/sys")]'
  args sh -c 'cat /proc/self/cgroup'
  as_user "$T/reachable/${RUNTIME##*/}" --root "$T/state" run --bundle "$BUNDLE" "$ID" || fail "$(cat "$T/e")"
  [ "$kind" != davit ] || same "$(grep -c -- "$ID" "$T/o")" 0
  # A limit is not dropped.
  edit '.linux.resources.pids.limit = 10'
  ! as_user "$T/reachable/${RUNTIME##*/}" --root "$T/state" run --bundle "$BUNDLE" "$ID" || fail 'the limit was forgotten'
  has "$(cat "$T/e")" 'cgroup'
}

@test "namespaces: root of no more than a user namespace keeps states where the user does" {
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  args true
  # It may fail for want of other rights; the directory is first.
  as_user unshare --user --map-root-user "$T/reachable/${RUNTIME##*/}" run --bundle "$BUNDLE" "$ID" || true
  hasnt "$(cat "$T/e")" '/run/'
  [ -d "$T/${RUNTIME##*/}" ] || fail "nothing is in \$XDG_RUNTIME_DIR: $(cat "$T/e")"
}
