#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run.bats - containers of images in the foreground, their networks, and that nothing stays.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  load busybox
  common_setup
  busybox_image app
  PATH=$(dirname "$RUNTIME"):$PATH
}
teardown() { common_teardown; }

runs() { lade --quiet run --runtime "$RUNTIME" "$@"; }

nothing_stays() {
  [ -z "$(find store/containers store/leases -mindepth 1)" ]
  ! grep -F "$PWD" /proc/self/mountinfo
}

@test "run: the exit status is the container's" {
  [ "$(runs --network none app sh -c 'echo out; exit 7' || echo $?)" = $'out\n7' ]
  nothing_stays
}

@test "run: standard input reaches the container" {
  [ "$(echo hello | runs --network none app cat)" = hello ]
}

@test "run: an image comes from its registry when it is missing" {
  fake a --image app:1
  fails 255 runs --network none --pull never "$a/app:1" true
  fails 255 lade run --network none --runtime "$RUNTIME" --tls-verify=false "$a/app:1" /no-such-program
  lade images | grep -F "$a/app:1"
  nothing_stays
}

@test "run: none has a loopback only, host is the host's" {
  [ "$(runs --network none app ip -o link | wc -l)" = 1 ]
  [ "$(runs --network host app ip -o link)" = "$(busybox ip -o link)" ]
}

@test "run: pasta gives a network, and a published port leads in" {
  command -v pasta >/dev/null || skip 'pasta is not installed'
  [ -e /dev/net/tun ] || skip 'there is no /dev/net/tun'
  runs --network pasta -p 127.0.0.1:18099:80 app sh -c 'ip -o link; echo hello | nc -l -p 80' >out 3>&- &
  pid=$!
  for ((i = 0; i < 100; i++)); do
    answer=$(busybox nc -w 2 127.0.0.1 18099 </dev/null 2>/dev/null) || answer=''
    [ "$answer" != hello ] || break
    read -rt 0.1 <> <(:) || true
  done
  wait $pid
  [ "$answer" = hello ]
  [ "$(grep -c . out)" -ge 2 ]
  nothing_stays
}

@test "run: CNI plugins set a network up and take it down" {
  [ -x /usr/lib/cni/bridge ] || skip 'the plugins are not installed'
  mkdir -p net cni
  cat >net/lade-test.conflist <<END
{ "cniVersion": "0.4.0", "name": "lade-test", "plugins": [
  { "type": "loopback" },
  { "type": "log-call" },
  { "type": "ptp", "ipMasq": false, "ipam": { "type": "host-local", "dataDir": "$PWD/ipam",
    "ranges": [ [ { "subnet": "10.123.45.0/24" } ] ] } } ] }
END
  ln -s /usr/lib/cni/* cni/
  cat >cni/log-call <<END
#!/bin/sh
echo "\$CNI_COMMAND \$CNI_IFNAME" >>$PWD/calls
cat >input
[ "\$CNI_COMMAND" = DEL ] || jq -c .prevResult input
END
  chmod +x cni/log-call
  export CNI_PATH=$PWD/cni
  # /etc/cni/net.d as this test wants it, for lade alone.
  in_ours() { unshare -m sh -c 'mount --make-rprivate / && mkdir -p /etc/cni/net.d && mount --bind "$0" /etc/cni/net.d && exec "$@"' "$PWD/net" "$@"; }
  output=$(in_ours "$LADE" --store "$PWD/store" --quiet run --runtime "$RUNTIME" --network lade-test app ip -o -4 addr)
  says 'eth0' '10.123.45.'
  [ "$(cat calls)" = $'ADD eth0\nDEL eth0' ]
  ! ls ipam/lade-test | grep -E '^10\.' || false
  status=0
  output=$(in_ours "$LADE" --store "$PWD/store" --quiet run --runtime "$RUNTIME" --network nosuch app true 2>&1) || status=$?
  [ $status = 255 ]
  says "--network 'nosuch'"
  nothing_stays
}

@test "run: a signal that asks for an end reaches the container, and nothing stays" {
  # Not by a function: $! would be its shell.
  "$LADE" --store "$PWD/store" --quiet run --runtime "$RUNTIME" --network none app \
    sh -c 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done' >out 3>&- &
  pid=$!
  pids+=($pid)
  for ((i = 0; i < 200; i++)); do [ ! -s out ] || break; read -rt 0.05 <> <(:) || true; done
  kill -TERM $pid
  status=0
  wait $pid || status=$?
  [ $status = 9 ]
  nothing_stays
}

@test "run: bad input is one line with status 255" {
  fails 255 runs -p 80:80 --network none app true
  says '--publish needs a network'
  fails 255 runs -p 80 app true
  fails 255 runs --name a/b --network none app true
  fails 255 lade --quiet run --runtime /no/such --network none app true
  says "run '/no/such'"
  nothing_stays
}

@test "run: ten at once" {
  for i in 1 2 3 4 5 6 7 8 9 10; do runs --network none app echo $i >out.$i 3>&- & pids+=($!); done
  wait "${pids[@]}"
  for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(cat out.$i)" = $i ]; done
  nothing_stays
}
