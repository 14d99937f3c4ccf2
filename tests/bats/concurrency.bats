#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# concurrency.bats - calls at the same time. ROUNDS says how often the races are run (5).
load bundle

rounds=${ROUNDS:-5}
# all N NAME VERB…: N calls at once; the status of call i goes to $T/NAME.i. {i} in an argument is i.
all() {
  local n=$1 name=$2 i pids=()
  shift 2
  for ((i = 1; i <= n; i++)); do
    { status=0
      timeout -k 2 60 "$RUNTIME" --root "$ROOT" "${@//\{i\}/$i}" </dev/null >"$T/$name.out.$i" 2>&1 3>&- || status=$?
      echo $status >"$T/$name.$i"; } &
    pids+=($!)
  done
  wait "${pids[@]}" || true
  cat "$T/$name".out.* >>"$T/.calls"
}
count() { cat "$T/$1".[0-9]* | grep -cxE "$2" || true; }
# many N: bundles $T/many1… with ids $ID-many1…
many() {
  local i
  for ((i = 1; i <= $1; i++)); do another "many$i" >/dev/null; done
}

@test "concurrency: of twelve creates of one id one succeeds, and its container is whole" {
  local round
  args sleep 1000
  for ((round = 1; round <= rounds; round++)); do
    all 12 create create --bundle "$BUNDLE" "$ID"
    same "round $round: $(count create 0)" "round $round: 1"
    same "$(state_of "$ID")" created
    ok start "$ID"
    ok exec "$ID" sh -c 'hostname; test -c /dev/null'
    same "$out" box
    ok delete --force "$ID"
    eventually nothing_left || fail "round $round: $(left)"
  done
}

@test "concurrency: of twelve runs of one id one succeeds" {
  args sleep 1000
  all 12 run run --detach --bundle "$BUNDLE" "$ID"
  same "$(count run 0)" 1
  same "$(state_of "$ID")" running
  ok exec "$ID" true
}

@test "concurrency: different ids do not disturb each other" {
  local round i
  args sleep 1000
  many 8
  for ((round = 1; round <= rounds; round++)); do
    all 8 run run --detach --bundle "$T/many{i}" "$ID-many{i}"
    same "round $round: $(count run 0)" "round $round: 8"
    ok list -q
    same "$(grep -c . <<<"$out")" 8
    all 8 exec exec "$ID-many{i}" hostname
    same "$(count exec 0)" 8
    all 8 delete delete --force "$ID-many{i}"
    same "$(count delete 0)" 8
    eventually nothing_left || fail "round $round: $(left)"
  done
}

@test "concurrency: eight deletes of one id at once all succeed with --force" {
  local round
  for ((round = 1; round <= rounds; round++)); do
    up
    all 8 delete delete --force "$ID"
    same "round $round: $(count delete 0)" "round $round: 8"
    eventually nothing_left || fail "round $round: $(left)"
  done
}

@test "concurrency: eight starts of one id: one succeeds" {
  args sleep 1000
  create_it
  all 8 start start "$ID"
  same "$(count start 0)" 1
  same "$(state_of "$ID")" running
}

@test "concurrency: start against delete --force ends with nothing left" {
  local round
  args sleep 1000
  for ((round = 1; round <= rounds; round++)); do
    create_it
    timeout 30 "$RUNTIME" --root "$ROOT" start "$ID" </dev/null >/dev/null 2>&1 3>&- &
    ok delete --force "$ID"
    wait $! || true
    rt delete --force "$ID"
    same "$status" 0
    eventually nothing_left
  done
}

@test "concurrency: states and lists read during create and delete are whole" {
  local round i
  args sleep 1000
  { while [ ! -e "$T/stop" ]; do
      timeout 20 "$RUNTIME" --root "$ROOT" list --format json 2>/dev/null >"$T/list" </dev/null 3>&- &&
        { jq -e 'type == "array" or . == null' "$T/list" >/dev/null 2>&1 || cat "$T/list" >>"$T/torn"; }
      timeout 20 "$RUNTIME" --root "$ROOT" state "$ID" 2>/dev/null >"$T/state.json" </dev/null 3>&- &&
        { jq -e '.status' "$T/state.json" >/dev/null 2>&1 || cat "$T/state.json" >>"$T/torn"; }
    done; } &
  for ((round = 1; round <= rounds; round++)); do
    create_it
    ok start "$ID"
    ok delete --force "$ID"
  done
  touch "$T/stop"
  wait $! || true
  [ ! -e "$T/torn" ] || fail "torn: $(cat "$T/torn")"
}

@test "concurrency: exec against delete --force leaves nothing" {
  local round first second
  for ((round = 1; round <= rounds; round++)); do
    up
    timeout 30 "$RUNTIME" --root "$ROOT" exec "$ID" sleep 500 </dev/null >/dev/null 2>&1 3>&- &
    first=$!
    timeout 30 "$RUNTIME" --root "$ROOT" exec "$ID" true </dev/null >/dev/null 2>&1 3>&- &
    second=$!
    ok delete --force "$ID"
    wait $first || true
    wait $second || true
    eventually nothing_left
  done
}

@test "concurrency: many runs in a row leave nothing" {
  local i before
  args true
  before=$(mounts)
  for ((i = 0; i < rounds * 4; i++)); do
    run_it
    same "$status" 0
  done
  same "$(mounts)" "$before"
  nothing_left
}
