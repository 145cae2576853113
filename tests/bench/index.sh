# Goal: the first answer of a large store, with an index and without one, and what it takes on disk.
# Method: invented transfers (world.awk; ROWS=N), one account's questions (`show`, `find`) and one
#         about the whole ledger (`ask networks`). With the index: cold (its pages and the
#         database's dropped from memory) and warm. Least of five; the answers must be the same
#         bytes.
set -eu
bin=${ASSETTRACE_BIN:?the program to measure}
here=$(cd "$(dirname "$0")" && pwd)
rows=${ROWS:-1000000}
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
unset ASSETTRACE_STORE
export ASSETTRACE_ACTOR=bench LC_ALL=C

awk -v what=ledger -v transfers="$rows" -f "$here/world.awk" >file.csv
"$bin" -s store.at init >/dev/null
"$bin" -s store.at import --source bank --as ledger_csv file.csv >/dev/null 2>&1
account=$(sed -n 2p file.csv | cut -d, -f3)

drop() {
    sync
    for file in store.at/store.sqlite store.at/index/ledger; do
        [ ! -f "$file" ] || dd if="$file" iflag=nocache count=0 status=none
    done
}

# measure TIMES COLD COMMAND...: least milliseconds on the clock and of processor: $clock $processor.
measure() {
    left=$1 cold=$2 clock=999999 processor=999999
    shift 2
    while [ "$left" -gt 0 ]; do
        [ "$cold" = warm ] || drop
        times >now
        sed -n 2p now >before
        began=$(date +%s%N)
        "$bin" -s store.at "$@" >out 2>err </dev/null || [ $? -eq 20 ]
        took=$((($(date +%s%N) - began) / 1000000))
        times >now
        sed -n 2p now >after
        spent=$(cat before after | tr 'ms' '  ' | awk '
            { sum[NR] = ($1 * 60 + $2 + $3 * 60 + $4) * 1000 } END { printf "%d", sum[2] - sum[1] }')
        [ "$took" -ge "$clock" ] || clock=$took
        [ "$spent" -ge "$processor" ] || processor=$spent
        left=$((left - 1))
    done
}

row() {
    printf '| %s | %d.%03d | %d.%03d | %s |\n' "$1" $((clock / 1000)) $((clock % 1000)) \
        $((processor / 1000)) $((processor % 1000)) "${2:-}"
}

same() {
    cmp -s "$1" out || {
        echo "bench: the answer is another one with an index" >&2
        exit 1
    }
}

measure 2 warm show "$account"
cp out shown
row "show an account, $rows transfers, no index"
measure 1 warm ask networks
cp out asked
[ -f store.at/index/ledger ] || {
    echo 'bench: no index was made' >&2
    exit 1
}
row "networks, the index made" "$(($(stat -c %s store.at/index/ledger) / 1000000)) MB of index"
measure 5 cold show "$account"
same shown
row "show an account, cold, with the index" "goal 0.1 s at 10 M"
measure 5 warm show "$account"
same shown
row "show an account, warm, with the index"
measure 5 cold find "$account"
row "find an account by its id, cold, with the index" "goal 0.1 s at 10 M"
measure 3 warm ask networks
same asked
row "networks, with the index"
