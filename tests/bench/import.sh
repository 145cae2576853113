# Goal: how fast transfers come in, beside the database's own loader, and what they take on disk.
# Method: a million invented rows over 200,000 accounts, a power law (ROWS=N for more); ours with
#         validation, hash, tree, addresses and receipt; sqlite3 .import, where it is installed,
#         into a table without any of that. In turn, three times; the least time counts.
set -eu
bin=${ASSETTRACE_BIN:?the program to measure}
rows=${ROWS:-1000000}
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
unset ASSETTRACE_STORE
export ASSETTRACE_ACTOR=bench LC_ALL=C

awk -v rows="$rows" 'BEGIN {
    srand(7)
    print "id,time,from,to,amount,currency"
    accounts = rows / 5
    for (i = 1; i <= rows; i++) {
        t = int(i * 157788000 / rows)
        printf "%d,%04d-%02d-%02dT%02d:%02d:%02dZ,", i, 2020 + t / 31557600,
            1 + t % 31557600 / 2629800, 1 + t % 2629800 / 93922, t / 3600 % 24, t / 60 % 60, t % 60
        a = int(accounts * rand() ^ 4)
        b = int(accounts * rand() ^ 4)
        printf "GB%02d%018d,GB%02d%018d,%d.%02d,%s\n", a % 97, a, b % 97, b,
            exp(5.5 + 4 * rand()), i % 100, i % 3 ? "EUR" : "USD"
    }
}' >file.csv

# measure COMMAND...: seconds on the clock, and of processor, in hundredths: $clock $processor.
measure() {
    times >now
    sed -n 2p now >before
    clock=$(date +%s%N)
    "$@" >out 2>err </dev/null
    clock=$((($(date +%s%N) - clock) / 10000000))
    times >now
    sed -n 2p now >after
    processor=$(cat before after | tr 'ms' '  ' | awk '
        { sum[NR] = ($1 * 60 + $2 + $3 * 60 + $4) * 100 } END { printf "%d", sum[2] - sum[1] }')
}

least() {
    [ "$clock" -ge "$1" ] || set -- "$clock" "$2"
    [ "$processor" -ge "$2" ] || set -- "$1" "$processor"
    echo "$1 $2"
}

hundredths() {
    printf '%d.%02d' $(($1 / 100)) $(($1 % 100))
}

ours='999999 999999'
peer='999999 999999'
for _ in 1 2 3; do
    rm -rf store.at peer.db
    "$bin" -s store.at init >/dev/null
    measure "$bin" -s store.at import --as ledger_csv file.csv
    # shellcheck disable=SC2086 # two words
    ours=$(least $ours)
    command -v sqlite3 >/dev/null || continue
    measure sqlite3 peer.db '.mode csv' \
        'CREATE TABLE t(id, time, "from", "to", amount, currency)' '.import --skip 1 file.csv t'
    # shellcheck disable=SC2086
    peer=$(least $peer)
done
# shellcheck disable=SC2086
set -- $ours $peer
mega=$(($(stat -c %s store.at/store.sqlite) / 1000000))
told=''
if [ "$3" -lt 999999 ]; then
    ratio=$(($3 * 100 / $1))
    told="$(hundredths $ratio) times .import's speed"
    printf '| sqlite3 %s .import of the same | %s | %s | |\n' "$(sqlite3 --version | cut -d' ' -f1)" \
        "$(hundredths "$3")" "$(hundredths "$4")"
fi
printf '| import of %d transfers, %d MB in the store | %s | %s | %s |\n' "$rows" "$mega" \
    "$(hundredths "$1")" "$(hundredths "$2")" "$told"
