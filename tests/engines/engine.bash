# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# engine.bash - starts an engine with all its state in the test file's folder, removes after each test
# what the test made, and checks that the runtime left nothing.
#
# The engine's own file (podman.bash, …) gives these; OPTIONs are spelled as Docker's:
#   engine_up, engine_down     the daemon, if there is one, and the image
#   engine_clear               removes all containers, whatever their state
#   run_in [OPTION…] -- CMD…   in the foreground; $status $out $err
#   start NAME [OPTION…] -- CMD…    detached
#   exec_in NAME [OPTION…] -- CMD…
#   stop NAME SECONDS, send NAME SIGNAL, pause NAME, unpause NAME, logs NAME, remove NAME
#   status_of NAME             created running paused exited
#   exit_code_of NAME, pid_of NAME, processes_of NAME (as the engine's statistics say)
# What an engine lacks is not in its list of cases.
# shellcheck source=tests/bats/bundle.bash
source "$(dirname "${BASH_SOURCE[0]}")/../bats/bundle.bash"

engines=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$engines/../..
IMAGE=davit.test/busybox:latest
# Who makes the containers' cgroups: cgroupfs, or systemd where the host is run by it.
CGROUPS=${CGROUPS:-cgroupfs}

setup_file() {
  export E=$BATS_FILE_TMPDIR
  # The name of the cgroup that all containers of this file are in.
  export PARENT=engines-${BATS_RUN_TMPDIR##*-}
  [ "$CGROUPS" != systemd ] || PARENT=$PARENT.slice
  mkdir -p "$E/state"
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$E"
  "$engines/image" "$E/image.tar"
  runtime_with_state
  engine_up >"$E/up.log" 2>&1 || { tail -n 20 "$E/up.log" "$E"/*.log; return 1; }
}

teardown_file() {
  engine_clear
  engine_down
  eventually nothing_runs || { processes_of_file; return 1; }
  umount_below "$E"
  for d in $(cgroups_of_file | sort -r); do rmdir "$d" || true; done
}

# conmon drops a file into the working directory when a container was out of memory.
setup() {
  T=$BATS_TEST_TMPDIR calls=0
  cd "$T" || return
  echo "$BATS_TEST_DESCRIPTION" >"$E/test"
}

teardown() {
  local failed=0
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then tail -n 60 "$T/.calls" 2>/dev/null || true; fi
  engine_clear
  eventually leaves_nothing || { failed=1; leftovers; sweep_up; }
  return $failed
}
# So that the next test is not blamed.
sweep_up() {
  local d
  containers_cgroups | sort -r | while read -r d; do rmdir "$d" || true; done
  rm -rf "$E/state"/*
}

# Engines that name no state directory for the runtime get it by this program, called as the runtime is.
# With CAPTURE it also keeps what each container was made from, under the name of the test.
runtime_with_state() {
  mkdir -p "$E/bin"
  cat >"$E/bin/$kind" <<END
#!/bin/sh
[ -z "${CAPTURE:-}" ] || "$engines/capture" --keep "${CAPTURE:-}" "\$(cat "$E/test")" "\$@"
exec "$RUNTIME" --root "$E/state" "\$@"
END
  chmod +x "$E/bin/$kind"
  export WITH_STATE=$E/bin/$kind DRIVEN=$RUNTIME
  [ -z "${CAPTURE:-}" ] || DRIVEN=$WITH_STATE
  [ -z "${DIRECT:-}" ] || WITH_STATE=$RUNTIME
}

# --- calls ---

# call CMD…: STDIN names a file for standard input, LIMIT the seconds after which the call has hung; with
# PTY=1 all three streams are a terminal.
call() {
  calls=$((calls + 1)) status=0
  [ -z "${PTY:-}" ] || set -- "$engines/../bats/pty" run --size 33x77 "$@"
  OUT=$T/out.$calls ERR=$T/err.$calls
  timeout -k 2 "${LIMIT:-30}" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- || status=$?
  out=$(head -c 65536 "$OUT" | tr -d '\0') err=$(head -c 65536 "$ERR" | tr -d '\0')
  { echo "\$ $*"; sed 's/^/out| /' "$OUT" | head -n 40
    sed 's/^/err| /' "$ERR" | head -n 40; echo "= $status"; } >>"$T/.calls"
}
must() {
  "$@"
  [ "$status" = 0 ] || fail "'$*' ended with $status: $out $err"
}
fails() {
  "$@"
  case $status in
  0) fail "'$*' should have failed" ;;
  124) fail "'$*' hung" ;;
  esac
}
# The same as engines take it: a slice, or a path.
parent() { [ "$CGROUPS" = systemd ] && echo "$PARENT" || echo "/$PARENT"; }
# split ARG…: what is before -- goes to $options, the rest to $command.
split() {
  options=() command=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  command=("$@")
}
is() { [ "$(status_of "$1")" = "$2" ]; }
says() { logs "$1"; grep -qE -- "$2" <<<"$out$err"; }
# daemon NAME CMD…: starts it in the background, its words in NAME.log, its id in NAME.pid.
daemon() {
  setsid "${@:2}" </dev/null >"$E/$1.log" 2>&1 3>&- &
  echo $! >"$E/$1.pid"
}
end_daemon() {
  local pid
  pid=$(cat "$E/$1.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || return 0
  eventually gone "$pid" || kill -KILL "$pid"
}
# podman and buildah by dist/podman/davit.conf. What the host lacks is asked for nowhere: systemd (journal, timers), and CAP_SYS_RESOURCE, without
# which nobody gets limits above his own. Locks are files, as those in /dev/shm are all podmen's.
containers_conf() {
  export CONTAINERS_CONF=$E/containers.conf
  sed "s,^davit = .*,$kind = [\"$WITH_STATE\"],; s,^runtime = .*,runtime = \"$kind\"," "$top/dist/podman/davit.conf" |
    sed '/^\[engine\]/a lock_type = "file"\nevents_logger = "file"' >"$CONTAINERS_CONF"
  printf '[containers]\nlog_driver = "k8s-file"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n' >>"$CONTAINERS_CONF"
  [ -n "$(controller pids)" ] || echo 'pids_limit = 0' >>"$CONTAINERS_CONF"
}

# The shims' sockets are in /run/containerd/s, whatever its configuration says.
containerd_up() {
  cat >"$E/containerd.toml" <<END
version = 2
root = "$E/containerd"
state = "$E/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]
[grpc]
address = "$E/containerd.sock"
END
  # For a container with --uidmap ctr forgets its --runc-binary, and the shim takes the first runc.
  mkdir "$E/path"
  ln -s "$DRIVEN" "$E/path/runc"
  daemon containerd env PATH="$E/path:$PATH" containerd --config "$E/containerd.toml"
  eventually containerd_answers
}
containerd_answers() { call ctr --address "$E/containerd.sock" version; [ "$status" = 0 ]; }
gone() { [ ! -e "/proc/$1" ] || zombie "/proc/$1"; }

# --- what the host sees ---

# limit_of NAME CONTROLLER V1-FILE V2-FILE: the content of a file of the container's cgroup.
limit_of() {
  local pid path
  pid=$(pid_of "$1")
  case $(controller "$2") in
  v1) path=$(awk -F: -v c="$2" '("," $2 ",") ~ ("," c ",") { print $3 }' "/proc/$pid/cgroup")
      cat "$(v1_dir "$2")$path/$3" ;;
  v2) path=$(awk -F: '$1 == 0 { print $3 }' "/proc/$pid/cgroup")
      cat "$(v2_dir)$path/$4" ;;
  esac
}
namespace_of() { readlink "/proc/$(pid_of "$1")/ns/$2"; }

# --- nothing is left ---

cgroups_of_file() { find /sys/fs/cgroup -mindepth 1 -maxdepth 6 -type d -path "*/$PARENT*" 2>/dev/null; }
states_left() { find "$E/state" -mindepth 1 -maxdepth 3 -name state.json 2>/dev/null; }
# podman keeps its monitors in one of their own, or each in a scope.
containers_cgroups() { cgroups_of_file | grep "/$PARENT/" | grep -v -e '/conmon$' -e '/libpod-conmon-' || true; }
leftovers() { states_left; containers_cgroups; }
leaves_nothing() { [ -z "$(leftovers)" ]; }
# One line each. What has only just looked is gone by the time that its line is read.
processes_of_file() {
  { grep -laF -e "$E/" /proc/[0-9]*/cmdline; grep -lF "/$PARENT" /proc/[0-9]*/cgroup; } 2>/dev/null |
    cut -d / -f 3 | sort -un | while read -r pid; do
      [ "$pid" = $$ ] || [ "$pid" = "$BASHPID" ] || gone "$pid" ||
        echo "$pid: $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
    done
}
nothing_runs() { [ -z "$(processes_of_file)" ]; }
umount_below() {
  local d
  awk -v t="$1/" 'index($5, t) { print $5 }' /proc/self/mountinfo | sort -r |
    while read -r d; do umount -l "$d"; done
}
