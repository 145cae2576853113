# Goal: 200 cases over a store of 100,000 transfers in under 20 s, the same bytes twice.
# Method: invented files and cases (world.awk), a release build; once with the bounds that hold under
#         every rule (envelope=auto) and once without. The limit is on the clock of a machine with
#         nothing else to do; one that is busy is judged by the processor's time, and says so.
. "$(dirname "$0")/lib.sh"
transfers=100000
limit_ms=20000
code=0
section "A batch over a store of $transfers transfers"
said "$bin" run cases -o answers
head_of what 'clock, s' 'processor, s' limit

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# $spent: of all that was run so far, user and system. A subshell would know only of itself.
count_processor() {
    times >spent
    spent=$(sed -n 2p spent | tr 'ms' '  ' |
        awk '{ printf "%d", ($1 * 60 + $2 + $3 * 60 + $4) * 1000 }')
}

begin() {
    count_processor
    processor=$spent
    clock=$(now_ms)
}

# row WHAT [LIMIT]: what was run since `begin`; past its limit the whole step fails.
row() {
    clock=$(($(now_ms) - clock))
    count_processor
    processor=$((spent - processor))
    printf '| %s | %d.%02d | %d.%02d | %s |\n' "$1" $((clock / 1000)) $((clock % 1000 / 10)) \
        $((processor / 1000)) $((processor % 1000 / 10)) "${2:+under $((${2:-0} / 1000)) s}"
    [ -n "${2:-}" ] && [ "$clock" -ge "$2" ] || return 0
    if [ "$processor" -lt "$2" ] && [ "$processor" -lt $((clock * 3 / 4)) ]; then
        echo "bench: $1: past the limit on the clock of a busy machine" >&2
    else
        echo "bench: $1: past the limit" >&2
        code=1
    fi
}

# batch CASES FOLDER: answer them.
batch() {
    answered=0
    "$bin" run "$1" -o "$2" >summary 2>err || answered=$?
    case $answered in
    0 | 20) ;; # cut answers are answers
    *)
        echo "bench: the batch ended with exit code $answered" >&2
        head -n 5 err >&2
        exit 1
        ;;
    esac
}

"$bin" init store.at >/dev/null
export ASSETTRACE_STORE="$work/store.at"
begin
for what in parties accounts ownership assets identifiers links events ledger; do
    awk -v what="$what" -v transfers="$transfers" -f "$here/world.awk" >"$what.csv"
    "$bin" import --source bank --as "${what}_csv" "$what.csv" >out 2>err || {
        cat out err >&2
        exit 1
    }
done
row "made and imported: $transfers transfers with accounts, parties, holdings"

for envelope in auto none; do
    mkdir "cases-$envelope"
    awk -v what=cases -v folder="cases-$envelope" -v envelope="$envelope" \
        -v transfers="$transfers" -f "$here/world.awk"
    begin
    batch "cases-$envelope" "answers-$envelope"
    row "batch of 200 cases, envelope=$envelope" "$limit_ms"
done
batch cases-auto again
diff -r answers-auto again >/dev/null || {
    echo 'bench: the same batch gave other bytes' >&2
    code=1
}
exit "$code"
