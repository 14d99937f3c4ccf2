#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bundle.bats - images as bundles: their files, their config.json, and that runtimes run them.

bats_require_minimum_version 1.5.0

setup() { load registry; load busybox; common_setup; }
teardown() {
  local b
  for b in bundle other; do [ ! -e "$b/lade.json" ] || lade bundle --rm "$b" || true; done
  common_teardown
}

run_bundle() { "$RUNTIME" run --bundle "$1" "lade-test-$$-$BATS_TEST_NUMBER" </dev/null; }
json() { jq -e "$1" bundle/config.json >/dev/null || { echo "not so: $1"; return 1; }; }

@test "bundle: an image runs, and nothing is left when it is taken down" {
  busybox_image app --config.user app --config.env A=1
  output=$(lade --quiet bundle app bundle sh -c 'id; echo $A')
  [ "$output" = "$PWD/bundle" ]
  [ "$(stat -c %a bundle)" = 700 ]
  output=$(run_bundle bundle)
  says 'uid=1000(app) gid=1001(app) groups=' '50(extra)' 1
  lade bundle --rm bundle
  [ ! -e bundle ]
  ! grep -F "$PWD" /proc/self/mountinfo || false
  [ -z "$(ls store/leases)" ]
}

# crun refuses hosts with controllers in cgroups of both versions, whatever the bundle.
works_here() { # RUNTIME
  mkdir -p probe/rootfs/bin && cp /bin/busybox probe/rootfs/bin/true
  (cd probe && "$1" spec && jq '.process.args = ["/bin/true"] | .process.terminal = false' config.json >c && mv c config.json &&
    "$1" run "lade-probe-$$" </dev/null) >/dev/null 2>&1
  local status=$?
  rm -rf probe
  return $status
}

@test "bundle: runc and crun run it as well" {
  busybox_image app
  lade --quiet bundle app bundle id -u
  for runtime in runc crun; do
    works_here $runtime || continue
    [ "$($runtime run --bundle bundle "lade-$runtime-$$" </dev/null)" = 0 ]
  done
}

@test "bundle: layers lie over one another, whiteouts hide" {
  busybox_image app
  mkdir more; echo new >more/new; echo changed >more/f
  umoci insert --image store:app more /data
  umoci insert --image store:app --whiteout /bin/nc
  for mode in overlay copy; do
    lade --quiet bundle --mode $mode app bundle
    [ "$(cat bundle/rootfs/data/f bundle/rootfs/data/new)" = $'changed\nnew' ]
    [ ! -e bundle/rootfs/bin/nc ]
    [ "$(stat -c %a bundle/rootfs/tmp)" = 1777 ]
    [ "$(jq -r .mode bundle/lade.json)" = $mode ]
    lade bundle --rm bundle
  done
}

@test "bundle: what one changes no other sees" {
  busybox_image app
  lade --quiet bundle app bundle sh -c 'echo mine >/data/f'
  lade --quiet bundle app other cat /data/f
  run_bundle bundle
  [ "$(cat bundle/rootfs/data/f)" = mine ]
  [ "$(run_bundle other)" = seed ]
}

@test "bundle: without files of its own layers are unpacked once" {
  busybox_image app
  lade --quiet bundle app bundle
  lade --progress plain bundle app other 2>log
  ! grep unpack log
}

@test "R82, R85: hardened by default" {
  busybox_image app --config.label plain=1
  lade --quiet bundle app bundle grep -E 'Cap(Eff|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status
  output=$(run_bundle bundle)
  says 'CapEff:	00000000800405fb' 'CapBnd:	00000000800405fb' 'NoNewPrivs:	1' 'Seccomp:	2'
  json '.annotations.plain == "1"'
  json '.linux.maskedPaths | index("/proc/kcore")'
}

@test "V24: labels that runtimes act on are withheld unless trusted" {
  busybox_image app --config.label run.oci.hooks.stdout="$PWD/canary" --config.label org.criu.config=/x
  lade bundle app bundle 2>log
  grep -F 'labels withheld' log
  json '.annotations | has("run.oci.hooks.stdout") | not'
  json '.annotations["io.davit.withheld.run.oci.hooks.stdout"]'
  lade bundle --rm bundle
  lade --quiet bundle --trust-labels app bundle
  json '.annotations["org.criu.config"] == "/x"'
}

@test "V26: passwd and group of the image are read inside it, and only if they are files" {
  busybox_root root
  ln -sf /etc/shadow root/etc/passwd
  rm root/etc/group; mkfifo root/etc/group
  tar -C root -cf root.tar .
  busybox_image link --config.user root
  fails 1 lade --quiet bundle link bundle
  says "user 'root'" 'passwd'
  [ ! -e bundle ]
  busybox_image fifo --config.user 5:app
  fails $invalid lade --quiet bundle fifo bundle
  says 'is no regular file'
}

@test "V28: a volume is seeded inside the image, whatever links are in the way" {
  busybox_root root
  echo secret >"$BATS_TEST_TMPDIR/secret"
  ln -s "$BATS_TEST_TMPDIR" root/out
  tar -C root -cf root.tar .
  busybox_image app --config.volume /out --config.volume /data
  lade --quiet bundle app bundle cat /data/f
  [ "$(run_bundle bundle)" = seed ]
  ! grep -r secret bundle/volumes
}

@test "bundle: options of the command line" {
  busybox_image app
  mkdir host; echo hostfile >host/h
  lade --quiet bundle -e X=1 -v "$PWD/host:/h:ro" -v vol:/v --tmpfs /t:size=1m -w /tmp -u 7:8 -m 64m --cpus 0.5 \
    --pids-limit 20 --read-only --hostname box --cap-drop ALL --cap-add CHOWN --device /dev/null:/dev/zip:r \
    --ulimit nofile=64:128 --label k=v app bundle sh -c 'cat /h/h; echo $X $(id -u):$(id -g); pwd; touch /x; touch /h/x; ls -l /dev/zip'
  json '.linux.resources.memory.limit == 67108864 and .linux.resources.cpu.quota == 50000'
  json '.linux.resources.pids.limit == 20 and .root.readonly and .hostname == "box"'
  json '.process.capabilities.bounding == ["CAP_CHOWN"] and .annotations.k == "v"'
  json '.process.rlimits | map(select(.type == "RLIMIT_NOFILE" and .soft == 64 and .hard == 128)) | length == 1'
  output=$(run_bundle bundle 2>&1) || true
  says hostfile '1 7:8' /tmp '/x: Read-only file system' '/h/x: Read-only file system' '1,   3'
  [ "$(lade volume ls)" ]
}

@test "bundle: a volume outlives bundles, and begins with what the image has" {
  busybox_image app
  lade --quiet bundle -v vol:/data app bundle sh -c 'cat /data/f; echo more >>/data/f'
  [ "$(run_bundle bundle)" = seed ]
  fails $busy lade volume rm vol
  lade bundle --rm bundle
  lade --quiet bundle -v vol:/data app bundle cat /data/f
  [ "$(run_bundle bundle)" = $'seed\nmore' ]
}

@test "bundle: '-' prints the configuration and makes nothing" {
  busybox_image app --config.user app
  lade --quiet bundle app - id | jq -e '.process.args == ["id"] and .process.user.uid == 1000' >/dev/null
  [ ! -e - ]
}

@test "bundle: an image that is missing is pulled" {
  fake a --image app:1
  fails $missing plain bundle --pull never "$a/app:1" bundle
  plain bundle --no-volumes "$a/app:1" bundle true
  [ -e bundle/config.json ]
}

@test "bundle: bad input is one line, and leaves nothing" {
  busybox_image app
  mkdir full; touch full/x
  fails 4 lade --quiet bundle app full
  says "bundle 'full' is not empty"
  fails 3 lade --quiet bundle --pull never nosuch bundle
  fails $invalid lade --quiet bundle -m lots app bundle
  fails $invalid lade --quiet bundle --cap-add NOPE app bundle
  fails $invalid lade --quiet bundle -v a/b:/c app bundle
  fails $invalid lade --quiet bundle --security-opt nope app bundle
  fails 1 lade --quiet bundle --mount type=bind,source=/no/such,target=/x app bundle
  fails 1 lade --quiet bundle --device /dev/no-such app bundle
  fails $invalid lade --quiet bundle --entrypoint '' app bundle
  [ ! -e bundle ]
  [ -z "$(ls store/leases)" ]
  mkdir plain
  fails $invalid lade bundle --rm plain
  says 'is no bundle that lade has made'
  [ -e plain ]
}

@test "mount: an image's files can be read, and are kept until they are unmounted" {
  busybox_image app
  mkdir m
  lade --quiet mount app m
  [ "$(cat m/data/f)" = seed ]
  fails 1 touch m/x
  fails $busy lade rmi app
  lade umount m
  [ -z "$(ls m)" ]
  lade rmi app
}

# with_cdi COMMAND…: where /var/run/cdi holds the files of ./cdi.
with_cdi() {
  [ "$(readlink -f /var/run)" = /run ] || skip '/var/run is not /run'
  # shellcheck disable=SC2016 # $1 is the inner shell's
  unshare --mount --propagation private sh -ec 'mount -t tmpfs cdi /run; cp -r cdi /run; exec "$@"' sh "$@"
}

@test "--device: CDI files in JSON and YAML mean the same, and a broken one is in nobody's way" {
  [ "$(id -u)" = 0 ] || skip 'mounting takes root'
  mkdir cdi
  cat >cdi/a.yaml <<'YAML'
---
cdiVersion: 0.6.0
kind: example.org/gpu   # a comment
containerEdits:
  env: ["ALL=yes", 'NUMBER=0666']
devices:
- name: "0"
  containerEdits:
    deviceNodes:
    - {path: /dev/gpu0, hostPath: /dev/null, fileMode: 0640, uid: 7, permissions: rw}
    mounts:
    - hostPath: /etc/hostname
      containerPath: /driver
      options: [ro, bind]
    hooks:
    - hookName: createContainer
      path: /bin/true
      args:
      - "true"
      - >-
        one
        two
YAML
  python3 - >cdi/b.json <<'PY'
import json
print(json.dumps({"cdiVersion": "0.6.0", "kind": "example.org/other", "containerEdits": {"env": ["ALL=yes", "NUMBER=0666"]},
  "devices": [{"name": "0", "containerEdits": {
    "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/null", "fileMode": 0o640, "uid": 7, "permissions": "rw"}],
    "mounts": [{"hostPath": "/etc/hostname", "containerPath": "/driver", "options": ["ro", "bind"]}],
    "hooks": [{"hookName": "createContainer", "path": "/bin/true", "args": ["true", "one two"]}]}}]}))
PY
  echo 'a: &x [1]' >cdi/0-broken.yaml
  busybox_image app
  with_cdi "$LADE" --store store -q bundle --device example.org/gpu=0 app - >one
  with_cdi "$LADE" --store store -q bundle --device example.org/other=0 app - >two
  cmp one two
  jq -e '.linux.devices[0] | .path == "/dev/gpu0" and .fileMode == 416 and .uid == 7 and .major == 1' one
  jq -e '.process.env | index("NUMBER=0666")' one
  fails $invalid with_cdi "$LADE" --store store -q bundle --device example.org/gpu=1 app -
  says "--device 'example.org/gpu=1': 0-broken.yaml: line 1: anchors"
  rm cdi/0-broken.yaml
  fails $missing with_cdi "$LADE" --store store -q bundle --device example.org/gpu=1 app -
}
