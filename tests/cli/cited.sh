# Goal: every row of every answer leads to the bytes of a source, and what the row names stands there.
# Method: harbour's whole case as JSON; each cited address is cut out of the archived source with
#         awk alone, and the row's ids are looked for in those bytes.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
world=$root/fixtures/worlds/harbour
expect 'import' 0 import "$world"
whole_case "$world/case.json" case.json
expect 'answer' 0 run case.json --json
cp out answers.json
sort -o registered registered
jq -r '.answers[].schema | split("/")[1]' answers.json | sort -u >asked
same 'every registered query is asked by the case' registered asked

expect 'sources' 0 sources --json
jq -r '.rows[] | "\(.content) \(.received)"' out >hashes
mkdir content
while read -r content received; do
    file=$work/test.at/sources/$received
    if [ "$content" = "$received" ]; then
        ln -sf "$file" "content/$content"
    else
        gzip -dc "$file" >"content/$content"
    fi
    equal "the archived source $content is what its hash says" \
        "$(sha256sum "content/$content" | cut -d ' ' -f 1)" "$content"
done <hashes

# Each address once, <sha256>:<offset>+<length>, and the bytes there; awk counts bytes in this locale.
jq -r '.answers[].rows[].sources[]' answers.json | sort -u >addresses
for file in content/*; do
    grep "^${file#content/}:" addresses | awk -v file="$file" '
        BEGIN {
            RS = "\001"
            getline content <file
            RS = "\n"
        }
        {
            split($0, part, /[:+]/)
            printf "%s\037%s\036", $0, substr(content, part[2] + 1, part[3])
        }'
done >records
equal 'every cited record is found' "$(tr -cd '\036' <records | wc -c)" "$(wc -l <addresses)"
echo "$(wc -l <addresses) records cited"

# The program gives the same bytes.
for address in $(awk 'NR % 100 == 1' addresses); do
    content=${address%%:*}
    place=${address#*:}
    tail -c "+$((${place%+*} + 1))" "content/$content" | head -c "${place#*+}" >wanted
    expect "show $address" 0 show "$address"
    same "show $address" out wanted
done

# Of each row the values to look for: an id may be written with its namespace or kind before it;
# nodes the program makes are named after an id (@transit:T1) or after nothing (@cash-unknown), and
# ids it derives (source:record) stand in no source. A thing known by several ids shows one of them
# and may cite the record of another: then its name, which the row shows too, stands there. An IBAN
# may be written in groups of four. Persons read digits of all scripts, and so does this.
jq -r --rawfile records records '
    def plain: explode | map(if . >= 1776 and . <= 1785 then . - 1728
                             elif . >= 1632 and . <= 1641 then . - 1584 else . end) | implode |
               gsub(" "; "");
    ([$records | split("\u001e")[] | select(. != "") | split("\u001f") |
        {(.[0]): (.[1] | plain)}] | add) as $bytes |
    .answers[] | .columns as $c | (.schema | split("/")[1]) as $q | .rows | to_entries[] |
    .key as $r | .value as $row |
    ([$c[] | select(.type == "id") | $row[.name] // empty | sub("^@[a-z]*:"; "") |
        select(test("^@|^[0-9]+:[0-9]+$") | not) | sub("^(party|account|asset|event):"; "") |
        sub("^[^/]*/"; "") | sub("/[A-Z]{3,}$"; "")] + [$row.title // empty] | map(plain)) as $values |
    ($row.sources | map($bytes[.]) | join("\u001e")) as $cited |
    [$q, ($r | tostring),
        if $row.sources == [] then "cites nothing"
        elif $values == [] then "names nothing"
        elif any($values[]; . as $v | $cited | contains($v)) then "found"
        else "not found: \($values)" end] | join(" ")' answers.json >rows
checks=$((checks + $(wc -l <rows)))
[ -s rows ] || fail 'no row at all'
equal 'rows that cite nothing' "$(grep 'cites nothing' rows || :)" ''
equal 'rows that name something their records do not' "$(grep 'not found' rows || :)" ''
checks=$((checks + 1))
[ "$(grep -c ' found$' rows)" -gt $(($(wc -l <rows) / 2)) ] || fail 'most rows name nothing'
