#!/bin/sh
# Goal: integrated ownership of a million companies, twice as fast as a sparse LU of the whole, and
#       with a circle of 128,000 companies in less than three times that and a second.
# Method: a register made in memory from a seed, a release build (ownership.c). UMFPACK is used
#         where libsuitesparse-dev was there when the program was built.
set -eu
"$(dirname "${ASSETTRACE_BIN:?the program to measure}")/tests/bench_ownership" 1000000 1400000 128000
