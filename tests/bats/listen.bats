#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# listen.bats - socket activation: descriptors that come with LISTEN_FDS.
load bundle

# with_fds ENV… -- VERB…: descriptors 3 and 4 are files that say which they are, 5 is another.
with_fds() {
  local env=()
  while [ "$1" != -- ]; do env+=("$1"); shift; done
  shift
  echo three >"$T/3"; echo four >"$T/4"; echo five >"$T/5"
  status=0
  ( exec 3<"$T/3" 4<"$T/4" 5<"$T/5"
    # exec, so that the runtime's process id is the one that sh has.
    exec timeout --foreground 20 env "${env[@]}" sh -c \
      '[ -z "$LISTEN_PID" ] || [ "$LISTEN_PID" != self ] || export LISTEN_PID=$$; exec "$@"' sh \
      "$RUNTIME" --root "$ROOT" "$@" </dev/null >"$T/o" 2>"$T/e" ) || status=$?
  out=$(cat "$T/o") err=$(cat "$T/e")
}

show='echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; for n in 3 4 5; do cat <&$n; done 2>/dev/null; true'

@test "listen: the descriptors and what they are called go to the process" {
  [ "$kind" != crun ] || skip 'crun leaves LISTEN_FDS to the configuration'
  args sh -c "$show"
  with_fds LISTEN_PID=self LISTEN_FDS=2 LISTEN_FDNAMES=a:b -- run --bundle "$BUNDLE" "$ID"
  has "$out" '^2 1( a:b)?$'
  same "$(tail -n +2 <<<"$out")" $'three\nfour'
  [ "$kind" != davit ] || same "$(head -n 1 <<<"$out")" '2 1 a:b'
}

@test "listen: those of --preserve-fds come behind them" {
  [ "$kind" != crun ] || skip 'crun leaves LISTEN_FDS to the configuration'
  args sh -c "$show"
  with_fds LISTEN_PID=self LISTEN_FDS=1 -- run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
  same "$out" $'1 1\nthree\nfour'
}

@test "listen: variables for another process are not ours" {
  [ "$kind" != crun ] || skip 'crun takes them'
  args sh -c "$show"
  with_fds LISTEN_PID=1 LISTEN_FDS=2 -- run --bundle "$BUNDLE" "$ID"
  same "$status|$out" '0|'
}

@test "listen: a started container has them, too" {
  only_davit 'a variable of its own'
  args sh -c "echo \$LISTEN_FDS \$LISTEN_PID >/tmp/said; cat <&3 >>/tmp/said"
  with_fds LISTEN_PID=self LISTEN_FDS=1 -- create --bundle "$BUNDLE" "$ID"
  same "$status" 0
  ok start "$ID"
  eventually status_is "$ID" stopped
  same "$(cat "$BUNDLE/rootfs/tmp/said")" $'1 1\nthree'
}

@test "listen: what the configuration says stays" {
  only_davit 'this choice'
  edit '.process.env += ["LISTEN_PID=7", "LISTEN_FDNAMES=mine"]'
  args sh -c "$show"
  with_fds LISTEN_FDS=1 LISTEN_FDNAMES=theirs -- run --bundle "$BUNDLE" "$ID"
  same "$out" $'1 7 mine\nthree'
}

@test "listen: more than are open, or no number, is refused" {
  local n
  only_davit 'a look at the descriptors'
  for n in 9 -1 x 1x 4097 99999999999999999999; do
    with_fds LISTEN_FDS=$n -- run --bundle "$BUNDLE" "$ID"
    [ "$status" = 255 ] || fail "LISTEN_FDS=$n: $status"
    has "$err" 'LISTEN_FDS'
  done
}

@test "listen: exec, too, with the number that its process has" {
  [ "$kind" != runc ] || skip 'runc hands nothing to exec'
  up
  with_fds LISTEN_PID=self LISTEN_FDS=2 LISTEN_FDNAMES=a:b -- exec "$ID" sh -c "$show; echo \$\$"
  [ "$kind" = davit ] || { same "$(sed -n '2,3p' <<<"$out")" $'three\nfour'; return 0; }
  same "$(head -n 1 <<<"$out")" "2 $(tail -n 1 <<<"$out") a:b"
  same "$(sed -n '2,3p' <<<"$out")" $'three\nfour'
  with_fds LISTEN_FDS=9 -- exec "$ID" true
  has "$status $err" '^255 .*LISTEN_FDS'
}

@test "listen: without a pid namespace the number is the process's, too" {
  only_davit 'this care'
  edit '.linux.namespaces |= map(select(.type != "pid"))'
  args sh -c 'echo $LISTEN_PID $$'
  with_fds LISTEN_FDS=1 -- run --bundle "$BUNDLE" "$ID"
  same "$status" 0
  same "${out% *}" "${out#* }"
}
