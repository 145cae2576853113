#!/bin/sh
# Goal: questions about networks and money that cannot be answered are refused with the argument, and
#       a hub of very many ties ends in an answer that says what was cut, or in a stated limit.
# Method: a hub with many counterparties, a chain behind it; one call a story.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store

counterparties=4000
awk -v n="$counterparties" 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 0; i < n; i++)
        printf "h%05d,2024-01-%02dT10:00:00Z,HUB,X%05d,%d.00,EUR\n", i, 1 + i % 28, i, 1 + i % 90
    for (i = 0; i < 5; i++)
        printf "c%d,2024-02-%02dT10:00:00Z,X%05d,X%05d,5.00,EUR\n", i, 1 + i, i, i + 1
}' >l.csv
"$bin" import --as ledger_csv l.csv >/dev/null

# A window that ends before it begins, in every query that has one.
"$bin" queries --ndjson | jq -r '
    select(.arguments | test("since") and test("until")) | .query' >windowed
equal 'queries with a window' "$(sort windowed | tr '\n' ' ')" "asset_history money_paths network \
network_members network_ties networks reconcile shared_details timeline "
while read -r query; do
    arguments=
    case $query in
    network | network_ties | timeline | asset_history) arguments=of=HUB ;;
    money_paths) arguments=from=HUB ;;
    esac
    # shellcheck disable=SC2086 # one word an argument
    expect "$query from tomorrow to today" 4 \
        ask "$query" $arguments since=2024-02-02 until=2024-02-01
    says "$query from tomorrow to today" err 'E-ASK-VALUE'
    says "$query from tomorrow to today" err 'is after until "2024-02-01"'
done <windowed

for query in network network_ties; do
    expect "$query of an unknown id" 4 ask "$query" of=Nobody
    says "$query of an unknown id" err E-ID-UNKNOWN
done
expect 'money from an unknown id' 4 ask money_paths from=Nobody
expect 'a tie that is no tie' 4 ask networks tie=friendship
expect 'a country that is none' 4 ask networks active_in=Atlantis,IQ
expect 'a hub that nobody has' 4 ask networks hub=Nobody

expect 'a hub is cut' 0 ask networks --json hub_degree=1000
equal 'what is left is the chain' "$(jq -c '[.rows[] | [.network, .members]]' out)" '[["X00000",6]]'
says 'and how much went with it' out "lost with them: $counterparties ties"
expect 'nor is anybody when no degree is said' 0 ask networks --json hub_degree=0
equal 'one network' "$(jq -c '[.rows[] | [.network, .members]]' out)" \
    "[[\"HUB\",$((counterparties + 1))]]"
expect 'a subject is never cut, but its network at a stated size' 20 \
    ask network --json of=HUB hops=1 hub_degree=1000
equal 'that size' "$(jq -c '[(.rows | length), .truncated]' out)" '[1000,true]'
expect 'a larger size' 0 ask network --json of=HUB hops=1 max_nodes=5000
equal 'the hub holds all of them together' "$(jq -c '[(.rows | length), (.rows[0] |
    .thing, .cut_point, .bridges, .pick, .rank)]' out)" \
    "[$((counterparties + 1)),\"HUB\",\"yes\",$((counterparties - 6)),1,1]"
