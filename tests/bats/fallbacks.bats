#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# fallbacks.bats - newer system calls that older kernels lack (ENOSYS) or the filters of outer containers
# forbid (EPERM): davit does the same without them, or says in one line what it can't do and leaves nothing.
load bundle

real=$RUNTIME
# Nothing is denied to what cleans up.
teardown() {
  RUNTIME=$real
  [ -z "${noexec:-}" ] || kill -KILL "$noexec" # unshare(1) has TERM blocked
  leave_nothing
}
# deny ERRNO CALL…: from here on, for the runtime and all that it starts.
deny() {
  printf '#!/bin/sh\nexec "%s" %s -- "%s" "$@"\n' "$here/deny" "$*" "$real" >"$T/davit"
  chmod +x "$T/davit"
  RUNTIME=$T/davit
}
allow() { RUNTIME=$real; }

# A bind that is read-only, masked and read-only paths, hooks that say what they were given.
protected() {
  mkdir -p "$T/data/sub" "$BUNDLE/rootfs/secret" "$BUNDLE/rootfs/guarded"
  echo kept >"$T/data/sub/file"
  echo secret >"$BUNDLE/rootfs/secret/file"
  echo secret >"$BUNDLE/rootfs/etc/secret"
  edit '.mounts += [{destination: "/data", type: "bind", source: $data, options: ["rbind", "ro", "nosuid"]},
                    {destination: "/scratch", type: "tmpfs", options: ["noexec", "size=64k"]}] |
        .linux.maskedPaths = ["/secret", "/etc/secret", "/proc/keys"] |
        .linux.readonlyPaths = ["/guarded", "/proc/sys"] |
        .hooks = {createRuntime: [$hook | .args += [$T + "/parent"]],
                  createContainer: [$hook | .args += [$T + "/init"]]}' --arg T "$T" --arg data "$T/data" \
    --argjson hook '{"path": "/bin/sh", "timeout": 10, "args": ["sh", "-c", "{ ls /proc/self/fd; cat; } >$0"]}'
}
# Read-only means "Read-only file system", not a missing right.
look='read_only() { ! { echo x >"$1"; } 2>/tmp/why && grep -q "Read-only" /tmp/why; }
  [ "$(cat /data/sub/file)" = kept ] && read_only /data/sub/file && read_only /data/new &&
  [ -z "$(ls /secret)" ] && read_only /secret/new && [ ! -s /etc/secret ] && [ ! -s /proc/keys ] &&
  read_only /guarded/new && read_only /proc/sys/kernel/hostname && echo x >/scratch/new &&
  grep -q " /scratch .*noexec" /proc/mounts && [ "$(hostname)" = box ] && ls /proc/self/fd >/tmp/fds &&
  [ "$(wc -l </tmp/fds)" = 4 ]'

runs_protected() {
  protected
  inside "$look"
  for hook in parent init; do
    # The three streams and the directory that ls reads; then the state.
    same "$(head -n 4 "$T/$hook" | tr '\n' ' ')" '0 1 2 3 '
    same "$(tail -n +5 "$T/$hook" | jq -r .id)" "$ID"
  done
  edit 'del(.hooks)'
}
lives_and_dies() {
  args sleep 1000
  create_it
  ok start "$ID"
  ok exec "$ID" sh -c 'echo inside; exit 0'
  same "$out" inside
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
}
has_a_terminal() {
  edit '.process.terminal = true'
  args sh -c '[ -t 0 ] && tty && ls -l /dev/console'
  timeout -k 2 20 "$here/pty" run "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/screen" 2>&1 3>&-
  has "$(cat "$T/screen")" '^/dev/(pts/0|console)$'
  edit '.process.terminal = false'
}
has_a_user_namespace() {
  edit '.linux.namespaces += [{type: "user"}] |
        .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
        .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  inside '[ "$(cut -c11- /proc/self/uid_map | tr -s " ")" = " 100000 65536" ] && echo x >/dev/null && id -u'
  same "$out" 0
}
same_without() { # ERRNO CALL…
  only_davit 'fallbacks for these calls'
  deny "$@"
  # Descriptors of the caller's that nobody else may see.
  ulimit -n 2048
  exec 9</dev/null 1500</dev/null
  runs_protected
  lives_and_dies
  has_a_terminal
  has_a_user_namespace
}
# says TEXT: a container is refused in one line, and nothing is left.
says() {
  refused run --bundle "$BUNDLE" "$ID"
  same "$(wc -l <<<"$err")" 1
  has "$err" "$1"
  nothing_left || fail "$(left)"
}

has_processes() { [ "$(wc -l <"$(v2_dir)/$ID/cgroup.procs")" = "$1" ]; }

newer='openat2 fsopen fsconfig fsmount mount_setattr clone3 close_range'

@test "fallbacks: all is the same without openat2 (ENOSYS)" { same_without ENOSYS openat2; }
@test "fallbacks: all is the same without openat2 (EPERM)" { same_without EPERM openat2; }
@test "fallbacks: all is the same without fsopen (ENOSYS)" { same_without ENOSYS fsopen; }
@test "fallbacks: all is the same without fsopen (EPERM)" { same_without EPERM fsopen; }
@test "fallbacks: all is the same without fsconfig (ENOSYS)" { same_without ENOSYS fsconfig; }
@test "fallbacks: all is the same without fsconfig (EPERM)" { same_without EPERM fsconfig; }
@test "fallbacks: all is the same without fsmount (ENOSYS)" { same_without ENOSYS fsmount; }
@test "fallbacks: all is the same without fsmount (EPERM)" { same_without EPERM fsmount; }
@test "fallbacks: all is the same without mount_setattr (ENOSYS)" { same_without ENOSYS mount_setattr; }
@test "fallbacks: all is the same without mount_setattr (EPERM)" { same_without EPERM mount_setattr; }
@test "fallbacks: all is the same without clone3 (ENOSYS)" { same_without ENOSYS clone3; }
@test "fallbacks: all is the same without clone3 (EPERM)" { same_without EPERM clone3; }
@test "fallbacks: all is the same without close_range (ENOSYS)" { same_without ENOSYS close_range; }
@test "fallbacks: all is the same without close_range (EPERM)" { same_without EPERM close_range; }
# shellcheck disable=SC2086
@test "fallbacks: all is the same without any of them (ENOSYS)" { same_without ENOSYS $newer; }
# shellcheck disable=SC2086
@test "fallbacks: all is the same without any of them (EPERM)" { same_without EPERM $newer; }
@test "fallbacks: all is the same without the memory file flags of Linux 6.3" {
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}'
  same_without EINVAL memfd_create:MFD_EXEC memfd_create:MFD_NOEXEC_SEAL fcntl:F_ADD_SEALS:F_SEAL_EXEC
}

# without_memfds [ERRNO CALL…]: the runtime's host is a pid namespace where vm.memfd_noexec is 2.
without_memfds() {
  only_davit 'a fallback for it'
  [ -e /proc/sys/vm/memfd_noexec ] || skip 'this kernel knows no vm.memfd_noexec'
  # Its first process waits for what others leave behind.
  unshare --pid --fork --kill-child --mount-proc sh -c 'echo 2 >/proc/sys/vm/memfd_noexec; echo set
    while :; do sleep 1; done' </dev/null >"$T/noexec" 2>&1 3>&- &
  noexec=$!
  eventually grep -qx set "$T/noexec"
  [ $# = 0 ] || deny "$@"
  printf '#!/bin/sh\nexec nsenter --pid=/proc/%s/ns/pid_for_children --mount=/proc/%s/ns/mnt "%s" "$@"\n' \
    "$noexec" "$noexec" "$RUNTIME" >"$T/enter"
  chmod +x "$T/enter"
  RUNTIME=$T/enter
}
# The program of a created container's process, and why it can't be written.
program() { echo "/proc/$(cat "$(cgroups_left | head -n 1)/cgroup.procs")/exe"; }
why_not_written() { { : >>"$1"; } 2>&1 || true; }

@test "fallbacks: all is the same where memfds can't be executed" {
  without_memfds
  runs_protected
  lives_and_dies
  has_a_terminal
  args sleep 1000
  create_it
  has "$(why_not_written "$(program)")" 'Read-only file system'
}

@test "fallbacks: all is the same where memfds can't be executed and nothing mounted for it" {
  without_memfds EPERM fsopen
  runs_protected
  lives_and_dies
  has_a_user_namespace
  args sleep 1000
  create_it
  has "$(readlink "$(program)")" '^/(dev/shm|tmp|var/tmp)/#[0-9]+ \(deleted\)$'
  has "$(why_not_written "$(program)")" 'Text file busy'
}

@test "fallbacks: what has no safe way without a call is refused, and nothing is left" {
  only_davit 'these words'
  local code call
  for code in ENOSYS EPERM; do
    for call in open_tree move_mount pidfd_open memfd_create; do
      deny $code $call
      says "$call"
    done
    deny $code execveat
    says 'execute davit-init'
    deny $code statx
    says "exec 'true'|stat"
  done
}

@test "fallbacks: a terminal needs its peer from the kernel" {
  only_davit 'these words'
  edit '.process.terminal = true'
  for code in ENOTTY EPERM; do
    deny $code ioctl:TIOCGPTPEER
    timeout -k 2 20 "$here/pty" run "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
      </dev/null >"$T/screen" 2>&1 3>&- && fail 'it ran'
    has "$(cat "$T/screen")" "^davit: error: open terminal: process.terminal: open the pty's peer: "
    nothing_left || fail "$(left)"
  done
}

@test "fallbacks: a kernel without keys has none to protect, a filter that hides them is no such kernel" {
  only_davit 'these words'
  deny ENOSYS keyctl
  inside 'exit 0'
  deny EPERM keyctl
  says "join keyring: keyctl '_ses.$ID'"
  ok run --no-new-keyring --bundle "$BUNDLE" "$ID"
}

@test "fallbacks: without pidfds a container is not taken for stopped, nor signalled by number" {
  only_davit 'these words'
  local code call verb
  for code in ENOSYS EPERM; do
    for call in pidfd_open pidfd_send_signal; do
      allow
      up
      pid=$(pid_of)
      deny $code $call
      same "$(state_of "$ID")" running
      same "$(pid_of)" "$pid"
      for verb in "kill $ID TERM" "delete $ID"; do
        # shellcheck disable=SC2086
        refused $verb
        same "$(wc -l <<<"$err")" 1
      done
      if [ $call = pidfd_open ]; then
        refused exec "$ID" true
        has "$err" "pidfd_open $pid: "
        refused delete --force "$ID"
        has "$err" "pidfd_open $pid: "
      fi
      kill -0 "$pid"
      allow
      same "$(state_of "$ID")" running
      ok delete --force "$ID"
    done
  done
}

@test "fallbacks: without pidfds a created container is not started" {
  only_davit 'these words'
  args sleep 1000
  create_it
  deny EPERM pidfd_open
  refused start "$ID"
  has "$err" 'pidfd_open [0-9]+: '
  allow
  same "$(state_of "$ID")" created
  ok start "$ID"
}

@test "fallbacks: signals reach a process in the foreground without pidfd_send_signal" {
  only_davit 'a fallback for it'
  args sh -c 'trap "exit 43" TERM; echo ready; while :; do sleep 0.05; done'
  for code in ENOSYS EPERM; do
    deny $code pidfd_send_signal
    rm -f "$T/ready" # the last round's must not be taken for this one's
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/ready" 2>&1 3>&- &
    eventually grep -q ready "$T/ready"
    kill -TERM $!
    status=0
    wait $! || status=$?
    same "$status" 43
  done
}

@test "fallbacks: without clone3 and openat2 all processes are in the container's cgroups" {
  only_davit 'fallbacks for these calls'
  local want
  up
  want=$(cat "/proc/$(pid_of)/cgroup")
  has "$want" "/$ID\$"
  ok delete --force "$ID"
  for code in ENOSYS EPERM; do
    deny $code clone3 openat2
    up
    same "$(cat "/proc/$(pid_of)/cgroup")" "$want"
    ok exec "$ID" cat /proc/self/cgroup
    same "$out" "$want"
    ok delete --force "$ID"
  done
}

@test "fallbacks: without cgroup.kill (Linux 5.14) processes are killed one by one" {
  only_davit 'a fallback for it'
  [ -n "$(v2_dir)" ] || skip 'this host has no v2 tree'
  edit '.linux.namespaces |= map(select(.type != "pid"))'
  up sh -c 'for i in 1 2 3 4 5; do sleep 1000 & done; wait'
  eventually has_processes 6
  # shellcheck disable=SC2016
  unshare -m sh -c 'mount --bind /dev/null "$1/cgroup.kill" && shift && exec "$@"' sh "$(v2_dir)/$ID" \
    "$RUNTIME" --root "$ROOT" kill --all "$ID" KILL
  eventually has_processes 0
}
