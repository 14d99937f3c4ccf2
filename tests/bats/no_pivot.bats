#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# no_pivot.bats - --no-pivot, on the initramfs that the kernel keeps below this host's root.
load bundle

# on_initramfs VERB…: the bundle and the state are the same files, whose paths begin with /mnt there.
on_initramfs() {
  status=0
  timeout -k 2 20 "$here/initramfs" "$RUNTIME" --root "/mnt$ROOT" "$@" </dev/null >"$T/o" 2>"$T/e" 3>&- || status=$?
  out=$(cat "$T/o") err=$(cat "$T/e")
  [ "$status" != 77 ] || skip "this host's initramfs has been emptied"
  hasnt "$err" 'loading shared libraries'
}

setup() {
  only_davit 'a program that starts there'
  make_bundle
}

@test "no pivot: without the option the error says which one" {
  on_initramfs create --bundle "/mnt$BUNDLE" "$ID"
  differ "$status" 0
  has "$err" 'needs --no-pivot'
}

@test "no pivot: the container has its own root, and nothing of the host's mounts" {
  args sh -c 'awk "{ print \$5 }" /proc/self/mountinfo; ls /'
  on_initramfs run --no-pivot --bundle "/mnt$BUNDLE" "$ID"
  same "$status" 0
  same "$(grep -cx / <<<"$out")" 1
  hasnt "$out" '^/mnt|^usr$'
}

@test "no pivot: neither a second root directory nor the way up leads out" {
  edit '.process.capabilities[] += ["CAP_SYS_CHROOT"]'
  cat >"$BUNDLE/rootfs/tmp/up.py" <<'PY'
import os
os.mkdir("/tmp/jail")
os.chroot("/tmp/jail")
os.chdir("../" * 20)
os.chroot(".")
print("in", os.path.exists("/tmp/up.py"), os.path.exists("/process_api"))
PY
  mkdir -p "$BUNDLE"/rootfs/{usr,lib,lib64}
  edit '.mounts += [("/usr", "/lib", "/lib64") | {destination: ., source: ("/mnt" + .), type: "bind", options: ["rbind", "ro"]}]'
  args /usr/bin/python3 /tmp/up.py
  on_initramfs run --no-pivot --bundle "/mnt$BUNDLE" "$ID"
  same "$out" 'in True False'
}

@test "no pivot: whoever may detach the root finds the bare initramfs, without a mount" {
  edit '.process.capabilities[] += ["CAP_SYS_CHROOT", "CAP_SYS_ADMIN"]'
  # A namespace is entered at what lies on top of its root.
  cat >"$BUNDLE/rootfs/tmp/detach.py" <<'PY'
import ctypes, os
libc = ctypes.CDLL(None)
namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
proc = os.open("/proc", os.O_RDONLY)
libc.umount2(b"/", 2)
libc.setns(namespace, 0)
print([line.split()[4] for line in open(os.open("self/mountinfo", os.O_RDONLY, dir_fd=proc))], os.listdir("/mnt"))
PY
  mkdir -p "$BUNDLE"/rootfs/{usr,lib,lib64}
  edit '.mounts += [("/usr", "/lib", "/lib64") | {destination: ., source: ("/mnt" + .), type: "bind", options: ["rbind", "ro"]}]'
  args /usr/bin/python3 /tmp/detach.py
  on_initramfs run --no-pivot --bundle "/mnt$BUNDLE" "$ID"
  same "$out" "['/'] []"
}

@test "no pivot: the host keeps its mounts" {
  local before
  before=$(cut -d' ' -f4- /proc/self/mountinfo | LC_ALL=C sort)
  args true
  on_initramfs run --no-pivot --bundle "/mnt$BUNDLE" "$ID"
  same "$status" 0
  same "$(cut -d' ' -f4- /proc/self/mountinfo | LC_ALL=C sort)" "$before"
}

@test "no pivot: where pivoting works it is done, and below another mount the option does not help" {
  args true
  rt run --no-pivot --bundle "$BUNDLE" "$ID"
  same "$status" 0
  export T RUNTIME ROOT BUNDLE ID
  unshare --mount --propagation shared sh -euc '
    mkdir "$T/host"
    mount --rbind / "$T/host"
    exec chroot "$T/host" timeout -k 2 20 "$RUNTIME" --root "$ROOT" run --no-pivot --bundle "$BUNDLE" "$ID"' \
    </dev/null >"$T/o" 2>&1 3>&- || true
  has "$(cat "$T/o")" 'no-pivot: / lies on another mount'
}
