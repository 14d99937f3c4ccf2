# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# podman.bash - podman with conmon; the configuration is dist/podman/davit.conf.
# shellcheck source=tests/engines/docker-like.bash
source "$(dirname "${BASH_SOURCE[0]}")/docker-like.bash"

engine() {
  call podman --root "$E/root" --runroot "$E/run" --tmpdir "$E/tmp" --cgroup-manager "$CGROUPS" \
    --runtime "$kind" "$@"
}

engine_up() {
  T=$E calls=0
  containers_conf
  export DISABLE_HC_SYSTEMD=true
  must engine load --input "$E/image.tar"
}
engine_down() { :; }
# A container that another one depends on goes in a second round.
engine_clear() {
  engine pod rm --all --force
  engine rm --all --force --time 0
  engine rm --all --force --time 0
}

# A file's functions are read before setup_file, which names the parent.
[ -z "${PARENT:-}" ] || always=(--cgroup-parent "$(parent)")
processes_of() { engine stats --no-stream --format '{{.PIDs}}' "$1"; echo "$out"; }
# A conmon of 2.1 leaves the word of it in its working directory, where podman doesn't look.
oom_seen() { [ -e "$T/oom" ] || [ "$(inspect "$1" '{{.State.OOMKilled}}')" = true ]; }
