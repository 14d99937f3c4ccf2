#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pidfd.bats - the pidfd that --pidfd-socket hands over.
load bundle

# receiver: takes one descriptor at $T/sock, says whose it is, and sends TERM by it when $T/go is there.
receiver() {
  timeout -k 2 30 python3 - "$T" >"$T/heard" 2>&1 3>&- <<'PY' &
import os, signal, socket, sys, time
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1] + "/sock")
listener.listen(1)
print("listening", flush=True)
message, fds, _, _ = socket.recv_fds(listener.accept()[0], 4096, 16)
info = dict(line.split(":\t") for line in open(f"/proc/self/fdinfo/{fds[0]}").read().splitlines())
print(f"descriptors {len(fds)} pid {info['Pid']}", flush=True)
while not os.path.exists(sys.argv[1] + "/go"):
    time.sleep(0.02)
signal.pidfd_send_signal(fds[0], signal.SIGTERM)
PY
  receiver=$!
  eventually grep -q listening "$T/heard"
}
terminates() {
  touch "$T/go"
  wait $receiver
}

@test "pidfd: create hands over the container's process" {
  args sleep 1000
  receiver
  ok create --bundle "$BUNDLE" --pidfd-socket "$T/sock" "$ID"
  eventually grep -qx "descriptors 1 pid $(pid_of)" "$T/heard"
  ok kill "$ID" KILL
  terminates || true
}

@test "pidfd: run --detach, and it can be signalled" {
  args sh -c 'trap "exit 0" TERM; while :; do sleep 0.02; done'
  receiver
  ok run --detach --bundle "$BUNDLE" --pidfd-socket "$T/sock" "$ID"
  eventually grep -qx "descriptors 1 pid $(pid_of)" "$T/heard"
  terminates
  eventually status_is "$ID" stopped
}

@test "pidfd: exec hands over its own process" {
  up
  receiver
  ok exec --detach --pid-file "$T/pid" --pidfd-socket "$T/sock" "$ID" sleep 1000
  eventually grep -qx "descriptors 1 pid $(cat "$T/pid")" "$T/heard"
  terminates
  status_is "$ID" running
}

@test "pidfd: nobody at the socket is an error" {
  args sleep 1000
  refused create --bundle "$BUNDLE" --pidfd-socket "$T/none" "$ID"
  ok delete --force "$ID"
  up
  refused exec --pidfd-socket "$T/none" "$ID" true
}

@test "pidfd: an annotation says where to, as with crun" {
  [ "$kind" != runc ] || skip 'runc does not know it'
  local verb
  edit '.annotations["run.oci.pidfd_receiver"] = $s' --arg s "$T/sock"
  args sleep 1000
  for verb in create 'run --detach'; do
    rm -f "$T"/{sock,go,heard}
    receiver
    # shellcheck disable=SC2086
    ok $verb --bundle "$BUNDLE" "$ID"
    eventually grep -qx "descriptors 1 pid $(pid_of)" "$T/heard"
    ok kill "$ID" KILL
    terminates || true
    ok delete --force "$ID"
  done
}
