#!/bin/sh
# Goal: what a case may say beside its questions does what the specification says: a time limit
#       leaves no half answer, a window and a floor leave out and say so, the smallest rows go where
#       told, what names nothing is asked nothing; and `diff` tells two bundles apart.
# Method: a small store of which every row is known, a case for each setting; for the time limit a
#         question that would take minutes.
. "$(dirname "$0")/lib.sh"
needs jq awk
fresh_store

cat >t.csv <<'CSV'
id,time,from,to,amount,currency
T1,2024-01-10T10:00:00Z,A1,A2,50.00,EUR
T2,2024-02-10T10:00:00Z,A2,A3,30.00,EUR
T3,2024-03-10T10:00:00Z,A2,A4,15.00,EUR
T4,2024-04-10T10:00:00Z,A3,A4,5.00,EUR
CSV
expect 'a store' 0 import --as ledger_csv --source bank t.csv
printf 'id,type,name\nP1,person,Nobody Known\n' >p.csv
expect 'with a party' 0 import --as parties_csv --source bank p.csv

# one_case QUESTIONS FILE: a case that asks them; s1 is A2, s2 a person who holds nothing.
one_case() {
    printf '{"schema":"assettrace/case/1","id":"c","purpose":"p","legal_basis":"l",
 "subjects":[{"ref":"s1","id":"A2"},{"ref":"s2","id":"P1"}],\n "questions":[%s]}\n' "$1" >"$2"
}
trace='"ask":"trace_transfers","sources":[{"label":"L","transfer":"T1"}],"method":["fifo"],"envelope":"none"'

# The window as a filter: the query has no since and until of its own, but its rows have times.
one_case "{\"id\":\"q1\",$trace}" all.json
expect 'all of it' 0 run all.json --json
equal 'all of it' "$(jq -c '[.answers[0].rows[] | select(.label == "L") | .transfer]' out)" \
    '["T1","T2","T3","T4"]'
one_case "{\"id\":\"q1\",$trace,\"window\":{\"since\":\"2024-02-10\",\"until\":\"2024-03-10\"}}" \
    window.json
expect 'inside a window' 0 run window.json --json
equal 'inside a window' "$(jq -c '[.answers[0].rows[].transfer] | unique' out)" '["T2","T3"]'
equal 'which is said' "$(jq -r '.answers[0].notes[] | select(.code == "WINDOW_LEFT_OUT").text' out)" \
    'times outside the window: 2 rows are left out, together EUR 5500 minor units'
equal 'and is no cut' "$(jq -c '[.truncated, .answers[0].truncated]' out)" '[false,false]'
one_case '{"id":"q1","ask":"owners_of","of":"s1","window":{"since":"2024-02-10"}}' none.json
expect 'where nothing has a time' 4 run none.json
says 'where nothing has a time' err 'E-CASE-WINDOW'

# The smallest go, the order stays.
one_case "{\"id\":\"q1\",$trace,\"limit\":2,\"truncation\":\"smallest\"}" smallest.json
expect 'the smallest go' 20 run smallest.json --json
equal 'the smallest go' "$(jq -c '[.answers[0].rows[] | [.transfer, .amount]]' out)" \
    '[["T1","5000"],["T2","3000"]]'
one_case "{\"id\":\"q1\",$trace,\"limit\":3,\"truncation\":\"smallest\"}" three.json
expect 'three stay' 20 run three.json --json
equal 'three stay, in the order of the answer' "$(jq -c '[.answers[0].rows[].transfer]' out)" \
    '["T1","T2","T3"]'
equal 'what went is said' \
    "$(jq -r '.answers[0].notes[] | select(.code == "TRUNCATED").text' out)" \
    'limit 3 of 4 rows: 1 rows are left out, together EUR 500 minor units'
one_case '{"id":"q1","ask":"network","of":"s1","limit":1,"truncation":"smallest"}' unit.json
expect 'an answer without amounts' 4 run unit.json
says 'an answer without amounts' err 'E-CASE-FILTER'

# What names nothing is asked nothing.
one_case '{"id":"q1","ask":"accounts_of","of":"s2"},
  {"id":"q2","ask":"timeline","of":"q1.account"}' empty.json
expect 'a reference that names nothing' 0 run empty.json --json
equal 'a reference that names nothing' \
    "$(jq -c '[.answers[1].rows, [.answers[1].notes[] | select(.code == "EMPTY_REFERENCE").text]]' out)" \
    '[[],["\"q1.account\" names nothing: there is nothing to ask about"]]'

# Bundles.
expect 'a TEST key' 0 key new trial --no-passphrase
one_case "{\"id\":\"q1\",$trace}" first.json
one_case "{\"id\":\"q1\",$trace,\"as_of\":\"2024-03-31\"}" second.json
for name in first second; do
    expect "$name is sealed" 0 seal $name.json --key trial.key --test-key --output $name.bundle
done
expect 'a bundle and itself' 0 diff first.bundle first.bundle
expect 'two bundles' 1 diff first.bundle second.bundle --json
equal 'two bundles' "$(jq -c '[.rows[] | [.question, .change]] | unique' out)" '[["q1","removed"]]'
expect 'the other way round' 1 diff second.bundle first.bundle --json
equal 'the other way round' "$(jq -c '[.rows[] | [.question, .change]] | unique' out)" \
    '[["q1","added"]]'
expect 'a bundle and an answer' 0 run first.json --json -o first.answers.json
expect 'which are two things' 4 diff first.bundle first.answers.json
says 'which are two things' err 'E-DIFF-KIND'

# A question whose time is over has no answer, and none remains.
awk 'BEGIN { print "id,time,from,to,amount,currency"
    for (i = 1; i <= 120000; i++)
        printf "B%d,%d,B%d,B%d,%d.00,EUR\n", i, 1700000000000000 + i, i * 7919 % 300,
            (i * 104729 + 1) % 300, 1 + i % 97 }' >busy.csv
expect 'a busy ledger' 0 import --as ledger_csv --source busy busy.csv
methods='"fifo","lifo","prorata","libr","oatway"'
# With every round more labels: a machine that answers within the second is given more to do.
labels=1500
while :; do
    sources=$(awk -v labels=$labels 'BEGIN { for (i = 1; i <= labels; i++)
        printf "%s{\"label\":\"L%d\",\"transfer\":\"B%d\"}", (i > 1 ? "," : ""), i, i }')
    one_case '{"id":"q1","ask":"reconcile","of":"s1"},
  {"id":"q2","ask":"trace","sources":['"$sources"'],"method":['"$methods"'],"envelope":"none","timeout_s":1}' slow.json
    run run slow.json --json -o slow.answers.json
    [ "$status" -eq 0 ] && [ "$labels" -lt 50000 ] || break
    rm slow.answers.json
    labels=$((labels * 3))
done
equal 'the time is over' "$status" 20
says 'the time is over' err '/questions/1'
says 'the time is over' err 'E-TIME-LIMIT'
says 'and what to do' err '1 s were allowed: raise "timeout_s"'
equal 'no half answer' "$(wc -c <out)" 0
checks=$((checks + 1))
[ ! -e slow.answers.json ] || fail "half an answer is there: $(head -c 300 slow.answers.json)"
mkdir batch
cp slow.json empty.json batch/
expect 'in a batch the others are answered' 20 run batch -o answers
equal 'in a batch the others are answered' \
    "$(tail -n +2 out | cut -f 1,3,4 | tr '\t\n' '  ')" \
    'batch/empty.json answered 0 batch/slow.json failed 20 '
equal 'and one file is there' "$(ls answers)" empty.answers.json
