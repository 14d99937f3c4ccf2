# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# containerd.bash - containerd and its runc shim, driven by ctr.
# shellcheck source=tests/engines/cases.bash
source "$(dirname "${BASH_SOURCE[0]}")/cases.bash"

engine() { call ctr --address "$E/containerd.sock" --namespace "$PARENT" "$@"; }

# ctr asks for the usual share of the processor, where nobody can share it out, too.
always=()
[ -n "$(controller cpu)" ] || always=(--cpu-shares 0)

engine_up() {
  T=$E calls=0
  containerd_up
  must engine image import "$E/image.tar"
}
engine_down() { end_daemon containerd; }
engine_clear() {
  local id
  engine container list --quiet
  for id in $out; do
    engine task delete --force "$id"
    engine container delete "$id"
  done
}

# ctr has no word for all capabilities.
spell() {
  local given=("${options[@]}") name
  options=("${always[@]}")
  set -- "${given[@]}"
  while [ $# != 0 ]; do
    case $1 in
    --interactive) ;;
    --shareable) ;;
    --cap-drop) shift
      for name in $all_by_default; do options+=(--cap-drop "CAP_$name"); done ;;
    --join) for name in network ipc pid; do options+=(--with-ns "$name:$(namespace_path "$2" $name)"); done; shift ;;
    --map) options+=(--uidmap "$2" --gidmap "$2"); shift ;;
    --memory) options+=(--memory-limit "$(numfmt --from=iec "${2^^}")"); shift ;;
    --seccomp) options+=(--seccomp --seccomp-profile "$2"); shift ;;
    --volume) options+=(--mount "$(mount_words "$2")"); shift ;;
    *) options+=("$1") ;;
    esac
    shift
  done
}
all_by_default='CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
                SYS_CHROOT KILL AUDIT_WRITE'
namespace_path() { echo "/proc/$(pid_of "$1")/ns/${2/network/net}"; }
mount_words() { # SOURCE:DESTINATION[:ro]
  local source destination mode
  IFS=: read -r source destination mode <<<"$1"
  echo "type=bind,src=$source,dst=$destination,options=rbind:${mode:-rw}"
}

# cgroup_of NAME: sets $where, ctr's words for the container's cgroup. Its own are below its namespace's name.
cgroup_of() {
  where=()
  [ "$CGROUPS" != systemd ] || where=(--runc-systemd-cgroup --cgroup "$PARENT:ctr:$1")
}

run_in() {
  split "$@"; spell; cgroup_of "run-$calls"
  engine run --rm "${where[@]}" --runc-binary "$DRIVEN" --runc-root "$E/state" "${options[@]}" "$IMAGE" "run-$calls" "${command[@]}"
}
start() {
  local name=$1
  shift
  split "$@"; spell; cgroup_of "$name"
  must engine run --detach "${where[@]}" --log-uri "file://$T/log.$name" --runc-binary "$DRIVEN" --runc-root "$E/state" \
    "${options[@]}" "$IMAGE" "$name" "${command[@]}"
}
exec_in() {
  local name=$1
  shift
  split "$@"
  engine task exec --exec-id "exec-$calls" "${options[@]}" "$name" "${command[@]}"
}
send() { engine task kill --signal "SIG$2" "$1"; }
pause() { engine task pause "$1"; }
unpause() { engine task resume "$1"; }
logs() { out=$(cat "$T/log.$1" 2>/dev/null) err=''; }

row() { engine task list; awk -v id="$1" '$1 == id' <<<"$out"; }
status_of() { row "$1" | awk '{ s = tolower($3); print s == "stopped" ? "exited" : s }'; }
pid_of() { row "$1" | awk '{ print $2 }'; }
id_of() { echo "$1"; }
# ctr tells it when the task is deleted, in a warning.
exit_code_of() { engine task delete "$1"; sed -n 's/.*non-zero exit code \([0-9]*\).*/\1/p' <<<"$err"; }
processes_of() { engine task metrics "$1"; awk '$1 == "pids.current" { print $2 }' <<<"$out"; }
