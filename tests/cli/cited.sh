# Goal: every row of every answer leads to the bytes of a source, and what the row names stands there.
# Method: harbour's whole case as JSON; each cited address is cut out of the archived source with
#         tail and head alone, and the row's ids are looked for in those bytes.
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
mkdir content record
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

# Each address once: <sha256>:<offset>+<length>.
jq -r '.answers[].rows[].sources[]' answers.json | sort -u >addresses
while read -r address; do
    content=${address%%:*}
    place=${address#*:}
    tail -c "+$((${place%+*} + 1))" "content/$content" | head -c "${place#*+}" >"record/$address"
done <addresses
echo "$(wc -l <addresses) records cited"

# The same bytes as the program gives.
head -n 20 addresses | while read -r address; do
    "$bin" show "$address" | cmp -s - "record/$address" || echo "$address"
done >wrong
equal 'show gives the same bytes' "$(cat wrong)" ''

# One line a row: query, row, values, addresses. An id may be written with its namespace or kind
# before it; nodes the program makes are named after an id (@transit:T1) or after nothing
# (@cash-unknown), and ids it derives (source:record) stand in no source. A thing known by several
# ids shows one of them and may cite the record of another: then its name, which the row shows too,
# stands there.
jq -r '.answers[] | .columns as $c | (.schema | split("/")[1]) as $q | .rows | to_entries[] |
    .key as $r | .value as $row | [$c[] | select(.type == "id") | $row[.name] // empty |
    sub("^@[a-z]*:"; "") | select(test("^@|^[0-9]+:[0-9]+$") | not)] as $ids |
    [$q, ($r | tostring), ($ids | map(sub("^(party|account|asset|event):"; "") |
    sub("^[^/]*/"; "") | sub("/[A-Z]{3,}$"; "")) + [$row.title // empty] |
    if . == [] then "-" else join("\u001f") end),
    ($row.sources | join(" "))] |
    join("\t")' answers.json >rows
rows=$(wc -l <rows)
uncited=0
unseen=0
while IFS='	' read -r query row ids sources; do
    if [ -z "$sources" ]; then
        uncited=$((uncited + 1))
        echo "$query row $row cites nothing" >&2
        continue
    fi
    [ "$ids" != - ] || continue
    cat_files=
    for address in $sources; do
        cat_files="$cat_files record/$address"
    done
    # shellcheck disable=SC2086 # one word an address
    cat $cat_files >bytes
    found=no
    oldifs=$IFS
    IFS=$(printf '\037')
    for id in $ids; do
        # An IBAN may be written in groups of four.
        if grep -qF -- "$id" bytes || tr -d ' ' <bytes | grep -qF -- "$id"; then
            found=yes
        fi
    done
    IFS=$oldifs
    if [ "$found" = no ]; then
        unseen=$((unseen + 1))
        echo "$query row $row: none of \"$ids\" in the cited bytes" >&2
    fi
done <rows
checks=$((checks + rows))
[ "$rows" -gt 0 ] || fail 'no row at all'
equal 'rows that cite nothing' "$uncited" 0
equal 'rows whose ids are in none of their records' "$unseen" 0
