# Goal: a corrected file takes a source's place by one revision, as if the first had never come; it
#       can be taken back, and older revisions answer as before.
# Method: two banks' files that pair and repeat each other; the replaced store is compared with one
#       that only ever had the corrected file, then everything is undone and compared again.
. "$(dirname "$0")/lib.sh"
needs jq

head='id,time,from,to,amount,currency'
{
    echo "$head"
    echo 'T-1,2024-01-01T00:00:00Z,A,B,10.00,EUR'
    echo 'T-2,2024-01-02T00:00:00Z,A,C,20.00,EUR'
} >first.csv
{
    echo "$head"
    echo 'T-1,2024-01-01T00:00:00Z,A,B,11.00,EUR'
    echo 'T-2,2024-01-02T00:00:00Z,A,C,20.00,EUR'
    echo 'T-3,2024-01-03T00:00:00Z,C,D,5.00,EUR'
} >second.csv
{
    echo "$head"
    echo 'T-2,2024-01-02T00:00:00Z,A,C,20.00,EUR'
    echo 'T-9,2024-01-09T00:00:00Z,D,A,1.00,EUR'
} >other.csv

# answers NAME [REVISION]: all transfers of A and what it holds, without citing and numbering.
answers() {
    for node in A B C D; do
        run ask timeline of="$node" ${2:+--at "$2"} --json
        jq -c 'del(.revision) | .rows[] |= del(.sources)' out
    done >"$1"
}
revision() {
    "$bin" status --json | jq -r '.rows[] | select(.field == "revision").value'
}

fresh_store
expect 'the corrected file alone' 0 import --source bank second.csv
expect 'and the other' 0 import --source bank other.csv
answers wanted

fresh_store
expect 'the first file' 0 import --source bank first.csv
expect 'the other' 0 import --source bank other.csv
answers before
before=$(revision)
expect 'no reason' 2 sources replace 1 second.csv
expect 'a look' 0 sources replace 1 second.csv --dry-run
says 'a look' out 'source 1 "first.csv", 2 records, would be withdrawn; 3 records would be loaded'
equal 'a look changes nothing' "$(revision)" "$before"
expect 'the same file' 4 sources replace 1 first.csv --reason x
says 'the same file' err E-SOURCE-SAME
expect 'a file that stands elsewhere' 4 sources replace 1 other.csv --reason x
says 'a file that stands elsewhere' err 'Withdraw the other source'
printf 'nothing of use\n' >broken.csv
expect 'a broken file' 4 sources replace 1 broken.csv --reason x
equal 'what fails changes nothing' "$(revision)" "$before"
answers after_failures
same 'what fails changes no answer' after_failures before

expect 'replaced' 0 sources replace 1 second.csv --reason 'the bank corrected it'
equal 'by one revision' "$(revision)" $((before + 1))
answers replaced
same 'as if only the corrected file had come' replaced wanted
checks=$((checks + 1))
cmp -s replaced before && fail 'the correction changes nothing, so this test shows nothing'
answers then "$before"
same 'before it the old answers' then before
expect 'sources' 0 sources --json
equal 'one was withdrawn by the revision of the other' "$(jq -c '[.rows[] |
    [.source, .revision, .withdrawn]]' out)" '[[1,1,3],[2,2,null],[3,3,null]]'
equal 'with the reason' "$(jq -r '.rows[0].reason' out)" 'the bank corrected it'
expect 'the log holds' 0 log verify
expect 'the log' 0 log --json
checks=$((checks + 1))
jq -e 'any(.rows[]; .action == "published" and (.detail |
    endswith("replacing source 1: the bank corrected it")))' out >/dev/null ||
    fail 'no word of the replacement in the log'
expect 'replaced twice' 4 sources replace 1 second.csv --reason again
says 'replaced twice' err E-SOURCE-WITHDRAWN

# Back again: the successor is withdrawn, the first published anew from the copy kept.
expect 'a source that stands' 4 sources republish 3
says 'a source that stands' err E-SOURCE-STANDS
expect 'the successor is withdrawn' 0 sources withdraw 3 --reason 'it was wrong too'
rm first.csv
expect 'a look at the first' 0 sources republish 1 --dry-run
expect 'the first again' 0 sources republish 1
answers back
same 'undone' back before
answers middle $((before + 1))
same 'and the replaced state can still be asked' middle replaced
equal 'under its old name' "$("$bin" sources --json | jq -r '.rows[3].name')" first.csv

# What was read by a mapping and with options is read again by them.
printf 'd;f;t;a\n2024-02-01;A;E;7,50\n' >mapped.csv
cat >map.json <<'M'
{"delimiter": ";", "decimal": ",", "zone": "Z", "records": [{"kind": "transfer", "fields": {
 "time": "d", "from": "f", "to": "t", "amount": "a", "currency": {"constant": "EUR"}}}]}
M
if "$bin" map check map.json mapped.csv >said 2>&1; then
    expect 'a mapped file' 0 import --source m --as table_csv --map map.json mapped.csv
    rm map.json
    printf 'd;f;t;a\n2024-02-01;A;E;8,50\n' >mapped2.csv
    expect 'replaced by its mapping' 0 sources replace mapped.csv mapped2.csv --reason x
    expect 'withdrawn' 0 sources withdraw mapped2.csv --reason x
    expect 'and republished' 0 sources republish mapped.csv
    run ask timeline of=E --tsv
    says 'the old amount' out '	750	'
else
    fail "the test's mapping is wrong: $(cat said)"
fi
