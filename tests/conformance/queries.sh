#!/bin/sh
# Goal: every registered query answers every fixture of its own, byte for byte, from input files on.
# Method: for each QUERY(name) of queries/queries.def and each folder fixtures/queries/name/case/:
#   *.csv            imported together, formats recognised; or import.json, which says how
#   case.txt         one argument a line (key=value; a file is named as from this folder); lines
#                    that begin with # are for the reader
#   expected.tsv     what `ask` writes
#   expected.notes   optional: its notes, one a line as "CODE: text"
#   expected.exit    optional: its exit code when it is not 0
# A query without a fixture fails. BLESS=1 writes what was expected instead: read it before you
# keep it.
set -u

root=${ASSETTRACE_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${ASSETTRACE_BIN:-$root/build/dev/assettrace}
if [ ! -x "$program" ]; then
    echo "skipped: there is no program at $program yet"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failures=0
cases=0

fail() {
    echo "  FAILED: $1"
    failures=$((failures + 1))
}

# compare WHAT EXPECTED SAID
compare() {
    if [ "${BLESS:-}" = 1 ]; then
        cp "$3" "$2"
    elif ! diff "$2" "$3" >"$work/diff"; then
        fail "$1 differ (< expected, > said)"
        sed 's/^/    /' "$work/diff"
    fi
}

# ask NAME FOLDER
ask() {
    store=$work/store.at
    rm -rf "$store"
    if ! "$program" -s "$store" init >"$work/out" 2>&1; then
        fail "init"
        cat "$work/out"
        return
    fi
    if [ -f "$2/import.json" ]; then
        set -- "$1" "$2" "$2"
    else
        set -- "$1" "$2" "$2"/*.csv
    fi
    name=$1
    folder=$2
    shift 2
    if ! "$program" -s "$store" import "$@" >"$work/out" 2>&1; then
        fail "import"
        cat "$work/out"
        return
    fi
    set --
    while IFS= read -r argument || [ -n "$argument" ]; do
        case $argument in
        '' | '#'*) ;;
        *) set -- "$@" "$argument" ;;
        esac
    done <"$folder/case.txt"
    (cd "$folder" && "$program" -s "$store" ask "$name" "$@") >"$work/answer.tsv" 2>"$work/stderr"
    code=$?
    wanted=0
    [ -f "$folder/expected.exit" ] && wanted=$(cat "$folder/expected.exit")
    if [ "$code" -ne "$wanted" ]; then
        fail "exit code $code, not $wanted"
        cat "$work/stderr"
        return
    fi
    compare "rows" "$folder/expected.tsv" "$work/answer.tsv"
    if [ -f "$folder/expected.notes" ]; then
        sed -n 's/^note: //p' "$work/stderr" >"$work/notes"
        compare "notes" "$folder/expected.notes" "$work/notes"
    fi
}

for name in $(sed -n 's/^QUERY(\([a-z0-9_]*\)).*/\1/p' "$root/queries/queries.def"); do
    found=0
    for folder in "$root/fixtures/queries/$name"/*/; do
        folder=${folder%/}
        [ -f "$folder/case.txt" ] || continue
        found=1
        cases=$((cases + 1))
        echo "$name/${folder##*/}"
        ask "$name" "$folder"
    done
    if [ "$found" = 0 ]; then
        echo "$name"
        fail "no fixture: fixtures/queries/$name/<case>/case.txt"
    fi
done
echo "$cases cases, $failures failures"
[ "$failures" = 0 ] && [ "$cases" -gt 0 ]
