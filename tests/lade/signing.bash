# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# signing.bash - keys and signatures made by openssl(1), put beside images by signature.py.

# make_key NAME [ed25519]: NAME.key, NAME.pub; ECDSA P-256 unless it is said.
make_key() {
  if [ "${2:-}" = ed25519 ]; then
    openssl genpkey -algorithm ed25519 -out "$1.key" 2>/dev/null
  else
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"${2:-P-256}" -out "$1.key" 2>/dev/null
  fi
  openssl pkey -in "$1.key" -pubout -out "$1.pub" 2>/dev/null
}

# signed KEY FILE: FILE.sig by that key.
signed() {
  if openssl pkey -in "$1.key" -noout -text 2>/dev/null | grep -q ED25519; then
    openssl pkeyutl -sign -rawin -inkey "$1.key" -in "$2" -out "$2.sig"
  else
    openssl dgst -sha256 -sign "$1.key" -out "$2.sig" "$2"
  fi
}

# payload FILE DIGEST REFERENCE [TYPE]: what cosign signs.
payload() {
  printf '{"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},"type":"%s"},"optional":null}' \
    "$3" "$2" "${4:-cosign container image signature}" >"$1"
}

# bundle FILE KEY DIGEST [NAME [PREDICATE]]: sigstore's bundle of version 0.3 with a statement.
bundle() {
  local statement type=application/vnd.in-toto+json
  statement=$(printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"%s","digest":{"sha256":"%s"}}],"predicateType":"%s","predicate":{}}' \
    "${4:-}" "${3#sha256:}" "${5:-https://sigstore.dev/cosign/sign/v1}")
  printf 'DSSEv1 %d %s %d %s' ${#type} $type ${#statement} "$statement" >pae
  signed "$2" pae
  printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"}},"dsseEnvelope":{"payload":"%s","payloadType":"%s","signatures":[{"sig":"%s"}]}}' \
    "$(printf %s "$statement" | base64 -w0)" $type "$(base64 -w0 pae.sig)" >"$1"
}

# attach HOW HOST/REPOSITORY DIGEST FILE...: see signature.py.
attach() { python3 -B "$BATS_TEST_DIRNAME/signature.py" "$@"; }

# sign KEY HOST/REPOSITORY DIGEST [REFERENCE]: as "cosign sign --key" does.
sign() {
  payload said "$3" "${4:-$2}"
  signed "$1" said
  attach tag "$2" "$3" said said.sig
}
