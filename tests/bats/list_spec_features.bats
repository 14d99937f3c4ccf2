#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# list_spec_features.bats - what the runtime tells about containers, about a new bundle and about itself.
load bundle

@test "list: nothing to list is success" {
  ok list -q
  same "$out" ''
  ok list --format json
  jq -e '. == null or length == 0' <<<"$out"
}

@test "list: ids alone, a table and JSON" {
  create_it
  local second
  second=$(another second)
  ok run --detach --bundle "$second" "$ID-second"
  ok list -q
  same "$(LC_ALL=C sort <<<"$out")" "$ID"$'\n'"$ID-second"
  ok list
  has "$(head -n 1 <<<"$out")" '^(ID|NAME) +PID +STATUS'
  has "$out" "^$ID +[1-9][0-9]* +created +$BUNDLE"
  ok list --format json
  same "$(jq -r --arg id "$ID" '.[] | select(.id == $id) | .status + " " + .bundle' <<<"$out")" "created $BUNDLE"
  same "$(jq -r --arg id "$ID" '.[] | select(.id == $id) | .pid' <<<"$out")" "$(pid_of)"
}

@test "list: the order is that of the ids" {
  [ "$kind" != crun ] || skip "crun has the directory's order"
  local n
  for n in c a d b; do ok create --bundle "$(another $n)" "$ID-$n"; done
  ok list -q
  same "$out" "$(printf '%s\n' "$ID"-{a,b,c,d})"
}

@test "list: a stopped container is listed as stopped" {
  up true
  eventually status_is "$ID" stopped
  ok list --format json
  same "$(jq -r '.[0].status' <<<"$out")" stopped
}

@test "list: an unknown format is refused" {
  refused list --format yaml
}

@test "spec: what it writes runs" {
  mkdir "$T/new"
  cp -a "$BUNDLE/rootfs" "$T/new/rootfs"
  ok spec --bundle "$T/new"
  same "$(jq -r .process.terminal "$T/new/config.json")" true
  jq --arg id "$ID" '.process.terminal = false | .process.args = ["sh", "-c", "echo $$; id -u"] | .linux.cgroupsPath = "/" + $id' \
    "$T/new/config.json" >"$BUNDLE/config.json"
  cp "$BUNDLE/config.json" "$T/new/config.json"
  rt run --bundle "$T/new" "$ID"
  same "$status|$out|$err" $'0|1\n0|'
}

@test "spec: an existing config.json is not overwritten" {
  local before
  before=$(cksum <"$BUNDLE/config.json")
  refused spec --bundle "$BUNDLE"
  has "$err" 'exists'
  same "$(cksum <"$BUNDLE/config.json")" "$before"
}

@test "spec: a bundle that is not there or takes no file is refused" {
  only_davit 'these words'
  refused spec --bundle "$T/none"
  has "$err" "open bundle '.*/none': no such file"
  refused spec --bundle /proc
  has "$err" "create 'config.json'"
  mkfifo "$T/config.json"
  refused spec --bundle "$T"
  has "$err" 'config.json exists'
}

@test "spec: the working directory is the bundle when not given" {
  mkdir "$T/new"
  (cd "$T/new" && "$RUNTIME" spec 3>&-)
  same "$(jq -r .root.path "$T/new/config.json")" rootfs
}

@test "spec: --rootless asks for a user namespace with the caller's own id" {
  mkdir "$T/new"
  chmod 777 "$T/new"
  setpriv --reuid 1234 --regid 2345 --clear-groups "$RUNTIME" spec --rootless --bundle "$T/new" 3>&-
  jq -e '.linux.namespaces | any(.type == "user")' "$T/new/config.json"
  jq -e '.linux.uidMappings == [{"containerID": 0, "hostID": 1234, "size": 1}]' "$T/new/config.json"
  jq -e '.linux.gidMappings == [{"containerID": 0, "hostID": 2345, "size": 1}]' "$T/new/config.json"
  jq -e '.linux.resources.memory == null' "$T/new/config.json"
}

@test "features: one JSON object, without any global option" {
  "$RUNTIME" features >"$T/features" 2>&1 3>&-
  same "$(jq -s length "$T/features")" 1
  same "$(jq -r .ociVersionMin "$T/features")" 1.0.0
  has "$(jq -r .ociVersionMax "$T/features")" '^1\.[0-9]+\.[0-9]+'
}

@test "features: the hook kinds, the namespaces and the security parts are there" {
  ok features
  same "$(jq -c '.hooks | sort' <<<"$out")" '["createContainer","createRuntime","poststart","poststop","prestart","startContainer"]'
  same "$(jq -c '.linux.namespaces | sort' <<<"$out")" '["cgroup","ipc","mount","network","pid","time","user","uts"]'
  jq -e '.linux.seccomp.enabled' <<<"$out"
  jq -e '.linux.seccomp.actions | index("SCMP_ACT_ERRNO")' <<<"$out"
  jq -e '.linux.capabilities | index("CAP_CHOWN")' <<<"$out"
  jq -e '.linux.cgroup | .v1 and .v2' <<<"$out"
  jq -e '.mountOptions | index("ro") and index("rbind") and index("rslave") and index("nosuid")' <<<"$out"
}

@test "features: both ends of the promised versions are accepted" {
  local version
  ok features
  for version in $(jq -r '.ociVersionMin, .ociVersionMax' <<<"$out"); do
    edit '.ociVersion = $v' --arg v "$version"
    inside 'echo hello'
    same "$out" hello
  done
}

@test "features: every mount option of the list is accepted on a bind mount" {
  ok features
  local options
  options=$(jq -c '[.mountOptions[] | select(IN("bind", "rbind", "remount", "idmap", "ridmap", "tmpcopyup") | not)]' <<<"$out")
  mkdir "$T/source"
  edit '.mounts += [$options[] as $o | {destination: ("/mnt/" + $o), type: "bind", source: $source, options: ["rbind", $o]}]' \
    --argjson options "$options" --arg source "$T/source"
  inside 'ls /mnt | wc -l'
  same "$out" "$(jq length <<<"$options")"
}

@test "version: name, version and the specification's version" {
  ok --version
  has "$(head -n 1 <<<"$out")" "^$kind version [0-9]+\.[0-9]"
  has "$out" '^spec: 1\.[0-9]+\.[0-9]+'
}

@test "help: the program and every verb explain themselves" {
  local verb
  ok --help
  for verb in create start run state kill delete exec list spec; do
    ok "$verb" --help
    has "$out$err" "$verb"
    has "$out$err" '[uU]sage|USAGE'
  done
}

@test "help: the verb help is the same as the option" {
  only_davit 'both'
  ok --help
  local program=$out
  ok help
  same "$out" "$program"
  ok kill --help
  local verb=$out
  ok help kill
  same "$out" "$verb"
  refused help no-such-verb
  has "$err" "unknown verb 'no-such-verb'|no-such-verb"
}

@test "help: plan has a help text, too" {
  only_davit plan
  ok plan --help
  has "$out" plan
}

@test "command line: unknown verbs and options are refused" {
  refused no-such-verb
  refused --no-such-option list
  refused list --no-such-option
  refused create --bundle
}

@test "command line: no verb at all is refused" {
  only_davit 'this error'
  refused
  has "$err" "no verb given \\(see '${RUNTIME##*/} --help'\\)"
}

@test "command line: the state directory's name is a plain one, whatever the program is called" {
  only_davit 'such a name'
  # shellcheck disable=SC2016 # $0 is the program here
  out=$(bash -c 'exec -a "$1" "$0" --version' "$RUNTIME" /some/where/.. 3>&-)
  has "$out" '^davit version '
  out=$(bash -c 'exec -a "$1" "$0" --version' "$RUNTIME" /some/where/else 3>&-)
  has "$out" '^else version '
}

@test "command line: --debug says which verb runs, to the log where there is one" {
  only_davit 'these lines'
  ok --debug list
  has "$err" 'davit [0-9.]+: list'
  ok --debug --log "$T/log" list
  same "$err" ''
  has "$(cat "$T/log")" 'davit [0-9.]+: list'
  refused --log "$T/none/log" list
  has "$err" 'none/log'
}

@test "command line: Go-flag spellings, repeated globals and options after the id" {
  only_davit 'this tolerance'
  args sleep 1000
  ok -root "$ROOT" --root="$ROOT" create "$ID" -bundle="$BUNDLE" -pid-file "$T/pid"
  same "$(cat "$T/pid")" "$(pid_of)"
  ok delete "$ID" -force
}

@test "command line: a missing argument is named as engines expect" {
  only_davit 'these words'
  refused create "$ID" --bundle
  has "$err" 'requires an argument|flag needs an argument'
}

@test "plan: needs no privilege, makes nothing and tells its rows" {
  only_davit plan
  chmod 755 "$T" "$BUNDLE" "$BUNDLE/rootfs"
  setpriv --reuid 1234 --regid 2345 --clear-groups "$RUNTIME" plan --format json "$BUNDLE" >"$T/plan" 3>&-
  jq -e '.rows | length > 10' "$T/plan"
  jq -e '[.rows[] | .name] | index("execute")' "$T/plan"
  jq -e '[.rows[] | .actor] | index("init") and index("outer") and index("parent")' "$T/plan"
  ok plan "$BUNDLE"
  has "$out" 'execute'
  nothing_left
}

@test "trace: --trace writes a timeline of all three actors" {
  only_davit --trace
  args true
  ok run --trace "$T/trace.json" --bundle "$BUNDLE" "$ID"
  jq -e '[.[] | .name] | index("claim id") and index("clone init") and index("pivot root")' "$T/trace.json"
  jq -e '[.[] | select(.ph == "M" and .name == "thread_name") | .args.name] | sort == ["init", "outer", "parent"]' "$T/trace.json"
}
