# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# docker.bash - dockerd with a containerd of its own; the configuration is dist/docker/daemon.json.
# shellcheck source=tests/engines/docker-like.bash
source "$(dirname "${BASH_SOURCE[0]}")/docker-like.bash"

engine() { call docker --host "unix://$E/docker.sock" "$@"; }
daemon_answers() { engine version; [ "$status" = 0 ]; }

# No network, no rules in the host's firewall, nothing in its folders but the shims' sockets.
engine_up() {
  T=$E calls=0
  jq --arg path "$DRIVEN" '.runtimes.davit.path = $path' "$top/dist/docker/daemon.json" >"$E/daemon.json"
  containerd_up
  daemon dockerd dockerd --config-file "$E/daemon.json" --containerd "$E/containerd.sock" \
    --host "unix://$E/docker.sock" --data-root "$E/data" --exec-root "$E/state" --pidfile "$E/docker.pid" \
    --cgroup-parent "$(parent)" --exec-opt "native.cgroupdriver=$CGROUPS" --bridge none --iptables=false --ip6tables=false --ip-forward=false
  eventually daemon_answers
  must engine load --input "$E/image.tar"
}
engine_down() { end_daemon dockerd; end_daemon containerd; }
engine_clear() {
  engine ps --all --quiet
  # shellcheck disable=SC2086 # one word each
  [ -z "$out" ] || engine rm --force $out
}

processes_of() { engine stats --no-stream --format '{{.PIDs}}' "$1"; echo "$out"; }
