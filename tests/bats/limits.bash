# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# limits.bash - for tests about linux.resources: the files that limits go to.

resources() { edit ".linux.resources = $1"; }

# cgroup_of CONTROLLER: this container's directory in the hierarchy that holds the controller.
cgroup_of() {
  case $(controller "$1") in
  v1) echo "$(v1_dir "$1")/$ID" ;;
  v2) echo "$(v2_dir)/$ID" ;;
  esac
}
# knob V1-FILE V2-FILE CONTROLLER: the file of this container's cgroup where the host has the controller.
knob() {
  case $(controller "$3") in
  v1) echo "$(cgroup_of "$3")/$1" ;;
  v2) echo "$(cgroup_of "$3")/$2" ;;
  esac
}
needs_v1() { [ "$(controller "$1")" = v1 ] || skip "this host has no v1 $1 controller"; }
# refused_by WORD: create is refused, the error names WORD and nothing is left.
refused_by() {
  refused create --bundle "$BUNDLE" "$ID"
  has "$err" "$1"
  nothing_left
}
