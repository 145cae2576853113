# Goal: map guess proposes and never imports; map check says what a mapping would do.
# Method: the program from outside: exit codes, what goes to stdout and stderr, and that a guess of
# a bank's statement imports as the bank's own mapping does.
. "$(dirname "$0")/lib.sh"
needs jq
bank="$root/fixtures/worlds/harbour/bank-b"
statement=$(ls "$bank"/statement-*.csv | head -n 1)

expect 'a guess that is unsure of the zone' 3 map guess "$statement"
cp out guess.json
equal 'stdout is the mapping alone' "$(jq -r .schema guess.json)" 'assettrace/mapping/1'
says 'stderr says what is unsure' err 'UNSURE: 70% zone "+04:00"'
says 'stderr says why' err 'the balance follows from the row before'
expect 'a guess that is sure' 0 map guess "$root/fixtures/guess/az_manat/input.csv"
expect 'no table' 4 map guess "$root/LICENSE"
says 'no table says so' err 'E-GUESS-TABLE'
expect 'no file' 4 map guess nowhere.csv
expect 'into a file' 0 map guess "$root/fixtures/guess/az_manat/input.csv" -o az.json
expect 'not over a file' 6 map guess "$root/fixtures/guess/az_manat/input.csv" -o az.json
expect 'the reasons as JSON' 3 map guess "$statement" --json
equal 'every reason has its percent' \
    "$(jq '[.rows[] | select(.sure >= 0 and .sure <= 100 and (.why | length) > 0)] | length' out)" \
    "$(jq '.rows | length' out)"
expect 'our own format is known' 3 map guess "$bank/accounts.csv"
says 'our own format is known' err 'importer "accounts_csv"'

# Nothing was imported, and no store was looked for.
equal 'no store was made' "$(find . -name '*.at' | wc -l | tr -d ' ')" 0

# The guess and the bank's own mapping read the same.
expect 'the guess is a mapping' 0 map check guess.json
expect 'read through the guess' 0 map check guess.json "$statement" --csv --records 100000
cp out by_guess.csv
says 'the balances follow' err 'rows that break: 0'
expect 'read through the mapping' 0 map check "$bank/statement.map.json" "$statement" --csv \
    --records 100000
same 'the same records' out by_guess.csv

# Of a long file the first rows are enough to see whether a mapping fits.
expect 'the first rows' 0 map check guess.json "$statement" --rows 10
says 'so many' err '10 records would be loaded, 0 rejected'
says 'the rest is said' err 'the file goes on'
sed '4s/^[0-9]*/99/' "$statement" >early.csv
expect 'a rejected row is one of them' 3 map check guess.json early.csv --rows 10
says 'a rejected row is one of them' err '9 records would be loaded, 1 rejected'
sed '6d' "$statement" >gap.csv
expect 'a broken balance among them' 3 map check guess.json gap.csv --rows 10
says 'a broken balance among them' err 'whose balance breaks: 1'
expect 'more rows than there are' 0 map check guess.json "$statement" --rows 100000
says 'all of it was read' err 'rows that break: 0'
expect 'no rows at all' 2 map check guess.json "$statement" --rows 0

# What is wrong is named.
sed 's/"delimiter"/"delimeter"/' guess.json >wrong.json
expect 'a wrong key' 4 map check wrong.json
says 'a wrong key has its pointer' err '/delimeter'
says 'a wrong key has its nearest' err 'did you mean "delimiter"'
printf '{"records": [' >broken.json
expect 'broken JSON' 4 map check broken.json "$statement"
sed 's/"Balance"/"Saldo"/' guess.json >column.json
expect 'a column the file has not' 4 map check column.json "$statement"
says 'a column the file has not' err '"Saldo"'

# A row that is rejected and a balance that does not follow: exit code 3.
head -n 6 "$statement" | sed '5s/^[0-9]*/99/' >rejected.csv
expect 'a row is rejected' 3 map check guess.json rejected.csv
says 'a row is rejected' err '1 rejected'
says 'with its place' err 'REJECTED: the first: line 5'
expect 'a row is missing' 3 map check guess.json gap.csv
says 'a row is missing' err 'rows that break: 1'
