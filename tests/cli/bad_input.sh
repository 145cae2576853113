# Goal: bad input is a clear error with its place and the exit code for it; the rest is loaded or
#       nothing is published, as the kind of the mistake says, and nothing is lost.
# Method: one call a story. `broken`: the container cannot be read, exit 4, no revision. `partial`:
#         some records cannot be read, exit 3, a revision, and rows = loaded + duplicates + rejected.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
head='id,time,from,to,amount,currency'
good='T1,2024-03-01T10:00:00Z,A,B,10.00,EUR'
count=0

revision() {
    "$bin" status --json | jq -r '.rows[] | select(.field == "revision") | .value'
}

# broken STORY EXIT TEXT WORD...: the file is refused whole.
broken() {
    story=$1
    wanted_code=$2
    text=$3
    shift 3
    before=$(revision)
    checks=$((checks + 1))
    [ -n "$before" ] || fail "$story: the store tells no revision"
    expect "$story" "$wanted_code" import --source "n$count" "$@"
    says "$story" err "$text"
    says "$story" err '[E-'
    equal "$story: nothing is published" "$(revision)" "$before"
    count=$((count + 1))
}

# partial STORY CODE TEXT LOADED REJECTED: file f.csv is loaded but for some records.
partial() {
    story=$1
    expect "$story" 3 import --source "n$count" --as ledger_csv --json f.csv
    equal "$story" "$(jq -c '.receipts[0] | [.state, .loaded, .rejected,
        .rows == .loaded + .duplicates + .rejected, .reject_lines[0].code]' out)" \
        "[\"partial\",$4,$5,true,\"$2\"]"
    checks=$((checks + 1))
    jq -r '.receipts[0].reject_lines[] | "line \(.line): \(.message)"' out | grep -qF -- "$3" ||
        fail "$story: no \"$3\" among: $(jq -c '.receipts[0].reject_lines' out)"
    count=$((count + 1))
}

: >f.csv
broken 'an empty file' 4 'empty' --as ledger_csv f.csv
broken 'an empty file, to be recognised' 4 'empty' --lock-wait 1 f.csv
printf 'id,time,from,to,amount\n' >f.csv
broken 'a missing column' 4 'currency' --as ledger_csv f.csv
printf '%s,colour\n%s,red\n' "$head" "$good" >f.csv
broken 'an unknown column' 4 'colour' --as ledger_csv f.csv
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,"A,B,10.00,EUR\n' "$head" "$good" >f.csv
broken 'an unclosed quote' 4 'line 3' --as ledger_csv f.csv
printf 'nobody knows this format\n' >f.csv
broken 'an unknown format' 4 'not recognised' --lock-wait 1 f.csv
mkdir folder
broken 'an empty folder' 4 'folder' --lock-wait 1 folder
broken 'a file that is not there' 4 'nowhere.csv' --as ledger_csv nowhere.csv
broken 'a file that cannot be read' 69 'mem' --as ledger_csv /proc/self/mem
printf 'a;b\n1;2\n' >f.csv
printf '{"schema":"assettrace/mapping/1","colour":"red"}\n' >map.json
expect 'a mapping with an unknown key' 4 import --as table_csv --map map.json f.csv
says 'a mapping with an unknown key' err '/colour'
says 'a mapping with an unknown key' err 'line 1'
printf '{"schema":"assettrace/mapping/1",\n "x": 1 "y": 2}\n' >map.json
expect 'a mapping that is no JSON' 4 import --as table_csv --map map.json f.csv
says 'a mapping that is no JSON' err 'line 2'
expect 'no mapping' 2 import --as table_csv f.csv
expect 'an option nobody knows' 2 import --as ledger_csv --option colour=red f.csv
expect 'a needed option' 2 import --as amlsim_csv f.csv
expect 'an importer nobody knows' 2 import --as ledgr_csv f.csv
says 'an importer nobody knows' err 'ledger_csv'
expect 'a scale that is none' 2 import --scale USDT=x f.csv
expect 'a scale for a currency of ISO 4217' 2 import --scale EUR=3 f.csv

printf '%s\n%s\nT2,2024-03-02T10:00:00Z,A\000,B,10.00,EUR\n' "$head" "$good" >f.csv
partial 'NUL bytes' E-CSV-NUL 'line 3' 1 1
{
    printf '%s\n%s\nT2,2024-03-02T10:00:00Z,' "$head" "$good"
    head -c 10000000 /dev/zero | tr '\000' x
    printf ',B,10.00,EUR\nT3,2024-03-03T10:00:00Z,A,B,1.00,EUR\n'
} >f.csv
partial '10 MB in one field' E-CSV-RECORD 'line 3' 2 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,\344\366,B,10.00,EUR\n' "$head" "$good" >f.csv
partial 'a wrong encoding' E-CSV-UTF8 'line 3' 1 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,A,B,10.001,EUR\n' "$head" "$good" >f.csv
partial 'too many decimals' E-MONEY-DECIMALS '"10.001"' 1 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,A,B,92233720368547758.08,EUR\n' "$head" "$good" >f.csv
partial 'an overflow' E-AMOUNT-RANGE '92233720368547758.08' 1 1
printf '%s\n%s\nT2,2023-02-30,A,B,10.00,EUR\n' "$head" "$good" >f.csv
partial '30 February' E-TIME-VALUE '2023-02' 1 1
printf '%s\n%s\n%s\nT1,2024-03-01T10:00:00Z,A,B,11.00,EUR\n' "$head" "$good" "$good" >f.csv
partial 'duplicate ids' E-IMPORT-DUPID 'T1' 1 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,A,B,10.00,QQQ\n' "$head" "$good" >f.csv
partial 'an unknown currency' E-CURRENCY-UNKNOWN '"QQQ"' 1 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,A,B,10.00\n' "$head" "$good" >f.csv
partial 'a row cut short' E-CSV-FIELDS 'line 3' 1 1
printf '%s\n%s\nT2,2024-03-02T10:00:00Z,@x,B,10.00,EUR\n' "$head" "$good" >f.csv
partial 'a reserved id' E-ID-RESERVED '@x' 1 1

# Not lost: what was refused whole is still there byte for byte, and the log says why.
hash=$(printf '%s\n%s\nT2,2024-03-02T10:00:00Z,"A,B,10.00,EUR\n' "$head" "$good" | sha256sum | cut -d ' ' -f 1)
checks=$((checks + 1))
[ -f "test.at/sources/$hash" ] || fail 'the refused file is not kept'
expect 'the log tells of it' 0 log --json
checks=$((checks + 1))
jq -e --arg h "$hash" 'any(.rows[]; .action == "failed" and (.object == $h or (.detail | contains("quote"))))' \
    out >/dev/null || fail 'no failed entry for the refused file'

# Case files.
ask='{"id":"q1","ask":"reconcile"}'
case_file() {
    printf '{"schema":"assettrace/case/1","id":"c","purpose":"p","legal_basis":"l","subjects":[],"questions":[%s]%s}\n' \
        "$1" "$2" >case.json
}
case_file "$ask" ',"colour":"red"'
expect 'a case with an unknown key' 4 run case.json
says 'a case with an unknown key' err '/colour'
case_file '{"id":"q1","ask":"reconcle"}' ''
expect 'a case with an unknown query' 4 run case.json
says 'a case with an unknown query' err 'reconcile'
case_file '{"id":"q1","ask":"reconcile","colour":1}' ''
expect 'a question with an unknown argument' 4 run case.json
says 'a question with an unknown argument' err '/questions/0/colour'
printf '{"schema":"assettrace/case/1","id":"c","questions":[%s]}\n' "$ask" >case.json
expect 'a case without purpose' 4 run case.json
says 'a case without purpose' err '"purpose"'
printf '{"schema":' >case.json
expect 'a case cut short' 4 run case.json
expect 'a case that is not there' 4 run nowhere.json
expect 'a revision that is not there' 4 status --at 999
says 'a revision that is not there' err '[E-REVISION-UNKNOWN]'
expect 'a thing nobody knows' 4 show nobody
