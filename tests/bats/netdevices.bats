#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# netdevices.bats - devices of the caller's network namespace that go into the container's. The caller's
# namespace is one of the test's own.
load bundle

setup() {
  make_bundle
  unshare --net sleep 1000 3>&- &
  holder=$!
  eventually sh -c "[ \"\$(readlink /proc/$holder/ns/net)\" != \"\$(readlink /proc/self/ns/net)\" ]"
  real=$RUNTIME
  printf '#!/bin/sh\nexec nsenter --net=/proc/%s/ns/net "%s" "$@"\n' "$holder" "$real" >"$T/$(basename "$real")"
  chmod +x "$T/$(basename "$real")"
  RUNTIME=$T/$(basename "$real")
}
teardown() {
  kill "$holder"
  wait "$holder" 2>/dev/null || true
  RUNTIME=$real
  leave_nothing
}

# outside COMMAND…: in the caller's namespace; within PID COMMAND…: in that of a process.
outside() { nsenter --net="/proc/$holder/ns/net" "$@"; }
within() { nsenter --net="/proc/$1/ns/net" "${@:2}"; }
# device NAME: one end of a pair whose other end stays outside.
device() {
  outside ip link add "$1" type veth peer name "peer-$1" || skip 'this kernel has no veth devices'
  outside ip link set "peer-$1" up
}
devices() { edit ".linux.netDevices = $1"; }
# addresses PID DEVICE: "family address/prefix" of global scope
addresses() { within "$1" ip -j address show dev "$2" scope global | jq -r '.[].addr_info[]? | select(.local) | .local + "/" + (.prefixlen | tostring)' | sort | tr '\n' ' '; }

@test "net devices: a device keeps its name, its permanent addresses and attributes, and is up" {
  device d0
  outside ip link set d0 address 02:00:00:00:00:01 mtu 1400
  outside ip address add 10.1.2.3/24 broadcast 10.1.2.255 dev d0
  outside ip address add 10.1.2.4/32 dev d0
  outside ip address add 10.9.9.9/24 dev d0 valid_lft 1000 preferred_lft 1000
  local six=
  if [ -e /proc/sys/net/ipv6 ]; then
    outside ip address add fd00::5/64 dev d0 nodad
    six='fd00::5/64 '
  fi
  devices '{d0: {}}'
  up
  same "$(addresses "$(pid_of)" d0)" '10.1.2.3/24 10.1.2.4/32 '"$six"
  has "$(within "$(pid_of)" ip -o link show d0)" '<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 .*link/ether 02:00:00:00:00:01'
  has "$(within "$(pid_of)" ip -o address show d0)" '10.1.2.3/24 brd 10.1.2.255'
  ! outside ip link show d0
}

@test "net devices: another name, also when the old one is taken there" {
  device d0
  outside ip address add 10.1.2.3/24 dev d0
  outside ip link set d0 up
  devices '{d0: {name: "inside0"}}'
  up
  same "$(addresses "$(pid_of)" inside0)" '10.1.2.3/24 '
  ok delete --force "$ID"
}

@test "net devices: the namespace by its path, where the names may be taken" {
  unshare --net sleep 1000 3>&- &
  local other=$!
  eventually sh -c "[ \"\$(readlink /proc/$other/ns/net)\" != \"\$(readlink /proc/self/ns/net)\" ]"
  edit '(.linux.namespaces[] | select(.type == "network")).path = $path' --arg path "/proc/$other/ns/net"
  device d0
  within "$other" ip link add d0 type veth peer name e0
  devices '{d0: {}}'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'd0|exists'
  outside ip link show d0
  devices '{d0: {name: "e0"}}'
  refused run --bundle "$BUNDLE" "$ID"
  outside ip link show d0
  devices '{d0: {name: "e%d"}}'
  outside ip address add 10.1.2.3/24 dev d0
  up
  same "$(addresses "$other" e1)" '10.1.2.3/24 '
  # Nobody takes it back.
  ok delete --force "$ID"
  within "$other" ip link show e1
  ! outside ip link show d0 || false
  kill "$other"
}

@test "net devices: with a user namespace" {
  device d0
  device d1
  outside ip address add 10.1.2.3/24 dev d0
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -h 100000:100000 "$BUNDLE/rootfs" "$BUNDLE/rootfs"/*
  devices '{d0: {name: "eth%d"}, d1: {name: "eth%d"}}'
  args sh -c 'ip -o address; ls /sys/class/net'
  run_it
  same "$status" 0
  has "$out" 'inet 10.1.2.3/24'
  has "$out" '^eth1$'
}

@test "net devices: a sysctl and a hook find the device" {
  device d0
  devices '{d0: {name: "d9"}}'
  edit '.linux.sysctl = {"net.ipv4.conf.d9.forwarding": "1"}'
  inside 'cat /proc/sys/net/ipv4/conf/d9/forwarding'
  same "$out" 1
}

@test "net devices: one that is not there is refused, and what can't be moved" {
  devices '{nosuch0: {}}'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'nosuch0'
  devices '{lo: {name: "lo1"}}'
  refused run --bundle "$BUNDLE" "$ID"
  [ "$kind" != davit ] || has "$err" "linux.netDevices.lo: move to the container as 'lo1': invalid argument"
}

@test "net devices: bad names and no namespace are refused" {
  only_davit 'these checks at create'
  local d
  device d0
  for d in '{"a/b": {}}' '{"": {}}' '{d0: {name: "a b"}}' '{d0: {name: "0123456789abcdef"}}' '{d0: {name: "a%s"}}' \
    '{d0: {name: "."}}' '{d0: {name: "x"}, d1: {name: "x"}}'; do
    devices "$d"
    refused create --bundle "$BUNDLE" "$ID"
    has "$err" 'linux.netDevices'
  done
  devices '{d0: {}}'
  edit 'del(.linux.namespaces[] | select(.type == "network"))'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.netDevices needs a network namespace'
  outside ip link show d0
}
