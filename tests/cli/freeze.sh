#!/bin/sh
# Goal: a case may ask to freeze a column of an answer, a subject, or one thing by its id; what is
#       sealed lists exactly that, and its content verifies.
# Method: the harbour case with each kind of request, sealed with a TEST key; and the example of the
#         specification with harbour's names.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
expect 'harbour' 0 import "$root/fixtures/worlds/harbour"
expect 'a TEST key' 0 key new trial --no-passphrase
jq '.questions |= map(select(.id | IN("chain", "owner", "assets")))' \
    "$root/fixtures/worlds/harbour/case.json" >base.json
account=$(jq -r '.freeze.exclude[0].account' base.json)

# items REQUEST: seal with it; the ids of section D go to `items`.
items() {
    jq --arg r "$1" '.freeze = {"request": $r}' base.json >case.json
    rm -rf d
    expect "seal a request for $1" 0 seal case.json --key trial.key --test-key -o d
    expect "verify a request for $1, by a TEST key" 7 verify d --root trial.pub
    says "verify a request for $1" out 'good content'
    jq -r '.sections[] | select(.section == "D") | .groups[].id' \
        d/bundle/data/request/freeze-request.json >items
}

items assets.thing
checks=$((checks + 1))
[ "$(wc -l <items)" -gt 3 ] || fail 'a column of an answer has several things'
items broker
equal 'a subject is itself' "$(wc -l <items)" 1
equal 'a subject is itself' "$(cat items)" "$(jq -r '.sections[] | select(.section == "C") | .groups[0].id' \
    d/bundle/data/request/freeze-request.json)"
items "$account"
equal 'a thing by its id' "$(cat items)" "$account"
for request in nobody assets.thign; do
    jq --arg r "$request" '.freeze = {"request": $r}' base.json >case.json
    expect "nothing is called $request" 4 seal case.json --key trial.key --test-key -o e
    says "nothing is called $request" err '/freeze/request'
done

# The example of the specification.
cat >example.json <<'CASE'
{ "schema": "assettrace/case/1", "id": "2026-014", "title": {"en": "Harbour network", "fa": "شبکه"},
  "as_of": "2024-12-25", "at": 12, "purpose": "asset-freeze", "legal_basis": "an invented order",
  "subjects": [ {"ref": "s1", "find": {"name": "المان کریمی", "birth": "1998-02-28", "country": "IR"}, "expect": 1} ],
  "defaults": {"max_nodes": 5000, "timeout_s": 120, "include": ["observed", "accepted"]},
  "questions": [
    {"id": "q1", "ask": "network", "of": "s1", "hops": 4},
    {"id": "q2", "ask": "assets_of", "of": "s1", "min_share": "1/4"},
    {"id": "q3", "ask": "trace", "sources": [{"label": "HEROIN-17", "transfer": "A-79727549"}], "method": ["fifo", "libr", "prorata"], "to": "q2.thing"},
    {"id": "q4", "ask": "freeze_plan", "of": "q3", "cover": "9/10"} ],
  "freeze": {"request": "q2.thing", "exclude": [{"asset": "az-cad:0114-99", "reason": "family home"}]},
  "output": {"languages": ["fa", "ar", "en"]} }
CASE
revision=$("$bin" status --json | jq -r '.rows[] | select(.field == "revision") | .value')
sed -i "s/\"at\": 12/\"at\": $revision/" example.json
expect 'the example of the specification' 0 run example.json --json
equal 'its four answers' "$(jq -c '[.answers[].question]' out)" '["q1","q2","q3","q4"]'
