# Goal: the published AMLSim sample comes in whole, and its sums and its one network are right.
# Method: sums per account are compared with awk's over the file itself.
. "$(dirname "$0")/lib.sh"
sample=$root/fixtures/importers/amlsim_csv/20k

expect 'a store' 0 init test.at
for file in nodes transactions; do
    expect "$file" 0 import --as amlsim_csv --option currency=USD --option epoch=2020-01-01 \
        "$sample/$file.csv"
done
says 'every row is accounted for' out '117805 = 117805 loaded + 0 duplicate + 0 rejected'
equal 'rows of the file' "$(($(wc -l <"$sample/transactions.csv") - 1))" 117805
equal 'textually equal rows are separate transfers' \
    "$(tail -n +2 "$sample/transactions.csv" | sort | uniq -d -c | awk '{n += $1 - 1} END {print n}')" 1420

expect 'the accounts add up' 0 ask reconcile --tsv
awk -F'\t' 'NR > 1 {print $1, $6, $7}' out | LC_ALL=C sort >ours
tail -n +2 "$sample/transactions.csv" | awk -F, '
    {
        split($3, part, ".")
        amount = part[1] * 100 + substr(part[2] "00", 1, 2)
        if ($1 != $2) { debit[$1] += amount; credit[$2] += amount }
        seen[$1]; seen[$2]
    }
    END { for (id in seen) printf "%s %.0f %.0f\n", id, credit[id], debit[id] }' |
    LC_ALL=C sort >theirs
equal 'accounts that moved' "$(wc -l <theirs)" 19980
LC_ALL=C join -v 2 ours theirs >missing
equal 'every account of the file is there' "$(wc -l <missing)" 0
LC_ALL=C join theirs ours | awk '$2 != $4 || $3 != $5' >wrong
equal 'sums per account are those of awk' "$(wc -l <wrong)" 0

expect 'the networks' 0 ask networks --tsv
equal 'one network' "$(($(wc -l <out) - 1))" 1
equal 'of 19,980 accounts' "$(awk -F'\t' 'NR == 2 {print $2}' out)" 19980
says 'what the hubs cost is said' err 'HUB_CUT'
expect 'the networks without hubs' 0 ask networks hub_degree=200 --tsv
says 'the loss is stated' err '23 hubs; lost with them: 5455 ties, 157703796 USD'
says 'in transfers too' err 'in 5517 transfers'

account=$(cut -d ' ' -f 1 theirs | head -n 1)
expect 'a trace through all of it' 0 ask trace "source=X=account:$account@2020-02-01,10000" \
    method=fifo --tsv
equal 'all traced money is somewhere' "$(awk -F'\t' '$2 == "X" {n += $5} END {print n}' out)" 10000
