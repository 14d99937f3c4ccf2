#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman.bats - podman with davit as its runtime: the user lab's in its session, and root's.

setup_file() {
  export IMAGE=$BATS_FILE_TMPDIR/image
  mkdir -p "$IMAGE"/{bin,proc,sys,dev,tmp,etc}
  cp /bin/busybox "$IMAGE/bin/"; chroot "$IMAGE" /bin/busybox --install -s /bin
  tar -C "$IMAGE" -cf "$IMAGE.tar" .
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"; chmod 644 "$IMAGE.tar"
  lab podman import -q "$IMAGE.tar" box >&2
  podman import -q "$IMAGE.tar" box >&2
}

teardown() { # what there is to say about a failure
  [ -n "${BATS_TEST_COMPLETED:-}" ] || { podman ps -a; journalctl -n 40 --no-pager -o cat; }
}
lab() { timeout 200 systemd-run --quiet --wait --pipe --user --machine=lab@.host --property=KillMode=process --working-directory=/home/lab "$@" 3>&- </dev/null; }
rootless() { lab podman --runtime "${PODMAN_RUNTIME:-/lab/davit}" "$@"; }
rootful() { timeout 200 podman --runtime "${PODMAN_RUNTIME:-/lab/davit}" "$@" 3>&- </dev/null; }

each() { # WHO: run, exec, limits and stop, the same for both
  run "$1" run --rm --network=none box sh -c 'echo inside; id -u'
  echo "$output"
  [ "$status" = 0 ]
  [ "${lines[0]} ${lines[1]}" = 'inside 0' ]
  "$1" run -d --name one --network=none --memory 64m --pids-limit 50 box sleep 1000
  cat "/proc/$("$1" inspect -f '{{.State.Pid}}' one)/cgroup"
  run "$1" exec one sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
  echo "$output"
  [ "${lines[0]} ${lines[1]}" = '67108864 50' ]
  "$1" stop -t 1 one
  [ "$("$1" inspect -f '{{.State.Status}}' one)" = exited ]
  "$1" rm one
}

@test "podman rootless: run, exec, memory limit and stop" { each rootless; }
@test "podman rootful: run, exec, memory limit and stop" { each rootful; }
# Whether podman calls it OOMKilled is a race of conmon with systemd, which crun loses, too.
@test "podman rootful: a container over its memory limit is killed" {
  run rootful run --replace --name big --network=none --memory 16m --memory-swap 16m box tail /dev/zero
  [ "$status" = 137 ]
  rootful rm big
}
