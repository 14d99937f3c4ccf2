#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cgroups_limits.bats - cpusets, huge pages, the rest of cpu and memory, unified: each limit in full or not at all.
load bundle
load limits

pages() { cat "$(cgroup_of hugetlb)/hugetlb.$1"; }

@test "limits: cpu.cpus and cpu.mems" {
  needs_controller cpuset
  resources '{cpu: {cpus: "0", mems: "0"}}'
  inside 'grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status | tr "\t" " "'
  same "$out" $'Cpus_allowed_list: 0\nMems_allowed_list: 0'
}

@test "limits: a cpuset in cgroups that are made on the way" {
  needs_controller cpuset
  edit '.linux.cgroupsPath = "/" + $id + "/a/b"' --arg id "$ID"
  edit '.linux.resources = {cpu: {cpus: "0"}}'
  inside 'grep ^Cpus_allowed_list /proc/self/status | tr "\t" " "'
  same "$out" 'Cpus_allowed_list: 0'
  [ "$kind" = davit ] || find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} +
}

@test "limits: a cpu list that is none is refused by name" {
  needs_controller cpuset
  resources '{cpu: {cpus: "zero"}}'
  refused_by 'cpus'
}

@test "limits: a memory node that is not there is refused by name" {
  needs_controller cpuset
  resources '{cpu: {mems: "999"}}'
  refused_by 'mems'
}

@test "limits: cpu.burst" {
  needs_controller cpu
  [ -e /sys/fs/cgroup/cpu/cpu.cfs_burst_us ] || [ "$(controller cpu)" = v2 ] || skip 'this kernel has no burst'
  resources '{cpu: {quota: 50000, period: 100000, burst: 20000}}'
  up
  same "$(cat "$(knob cpu.cfs_burst_us cpu.max.burst cpu)")" 20000
}

@test "limits: cpu.burst above cpu.quota is refused" {
  needs_controller cpu
  resources '{cpu: {quota: 50000, period: 100000, burst: 50001}}'
  refused_by 'burst'
}

@test "limits: cpu.idle" {
  needs_controller cpu
  [ -e /sys/fs/cgroup/cpu/cpu.idle ] || [ "$(controller cpu)" = v2 ] || skip 'this kernel has no idle cgroups'
  resources '{cpu: {idle: 1}}'
  up
  same "$(cat "$(knob cpu.idle cpu.idle cpu)")" 1
}

@test "limits: cpu limits where others stood before" {
  needs_v1 cpu
  local dir
  dir=$(cgroup_of cpu)
  mkdir "$dir"
  echo 100000 >"$dir/cpu.cfs_quota_us"
  echo 90000 >"$dir/cpu.cfs_burst_us"
  resources '{cpu: {quota: 50000, period: 100000, burst: 10000}}'
  up
  same "$(cat "$dir/cpu.cfs_quota_us" "$dir/cpu.cfs_burst_us" | tr '\n' ' ')" '50000 10000 '
  ok delete --force "$ID"
  [ ! -d "$dir" ] || rmdir "$dir"
}

@test "limits: memory and swap where lower ones stood before" {
  needs_v1 memory
  local dir
  dir=$(cgroup_of memory)
  [ -e "$(v1_dir memory)/memory.memsw.limit_in_bytes" ] || skip 'this kernel does not count swap'
  mkdir "$dir"
  echo 8388608 >"$dir/memory.limit_in_bytes"
  echo 8388608 >"$dir/memory.memsw.limit_in_bytes"
  resources '{memory: {limit: 67108864, swap: 134217728}}'
  up
  same "$(cat "$dir/memory.limit_in_bytes" "$dir/memory.memsw.limit_in_bytes" | tr '\n' ' ')" '67108864 134217728 '
  ok delete --force "$ID"
  [ ! -d "$dir" ] || rmdir "$dir"
}

@test "limits: memory.kernel holds or is refused" {
  needs_v1 memory
  [ "$kind" != runc ] || skip 'runc ignores it'
  resources '{memory: {kernel: 16777216}}'
  rt run --detach --bundle "$BUNDLE" "$ID"
  if [ "$status" = 0 ]; then
    same "$(cat "$(cgroup_of memory)/memory.kmem.limit_in_bytes")" 16777216
  else
    has "$err" 'linux.resources.memory.kernel: this kernel takes .* and keeps no limit'
    nothing_left
  fi
}

@test "limits: memory.kernelTCP, swappiness, disableOOMKiller, useHierarchy on v1" {
  needs_v1 memory
  local dir
  dir=$(cgroup_of memory)
  resources '{memory: {limit: 33554432, swappiness: 10, disableOOMKiller: true, useHierarchy: true, kernelTCP: 8388608}}'
  up
  same "$(cat "$dir/memory.swappiness")" 10
  has "$(cat "$dir/memory.oom_control")" '^oom_kill_disable 1$'
  same "$(cat "$dir/memory.use_hierarchy")" 1
  [ "$kind" = runc ] || same "$(cat "$dir/memory.kmem.tcp.limit_in_bytes")" 8388608
}

@test "limits: what the specification's own example sets to -1 is no request" {
  needs_controller memory
  resources '{memory: {limit: 536870912, reservation: 536870912, swap: -1, kernel: -1, kernelTCP: -1, disableOOMKiller: false, checkBeforeUpdate: true}}'
  up
  same "$(cat "$(knob memory.limit_in_bytes memory.max memory)")" 536870912
}

@test "limits: pids.limit 0 lets the container run and not fork" {
  needs_controller pids
  only_davit 'a limit of 0 as the specification has it'
  resources '{pids: {limit: 0}}'
  args sh -c 'echo runs; (true); echo forks'
  run_it
  has "$out" '^runs$'
  hasnt "$out" '^forks$'
  up
  same "$(cat "$(knob pids.max pids.max pids)")" 0
}

@test "limits: huge pages, and their reservations where the kernel limits them" {
  needs_controller hugetlb
  local file=limit_in_bytes
  [ "$(controller hugetlb)" = v1 ] || file=max
  resources '{hugepageLimits: [{pageSize: "2MB", limit: 6291456}, {pageSize: "1GB", limit: 0}]}'
  up
  same "$(pages 2MB.$file)" 6291456
  same "$(pages 1GB.$file)" 0
  [ "$kind" = crun ] || [ ! -e "$(cgroup_of hugetlb)/hugetlb.2MB.rsvd.$file" ] || same "$(pages 2MB.rsvd.$file)" 6291456
}

@test "limits: a page size that this host does not have is refused" {
  needs_controller hugetlb
  resources '{hugepageLimits: [{pageSize: "3MB", limit: 6291456}]}'
  refused_by 'hugepageLimits|hugetlb.3MB'
}

@test "limits: a page size that leads to another file is refused" {
  needs_controller hugetlb
  local size
  for size in 2MB.max/../../2MB ../2MB 2MB/.. 2MB. '' 2; do
    edit '.linux.resources = {hugepageLimits: [{pageSize: $s, limit: 0}]}' --arg s "$size"
    refused create --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "limits: unified" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  resources '{unified: {"hugetlb.2MB.max": "4194304", "hugetlb.1GB.rsvd.max": "0", "cgroup.max.descendants": "7"}}'
  up
  same "$(pages 2MB.max)" 4194304
  same "$(pages 1GB.rsvd.max)" 0
  same "$(cat "$(v2_dir)/$ID/cgroup.max.descendants")" 7
}

@test "limits: unified has the last word" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  resources '{hugepageLimits: [{pageSize: "2MB", limit: 0}], unified: {"hugetlb.2MB.max": "2097152"}}'
  up
  same "$(pages 2MB.max)" 2097152
}

@test "limits: a unified parameter of a controller that is not on v2 is refused" {
  [ -n "$(v2_dir)" ] || skip 'this host has no cgroup v2'
  resources '{unified: {"nosuch.max": "1"}}'
  refused_by 'nosuch'
}

@test "limits: a unified parameter that the controller does not have is refused" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  resources '{unified: {"hugetlb.nosuch": "1"}}'
  refused_by 'hugetlb.nosuch'
}

@test "limits: a unified value that the kernel refuses is an error" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  resources '{unified: {"hugetlb.2MB.max": "a lot"}}'
  refused_by 'hugetlb.2MB.max'
}

@test "limits: a unified key that is no parameter is refused" {
  [ -n "$(v2_dir)" ] || skip 'this host has no cgroup v2'
  local key
  for key in hugetlb.2MB.max/../hugetlb.1GB.max ../cgroup.procs / .. hugetlb ''; do
    edit '.linux.resources = {unified: {($k): "1"}}' --arg k "$key"
    refused create --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "limits: unified moves no processes of the host" {
  only_davit 'a refusal of cgroup.procs in unified'
  local key
  for key in cgroup.procs cgroup.threads cgroup.kill cgroup.freeze; do
    edit '.linux.resources = {unified: {($k): "1"}}' --arg k "$key"
    refused_by "$key"
  done
}

@test "limits: network and rdma limits hold or are refused by name" {
  local what
  for what in 'net_cls classID {network:{classID:1048577}}' \
    'net_prio priorities {network:{priorities:[{name:"lo",priority:5}]}}' 'rdma rdma {rdma:{mlx0:{hcaObjects:3}}}'; do
    read -r controller field json <<<"$what"
    resources "$json"
    [ -z "$(controller "$controller")" ] || continue
    refused create --bundle "$BUNDLE" "$ID"
    [ "$kind" != davit ] || has "$err" "linux.resources.*$field: this host has no $controller controller"
  done
  nothing_left
}

# frozen DIR FILE ON OFF: a cgroup that is there already, frozen while a container is made in it.
frozen() {
  mkdir "$1"
  echo "$3" >"$1/$2"
  LIMIT=5 rt create --bundle "$BUNDLE" "$ID"
  echo "$4" >"$1/$2"
  rmdir "$1" || true
  differ "$status" 0
  differ "$status" 124
  has "$err" 'frozen'
}

@test "limits: a frozen cgroup is refused" {
  needs_v1 freezer
  frozen "$(cgroup_of freezer)" freezer.state FROZEN THAWED
}

@test "limits: a frozen v2 cgroup is refused" {
  [ -n "$(v2_dir)" ] || skip 'this host has no cgroup v2'
  frozen "$(v2_dir)/$ID" cgroup.freeze 1 0
}

@test "limits: without a cgroup manager every limit is refused by name" {
  only_davit 'such errors'
  local what
  for what in 'memory.limit {memory:{limit:1000000}}' 'cpu.cpus {cpu:{cpus:"0"}}' 'blockIO.weight {blockIO:{weight:10}}' \
    'unified {unified:{"memory.high":"1"}}' 'hugepageLimits {hugepageLimits:[{pageSize:"2MB",limit:0}]}'; do
    resources "${what#* }"
    refused --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
    has "$err" "linux.resources.${what%% *}: limits need a cgroup manager"
  done
  nothing_left
}
