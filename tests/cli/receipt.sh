# Goal: what a file says of itself is checked and told: its balances, what was rejected of it (as
#       files that can be corrected and imported), several files together, and what it may take.
# Method: small files with one fault each; the rejected rows of one are corrected and come in.
. "$(dirname "$0")/lib.sh"
needs jq gzip
fresh_store

# --- Rejected records as files ---
{
    echo 'id,time,from,to,amount,currency'
    echo 'T1,2024-03-01,A,B,10.00,EUR'
    echo 'T2,2024-03-02,A,B,1.005,EUR'
    printf 'T3,2024-03-03,A,B\377,many,EUR\n'
    echo 'T1,2024-03-01,A,B,99.00,EUR'
    printf 'T4,2024-03-04,A,B,x,EUR'
} >bank.csv
hash=$(sha256sum bank.csv | cut -c 1-64)
short=$(printf %.12s "$hash")
expect 'rejects are written' 3 import --source bank --rejects bad --json bank.csv
list="bad/$short-bank.rejects.ndjson" rows="bad/$short-bank.rejects.csv"
equal 'the receipt names the list' "bad/$(jq -r '.receipts[0].rejects_list' out)" "$list"
equal 'the receipt names the rows' "bad/$(jq -r '.receipts[0].rejects_rows' out)" "$rows"
{
    head -n 1 bank.csv
    tail -n +3 bank.csv
    echo
} >wanted
same 'the rows are those of the file, below its header' "$rows" wanted
equal 'each has its line and reason' \
    "$(jq -r '"\(.line) \(.code)"' "$list" | tr '\n' ';')" \
    '3 E-MONEY-DECIMALS;4 E-CSV-UTF8;5 E-IMPORT-DUPID;6 E-MONEY-TEXT;'
jq -r '"\(.offset) \(.bytes) \(.address)"' "$list" | while read -r offset bytes address; do
    tail -c "+$((offset + 1))" bank.csv | head -c "$bytes" >>taken
    echo >>taken
    [ "$address" = "$hash:$offset+$bytes" ] || echo "$address" >>wrong
done
tail -n +2 wanted >wanted.rows
same 'offset and length lead to the bytes' taken wanted.rows
equal 'every address is that of the record' "$([ -e wrong ] && cat wrong)" ''
equal 'text is text, anything else is hex' \
    "$(jq -r 'if .text then "text" else .hex[0:4] end' "$list" | tr '\n' ' ')" 'text 5433 text text '
equal 'who contradicts names the first' "$(jq -r 'select(.first) | .first' "$list")" \
    "$hash:$(head -n 1 bank.csv | wc -c)+$(sed -n 2p bank.csv | tr -d '\n' | wc -c)"
says 'nothing else lies there' bad/"$short"-bank.rejects.csv T2
equal 'two files' "$(find bad -type f | wc -l)" 2

cp -r bad again
expect 'the same files later' 0 sources show 1 --save-rejects bad2
says 'the receipt names them' out "$short-bank.rejects.csv"
diff -r bad again >/dev/null || fail 'sources show changed the files of import'
diff -r bad2 again >/dev/null || fail 'sources show writes other files'
expect 'and once more where they are' 0 import --source bank --rejects bad bank.csv
diff -r bad again >/dev/null || fail 'an import that does nothing writes other files'
checks=$((checks + 3))

sed 's/1.005/1.01/; s/^T1/T5/; s/,x,/,3,/; s/,many,/,2,/' "$rows" | tr -d '\377' >fixed.csv
expect 'corrected rows come in' 0 import --source bank fixed.csv
says 'all of them' out '4 = 4 loaded + 0 duplicate + 0 rejected'
printf 'id,time,from,to,amount,currency\nT9,2024-03-01,A,B,1,EUR\n' >good.csv
expect 'no rejects, no file' 0 import --source bank --rejects none good.csv
equal 'an empty folder' "$(ls none)" ''
gzip -n -c bank.csv >other.csv.gz
expect 'a packed file' 3 import --source other --rejects packed other.csv.gz
equal 'its rows are not packed' "$(cat packed/*-other.rejects.csv | tail -n +2 | head -c 2)" T2
echo >folder.csv
expect 'a folder that cannot be one' 4 import --rejects folder.csv good.csv

# The encoding, the ends of lines, the lines above and below of the file.
cat >m.json <<'END'
{"encoding": "utf-16le", "delimiter": ";", "date": "YYYY-MM-DD", "skip_lines": 1, "trailer_lines": 1,
 "records": [{"kind": "leg", "statement": {"opening": "0", "closing": "30.00"}, "fields":
  {"account": {"constant": "ACC"}, "currency": {"constant": "EUR"}, "time": "day", "amount": "sum",
   "reference": "note"}}]}
END
printf 'statement 7\r\nday;sum;note\r\n2024-01-01;10.00;a\r\n2024-01-02;zwei;b\r\n2024-01-03;15.00;c\r\n;;end\r\n' |
    iconv -t UTF-16LE >wide.csv
expect 'a file of UTF-16' 3 import --source wide --as table_csv --map m.json --rejects wide wide.csv
says 'its closing does not agree without the row' out 'closing differs by 500'
says 'and is counted' out '1 = 0 add up + 1 do not + 0 without balances'
iconv -f UTF-16LE wide/*.csv >got
printf 'statement 7\r\nday;sum;note\r\n2024-01-02;zwei;b\r\n;;end\r\n' >wanted
same 'its rows with all that is around' got wanted
sed 's/zwei/5.00/' got | iconv -t UTF-16LE >wide-fixed.csv
sed -i 's/, "statement": {[^}]*}//' m.json
expect 'corrected' 0 import --source wide --as table_csv --map m.json wide-fixed.csv
says 'one row' out '1 = 1 loaded'

# --- Balances of the file itself ---
cat >b.json <<'END'
{"date": "YYYY-MM-DD", "records": [{"kind": "leg", "fields": {"account": "acc", "currency":
  {"constant": "EUR"}, "time": "day", "amount": "sum", "fee": "fee", "balance": "after"}}]}
END
cat >even.csv <<'END'
acc,day,sum,fee,after
ONE,2024-01-01,100.00,,150.00
TWO,2024-01-01,-5.00,1.00,94.00
ONE,2024-01-02,-20.00,0.50,129.50
END
expect 'statements that add up' 0 import --source s --as table_csv --map b.json --json even.csv
equal 'their figures' "$(jq -c '[.receipts[0].statements[] | [.account, .opening, .in, .out, .fees,
    .closing, .difference, .rows, .breaks]]' out)" \
    '[["ONE","5000","10000","2000","50","12950","0",2,0],["TWO","10000","0","500","100","9400","0",1,0]]'
equal 'and their number' "$(jq -c '.receipts[0] | [.statement_count, .statements_compared,
    .statements_off]' out)" '[2,2,0]'
sed 's/129.50/129.40/; s/TWO/OWT/; s/ONE/ENO/' even.csv >odd.csv
expect 'a balance that does not follow' 0 import --source s --as table_csv --map b.json odd.csv
says 'the difference' out 'ENO: opening 5000, in 10000, out 2000, fees 50, closing 12940 minor units of EUR; closing differs by -10'
head -n 2 even.csv >part.csv
tail -n 1 even.csv >>part.csv
expect 'rows that another file had too' 0 import --source s --as table_csv --map b.json --json part.csv
equal 'are duplicates, and count in the balances of their file' "$(jq -c '.receipts[0] |
    [.duplicates, .statements_off, .statements[0].in]' out)" '[2,0,"10000"]'

# --- Several files ---
printf 'id,time,from,to,amount,currency\nM1,2024-01-01,A,B,1.00,EUR\nM2,2024-01-01,A,B,7,JPY\n' >m1.csv
printf 'id,time,from,to,amount,currency\nM3,2024-01-01,A,B,2.00,EUR\nM4,2024-01-01,A,B,x,EUR\n' >m2.csv
expect 'several files' 3 import --source m m1.csv m2.csv m1.csv
cat >wanted <<'END'
file    state     source  rows  loaded  duplicates  rejected  warnings
------  --------  ------  ----  ------  ----------  --------  --------
m1.csv  complete      10     2       2           0         0         0
m2.csv  partial       11     2       1           0         1         0
m1.csv  already       10     2       2           0         0         0
all                          4       3           0         1         0

sums in minor units
currency   in  out  movements
--------  ---  ---  ---------
EUR       300  300          4
JPY         7    7          2
END
number=$(grep -o 'm1.csv: complete, revision [0-9]*, source [0-9]*' out | grep -o '[0-9]*$')
sed -n '/^file /,$p' out | sed "s/  $number  /  10  /; s/  $((number + 1))  /  11  /" >got
same 'one row a file, and sums' got wanted
expect 'nothing of that for one' 3 import --source n m2.csv
equal 'nothing of that for one' "$(grep -c '^file' out)" 0
expect 'as JSON' 3 import --source o --json m1.csv m2.csv
equal 'as JSON' "$(jq -c '[.sums[] | [.currency, .in, .out, .count]]' out)" \
    '[["EUR","300","300",4],["JPY","7","7",2]]'
ASSETTRACE_LANG=fa expect 'in another language' 3 import --source p m1.csv m2.csv
says 'in another language' out 'کامل'

# --- Memory ---
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 0; i < 120000; i++)
        printf "M-%d,2024-01-01,account-of-%030d,account-at-%030d,1.00,EUR\n", (i * 7919) % 120000, i, i
}' >wide-world.csv
expect 'a limit that no program fits' 2 import --max-memory 1 wide-world.csv
expect 'more than it may take' 20 import --source w --max-memory 24 wide-world.csv
says 'is refused and said' err 'the import needs more than its 24 MiB of memory'
says 'with its code' err E-LIMIT-MEMORY
says 'what to do' err '--max-memory'
expect 'nothing of it is there' 0 sources --json
equal 'nothing of it is there' "$(jq '[.rows[] | select(.namespace == "w")] | length' out)" 0
expect 'the store is whole' 0 check --read-data
says 'the log knows why' test.at/custody/log.jsonl E-MEMORY
expect 'with more it comes in' 0 import --source w --max-memory 256 wide-world.csv
mkdir in
mv wide-world.csv in/w.csv
touch in/w.csv.done
expect 'an inbox is told the same' 20 inbox --max-memory 24 --json in
equal 'an inbox is told the same' "$(jq -r '.rows[0].code' out)" E-LIMIT-MEMORY
