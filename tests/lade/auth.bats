#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# auth.bats - who gets to see credentials, and who does not.

bats_require_minimum_version 1.5.0

setup() {
  load registry
  common_setup
  export LADE_CREDS=alice:secret
}
teardown() { common_teardown; }

challenge() { # HEADER-VALUE: a rule that demands it of whoever comes without credentials
  jq -cn --arg v "$1" '{when: "^(GET|HEAD) /v2/app", status: 401, headers: {"WWW-Authenticate": $v}}'
}

@test "R46, R47: basic and token registries are pulled from" {
  fake b --image app:v1 --auth basic
  plain pull "$b/app:v1"
  fake t --image app:v1 --auth token
  plain pull "$t/app:v1"
  requests t '^GET /token' | head -1 | grep -q 'service=test&scope=repository%3Aapp%3Apull&account=alice'
  [ "$(count t '^GET /token')" = 1 ]
}

@test "R46: several challenges in several forms" {
  fake t --image app:v1 --auth token --rule '{"when": "HEAD", "times": 1, "status": 401, "headers": {"WWW-Authenticate": "Negotiate, BASIC realm=\"a, b\", bearer service=\"x,y\" , Realm=\"@HERE@/token\""}}'
  plain pull "$t/app:v1"
  requests t '^GET /token' | head -1 | grep -q 'service=x%2Cy&scope=repository%3Aapp%3Apull&account'
}

@test "R47: without credentials a token is asked for as nobody" {
  unset LADE_CREDS
  fake t --image app:v1 --auth token --anonymous
  plain pull "$t/app:v1"
  [ "$(jq -r 'select(.line | startswith("GET /token")).headers.Authorization' t/log)" = null ]
}

@test "R47: a token that has ended is replaced" {
  fake t --image app:v1 --auth token --rule '{"when": "GET .*/blobs/", "times": 1, "status": 401, "headers": {"WWW-Authenticate": "Bearer realm=\"@HERE@/token\",service=\"test\",scope=\"repository:app:pull\",error=\"invalid_token\""}}'
  plain pull "$t/app:v1"
  [ "$(count t '^GET /token')" = 2 ]
}

@test "R48: an identity token is exchanged by POST, and by GET where that is unknown" {
  unset LADE_CREDS
  fake t --image app:v1 --auth token
  jq -n --arg h "$t" '{auths: {($h): {auth: "YWxpY2U6", identitytoken: "refresh-me"}}}' >auth.json
  plain pull --authfile auth.json "$t/app:v1"
  jq -r 'select(.line == "POST /token").form' t/log | grep -q 'grant_type=refresh_token&service=test&scope=repository%3Aapp%3Apull&client_id=lade&access_type=offline&refresh_token=refresh-me'
  [ "$(count t refresh-me)" = 0 ]
  fake u --image app:v1 --auth token --anonymous --rule '{"when": "POST /token", "status": 405}'
  jq -n --arg h "$u" '{auths: {($h): {auth: "YWxpY2U6", identitytoken: "refresh-me"}}}' >auth.json
  plain pull --authfile auth.json "$u/app:v1"
  [ "$(count u '^GET /token')" = 1 ]
}

@test "R49: a token that grants less is no failure until the registry says so" {
  unset LADE_CREDS
  fake t --image app:v1 --auth token --anonymous
  plain pull "$t/app:v1"
  : >t/log
  fails $os plain push "$t/app:v1"
  says 401
  [ "$(count t '^GET /token')" -le 6 ]
}

@test "R50, V35: tokens are not fetched from inner addresses, files, or without TLS" {
  make_ca; make_cert r IP:192.0.2.1
  for realm in http://169.254.169.254/ http://192.0.2.1/token https://10.0.0.1/token https://127.0.0.1/x \
    https://2130706433/x 'https://[::1]/x' https://localhost/x 'https://[::ffff:169.254.169.254]/' file:///etc/passwd \
    gopher://192.0.2.1/ https://user:pw@192.0.2.1/; do
    challenge "Bearer realm=\"$realm\",service=\"test\"" >rule
    in_own_network '
      fake r --host 192.0.2.1 --image app:v1 --tls r.crt r.key --rule "$(cat rule)"
      export SSL_CERT_FILE=$PWD/ca.crt
      status=0
      output=$(lade pull "$r/app:v1" 2>&1) || status=$?
      [ $status = 2 ] || { echo "$status $output"; exit 1; }'
  done
}

@test "R50, V35: nor where a realm redirects to" {
  make_ca; make_cert r IP:192.0.2.1
  for to in https://127.0.0.1/token 'https://[::1]/token' http://192.0.2.1/token https://169.254.169.254/; do
    jq -cn --arg to "$to" '{when: "/token", redirect: $to}' >rule
    in_own_network '
      fake r --host 192.0.2.1 --image app:v1 --auth token --tls r.crt r.key --rule "$(cat rule)"
      export SSL_CERT_FILE=$PWD/ca.crt
      status=0
      output=$(lade pull "$r/app:v1" 2>&1) || status=$?
      [ $status = 2 ] || { echo "$status $output"; exit 1; }'
  done
}

@test "R50: credentials do not follow a realm's redirect to another host" {
  fake evil --auth token
  fake t --image app:v1 --auth token --rule "{\"when\": \"/token\", \"redirect\": \"http://$evil/token\"}"
  ! plain pull "$t/app:v1" || false
  [ "$(count evil)" -ge 1 ]
  assert_anonymous evil
}

@test "R50: an identity token is not posted to where a realm redirects" {
  unset LADE_CREDS
  fake evil --auth token
  fake t --image app:v1 --auth token --rule "{\"when\": \"/token\", \"redirect\": \"http://$evil/token\"}"
  jq -n --arg h "$t" '{auths: {($h): {auth: "YWxpY2U6", identitytoken: "refresh-me"}}}' >auth.json
  ! plain pull --authfile auth.json "$t/app:v1" || false
  [ ! -s evil/log ]
}

@test "R51: what is demanded comes first, then what we want" {
  fake t --image app:v1 --auth token --rule '{"when": "HEAD", "times": 1, "status": 401, "headers": {"WWW-Authenticate": "Bearer realm=\"@HERE@/token\",service=\"s\",scope=\"repository:other:pull\""}}'
  plain pull "$t/app:v1"
  requests t '^GET /token' | head -1 | grep -q 'scope=repository%3Aother%3Apull&scope=repository%3Aapp%3Apull'
}

@test "V32, R30: a redirect to another host carries no credentials, not even when it asks for them" {
  for mode in basic token; do
    rm -rf store
    fake evil --image app:v1 --rule '{"when": "blobs", "status": 401, "headers": {"WWW-Authenticate": "Bearer realm=\"http://127.0.0.1:1/token\",service=\"x\""}}'
    fake r --image app:v1 --auth $mode --rule "{\"when\": \"GET .*blobs\", \"redirect\": \"http://$evil/v2/app/blobs/x\"}"
    : >evil/log
    fails $os plain pull "$r/app:v1"
    [ "$(count evil)" -ge 1 ]
    assert_anonymous evil
    # The same with Basic, to which we would have an answer at home.
    fake evil2 --image app:v1 --auth basic
    fake s --image app:v1 --auth $mode --rule "{\"when\": \"GET .*blobs\", \"redirect\": \"http://$evil2/v2/app/blobs/x\"}"
    fails $os plain pull "$s/app:v1"
    assert_anonymous evil2
  done
}

@test "R30: a redirect within the registry keeps them" {
  fake r --image app:v1 --auth basic
  plain pull "$r/app:v1"
  digest=$(jq -r '.manifests[0].digest' store/index.json)
  fake s --image app:v1 --auth basic --rule '{"when": "HEAD .*manifests/v1", "status": 307, "headers": {"Location": "/v2/app/manifests/'"$digest"'"}}'
  plain pull "$s/app:v1"
}

@test "R30: a storage that takes no credentials serves the blobs" {
  fake storage --image app:v1
  fake r --image app:v1 --auth token
  layer=$(plain remote inspect "$r/app:v1" | jq -r .layers[0].digest)
  fake s --image app:v1 --auth token --rule "{\"when\": \"GET .*blobs/$layer\", \"redirect\": \"http://$storage/v2/app/blobs/$layer?X-Signature=door-opener\"}"
  plain pull "$s/app:v1"
  [ "$(count storage)" = 1 ]
  assert_anonymous storage
}

@test "V38, R55: secrets appear in no message, not even with --debug" {
  fake storage --rule '{"when": ".", "status": 403, "body": "denied"}'
  fake r --image app:v1 --auth token --rule "{\"when\": \"GET .*blobs\", \"redirect\": \"http://$storage/x?X-Signature=door-opener\"}"
  status=0
  output=$(lade --debug pull --tls-verify=false "$r/app:v1" 2>&1) || status=$?
  [ "$status" != 0 ]
  says 403
  for secret in secret YWxpY2U6c2VjcmV0 door-opener token-; do [[ $output != *$secret* ]]; done
}

@test "R55: no secret is an argument" {
  fake r --image app:v1 --auth basic --rule '{"when": "GET .*blobs", "stall": 10}'
  begin pull "$r/app:v1"
  until [ "$(count r 'GET .*blobs')" -ge 1 ]; do kill -0 "$begun"; done
  ! tr '\0' ' ' <"/proc/$begun/cmdline" | grep -q secret || false
  end
}

@test "R53: files are looked through in order, the most specific key counts" {
  unset LADE_CREDS
  fake r --image ns/app:v1 --auth basic
  good=$(printf alice:secret | base64) bad=$(printf alice:wrong | base64)
  mkdir -p run/containers home/.config/containers home/.docker
  one() { jq -n --arg h "$1" --arg a "$2" '{auths: {($h): {auth: $a}}}'; }
  one "$r" "$good" >home/.dockercfg.full; jq .auths home/.dockercfg.full >home/.dockercfg
  plain pull "$r/ns/app:v1"
  one "$r" "$bad" >home/.docker/config.json
  fails $os plain pull "$r/ns/app:v1"
  one "$r" "$good" >home/.config/containers/auth.json
  plain pull "$r/ns/app:v1"
  one "$r" "$bad" >run/containers/auth.json
  fails $os plain pull "$r/ns/app:v1"
  jq -n --arg r "$r" --arg g "$good" --arg b "$bad" '{auths: {($r): {auth: $b}, ($r + "/ns"): {auth: $g}, ($r + "/n"): {auth: $b}}}' >run/containers/auth.json
  plain pull "$r/ns/app:v1"
  jq -n --arg r "$r" --arg g "$good" --arg b "$bad" '{auths: {($r + "/ns"): {auth: $b}, ($r + "/ns/app"): {auth: $g}}}' >run/containers/auth.json
  plain pull "$r/ns/app:v1"
  DOCKER_AUTH_CONFIG=$(one "$r" "$bad") fails $os plain pull "$r/ns/app:v1"
  one "http://$r/v1/" "$good" >elsewhere.json
  plain pull --authfile elsewhere.json "$r/ns/app:v1"
  fails $os plain pull --no-creds "$r/ns/app:v1"
  printf 'alice:secret\n' >given
  plain pull --creds-from given "$r/ns/app:v1"
  plain pull --creds-from - "$r/ns/app:v1" <given
}

@test "R54: helpers are asked; that of the host before the general one" {
  unset LADE_CREDS
  fake r --image app:v1 --auth basic
  mkdir bin
  helper() { printf '#!/bin/sh\nread -r server\necho "%s $1 $server" >>%q\n%s\n' "$1" "$PWD/asked" "$2" >"bin/docker-credential-$1"; chmod +x "bin/docker-credential-$1"; }
  helper good 'echo "{\"ServerURL\":\"$server\",\"Username\":\"alice\",\"Secret\":\"secret\"}"'
  helper none 'echo "credentials not found in native keychain"; exit 1'
  export PATH=$PWD/bin:$PATH
  jq -n --arg h "$r" '{credsStore: "none", credHelpers: {($h): "good"}}' >auth.json
  plain pull --authfile auth.json "$r/app:v1"
  [ "$(sort -u asked)" = "good get $r" ]
  jq -n --arg h "$r" '{credsStore: "none", auths: {($h): {auth: "YWxpY2U6c2VjcmV0"}}}' >auth.json
  plain pull --authfile auth.json "$r/app:v1"
  helper good 'yes | head -c 3000000'
  jq -n '{credsStore: "good"}' >auth.json
  fails $protocol plain pull --authfile auth.json "$r/app:v1"
  says 'wrote more than 1048576 bytes'
  helper good 'echo "{\"Username\":\"alice\",\"Secret\":\"sec"'
  fails $protocol plain pull --authfile auth.json "$r/app:v1"
  [[ $output != *sec\"* ]]
}

@test "R54: a helper's identity token" {
  unset LADE_CREDS
  fake t --image app:v1 --auth token
  mkdir bin
  printf '#!/bin/sh\necho "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"refresh-me\\"}"\n' >bin/docker-credential-id
  chmod +x bin/docker-credential-id
  echo '{"credsStore": "id"}' >auth.json
  PATH=$PWD/bin:$PATH plain pull --authfile auth.json "$t/app:v1"
  [ "$(count t '^POST /token')" = 1 ]
}

@test "V37: a helper's name can't lead elsewhere" {
  unset LADE_CREDS
  fake r --image app:v1 --auth basic
  for name in ../../bin/sh 'x y' '$(id)' ''; do
    jq -n --arg n "$name" '{credsStore: $n}' >auth.json
    status=0
    output=$(plain pull --authfile auth.json "$r/app:v1" 2>&1) || status=$?
    [ $status = 2 ] || [ -z "$name" -a $status = 1 ]
  done
  fails $invalid plain pull $'evil\nhost=x.example/app'
}

@test "V39, R36: a mirror gets no credentials of ours for the registry, and is told for whom it stands" {
  fake mirror --image ns/app:v1 --rule '{"when": "manifests", "status": 401, "headers": {"WWW-Authenticate": "Basic realm=\"x\""}}'
  fake r --image ns/app:v1 --auth basic
  cat >registries.conf <<CONF
[[registry]]
prefix = "$r"
location = "$r"
insecure = true
[[registry.mirror]]
location = "$mirror"
insecure = true
CONF
  lade pull "$r/ns/app:v1"
  [ "$(count mirror)" -ge 1 ]
  assert_anonymous mirror
  requests mirror | head -1 | grep -q "manifests/v1?ns=127.0.0.1:"
  [ "$(count r 'ns=')" = 0 ]
}

@test "R55: login tries, keeps with mode 0600, changes one key; logout takes it away" {
  unset LADE_CREDS
  fake r --image app:v1 --auth token
  echo wrong >pw
  fails $os lade login --tls-verify=false -u alice --password-stdin "$r" <pw
  [ ! -e run/containers/auth.json ]
  mkdir -p run/containers
  echo '{"auths": {"other.example": {"auth": "eDp5"}}, "unknown": {"keep": [1, null]}}' >run/containers/auth.json
  echo secret >pw
  lade login --tls-verify=false -u alice --password-stdin "$r" <pw
  [ "$(stat -c %a run/containers/auth.json)" = 600 ]
  jq -e --arg h "$r" '.auths[$h].auth == "YWxpY2U6c2VjcmV0" and .auths["other.example"].auth == "eDp5" and .unknown.keep[0] == 1' run/containers/auth.json
  [ "$(lade login --get-login "$r")" = alice ]
  plain pull "$r/app:v1"
  lade logout "$r"
  jq -e '.auths | keys == ["other.example"]' run/containers/auth.json
  fails $missing lade logout "$r"
  fails $missing lade login --get-login "$r"
}

@test "login: into the helper that the file names" {
  unset LADE_CREDS
  fake r --image app:v1 --auth basic
  mkdir -p bin run/containers
  printf '#!/bin/sh\necho "$*" >>%q; cat >>%q\n' "$PWD/args" "$PWD/input" >bin/docker-credential-keep
  chmod +x bin/docker-credential-keep
  echo '{"credsStore": "keep"}' >run/containers/auth.json
  echo secret >pw
  PATH=$PWD/bin:$PATH lade login --tls-verify=false -u alice --password-stdin "$r" <pw
  [ "$(cat args)" = store ]
  jq -e --arg h "$r" '.ServerURL == $h and .Username == "alice" and .Secret == "secret"' input
  ! grep -q secret run/containers/auth.json
}
