# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bundle.bash - gives every test a bundle and a state directory of its own, calls the runtime, and
# checks after each test that nothing of it is left on the host.
#
# In a test:
#   edit FILTER [JQ OPTION…]   changes config.json with jq          args CMD…     sets process.args
#   rt VERB…                   calls the runtime: $status $out $err  ok VERB…      the same, must succeed
#   refused VERB…              the same, must fail with something on stderr
#   inside SCRIPT              runs a shell script as the container's process; it must exit 0
#   up [CMD…]                  a detached container (sleep by default)
#   same GOT WANT, has TEXT PATTERN, hasnt TEXT PATTERN (extended regular expressions)
# The container's own output goes to the file $OUT of the call that made it.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

find_runtime() {
  local build
  if [ -z "${RUNTIME:-}" ]; then
    RUNTIME=davit
    for build in build-test build; do
      [ ! -x "$here/../../$build/src/davit/davit" ] || { RUNTIME=$here/../../$build/src/davit/davit; break; }
    done
  fi
  # exit: bats goes on after a load that failed, and would find the build's davit the next time.
  command -v "$RUNTIME" >/dev/null || { echo "there is no runtime '$RUNTIME'" >&2; exit 1; }
  RUNTIME=$(command -v "$RUNTIME")
  case ${RUNTIME##*/} in runc*) kind=runc ;; crun*) kind=crun ;; *) kind=davit ;; esac
}
find_runtime

# --- a bundle per test ---

setup() { make_bundle; }
teardown() { leave_nothing; }

make_bundle() {
  T=$BATS_TEST_TMPDIR
  ID=bats-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER
  BUNDLE=$T/bundle ROOT=$T/state calls=0
  # A container in a user namespace reaches its root directory as somebody else.
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
  mkdir -p "$BUNDLE/rootfs"/{bin,dev,proc,sys,tmp,etc,mnt}
  cp /bin/busybox "$BUNDLE/rootfs/bin/busybox"
  chroot "$BUNDLE/rootfs" /bin/busybox --install -s /bin
  chmod 1777 "$BUNDLE/rootfs/tmp"
  jq --arg id "$ID" '.linux.cgroupsPath = "/" + $id' "$here/config.json" >"$BUNDLE/config.json"
}

edit() {
  jq "$1" "$BUNDLE/config.json" "${@:2}" >"$T/config.new" && cat "$T/config.new" >"$BUNDLE/config.json"
}
args() { edit '.process.args = $ARGS.positional' --args -- "$@"; }
# another NAME: a second bundle with the same root file system; prints its path. Its id is $ID-NAME.
another() {
  mkdir -p "$T/$1"
  jq --arg id "$ID-$1" --arg root "$BUNDLE/rootfs" '.linux.cgroupsPath = "/" + $id | .root.path = $root' \
    "$BUNDLE/config.json" >"$T/$1/config.json"
  echo "$T/$1"
}

# --- calls into the runtime ---

# rt VERB…: STDIN names a file for standard input, LIMIT the seconds after which the call has hung.
rt() {
  calls=$((calls + 1)) status=0
  OUT=$T/out.$calls ERR=$T/err.$calls
  timeout -k 2 "${LIMIT:-20}" "$RUNTIME" --root "$ROOT" "$@" \
    <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- || status=$?
  out=$(head -c 65536 "$OUT" | tr -d '\0') err=$(head -c 65536 "$ERR" | tr -d '\0')
  { echo "\$ ${RUNTIME##*/} $*"; sed 's/^/out| /' "$OUT" | head -n 40
    sed 's/^/err| /' "$ERR" | head -n 40; echo "= $status"; } >>"$T/.calls"
}
# Explicit returns: they also count where a caller's || or if has switched errexit off.
ok() { rt "$@"; [ "$status" = 0 ] || { fail "'$1' ended with $status instead of 0: $err"; return 1; }; }
refused() {
  rt "$@"
  case $status in
  0) fail "'$1' should have been refused"; return 1 ;;
  124) fail "'$1' hung"; return 1 ;;
  12[89] | 1[3-8]? | 19[0-2]) fail "'$1' was killed by signal $((status - 128))"; return 1 ;;
  esac
  [ -n "$err" ] || { fail "'$1' failed without a word on stderr"; return 1; }
}
run_it() { rt run --bundle "$BUNDLE" "$ID"; }
create_it() { ok create --bundle "$BUNDLE" "$ID"; }
inside() {
  args sh -c "$1"
  run_it
  [ "$status" = 0 ] || fail "the container ended with $status: $err"
}
up() {
  [ $# != 0 ] && args "$@" || args sleep 1000
  ok run --detach --bundle "$BUNDLE" "$ID"
}
state_of() { rt state "$1"; jq -r .status <<<"$out"; }
pid_of() { rt state "${1:-$ID}"; jq -r .pid <<<"$out"; }
status_is() { [ "$(state_of "$1")" = "$2" ]; }

# eventually CMD…: waits until CMD succeeds; the limit is only there so that a failure ends.
eventually() {
  local tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { fail "this never came true: $*"; return 1; }
    sleep 0.05
  done
}

# --- what a test says ---

fail() { printf '%s\n' "$*" >&2; return 1; }
same() { [ "$1" = "$2" ] || fail "got  '$1'"$'\n'"want '$2'"; }
differ() { [ "$1" != "$2" ] || fail "both are '$1'"; }
has() { grep -qE -- "$2" <<<"$1" || fail "'$1'"$'\n'"does not match '$2'"; }
hasnt() { ! grep -qE -- "$2" <<<"$1" || fail "'$1'"$'\n'"matches '$2'"; }
only_davit() { [ "$kind" = davit ] || skip "only davit has $1"; }

# --- the host ---

# v1_dir CONTROLLER: the v1 hierarchy that holds it; v2_dir: the v2 tree. Mounts that others cover do
# not count.
v1_dir() {
  awk -v c="$1" '{ for (i = 7; $i != "-"; i++); if ($(i + 1) == "cgroup" && ("," $(i + 3) ",") ~ ("," c ",")) print $5 }' \
    /proc/self/mountinfo | reachable
}
v2_dir() { awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) == "cgroup2") print $5 }' /proc/self/mountinfo | reachable; }
reachable() { while read -r d; do [ ! -e "$d/cgroup.procs" ] || { echo "$d"; break; }; done; }
# controller NAME: "v1", "v2" or nothing.
controller() {
  if [ -n "$(v1_dir "$1")" ]; then echo v1
  elif [ -n "$(v2_dir)" ] && grep -qw "$1" "$(v2_dir)/cgroup.controllers"; then echo v2
  fi
}
needs_controller() { [ -n "$(controller "$1")" ] || skip "this host has no $1 controller"; }

# --- nothing is left ---

containers_left() { find "$ROOT" -mindepth 1 -maxdepth 1 -name "*$ID*" 2>/dev/null; }
cgroups_left() { find /sys/fs/cgroup -mindepth 1 -maxdepth 6 -type d -name "*$ID*" 2>/dev/null; }
# A mount namespace that holds a mount of the test's files: the host's (a leaked mount) or a process'.
mounts_left() { grep -lF "$T/" /proc/[0-9]*/mountinfo 2>/dev/null; }
# Everything in a cgroup, with a command line or a working directory of this test.
processes_left() {
  local p
  grep -lF "$ID" /proc/[0-9]*/cgroup 2>/dev/null
  for p in $(grep -laF -e "$T/" -e "$ID" /proc/[0-9]*/cmdline 2>/dev/null); do
    echo "$p"
  done
  find /proc -mindepth 2 -maxdepth 2 \( -name cwd -o -name exe \) -lname "$T/*" 2>/dev/null
}
# The host's mounts, but for what others mount meanwhile where programs have their own directories.
mounts() {
  awk -v own="$BATS_RUN_TMPDIR/" 'index($5, own) == 1 || $5 !~ "^/(tmp|var|run)/"' /proc/self/mountinfo |
    cut -d' ' -f4- | sed 's/ \(shared\|master\|propagate_from\):[0-9]*//g' | LC_ALL=C sort
}
left() {
  containers_left
  cgroups_left
  mounts_left | sed 's/^/mounts of the test in /'
  processes_left | while read -r p; do
    [ "${p%/*}" = "/proc/$BASHPID" ] || [ ! -e "${p%/*}" ] || zombie "${p%/*}" ||
      echo "$p: $(tr '\0' ' ' 2>/dev/null <"${p%/*}/cmdline")"
  done
}
zombie() { grep -q '^State:[[:space:]]*[ZX]' "$1/status" 2>/dev/null; }
nothing_left() { [ -z "$(left)" ]; }

# A test that crashes or fails must not spoil the next one: whatever is left is removed by hand, after
# it has been reported.
sweep() {
  local p d
  for p in $(left | sed -n 's,^.*/proc/\([0-9]*\)/.*,\1,p' | sort -u); do
    [ "$p" = $$ ] || [ "$p" = "$BASHPID" ] || grep -qF "$T/" "/proc/$$/mountinfo" || kill -KILL "$p" 2>/dev/null || true
  done
  awk -v t="$T/" 'index($5, t) { print $5 }' /proc/self/mountinfo | sort -r | while read -r d; do
    umount -l "$d" 2>/dev/null || true
  done
  for p in 1 2 3 4 5 6 7 8 9 10; do
    for d in $(cgroups_left | sort -r); do rmdir "$d" 2>/dev/null || true; done
    [ -n "$(cgroups_left)" ] || break
    sleep 0.1
  done
}

leave_nothing() {
  local id all failed=0 tries=0
  [ -n "${BATS_TEST_SKIPPED:-}" ] && return 0
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then cat "$T/.calls" 2>/dev/null || true; fi
  all=$(timeout -k 2 20 "$RUNTIME" --root "$ROOT" list -q 2>/dev/null) || all="$ID"
  for id in $all; do
    timeout -k 2 20 "$RUNTIME" --root "$ROOT" delete --force "$id" >"$T/deleted" 2>&1 3>&- </dev/null ||
      { failed=1; echo "delete --force $id: $(cat "$T/deleted")"; }
  done
  # A killed process is a zombie for a moment, until whoever inherited it has waited.
  until nothing_left; do
    tries=$((tries + 1))
    [ $tries -lt 40 ] || { failed=1; echo 'left on the host:'; left; break; }
    sleep 0.05
  done
  [ $failed = 0 ] || sweep
  [ $failed = 0 ]
}
