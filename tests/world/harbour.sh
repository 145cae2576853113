#!/bin/sh
# Goal: the harbour world in fixtures/ is what the maker makes of --story harbour --seed 1.
# Method: make it again, twice, and compare all bytes; only the README is written by hand.
#   harbour.sh WORLDMAKER FOLDER [update]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" --story harbour --seed 1 --out "$folder/first"
"$1" --story harbour --seed 1 --out "$folder/second"
diff -r "$folder/first" "$folder/second"
if [ "${3:-}" = update ]; then
    find "$2" -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -r {} +
    cp -r "$folder/first/." "$2/"
fi
[ "$(ls "$folder/first" | wc -l)" -gt 10 ]
diff -r -x README.md "$folder/first" "$2"
