#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# badinput_verbs.bats - what is wrong for a verb other than create: one clear line, an exit status, and
# the container as it was.
load bundle

# wrong VERB…: fails within 15 s (a socket is waited for 10) with one line.
wrong() {
  LIMIT=15 refused "$@" || return 1
  same "$(wc -l <"$ERR") lines" '1 lines'
}
unharmed() { ok exec "$ID" true; same "$(state_of "$ID")" running; }

# answers TABLE: lines "VERB… | PATTERN"; @ stands for the id, the pattern "-" for success.
answers() {
  local line pattern words failed=0
  while IFS='|' read -r line pattern; do
    pattern=${pattern# }
    read -ra words <<<"${line//@/$ID}"
    if [ "$pattern" = - ]; then
      ok "${words[@]}" || failed=1
    else
      wrong "${words[@]}" && has "$line: $err" "$pattern" || failed=1
    fi
  done
  [ $failed = 0 ]
}

@test "bad input: verbs on an id that is unknown" {
  answers <<'END'
exec @ true | does not exist
ps @ | does not exist
update --pids-limit 5 @ | does not exist
pause @ | does not exist
resume @ | does not exist
events --stats @ | does not exist
events @ | does not exist
END
}

@test "bad input: verbs on a created container" {
  only_davit 'these answers'
  args sleep 1000
  create_it
  answers <<'END'
exec @ true | -
ps --format json @ | -
update --pids-limit 50 @ | -
events --stats @ | -
resume @ | is not paused
pause @ | -
resume @ | -
END
  ok start "$ID"
  unharmed
}

@test "bad input: verbs on a paused container" {
  only_davit 'these answers'
  up
  ok pause "$ID"
  answers <<'END'
exec @ true | it is paused
ps --format json @ | -
update --pids-limit 50 @ | -
events --stats @ | -
pause @ | it is paused
start @ | it is paused
delete @ | it is paused
END
  ok resume "$ID"
  unharmed
}

@test "bad input: verbs on a stopped container" {
  only_davit 'these answers'
  args true
  create_it
  ok start "$ID"
  eventually status_is "$ID" stopped
  answers <<'END'
exec @ true | container not running
ps --format json @ | -
update --pids-limit 50 @ | container not running
events --stats @ | container not running
events @ | container not running
pause @ | container not running
resume @ | container not running
start @ | it is stopped
END
}

@test "bad input: verbs on a container that is being deleted" {
  local deleting verb words waiting=()
  only_davit 'fault points'
  up
  DAVIT_FAULT='remove cgroups:stop' "$RUNTIME" --root "$ROOT" delete --force "$ID" </dev/null >/dev/null 2>&1 3>&- &
  deleting=$!
  eventually grep -q '^State:.*T' /proc/$deleting/status || skip 'this build has no fault points'
  answers <<'END'
exec @ true | container not running
ps --format json @ | -
kill @ KILL | container not running
state @ | -
END
  # These wait for their turn, and find nothing.
  for verb in 'update --pids-limit 50' pause resume start delete; do
    read -ra words <<<"$verb"
    timeout 20 "$RUNTIME" --root "$ROOT" "${words[@]}" "$ID" </dev/null >/dev/null 2>"$T/$verb" 3>&- &
    waiting+=($!)
  done
  kill -CONT $deleting
  wait $deleting "${waiting[@]}" || true
  for verb in 'update --pids-limit 50' pause resume start delete; do
    has "$verb: $(cat "$T/$verb")" 'does not exist'
  done
  nothing_left
}

@test "bad input: a process file that is torn, huge, of the wrong type or none" {
  only_davit 'these words'
  up
  local process='{"args": ["true"], "cwd": "/", "user": {"uid": 0, "gid": 0}}'
  for text in '' '{' '[]' 'null' '"x"' '7' '{}' '{"args": "true", "cwd": "/"}' '{"args": [], "cwd": "/"}' '{"args": [7], "cwd": "/"}' \
    '{"args": ["true"], "cwd": "relative"}' '{"args": ["true"], "cwd": "/", "user": 7}' "${process%?????}" "$process$process"; do
    printf '%s' "$text" >"$T/process"
    wrong exec --process "$T/process" "$ID" || { echo "^ for $text"; false; }
    has "$err" "$T/process"
  done
  { printf '%s' "$process"; head -c 20000000 /dev/zero | tr '\0' ' '; } >"$T/process"
  wrong exec --process "$T/process" "$ID"
  has "$err" "$T/process"
  for file in "$T" "$T/none"; do
    wrong exec --process "$file" "$ID"
    has "$err" "$file"
  done
  unharmed
}

@test "bad input: a console or pidfd socket that is missing, closed or full" {
  local server kind_of
  up
  timeout 60 python3 - "$T" >"$T/ready" 2>&1 3>&- <<'PY' &
import socket, sys, time
def bound(name):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.bind(f"{sys.argv[1]}/{name}")
    return s
closed, full = bound("closed"), bound("full")
full.listen(0)
waiting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
waiting.connect(f"{sys.argv[1]}/full")
print("ready", flush=True)
time.sleep(50)
PY
  server=$!
  eventually grep -q ready "$T/ready"
  touch "$T/file"
  for kind_of in missing closed file $([ "$kind" != davit ] || echo full); do
    wrong exec --tty --detach --console-socket "$T/$kind_of" "$ID" true
    has "$err" "$kind_of|[Cc]onnection refused|[Nn]o such file"
    [ "$kind" != davit ] || { wrong exec --detach --pidfd-socket "$T/$kind_of" "$ID" true; has "$err" "pidfd socket '$T/$kind_of'"; }
  done
  unharmed
  ok delete --force "$ID"
  edit '.process.terminal = true'
  for kind_of in missing closed file; do
    wrong create --console-socket "$T/$kind_of" --bundle "$BUNDLE" "$ID"
    nothing_left
  done
  kill $server
}

@test "bad input: unknown verbs and options name the nearest known one" {
  only_davit 'suggestions'
  answers <<'END'
strat @ | unknown verb 'strat' .did you mean 'start'\?
--lgo x state @ | unknown option '--lgo' .did you mean '--log'\?
exec --usr 0 @ true | unknown option '--usr' .did you mean '--user'\?
update --memroy 1M @ | unknown option '--memroy' .did you mean '--memory'\?
events --statz @ | unknown option '--statz' .did you mean '--stats'\?
frobnicate | unknown verb 'frobnicate'
END
}

@test "bad input: impossible updates change nothing" {
  only_davit 'one line for each'
  [ -n "$(controller pids)" ] || skip 'this host has no pids controller'
  local before file line
  edit '.linux.resources.pids = {limit: 20}'
  up
  file=$(find /sys/fs/cgroup -path "*$ID/pids.max" | head -n 1)
  before=$(cat "$file")
  for line in '--pids-limit x' '--pids-limit -2' '--pids-limit 99999999999999999999' '--pids-limit 7 --memory -5' \
    '--pids-limit 7 --cpuset-cpus 4096-5000' '--pids-limit 7 --blkio-weight 5' '--pids-limit 7 --nonsense 1'; do
    read -ra words <<<"$line"
    wrong update "${words[@]}" "$ID" || { echo "^ for $line"; false; }
    same "$line: $(cat "$file")" "$line: $before"
  done
  for line in '{"pids": {"limit": 7}, "cpu": {"cpus": "4096"}}' '{"pids": {"limit": 7}, "memory": {"limit": "x"}}' '{"pids": 7}' '[]' '{"pids": {"limit": 7}'; do
    printf '%s' "$line" >"$T/resources"
    wrong update --resources "$T/resources" "$ID" || { echo "^ for $line"; false; }
    same "$line: $(cat "$file")" "$line: $before"
  done
  unharmed
}

@test "bad input: a reader of events that goes away ends them and not the container" {
  only_davit 'an end'
  up
  timeout 20 "$RUNTIME" --root "$ROOT" events --interval 20ms "$ID" 2>"$T/said" 3>&- </dev/null | head -n 2 >"$T/events"
  same "$(wc -l <"$T/events")" 2
  unharmed
}
