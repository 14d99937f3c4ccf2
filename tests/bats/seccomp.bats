#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seccomp.bats - filters act inside the container as configured.
load bundle

arch=SCMP_ARCH_$(case $(uname -m) in x86_64) echo X86_64 ;; aarch64) echo AARCH64 ;; *) echo ARM ;; esac)
# filter SYSCALL-RULES [MORE]: allow everything but what the rules say.
filter() {
  edit ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", architectures: [\"$arch\"], syscalls: [$1]} ${2:-}"
}

@test "seccomp: without a filter there is none, with one it is there" {
  inside 'grep ^Seccomp: /proc/self/status'
  same "$out" $'Seccomp:\t0'
  filter '{names: ["swapon"], action: "SCMP_ACT_ERRNO"}'
  inside 'grep ^Seccomp: /proc/self/status'
  same "$out" $'Seccomp:\t2'
}

@test "seccomp: ERRNO is EPERM unless errnoRet says otherwise" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}'
  inside 'mkdir /tmp/x 2>&1; true'
  has "$out" 'Operation not permitted'
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}'
  inside 'mkdir /tmp/x 2>&1; true'
  has "$out" 'No space left'
}

@test "seccomp: KILL_PROCESS ends with 128 and SIGSYS" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL_PROCESS"}'
  args mkdir /tmp/x
  run_it
  same "$status" 159
}

@test "seccomp: KILL ends a single-threaded process the same way" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL"}'
  inside 'mkdir /tmp/x; echo $?'
  same "$out" 159
}

@test "seccomp: TRAP raises SIGSYS" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_TRAP"}'
  inside 'mkdir /tmp/x; echo $?'
  same "$out" 159
}

@test "seccomp: an argument is compared" {
  # SIGUSR1 (10) is refused, 0 is not; dash and busybox call kill(2).
  filter '{names: ["kill"], action: "SCMP_ACT_ERRNO", errnoRet: 38, args: [{index: 1, value: 10, op: "SCMP_CMP_EQ"}]}'
  inside 'kill -0 $$ && echo allowed; kill -USR1 $$ 2>/dev/null || echo refused'
  same "$out" $'allowed\nrefused'
}

@test "seccomp: all arguments of one rule must match" {
  filter '{names: ["kill"], action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 1, op: "SCMP_CMP_EQ"}, {index: 1, value: 10, op: "SCMP_CMP_EQ"}]}'
  inside 'sleep 100 & kill -USR1 $! && echo other; kill -0 1 && echo zero; kill -USR1 1 2>/dev/null || echo refused'
  same "$out" $'other\nzero\nrefused'
}

@test "seccomp: the comparisons" {
  local pair operator value
  # Signal numbers 0, 10 (USR1) and 12 (USR2), both ignored: which of them are refused.
  for pair in EQ:10=-r- NE:10=r-r LT:10=r-- LE:10=rr- GT:10=--r GE:10=-rr; do
    operator=${pair%%:*} value=${pair#*:}
    filter "{names: [\"kill\"], action: \"SCMP_ACT_ERRNO\", args: [{index: 1, value: ${value%=*}, op: \"SCMP_CMP_$operator\"}]}"
    inside 'trap "" USR1 USR2; for s in 0 USR1 USR2; do kill -$s $$ 2>/dev/null && printf - || printf r; done'
    same "$operator $out" "$operator ${value#*=}"
  done
  filter '{names: ["kill"], action: "SCMP_ACT_ERRNO", args: [{index: 1, value: 2, valueTwo: 2, op: "SCMP_CMP_MASKED_EQ"}]}'
  inside 'trap "" USR1 USR2; for s in 0 USR1 USR2; do kill -$s $$ 2>/dev/null && printf - || printf r; done'
  same "$out" -r-
}

@test "seccomp: a default of ERRNO with the needed calls allowed" {
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 38, architectures: ["'$arch'"], syscalls: [
    {names: ["execve", "exit", "exit_group", "write", "brk", "mmap", "munmap", "mprotect", "arch_prctl", "set_tid_address",
      "rt_sigaction", "rt_sigprocmask", "prlimit64", "getrandom", "rseq", "set_robust_list", "readlink", "readlinkat",
      "fstat", "newfstatat", "ioctl", "close", "getuid", "getgid", "setuid", "setgid", "getpid", "prctl", "capset",
      "futex", "epoll_pwait", "nanosleep", "openat", "fcntl", "sigaltstack", "read", "getppid", "uname", "geteuid", "getegid",
      "setgroups", "capget", "epoll_ctl", "tgkill", "madvise", "sched_yield", "getdents64", "fstatfs", "chdir", "getcwd",
      "statx", "close_range", "lseek", "stat", "lstat", "faccessat", "faccessat2", "access", "clock_gettime", "dup", "dup2", "dup3", "sysinfo"],
     action: "SCMP_ACT_ALLOW"}]}'
  args echo hello
  run_it
  same "$status $out" '0 hello'
  args mkdir /tmp/x
  run_it
  has "$err" 'Function not implemented'
}

@test "seccomp: a filter without no_new_privs holds, too" {
  edit '.process.noNewPrivileges = false'
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}'
  inside 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status; mkdir /tmp/x 2>&1; true'
  has "$out" 'NoNewPrivs:.0'
  has "$out" 'Seccomp:.2'
  has "$out" 'Operation not permitted'
}

@test "seccomp: a filter without no_new_privs holds for a user without capabilities" {
  edit '.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}'
  inside 'grep -E "^(CapEff|Seccomp):" /proc/self/status; mkdir /tmp/x 2>&1; true'
  has "$out" 'CapEff:.0+$'
  has "$out" 'Seccomp:.2'
  has "$out" 'Operation not permitted'
}

@test "seccomp: exec'd processes have the filter" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}'
  up
  rt exec "$ID" mkdir /tmp/x
  has "$err" 'Operation not permitted'
  ok exec "$ID" grep ^Seccomp: /proc/self/status
  same "$out" $'Seccomp:\t2'
}

@test "seccomp: unknown names of system calls are passed over, unknown actions and operators are refused" {
  filter '{names: ["no_such_call", "mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}'
  inside 'mkdir /tmp/x 2>&1; true'
  has "$out" 'Operation not permitted'
  filter '{names: ["mkdir"], action: "SCMP_ACT_NO_SUCH"}'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'SCMP_ACT_NO_SUCH|action'
  filter '{names: ["mkdir"], action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 1, op: "SCMP_CMP_NO_SUCH"}]}'
  refused run --bundle "$BUNDLE" "$ID"
  filter '{names: ["mkdir"], action: "SCMP_ACT_ERRNO", args: [{index: 6, value: 1, op: "SCMP_CMP_EQ"}]}'
  refused run --bundle "$BUNDLE" "$ID"
}

@test "seccomp: errnoRet on an action that returns none is refused" {
  filter '{names: ["mkdir"], action: "SCMP_ACT_KILL", errnoRet: 1}'
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "seccomp: twice the same filter, from the cache the second time" {
  filter '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}'
  inside 'mkdir /tmp/x 2>&1; true'
  local first=$out
  inside 'mkdir /tmp/x 2>&1; true'
  same "$out" "$first"
  has "$out" 'No space left'
}

@test "seccomp: the profile that podman makes" {
  local golden=$here/../golden/podman/config.json
  [ -e "$golden" ] || skip 'tests/golden/podman/config.json is not there'
  jq --arg id "$ID" '.process.env = ["PATH=/bin"] | .linux.cgroupsPath = "/" + $id | .process.capabilities[] += ["CAP_SYS_ADMIN"]' "$golden" >"$BUNDLE/config.json"
  inside 'grep ^Seccomp: /proc/self/status; touch /tmp/file; swapon /tmp/file 2>&1; mkdir /tmp/fine && echo fine'
  has "$out" 'Seccomp:.2'
  # Without the filter the kernel would look at the file: Invalid argument.
  has "$out" 'not permitted'
  has "$out" '^fine$'
}

@test "seccomp: unknown system calls are passed over, or refused where an annotation says so" {
  [ "$kind" != runc ] || skip 'crun has the annotation'
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getpid"], action: "SCMP_ACT_ALLOW"},
    {names: ["mkdir", "no_such_call"], action: "SCMP_ACT_ERRNO"}]}'
  inside true
  edit '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "0"'
  inside true
  edit '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "1"'
  refused run --bundle "$BUNDLE" "$ID"
  [ "$kind" != davit ] || has "$err" "linux.seccomp.syscalls\[1\].names\[1\]: unknown system call 'no_such_call'"
}
