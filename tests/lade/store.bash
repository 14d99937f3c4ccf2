# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# store.bash - a store for each test of this folder, and small images in it.
#
#   lade VERB…              with the test's store; $S is its path
#   ok VERB…                must succeed; $out and $err are what it printed
#   fails STATUS VERB…      must end so, with a word on standard error
#   archive FORM NAME [FAULT]   writes an archive of a small image, see archive.py
#   loaded NAME             a small image of that name in the store
#   same GOT WANT, has TEXT PATTERN, hasnt TEXT PATTERN

here=$BATS_TEST_DIRNAME
: "${LADE:=$here/../../build-test/src/lade/lade}"
# Exit codes of kinds of failure.
invalid=2 missing=3 exists=4 unsupported=6 busy=8

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$PWD/home LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=$PWD/run
  unset SOURCE_DATE_EPOCH XDG_DATA_HOME
  mkdir -p home run
  S=$PWD/store
}

lade() { "$LADE" --store "$S" --progress none "$@" 3>&-; }

run_lade() {
  status=0
  lade "$@" >out 2>err </dev/null || status=$?
  out=$(tr -d '\0' <out) err=$(tr -d '\0' <err)
}
ok() { run_lade "$@"; [ $status = 0 ] || fail "'$1' ended with $status: $err"; }
fails() {
  local want=$1
  shift
  run_lade "$@"
  [ $status = "$want" ] || { fail "'$1' ended with $status, not $want: $out $err"; return 1; }
  [ -n "$err" ] || fail "'$1' failed without a word"
}

archive() { python3 -B "$here/archive.py" "$@"; }
loaded() {
  archive oci "$1" >loaded.tar
  ok load loaded.tar
}

# What is in blobs/ is what its name says, and nothing else is there.
check_blobs() {
  local blob
  for blob in "$S"/blobs/sha256/*; do
    [ -e "$blob" ] || continue
    same "$(sha256sum <"$blob" | cut -d' ' -f1)" "${blob##*/}" || return 1
  done
}

fail() { printf '%s\n' "$*" >&2; return 1; }
same() { [ "$1" = "$2" ] || fail "got  '$1'"$'\n'"want '$2'"; }
has() { grep -qE -- "$2" <<<"$1" || fail "'$1'"$'\n'"does not match '$2'"; }
hasnt() { ! grep -qE -- "$2" <<<"$1" || fail "'$1'"$'\n'"matches '$2'"; }
