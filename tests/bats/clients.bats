#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# clients.bats - twelve clients on the same ids; see tests/bats/clients for what is checked.
# ROUNDS=N sets their length, CLIENT_SECONDS=120 lets them go on for so long (with TEST_LIMIT above it).
load bundle

@test "clients: what twelve see of three ids equals some serial order, and nothing leaks" {
  local n mounts
  only_davit 'locks around every verb'
  args sleep 1000
  for n in 0 1 2; do
    another "many$n" >/dev/null
  done
  mounts=$(wc -l </proc/self/mountinfo)
  env SECONDS=${CLIENT_SECONDS:-0} python3 "$here/clients" "$RUNTIME" "$ROOT" "$T/many" "$ID-many" >"$T/said" 2>&1 3>&- </dev/null ||
    { cat "$T/said"; false; }
  cat "$T/said"
  same "$(wc -l </proc/self/mountinfo)" "$mounts"
  eventually nothing_left
}
