#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# docker.bats - dockerd, containerd and its shim drive the runtime.
load docker

@test "docker: run" { case_run; }
@test "docker: exit code" { case_exit_code; }
@test "docker: exit code of what can't be run" { case_exit_code_of_words; }
@test "docker: exec" { case_exec; }
@test "docker: exec with user, directory and environment" { case_exec_options; }
@test "docker: exec in a stopped container" { case_exec_stopped; }
@test "docker: terminal" { case_terminal; }
@test "docker: terminal of exec" { case_exec_terminal; }
@test "docker: stdin" { case_stdin; }
@test "docker: logs" { case_logs; }
@test "docker: stop" { case_stop; }
@test "docker: stop of a process that ignores it" { case_stop_deaf; }
@test "docker: kill" { case_kill; }
@test "docker: pause" { case_pause; }
@test "docker: stats" { case_stats; }
@test "docker: limits" { case_limits; }
@test "docker: update" { case_update; }
@test "docker: out of memory" { case_out_of_memory; }
@test "docker: restart" { case_restart; }
@test "docker: shared namespaces" { case_namespaces; }
@test "docker: volumes" { case_volumes; }
@test "docker: device" { case_device; }
@test "docker: no capabilities" { case_no_capabilities; }
@test "docker: seccomp profile" { case_seccomp; }
@test "docker: read-only" { case_read_only; }
@test "docker: user" { case_user; }
@test "docker: init" { case_init; }
@test "docker: privileged" { case_privileged; }
@test "docker: davit inside" { case_nested; }
@test "docker: davit inside, denied" { case_nested_denied; }
@test "docker: 50 containers at once" { case_many; }

@test "docker: health check" {
  start one --health-cmd 'test -e /healthy' --health-interval 1s --health-retries 1 -- sleep 1000
  eventually health_is one unhealthy
  must exec_in one -- touch /healthy
  eventually health_is one healthy
}
health_is() { [ "$(inspect "$1" '{{.State.Health.Status}}')" = "$2" ]; }

@test "docker: top" {
  start one -- sleep 1000
  must engine top one
  has "$out" 'sleep 1000'
}
