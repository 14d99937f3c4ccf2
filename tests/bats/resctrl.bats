#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# resctrl.bats - linux.intelRdt on hosts without resctrl; what it does with directories is a unit test.
load bundle

@test "resctrl: without the filesystem intelRdt is refused, whatever it says" {
  ! grep -q ' - resctrl ' /proc/self/mountinfo || skip 'this host has resctrl'
  local r
  for r in '{}' '{closID: "/"}' '{l3CacheSchema: "L3:0=f"}' '{enableMonitoring: true}'; do
    edit ".linux.intelRdt = $r"
    refused create --bundle "$BUNDLE" "$ID"
    [ "$kind" != davit ] || has "$err" 'linux.intelRdt: no resctrl filesystem is mounted'
  done
  nothing_left
}

@test "resctrl: schemata of the wrong form are refused" {
  only_davit 'this order of checks'
  edit '.linux.intelRdt = {memBwSchema: "L3:0=f"}'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.intelRdt.memBwSchema must start with MB:'
  edit '.linux.intelRdt = {closID: "../x"}'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'linux.intelRdt.closID must be one name'
  nothing_left
}

@test "resctrl: update of a container without a class, or with a wrong schema, is refused" {
  only_davit 'this order of checks'
  up
  refused update --l3-cache-schema 'L3:0=f' "$ID"
  has "$err" '--l3-cache-schema: container .* has no linux.intelRdt'
  refused update --mem-bw-schema 'L3:0=f' "$ID"
  has "$err" '--mem-bw-schema .* starts with MB:'
  refused update --l3-cache-schema $'L3:0=f\nMB:0=1' "$ID"
  has "$err" '--l3-cache-schema .* is not one line'
}
