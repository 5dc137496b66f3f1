#!/bin/sh
# What make lint and make test run: each page has a title.
set -eu
for page in pages/*.html; do
  grep -q "<title>" "$page" || { echo "$page has no title" >&2; exit 1; }
done
