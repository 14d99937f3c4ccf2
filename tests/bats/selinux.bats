#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# selinux.bats - process.selinuxLabel and linux.mountLabel where SELinux enforces a policy that knows the
# types container_t and container_file_t.
load bundle

process=system_u:system_r:container_t:s0:c1,c2
file=system_u:object_r:container_file_t:s0:c1,c2

setup() {
  [ "$(cat /sys/fs/selinux/enforce 2>/dev/null)" = 1 ] || skip 'SELinux enforces nothing here'
  knows $process && knows $file || skip 'the policy has no types for containers'
  make_bundle
  label "$BUNDLE/rootfs"
  edit '.process.selinuxLabel = $p | .linux.mountLabel = $f' --arg p $process --arg f $file
}
knows() { printf %s "$1" 2>/dev/null >/sys/fs/selinux/context; }
label() { chcon -R "${2:-$file}" "$1"; }

@test "selinux: the process and what exec starts have the label" {
  args sh -c 'cat /proc/self/attr/current; sleep 1000'
  ok run --detach --bundle "$BUNDLE" "$ID"
  same "$(tr -d '\0' <"/proc/$(pid_of)/attr/current")" $process
  ok exec "$ID" cat /proc/self/attr/current
  same "$out" $process
}

@test "selinux: exec takes a label of its own" {
  [ "$kind" != crun ] || skip 'crun keeps the label that it had'
  up
  ok exec --process-label $process,c3 "$ID" cat /proc/self/attr/current
  # in the kernel's spelling
  same "$out" ${process%c1,c2}c1.c3
}

@test "selinux: mounts have the mount label, and the container writes to them" {
  edit '.mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs"}]'
  inside 'echo mine >/mnt/file && cat /mnt/file; grep -E " (/mnt|/dev) " /proc/self/mountinfo'
  has "$out" mine
  same "$(grep -c "context=\"*$file" <<<"$out")" 2
}

@test "selinux: what has no label for containers can't be read by the container's root" {
  echo secret >"$T/secret"
  edit '.mounts += [{destination: "/secret", type: "bind", source: $s, options: ["bind"]}]' --arg s "$T/secret"
  touch "$BUNDLE/rootfs/secret"; label "$BUNDLE/rootfs/secret"
  args cat /secret
  run_it
  differ "$status" 0
  has "$err" 'Permission denied'
  label "$T/secret"
  run_it
  same "$out" secret
}

@test "selinux: the files of another container's categories can't be read" {
  echo theirs >"$BUNDLE/rootfs/tmp/theirs"
  label "$BUNDLE/rootfs/tmp/theirs" ${file%c1,c2}c3,c4
  args cat /tmp/theirs
  run_it
  differ "$status" 0
  has "$err" 'Permission denied'
}

@test "selinux: the session keyring has the container's label" {
  mkdir -p "$BUNDLE"/rootfs/{usr,lib,lib64}
  cat >"$BUNDLE/rootfs/tmp/key.py" <<'PY'
import ctypes
libc = ctypes.CDLL(None)
label = ctypes.create_string_buffer(256)
# KEYCTL_GET_SECURITY of KEY_SPEC_SESSION_KEYRING
print(label.value.decode() if libc.syscall(250, 17, -3, label, 256) > 0 else "denied")
PY
  label "$BUNDLE/rootfs"
  [ "$(uname -m)" = x86_64 ] || skip 'the number of keyctl(2) is that of x86-64'
  programs="$T/programs"
  mkdir "$programs"
  python_tree "$programs"
  edit '.mounts += [("/usr", "/lib", "/lib64") | {destination: ., source: ($p + .), type: "bind", options: ["rbind", "ro"]}]' --arg p "$programs"
  args /usr/bin/python3 /tmp/key.py
  run_it
  same "$out" $process
}
# The host's programs are not the container's to read: a copy of what it needs.
python_tree() {
  mkdir -p "$1"/usr/{bin,lib}
  cp -aL /usr/bin/python3 "$1/usr/bin/"
  cp -a /usr/lib/python3* "$1/usr/lib/"
  mkdir -p "$1/lib" "$1/lib64"
  ldd /usr/bin/python3 /usr/lib/python3*/lib-dynload/_ctypes.*.so |
    awk '$2 == "=>" { print $3 } $1 ~ /^\/.*[^:]$/ { print $1 }' | while read -r library; do
    mkdir -p "$1$(dirname "$library")"
    cp -L "$library" "$1$library"
  done
  label "$1"
}

@test "selinux: a label that the policy doesn't know is refused with its field" {
  edit '.process.selinuxLabel = "system_u:system_r:nobody_knows_t:s0"'
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" 'selinuxLabel.*nobody_knows_t'
  nothing_left
  edit '.process.selinuxLabel = $p | .linux.mountLabel = "system_u:object_r:nobody_knows_t:s0"' --arg p $process
  refused create --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "selinux: without labels a container is as its caller" {
  edit 'del(.process.selinuxLabel, .linux.mountLabel)'
  label "$BUNDLE/rootfs" "$(stat -c %C "$T")"
  inside 'cat /proc/self/attr/current'
  same "$(tr -d '\0' <<<"$out")" "$(tr -d '\0' </proc/self/attr/current)"
}
