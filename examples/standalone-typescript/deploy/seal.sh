#!/bin/sh
# Seals the values of an environment for its cluster: sh deploy/seal.sh ENVIRONMENT NAMESPACE CONTEXT FILE.
# Each value is in secrets/ENVIRONMENT/SECRET/KEY, which git ignores. FILE changes only if all are there.
set -eu

folder=secrets/$1
namespace=$2
context=$3
file=$4

main() {
  needs standalone-typescript session-key
  sealed=$(
    sed -n '/^#/p' "$file"
    seal standalone-typescript session-key
  )
  printf '%s\n' "$sealed" >"$file"
}

needs() { # SECRET KEY…
  secret=$1
  shift
  for key in "$@"; do
    [ -f "$folder/$secret/$key" ] || stop "Nothing was sealed: write the value into the file $folder/$secret/$key first."
  done
}

# The values go from file to file: no argument of a program has one.
seal() { # SECRET KEY…
  secret=$1
  shift
  options=''
  for key in "$@"; do options="$options --from-file=$key=$folder/$secret/$key"; done
  # shellcheck disable=SC2086 # no name has a blank
  plain=$(kubectl create secret generic "$secret" --namespace "$namespace" --dry-run=client --output json $options)
  hidden=$(printf '%s\n' "$plain" | kubeseal --context "$context" --format yaml)
  echo ---
  printf '%s\n' "$hidden" | sed '/^---$/d'
}

stop() { # WORD…
  echo "$*" >&2
  exit 1
}

main
