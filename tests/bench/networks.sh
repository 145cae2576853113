# Goal: components, hops and reach beside igraph and plain arrays; how long the parts of `networks`
#       take.
# Method: networks.c: a seeded world in memory. The databases that spec/performance.md names for
#       hops take part where they are installed: none has a program here.
. "$(dirname "$0")/lib.sh"
section "Components, hops and reach, $rows transfers"
said "$bench/bench_networks" "$rows" peers
head_of what 'assettrace, s' peer 'peer, s' "peer's time divided by ours" goal
"$bench/bench_networks" "$rows" peers

section "Parts of networks, $rows transfers"
said "$bench/bench_networks" "$rows" players
head_of what 'clock, s' 'processor, s' limit
"$bench/bench_networks" "$rows" players 2>/dev/null
