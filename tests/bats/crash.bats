#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# crash.bats - a kill -9 in any row leaves only what delete --force removes. Needs a build with fault
# points (-Dfault_points=true): DAVIT_FAULT="ROW:kill" makes the process that acts in ROW kill itself.
load bundle

setup() {
  only_davit 'fault points'
  make_bundle
  everything
}

# A bundle that has a reason for as many rows as this host allows.
everything() {
  edit '.linux.namespaces += [{"type": "cgroup"}, {"type": "time"}] | .linux.timeOffsets = {monotonic: {secs: 5}} |
    .domainname = "domain" | .process.user = {uid: 0, gid: 0, umask: 18, additionalGids: [5]} | .process.oomScoreAdj = 100 |
    .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}] | .root.readonly = true |
    .mounts += [{destination: "/mnt", type: "bind", source: $t, options: ["rbind", "ro"]}] |
    .linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.maskedPaths = ["/proc/kcore", "/sys/firmware"] |
    .linux.readonlyPaths = ["/proc/sys"] | .linux.resources = {devices: [{allow: false, access: "rwm"}]} |
    .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]} |
    .hooks = ([("prestart", "createRuntime", "createContainer", "poststart", "poststop") | {key: ., value: [{path: "/bin/true"}]}]
      + [{key: "startContainer", value: [{path: "/bin/true", args: ["true"]}]}] | from_entries)' --arg t "$T"
  edit '.process.scheduler = {policy: "SCHED_BATCH"} | .process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 3} |
    .linux.personality = {domain: "LINUX"}'
  [ ! -e /proc/self/numa_maps ] || edit '.linux.memoryPolicy = {mode: "MPOL_LOCAL"}'
  [ -z "$(controller pids)" ] || edit '.linux.resources.pids = {limit: 50}'
  args sleep 1000
}
in_user_namespace() {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -R -h 100000:100000 "$BUNDLE/rootfs"
}
rows() { "$RUNTIME" --root "$ROOT" plan --format json "$BUNDLE" 3>&- | jq -r '.rows[] | select(.runs) | .name'; }

# The host as a test can change it: mounts, cgroups, state and the processes of this test.
snapshot() {
  mounts
  cgroups_left
  find "$ROOT" -mindepth 1 2>/dev/null | grep -vE '/\.cache(/|$)' | LC_ALL=C sort
}
as_before() {
  eventually nothing_left || { left; return 1; }
  diff "$T/before" <(snapshot)
}
# fault ROW[:ACTION] VERB…: the call may end in any way, but end it must.
fault() {
  DAVIT_FAULT=$1 rt "${@:2}"
  [ "$status" != 124 ] || { fail "$1 in $2: hung"; return 1; }
}
needs_fault_points() {
  args true
  DAVIT_FAULT='execute:kill' rt run --bundle "$BUNDLE" "$ID"
  "$RUNTIME" --root "$ROOT" delete --force "$ID" >/dev/null 2>&1 3>&- </dev/null || true
  [ "$status" != 0 ] || skip 'this build has no fault points'
  args sleep 1000
}
# In create, and where create gets past the row, in start.
every_row() {
  local row failed=0
  needs_fault_points
  snapshot >"$T/before"
  while read -r row; do
    fault "$row:kill" create --bundle "$BUNDLE" "$ID" || failed=1
    [ "$status" != 0 ] || fault "$row:kill" start "$ID" || failed=1
    # start can't tell a kill from a payload that ended at once; the state can, when all of its exit is done.
    [ "$status" != 0 ] || eventually status_is "$ID" stopped || { failed=1; echo "'$row': nobody was killed in it"; }
    rt delete --force "$ID"
    [ "$status" = 0 ] || { failed=1; echo "'$row': delete --force ended with $status: $err"; }
    as_before || { failed=1; echo "'$row': the host is not as before"; sweep; rm -rf "$ROOT"; }
  done < <(rows)
  [ $failed = 0 ]
}
# every_step VERB STEP…: the verb is killed, or fails, in each of its steps; "prepare" runs before.
every_step() {
  local verb=$1 step action failed=0
  needs_fault_points
  snapshot >"$T/before"
  for step in "${@:2}"; do
    for action in kill fail; do
      prepare || { failed=1; echo "preparing '$step': $err"; }
      fault "$step:$action" "${verb%% *}" ${verb#"${verb%% *}"} "$ID" || failed=1
      [ "$status" != 0 ] || { failed=1; echo "'$step': nobody was stopped in it"; }
      [ $action = kill ] || has "$err" "$step: fault point" || failed=1
      rt delete --force "$ID"
      [ "$status" = 0 ] || { failed=1; echo "'$step': delete --force ended with $status: $err"; }
      as_before || { failed=1; echo "'$step': the host is not as before"; sweep; rm -rf "$ROOT"; }
    done
  done
  [ $failed = 0 ]
}
# killed_after VERB…: the call is killed from outside, a little later each round, until it gets through
# whole; before each round "prepare" runs.
killed_after() {
  local i pid failed=0
  snapshot >"$T/before"
  for i in 0 0002 0005 001 0015 002 0025 003 0035 004 005 006 008 010 015 020 030; do
    prepare || { failed=1; echo "preparing round $i: $err"; }
    "$RUNTIME" --root "$ROOT" "$@" </dev/null >/dev/null 2>&1 3>&- &
    pid=$!
    sleep "0.$i"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    rt delete --force "$ID"
    [ "$status" = 0 ] || { failed=1; echo "after 0.$i s: $err"; }
    as_before || { failed=1; echo "after 0.$i s the host is not as before"; sweep; rm -rf "$ROOT"; }
  done
  [ $failed = 0 ]
}

@test "crash: the plan of this suite's bundle has most rows" {
  local count
  count=$(rows | wc -l)
  [ "$count" -ge 40 ] || fail "only $count rows: $(rows | tr '\n' ',')"
}

@test "crash: killed in every row of create and start, delete --force cleans up" {
  every_row kill
}

@test "crash: every row that fails leaves nothing, without any delete" {
  local row failed=0
  needs_fault_points
  snapshot >"$T/before"
  while read -r row; do
    # Where there is a start to wait for, only that row is in the way of the record's removal.
    [ "$row" != 'wait for start' ] || continue
    # A run has nobody to ask there: its counterpart is 'release init'.
    [ "$row" != 'record container' ] || continue
    fault "$row:fail" run --detach --bundle "$BUNDLE" "$ID" || failed=1
    if [ "$status" = 0 ]; then
      failed=1
      echo "'$row': run succeeded"
      rt delete --force "$ID"
    else
      grep -qF -- "$row: fault point" <<<"$err" || { failed=1; echo "'$row': the error does not name the row: $err"; }
    fi
    as_before || { failed=1; echo "'$row': the host is not as before"; rt delete --force "$ID"; sweep; rm -rf "$ROOT"; }
  done < <(rows)
  [ $failed = 0 ]
}

@test "crash: a row that fails behind the start barrier is start's error" {
  local row
  needs_fault_points
  for row in 'startContainer hooks' 'set umask' 'set capabilities' 'load seccomp' execute; do
    DAVIT_FAULT="$row:fail" rt create --bundle "$BUNDLE" "$ID"
    same "$row $status" "$row 0"
    refused start "$ID"
    has "$err" "$row: fault point"
    same "$row $(state_of "$ID")" "$row stopped"
    ok delete --force "$ID"
  done
}

@test "crash: killed or failing in every step of start, delete --force cleans up" {
  prepare() { rt create --bundle "$BUNDLE" "$ID"; [ "$status" = 0 ]; }
  every_step start 'wake init' 'hear init' 'poststart hooks'
}

@test "crash: killed or failing in every step of delete, the next one finishes" {
  prepare() { rt run --detach --bundle "$BUNDLE" "$ID"; [ "$status" = 0 ]; }
  every_step 'delete --force' 'kill process' 'remove cgroups' 'poststop hooks' 'remove state'
}

@test "crash: the same in a user namespace" {
  in_user_namespace
  every_row kill
}

@test "crash: create killed from outside at any moment" {
  prepare() { :; }
  killed_after create --bundle "$BUNDLE" "$ID"
}

@test "crash: start killed from outside at any moment" {
  prepare() { rt create --bundle "$BUNDLE" "$ID"; [ "$status" = 0 ]; }
  killed_after start "$ID"
}

@test "crash: delete --force killed from outside at any moment is finished by the next" {
  prepare() { rt run --detach --bundle "$BUNDLE" "$ID"; [ "$status" = 0 ]; }
  killed_after delete --force "$ID"
}

@test "crash: run killed from outside, in the foreground" {
  prepare() { :; }
  killed_after run --bundle "$BUNDLE" "$ID"
}

parents_rows() {
  "$RUNTIME" --root "$ROOT" plan --format json "$BUNDLE" 3>&- |
    jq -r '.rows[] | select(.runs and (.actor | IN("parent", "aside", "ahead"))) | .name'
}
child_of() { pgrep -P "$1" | head -n 1; }
held() { local child; child=$(child_of "$1") && grep -q '^State:.*T' "/proc/$child/status"; }
gone() { [ ! -e "/proc/$1" ] || zombie "/proc/$1"; }

# A monitor that dies takes its runtime along (conmon, the shim: a parent-death signal of KILL). The
# runtime is held in a row when its monitor is killed.
@test "crash: a monitor that dies in any of the parent's rows of create leaves what delete --force clears" {
  local row pid monitor failed=0
  needs_fault_points
  snapshot >"$T/before"
  while read -r row; do
    DAVIT_FAULT="$row:stop" "$here/monitor" "$T/pid" "$T/status" "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" \
      --pid-file "$T/pid" "$ID" </dev/null >/dev/null 2>&1 3>&- &
    monitor=$!
    eventually held $monitor || { failed=1; echo "'$row': not reached"; }
    pid=$(child_of $monitor) || pid=none
    kill -KILL $monitor
    wait $monitor 2>/dev/null || true
    eventually gone "$pid" || { failed=1; echo "'$row': the runtime outlived its monitor"; }
    rt delete --force "$ID"
    [ "$status" = 0 ] || { failed=1; echo "'$row': delete --force ended with $status: $err"; }
    as_before || { failed=1; echo "'$row': the host is not as before"; sweep; rm -rf "$ROOT"; }
    rm -f "$T/pid" "$T/status"
  done < <(parents_rows)
  [ $failed = 0 ]
}

@test "crash: the process that waits for start dies with its creator until the record says created" {
  local row
  needs_fault_points
  # The parent's last row before "created", and init's rows around it.
  for row in 'record container' 'find executable'; do
    DAVIT_FAULT="$row:kill" rt create --bundle "$BUNDLE" "$ID"
    differ "$row $status" "$row 0"
    eventually sh -c "! grep -lF $ID /proc/[0-9]*/cgroup"
    ok delete --force "$ID"
    nothing_left
  done
}

@test "crash: a torn, empty or foreign state record does not stop delete --force" {
  local record size at failed=0
  snapshot >"$T/before"
  for at in 0 1 half garbage version; do
    rt run --detach --bundle "$BUNDLE" "$ID"
    [ "$status" = 0 ] || { fail "run failed: $err"; return 1; }
    record=$(find "$ROOT/$ID" -name '*.json' | head -n 1)
    size=$(stat -c %s "$record")
    case $at in
    half) truncate -s $((size / 2)) "$record" ;;
    garbage) head -c "$size" /dev/urandom >"$record" ;;
    version) sed -i 's/"version": *[0-9]*/"version": 999/' "$record" ;;
    *) truncate -s "$at" "$record" ;;
    esac
    rt list
    [ "$status" != 124 ] && [ "$status" -lt 128 ] || failed=1
    rt delete --force "$ID"
    [ "$status" = 0 ] || { failed=1; echo "$at: delete --force ended with $status: $err"; }
    as_before || { failed=1; echo "$at: the host is not as before"; sweep; rm -rf "$ROOT"; }
  done
  [ $failed = 0 ]
}
