#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# terminal.bats - a terminal in the foreground, and one that is handed over by --console-socket.
load bundle

terminal() { edit '.process.terminal = true'; }
# foreground [pty's options] -- CMD…: runs the container on a terminal of the test.
foreground() {
  local given=()
  while [ "$1" != -- ]; do given+=("$1"); shift; done
  shift
  args "$@"
  on_pty "${given[@]}" -- run --bundle "$BUNDLE" "$ID"
}
on_pty() { # [pty's options] -- VERB…
  local given=()
  while [ "$1" != -- ]; do given+=("$1"); shift; done
  shift
  status=0
  timeout -k 2 30 "$here/pty" run "${given[@]}" "$RUNTIME" --root "$ROOT" "$@" </dev/null >"$T/screen" 2>&1 3>&- || status=$?
  screen=$(cat "$T/screen")
  sed 's/^/screen| /' "$T/screen" >>"$T/.calls"
}
# receiver [pty's options]: waits for a terminal at $T/console; what it hears is in $T/heard.
receiver() {
  timeout -k 2 30 "$here/pty" receive "$T/console" "$@" </dev/null >"$T/heard" 2>&1 3>&- &
  receiver=$!
  eventually grep -q listening "$T/heard"
}
heard() {
  wait "$receiver" || true
  heard=$(tail -n +2 "$T/heard")
  sed 's/^/heard| /' "$T/heard" >>"$T/.calls"
}

@test "terminal: in the foreground the three streams are one terminal of the container" {
  terminal
  foreground -- sh -c 'for n in 0 1 2; do [ -t $n ] && readlink /proc/self/fd/$n; done; tty'
  same "$status" 0
  has "$screen" '^/dev/(pts/0|console)$'
  same "$(sort -u <<<"$screen" | grep -c .)" 1
}

@test "terminal: it is the controlling terminal, with job control" {
  terminal
  foreground -- sh -c 'echo to-the-terminal >/dev/tty; cut -d" " -f6,7 /proc/$$/stat'
  has "$screen" '^to-the-terminal$'
  # Session 1; the terminal's number is major 136 (0x88), minor 0.
  has "$screen" '^1 34816$'
}

@test "terminal: the exit code is passed on" {
  terminal
  foreground -- sh -c 'exit 42'
  same "$status" 42
}

@test "terminal: what is typed arrives, and ctrl-c is a signal in the container" {
  terminal
  foreground --answer 'name?' 'bats\n' --answer 'now' '\x03' -- \
    sh -c 'trap "echo interrupted; exit 5" INT; echo "name?"; read name; echo "hello $name"; echo now; while :; do sleep 0.05; done'
  has "$screen" '^hello bats$'
  has "$screen" 'interrupted'
  same "$status" 5
}

@test "terminal: the size is the caller's, and changes with it" {
  terminal
  foreground --size 33x111 --resize 44x55 -- \
    sh -c 'trap "got=1" WINCH; until [ "$(stty size)" = "33 111" ]; do sleep 0.05; done; got=0; echo resize me
      until [ "$(stty size)" = "44 55" ]; do sleep 0.05; done; sleep 0.1; echo "signals: $got"'
  has "$screen" '^signals: 1$'
}

@test "terminal: the caller's terminal is as before afterwards" {
  terminal
  args true
  status=0
  timeout -k 2 30 "$here/pty" run sh -c 'stty -g; "$@" >/dev/null; stty -g' sh "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$T/screen" 2>&1 3>&-
  same "$(grep -cE '^[0-9a-f]+:' "$T/screen")" 2
  same "$(grep -E '^[0-9a-f]+:' "$T/screen" | sort -u | grep -c .)" 1
}

@test "terminal: a process that leaves its terminal to a child does not hold up run" {
  terminal
  foreground -- sh -c 'sleep 300 & echo done'
  same "$status" 0
  has "$screen" '^done'
}

@test "terminal: 2 MB of output arrive whole" {
  terminal
  foreground -- sh -c 'yes 0123456789abcdef | head -n 100000; echo end'
  same "$(grep -c '^0123456789abcdef$' "$T/screen")" 100000
  same "$(tail -n 1 "$T/screen")" end
}

@test "terminal: into a pipe or a file lines end as the process ended them" {
  [ "$kind" != crun ] || skip "crun leaves the carriage returns in"
  terminal
  args sh -c 'echo one; echo two'
  timeout -k 2 30 "$here/pty" run sh -c '"$@" >"$0"' "$T/lines" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$T/screen" 2>&1 3>&-
  same "$(od -An -c "$T/lines" | tr -d ' ')" 'one\ntwo\n'
}

@test "terminal: exec --tty into a file, too" {
  [ "$kind" != crun ] || skip "crun leaves the carriage returns in"
  up
  timeout -k 2 30 "$here/pty" run sh -c '"$@" >"$0"' "$T/lines" "$RUNTIME" --root "$ROOT" exec --tty "$ID" echo one \
    </dev/null >"$T/screen" 2>&1 3>&-
  same "$(od -An -c "$T/lines" | tr -d ' ')" 'one\n'
}

@test "terminal: what a failing startContainer hook writes is seen" {
  terminal
  edit '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo the reason >&2; exit 3"]}]'
  foreground -- true
  differ "$status" 0
  has "$screen" 'the reason'
}

@test "terminal: /dev/console is the terminal" {
  terminal
  foreground -- sh -c 'echo by-console >/dev/console; stat -c %t /dev/console'
  has "$screen" '^by-console$'
  has "$screen" '^88$'
}

@test "terminal: --console-socket gets exactly one descriptor, a terminal" {
  terminal
  args sh -c 'tty; exit 0'
  receiver
  ok create --bundle "$BUNDLE" --console-socket "$T/console" "$ID"
  ok start "$ID"
  heard
  has "$heard" '^descriptors 1 terminal True name True$'
  hasnt "$heard" '^more$'
  has "$heard" '^/dev/(pts/0|console)$'
}

@test "terminal: a detached one can be talked to" {
  terminal
  args sh -c 'echo "name?"; read name; echo "hello $name"'
  receiver --answer 'name?' 'bats\n'
  ok run --detach --bundle "$BUNDLE" --console-socket "$T/console" "$ID"
  heard
  has "$heard" '^hello bats$'
}

@test "terminal: consoleSize is the size of a detached one" {
  terminal
  edit '.process.consoleSize = {height: 21, width: 43}'
  args stty size
  receiver
  ok run --detach --bundle "$BUNDLE" --console-socket "$T/console" "$ID"
  heard
  has "$heard" '^21 43$'
}

@test "terminal: consoleSize without a terminal is passed over" {
  edit '.process.consoleSize = {height: 21, width: 43}'
  inside 'tty; true'
  has "$out" 'not a tty'
}

@test "terminal: the terminal belongs to the process' user" {
  terminal
  edit '.process.user = {uid: 1000, gid: 1000}'
  foreground -- sh -c 'stat -L -c %u /proc/self/fd/0; echo x >/dev/tty && echo written'
  has "$screen" '^1000$'
  has "$screen" '^written$'
}

@test "terminal: detached without a console socket, or a socket without a terminal, is refused" {
  terminal
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'console|tty|terminal'
  refused create --bundle "$BUNDLE" --console-socket "$T/none" "$ID"
  edit '.process.terminal = false'
  receiver
  rt create --bundle "$BUNDLE" --console-socket "$T/console" "$ID"
  kill $receiver
  wait $receiver || true
  differ "$status" 0
  nothing_left
}

@test "terminal: a socket path longer than a socket address works or is refused in words" {
  terminal
  local long=$T/$(printf 'd%.0s' {1..120})
  mkdir "$long"
  args sh -c 'echo reached'
  (cd "$long" && exec timeout -k 2 20 "$here/pty" receive console </dev/null >"$T/heard" 2>&1 3>&-) &
  receiver=$!
  eventually grep -q listening "$T/heard"
  rt run --detach --bundle "$BUNDLE" --console-socket "$long/console" "$ID"
  if [ "$status" = 0 ]; then
    heard
    has "$heard" '^reached$'
  else
    kill $receiver
    wait $receiver || true
    has "$err" 'console|socket|too long|invalid'
  fi
}

@test "terminal: exec --tty" {
  up
  on_pty --size 30x100 --answer 'name?' 'bats\n' -- exec --tty "$ID" sh -c 'tty; stty size; echo "name?"; read name; echo "hello $name"; exit 6'
  same "$status" 6
  has "$screen" '^/dev/pts/0$'
  has "$screen" '^30 100$'
  has "$screen" '^hello bats$'
}

@test "terminal: exec --detach --tty hands its terminal over" {
  up
  receiver --answer 'name?' 'bats\n'
  ok exec --detach --tty --console-socket "$T/console" "$ID" sh -c 'echo "name?"; read name; echo "hello $name"'
  heard
  has "$heard" '^descriptors 1 terminal True'
  has "$heard" '^hello bats$'
}
