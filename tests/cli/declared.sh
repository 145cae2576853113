# Goal: an answer about declared labels alone says of them what the whole answer says.
# Method: harbour; by each rule and for each question the rows of declared labels out of
#         labels=all, and labels=declared, which reads only what declared money can have come to.
. "$(dirname "$0")/lib.sh"
fresh_store
world=$root/fixtures/worlds/harbour
expect 'harbour' 0 import "$world"
# Every declared transfer, each under its label.
set --
for source in $(sed -n 's/.*"label": "\([^"]*\)", "transfer": "\([^"]*\)".*/\1=transfer:\2/p' \
    "$world/case.json" | sort -u); do
    set -- "$@" "source=$source"
done
[ $# -gt 0 ] || fail 'harbour declares nothing'

# rows FILE: those of declared labels, which stand in the second column, with all their columns.
rows() {
    awk -F '\t' 'NR > 1 && $2 !~ /^@/' "$1"
}

read_in_part=0
for method in fifo lifo prorata libr oatway poison; do
    for query in trace trace_transfers trace_breaks; do
        expect "$query $method, all" 0 ask "$query" "$@" "method=$method" labels=all
        rows out >all
        expect "$query $method, declared" 0 ask "$query" "$@" "method=$method" labels=declared
        rows out >declared
        grep -q 'LEDGER_READ: [0-9]' err && read_in_part=$((read_in_part + 1))
        [ -s all ] || fail "$query $method: no declared money"
        same "$query $method: declared as in all" declared all
    done
done
echo "$read_in_part answers read a part"
