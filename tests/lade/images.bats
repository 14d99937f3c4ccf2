#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# images.bats - the verbs that need nothing but the store: images inspect history tag untag rmi config
# verify gc df volume, and what is said to people and to programs.
load store

@test "R61 R62: a store is a layout with names in index.json" {
  loaded docker.io/library/app:v1
  same "$(cat "$S/oci-layout")" '{"imageLayoutVersion":"1.0.0"}'
  same "$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' "$S/index.json")" docker.io/library/app:v1
  same "$(jq -r '.manifests[0].digest' "$S/index.json")" "$(lade inspect --digest app:v1)"
}

@test "images: a table, digests, names, JSON and patterns" {
  ok images
  same "$(wc -l <<<"$out")" 1
  ok images --json
  same "$out" '[]'
  loaded docker.io/library/app:v1
  ok tag app:v1 localhost:5000/team/app:v2
  ok images
  has "$out" '^NAME +DIGEST +PLATFORM +CREATED +SIZE$'
  has "$out" '^docker.io/library/app:v1 +[0-9a-f]{12} +linux/amd64 '
  ok images -q
  same "$(sort -u <<<"$out")" "$(lade inspect --digest app:v1)"
  ok images --names app
  same "$out" $'docker.io/library/app:v1\nlocalhost:5000/team/app:v2'
  ok images --names 'team/*'
  same "$out" localhost:5000/team/app:v2
  ok images --json
  same "$(jq -r '.[0] | .platform, .created, (.factory | tostring)' <<<"$out")" $'linux/amd64\n2026-01-02T03:04:05Z\nfalse'
}

@test "inspect: documents come out byte by byte" {
  loaded docker.io/library/app:v1
  lade inspect --raw app:v1 | sha256sum | grep -q "$(lade inspect --digest app:v1 | cut -d: -f2)"
  cmp <(lade inspect --raw app:v1) <(lade inspect --manifest app:v1)
  lade inspect --config app:v1 | sha256sum | grep -q "$(lade inspect --manifest app:v1 | jq -r .config.digest | cut -d: -f2)"
  fails $missing inspect nothing
  fails $invalid inspect --raw --config app:v1
  fails $missing inspect sha256:0000000000000000000000000000000000000000000000000000000000000000
  ok inspect "$(lade images -q | cut -c 8-14)"
}

@test "V31: what an image says can't drive a terminal" {
  local output
  archive oci app:v1 escape | lade load
  for output in '' --json; do
    ok inspect $output app:v1
    hasnt "$out" $'\e|\a|\xc2\x9b'
  done
  ok inspect app:v1
  has "$out" 'new line'
  fails $missing inspect $'\e[2J'
  hasnt "$err" $'\e'
}

@test "R20: an artifact is listed and shown, and is no image" {
  ok images
  mkdir layout layout/blobs layout/blobs/sha256
  printf '{}' >layout/blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
  jq -cn '{schemaVersion: 2, artifactType: "application/x-sbom", layers: [], config: {size: 2,
    mediaType: "application/vnd.oci.empty.v1+json",
    digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}}' >manifest
  local digest
  digest=$(sha256sum <manifest | cut -d' ' -f1)
  cp manifest "layout/blobs/sha256/$digest"
  printf '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
  jq -n --arg d "sha256:$digest" --argjson s "$(wc -c <manifest)" '{schemaVersion: 2, manifests: [{digest: $d, size: $s,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    annotations: {"org.opencontainers.image.ref.name": "sbom"}}]}' >layout/index.json
  ok load layout
  ok inspect sbom
  has "$out" 'Artifact: +application/x-sbom'
  fails $unsupported history sbom
  has "$err" "artifact of type 'application/x-sbom'"
  ok verify --all
}

@test "history: the steps with their layers" {
  loaded app:v1
  ok config --env X=y --comment 'for a test' app:v1
  ok history app:v1
  has "$out" 'lade config +for a test'
  ok history --json app:v1
  same "$(jq -c '.[0] | [.createdBy, .emptyLayer]' <<<"$out")" '["lade config",true]'
}

@test "tag, untag: names come and go, the image stays" {
  loaded app:v1
  local digest
  digest=$(lade inspect --digest app:v1)
  ok tag app:v1 other:v2 third
  same "$(lade inspect --digest docker.io/library/third:latest)" "$digest"
  fails $invalid tag app:v1 UPPER
  fails $invalid tag app:v1 "x@$digest"
  fails $missing tag nothing x
  ok untag app:v1 other:v2 third
  fails $missing untag app:v1
  ok inspect "$digest"
  archive docker b:v1 | lade load
  fails $exists tag "$digest" b:v1
  ok tag --force "$digest" b:v1
  same "$(lade inspect --digest b:v1)" "$digest"
}

@test "rmi: the name first, with the last one the content" {
  loaded app:v1
  ok tag app:v1 app:v2
  ok rmi app:v1
  ok verify app:v2
  ok rmi app:v2
  same "$(find "$S/blobs" -type f)" ''
  fails $missing rmi app:v2
  ok rmi --force app:v2
}

@test "config: everything that can be changed, and nothing else changes" {
  export SOURCE_DATE_EPOCH=1000000000
  loaded app:v1
  local before after
  before=$(lade inspect --config app:v1)
  ok config --env C=d --env A=2 --entrypoint /bin/x --entrypoint 'y z' --cmd '["q"]' --user 7:8 --workdir /w \
    --label k=v=w --port 80/tcp --volume /data --stop-signal SIGINT --author me --annotation n=m --tag app:v2 app:v1
  after=$(lade inspect --config app:v2)
  same "$(jq -cS .config <<<"$after")" "$(jq -cSn '{Env: ["A=2", "C=d"], Entrypoint: ["/bin/x", "y z"], Cmd: ["q"], User: "7:8",
    WorkingDir: "/w", Labels: {k: "v=w"}, ExposedPorts: {"80/tcp": {}}, Volumes: {"/data": {}}, StopSignal: "SIGINT"}')"
  same "$(jq -cS 'del(.config, .author, .created, .history)' <<<"$after")" "$(jq -cS 'del(.config, .author, .created, .history)' <<<"$before")"
  same "$(jq -r .created <<<"$after")" 2001-09-09T01:46:40Z
  same "$(lade inspect --manifest app:v2 | jq -r .annotations.n)" m
  same "$(lade inspect --config app:v1)" "$before"
  ok verify --all
  ok config --clear env --clear labels --unset-env A --unset-label k app:v2
  same "$(lade inspect --config app:v2 | jq -c '.config | [.Env, .Labels]')" '[null,null]'
  same "$(lade inspect --config app:v2 | jq '.history | length')" 2
}

@test "config: the same change gives the same image, another platform or a mistake does not" {
  export SOURCE_DATE_EPOCH=1000000000
  loaded app:v1
  ok config --env C=d --tag one app:v1
  ok config --env C=d --tag two app:v1
  same "$(lade inspect --digest one)" "$(lade inspect --digest two)"
  fails $invalid config --env C app:v1
  fails $invalid config --cmd '[1]' app:v1
  fails $invalid config --cmd '[' app:v1
  fails $invalid config --clear everything app:v1
  fails $invalid config --created yesterday app:v1
  SOURCE_DATE_EPOCH=soon fails $invalid config --env C=d app:v1
  umoci stat --image "$S:docker.io/library/one:latest" --json | jq -e '.history[-1].created_by == "lade config"'
}

@test "verify: damage is found, named and removed" {
  loaded app:v1
  ok verify app:v1
  local layer
  layer=$(lade inspect --manifest app:v1 | jq -r '.layers[1].digest')
  printf x | dd of="$S/blobs/${layer/://}" bs=1 seek=30 conv=notrunc status=none
  fails $invalid verify app:v1
  has "$out" "$layer"
  fails $invalid verify --json --all
  same "$(jq -r '.[].digest' <<<"$out")" "$layer"
  fails $invalid verify --all --remove
  [ ! -e "$S/blobs/${layer/://}" ]
  fails $invalid verify app:v1
  has "$out" "there is no blob $layer"
  archive oci app:v1 | lade load
  ok verify --all
}

@test "verify: a diffID that is not the layer's is found" {
  loaded app:v1
  local config
  config=$(lade inspect --config app:v1 | jq -c '.rootfs.diff_ids[0] = .rootfs.diff_ids[1]')
  printf %s "$config" >config
  local digest manifest
  digest=$(sha256sum <config | cut -d' ' -f1)
  cp config "$S/blobs/sha256/$digest"
  manifest=$(lade inspect --manifest app:v1 |
    jq -c --arg d "sha256:$digest" --argjson s "$(wc -c <config)" '.config.digest = $d | .config.size = $s')
  printf %s "$manifest" >manifest
  digest=$(sha256sum <manifest | cut -d' ' -f1)
  cp manifest "$S/blobs/sha256/$digest"
  jq --arg d "sha256:$digest" --argjson s "$(wc -c <manifest)" '.manifests[0] |= (.digest = $d | .size = $s)' "$S/index.json" >new
  cp new "$S/index.json"
  fails $invalid verify app:v1
  has "$out" 'has the diffID'
}

@test "gc: only what is not needed, and not at once" {
  loaded app:v1
  archive docker b:v1 | lade load
  ok untag b:v1
  ok gc --grace 0
  same "$out" ''
  ok gc --untagged
  has "$out" '^image sha256:'
  hasnt "$out" '^blob'
  ok gc --grace 0 --dry-run --json
  same "$(jq -r '[.[].kind] | unique[]' <<<"$out")" blob
  ok df --json
  same "$(jq '.blobs.unneeded > 0' <<<"$out")" true
  ok gc --grace 0
  has "$out" '^blob sha256:[0-9a-f]{64} '
  ok df --json
  same "$(jq .blobs.unneeded <<<"$out")" 0
  ok verify --all
  fails $invalid gc --grace soon
}

@test "volume: made, listed, shown, removed" {
  ok volume create data --label a=b
  fails $exists volume create data
  ok volume create --force data
  fails $invalid volume create ../data
  ok volume inspect data
  same "$(jq -r '.[0] | .name, .labels.a' <<<"$out")" $'data\nb'
  [ -d "$(jq -r '.[0].path' <<<"$out")" ]
  ok volume ls -q
  same "$out" data
  ok volume rm data
  fails $missing volume rm data
  fails $missing volume inspect data
  ok volume rm --force data
  fails $invalid volume mend data
  fails $invalid volume create
}

@test "factory: its images are there, the store's own hide them, nothing is written to it" {
  loaded docker.io/library/app:v1
  archive docker docker.io/library/b:v1 | lade load
  cp -a "$S" factory
  local before
  before=$(cd factory && find . -type f -exec sha256sum {} + | sort)
  S=$PWD/own
  lade() { "$LADE" --store "$S" --factory "$PWD/factory" --progress none "$@" 3>&-; }
  ok images --names
  same "$(wc -l <<<"$out")" 2
  ok verify --all
  ok config --env X=y app:v1
  ok inspect app:v1
  has "$out" 'X=y'
  ok images --json
  same "$(jq -c '[.[].factory]' <<<"$out")" '[false,true]'
  fails $unsupported rmi b:v1
  ok save -o x.tar b:v1
  ok rmi app:v1
  ok inspect app:v1
  hasnt "$out" 'X=y'
  same "$(cd factory && find . -type f -exec sha256sum {} + | sort)" "$before"
}

@test "a directory that is somebody else's is not made a store" {
  mkdir home/photos
  touch home/photos/cat.jpg
  S=$PWD/home/photos
  archive oci app:v1 >a.tar
  fails $invalid load a.tar
  has "$err" 'cat.jpg'
  same "$(ls "$S")" cat.jpg
}

@test "progress: JSON lines, plain lines, none; standard output is for results" {
  archive oci app:v1 >a.tar
  "$LADE" --store "$S" --progress json load a.tar >out 2>err 3>&-
  grep '^{' err | jq -es 'map(select(.what == "archive")) | .[0].event == "begin" and .[-1].event == "done" and .[-1].bytes > 0'
  same "$(wc -l <out)" 1
  "$LADE" --store "$S" load a.tar 2>err >out 3>&-
  has "$(cat err)" '^archive: done, '
  "$LADE" --store "$S" -q load a.tar 2>err >out 3>&-
  same "$(cat err)" ''
}

@test "command line: mistakes are named, help is there, a reader that leaves is an error" {
  fails $invalid
  fails $invalid imags
  has "$err" "did you mean 'images'"
  fails $invalid images --jsn
  has "$err" "did you mean '--json'"
  fails $invalid tag one
  ok --help
  has "$out" '^  images '
  ok --version
  has "$out" '^image-spec: 1.1.1$'
  loaded app:v1
  status=0
  lade images >/dev/full 2>err || status=$?
  same "$status" 1
}

@test "completion: words for bash from the same tables" {
  loaded docker.io/library/app:v1
  ok completion bash
  PATH=$(dirname "$LADE"):$PATH bash -c 'source out
    try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lade; printf "%s\n" "${COMPREPLY[@]}"; }
    COMP_WORDBREAKS=" "
    try lade vo; try lade gc --max; try lade --progress pl; try lade --store '"$S"' inspect docker
    try lade completion f' >words
  same "$(cat words)" $'volume\n--max-size\nplain\ndocker.io/library/app:v1\nfish'
  fails $invalid completion csh
}

@test "index: made of images, added to, taken from" {
  loaded docker.io/library/app:amd64
  ok config --arch arm64 --variant v8 --tag app:arm64 app:amd64
  ok index create app:all app:amd64 app:arm64 --annotation a=b
  same "$(lade inspect --raw app:all | jq -c '[.manifests[].platform.architecture, .annotations.a]')" '["amd64","arm64","b"]'
  same "$(lade inspect --platform arm64 --json app:all | jq -r .manifestDigest)" "$(lade inspect --digest app:arm64)"
  ok images
  has "$out" '^docker.io/library/app:all .*\(1 more\)'
  ok verify --all
  skopeo inspect --override-arch arm64 "oci:$S:docker.io/library/app:all" | jq -e '.Architecture == "arm64"'
  ok config --env N=1 --platform arm64 --tag app:newer app:all
  ok index add app:all app:newer
  same "$(lade inspect --raw app:all | jq '.manifests | length')" 2
  same "$(lade inspect --platform arm64 --json app:all | jq -r .manifestDigest)" "$(lade inspect --digest app:newer)"
  ok index create app:copy app:all
  ok index rm app:all linux/amd64
  fails $missing inspect --platform amd64 app:all
  fails $missing index rm app:all linux/s390x
  fails $exists index create app:all app:amd64
  fails $invalid index add app:amd64 app:arm64
  ok untag app:amd64
  ok gc --grace 0 --untagged
  ok verify --all
  same "$(lade inspect --raw app:copy | jq -c '[.manifests[].platform.architecture]')" '["amd64","arm64"]'
}

@test "save: of an index all platforms that are here, or one" {
  loaded app:amd64
  ok config --arch arm64 --tag app:arm64 app:amd64
  ok index create app:all app:amd64 app:arm64
  ok save -o all.tar app:all
  ok save --platform arm64 -o arm.tar app:all
  S=$PWD/other
  ok load all.tar
  ok inspect --platform arm64 app:all
  S=$PWD/third
  ok load arm.tar
  ok inspect app:all
  has "$out" 'linux/arm64'
}

@test "progress: bars on a terminal, which notes do not break" {
  archive oci docker.io/library/app:v1 >a.tar
  TERM=xterm script -qec "'$LADE' --store '$S' load a.tar" /dev/null >typed 2>&1 </dev/null 3>&-
  has "$(cat typed)" 'archive +\[>? *\] 0 B of [0-9.]+ kB'
  has "$(cat typed)" 'archive +done, '
  grep -q $'\e\[1A\r\e\[J' typed
  TERM=dumb script -qec "'$LADE' --store '$S' load a.tar" /dev/null >typed 2>&1 </dev/null 3>&-
  hasnt "$(cat typed)" $'\e'
}
