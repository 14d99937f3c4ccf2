#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# badinput.bats - what is wrong is refused at once, in one line that names the field, and nothing is left.
load bundle

# bad WHAT [PATTERN]: create must fail within 5 s with one line on stderr, which from davit matches
# PATTERN, the place of the mistake.
bad() {
  LIMIT=5 refused create --bundle "$BUNDLE" "$ID" || return 1
  same "$(wc -l <"$ERR") lines" '1 lines' || return 1
  [ "$kind" != davit ] || [ -z "${2:-}" ] || has "$err" "$2" || return 1
  nothing_left || { fail "left: $(left)"; return 1; }
}
# Reads lines "jq filter | pattern": each filter spoils a good configuration. Goes on after a failure,
# so that a report shows all of them.
bad_table() {
  local filter pattern good=$T/good.json failed=0
  cp "$BUNDLE/config.json" "$good"
  while IFS='|' read -r filter pattern; do
    jq "$filter" "$good" >"$BUNDLE/config.json"
    bad "$filter" "${pattern# }" || { failed=1; echo "^ for $filter"; "$RUNTIME" --root "$ROOT" delete --force "$ID" </dev/null >/dev/null 2>&1 3>&- || true; }
  done
  [ $failed = 0 ]
}
raw() { printf '%s' "$1" >"$BUNDLE/config.json"; }

@test "bad input: no object at all" {
  local text
  for text in '' ' ' '{' '[]' 'null' 'true' '"x"' '7' '{}' '{]' '{"ociVersion": "1.0.2"' "'" $'\xff\xfe{'; do
    raw "$text"
    bad "'$text'" ''
  done
}

@test "bad input: a cut-off configuration" {
  local size at
  cp "$BUNDLE/config.json" "$T/good"
  size=$(stat -c %s "$T/good")
  for at in 1 10 100 $((size / 2)) $((size - 10)); do
    head -c $at "$T/good" >"$BUNDLE/config.json"
    bad "cut at $at" ''
  done
}

@test "bad input: text after the object" {
  echo '{"ociVersion": "1.0.2"}' >>"$BUNDLE/config.json"
  bad 'two objects' ''
}

@test "bad input: nested too deep" {
  { printf '{"ociVersion": "1.0.2", "x": '; printf '[%.0s' {1..100000}; } >"$BUNDLE/config.json"
  bad depth ''
  { printf '{"ociVersion": "1.0.2", "x": '; printf '{"a":%.0s' {1..100000}; } >"$BUNDLE/config.json"
  bad depth ''
}

@test "bad input: 100 MB" {
  { jq -c . "$BUNDLE/config.json"; head -c 104857600 /dev/zero | tr '\0' ' '; } >"$T/big"
  mv "$T/big" "$BUNDLE/config.json"
  peak='import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], timeout=5).returncode
print(status != 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 100000)'
  /usr/bin/python3 -c "$peak" "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
  same "$(cat "$T/o")" 'True True'
  has "$(cat "$T/e")" 'config.json'
  nothing_left
}

@test "bad input: a configuration that is no regular file" {
  rm "$BUNDLE/config.json"
  mkfifo "$BUNDLE/config.json"
  bad fifo ''
  rm "$BUNDLE/config.json"
  mkdir "$BUNDLE/config.json"
  bad directory ''
}

@test "bad input: repeated keys" {
  local good
  good=$(jq -c . "$BUNDLE/config.json")
  raw "${good/\"noNewPrivileges\":true/\"noNewPrivileges\":true,\"noNewPrivileges\":false}"
  bad repeated 'noNewPrivileges|duplicate|twice'
  raw "${good%\}},\"process\":{\"args\":[\"true\"],\"cwd\":\"/\"}}"
  bad repeated 'process|duplicate|twice'
}

@test "bad input: keys in another case are unknown properties, not overrides" {
  local good
  good=$(jq -c '.process.args = ["grep", "NoNewPrivs", "/proc/self/status"]' "$BUNDLE/config.json")
  raw "${good%\}},\"Process\":{\"noNewPrivileges\":false},\"HOSTNAME\":\"other\"}"
  run_it
  same "$status $out" $'0 NoNewPrivs:\t1'
}

@test "bad input: unknown properties are ignored" {
  edit '.unknown = {a: [1, null, {b: true}]} | .process.unknown = 1 | .linux.unknown = "x" | .mounts[0].unknown = [] | .linux.resources.unknown = 7'
  inside 'echo fine'
  same "$out" fine
}

@test "bad input: null, false and empty values are as good as absent" {
  edit '.hooks = null | .annotations = null | .domainname = "" | .process.rlimits = [] | .process.apparmorProfile = "" |
    .process.selinuxLabel = null | .process.oomScoreAdj = null | .linux.seccomp = null | .linux.resources = {} | .linux.sysctl = {} |
    .linux.devices = null | .linux.maskedPaths = [] | .linux.readonlyPaths = null | .linux.mountLabel = "" | .linux.rootfsPropagation = "" |
    .linux.uidMappings = [] | .linux.intelRdt = null | .linux.timeOffsets = null | .mounts[0].options = null'
  inside 'echo fine'
  same "$out" fine
}

@test "bad input: wrong types" {
  bad_table <<'END'
.ociVersion = 1                               | ociVersion
.process = []                                 | process
.process.args = "true"                        | process.args
.process.args[0] = 5                          | process.args
.process.env = {}                             | process.env
.process.cwd = 5                              | process.cwd
.process.terminal = "true"                    | process.terminal
.process.noNewPrivileges = "true"             | process.noNewPrivileges
.process.user.uid = "0"                       | process.user.uid
.process.user.additionalGids = 5              | process.user.additionalGids
.process.capabilities = []                    | process.capabilities
.process.capabilities.bounding = "CAP_KILL"   | process.capabilities.bounding
.process.rlimits = {}                         | process.rlimits
.process.oomScoreAdj = "5"                    | process.oomScoreAdj
.root = "rootfs"                              | root
.root.path = []                               | root.path
.root.readonly = "true"                       | root.readonly
.hostname = 5                                 | hostname
.mounts = {}                                  | mounts
.mounts[0] = "x"                              | mounts\[0\]
.mounts[0].destination = 5                    | mounts\[0\].destination
.mounts[0].options = "ro"                     | mounts\[0\].options
.hooks = []                                   | hooks
.hooks.prestart = {}                          | hooks.prestart
.hooks.prestart = [{path: 5}]                 | hooks.prestart\[0\].path
.annotations = {a: 1}                         | annotations
.linux = []                                   | linux
.linux.namespaces = {}                        | linux.namespaces
.linux.namespaces[0].type = 5                 | linux.namespaces\[0\].type
.linux.maskedPaths = "x"                      | linux.maskedPaths
.linux.seccomp = "x"                          | linux.seccomp
.linux.seccomp = {defaultAction: 5}           | linux.seccomp.defaultAction
.linux.sysctl = {"net.ipv4.ip_forward": 1}    | linux.sysctl
.linux.resources = []                         | linux.resources
.linux.resources.memory = {limit: "5"}        | linux.resources.memory.limit
.linux.resources.pids = {limit: true}         | linux.resources.pids.limit
.linux.uidMappings = {}                       | linux.uidMappings
.linux.cgroupsPath = 7                        | linux.cgroupsPath
END
}

@test "bad input: numbers out of range" {
  bad_table <<'END'
.process.user.uid = 4294967295                | process.user.uid
.process.user.uid = 4294967296                | process.user.uid
.process.user.uid = -1                        | process.user.uid
.process.user.uid = 0.5                       | process.user.uid
.process.user.gid = 4294967295                | process.user.gid
.process.user.gid = 99999999999999999999      | process.user.gid
.process.user.additionalGids = [1, 4294967295] | process.user.additionalGids
.process.user.umask = -1                      | process.user.umask
.process.user.umask = 4096                    | process.user.umask
.process.oomScoreAdj = 1001                   | process.oomScoreAdj
.process.oomScoreAdj = -1001                  | process.oomScoreAdj
.process.rlimits = [{type: "RLIMIT_CORE", soft: 5, hard: 4}] | process.rlimits\[0\]
.process.rlimits = [{type: "RLIMIT_CORE", soft: -1, hard: 4}] | process.rlimits\[0\]
.linux.resources.memory = {limit: 1e400}      | linux.resources.memory.limit
.linux.resources.cpu = {shares: -1}           | linux.resources.cpu.shares
.linux.devices = [{path: "/dev/x", type: "c", major: -5, minor: 1}] | linux.devices\[0\]
END
}

@test "bad input: a version that is not 1.x" {
  bad_table <<'END'
.ociVersion = ""                              | ociVersion
.ociVersion = "0.9.0"                         | ociVersion
.ociVersion = "2.0.0"                         | ociVersion
.ociVersion = "1"                             | ociVersion
.ociVersion = "one"                           | ociVersion
.ociVersion = "10.0.0"                        | ociVersion
del(.ociVersion)                              | ociVersion
END
}

@test "bad input: paths that must be absolute, and missing or empty fields" {
  bad_table <<'END'
.process.cwd = "relative"                     | process.cwd
.process.cwd = ""                             | process.cwd
del(.process.cwd)                             | process.cwd
.process.args = []                            | process.args
del(.process.args)                            | process.args
.process.args = [""]                          | process.args
.hooks.createRuntime = [{path: "hook"}]       | hooks.createRuntime\[0\].path
.hooks.poststop = [{}]                        | hooks.poststop\[0\]
.linux.maskedPaths = ["/a", "b"]              | linux.maskedPaths\[1\]
.linux.readonlyPaths = ["b"]                  | linux.readonlyPaths\[0\]
.linux.namespaces[0].path = "proc/1/ns/pid"   | linux.namespaces\[0\].path
.linux.devices = [{path: "dev/x", type: "c", major: 1, minor: 3}] | linux.devices\[0\]
del(.root)                                    | root
.root.path = ""                               | root.path
.root.path = "no-such-directory"              | no-such-directory
del(.mounts[0].destination)                   | mounts\[0\].destination
.linux.namespaces[0] = {}                     | linux.namespaces\[0\]
.annotations = {"": "x"}                      | annotations
END
}

@test "bad input: values that are none of the known ones" {
  bad_table <<'END'
.process.rlimits = [{type: "NOFILE", soft: 5, hard: 5}]       | process.rlimits\[0\]
.linux.namespaces += [{type: "PID"}]                          | linux.namespaces\[5\]
.linux.rootfsPropagation = "sharedish"                        | linux.rootfsPropagation
.linux.devices = [{path: "/dev/x", type: "q", major: 1, minor: 3}] | linux.devices\[0\]
.linux.seccomp = {defaultAction: "ALLOW"}                     | linux.seccomp.defaultAction
.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["X"]} | linux.seccomp.architectures
.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: ["X"]} | linux.seccomp.flags
.linux.resources.devices = [{allow: true, type: "z"}]         | linux.resources.devices\[0\]
.linux.resources.devices = [{allow: true, access: "rx"}]      | linux.resources.devices\[0\]
END
}

@test "bad input: a NUL in any string" {
  bad_table <<'END'
.process.args = ["true\u0000false"]           | process.args
.process.env = ["A=b\u0000c"]                 | process.env
.process.cwd = "/\u0000x"                     | process.cwd
.root.path = "rootfs\u0000x"                  | root.path
.hostname = "a\u0000b"                        | hostname
.mounts[0].destination = "/proc\u0000x"       | mounts\[0\].destination
.mounts[0].source = "proc\u0000x"             | mounts\[0\].source
.mounts[0].type = "proc\u0000x"               | mounts\[0\].type
.mounts[0].options = ["ro\u0000x"]            | mounts\[0\].options
.linux.cgroupsPath = "/a\u0000b"              | linux.cgroupsPath
.linux.maskedPaths = ["/proc/kcore\u0000"]    | linux.maskedPaths
.linux.sysctl = {"net.ipv4.ip_forward": "1\u0000"} | linux.sysctl
.hooks.prestart = [{path: "/bin/true\u0000"}] | hooks.prestart
END
}

@test "bad input: properties that can't be applied are refused by name" {
  only_davit 'the rule to refuse what it does not do yet'
  bad_table <<'END'
.linux.intelRdt = {closID: "x", l3CacheSchema: "L3:0=1"}      | linux.intelRdt
.vm = {kernel: {path: "/vmlinuz"}}                            | vm
.linux.netDevices = {eth77: {name: "eth0"}}                   | linux.netDevices
.linux.cgroupsPath = "/../../escape"                          | linux.cgroupsPath
.linux.sysctl = {"kernel.panic": "0"}                         | kernel.panic
END
}
