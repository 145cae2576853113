# Goal: a large import that is killed at 70 % reads at most a tenth of the file again; one that an
#       inbox was at is not lost, whatever lies before it by then; Ctrl-C reaches who reads and who
#       stores; a sum that leaves 64 bits after the resume is refused as it is without one.
# Method: the importing process is stopped when 70 % are stored, where it stands in its copy is read
#       from /proc, then it is killed. 1 GB with pieces as they are under `./dev soak`, else small
#       ones. What comes out is compared with an import that nobody disturbed.
. "$(dirname "$0")/lib.sh"
needs jq sqlite3
rows=16000000 allowed=0 slice=9
if [ "$minutes" -eq 0 ]; then
    rows=250000 slice=1
    allowed=$((5 << 18)) # at most 1 MiB is hashed again up to the place, whatever the size
    export ASSETTRACE_PIECE_BYTES=262144
fi
[ -z "${ASSETTRACE_CC_FLAGS:-}" ] || rows=60000

# large PREFIX [LAST]: transfers, then the line LAST.
large() {
    awk -v rows="$rows" -v prefix="$1" -v last="${2:-}" 'BEGIN {
        print "id,time,from,to,amount,currency"
        for (i = 1; i <= rows; i++)
            printf "%s%d,2024-03-%02dT10:20:30Z,ACC-%d,ACC-%d,%d.%02d,EUR\n", prefix, i, 1 + i % 28,
                i * 7919 % 5003, i * 104729 % 4999, i % 5000, i % 100
        if (last != "")
            print last
    }'
}
large T >large.csv
bytes=$(wc -c <large.csv)

# stored STORE: up to which byte.
stored() {
    sqlite3 "file:$1/store.sqlite?mode=ro" 'SELECT coalesce(max(offset), 0) FROM piece' 2>/dev/null || echo 0
}

# at_part STORE PERCENT FILE ARGUMENT...: start the program ($program) and stop it when so much of
# FILE is stored; $place is where it then stands in its copy. It runs in slices, so that who looks
# is never too late; and a shell lets who runs in the background ignore SIGINT, hence env.
at_part() {
    part_store=$1 part_bytes=$(($(wc -c <"$3") * $2 / 100))
    shift 3
    env --default-signal=INT "$bin" -s "$part_store" "$@" >told 2>told.err </dev/null &
    program=$!
    sleep 0.05
    while kill -STOP "$program" && [ "$(stored "$part_store")" -lt "$part_bytes" ] &&
        [ "$(cut -d ' ' -f 3 "/proc/$program/stat")" != Z ]; do
        kill -CONT "$program"
        sleep 0.0$slice
    done
    place=0
    for link in "/proc/$program/fd/"*; do
        case $(readlink "$link") in
        */sources/*) place=$(sed -n 's/^pos:[[:space:]]*//p' "/proc/$program/fdinfo/${link##*/}") ;;
        esac
    done
}

# ended SIGNAL STORY CODE: end it.
ended() {
    kill "-$1" "$program" 2>/dev/null || :
    kill -CONT "$program" 2>/dev/null || :
    code=0
    wait "$program" || code=$?
    equal "$2" "$code" "$3"
}

# answers_of STORE
answers_of() {
    "$bin" -s "$1" sources list --json --fields state,namespace,rows,loaded,duplicates,rejected,content 2>&1
    "$bin" -s "$1" ask timeline of=ACC-5 --json 2>&1
}

"$bin" init plain.at >out
expect 'undisturbed' 0 -s plain.at import --source bank large.csv
answers_of plain.at >wanted

for signal in KILL INT; do
    "$bin" init $signal.at >out
    at_part $signal.at 70 large.csv import --source bank large.csv
    checks=$((checks + 1))
    [ "$place" -ge $((bytes * 7 / 10)) ] || fail "$signal: it stood at byte $place of $bytes"
    ended $signal "$signal at 70 %" "$([ $signal = KILL ] && echo 137 || echo 130)"
    expect "$signal: whole" 0 -s $signal.at check
    expect "$signal: it goes on" 0 -s $signal.at import --source bank large.csv --json
    resumed=$(jq '.receipts[0].resumed_at' out)
    again=$((place - resumed + $(jq '.receipts[0].read_again' out)))
    checks=$((checks + 1))
    { [ "$resumed" -gt 0 ] && [ "$again" -le $((bytes / 10 + allowed)) ]; } ||
        fail "$signal: $again of $bytes bytes are read again, from $resumed on"
    echo "$signal at byte $place of $bytes: goes on at $resumed, $again are read again"
    answers_of $signal.at >now
    same "$signal: the same in the end" now wanted
    expect "$signal: whole in the end" 0 -s $signal.at check --read-data
    expect "$signal: the log" 0 -s $signal.at log verify
    rm -rf $signal.at
done
rm -rf plain.at
if [ "$minutes" -gt 0 ]; then # large enough for pieces
    rows=3000000
    large T >large.csv
fi

# An inbox: killed in the large file; the next run begins with it, whatever lies before it by then.
ledger 300 E EARLY >early.csv
ledger 300 L LATE >late.csv
for before in '' yes; do
    story="an inbox, killed${before:+, then a file before}"
    rm -rf in box.at
    mkdir in
    "$bin" init box.at >out
    mv large.csv in/m.csv
    cp early.csv in/b.csv
    cp late.csv in/z.csv
    touch in/b.csv.done in/m.csv.done in/z.csv.done
    at_part box.at 60 in/m.csv inbox in
    ended KILL "$story" 137
    if [ -n "$before" ]; then
        sed 's/^E/D/' early.csv >in/a.csv
        touch in/a.csv.done
    fi
    expect "$story: whole" 0 -s box.at check
    expect "$story: the next run" 0 -s box.at inbox --json in
    equal "$story: what became of them" \
        "$(jq -r '[.rows[] | .file + "=" + .outcome] | join(" ")' out)" \
        "m.csv=imported ${before:+a.csv=imported }z.csv=imported"
    checks=$((checks + 1))
    resumed=$(jq '[.. | .resumed_at? // 0] | max' in/done/*m.csv*.report.json 2>/dev/null | sort -n | tail -n 1)
    [ "${resumed:-0}" -gt 0 ] || fail "$story: the large file is begun anew"
    equal "$story: all rows" "$("$bin" -s box.at sources list --json | jq '[.rows[].loaded] | add')" \
        $((rows + 600 + (${before:+300} + 0)))
    expect "$story: whole in the end" 0 -s box.at check --read-data
    expect "$story: nothing is left" 0 -s box.at inbox --json in
    equal "$story: nothing is left" "$(jq '.rows | length' out)" 0
    mv "$(find in/done -name '*m.csv')" large.csv
done

# A statement whose account's money leaves 64 bits in its last line.
large S 'S0,2024-03-30,ACC-5,ACC-6,92233720368547758.00,EUR
S00,2024-03-30,ACC-5,ACC-6,92233720368547758.00,EUR' >over.csv
for how in plain killed; do
    rm -rf over.at
    "$bin" init over.at >out
    if [ $how = killed ]; then
        at_part over.at 50 over.csv import --source bank over.csv
        ended KILL 'killed before the sum' 137
    fi
    run -s over.at import --source bank over.csv --json
    jq -c '.receipts[0] | del(.resumed_at, .read_again, .revision, .started, .ended)' out >over.$how || :
    echo "$status" >>over.$how
    grep -v 'RECOVERED' err >>over.$how || :
    "$bin" -s over.at ask timeline of=ACC-5 --json 2>&1 | tail -c 4000 >>over.$how
    expect "a sum past 64 bits, $how: whole" 0 -s over.at check --read-data
done
says 'a sum past 64 bits is said' over.plain E-AMOUNT-RANGE
same 'a sum past 64 bits after a resume' over.killed over.plain
