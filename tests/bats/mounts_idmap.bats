#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts_idmap.bats - mounts whose ids are translated: by mappings of their own or by the container's.
load bundle

# source NAME: a directory of root's with files of 1000 and 2000
source_tree() {
  mkdir "$T/$1"
  touch "$T/$1/mine" "$T/$1/theirs"
  chown 1000:1001 "$T/$1/mine"
  chown 2000:2001 "$T/$1/theirs"
}
# mapping CONTAINER HOST SIZE…
mapping() {
  jq -nc '[$ARGS.positional | map(tonumber) | . as $n | range(0; length; 3) |
    {containerID: $n[.], hostID: $n[. + 1], size: $n[. + 2]}]' --args -- "$@"
}
# mapped DESTINATION TYPE SOURCE UIDS GIDS OPTION…
mapped() {
  edit '.mounts += [{destination: $d, type: $t, source: $s, uidMappings: $u, gidMappings: $g, options: $ARGS.positional}]' \
    --arg d "$1" --arg t "$2" --arg s "$3" --argjson u "$4" --argjson g "$5" --args -- "${@:6}"
}
# unmapped DESTINATION TYPE SOURCE OPTION…
unmapped() {
  edit '.mounts += [{destination: $d, type: $t, source: $s, options: $ARGS.positional}]' \
    --arg d "$1" --arg t "$2" --arg s "$3" --args -- "${@:4}"
}
user_namespace() {
  edit '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
}

@test "idmap: a mount has mappings of its own" {
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 0 5000 1000 1000 7000 1)" "$(mapping 0 6000 2000)" bind idmap
  inside 'stat -c "%n %u:%g" /mnt /mnt/*'
  # What no mapping names is nobody's.
  same "$out" $'/mnt 5000:6000\n/mnt/mine 7000:7001\n/mnt/theirs 65534:65534'
}

@test "idmap: what is written has the source's ids" {
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 1000 0 1)" "$(mapping 1001 0 1)" bind idmap
  chown 1000:1001 "$T/source"
  inside 'echo hello >/mnt/new; stat -c "%u:%g" /mnt/new'
  same "$out" 0:0
  same "$(stat -c %u:%g "$T/source/new")" 1000:1001
}

@test "idmap: mappings without the option are applied, too" {
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 1000 7 1)" "$(mapping 1001 8 1)" rbind
  inside 'stat -c "%u:%g" /mnt/mine'
  same "$out" 7:8
}

@test "idmap: the option may carry the mappings, also relative to the container's" {
  [ "$kind" != runc ] || skip 'runc has no such option'
  source_tree source
  user_namespace
  mkdir "$BUNDLE/rootfs/mnt"/{absolute,relative}
  chown -R -h 100000:200000 "$BUNDLE/rootfs"
  unmapped /mnt/absolute bind "$T/source" bind 'idmap=uids=0-100000-5#1000-100007-1;gids=1001-200008-1'
  unmapped /mnt/relative bind "$T/source" bind 'idmap=uids=@1000-9-1;gids=@1001-10-1'
  inside 'stat -c "%u:%g" /mnt/absolute/mine /mnt/relative/mine'
  same "$out" $'7:8\n9:10'
}

@test "idmap: mappings in the option and beside it, or none that are, are refused" {
  only_davit 'these words'
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 0 1 1)" "$(mapping 0 1 1)" bind 'idmap=uids=0-1-1;gids=0-1-1'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "mounts\[4\].options: 'idmap=' and uidMappings say it twice"
  edit 'del(.mounts[-1].uidMappings, .mounts[-1].gidMappings) | .mounts[-1].options = ["bind", "idmap=uids=0-1"]'
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" "mounts\[4\].options: idmap: '0-1' is not ID-ID-SIZE"
}

@test "idmap: without mappings those of the container's user namespace are taken" {
  source_tree source
  user_namespace
  mkdir "$BUNDLE/rootfs/mnt"/{plain,mapped}
  unmapped /mnt/plain bind "$T/source" bind
  unmapped /mnt/mapped bind "$T/source" bind idmap
  inside 'stat -c "%n %u:%g" /mnt/*/mine; touch /mnt/mapped/new'
  same "$out" $'/mnt/mapped/mine 1000:1001\n/mnt/plain/mine 65534:65534'
  same "$(stat -c %u:%g "$T/source/new")" 0:0
}

@test "idmap: a user namespace that is joined gives its mappings" {
  local joiner
  source_tree source
  user_namespace
  up
  joiner=$(another joiner)
  jq --arg p "/proc/$(pid_of)/ns/user" --arg s "$T/source" '(.linux.namespaces[] | select(.type == "user")).path = $p |
    del(.linux.uidMappings, .linux.gidMappings) | .process.args = ["stat", "-c", "%u:%g", "/mnt/theirs"] |
    .mounts += [{destination: "/mnt", type: "bind", source: $s, options: ["bind", "idmap"]}]' "$joiner/config.json" >"$T/new.json"
  mv "$T/new.json" "$joiner/config.json"
  ok run --bundle "$joiner" "$ID-joiner"
  same "$out" 2000:2001
}

@test "idmap: a file is mapped like a directory" {
  touch "$T/file"
  chown 1000:1001 "$T/file"
  mapped /mnt/file bind "$T/file" "$(mapping 1000 3 1)" "$(mapping 1001 4 1)" bind idmap
  inside 'stat -c "%u:%g" /mnt/file'
  same "$out" 3:4
}

# A tree of two file systems that can map ids.
two_file_systems() { # SCRIPT with $R to run the container
  mkdir -p "$T/source/below"
  R="timeout 20 $RUNTIME --root $ROOT run --bundle $BUNDLE $ID" S=$T/source unshare -m --propagation private \
    sh -euc 'mount -t tmpfs none $S; mkdir $S/below; mount -t tmpfs none $S/below; touch $S/file $S/below/file; $R' 3>&- </dev/null
}

@test "idmap: idmap is for the mount, ridmap for what is below it, too" {
  args stat -c '%n %u' /mnt/one/file /mnt/one/below/file /mnt/all/file /mnt/all/below/file
  mapped /mnt/one bind "$T/source" "$(mapping 0 5000 1)" "$(mapping 0 5000 1)" rbind idmap
  mapped /mnt/all bind "$T/source" "$(mapping 0 5000 1)" "$(mapping 0 5000 1)" rbind ridmap
  two_file_systems >"$T/o"
  same "$(cat "$T/o")" $'/mnt/one/file 5000\n/mnt/one/below/file 0\n/mnt/all/file 5000\n/mnt/all/below/file 5000'
}

@test "idmap: the other options hold" {
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 0 5000 1)" "$(mapping 0 5000 1)" bind idmap ro nosuid
  inside 'touch /mnt/x 2>/dev/null || echo ro; grep -o "ro,nosuid[a-z,]*idmapped" /proc/self/mountinfo'
  same "$out" $'ro\nro,nosuid,relatime,idmapped'
}

@test "idmap: a tmpfs of the container's" {
  [ "$kind" != runc ] || skip 'runc maps ids of binds only'
  user_namespace
  chmod 1777 "$BUNDLE/rootfs/mnt"
  unmapped /mnt tmpfs tmpfs idmap
  inside 'touch /mnt/new; stat -c "%n %u:%g %a" /mnt /mnt/new; grep -c " /mnt .*idmapped" /proc/self/mountinfo'
  same "$out" $'/mnt 0:0 1777\n/mnt/new 0:0 644\n1'
}

@test "idmap: many mounts with few mappings leave no process and no descriptor" {
  source_tree source
  edit '.mounts += [range(60) | {destination: "/mnt/\(.)", type: "bind", source: $s, options: ["bind", "idmap"],
      uidMappings: [{containerID: 0, hostID: (. / 20 | floor | . * 1000 + 1), size: 1}],
      gidMappings: [{containerID: 0, hostID: 1, size: 1}]}]' --arg s "$T/source"
  inside 'for i in 0 19 20 59; do stat -c %u /mnt/$i; done; ls /proc/self/fd; set -- /proc/[0-9]*; echo $#'
  same "$(tr '\n' ' ' <<<"$out")" '1 1 1001 2001 0 1 2 3 1 '
}

@test "idmap: one kind of mappings without the other is refused" {
  source_tree source
  mapped /mnt bind "$T/source" "$(mapping 0 5000 1)" '[]' bind idmap
  refused run --bundle "$BUNDLE" "$ID"
  mapped /mnt bind "$T/source" '[]' "$(mapping 0 5000 1)" bind idmap
  edit 'del(.mounts[-2])'
  refused run --bundle "$BUNDLE" "$ID"
  nothing_left
}

@test "idmap: no mappings and no user namespace is refused" {
  local option
  source_tree source
  unmapped /mnt bind "$T/source" bind
  for option in idmap ridmap; do
    edit '.mounts[-1].options = ["bind", $o]' --arg o "$option"
    refused run --bundle "$BUNDLE" "$ID"
  done
  nothing_left
}

@test "idmap: a file system that can't map ids is refused and named" {
  user_namespace
  mkdir "$BUNDLE/rootfs/mnt/hosts-proc"
  unmapped /mnt/hosts-proc bind /proc bind idmap
  refused run --bundle "$BUNDLE" "$ID"
  has "$err" 'hosts-proc|/proc'
  nothing_left
}

@test "idmap: mappings that the kernel refuses are named" {
  source_tree source
  mapped /mnt/overlap bind "$T/source" "$(mapping 0 5000 2 1 6000 2)" "$(mapping 0 5000 1)" bind idmap
  refused run --bundle "$BUNDLE" "$ID"
  [ "$kind" != davit ] || has "$err" 'mounts\[[0-9]+\] /mnt/overlap: map ids: uidMappings'
  nothing_left
}

@test "idmap: who is not root on the host is refused and told" {
  only_davit 'that refusal'
  [ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip 'user namespaces are switched off here'
  source_tree source
  edit 'del(.linux.cgroupsPath) | .mounts = [.mounts[] | select(.destination != "/sys")] | .linux.namespaces += [{"type": "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}] | .linux.gidMappings = .linux.uidMappings'
  unmapped /mnt bind "$T/source" bind idmap
  chown 65534:65534 "$T" "$BUNDLE"
  # The build may lie where that user can't go.
  mkdir "$T/reachable"
  install -m 755 "$RUNTIME" "$T/reachable/"
  ! setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all timeout 20 "$T/reachable/${RUNTIME##*/}" \
    --cgroup-manager disabled --root "$T/state" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
  has "$(cat "$T/e")" 'mounts\[3\] /mnt: map ids: .*operation not permitted'
}
