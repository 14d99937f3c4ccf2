# SPDX-License-Identifier: Apache-2.0
# registry.bash - registries for the tests of this folder: our own that misbehaves, and Debian's.
# The test's files are below $BATS_TEST_TMPDIR; what was started ends with the test.

here=$BATS_TEST_DIRNAME
: "${LADE:=$here/../../build-test/src/lade/lade}"

# Exit codes of kinds of failure.
os=1 invalid=2 missing=3 unsupported=6 protocol=7 busy=8

common_setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$PWD/home XDG_CONFIG_HOME='' XDG_RUNTIME_DIR=$PWD/run DOCKER_CONFIG='' REGISTRY_AUTH_FILE=''
  export CONTAINERS_REGISTRIES_CONF=$PWD/registries.conf LC_ALL=C.UTF-8
  unset LADE_CREDS DOCKER_AUTH_CONFIG http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY all_proxy
  mkdir -p home run
  : >registries.conf
  pids=()
}

common_teardown() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
}

wait_for() { # FILE PID: until the server has written it
  local i
  for ((i = 0; i < 1200; i++)); do
    [ ! -s "$1" ] || return 0
    kill -0 "$2" 2>/dev/null || return 1
    read -rt 0.05 <> <(:) || true
  done
  return 1
}

# fake NAME [OPTION]...: sets $NAME to its HOST:PORT; its files are in the folder NAME.
fake() {
  local name=$1 host=127.0.0.1 previous=''
  shift
  for word in "$@"; do [ "$previous" != --host ] || host=$word; previous=$word; done
  mkdir -p "$name"
  rm -f "$name/port"
  python3 -B "$here/registry.py" "$name" "$@" 2>"$name/errors" 3>&- &
  pids+=($!)
  last_pid=$!
  wait_for "$name/port" $! || { cat "$name/errors"; return 1; }
  printf -v "$name" '%s:%s' "$host" "$(cat "$name/port")"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# debian NAME [YAML]: a docker-registry with more configuration below auth: and http:
debian() {
  local name=$1 port i
  port=$(free_port)
  mkdir -p "$name"
  cat >"$name/config.yml" <<YML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $PWD/$name/data}, delete: {enabled: true}}
http:
  addr: 127.0.0.1:$port
${2:-}
YML
  env -u REGISTRY_AUTH_FILE docker-registry serve "$name/config.yml" >"$name/output" 2>&1 3>&- &
  pids+=($!)
  for ((i = 0; i < 400; i++)); do
    if bash -c 'exec 9<>"/dev/tcp/127.0.0.1/$1"' sh "$port" 2>/dev/null; then break; fi
    read -rt 0.05 <> <(:) || true
  done
  printf -v "$name" '127.0.0.1:%s' "$port"
}

# lade with a store of its own; insecure, as most tests need no TLS.
lade() { "$LADE" --store "$PWD/store" --progress none "$@"; }
plain() { local verb=$1; shift; lade "$verb" --tls-verify=false "$@"; }

# begin VERB [OPTION]...: in the background; $begun is its process.
begin() {
  local verb=$1
  shift
  "$LADE" --store "$PWD/store" --progress none "$verb" --tls-verify=false "$@" >/dev/null 2>&1 3>&- &
  begun=$!
}
end() { kill -9 "$begun" 2>/dev/null || true; wait "$begun" 2>/dev/null || true; }

# requests NAME [REGEX]: "METHOD URL" of those that came, in order.
requests() { jq -r .line "$1/log" | grep -E "${2:-.}" || true; }
count() { requests "$@" | wc -l; }

# No credential of ours in any request to NAME.
assert_anonymous() {
  ! jq -r '.headers | to_entries[] | "\(.key): \(.value)"' "$1/log" | grep -iE '^(authorization|cookie):' ||
    { echo "credentials came to $1"; return 1; }
}

fails() { # STATUS COMMAND...: it ends with that status; its output is in $output
  local want=$1 status=0
  shift
  output=$("$@" 2>&1) || status=$?
  [ "$status" = "$want" ] || { echo "status $status, want $want: $output"; return 1; }
}

says() { # TEXT...: all in $output
  local text
  for text in "$@"; do
    [[ $output == *"$text"* ]] || { echo "not said: $text"; echo "$output"; return 1; }
  done
}

digest_of() { python3 -c 'import hashlib,sys; print("sha256:" + hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }

# make_ca: ca.crt, ca.key. make_cert NAME SUBJECT_ALT_NAME [OPTION]...: NAME.crt, NAME.key
make_ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt \
    -subj /CN=test-ca -days 2 -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}
make_cert() {
  local name=$1 san=$2
  shift 2
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -out "$name.crt" -days 2 \
    -extfile <(echo "subjectAltName=$san") "$@" 2>/dev/null
}

# in_own_network SCRIPT: in a network namespace where 192.0.2.1 and 192.0.2.2, no inner addresses, are
# ours; with the functions of this file. Its registries end with it.
in_own_network() {
  unshare -n -- bash -euc '
    ip link set lo up; ip address add 192.0.2.1/32 dev lo; ip address add 192.0.2.2/32 dev lo
    ip address add 169.254.169.254/32 dev lo
    BATS_TEST_DIRNAME=$1; source "$1/registry.bash"; pids=(); trap common_teardown EXIT
    cd "$2"; rm -rf store; eval "$3"' sh "$here" "$PWD" "$1"
}
