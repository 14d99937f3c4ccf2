#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# update.bats - other limits for a container that runs: all of them or none.
load bundle
load limits

value() { cat "$(knob "$@")"; }
holds() { same "$(value "$1" "$2" "$3")" "$4"; }
update_json() { # JSON [VERB]: update with the JSON on standard input
  printf '%s' "$1" >"$T/resources"
  STDIN=$T/resources "${2:-ok}" update --resources - "$ID"
}
knows_option() { "$RUNTIME" update --help | grep -q -- "--$1" || skip "this runtime has no --$1"; }

@test "update: memory, with units, and back to unlimited" {
  needs_controller memory
  local free
  free=$(cat "$(v1_dir memory)/memory.limit_in_bytes" 2>/dev/null || echo max)
  resources '{memory: {limit: 33554432}}'
  up
  ok update --memory 67108864 "$ID"
  same "$out$err" ''
  holds memory.limit_in_bytes memory.max memory 67108864
  if [ "$kind" != crun ]; then
    ok update --memory 50M "$ID"
    holds memory.limit_in_bytes memory.max memory 52428800
    ok update --memory 49152KiB "$ID"
    holds memory.limit_in_bytes memory.max memory 50331648
  fi
  ok update --memory-reservation 8388608 "$ID"
  holds memory.soft_limit_in_bytes memory.low memory 8388608
  ok update --memory -1 "$ID"
  holds memory.limit_in_bytes memory.max memory "$free"
}

@test "update: memory and swap up, down and away, in whatever order the kernel wants" {
  needs_v1 memory
  local dir sizes free
  dir=$(cgroup_of memory)
  free=$(cat "$(v1_dir memory)/memory.memsw.limit_in_bytes") || skip 'this kernel does not count swap'
  resources '{memory: {limit: 33554432, swap: 33554432}}'
  up
  for sizes in '67108864 134217728' '201326592 268435456' '20971520 25165824'; do
    ok update --memory "${sizes% *}" --memory-swap "${sizes#* }" "$ID"
    same "$(cat "$dir/memory.limit_in_bytes" "$dir/memory.memsw.limit_in_bytes" | tr '\n' ' ')" "$sizes "
  done
  ok update --memory-swap 41943040 "$ID"
  same "$(cat "$dir/memory.memsw.limit_in_bytes")" 41943040
  [ "$kind" != crun ] || return 0
  ok update --memory -1 "$ID"
  same "$(cat "$dir/memory.limit_in_bytes" "$dir/memory.memsw.limit_in_bytes" | sort -u)" "$free"
}

@test "update: a memory limit above the limit with swap is refused and changes nothing" {
  only_davit 'such a promise'
  needs_v1 memory
  local dir
  dir=$(cgroup_of memory)
  [ -e "$(v1_dir memory)/memory.memsw.limit_in_bytes" ] || skip 'this kernel does not count swap'
  resources '{memory: {limit: 33554432, swap: 67108864}}'
  up
  refused update --memory 134217728 "$ID"
  same "$(cat "$dir/memory.limit_in_bytes")" 33554432
  refused update --memory 67108864 --memory-swap 33554432 "$ID"
  same "$(cat "$dir/memory.limit_in_bytes" "$dir/memory.memsw.limit_in_bytes" | tr '\n' ' ')" '33554432 67108864 '
}

@test "update: cpu quota, period, shares, each alone and together" {
  needs_controller cpu
  resources '{cpu: {shares: 100, quota: 500000, period: 1000000}}'
  up
  quota() {
    if [ "$(controller cpu)" = v1 ]; then
      same "$(value cpu.cfs_quota_us '' cpu) $(value cpu.cfs_period_us '' cpu)" "$1 $2"
    else
      same "$(value '' cpu.max cpu)" "${1/#-1/max} $2"
    fi
  }
  ok update --cpu-period 900000 "$ID"
  quota 500000 900000
  ok update --cpu-quota 600000 "$ID"
  quota 600000 900000
  ok update --cpu-quota -1 "$ID"
  quota -1 900000
  ok update --cpu-quota 3000 --cpu-period 10000 "$ID"
  quota 3000 10000
  ok update --cpu-share 512 "$ID"
  [ "$(controller cpu)" = v2 ] || same "$(value cpu.shares '' cpu)" 512
  quota 3000 10000
}

@test "update: a shorter period below a parent's quota needs the quota first" {
  needs_v1 cpu
  local parent
  parent=$(v1_dir cpu)/$ID-pod
  mkdir "$parent"
  echo 50000 >"$parent/cpu.cfs_quota_us"
  edit '.linux.cgroupsPath = "/" + $id + "-pod/box" | .linux.resources = {cpu: {quota: 40000}}' --arg id "$ID"
  up
  refused update --cpu-quota 60000 "$ID"
  same "$(cat "$parent/box/cpu.cfs_quota_us")" 40000
  ok update --cpu-period 10000 --cpu-quota 3000 "$ID"
  same "$(cat "$parent/box/cpu.cfs_quota_us" "$parent/box/cpu.cfs_period_us" | tr '\n' ' ')" '3000 10000 '
  ok delete --force "$ID"
  find "$(dirname "$(v1_dir cpu)")" -depth -type d -path "*/$ID-pod*" -exec rmdir {} + 2>/dev/null || true
}

@test "update: burst above and below what stands, with its quota, and away" {
  needs_controller cpu
  knows_option cpu-burst
  [ -e "$(v1_dir cpu)/cpu.cfs_burst_us" ] || [ "$(controller cpu)" = v2 ] || skip 'this kernel has no burst'
  resources '{cpu: {quota: 100000, period: 100000, burst: 90000}}'
  up
  if [ "$kind" = davit ]; then
    ok update --cpu-quota 50000 --cpu-burst 10000 "$ID"
    holds cpu.cfs_burst_us cpu.max.burst cpu 10000
  fi
  ok update --cpu-burst 0 "$ID"
  holds cpu.cfs_burst_us cpu.max.burst cpu 0
}

@test "update: cpu.idle on and off, alone and with shares" {
  needs_controller cpu
  knows_option cpu-idle
  [ -e "$(v1_dir cpu)/cpu.idle" ] || [ "$(controller cpu)" = v2 ] || skip 'this kernel has no idle cgroups'
  local on
  up
  for on in 1 0 1; do
    ok update --cpu-idle $on "$ID"
    holds cpu.idle cpu.idle cpu $on
  done
  for on in 0 1 0; do
    update_json "{\"cpu\": {\"idle\": $on}}"
    holds cpu.idle cpu.idle cpu $on
  done
  for on in -1 2 3; do refused update --cpu-idle $on "$ID"; done
  holds cpu.idle cpu.idle cpu 0
  ok update --cpu-idle 1 "$ID"
  [ "$kind" = davit ] || return 0
  refused update --cpu-share 300 "$ID"
  ok update --cpu-share 300 --cpu-idle 0 "$ID"
  [ "$(controller cpu)" = v2 ] || same "$(value cpu.shares '' cpu)" 300
}

@test "update: cpusets" {
  needs_controller cpuset
  up
  ok update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
  holds cpuset.cpus cpuset.cpus cpuset 0
  has "$(cat "/proc/$(pid_of)/status")" $'Cpus_allowed_list:\t0$'
  refused update --cpuset-cpus 9999 "$ID"
  holds cpuset.cpus cpuset.cpus cpuset 0
}

@test "update: pids, unlimited and none" {
  needs_controller pids
  resources '{pids: {limit: 20}}'
  up
  ok update --pids-limit 10 "$ID"
  holds pids.max pids.max pids 10
  ok update --pids-limit -1 "$ID"
  holds pids.max pids.max pids max
  [ "$kind" = davit ] || return 0
  ok update --pids-limit 0 "$ID"
  holds pids.max pids.max pids 0
}

@test "update: resources from a file and from standard input" {
  needs_controller memory
  up
  echo '{"memory": {"limit": 67108864}, "pids": {"limit": 30}}' >"$T/resources.json"
  ok update --resources "$T/resources.json" "$ID"
  holds memory.limit_in_bytes memory.max memory 67108864
  holds pids.max pids.max pids 30
  echo '{"pids": {"limit": 31}}' >"$T/in"
  STDIN=$T/in ok update --resources=- "$ID"
  holds pids.max pids.max pids 31
  STDIN=$T/in ok update -r - "$ID"
  holds memory.limit_in_bytes memory.max memory 67108864
}

@test "update: unified and huge pages" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  [ "$kind" != runc ] || skip 'runc takes no hugepageLimits in update'
  up
  update_json '{"unified": {"hugetlb.2MB.max": "4194304"}}'
  same "$(cat "$(cgroup_of hugetlb)/hugetlb.2MB.max")" 4194304
  update_json '{"hugepageLimits": [{"pageSize": "2MB", "limit": 6291456}]}'
  same "$(cat "$(cgroup_of hugetlb)/hugetlb.2MB.max")" 6291456
}

@test "update: what fails in the middle leaves everything as it was" {
  only_davit 'such a promise'
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  needs_v1 memory
  needs_v1 blkio
  local before
  resources '{memory: {limit: 67108864, swap: 134217728}, cpu: {shares: 200, quota: 50000, burst: 1000}, pids: {limit: 20},
    hugepageLimits: [{pageSize: "2MB", limit: 6291456}], devices: [{allow: false, access: "rwm"}]}'
  up
  all() {
    (cd "$(cgroup_of memory)" && cat memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes memory.oom_control memory.swappiness)
    (cd "$(cgroup_of cpu)" && cat cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpu.cfs_burst_us cpu.idle)
    (cd "$(cgroup_of cpuset)" && cat cpuset.cpus cpuset.mems)
    cat "$(cgroup_of hugetlb)/hugetlb.2MB.max" "$(cgroup_of pids)/pids.max"
    cat "$(cgroup_of blkio)"/blkio.throttle.*_device
    cat "$(cgroup_of devices)/devices.list"
  }
  before=$(all)
  update_json '{"memory": {"limit": 268435456, "swap": 536870912, "reservation": 1048576, "swappiness": 3, "disableOOMKiller": true},
    "cpu": {"shares": 300, "quota": 70000, "period": 200000, "burst": 0, "idle": 1, "cpus": "0", "mems": "0"},
    "hugepageLimits": [{"pageSize": "2MB", "limit": 0}], "pids": {"limit": 7},
    "devices": [{"allow": false, "access": "rwm"}], "unified": {"hugetlb.2MB.max": "a lot"}}' refused
  has "$err" "hugetlb.2MB.max.*[Ii]nvalid argument$"
  same "$(all)" "$before"
  same "$(state_of "$ID")" running
}

@test "update: checkBeforeUpdate refuses a limit below what is in use" {
  needs_controller memory
  [ "$kind" = davit ] || [ "$(controller memory)" = v2 ] || skip 'peers leave it to the kernel'
  resources '{memory: {limit: 134217728}}'
  up sh -c 'a=$(head -c 8000000 /dev/zero | tr "\0" x); touch /tmp/ready; while :; do sleep 1; done'
  eventually test -e "$BUNDLE/rootfs/tmp/ready"
  update_json '{"memory": {"limit": 1048576, "checkBeforeUpdate": true}, "pids": {"limit": 5}}' refused
  [ "$kind" = crun ] || has "$err" 'rejecting memory limit'
  holds memory.limit_in_bytes memory.max memory 134217728
  same "$(state_of "$ID")" running
}

@test "update: a paused container, which stays paused" {
  needs_controller pids
  up
  ok pause "$ID"
  ok update --pids-limit 30 "$ID"
  same "$(state_of "$ID")" paused
  holds pids.max pids.max pids 30
  ok resume "$ID"
}

@test "update: a created container" {
  needs_controller pids
  create_it
  ok update --pids-limit 30 "$ID"
  same "$(state_of "$ID")" created
  holds pids.max pids.max pids 30
}

@test "update: unknown and stopped containers are refused" {
  refused update --pids-limit 5 "no-$ID"
  has "$err" 'does not exist'
  only_davit 'refusals for stopped containers'
  up true
  eventually status_is "$ID" stopped
  refused update --pids-limit 5 "$ID"
  has "$err" 'container not running'
}

@test "update: device rules take effect, and the default devices never fail meanwhile" {
  only_davit 'device rules in update'
  edit '.linux.devices = [{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11}]
        | .process.capabilities |= with_entries(.value += ["CAP_SYSLOG"])'
  resources '{devices: [{allow: false, access: "rwm"}]}'
  up sh -c 'touch /tmp/ready; while : </dev/null >/dev/zero; do :; done; touch /tmp/failed'
  eventually test -e "$BUNDLE/rootfs/tmp/ready"
  opens() { rt exec "$ID" sh -c ': </dev/kmsg'; [ "$status" = 0 ]; }
  opens && fail 'it could be opened before'
  for _ in 1 2 3 4 5; do
    update_json '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"}]}'
    opens || fail "it can't be opened"
    [ -z "$(v2_dir)" ] || update_json '{"unified": {"cgroup.max.depth": "100"}}'
    opens || fail 'another update took it away'
    update_json '{"devices": [{"allow": false, "access": "rwm"}]}'
    opens && fail 'it can still be opened'
  done
  [ ! -e "$BUNDLE/rootfs/tmp/failed" ] || fail 'a default device was denied'
  update_json '{"devices": [{"allow": true, "access": "rwm"}]}'
  opens || fail "it can't be opened when all is allowed"
  update_json '{"devices": [{"allow": false, "access": "rwm"}]}'
  opens && fail 'it can be opened after all'
  same "$(state_of "$ID")" running
}

@test "update: bad resources are refused and change nothing" {
  needs_controller pids
  [ "$kind" = davit ] || skip 'peers take most of it'
  local json
  resources '{pids: {limit: 20}}'
  up
  for json in '' '{' '[]' '7' 'null' '"x"' '{"pids": {"limit": 5}' '{"pids": {"limit": "5"}}' '{"pids": {"limit": 5}} x' \
    '{"pids": 5}' '{"pids": {"limit": 5}, "memory": {"limit": 1.5}}' '{"pids": {"limit": 5}, "pids": {"limit": 6}}' \
    '{"pids": {"limit": 5}, "cpu": {"cpus": 0}}' '{"pids": {"limit": 5}, "memory": {"limit": -2}}' \
    '{"pids": {"limit": 5}, "devices": [{"allow": true}]}' '{"pids": {"limit": 5}, "unified": {"../x": "1"}}' \
    '{"pids": {"limit": 5}, "blockIO": {"weight": 5}}' '{"pids": {"limit": 5}, "rdma": {"mlx0": {"hcaObjects": 1}}}'; do
    update_json "$json" refused
    same "$(wc -l <"$ERR")" 1
    holds pids.max pids.max pids 20
  done
  printf '{"pids": {"limit": 5}}\0{}' >"$T/nul"
  refused update --resources "$T/nul" "$ID"
  has "$err" 'NUL'
  { printf '{"x": "'; head -c 17000000 /dev/zero | tr '\0' x; printf '", "pids": {"limit": 5}}'; } >"$T/huge"
  refused update --resources "$T/huge" "$ID"
  STDIN=$T/huge refused update --resources - "$ID"
  rm "$T/huge"
  refused update --resources "$T/no-such-file" "$ID"
  has "$err" '[Nn]o such file'
  refused update --resources "$T" "$ID"
  mkfifo "$T/fifo"
  LIMIT=5 refused update --resources "$T/fifo" "$ID"
  holds pids.max pids.max pids 20
  same "$(state_of "$ID")" running
}

@test "update: bad options are refused and change nothing" {
  needs_controller pids
  [ "$kind" = davit ] || skip 'peers take some of it'
  local option
  resources '{pids: {limit: 20}}'
  up
  for option in --memory=1Q --memory=M --memory=-2 --memory=1.5G --memory=99999999999999999999 --memory=16777216T \
    --cpu-quota=1x --cpu-quota= --cpu-share=-1 --cpu-share=1e3 --pids-limit=-2 --pids-limit=99999999999999999999 \
    --blkio-weight=5 --cpu-period=0x10 --kernel-memory=16M --no-such-limit=1 --l3-cache-schema=L3:0=f --mem-bw-schema=MB:0=9; do
    refused update --pids-limit 5 "$option" "$ID"
    same "$(wc -l <"$ERR")" 1
    holds pids.max pids.max pids 20
  done
  refused update "$ID"
  has "$err" 'nothing to update'
  echo '{}' >"$T/empty"
  refused update --resources "$T/empty" --pids-limit 5 "$ID"
  ok update --resources "$T/empty" "$ID"
  holds pids.max pids.max pids 20
}

@test "update: without cgroups it is refused" {
  only_davit 'such an error'
  args sleep 1000
  ok --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID"
  refused update --pids-limit 5 "$ID"
  has "$err" "container '$ID' has no cgroups"
}
