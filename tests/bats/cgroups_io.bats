#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cgroups_io.bats - blockIO: rates that really slow a device down, weights as far as the kernel has them.
load bundle
load limits

setup() {
  make_bundle
  loop=
}
teardown() {
  [ -z "$loop" ] || losetup --detach "$loop"
  leave_nothing
}

needs_io() { [ -n "$(controller blkio)$(controller io)" ] || skip 'this host has no controller for block I/O'; }
# loop_device: $loop, a block device of 8 MB, as /dev/disk in the container; $numbers is its MAJOR:MINOR.
loop_device() {
  head -c 8388608 /dev/zero >"$T/disk"
  loop=$(losetup --find --show "$T/disk") || skip 'this host gives us no loop device'
  numbers=$((0x$(stat -c %t "$loop"))):$((0x$(stat -c %T "$loop")))
  edit '.linux.devices = [{path: "/dev/disk", type: "b", major: $a, minor: $b, fileMode: 438}]' \
    --argjson a "${numbers%:*}" --argjson b "${numbers#*:}"
}
# throttle NAME RATE [NAME RATE…]: limits of the loop device.
throttle() {
  edit '.linux.resources.devices = [{allow: true, access: "rwm"}]'
  while [ $# != 0 ]; do
    edit '.linux.resources.blockIO[$n] = [{major: $a, minor: $b, rate: $r}]' --arg n "$1" --argjson r "$2" \
      --argjson a "${numbers%:*}" --argjson b "${numbers#*:}"
    shift 2
  done
}
# rates: the device's limits in the words of v2, whatever the host has.
rates() {
  local file
  if [ "$(controller io)" = v2 ]; then grep "^$numbers " "$(v2_dir)/$ID/io.max"; return; fi
  for file in read_bps write_bps read_iops write_iops; do
    awk -v n="$numbers" -v f="${file%%_*}_${file#*_}" '$1 == n { printf "%s=%s ", f, $2 }' \
      "$(v1_dir blkio)/$ID/blkio.throttle.${file}_device"
  done
}

@test "io: all four rates are written" {
  needs_io
  loop_device
  throttle throttleReadBpsDevice 1048576 throttleWriteBpsDevice 2097152 throttleReadIOPSDevice 100 throttleWriteIOPSDevice 200
  up
  has "$(rates)" '(rbps|read_bps)=1048576 (wbps|write_bps)=2097152 (riops|read_iops)=100 (wiops|write_iops)=200'
}

@test "io: a read rate slows direct reads down" {
  needs_io
  loop_device
  throttle throttleReadBpsDevice 1048576
  inside 'a=$(cut -d " " -f 1 /proc/uptime); dd if=/dev/disk of=/dev/null bs=65536 count=32 iflag=direct 2>/dev/null
    b=$(cut -d " " -f 1 /proc/uptime); echo ${a%.*}${a#*.} ${b%.*}${b#*.}'
  # 2 MB at 1 MB/s, in hundredths of a second.
  read -r before after <<<"$out"
  [ $((after - before)) -ge 150 ] || fail "took $((after - before)) hundredths of a second"
}

@test "io: a write rate slows direct writes down" {
  needs_io
  loop_device
  throttle throttleWriteIOPSDevice 10
  inside 'a=$(cut -d " " -f 1 /proc/uptime); dd if=/dev/zero of=/dev/disk bs=4096 count=20 oflag=direct 2>/dev/null
    b=$(cut -d " " -f 1 /proc/uptime); echo ${a%.*}${a#*.} ${b%.*}${b#*.}'
  read -r before after <<<"$out"
  [ $((after - before)) -ge 150 ] || fail "took $((after - before)) hundredths of a second"
}

@test "io: a rate for a device that is not there is refused" {
  needs_io
  resources '{blockIO: {throttleReadBpsDevice: [{major: 4000, minor: 77, rate: 600}]}}'
  refused_by 'throttleReadBpsDevice|4000:77'
}

@test "io: a rate without a device is refused" {
  resources '{blockIO: {throttleReadBpsDevice: [{rate: 600}]}}'
  [ "$kind" = davit ] || skip 'peers take 0:0'
  refused_by 'throttleReadBpsDevice\[0\].major is required'
}

@test "io: a weight is written to the file that the kernel has" {
  needs_io
  local dir file
  resources '{blockIO: {weight: 500}}'
  rt run --detach --bundle "$BUNDLE" "$ID"
  if [ "$status" != 0 ]; then
    has "$err" 'linux.resources.blockIO.weight: open'
    nothing_left
    return
  fi
  dir=$(knob . . blkio)
  [ -n "$dir" ] || dir=$(knob . . io)
  for file in blkio.weight blkio.bfq.weight io.bfq.weight io.weight; do
    [ -e "$dir/$file" ] || continue
    has "$(cat "$dir/$file")" '^(default )?(500|4950)$'
    return
  done
  fail 'no file has the weight'
}

@test "io: a weight of a device that no scheduler weighs is refused" {
  needs_io
  loop_device
  ! grep -q '\[bfq\]' "/sys/block/${loop#/dev/}/queue/scheduler" || skip 'the loop device is under bfq'
  [ ! -e "$(v1_dir blkio)/blkio.weight_device" ] || skip 'this kernel has CFQ'
  [ "$(controller io)" != v2 ] || skip 'a cost model may weigh it'
  edit '.linux.resources.blockIO.weightDevice = [{major: $a, minor: $b, weight: 500}]' \
    --argjson a "${numbers%:*}" --argjson b "${numbers#*:}"
  refused_by 'weightDevice|weight_device'
}

@test "io: a leaf weight is refused where CFQ is gone" {
  needs_io
  [ ! -e "$(v1_dir blkio)/blkio.leaf_weight" ] || skip 'this kernel has CFQ'
  resources '{blockIO: {leafWeight: 100}}'
  refused_by 'leafWeight|leaf_weight'
}

@test "io: empty and zero members ask for nothing" {
  resources '{blockIO: {weight: 0, leafWeight: 0, weightDevice: [], throttleReadBpsDevice: []}}'
  up
}

@test "io: events --stats counts what was read" {
  needs_io
  [ "$kind" != crun ] || skip 'crun has no events'
  loop_device
  throttle throttleReadBpsDevice 1048576000
  up
  ok exec "$ID" dd if=/dev/disk of=/dev/null bs=1M count=2 iflag=direct
  ok events --stats "$ID"
  read_by() {
    jq ".data.blkio.$1[] | select(.op == \"Read\" and ((.major // 0) | tostring) + \":\" + ((.minor // 0) | tostring) == \"$numbers\") | .value" <<<"$out"
  }
  same "$(read_by ioServiceBytesRecursive)" 2097152
  [ "$(read_by ioServicedRecursive)" -gt 0 ]
}
