#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pause.bats - pause and resume, and what the other verbs do to a paused container.
load bundle

# counting: a container that writes an ever longer file, so that one can see whether it goes on.
counting() {
  up sh -c 'while :; do echo >>/tmp/count; sleep 0.02; done'
  eventually test -s "$BUNDLE/rootfs/tmp/count"
}
size() { stat -c %s "$BUNDLE/rootfs/tmp/count"; }
grows() { [ "$(size)" -gt "$1" ]; }

@test "pause: nothing goes on until resume" {
  local before
  counting
  ok pause "$ID"
  same "$out$err" ''
  same "$(state_of "$ID")" paused
  before=$(size)
  sleep 0.3
  same "$(size)" "$before"
  ok resume "$ID"
  same "$(state_of "$ID")" running
  eventually grows "$before"
}

@test "pause: processes of exec and their children are paused, too" {
  local pid
  up
  ok exec -d --pid-file "$T/pid" "$ID" sh -c 'while :; do echo >>/tmp/count; sleep 0.02; done'
  eventually test -s "$BUNDLE/rootfs/tmp/count"
  ok pause "$ID"
  pid=$(size)
  sleep 0.2
  same "$(size)" "$pid"
  ok resume "$ID"
  eventually grows "$pid"
}

@test "pause: a created container, which can't be started meanwhile" {
  create_it
  ok pause "$ID"
  same "$(state_of "$ID")" paused
  LIMIT=5 refused start "$ID"
  ok resume "$ID"
  same "$(state_of "$ID")" created
  ok start "$ID"
}

@test "pause: twice is refused, resume of what is not paused as well" {
  [ "$kind" != crun ] || skip 'crun lets it pass'
  up
  refused resume "$ID"
  ok pause "$ID"
  refused pause "$ID"
  same "$(state_of "$ID")" paused
  ok resume "$ID"
  refused resume "$ID"
  same "$(state_of "$ID")" running
}

@test "pause: unknown and stopped containers are refused" {
  local verb
  for verb in pause resume; do
    refused $verb "no-$ID"
    has "$err" 'does not exist'
  done
  up true
  eventually status_is "$ID" stopped
  for verb in pause resume; do
    refused $verb "$ID"
    [ "$kind" = runc ] || has "$err" 'not running'
  done
  ok delete "$ID"
}

@test "pause: exec into a paused container is refused" {
  up
  ok pause "$ID"
  LIMIT=5 refused exec "$ID" true
  has "$err" 'paused'
  [ "$kind" != davit ] || same "$status" 255
}

@test "pause: exec --ignore-paused begins at resume" {
  [ "$kind" != crun ] || skip 'crun has no --ignore-paused'
  local exec
  up
  ok pause "$ID"
  "$RUNTIME" --root "$ROOT" exec --ignore-paused "$ID" sh -c 'echo began' >"$T/began" 2>&1 3>&- </dev/null &
  exec=$!
  sleep 0.3
  same "$(cat "$T/began")" ''
  ok resume "$ID"
  wait $exec
  same "$(cat "$T/began")" began
}

@test "pause: a paused container can be killed" {
  up
  ok pause "$ID"
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "pause: other signals wait for resume" {
  up sh -c 'trap "touch /tmp/term; exit 0" TERM; touch /tmp/ready; while :; do sleep 0.02; done'
  eventually test -e "$BUNDLE/rootfs/tmp/ready"
  ok pause "$ID"
  ok kill "$ID" TERM
  sleep 0.2
  same "$(state_of "$ID")" paused
  [ ! -e "$BUNDLE/rootfs/tmp/term" ] || fail 'the signal was taken'
  ok resume "$ID"
  eventually status_is "$ID" stopped
  [ -e "$BUNDLE/rootfs/tmp/term" ] || fail 'the signal was lost'
}

@test "pause: delete needs --force" {
  up
  ok pause "$ID"
  refused delete "$ID"
  same "$(state_of "$ID")" paused
  LIMIT=8 ok delete --force "$ID"
  nothing_left
}

@test "pause: a v1 freezer that somebody else used is seen and thawed" {
  [ "$(controller freezer)" = v1 ] || skip 'this host has no v1 freezer'
  up
  echo FROZEN >"$(v1_dir freezer)/$ID/freezer.state"
  same "$(state_of "$ID")" paused
  ok resume "$ID"
  same "$(cat "$(v1_dir freezer)/$ID/freezer.state")" THAWED
  echo FROZEN >"$(v1_dir freezer)/$ID/freezer.state"
  LIMIT=8 ok delete --force "$ID"
}

@test "pause: without cgroups it is refused" {
  only_davit 'such an error'
  args sleep 1000
  ok --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID"
  refused pause "$ID"
  has "$err" "container '$ID' has no cgroups"
  same "$(state_of "$ID")" running
}
