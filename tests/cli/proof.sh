# Goal: `show ADDRESS --proof` proves, to somebody with public tools alone, that a record belongs to
#       a source as received; nothing else passes.
# Method: proofs of accepted, repeated and rejected rows of small and packed sources, checked by
#       tests/check/verify_proof; then every field of a proof is changed in turn, and it says no.
. "$(dirname "$0")/lib.sh"
needs jq basenc gzip
verify=$root/tests/check/verify_proof

# proof ADDRESS NAME: NAME.json and NAME.bin.
proof() {
    expect "proof of $1" 0 show "$1" --proof -o "$2.json" --force
    expect "bytes of $1" 0 show "$1"
    cp out "$2.bin"
}

# holds STORY ARGUMENT... / refused STORY ARGUMENT...: what verify_proof says.
holds() {
    checks=$((checks + 1))
    holds_story=$1
    shift
    sh "$verify" "$@" >said 2>&1 || fail "$holds_story: $(cat said)"
}
refused() {
    checks=$((checks + 1))
    refused_story=$1
    shift
    if sh "$verify" "$@" >said 2>&1; then
        fail "$refused_story: $(cat said)"
    fi
    grep -q '^NO: ' said || fail "$refused_story: it broke off: $(cat said)"
}

fresh_store
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 13; i++)
        printf "T-%d,2024-01-%02dT00:00:00Z,A-%d,B-%d,%d.00,EUR\n", i, i, i % 3, i % 4, i
    print "T-14,2024-01-14T00:00:00Z,A-1,B-1,much,EUR"
    print "T-13,2024-01-13T00:00:00Z,A-1,B-1,13.00,EUR" }' >bank.csv
expect 'import, with one row refused' 3 import --source bank bank.csv
content=$(sha256sum <bank.csv | cut -c 1-64)

# Every record of the file, in order; the head is none.
offset=$(head -n 1 bank.csv | wc -c)
number=0
tail -n +2 bank.csv >rows
while IFS= read -r row; do
    bytes=${#row}
    number=$((number + 1))
    proof "$content:$offset+$bytes" "row$number"
    equal "record $number stands at its place" "$(cat "row$number.bin")" "$row"
    holds "record $number" "row$number.json" "row$number.bin" bank.csv test.at/custody/log.jsonl
    says "record $number" said "OK: record $number of 15"
    offset=$((offset + bytes + 1))
done <rows
equal 'all rows were proven' "$number" 15
equal 'no salt occurs twice' "$(cat row*.json | jq -r .leaf.salt | sort -u | wc -l)" 15
equal 'all have one root' "$(cat row*.json | jq -r .root | sort -u | wc -l)" 1
expect 'the schema is published' 0 schema proof
jq -e --slurpfile proof row3.json '.required == ($proof[0] | keys)' out >/dev/null ||
    fail 'the schema wants other members than a proof has'
expect 'the proof goes to a pipe too' 0 show "$(jq -r '.record |
    "\(.content):\(.offset)+\(.bytes)"' row3.json)" --proof
same 'to a pipe as to a file' out row3.json

# Every value of the document changed: a digit of a hash, a number by one, a text by a letter.
change='
    def bent: if type == "number" then . + 1
        elif type == "string" and test("^[0-9a-f]{32,64}$")
            then .[0:5] + (if .[5:6] == "a" then "b" else "a" end) + .[6:]
        elif type == "string" then . + "x" else 1 end;
    [paths(type != "object" and type != "array")] as $all |
    if $n < ($all | length) then setpath($all[$n]; getpath($all[$n]) | bent) else empty end'
n=0
while jq -cS --argjson n "$n" "$change" row6.json >bent.json && [ -s bent.json ]; do
    cmp -s bent.json row6.json && fail "value $n did not change"
    refused "value $n changed" bent.json row6.bin bank.csv test.at/custody/log.jsonl
    n=$((n + 1))
done
checks=$((checks + 1))
[ "$n" -ge 20 ] || fail "only $n values were changed"
for edit in 'del(.path[0])' '.path += [.root]' '.path |= reverse' '.path = []' 'del(.leaf)' \
    '.more = 1' '.custody.entry = {}' '.leaf.index = 0' '.tree_size = 16' '.path[0] = "zz"'; do
    jq -cS "$edit" row6.json >bent.json
    refused "$edit" bent.json row6.bin
done
refused 'the proof of another record' row7.json row6.bin
printf x >>row6.bin
refused 'a longer record' row6.json row6.bin
head -c 10 bank.csv >short.csv
refused 'another content' row7.json row7.bin short.csv
sed 's/"seq":3/"seq":4/' test.at/custody/log.jsonl >other.jsonl
sed -i '/publish-intent/d' other.jsonl
refused 'another log' row7.json row7.bin bank.csv other.jsonl

# A packed file; and the same rows named as another bank's, under another secret.
gzip -kn bank.csv
expect 'a packed source' 3 import --source other bank.csv.gz
expect 'the first source is withdrawn' 0 sources withdraw 1 --reason 'to ask the second'
proof "$content:$(head -n 1 bank.csv | wc -c)+$(($(sed -n 2p bank.csv | wc -c) - 1))" packed
holds 'of a packed source' packed.json packed.bin bank.csv test.at/custody/log.jsonl
checks=$((checks + 1))
[ "$(jq .leaf.salt packed.json)" != "$(jq .leaf.salt row1.json)" ] || fail 'a salt was used twice'
equal 'the entry names the file as received' "$(jq -r .custody.entry.object packed.json)" \
    "$(sha256sum <bank.csv.gz | cut -c 1-64)"

# What is no record, or no longer what was imported.
expect 'half a record' 4 show "$content:40+7" --proof
says 'half a record' err E-ADDRESS-UNKNOWN
expect 'a thing' 2 show A-1 --proof
expect 'as a table' 2 show "$content:40+7" --proof --csv
rm -f test.at/sources/*
sed 's/13.00/13.01/' bank.csv | gzip -n >"test.at/sources/$(sha256sum <bank.csv.gz | cut -c 1-64)"
expect 'a changed source' 5 show "$(jq -r '.record |
    "\(.content):\(.offset)+\(.bytes)"' packed.json)" --proof
says 'a changed source' err E-SOURCE-TAMPERED
