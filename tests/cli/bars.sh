#!/bin/sh
# Goal: a question, a seal and a verification that last show a bar on a terminal; interrupted there,
#       they take it away, end by 130 and leave nothing behind.
# Method: script(1) gives a terminal. Work is made larger until the bar is seen before the end, so
#         that no speed of a machine decides; it is interrupted as soon as it is seen.
. "$(dirname "$0")/lib.sh"
needs script jq awk truncate
fresh_store

# shows BAR COMMAND: run it on a terminal until the bar is there, then interrupt it; false when it
# ended before. What it wrote is in `screen`, its exit code in $status.
shows() {
    rm -f pid
    : >screen
    SHELL=/bin/sh TERM=xterm COLUMNS=100 script -qefc \
        "echo \$\$ >pid; exec env --default-signal=INT $2" screen.raw </dev/null >screen &
    terminal=$!
    seen=1
    while kill -0 "$terminal" 2>/dev/null; do
        if grep -qE "$1" screen; then
            seen=0
            kill -INT "$(cat pid)" 2>/dev/null || :
            break
        fi
        sleep 0.05
    done
    status=0
    wait "$terminal" || status=$?
    return "$seen"
}

# stopped STORY BAR: the job was interrupted, and its bar is gone.
stopped() {
    equal "$1: interrupted" "$status" 130
    checks=$((checks + 1))
    tr '\r' '\n' <screen | tail -n 1 | grep -qE "$2" &&
        fail "$1: the bar is still there: $(tail -n 3 screen | cat -v)"
    return 0
}

methods=fifo,lifo,prorata,libr,oatway
# busy ROWS: a ledger in which every label soon is everywhere; asked.words and slow.json ask for it.
busy() {
    awk -v rows="$1" 'BEGIN { print "id,time,from,to,amount,currency"
        for (i = 1; i <= rows; i++)
            printf "B%d,%d,B%d,B%d,%d.00,EUR\n", i, 1700000000000000 + i, i * 7919 % 300,
                (i * 104729 + 1) % 300, 1 + i % 97 }' >busy.csv
    fresh_store
    expect 'a busy ledger' 0 import --as ledger_csv --source busy busy.csv
    awk 'BEGIN { for (i = 1; i <= 1200; i++) printf " source=L%d=transfer:B%d", i, i }' >asked.words
    awk -v methods="$methods" 'BEGIN {
        printf "{\"schema\":\"assettrace/case/1\",\"id\":\"c\",\"purpose\":\"p\",\"legal_basis\":\"l\","
        printf "\"questions\":[{\"id\":\"q1\",\"ask\":\"reconcile\"},{\"id\":\"q2\",\"ask\":\"trace\","
        printf "\"method\":\"%s\",\"envelope\":\"none\",\"sources\":[", methods
        for (i = 1; i <= 1200; i++)
            printf "%s{\"label\":\"L%d\",\"transfer\":\"B%d\"}", (i > 1 ? "," : ""), i, i
        print "]}]}" }' >slow.json
}

bar='trace  \[#*\.*\]  [0-9]+%  [0-9]+ of [0-9]+  [0-9.]+/s  [0-9:]+ left'
rows=30000
busy $rows
until shows "$bar" "'$bin' ask trace envelope=none method=$methods$(cat asked.words)" ||
    [ "$rows" -gt 1000000 ]; do
    rows=$((rows * 4))
    busy $rows
done
checks=$((checks + 1))
grep -qE "$bar" screen || fail "no bar for a question: $(cat -v screen | tail -c 300)"
stopped 'a question' "$bar"

expect 'a TEST key' 0 key new trial --no-passphrase
bar='questions  \[#*\.*\]  [0-9]+%  [0-9]+ of 2  [0-9.]+/s'
checks=$((checks + 1))
shows "$bar" "'$bin' seal slow.json --key trial.key --test-key --output slow.bundle" ||
    fail "no bar for a seal: $(cat -v screen | tail -c 300)"
stopped 'a seal' "$bar"
says 'a seal that is interrupted says so' screen 'E-INTERRUPTED'
equal 'nothing is half sealed' "$(find . -maxdepth 1 -name 'slow.bundle*' | wc -l)" 0

# A bundle whose files were changed for larger ones, made of holes: they have to be read all the same.
printf '%s\n' '{"schema":"assettrace/case/1","id":"c","purpose":"p","legal_basis":"l",
    "questions":[{"id":"q1","ask":"timeline","of":"B7"}]}' >small.json
expect 'a small case' 0 seal small.json --key trial.key --test-key --output small.bundle
bar='files  \[#*\.*\]  [0-9]+%  [0-9]+ of [0-9]+  [0-9.]+/s  [0-9:]+ left'
mebibytes=64
while :; do
    find small.bundle/bundle/data -type f -exec truncate -s "${mebibytes}M" {} +
    shows "$bar" "'$bin' verify small.bundle" && break
    mebibytes=$((mebibytes * 4))
    [ "$mebibytes" -le 4096 ] || break
done
checks=$((checks + 1))
grep -qE "$bar" screen || fail "no bar for a verification: $(cat -v screen | tail -c 300)"
stopped 'a verification' "$bar"
