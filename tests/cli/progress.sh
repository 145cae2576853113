#!/bin/sh
# Goal: a job over a second shows a bar with rate and time left, on a terminal and nowhere else, and
#       takes it away; one that is interrupted says what was kept, by 130, and goes on to the same
#       bytes when it is started again.
# Method: script(1) gives a terminal; input that comes slowly, or a file large enough, makes the job
#         last. What is interrupted is waited for, not timed.
. "$(dirname "$0")/lib.sh"
needs script jq awk
fresh_store
world=$root/tests/bench/world.awk

# on_terminal COMMAND: run it on a terminal of its own; what it wrote is in `screen`.
on_terminal() {
    SHELL=/bin/sh TERM=xterm COLUMNS=100 script -qec "$1" screen.raw </dev/null >screen || :
}

# last_line: the last line of the screen as it was left.
last_line() {
    tr -d '\r' <screen | tail -n 1 | sed "s/.*$(printf '\033')\[K//"
}

# A file that comes in pieces for a good two seconds.
awk 'BEGIN { print "id,time,from,to,amount,currency"
    for (i = 1; i <= 9000; i++)
        printf "T%d,%d,A%d,B%d,1.00,EUR\n", i, 1700000000000000 + i, i % 100, i % 77 }' >t.csv
slowly='{ head -n 3000 t.csv; sleep 0.9; sed -n 3001,6000p t.csv; sleep 0.9; tail -n +6001 t.csv; }'
on_terminal "$slowly | '$bin' import --as ledger_csv --source slow -"
checks=$((checks + 1))
grep -qE 'stdin  [0-9]{1,3}\.[0-9] KiB/s' screen || fail "an import of unknown size: $(cat -v screen)"
says 'and at last the receipt' screen '9000 loaded'
checks=$((checks + 1))
last_line | grep -q 'iB/s' && fail 'the bar is still there'

# Neither in a pipe, nor when told not to.
expect 'no bar in a pipe' 0 import --as ledger_csv --source pipe t.csv
equal 'no bar in a pipe' "$(wc -c <err)" 0
on_terminal "$slowly | ASSETTRACE_PROGRESS=no '$bin' import --as ledger_csv --source no -"
checks=$((checks + 1))
grep -q 'iB/s' screen && fail 'a bar although told not to'

# Many questions.
fresh_store
for what in parties accounts ownership assets identifiers ledger; do
    awk -v what=$what -v transfers=15000 -f "$world" >$what.csv
    expect "the store has $what" 0 import --source bank --as ${what}_csv $what.csv
done
# A quick machine gets more of them, until the batch lasts.
count=120
while :; do
    rm -rf cases shown
    mkdir cases
    awk -v what=cases -v folder=cases -v cases=$count -v transfers=15000 -f "$world"
    began=$(date +%s%N)
    on_terminal "'$bin' run cases -o shown >summary"
    [ $(($(date +%s%N) - began)) -lt 2000000000 ] && [ $count -lt 4000 ] || break
    count=$((count * 2))
done
checks=$((checks + 1))
grep -qE "cases  \\[#+\\.*\\]  [0-9]+%  [0-9]+ of $count  [0-9.]+/s  [0-9:]+ left" screen ||
    fail "a batch: $(tail -n 5 screen | cat -v | cut -c 1-400)"

# stop_batch FOLDER: interrupt it when it has answered ten cases.
stop_batch() {
    env --default-signal=INT "$bin" run cases -o "$1" >summary 2>err &
    program=$!
    while [ "$(find "$1" -name '*.answers.json' 2>/dev/null | wc -l)" -lt 10 ] &&
        kill -0 "$program" 2>/dev/null; do
        sleep 0.02
    done
    kill -INT "$program" 2>/dev/null || :
    status=0
    wait "$program" || status=$?
}
stop_batch stopped
equal 'an interrupted batch' "$status" 130
says 'an interrupted batch' err 'E-INTERRUPTED'
kept=$(find stopped -name '*.answers.json' | wc -l)
says 'what was kept' err "KEPT: $kept of $count cases are answered and kept in \"stopped\""
equal 'nothing half done' "$(find stopped -type f ! -name '*.answers.json' | wc -l)" 0
checks=$((checks + 1))
[ "$kept" -lt $count ] || fail 'the batch was over before it was interrupted'
expect 'the same command goes on' 20 run cases -o stopped --json
equal 'the same command goes on' "$(jq '[.rows[] | select(.result == "kept")] | length' out)" \
    "$kept"
checks=$((checks + 1))
diff -r shown stopped >diff || fail "goes on to other bytes: $(head -n 3 diff)"

# stop_import STORE: interrupt an import of two files in the second.
awk 'BEGIN { print "id,time,from,to,amount,currency"
    for (i = 1; i <= 400000; i++)
        printf "T%d,%d,A%d,B%d,1.00,EUR\n", i, 1700000000000000 + i, i % 100, i % 77 }' >long.csv
head -n 100 t.csv >first.csv
"$bin" init "$work/whole.at" >/dev/null
"$bin" init "$work/broken.at" >/dev/null
env --default-signal=INT "$bin" -s broken.at import --as ledger_csv --source bank first.csv \
    long.csv >out 2>err &
program=$!
while [ "$(wc -l <out)" -lt 3 ] && kill -0 "$program" 2>/dev/null; do
    sleep 0.02
done
kill -INT "$program" 2>/dev/null || :
status=0
wait "$program" || status=$?
equal 'an interrupted import' "$status" 130
says 'what was kept' err 'KEPT: the 1 files before "long.csv" are done and stay'
expect 'the store is whole' 0 -s broken.at log verify
expect 'nothing of it' 0 -s broken.at sources list --json
equal 'nothing of it is in the store' "$(jq -r '.rows[].name' out)" first.csv
equal 'nothing is left in tmp' "$(find broken.at/tmp -type f | wc -l)" 0
for store in whole broken; do
    expect "$store: again" 0 -s $store.at import --as ledger_csv --source bank first.csv long.csv
    expect "$store: what it knows" 0 -s $store.at ask reconcile of=A7 --json
    cp out $store.json
done
same 'the same bytes as without the interruption' broken.json whole.json
