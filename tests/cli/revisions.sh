# Goal: the same question at the same revision gives the same bytes, for ever: after a further
#       import, after its withdrawal, at --at N-1, and in another store.
# Method: harbour's case asks every registered query; its answers are compared byte for byte.
. "$(dirname "$0")/lib.sh"
needs jq
world=$root/fixtures/worlds/harbour

# answers NAME [REVISION]: the case's answers, at a revision, without its number and the case's hash.
answers() {
    if [ -n "${2:-}" ]; then
        jq --argjson at "$2" '.at = $at' case.json >at.json
    else
        jq 'del(.at)' case.json >at.json
    fi
    expect "answers $1" 0 run at.json --json
    cp out "$1.raw"
    jq -c 'del(.revision, .case_sha256, .answers[].revision)' out >"$1"
}

fresh_store
whole_case "$world/case.json" case.json
expect 'import' 0 import "$world"
before=$("$bin" status --json | jq '[.rows[] | select(.field == "revision")][0].value | tonumber')
answers before
answers before_again
same 'asked twice' before before_again

# A further source that touches accounts the case is about.
account=$(jq -r '[.answers[] | select(.schema | startswith("assettrace/trace/")) | .rows[].node |
    select(startswith("@") | not)][0] // empty' before)
checks=$((checks + 1))
[ -n "$account" ] || fail 'no traced account in the answers'
printf 'id,time,from,to,amount,currency\nLATE-1,2024-01-01T00:00:00Z,iban/%s,NEW-1,1.00,EUR\n' \
    "$account" >late.csv
expect 'a further import' 0 import --source late late.csv
late=$("$bin" sources --json | jq '.rows[-1].source')
answers after
checks=$((checks + 1))
cmp -s before after && fail 'the further import changes nothing, so this test shows nothing'
answers at_before "$before"
same 'at N-1 every query gives the old bytes' before at_before

expect 'a withdrawal that is only looked at' 0 sources withdraw "$late" --dry-run
answers still
same 'nothing is withdrawn by a look' after still
expect 'a withdrawal' 0 sources withdraw "$late" --reason 'sent by mistake'
answers withdrawn
same 'after the withdrawal every query gives the old bytes' before withdrawn
answers at_after "$((before + 1))"
same 'the revision between still has it' after at_after
answers at_before "$before"
same 'at N-1 still' before at_before
expect 'withdrawn twice' 4 sources withdraw "$late" --reason again
expect 'the same bytes may come back' 0 import --source late late.csv
answers back
same 'back again' after back
expect 'the log holds' 0 log verify
expect 'the log tells of it' 0 log --json
checks=$((checks + 1))
jq -e 'any(.rows[]; .action == "withdraw" or (.detail // "" | contains("sent by mistake")))' out \
    >/dev/null || fail 'no word of the withdrawal in the log'

# Single questions with --at.
expect 'one question now' 0 ask reconcile --tsv
cp out now.tsv
expect 'one question then' 0 ask reconcile --at "$before" --tsv
cp out then.tsv
expect 'one question at the newest revision' 0 ask reconcile --at "$((before + 3))" --tsv
same 'the newest revision is what is asked without --at' out now.tsv

# A copy on read-only media.
cp -r test.at copy.at
chmod -R a-w copy.at
expect 'a read-only copy' 0 -s copy.at ask reconcile --at "$before" --tsv
same 'a read-only copy answers the same' out then.tsv
chmod -R u+w copy.at

# The order of imports changes no answer. A thing with several primary names is shown by the first
# received, so titles are left aside here; so are addresses, which name the same bytes in that order.
mkdir reversed
cp -r "$world"/. reversed/
jq '.files |= reverse' "$world/import.json" >reversed/import.json
rm -rf test.at
fresh_store
expect 'import in the opposite order' 0 import reversed
answers reversed_answers
for answers in reversed_answers before; do
    jq -c '.answers[] | .question as $q | .rows[] | del(.sources, .title) | [$q, .]' $answers \
        >$answers.rows
done
same 'the order of imports changes no answer' reversed_answers.rows before.rows
