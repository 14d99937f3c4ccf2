#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# events.bats - statistics and the news that a container has run out of memory.
load bundle
load limits

setup() {
  [ "$kind" != crun ] || skip 'crun has no events'
  make_bundle
}

data() { jq -r ".data.$1" <<<"$out"; }
# listen OPTION…: events in the background, into $T/events; $LISTENER is its pid.
listen() {
  "$RUNTIME" --root "$ROOT" events "$@" "$ID" >"$T/events" 2>"$T/events.err" 3>&- </dev/null &
  LISTENER=$!
}
needs_memory_for_runc() { [ "$kind" = davit ] || needs_controller memory; }
# The listener holds the container's process and sleeps.
waits_for_process() {
  readlink "/proc/$LISTENER/fd/"* | grep -q pidfd && grep -q '^State:.S' "/proc/$LISTENER/status"
}
told() { grep -q "\"type\":\"$1\"" "$T/events"; }

@test "events: --stats prints one object on one line" {
  up
  ok events --stats "$ID"
  same "$(wc -l <"$OUT")" 1
  has "$out" "^\{\"type\":\"stats\",\"id\":\"$ID\",\"data\":\{.*\}\}\$"
  same "$(jq -r '.data | has("cpu") and has("memory") and has("pids") and has("blkio") and has("hugetlb")' <<<"$out")" true
}

@test "events: the numbers are those of the cgroup's files" {
  needs_v1 memory
  needs_v1 cpu
  local before
  resources '{memory: {limit: 67108864, swap: 134217728}, cpu: {quota: 5000, period: 10000, cpus: "0"}, pids: {limit: 20}}'
  up sh -c 'i=0; while [ $i -lt 40000 ]; do i=$((i + 1)); done; touch /tmp/ready; exec sleep 1000'
  eventually test -e "$BUNDLE/rootfs/tmp/ready"
  periods() { awk '$1 == "nr_periods" { print $2 }' "$(cgroup_of cpu)/cpu.stat"; }
  before=$(periods)
  ok events --stats "$ID"
  [ "$before" -gt 0 ] && [ "$(data cpu.throttling.periods)" -ge "$before" ]
  [ "$(data cpu.throttling.periods)" -le "$(periods)" ]
  same "$(data memory.usage.limit) $(data memory.swap.limit)" '67108864 134217728'
  same "$(data memory.usage.max)" "$(cat "$(cgroup_of memory)/memory.max_usage_in_bytes")"
  same "$(data memory.raw.pgfault)" "$(awk '$1 == "pgfault" { print $2 }' "$(cgroup_of memory)/memory.stat")"
  same "$(data pids.current) $(data pids.limit)" '1 20'
  same "$(data cpu.usage.total)" "$(cat "$(v1_dir cpuacct)/$ID/cpuacct.usage")"
  same "$(data 'cpu.usage.percpu | add')" "$(data cpu.usage.total)"
  same "$(data 'cpuset.cpus[0]')" 0
}

@test "events: statistics at every interval, until the container ends" {
  needs_memory_for_runc
  up
  listen --interval 50ms
  eventually sh -c "[ \$(grep -c '\"type\":\"stats\",\"id\":\"$ID\"' '$T/events') -ge 3 ]"
  ok delete --force "$ID"
  wait $LISTENER
  same "$(cat "$T/events.err")" ''
  jq -es 'all(.type == "stats")' "$T/events" >/dev/null
}

@test "events: the first statistics come after the interval, not before" {
  needs_memory_for_runc
  up
  listen --interval 1h
  sleep 0.3
  same "$(cat "$T/events")" ''
  ok delete --force "$ID"
  wait $LISTENER
}

@test "events: an end without statistics is noticed at once" {
  only_davit 'an end when the process ends'
  up sh -c 'until [ -e /tmp/go ]; do sleep 0.02; done'
  listen --interval=10m
  eventually waits_for_process
  touch "$BUNDLE/rootfs/tmp/go"
  wait $LISTENER
  same "$(cat "$T/events" "$T/events.err")" ''
}

@test "events: running out of memory is told at once" {
  needs_controller memory
  resources '{memory: {limit: 33554432, swap: 33554432}}'
  up
  listen --interval 1h
  sleep 0.3
  ok exec -d "$ID" sh -c 'a=$(head -c 60000000 /dev/zero | tr "\0" x); echo ${#a}'
  eventually told oom
  same "$(head -n 1 "$T/events")" "{\"type\":\"oom\",\"id\":\"$ID\"}"
  same "$(state_of "$ID")" running
  ok delete --force "$ID"
  wait $LISTENER
  same "$(grep -cv '"oom"' "$T/events")" 0
}

@test "events: an ending container without want of memory is no oom" {
  needs_controller memory
  up
  listen --interval 1h
  sleep 0.2
  ok delete --force "$ID"
  wait $LISTENER
  same "$(cat "$T/events" "$T/events.err")" ''
}

@test "events: created and paused containers" {
  create_it
  ok events --stats "$ID"
  ok start "$ID"
  ok delete --force "$ID"
  up
  ok pause "$ID"
  ok events --stats "$ID"
  same "$(data pids.current)" 1
  same "$(state_of "$ID")" paused
}

@test "events: unknown and stopped containers are refused" {
  refused events --stats "no-$ID"
  has "$err" 'does not exist'
  up true
  eventually status_is "$ID" stopped
  refused events "$ID"
  has "$err" 'not running'
  refused events --stats "$ID"
}

@test "events: an interval that is none is refused" {
  local interval
  up
  for interval in 0 0s -1s 5 s 5x 1..5s '5 s' 1e3s 99999999h; do
    LIMIT=3 refused events --interval="$interval" "$ID"
    [ "$kind" != davit ] || has "$err" "'--interval'"
  done
  for interval in 1h1m1.5s 1000us 3000000ns; do
    ok events --stats --interval="$interval" "$ID"
  done
}

@test "events: nobody who listens is an error, and the container goes on" {
  only_davit 'such an error'
  up
  { sleep 0.2; "$RUNTIME" --root "$ROOT" events --interval 50ms "$ID" 2>"$T/err" || echo $? >"$T/rc"; } | true
  has "$(cat "$T/err")" 'standard output: [Bb]roken pipe'
  same "$(cat "$T/rc")" 1
  same "$(state_of "$ID")" running
}
