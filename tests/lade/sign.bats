#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sign.bats - images are taken only when they are signed, and nothing of them comes otherwise.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  load signing
  common_setup
  make_key ours
  fake r --image app:v1 --image other:v1
  digest=$(plain remote inspect --digest "$r/app:v1")
  app=$r/app
}
teardown() { common_teardown; }

pull() { plain pull --key ours.pub "$@"; }

# refused STATUS TEXT...: pull with our key ends so, in one line, with nothing of the image.
refused() {
  local status=$1 layer
  shift
  layer=$(plain remote inspect --raw "$app:v1" 2>/dev/null | jq -r '.layers[0].digest')
  : >r/log
  rm -rf store
  fails "$status" lade --log-level error --quiet pull --tls-verify=false --key ours.pub "$app:v1"
  says "$@"
  [ "$(wc -l <<<"$output")" = 1 ]
  ! lade images --names -a | grep -F "$app:v1" || false
  [ "$(count r "GET .*$layer")" = 0 ]
}

@test "verify: a signature by our key, ECDSA P-256 and Ed25519, as a tag" {
  sign ours "$app" "$digest"
  pull "$app:v1"
  lade verify --key ours.pub "$app:v1"
  make_key second ed25519
  sign second "$app" "$digest"
  rm -rf store
  fails $invalid pull "$app:v1"
  plain pull --key second.pub "$app:v1"
  rm -rf store
  pull --key second.pub "$app:v1"
}

@test "verify: the same as a referrer" {
  payload said "$digest" "$app"
  signed ours said
  attach referrer "$app" "$digest" said said.sig
  pull "$app:v1"
  lade verify --key ours.pub "$app:v1"
}

@test "verify: sigstore's bundle as a referrer says which digest, and may name the repository" {
  bundle b ours "$digest"
  attach bundle "$app" "$digest" b
  refused $invalid 'names no repository (see --any-identity)'
  pull --any-identity "$app:v1"
  rm -rf store
  bundle b ours "$digest" "$app"
  attach bundle "$app" "$digest" b
  pull "$app:v1"
}

@test "verify: without a signature nothing comes" {
  refused $missing "image '$app:v1' ($digest) has no signature"
}

@test "verify: another key, P-384, a private key, no key" {
  make_key theirs
  sign theirs "$app" "$digest"
  refused $invalid 'not made by this key'
  make_key long P-384
  fails $unsupported plain pull --key long.pub "$app:v1"
  says 'long.pub: only ECDSA P-256 and Ed25519 keys'
  fails $invalid plain pull --key ours.key "$app:v1"
  says 'ours.key: no public key in PEM'
  fails $os plain pull --key absent "$app:v1"
  fails $invalid plain pull --any-identity "$app:v1"
  says 'without --key'
}

@test "verify: a payload that was changed, one that is about another digest, of another type" {
  payload said "$digest" "$r/other"
  signed ours said
  sed -i s/other/app/ said
  attach tag "$app" "$digest" said said.sig
  refused $invalid 'or it was changed since'
  payload said "$(plain remote inspect --digest "$r/other:v1")" "$app"
  signed ours said
  attach tag "$app" "$digest" said said.sig
  refused $invalid 'it is for sha256:'
  payload said "$digest" "$app" 'atomic container signature'
  signed ours said
  attach tag "$app" "$digest" said said.sig
  refused $invalid "is no signature of an image"
}

@test "verify: a signature of another repository or tag, unless it is asked for" {
  sign ours "$app" "$digest" "$r/other"
  refused $invalid "it is for '$r/other' (see --signed-as)"
  pull --signed-as "$r/other" "$app:v1"
  rm -rf store
  pull --any-identity "$app:v1"
  fails $invalid lade verify --key ours.pub "$app:v1"
  rm -rf store
  sign ours "$app" "$digest" "$app:v2"
  refused $invalid "it is for '$app:v2'"
  pull "$app@$digest"
  pull --signed-as "$app" "$app:v1"
  rm -rf store
  sign ours "$app" "$digest" "$app:v1"
  pull "$app:v1"
}

@test "verify: hostile signatures: no annotation, no base64, garbage, too large, critical members" {
  payload said "$digest" "$app"
  attach tag "$app" "$digest" said -
  refused $invalid 'has no annotation'
  head -c 70 /dev/urandom >noise
  attach tag "$app" "$digest" said noise
  refused $invalid 'not made by this key'
  { cat said; head -c 300000 /dev/zero | tr '\0' ' '; } >large
  signed ours large
  attach tag "$app" "$digest" large large.sig
  refused $missing 'has no signature'
  { pull "$app:v1" 2>&1 || true; } | grep 'a signature is left out: .* is larger than 262144 bytes'
  sed 's/"type"/"expires":1,"type"/' said >more
  signed ours more
  attach tag "$app" "$digest" more more.sig
  refused $invalid 'has members that are not known'
}

@test "verify: many signatures: ours among them counts, too many are not looked at" {
  make_key theirs
  payload said "$digest" "$app"
  signed theirs said
  cp said.sig theirs.sig
  signed ours said
  many=()
  for ((i = 0; i < 60; i++)); do many+=(said theirs.sig); done
  attach tag "$app" "$digest" "${many[@]}" said said.sig
  pull "$app:v1"
  rm -rf store
  attach tag "$app" "$digest" "${many[@]}" "${many[@]}" said said.sig
  refused $invalid '64 looked at'
}

@test "verify: certificates, signatures without a statement and attestations are told apart" {
  bundle b ours "$digest" "$app"
  jq -c '.verificationMaterial = {certificate: {rawBytes: "AAAA"}}' b >keyless
  attach bundle "$app" "$digest" keyless
  refused $invalid 'by certificates (keyless)'
  fake r --image app:v1
  app=$r/app
  jq -c 'del(.dsseEnvelope) | .messageSignature = {}' b >message
  attach bundle "$app" "$digest" message
  refused $invalid 'without a statement'
  fake r --image app:v1
  app=$r/app
  bundle b ours "$digest" "$app" https://slsa.dev/provenance/v1
  attach bundle "$app" "$digest" b
  refused $invalid 'is no signature of an image'
}

@test "verify: of an index it is the index that is signed" {
  fake r --index multi:v1
  digest=$(plain remote inspect --digest "$r/multi:v1")
  sign ours "$r/multi" "$digest"
  plain pull --key ours.pub --platform linux/arm64 "$r/multi:v1"
  lade bundle --key ours.pub --pull never --platform linux/arm64 "$r/multi:v1" - /cmd >/dev/null
  fails $missing lade verify --key ours.pub "$(jq -r '.manifests[1].digest' "store/blobs/${digest/://}")"
}

@test "verify: offline from what --referrers has brought, also from a factory store" {
  sign ours "$app" "$digest"
  bundle b ours "$digest" "$app" https://slsa.dev/provenance/v1
  attach bundle "$app" "$digest" b
  plain pull --referrers "$app:v1"
  [ "$(lade images --json -a | jq length)" = 3 ]
  [ "$(lade images --json | jq length)" = 1 ]
  [ "$(lade images -q | wc -l)" = 1 ]
  end_registry=${pids[0]}
  kill "$end_registry"
  lade verify --key ours.pub "$app:v1"
  plain pull --policy missing --key ours.pub "$app:v1"
  lade bundle --key ours.pub --pull never "$app:v1" - >config.json
  mv store factory
  lade --factory "$PWD/factory" verify --key ours.pub "$app:v1"
  lade --factory "$PWD/factory" bundle --key ours.pub "$app:v1" - | cmp - config.json
  make_key theirs
  fails $invalid lade --factory "$PWD/factory" bundle --key theirs.pub "$app:v1" b
  [ ! -e b/config.json ]
}

@test "verify: an image in the store without signatures is refused by bundle and run" {
  plain pull "$app:v1"
  fails $missing lade bundle --key ours.pub "$app:v1" b
  says 'has no signature'
  [ ! -e b ]
  fails 255 lade run --key ours.pub --network none "$app:v1"
  says 'has no signature'
}

@test "verify: what accompanies an image goes with it" {
  sign ours "$app" "$digest"
  payload said "$digest" "$app"
  signed ours said
  attach referrer "$app" "$digest" said said.sig
  plain pull --referrers "$app:v1"
  lade gc --grace 0 --until 100d
  lade verify --key ours.pub "$app:v1"
  lade rmi "$app:v1"
  lade gc --grace 0
  [ "$(lade images --json -a)" = '[]' ]
  [ -z "$(find store/blobs -type f)" ]
}

@test "verify: copy takes signatures along" {
  sign ours "$app" "$digest"
  fake to
  plain copy --referrers "$app:v1" "$to/app:v1"
  plain pull --key ours.pub --signed-as "$app" "$to/app:v1"
}

@test "verify: against docker-registry, which has no referrers API" {
  command -v docker-registry >/dev/null || skip 'docker-registry is not installed'
  debian real
  plain copy "$app:v1" "$real/app:v1"
  fails $missing plain pull --key ours.pub "$real/app:v1"
  bundle b ours "$digest" "$real/app"
  attach bundle "$real/app" "$digest" b
  plain pull --key ours.pub "$real/app:v1"
  rm -rf store
  make_key second ed25519
  sign second "$real/app" "$digest"
  plain pull --key second.pub --referrers "$real/app:v1"
  lade verify --key ours.pub "$real/app:v1"
  lade verify --key second.pub "$real/app:v1"
}
