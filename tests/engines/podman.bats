#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman.bats - podman and conmon drive the runtime.
load podman

@test "podman: run" { case_run; }
@test "podman: exit code" { case_exit_code; }
@test "podman: exit code of what can't be run" { case_exit_code_of_words; }
@test "podman: exec" { case_exec; }
@test "podman: exec with user, directory and environment" { case_exec_options; }
@test "podman: exec in a stopped container" { case_exec_stopped; }
@test "podman: terminal" { case_terminal; }
@test "podman: terminal of exec" { case_exec_terminal; }
@test "podman: stdin" { case_stdin; }
@test "podman: logs" { case_logs; }
@test "podman: stop" { case_stop; }
@test "podman: stop of a process that ignores it" { case_stop_deaf; }
@test "podman: kill" { case_kill; }
@test "podman: pause" { case_pause; }
@test "podman: stats" { case_stats; }
@test "podman: limits" { case_limits; }
@test "podman: update" { case_update; }
@test "podman: out of memory" { case_out_of_memory; }
@test "podman: restart" { case_restart; }
@test "podman: shared namespaces" { case_namespaces; }
@test "podman: volumes" { case_volumes; }
@test "podman: device" { case_device; }
@test "podman: no capabilities" { case_no_capabilities; }
@test "podman: seccomp profile" { case_seccomp; }
@test "podman: read-only" { case_read_only; }
@test "podman: user" { case_user; }
@test "podman: user namespace" { case_user_namespace; }
@test "podman: init" {
  engine run --rm --init "${always[@]}" --network none "$IMAGE" true
  [[ $err != *'lookup init binary'* ]] || skip "podman has no init here: $err"
  case_init
}
@test "podman: privileged" { case_privileged; }
@test "podman: davit inside" { case_nested; }
@test "podman: davit inside, denied" { case_nested_denied; }
@test "podman: 50 containers at once" { case_many; }

@test "podman: pod" {
  must engine pod create --name pod --infra-image "$IMAGE" --infra-command 'sleep 1000' --share net,ipc,uts,pid \
    --network none --cgroup-parent "$(parent)"
  local name
  for name in one two; do
    must engine run --detach --name $name --pod pod "$IMAGE" sleep 1000
  done
  local ns
  for ns in net ipc uts pid; do
    same "$(namespace_of two $ns)" "$(namespace_of one $ns)"
  done
  must engine pod pause pod
  is one paused
  must engine pod unpause pod
  must engine pod stop --time 1 pod
  eventually is two exited
  must engine pod rm pod
}

@test "podman: health check" {
  start one --health-cmd 'test -e /healthy' -- sleep 1000
  fails engine healthcheck run one
  must exec_in one -- touch /healthy
  must engine healthcheck run one
}

@test "podman: errors are the runtime's words alone" {
  fails run_in -- /does/not/exist
  hasnt "$err" '"level"|\{'
  has "$err" '/does/not/exist'
}

@test "podman: a container without cgroups" {
  always=()
  run_in --cgroups disabled -- cat /proc/self/cgroup
  [[ $err != *"compatible with NoCgroups"* ]] || skip "podman runs none with $kind: $err"
  same "$status" 0
  hasnt "$out" libpod
}

@test "podman: without --root the state is in /run/NAME" {
  must call podman --root "$E/root" --runroot "$E/run" --tmpdir "$E/tmp" --cgroup-manager "$CGROUPS" \
    --runtime "$RUNTIME" run --detach --name one --network none "${always[@]}" "$IMAGE" sleep 1000
  [ -d "/run/$kind/$out" ] || fail "no /run/$kind/$out"
}

# The user exists in a mount namespace of his own only.
as_user() {
  call unshare --mount --propagation private sh -c 'E=$1; shift
    { cat /etc/passwd; echo "engines:x:54321:54321::$E/user:/bin/sh"; } >"$E/passwd"
    { cat /etc/group; echo engines:x:54321:; } >"$E/group"
    echo engines:200000:65536 >"$E/subids"
    mount --bind "$E/passwd" /etc/passwd && mount --bind "$E/group" /etc/group &&
      mount --bind "$E/subids" /etc/subuid && mount --bind "$E/subids" /etc/subgid && cd / &&
      exec setpriv --reuid 54321 --regid 54321 --clear-groups env -i PATH=/usr/bin:/bin HOME="$E/user" \
        XDG_RUNTIME_DIR="$E/user/run" CONTAINERS_CONF="$E/user/containers.conf" podman --storage-driver vfs \
        --cgroup-manager cgroupfs "$@"' sh "$E" "$@"
}

@test "podman: rootless" {
  mkdir -p "$E/user/run"
  sed "s,$WITH_STATE,$E/user/$kind," "$CONTAINERS_CONF" >"$E/user/containers.conf"
  install -m 755 "$RUNTIME" "$E/user/$kind"
  chmod 644 "$E/image.tar"
  chown -R 54321:54321 "$E/user"
  as_user load --input "$E/image.tar"
  [ "$status" = 0 ] || skip "podman can't be rootless here: $(tail -n 1 <<<"$err")"
  must as_user run --rm --network none "$IMAGE" sh -c 'id -u; cat /proc/self/uid_map'
  has "$(tr -s ' \n' ' ' <<<"$out")" '^0 0 54321 1 1 200000 65536'
  must as_user run --detach --name one --network none "$IMAGE" sleep 1000
  must as_user exec one true
  must as_user stop --time 1 one
  must as_user rm --force one
}
