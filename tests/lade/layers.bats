#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# layers.bats - layers unpacked and packed as other programs do it, and images of root filesystems.
load store

tool=${LADE%/src/lade/lade}/tests/lade/layer_tool
tree() { python3 -B "$here/tree.py" "$@"; }
needs_root() { [ "$(id -u)" = 0 ] || skip 'needs root'; }

# Files of all kinds that the named format can hold.
sample() { # FORMAT DIR
  mkdir -p "$2/d/sticky" "$2/empty"
  printf 'some text\n' >"$2/d/file"
  seq 200000 >"$2/d/large"
  ln "$2/d/file" "$2/hard"
  ln -s d/file "$2/link"
  ln -s /nowhere "$2/d/dangling"
  chmod 1777 "$2/d/sticky"
  printf x >"$2/su"
  chown 12:34 "$2/su" "$2/d/sticky"
  chown -h 56:78 "$2/link"
  chmod 6755 "$2/su"
  chmod 0 "$2/empty"
  case $1 in
  v7*) ;;
  *) mkfifo "$2/fifo"; mknod "$2/null" c 1 3; mknod "$2/disk" b 8 1 ;;
  esac
  case $1 in
  v7* | ustar) ;;
  *)
    local long=$2/$(printf 'l%.0s' {1..180})
    mkdir "$long"
    printf y >"$long/$(printf 'n%.0s' {1..200})"
    ln -s "$(printf 't%.0s' {1..300})" "$2/far"
    printf z >"$2/large_ids"
    chown 3000000:2500000000 "$2/large_ids"
    printf 'sch\303\266n' >"$2/sch"$'\303\266'n
    ;;
  esac
  case $1 in
  posix | pax)
    python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.key", b"va\0lue")' "$2/d/file"
    # bsdtar has a way of its own with fractions of negative seconds.
    [ "$1" = pax ] && touch -d '1960-01-01' "$2/d/large" || touch -d '1960-01-01 00:00:00.25' "$2/d/large"
    ;;
  *) find "$2" -exec touch -hd '2020-02-02 02:02:02' {} + ;;
  esac
  find "$2" -type d -exec touch -d '2021-01-01' {} +
}

unpack() { mkdir "$2" && "$tool" unpack "$2" <"$1" >result; }

@test "R76: what GNU tar writes, in every format, is unpacked as by GNU tar" {
  needs_root
  local format
  for format in v7 oldgnu gnu ustar posix; do
    sample $format src-$format
    tar -c --format=$format --xattrs --xattrs-include='*' -C src-$format . >a.tar 2>/dev/null ||
      tar -c --format=$format -C src-$format . >a.tar
    unpack a.tar got-$format
    same "$(tree got-$format)" "$(tree src-$format)" || fail "$format"
    has "$(cat result)" "$(sha256sum <a.tar | cut -d' ' -f1) $(stat -c %s a.tar)"
  done
}

@test "R76: what bsdtar writes, in every format, is unpacked as by bsdtar" {
  needs_root
  local format
  for format in v7tar gnutar ustar pax; do
    sample $format src-$format
    bsdtar -c --format $format -C src-$format -f a.tar .
    mkdir want-$format
    bsdtar -xp -C want-$format -f a.tar
    touch -d '2021-01-01' want-$format # it does not set the root's
    unpack a.tar got-$format
    same "$(tree got-$format)" "$(tree want-$format)" || fail "$format"
  done
}

@test "R76: sparse files of every form have holes where they had" {
  needs_root
  local form
  mkdir src
  truncate -s 50M src/sparse
  printf 'in the middle' | dd of=src/sparse bs=1 seek=20000000 conv=notrunc status=none
  printf 'end' | dd of=src/sparse bs=1 seek=52428797 conv=notrunc status=none
  truncate -s 7M src/hole
  for form in gnu '' posix=0.0 posix=0.1 posix=1.0; do
    case $form in
    posix=*) tar -cS --format=posix --sparse-version="${form#*=}" -C src . >a.tar ;;
    gnu) tar -cS --format=gnu -C src . >a.tar ;;
    *) bsdtar -c --format pax -C src -f a.tar . ;;
    esac
    rm -rf got
    unpack a.tar got
    same "$(tree got fractions)" "$(tree src fractions)" || fail "form '$form'"
    [ "$(du -k got/sparse | cut -f1)" -lt 200 ] || fail "form '$form' has no holes"
  done
}

@test "R83: what is packed is what other programs unpack, and always the same" {
  needs_root
  sample posix src
  "$tool" pack src >a.tar
  "$tool" pack src >b.tar
  cmp a.tar b.tar
  mkdir by-gnu by-bsd
  tar -xp --xattrs --xattrs-include='*' --numeric-owner -C by-gnu <a.tar
  same "$(tree by-gnu)" "$(tree src)"
  unpack a.tar ours
  same "$(tree ours)" "$(tree src)"
  touch -d '1960-01-01' src/d/large # as above
  "$tool" pack src | bsdtar -xp --numeric-owner -C by-bsd -f -
  touch -d '2021-01-01' by-bsd
  same "$(tree by-bsd)" "$(tree src)"
}

@test "V11: an archive that reads differently to different readers is read as by GNU tar" {
  python3 - >a.tar <<'EOF'
import io, sys, tarfile
inner = io.BytesIO()
with tarfile.open(fileobj=inner, mode="w") as tar:
    tar.addfile(tarfile.TarInfo("smuggled"))
info = tarfile.TarInfo("f")
info.size = len(inner.getvalue())
data = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
data[124:136] = b"00000000000\0"
data[148:156] = b" " * 8
data[148:156] = b"%06o\0 " % sum(data)
record = b"14 size=%d\n" % info.size
header = tarfile.TarInfo("pax")
header.type, header.size = b"x", len(record)
assert len(record) == 14, record
out = header.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + bytes(data) + inner.getvalue()
sys.stdout.buffer.write(out + tarfile.TarInfo("next").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
EOF
  tar -t <a.tar >list
  same "$(tr '\n' ' ' <list)" 'f next '
  unpack a.tar got
  same "$(cd got && echo *)" 'f next'
}

@test "V16: no program is run while a layer is unpacked" {
  command -v strace >/dev/null || skip 'strace is not installed'
  mkdir -p src/usr/bin got
  for program in gzip unpigz igzip zstd xz tar sh; do printf '#!/bin/sh\ntouch ran\n' >"src/usr/bin/$program"; done
  chmod 755 src/usr/bin/*
  tar -cz -C src . >a.tar.gz
  strace -f -o log -e trace=execve,execveat "$tool" unpack got <a.tar.gz >result
  same "$(grep -c execve log)" 1
}

@test "import: a directory, by way of other programs, is the same" {
  needs_root
  sample posix src
  chmod 755 src/empty # umoci's own user could not look into it
  ok import --compression gzip --platform linux/amd64 src app:v1
  same "$out" "$(lade inspect --digest app:v1)"
  ok verify --all
  umoci unpack --image "$S:docker.io/library/app:v1" bundle >/dev/null
  same "$(tree bundle/rootfs fractions)" "$(tree src fractions)"
}

@test "import: an archive that is compressed stays as it is" {
  mkdir src
  printf text >src/file
  tar -c -C src . >a.tar
  gzip -k a.tar
  zstd -q a.tar -o a.tar.zst
  ok import a.tar.gz app:gzip
  ok import a.tar.zst app:zstd
  ok import --compression none a.tar app:tar
  lade import --compression gzip --level 9 - app:stdin <a.tar 2>/dev/null
  local name
  for name in gzip zstd tar stdin; do
    ok inspect --json "app:$name"
    same "$(jq -r '.config.rootfs.diff_ids[0]' <<<"$out")" "sha256:$(sha256sum <a.tar | cut -d' ' -f1)"
    printf '%s ' "$(jq -r '.manifest.layers[0].mediaType' <<<"$out")" >>types
  done
  same "$(cat types)" "$(for t in +gzip +zstd '' +gzip; do printf 'application/vnd.oci.image.layer.v1.tar%s ' "$t"; done)"
  [ -e "$S/blobs/sha256/$(sha256sum <a.tar.gz | cut -d' ' -f1)" ]
  [ -e "$S/blobs/sha256/$(sha256sum <a.tar.zst | cut -d' ' -f1)" ]
  ok verify --all
}

@test "import: the same directory at the same date is the same image" {
  mkdir src
  printf text >src/file
  export SOURCE_DATE_EPOCH=1000000000
  ok import src app:v1
  touch src/file
  ok import src app:v2
  same "$(lade inspect --digest app:v1)" "$(lade inspect --digest app:v2)"
  ok inspect --config app:v1
  same "$(jq -r .created <<<"$out")" 2001-09-09T01:46:40Z
}

@test "import: what is damaged, empty, or in the way of a name is refused" {
  mkdir src
  printf text >src/file
  seq 10000 >src/more
  tar -cz -C src . >a.tar.gz
  head -c 5000 a.tar.gz >cut.tar.gz
  : >empty.tar
  printf 'no archive at all' >text
  fails $invalid import cut.tar.gz app:v1
  has "$err" 'ends early'
  fails $invalid import empty.tar app:v1
  fails $invalid import text app:v1
  fails $invalid import src 'Not A Name'
  fails $invalid import --compression gzip --level 10 src app:v1
  ok images --names
  same "$out" ''
  ok import src app:v1
  fails $exists import a.tar.gz app:v1
  ok import --force a.tar.gz app:v1
  same "$(ls "$S/partial")" ''
}
