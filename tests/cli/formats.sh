# Goal: every format carries the same values, and text that would disturb one is escaped, not lost.
# Method: one answer in all formats, each turned back into the rows of the JSON document.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
printf 'id,type,name\nP1,person,"Tab\there, ""quoted"" \\ and\nline"\nP2,company,\330\252\331\207\330\261\330\247\331\206\n' >parties.csv
expect 'import' 0 import --source register --as parties_csv parties.csv

expect 'json' 0 show P1 --json
cp out answer.json
jq -r '.columns as $c | ([$c[].name, "grade", "sources"] | join("\t")),
    (.rows[] | [.[$c[].name] // "", .grade, (.sources | join(" "))] | @tsv)' answer.json >wanted.tsv
expect 'tsv' 0 show P1 --tsv
same 'tsv carries the same values' out wanted.tsv
expect 'a pipe gets tsv' 0 show P1
same 'a pipe gets tsv' out wanted.tsv
says 'tsv escapes' out 'Tab\there, "quoted" \\ and\nline'
expect 'ndjson' 0 show P1 --ndjson
jq -c '.rows[]' answer.json >wanted.ndjson
same 'ndjson is the rows' out wanted.ndjson
expect 'csv' 0 show P1 --csv
says 'csv quotes' out '"Tab	here, ""quoted"" \ and'
equal 'csv has as many quoted line ends as the value' "$(grep -c '' out)" \
    "$(($(jq '.rows | length' answer.json) + 2))"
expect 'json is canonical' 0 show P1 --json
jq -cS . answer.json >sorted.json
same 'json is canonical' out sorted.json
expect 'a file' 0 show P1 --json -o file.json
same 'a file holds the same' file.json answer.json

# Every field, named, in a machine's four formats: the rows of the JSON document come back.
all=$(jq -r '[.columns[].name, "grade", "sources", "support"] | join(",")' answer.json)
expect 'all fields as json' 0 show P1 --json --fields "$all"
same 'all fields are what json has unasked' out answer.json
jq -c --arg all "$all" '($all | split(",")) as $names | .rows[] | . as $row |
    [$names[] | $row[.] // "" | if type == "array" then join(" ") else tostring end]' \
    answer.json >wanted.rows
expect 'all fields as tsv' 0 show P1 --tsv --fields "$all"
jq -R -c 'split("\t") | map(gsub("\\\\(?<c>[tnr\\\\])";
    {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[.c]))' out | tail -n +2 >rows
same 'tsv gives the rows back' rows wanted.rows
expect 'all fields as ndjson' 0 show P1 --ndjson --fields "$all"
jq -c --arg all "$all" '($all | split(",")) as $names | . as $row |
    [$names[] | $row[.] // "" | if type == "array" then join(" ") else tostring end]' out >rows
same 'ndjson gives the rows back' rows wanted.rows
expect 'all fields as csv' 0 show P1 --csv --fields "$all"
jq -R -s -c '
    def fields: [scan("(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,\"]*))")
        | (.[0] // .[1]) | gsub("\"\""; "\"")];
    [scan("((?:\"(?:[^\"]|\"\")*\"|[^\"\n])*)\n") | .[0] | fields] | .[1:][]' out >rows
same 'csv gives the rows back' rows wanted.rows
expect 'fields in the order asked' 0 show P1 --fields sources,value
equal 'fields in the order asked' "$(head -n 1 out)" "sources	value"
expect 'fields of json' 0 show P1 --json --fields grade,value
equal 'fields of json' "$(jq -c '[.columns[].name, (.rows[0] | keys[])]' out)" \
    '["value","grade","value"]'
expect 'a field nobody has' 2 show P1 --fields valu
says 'a field nobody has' err 'no field "valu"'
says 'a field nobody has' err 'Did you mean "value"?'
expect 'a field twice' 2 show P1 --fields value,value
expect 'no field' 2 show P1 --fields ''

expect 'a table' 0 show P1 --table
says 'a table shows controls' out 'Tab<U+0009>here, "quoted" \ and<U+000A>line'
says 'a table names file and line' out 'register/parties.csv:2'
expect 'a table with whole addresses' 0 ask network of=P1 --table --verbose
expect 'no colour, no isolates in a pipe' 0 show P2 --table
checks=$((checks + 1))
grep -q "$(printf '\342\201\250')" out && fail 'an isolate in a pipe'
if command -v script >/dev/null; then
    script -qec "stty cols 80; $bin -s $work/test.at show P2" /dev/null >terminal 2>&1 </dev/null || :
    says 'a terminal gets a table' terminal '-----'
    says 'a name from right to left is isolated on a terminal' terminal "$(printf '\342\201\250')"
fi

expect 'find' 0 find quoted --json
equal 'find' "$(jq -r '.rows[0].thing' out)" P1
expect 'find nothing' 1 find nobody-has-this-name
equal 'find nothing says nothing' "$(wc -l <out | tr -d ' ')" 1
address=$(jq -r '.rows[-1].sources[0]' answer.json)
expect 'the bytes of a record' 0 show "$address"
tail -c +14 parties.csv | head -c "${address##*+}" >wanted.bytes
same 'the bytes of a record' out wanted.bytes
expect 'a cut answer' 20 find p --limit 1 --json
equal 'a cut answer says so' "$(jq -c '[.truncated, (.rows | length)]' out)" '[true,1]'

# What the caller's environment says changes nothing.
expect 'plain surroundings' 0 find quoted --json
cp out plain.json
OPENSSL_CONF=/nowhere ICU_DATA=/nowhere SQLITE_TMPDIR=/nowhere TZ=Asia/Tehran LANG=fa_IR.UTF-8 \
    LC_ALL=tr_TR.UTF-8 POSIXLY_CORRECT=1 "$bin" find quoted --json >out
same 'hostile surroundings' out plain.json
