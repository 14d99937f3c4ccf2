#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# scheduling.bats - scheduler, I/O priority, CPUs, memory policy and personality of the process.
load bundle

# Where the cpu controller shares out real time (v1), a new cgroup has none of it.
real_time() {
  local dir
  dir=$(v1_dir cpu)
  [ ! -e "$dir/cpu.rt_runtime_us" ] || edit '.linux.resources.cpu = {realtimeRuntime: 10000, realtimePeriod: 1000000}'
}

# policy PID: what the host sees of a process
policy() { chrt -p "$1" | sed 's/^pid [0-9]*.s current //' | tr '\n' ' '; }

@test "scheduling: policy and nice value of a normal process" {
  edit '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
  up
  has "$(policy "$(pid_of)")" 'policy: SCHED_BATCH'
  same "$(cut -d' ' -f19 "/proc/$(pid_of)/stat")" 7
}

@test "scheduling: a real-time policy" {
  real_time
  edit '.process.scheduler = {policy: "SCHED_FIFO", priority: 12, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
  up
  has "$(policy "$(pid_of)")" 'policy: SCHED_FIFO\|SCHED_RESET_ON_FORK.*priority: 12'
}

@test "scheduling: a deadline" {
  edit '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 10000000, period: 20000000,
    flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
  up
  has "$(policy "$(pid_of)")" 'SCHED_DEADLINE.*runtime/deadline/period parameters: 1000000/10000000/20000000'
}

@test "scheduling: a process of a user namespace gets what its creator may give" {
  real_time
  edit '.process.scheduler = {policy: "SCHED_RR", priority: 3} | .linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
  chown -h 100000:100000 "$BUNDLE/rootfs" "$BUNDLE/rootfs"/*
  up
  has "$(policy "$(pid_of)")" 'SCHED_RR.*priority: 3'
  [ "$kind" = davit ] || return 0
  jq '.process | .args = ["sleep", "1000"] | .scheduler = {policy: "SCHED_FIFO", priority: 4}' \
    "$BUNDLE/config.json" >"$T/process.json"
  ok exec --detach --pid-file "$T/pid" --process "$T/process.json" "$ID"
  has "$(policy "$(cat "$T/pid")")" 'SCHED_FIFO.*priority: 4'
}

@test "scheduling: what does not fit together is refused" {
  local s
  for s in '{policy: "SCHED_OTHER", nice: 20}' '{policy: "SCHED_FAST"}' '{policy: "SCHED_OTHER", priority: 1}' \
    '{policy: "SCHED_BATCH", runtime: 1000000}' '{policy: "SCHED_FIFO", priority: 1, flags: ["SCHED_FLAG_X"]}'; do
    edit ".process.scheduler = $s"
    refused create --bundle "$BUNDLE" "$ID"
    has "$err" '[sS]chedul|nice|SCHED_'
  done
  nothing_left
}

@test "scheduling: what the kernel refuses ends create" {
  only_davit 'this order'
  edit '.process.scheduler = {policy: "SCHED_ISO"}'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'process.scheduler: sched_setattr SCHED_ISO: invalid argument'
  nothing_left
}

@test "scheduling: an I/O priority, also for exec" {
  edit '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
  up
  same "$(ionice -p "$(pid_of)")" 'best-effort: prio 6'
  jq '.process | .args = ["sleep", "1000"] | .ioPriority = {class: "IOPRIO_CLASS_RT", priority: 1}' \
    "$BUNDLE/config.json" >"$T/process.json"
  ok exec --detach --pid-file "$T/pid" --process "$T/process.json" "$ID"
  same "$(ionice -p "$(cat "$T/pid")")" 'realtime: prio 1'
}

@test "scheduling: an I/O priority out of range is refused" {
  edit '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 8}'
  refused create --bundle "$BUNDLE" "$ID"
  edit '.process.ioPriority = {class: "IOPRIO_CLASS_BEST", priority: 1}'
  refused create --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "scheduling: execCPUAffinity is for exec alone" {
  local first
  first=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
  edit '.process.execCPUAffinity = {final: $cpu}' --arg cpu "$first"
  up
  same "$(taskset -cp "$(pid_of)" | sed 's/.*: //')" "$(taskset -cp $$ | sed 's/.*: //')"
  # The configuration's process is the pattern for those of exec.
  ok exec "$ID" sh -c 'grep Cpus_allowed_list /proc/self/status'
  has "$out" "Cpus_allowed_list:.$first$"
}

@test "scheduling: execCPUAffinity of the process file; the initial one stays without a cpuset" {
  local last
  last=$(taskset -cp $$ | sed 's/.*[^0-9]//')
  up
  jq '.process | .args = ["grep", "Cpus_allowed_list", "/proc/self/status"] | .execCPUAffinity = {final: $cpu}' \
    --arg cpu "$last" "$BUNDLE/config.json" >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  has "$out" "Cpus_allowed_list:.$last$"
  jq '.execCPUAffinity = {initial: $cpu}' --arg cpu "$last" "$T/process.json" >"$T/initial.json"
  ok exec --process "$T/initial.json" "$ID"
  has "$out" '^Cpus_allowed_list:.[0-9,-]+$'
  jq '.execCPUAffinity = {final: "8000"}' "$T/process.json" >"$T/none.json"
  refused exec --process "$T/none.json" "$ID"
  jq '.execCPUAffinity = {final: "0-x"}' "$T/process.json" >"$T/bad.json"
  refused exec --process "$T/bad.json" "$ID"
}

@test "scheduling: personality" {
  [ "$(uname -m)" = x86_64 ] || skip 'not an x86-64 host'
  edit '.linux.personality = {domain: "LINUX32"}'
  inside 'uname -m; cat /proc/self/personality'
  has "$out" $'^i[36]86\n00000008$'
  up
  ok exec "$ID" uname -m
  has "$out" '^i[36]86$'
}

@test "scheduling: the personality LINUX is not the caller's LINUX32" {
  [ "$(uname -m)" = x86_64 ] || skip 'not an x86-64 host'
  edit '.linux.personality = {domain: "LINUX"}'
  args uname -m
  same "$(setarch i686 timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)" x86_64
}

@test "scheduling: a memory policy, for every process of the container" {
  [ -e /proc/self/numa_maps ] || skip 'this kernel has no memory policies'
  edit '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
  inside 'head -n 1 /proc/self/numa_maps'
  has "$out" ' bind=static:0 '
  [ "$kind" = davit ] || return 0
  up
  ok exec "$ID" head -n 1 /proc/self/numa_maps
  has "$out" ' bind=static:0 '
}

@test "scheduling: a memory policy that cannot be had is refused" {
  [ -e /proc/self/numa_maps ] || skip 'this kernel has no memory policies'
  local m
  for m in '{mode: "MPOL_BIND", nodes: "1000"}' '{mode: "MPOL_BOUND", nodes: "0"}' '{mode: "MPOL_BIND", nodes: "0-"}' \
    '{mode: "MPOL_BIND", nodes: ""}' '{mode: "MPOL_INTERLEAVE", nodes: "0", flags: ["MPOL_F_NONE"]}'; do
    edit ".linux.memoryPolicy = $m"
    refused create --bundle "$BUNDLE" "$ID"
    [ "$kind" != davit ] || has "$err" 'linux.memoryPolicy'
  done
  nothing_left
}
