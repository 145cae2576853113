# Goal: a person's word on two legs decides whether they are one payment, from its revision on; it
#       can be taken back, and whatever does not fit changes nothing and is said with its line.
# Method: harbour, whose truth says which legs stay apart, and a made pair of statements in which A
#         pays B the same amount twice and B's bank shows one of them; answers before and after are
#         compared, at old revisions too.
. "$(dirname "$0")/lib.sh"
needs jq

revision() {
    "$bin" status --json | jq -r '.rows[] | select(.field == "revision").value'
}
# pair N: the addresses of the N-th open pair, as two words.
pair() {
    "$bin" resolve review --ndjson | jq -rs ".[$1 - 1] | .debit[], .credit[]" | tr '\n' ' '
}
# payments [REVISION]: what A paid, and how that is known.
payments() {
    "$bin" ask timeline of=A ${1:+--at "$1"} --json | jq -c '.rows'
}
grades() {
    payments | jq -r '[.[].grade] | sort | join(" ")'
}

cat >map.json <<'END'
{"schema": "assettrace/mapping/1", "date": "YYYY-MM-DD", "records": [{"kind": "leg",
    "fields": {"account": "account", "time": "date", "amount": "amount",
               "currency": {"constant": "EUR"}, "counterparty": "other", "reference": "ref"}}]}
END
cat >a.csv <<'END'
account,date,amount,other,ref
A,2024-01-01,-100.00,B,R1
A,2024-01-01,-100.00,B,R1
A,2024-01-02,-7.00,B,R7
END
cat >b.csv <<'END'
account,date,amount,other,ref
B,2024-01-02,100.00,A,R1
B,2024-01-02,7.00,A,R7
END

fresh_store
expect 'two banks' 0 import --as table_csv --map map.json a.csv b.csv
says 'two banks' out '1 pairs made, 0 ended, 3 ambiguous'
before=$(revision)
payments >wanted
expect 'review' 0 resolve review --json
equal 'the open pairs' "$(jq -c '[.rows[] | [.group, .doubt, .amount, .debit_account, .credit_account,
    .debit_names, .credit_names, .debit_reference, (.sources | length)]]' out)" \
    '[[1,"several","10000","A","B","B","A","R1",2],[1,"several","10000","A","B","B","A","R1",2]]'
equal 'a pair of the rule' "$(grades)" 'corroborated observed observed'
first=$(pair 1)
second=$(pair 2)
expect 'the record of the review' 0 show "${first%% *}"
says 'the record of the review' out 'A,2024-01-01,-100.00,B,R1'

# shellcheck disable=SC2086 # two words
{
    expect 'no reason' 2 resolve accept $first
    expect 'a look' 0 resolve accept $first --reason 'the slip says so' --dry-run
    says 'a look' out 'would fit'
    equal 'a look changes nothing' "$(revision)" "$before"
    expect 'accepted' 0 resolve accept $first --reason 'the slip says so'
    says 'accepted' out "1 accepted, 0 denied, 0 taken back by revision $((before + 1))"
}
equal 'what was accepted is a payment of grade accepted; the other debit has nobody left' "$(grades)" \
    'accepted corroborated observed'
expect 'nothing is left to judge' 0 resolve review --ndjson
equal 'nothing is left to judge' "$(wc -c <out)" 0
payments "$before" >now
same 'the old revision answers as before' now wanted
expect 'the log' 0 log --json
equal 'the log has who, what and why' "$(jq -r '.rows[] | select(.action == "published") |
    "\(.actor) \(.detail)"' out | tail -n 1)" "tester pair ${first% } accepted: the slip says so"
expect 'the list' 0 resolve list --json
equal 'the list' "$(jq -c '[.rows[] | [.judgement, .actor, .reason, .revision]]' out)" \
    "[[\"accept\",\"tester\",\"the slip says so\",$((before + 1))]]"

# shellcheck disable=SC2086
{
    expect 'twice' 4 resolve accept $first --reason x
    says 'twice' err 'E-RESOLVE-JUDGED'
    expect 'the other debit, whose partner is taken' 4 resolve accept $second --reason x
    says 'the other debit' err 'E-RESOLVE-UNKNOWN'
    expect 'nothing to take back' 4 resolve undo $second --reason x
    says 'nothing to take back' err 'E-RESOLVE-NONE'
    equal 'what does not fit changes nothing' "$(revision)" "$((before + 1))"
    expect 'taken back' 0 resolve undo $first --reason 'wrong slip' --json
    equal 'taken back' "$(jq -c . out)" \
        "{\"accepted\":0,\"denied\":0,\"revision\":$((before + 2)),\"schema\":\"assettrace/judgement/1\",\"undone\":1}"
}
payments >now
same 'as if nobody had said anything' now wanted

# A denial leaves two legs alone with each other: the pair rests on it.
# shellcheck disable=SC2086
expect 'denied' 0 resolve deny $first --reason 'other payment'
equal 'what a denial leaves is accepted' "$(grades)" 'accepted corroborated observed'
# shellcheck disable=SC2086
expect 'denial taken back' 0 resolve undo $first --reason x
payments >now
same 'as if nobody had denied anything' now wanted

# A pair that the rule made can be denied.
seven=$("$bin" ask timeline of=A --json |
    jq -r '.rows[] | select(.grade == "corroborated") | .sources | join(" ")')
# shellcheck disable=SC2086
{
    expect 'a pair of the rule cannot be accepted' 4 resolve accept $seven --reason x
    expect 'it can be denied' 0 resolve deny $seven --reason 'not the same'
    equal 'the denied pair is no pair' "$(grades)" 'observed observed observed'
    expect 'and that taken back' 0 resolve undo $seven --reason x
}

# As a file: filled in by line, refused by line, all or nothing.
expect 'as CSV' 0 resolve review --csv
cp out review.csv
equal 'rows of the review' "$(wc -l <review.csv)" 3
sed '2s/,,$/,accept,/; 3s/,,$/,deny,"not this one, see letter"/' review.csv >judged.csv
before=$(revision)
expect 'a row without a reason' 4 resolve file judged.csv
says 'a row without a reason' err 'line 2: there is no reason'
expect 'filled in' 0 resolve file judged.csv --reason 'list of May' --dry-run
expect 'filled in' 0 resolve file judged.csv --reason 'list of May'
says 'filled in' out "1 accepted, 1 denied, 0 taken back by revision $((before + 1))"
equal 'filled in' "$(grades)" 'accepted corroborated observed'
expect 'reasons' 0 resolve list --ndjson
equal 'reasons' "$(jq -r .reason out | tr '\n' '|')" 'list of May|not this one, see letter|'
expect 'again' 4 resolve file judged.csv --reason x
says 'again' err 'E-RESOLVE-JUDGED: line 2:'
says 'again' err 'E-RESOLVE-JUDGED: line 3:'
sed 's/,accept,/,undo,/; s/,deny,/,undo,/' judged.csv >undo.csv
expect 'undone by file' 0 resolve file undo.csv --reason x
payments >now
same 'as before the file' now wanted
before=$(revision)
sed 's/,,$/,accept,/' review.csv >both.csv
expect 'one credit accepted twice' 4 resolve file both.csv --reason x
says 'one credit accepted twice' err 'E-RESOLVE-TAKEN: line 3:'
{
    cat review.csv
    sed -n 2p review.csv
} | sed 's/,,$/,deny,/' >twice.csv
expect 'one pair twice' 4 resolve file twice.csv --reason x
says 'one pair twice' err 'E-RESOLVE-TWICE: line 4:'
sed '2s/,,$/,perhaps,/' review.csv >word.csv
expect 'another word' 4 resolve file word.csv --reason x
says 'another word' err 'line 2: a judgement is accept'
expect 'nothing filled in' 4 resolve file review.csv --reason x
says 'nothing filled in' err 'no row is judged'
printf 'debit,credit\n' >head.csv
expect 'no column judgement' 4 resolve file head.csv --reason x
printf 'debit,credit,judgement\nx,y,accept\n' >address.csv
expect 'no address' 4 resolve file address.csv --reason x
says 'no address' err 'line 2: debit and credit'
printf 'debit,credit,judgement\n"x,y,accept\n' >open.csv
expect 'an open quote' 4 resolve file open.csv --reason x
says 'an open quote' err 'has no end'
equal 'none of it changed anything' "$(revision)" "$before"

# A word holds while its records stand, whatever is imported meanwhile.
# shellcheck disable=SC2086
expect 'accepted again' 0 resolve accept $first --reason 'the slip says so'
printf 'account,date,amount,other,ref\nC,2024-01-05,100.00,D,R9\n' >c.csv
expect 'a third file' 0 import --as table_csv --map map.json c.csv
equal 'the accepted pair stays' "$(grades | tr ' ' '\n' | grep -c accepted)" 1
expect 'withdrawn' 0 sources withdraw b.csv --reason x
equal 'no pair without its record' "$(grades | tr ' ' '\n' | grep -c accepted)" 0
expect 'whole' 0 check --read-data

# Harbour: what the truth calls ambiguous is what is to be judged.
world=$root/fixtures/worlds/harbour
fresh_store
expect 'harbour' 0 import "$world"
"$bin" resolve review --json >review.json
equal 'legs to be judged' \
    "$(jq -r '[.rows[] | .debit[], .credit[]] | unique | length' review.json)" \
    "$(jq '.ambiguous | length' "$world/truth.json")"
expect 'cut' 20 resolve review --limit 1 --ndjson
equal 'cut' "$(wc -l <out)" 1
# shellcheck disable=SC2086
expect 'harbour is judged' 0 resolve accept $(pair 1) --reason 'the bank confirmed it'
says 'harbour is judged' out '1 accepted'
