# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# buildah.bash - buildah runs commands in containers that it made from the image; all in the foreground.
# shellcheck source=tests/engines/cases.bash
source "$(dirname "${BASH_SOURCE[0]}")/cases.bash"

engine() { call buildah --root "$E/root" --runroot "$E/run" "$@"; }
runtime() { "$RUNTIME" --root "$E/state" "$@"; }

engine_up() {
  T=$E calls=0
  containers_conf
  must engine pull "docker-archive:$E/image.tar"
}
engine_down() { :; }
engine_clear() {
  local id
  for id in $(runtime list -q); do runtime kill "$id" KILL; done
  [ -z "${running:-}" ] || wait "$running" || true
  engine rm --all
}

# Some options are the container's and others the command's: $options and $run_options.
spell() {
  local given=("${options[@]}")
  options=(--cgroup-parent "/$PARENT") run_options=()
  set -- "${given[@]}"
  while [ $# != 0 ]; do
    case $1 in
    --interactive) ;;
    --tty) run_options+=(--terminal) ;;
    --seccomp) options+=(--security-opt "seccomp=$2"); shift ;;
    --user | --volume) run_options+=("$1" "$2"); shift ;;
    *) options+=("$1" "$2"); shift ;;
    esac
    shift
  done
}
run_in() {
  split "$@"; spell
  must engine from --network none "${options[@]}" "$IMAGE"
  engine run --isolation oci --runtime "$WITH_STATE" "${run_options[@]}" "$out" -- "${command[@]}"
}
start() {
  shift
  (run_in "$@") &
  running=$!
  eventually id_of
}
id_of() { runtime list -q | grep .; }
pid_of() { runtime state "$(id_of)" | jq .pid; }
