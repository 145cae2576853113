#!/bin/sh
# Goal: the property tests of tracing notice when a rule is wrong by one, by a tie, by a rounding or
# by an order.
# Method: a mutant is a file of engine/trace, the test that must fail, and what is replaced by
# what. The mutated file is linked in front of the library. A mutant that changes nothing fails too.
set -u

# It takes two minutes and is a step of `./dev check`.
root=${ASSETTRACE_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${ASSETTRACE_BUILD:-$root/build/dev}
if ! command -v ninja >/dev/null || [ ! -f "$build/build.ninja" ]; then
    echo "skipped: there is no ninja build at $build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$build" || exit 1
failures=0
count=0

fail() {
    echo "  FAILED: $1"
    failures=$((failures + 1))
}

# mutant FILE TEST EXPRESSION: the test must fail with the file so changed.
mutant() {
    count=$((count + 1))
    echo "$1: $3"
    sed "$3" "$root/engine/trace/$1" >"$work/mutant.c"
    if cmp -s "$root/engine/trace/$1" "$work/mutant.c"; then
        fail "nothing was changed"
        return
    fi
    if ! ${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -w -I"$root" -c "$work/mutant.c" -o "$work/mutant.o"; then
        fail "it does not compile"
        return
    fi
    link=$(ninja -t commands "tests/$2" | tail -n 1 |
        sed "s| -o tests/$2 | -o $work/test $work/mutant.o |")
    if ! eval "$link"; then
        fail "it does not link"
        return
    fi
    if timeout 120 "$work/test" >"$work/out" 2>&1; then
        fail "nobody noticed"
    fi
}

mutant event.c check_trace_coin \
    's/if (ledger->time_us\[row\] > as_of_us)/if (ledger->time_us[row] >= as_of_us)/'
mutant event.c check_trace_coin \
    's/ledger->amount\[row\] > work->left\[reversed\]/ledger->amount[row] >= work->left[reversed]/'
mutant event.c check_trace_coin \
    's/work->place\[row\] >= work->place\[reversed\]/work->place[row] > work->place[reversed]/'
mutant event.c check_trace_coin 's/at->now < at->lowest ?/at->now + 1 < at->lowest ?/'
mutant order.c check_trace_coin \
    's/group->heap\[child + 1\] < group->heap\[child\]/group->heap[child + 1] > group->heap[child]/'
mutant order.c check_trace_coin 's/if (from != ledger->to\[row\])/if (true)/'
mutant vector.c check_trace_coin 's/missing -= items\[i\].left_over > least/missing -= items[i].left_over >= least/'
mutant vector.c check_trace_coin \
    's/last || items\[i\].left_over > least/last || items[i].left_over < least/'
mutant vector.c check_trace_coin 's/(ptrdiff_t)rank - 1/(ptrdiff_t)rank - (rank > 1) - 1/'
mutant vector.c unit_trace_lots 's/left_over >= by/left_over > by/'
mutant vector.c unit_trace_lots 's/weight \* whole + /0 * whole + /'
mutant explain.c unit_trace_lots 's/last.node == node \&\& //'
mutant explain.c unit_trace_lots 's/if (way->hops < reach->hops)/if (way->hops <= reach->hops)/'
mutant pass_event.c unit_trace_pass 's/if (way->hops >= reach->hops)/if (way->hops > reach->hops)/'
mutant lots.c check_trace_coin 's/if (at->back_sum > at->keep)/if (at->back_sum >= at->keep)/'
mutant lots.c check_trace_coin \
    's/sum \* amount_in \/ amount/sum * amount_in + amount - 1) \/ amount/; s/(int64_t)((at_wide)sum/(int64_t)(((at_wide)sum/'
mutant lots.c unit_trace_lots 's/whole.older != AT_NONE/false/'
mutant lots.c unit_trace_lots 's/back_sum - at->keep);/back_sum - at->keep) - 1;/'
mutant pass.c check_trace_coin 's/if (front != back)/if (true)/'
mutant pass.c check_trace_coin 's/ || older->newer == back;/ || false;/'
mutant runs.c unit_trace_lots 's/^    at->counted = false;//'
mutant runs.c unit_trace_lots 's/^        at->counted = false;//'
mutant runs.c unit_trace_lots 's/until <= units/until < units/'
mutant runs.c unit_trace_lots 's/at->last == cut ? rest : at->last/at->last/'
mutant runs.c unit_trace_lots 's/    grow_newest(store, older, run_at(store, middle));//'
mutant runs.c unit_trace_lots 's/to->count = AT_RUN_LABELS + 1;/to->count = to->count;/'
mutant lots.c unit_trace_lots 's/            at_runs_grow(store, root, units);/            (void)root;/'
mutant take.c check_trace_coin 's/take->method == AT_TRACE_LIFO)$/take->method == AT_TRACE_POISON)/'
mutant take.c check_trace_coin 's/AT_TRACE_OATWAY \&\& preserved/AT_TRACE_OATWAY/'
mutant take.c check_trace_coin \
    's/items\[i\].weight < units ? items\[i\].weight : units/items[i].weight <= units ? items[i].weight : units - 1/'
mutant pass_event.c check_trace_coin 's/imputed ? clean + 2 : clean/clean/'
mutant pass_event.c check_trace_coin 's/clean + 1, event->amount - units/clean, event->amount - units/'
mutant pass_debt.c check_trace_coin \
    's/age > pass->options->backward_window_us/age >= pass->options->backward_window_us/'
mutant pass_debt.c check_trace_coin 's/if (tainted)$/if (true)/'
mutant pass_source.c check_trace_coin 's/source->row < row/source->row <= row/'
mutant pass_source.c check_trace_coin 's/source->time_us > until_us/source->time_us >= until_us/'
mutant pass.c check_trace_coin \
    's/pass->source_label\[one\], pass->source_label\[other\]/pass->source_label[other], pass->source_label[one]/'
mutant pass.c check_trace_coin 's/balance > 0 ? balance : 0/balance/'
mutant pass_poison.c check_trace_coin 's/label_source\[label\] != AT_NONE/label_source[label] == AT_NONE/'
mutant pass_poison.c unit_trace_poison 's/from->least + 1 >= to->most/from->least + 2 >= to->most/'
mutant pass_poison.c unit_trace_poison 's/hops\[place\] + 1 < to->hops/hops[place] + 2 < to->hops/'
mutant pass_poison.c unit_trace_poison 's/plane = records - 1;/plane = 0;/'
mutant pass_poison.c unit_trace_poison 's/reach->records += UINT64_C(1) << PLANES/reach->records++/'
mutant pass_poison.c unit_trace_poison 's/labels & ~looked_at,/labels,/'
mutant fund.c check_trace_coin 's/holding->label < count \&\& //'
mutant envelope.c check_trace_envelope \
    's/move->from, kept, flows - out->units/move->from, kept + move->taken, flows - out->units/'
mutant envelope.c check_trace_envelope \
    's/return turn_place(work, node, held, work->flows\[node\] + units, err)/work->flows[node] += units; return AT_OK/'
mutant envelope.c check_trace_envelope 's/balance < 0 ? (-balance/balance <= 0 ? (1 - balance/'
mutant envelope.c check_trace_envelope 's/move->amount - block->units/move->amount/'
mutant envelope.c check_trace_envelope 's/capacity - units, steps, err/0, steps, err/'
mutant envelope.c check_trace_envelope 's/AT_FLOW_OUT, bound->hi, steps/AT_FLOW_IN, bound->hi, steps/'
mutant envelope.c check_trace_envelope 's/\*out = total + more;/*out = total;/'
mutant flow.c check_trace_envelope 's/way == AT_FLOW_OUT ? arc : flow->arcs\[arc\].back/arc/'
mutant flow.c check_trace_envelope 's/while (total < limit \&\& measure/if (total < limit \&\& measure/'
mutant flow.c check_trace_envelope \
    's/flow->distance\[there\] == flow->distance\[here\] + !flow->arcs\[arc\].stays/flow->distance[there] == flow->distance[here]/'
mutant pass_plain.c check_trace_restrict 's/at_pass_declared(pass, event->row) == 0 \&\& is_plain/is_plain/'
mutant pass_plain.c check_trace_restrict 's/lots->oldest == lots->newest \&\&/true ||/'
mutant pass_plain.c check_trace_restrict 's/at_pass_apart(pass, row) || //'
mutant pass_plain.c check_trace_restrict 's/event_held \&\& from->debt == 0/event_held/; s/from->debt == 0 \&\& //'
mutant pass_mix.c check_trace_restrict 's/ || account->debt > 0 ||/ ||/'
mutant pass_mix.c check_trace_restrict 's/pass->take.roundings += divide_mix/(void)divide_mix/'
mutant pass_mix.c check_trace_restrict 's/\*roundings += lost > 0;//'
mutant pass_mix.c check_trace_restrict 's/lost > from->total - lost/lost >= from->total - lost/'
mutant pass_mix.c check_trace_restrict 's/lost\[i\] > lost\[most\]/lost[i] >= lost[most]/'
mutant pass_mix.c check_trace_restrict 's/(at_pass_apart(pass, row) ||/(/'
mutant pass_mix.c check_trace_restrict 's/= !at_pass_apart(pass, row) \&\&/=/'
mutant pass_mix.c check_trace_restrict 's/block\[mixes->clean\] = amount/block[mixes->clean + 1] = amount/'
mutant pass_mix.c check_trace_restrict 's/    give_back(mixes, pair);$/    mixes->spare = (uint32_t)pair->unknown;/'
mutant pass_event.c check_trace_coin 's/find_place(pass, as_of_us + 1)/find_place(pass, as_of_us)/'
mutant pass_event.c check_trace_coin 's/? find_place(pass, next->time_us) : end/? find_place(pass, next->time_us) + 1 : end/'
mutant event.c check_trace_coin 's/at_effective_apart(effective, row) || from == to/from == to/'
mutant restrict.c check_trace_restrict 's/ledger->amount\[row\] > 0)/ledger->amount[row] > 9)/'
mutant restrict.c check_trace_restrict \
    's/keep_node(cut, next.node, INT64_MIN, INT64_MAX/keep_node(cut, next.node, next.time_us, INT64_MAX/'
mutant restrict.c check_trace_restrict 's/ledger->time_us\[rows\[middle\]\] < time_us/ledger->time_us[rows[middle]] <= time_us/'
mutant restrict.c check_trace_restrict 's/    AT_TRY(keep_reversed(/    if (false) AT_TRY(keep_reversed(/'
mutant restrict.c check_trace_restrict 's/    if (moments)/    if (false)/'
mutant restrict.c check_trace_back 's/-ledger->time_us\[row\], err/-ledger->time_us[row] + 1, err/'
mutant restrict_cut.c check_trace_restrict 's/AT_NONE - 1;/AT_NONE;/; s/kind = AT_NODE_EXTERNAL;/kind = AT_NODE_ACCOUNT;/'
mutant backward.c check_trace_back 's/(held - taken) \* way/held * way/'
mutant backward.c check_trace_back 's/targets\[node\];/targets[node] \&\& node > 0;/'

echo "$count mutants, $failures failures"
[ "$failures" -eq 0 ]
