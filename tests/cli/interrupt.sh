# Goal: SIGINT and SIGTERM leave nothing half done and say so by 130 and 143; a killed import is
#       settled at the next start; a second writer waits, then exit 11.
# Method: stop imports at a silent pipe and in the middle of a long file.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store

# stop SIGNAL CODE: at a pipe that gives no more.
stop() {
    mkfifo pipe
    # A shell starts what runs in the background with SIGINT ignored.
    env --default-signal=INT "$bin" import --as ledger_csv - <pipe >out 2>err &
    program=$!
    exec 3>pipe
    printf 'id,time,from,to,amount,currency\n' >&3
    sleep 0.5
    kill "-$1" "$program"
    code=0
    wait "$program" || code=$?
    exec 3>&-
    rm pipe
    equal "$1 at a silent pipe" "$code" "$2"
    says "$1 at a silent pipe" err '[E-INTERRUPTED]'
}
# Standard input is copied into the store, where nobody else reads, and stays while it is read.
mkfifo pipe
"$bin" import --as ledger_csv - <pipe >out 2>err &
program=$!
exec 3>pipe
printf 'id,time,from,to,amount,currency\n' >&3
while [ "$(find test.at/tmp -type f -size +0 | wc -l)" -eq 0 ] && kill -0 "$program"; do
    sleep 0.02
done
equal 'the copy is for its owner alone' "$(find test.at/tmp -type f -printf '%m\n')" 600
printf 'id,time,from,to,amount,currency\nX1,2024-01-01,A,B,1.00,EUR\n' >other.csv
expect 'another import does not take it away' 0 import --as ledger_csv --source other other.csv
printf 'X2,2024-01-01,A,B,1.00,EUR\n' >&3
exec 3>&-
code=0
wait "$program" || code=$?
equal 'the import from the pipe' "$code" 0
equal 'and it is gone' "$(find test.at/tmp -type f | wc -l)" 0
"$bin" import --as ledger_csv - <pipe >out 2>err &
program=$!
exec 3>pipe
printf 'id,time,from,to,amount,currency\n' >&3
while [ "$(find test.at/tmp -type f -size +0 | wc -l)" -eq 0 ] && kill -0 "$program"; do
    sleep 0.02
done
kill -KILL "$program"
wait "$program" || :
exec 3>&-
rm pipe
equal 'killed, it leaves its copy' "$(find test.at/tmp -type f | wc -l)" 1
expect 'which the next writer removes' 0 import --as ledger_csv --source next other.csv
equal 'which the next writer removes' "$(find test.at/tmp -type f | wc -l)" 0
rm -rf test.at
fresh_store

before=$(find /tmp test.at/tmp -maxdepth 1 -name 'assettrace-??????' 2>/dev/null | wc -l)
stop TERM 143
stop INT 130
equal 'no copy of the input is left' \
    "$(find /tmp test.at/tmp -maxdepth 1 -name 'assettrace-??????' 2>/dev/null | wc -l)" "$before"

awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 400000; i++)
        printf "T%d,%d,A%d,B%d,1.00,EUR\n", i, 1700000000000000 + i, i % 1000, i % 777
}' >long.csv
for signal in TERM KILL; do
    "$bin" import --as ledger_csv --source "$signal" long.csv >out 2>err &
    program=$!
    sleep 0.4
    kill "-$signal" "$program" 2>/dev/null || :
    code=0
    wait "$program" || code=$?
    checks=$((checks + 1))
    case $code in
    143 | 137 | 0) ;;
    *) fail "$signal in the middle: exit code $code" ;;
    esac
    expect "$signal: the store is whole" 0 status --json
    published=$(jq -r '[.rows[] | select(.field == "revision")][0].value' out)
    expect "$signal: the log agrees with the store" 0 sources list --json
    equal "$signal: all of it or nothing" "$(jq '.rows | length' out)" "$published"
    checks=$((checks + 1))
    jq -e --arg s "$signal" 'all(.rows[]; .namespace != $s or (.loaded | tostring) == "400000")' out \
        >/dev/null || fail "$signal: half a source is there"
    rm -rf test.at
    fresh_store
done

# Two writers.
"$bin" import --as ledger_csv --source first long.csv >first 2>&1 &
program=$!
sleep 0.3
if kill -0 "$program" 2>/dev/null; then
    printf 'id,time,from,to,amount,currency\nT1,2024-01-01,A,B,1.00,EUR\n' >short.csv
    run import --as ledger_csv --source second --lock-wait 0 short.csv
    checks=$((checks + 1))
    if [ "$status" -ne 11 ] && kill -0 "$program" 2>/dev/null; then
        fail "a second writer is exit code $status, not 11"
    fi
    expect 'a reader does not wait' 0 status
fi
wait "$program"
expect 'the writer that waits' 0 import --as ledger_csv --source third --lock-wait 60 long.csv
expect 'the log holds' 0 log verify
