#!/bin/sh
# Goal: of whole invented worlds the program finds exactly what is true in them: the owner and the
# share, the network and who holds it together, which statement rows are one payment, and where the
# labelled money is, to the minor unit.
# Method: make each world, import its folder, ask, and compare with its truth.json by jq. The maker
# shares no code with the program.
#
#   ASSETTRACE_WORLD_SEEDS  seeds of fresh worlds, all of them used; unless set, two of the list
#   ASSETTRACE_WORLD_RUN    which two: 1, 2, ...
. "$(dirname "$0")/lib.sh"
needs jq sha256sum

maker=${ASSETTRACE_BUILD:?the build folder}/tests/world/worldmaker
list='1009 2017 3023 4027 5039 6047 7057 8069 9091 10093 11113 12119 13127 14143 15149 16183 17189
18191 19207 20219 21221 22229 23251 24281 25301 26309 27329 28349 29363 30367'
# shellcheck disable=SC2086 # one word a seed
seeds=${ASSETTRACE_WORLD_SEEDS:-$(printf '%s\n' $list | awk -v n="${ASSETTRACE_WORLD_RUN:-1}" '
    { s[NR] = $1 }
    END { i = (2 * n - 2) % NR; print s[i + 1], s[(i + 1) % NR + 1] }')}
echo "seeds $seeds of" $list

# answer NAME QUERY ARGUMENT...: ask; the document goes to NAME.json.
answer() {
    answer_name=$1
    shift
    expect "$world: $1" 0 -s "$store" ask "$@" --json
    cp out "$answer_name.json"
}

# agree STORY FILE FILTER TRUTH_FILTER: two sides of one fact, each as jq prints it.
agree() {
    jq -S --slurpfile truth "$truth" "$3" "$2" >got.txt 2>&1 || echo "jq failed" >>got.txt
    jq -S "$4" "$truth" >wanted.txt
    same "$world: $1" got.txt wanted.txt
}

# Where each row of each statement stands: "sha256:offset" and the id of its leg.
index_legs() {
    for file in "$folder"/bank-?/statement-*.csv; do
        hash=$(sha256sum "$file" | cut -d ' ' -f 1)
        LC_ALL=C awk -v hash="$hash" '{
            if (NR > 3 && match($0, /[AB][-Q][0-9]+/))
                printf "%s:%d %s\n", hash, offset, substr($0, RSTART, RLENGTH)
            offset += length($0) + 1
        }' "$file"
    done | jq -R -s 'split("\n") | map(select(. != "") | split(" ") | {(.[0]): .[1]}) | add' \
        >legs.json
}

check_network() {
    hubs=hub_degree=$(jq -r .hub_degree "$truth")
    countries=$(jq -r '.countries | join(",")' "$truth")
    answer around network of="$(jq -r .subject "$truth")" hops="$(jq -r .hops "$truth")" \
        "$hubs" key_set=1 max_nodes=0
    agree 'members of the network' around.json \
        '[.rows[] | select(.key != "hub: not passed") | .thing] | sort' '.members | sort'
    agree 'cut points' around.json '[.rows[] | select(.cut_point == "yes") | .thing] | sort' \
        '.cut_points | sort'
    agree 'key player' around.json '[.rows[] | select(.pick == 1) | .thing]' '[.key_player]'
    agree 'fragmentation' around.json \
        '[.notes[] | select(.code == "FRAGMENTATION") | .text | split("removed: ")[1]]' \
        '[.fragmentation]'
    answer joint networks active_in="$countries" "$hubs" min_members=2
    agree 'networks active in both countries' joint.json \
        '[.rows[] | {id: .network, members, level}] | sort' '.networks_active | sort'
    answer members network_members active_in="$countries" "$hubs" min_members=2
    agree 'members, listed' members.json \
        '[.rows[] | select(.network == $truth[0].network) | .thing] | sort' '.members | sort'
}

check_owner() {
    answer owner owners_of of="$(jq -r .ship_company "$truth")" threshold=1/4
    agree 'owner of the ship company' owner.json '[.rows[] | [.owner, .by_share, .verdict]]' \
        '[[.owner.id, .owner.share_12, "definite"]]'
    answer owners owners_of of="$(jq -r .ship_company "$truth")" threshold=1/1000000
    agree 'every owner' owners.json '[.rows[] | [.owner, .by_share]] | sort' \
        '[.owners[] | [.id, .share_12]] | sort'
    answer assets assets_of of="$(jq -r .owner.id "$truth")"
    agree 'share in land and vessel' assets.json \
        '[.rows[] | select(.thing as $t | any($truth[0].owner_assets[]; .id == $t))
          | [.thing, .kind, .share]] | sort' \
        '[.owner_assets[] | [.id, "asset", .share_12]] | sort'
}

check_money() {
    # shellcheck disable=SC2046 # one word a source
    set -- $(jq -r '.sources[] | "source=\(.label)=transfer:\(.transfer)"' "$truth")
    answer money trace "$@" method=fifo
    agree 'holdings by label' money.json '[.rows[] | [.label, .node, .currency, .amount]] | sort' \
        '.trace | sort'
    for method in lifo prorata libr oatway poison; do
        answer money trace "$@" "method=$method" envelope=none
        agree "holdings by $method" money.json '[.rows[] | select(.label[:1] != "@")
            | [.label, .node, .currency, .amount]] | sort' ".trace_by.$method | sort"
    done
    answer path trace_transfers "$@" method=fifo
    agree 'labelled transfers' path.json \
        '[.rows[] | select(.label[:1] != "@") | [.label, .transfer, .amount]] | sort' \
        '.trace_transfers | sort'
    answer notes trace_notes "$@" method=fifo
    agree 'imputed openings' notes.json \
        '[.rows[] | select(.note == "IMPUTED_OPENING") | [.node, .amount]] | sort' '.imputed | sort'
    answer sums reconcile
    agree 'statements add up' sums.json \
        '[.rows[] | select(.node as $n | any($truth[0].balances[]; .account == $n))
          | [.node, .currency, .opening, .credits, .debits, .closing, .stated, .status]] | sort' \
        '[.balances[] | [.account, .currency, .opening, .in, .out, .closing, .closing,
          "reconciled"]] | sort'
}

# One unit is labelled, so that nearly every payment is listed with its own records alone.
check_pairs() {
    answer rows trace_transfers method=fifo \
        "source=X=transfer:$(jq -r '.sources[0].transfer' "$truth"),1"
    index_legs
    jq -S --slurpfile legs legs.json '[.rows[] | select(.grade == "corroborated" and .label != "X")
        | [.sources[] | $legs[0][split("+")[0]]] | sort] | unique' rows.json >got.txt
    jq -S '[.pairs[] | sort] | unique' "$truth" >wanted.txt
    same "$world: rows that are one payment" got.txt wanted.txt
    agree 'legs that stay apart' rows.json \
        '[.rows[] | select([.from, .to] | any(startswith("@unmatched:"))) | .transfer] | unique' \
        '.ambiguous + .apart | unique'
    expect "$world: status" 0 -s "$store" status --tsv
    says "$world: ambiguous legs" out "legs with several possible partners	$(
        jq '.ambiguous | length' "$truth")"
}

# check_world NAME FOLDER: all of it.
check_world() {
    world=$1
    folder=$2
    truth=$folder/truth.json
    store=$work/$1.at
    expect "$world: init" 0 init "$store"
    expect "$world: import" 0 -s "$store" import "$folder"
    check_network
    check_owner
    check_money
    check_pairs
    expect "$world: the case" 0 -s "$store" run "$folder/case.json"
    rm -rf "$store"
}

# make_world NAME OPTION...: a fresh one.
make_world() {
    made=$1
    shift
    checks=$((checks + 1))
    "$maker" "$@" --out "$work/$made" || fail "worldmaker $*"
}

# What cannot change when only names, scripts, days and orders do.
unchanged='[(.members | length), .fragmentation, .hub_degree, .owner.share, (.pairs | length),
    ([.trace[] | [.[0], .[2], .[3]]] | sort), ([.balances[] | [.currency, .opening, .closing]]
    | sort)]'

check_world harbour "$root/fixtures/worlds/harbour"
make_world permuted --story harbour --seed 1 --permute 7
jq "$unchanged" permuted/truth.json >got.txt
jq "$unchanged" "$root/fixtures/worlds/harbour/truth.json" >wanted.txt
same 'a permuted harbour is the same story' got.txt wanted.txt
check_world permuted "$work/permuted"
for seed in $seeds; do
    make_world "world-$seed" --seed "$seed" --parties $((12 + seed % 60)) \
        --transfers $((400 + seed % 900))
    check_world "world-$seed" "$work/world-$seed"
done
first=${seeds%% *}
make_world smallest --seed "$first" --parties 3 --transfers 300
check_world smallest "$work/smallest"
make_world largest --seed "$first" --parties 200 --transfers 2000
check_world largest "$work/largest"
