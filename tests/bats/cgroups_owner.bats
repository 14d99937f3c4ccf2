#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cgroups_owner.bats - who owns the container's cgroup (config-linux.md, "Cgroup ownership").
load bundle
load limits

# The rules are about hosts with v2 alone: the runtime sees one, whatever this host is.
setup() {
  make_bundle
  [ -n "$(v2_dir)" ] || skip 'this host has no cgroup v2'
  tree=$(v2_dir)
  cat >"$T/on-v2" <<EOF
#!/bin/sh
exec unshare --mount --propagation private sh -c 'mount -t cgroup2 none /sys/fs/cgroup && exec "\$@"' - "$RUNTIME" "\$@"
EOF
  chmod +x "$T/on-v2"
  as_it_is=$RUNTIME
  [ "$tree" = /sys/fs/cgroup ] || RUNTIME=$T/on-v2
  # User 1000 of the container is 101000 here.
  edit '.linux.namespaces += [{type: "user"}, {type: "cgroup"}] | .process.user = {uid: 1000, gid: 1000}
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
    | .mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev"]}]'
}

owner() { stat -c %u "$tree/$ID/${1:-}"; }
delegated() {
  if [ -e /sys/kernel/cgroup/delegate ]; then cat /sys/kernel/cgroup/delegate
  else printf 'cgroup.%s\n' procs subtree_control threads; fi
}
# nothing_given: everything belongs to root.
nothing_given() { same "$(find "$tree/$ID" ! -uid 0)" ''; }

@test "owner: the cgroup and the delegated files belong to the container's user, no others do" {
  local file
  up
  same "$(owner)" 101000
  for file in "$tree/$ID"/*; do
    file=${file##*/}
    if delegated | grep -qx "$file"; then same "$file $(owner "$file")" "$file 101000"
    else same "$file $(owner "$file")" "$file 0"; fi
  done
}

@test "owner: the container's user can make cgroups below its own" {
  inside 'mkdir /sys/fs/cgroup/mine && echo $$ >/sys/fs/cgroup/mine/cgroup.procs && cat /proc/self/cgroup | grep ^0:'
  same "$out" '0::/mine'
}

# Then init moves itself into a cgroup that is no longer the host's root's.
@test "owner: a container without clone3 is in its user's cgroup all the same" {
  only_davit 'a fallback for it'
  local code allowed=$RUNTIME
  for code in ENOSYS EPERM; do
    printf '#!/bin/sh\nexec "%s" %s clone3 -- "%s" "$@"\n' "$here/deny" $code "$allowed" >"$T/denied"
    chmod +x "$T/denied"
    RUNTIME=$T/denied
    up
    same "$(owner)" 101000
    same "$(owner cgroup.procs)" 101000
    ok exec "$ID" cat /proc/self/cgroup
    has "$out" '^0::/$'
    ok delete --force "$ID"
    RUNTIME=$allowed
  done
}

@test "owner: it can't change its limits" {
  [ "$(controller hugetlb)" = v2 ] || skip 'this host has no v2 hugetlb controller'
  resources '{hugepageLimits: [{pageSize: "2MB", limit: 0}]}'
  inside 'echo max 2>/dev/null >/sys/fs/cgroup/hugetlb.2MB.max || echo refused'
  same "$out" refused
}

@test "owner: root's when the mount is read-only" {
  edit '.mounts[-1].options += ["ro"]'
  up
  nothing_given
}

@test "owner: root's without a cgroup namespace" {
  edit '.linux.namespaces |= map(select(.type != "cgroup"))'
  up
  nothing_given
}

@test "owner: root's without a mount of cgroups" {
  edit 'del(.mounts[-1])'
  up
  nothing_given
}

@test "owner: the user's own without a user namespace" {
  edit 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))'
  up
  same "$(owner) $(owner cgroup.procs) $(owner cgroup.freeze)" '1000 1000 0'
}

@test "owner: root's on a host that mixes v1 and v2" {
  [ -n "$(v1_dir memory)" ] || skip 'this host has v2 alone'
  RUNTIME=$as_it_is
  up
  nothing_given
}
