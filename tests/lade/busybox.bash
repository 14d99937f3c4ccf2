# SPDX-License-Identifier: Apache-2.0
# busybox.bash - an image with busybox in it, in the store, made by umoci.

# What umoci is given to put into the image.
busybox_root() { # DIR
  mkdir -p "$1"/{bin,etc,data,tmp,proc,sys,dev}
  cp /bin/busybox "$1/bin/"
  local name
  for name in sh ls cat id echo true env mount sleep touch grep kill stat ip nc; do
    ln -s busybox "$1/bin/$name"
  done
  chmod 1777 "$1/tmp"
  printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\napp:x:1001:\nextra:x:50:app\n' >"$1/etc/group"
  echo seed >"$1/data/f"
}

# busybox_image NAME [UMOCI CONFIG OPTION]...: in ./store, which other tools may have made, too.
busybox_image() {
  local name=$1
  shift
  [ -e store ] || umoci init --layout store
  umoci new --image "store:$name"
  [ -e root.tar ] || { busybox_root root; tar -C root -cf root.tar .; }
  umoci raw add-layer --image "store:$name" root.tar
  umoci config --image "store:$name" --config.cmd true "$@"
}
