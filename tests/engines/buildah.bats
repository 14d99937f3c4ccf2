#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# buildah.bats - buildah drives the runtime, by hand and when it builds.
load buildah

@test "buildah: run" { case_run; }
@test "buildah: exit code" { case_exit_code; }
@test "buildah: terminal" { case_terminal; }
@test "buildah: stdin" { case_stdin; }
@test "buildah: limits" { case_limits; }
@test "buildah: volumes" { case_volumes; }
@test "buildah: device" { case_device; }
@test "buildah: no capabilities" { case_no_capabilities; }
@test "buildah: seccomp profile" { case_seccomp; }
@test "buildah: user" { case_user; }

@test "buildah: build" {
  printf 'FROM %s\nRUN echo made >/made && test "$(id -u)" = 0\nUSER user\nRUN test "$(id -un)" = user && cat /made\n' \
    "$IMAGE" >"$T/Containerfile"
  must engine build --network none --isolation oci --runtime "$WITH_STATE" --tag built "$T"
  has "$out$err" '^made'
  printf 'FROM %s\nRUN exit 5\n' "$IMAGE" >"$T/Containerfile"
  fails engine build --network none --isolation oci --runtime "$WITH_STATE" "$T"
  has "$out$err" 'exit status 5'
}
