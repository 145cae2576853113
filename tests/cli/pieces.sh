# Goal: a large file that is stored in pieces gives what it gives in one transaction; whoever is
#       killed, stopped or out of disk in its middle leaves a store that is whole, goes on where it
#       stood when asked for the same again, and is taken back when anything else is asked; both are
#       said.
# Method: small files with small pieces (ASSETTRACE_PIECE_BYTES); killed before chosen writes, stopped
#       by a signal and on a full disk (tests/soak/failing.c), then the same import, another one, a
#       changed file, a touched one, a damaged copy; answers and receipts compared byte for byte with those of one transaction.
. "$(dirname "$0")/lib.sh"
needs jq

# Ids in no order, some repeated with the same and with other content, rows that are refused.
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 2500; i++) {
        n = i % 7 == 3 ? i - 2 : i
        printf "T%d,2024-%02d-%02dT%02d:%02d:00%s,ACC-%d,%s,%d.%02d,%s\n", (n * 7919) % 100003,
            1 + n % 12, 1 + n % 28, n % 24, n % 60, n % 3 ? "Z" : "", n % 97,
            n % 5 ? "PAYER" : "IBAN-" n % 11, n % 5000, n % 100, i % 211 ? "EUR" : "E"
        if (i % 400 == 0)
            printf "T%d,2024-01-01,ACC-1,PAYER,9.99,EUR\n", (n * 7919) % 100003
    }
}' >ledger.csv
# A statement with balances that break, dust and an account declared once.
awk 'BEGIN {
    print "account;date;amount;balance;other;text"
    for (i = 1; i <= 2500; i++) {
        sum[i % 40] += i % 300 - 120
        printf "S%d;2024-%02d-%02d;%d.%s;%d.00;ACC-%d;ref %d\n", i % 40, 1 + int(i / 250), 1 + i % 28,
            i % 300 - 120, i % 100 ? "00" : "004", sum[i % 40] + (i % 500 ? 0 : 1), i % 97, i
    }
}' >statement.csv
cat >map.json <<'END'
{"delimiter": ";", "date": "YYYY-MM-DD", "dust": "floor", "records": [
  {"kind": "account", "once": true, "fields": {"id": {"constant": "BRANCH"}, "kind": {"constant": "cash"},
   "currency": {"constant": "EUR"}}},
  {"kind": "leg", "fields": {"account": "account", "currency": {"constant": "EUR"}, "time": "date",
   "amount": "amount", "balance": "balance", "counterparty": "other", "reference": "text"}}]}
END
head -n 400 ledger.csv | sed 's/^T/T9/; s/,PAYER,/,OTHER,/' >other.csv
gzip -nc ledger.csv >packed.csv.gz

# words_of WHAT: how it is imported.
words_of() {
    case $1 in
    ledger) echo import --source bank ledger.csv ;;
    statement) echo import --source house --as table_csv --map map.json statement.csv ;;
    packed) echo import --source bank packed.csv.gz ;;
    esac
}

# code_of WHAT: rows of the ledger are refused.
code_of() {
    [ "$1" = statement ] && echo 0 || echo 3
}

# state STORE: what it holds and says; the received hash and log differ with nothing.
state() {
    "$bin" -s "$1" sources --json | jq -c '.rows'
    "$bin" -s "$1" sources show 2 --json --rejects --warnings --duplicates --verbose
    "$bin" -s "$1" ask reconcile --json
    "$bin" -s "$1" ask timeline of=ACC-5 --json 2>/dev/null || :
}

fresh_store
sed 's/,PAYER,/,SHOP,/; s/^T1/U1/' other.csv >before.csv
expect 'an earlier source' 3 import --source bank before.csv
mv test.at before.at
for what in ledger statement packed; do
    cp -a before.at test.at
    # shellcheck disable=SC2046
    run $(words_of $what)
    equal "$what in one" "$status" "$(code_of $what)"
    state test.at >$what.one
    rm -rf test.at
done
export ASSETTRACE_PIECE_BYTES=9000
for what in ledger statement packed; do
    cp -a before.at test.at
    # shellcheck disable=SC2046
    run $(words_of $what)
    equal "$what in pieces" "$status" "$(code_of $what)"
    state test.at >now
    same "$what in pieces is $what in one" now $what.one
    expect "$what in pieces is whole" 0 check --read-data
    rm -rf test.at
done

preload=
if [ -z "${ASSETTRACE_CC_FLAGS:-}" ]; then
    "${ASSETTRACE_CC:?the compiler}" -O1 -shared -fPIC -o failing.so \
        "$root/tests/soak/failing.c" -ldl || fail 'the library does not build'
    preload=$work/failing.so
fi

# stop_in WHAT KIND HOW N: from the store before, with call N ended or failing for good.
stop_in() {
    rm -rf test.at
    cp -a before.at test.at
    status=0
    # shellcheck disable=SC2046
    env FAIL_KIND="$2" FAIL_HOW="$3" FAIL_AT="$4" FAIL_LASTING=1 FAIL_COUNT="$work/count" \
        LD_PRELOAD="$preload" "$bin" $(words_of "$1") >out 2>err </dev/null || status=$?
}

# pending: is something stored and not published?
pending() {
    "$bin" sources >/dev/null 2>notes
    grep -q 'PENDING: import of .* is stored up to byte [1-9]' notes
}

resumed=0 undone=0 begun=0
# goes_on WHAT STORY: the store is whole; the same import goes on if something was stored.
goes_on() {
    expect "$2: the store is whole" 0 check --read-data
    if pending; then
        # Who asks changes nothing, and sees nothing of it.
        expect "$2: asked meanwhile" 0 ask reconcile --json
        same "$2: asked meanwhile" out before.answer
        # shellcheck disable=SC2046
        run $(words_of "$1")
        equal "$2: the same once more" "$status" "$(code_of "$1")"
        says "$2: it goes on" out '  resumed     at byte '
        resumed=$((resumed + 1))
    else
        # shellcheck disable=SC2046
        run $(words_of "$1")
        grep -q 'already imported' out || equal "$2: the same anew" "$status" "$(code_of "$1")"
        begun=$((begun + 1))
    fi
    state test.at >now
    same "$2: the same in the end" now "$1.one"
    expect "$2: whole in the end" 0 check --read-data
    expect "$2: the log" 0 log verify
}

cp -a before.at test.at
expect 'what is known before' 0 ask reconcile --json
cp out before.answer

if [ -n "$preload" ]; then
    for what in ledger statement packed; do
        stop_in $what change error 0
        calls=$(cat count)
        for part in 30 65 90; do
            stop_in $what change kill $((calls * part / 100))
            equal "$what killed" "$status" 137
            goes_on $what "$what, killed before change $((calls * part / 100)) of $calls"
        done
    done
    stop_in ledger write error 0
    calls=$(cat count)
    for part in 50 80; do
        stop_in ledger write error $((calls * part / 100))
        equal 'a full disk' "$status" 69
        goes_on ledger "a disk full at write $((calls * part / 100)) of $calls"
    done
    checks=$((checks + 1))
    [ "$resumed" -gt 6 ] || fail "only $resumed went on"

    # stopped: something of the ledger is stored.
    stopped() {
        stop_in ledger change error 0
        stop_in ledger change kill $(($(cat count) * 7 / 10))
        checks=$((checks + 1))
        pending || fail "$1: nothing was stored: $(cat notes)"
    }
    # afterwards STORY: whatever was stored is gone, and the ledger comes in as it always does.
    afterwards() {
        says "$1: said" err 'RECOVERED: import of "ledger.csv" as ledger_csv/1 in bank, stored up to byte'
        says "$1: why" err 'was rolled back'
        checks=$((checks + 1))
        ! pending || fail "$1: something is pending still"
        expect "$1: whole" 0 check --read-data
        expect "$1: the log" 0 log verify
        undone=$((undone + 1))
    }
    stopped 'another file'
    expect 'another file' 3 import --source other other.csv
    afterwards 'another file'
    stopped 'a withdrawal'
    expect 'a withdrawal' 0 sources withdraw 1 --reason error
    afterwards 'a withdrawal'
    stopped 'the same file, read otherwise'
    expect 'the same file, read otherwise' 3 import --source elsewhere ledger.csv
    afterwards 'the same file, read otherwise'

    cp ledger.csv ledger.kept
    stopped 'a changed file'
    sed 's/,PAYER,/,PAYED,/' ledger.kept >ledger.csv
    expect 'a changed file' 3 import --source bank ledger.csv
    afterwards 'a changed file'
    expect 'its own bytes were read' 0 ask timeline of=PAYED --json
    cp ledger.kept ledger.csv

    stopped 'a touched file'
    touch ledger.csv
    run import --source bank ledger.csv --json
    equal 'a touched file' "$status" 3
    checks=$((checks + 1))
    jq -e '.receipts[0] | .resumed_at > 0 and .read_again >= .resumed_at' out >/dev/null ||
        fail "a touched file: $(jq -c '.receipts[0] | [.resumed_at, .read_again]' out)"
    state test.at >now
    same 'a touched file' now ledger.one

    # The archived copy is not what it was, further on: it is made again from the file.
    stopped 'a damaged copy'
    copy=test.at/sources/$(sha256sum <ledger.csv | cut -d ' ' -f 1)
    chmod u+w "$copy"
    printf X | dd of="$copy" bs=1 seek=$(($(wc -c <ledger.csv) - 30)) conv=notrunc 2>/dev/null
    run import --source bank ledger.csv
    equal 'a damaged copy' "$status" 3
    says 'a damaged copy' out '  resumed     at byte '
    state test.at >now
    same 'a damaged copy' now ledger.one
    expect 'a damaged copy is made again' 0 check --read-data

    # A backup made meanwhile is of a store whose writer was stopped.
    stopped 'a backup'
    expect 'a backup' 0 backup --plain copy.tar
    expect 'restored' 0 restore copy.tar restored.at
    run -s restored.at import --source bank ledger.csv
    equal 'restored, it goes on' "$status" 3
    says 'restored, it goes on' out '  resumed     at byte '
    state restored.at >now
    same 'restored, it goes on' now ledger.one

    # A file that turns out bad in the end leaves nothing.
    rm -rf test.at
    cp -a before.at test.at
    { cat ledger.kept && printf 'T0,"2024-01-01,A,B,1.00,EUR\n'; } >bad.csv
    expect 'bad in the end' 4 import --source bank bad.csv
    checks=$((checks + 1))
    ! pending || fail 'bad in the end: something is pending'
    expect 'bad in the end' 0 check --read-data
    equal 'bad in the end' "$("$bin" sources --json | jq '.rows | length')" 1
fi

# SIGTERM at any moment; by the clock, so that it is tried under a sanitizer too.
"$bin" init long.at >out
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 60000; i++)
        printf "T%d,%d,%s%d,B%d,1.00,EUR\n", i, 1700000000000000 + i, "an-account-with-a-long-name-", i % 1000, i % 777
}' >long.csv
export ASSETTRACE_PIECE_BYTES=200000
ended=0 went_on=0
for wait in 0.2 0.3 0.4 0.6; do
    "$bin" -s long.at import long.csv >out 2>err &
    program=$!
    sleep $wait
    kill -TERM "$program" 2>/dev/null || :
    code=0
    wait "$program" || code=$?
    checks=$((checks + 1))
    case $code in
    143) ended=$((ended + 1)) ;;
    0) break ;;
    *) fail "SIGTERM after $wait: exit code $code" ;;
    esac
    ! grep -q 'goes on at byte [1-9]' out || went_on=$((went_on + 1))
    expect "SIGTERM after $wait: whole" 0 -s long.at check --read-data
done
[ "$code" -eq 0 ] || expect 'at last' 0 -s long.at import long.csv
checks=$((checks + 1))
[ "$went_on" -eq 0 ] || [ "$code" -eq 0 ] || grep -q '  resumed  ' out || fail 'it did not go on'
equal 'all rows' "$("$bin" -s long.at sources --json | jq '.rows[0].loaded')" 60000
expect 'whole' 0 -s long.at check --read-data
echo "$resumed went on, $undone were taken back, $begun began anew; SIGTERM ended $ended, kept $went_on"
