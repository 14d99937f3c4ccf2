#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# hosts.bats - how registries are reached: TLS, certificates, redirects, mirrors, proxies.

bats_require_minimum_version 1.5.0

setup() { load registry; common_setup; }
teardown() { common_teardown; }

tls_registry() { # NAME [OPTION]...: with a certificate of our own authority
  local name=$1
  shift
  [ -e ca.crt ] || make_ca
  [ -e server.crt ] || make_cert server IP:127.0.0.1
  fake "$name" --image app:v1 --tls server.crt server.key "$@"
}

@test "R56, V42: a certificate of an unknown authority is refused, and accepted when asked to" {
  tls_registry r
  fails $protocol lade pull "$r/app:v1"
  says certificate
  [ "$(count r)" = 0 ]
  lade pull --tls-verify=false "$r/app:v1"
}

@test "R58: certs.d adds an authority, for this host and port only" {
  tls_registry r
  mkdir -p "home/.config/containers/certs.d/$r" "home/.config/containers/certs.d/127.0.0.1:1"
  cp ca.crt "home/.config/containers/certs.d/127.0.0.1:1/ca.crt"
  fails $protocol lade pull "$r/app:v1"
  cp ca.crt "home/.config/containers/certs.d/$r/ca.crt"
  lade pull "$r/app:v1"
  rm -rf store "home/.config/containers/certs.d/$r"
  mkdir elsewhere
  cp ca.crt elsewhere/x.crt
  lade pull --cert-dir elsewhere "$r/app:v1"
}

@test "R58, V33: a client's certificate goes to its registry and not where that redirects to" {
  make_ca; make_cert server IP:127.0.0.1; make_cert client DNS:client
  fake evil --tls server.crt server.key ca.crt
  fake r --image app:v1 --tls server.crt server.key ca.crt --rule "{\"when\": \"GET .*blobs\", \"times\": 1, \"redirect\": \"https://$evil/x\"}"
  mkdir -p "home/.config/containers/certs.d/$r"
  cp ca.crt "home/.config/containers/certs.d/$r/ca.crt"
  cp client.crt "home/.config/containers/certs.d/$r/client.cert"
  fails $os lade pull "$r/app:v1"
  says client.key
  cp client.key "home/.config/containers/certs.d/$r/client.key"
  SSL_CERT_FILE=$PWD/ca.crt lade pull "$r/app:v1" || true
  jq -e .certificate r/log >/dev/null
  [ "$(count evil)" -ge 1 ]
  ! jq -r .certificate evil/log | grep -q true
}

@test "V42: wrong host, expired, and too old a protocol" {
  make_ca; make_cert other DNS:other.example; make_cert old IP:127.0.0.1 -days -1
  make_cert server IP:127.0.0.1
  export SSL_CERT_FILE=$PWD/ca.crt
  fake r --image app:v1 --tls other.crt other.key
  fails $protocol lade pull "$r/app:v1"
  fake s --image app:v1 --tls old.crt old.key
  fails $protocol lade pull "$s/app:v1"
  says expired
  fake t --image app:v1 --tls server.crt server.key --tls-max 1.1
  fails $protocol lade pull "$t/app:v1"
  [ "$(count r)$(count s)$(count t)" = 000 ]
}

@test "V36, R56: failed TLS is never followed by plain HTTP unless asked" {
  fake r --image app:v1
  fails $protocol lade pull "$r/app:v1"
  [ ! -s r/log ]
  run -0 lade pull --tls-verify=false "$r/app:v1"
  [[ $output == *'no TLS, going on without'* ]]
}

@test "R56: insecure in registries.conf is asking, for that host" {
  fake r --image app:v1
  printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$r" >registries.conf
  lade pull "$r/app:v1"
}

@test "V36, R30: no redirect from TLS to plain HTTP" {
  fake evil --image app:v1
  tls_registry r --rule "{\"when\": \"GET .*blobs\", \"redirect\": \"http://$evil/x\"}"
  SSL_CERT_FILE=$PWD/ca.crt fails $invalid lade pull "$r/app:v1"
  says 'without TLS'
  [ ! -s evil/log ]
}

@test "R30, V35: no redirect into this machine or its link" {
  make_ca; make_cert r IP:192.0.2.1
  for to in https://127.0.0.1/x https://169.254.169.254/latest https://localhost/x 'https://[::1]/' https://0/; do
    jq -cn --arg to "$to" '{when: "GET .*blobs", redirect: $to}' >rule
    in_own_network '
      fake r --host 192.0.2.1 --image app:v1 --tls r.crt r.key --rule "$(cat rule)"
      export SSL_CERT_FILE=$PWD/ca.crt
      fails $invalid lade pull "$r/app:v1"
      says "an inner address"'
  done
}

@test "R30: nor by a name that leads there" {
  make_ca; make_cert r IP:192.0.2.1
  echo '{"when": "GET .*blobs", "redirect": "https://storage.example/x"}' >rule
  unshare -m -- bash -euc '
    echo "127.0.0.1 storage.example" >hosts
    mount --bind hosts /etc/hosts
    BATS_TEST_DIRNAME=$1; source "$1/registry.bash"
    in_own_network "fake r --host 192.0.2.1 --image app:v1 --tls r.crt r.key --rule \"\$(cat rule)\"
      export SSL_CERT_FILE=\$PWD/ca.crt
      fails \$invalid lade pull \"\$r/app:v1\"
      says \"leads to an address of this machine\""' sh "$here"
}

@test "R30: redirects in circles end" {
  fake r --image app:v1 --rule '{"when": "GET .*blobs", "redirect": "/v2/app/blobs/again"}'
  fails $protocol plain pull "$r/app:v1"
  says 'in circles'
  [ "$(requests r 'blobs/again' | wc -l)" -le 30 ]
}

@test "R30: a redirect to something else than HTTP is refused" {
  echo canary >canary
  for to in "file://$PWD/canary" ftp://127.0.0.1/x gopher://127.0.0.1/x http://u:p@127.0.0.1/x 'http://'; do
    rm -rf store r
    fake r --image app:v1 --rule "$(jq -cn --arg to "$to" '{when: "GET .*blobs", redirect: $to}')"
    fails $invalid plain pull "$r/app:v1"
  done
}

@test "R57: mirrors in order, then the registry itself; rewrites; blocks" {
  fake first
  fake second --image mirrored/app:v1
  fake r --image app:v1
  cat >registries.conf <<CONF
unqualified-search-registries = ["x.example"]
[[registry]]
prefix = "images.example/public"
location = "$r"
insecure = true
[[registry.mirror]]
location = "$first/mirrored"
insecure = true
[[registry.mirror]] # answers
location = '$second/mirrored'
insecure = true
pull-from-mirror = "tag-only"
[[registry]]
prefix = "*.blocked.example"
blocked = true
CONF
  lade pull images.example/public/app:v1
  [ "$(count first mirrored/app)" -ge 1 ] && [ "$(count second 'GET .*blobs')" = 3 ] && [ "$(count r)" = 0 ]
  digest=$(jq -r '.manifests[0].digest' store/index.json)
  rm -rf store
  lade pull "images.example/public/app@$digest"
  [ "$(count r 'GET .*blobs')" = 3 ]
  fails $invalid lade pull x.blocked.example/app
  says blocked
  lade push "images.example/public/app@$digest" images.example/public/new:v1
  [ "$(count second new)" = 0 ] && [ "$(count r 'PUT .*new/manifests/v1')" = 1 ]
}

@test "R57: drop-ins add to the usual file, the user's last; a bad file is named with its line" {
  fake r --image app:v1
  unset CONTAINERS_REGISTRIES_CONF
  mkdir -p home/.config/containers/registries.conf.d
  echo '[[registry]]
    location = "a.example"
    blocked = true' >home/.config/containers/registries.conf
  printf '[[registry]]\nprefix = "a.example"\nlocation = "%s"\ninsecure = true\n' "$r" >home/.config/containers/registries.conf.d/10.conf
  lade pull a.example/app:v1
  printf '[[registry]]\nprefix = "b"\ninsecure = maybe\n' >home/.config/containers/registries.conf.d/20.conf
  fails $invalid lade pull a.example/app:v1
  says '20.conf: line 3'
}

@test "R59: a proxy is used, does not see credentials, and NO_PROXY is heeded" {
  make_ca; make_cert server IP:192.0.2.1
  cat >proxy.py <<'PY'
import socket, sys, threading
def serve(c):
    head = b""
    while b"\r\n\r\n" not in head:
        head += c.recv(4096)
    open("proxy.log", "ab").write(head)
    host, port = head.split()[1].decode().rsplit(":", 1)
    s = socket.create_connection((host, int(port)))
    c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    def pump(a, b):
        try:
            while (d := a.recv(65536)): b.sendall(d)
        except OSError: pass
        for x in (a, b):
            try: x.shutdown(2)
            except OSError: pass
    threading.Thread(target=pump, args=(c, s), daemon=True).start(); pump(s, c)
l = socket.create_server(("192.0.2.2", 3128)); open("proxy.ready", "w").write("yes\n")
while True:
    threading.Thread(target=serve, args=(l.accept()[0],), daemon=True).start()
PY
  in_own_network '
    python3 -B proxy.py & pids+=($!); wait_for proxy.ready $!
    fake r --host 192.0.2.1 --image app:v1 --auth basic --tls server.crt server.key
    export SSL_CERT_FILE=$PWD/ca.crt LADE_CREDS=alice:secret
    HTTPS_PROXY=http://me:proxypw@192.0.2.2:3128 lade pull "$r/app:v1"
    grep -q "^CONNECT 192.0.2.1" proxy.log
    ! grep -iq "^authorization" proxy.log || false
    rm -rf store proxy.log
    HTTPS_PROXY=http://192.0.2.2:3128 NO_PROXY=other.example,192.0.2.0/24 lade pull "$r/app:v1"
    [ ! -e proxy.log ]
    rm -rf store
    HTTPS_PROXY=http://me:proxypw@192.0.2.2:1 fails $protocol lade --debug pull "$r/app:v1"
    [[ $output != *proxypw* ]]'
}

@test "R60: one connection serves many requests" {
  fake r --image 'app:v1,6'
  plain pull --jobs 2 "$r/app:v1"
  [ "$(jq -r .connection r/log | sort -u | wc -l)" -le 3 ]
}
