#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec_cgroup.bats - another process in a sub-cgroup of the container's.
load bundle
load limits

# Its cgroups: one line for each hierarchy.
mine='cat /proc/self/cgroup'

# sub NAME: a cgroup below the container's in every hierarchy. A cpuset of v1 begins without CPUs.
sub() {
  local d f
  for d in $(cgroups_left | grep "/$ID\$"); do
    mkdir "$d/$1"
    for f in cpuset.mems cpuset.cpus; do
      [ -n "$(v2_dir)" ] && [ "${d#"$(v2_dir)"}" != "$d" ] || [ ! -e "$d/$f" ] || cat "$d/$f" >"$d/$1/$f"
    done
  done
}

@test "exec cgroup: a path is joined in all hierarchies" {
  up
  sub inner
  ok exec --cgroup inner "$ID" sh -c "$mine"
  same "$(grep -c "/$ID" <<<"$out")" "$(grep -c "/$ID/inner\$" <<<"$out")"
  has "$out" "/$ID/inner"
  ok exec "$ID" sh -c "$mine"
  hasnt "$out" "/$ID/inner"
  ok exec --cgroup / "$ID" sh -c "$mine"
  hasnt "$out" "/$ID/inner"
  has "$out" "/$ID\$"
}

@test "exec cgroup: a controller's alone" {
  needs_v1 memory
  needs_v1 pids
  up
  sub inner
  ok exec --cgroup memory:inner "$ID" sh -c "$mine"
  has "$out" "memory.*/$ID/inner\$"
  hasnt "$out" "pids:/$ID/inner"
  ok exec --cgroup memory:inner --cgroup pids:/inner "$ID" sh -c "$mine"
  has "$out" "memory.*/$ID/inner\$"
  has "$out" "pids:/$ID/inner\$"
}

@test "exec cgroup: nothing leads out of the container's own, and what is not there is refused" {
  local path
  up
  sub inner
  for path in .. ../other /../.. inner/../.. none inner/none; do
    refused exec --cgroup "$path" "$ID" true
  done
  refused exec --cgroup "nosuch:inner" "$ID" true
  has "$err" nosuch
}

@test "exec cgroup: a container without cgroups has none below" {
  only_davit 'a manager for no cgroups'
  args sleep 1000
  edit 'del(.linux.resources, .linux.cgroupsPath)'
  ok --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID"
  refused exec --cgroup inner "$ID" true
  has "$err" 'the container has none'
}

# The kernel takes memory from a limit 64 pages at a time, so this is the least that can be seen. The payload's own
# share is in it, too.
@test "exec cgroup: an exec takes no more of the memory limit than one step of 256 KiB" {
  needs_v1 memory
  resources '{memory: {limit: 67108864}}'
  up
  local n before growth least=99999999 peak usage
  peak=$(knob memory.max_usage_in_bytes - memory) usage=$(knob memory.usage_in_bytes - memory)
  for n in 1 2 3 4 5 6 7 8 9 10; do
    ok exec "$ID" /bin/true
    echo 0 >"$peak"
    before=$(cat "$usage")
    ok exec "$ID" /bin/true
    growth=$(($(cat "$peak") - before))
    [ $growth -ge $least ] || least=$growth
  done
  [ $least -le 262144 ] || fail "the least of ten was $least bytes"
}
