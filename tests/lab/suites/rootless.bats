#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# rootless.bats - davit as a plain user: lab has a systemd session with delegated cgroups and subordinate
# ids, plain has nothing but a login.

setup() {
  T=$BATS_TEST_TMPDIR ID=rootless-$BATS_TEST_NUMBER
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
  davit=/lab/davit
}

bundle() { # USER [SPEC OPTION…]
  local user=$1
  B=$T/$user; shift
  mkdir -p "$B/rootfs"/{bin,proc,sys,dev,tmp,etc}
  cp /bin/busybox "$B/rootfs/bin/"; chroot "$B/rootfs" /bin/busybox --install -s /bin
  chown -R "$user:" "$B"
  as "$user" $davit spec --rootless --bundle "$B"
  edit '.process.terminal = false | .root.readonly = false | del(.linux.cgroupsPath)'
}
edit() { jq "$1" "$B/config.json" >"$T/new" && cat "$T/new" >"$B/config.json"; }
args() { edit ".process.args = [\"sh\", \"-c\", $(jq -n --arg s "$1" '$s')]"; }

# as USER COMMAND…: in a login shell's surroundings, in a cgroup of the test's own outside of the user's.
as() {
  local user=$1; shift
  install -d -o "$user" "$T/run-$user"
  timeout 60 setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all \
    env -i HOME="/home/$user" USER="$user" PATH="$PATH" XDG_RUNTIME_DIR="$T/run-$user" "$@" 3>&- </dev/null
}
# in_session COMMAND…: as the user lab, below lab's own systemd.
in_session() {
  timeout 120 systemd-run --quiet --wait --pipe --user --machine=lab@.host --property=Delegate=yes "$@" 3>&- </dev/null
}
# The same by a login session, which is not below the user's systemd.
outside_session() {
  timeout 60 setpriv --reuid lab --regid lab --init-groups --inh-caps=-all \
    env -i HOME=/home/lab USER=lab PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$(id -u lab)" "$@" 3>&- </dev/null
}
has() { grep -qE -- "$2" <<<"$1" || { echo "'$1' does not match '$2'"; return 1; }; }

@test "rootless: run works for a plain user without systemd, newuidmap and cgroups" {
  bundle plain
  args 'id -u; cat /proc/self/uid_map; hostname; echo x >/tmp/x'
  run as plain $davit run --bundle "$B" "$ID"
  echo "$output"
  [ "$status" = 0 ]
  [ "${lines[0]}" = 0 ]
  has "${lines[1]}" "^ *0 +$(id -u plain) +1\$"
  [ -z "$(ls -A "$T/run-plain/davit" | grep -v '^\.cache$' || true)" ]
}

@test "rootless: a plain user's container lives, and is stopped, without cgroups" {
  bundle plain
  args 'sleep 1000'
  as plain $davit run --detach --bundle "$B" "$ID" >"$T/out" 2>&1
  [ "$(as plain $davit exec "$ID" id -u)" = 0 ]
  as plain $davit kill "$ID" KILL
  as plain $davit delete --force "$ID"
}

@test "rootless: a limit that a plain user can't have is an error with its name" {
  bundle plain
  edit '.linux.resources = {pids: {limit: 10}}'
  run as plain $davit run --bundle "$B" "$ID"
  [ "$status" != 0 ]
  has "$output" 'cgroup'
}

@test "rootless: many ids are mapped by newuidmap" {
  bundle lab
  jq --argjson me "$(id -u lab)" --argjson sub "$(awk -F: '$1 == "lab" { print $2 }' /etc/subuid)" \
    '.linux.uidMappings = [{containerID: 0, hostID: $me, size: 1}, {containerID: 1, hostID: $sub, size: 65536}]
     | .linux.gidMappings = .linux.uidMappings | .process.user = {uid: 1000, gid: 1000}' "$B/config.json" >"$T/new"
  cat "$T/new" >"$B/config.json"
  args 'id -u; wc -l </proc/self/uid_map'
  run outside_session $davit run --bundle "$B" "$ID"
  echo "$output"
  [ "$status" = 0 ]
  [ "${lines[0]}" = 1000 ]
  [ "${lines[1]}" = 2 ]
}

@test "rootless: a scope of the user's systemd, with its limits, from inside the session" {
  bundle lab
  edit '.linux.cgroupsPath = "user.slice:davit:'"$ID"'" | .linux.resources = {memory: {limit: 33554432}, pids: {limit: 20}}'
  args 'sleep 1000'
  in_session $davit --systemd-cgroup run --detach --bundle "$B" "$ID"
  dir=/sys/fs/cgroup$(in_session $davit --systemd-cgroup exec "$ID" cat /proc/1/cgroup >/dev/null; sed -n 's/^0:://p' "/proc/$(in_session $davit state "$ID" | jq .pid)/cgroup")
  has "$dir" "user@$(id -u lab).service/user.slice/davit-$ID.scope\$"
  [ "$(cat "$dir/memory.max")" = 33554432 ]
  [ "$(cat "$dir/pids.max")" = 20 ]
  in_session $davit delete --force "$ID"
  [ ! -e "$dir" ]
}

@test "rootless: a scope of the user's systemd from outside of the session" {
  bundle lab
  edit '.linux.cgroupsPath = "user.slice:davit:'"$ID"'" | .linux.resources = {memory: {limit: 33554432}}'
  args 'sleep 1000'
  outside_session $davit --systemd-cgroup run --detach --bundle "$B" "$ID" >"$T/out" 2>&1 || { cat "$T/out"; false; }
  dir=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(outside_session $davit state "$ID" | jq .pid)/cgroup")
  [ "$(cat "$dir/memory.max")" = 33554432 ]
  [ "$(outside_session $davit exec "$ID" cat /proc/self/cgroup)" = '0::/' ]
  outside_session $davit delete --force "$ID"
  [ ! -e "$dir" ]
}

@test "rootless: a container over its memory limit is killed" {
  bundle lab
  edit '.linux.cgroupsPath = "user.slice:davit:'"$ID"'" | .linux.resources = {memory: {limit: 16777216, swap: 16777216}}'
  args 'tail /dev/zero'
  run in_session $davit --systemd-cgroup run --bundle "$B" "$ID"
  echo "$output"
  [ "$status" = 137 ]
}

@test "rootless: cgroups below a delegated one, without systemd" {
  bundle lab
  edit '.linux.resources = {pids: {limit: 20}}'
  args 'cat /sys/fs/cgroup/pids.max 2>/dev/null; cat /proc/self/cgroup'
  # The caller has to be in a child of the delegated cgroup, not in it.
  cat >"$T/script" <<EOF
set -e
path=\$(sed -n s/^0:://p /proc/self/cgroup)
mkdir "/sys/fs/cgroup\$path/caller"
echo \$\$ >"/sys/fs/cgroup\$path/caller/cgroup.procs"
jq --arg path "\$path/box" '.linux.cgroupsPath = \$path' "$B/config.json" >"$B/new"
mv "$B/new" "$B/config.json"
$davit run --bundle "$B" "$ID"
EOF
  run in_session sh "$T/script"
  echo "$output"
  [ "$status" = 0 ]
}
