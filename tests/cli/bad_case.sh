#!/bin/sh
# Goal: a case file or mapping that is wrong is refused with exit 4, and the message says where (the
#       pointer and the line), what stands there, and what would be right.
# Method: one good file and a table of edits; a row is one mistake: what is replaced, by what, and
#         the pointer, line, value and cure that must be said. No store is needed to refuse a case.
. "$(dirname "$0")/lib.sh"

cat >good.json <<'CASE'
{ "schema": "assettrace/case/1", "id": "c-1", "title": {"en": "Harbour"},
  "as_of": "2026-11-21", "at": 3, "purpose": "asset-freeze",
  "legal_basis": "art. 5",
  "subjects": [{"ref": "s1", "find": {"name": "Karim", "birth": "1968-04-02", "country": "IR"}, "expect": 1}],
  "defaults": {"max_nodes": 100, "timeout_s": 60, "include": ["observed"]},
  "questions": [
    {"id": "q1", "ask": "network", "of": "s1", "hops": 4, "limit": 50},
    {"id": "q2", "ask": "assets_of", "of": "q1.thing", "min_share": "1/4"},
    {"id": "q3", "ask": "trace", "sources": [{"label": "L", "transfer": "T1", "amount": 5}],
     "method": ["fifo"], "to": "q2.thing", "truncation": "last", "min_amount": 10}],
  "freeze": {"request": "q2.thing", "exclude": [{"asset": "a1", "reason": "home"}]},
  "output": {"languages": ["fa", "en"]} }
CASE

# edit STORY FIND PUT FROM TO: TO is FROM with one place changed.
edit() {
    EDIT_FIND=$2 EDIT_PUT=$3 awk 'BEGIN { find = ENVIRON["EDIT_FIND"]; put = ENVIRON["EDIT_PUT"] }
        !done && (at = index($0, find)) {
            $0 = substr($0, 1, at - 1) put substr($0, at + length(find)); done = 1 }
        { print } END { exit !done }' "$4" >"$5" || fail "$1: \"$2\" is not in $4"
}

count=0
# story | find | put | pointer | line | value | cure
while IFS='|' read -r story find put pointer line value cure; do
    count=$((count + 1))
    edit "$story" "$find" "$put" good.json bad.json
    expect "$story" 4 run bad.json
    says "$story" err "$pointer"
    says "$story" err "line $line"
    says "$story" err "$value"
    says "$story" err "$cure"
done <<'ROWS'
a key misspelt|"purpose"|"porpose"|/porpose|2|"porpose"|did you mean "purpose"?
no legal basis|"legal_basis": "art. 5",||line|1|"legal_basis" is missing|add "legal_basis"
another format|case/1"|case/9"|/schema|1|"assettrace/case/9"|write "assettrace/case/1"
an id that names no bundle|"c-1"|"c 1"|/id|1|"c 1"|letters A-Z
a title that is a number|{"en": "Harbour"}|7|/title|1|7|write { ... }
a title without words|"Harbour"|""|/title/en|1|""|double quotes
a day that is not there|2026-11-21|2026-11-31|/as_of|2|"2026-11-31"|write 2026-11-21
revision nought|"at": 3|"at": 0|/at|2|0|whole number
a revision in quotes|"at": 3|"at": "3"|/at|2|"3"|without quotes
an empty purpose|"asset-freeze"|""|/purpose|2|""|double quotes
subjects that are no list|[{"ref": "s1"|{"ref": "s1"|line|4|expected|E-JSON-SYNTAX
a ref in capitals|"s1", "find"|"S1", "find"|/subjects/0/ref|4|"S1"|small letter
a subject key misspelt|"find"|"fnd"|/subjects/0/fnd|4|"fnd"|did you mean "find"?
a search key misspelt|"country"|"contry"|/subjects/0/find/contry|4|"contry"|did you mean "country"?
a subject that says nothing|"name": "Karim", ||/subjects/0|4|"s1" has neither|add "id"
a birth that is none|1968-04-02|2/4/68|/subjects/0/find/birth|4|"2/4/68"|1968-04-02
a country in words|"IR"|"Iran"|/subjects/0/find/country|4|"Iran"|such as IR
fewer than none|"expect": 1|"expect": -1|/subjects/0/expect|4|-1|whole number
a default nobody knows|"max_nodes"|"max_notes"|/defaults/max_notes|5|"max_notes"|did you mean "max_nodes"?
a default of another type|100|"many"|/defaults/max_nodes|5|"many"|[E-ASK-VALUE]
no time at all|60|0|/defaults/timeout_s|5|0|1 to 86400
a grade nobody knows|"observed"|"obvious"|/defaults/include/0|5|"obvious"|observed, corroborated
no grade at all|["observed"]|[]|/defaults/include|5|a list|every grade
a query nobody knows|"network"|"netwerk"|/questions/0/ask|7|"netwerk"|did you mean "network"?
an argument misspelt|"hops"|"hopps"|/questions/0/hopps|7|"hopps"|did you mean "hops"?
a number in words|"hops": 4|"hops": "four"|/questions/0/hops|7|"four"|[E-ASK-VALUE]
a number below nought|"hops": 4|"hops": -4|/questions/0/hops|7|-4|whole number
a list where one fits|"hops": 4|"hops": [4, 5]|/questions/0/hops|7|a list|one question for each
null|"hops": 4|"hops": null|/questions/0/hops|7|null|[E-CASE-TYPE]
true where a number fits|"hops": 4|"hops": true|/questions/0/hops|7|true|[E-CASE-TYPE]
an empty list|"of": "s1"|"of": []|/questions/0/of|7|a list|leave it out
a needed argument left out|"of": "s1", ||/questions/0|7|needs "of"|add "of"
a limit of nought|"limit": 50|"limit": 0|/questions/0/limit|7|0|whole number
an id used twice|"id": "q2"|"id": "q1"|/questions/1/id|8|"q1" is used twice|an id of its own
a question called like a subject|"id": "q2"|"id": "s1"|/questions/1/id|8|"s1" is used twice|an id of its own
a question without id|"id": "q2", ||/questions/1|8|"id" is missing|add "id"
a column that is not there|q1.thing|q1.thign|/questions/1/of|8|"q1.thign"|did you mean "q1.thing"?
a question that comes later|q1.thing|q3.node|/questions/1/of|8|"q3.node"|put question "q3" before
a share that is none|"1/4"|"a quarter"|/questions/1/min_share|8|"a quarter"|1/4
a window for a query without times|"min_share": "1/4"|"window": {"since": "2024-01-01"}|/questions/1/window/since|8|"assets_of" takes no window|leave it out
a source without a thing|"transfer": "T1", ||/questions/2/sources/0|9|an object|a transfer or an account
a source key misspelt|"label"|"labl"|/questions/2/sources/0/labl|9|"labl"|did you mean "label"?
an amount with decimals|"amount": 5|"amount": 5.5|/questions/2/sources/0/amount|9|5.5|150000
a method nobody knows|"fifo"|"fife"|/questions/2/method/0|10|"fife"|did you mean "fifo"?
a truncation nobody knows|"last"|"first"|/questions/2/truncation|10|"first"|last, smallest, refuse
a smallest amount in words|"min_amount": 10|"min_amount": "ten"|/questions/2/min_amount|10|"ten"|whole number
a freeze without a request|"request": "q2.thing", ||/freeze|11|"request" is missing|add "request"
a freeze of a column that is not there|"request": "q2.thing"|"request": "q2.thin"|/freeze/request|11|"q2.thin"|did you mean "q2.thing"?
an exclusion without a reason|, "reason": "home"||/freeze/exclude/0|11|"reason" is missing|add "reason"
an exclusion of nothing|"asset": "a1", ||/freeze/exclude/0|11|names nothing|add "asset"
a language nobody writes|"fa"|"xx"|/output/languages/0|12|"xx"|fa, ar, ru, az, en
a key twice|"at": 3|"at": 3, "at": 4|line|2|"at"|E-JSON-DUPLICATE
ROWS
equal 'every row of the table was run' "$count" 52
expect 'the good file has no mistake but its store' 10 run good.json

printf 'a;b;c\n2024-03-01;A;10,50\n' >bank.csv
cat >map.json <<'MAP'
{ "schema": "assettrace/mapping/1", "delimiter": ";",
  "records": [{"kind": "leg", "fields": {
    "account": "b", "time": "a", "amount": "c", "currency": {"constant": "EUR"}}}] }
MAP
fresh_store
# story | find | put | pointer | line | value or cure
while IFS='|' read -r story find put pointer line says_so; do
    edit "$story" "$find" "$put" map.json bad.json
    expect "$story" 4 import --as table_csv --map bad.json bank.csv
    says "$story" err "$pointer"
    says "$story" err "line $line"
    says "$story" err "$says_so"
done <<'ROWS'
a mapping key misspelt|"delimiter"|"delimeter"|/delimeter|1|did you mean "delimiter"?
a delimiter of two letters|";"|";;"|/delimiter|1|one ASCII character
another mapping format|mapping/1|mapping/2|/schema|1|assettrace/mapping/2
a kind nobody knows|"leg"|"legs"|/records/0/kind|2|did you mean "leg"?
a field misspelt|"amount"|"ammount"|/records/0/fields|3|did you mean "amount"?
ROWS
