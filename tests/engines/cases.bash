# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# cases.bash - what a user expects of a container, the same with every engine: the rows of the matrix.
# An engine's bats file lists those that the engine has.
# shellcheck source=tests/engines/engine.bash
source "$(dirname "${BASH_SOURCE[0]}")/engine.bash"

case_run() {
  must run_in -- sh -c 'echo said; echo complained >&2'
  same "$out" said
  # A buildah of 1.28 asks for ambient capabilities that can't be had, of which davit warns.
  same "$(grep -v '^davit: warning: process.capabilities.ambient has' <<<"$err")" complained
  # It is the runtime under test that has the container.
  start one -- sleep 1000
  has "$(find "$E/state" -mindepth 1 -type d)" "$(id_of one)"
  has "$(tr '\0' ' ' <"/proc/$(pid_of one)/cmdline")" 'sleep 1000'
}

case_exit_code() {
  must run_in -- true
  run_in -- sh -c 'exit 7'
  same "$status" 7
  fails run_in -- /does/not/exist
  has "${err,,}" 'no such file or directory|not found'
  fails run_in -- /etc/passwd
  has "${err,,}" 'permission denied'
}

# The codes that a shell gives, which Docker and podman make of the runtime's words.
case_exit_code_of_words() {
  run_in -- /does/not/exist
  same "$status" 127
  run_in -- does-not-exist
  same "$status" 127
  run_in -- /etc/passwd
  same "$status" 126
}

case_exec() {
  start one -- sleep 1000
  must exec_in one -- sh -c 'echo said; hostname'
  same "$(head -n 1 <<<"$out")" said
  exec_in one -- sh -c 'exit 9'
  same "$status" 9
  fails exec_in one -- /does/not/exist
  must exec_in one -- sh -c 'ps -o pid,args'
  has "$out" '^ +1 sleep 1000'
}

case_exec_options() {
  start one -- sleep 1000
  must exec_in one --user user --workdir /tmp --env GIVEN=yes -- sh -c 'echo "$(id -u):$(id -g):$(pwd):$GIVEN"'
  same "$out" 1000:1000:/tmp:yes
}

case_exec_stopped() {
  start one -- true
  eventually is one exited
  fails exec_in one -- true
}

case_terminal() {
  PTY=1 must run_in --tty -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all; cat /dev/null >/dev/tty && echo controls'
  has "$out" all
  has "$out" controls
}

case_exec_terminal() {
  start one -- sleep 1000
  PTY=1 must exec_in one --tty -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all
    until [ "$(stty size 2>/dev/null)" = "33 77" ]; do sleep 0.05; done; stty size'
  has "$out" all
  has "$out" '33 77'
}

case_stdin() {
  seq 1 20000 >"$T/numbers"
  STDIN=$T/numbers must run_in --interactive -- sh -c 'wc -l; echo done'
  same "$out" "$(printf '20000\ndone')"
}

# ctr of 1.6 loses the end of what is short, whatever the runtime.
case_stdin_without_end() {
  seq 1 20000 >"$T/numbers"
  STDIN=$T/numbers must run_in --interactive -- sh -c 'head -n 20000 | wc -l; echo done'
  same "$out" "$(printf '20000\ndone')"
}

case_logs() {
  start one -- sh -c 'echo first; echo second >&2'
  eventually is one exited
  eventually says one second
  has "$out$err" first
}

case_stop() {
  start one -- sh -c 'trap "echo ending; exit 3" TERM; echo ready; while :; do sleep 0.05; done'
  eventually says one ready
  must stop one 10
  eventually is one exited
  same "$(exit_code_of one)" 3
}

case_stop_deaf() {
  start one -- sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
  eventually says one ready
  must stop one 1
  eventually is one exited
  same "$(exit_code_of one)" 137
}

case_kill() {
  start one -- sh -c 'trap "echo got it" USR1; echo ready; while :; do sleep 0.05; done'
  eventually says one ready
  must send one USR1
  eventually says one 'got it'
  is one running
  must send one KILL
  eventually is one exited
  same "$(exit_code_of one)" 137
}

case_pause() {
  start one --volume "$T:/mnt" -- sh -c 'while :; do echo >>/mnt/ticks; sleep 0.02; done'
  eventually test -s "$T/ticks"
  must pause one
  is one paused
  local ticks
  ticks=$(wc -l <"$T/ticks")
  fails exec_in one -- true
  same "$(wc -l <"$T/ticks")" "$ticks"
  must unpause one
  is one running
  eventually grows "$T/ticks" "$ticks"
}
grows() { [ "$(wc -l <"$1")" -gt "$2" ]; }

case_stats() {
  needs_controller pids
  start one -- sh -c 'sleep 1000 & sleep 1000 & echo ready; wait'
  eventually says one ready
  same "$(processes_of one)" 3
}

case_limits() {
  needs_controller memory
  start one --memory 64m -- sleep 1000
  same "$(limit_of one memory memory.limit_in_bytes memory.max)" 67108864
}

case_update() {
  needs_controller memory
  needs_controller cpu
  start one --memory 64m -- sleep 1000
  must update one --memory 96m --memory-swap 128m
  same "$(limit_of one memory memory.limit_in_bytes memory.max)" 100663296
  must update one --cpu-quota 20000 --cpu-period 50000
  has "$(limit_of one cpu cpu.cfs_quota_us cpu.max)" '^20000'
  must exec_in one -- true
}

case_out_of_memory() {
  needs_controller memory
  start one --memory 16m --memory-swap 16m -- sh -c 'tail /dev/zero'
  eventually is one exited
  same "$(exit_code_of one)" 137
  eventually oom_seen one
}

case_restart() {
  start one --restart on-failure:2 --volume "$T:/mnt" -- sh -c 'echo >>/mnt/starts; exit 1'
  eventually grows "$T/starts" 2
  eventually is one exited
  same "$(wc -l <"$T/starts")" 3
  must restart one
  eventually grows "$T/starts" 3
}

case_namespaces() {
  local ns
  start one --shareable -- sleep 1000
  start two --join one -- sleep 1000
  for ns in net ipc pid; do
    same "$(namespace_of two $ns)" "$(namespace_of one $ns)"
  done
  differ "$(namespace_of two mnt)" "$(namespace_of one mnt)"
  must exec_in two -- sh -c 'ps -o pid,args'
  has "$out" '^ +1 sleep 1000'
}

case_volumes() {
  mkdir "$T/rw" "$T/ro"
  echo given >"$T/ro/file"
  must run_in --volume "$T/rw:/mnt/rw" --volume "$T/ro:/mnt/ro:ro" -- sh -c \
    'cat /mnt/ro/file >/mnt/rw/copy; ! touch /mnt/ro/new 2>/dev/null && ! (echo x >/mnt/ro/file) 2>/mnt/rw/why'
  has "$(cat "$T/rw/why")" 'Read-only file system'
  same "$(cat "$T/rw/copy")" given
}

# Whoever opens it for writing needs no more than the device's rule.
case_device() {
  must run_in --device /dev/kmsg -- sh -c 'test -c /dev/kmsg && : >/dev/kmsg && echo opened'
  same "$out" opened
  # What was not asked for is neither there nor allowed.
  must run_in --cap-add CAP_MKNOD -- sh -c 'test ! -e /dev/kmsg; mknod /tmp/kmsg c 1 11 && ! (: >/tmp/kmsg) && echo denied'
  same "$out" denied
}

case_no_capabilities() {
  must run_in --cap-drop all -- sh -c 'grep -E "^Cap(Prm|Eff|Bnd):" /proc/self/status; ! chown user /tmp 2>/dev/null'
  same "$(cut -f 2 <<<"$out" | sort -u)" 0000000000000000
}

case_seccomp() {
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
    {names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}' >"$T/profile.json"
  must run_in --seccomp "$T/profile.json" -- sh -c '! mkdir /tmp/new; grep ^Seccomp: /proc/self/status'
  has "$err" 'Function not implemented'
  has "$out" '2$'
}

case_read_only() {
  must run_in --read-only -- sh -c '! touch /new; ! touch /bin/new'
  same "$(grep -c 'Read-only file system' <<<"$err")" 2
}

case_user() {
  must run_in --user 1000:1000 -- sh -c 'id -u; id -g; ! touch /new 2>/dev/null && grep ^CapEff: /proc/self/status'
  same "$(tr '\n\t' '  ' <<<"$out")" '1000 1000 CapEff: 0000000000000000 '
}

case_user_namespace() {
  must run_in --map 0:100000:65536 -- sh -c 'id -u; cat /proc/self/uid_map; touch /tmp/new && stat -c %u /tmp/new'
  has "$(tr -s ' \n' ' ' <<<"$out")" '^0 0 100000 65536 0 ?$'
}

case_init() {
  start one --init -- sh -c 'sleep 1000 & echo ready; wait'
  eventually says one ready
  must exec_in one -- ps -o pid,args
  has "$out" '^ +1 .*init'
  must stop one 10
  eventually is one exited
}

case_privileged() {
  must run_in --privileged -- sh -c 'mount -t tmpfs none /mnt && grep ^CapEff: /proc/self/status && test -c /dev/kmsg && echo all'
  has "$out" all
}

case_many() {
  local n starting=()
  for n in $(seq 50); do
    T=$T/many.$n start_alone "many-$n" &
    starting+=($!)
  done
  wait "${starting[@]}"
  for n in $(seq 50); do
    eventually is "many-$n" running
  done
}
start_alone() {
  mkdir -p "$T"
  LIMIT=120 start "$1" -- sleep 1000
}

# --- davit in the engine's container ---

# /nest with davit and a bundle; the inner one is davit also where the engine's is a peer.
nest() {
  local build program=''
  for build in "$RUNTIME" "$top"/build-test/src/davit/davit "$top"/build/src/davit/davit; do
    case $("$build" --version 2>/dev/null) in davit*) program=$build; break ;; esac
  done
  [ -n "$program" ] || skip 'there is no davit to be nested'
  mkdir -p "$T/nest/bundle"/rootfs/{bin,dev,proc,sys}
  cp "$program" "$T/nest/davit"
  cp /bin/busybox "$T/nest/bundle/rootfs/bin/sh"
  jq '.process.args = ["sh", "-c", "echo inner is $$"] | del(.linux.cgroupsPath) |
      .linux.resources.devices = [{allow: false, access: "rwm"}]' \
    "$engines/../bats/config.json" >"$T/nest/bundle/config.json"
}

# case_nested [GLOBAL OPTION…]: ctr mounts no cgroups, not even for --privileged.
case_nested() {
  nest
  must run_in --privileged --volume "$T/nest:/nest" -- /nest/davit --root /tmp/state "$@" run --bundle /nest/bundle inner
  same "$out" 'inner is 1'
}

# What an ordinary container may not do, is told in a line.
case_nested_denied() {
  nest
  must run_in --volume "$T/nest:/nest" -- sh -c \
    '! /nest/davit --root /tmp/state --cgroup-manager disabled run --bundle /nest/bundle inner && ls /tmp/state'
  same "$out" ''
  has "$err" 'operation not permitted'
  same "$(grep -c davit <<<"$err")" 1
}
