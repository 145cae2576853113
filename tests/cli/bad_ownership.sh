# Goal: what cannot be said of ownership is refused with its line, what is only strange is used as
#       recorded and named, and no circle keeps the program.
# Method: one call a story, each in a store of its own.
. "$(dirname "$0")/lib.sh"
needs jq

# given ROW...: a new store with these rows of ownership_csv.
given() {
    rm -rf store.at
    export ASSETTRACE_STORE="$work/store.at"
    "$bin" init store.at >/dev/null
    { echo owner,owned,share,share_max,kind,since,until; printf '%s\n' "$@"; } >f.csv
}

# rejected STORY CODE ROW: the row is left out, the other is loaded.
rejected() {
    given 'q,B,10%,,,,' "$3"
    expect "$1" 3 import --as ownership_csv --json f.csv
    equal "$1" "$(jq -c '.receipts[0] | [.loaded, .rejected, .reject_lines[0].line,
        .reject_lines[0].code]' out)" "[1,1,3,\"$2\"]"
}
rejected 'a share above 100 %' E-SHARE-RANGE 'p,A,120%,,,,'
rejected 'a negative share' E-SHARE-TEXT 'p,A,-5%,,,,'
rejected 'a share that is no number' E-SHARE-TEXT 'p,A,half,,,,'
rejected 'a range that ends before it begins' E-SHARE-RANGE 'p,A,30%,20%,,,'
rejected 'an end before the beginning' E-FIELD-PERIOD 'p,A,30%,,,2024-01-01,2023-01-01'
rejected 'no owner' E-FIELD-EMPTY ',A,30%,,,,'
rejected 'an unknown kind of holding' E-FIELD-WORD 'p,A,30%,,friendship,,'

# answered STORY QUERY ARGUMENTS ROW...: what the last import says, grade and sources left out.
answered() {
    story=$1
    query=$2
    arguments=$3
    shift 3
    # shellcheck disable=SC2086 # one word an argument
    expect "$story" 0 ask "$query" $arguments
    cut -f1-5 out | tail -n +2 >rows
    printf '%s\n' "$@" | tr ' ' '\t' >wanted
    [ $# -gt 0 ] || : >wanted
    same "$story" rows wanted
}
loaded() {
    "$bin" import --as ownership_csv f.csv >/dev/null
}

given 'p,A,,,,,'
loaded
answered 'a missing share can be anything' owners_of of=A \
    'p 0.000000000000 1.000000000000 0.000000000000 possible'

given 'p,A,60%,,,,' 'q,A,60%,,,,'
loaded
answered 'owners of 120 % own nothing by share, and control only possibly' owners_of of=A \
    'p 0.000000000000 0.000000000000 0.600000000000 possible' \
    'q 0.000000000000 0.000000000000 0.600000000000 possible'
says 'owners of 120 %' err OVER_100

given 'A,A,20%,,,,' 'p,A,80%,,,,'
loaded
answered 'a company that owns part of itself' owners_of of=A \
    'p 1.000000000000 1.000000000000 0.800000000000 definite'

given 'A,A,100%,,,,'
loaded
answered 'a circle of one that owns all of itself has no owner' owners_of of=A
says 'a circle of one that owns all of itself has no owner' err '@closed:A'

given 'Young,Old,60%,,,2024-01-01,'
loaded
cat >parties.csv <<'END'
id,type,name,country,birth
Old,company,Old,GB,1950-01-01
Young,company,Young,GB,2023-01-01
END
expect 'founded before its owner' 0 import --as parties_csv parties.csv
answered 'a company older than its owner is owned as recorded' controls 'of=Young as_of=2024-06-01' \
    'Old 1 0.600000000000 definite Old'
answered 'and not before' controls 'of=Young as_of=2023-06-01'

for query in owners_of controls assets_of close_links; do
    expect "$query of an unknown id" 4 ask "$query" of=Nobody
    says "$query of an unknown id" err E-ID-UNKNOWN
done
expect 'blocked_by of an unknown id' 4 ask blocked_by of=Nobody rule=uk
expect 'an unknown rule' 4 ask blocked_by of=Young rule=un
expect 'an edition that a rule has not' 4 ask blocked_by of=Young rule=ofac edition=earlier
says 'an edition that a rule has not' err E-BLOCKED-EDITION
expect 'a threshold that is no share' 4 ask owners_of of=Old threshold=many

# Rings of 100,000 are in tests/check/ownership_large.c.
companies=3000
given 'p,r0,10%,,,,'
awk -v n="$companies" 'BEGIN {for (i = 0; i < n; i++) printf "r%d,r%d,90%%,,,,\n", i, (i + 1) % n}' \
    >>f.csv
loaded
answered 'the owner of a long circle' owners_of 'of=r3 threshold=5%' \
    'p 0.072900000000 0.072900000000 0.000000000000 definite'
expect 'a long circle' 0 ask circular_ownership
equal 'a long circle has all its members' "$(grep -c '^r0' out)" "$companies"
expect 'control round a long circle' 0 ask controls of=r7
equal 'control goes round a long circle' "$(grep -c '^r' out)" "$((companies - 1))"

# hub KIND: 20,000 owners, each of a 40,000th; the eighth's share, or all shares, is a range. Two
# different ranges each have the owners of A and B, 800 of them, beside the hub's.
hub() {
    given 'q,Other,10%,,,,'
    awk -v kind="$1" 'BEGIN {
        for (i = 0; i < 20000; i++)
            if (kind == "one" && i == 7)
                printf "p%d,H,,,,,\n", i
            else if (kind == "all")
                printf "p%d,H,0.%07d,0.%07d,,,\n", i, 1 + i % 9, i + 10
            else
                printf "p%d,H,1/40000,,,,\n", i
        for (i = 0; i < 800 && kind == "two"; i++)
            printf "t%d,A,0,0.9%04d,,,\nt%d,B,0,0.8%04d,,,\n", i, i, i, i
        if (kind == "two")
            print "A,T,40%,,,,\nB,T,40%,,,,\nH,T,20%,,,,"
    }' >>f.csv
    loaded
}
hub exact
answered 'a hub of exact owners, none of whom has much' owners_of of=H
answered 'nor is linked' close_links of=H
hub one
answered 'a hub with one range among its owners' owners_of of=H \
    'p7 0.000000000000 0.500025000000 0.000000000000 possible'
answered 'and its link' close_links of=H 'p7 H 0.000000000000 0.500025000000 possible'
hub all
answered 'a hub of as many different ranges as owners' owners_of of=H
answered 'those that reach a threshold' owners_of 'of=H threshold=0.0020007' \
    'p19997 0.000000900000 0.002000700000 0.000000900000 possible' \
    'p19998 0.000000100000 0.002000800000 0.000000100000 possible' \
    'p19999 0.000000200000 0.002000900000 0.000000200000 possible'
answered 'nobody is linked to it' close_links of=H
answered 'nor to anything else' close_links ''
[ -s err ] && grep -q LINKS_LIMIT err && fail 'a hub of ranges: lists are missing'
hub two
expect 'many owners of two different ranges each' 20 ask owners_of of=T
says 'many owners of two different ranges each' err E-LIMIT
