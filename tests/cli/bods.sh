# Goal: what is loaded from statements of beneficial ownership is what jq counts in them, packed or
# not, as an array or a statement a line; and the shares of a day are those the register gave for it.
# Method: every example of the standard, its parties and its holdings counted here by jq alone; then
# two of them asked on days between their statements.
. "$(dirname "$0")/lib.sh"
needs jq gzip

# Parties: each person and entity once, and one for each end that is not specified, except that no
# party stands for "there are no beneficial owners".
parties() {
    jq '([.[] | select(.recordType != "relationship") | .recordId] | unique | length) +
        ([.[] | select(.recordType == "relationship") | .recordDetails |
            .subject, .interestedParty |
            select(type == "object" and .reason != "noBeneficialOwners")] | length)' "$1"
}
holdings() {
    jq '[.[] | select(.recordType == "relationship") | .recordDetails.interests[]?] | length' "$1"
}

# loaded STORY FILE EXAMPLE: FILE gives what jq counts in EXAMPLE.
loaded() {
    fresh_store
    expect "$1" 0 import --json --source register "$2"
    cp out receipt.json
    equal "$1: records" "$(jq '.receipts[0] | .loaded + .duplicates' receipt.json)" "$(jq length "$3")"
    equal "$1: rejected" "$(jq '.receipts[0].rejected + .receipts[0].warnings' receipt.json)" 0
    equal "$1: holdings" "$(jq '.receipts[0].facts.holding // 0' receipt.json)" "$(holdings "$3")"
    expect "$1: status" 0 status --json
    equal "$1: parties" "$(jq -r '.rows[] | select(.field == "parties").value' out)" \
        "$(parties "$3")"
}

examples=$root/../shared/data/bods-data-standard/examples
if [ ! -d "$examples" ]; then
    echo "SKIPPED in part: there is no $examples; the copies in fixtures/ are read" >&2
    examples=$root/fixtures/importers/bods/examples
fi
count=0
for example in "$examples"/*.json; do
    name=$(basename "$example" .json)
    loaded "$name" "$example" "$example"
    jq -c '.[]' "$example" >"$name.jsonl"
    loaded "$name, a statement a line" "$name.jsonl" "$example"
    gzip -nc "$example" >"$name.json.gz"
    loaded "$name, packed" "$name.json.gz" "$example"
    count=$((count + 1))
done
equal "examples" "$((count >= 12))" 1

# A pipe cannot be read twice, but an import keeps what it receives before it reads it.
fresh_store
mkfifo pipe.json
cat "$root/fixtures/importers/bods/examples/levent.json" >pipe.json &
expect "from a pipe" 0 import --as bods --source register pipe.json
wait

# owners STORY DAY OWNERS: who owns $company on a day, each as "id share".
owners() {
    expect "$1" 0 ask owners_of "of=$company" threshold=1% "as_of=$2" --json
    equal "$1" "$(jq -r '[.rows[] | "\(.owner) \(.by_share)"] | join(", ")' out)" "$3"
}
half=0.500000000000
whole=1.000000000000

fresh_store
expect "fermcat" 0 import --source register "$root/fixtures/importers/bods/examples/fermcat.json"
company=ent-93c75c87ab28f889
owners "the founders" 2019-12-01 "per-41c0bb0cef246f7c $half, per-5faa4103dee78621 $half"
owners "after a statement that repeats them" 2020-12-01 \
    "per-41c0bb0cef246f7c $half, per-5faa4103dee78621 $half"
owners "an heir since the death that was told five months later" 2021-05-01 \
    "per-41c0bb0cef246f7c $half, per-e334cc6258e56467 $half"
owners "one is left" 2022-06-01 "per-41c0bb0cef246f7c $whole"
expect "without a day, what no statement has ended" 0 ask owners_of "of=$company" --json
equal "one owner without a day" "$(jq -r '[.rows[].owner] | join(" ")' out)" per-41c0bb0cef246f7c

fresh_store
expect "tecido" 0 import --source register "$root/fixtures/importers/bods/examples/tecido.json"
company=01B68D7633
owners "before the first sale" 2021-09-23 "018AF6B3EB $whole"
owners "on the day of the sale, a day before it was told" 2021-09-24 "018AF6B3EB 0.400000000000"
owners "after the second" 2022-10-01 "018AF6B3EB 0.300000000000"
owners "after the record was closed" 2023-06-01 ""
