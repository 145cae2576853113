# Goal: the steps of a trace add up to the traced amounts, to the last unit, and every step opens
#       the record it cites.
# Method: awk over what the program printed, and nothing else: of each rule, account and label the
#         steps follow on one another and end in the amount that `ask trace` gives; what is held is
#         the sum of its lots; a debit takes what it is; ways consist of transfers that carried the
#         label. Then `show` for the cited addresses.
. "$(dirname "$0")/lib.sh"
fresh_store

# adds_up STORY NODE ARGUMENT...: the steps of NODE against trace, transfers and lots.
adds_up() {
    story=$1
    node=$2
    shift 2
    expect "$story: steps" 0 ask trace --explain "$node" "$@" envelope=none
    cp out steps
    expect "$story: amounts" 0 ask trace "to=$node" "$@" envelope=none
    cp out amounts
    expect "$story: transfers" 0 ask trace_transfers "$@"
    cp out transfers
    checks=$((checks + 1))
    awk -F '\t' '
        function wrong(what) { print FILENAME ":" FNR ": " what; failed = 1 }
        FNR == 1 { file++; next }
        file == 1 { carried[$1, $2, $3] = $4; next }
        file == 2 { amount[$1, $2, $3] = $5; next }
        {
            method = $1; node = $2; line = $3; label = $4; event = $5;
            key = method SUBSEP label SUBSEP node
            place = method SUBSEP node
            rows++
            if (label != "" && $7 != held[key] + 0) wrong("does not follow on the step before")
            if (event == "held") {
                if ($8 != amount[method, label, node]) wrong("is not the amount of the trace")
                if (sum[key] != $8) wrong("steps sum to " sum[key])
                seen[method, label, node] = 1
            } else {
                sum[key] += $6
                if ($8 - $7 != $6) wrong("after less before is not the amount")
                held[key] = $8
            }
            if (event == "debit" && $6 > 0) wrong("a debit adds")
            if (event == "credit" && $6 < 0) wrong("a credit takes")
            count = split($14, way, " > ")
            for (i = 1; i <= count; i++)
                if (!((method, label, way[i]) in carried)) wrong(way[i] " did not carry it")
            if ($9 != "" && carried[method, label, $12] != $6 + $9) wrong("not what the transfer carried")
            if (event == "credit" && count > 0 && way[count] != $12) wrong("the way does not end here")
            # what is held, lot by lot, is what the labels hold
            count = split($16, lots, ", ")
            for (i = 1; i <= count; i++) {
                split(lots[i], lot, " ")
                mine[NR, lot[1]] += lot[2]
            }
            if (label != "" && $16 !~ /lots more$/ && mine[NR, label] + 0 != $8) wrong("lots of the label differ")
            if (line > 1 && line == last[place] + 1 && $15 != text[place]) wrong("held before is not held after")
            last[place] = line
            text[place] = $16
        }
        END {
            for (key in amount) if (amount[key] > 0 && !(key in seen)) { print key " is not explained"; failed = 1 }
            if (rows == 0) { print "no steps"; failed = 1 }
            exit failed
        }' transfers amounts steps >said || { fail "$story"; cat said >&2; }
}

# opens STORY: `show` of every address that the steps cite gives bytes.
opens() {
    awk -F '\t' 'NR > 1 { count = split($NF, address, " "); for (i = 1; i <= count; i++) print address[i] }' \
        steps | sort -u >addresses
    checks=$((checks + 1))
    [ -s addresses ] || fail "$1: nothing is cited"
    awk -F '\t' 'NR > 1 && $NF == ""' steps >uncited
    [ ! -s uncited ] || fail "$1: a step cites nothing"
    while read -r address; do
        expect "$1: show $address" 0 show "$address"
        [ -s out ] || fail "$1: $address is empty"
    done <addresses
}

every='method=fifo method=lifo method=prorata method=libr method=oatway'
expect 'a debt, a fee, an exchange, a reversal' 0 \
    import "$root"/fixtures/queries/trace_explain/overdraft_fees_fx/*.csv
# shellcheck disable=SC2086
{
    adds_up 'a debt, a fee, an exchange, a reversal' X/EUR source=LOOT=transfer:in $every
    opens 'a debt, a fee, an exchange, a reversal'
    adds_up 'an opening that had to be imputed' Y source=LOOT=transfer:in $every
    adds_up 'a declaration on an account' X/EUR source=LOOT=account:X/EUR@2024-02-03,200 $every
    expect 'no steps of a rule that moves nothing' 0 ask trace --explain Y \
        source=LOOT=transfer:in method=poison
    says 'no steps of a rule that moves nothing' err NOT_IN_STEPS
    expect 'steps go with trace alone' 2 ask trace_back --explain Y of=Y method=fifo

    fresh_store
    expect 'harbour' 0 import "$root/fixtures/worlds/harbour"
    source=$(sed -n 's/.*"label": "SALE-01", "transfer": "\([^"]*\)".*/\1/p' \
        "$root/fixtures/worlds/harbour/case.json" | head -n 1)
    expect 'harbour: whom the sale reached' 0 ask trace "source=SALE-01=transfer:$source" \
        method=fifo envelope=none
    reached=$(awk -F '\t' '$2 == "SALE-01" && $3 !~ /^@/ { print $3 }' out | head -n 4)
    [ -n "$reached" ] || fail 'harbour: the sale reached nobody'
    for node in $reached; do
        adds_up "harbour, $node" "$node" "source=SALE-01=transfer:$source" $every
    done
    opens 'harbour'
}
