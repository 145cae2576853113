# lib.sh - what the scripts of tests/soak share. Source it: . "$(dirname "$0")/lib.sh"
#
# Short under ctest, long under `./dev soak`, which sets ASSETTRACE_SOAK=MINUTES; the seed is
# ASSETTRACE_SEED. tests/cli/lib.sh has the rest.
. "$(dirname "$0")/../cli/lib.sh"
needs jq
minutes=${ASSETTRACE_SOAK:-0}
seed=${ASSETTRACE_SEED:-1}
echo "seed $seed"
random=$((seed * 7919 + 104729))

# draw BELOW: $drawn, 0 to BELOW - 1.
draw() {
    random=$((random * 16807 % 2147483647))
    drawn=$((random % $1))
}

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# as_seconds MS: for `sleep`.
as_seconds() {
    echo "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"
}

# The library of failing.c; a sanitizer wants to be loaded first, and lets nothing in before it.
preload=
if [ -z "${ASSETTRACE_CC_FLAGS:-}" ]; then
    "${ASSETTRACE_CC:?the compiler}" -O1 -shared -fPIC -o failing.so "$root/tests/soak/failing.c" \
        -ldl || fail 'failing.c does not build'
    preload=$work/failing.so
fi

# ledger ROWS PREFIX PAYER: transfers PREFIX1, PREFIX2, ... from PAYER and back, days in order.
ledger() {
    awk -v rows="$1" -v prefix="$2" -v payer="$3" 'BEGIN {
        print "id,time,from,to,amount,currency"
        for (i = 1; i <= rows; i++) {
            other = prefix "-" i % 97
            printf "%s%d,2024-%02d-%02dT%02d:%02d:%02dZ,%s,%d.%02d,EUR\n", prefix, i,
                1 + int(i * 12 / (rows + 1)), 1 + int(i * 336 / (rows + 1)) % 28, i % 24, i % 60,
                int(i / 60) % 60, i % 3 ? payer "," other : other "," payer, i % 5000, i % 100
        }
    }'
}

# answers STORE: what it holds and says (also that it knows no PAYER), the same bytes for the same
# history.
answers() {
    "$bin" -s "$1" sources list --json --fields \
        source,revision,withdrawn,state,namespace,rows,loaded,duplicates,rejected,content 2>&1 |
        sed '/^note: PENDING/d' # what is stored in pieces is no answer
    "$bin" -s "$1" ask reconcile --json 2>&1 || :
    "$bin" -s "$1" ask timeline of=PAYER --json 2>&1 || :
    "$bin" -s "$1" ask timeline of=HA-3 --json 2>&1 || :
}

# whole STORY STORE: nothing was lost or changed.
whole() {
    checks=$((checks + 1))
    "$bin" -s "$2" check --read-data >said 2>&1 && return
    fail "$1: check --read-data: $(grep -v '^ok' said | head -n 3)"
}

# The operations that are disturbed: of each, every state that it may leave (none, one, ... of its
# revisions), how long it takes and how many calls it makes when nobody disturbs it.
make_operations() {
    ledger 500 F PAYER >first.csv
    sed 's/,7\.07,/,7.70,/' first.csv >corrected.csv
    ledger 9 O OTHER >other.csv
    ledger $((minutes > 0 ? 70000 : 8000)) N PAYER | gzip -c >next.csv.gz # more than a chunk
    mkdir folder
    for i in 1 2 3; do
        ledger $((minutes > 0 ? 5000 : 1500)) "G$i" PAYER >folder/$i.csv
    done
    statement HA HB - >paying.csv
    statement HB HA '' >paid.csv
    cat >map.json <<'END'
{"schema": "assettrace/mapping/1", "delimiter": ",", "date": "YYYY-MM-DD", "decimal": ".",
 "records": [{"kind": "leg", "fields": {"time": "date", "account": "account", "amount": "amount",
 "currency": {"constant": "EUR"}, "counterparty": "other"}}]}
END
    mkdir -p delivered/bank
    cp folder/2.csv folder/3.csv delivered/bank
    touch delivered/bank/2.csv.done delivered/bank/3.csv.done
    fresh_store
    expect 'the first source' 0 import --source bank first.csv
    expect 'another' 0 import --source other other.csv
    expect 'one half of the payments' 0 import --source house --as table_csv --map map.json paying.csv
    mv test.at before.at
    for operation in import folder replace withdraw inbox legs; do
        undisturbed $operation
        answers before.at >$operation.0
        cp $operation.good $operation.1
        [ $operation != import ] || cp -a test.at large.at
    done
    # The first question over a ledger so large writes an index.
    operations='import folder replace withdraw import folder inbox legs'
    rm -rf large.at/index
    if [ "$minutes" -gt 0 ]; then
        undisturbed index
        cp index.good index.0
        operations="$operations index"
    fi
    begin_with folder test.at
    for i in 1 2 3; do
        expect "file $i of the folder" 0 import --source bank folder/$i.csv
        answers test.at >folder.$i
    done
    same 'file by file is the folder' folder.3 folder.good
    begin_with inbox test.at
    expect 'the first of the inbox' 0 import --source bank folder/2.csv
    answers test.at >inbox.1
    cp inbox.good inbox.2
}

# statement ACCOUNTS OTHERS SIGN: one side of payments between them.
statement() {
    awk -v rows=$((minutes > 0 ? 20000 : 900)) -v own="$1" -v other="$2" -v sign="$3" 'BEGIN {
        print "date,account,other,amount"
        for (i = 0; i < rows; i++)
            printf "2024-05-%02d,%s-%d,%s-%d,%s%d.00\n", 1 + i * 28 / rows, own, i % 7, other, i % 7,
                sign, 1 + i * 7919 % 9973
    }'
}

# before_of OPERATION: the store that it starts from.
before_of() {
    [ "$1" = index ] && echo large.at || echo before.at
}

# begin_with OPERATION STORE: a copy of it.
begin_with() {
    rm -rf "$2" in
    cp -a delivered in
    cp -a "$(before_of "$1")" "$2"
}

# published STORE: how many revisions the log says are.
published() {
    "$bin" -s "$1" log show --ndjson | jq -s 'map(select(.action == "published")) | length'
}

# command_of OPERATION: its words.
command_of() {
    case $1 in
    import) echo import --source bank next.csv.gz ;;
    folder) echo import --source bank folder/1.csv folder/2.csv folder/3.csv ;;
    replace) echo sources replace 1 corrected.csv --reason error ;;
    withdraw) echo sources withdraw 1 --reason error ;;
    inbox) echo inbox in ;;
    legs) echo import --source house --as table_csv --map map.json paid.csv ;;
    index) echo ask reconcile of=PAYER ;;
    esac
}

# shellcheck disable=SC2046 # words of a command
undisturbed() {
    begin_with "$1" test.at
    eval "$1_published=$(published test.at)"
    began=$(now_ms)
    expect "$1 undisturbed" 0 $(command_of "$1")
    eval "$1_ms=$(($(now_ms) - began)) $1_calls=0 $1_reads=0"
    answers test.at >"$1.good"
    [ -n "$preload" ] || return 0
    for kind in change read; do
        begin_with "$1" test.at
        FAIL_KIND=$kind FAIL_COUNT=$work/count LD_PRELOAD=$preload "$bin" $(command_of "$1") >out
        [ $kind = read ] && eval "$1_reads=$(cat count)" || eval "$1_calls=$(cat count)"
    done
}

# draw_operation: one of $operations.
draw_operation() {
    draw "$(echo "$operations" | wc -w)"
    operation=$(echo "$operations" | cut -d ' ' -f $((drawn + 1)))
}

# is_repeated OPERATION: once more, it changes nothing more.
is_repeated() {
    [ "$1" != replace ] && [ "$1" != withdraw ]
}

# goes_on STORE: after $operation was disturbed as $story says, its words in `told`: the store is
# whole and holds exactly what was published, at least what the program told of; the same command
# again gives the same answers byte for byte.
goes_on() {
    whole "$story" "$1"
    expect "$story: the next writer" 0 -s "$1" import --source other other.csv
    eval "known=\$${operation}_published"
    published=$(($(published "$1") - known))
    answers "$1" >now
    checks=$((checks + 2))
    cmp -s now "$operation.$published" ||
        fail "$story: the log says $published published, the store differs"
    [ "$(grep -c '^[^ ].*, revision [0-9]' told)" -le "$published" ] ||
        fail "$story: it told of a revision that is not there"
    if [ "$published" -eq 0 ] || is_repeated "$operation"; then
        # shellcheck disable=SC2046
        expect "$story: once more" 0 -s "$1" $(command_of "$operation")
        answers "$1" >now
        same "$story: once more" now "$operation.good"
    fi
    whole "$story: once more" "$1"
}
