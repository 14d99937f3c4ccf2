#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec.bats - another process in a running container: where it is, who it is and what comes back.
load bundle

process_file() { # JQ-FILTER…: changes to a process that runs sh
  jq -n '{terminal: false, user: {uid: 0, gid: 0}, args: ["sh", "-c", "true"], env: ["PATH=/bin"], cwd: "/"} | '"$1" "${@:2}" >"$T/process.json"
}

@test "exec: output, standard input and arguments" {
  up
  ok exec "$ID" sh -c 'echo "$0|$1|$2"; echo to err >&2' name 'a b' ''
  same "$out|$err" 'name|a b||to err'
  head -c 200000 /dev/urandom >"$T/in"
  STDIN=$T/in ok exec "$ID" cat
  cmp "$T/in" "$OUT"
}

@test "exec: the exit code is passed on, death by a signal is 128 and its number" {
  local code
  up
  for code in 0 1 42; do
    rt exec "$ID" sh -c "exit $code"
    same "$status" $code
  done
  rt exec "$ID" sh -c 'kill -TERM $$'
  same "$status" 143
  rt exec "$ID" sh -c 'kill -KILL $$'
  same "$status" 137
}

@test "exec: the process is in the container's namespaces, cgroups and root" {
  local script='for n in cgroup ipc mnt net pid user uts; do readlink /proc/$1/ns/$n; done; cat /proc/$1/cgroup'
  edit '.linux.namespaces += [{"type": "cgroup"}]'
  up
  ok exec "$ID" sh -c "$script" sh 1
  local first=$out
  ok exec "$ID" sh -c "$script" sh self
  same "$out" "$first"
  ok exec "$ID" sh -c 'hostname; ls /'
  same "$(tr '\n' ' ' <<<"$out")" 'box bin dev etc mnt proc sys tmp '
}

@test "exec: options after the id belong to the command" {
  up
  ok exec "$ID" echo -t --env x
  same "$out" '-t --env x'
}

@test "exec: the environment is the container's, --env adds and overrides" {
  edit '.process.env += ["ONE=1", "TWO=2"]'
  up
  ok exec --env TWO=two --env THREE=3 "$ID" env
  same "$(grep -E '^(ONE|TWO|THREE|PATH)=' <<<"$out" | LC_ALL=C sort)" $'ONE=1\nPATH=/bin\nTHREE=3\nTWO=two'
}

@test "exec: HOME is the user's" {
  printf 'root:x:0:0::/rooty:/bin/sh\nnext:x:1000:1000::/home/next:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
  up
  ok exec "$ID" sh -c 'echo $HOME'
  same "$out" /rooty
  ok exec --user 1000:1000 "$ID" sh -c 'echo $HOME'
  same "$out" /home/next
}

@test "exec: --cwd, and the container's directory without it" {
  mkdir -p "$BUNDLE/rootfs/a" "$BUNDLE/rootfs/b"
  edit '.process.cwd = "/a"'
  up
  ok exec "$ID" pwd
  same "$out" /a
  ok exec --cwd /b "$ID" pwd
  same "$out" /b
}

@test "exec: --user takes a uid, or a uid and a gid" {
  local user
  edit '.process.user = {"uid": 500, "gid": 501}'
  up
  for user in 1000:33 0:5 65534:65534; do
    ok exec --user "$user" "$ID" sh -c 'echo $(id -u):$(id -g)'
    same "$out" "$user"
  done
  ok exec --user 1 "$ID" sh -c 'echo $(id -u)'
  same "$out" 1
}

@test "exec: the user is the container's when not given" {
  edit '.process.user = {"uid": 1000, "gid": 1001}'
  up
  ok exec "$ID" sh -c 'echo $(id -u):$(id -g)'
  same "$out" 1000:1001
}

@test "exec: a user that is no number, negative or out of range is refused" {
  local user
  up
  for user in -1 4294967295 4294967296 1:4294967295 1: :1 1x ' 1' 1e3 0x1 +1; do
    refused exec --user="$user" "$ID" id -u
  done
}

@test "exec: a process file gives everything" {
  up
  process_file '.user = {uid: 1000, gid: 1001, additionalGids: [7, 8], umask: 63} | .cwd = "/tmp" | .env += ["WHO=file"] |
    .rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}] | .noNewPrivileges = true |
    .args = ["sh", "-c", "id -u; id -g; id -G; umask; pwd; echo $WHO; ulimit -Sn; ulimit -Hn; grep NoNewPrivs /proc/self/status"]'
  ok exec --process "$T/process.json" "$ID"
  same "$out" $'1000\n1001\n1001 7 8\n0077\n/tmp\nfile\n100\n200\nNoNewPrivs:\t1'
}

@test "exec: a process file may be a pipe" {
  up
  process_file '.args = ["echo", "by pipe"]'
  out=$(timeout 20 "$RUNTIME" --root "$ROOT" exec --process <(sleep 0.1; cat "$T/process.json") "$ID" </dev/null 3>&-)
  same "$out" 'by pipe'
}

@test "exec: a process file without capabilities never gives more than the container has" {
  up
  process_file '.args = ["grep", "^Cap", "/proc/self/status"]'
  ok exec --process "$T/process.json" "$ID"
  has "$(tr -d ' \t\n' <<<"$out")" '^CapInh:0{16}CapPrm:0{14}(00|eb)CapEff:0{14}(00|eb)CapBnd:0{14}(00|eb)CapAmb:0{16}$'
}

@test "exec: a bad process file is refused" {
  local text
  up
  refused exec --process "$T/none.json" "$ID"
  for text in '' '{' '[]' 'null' '{"args": []}' '{"args": ["true"], "cwd": "relative"}' '{"args": "true", "cwd": "/"}'; do
    printf '%s' "$text" >"$T/process.json"
    refused exec --process "$T/process.json" "$ID"
  done
}

@test "exec: --cap adds to the bounding, effective and permitted sets, never to the inheritable" {
  up
  ok exec "$ID" grep -E '^Cap(Inh|Prm|Eff|Bnd)' /proc/self/status
  same "$(tr -d ' \t\n' <<<"$out")" CapInh:0000000000000000CapPrm:00000000000000ebCapEff:00000000000000ebCapBnd:00000000000000eb
  ok exec --cap CAP_NET_RAW "$ID" grep -E '^Cap(Inh|Prm|Eff|Bnd)' /proc/self/status
  same "$(tr -d ' \t\n' <<<"$out")" CapInh:0000000000000000CapPrm:00000000000020ebCapEff:00000000000020ebCapBnd:00000000000020eb
}

@test "exec: --no-new-privs sets no_new_privs" {
  edit '.process.noNewPrivileges = false'
  up
  ok exec "$ID" grep NoNewPrivs /proc/self/status
  same "$out" $'NoNewPrivs:\t0'
  ok exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
  same "$out" $'NoNewPrivs:\t1'
}

@test "exec: --cap is ambient as well where the container's set is inheritable" {
  edit '.process.capabilities = {bounding: ["CAP_KILL", "CAP_SYSLOG"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"], inheritable: ["CAP_SYSLOG"]}'
  up
  ok exec --cap CAP_SYSLOG "$ID" grep -E '^Cap(Inh|Prm|Amb)' /proc/self/status
  same "$(tr -d ' \t' <<<"$out")" $'CapInh:0000000400000000\nCapPrm:0000000400000020\nCapAmb:0000000400000000'
}

@test "exec: --detach returns at once and the pid file names the process" {
  up
  ok exec --detach --pid-file "$T/pid" "$ID" sleep 2000
  same "$(tr '\0' ' ' <"/proc/$(cat "$T/pid")/cmdline")" 'sleep 2000 '
  same "$(od -An -c "$T/pid" | tr -d ' 0-9\n')" ''
  ok exec "$ID" sh -c 'grep -al "sleep.2000" /proc/[0-9]*/cmdline'
}

@test "exec: descriptors beyond 0-2 are closed, --preserve-fds keeps those it counts" {
  up
  ( exec 3<"$BUNDLE/config.json" 4</dev/zero 5</dev/zero
    timeout 20 "$RUNTIME" --root "$ROOT" exec "$ID" ls /proc/self/fd </dev/null >"$T/plain" 2>&1
    timeout 20 "$RUNTIME" --root "$ROOT" exec --preserve-fds 1 "$ID" \
      sh -c 'head -c 1 <&3; test -e /proc/self/fd/4 || echo closed' </dev/null >"$T/kept" 2>&1 )
  # ls itself has the directory open.
  same "$(tr '\n' ' ' <"$T/plain")" '0 1 2 3 '
  same "$(cat "$T/kept")" '{closed'
}

@test "exec: a program that does not exist, or can't be executed, is refused" {
  up
  refused exec "$ID" no-such-program
  has "$err" 'executable file not found in|[nN]o such file or directory|open executable'
  refused exec "$ID" /etc
  has "$err" '[pP]ermission denied|[oO]peration not permitted|[iI]s a directory'
  same "$(state_of "$ID")" running
}

@test "exec: a working directory that does not exist is refused or made" {
  up
  rt exec --cwd /none "$ID" pwd
  [ "$status" != 0 ] || same "$out" /none
}

@test "exec: a stopped container says container not running" {
  up true
  eventually status_is "$ID" stopped
  refused exec "$ID" true
  has "$err" 'container not running'
}

@test "exec: TERM sent to the runtime reaches the process" {
  up
  "$RUNTIME" --root "$ROOT" exec "$ID" sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done' \
    </dev/null >"$T/o" 2>"$T/e" 3>&- &
  eventually grep -q ready "$T/o"
  kill -TERM $!
  status=0
  wait $! || status=$?
  same "$status" 9
}

@test "exec: ten at a time" {
  local i
  up
  for i in 1 2 3 4 5 6 7 8 9 10; do
    timeout 20 "$RUNTIME" --root "$ROOT" exec "$ID" sh -c "echo $i; exit $i" </dev/null >"$T/o.$i" 2>&1 3>&- &
    pids[i]=$!
  done
  for i in 1 2 3 4 5 6 7 8 9 10; do
    status=0
    wait "${pids[i]}" || status=$?
    same "$status $(cat "$T/o.$i")" "$i $i"
  done
}

@test "exec: what contradicts a process file is refused" {
  only_davit 'this strictness'
  process_file .
  up
  refused exec --process "$T/process.json" --cwd /bin "$ID"
  has "$err" "option '--cwd' can't be used together with '--process'"
  refused exec --process "$T/process.json" --cap CAP_KILL "$ID"
  has "$err" "option '--cap' can't be used together with '--process'"
  refused exec --process "$T/process.json" "$ID" echo
  has "$err" "command 'echo' can't be used together with '--process'"
}

@test "exec: options with bad values are refused and named" {
  only_davit 'these words'
  up
  refused exec "$ID"
  has "$err" 'missing command'
  refused exec "$ID" ''
  has "$err" 'exec needs a command or --process FILE'
  refused exec --cap CAP_NONE "$ID" true
  has "$err" "unknown capability 'CAP_NONE'"
  refused exec --env NOVALUE "$ID" true
  has "$err" "--env 'NOVALUE' is not NAME=VALUE"
  refused exec --cwd relative "$ID" true
  has "$err" "--cwd 'relative' is not absolute"
  refused exec --preserve-fds 5000 "$ID" true
  has "$err" '--preserve-fds 5000: at most 4096'
  refused exec --process "$T/none" "$ID"
  has "$err" "open '.*/none': [Nn]o such file"
  refused exec --tty --detach "$ID" true
  has "$err" 'a detached process with a terminal needs --console-socket'
  refused exec --console-socket "$T/none" "$ID" true
  has "$err" '--console-socket is only for'
}

@test "exec: a profile or label is refused where the host has no such module" {
  up
  [ -e /sys/kernel/security/apparmor ] || refused exec --apparmor some-profile "$ID" true
  [ -e /sys/fs/selinux/enforce ] || refused exec --process-label system_u:system_r:container_t:s0 "$ID" true
}

@test "exec: a container without a process has / as its directory" {
  only_davit 'this use'
  edit 'del(.process)'
  create_it
  ok exec --env PATH=/bin "$ID" pwd
  same "$out" /
}
