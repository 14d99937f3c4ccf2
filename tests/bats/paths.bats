#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# paths.bats - masked paths, read-only paths and a read-only root.
load bundle

@test "paths: a masked file reads as empty and can't be written" {
  echo secret >"$BUNDLE/rootfs/etc/secret"
  edit '.linux.maskedPaths = ["/etc/secret"]'
  inside 'wc -c </etc/secret; (echo x >/etc/secret) 2>/dev/null; wc -c </etc/secret'
  same "$(tr -d ' ' <<<"$out")" $'0\n0'
  same "$(cat "$BUNDLE/rootfs/etc/secret")" secret
}

@test "paths: a masked directory is empty and can't be written" {
  mkdir "$BUNDLE/rootfs/etc/secrets"
  echo secret >"$BUNDLE/rootfs/etc/secrets/one"
  edit '.linux.maskedPaths = ["/etc/secrets"]'
  inside 'ls -A /etc/secrets; touch /etc/secrets/x 2>/dev/null || echo refused'
  same "$out" refused
}

@test "paths: files of /proc and directories of /sys are masked" {
  edit '.linux.maskedPaths = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"]'
  inside 'for f in kcore keys timer_list; do [ ! -e /proc/$f ] || head -c 1 /proc/$f | wc -c; done; ls -A /sys/firmware'
  hasnt "$out" '[^0[:space:]]'
}

@test "paths: masked and read-only paths that do not exist are passed over" {
  edit '.linux.maskedPaths = ["/no/such/path", "/etc/none"] | .linux.readonlyPaths = ["/no/such/path", "/etc/none"]'
  inside 'ls /etc /no 2>/dev/null; echo fine'
  same "$out" $'/etc:\nfine'
}

@test "paths: a masked path ends its symbolic links inside the root" {
  echo secret >"$T/outside"
  echo inner >"$BUNDLE/rootfs/etc/real"
  ln -s /etc/real "$BUNDLE/rootfs/etc/link"
  ln -s "$T/outside" "$BUNDLE/rootfs/etc/outward"
  edit '.linux.maskedPaths = ["/etc/link", "/etc/outward"]'
  inside 'cat /etc/real'
  same "$out" ''
  same "$(cat "$T/outside")" secret
}

@test "paths: a read-only directory and a read-only file" {
  mkdir -p "$BUNDLE/rootfs/etc/fixed/below"
  echo one >"$BUNDLE/rootfs/etc/file"
  edit '.linux.readonlyPaths = ["/etc/fixed", "/etc/file"]'
  inside 'touch /etc/fixed/x 2>/dev/null || echo one; touch /etc/fixed/below/x 2>/dev/null || echo two
    (echo x >/etc/file) 2>/dev/null || echo three; cat /etc/file; touch /etc/other && echo other'
  same "$out" $'one\ntwo\nthree\none\nother'
}

@test "paths: /proc/sys is read-only when asked for, the rest of /proc is not" {
  edit '.linux.readonlyPaths = ["/proc/sys", "/proc/sysrq-trigger"]'
  inside '(echo x >/proc/sys/kernel/hostname) 2>/dev/null || echo refused; (echo h >/proc/sysrq-trigger) 2>/dev/null || echo refused
    echo 500 >/proc/self/oom_score_adj && echo written'
  same "$out" $'refused\nrefused\nwritten'
}

@test "paths: relative masked and read-only paths are refused" {
  local key
  for key in maskedPaths readonlyPaths; do
    edit '.linux[$k] = ["etc/relative"]' --arg k $key
    refused create --bundle "$BUNDLE" "$ID"
    edit 'del(.linux[$k])' --arg k $key
  done
  nothing_left
}

@test "paths: a read-only root leaves its mounts writable" {
  edit '.root.readonly = true | .mounts += [{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}]'
  inside 'touch /new 2>&1 || echo refused; touch /etc/new 2>/dev/null || echo refused; touch /tmp/new && echo tmp; echo x >/dev/null && echo null'
  has "$out" 'Read-only file system'
  same "$(tail -n +2 <<<"$out")" $'refused\nrefused\ntmp\nnull'
}

@test "paths: a root that is not read-only can be written" {
  inside 'echo hello >/new'
  same "$(cat "$BUNDLE/rootfs/new")" hello
}

@test "paths: an absolute root path, and one that is missing or a file" {
  edit '.root.path = $p' --arg p "$BUNDLE/rootfs"
  inside 'echo absolute'
  same "$out" absolute
  edit '.root.path = "none"'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'none|root'
  edit '.root.path = "config.json"'
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "paths: the host's root is out of reach" {
  edit '.process.capabilities[] += ["CAP_SYS_CHROOT"]'
  inside 'ls -d /../../usr /../../home 2>/dev/null; mkdir -p /tmp/x; chroot /tmp/x /bin/true 2>/dev/null; ls / | tr "\n" " "; cut -d" " -f4,5 /proc/self/mountinfo'
  has "$out" '^bin dev etc mnt proc sys tmp'
  has "$out" 'bundle/rootfs /$'
  hasnt "$out" '^/ /$'
}
