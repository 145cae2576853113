# Goal: a file in gives a receipt that accounts for every record, in words and as JSON; the same
#       bytes twice change nothing; a preview stores nothing.
# Method: a small ledger with one of everything, against golden text.
. "$(dirname "$0")/lib.sh"
needs jq

cat >ledger.csv <<'END'
id,time,from,to,amount,currency
T1,2024-03-01T10:00:00Z,A,B,10.00,EUR
T2,2024-03-02T10:00:00Z,B,C,4.50,EUR
T3,2024-03-03T10:00:00Z,B,C,1.005,EUR
T2,2024-03-02T10:00:00Z,B,C,4.50,EUR
T1,2024-03-01T10:00:00Z,A,B,99.00,EUR
T4,2024-03-04T10:00:00Z,C,A,700,JPY
END
hash=$(sha256sum ledger.csv | cut -d ' ' -f 1)

expect 'a preview without a store' 3 import --dry-run ledger.csv
says 'preview shows the fields' out 'from'
says 'preview says what was rejected' out 'E-MONEY-DECIMALS'
says 'preview counts' err '5 records would be loaded, 1 rejected'
expect 'a preview as JSON' 3 import --dry-run --records 1 --json ledger.csv
equal 'the first record' "$(jq -r '[.rows[] | select(.record == 1) | .field + "=" + .value] |
    join(";")' out)" \
    'id=T1;from=A;to=B;time=2024-03-01T10:00:00Z;amount=1000 minor units of EUR;type=transfer'

fresh_store
expect 'import' 3 import --source bank-a ledger.csv
cat >wanted <<END
ledger.csv: partial, revision 1, source 1
  importer    ledger_csv 1, namespace bank-a
  content     $hash
  records     6 = 3 loaded + 1 duplicate + 2 rejected; 0 warnings
  facts       3 transfer
  EUR         in 1450, out 1450 minor units, 4 movements
  JPY         in 700, out 700 minor units, 2 movements
END
grep -v rejected\  out >got || :
same 'the receipt' got wanted
says 'the reject names line and reason' out 'line 4: amount "1.005" has more than 2 decimals'
says 'the contradiction names the first' out "line 6:"
says 'the contradiction names the first' out "first at $hash:"

expect 'the same bytes again' 0 import --source bank-a ledger.csv
says 'a no-op says so' out 'ledger.csv: already imported as revision 1, source 1; nothing was done'
expect 'no new revision' 0 status --json
equal 'no new revision' "$(jq -r '.rows[] | select(.field == "revision") | .value' out)" 1
expect 'the same bytes in another namespace are another source' 3 import --source bank-b ledger.csv

expect 'sources' 0 sources --json
equal 'sources' "$(jq -c '[.rows[] | [.source, .revision, .state, .namespace, .rows, .loaded,
    .duplicates, .rejected]]' out)" \
    '[[1,1,"partial","bank-a",6,3,1,2],[2,2,"partial","bank-b",6,3,1,2]]'
expect 'a receipt later' 0 sources show 1 --rejects --duplicates --json
equal 'each record is accounted for' "$(jq -c '[.rows, .loaded + .duplicates + .rejected,
    (.reject_lines | length), (.duplicate_lines | length)]' out)" '[6,6,2,1]'
equal 'sums by account' "$(jq -c '[.totals[] | [.account, .currency, .in, .out, .count]]' out)" \
    '[["A","EUR","0","1000",1],["A","JPY","700","0",1],["B","EUR","1000","450",2],["C","EUR","450","0",1],["C","JPY","0","700",1]]'
expect 'a source by its name is not one' 4 sources show ledger.csv
expect 'a source by its hash is not one' 4 sources show "$hash"
expect 'a source that is not there' 4 sources show 9

status=0
"$bin" import --source stdin - <ledger.csv >out 2>err || status=$?
equal 'standard input' "$status" 3
says 'standard input' out 'stdin: partial, revision 3'

gzip -c ledger.csv >packed.csv.gz
expect 'a compressed file' 3 import --source packed packed.csv.gz
says 'the content is named by what is inside' out "content     $hash"

expect 'two files, one not there' 4 import --source more ledger.csv nowhere.csv
says 'the one is imported' out 'ledger.csv: partial, revision 5'
says 'the other is said' err 'nowhere.csv'
