#!/bin/sh
# Releases a version: sh deploy/release/release.sh COMMAND. `make release` and the pipeline run it.
#
# `publish [VERSION]` builds, scans, signs and pushes the version of this commit. It gets its tag in the registry at the end,
# so each version that is there is complete. A tag that is there is never pushed again.
#
# `propose` writes tag and digest into the overlay of the environment that is next, on a branch with a merge request.
# A new version is for dev first.
#
# `verify ENVIRONMENT` checks who signed the image that deploy/overlays/ENVIRONMENT/kustomization.yaml names.
#
# `tools` puts the programs that a release needs into build/tools. They are for Linux.
set -eu

image=registry.example.com:5000/example-group/billing/everything-go
source=https://gitlab.example.com/example-group/backend/everything-go
platforms='linux/amd64'
environments='dev staging production'
branch=${DEFAULT_BRANCH:-main}
builder=${CONTAINER:-docker}
work=build/release
here=deploy/release
PATH=$PWD/build/tools:$PATH

main() {
  case ${1-} in
  publish | propose | verify | tools) "$@" ;;
  *) stop "Usage: sh deploy/release/release.sh publish|propose|verify|tools" ;;
  esac
}

publish() { # [VERSION]
  need cosign crane grype syft
  rm -rf "$work"
  mkdir -p "$work"
  refuse_old_exceptions
  [ -z "$(git status --porcelain -- .)" ] || stop "A release is made of a commit, and this folder has changes. Commit them."
  revision=$(git log -1 --format=%H -- . ':(exclude)deploy/overlays')
  version=${1:-$(version_of_commit)}
  printf '%s\n' "$version" | grep -qxE '[0-9][A-Za-z0-9._-]{0,62}' ||
    stop "A version begins with a digit and has at most 63 letters, digits, . _ and -, not '$version'. Example: 1.2.3"
  if is_in_registry "$version"; then
    [ -n "${1-}" ] || { echo "The registry already has $version, so there is nothing to release."; return; }
    stop "The registry already has version $version, and a pushed version never changes. Choose another one."
  fi
  build
  digest=$(sed -n 's/.*"digest": *"\(sha256:[0-9a-f]*\)".*/\1/p' "$work/image/index.json")
  echo "Pushing $image@$digest"
  crane push "$work/image" "$image@$digest" > /dev/null
  for platform in $platforms; do scan "$platform"; done
  sign
  is_in_registry "$version" && stop "Somebody else has just pushed version $version. Choose another one."
  crane tag "$image@$digest" "$version"
  printf 'VERSION=%s\nDIGEST=%s\n' "$version" "$digest" > "$work/image.env"
  echo "Released $image:$version@$digest"
}

# The time and the id of the last commit that changed more than overlays: a merged proposal is not a new version.
version_of_commit() {
  TZ=UTC0 git log -1 --date=format-local:%Y%m%d.%H%M%S --format=%cd-%h --abbrev=12 "$revision"
}

# An exception without a date would never end.
refuse_old_exceptions() {
  wrong=$(awk -v today="$(date -u +%F)" '
    !/^ *- / { next }
    !match($0, /# until [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]:/) { print NR ": add \"# until YYYY-MM-DD: reason\""; next }
    substr($0, RSTART + 8, 10) < today { print NR ": it ended on " substr($0, RSTART + 8, 10) ". Remove it, or give it a new date" }
  ' "$here/allowed.yaml")
  [ -z "$wrong" ] || stop "$here/allowed.yaml has exceptions that no longer hold, by line:
$wrong"
}

# A registry that does not respond can have the version.
is_in_registry() { # VERSION
  response=$(crane digest "$image:$1" 2>&1) && return 0
  case $response in
  *'no such manifest'* | *'manifest unknown'* | *'name unknown'* | *MANIFEST_UNKNOWN* | *NAME_UNKNOWN* | *NOT_FOUND* | *'404 Not Found'*) return 1 ;;
  *UNAUTHORIZED* | *DENIED*) return 1 ;; # so do some registries respond before the first version; otherwise, the push fails
  *) stop "The registry does not show whether it has version $1: $response" ;;
  esac
}

# As an OCI layout in $work/image. Only then is anything pushed.
build() {
  list=$(echo "$platforms" | tr ' ' ,)
  set -- --platform "$list" --build-arg "VERSION=$version" --build-arg "REVISION=$revision"
  case ${builder##*/} in
  docker) docker buildx build "$@" --provenance=false --output "type=oci,tar=false,dest=$work/image" . ;;
  *)
    local_name=localhost/everything-go-release:$version
    "$builder" manifest rm "$local_name" > /dev/null 2>&1 || true # of a release that did not end
    "$builder" build "$@" --manifest "$local_name" .
    "$builder" manifest push --all "$local_name" "oci:$work/image"
    "$builder" manifest rm "$local_name" > /dev/null
    ;;
  esac
}

scan() { # PLATFORM
  sbom=$work/sbom-$(echo "$1" | tr / -).json
  syft scan --quiet --platform "$1" --output "cyclonedx-json=$sbom" "registry:$image@$digest"
  grype --quiet --config "$here/allowed.yaml" --only-fixed --fail-on high "sbom:$sbom" ||
    stop "The scan stops the release for $1. Update what it lists, or add an exception with a date to $here/allowed.yaml."
}

# cosign reads COSIGN_KEY, a file or the address of a key. Without it, it signs with your identity (OIDC).
sign() {
  provenance > "$work/provenance.json"
  cosign sign --yes --recursive "$image@$digest"
  cosign attest --yes --type slsaprovenance1 --predicate "$work/provenance.json" "$image@$digest"
  for sbom in "$work"/sbom-*.json; do
    cosign attest --yes --type cyclonedx --predicate "$sbom" "$image@$digest"
  done
}

# From what, by what and where the image was built: https://slsa.dev/spec/v1.0/provenance
provenance() {
  cat << END
{
  "buildDefinition": {
    "buildType": "$source/deploy/release/release.sh",
    "externalParameters": {"version": "$version", "platforms": "$platforms"},
    "resolvedDependencies": [{"uri": "git+$source", "digest": {"gitCommit": "$revision"}}]
  },
  "runDetails": {
    "builder": {"id": "${RELEASE_BUILDER:-$source/laptop}"},
    "metadata": {"invocationId": "${RELEASE_RUN:-$source/laptop}", "finishedOn": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
  }
}
END
}

propose() {
  mkdir -p "$work"
  git fetch --quiet origin "$branch"
  base=$(git rev-parse FETCH_HEAD)
  if [ -s "$work/image.env" ]; then
    propose_for dev "$(value VERSION)" "$(value DIGEST)"
  fi
  before=
  for environment in $environments; do
    if [ -n "$before" ]; then
      git show "$base:./$(main_file "$before")" > "$work/before"
      proven=$(digest_in "$work/before")
      [ -z "$proven" ] || propose_for "$environment" "$(tag_in "$work/before")" "$proven"
    fi
    before=$environment
  done
}

value() { # NAME
  sed -n "s/^$1=//p" "$work/image.env"
}

# The files that name the version of an environment; the first is the one that counts.
files_of() { # ENVIRONMENT
  printf '%s\n' "deploy/overlays/$1/kustomization.yaml"
}

main_file() { # ENVIRONMENT
  files_of "$1" | head -n 1
}

digest_in() { # FILE
  sed -n 's/^ *digest: *"\{0,1\}\(sha256:[0-9a-f]*\).*/\1/p' "$1"
}

tag_in() { # FILE
  sed -n 's/^ *newTag: *"\{0,1\}\([A-Za-z0-9._-]*\).*/\1/p' "$1"
}

propose_for() { # ENVIRONMENT VERSION DIGEST
  request=release/everything-go-to-$1
  git fetch --quiet origin "$request" 2> /dev/null && proposed=FETCH_HEAD || proposed=$base
  changed=
  unproposed=
  for file in $(files_of "$1"); do
    new=$(new_of "$file")
    git show "$base:./$file" > "$work/old"
    with_image "$2" "$3" < "$work/old" > "$new"
    [ "$(digest_in "$new")" = "$3" ] || stop "$file names no version of $image."
    cmp -s "$work/old" "$new" || changed="$changed $file"
    git show "$proposed:./$file" | cmp -s - "$new" || unproposed="$unproposed $file"
  done
  [ -n "$changed" ] || return 0
  if [ -z "$unproposed" ]; then
    echo "Version $2 is already proposed for $1, by the branch $request."
    return
  fi
  title="Release everything-go $2 to $1"
  commit=$(commit_files "$title")
  ask_for_review
  echo "Proposed version $2 for $1, by the branch $request."
}

with_image() { # VERSION DIGEST
  awk -v image="$image" -v version="$1" -v digest="$2" '
    /^ *- *name:/ { ours = $NF == image }
    ours && /^ *digest:/ { next }
    ours && /^ *(newTag|tag):/ {
      line = $0
      sub(/: *("[^"]*"|[^ #]+)/, ": \"" version "\"")
      print
      sub(/(newTag|tag).*/, "digest: " digest, line)
      print line
      next
    }
    { print }'
}

new_of() { # FILE
  echo "$work/new-$(echo "$1" | tr / -)"
}

# Your branch and your files stay as they are.
commit_files() { # TITLE
  export GIT_INDEX_FILE="$PWD/$work/index"
  git read-tree "$base"
  for file in $changed; do
    blob=$(git hash-object -w "$(new_of "$file")")
    git update-index --cacheinfo "100644,$blob,$(git rev-parse --show-prefix)$file"
  done
  git commit-tree "$(git write-tree)" -p "$base" -m "$1"
}

ask_for_review() {
  git push --quiet --force -o merge_request.create -o "merge_request.target=$branch" -o "merge_request.title=$title" \
    origin "$commit:refs/heads/$request"
}

verify() { # ENVIRONMENT
  need cosign
  file=$(main_file "${1:?Name the environment}")
  digest=$(digest_in "$file")
  [ -n "$digest" ] || stop "$file has no digest, so a release has not written it."
  if [ -n "${COSIGN_KEY-}" ]; then set --; else
    set -- --certificate-oidc-issuer https://gitlab.example.com --certificate-identity-regexp "^https://gitlab[.]example[.]com/example-group/backend/everything-go//[.]gitlab-ci[.]yml@"
  fi
  cosign verify "$@" "$image@$digest"
}

tools() {
  "$builder" build --file "$here/Dockerfile" --output type=local,dest=build/tools "$here"
}

need() { # PROGRAM…
  for program in "$@"; do
    command -v "$program" > /dev/null ||
      stop "$program is not installed. On Linux, run \`make release-tools\`; elsewhere, install it yourself."
  done
}

stop() { # WORD…
  echo "$*" >&2
  exit 1
}

main "$@"
