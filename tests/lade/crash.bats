#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# crash.bats - lade killed at any moment, and several at the same time: names always lead to whole
# images, what was there stays, and what is left over is cleared away.
load store

# killed VERB…: ends it after a random time, of which the shortest come before it has begun and the
# longest after its end.
killed() { timeout -s KILL "0.0$((RANDOM % 35 + 10))" "$LADE" --store "$S" --progress none "$@" >/dev/null 2>&1 3>&- || true; }

# All names lead to whole images, whoever was killed.
check_store() {
  ok verify --all
  check_blobs
  skopeo inspect "oci:$S:docker.io/library/first:v1" >/dev/null
}

@test "V30: killed in load, tag, config, rmi and gc at random moments" {
  archive docker docker.io/library/first:v1 | lade load
  archive layout docker.io/library/second:v1 >second.tar
  archive docker docker.io/library/third:v1 >third.tar
  local first round
  first=$(lade inspect --digest first:v1)
  for round in {1..20}; do
    killed load --force second.tar
    killed load --force third.tar
    killed tag --force first:v1 "tag:$round"
    killed config --env "N=$round" --tag changed:v1 first:v1
    killed rmi second:v1
    killed gc --grace 0 --untagged
    [ $((round % 10)) != 0 ] || check_store
  done
  same "$(lade inspect --digest first:v1)" "$first"
  ok gc --grace 0 --untagged --partial
  ok gc --grace 0 --untagged --partial
  same "$out" ''
  same "$(ls "$S/partial" "$S/leases" | grep -v ':$' | tr -d '\n')" ''
  check_store
}

@test "V30: several at the same time, with gc among them, lose nothing" {
  local i round pids
  archive docker docker.io/library/first:v1 | lade load
  archive layout docker.io/library/second:v1 >a.tar
  for round in {1..4}; do
    pids=()
    for i in 1 2 3; do
      (lade load --tag "t$i:$round" a.tar && lade config --env "I=$i" "t$i:$round" && lade verify "t$i:$round") >"out.$i" 2>&1 &
      pids+=($!)
    done
    lade gc --grace 0 --untagged >/dev/null 2>&1
    lade gc --grace 0 --untagged >/dev/null 2>&1
    for i in 1 2 3; do
      wait "${pids[i - 1]}" || { cat "out.$i"; return 1; }
    done
  done
  ok images --names
  same "$(wc -l <<<"$out")" 13
  check_store
}

@test "R37: two loads of the same content at the same time give one blob" {
  archive layout app:v1 >a.tar
  lade load a.tar >/dev/null &
  local other=$!
  lade load --force a.tar >/dev/null
  wait $other
  same "$(find "$S/blobs" -type f | wc -l)" 4
  check_blobs
}
