#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# demo.bats - what ./dev run shows of lade: by way of a registry, and nothing stays whatever fails.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  common_setup
  [ "$(id -u)" = 0 ] || skip 'needs root'
  command -v docker-registry >/dev/null || skip 'docker-registry is not installed'
}
teardown() { common_teardown; }

demo() { "$here/../../docs/examples/registry-demo" "$LADE" "$RUNTIME" "$PWD/out" 2>&1 3>&-; }

# Processes of the demo: its registry's command line and every file are below its folder.
ours() {
  local process
  for process in /proc/[0-9]*; do
    case $({ tr '\0' ' ' <"$process/cmdline"; readlink "$process/cwd"; } 2>/dev/null) in
    *"$PWD/out/"*) echo "$process" ;;
    esac
  done
}

nothing_stays() {
  [ -d out ]
  [ -z "$(find out -mindepth 1)" ] || { find out; return 1; }
  [ -z "$(ours)" ] || { ours; return 1; }
  ! grep -F "$PWD/out" /proc/self/mountinfo
}

# ./lade: the real one, but COMMAND comes before VERB; ./seen has the registry's process as of then.
failing_at() { # VERB COMMAND
  cat >lade <<END
#!/bin/bash
for word in "\$@"; do
  [ "\$word" != $1 ] || { pgrep -f "docker-registry serve $PWD/out/" >$PWD/seen; $2; }
done
exec "$LADE" "\$@"
END
  chmod +x lade
  rm -f seen
}

@test "demo: an image goes to a registry and runs from there, and nothing stays" {
  output=$(demo)
  says 'import root localhost:' 'push --tls-verify=false localhost:' 'second run --tls-verify=false'
  [[ ${output##*$'\n'} =~ ^hello\ from\ localhost:([0-9]+)/demo/busybox:1$ ]]
  ! (exec 9<>"/dev/tcp/127.0.0.1/${BASH_REMATCH[1]}") 2>/dev/null || false
  nothing_stays
}

@test "demo: a step that fails is the demo's failure, and nothing stays" {
  LADE=/bin/false fails 1 demo
  nothing_stays
  local verb real=$LADE
  for verb in import push run; do
    LADE=$real failing_at $verb 'exit 9'
    LADE=$PWD/lade fails 9 demo
    [ -s seen ]
    ! grep -F 'hello from localhost' <<<"${output##*$'\n'}" | grep -v '^\$' || false
    nothing_stays
  done
}

@test "demo: ended by a signal it takes the registry along" {
  failing_at push 'kill -TERM $PPID; exit 0'
  LADE=$PWD/lade fails 143 demo
  [ -s seen ]
  nothing_stays
}

@test "demo: a runtime that fails, and a registry that does not start" {
  RUNTIME=/bin/false fails 1 demo
  nothing_stays
  mkdir bin
  printf '#!/bin/sh\necho no such luck\nexit 3\n' >bin/docker-registry
  chmod +x bin/docker-registry
  PATH=$PWD/bin:$PATH fails 1 demo
  says 'docker-registry does not start' 'no such luck'
  nothing_stays
}
