# Goal: what tracing costs by the million, beside array kernels and beside half the rows.
# Method: ledgers made in memory from a seed (flows.h), a release build; ours and the other in turn,
#         medians of five (trace.c). Only ratios count. BENCH_ROWS: a file of rows to trace too.
. "$(dirname "$0")/lib.sh"
section "Tracing $rows transfers"
said "$bench/bench_trace" 'pass|double|cut|envelope METHOD ...'
head_of what 'clock, s' 'processor, s' 'beside'

for method in fifo prorata; do
    for file in "$rows" ${BENCH_ROWS:-}; do
        "$bench/bench_trace" pass "$method" "$file"
        "$bench/bench_trace" pass "$method" "$file" busiest
    done
done
for method in fifo lifo; do
    "$bench/bench_trace" double "$method" cycle 1000000
    "$bench/bench_trace" double "$method" mixed 200000
    "$bench/bench_trace" double "$method" labels 1000000
done
for method in fifo lifo prorata; do
    "$bench/bench_trace" double "$method" debits 1000000
done
for method in prorata libr oatway; do # a thousand labels cost a thousand times as much a row
    "$bench/bench_trace" double "$method" labels 1000000
done
"$bench/bench_trace" double poison labels 1000000
for method in fifo libr; do
    "$bench/bench_trace" cut "$method" "$rows"
done
"$bench/bench_trace" envelope 20000
"$bench/bench_trace" envelope 50000
