#!/bin/sh
# Goal: a batch of varied cases over one store gives the same bytes twice, in another time zone and
#       locale, in another order, piped or not, and in as many pieces as it may be cut into.
# Method: the files and cases of tests/bench/world.awk, small; one change at a time. How long a large
#         batch takes is measured by tests/bench/batch.sh.
. "$(dirname "$0")/lib.sh"
needs jq awk
fresh_store
world=$root/tests/bench/world.awk

for what in parties accounts ownership assets identifiers links events ledger; do
    awk -v what=$what -v transfers=2000 -f "$world" >$what.csv
    expect "the store has $what" 0 import --source bank --as ${what}_csv $what.csv
done
mkdir cases
awk -v what=cases -v folder=cases -v cases=40 -v transfers=2000 -f "$world"

# batch STORY FOLDER [NAME=VALUE...]: answer all cases in this environment.
batch() {
    story=$1
    folder=$2
    shift 2
    status=0
    env "$@" "$bin" run cases -o "$folder" >"$folder.summary" 2>"$folder.err" </dev/null ||
        status=$?
    equal "$story: exit code" "$status" 20
    equal "$story: answers" "$(find "$folder" -name '*.answers.json' | wc -l)" 40
}

batch 'once' one A=
equal 'no case failed' "$(tail -n +2 one.summary | cut -f 3 | sort -u | tr '\n' ' ')" \
    'answered cut '
equal 'the cases ask many things' \
    "$(jq -r '.answers[].schema' one/*.json | sort -u | wc -l)" 15
checks=$((checks + 1))
jq -se 'map(.answers[] | select(.rows | length > 0)) | length >= 50' one/*.json >/dev/null ||
    fail 'most answers are empty'
batch 'twice' two A=
batch 'in another zone and locale' zone TZ=America/St_Johns LC_ALL=C.UTF-8 LANG=fa_IR.UTF-8 \
    ASSETTRACE_LANG=fa
status=0
"$bin" run cases -o piped 2>/dev/null | cat >piped.summary || status=$?
for other in two zone piped; do
    checks=$((checks + 1))
    diff -r one "$other" >diff || fail "$other: $(head -n 3 diff)"
done
sed 's/one\//two\//' one.summary >wanted
same 'the summary too' wanted two.summary

# The order of the words is that of the summary, and nothing else.
set -- $(find cases -name '*.json' | LC_ALL=C sort -r)
expect 'the other way round' 20 run "$@" -o round
checks=$((checks + 1))
diff -r one round >diff || fail "the other way round: $(head -n 3 diff)"

# What one reader kept for the cases before is no part of an answer.
for name in c000 c011 c025 c039; do
    run run "cases/$name.json" -o "$name.json" --json
    same "$name alone" "$name.json" "one/$name.answers.json"
done

# To standard output: all of them, one after another, in the order of the names.
run run cases --json
cp out printed
cat one/*.json >whole
same 'to standard output' printed whole
status=0
"$bin" run cases --json 2>/dev/null | cat >out || status=$?
same 'and through a pipe' out printed

# Cut off in the middle, it goes on where it was.
find two -name 'c02*' -o -name 'c03*' | xargs rm
batch 'the rest of it' two A=
equal 'half was kept' "$(cut -f 3 two.summary | grep -c kept)" 20
checks=$((checks + 1))
diff -r one two >diff || fail "in two pieces: $(head -n 3 diff)"
