# Goal: an import that brought much of a large store leaves an index, another one does not; whatever
#       becomes of the index, what was imported is published and answers are the same.
# Method: an import of 70,000 rows, then of a few; one while somebody else makes an index; imports
#       stopped and killed once the index is begun.
. "$(dirname "$0")/lib.sh"
needs flock

# rows NAME COUNT: a file of so many transfers.
rows() {
    awk -v name="$1" -v count="$2" 'BEGIN {
        print "id,time,from,to,amount,currency"
        for (i = 1; i <= count; i++)
            printf "%s%d,2024-01-%02dT00:00:00Z,A%d,B%d,%d.00,EUR\n", name, i, i % 28 + 1, i % 997,
                i * 7 % 991, i % 500 + 1
    }' >"$1.csv"
}
state() {
    "$bin" status --tsv | awk -F '\t' '$1 == "index" {print $2}'
}
answers() {
    "$bin" ask reconcile --tsv >"$1" 2>err || fail "no answer"
}
says_not() {
    checks=$((checks + 1))
    ! grep -qF "$3" "$2" || fail "$1: $2 says $3"
}
rows first 70000
rows few 10
fresh_store
expect 'much at once' 0 import first.csv
equal 'leaves an index' "$(state)" fresh
says_not 'which is not worth a word' err INDEX_LATER
answers with
rm test.at/index/ledger
answers without
same 'and it answers the same' with without
expect 'a little' 0 import few.csv
equal 'is left to the first question' "$(state)" stale
says_not 'which is not worth a word either' err INDEX_LATER

rm -rf test.at
fresh_store
exec 9>test.at/index/building
flock 9
expect 'while somebody else makes one' 0 import first.csv
says 'it is said' err 'note: INDEX_LATER: '
equal 'and there is none yet' "$(state)" none
exec 9>&-

# stop SIGNAL CODE: once the index is begun.
stop() {
    rm -rf test.at
    fresh_store
    env --default-signal=INT "$bin" import first.csv >out 2>err &
    program=$!
    while ! [ -e test.at/index/building ] && kill -0 "$program" 2>/dev/null; do :; done
    kill "-$1" "$program" 2>/dev/null || :
    code=0
    wait "$program" || code=$?
    checks=$((checks + 1))
    [ "$code" -eq "$2" ] || [ "$code" -eq 0 ] || fail "$1: exit code $code"
    says "$1: the receipt was printed before" out '70000 loaded'
    answers after
    same "$1: nothing is lost" with after
    expect "$1: the next writer finds no trouble" 0 import few.csv
    equal "$1: nothing lies about" "$(find test.at/tmp -type f | wc -l)" 0
    expect "$1: the store is whole" 0 check --read-data
}
stop INT 0
stop KILL 137
