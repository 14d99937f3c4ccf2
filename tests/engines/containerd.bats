#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# containerd.bats - ctr, containerd and its shim drive the runtime.
load containerd

@test "containerd: run" { case_run; }
@test "containerd: exit code" { case_exit_code; }
@test "containerd: exec" { case_exec; }
@test "containerd: exec in a stopped container" { case_exec_stopped; }
@test "containerd: terminal" { case_terminal; }
@test "containerd: terminal of exec" { case_exec_terminal; }
@test "containerd: stdin" { case_stdin_without_end; }
@test "containerd: logs" { case_logs; }
@test "containerd: kill" { case_kill; }
@test "containerd: pause" { case_pause; }
@test "containerd: stats" { case_stats; }
@test "containerd: limits" { case_limits; }
@test "containerd: shared namespaces" { case_namespaces; }
@test "containerd: volumes" { case_volumes; }
@test "containerd: device" { case_device; }
@test "containerd: no capabilities" { case_no_capabilities; }
@test "containerd: seccomp profile" { case_seccomp; }
@test "containerd: read-only" { case_read_only; }
@test "containerd: user namespace" { case_user_namespace; }
@test "containerd: privileged" { case_privileged; }
@test "containerd: davit inside" { case_nested --cgroup-manager disabled; }
@test "containerd: davit inside, denied" { case_nested_denied; }
@test "containerd: 50 containers at once" { case_many; }

# The CRI part of the configuration in dist/, as this version of containerd reads it.
@test "containerd: takes the configuration for Kubernetes" {
  local form=v3
  call containerd --version
  [[ $out != *' 1.'* && $out != *' v1.'* ]] || form=v2
  must call containerd --config "$top/dist/containerd/config-$form.toml" config dump
  has "$out" 'BinaryName = ["'"'"']/usr/local/bin/davit'
}
