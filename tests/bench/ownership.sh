# Goal: integrated ownership of a million companies, twice as fast as a sparse LU of the whole, and
#       with a circle of 128,000 companies in less than three times that and a second.
# Method: a register made in memory from a seed, as many companies as there are transfers elsewhere
#         but a million at most (ownership.c). UMFPACK is used where libsuitesparse-dev was there
#         when the program was built.
. "$(dirname "$0")/lib.sh"
companies=$((rows < 1000000 ? rows : 1000000))
set -- "$companies" $((companies * 7 / 5)) $((companies * 16 / 125))
section "Integrated ownership, $companies companies"
said "$bench/bench_ownership" "$@"
head_of what 'processor, s' beside 'ours divided by it'
"$bench/bench_ownership" "$@"
