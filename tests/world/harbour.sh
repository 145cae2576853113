#!/bin/sh
# Goal: worlds are the same bytes whoever compiles the maker, and the one in fixtures/ is what it
# makes of --story harbour --seed 1.
# Method: make it again, twice, and compare all bytes; only the README is written by hand. Of other
# worlds compare one hash each with hashes.txt.
#   harbour.sh WORLDMAKER FOLDER [update]
set -eu
maker=$1
fixture=$2
hashes=$(dirname "$0")/hashes.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$maker" --story harbour --seed 1 --out "$folder/first"
"$maker" --story harbour --seed 1 --out "$folder/second"
diff -r "$folder/first" "$folder/second"

# hash OPTION...: of a whole world, names and bytes.
hash() {
    rm -rf "$folder/world"
    "$maker" "$@" --out "$folder/world"
    (cd "$folder/world" && find . -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum |
        sed "s|-\$|$*|"
}
{
    hash --seed 5 --permute 3 --parties 77
    hash --seed 6 --parties 200 --transfers 2000 --countries AE,RU,GE
    hash --seed 7 --parties 3 --transfers 300 --countries IR,IQ --permute 9
    hash --seed 8 --parties 15 --countries KZ,TR,AZ
} >"$folder/hashes.txt"

if [ "${3:-}" = update ]; then
    find "$fixture" -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -r {} +
    cp -r "$folder/first/." "$fixture/"
    cp "$folder/hashes.txt" "$hashes"
fi
[ "$(find "$folder/first" -type f | wc -l)" -gt 40 ]
diff -r -x README.md "$folder/first" "$fixture"
diff "$hashes" "$folder/hashes.txt"
