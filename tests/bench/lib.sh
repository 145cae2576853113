# lib.sh - what the scripts of tests/bench share. Source it: . "$(dirname "$0")/lib.sh"
#
# A script prints one part of results.md: a heading, the commands, a table. ROWS is how many
# transfers it works on (a million; `./dev bench full` says ten). Ours and each peer run in turn,
# $rounds times; medians count, and of those the ratios: a machine has other work too.
set -eu
bin=${ASSETTRACE_BIN:?the program to measure}
bench=$(dirname "$bin")/tests
here=$(cd "$(dirname "$0")" && pwd)
rows=${ROWS:-1000000}
rounds=5
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-bench.XXXXXX")
finish() {
    code=$?
    cd /
    stop_postgres
    rm -rf "$work"
    exit "$code"
}
stop_postgres() {
    :
}
trap finish EXIT
cd "$work"
unset ASSETTRACE_STORE
export ASSETTRACE_ACTOR=bench LC_ALL=C

# section TITLE
section() {
    printf '\n## %s\n\n' "$1"
}

# said COMMAND...: what was run, for the reader.
said() {
    # shellcheck disable=SC2016 # backquotes of markdown
    printf -- '- `%s`\n' "$*" | sed "s,$work/,,g; s,$bin,assettrace,g; s,$bench/,,g"
}

# head_of COLUMN...: the head of a table.
head_of() {
    printf '\n|'
    printf ' %s |' "$@"
    printf '\n|'
    for _ in "$@"; do
        printf -- '---|'
    done
    printf '\n'
}

# measure NAME COMMAND...: run it, and keep milliseconds on the clock and of processor.
measure() {
    name=$1
    shift
    times >now
    sed -n 2p now >before
    clock=$(date +%s%N)
    "$@" >out 2>err </dev/null || {
        echo "bench: $*: $(tail -n 3 err)" >&2
        exit 1
    }
    clock=$((($(date +%s%N) - clock) / 1000000))
    times >now
    sed -n 2p now >after
    processor=$(cat before after | tr 'ms' '  ' | awk '
        { sum[NR] = ($1 * 60 + $2 + $3 * 60 + $4) * 1000 } END { printf "%d", sum[2] - sum[1] }')
    echo "$clock" >>"$name.clock"
    echo "$processor" >>"$name.processor"
}

median() {
    sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# row NAME WHAT [REST]: medians of a name in seconds, and its time divided by that of `ours`.
row() {
    if [ ! -s "$1.clock" ]; then
        printf '| %s | not measured | | |%s\n' "$2" "${3:+ $3 |}"
        return
    fi
    awk -v what="$2" -v clock="$(median "$1.clock")" -v processor="$(median "$1.processor")" \
        -v ours="$(median ours.clock)" -v rest="${3:-}" 'BEGIN {
            printf "| %s | %.3f | %.2f | %.2f |%s\n", what, clock / 1000, processor / 1000,
                clock / (ours ? ours : 1), rest == "" ? "" : " " rest " |" }'
}

# cold FILE...: nothing of them stays in the page cache.
cold() {
    for file in "$@"; do
        [ ! -f "$file" ] || dd if="$file" iflag=nocache count=0 status=none
    done
}

# transfers ROWS [KIND]: invented ones over a fifth as many accounts, a power law. Kinds, next to
# that plain one: shuffled (the same rows in another order), skewed (one account has a side of each),
# long (ids of 40 characters), persian (all digits are).
transfers() {
    awk -v rows="$1" -v kind="${2:-plain}" '
        function gcd(a, b) { return b ? gcd(b, a % b) : a }
        BEGIN {
        srand(7)
        print "id,time,from,to,amount,currency"
        accounts = rows / 5
        digits = kind == "long" ? 36 : 18
        step = 1
        if (kind == "shuffled")
            for (step = int(rows * 0.618034); gcd(rows, step) > 1; step++)
                ;
        for (n = 1; n <= rows; n++) {
            i = (n - 1) * step % rows + 1
            t = int(i * 157788000 / rows)
            row = sprintf("%d,%04d-%02d-%02dT%02d:%02d:%02dZ,", i, 2020 + t / 31557600,
                1 + t % 31557600 / 2629800, 1 + t % 2629800 / 93922, t / 3600 % 24, t / 60 % 60,
                t % 60)
            a = int(accounts * rand() ^ 4)
            b = int(accounts * rand() ^ 4)
            if (kind == "skewed" && n % 2)
                a = 0
            else if (kind == "skewed")
                b = 0
            row = row sprintf("GB%02d%0" digits "d,GB%02d%0" digits "d,%d.%02d,%s", a % 97, a,
                b % 97, b, exp(5.5 + 4 * rand()), i % 100, i % 3 ? "EUR" : "USD")
            if (kind == "persian")
                for (d = 0; d < 10; d++)
                    gsub(d, "\333" sprintf("%c", 176 + d), row)
            print row
        }
    }'
}
