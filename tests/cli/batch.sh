#!/bin/sh
# Goal: a batch answers every case it can, says what became of each, and gives the same bytes twice,
#       in another time zone and locale, and piped or not; what was interrupted goes on; `diff` tells
#       answers and bundles apart.
# Method: a store of 300 invented transfers, twelve generated cases, two of them wrong; then one
#         change at a time. The time it takes is no part of the test.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store

awk 'BEGIN { print "id,time,from,to,amount,currency"
    for (i = 1; i <= 300; i++)
        printf "T%d,2024-%02d-%02dT10:00:00Z,A%d,A%d,%d.00,EUR\n", i, 1 + int(i / 28) % 12,
            1 + i % 28, i % 20, (i * 7 + 3) % 20, 1 + i * 13 % 90 }' >t.csv
expect 'a store' 0 import --as ledger_csv --source bank t.csv

mkdir cases
for i in 01 02 03 04 05 06 07 08 09 10; do
    cat >"cases/c$i.json" <<CASE
{"schema":"assettrace/case/1","id":"b-$i","purpose":"p","legal_basis":"l","note":"generated",
 "subjects":[{"ref":"s1","id":"A${i#0}"}],
 "questions":[{"id":"money","ask":"trace","sources":[{"label":"L","transfer":"T$i"}],
   "method":["fifo"],"envelope":"none"},
  {"id":"sums","ask":"reconcile","of":"s1"}]}
CASE
    sed -i "s/\"T0/\"T/" "cases/c$i.json"
done
sed 's/"fifo"/"fife"/' cases/c01.json >cases/c11.json
jq -c '.questions[0].limit = 1 | .questions[0].min_amount = 100' cases/c05.json >cases/c12.json

expect 'the worst of all is the exit code' 4 run cases -o one
cp out summary
equal 'every case has its line' "$(wc -l <summary)" 13
equal 'ten answered, one cut, one failed' \
    "$(tail -n +2 summary | cut -f 3 | sort | uniq -c | tr -s ' \n' ' ')" ' 10 answered 1 cut 1 failed '
says 'where the mistake is' summary '/questions/0/method/0, line 4 of cases/c11.json'
equal 'no file for the failed one' "$(ls one | wc -l)" 11
equal 'the cut one is marked' "$(jq -c '[.truncated, .answers[0].truncated]' one/c12.answers.json)" \
    '[true,true]'
equal 'and says what was cut' \
    "$(jq -r '[.answers[0].notes[].code | select(. == "TRUNCATED")] | join(" ")' \
        one/c12.answers.json)" TRUNCATED

status=0
TZ=Asia/Tehran LC_ALL=fa_IR.UTF-8 "$bin" run cases -o two 2>/dev/null | cat >piped || status=$?
for file in one/*; do
    same "the same bytes in another zone: $file" "$file" "two/$(basename "$file")"
done

# Interrupted: some answers are there, one was changed since.
rm one/c03.answers.json
touch -d '2001-01-01' one/c0*.json
expect 'the rest of a batch' 4 run cases -o one --json
equal 'what is there is kept' "$(jq -c '[.rows[] | select(.result == "kept")] | length' out)" 10
equal 'what is not is answered' "$(jq -r '.rows[] | select(.result == "answered") | .file' out)" \
    cases/c03.json
same 'and gives the same bytes' one/c03.answers.json two/c03.answers.json
says 'it is said' err 'KEPT'
sed -i 's/generated/changed/' cases/c02.json
expect 'an answer to other bytes is in the way' 6 run cases/c01.json cases/c02.json -o one
says 'an answer to other bytes is in the way' err 'E-CLI-EXISTS'
expect 'unless told' 0 run cases/c01.json cases/c02.json -o one --force

expect 'one case from standard input is the same' 0 run cases/c01.json --json
cp out file.json
status=0
"$bin" run - --json <cases/c01.json >stdin.json 2>/dev/null || status=$?
same 'one case from standard input is the same' file.json stdin.json
same 'and as a batch writes it' file.json two/c01.answers.json

# Settings of a question.
jq -c '.questions[0].limit = 1 | .questions[0].truncation = "refuse"' cases/c05.json >refuse.json
expect 'a limit that refuses' 20 run refuse.json
says 'a limit that refuses' err 'E-CASE-LIMIT'
jq -c '.subjects[0].expect = 2' cases/c05.json >expect.json
expect 'not as many subjects as expected' 4 run expect.json
says 'not as many subjects as expected' err '/subjects/0'

jq -c '.questions[0].min_amount = 900000000000' cases/c05.json >floor.json
expect 'amounts below what was asked for' 0 run floor.json --json
equal 'amounts below what was asked for' "$(jq -c '[(.answers[0].rows | length), .truncated,
    any(.answers[0].notes[]; .code == "AMOUNT_LEFT_OUT")]' out)" '[0,false,true]'

# diff
expect 'nothing differs' 0 diff two/c01.answers.json one/c01.answers.json
expect 'another case' 1 diff two/c01.answers.json two/c02.answers.json
jq -c '.answers[0].rows[0].amount = "1" | del(.answers[0].rows[1]) | .answers[1].rows += [{"thing": "NEW"}]' \
    file.json >edited.json
expect 'a change, a row less, a row more' 1 diff file.json edited.json --json
equal 'a change, a row less, a row more' "$(jq -c '[.rows[] | [.question, .change, .column]]' out)" \
    '[["money","changed","amount"],["money","removed",null],["sums","added",null]]'
expect 'no answer' 4 diff file.json cases/c01.json
says 'no answer' err 'E-DIFF-KIND'
