#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# hooks.bats - the six kinds of hooks: when they run, what they are told and what their failure means.
load bundle

# hook KIND SCRIPT [jq fields]: a hook that runs a shell script. startContainer runs in the container.
hook() {
  edit '.hooks[$k] += [{path: "/bin/sh", args: ["sh", "-c", $s]} + '"${3:-{\}}"']' --arg k "$1" --arg s "$2"
}
in_order='prestart createRuntime createContainer startContainer poststart poststop'

@test "hooks: all six kinds run in order, with the process between the fourth and the fifth" {
  local k
  for k in $in_order; do
    case $k in
    startContainer) hook $k "echo $k >>/log" ;;
    *) hook $k "echo $k >>$BUNDLE/rootfs/log" ;;
    esac
  done
  args sh -c 'until grep -q poststart /log; do sleep 0.02; done; echo process >>/log'
  run_it
  same "$status" 0
  same "$(tr '\n' ' ' <"$BUNDLE/rootfs/log")" 'prestart createRuntime createContainer startContainer poststart process poststop '
}

@test "hooks: create runs the first three, start the next two, delete the last" {
  local k
  for k in $in_order; do
    case $k in
    startContainer) hook $k "echo $k >>/log" ;;
    *) hook $k "echo $k >>$BUNDLE/rootfs/log" ;;
    esac
  done
  args sleep 1000
  create_it
  same "$(tr '\n' ' ' <"$BUNDLE/rootfs/log")" 'prestart createRuntime createContainer '
  ok start "$ID"
  eventually grep -q poststart "$BUNDLE/rootfs/log"
  same "$(tr '\n' ' ' <"$BUNDLE/rootfs/log")" 'prestart createRuntime createContainer startContainer poststart '
  ok delete --force "$ID"
  same "$(tail -n 1 "$BUNDLE/rootfs/log")" poststop
}

@test "hooks: those of one kind run in the listed order" {
  local n
  for n in 1 2 3; do hook createRuntime "echo $n >>$T/log"; done
  inside true
  same "$(tr '\n' ' ' <"$T/log")" '1 2 3 '
}

@test "hooks: the state on standard input has id, pid, bundle and the right status" {
  local k
  edit '.annotations = {"a": "b"}'
  for k in $in_order; do
    case $k in
    startContainer) hook $k "cat >/$k" ;;
    *) hook $k "cat >$BUNDLE/rootfs/$k" ;;
    esac
  done
  args sleep 1000
  create_it
  local pid
  pid=$(pid_of)
  ok start "$ID"
  eventually test -s "$BUNDLE/rootfs/poststart"
  ok delete --force "$ID"
  for k in $in_order; do
    same "$k $(jq -r '.id + " " + .bundle + " " + .annotations.a' "$BUNDLE/rootfs/$k")" "$k $ID $BUNDLE b"
    has "$(jq -r .ociVersion "$BUNDLE/rootfs/$k")" '^1\.[0-9]+\.[0-9]+'
  done
  for k in prestart createRuntime; do
    same "$k $(jq -r '"\(.status) \(.pid)"' "$BUNDLE/rootfs/$k")" "$k creating $pid"
  done
  same "$(jq -r '"\(.status) \(.pid)"' "$BUNDLE/rootfs/poststart")" "running $pid"
  same "$(jq -r '.status' "$BUNDLE/rootfs/startContainer")" created
  same "$(jq -r '.status' "$BUNDLE/rootfs/poststop")" stopped
}

@test "hooks: createRuntime and createContainer see the mounts, the first from outside" {
  edit '.mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs"}]'
  hook createRuntime "readlink /proc/self/ns/net >$T/runtime"
  hook createContainer "readlink /proc/self/ns/net >$T/container; grep -c ' $BUNDLE/rootfs/mnt ' /proc/self/mountinfo >>$T/container"
  inside 'readlink /proc/self/ns/net'
  same "$(cat "$T/runtime")" "$(readlink /proc/self/ns/net)"
  same "$(cat "$T/container")" "$out"$'\n'1
}

@test "hooks: startContainer runs in the container" {
  hook startContainer 'ls / >/tmp/seen; hostname >>/tmp/seen'
  inside true
  same "$(tr '\n' ' ' <"$BUNDLE/rootfs/tmp/seen")" 'bin dev etc mnt proc sys tmp box '
}

@test "hooks: the environment is empty unless configured" {
  edit '.hooks.createRuntime = [{path: "/usr/bin/env", args: ["env", "-0"]}]'
  hook createRuntime "tr '\\0' '\\n' </proc/self/environ >$T/none"
  hook createRuntime "tr '\\0' '\\n' </proc/self/environ >$T/some" '{env: ["ONE=1", "TWO=2"]}'
  edit '.hooks.createRuntime = .hooks.createRuntime[1:]'
  SECRET=from-outside inside true
  hasnt "$(cat "$T/none")" 'SECRET|HOME|USER'
  same "$(grep -vE '^(PWD|SHLVL|_)=' "$T/some")" $'ONE=1\nTWO=2'
}

@test "hooks: startContainer has the process' environment unless it has one of its own" {
  [ "$kind" != crun ] || skip "crun gives it none"
  edit '.process.env = ["PATH=/bin", "ONE=1"]'
  hook startContainer 'echo "$ONE $HOME" >/tmp/all'
  hook startContainer 'echo "$ONE" >/tmp/own' '{env: ["PATH=/bin", "ONE=2"]}'
  hook startContainer 'echo "$ONE" >/tmp/none' '{env: []}'
  inside true
  same "$(cat "$BUNDLE/rootfs/tmp/all")" '1 /'
  same "$(cat "$BUNDLE/rootfs/tmp/own")" 2
  same "$(cat "$BUNDLE/rootfs/tmp/none")" ''
}

@test "hooks: args are the hook's whole argument vector" {
  printf '#!/bin/sh\ntr "\\0" "|" </proc/$$/cmdline >%s/argv\n' "$T" >"$T/hook"
  chmod 755 "$T/hook"
  edit '.hooks.createRuntime = [{path: $p, args: ["zero", "one", "", "two words"]}]' --arg p "$T/hook"
  inside true
  has "$(cat "$T/argv")" '\|one\|\|two words\|$'
}

@test "hooks: a failing hook but poststop makes create or start fail and takes the container down" {
  local k
  for k in prestart createRuntime createContainer startContainer; do
    edit 'del(.hooks)'
    hook $k 'exit 3'
    [ $k = startContainer ] || hook poststop "touch $T/poststop-$k"
    args touch /ran
    refused run --bundle "$BUNDLE" "$ID"
    [ ! -e "$BUNDLE/rootfs/ran" ] || fail "$k: the process ran"
    nothing_left || fail "$k: $(left)"
  done
}

@test "hooks: the error names the hook" {
  hook createRuntime 'exit 0'
  hook createRuntime 'exit 3'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" '[hH]ook'
}

@test "hooks: poststop hooks run after a failed create" {
  hook createRuntime 'exit 3'
  hook poststop "touch $T/poststop"
  refused create --bundle "$BUNDLE" "$ID"
  [ -e "$T/poststop" ]
  nothing_left
}

@test "hooks: a failing poststart hook is an error and ends the container" {
  hook poststart 'exit 3'
  args sleep 1000
  create_it
  refused start "$ID"
  eventually sh -c "! grep -lF $ID /proc/[0-9]*/cgroup"
}

@test "hooks: those of the host and createContainer hooks run in the bundle" {
  local k
  for k in prestart createRuntime createContainer poststart poststop; do hook $k "pwd >$BUNDLE/rootfs/$k"; done
  run_it
  same "$status" 0
  for k in prestart createRuntime createContainer poststart poststop; do same "$k $(cat "$BUNDLE/rootfs/$k")" "$k $BUNDLE"; done
}

@test "hooks: a createContainer hook that fails is followed by the poststop hooks" {
  hook createContainer 'exit 3'
  hook poststop "touch $T/poststop"
  refused create --bundle "$BUNDLE" "$ID"
  [ -e "$T/poststop" ]
}

@test "hooks: a failing poststop hook is a warning and the others run" {
  hook poststop 'exit 3'
  hook poststop "touch $T/second"
  args true
  create_it
  ok delete --force "$ID"
  [ -e "$T/second" ]
  nothing_left
}

@test "hooks: a missing hook is refused and named" {
  edit '.hooks.createRuntime = [{path: "/no/such/hook"}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" '/no/such/hook|[hH]ook'
  nothing_left
}

@test "hooks: a relative path and a timeout that is not positive are refused" {
  edit '.hooks.createRuntime = [{path: "bin/true"}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'hook|absolute|bin/true'
  local timeout
  for timeout in 0 -1; do
    edit '.hooks.createRuntime = [{path: "/bin/true", timeout: $t}]' --argjson t "$timeout"
    refused create --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "hooks: a timeout kills the hook and its whole process group" {
  hook createRuntime "echo \$\$ >$T/one; sleep 300 & echo \$! >$T/two; wait" '{timeout: 1}'
  LIMIT=8 rt create --bundle "$BUNDLE" "$ID"
  local one two alive=
  one=$(cat "$T/one") two=$(cat "$T/two")
  ! kill -0 "$one" 2>/dev/null || zombie "/proc/$one" || alive=hook
  ! kill -0 "$two" 2>/dev/null || zombie "/proc/$two" || alive+=child
  kill -KILL "$one" "$two" 2>/dev/null || true
  same "$alive" ''
  differ "$status" 0
  differ "$status" 124
  nothing_left
}

@test "hooks: a hook that leaves a daemon with its output open does not hold up create" {
  hook createRuntime 'sleep 100 & echo $! >'"$T/daemon"
  args true
  LIMIT=5 rt create --bundle "$BUNDLE" "$ID"
  kill -KILL "$(cat "$T/daemon")" 2>/dev/null || true
  same "$status" 0
}

@test "hooks: a hook that does not read its input does no harm" {
  edit '.annotations = ([range(400) | {key: "k\(.)", value: ("v" * 400)}] | from_entries)'
  hook createRuntime 'exec <&-; exit 0'
  inside 'echo fine'
  same "$out" fine
}

# --- where they write ---

outputs() { edit '.annotations["run.oci.hooks.stdout"] = $o | .annotations["run.oci.hooks.stderr"] = $e' --arg o "$1" --arg e "$2"; }

@test "hooks: what they write goes to the files that annotations name, all six kinds" {
  [ "$kind" != runc ] || skip 'crun has the annotations'
  local k
  for k in $in_order; do hook $k "cat >/dev/null; echo $k; echo $k error >&2"; done
  echo before >"$T/stdout"
  outputs "$T/stdout" "$T/stderr"
  create_it
  ok start "$ID"
  eventually status_is "$ID" stopped
  ok delete "$ID"
  same "$(head -n 1 "$T/stdout")" before
  same "$(sort "$T/stdout")" "$(tr ' ' '\n' <<<"before $in_order" | sort)"
  same "$(sort "$T/stderr")" "$(tr ' ' '\n' <<<"$in_order" | sort | sed 's/$/ error/')"
}

@test "hooks: one file for both, and one that was not there is the owner's alone" {
  only_davit 'a file that others may not run'
  hook createRuntime 'echo one; echo two >&2'
  outputs "$T/both" "$T/both"
  inside true
  same "$(tr '\n' ' ' <"$T/both") $(stat -c %a "$T/both")" 'one two  600'
}

@test "hooks: a file for what they write that is a link, a FIFO without a reader or a directory is refused" {
  only_davit 'such files refused'
  hook createRuntime 'echo one'
  ln -s "$T/elsewhere" "$T/link"
  mkfifo "$T/fifo"
  local file
  for file in link fifo . no/such relative; do
    outputs "$([ $file = relative ] && echo relative || echo "$T/$file")" "$T/stderr"
    refused run --bundle "$BUNDLE" "$ID"
    has "$err" "annotations\\['run.oci.hooks.stdout'\\]"
  done
  [ ! -e "$T/elsewhere" ]
  nothing_left
}

@test "hooks: poststop hooks run also where their file has gone bad" {
  only_davit 'a warning'
  hook poststop "echo ran >$T/ran"
  outputs "$T/stdout" "$T/stderr"
  up
  rm "$T/stdout"
  mkdir "$T/stdout"
  ok delete --force "$ID"
  same "$(cat "$T/ran")" ran
  has "$err" "warning: annotations"
}
