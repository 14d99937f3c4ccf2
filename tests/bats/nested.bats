#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# nested.bats - davit in a container: with the rights that it needs, and where the outer container denies them.
load bundle

# The inner one is always davit, whatever made the outer container.
inner_davit() {
  local build
  for build in "$RUNTIME" "$here"/../../build-test/src/davit/davit "$here"/../../build/src/davit/davit; do
    case $("$build" --version 2>/dev/null) in davit*) echo "$build"; return ;; esac
  done
}

# A container with the capabilities that davit needs, podman's filter for one with CAP_SYS_ADMIN, and masks. Its /nest holds davit
# and a bundle that says who it is.
outer() {
  local program
  program=$(inner_davit)
  [ -n "$program" ] || skip 'there is no davit to be nested'
  ! ldd "$program" >/dev/null 2>&1 || skip 'a davit with shared libraries needs more than a static busybox'
  mkdir -p "$T/nest/bundle" "$BUNDLE/rootfs/nest"
  cp "$program" "$T/nest/davit"
  cp -a "$BUNDLE/rootfs" "$T/nest/bundle/rootfs"
  jq '.process.args = ["sh", "-c", "echo inner is $$ on $(hostname)"] | .hostname = "inner" | del(.linux.cgroupsPath)' \
    "$here/config.json" >"$T/nest/bundle/config.json"
  edit '["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_CHOWN",
         "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_MKNOD", "CAP_SETFCAP", "CAP_AUDIT_WRITE"] as $caps |
        (["bpf", "clone", "clone3", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree",
          "pivot_root", "setdomainname", "sethostname", "setns", "umount", "umount2", "unshare"] as $calls |
         $podman[0].linux.seccomp | .syscalls |= (map(.names -= $calls) | map(select(.names != []))) +
         [{names: $calls, action: "SCMP_ACT_ALLOW"}]) as $filter |
        .process.capabilities = {bounding: $caps, permitted: $caps, effective: $caps, inheritable: $caps} |
        .process.noNewPrivileges = false | .root.readonly = false |
        .mounts += [{destination: "/nest", type: "bind", source: $nest, options: ["rbind"]},
                    {destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]}] |
        .linux.seccomp = $filter | .linux.maskedPaths = $podman[0].linux.maskedPaths |
        .linux.readonlyPaths = $podman[0].linux.readonlyPaths' \
    --arg nest "$T/nest" --slurpfile podman "$here/../golden/podman/config.json"
}
inner() { jq "$@" "$T/nest/bundle/config.json" >"$T/inner.new" && cat "$T/inner.new" >"$T/nest/bundle/config.json"; }
writable_cgroups() { edit '(.mounts[] | select(.type == "cgroup") | .options) = ["rw"]'; }
# nested [GLOBAL OPTION…]: davit runs the inner bundle in the outer container.
nested() {
  args /nest/davit --root /tmp/state "$@" run --bundle /nest/bundle inner
  run_it
}
# nested_fails PATTERN [GLOBAL OPTION…]: one line that says why, and nothing is left inside.
nested_fails() {
  args sh -c '! /nest/davit --root /tmp/state "$@" run --bundle /nest/bundle inner && [ -z "$(ls /tmp/state)" ]' sh "${@:2}"
  run_it
  same "$status" 0
  same "$(wc -l <<<"$err")" 1
  has "$err" "$1"
}

@test "nested: in a container with rights and writable cgroups" {
  outer
  writable_cgroups
  nested
  same "$status $out" '0 inner is 1 on inner'
}

@test "nested: a limit of the inner container holds" {
  needs_controller pids
  outer
  writable_cgroups
  inner '.linux.resources.pids.limit = 3 | .process.args = ["sh", "-c",
    "for n in 1 2 3 4 5; do sleep 100 & done 2>&1; echo not reached"]'
  nested
  has "$out$err" "can't fork|Resource temporarily unavailable"
}

@test "nested: read-only cgroups are told, and left out when asked to" {
  outer
  # As every engine has it.
  inner '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  nested_fails 'cgroup.*read-only file system'
  nested --cgroup-manager disabled
  same "$status $out" '0 inner is 1 on inner'
}

@test "nested: where the configuration asks for nothing of them, read-only cgroups do not matter" {
  outer
  inner 'del(.linux.resources)'
  nested
  same "$status $out" '0 inner is 1 on inner'
}

@test "nested: three deep" {
  outer
  writable_cgroups
  mkdir "$T/nest/middle"
  jq '.root.path = "/nest/bundle/rootfs" | .process.args = ["/nest/davit", "--root", "/tmp/deep", "run", "--bundle", "/nest/bundle", "deepest"] |
      (.mounts[] | select(.destination == "/nest") | .source) = "/nest" | del(.linux.cgroupsPath)' \
    "$BUNDLE/config.json" >"$T/nest/middle/config.json"
  args /nest/davit --root /tmp/state run --bundle /nest/middle middle
  run_it
  same "$status $out" '0 inner is 1 on inner'
}

@test "nested: a container without rights is told which one is missing" {
  outer
  writable_cgroups
  edit '.process.capabilities |= map_values(["CAP_KILL", "CAP_SETUID", "CAP_SETGID"])'
  nested_fails 'operation not permitted|permission denied' --cgroup-manager disabled
}

@test "nested: with a user namespace, masks over /proc keep a new one out" {
  outer
  # The filter allows what namespaces need.
  edit 'del(.linux.seccomp)'
  inner '.linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings |
    .mounts = [.mounts[] | select(.destination != "/dev/pts")]'
  nested_fails 'mounts\[0\] /proc: .*operation not permitted' --cgroup-manager disabled
  edit 'del(.linux.maskedPaths, .linux.readonlyPaths)'
  nested --cgroup-manager disabled
  same "$status $out" '0 inner is 1 on inner'
}
