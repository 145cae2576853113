# Goal: a list that is cut is the beginning of the whole one, says so and ends with exit 20; what is
#       left out is never in the middle.
# Method: every query that takes a cap, over an invented ledger in which each pattern is common: the
#         whole list, and the same with caps within it. A network by its size, close links by the
#         work allowed: more holders than can be looked at, each of one company.
. "$(dirname "$0")/lib.sh"
needs jq
fresh_store
awk 'BEGIN {
    srand(11)
    print "id,time,from,to,amount,currency"
    for (i = 0; i < 700; i++) {
        a = int(40 * rand() ^ 2)
        b = int(40 * rand() ^ 2)
        printf "t%04d,2024-03-%02dT%02d:%02d:00Z,A%02d,A%02d,%d.00,EUR\n", i, 1 + i / 25, i % 24,
            i % 60, a, a == b ? b + 1 : b, 9000 + i % 11 * 100
    }
    for (i = 0; i < 20; i++) # five stacks: two pay two middles, who pay two others
        for (k = 0; k < 2; k++)
            printf "s%02d%d,2024-04-%02dT1%d:00:00Z,%s,%s,50.00,EUR\n", i, k, 1 + int(i / 4), k,
                k ? "M" int(i / 2) : "P" int(i / 4) * 2 + i % 2,
                k ? "W" int(i / 4) * 2 + i % 2 : "M" int(i / 2)
}' >l.csv
"$bin" import --as ledger_csv l.csv >/dev/null

# cut_at QUERY ARGUMENT...: at least four findings; with a cap of 1, of all but one, and of all of them.
cut_at() {
    query=$1
    expect "all of $query" 0 ask "$@" cap=1000000
    cp out whole
    count=$(($(wc -l <whole) - 1))
    checks=$((checks + 1))
    [ "$count" -ge 4 ] || fail "$query: $count findings, too few to be cut"
    for cap in 1 $((count - 1)); do
        expect "$cap of $query" 20 ask "$@" "cap=$cap"
        says "$cap of $query" err TRUNCATED
        head -n $((cap + 1)) whole >wanted
        same "$cap of $query are the first" out wanted
    done
    expect "as many of $query as there are" 0 ask "$@" "cap=$count"
    same "as many of $query as there are" out whole
}
cut_at fan_in k=5 delta=1d
cut_at fan_out k=5 delta=1d
cut_at gather_scatter k1=3 k2=3 d1=1d d2=1d
cut_at mirror delta=1d tolerance=1%
cut_at pass_through delta=1d
cut_at round_trips delta=2d maxlen=3
cut_at scatter_gather k=4 delta=1d
cut_at stack k=2 delta=2h
cut_at structuring T=1000000 k=3 delta=1d
capped=$("$bin" queries --ndjson | jq -r 'select(.arguments | test("\\[cap\\]")) | .query' | wc -l)
equal 'every query with a cap is here' "$(grep -c '^cut_at ' "$0")" "$capped"

expect 'a network' 0 ask network of=A07 hops=2 max_nodes=1000
cut -f 1,4 out >whole
for size in 1 5 $(($(wc -l <whole) - 2)); do
    expect "the nearest $size" 20 ask network of=A07 hops=2 "max_nodes=$size"
    cut -f 1,4 out >nearest
    head -n $((size + 1)) whole >wanted
    same "the nearest $size are the first" nearest wanted
done

# The bodies nobody is asked about make every look at a holder dear.
holders=2500
awk -v n="$holders" 'BEGIN {
    print "owner,owned,share,share_max,kind,since,until"
    for (i = 0; i < n; i++)
        printf "h%05d,c%05d,50%%,,,,\n", i, i
    for (i = 0; i < 50000; i++)
        printf "x%d,y%d,1%%,,,,\n", i, i
}' >o.csv
rm -rf "$work/test.at"
fresh_store
"$bin" import --as ownership_csv o.csv >/dev/null
expect 'more holders than can be looked at' 20 ask close_links
says 'more holders than can be looked at' err LINKS_LIMIT
cut -f 1,2 out | tail -n +2 >ours
awk -v n="$(wc -l <ours)" 'BEGIN {
    for (i = 0; i < n; i++)
        printf "h%05d\tc%05d\n", i, i
}' >wanted
same 'their lists are the first' ours wanted
checks=$((checks + 1))
[ "$(wc -l <ours)" -gt 100 ] && [ "$(wc -l <ours)" -lt "$holders" ] || fail 'the cut is not within'
