# Goal: a disk that is full, or fails to write, sync or read, at any moment of an import, a
#       replacement or a backup: a clean error, the store whole, and the same
#       command again does what it should have done.
# Method: a library loaded before the program makes its n-th call of one kind fail, for n over all
#       calls (some of them where there are many), once or from there on; after each, `check
#       --read-data` and the answers are compared with a store that met no trouble.
. "$(dirname "$0")/lib.sh"
needs "${ASSETTRACE_CC:?the compiler}" jq
[ -z "${ASSETTRACE_CC_FLAGS:-}" ] || {
    echo 'SKIPPED: a sanitizer wants to be loaded first' >&2
    trap - EXIT
    rm -rf "$work"
    exit 77
}
"$ASSETTRACE_CC" -O1 -shared -fPIC -o failing.so "$root/tests/soak/failing.c" -ldl || fail 'the library does not build'

{
    echo 'id,time,from,to,amount,currency'
    for i in 1 2 3 4 5 6 7 8 9; do
        echo "T-$i,2024-01-0${i}T00:00:00Z,A-$i,B,$i.00,EUR"
    done
} >first.csv
sed 's/,9\.00,/,9.50,/' first.csv >second.csv
sed 's/T-/U-/; s/B,/C,/' first.csv >other.csv
fresh_store
expect 'the first source' 0 import --source bank first.csv
cp -a test.at before.at
expect 'the second' 0 import --source bank2 other.csv
cp -a test.at good.at
state() {
    "$bin" -s "$1" sources --json | jq -c '[.rows[] | [.source, .withdrawn, .loaded, .content]]'
    "$bin" -s "$1" ask reconcile --tsv 2>/dev/null | cut -f 1-6
}
state before.at >state.before
state good.at >state.import
cp -a good.at replaced.at
expect 'replaced' 0 -s replaced.at sources replace 1 second.csv --reason x
state replaced.at >state.replace

# trouble WHAT KIND N LASTING ARGUMENT...: from WHAT's store, with call N failing.
felt=0
trouble() {
    what=$1 kind=$2 n=$3 lasting=$4
    shift 4
    start=good.at
    [ "$what" != import ] || start=before.at
    rm -rf test.at copy.age
    cp -a $start test.at
    status=0
    env FAIL_KIND="$kind" FAIL_AT="$n" ${lasting:+FAIL_LASTING=1} LD_PRELOAD="$work/failing.so" \
        "$bin" "$@" >out 2>err </dev/null || status=$?
    checks=$((checks + 1))
    # SQLite calls a table of contents that it could not read malformed: that is exit code 5.
    case $kind$status in
    *0 | *69 | read5) ;;
    *) fail "$what, $kind $n${lasting:+ and on}: exit code $status: $(tail -n 2 err)" ;;
    esac
    [ "$status" -eq 0 ] || felt=$((felt + 1))
    if [ "$what" = backup ]; then
        [ "$status" -eq 0 ] || [ ! -e copy.age ] || fail "$kind $n: half a backup"
        [ -z "$(find . -name '*.part-*')" ] || fail "$kind $n: a part of a backup was left"
        return 0
    fi
    # The next writer settles it; then the store holds the old revision or the new one, whole.
    "$bin" import --source bank first.csv >said 2>&1 || [ "$what" = replace ] ||
        fail "$what, $kind $n: the next import: $(tail -n 1 said)"
    "$bin" check --read-data >out 2>err || fail "$what, $kind $n: $(grep -v '^ok' out | head -n 3)"
    if [ "$what" = import ]; then
        state test.at >now
        cmp -s now state.before || cmp -s now state.import || fail "$kind $n: neither old nor new"
        "$bin" "$@" >out 2>err || fail "$what after $kind $n: $(tail -n 1 err)"
        state test.at >now
        cmp -s now state.import || fail "$what again after $kind $n: another store than without"
    fi
}

# every WHAT KIND ARGUMENT...: every call near the start, then some, until none fails any more.
every() {
    what=$1 kind=$2
    shift 2
    n=1 quiet=0
    while [ "$quiet" -lt 3 ] && [ "$n" -lt 300 ]; do
        before_felt=$felt
        trouble "$what" "$kind" "$n" '' "$@"
        [ "$felt" -gt "$before_felt" ] && quiet=0 || quiet=$((quiet + 1))
        [ $((n % 3)) -ne 1 ] || trouble "$what" "$kind" "$n" lasting "$@"
        n=$((n + 1 + n / 4))
    done
}
every import write import --source bank2 other.csv
every import sync import --source bank2 other.csv
every import read import --source bank2 other.csv
every replace write sources replace 1 second.csv --reason x
every replace sync sources replace 1 second.csv --reason x
"$bin" key recipient k >/dev/null
recipient=$(sed -n 's/^# public key: //p' k.age-key)
every backup write backup copy.age --to "$recipient"
every backup sync backup copy.age --to "$recipient"
every backup read backup copy.age --to "$recipient"
checks=$((checks + 1))
[ "$felt" -ge 30 ] || fail "only $felt failures were felt"
echo "$felt failures were felt"
