# Goal: show says what the records state, field by field, shares as the register wrote them.
. "$(dirname "$0")/lib.sh"

cat >owners.csv <<'END'
owner,owned,share,share_max,since
P1,C1,1/8,,2020-01-02
P2,C1,12.5%,,
P3,C1,0.25,0.5,
END
expect 'a store' 0 init test.at
expect 'a register' 0 import owners.csv
expect 'a company' 0 show C1 --tsv
says 'a fraction' out 'holding	share	1/8'
says 'a range' out 'holding	share	1/4 to 1/2'
equal 'three holdings, three shares' "$(cut -f2 out | grep -c '^share$')" 3
equal 'a percentage is the same fraction' "$(cut -f2,3 out | grep -c '^share	1/8$')" 2
says 'a date' out 'holding	since	2020-01-02'
