#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cgroups.bats - limits that really hold, on v1, hybrid and v2 hosts alike.
load bundle
load limits

@test "cgroups: the container is below cgroupsPath in every hierarchy" {
  local controller all
  up
  all=$(cat "/proc/$(pid_of)/cgroup")
  for controller in cpu cpuset memory devices freezer blkio pids; do
    [ "$(controller $controller)" != v1 ] || has "$all" "^[0-9]+:([^:]*,)?$controller(,[^:]*)?:/$ID\$"
  done
  # On a hybrid host a runtime may leave out the v2 tree.
  [ -n "$(v1_dir memory)" ] || has "$all" "^0::/$ID\$"
}

@test "cgroups: an absolute cgroupsPath is taken from the top of the hierarchy, with its parents" {
  edit '.linux.cgroupsPath = "/" + $id + "/a/b"' --arg id "$ID"
  up
  has "$(cat "/proc/$(pid_of)/cgroup")" ":/$ID/a/b\$"
  ok delete --force "$ID"
  # Peers leave the parents behind; the test removes what is left of them.
  [ "$kind" = davit ] || find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} +
}

@test "cgroups: a relative cgroupsPath ends in the same place every time" {
  local first
  edit '.linux.cgroupsPath = $id + "-rel"' --arg id "$ID"
  up
  first=$(grep -E 'pids|^0::' "/proc/$(pid_of)/cgroup")
  has "$first" "/$ID-rel\$"
  ok delete --force "$ID"
  up
  same "$(grep -E 'pids|^0::' "/proc/$(pid_of)/cgroup")" "$first"
}

@test "cgroups: a limit below a cgroup that holds processes is refused on v2" {
  only_davit 'an error for it'
  [ "$(controller pids)" = v2 ] || skip 'this host has no v2 pids controller'
  local own
  own=$(v2_dir)/$ID-own
  mkdir "$own"
  edit '.linux.cgroupsPath = "below"'
  (
    echo 0 >"$own/cgroup.procs"
    args true
    ok run --bundle "$BUNDLE" "$ID"
    resources '{pids: {limit: 10}}'
    refused run --bundle "$BUNDLE" "$ID"
    has "$err" "linux.resources.pids.limit: enable controller 'pids'"
  )
  rmdir "$own"
}

@test "cgroups: without cgroupsPath there is one that has the id in its name" {
  edit 'del(.linux.cgroupsPath)'
  up
  has "$(cat "/proc/$(pid_of)/cgroup")" "$ID"
}

@test "cgroups: a process over memory.limit is killed, exit code 137" {
  needs_controller memory
  resources '{memory: {limit: 16777216, swap: 16777216}}'
  [ -e "$(v1_dir memory)/memory.memsw.limit_in_bytes" ] || [ "$(controller memory)" = v2 ] ||
    resources '{memory: {limit: 16777216}}'
  # tail keeps one line of any length in memory.
  args sh -c 'head -c 100000000 /dev/zero | tail -n 1 >/dev/null; exit $?'
  run_it
  same "$status" 137
}

@test "cgroups: a process under memory.limit is not" {
  needs_controller memory
  resources '{memory: {limit: 67108864}}'
  inside 'head -c 20000000 /dev/zero | tail -n 1 | wc -c'
  same "$out" 20000000
}

@test "cgroups: the memory files have the configured numbers" {
  needs_controller memory
  resources '{memory: {limit: 33554432, reservation: 16777216}}'
  up
  same "$(cat "$(knob memory.limit_in_bytes memory.max memory)")" 33554432
  same "$(cat "$(knob memory.soft_limit_in_bytes memory.low memory)")" 16777216
}

@test "cgroups: memory.limit -1 is no limit" {
  needs_controller memory
  resources '{memory: {limit: -1}}'
  up
  has "$(cat "$(knob memory.limit_in_bytes memory.max memory)")" '^(max|9223372036854771712)$'
}

@test "cgroups: pids.limit stops a fork" {
  needs_controller pids
  resources '{pids: {limit: 5}}'
  args sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 100 & done'
  run_it
  has "$out$err" "can't fork|Resource temporarily unavailable"
  up
  same "$(cat "$(knob pids.max pids.max pids)")" 5
}

@test "cgroups: pids.limit -1 is no limit" {
  needs_controller pids
  resources '{pids: {limit: -1}}'
  up
  same "$(cat "$(knob pids.max pids.max pids)")" max
}

@test "cgroups: a denied device can't be opened, an allowed one can" {
  [ -n "$(v1_dir devices)$(v2_dir)" ] || skip 'this host can limit no devices'
  edit '.process.capabilities[] += ["CAP_MKNOD"] | .linux.resources.devices = [
    {allow: false, access: "rwm"},
    {allow: true, type: "b", major: 7, minor: 201, access: "rwm"}] | .linux.devices = [
    {path: "/dev/denied", type: "b", major: 7, minor: 200, fileMode: 438},
    {path: "/dev/allowed", type: "b", major: 7, minor: 201, fileMode: 438}]'
  # There is nothing behind these numbers: an allowed one fails later, with another error.
  inside 'head -c 1 /dev/denied 2>&1; head -c 1 /dev/allowed 2>&1
    head -c 1 /dev/zero >/dev/null && head -c 1 /dev/urandom >/dev/null && echo x >/dev/null && echo defaults'
  has "$out" '/dev/denied: Operation not permitted'
  hasnt "$out" '/dev/allowed: Operation not permitted'
  has "$out" '^defaults$'
}

@test "cgroups: the order of device rules counts" {
  [ -n "$(v1_dir devices)$(v2_dir)" ] || skip 'this host can limit no devices'
  edit '.linux.devices = [{path: "/dev/port", type: "c", major: 1, minor: 4, fileMode: 438}, {path: "/dev/loopy", type: "b", major: 7, minor: 200, fileMode: 438}]
    | .process.capabilities[] += ["CAP_SYS_RAWIO"] | .linux.resources.devices = [
    {allow: true, access: "rwm"}, {allow: false, type: "c", major: 1, minor: 4, access: "rw"}]'
  inside 'head -c 1 /dev/port 2>&1 || true; head -c 1 /dev/loopy 2>&1 || true'
  has "$out" '/dev/port: Operation not permitted'
  hasnt "$out" '/dev/loopy: Operation not permitted'
}

@test "cgroups: a device that may only be read can't be written" {
  [ -n "$(v1_dir devices)$(v2_dir)" ] || skip 'this host can limit no devices'
  edit '.linux.devices = [{path: "/dev/loopy", type: "b", major: 7, minor: 200, fileMode: 438}] | .linux.resources.devices = [
    {allow: false, access: "rwm"}, {allow: true, type: "b", major: 7, minor: 200, access: "r"}]'
  inside '(exec 9</dev/loopy) 2>&1; echo; (exec 9>/dev/loopy) 2>&1 || true'
  hasnt "$(head -n 1 <<<"$out")" 'Operation not permitted'
  has "$(tail -n 1 <<<"$out")" 'Operation not permitted'
}

@test "cgroups: cpu quota and period are written and throttle" {
  needs_controller cpu
  resources '{cpu: {quota: 5000, period: 50000}}'
  if [ "$(controller cpu)" = v1 ]; then
    [ -e "$(v1_dir cpu)/cpu.cfs_quota_us" ] || skip 'this kernel has no cpu quota'
  fi
  up sh -c 'while :; do :; done'
  case $(controller cpu) in
  v1) same "$(cat "$(v1_dir cpu)/$ID/cpu.cfs_quota_us" "$(v1_dir cpu)/$ID/cpu.cfs_period_us" | tr '\n' ' ')" '5000 50000 ' ;;
  v2) same "$(cat "$(v2_dir)/$ID/cpu.max")" '5000 50000' ;;
  esac
  eventually grep -qE '^nr_throttled [1-9]' "$(knob cpu.stat cpu.stat cpu)"
}

@test "cgroups: cpu shares" {
  needs_controller cpu
  resources '{cpu: {shares: 512}}'
  up
  case $(controller cpu) in
  v1) same "$(cat "$(v1_dir cpu)/$ID/cpu.shares")" 512 ;;
  v2) has "$(cat "$(v2_dir)/$ID/cpu.weight")" '^(20|59)$' ;;
  esac
}

@test "cgroups: a limit whose controller is nowhere is refused" {
  [ -z "$(controller memory)" ] || [ -z "$(controller pids)" ] || [ -z "$(controller cpu)" ] ||
    [ -z "$(controller nosuch)" ] && [ -n "$(controller rdma)" ] && skip 'this host has every controller'
  local limit
  for limit in 'memory {memory:{limit:100000000}}' 'pids {pids:{limit:5}}' 'cpu {cpu:{shares:512}}' \
    'rdma {rdma:{mlx0:{hcaHandles:3}}}'; do
    [ -z "$(controller "${limit%% *}")" ] || continue
    resources "${limit#* }"
    refused create --bundle "$BUNDLE" "$ID"
    has "$err" "${limit%% *}"
  done
  nothing_left
}

@test "cgroups: a value that the kernel refuses is an error and leaves nothing" {
  needs_controller cpuset
  resources '{cpu: {cpus: "100000"}}'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'cpuset|cpus'
  nothing_left
}

@test "cgroups: limits hold for exec'd processes, too" {
  needs_controller pids
  resources '{pids: {limit: 6}}'
  up
  rt exec "$ID" sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 100 & done 2>&1; true'
  has "$out$err" "can't fork|Resource temporarily unavailable"
}

@test "cgroups: delete removes cgroups that the container made below its own" {
  local dir
  needs_controller pids
  up
  dir=$(dirname "$(knob pids.max pids.max pids)")
  mkdir -p "$dir/inner/most"
  ok delete --force "$ID"
  [ ! -e "$dir" ]
}

@test "cgroups: a cgroup with foreign processes in it is not killed by a failing create" {
  needs_controller pids
  local dir pid
  dir=$(dirname "$(knob pids.max pids.max pids)")
  mkdir "$dir"
  sleep 1000 3>&- &
  pid=$!
  echo $pid >"$dir/cgroup.procs"
  args no-such-program
  rt create --bundle "$BUNDLE" "$ID"
  local alive=no
  ! kill -0 $pid || alive=yes
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null || true
  rmdir "$dir" 2>/dev/null || true
  differ "$status" 0
  same "$alive" yes
}
