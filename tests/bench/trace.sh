#!/bin/sh
# Goal: what tracing costs by the million, beside array kernels and beside half the rows.
# Method: ledgers made in memory from a seed (flows.h), a release build; ours and the other in turn,
#         medians of five (trace.c). Only ratios count. BENCH_ROWS: a file of rows to trace too.
set -eu
bench=$(dirname "${ASSETTRACE_BIN:?the program to measure}")/tests/bench_trace
rows=10000000

for method in fifo prorata; do
    "$bench" pass "$method" "$rows"
    [ -z "${BENCH_ROWS:-}" ] || "$bench" pass "$method" "$BENCH_ROWS"
done
for method in fifo lifo; do
    "$bench" double "$method" cycle 1000000
done
for method in fifo lifo prorata; do
    "$bench" double "$method" debits 1000000
    "$bench" double "$method" labels 10000 # a thousand labels cost a thousand times as much a row
done
for method in fifo libr; do
    "$bench" cut "$method" "$rows"
done
"$bench" envelope 20000
"$bench" envelope 50000
