# Goal: small files that are made to exhaust disk, memory or stack are refused at stated limits, with
#       a code and what to do; nothing of them is published; who means it can raise the limit.
# Method: real bombs, a few KiB each, made here: gzip, zstd, and JSON nested deep.
. "$(dirname "$0")/lib.sh"
needs gzip
fresh_store

# refused STORY CODE FILE OPTION...
refused() {
    refused_story=$1
    refused_code=$2
    refused_file=$3
    shift 3
    expect "$refused_story" 20 import "$@" "$refused_file"
    says "$refused_story: its code" err "[$refused_code]"
}

# 64 MiB of one line of a ledger, 1000 to 1.
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    row = sprintf("%4096s", "")
    for (i = 0; i < 16384; i++) print row
}' | gzip -9 >lines.csv.gz
equal 'it is small' "$([ "$(wc -c <lines.csv.gz)" -lt 100000 ] && echo yes)" yes
refused 'gzip by ratio' E-INPUT-BOMB lines.csv.gz --as ledger_csv
says 'the cure' err '--max-ratio'
refused 'gzip by size' E-INPUT-BOMB lines.csv.gz --as ledger_csv --max-ratio 2000 --max-unpacked 32
expect 'with both limits raised it is read' 3 import --as ledger_csv --max-ratio 2000 lines.csv.gz
expect 'looking at it is refused too' 20 import --as ledger_csv --dry-run lines.csv.gz
expect 'guessing says that no import could read it' 3 map guess lines.csv.gz

# zstd: RLE blocks of 128 KiB, 4 bytes each (RFC 8878, 3.1.1.2.2).
{
    printf '\050\265\057\375\000\070'
    i=0
    while [ "$i" -lt 1000 ]; do
        printf '\002\000\020\012'
        i=$((i + 1))
    done
    printf '\003\000\020\012'
} >feeds.zst
equal 'it is smaller' "$(wc -c <feeds.zst)" 4010
refused 'zstd by ratio' E-INPUT-BOMB feeds.zst --as ledger_csv
printf '\050\265\057\375\000\250\003\000\020\012' >window.zst
refused 'zstd with a window of 2 GiB' E-LIMIT window.zst --as ledger_csv

# A bomb in an inbox is filed among the rejects.
mkdir in
cp lines.csv.gz in/
touch in/lines.csv.gz.done
expect 'in an inbox' 20 inbox --max-ratio 100 in
equal 'its place' "$(find in/rejects -name '*lines.csv.gz' | wc -l)" 1

# nested DEPTH OPEN
nested() {
    awk -v depth="$1" -v open="$2" 'BEGIN { for (i = 0; i < depth; i++) printf "%s", open }'
}
for depth in 65 1000000; do
    nested "$depth" '[' >deep.json
    expect "a case $depth deep" 20 run deep.json
    says 'the limit' err '[E-JSON-DEPTH]'
    nested "$depth" '{"a":' >deep.json
    expect "a mapping $depth deep" 20 import --as table_csv --map deep.json lines.csv.gz
done
printf '{"statementId":%s\n' "$(nested 2000 '[')" >deep.jsonl
expect 'a statement nested deep' 3 import --as bods deep.jsonl
says 'is rejected alone' out '[E-JSON-DEPTH]'
expect 'nothing but what was meant is published' 0 sources list --ndjson
equal 'sources' "$(wc -l <out)" 2
