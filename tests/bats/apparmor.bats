#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# apparmor.bats - process.apparmorProfile where AppArmor is switched on and a profile can be loaded.
load bundle

setup() {
  [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || skip 'AppArmor is not switched on here'
  command -v apparmor_parser >/dev/null || skip 'there is no apparmor_parser'
  make_bundle
  profile=$ID-keeps
  load_profile "$profile" 'deny /tmp/secret rwklx,'
  echo secret >"$BUNDLE/rootfs/tmp/secret"
  edit '.process.apparmorProfile = $p' --arg p "$profile"
}
teardown() {
  local name
  leave_nothing || return 1
  for name in "${loaded[@]}"; do apparmor_parser --remove "$T/profile-$name" || return 1; done
}

loaded=()
load_profile() { # NAME RULES
  { echo "profile $1 flags=(attach_disconnected, mediate_deleted) {"
    printf '  %s,\n' file capability network signal ptrace mount umount pivot_root unix
    printf '  %s\n}\n' "$2"
  } >"$T/profile-$1"
  apparmor_parser --skip-cache --replace "$T/profile-$1"
  loaded+=("$1")
}

@test "apparmor: the profile confines the process and what exec starts" {
  up
  same "$(cat "/proc/$(pid_of)/attr/current")" "$profile (enforce)"
  ok exec "$ID" cat /proc/self/attr/current
  same "$out" "$profile (enforce)"
  refused exec "$ID" cat /tmp/secret
  has "$err" 'Permission denied'
}

@test "apparmor: exec takes a profile of its own" {
  load_profile "$ID-other" ''
  up
  ok exec --apparmor "$ID-other" "$ID" sh -c 'cat /proc/self/attr/current /tmp/secret'
  same "$out" "$ID-other (enforce)"$'\n'secret
}

@test "apparmor: without a profile, and with unconfined, nothing confines the process" {
  edit '.process.apparmorProfile = "unconfined"'
  inside 'cat /proc/self/attr/current /tmp/secret'
  same "$out" unconfined$'\n'secret
  edit 'del(.process.apparmorProfile)'
  inside 'cat /tmp/secret'
  same "$out" secret
}

@test "apparmor: a profile that is not loaded is an error with its name, and leaves nothing" {
  edit '.process.apparmorProfile = "no-such-profile"'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" no-such-profile
  eventually nothing_left
}

@test "apparmor: the profile also holds for a process without new privileges, and under seccomp" {
  edit '.process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{names: ["reboot"], action: "SCMP_ACT_ERRNO"}]}'
  args cat /tmp/secret
  run_it
  differ "$status" 0
  has "$err" 'Permission denied'
}
