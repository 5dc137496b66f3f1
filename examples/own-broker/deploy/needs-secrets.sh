#!/bin/sh
# Stops a deployment before it changes anything, if a value of a Secret is missing: sh deploy/needs-secrets.sh NAMESPACE CONTEXT.
# It reads only the names of the keys.
set -eu

namespace=$1
context=$2
missing=''

main() {
  look_for broker cookie certificate
  [ -z "$missing" ] || stop "Nothing was deployed: the namespace $namespace lacks$missing. README.md describes how to create" \
    "them (Secrets)."
}

look_for() { # SECRET KEY…
  secret=$1
  shift
  if ! keys=$(keys_of "$secret"); then
    echo "Not checked: your account can't read the Secret $secret in the namespace $namespace." >&2
    return
  fi
  for key in "$@"; do
    printf '%s\n' "$keys" | grep -qxF -e "$key" || missing="$missing $secret/$key"
  done
}

keys_of() { # SECRET
  # shellcheck disable=SC2016 # the names are those of kubectl's template
  kubectl --context "$context" --namespace "$namespace" get secret "$1" --ignore-not-found --output \
    go-template='{{ range $key, $value := .data }}{{ $key }}{{ "\n" }}{{ end }}'
}

stop() { # WORD…
  echo "$*" >&2
  exit 1
}

main
