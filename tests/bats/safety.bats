#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# safety.bats - a hostile root file system, a hostile payload and a careless caller. What once was an
# advisory against some runtime is named where it is tested.
load bundle

# A tree outside the root file system that must be the same afterwards.
guard() {
  mkdir -p "$T/outside/dir"
  echo content >"$T/outside/file"
  echo content >"$T/outside/null"
  mkfifo "$T/outside/fifo"
  seal > "$T/seal"
}
seal() {
  find "$T/outside" -printf '%P %y %m %U:%G %s %T@ %l\n' | LC_ALL=C sort
  find "$T/outside" -type f -exec cksum {} +
}
unharmed() { diff <(seal) "$T/seal"; }
no_dev_mounts() { edit '.mounts = [.mounts[] | select(.destination | startswith("/dev") | not)]'; }

@test "safety: a symbolic link as /dev makes nothing outside (CVE-2026-41579, CVE-2026-47766)" {
  local target mode
  no_dev_mounts
  guard
  rmdir "$BUNDLE/rootfs/dev"
  for target in "$T/outside" ../../outside ../../outside/dir "$T/outside/none"; do
    for mode in run create; do
      ln -sfn "$target" "$BUNDLE/rootfs/dev"
      args true
      rt "$mode" --bundle "$BUNDLE" "$ID"
      [ "$mode" = run ] || rt delete --force "$ID"
      unharmed || fail "$mode with /dev -> $target touched the host"
    done
  done
}

@test "safety: symbolic links as /dev/pts, /dev/shm and /dev/ptmx make nothing outside" {
  local name
  no_dev_mounts
  guard
  for name in pts shm ptmx null fd stdin console; do
    rm -rf "$BUNDLE/rootfs/dev"/*
    ln -s "$T/outside/$name" "$BUNDLE/rootfs/dev/$name"
    rt run --bundle "$BUNDLE" "$ID"
    unharmed || fail "/dev/$name touched the host"
    ln -sfn "$T/outside/file" "$BUNDLE/rootfs/dev/$name"
    rt run --bundle "$BUNDLE" "$ID"
    unharmed || fail "/dev/$name touched the host"
  done
}

@test "safety: a symbolic link as /proc or /sys is refused (CVE-2019-19921, CVE-2023-27561)" {
  local dir
  guard
  mkdir "$BUNDLE/rootfs/other"
  for dir in proc sys; do
    rmdir "$BUNDLE/rootfs/$dir"
    ln -s /other "$BUNDLE/rootfs/$dir"
    refused run --bundle "$BUNDLE" "$ID"
    ln -sfn "$T/outside/dir" "$BUNDLE/rootfs/$dir"
    refused run --bundle "$BUNDLE" "$ID"
    rm "$BUNDLE/rootfs/$dir"
    echo file >"$BUNDLE/rootfs/$dir"
    refused run --bundle "$BUNDLE" "$ID"
    rm "$BUNDLE/rootfs/$dir"
    mkdir "$BUNDLE/rootfs/$dir"
  done
  unharmed
  nothing_left
}

@test "safety: a working directory behind a descriptor is refused (CVE-2024-21626)" {
  local n name
  args sh -c 'pwd; ls; cat ../../../../../../etc/hostname'
  for name in self thread-self; do
    for n in 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
      edit '.process.cwd = $c' --arg c "/proc/$name/fd/$n"
      (exec 8</ 9<"$T"; refused run --bundle "$BUNDLE" "$ID")
    done
  done
  ln -s /proc/self/fd/8 "$BUNDLE/rootfs/way"
  edit '.process.cwd = "/way"'
  (exec 8</; refused run --bundle "$BUNDLE" "$ID")
  nothing_left
}

@test "safety: exec --cwd behind a descriptor is refused" {
  local n
  up
  for n in 3 4 5 6 7 8 9 10; do
    (exec 8</ 9<"$T"; refused exec --cwd "/proc/self/fd/$n" "$ID" pwd)
  done
}

@test "safety: the process sees no descriptor of the caller or of the runtime, created or running" {
  local pid
  args sleep 1000
  (exec 4</ 5</etc 6</proc 7<"$T" 8</sys/fs/cgroup 20<"$BUNDLE/config.json" 30>"$T/x"; create_it)
  pid=$(pid_of)
  # What waits for start holds no directory but those of the container's own mounts, and no file of the
  # caller's.
  local fd mount
  for fd in "/proc/$pid/fd"/*; do
    case $(readlink "$fd") in /dev/null | */out.[0-9]* | */err.[0-9]* | */exec.fifo) continue ;; esac
    if [ -d "$fd/" ]; then
      mount=$(awk '/^mnt_id:/ { print $2 }' "/proc/$pid/fdinfo/${fd##*/}")
      has "$(cut -d' ' -f1 "/proc/$pid/mountinfo")" "^$mount\$" || fail "$fd is $(readlink "$fd")"
    else
      hasnt "$(readlink "$fd")" "^($T|/etc|/proc)"
    fi
  done
  ok start "$ID"
  eventually sh -c "tr '\\0' ' ' </proc/$pid/cmdline | grep -q 'sleep 1000'"
  same "$(ls "/proc/$pid/fd" | tr '\n' ' ')" '0 1 2 '
}

@test "safety: an exec'd process sees no other descriptors" {
  up
  (exec 4</ 5</etc 20<"$BUNDLE/config.json"; ok exec --detach --pid-file "$T/pid" "$ID" sleep 2000)
  same "$(ls "/proc/$(cat "$T/pid")/fd" | tr '\n' ' ')" '0 1 2 '
}

@test "safety: a mask is no file of the image (CVE-2025-31133)" {
  edit '.mounts = [.mounts[] | select(.destination | startswith("/dev") | not)] +
    [{destination: "/dev", type: "bind", source: $d, options: ["rbind"]}] | .linux.maskedPaths = ["/proc/kcore", "/proc/timer_list", "/etc/secret"]' --arg d "$T/dev"
  echo secret >"$BUNDLE/rootfs/etc/secret"
  echo open >"$BUNDLE/rootfs/etc/open"
  local kind_of
  for kind_of in link file zero fifo; do
    rm -rf "$T/dev"
    mkdir "$T/dev"
    case $kind_of in
    link) ln -s /proc/sys/kernel/hostname "$T/dev/null" ;;
    file) echo content >"$T/dev/null" ;;
    zero) mknod -m 666 "$T/dev/null" c 1 5 ;;
    fifo) mkfifo "$T/dev/null" ;;
    esac
    args sh -c 'exec 2>&-; head -c 10 /etc/secret; echo "|"; (echo x >/etc/secret); (echo hacked >/proc/timer_list); hostname'
    rt run --bundle "$BUNDLE" "$ID"
    # Refused, or masked by something else.
    [ "$status" != 0 ] || same "$kind_of $out" "$kind_of |"$'\n'box
  done
  same "$(cat "$BUNDLE/rootfs/etc/secret")" secret
}

@test "safety: a link as /dev/console redirects no terminal (CVE-2025-52565)" {
  no_dev_mounts
  guard
  edit '.process.terminal = true | .mounts += [{destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666"]}]'
  ln -s "$T/outside/file" "$BUNDLE/rootfs/dev/console"
  mkdir "$BUNDLE/rootfs/dev/pts"
  args sh -c 'stat -L -c %t /dev/console; grep -E " /(proc|sys)/[^ ]+ " /proc/self/mountinfo'
  status=0
  timeout -k 2 20 "$here/pty" run "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/screen" 2>&1 3>&- || status=$?
  unharmed
  [ ! -s "$BUNDLE/rootfs/$T/outside/file" ]
  ln -sfn /proc/sys/kernel/hostname "$BUNDLE/rootfs/dev/console"
  timeout -k 2 20 "$here/pty" run "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/screen" 2>&1 3>&- || status=$?
  hasnt "$(cat "$T/screen")" ' /(proc|sys)/sys/kernel'
}

@test "safety: a NUL does not cut a path short" {
  guard
  local where
  for where in '.process.cwd = "/\u0000/none"' '.mounts += [{destination: "/mnt\u0000x", type: "tmpfs", source: "x"}]' \
    '.root.path = "rootfs\u0000/none"' '.linux.maskedPaths = ["/etc\u0000x"]' '.process.args[0] = "sh\u0000x"'; do
    cp "$BUNDLE/config.json" "$T/good"
    args sh -c 'echo ran'
    edit "$where"
    refused run --bundle "$BUNDLE" "$ID"
    cp "$T/good" "$BUNDLE/config.json"
  done
  nothing_left
}

@test "safety: uid and gid 4294967295 start nothing, as they would be root" {
  local filter
  args sh -c 'id -u; touch /ran'
  for filter in '.uid = 4294967295' '.gid = 4294967295' '.additionalGids = [4294967295]'; do
    edit ".process.user = {uid: 1000, gid: 1000} | .process.user$filter"
    chmod 777 "$BUNDLE/rootfs"
    refused run --bundle "$BUNDLE" "$ID"
    [ ! -e "$BUNDLE/rootfs/ran" ] || fail "$filter ran"
  done
}

@test "safety: the inheritable set is the configured one (CVE-2022-29162)" {
  inside 'grep CapInh /proc/self/status'
  same "$out" $'CapInh:\t0000000000000000'
  up
  ok exec --cap CAP_NET_ADMIN "$ID" grep CapInh /proc/self/status
  same "$out" $'CapInh:\t0000000000000000'
  ok exec --user 1000 --cap CAP_NET_ADMIN "$ID" grep -E 'Cap(Inh|Amb)' /proc/self/status
  has "$out" 'CapInh:.0000000000000000'
}

@test "safety: without ambient, a user's program gets no capability from the bounding set" {
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {bounding: ["CAP_SYS_ADMIN", "CAP_KILL"]}'
  inside 'grep -E "Cap(Prm|Eff|Amb)" /proc/self/status | sort -u | cut -f2 | sort -u'
  same "$out" 0000000000000000
}

@test "safety: an argument vector that starts with /proc/self/exe runs nothing of the host (CVE-2019-5736)" {
  local before
  before=$(cksum <"$RUNTIME")
  args /proc/self/exe --version
  rt run --bundle "$BUNDLE" "$ID"
  hasnt "$out" 'spec:'
  printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/bin/script"
  chmod 755 "$BUNDLE/rootfs/bin/script"
  args /bin/script --version
  rt run --bundle "$BUNDLE" "$ID"
  hasnt "$out" 'spec:'
  same "$(cksum <"$RUNTIME")" "$before"
}

@test "safety: what waits for start can't be written through its exe" {
  local pid host
  args sleep 1000
  create_it
  pid=$(pid_of)
  host=$(stat -L -c %d:%i "$RUNTIME")
  differ "$(stat -L -c %d:%i "/proc/$pid/exe")" "$host"
  (exec 9>>"/proc/$pid/exe") 2>/dev/null && fail 'its executable can be opened for writing'
  [ -x "$RUNTIME" ]
}

@test "safety: no process in the container's pid namespace ever has the host's binary as its exe" {
  local before
  before=$(cksum <"$RUNTIME")
  # Watches /proc from inside while processes come and go; prints what it finds, once.
  edit '.process.capabilities[] += ["CAP_SYS_PTRACE"]'
  up sh -c 'host=$0; echo ready; while :; do for p in /proc/[0-9]*/exe; do
      [ "$(stat -L -c %d:%i $p 2>/dev/null)" != "$host" ] || echo "found $p"
      (exec 9>>$p) 2>/dev/null && echo "wrote $p" ; done; done' "$(stat -L -c %d:%i "$RUNTIME")"
  eventually grep -q ready "$T/out.1"
  local i
  for i in 1 2 3 4 5 6 7 8; do ok exec "$ID" true; done
  hasnt "$(grep -vE '/proc/(1|self|thread-self)/exe' "$T/out.1")" 'found'
  same "$(cksum <"$RUNTIME")" "$before"
}

@test "safety: nothing of a process that waits for start can be read by one in the user and pid namespace it joined" {
  local pid second inner
  edit '.process.capabilities[] += ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_SYS_ADMIN"] |
    .linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -R -h 100000:100000 "$BUNDLE/rootfs"
  up
  pid=$(pid_of)
  args sleep 1234
  second=$(another second)
  jq --arg p "/proc/$pid/ns" '(.linux.namespaces[] | select(.type == "pid")).path = $p + "/pid" |
    (.linux.namespaces[] | select(.type == "user")).path = $p + "/user" | del(.linux.uidMappings, .linux.gidMappings)' \
    "$second/config.json" >"$T/new"
  cat "$T/new" >"$second/config.json"
  ok create --bundle "$second" "$ID-second"
  inner=$(awk '/^NSpid:/ { print $NF }' "/proc/$(pid_of "$ID-second")/status")
  # The same looks at the container's own process show that they could succeed.
  rt exec "$ID" sh -c "readlink /proc/1/exe; ls -l /proc/1/fd/"
  has "$out" '^/bin/busybox$'
  rt exec "$ID" sh -c "cd /proc/$inner && { readlink exe; readlink cwd; readlink root; ls -l fd/; head -c 1 mem; cat environ maps; cat stack; }"
  hasnt "$out" '^/|->|='
  has "$err" 'environ.*Permission denied'
}

@test "safety: nothing is read from inside the root file system but what the configuration names" {
  guard
  ln -s "$T/outside/file" "$BUNDLE/rootfs/etc/passwd"
  ln -s /proc/self/environ "$BUNDLE/rootfs/etc/group"
  inside 'echo $HOME'
  same "$out" /
  unharmed
}

@test "safety: a passwd file that never ends, or is a device or a fifo, does not hang or fill memory" {
  local passwd=$BUNDLE/rootfs/etc/passwd
  mkfifo "$passwd"
  args echo fine
  LIMIT=5 run_it
  differ "$status" 124
  rm "$passwd"
  mknod "$passwd" c 1 5
  LIMIT=5 run_it
  differ "$status" 124
  differ "$status" 137
}

@test "safety: /proc/self/attr and sysctls are not written through a mount of the container (CVE-2025-52881)" {
  local before
  before=$(cat /proc/sys/kernel/core_pattern)
  edit '.mounts += [{destination: "/proc/sys", type: "bind", source: "/proc/sys/kernel", options: ["bind"]}] |
    .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
  rt run --bundle "$BUNDLE" "$ID"
  same "$(cat /proc/sys/kernel/core_pattern)" "$before"
}

@test "safety: a bind over a file below /proc is refused or harmless" {
  echo 0 >"$T/fake"
  edit '.mounts += [{destination: "/proc/self/attr/exec", type: "bind", source: $f, options: ["bind"]},
    {destination: "/proc/sys/net/ipv4/ip_forward", type: "bind", source: $f, options: ["bind"]}] | .linux.sysctl = {"net.ipv4.ip_forward": "1"}' --arg f "$T/fake"
  rt run --bundle "$BUNDLE" "$ID"
  same "$(cat "$T/fake")" 0
}

@test "safety: state files are for root alone" {
  up
  hasnt "$(find "$ROOT" -mindepth 1 -perm /007 -printf '%m %p\n' | grep -vE "^[0-7]+ $ROOT/[^/]*$" | grep -E '(2|3|6|7) ')" .
  same "$(find "$ROOT" -perm -002 ! -type l | head -n 1)" ''
}
