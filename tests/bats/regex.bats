#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# regex.bats - delete and kill for all containers whose ids match.
load bundle

setup() {
  make_bundle
  [ "$kind" != runc ] || skip 'runc has no --regex'
  args sleep 1000
}

three() { # running containers $ID-a, $ID-bb and $ID-c
  local name
  for name in a bb c; do ok run --detach --bundle "$(another "$name")" "$ID-$name"; done
}
ids() { rt list -q; sort <<<"$out" | tr '\n' ' '; }

@test "regex: delete takes those that match and leaves the others" {
  three
  ok delete --force --regex "^$ID-.\$"
  same "$(ids)" "$ID-bb "
  ok delete -f -r "$ID"
  same "$(ids)" ' '
}

@test "regex: none is no error, what is no expression is" {
  three
  ok delete --force --regex 'no-such-name'
  same "$(ids)" "$ID-a $ID-bb $ID-c "
  only_davit 'a look at the expression'
  refused delete --force --regex '('
  has "$err" "'\\(' is not a regular expression"
}

@test "regex: a container that fails does not keep the others" {
  only_davit 'a status for this'
  three
  ok kill "$ID-bb" KILL
  eventually status_is "$ID-bb" stopped
  refused delete --regex "$ID"
  has "$err" "cannot delete container '$ID-(a|c)': it is running"
  same "$(grep -c 'cannot delete' <<<"$err")" 2
  same "$(ids)" "$ID-a $ID-c "
}

@test "regex: kill reaches those that match" {
  three
  ok kill --regex "$ID-(a|bb)" KILL
  eventually status_is "$ID-a" stopped
  eventually status_is "$ID-bb" stopped
  same "$(state_of "$ID-c")" running
}

@test "regex: without it an id is an id" {
  three
  refused kill "$ID-." KILL
  refused delete --force "$ID-(a|c)"
  same "$(ids)" "$ID-a $ID-bb $ID-c "
}
