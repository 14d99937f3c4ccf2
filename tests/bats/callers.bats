#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# callers.bats - the command lines that engines write, word for word, in the environment and the order
# in which they write them. That the words are understood is a unit test; here they have to work.
load bundle

# from ENV… -- WORD…: the runtime with exactly these variables, called from the bundle's directory.
from() {
  local env=()
  while [ "$1" != -- ]; do env+=("$1"); shift; done
  shift
  status=0
  ( cd "$BUNDLE" && exec timeout -k 2 20 env -i "${env[@]}" "$RUNTIME" "$@" ) \
    <"${STDIN:-/dev/null}" >"$T/o" 2>"$T/e" 3>&- || status=$?
  out=$(cat "$T/o") err=$(cat "$T/e")
  echo "\$ $* = $status $err" >>"$T/.calls"
}
# works / fails as above, and with that result.
works() { from "$@"; [ "$status" = 0 ] || fail "$* ended with $status: $err"; }
fails() { from "$@"; [ "$status" != 0 ] || fail "$* should have failed"; }
# monitored NAME WORD…: the runtime below a monitor; the pid file is $T/NAME.pid.
monitored() {
  local name=$1
  shift
  ( cd "$BUNDLE" && exec timeout -k 2 40 env -i PATH="$PATH" "$here/monitor" "$T/$name.pid" "$T/$name.status" \
    "$RUNTIME" "$@" ) </dev/null >"$T/$name.out" 2>"$T/$name.err" 3>&- &
  eventually test -s "$T/$name.status"
  echo "\$ $*: $(cat "$T/$name.status" "$T/$name.err")" >>"$T/.calls"
  same "$(head -n 1 "$T/$name.status")" "runtime 0 pid $(cat "$T/$name.pid")"
}
ended() { eventually grep -qx "process $2" "$T/$1.status"; }
status_line() { from "$@"; jq -r .status <<<"$out"; }
process_file() { jq -n '{args: $ARGS.positional, cwd: "/", env: ["PATH=/bin"], user: {uid: 0, gid: 0}}' --args -- "$@" >"$T/process"; }

@test "callers: containerd's shim" {
  local g=(--root "$ROOT" --log "$T/log.json" --log-format json)
  args sh -c 'trap "exit 3" TERM; while :; do sleep 0.05; done'
  monitored init "${g[@]}" create --bundle "$BUNDLE" --pid-file "$T/init.pid" "$ID"
  works PATH="$PATH" -- "${g[@]}" start "$ID"
  works PATH="$PATH" -- "${g[@]}" ps --format json "$ID"
  has "$out" "\\b$(cat "$T/init.pid")\\b"
  process_file sh -c 'exit 5'
  monitored x "${g[@]}" exec --process "$T/process" --detach --pid-file "$T/x.pid" "$ID"
  ended x 5
  if [ -n "$(controller pids)" ]; then
    echo '{"pids": {"limit": 77}}' >"$T/resources"
    STDIN=$T/resources works PATH="$PATH" -- "${g[@]}" update --resources=- "$ID"
  fi
  works PATH="$PATH" -- "${g[@]}" pause "$ID"
  works PATH="$PATH" -- "${g[@]}" resume "$ID"
  works PATH="$PATH" -- "${g[@]}" kill "$ID" 15
  ended init 3
  works PATH="$PATH" -- "${g[@]}" delete "$ID"
  # Its cleanup comes again, when all is gone.
  works PATH="$PATH" -- "${g[@]}" delete --force "$ID"
  works PATH="$PATH" -- features
  same "$err" ''
  jq -e '.ociVersionMax' <<<"$out"
}

@test "callers: podman through conmon, and directly" {
  local xdg=XDG_RUNTIME_DIR=$T runtime=("PATH=$PATH" "XDG_RUNTIME_DIR=$T")
  args sh -c 'cat <&3; exec sleep 1000'
  echo preserved >"$T/fd"
  ( exec 3<"$T/fd" 4</dev/null
    cd "$BUNDLE" && exec timeout 20 env -i "${runtime[@]}" "$RUNTIME" --root "$ROOT" --log-format=json --log "$T/oci-log" \
      create --bundle "$BUNDLE" --pid-file "$T/pid" --preserve-fds 2 "$ID" </dev/null >"$T/payload" 2>&1 )
  works "${runtime[@]}" -- --root "$ROOT" start "$ID"
  eventually grep -qx preserved "$T/payload"
  process_file sh -c 'exit 6'
  monitored x --root "$ROOT" exec --pid-file "$T/x.pid" --process "$T/process" --detach "$ID"
  ended x 6
  if [ -n "$(controller pids)" ]; then
    echo '{"pids": {"limit": 55}}' >"$T/resources"
    works "${runtime[@]}" -- --root "$ROOT" update --resources="$T/resources" "$ID"
  fi
  works "$xdg" -- --root "$ROOT" kill --all "$ID" 9
  eventually status_is "$ID" stopped
  works "$xdg" -- --root "$ROOT" delete --force "$ID"
  # Podman reads the log as one JSON object.
  args /no/such/program
  fails "${runtime[@]}" -- --root "$ROOT" --log-format=json --log "$T/oci-log" create --bundle "$BUNDLE" --pid-file "$T/pid" "$ID"
  [ "$kind" = runc ] || same "$(jq -r .level "$T/oci-log")" error
  works "$xdg" -- --version
  has "$out" '^[^ ]+ version '
}

@test "callers: CRI-O through conmon, and directly" {
  local r=("PATH=$PATH" "XDG_RUNTIME_DIR=$T" --)
  args sh -c 'trap "exit 4" TERM; while :; do sleep 0.05; done'
  monitored init --root="$ROOT" create --bundle "$BUNDLE" --pid-file "$T/init.pid" "$ID"
  works "${r[@]}" --root "$ROOT" start "$ID"
  works "${r[@]}" --root "$ROOT" state "$ID"
  same "$(jq -r '.status, .pid' <<<"$out" | tr '\n' ' ')" "running $(cat "$T/init.pid") "
  process_file sh -c 'echo from exec; exit 7'
  monitored x --root="$ROOT" exec --pid-file "$T/x.pid" --process "$T/process" --detach "$ID"
  ended x 7
  fails "${r[@]}" --root "$ROOT" exec --process "$T/process" "$ID"
  same "$status $out" '7 from exec'
  if [ -n "$(controller pids)" ]; then
    echo '{"pids": {"limit": 66}}' >"$T/resources"
    STDIN=$T/resources works "${r[@]}" --root "$ROOT" update --resources - "$ID"
  fi
  works "${r[@]}" --root "$ROOT" kill "$ID" TERM
  ended init 4
  fails "${r[@]}" --root "$ROOT" kill "$ID" KILL
  has "$err" 'no such process|container not running|invalid process'
  works "${r[@]}" --root "$ROOT" delete --force "$ID"
}

@test "callers: CRI-O ends every process with kill -a" {
  args sh -c 'sleep 1000 & exec sleep 1000'
  monitored init --root="$ROOT" create --bundle "$BUNDLE" --pid-file "$T/init.pid" "$ID"
  works PATH="$PATH" -- --root "$ROOT" start "$ID"
  works PATH="$PATH" -- --root "$ROOT" kill -a "$ID" 9
  ended init 137
}

@test "callers: conmon-rs says its options twice and gives exec a command line" {
  args sleep 1000
  monitored init --root="$T/elsewhere" --root="$ROOT" create --bundle "$BUNDLE" --pid-file "$T/init.pid" "$ID"
  works PATH="$PATH" -- --root="$ROOT" start "$ID"
  monitored x --root="$T/elsewhere" --root="$ROOT" exec -d --pid-file="$T/x.pid" "$ID" sh -c 'exit 8'
  ended x 8
  [ ! -e "$T/elsewhere" ] || fail 'the first --root was used'
}

@test "callers: buildah" {
  local r=("PATH=$PATH" -- --root "$ROOT") wanted
  args sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'
  monitored init --root "$ROOT" create --bundle "$BUNDLE" --pid-file "$T/init.pid" --no-new-keyring "$ID"
  for wanted in created running; do
    same "$(status_line "${r[@]}" state "$ID")" $wanted
    [ $wanted = running ] || works "${r[@]}" start "$ID"
  done
  works "${r[@]}" kill "$ID"
  ended init 0
  same "$(status_line "${r[@]}" state "$ID")" stopped
  works "${r[@]}" delete "$ID"
  args sleep 1000
  monitored again --root "$ROOT" create --bundle "$BUNDLE" --pid-file "$T/again.pid" "$ID"
  works "${r[@]}" start "$ID"
  works "${r[@]}" kill "$ID" SIGKILL
  ended again 137
}

@test "callers: BuildKit runs in the foreground and keeps the container" {
  local g=(--log "$T/runc-log.json" --log-format json) runtime
  args sh -c 'echo built; sleep 0.2; exit 9'
  from PATH="$PATH" -- --root "$ROOT" "${g[@]}" run --bundle "$BUNDLE" --keep "$ID"
  same "$status $out" '9 built'
  works PATH="$PATH" -- --root "$ROOT" "${g[@]}" state "$ID"
  same "$(jq -r '.status, .bundle, .rootfs' <<<"$out" | tr '\n' ' ')" "stopped $BUNDLE $BUNDLE/rootfs "
  works PATH="$PATH" -- --root "$ROOT" "${g[@]}" delete "$ID"
  args sleep 1000
  "$RUNTIME" --root "$ROOT" "${g[@]}" run --bundle "$BUNDLE" --keep "$ID" </dev/null >"$T/run" 2>&1 3>&- &
  runtime=$!
  eventually status_is "$ID" running
  process_file sh -c 'exit 10'
  from PATH="$PATH" -- --root "$ROOT" "${g[@]}" exec --process "$T/process" --pid-file "$T/x" "$ID"
  same "$status" 10
  works PATH="$PATH" -- --root "$ROOT" "${g[@]}" kill "$ID" 9
  wait $runtime || same "$?" 137
  works PATH="$PATH" -- --root "$ROOT" "${g[@]}" delete "$ID"
}

@test "callers: dockerd asks for features and the version" {
  works PATH="$PATH" -- features
  jq -e '.mountOptions | index("rro")' <<<"$out"
  works PATH="$PATH" -- --version
  has "$out" ' version '
  [ "$kind" != davit ] || { has "$out" '^commit: '; has "$out" '^spec: '; }
}

@test "callers: who asks whether checkpoints work is told" {
  only_davit 'none'
  fails PATH="$PATH" -- checkpoint --help
  fails PATH="$PATH" -- restore --lsm-mount-context
  hasnt "$err" 'flag needs an argument|requires an argument'
}
