#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# systemd_inside.bats - containers whose first process is systemd. It distributes its cgroup's controllers
# to cgroups of its own, after which no process may be put into the container's cgroup itself.
load bundle
load limits

setup() {
  systemd=/usr/lib/systemd/systemd
  [ -x $systemd ] || skip 'this host has no systemd'
  [ -L /bin ] || skip 'this host has its programs in other places than /usr'
  [ -e /sys/fs/cgroup/cgroup.controllers ] || skip 'this host has no cgroup v2 alone'
  make_bundle
  plain_runtime=$RUNTIME
  make_system
}

# The host's programs, and a configuration that starts next to nothing. systemd ends at once where it would have
# to make one of these mounts itself and may not.
make_system() {
  local root=$BUNDLE/rootfs
  rm -r "${root:?}"/{bin,etc}
  mkdir -p "$root"/{usr,run,var/log,etc/systemd/system}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root/"
  cp -a /etc/{passwd,group,nsswitch.conf,dbus-1} "$root/etc/"
  cp /etc/os-release "$root/etc/os-release"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  printf '%s\n' '[Service]' 'ExecStart=/usr/bin/sleep infinity' MemoryMax=64M >"$root/etc/systemd/system/idle.service"
  printf '%s\n' '[Unit]' Requires=idle.service After=idle.service >"$root/etc/systemd/system/small.target"
  args $systemd --unit=small.target
  edit '.root.readonly = false | .process.env += ["container=oci"]
    | .process.capabilities |= map_values(["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID",
      "CAP_SETUID", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT"])
    | .mounts += [
      {destination: "/usr", type: "bind", source: "/usr", options: ["rbind", "ro"]},
      {destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "nodev", "noexec", "mode=1777"]},
      {destination: "/run", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=755"]},
      {destination: "/run/lock", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "noexec", "mode=1777"]},
      {destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev"]}]
    | .linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}])'
}

service_is_active() { rt exec "$ID" systemctl is-active idle.service; [ "$out" = active ]; }

# What holds whoever made the container's cgroup.
lives_and_is_entered() {
  ok run --detach --bundle "$BUNDLE" "$ID"
  eventually service_is_active
  ok exec "$ID" systemctl show -P MemoryMax idle.service
  same "$out" 67108864
  # The container's cgroup is closed to processes by now.
  ok exec "$ID" cat /sys/fs/cgroup/cgroup.subtree_control
  has "$out" memory
  ok exec "$ID" cat /proc/self/cgroup
  same "$out" 0::/init.scope
  ok exec --user 65534 "$ID" id -u
  same "$out" 65534
  # systemd's "halt": the first process ends by itself.
  ok kill "$ID" RTMIN+3
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "systemd inside: its services run, and exec enters the container" {
  lives_and_is_entered
}

@test "systemd inside: its services run in a scope of the host's systemd, and exec enters it" {
  [ -d /run/systemd/system ] || skip 'this host is not run by systemd'
  printf '#!/bin/sh\nexec "%s" --systemd-cgroup "$@"\n' "$plain_runtime" >"$T/with-systemd"
  chmod +x "$T/with-systemd"
  RUNTIME=$T/with-systemd
  edit '.linux.cgroupsPath = "davit-bats.slice:bats:" + $id' --arg id "$ID"
  lives_and_is_entered
}

@test "systemd inside: limits of the container hold for all of it" {
  resources '{pids: {limit: 200}, memory: {limit: 268435456}}'
  ok run --detach --bundle "$BUNDLE" "$ID"
  eventually service_is_active
  same "$(cat "$(knob pids.max pids.max pids)")" 200
  ok update --pids-limit 150 "$ID"
  same "$(cat "$(knob pids.max pids.max pids)")" 150
  ok exec "$ID" systemctl is-active idle.service
  ok delete --force "$ID"
}
