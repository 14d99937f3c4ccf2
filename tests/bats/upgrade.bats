#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# upgrade.bats - davit may be replaced while containers wait for their start or run. PREVIOUS names an
# earlier build; ./dev test makes one from the history.
load bundle

setup() {
  only_davit 'containers made by an earlier davit'
  make_bundle
  args sleep 1000
}

previous() {
  [ -x "${PREVIOUS:-}" ] || skip 'PREVIOUS names no earlier build'
  "$PREVIOUS" --root "$ROOT" "$@" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "the earlier build: $(cat "$T/e")"
}

# state.json as version 1 wrote it, from what the host says about process PID. Not made with davit's
# help on purpose: this is what lies on disks.
version_1='
import json, os, re, sys
id, bundle, pid = sys.argv[1:4]
mounts = {}
for line in open("/proc/self/mountinfo"):
    left, right = line.split(" - ")
    kind, _, options = right.split()[0], *right.split()[1:3]
    if kind in ("cgroup", "cgroup2"):
        for name in options.split(",") + [kind]:
            mounts[name] = left.split()[4]
dirs = []
for line in open(f"/proc/{pid}/cgroup"):
    _, names, path = line.rstrip("\n").split(":", 2)
    top = mounts.get(names.split(",")[0] if names else "cgroup2")
    if top:
        kind = "freezer" if names == "freezer" else "v1" if names else "v2"
        dirs.append(f"1:{kind}:{top}{path}")
start = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[19]
boot = open("/proc/sys/kernel/random/boot_id").read().strip()
text = (f"{{\"version\":1,\"id\":\"{id}\",\"bundle\":\"{bundle}\",\"rootfs\":\"{bundle}/rootfs\","
        f"\"created\":\"2026-11-24T22:19:49.129454959Z\",\"phase\":\"created\",\"bootId\":\"{boot}\","
        f"\"pid\":{pid},\"startTime\":\"{start}\",\"owner\":0,\"namespaces\":1812070400,\"hasProcess\":true,"
        f"\"hooksAfter\":false,\"noKeyring\":false,\"annotations\":{{\"a\":\"b\"}},\"cgroup\":{json.dumps(dirs)}")
check = 0xcbf29ce484222325
for byte in text.encode():
    check = ((check ^ byte) * 0x100000001b3) & (1 << 64) - 1
sys.stdout.write(f"{text},\"check\":\"{check:016x}\"}}\n")
'

@test "upgrade: a created container with a record of version 1 is started and deleted" {
  create_it
  /usr/bin/python3 -c "$version_1" "$ID" "$BUNDLE" "$(pid_of)" >"$T/record"
  cp "$T/record" "$ROOT/$ID/state.json"
  same "$(state_of "$ID")" created
  rt state "$ID"
  same "$(jq -r .annotations.a <<<"$out")" b
  ok start "$ID"
  same "$(state_of "$ID")" running
  ok exec "$ID" hostname
  same "$out" box
  refused delete "$ID"
  ok delete --force "$ID"
}

@test "upgrade: a record of a later version is refused in words, and delete --force removes it" {
  create_it
  /usr/bin/python3 -c "${version_1//version\\\":1/version\\\":2}" "$ID" "$BUNDLE" "$(pid_of)" >"$T/record"
  cp "$T/record" "$ROOT/$ID/state.json"
  refused start "$ID"
  has "$err" 'version 2'
  ok delete --force "$ID"
}

@test "upgrade: created by an earlier build, started and deleted by this one" {
  previous create --bundle "$BUNDLE" "$ID"
  same "$(state_of "$ID")" created
  ok start "$ID"
  same "$(state_of "$ID")" running
  ok exec "$ID" hostname
  same "$out" box
  ok kill "$ID" KILL
  eventually status_is "$ID" stopped
  ok delete "$ID"
}

@test "upgrade: created by an earlier build, and what fails at its start is told" {
  edit '.hooks = {startContainer: [{path: "/bin/false", args: ["false"]}]}'
  previous create --bundle "$BUNDLE" "$ID"
  refused start "$ID"
  has "$err" 'startContainer'
  ok delete --force "$ID"
}

@test "upgrade: created by an earlier build, deleted before its start" {
  previous create --bundle "$BUNDLE" "$ID"
  ok delete "$ID"
}

@test "upgrade: running since an earlier build" {
  previous run --detach --bundle "$BUNDLE" "$ID"
  ok exec "$ID" hostname
  same "$out" box
  ok delete --force "$ID"
}
