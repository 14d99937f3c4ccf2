#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# systemd.bats - the systemd cgroup manager: a container's cgroup is a scope (linux.cgroupsPath as
# SLICE:PREFIX:NAME).
load bundle
load limits

setup() {
  [ -d /run/systemd/system ] || skip 'this host is not run by systemd'
  make_bundle
  unit=bats-$ID.scope
  printf '#!/bin/sh\nexec "%s" --systemd-cgroup "$@"\n' "$RUNTIME" >"$T/with-systemd"
  chmod +x "$T/with-systemd"
  RUNTIME=$T/with-systemd
  edit '.linux.cgroupsPath = "davit-bats.slice:bats:" + $id' --arg id "$ID"
}
teardown() {
  leave_nothing || return 1
  [ -n "${BATS_TEST_SKIPPED:-}" ] || eventually unit_is_gone
}

property() { systemctl show -P "$1" "$unit"; }
unit_is_active() { [ "$(property ActiveState)" = active ]; }
unit_is_gone() { [ "$(systemctl show -P LoadState "$unit")" = not-found ]; }
path_of() { sed -n 's/^0:://p' "/proc/$(pid_of)/cgroup"; }
# Where the container's scope is in a controller's tree.
scope() { echo "$(v1_dir "$1")$([ -n "$(v1_dir "$1")" ] || v2_dir)/davit.slice/davit-bats.slice/$unit"; }

@test "systemd: the cgroup is a scope in its slice, with init alone in it" {
  up
  same "$(path_of)" "/davit.slice/davit-bats.slice/$unit"
  same "$(property ActiveState)" active
  same "$(property Slice)" davit-bats.slice
  same "$(property Delegate)" yes
  has "$(property Description)" "$ID"
  same "$(cat "$(scope pids)/cgroup.procs")" "$(pid_of)"
}

@test "systemd: it is also reached by way of the system's bus" {
  only_davit 'another way first'
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
  up
  same "$(path_of)" "/davit.slice/davit-bats.slice/$unit"
}

@test "systemd: the unit goes with the container" {
  up
  ok delete --force "$ID"
  eventually unit_is_gone
  args true
  ok run --bundle "$BUNDLE" "$ID"
  eventually unit_is_gone
}

@test "systemd: without cgroupsPath a scope of the system's slice" {
  edit 'del(.linux.cgroupsPath)'
  up
  has "$(path_of)" "^/system.slice/$kind-$ID\\.scope"
  unit=$(basename "$(path_of)")
}

@test "systemd: a slice or a prefix may be empty" {
  edit '.linux.cgroupsPath = "::" + $id' --arg id "$ID"
  unit=$ID.scope
  up
  has "$(path_of)" "^/system.slice/$ID\\.scope"
}

@test "systemd: a cgroupsPath of another form is refused" {
  local path
  only_davit 'one rule for it'
  for path in /bats/path bats.slice:one "a--b.slice:p:$ID" "nodot:p:$ID" "a/b.slice:p:$ID" "b.slice:p:x/$ID" "a.slice:b:c:d"; do
    edit '.linux.cgroupsPath = $path' --arg path "$path"
    refused run --bundle "$BUNDLE" "$ID"
    has "$err" 'linux.cgroupsPath'
  done
}

@test "systemd: limits are properties of the unit and values of its files" {
  resources '{memory: {limit: 67108864, reservation: 33554432}, pids: {limit: 50},
    cpu: {quota: 50000, period: 100000, shares: 2048, cpus: "0", mems: "0"}}'
  up
  same "$(property MemoryMax)$(property MemoryLimit)" "67108864infinity"
  same "$(property TasksMax)" 50
  same "$(property CPUQuotaPerSecUSec)" 500ms
  same "$(property MemoryLow)" 33554432
  same "$(property AllowedCPUs)" 0
  same "$(cat "$(scope memory)/memory.max")" 67108864
  same "$(cat "$(scope pids)/pids.max")" 50
  same "$(cat "$(scope cpu)/cpu.max")" '50000 100000'
  same "$(cat "$(scope cpuset)/cpuset.cpus")" 0
}

@test "systemd: limits and device rules stay when systemd reloads" {
  resources '{memory: {limit: 67108864}, hugepageLimits: [{pageSize: "2MB", limit: 2097152}], devices: [{allow: false, access: "rwm"}]}'
  edit '.process.capabilities |= map_values(. + ["CAP_MKNOD"])'
  up
  ok exec "$ID" mknod /dev/block b 7 0
  systemctl daemon-reload
  same "$(cat "$(scope memory)/memory.max")" 67108864
  same "$(cat "$(scope hugetlb)/hugetlb.2MB.max")" 2097152
  refused exec "$ID" sh -c ': </dev/block'
  has "$err" 'not permitted'
  ok exec "$ID" sh -c 'echo x >/dev/null'
}

@test "systemd: update changes properties and files" {
  resources '{memory: {limit: 67108864}, pids: {limit: 50}}'
  up
  ok update --memory 134217728 --pids-limit 60 --cpu-quota 20000 "$ID"
  same "$(property MemoryMax)" 134217728
  same "$(property TasksMax)" 60
  same "$(property CPUQuotaPerSecUSec)" 200ms
  same "$(cat "$(scope cpu)/cpu.max")" '20000 100000'
  systemctl daemon-reload
  same "$(cat "$(scope memory)/memory.max")" 134217728
  same "$(cat "$(scope pids)/pids.max")" 60
}

@test "systemd: annotations set properties of the unit" {
  edit '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 5000000",
    "org.systemd.property.CollectMode": "'"'inactive-or-failed'"'", "org.systemd.property.After": "['"'dbus.service'"']"}'
  up
  same "$(property TimeoutStopUSec)" 5s
  same "$(property CollectMode)" inactive-or-failed
  has "$(property After)" 'dbus\.service'
}

@test "systemd: an annotation in seconds becomes one in microseconds" {
  edit '.annotations = {"org.systemd.property.TimeoutStopSec": "7"}'
  up
  same "$(property TimeoutStopUSec)" 7s
}

@test "systemd: a property that systemd refuses is an error, and leaves nothing" {
  edit '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'NoSuchThing'
  eventually unit_is_gone
}

@test "systemd: an annotation that can't be read is refused with its name" {
  local value
  only_davit 'an error that names it'
  for value in "'x" "['a'" "uint64 x" "{}" ""; do
    edit '.annotations = {"org.systemd.property.TimeoutStopUSec": $value}' --arg value "$value"
    refused run --bundle "$BUNDLE" "$ID"
    has "$err" "annotations\\['org.systemd.property.TimeoutStopUSec'\\]"
  done
  edit '.annotations = {"org.systemd.property.PIDs": "uint32 1"}'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "org.systemd.property.PIDs.*the runtime sets it itself"
}

@test "systemd: a unit of that name that is there already is left alone" {
  systemd-run --quiet --scope --unit="$unit" sleep 1000 3>&- </dev/null >/dev/null 2>&1 &
  eventually unit_is_active
  refused run --bundle "$BUNDLE" "$ID"
  unit_is_active
  systemctl stop "$unit"
}

@test "systemd: exec, pause, resume and kill work in a scope" {
  up
  ok exec "$ID" true
  ok pause "$ID"
  same "$(state_of "$ID")" paused
  ok resume "$ID"
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "systemd: a scope that systemd has stopped is a stopped container" {
  up
  systemctl stop "$unit"
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "systemd: a create that fails late stops its unit" {
  args /no/such/thing
  refused create --bundle "$BUNDLE" "$ID"
  eventually unit_is_gone
}

@test "systemd: a pids limit of one leaves room for the process" {
  resources '{pids: {limit: 1}}'
  inside true
}
