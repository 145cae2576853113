# lib.sh - what every test of the program needs. Source it: . "$(dirname "$0")/lib.sh"
#
# ASSETTRACE_BIN is the program, ASSETTRACE_ROOT the project. Each test works in an empty folder of
# its own, $work, which is removed at the end; it fails when a check failed or none was made.
set -eu

bin=${ASSETTRACE_BIN:?the program under test}
root=${ASSETTRACE_ROOT:?the root of the project}
work=$(mktemp -d "${TMPDIR:-/tmp}/assettrace-test.XXXXXX")
checks=0
failures=0
unset ASSETTRACE_STORE
export ASSETTRACE_ACTOR=tester
export LC_ALL=C
# What a sanitizer finds must not pass for an answer: 1 is one.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99"

finish() {
    code=$?
    rm -rf "$work"
    if [ "$code" -eq 0 ] && [ "$failures" -gt 0 ]; then
        code=1
    fi
    if [ "$code" -eq 0 ] && [ "$checks" -eq 0 ]; then
        echo "nothing was checked" >&2
        code=1
    fi
    [ "$code" -eq 0 ] && echo "$checks checks"
    exit "$code"
}
trap finish EXIT
cd "$work"

# fail STORY: count a failure and go on.
fail() {
    failures=$((failures + 1))
    echo "FAILED: $*" >&2
}

# run ARGUMENT...: run the program; $status, and the files out and err, tell what came of it.
run() {
    status=0
    "$bin" "$@" >out 2>err </dev/null || status=$?
}

# expect STORY CODE ARGUMENT...: run the program and check its exit code.
expect() {
    expect_story=$1
    expect_code=$2
    shift 2
    checks=$((checks + 1))
    run "$@"
    [ "$status" -eq "$expect_code" ] && return
    fail "$expect_story: exit code $status, not $expect_code: $*"
    sed 's/^/  out: /' out | head -n 20 | cut -c 1-300 >&2
    sed 's/^/  err: /' err | head -n 20 >&2
}

# says STORY FILE TEXT: does the file (out, err) hold this text?
says() {
    checks=$((checks + 1))
    grep -qF -- "$3" "$2" && return
    fail "$1: no \"$3\" in $2"
    sed 's/^/  | /' "$2" | head -n 20 | cut -c 1-300 >&2
}

# same STORY FILE FILE: byte for byte.
same() {
    checks=$((checks + 1))
    cmp -s "$2" "$3" && return
    fail "$1: $2 and $3 differ"
    diff "$2" "$3" | head -n 20 | cut -c 1-300 >&2 || :
}

# equal STORY GOT WANTED: two words.
equal() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: \"$2\", not \"$3\""
}

# needs TOOL...: without one of them this test is skipped, loudly.
needs() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null && continue
        echo "SKIPPED: there is no $tool here" >&2
        trap - EXIT
        rm -rf "$work"
        exit 77
    done
}

# fresh_store: an empty store work/test.at, used by every later command.
fresh_store() {
    rm -rf "$work/test.at"
    "$bin" init "$work/test.at" >/dev/null
    export ASSETTRACE_STORE="$work/test.at"
}

# whole_case CASE FILE: the case, and one question more for every registered query that it does not
# ask, with values of the case's other questions for the arguments it needs (money begins with the
# subject, a set of patterns lies beside FILE, a plan of freezing starts from the case's trace); FILE
# gets the result.
whole_case() {
    cat >patterns.json <<'END'
{"schema": "assettrace/patterns/1", "id": "usual", "version": 1, "patterns": [
    {"pattern": "fan_in", "k": 5}, {"pattern": "pass_through"}]}
END
    "$bin" queries --ndjson >queries.ndjson
    jq -r .query queries.ndjson >registered
    jq --slurpfile queries queries.ndjson '
        (.questions | map(.ask)) as $asked |
        {"freeze_plan": {"of": (.questions | map(select(.ask == "trace").id) | first)}} as $also |
        (.questions | reverse | add |
            {"from": .of, "set": "patterns.json", "T": 1000000, "rule": "ofac"} + .) as $values |
        .questions += [$queries[] | select(.query | IN($asked[]) | not) |
            {"id": "also-\(.query | gsub("_"; "-"))", "ask": .query} + ($also[.query] // {}) +
            ([.arguments | split(" ")[] | select(test("^[A-Za-z]")) |
                {(.): ($values[.] // error("whole_case has no value for \(.): add one"))}] | add // {})]
        ' "$1" >"$2"
}
