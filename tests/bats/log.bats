#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# log.bats - --log: what programs can read in it, and the host's own logs.
load bundle

# listening SOCKET VERB…: the runtime in a mount namespace where /run and /dev are the test's, with a
# service at SOCKET; $T/heard gets the datagrams it sent, one Python literal per line.
listening() {
  local socket=$1
  shift
  unshare --mount --propagation private sh -euc '
    rm -rf "$T/dev"; mkdir "$T/dev"
    cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$T/dev/"
    mount -t tmpfs none /run
    mount --bind "$T/dev" /dev
    exec timeout -k 2 30 python3 - "$T/heard" "$@"' sh "$socket" "$RUNTIME" --root "$ROOT" "$@" \
    </dev/null >"$T/o" 2>&1 3>&- <<'PY'
import os, socket, subprocess, sys
heard, path, argv = sys.argv[1], sys.argv[2], sys.argv[3:]
os.makedirs(os.path.dirname(path), exist_ok=True)
service = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
service.bind(path)
subprocess.run(argv, stdin=subprocess.DEVNULL)
service.setblocking(False)
with open(heard, "w") as f:
    try:
        while True:
            print(repr(service.recv(65536)), file=f)
    except BlockingIOError:
        pass
PY
}
export_for_listening() { export T RUNTIME ROOT; }
journal=/run/systemd/journal/socket

@test "log: the kind of an error and its place in the configuration stand beside its text" {
  only_davit 'codes'
  edit '.process.cwd = "relative"'
  refused --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID"
  same "$(jq -r '[.level, .code, .path] | join(" ")' "$T/log")" 'error invalid process.cwd'
  edit '.process.cwd = "/" | .process.args = ["nowhere"]'
  rm "$T/log"
  refused --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID"
  same "$(jq -r .path "$T/log")" 'process.args[0]'
  rm "$T/log"
  refused --log "$T/log" --log-format json state "$ID"
  same "$(jq -r '[.code, .path] | tostring' "$T/log")" '["not-found",null]'
  same "$status" 3
}

@test "log: exit codes are those of the manual" {
  only_davit 'them'
  rt state "$ID"; same "unknown: $status" 'unknown: 3'
  rt state; same "usage: $status" 'usage: 2'
  rt create --bundle "$T/none" "$ID"; same "system: $status" 'system: 1'
  rt checkpoint "$ID"; same "unsupported: $status" 'unsupported: 6'
  up
  rt create --bundle "$BUNDLE" "$ID"; same "exists: $status" 'exists: 4'
  rt start "$ID"; same "state: $status" 'state: 5'
  rt exec "$ID-none" true; same "own failure in exec: $status" 'own failure in exec: 255'
  rt run --bundle "$BUNDLE" "$ID"; same "own failure in run: $status" 'own failure in run: 255'
}

@test "log: file:PATH is a path" {
  [ "$kind" != runc ] || skip 'runc takes it for a name'
  refused --log "file:$T/log" --log-format json state "$ID"
  same "$(jq -r .level "$T/log")" error
}

@test "log: the journal gets the message, its priority and the name" {
  [ "$kind" != runc ] || skip 'runc has no such logs'
  export_for_listening
  listening "$journal" --log journald:box state "$ID"
  [ "$kind" = davit ] || { has "$(cat "$T/heard")" 'MESSAGE=.*does not exist'; return 0; }
  has "$(cat "$T/heard")" 'MESSAGE.*does not exist'
  has "$(cat "$T/heard")" 'PRIORITY\\n\\x01(\\x00){7}3\\n'
  has "$(cat "$T/heard")" 'SYSLOG_IDENTIFIER\\n\\x03(\\x00){7}box\\n'
  has "$(cat "$T/heard")" 'DAVIT_CODE.*not-found'
  same "$(wc -l <"$T/heard")" 1
}

@test "log: syslog gets a line" {
  [ "$kind" != runc ] || skip 'runc has no such logs'
  export_for_listening
  listening /dev/log --log syslog:box state "$ID"
  has "$(cat "$T/heard")" "<[0-9]+>.*box.*: .*does not exist"
  same "$(wc -l <"$T/heard")" 1
  if [ "$kind" = davit ]; then
    listening /dev/log --log syslog:box --log-format json state "$ID"
    has "$(cat "$T/heard")" '^b.<27>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} box\[[0-9]+\]: \{"level":"error",.*"code":"not-found"'
  fi
}

@test "log: a service that is not there is an error in one line, and so is a log that can't be written" {
  only_davit 'this order'
  local log
  for log in journald: syslog: file: "$T/no/log" "file:$T/no/log" "$T"; do
    refused --log "$log" create --bundle "$BUNDLE" "$ID"
    has "$err" '^davit: error: (open )?log '
    same "$(wc -l <"$ERR")" 1
    nothing_left
  done
  [ -e $journal ] || { refused --log journald:box state "$ID"; has "$err" "open log 'journald:box'"; }
  [ -e /dev/log ] || { refused --log syslog:box state "$ID"; has "$err" "open log 'syslog:box'"; }
}
