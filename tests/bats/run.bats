#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run.bats - a process is started with its arguments, environment and standard streams, and its end is reported.
load bundle

@test "run: the process' output is the command's output" {
  inside 'echo one; echo two >&2'
  same "$out" one
  same "$err" two
}

@test "run: the exit code is passed on" {
  local code
  for code in 0 1 42 255; do
    args sh -c "exit $code"
    run_it
    same "$status" $code
  done
}

@test "run: death by a signal is 128 and its number" {
  local pair
  # Without a pid namespace: an init is immune to its own signals.
  edit 'del(.linux.namespaces[] | select(.type == "pid"))'
  for pair in HUP:129 KILL:137 USR1:138 SEGV:139 TERM:143; do
    args sh -c "kill -${pair%:*} \$\$"
    run_it
    same "${pair%:*} $status" "${pair%:*} ${pair#*:}"
  done
}

@test "run: standard input reaches the process to its end" {
  head -c 300000 /dev/urandom >"$T/in"
  args cat
  STDIN=$T/in run_it
  same "$status" 0
  cmp "$T/in" "$OUT"
}

@test "run: 16 MiB of output arrive through a pipe" {
  local count
  args head -c 16777216 /dev/zero
  count=$(timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- | wc -c)
  same "$count" 16777216
}

@test "run: the process starts with no signal blocked" {
  inside 'grep SigBlk /proc/self/status'
  has "$out" '^SigBlk:.0000000000000000$'
}

@test "run: the environment is the configured one and HOME" {
  edit '.process.env = ["PATH=/bin", "ONE=1", "EMPTY=", "SPACES= a  b ", "EQ=a=b"]'
  inside env
  same "$(grep -vE '^(HOME|SHLVL|PWD)=' <<<"$out" | LC_ALL=C sort)" $'EMPTY=\nEQ=a=b\nONE=1\nPATH=/bin\nSPACES= a  b '
  has "$out" '^HOME='
}

@test "run: HOME comes from the container's /etc/passwd" {
  printf 'root:x:0:0:root:/somewhere:/bin/sh\nnext:x:1000:1000::/home/next:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
  inside 'echo $HOME'
  same "$out" /somewhere
  edit '.process.user.uid = 1000'
  inside 'echo $HOME'
  same "$out" /home/next
}

@test "run: a configured HOME stays as it is" {
  printf 'root:x:0:0:root:/somewhere:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
  edit '.process.env += ["HOME=/mine"]'
  inside 'echo $HOME'
  same "$out" /mine
}

@test "run: a HOME without a value gets one, once" {
  [ "$kind" != crun ] || skip "crun leaves it empty"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$BUNDLE/rootfs/etc/passwd"
  edit '.process.env += ["HOME=/mine", "HOME="]'
  inside 'env'
  same "$(grep '^HOME=' <<<"$out")" HOME=/root
}

@test "run: HOME is / for a user that /etc/passwd does not know" {
  inside 'echo $HOME'
  same "$out" /
}

@test "run: the working directory is process.cwd" {
  mkdir -p "$BUNDLE/rootfs/a/b"
  edit '.process.cwd = "/a/b"'
  inside 'pwd; readlink /proc/self/cwd'
  same "$out" $'/a/b\n/a/b'
}

@test "run: the program is looked up in the container's PATH, in its order" {
  mkdir -p "$BUNDLE/rootfs"/{first,second,third}
  printf '#!/bin/sh\necho second "$0" "$@"\n' >"$BUNDLE/rootfs/second/tool"
  printf '#!/bin/sh\necho third\n' >"$BUNDLE/rootfs/third/tool"
  chmod 755 "$BUNDLE/rootfs"/*/tool
  edit '.process.env = ["PATH=/first:/second:/third:/bin"]'
  args tool 'a b' '' c
  run_it
  same "$status $out" '0 second /second/tool a b  c'
}

@test "run: a file in PATH that can't be executed is passed over" {
  mkdir -p "$BUNDLE/rootfs"/{first,second}
  echo no >"$BUNDLE/rootfs/first/tool"
  printf '#!/bin/sh\necho second\n' >"$BUNDLE/rootfs/second/tool"
  chmod 755 "$BUNDLE/rootfs/second/tool"
  edit '.process.env = ["PATH=/first:/second:/bin"]'
  args tool
  run_it
  same "$status $out" '0 second'
}

@test "run: a missing program is refused at create, in words that engines know" {
  local program
  for program in no-such-program /no/such/program; do
    args "$program"
    refused create --bundle "$BUNDLE" "$ID"
    has "$err" 'executable file not found in|no such file or directory|open executable|No such file or directory'
    has "$err" "$program"
    nothing_left
  done
}

@test "run: a program without the execute bit is refused as permission denied" {
  echo no >"$BUNDLE/rootfs/bin/plain"
  chmod 644 "$BUNDLE/rootfs/bin/plain"
  args /bin/plain
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" '[pP]ermission denied|[oO]peration not permitted'
  nothing_left
}

@test "run: a directory is not a program" {
  args /tmp
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" '[pP]ermission denied|[oO]peration not permitted|[iI]s a directory'
  nothing_left
}

@test "run: a file that is no program says exec format error" {
  printf '\001\002\003\004' >"$BUNDLE/rootfs/bin/odd"
  chmod 755 "$BUNDLE/rootfs/bin/odd"
  args /bin/odd
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" '[eE]xec format error'
  nothing_left
}

@test "run: --detach returns while the process runs" {
  up sh -c 'echo started; sleep 1000'
  same "$(state_of "$ID")" running
  eventually grep -q started "$T/out.1"
}

@test "run: the container is deleted when its process ends" {
  inside 'exit 0'
  refused state "$ID"
  nothing_left
}

@test "run: --keep leaves a stopped container" {
  args true
  ok run --keep --bundle "$BUNDLE" "$ID"
  same "$(state_of "$ID")" stopped
  ok delete "$ID"
}

@test "run: TERM sent to the runtime reaches the process" {
  args sh -c 'trap "echo got it; exit 7" TERM; echo ready; while :; do sleep 0.05; done'
  "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- &
  eventually grep -q ready "$T/o"
  kill -TERM $!
  status=0
  wait $! || status=$?
  same "$status" 7
  same "$(tail -n 1 "$T/o")" 'got it'
}

@test "run: the bundle is the working directory when not given" {
  args echo hello
  same "$(cd "$BUNDLE" && "$RUNTIME" --root "$ROOT" run "$ID" </dev/null 3>&-)" hello
}
