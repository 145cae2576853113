#!/bin/sh
# Goal: an import gives the same chunks, receipt and error however its threads are scheduled, in one
#       transaction or in pieces.
# Method: the same files on two processors, on one, and on one with the reader's thread kept back
#         by other work; what is stored is compared without the random secret of the salts.
#         Under ThreadSanitizer each run also says whether two threads meet where they must not.
set -eu
bin=${ASSETTRACE_BIN:?the program to try}
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-threads.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
unset ASSETTRACE_STORE
export ASSETTRACE_ACTOR=check LC_ALL=C

# rows COUNT: transfers, every 701st unreadable and every 997th of another content under an old id
rows() {
    awk -v rows="$1" 'BEGIN {
        print "id,time,from,to,amount,currency"
        for (i = 1; i <= rows; i++)
            printf "T%d,%s,A%d,A%d,%d.%02d,EUR\n", i % 997 ? i : i - 90,
                i % 701 ? "2024-03-01T10:20:30Z" : "yesterday", i * 7919 % 5003, i * 104729 % 4999,
                i % 5000, i % 100
    }'
}
rows 30000 >whole.csv
{
    rows 20000
    printf '"an open quote\n'
} >broken.csv

# try NAME PREFIX...: import both files, and write down what came of it
try() {
    name=$1
    shift
    "$bin" -s "$name.at" init >/dev/null
    code=0
    "$@" "$bin" -s "$name.at" import --as ledger_csv whole.csv >"$name.out" 2>"$name.err" || code=$?
    echo "whole: $code" >>"$name.out"
    code=0
    "$@" "$bin" -s "$name.at" import --as ledger_csv broken.csv \
        >>"$name.out" 2>>"$name.err" || code=$?
    echo "broken: $code" >>"$name.out"
    sqlite3 "$name.at/store.sqlite" '.mode quote' 'SELECT * FROM chunk; SELECT * FROM receipt_line;
        SELECT record_count, least, most, hex(spans) FROM source_subtree;
        SELECT state, row_count, loaded_count, duplicate_count, rejected_count FROM source' >"$name.rows"
    "$bin" -s "$name.at" check --read-data >/dev/null
}
# counts NAME: what was published in it
counts() {
    sqlite3 "$1.at/store.sqlite" "SELECT state, row_count, loaded_count, duplicate_count,
        rejected_count FROM source WHERE state <> 'failed'"
}

# in_pieces NAME: the same files in small pieces, stopped once in the middle and gone on with
in_pieces() {
    export ASSETTRACE_PIECE_BYTES=100000
    "$bin" -s cut.at init >/dev/null
    "$bin" -s cut.at import --as ledger_csv whole.csv >cut.out 2>cut.err &
    importing=$!
    until [ "$(sqlite3 'file:cut.at/store.sqlite?mode=ro' 'SELECT count(*) FROM piece' 2>/dev/null ||
        echo 0)" -gt 2 ] || ! kill -0 $importing 2>/dev/null; do
        sleep 0.02
    done
    kill -TERM $importing 2>/dev/null || :
    code=0
    wait $importing || code=$?
    case $code in 3 | 143) ;; *)
        cat cut.err
        exit 1
        ;;
    esac
    "$bin" -s cut.at import --as ledger_csv whole.csv >>cut.out 2>>cut.err || :
    "$bin" -s cut.at check --read-data >/dev/null
    counts cut >"$1.cut"
    rm -rf cut.at
    try "$1" env
    unset ASSETTRACE_PIECE_BYTES
}
try two env
in_pieces pieces
cmp two.out pieces.out # chunks end elsewhere, and what was rolled back is said
counts two >whole.counts
counts pieces | cmp whole.counts -
cmp whole.counts pieces.cut
for rival in '' busy; do
    if [ -n "$rival" ]; then
        taskset -c 0 sh -c 'while :; do :; done' &
        other=$!
    fi
    try "one$rival" taskset -c 0
    [ -z "$rival" ] || kill "$other"
    for part in out err rows; do
        cmp two."$part" "one$rival.$part"
    done
done
grep -q '^whole: 3$' two.out && grep -q '^broken: 4$' two.out
