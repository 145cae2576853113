# Goal: files of more than one chunk of transfers: in any order, with long ids or Persian digits, in
#       halves that overlap, twice - the same facts once; and killed at any moment, all or nothing.
# Method: 70,000 invented rows written five ways; receipts are compared with awk's own sums. Then
#         ten imports are killed, the store is checked, and the last one gives the same answers.
. "$(dirname "$0")/lib.sh"
needs jq
rows=70000

# make FIRST LAST [WORD]: rows in the order of time; WORD none: without ids; long: of 40 bytes.
make() {
    awk -v first="$1" -v last="$2" -v word="${3:-}" 'BEGIN {
        print "id,time,from,to,amount,currency"
        for (i = first; i <= last; i++) {
            id = word == "none" ? "" : word == "long" ? sprintf("T%039d", i) : i
            printf "%s,2024-%02d-%02dT%02d:%02d:%02dZ,A%d,B%d,%d.%02d,%s\n", id, 1 + i / 9000,
                1 + i / 300 % 20, i / 60 % 24, i % 60, i * 7 % 60, i * 31 % 977, i * 17 % 1013,
                i % 5000, i % 100, i % 3 ? "EUR" : "USD"
        }
    }'
}

# counted STORY FILE NAMESPACE LOADED DUPLICATE REJECTED
counted() {
    run import --json --as ledger_csv --source "$3" "$2"
    equal "$1" "$(jq -r '.receipts[0] |
        [.loaded, .duplicates, .rejected] | join(" ")' out 2>/dev/null)" "$4 $5 $6"
}

make 1 $rows >plain.csv
fresh_store
counted 'rows in order' plain.csv order $rows 0 0
wanted=$(awk -F, 'NR > 1 { gsub(/\./, "", $5); sum[$6] += $5 }
    END { printf "EUR %.0f USD %.0f", sum["EUR"], sum["USD"] }' plain.csv)
equal 'sums of a receipt are those of the file' "$(jq -r '[.receipts[0].totals | group_by(.currency)[] |
    .[0].currency, (map(.out | tonumber) | add)] | join(" ")' out)" "$wanted"

{ head -n 1 plain.csv; tail -n +2 plain.csv | awk '{ print ($1 + 0) * 7919 % 70001 "," $0 }' |
    sort -t, -k1,1n | cut -d, -f2-; } >mixed.csv
counted 'the same rows in another order say nothing new' mixed.csv order 0 $rows 0
counted 'in another namespace they are other transfers' mixed.csv mixed $rows 0 0
{ cat mixed.csv; tail -n +2 mixed.csv | head -n 500; } >twice.csv
counted 'rows that stand twice in a mixed file' twice.csv twice $rows 500 0
sed '2,$ s/,\([0-9]*\)\.\([0-9][0-9]\),/,1\1.\2,/' mixed.csv >other.csv
counted 'the same ids with other amounts' other.csv order 0 0 $rows

make 1 $rows none >nameless.csv
make 35001 105000 none >later.csv
counted 'rows without ids' nameless.csv bank $rows 0 0
counted 'a later file that overlaps by half' later.csv bank 35000 35000 0
make 1 $rows long >long.csv
counted 'ids of 40 bytes' long.csv long $rows 0 0
sed '2,$ { s/0/۰/g; s/1/۱/g; s/2/۲/g; s/3/۳/g; s/4/۴/g; s/5/۵/g; s/6/۶/g; s/7/۷/g; s/8/۸/g
    s/9/۹/g }' nameless.csv >persian.csv
counted 'Persian digits' persian.csv persian $rows 0 0
expect 'the store is whole' 0 check --read-data

# Killed at ten moments from the first byte to publication.
rm -rf test.at
fresh_store
delay=0
for moment in 1 2 3 4 5 6 7 8 9 10; do
    "$bin" import --as ledger_csv --source mixed mixed.csv >out 2>err &
    program=$!
    sleep "0.$(printf '%02d' "$delay")"
    kill -9 "$program" 2>/dev/null || true
    wait "$program" 2>/dev/null || true
    delay=$((delay + 7))
    expect "moment $moment: the store is whole" 0 check --read-data
done
run import --json --as ledger_csv --source mixed mixed.csv
equal 'after ten kills the file is in once' "$(jq -r '.receipts[0].loaded' out)" $rows
expect 'an answer' 0 ask --csv timeline of=A5
cp out killed.csv
rm -rf test.at
fresh_store
expect 'an import in peace' 0 import --as ledger_csv --source mixed mixed.csv
expect 'the same answer' 0 ask --csv timeline of=A5
same 'answers after kills and in peace' out killed.csv
