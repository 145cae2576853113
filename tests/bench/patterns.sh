# Goal: how long each pattern takes, in an even world and beside an account that everybody pays.
# Method: patterns.c: planted patterns in a seeded world in memory; a tenth of it with the hub.
. "$(dirname "$0")/lib.sh"
for kind in '' hub; do
    [ -z "$kind" ] || rows=$((rows / 10))
    section "Patterns${kind:+ with a $kind}, $rows transfers"
    # shellcheck disable=SC2086 # no word when there is none
    said "$bench/bench_patterns" "$rows" $kind
    head_of what 'processor, s' found
    # shellcheck disable=SC2086
    "$bench/bench_patterns" "$rows" $kind
done
