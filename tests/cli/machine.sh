# Goal: doctor, status and log tell what is there and what to do; a passphrase is asked for on a
#       terminal, twice for a new key, and not shown.
# Method: a store in good and in bad order; a terminal played by script(1).
. "$(dirname "$0")/lib.sh"
needs jq

expect 'doctor without a store' 0 doctor --json
equal 'doctor without a store' \
    "$(jq -r '.rows[] | select(.check == "store") | .result' out)" warn
checks=$((checks + 1))
jq -e 'all(.rows[]; (.result == "ok" and .advice == null) or
    (.result == "warn" and (.advice | length) > 0))' out >/dev/null ||
    fail 'a warning without advice, or advice without a warning'
fresh_store
expect 'doctor with a store' 0 doctor --json
for check in program libraries store 'free space' clock 'memory lock' 'core dumps' memory swap \
    threads locale fonts terminal user 'disk encryption'; do
    checks=$((checks + 1))
    jq -e --arg c "$check" 'any(.rows[]; .check == $c)' out >/dev/null ||
        fail "doctor does not look at: $check"
done
equal 'a new store is in order' \
    "$(jq -r '.rows[] | select(.check == "store") | .result' out)" ok
equal 'one thread' "$(jq -r '.rows[] | select(.check == "threads") | .found' out)" 1
LANG=de_DE.ISO-8859-1 LC_ALL='' "$bin" doctor --json >out
equal 'a locale of one byte a letter' \
    "$(jq -r '.rows[] | select(.check == "locale") | .result' out)" warn
LANG=fa_IR.UTF-8 LC_ALL='' "$bin" doctor --json >out
equal 'a locale in UTF-8' "$(jq -r '.rows[] | select(.check == "locale") | .result' out)" ok
LANG=C LC_CTYPE=fa_IR.UTF-8 LC_ALL='' "$bin" doctor --json >out
equal 'letters have a locale of their own' \
    "$(jq -r '.rows[] | select(.check == "locale") | .result' out)" ok
chmod 755 test.at
expect 'an open store' 0 doctor --json
equal 'an open store is warned of' \
    "$(jq -r '.rows[] | select(.check == "store") | .result' out)" warn
chmod 700 test.at

printf 'id,time,from,to,amount,currency\nT1,2024-03-01,A,B,1.00,EUR\nT2,2024-03-01,A,B,x,EUR\n' >l.csv
expect 'import' 3 import --source bank l.csv
expect 'status' 0 status --json
equal 'status' "$(jq -c '[.rows[] | {(.field): .value}] | add |
    [.revision, .sources, ."sources partial", ."records loaded", ."records rejected", .accounts]' \
    out)" '["1","1","1","1","1","2"]'
expect 'a partial source is said with every answer' 0 ask reconcile
says 'a partial source is said with every answer' err 'note: PARTIAL_SOURCE: l.csv'

expect 'the log' 0 log --json
cp out log.json
equal 'entries are counted from 1' "$(jq -c '[.rows[].seq] == [range(1; (.rows | length) + 1)]' \
    log.json)" true
equal 'who' "$(jq -r '[.rows[].actor] | unique | join(",")' log.json)" tester
equal 'first' "$(jq -r '.rows[0].action' log.json)" init
equal 'the question is there' "$(jq -r '.rows[-1] | .action + " " + .object' log.json)" \
    'ask reconcile'
expect 'a part of the log' 0 log show --from 2 --limit 1 --json
equal 'a part of the log' "$(jq -c '[.rows[].seq]' out)" '[2]'
expect 'the log holds' 0 log verify
# Edited, cut in the middle, swapped, and cut back to before the revision that the store holds.
for change in 's/"tester"/"nobody"/' '2d' '1h;1d;2G' '/"publish-intent"/,$d'; do
    cp -r test.at broken.at
    chmod -R u+w broken.at
    sed -i "$change" broken.at/custody/log.jsonl
    expect "a log after $change" 5 -s broken.at log verify
    says "a log after $change" err '[E-CUSTODY'
    rm -rf broken.at
done

expect 'a receipt as CSV' 2 sources show 1 --csv
expect 'a receipt as a file' 0 sources show 1 --verbose -o receipt.txt
says 'a receipt as a file' receipt.txt 'account     A: in 0, out 100 minor units of EUR'

command -v script >/dev/null || exit 0
# typed NAME LINE...: key new on a terminal, each line typed after a pause.
typed() {
    name=$1
    shift
    for line in "$@"; do
        sleep 0.7
        printf '%s\n' "$line"
    done | (sleep 0.1 && script -qec "$bin key new $name --json" /dev/null) >screen 2>&1 || :
}
typed two one another
says 'two passphrases that differ' screen 'E-KEY-PASSPHRASE'
equal 'two passphrases that differ' "$(ls two.* 2>/dev/null)" ''
(
    sleep 0.7
    printf 'hidden words\n'
    sleep 0.7
    printf 'hidden words\n'
    sleep 8
) | script -qec "$bin key new same --json" /dev/null >screen 2>&1 || :
says 'the prompt says what for' screen 'Passphrase for'
says 'a key is made' screen 'assettrace/key/1'
checks=$((checks + 1))
if grep -q 'hidden words' screen; then
    fail 'the passphrase is shown'
fi
