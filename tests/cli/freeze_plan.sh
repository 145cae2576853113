# Goal: a plan of freezing starts from a file or from an earlier trace; a bad file is refused with
#       place, value and cure; too much ends with exit 20 and what was found; rows cite records.
# Method: the worked example and files spoilt one member at a time; harbour's money over a long
#         look-back; files of many accounts.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
expect 'harbour' 0 import "$root/fixtures/worlds/harbour"

# plan STORY EXIT ARGUMENT...: with what stands in `plan.json`.
plan() {
    plan_story=$1
    plan_exit=$2
    shift 2
    expect "$plan_story" "$plan_exit" ask freeze_plan holdings=plan.json "$@"
}
# picks: the nodes of the last answer.
picks() {
    tail -n +2 out | cut -f 2 | tr '\n' ' '
}
# refused STORY POINTER WORDS CURE: exit 4, and all three are said.
refused() {
    plan "$1" 4
    says "$1" err "$2"
    says "$1" err "$3"
    says "$1" err "$4"
}

# --- Bad files: the example with one member replaced --------------------------------------------

cat >good.json <<'JSON'
{"holdings": {"A": 600, "B": 300, "C": 100},
 "rate": {"A": {"D": "4/5", "@exit": "1/5"}, "B": {"D": "1/2", "@exit": "1/2"},
          "C": {"@exit": "1"}, "D": {"@exit": "1"}}, "horizon": 3}
JSON
# spoil STORY FILTER POINTER WORDS CURE
spoil() {
    jq "$2" good.json >plan.json
    refused "$1" "$3" "$4" "$5"
}
spoil 'money owed' '.holdings.A = -1' '/holdings/A' '"A" is -1' 'whole minor units from 0'
spoil 'half a cent' '.holdings.A = 1.5' '/holdings/A' '"A" is 1.5' 'whole minor units from 0'
spoil 'holdings in a list' '.holdings = [1]' '/holdings' 'not an object' 'ACCOUNT'
spoil 'no holdings' 'del(.holdings)' 'line 1' 'no member "holdings"' 'write {"holdings"'
spoil 'a rate above 1' '.rate.A.D = "3/2"' '/rate/A/D' '"D" is 3/2' 'what is left'
spoil 'a rate below 0' '.rate.A.D = "-1/2"' '/rate/A/D' '"D" is -1/2' 'from 0 to 1'
spoil 'no rate' '.rate.A.D = "soon"' '/rate/A/D' '"D" is soon' 'from 0 to 1'
spoil 'a rate over 0' '.rate.A.D = "1/0"' '/rate/A/D' '"D" is 1/0' 'from 0 to 1'
spoil 'rates above 1 together' '.rate.A.B = "1/10"' '/rate/A' 'more than 1 together' 'lower some'
spoil 'money comes back' '.rate["@exit"] = {"A": "1"}' '/rate/@exit' 'not a figure' 'out of reach'
spoil 'an order for nothing' '.cost = {"A": 0}' '/cost/A' '"A" is 0' 'from 1'
spoil 'a lead back in time' '.lead = {"A": -1}' '/lead/A' '"A" is -1' 'from 0'
spoil 'a horizon back in time' '.horizon = -1' '/horizon' '"horizon" is -1' 'from 0'
spoil 'a member nobody knows' '.rates = {}' 'rates' 'rates' 'rate'
spoil 'an account without id' '.holdings[""] = 1' '/holdings/' 'not that of an account' 'an id'
printf '{"holdings": {"A": 1, "A": 2}}' >plan.json
plan 'twice the same account' 4
printf 'not JSON' >plan.json
plan 'no JSON' 4
printf '{"holdings": {"A": "9223372036854775807", "B": 1}}' >plan.json
plan 'more than there can be' 20
says 'more than there can be' err 'E-AMOUNT-RANGE'

# --- Arguments ----------------------------------------------------------------------------------

cp good.json plan.json
plan 'the example' 0 cover=9/10
equal 'the best set' "$(picks)" 'A B '
plan 'fallback is nine tenths' 0
equal 'the best set again' "$(picks)" 'A B '
plan 'nothing wanted' 0 cover=0
equal 'nothing frozen' "$(picks)" ''
plan 'all of it' 0 cover=100%
equal 'all holders frozen' "$(picks)" 'A B C '
plan 'no money for orders' 0 budget=0
equal 'nothing can be frozen' "$(picks)" ''
plan 'no time' 0 horizon=0
says 'no time' err 'HORIZON: 0 steps as asked, not the 3 of the file'
plan 'a long time' 0 horizon=1000000
plan 'too long a time' 20 horizon=1000001
plan 'two goals' 2 cover=1/2 budget=1
plan 'more than all' 4 cover=3/2
plan 'no step' 4 step=0d
plan 'no look back' 4 look_back=0
expect 'no start' 2 ask freeze_plan
expect 'two starts' 2 ask freeze_plan holdings=plan.json of=q1
expect 'no earlier answer' 4 ask freeze_plan of=q1
says 'no earlier answer' err 'holdings=FILE'
printf '{"holdings": {"A": 10}, "rate": {"A": {"A": "1"}}, "lead": {"A": 9}, "horizon": 3}' >plan.json
plan 'an order that comes too late' 0
says 'an order that comes too late' err 'REACHED: no: 0 of 10'
printf '{"holdings": {}}' >plan.json
plan 'nothing held' 0
printf '{"holdings": {"A": 5, "B": 5}, "rate": {"A": {"A": "1/2", "B": "1/2"}, "B": {"A": "1"}}, "horizon": 1000000}' >plan.json
plan 'a round for ever' 0
equal 'one of them stops the round' "$(picks)" 'A '

# --- Many ---------------------------------------------------------------------------------------

jq -n '[range(3000) | {key: "n\(.)", value: (1 + . % 7)}] | from_entries as $h
    | {holdings: $h, rate: ($h | with_entries(.value = {"hub": "1/3"})),
       horizon: 20} | .rate.hub = ($h | with_entries(.value = "1/6000"))' >plan.json
plan 'a hub of thousands' 0 budget=1
equal 'the hub first' "$(picks)" 'hub '
plan 'few steps allowed' 20 cover=1 max_steps=3000000
says 'few steps allowed' err 'STEPS_USED'
says 'few steps allowed' err 'GUARANTEE: none'
plan 'too few steps for one forecast' 20 max_steps=10
says 'too few steps for one forecast' err 'E-FREEZE-STEPS'

# everybody COUNT: as many accounts, each of which pays all of them and out of reach: COUNT^2 ways.
everybody() {
    jq -cn --argjson n "$1" '[range($n) | {key: "n\(.)", value: "1/1000"}] as $all
        | {holdings: {n0: 100000}, horizon: 3, rate: ($all | map({key: .key, value: ($all +
            [{key: "@exit", value: "1/100"}] | from_entries)}) | from_entries)}' >plan.json
}
everybody 447
plan 'a cut through 199,809 ways' 0 budget=1
says 'a cut through 199,809 ways' err 'STATIC_CUT: 1 stops everything: n0'
everybody 448
plan 'more than 200,000 ways' 20 budget=1
says 'more than 200,000 ways' err 'CUT_LIMIT'
says 'more than 200,000 ways' err '200704 pairs'
equal 'the plan itself is whole' "$(picks)" 'n0 '

# --- From a trace -------------------------------------------------------------------------------

# case_of QUESTION...: a case that traces first.
case_of() {
    printf '{"schema": "assettrace/case/1", "id": "p", "as_of": "2024-06-01",
        "purpose": "asset-freeze", "legal_basis": "an invented order", "questions": [
        {"id": "q1", "ask": "trace", "method": ["poison", "libr", "prorata"], "as_of": "2024-05-01",
         "source": [{"label": "SALE", "transfer": "A-79727549"}]},
        {"id": "q2", "ask": "trace", "method": "poison",
         "source": [{"label": "SALE", "transfer": "A-79727549"}]}, %s]}' "$1" >case.json
}
case_of '{"id": "p", "ask": "freeze_plan", "of": "q1", "currency": "EUR", "look_back": 200}'
expect 'a plan of a trace' 0 run case.json --json
jq '.answers[] | select(.question == "p")' out >answer
checks=$((checks + 1))
[ "$(jq '.rows | length' answer)" -gt 0 ] || fail 'a plan of a trace has no rows'
equal 'every row cites records' "$(jq '[.rows[] | select(.sources | length == 0)] | length' answer)" 0
says 'the method is said' answer 'libr, the first of libr, prorata'
says 'the trace gives the moment' answer '2024-05-01T23:59:59'
says 'rates are estimated' answer 'ESTIMATED_RATE'
case_of '{"id": "p", "ask": "freeze_plan", "of": "q1", "look_back": 200}'
expect 'two currencies' 4 run case.json
says 'two currencies' err 'currency='
case_of '{"id": "p", "ask": "freeze_plan", "of": "q2"}'
expect 'money counted for everybody' 4 run case.json
says 'money counted for everybody' err 'E-FREEZE-METHOD'
case_of '{"id": "p", "ask": "freeze_plan", "of": "q1", "method": "fifo", "currency": "EUR"}'
expect 'a method it does not have' 4 run case.json
says 'a method it does not have' err 'it has libr, prorata'
case_of '{"id": "p", "ask": "freeze_plan", "of": "q9"}'
expect 'a question that is not there' 4 run case.json
case_of '{"id": "r", "ask": "reconcile"}, {"id": "p", "ask": "freeze_plan", "of": "r"}'
expect 'no trace' 4 run case.json
says 'no trace' err 'asks reconcile'
