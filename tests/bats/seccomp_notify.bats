#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seccomp_notify.bats - filters with a listener, and the agent that gets it.
load bundle

teardown() {
  [ -z "${agent:-}" ] || kill "$agent" 2>/dev/null || true
  [ -z "${agent:-}" ] || wait "$agent" 2>/dev/null || true
  leave_nothing
}

# agent [CALL=ERRNO…]: an agent of the test's own at $T/agent.sock, which answers into $T.
agent() {
  : >"$T/agent.log"
  "$here/agent" "$T/agent.sock" "${WHERE:-$T}" "$@" >"$T/agent.log" 2>&1 3>&- </dev/null &
  agent=$!
  eventually grep -q ready "$T/agent.log"
}
# notify NAME…: these calls are the agent's to decide.
notify() {
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $path, listenerMetadata: "some data",
    syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_NOTIFY"}]}' --arg path "$T/agent.sock" --args -- "$@"
}

@test "seccomp notify: the agent decides, and knows whom it is about" {
  [ "$(uname -m)" = x86_64 ] || skip 'the numbers are those of x86-64'
  edit '.annotations = {"a.key": "a value"}'
  agent 83=28
  notify mkdir mkdirat
  inside 'mkdir /tmp/x 2>&1; echo $?'
  has "$out" 'No space left'
  has "$out" '^1$'
  eventually test -e "$T/state.1"
  same "$(jq -c '[.fds, .metadata, .state.id, .state.bundle, .state.annotations["a.key"]]' "$T/state.1")" \
    "[[\"seccompFd\"],\"some data\",\"$ID\",\"$BUNDLE\",\"a value\"]"
  has "$(jq -r .state.status "$T/state.1")" '^creat(ing|ed)$'
  jq -e '.pid > 1 and .pid == .state.pid and (.ociVersion | startswith("1.")) and (.state.ociVersion | startswith("1."))' "$T/state.1"
  same "$(cat "$T/descriptors")" '1 anon_inode:seccomp notify'
  same "$(sort -u "$T/calls")" 83
}

@test "seccomp notify: with and without no_new_privs, created and started" {
  [ "$(uname -m)" = x86_64 ] || skip 'the numbers are those of x86-64'
  local n=0 privs
  agent 83=28
  notify mkdir
  args sh -c 'mkdir /tmp/x 2>/tmp/said; sleep 1000'
  for privs in true false; do
    edit ".process.noNewPrivileges = $privs"
    create_it
    [ "$kind" != davit ] || [ ! -e "$T/state.$((n + 1))" ]
    ok start "$ID"
    n=$((n + 1))
    eventually test -e "$T/state.$n"
    eventually grep -q 'No space' "$BUNDLE/rootfs/tmp/said"
    same "$(jq .pid "$T/state.$n")" "$(pid_of)"
    rm "$BUNDLE/rootfs/tmp/said"
    ok delete --force "$ID"
  done
}

@test "seccomp notify: a process of exec has a listener of its own" {
  [ "$(uname -m)" = x86_64 ] || skip 'the numbers are those of x86-64'
  agent 83=28
  notify mkdir
  up
  eventually test -e "$T/state.1"
  rt exec --pid-file "$T/pid" "$ID" mkdir /tmp/x
  same "$status" 1
  has "$err" 'No space left'
  eventually test -e "$T/state.2"
  same "$(jq -r .pid "$T/state.2")" "$(cat "$T/pid")"
  same "$(jq -r '.state.status, .state.pid' "$T/state.2")" "running"$'\n'"$(pid_of)"
}

@test "seccomp notify: calls of which the runtime itself makes use" {
  only_davit 'filters on its own calls'
  local call
  agent
  for call in write sendmsg sendto close execve capset sched_yield futex exit exit_group; do
    notify "$call"
    inside 'echo hello'
    same "$out" hello
    edit '.process.noNewPrivileges = false'
    inside 'echo hello'
    same "$out" hello
    edit '.process.noNewPrivileges = true'
  done
  # Whatever the call is: here the agent is asked about every one.
  edit '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY" | del(.linux.seccomp.syscalls)'
  inside 'echo hello'
  same "$out" hello
  create_it
  ok start "$ID"
  ok delete --force "$ID"
}

@test "seccomp notify: no thread or descriptor is left in the payload" {
  agent
  notify mkdir
  inside 'ls /proc/self/task | wc -l; ls /proc/$$/task | wc -l; ls -l /proc/$$/fd | grep -c seccomp; true'
  same "$out" $'1\n1\n0'
}

@test "seccomp notify: on one CPU that a real-time process does not share" {
  only_davit 'a wait without system calls'
  agent
  edit '.process.scheduler = {policy: "SCHED_FIFO", priority: 10} |
    .linux.resources.cpu = {realtimeRuntime: 100000, realtimePeriod: 1000000}'
  [ -e "$(v1_dir cpu)/cpu.rt_runtime_us" ] || edit 'del(.linux.resources.cpu)'
  notify write
  args echo hello
  local flags
  for flags in '[]' '["SCHED_FLAG_RESET_ON_FORK"]'; do
    edit ".process.scheduler.flags = $flags"
    same "$(taskset 1 timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)" hello
  done
}

@test "seccomp notify: a caller without privileges" {
  only_davit 'this way to the listener'
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  agent
  chmod 666 "$T/agent.sock"
  notify write
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}] |
    .linux.gidMappings = .linux.uidMappings | .mounts = [.mounts[] | select(.destination != "/sys")] | del(.linux.cgroupsPath)'
  args echo hello
  chown 65534:65534 "$T" "$BUNDLE"
  chmod 644 "$BUNDLE/config.json"
  mkdir "$T/reachable"
  install -m 755 "$RUNTIME" "$T/reachable/"
  same "$(env -i PATH="$PATH" XDG_RUNTIME_DIR="$T" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
    timeout 20 "$T/reachable/${RUNTIME##*/}" --cgroup-manager disabled --root "$T/state" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)" hello
}

@test "seccomp notify: the flags" {
  agent
  notify mkdir
  edit '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "SECCOMP_FILTER_FLAG_LOG",
    "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]'
  inside 'echo hello'
  same "$out" hello
  edit '.linux.seccomp.syscalls = []'
  inside 'echo hello'
  same "$out" hello
}

@test "seccomp notify: a path without the action is ignored" {
  notify mkdir
  edit '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ERRNO"'
  inside 'mkdir /tmp/x 2>/dev/null || echo refused'
  same "$out" refused
}

@test "seccomp notify: without an agent run fails and leaves nothing" {
  notify mkdir
  args touch /tmp/ran
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'agent.sock|seccomp'
  [ ! -e "$BUNDLE/rootfs/tmp/ran" ] || fail 'the payload ran'
  nothing_left
}

@test "seccomp notify: without an agent start fails, and works once there is one" {
  only_davit 'the agent at start'
  notify mkdir
  args sleep 1000
  create_it
  refused start "$ID"
  has "$err" 'linux.seccomp.listenerPath: connect to .*agent.sock.: no such file'
  status_is "$ID" created
  agent
  ok start "$ID"
  status_is "$ID" running
}

@test "seccomp notify: an agent whose queue is full is given up" {
  only_davit 'a time limit'
  WHERE=- agent
  notify mkdir
  LIMIT=25 refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.seccomp.listenerPath: connect to .*: connection timed out'
  kill "$agent"
  eventually nothing_left
}

@test "seccomp notify: whoever dies or fails on the way, nothing hangs and nothing is left" {
  only_davit 'fault points'
  local row how
  notify write
  args true
  DAVIT_FAULT='execute:fail' rt run --bundle "$BUNDLE" "$ID"
  has "$err" 'agent.sock|fault point'
  agent
  DAVIT_FAULT='execute:fail' rt run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ] || skip 'this build has no fault points'
  for row in 'connect to agent' 'start messenger' 'load seccomp' 'hand over listener' 'execute'; do
    for how in fail kill; do
      DAVIT_FAULT="$row:$how" rt run --bundle "$BUNDLE" "$ID"
      [ "$status" != 0 ] && [ "$status" != 124 ] || fail "$row:$how ended with $status"
      [ "$how" = fail ] || ok delete --force "$ID"
      eventually sh -c "! grep -lF '$ID' /proc/[0-9]*/cgroup >/dev/null 2>&1"
      [ -z "$(containers_left)$(cgroups_left)" ] || fail "$row:$how left something"
    done
  done
  kill "$agent"
  eventually nothing_left
}

@test "seccomp notify: settings that do not fit together are refused" {
  notify mkdir
  edit 'del(.linux.seccomp.listenerPath)'
  refused create --bundle "$BUNDLE" "$ID"
  edit 'del(.linux.seccomp.listenerMetadata)'
  refused create --bundle "$BUNDLE" "$ID"
  edit '.linux.seccomp.syscalls = [] | .linux.seccomp.listenerMetadata = "x"'
  refused create --bundle "$BUNDLE" "$ID"
  nothing_left
}
