# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# docker-like.bash - the verbs of engine.bash for command lines of Docker's kind; engine() calls it.
# shellcheck source=tests/engines/cases.bash
source "$(dirname "${BASH_SOURCE[0]}")/cases.bash"

# Options that are not spelled alike; the result goes to $options, with those of $always.
always=()
spell() {
  local given=("${options[@]}") network=none
  options=("${always[@]}")
  set -- "${given[@]}"
  while [ $# != 0 ]; do
    case $1 in
    --seccomp) options+=(--security-opt "seccomp=$2"); shift ;;
    --shareable) options+=(--ipc shareable) ;;
    --join) network=container:$2; options+=(--ipc "container:$2" --pid "container:$2"); shift ;;
    --map) options+=(--uidmap "$2" --gidmap "$2"); shift ;;
    *) options+=("$1") ;;
    esac
    shift
  done
  options+=(--network "$network")
}

run_in() {
  split "$@"; spell
  engine run --rm "${options[@]}" "$IMAGE" "${command[@]}"
}
start() {
  local name=$1
  shift
  split "$@"; spell
  must engine run --detach --name "$name" "${options[@]}" "$IMAGE" "${command[@]}"
}
exec_in() {
  local name=$1
  shift
  split "$@"
  engine exec "${options[@]}" "$name" "${command[@]}"
}
stop() { engine stop --time "$2" "$1"; }
send() { engine kill --signal "$2" "$1"; }
pause() { engine pause "$1"; }
unpause() { engine unpause "$1"; }
restart() { engine restart --time 1 "$1"; }
update() { engine update "${@:2}" "$1"; }
logs() { engine logs "$1"; }

inspect() { engine inspect --format "$2" "$1"; echo "$out"; }
status_of() { inspect "$1" '{{.State.Status}}'; }
exit_code_of() { inspect "$1" '{{.State.ExitCode}}'; }
pid_of() { inspect "$1" '{{.State.Pid}}'; }
id_of() { inspect "$1" '{{.Id}}'; }
oom_seen() { [ "$(inspect "$1" '{{.State.OOMKilled}}')" = true ]; }
