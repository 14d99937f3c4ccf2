#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# ps.bats - the processes of a container.
load bundle

# The pids that ps printed in its column PID; stdin: its output.
column() { awk 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "PID") c = i; next } { print $c }'; }
table_only() { [ "$kind" != crun ] || skip 'crun does not run ps'; }

@test "ps: json is an array of the pids of init, its children and exec" {
  local child
  up sh -c 'sleep 1000 & echo >/tmp/ready; exec sleep 1000'
  eventually test -e "$BUNDLE/rootfs/tmp/ready"
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  eventually pgrep -P "$(pid_of)" sleep >"$T/child"
  child=$(cat "$T/child")
  ok ps --format json "$ID"
  same "$(jq -c sort <<<"$out")" "$(jq -nc "[$(pid_of), $child, $(cat "$T/pid")] | sort")"
}

@test "ps: processes in sub-cgroups are among them" {
  local sub
  up
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  for sub in "$(v2_dir)" "$(v1_dir pids)"; do
    [ -n "$sub" ] || continue
    mkdir "$sub/$ID/below"
    cat "$T/pid" >"$sub/$ID/below/cgroup.procs"
  done
  ok ps -f json "$ID"
  same "$(jq -c 'index($p)' --argjson p "$(cat "$T/pid")" <<<"$out")" 1
}

@test "ps: the table is ps -ef, only of the container's processes" {
  table_only
  up
  ok ps "$ID"
  has "$(head -n 1 <<<"$out")" '^UID +PID +PPID .*CMD$'
  same "$(column <<<"$out")" "$(pid_of)"
}

@test "ps: options behind the id are those of ps" {
  table_only
  up
  ok ps "$ID" -e -o ppid,pid,comm
  has "$(head -n 1 <<<"$out")" '^ *PPID +PID +COMMAND$'
  same "$(column <<<"$out")" "$(pid_of)"
  ok ps "$ID" aux
  same "$(column <<<"$out")" "$(pid_of)"
}

@test "ps: options that print no PID, and options that ps does not know, are refused" {
  table_only
  up
  refused ps "$ID" -e -o comm
  has "$err" 'PID'
  refused ps "$ID" --no-such-option
}

@test "ps: created and paused containers" {
  args sleep 1000
  create_it
  ok ps -f json "$ID"
  same "$(jq -c . <<<"$out")" "[$(pid_of)]"
  ok start "$ID"
  ok pause "$ID"
  ok ps -f json "$ID"
  same "$(jq -c . <<<"$out")" "[$(pid_of)]"
}

@test "ps: a stopped container has no processes, an unknown one is refused" {
  table_only
  up true
  eventually status_is "$ID" stopped
  ok ps "$ID"
  same "$(column <<<"$out")" ''
  refused ps "no-$ID"
  has "$err" 'does not exist'
}

@test "ps: without ps(1) the error says so, and json still works" {
  only_davit 'such an error'
  up
  PATH=/nowhere "$RUNTIME" --root "$ROOT" ps "$ID" >"$T/ps" 2>&1 </dev/null && fail 'it worked'
  has "$(cat "$T/ps")" "run 'ps': no such file"
  PATH=/nowhere "$RUNTIME" --root "$ROOT" ps -f json "$ID" >"$T/ps" 2>&1 </dev/null
  same "$(jq -c . <"$T/ps")" "[$(pid_of)]"
}
