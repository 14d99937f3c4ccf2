#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# process.bats - who the process is, what it may do and what it inherits.
load bundle

caps() { # reads the five sets as hexadecimal numbers without leading zeros, in the kernel's order
  inside 'grep ^Cap /proc/self/status'
  caps=$(awk '{ sub(/^0+/, "", $2); printf "%s%s", sep, $2 == "" ? "0" : $2; sep = " " }' <<<"$out")
}

@test "process: every capability set is the configured one" {
  edit '.process.capabilities = {bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID"],
    permitted: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"], effective: ["CAP_CHOWN", "CAP_KILL"],
    inheritable: ["CAP_KILL"]}'
  # The kernel gives root's permitted set to effective at execve, so the user is somebody else here.
  caps
  has "$caps" '^20 20(a1|21) [0-9a-f]+ 20a1 0$'
}

@test "process: ambient capabilities reach a user other than root" {
  edit '.process.user = {uid: 1000, gid: 1000} |
    .process.capabilities = {bounding: ["CAP_KILL", "CAP_NET_RAW"], permitted: ["CAP_KILL", "CAP_NET_RAW"],
      effective: ["CAP_KILL", "CAP_NET_RAW"], inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"]}'
  caps
  same "$caps" '20 20 20 2020 20'
}

@test "process: without ambient capabilities a user other than root has none" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  caps
  same "$caps" '0 0 0 eb 0'
}

@test "process: no capabilities object means none at all" {
  edit 'del(.process.capabilities)'
  caps
  same "$caps" '0 0 0 0 0'
}

@test "process: capabilities that cannot be granted are warnings" {
  edit '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL"],
    effective: ["CAP_KILL"], inheritable: ["CAP_KILL"], ambient: ["CAP_KILL", "CAP_CHOWN"]}'
  inside 'grep CapAmb /proc/self/status'
  has "$out" '0000000000000020$'
  has "$err" '[wW]arn.*(CAP_CHOWN|cap_chown)'
  hasnt "$err" '(CAP_KILL|cap_kill)'
}

@test "process: an unknown capability is a warning, not an error" {
  edit '.process.capabilities.bounding += ["CAP_NO_SUCH"]'
  inside 'echo hello'
  same "$out" hello
}

@test "process: noNewPrivileges" {
  inside 'grep NoNewPrivs /proc/self/status'
  same "$out" $'NoNewPrivs:\t1'
  edit '.process.noNewPrivileges = false'
  inside 'grep NoNewPrivs /proc/self/status'
  same "$out" $'NoNewPrivs:\t0'
}

@test "process: uid, gid and exactly the additional groups" {
  edit '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 6, 70000]}'
  inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status | tr "\t" " "'
  same "$(sed 's/ *$//' <<<"$out")" $'Uid: 1000 1000 1000 1000\nGid: 1001 1001 1001 1001\nGroups: 5 6 70000'
}

@test "process: the caller's groups are not inherited" {
  args sh -c 'grep ^Groups /proc/self/status'
  setpriv --groups 7,8,9 timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&-
  hasnt "$(cat "$T/o")" '[789]'
}

@test "process: the umask is 022 when not given, and the given one" {
  (umask 077 && inside umask && same "$out" 0022)
  edit '.process.user.umask = 63'
  inside 'umask; touch /tmp/new; stat -c %a /tmp/new'
  same "$out" $'0077\n600'
  edit '.process.user.umask = 0'
  inside umask
  same "$out" 0000
}

@test "process: rlimits are exactly the given ones" {
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 111, hard: 222}, {type: "RLIMIT_CORE", soft: 0, hard: 4096},
    {type: "RLIMIT_NPROC", soft: 1000, hard: 1000}, {type: "RLIMIT_CPU", soft: 50, hard: 60}]'
  inside 'grep -E "open files|core file|processes|cpu time" /proc/self/limits | tr -s " "'
  has "$out" '^Max open files 111 222 '
  has "$out" '^Max core file size 0 4096 '
  has "$out" '^Max processes 1000 1000 '
  has "$out" '^Max cpu time 50 60 '
}

@test "process: an rlimit that lets no file be opened does not stop the start" {
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 3, hard: 3}]'
  inside 'ulimit -n'
  same "$out" 3
}

@test "process: a wrong or repeated rlimit is refused" {
  edit '.process.rlimits = [{type: "RLIMIT_NOSUCH", soft: 1, hard: 1}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'RLIMIT_NOSUCH|rlimit'
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 10, hard: 10}, {type: "RLIMIT_NOFILE", soft: 20, hard: 20}]'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'RLIMIT_NOFILE|rlimits'
  nothing_left
}

@test "process: oomScoreAdj is the given one, and untouched when not given" {
  edit '.process.oomScoreAdj = 500'
  inside 'cat /proc/self/oom_score_adj'
  same "$out" 500
  edit 'del(.process.oomScoreAdj)'
  args cat /proc/self/oom_score_adj
  same "$(sh -c 'echo 321 >/proc/self/oom_score_adj; exec "$@"' sh timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)" 321
}

@test "process: sysctls of the container's own namespaces" {
  edit '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shmmni": "1234", "net.ipv4.ping_group_range": "0 7"}'
  local before
  before=$(cat /proc/sys/kernel/shmmni)
  inside 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni /proc/sys/net/ipv4/ping_group_range'
  same "$(tr '\t' ' ' <<<"$out")" $'1\n1234\n0 7'
  same "$(cat /proc/sys/kernel/shmmni)" "$before"
}

@test "process: sysctls of the host are refused" {
  local key
  for key in kernel.panic vm.swappiness kernel.core_pattern net/../kernel/panic; do
    edit '.linux.sysctl = {($k): "0"}' --arg k $key
    refused create --bundle "$BUNDLE" "$ID"
    has "$err" 'sysctl|/proc/sys/'
  done
  edit '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | del(.linux.namespaces[] | select(.type == "network"))'
  refused create --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "process: a domainname and a sysctl that contradicts it are refused" {
  edit '.domainname = "some.domain" | .linux.sysctl = {"kernel.domainname": "some.domain"}'
  inside 'cat /proc/sys/kernel/domainname'
  same "$out" some.domain
  edit '.linux.sysctl = {"kernel.domainname": "another.domain"}'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'kernel.domainname.*domainname'
}

@test "process: hostname and domainname" {
  edit '.hostname = "some-host" | .domainname = "some.domain"'
  inside 'uname -n; cat /proc/sys/kernel/domainname'
  same "$out" $'some-host\nsome.domain'
}

@test "process: descriptors beyond 0-2 are closed" {
  args ls /proc/self/fd
  (exec 3</ 4<"$BUNDLE/config.json" 5</dev/null 9</proc 100</sys/fs/cgroup
    timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1)
  # ls itself has the directory open.
  same "$(tr '\n' ' ' <"$T/o")" '0 1 2 3 '
}

@test "process: --preserve-fds hands down as many as it counts" {
  # No pipe: the shell would have its ends open while ls looks.
  args sh -c 'head -c 1 <&3; head -c 1 <&4; exec ls /proc/self/fd'
  printf A >"$T/a"
  printf B >"$T/b"
  (exec 3<"$T/a" 4<"$T/b" 5<"$T/b"
    timeout 20 "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1)
  # ls itself has the directory open.
  same "$(tr '\n' ' ' <"$T/o")" 'AB0 1 2 3 4 5 '
}

@test "process: --preserve-fds of a descriptor that is not open is refused" {
  only_davit 'this check'
  (exec 3<&- 4<&-
    ! timeout 20 "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1)
  nothing_left
}

@test "process: a SELinux or AppArmor label is refused on a host without" {
  [ ! -e /sys/fs/selinux/enforce ] && [ ! -e /sys/module/apparmor ] || skip 'this host has SELinux or AppArmor'
  edit '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" '[sS][eE][lL]inux|/attr/'
  edit 'del(.process.selinuxLabel) | .process.apparmorProfile = "some-profile"'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" '[aA]pp[aA]rmor'
  nothing_left
}

@test "process: it leads a session of its own" {
  inside 'cut -d" " -f1,5,6 /proc/$$/stat; cut -d" " -f7 /proc/$$/stat'
  same "$out" $'1 1 1\n0'
}

@test "process: the keyring is not the caller's" {
  [ -r /proc/keys ] || skip 'this kernel has no keys'
  # Named after the container, by every runtime.
  inside "grep -c '$ID' /proc/keys"
  same "$out" 1
}

@test "process: a program that others may not execute runs with CAP_DAC_OVERRIDE" {
  cp "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/rootfs/bin/echo-only"
  rm "$BUNDLE/rootfs/bin/echo"
  mv "$BUNDLE/rootfs/bin/echo-only" "$BUNDLE/rootfs/bin/echo"
  chmod 744 "$BUNDLE/rootfs/bin/echo"
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
  args /bin/echo there
  refused run --bundle "$BUNDLE" "$ID"
  edit '.process.capabilities = ([("bounding", "effective", "inheritable", "permitted", "ambient") | {(.): ["CAP_DAC_OVERRIDE"]}] | add)'
  ok run --bundle "$BUNDLE" "$ID"
  same "$out" there
}

@test "process: an annotation keeps the caller's additional groups" {
  [ "$kind" != runc ] || skip 'runc does not know the annotation'
  edit '.process.user = {"uid": 1000, "gid": 1001} | .annotations = {"run.oci.keep_original_groups": "1"}'
  args id -G
  status=0
  out=$(setpriv --groups 7,8 timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 2>"$T/e") || status=$?
  same "$status|$(tr ' ' '\n' <<<"$out" | sort -n | tr '\n' ' ')" '0|7 8 1001 '
  edit '.annotations = {"run.oci.keep_original_groups": "0"}'
  out=$(setpriv --groups 7,8 timeout 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 2>"$T/e")
  same "$out" 1001
}

@test "process: a root that may not set groups, as unshare -r makes it, runs without additional ones" {
  [ "$(cat /proc/self/setgroups)" = allow ] || skip 'nor may this one'
  local caller=(unshare --user --map-root-user timeout 20 "$RUNTIME" --root "$ROOT")
  [ "$kind" = davit ] && caller+=(--cgroup-manager disabled) || caller+=(--rootless=true)
  chown -R 0:0 "$BUNDLE"
  edit 'del(.linux.cgroupsPath, .linux.resources) | .mounts |= map(select(.type != "cgroup"))'
  args id -G
  same "$("${caller[@]}" run --bundle "$BUNDLE" "$ID" </dev/null 2>&1 3>&-)" 0
  edit '.process.user.additionalGids = [7]'
  has "$("${caller[@]}" run --bundle "$BUNDLE" "$ID" </dev/null 2>&1 3>&-)" 'groups'
}
