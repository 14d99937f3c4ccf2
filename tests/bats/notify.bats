#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# notify.bats - NOTIFY_SOCKET: what the container says about being ready, and what of it the host hears.
load bundle

setup() {
  make_bundle
  export NOTIFY_SOCKET=$T/notify.sock
}
teardown() {
  [ -z "${listener:-}" ] || kill "$listener" 2>/dev/null || true
  leave_nothing
}

# hear [stuffed]: a host that listens; heard prints what it heard.
hear() {
  "$here/notify" hear "$NOTIFY_SOCKET" "$T/heard" "$@" 3>&- &
  listener=$!
  eventually grep -sq listening "$T/heard"
}
heard() { tail -n +2 "$T/heard" | grep -v -e STUFFING -e BARRIER; }
heard_ready() { heard | grep -q '^READY=1'; }
# say TEXT…: from inside; the container's process as the state has it.
say() { "$here/notify" say "$(pid_of)" "$@"; }
runs() { status_is "$ID" running; }
# behind VERB…: the call in the background; its end and status are in $T/behind.
behind() {
  { calls=$((calls + 1000)); LIMIT=40 rt "$@"; { echo "$status"; cat "$ERR"; } >"$T/behind.new"; mv "$T/behind.new" "$T/behind"; } 3>&- &
}
ended() { [ -e "$T/behind" ]; }
ended_with() { eventually ended || { cat "$T"/err.1*; return 1; }; same "$(head -n 1 "$T/behind")" "$1"; }

@test "notify: the process has a socket, and a directory of its own with nothing else in it" {
  args sh -c 'echo "$NOTIFY_SOCKET"; ls "${NOTIFY_SOCKET%/*}" | wc -l; touch "${NOTIFY_SOCKET%/*}/x" 2>/dev/null || echo refused'
  ok run --bundle "$BUNDLE" "$ID"
  [ "$kind" = crun ] || same "$out" $'/run/notify/notify.sock\n1\nrefused'
  has "$out" '^/.*/'
}

@test "notify: run --detach comes back when the container is ready, and names its process" {
  hear
  args sleep 1000
  behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  ! ended || false
  say READY=1
  ended_with 0
  eventually heard_ready
  runs
  [ "$kind" = crun ] || same "$(heard | tr '\n' ' ')" "READY=1 MAINPID=$(pid_of) "
}

@test "notify: start comes back when the container is ready" {
  hear
  args sleep 1000
  create_it
  behind start "$ID"
  eventually runs
  ! ended || false
  say READY=1
  ended_with 0
  eventually heard_ready
}

@test "notify: run in the foreground tells of it and stays" {
  hear
  args sh -c 'until [ -e /tmp/go ]; do sleep 0.05; done; exit 7'
  behind run --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  eventually heard_ready
  ! ended || false
  touch "$BUNDLE/rootfs/tmp/go"
  ended_with 7
}

@test "notify: start comes back when the container ends without a word" {
  hear
  args sh -c 'until [ -e /tmp/go ]; do sleep 0.05; done'
  create_it
  behind start "$ID"
  eventually runs
  touch "$BUNDLE/rootfs/tmp/go"
  ended_with 0
  same "$(heard)" ''
}

@test "notify: while start waits the container can be killed and deleted" {
  hear
  args sleep 1000
  create_it
  behind start "$ID"
  eventually runs
  ok kill "$ID" KILL
  ended_with 0
  ok delete "$ID"
}

@test "notify: nothing but READY=1 reaches the host" {
  only_davit 'a host that hears no more than that'
  hear
  args sleep 1000
  behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  say 'STATUS=fine' 'MAINPID=1\nFDSTORE=1' 'XREADY=1' 'READY=12' 'READY=0' '' "STATUS=$(printf 'x%.0s' {1..5000})\\nREADY=1"
  say 'WATCHDOG=1\nBARRIER=1'
  ! ended || false
  say 'STATUS=x\nREADY=1\nMAINPID=1'
  ended_with 0
  same "$(heard)" "READY=1 MAINPID=$(pid_of)"
}

@test "notify: who is not root in the container can say it, too" {
  only_davit 'a socket for everybody whatever the umask'
  mkdir -p "$BUNDLE/rootfs/run/notify"
  hear
  edit '.process.user = {uid: 1000, gid: 1000} | .linux.namespaces += [{"type": "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  args sleep 1000
  (umask 077; behind run --detach --bundle "$BUNDLE" "$ID")
  eventually runs
  say 101000 READY=1
  ended_with 0
  eventually heard_ready
}

@test "notify: an abstract address" {
  [ "$kind" != crun ] || skip 'crun takes it for a path in the container'
  NOTIFY_SOCKET=@$ID
  hear
  args sleep 1000
  behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  ended_with 0
  eventually heard_ready
}

@test "notify: a host that does not listen is a warning, and the container unharmed" {
  only_davit 'a warning'
  args sleep 1000
  behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  ended_with 0
  has "$(cat "$T/behind")" "warning: NOTIFY_SOCKET '$T/notify.sock': connect: no such file"
  runs
  ok delete --force "$ID"
  rm "$T/behind"
  NOTIFY_SOCKET=nonsense behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  ended_with 0
  has "$(cat "$T/behind")" "warning: NOTIFY_SOCKET 'nonsense': .* not supported"
}

@test "notify: a host that does not read is waited for, and the container unharmed" {
  only_davit 'a foreground that waits for room'
  hear stuffed
  args sh -c 'until [ -e /tmp/go ]; do sleep 0.05; done; echo fine'
  behind run --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  ! heard_ready || false
  touch "$T/heard.go"
  eventually heard_ready
  touch "$BUNDLE/rootfs/tmp/go"
  ended_with 0
}

@test "notify: after it was told, the container's further messages are refused, not queued" {
  hear
  args sleep 1000
  behind run --detach --bundle "$BUNDLE" "$ID"
  eventually runs
  say READY=1
  ended_with 0
  ! say WATCHDOG=1 2>"$T/refused" || false
  grep -q ConnectionRefused "$T/refused"
}

@test "notify: a socket that the configuration names is left alone" {
  only_davit 'it'
  mkdir "$T/own"
  edit '.process.env += ["NOTIFY_SOCKET=/run/own/sock"] |
    .mounts += [{destination: "/run/own", type: "bind", source: $s, options: ["bind"]}]' --arg s "$T/own"
  up sleep 1000
  tr '\0' '\n' <"/proc/$(pid_of)/environ" | grep -qx 'NOTIFY_SOCKET=/run/own/sock'
  ! grep -q /run/notify "/proc/$(pid_of)/mountinfo"
}

@test "notify: a container that was created without it is started, with a warning" {
  only_davit 'a warning'
  args sleep 1000
  unset NOTIFY_SOCKET
  create_it
  export NOTIFY_SOCKET=$T/notify.sock
  ok start "$ID"
  has "$err" 'warning: NOTIFY_SOCKET'
  runs
}

@test "notify: start without it, or a start that is killed, leaves a container that runs" {
  hear
  args sleep 1000
  create_it
  { exec 3>&-; exec timeout 20 "$RUNTIME" --root "$ROOT" start "$ID"; } &
  local start=$!
  eventually runs
  kill "$start"
  wait "$start" || true
  runs
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
  create_it
  (unset NOTIFY_SOCKET; ok start "$ID")
  runs
}
