# Goal: patterns answer in JSON with their transfers, a cut list is the beginning of the whole, a hub
# and too few steps are said with exit 20, and arguments that mean nothing are refused.
# Method: an invented ledger: a round of four told twice a week, and a hub between many.
. "$(dirname "$0")/lib.sh"
needs jq

fresh_store
{
    echo 'id,time,from,to,amount,currency'
    for week in 01 08 15; do
        day=$((${week#0} + 1))
        printf 'r%sa,2024-03-%s,A,B,100,EUR\n' "$week" "$week"
        printf 'r%sb,2024-03-%02dT10:00:00Z,B,C,99,EUR\n' "$week" "$day"
        printf 'r%sc,2024-03-%02dT11:00:00Z,C,D,98,EUR\n' "$week" "$day"
        printf 'r%sd,2024-03-%02dT12:00:00Z,D,A,97,EUR\n' "$week" "$day"
    done
    for i in 1 2 3 4 5 6; do
        printf 'h%d,2024-05-0%d,S,M%d,10,EUR\n' "$i" "$i" $((i % 3))
        printf 'k%d,2024-05-0%dT09:00:00Z,M%d,W,9,EUR\n' "$i" "$i" $((i % 3))
    done
} >ledger.csv
expect "import" 0 import ledger.csv

expect "round trips" 0 ask round_trips delta=3d maxlen=4 ratio=9/10,1 --json
equal "their transfers" "$(jq -r '.rows[0].transfers | join(" ")' out)" "r01a r01b r01c r01d"
equal "their type" "$(jq -r '.columns[] | select(.name == "transfers").type' out)" ids
equal "innocent explanations" "$(jq '[.notes[] | select(.code == "INNOCENT")] | length' out)" 1
equal "all of them" "$(jq '.rows | length' out)" 3
expect "transfers stay out of a line" 0 ask round_trips delta=3d
equal "unless they are named" "$(head -n 1 out | grep -c transfers)" 0

expect "the whole list" 0 ask round_trips delta=30d maxlen=4
sed -n '1,4p' out >whole
expect "a cap" 20 ask round_trips delta=30d maxlen=4 cap=3
cmp -s whole out || fail "a capped list is not the beginning of the whole"
grep -q '^note: TRUNCATED' err || fail "a cap is not said"
expect "too few steps" 20 ask round_trips delta=30d maxlen=4 max_steps=30
rows=$(wc -l <out)
expect "the whole list again" 0 ask round_trips delta=30d maxlen=4
head -n "$rows" out >whole
expect "too few steps again" 20 ask round_trips delta=30d maxlen=4 max_steps=30
cmp -s whole out || fail "what few steps find is not the beginning of the whole"

expect "middles" 0 ask scatter_gather k=3
equal "one pair" "$(sed -n '2p' out | cut -f 2,5)" "S>W	3"
expect "no hub for a middle" 20 ask scatter_gather k=3 hub=3
grep -q '^note: HUB_CUT' err || fail "a hub left out is not said"
expect "half an answer would be wrong" 20 ask scatter_gather k=3 max_steps=3

# refused STORY ARGUMENT...: exit code 4, with a message.
refused() {
    refused_story=$1
    shift
    expect "$refused_story" 4 ask "$@"
    grep -q '^error: ' err || fail "$refused_story: no message"
}
refused "one sender is no fan" fan_in k=1
refused "time runs forward" fan_in delta=-1d
refused "no length of time" fan_in delta=soon
refused "a transfer is no round" round_trips maxlen=1
refused "too long a round" round_trips maxlen=101
refused "half a ratio" round_trips ratio=1
refused "a ratio upside down" round_trips ratio=2,1
refused "more than all" pass_through rho=11/10
refused "no threshold" structuring T=0
refused "nothing below it" structuring T=1000 num=5 den=5
refused "a tolerance of everything" mirror tolerance=1
refused "an empty list" fan_in cap=0
refused "no such way with currencies" round_trips currencies=some

set_of() {
    printf '{"schema":"assettrace/patterns/1","id":"t","version":1,"patterns":[%s]}' "$1" >set.json
}
set_of '{"pattern":"round_trips","delta":"3d","maxlen":4},{"pattern":"scatter_gather"}'
expect "a set" 0 ask patterns set=set.json --json
equal "its patterns" "$(jq -r '[.rows[].pattern] | unique | join(" ")' out)" \
    "round_trips scatter_gather"
set_of '{"pattern":"fan_inn"}'
refused "no such pattern" patterns set=set.json
set_of '{"pattern":"fan_in","rho":"1/2"}'
refused "a parameter of another" patterns set=set.json
set_of '{"pattern":"structuring"}'
refused "a parameter that is needed" patterns set=set.json
set_of '{"pattern":"fan_in","currencies":"some"}'
refused "a set with no such way" patterns set=set.json
set_of '{"pattern":"fan_in","k":1}'
refused "a value out of range" patterns set=set.json
printf '{"patterns":[]}' >set.json
refused "no set" patterns set=set.json
refused "no file" patterns set=nothing.json
