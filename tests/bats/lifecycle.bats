#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# lifecycle.bats - create, start, state, kill and delete, in the right order and in every wrong one.
load bundle

@test "lifecycle: created, running, stopped, gone" {
  args sh -c 'touch /ran; trap "exit 0" TERM; while :; do sleep 0.05; done'
  create_it
  same "$(state_of "$ID")" created
  [ ! -e "$BUNDLE/rootfs/ran" ] || fail 'the process ran before start'
  ok start "$ID"
  eventually test -e "$BUNDLE/rootfs/ran"
  same "$(state_of "$ID")" running
  ok kill "$ID" TERM
  eventually status_is "$ID" stopped
  ok delete "$ID"
  refused state "$ID"
  nothing_left
}

@test "lifecycle: state tells the fields of the specification" {
  edit '.annotations = {"org.example.one": "1", "two": ""}'
  up
  ok state "$ID"
  same "$(jq -r .id <<<"$out")" "$ID"
  same "$(jq -r .status <<<"$out")" running
  same "$(jq -r .bundle <<<"$out")" "$BUNDLE"
  same "$(jq -c .annotations <<<"$out")" '{"org.example.one":"1","two":""}'
  has "$(jq -r .ociVersion <<<"$out")" '^1\.[0-9]+\.[0-9]+'
  same "$(jq -r '.pid | type' <<<"$out")" number
  same "$(tr '\0' ' ' <"/proc/$(jq .pid <<<"$out")/cmdline")" 'sleep 1000 '
}

@test "lifecycle: the bundle in the state is absolute when given as relative" {
  (cd "$T" && "$RUNTIME" --root "$ROOT" create --bundle bundle "$ID" </dev/null >/dev/null 2>&1 3>&-)
  ok state "$ID"
  same "$(jq -r .bundle <<<"$out")" "$BUNDLE"
}

@test "lifecycle: the pid file holds the digits of the pid and nothing else" {
  args sleep 1000
  ok create --bundle "$BUNDLE" --pid-file "$T/pid" "$ID"
  same "$(od -An -c "$T/pid" | tr -d ' 0-9\n')" ''
  same "$(cat "$T/pid")" "$(pid_of)"
}

# held: the container's program waits in a startContainer hook until there is a word in /go; /hooked and /started
# say how far it is. runs_held [OPTION…]: run, in the foreground, is process $run.
held() {
  mkfifo "$BUNDLE/rootfs/go"
  edit '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "touch /hooked; read -r word </go"]}]'
  args sh -c 'touch /started; sleep 1000'
}
runs_held() {
  "$RUNTIME" --root "$ROOT" run "$@" --bundle "$BUNDLE" "$ID" </dev/null >"$T/run" 2>&1 3>&- &
  run=$!
  eventually test -e "$BUNDLE/rootfs/hooked"
}
let_go() {
  timeout 5 sh -c 'echo go >"$1"' sh "$BUNDLE/rootfs/go"
  eventually test -e "$BUNDLE/rootfs/started"
}

# runtime.md "State": running is from when the program runs, and "kill" must work then, wherever the process of
# run or start is by that time. Before that peers say running, too, from their word to init on.
@test "lifecycle: a container in the foreground is running from when its program does" {
  local signal
  held
  for signal in STOP KILL; do
    [ "$signal" = STOP ] || [ "$kind" != crun ] || continue # it goes with its run
    runs_held
    [ "$kind" != davit ] || status_is "$ID" creating
    kill -$signal "$run"
    let_go
    same "$signal $(state_of "$ID")" "$signal running"
    differ "$(pid_of)" 0
    ok list
    has "$out" "$ID .* running "
    ok exec "$ID" echo here
    same "$out" here
    ok kill "$ID" KILL
    eventually status_is "$ID" stopped
    kill -CONT "$run" 2>/dev/null || true
    wait "$run" || true
    ok delete --force "$ID"
    rm "$BUNDLE/rootfs"/{hooked,started}
  done
}

@test "lifecycle: the pid file of run is there before the program runs" {
  held
  runs_held --pid-file "$T/pid"
  [ -s "$T/pid" ] || fail 'no pid file yet'
  let_go
  same "$(cat "$T/pid")" "$(pid_of)"
  ok kill "$ID" KILL
  wait "$run" || true
}

@test "lifecycle: a started container is created until its program runs" {
  local start
  held
  create_it
  "$RUNTIME" --root "$ROOT" start "$ID" </dev/null >"$T/start" 2>&1 3>&- &
  start=$!
  eventually test -e "$BUNDLE/rootfs/hooked"
  [ "$kind" != davit ] || status_is "$ID" created
  kill -STOP "$start" 2>/dev/null || true # a peer's has ended by now
  let_go
  same "$(state_of "$ID")" running
  kill -CONT "$start" 2>/dev/null || true
  wait "$start"
  same "$(state_of "$ID")" running
}

@test "lifecycle: start is refused in any state but created" {
  up
  refused start "$ID"
  same "$(state_of "$ID")" running
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  refused start "$ID"
  same "$(state_of "$ID")" stopped
}

@test "lifecycle: kill of a stopped container says container not running" {
  up true
  eventually status_is "$ID" stopped
  refused kill "$ID" TERM
  has "$err" 'container not running'
}

@test "lifecycle: a created container can be killed" {
  create_it
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  refused start "$ID"
  ok delete "$ID"
}

@test "lifecycle: start fails at once when the waiting process was killed" {
  create_it
  kill -KILL "$(pid_of)"
  eventually status_is "$ID" stopped
  LIMIT=5 refused start "$ID"
}

@test "lifecycle: delete of a running container is refused and leaves it alone" {
  up
  refused delete "$ID"
  same "$(state_of "$ID")" running
}

@test "lifecycle: delete --force ends a running and a created container" {
  up
  ok delete --force "$ID"
  nothing_left
  create_it
  ok delete --force "$ID"
  nothing_left
}

@test "lifecycle: a created container can be deleted without force, as engines do" {
  create_it
  ok delete "$ID"
  nothing_left
}

@test "lifecycle: delete --force of an unknown id succeeds in silence" {
  ok delete --force "$ID"
  same "$out$err" ''
}

@test "lifecycle: every verb says that an unknown container does not exist" {
  local verb
  for verb in state start delete kill; do
    refused "$verb" "$ID"
    has "$verb: $err" 'does not exist'
  done
  refused exec "$ID" true
  has "exec: $err" 'does not exist'
}

@test "lifecycle: every verb wants an id" {
  local verb
  for verb in create run state start kill delete exec; do
    (cd "$BUNDLE" && refused "$verb")
  done
  nothing_left
}

@test "lifecycle: an id in use is refused and its container goes on" {
  local pid
  up
  pid=$(pid_of)
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'exist|in use'
  refused run --bundle "$BUNDLE" "$ID"
  same "$(state_of "$ID") $(pid_of)" "running $pid"
  ok exec "$ID" true
}

@test "lifecycle: an id is free again after delete and after a failed create" {
  up
  ok delete --force "$ID"
  args no-such-program
  refused create --bundle "$BUNDLE" "$ID"
  inside 'echo again'
  same "$out" again
}

@test "lifecycle: ids are letters, digits and _ + - ." {
  local id
  args true
  for id in "${ID}a" "A_b+c.d-9$ID" "0$ID" "$ID.."; do
    edit '.linux.cgroupsPath = "/" + $id' --arg id "$id"
    ok run --bundle "$BUNDLE" "$id"
  done
}

@test "lifecycle: other ids are refused" {
  local id
  for id in '' . .. a/b ../x "$T/x" 'a b' 'a\b' 'a:b' $'a\nb' 'ä' '%n' '*'; do
    refused create --bundle "$BUNDLE" "$id"
    same "$(find "$T" -newer "$BUNDLE/config.json" -path "$ROOT/*" -type d)" ''
  done
}

@test "lifecycle: kill takes a signal as name, name with SIG and number" {
  local signal
  up sh -c 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.02; done'
  eventually grep -q ready "$T/out.1"
  for signal in USR1 SIGUSR1 10; do
    ok kill "$ID" "$signal"
    eventually grep -q usr1 "$T/out.1"
    : >"$T/out.1"
  done
}

@test "lifecycle: kill without a signal sends TERM" {
  up sh -c 'trap "echo term; exit" TERM; echo ready; while :; do sleep 0.02; done'
  eventually grep -q ready "$T/out.1"
  ok kill "$ID"
  eventually grep -q term "$T/out.1"
}

@test "lifecycle: an unknown signal is refused" {
  local signal
  up
  for signal in NOSUCH SIG -1 0x9 9999 '9 ' KILLER; do
    refused kill "$ID" "$signal"
  done
  same "$(state_of "$ID")" running
}

@test "lifecycle: signal 0 asks whether it can be signalled" {
  up
  ok kill "$ID" 0
  same "$(state_of "$ID")" running
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  refused kill "$ID" 0
}

@test "lifecycle: in the host's pid namespace KILL is for every process, other signals for the first" {
  [ "$kind" != crun ] || skip "crun kills the first only"
  edit 'del(.linux.namespaces[] | select(.type == "pid"))'
  up sh -c 'trap "" TERM; sleep 1001 & sleep 1002 & wait; wait'
  eventually sh -c "[ \$(grep -lF $ID /proc/[0-9]*/cgroup | wc -l) = 3 ]"
  ok kill "$ID" TERM
  sleep 0.2
  same "$(grep -lF "$ID" /proc/[0-9]*/cgroup | wc -l)" 3
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  eventually sh -c "! grep -lF $ID /proc/[0-9]*/cgroup"
}

@test "lifecycle: kill --all reaches every process of the container" {
  edit 'del(.linux.namespaces[] | select(.type == "pid"))'
  up sh -c 'sleep 1001 & sleep 1002 & sleep 1003 & wait'
  eventually sh -c "[ \$(grep -lF $ID /proc/[0-9]*/cgroup | wc -l) = 4 ]"
  ok kill --all "$ID" KILL
  eventually status_is "$ID" stopped
  eventually sh -c "! grep -lF $ID /proc/[0-9]*/cgroup"
}

@test "lifecycle: kill --all with another signal reaches every process, too" {
  edit 'del(.linux.namespaces[] | select(.type == "pid"))'
  up sh -c 'for n in 1 2 3; do
    sh -c "trap \"echo \$1 >>/tmp/got\" USR1; echo >>/tmp/ready; while :; do sleep 0.02; done" sh $n &
  done; trap "echo 0 >>/tmp/got" USR1; while :; do sleep 0.02; done'
  eventually sh -c "[ \$(wc -l <$BUNDLE/rootfs/tmp/ready) = 3 ]"
  ok kill --all "$ID" USR1
  eventually sh -c "[ \$(wc -l <$BUNDLE/rootfs/tmp/got) = 4 ]"
  same "$(sort "$BUNDLE/rootfs/tmp/got" | tr '\n' ' ')" '0 1 2 3 '
  same "$(state_of "$ID")" running
}

@test "lifecycle: delete ends what outlived the first process in the host's pid namespace" {
  edit 'del(.linux.namespaces[] | select(.type == "pid"))'
  up sh -c 'sleep 1001 & sleep 1002 & exit 0'
  eventually status_is "$ID" stopped
  ok delete --force "$ID"
  eventually nothing_left
}

@test "lifecycle: edits of config.json after create have no effect" {
  args sh -c 'hostname; echo before'
  create_it
  local made=$OUT
  args sh -c 'echo after'
  edit '.hostname = "other"'
  ok start "$ID"
  eventually status_is "$ID" stopped
  same "$(cat "$made")" $'box\nbefore'
}

@test "lifecycle: a bundle that is no directory, or has no configuration, is refused" {
  refused create --bundle "$T/none" "$ID"
  mkdir "$T/empty"
  refused create --bundle "$T/empty" "$ID"
  has "$err" 'config.json'
  nothing_left
}

@test "lifecycle: errors go to --log as JSON lines" {
  refused --log "$T/log.json" --log-format json create --bundle "$T/none" "$ID"
  same "$(tail -n 1 "$T/log.json" | jq -r .level)" error
  differ "$(tail -n 1 "$T/log.json" | jq -r .msg)" ''
  has "$(tail -n 1 "$T/log.json" | jq -r .time)" '^20[0-9][0-9]-'
}

@test "lifecycle: start of a container without a process is refused" {
  edit 'del(.process)'
  rt create --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ] || refused start "$ID"
}
