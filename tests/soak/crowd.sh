# Goal: two imports, ten readers and backups at once: no reader waits, none sees half a revision,
#       nobody is told "database is locked", and every question is in the log.
# Method: every file has the same number of transfers of one account, so that an answer says by its
#       rows how many files its revision had. Writers and backups stopped before each of their steps
#       in turn show that nobody waits for them; a check stopped before its looks, that it minds no
#       import. The store built in the crowd answers like one built alone.
. "$(dirname "$0")/lib.sh"
needs sqlite3 mkfifo
files=12 rows=40
pause=0 # after each import
[ "$minutes" -eq 0 ] || files=$((minutes * 60)) pause=1
[ -z "${ASSETTRACE_CC_FLAGS:-}" ] || files=3

for name in a b; do
    i=0
    while [ "$i" -le "$files" ]; do
        ledger "$rows" "$name${i}x" PAYER >$name$i.csv
        i=$((i + 1))
    done
done
fresh_store
expect 'the first file' 0 import --source bank a0.csv
cp -a test.at before.at

# as_published FILE: does this answer hold all rows of its revision and no more? It has one file a
# revision.
as_published() {
    jq -e --argjson rows "$rows" '(.rows | length) == .revision * $rows' "$1" >/dev/null
}

# stops PROCESS: wait until it does, or ends.
stops() {
    while state=$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) && [ "$state" != T ] && [ "$state" != Z ]; do
        sleep 0.01
    done
}

# stopped N ARGUMENT...: start the program ($program), which stops before its N-th write, sync,
# rename or removal. The store is open elsewhere, as it is in a crowd: who opens it first and who
# closes it last is alone for the moment in which SQLite reads or removes its write-ahead log. The
# custody log does not count: it is held for one line at a time, by questions too.
stopped() {
    n=$1
    shift
    rm -rf test.at copy.tar
    cp -a before.at test.at
    mkfifo hold
    sqlite3 test.at/store.sqlite <hold >held &
    holder=$!
    exec 3>hold
    echo 'SELECT count(*) FROM revision;' >&3
    until [ -s held ]; do
        sleep 0.01
    done
    FAIL_KIND=change FAIL_AT=$n FAIL_HOW=stop FAIL_COUNT=$work/count LD_PRELOAD=$preload \
        FAIL_EXCEPT=$(stat -c %i test.at/custody/log.jsonl) "$bin" "$@" >told 2>err 3>&- &
    program=$!
    stops $program
}

# continues STORY: let it.
continues() {
    kill -CONT "$program" 2>/dev/null || :
    checks=$((checks + 1))
    wait "$program" || fail "$1, then on: $(tail -n 2 err)"
    exec 3>&-
    wait "$holder"
    rm hold held
}

stopped_import() {
    stopped "$1" import --source bank b0.csv
    checks=$((checks + 2))
    timeout 60 "$bin" ask timeline of=PAYER --json >out 2>ask.err ||
        fail "a reader waits for a writer stopped before call $1: $(tail -n 1 ask.err)"
    as_published out || fail "an import stopped before call $1: half a revision is seen"
    whole "an import stopped before call $1" test.at
    continues "an import stopped before call $1"
}

stopped_backup() {
    stopped "$1" backup --plain copy.tar
    checks=$((checks + 1))
    timeout 60 "$bin" import --source bank b0.csv >out 2>ask.err ||
        fail "a writer waits for a backup stopped before call $1: $(tail -n 1 ask.err)"
    continues "a backup stopped before call $1, an import meanwhile"
    rm -rf restored.at
    expect "a backup stopped before call $1" 0 restore copy.tar restored.at
}
for what in import backup; do
    [ -n "$preload" ] || break
    at=1
    echo 99 >count # of the calls; known when the first has ended
    while [ "$at" -le "$(cat count)" ]; do
        stopped_$what "$at"
        at=$((at + (minutes > 0 ? 1 : 3)))
    done
    checks=$((checks + 1))
    [ "$at" -gt 12 ] || fail "a $what of only $(cat count) calls"
    echo "$what: stopped before the first to the last of $(cat count) calls"
done

# stopped_check N: a check that stops before it looks at its N-th entry of a folder goes on when the
# import beside it, whose half copy it finds in tmp/, has ended. Before its call $half the import has
# one.
half=
stopped_check() {
    tried=0
    while [ -z "$half" ]; do
        tried=$((tried + 1))
        stopped $tried import --source bank b0.csv
        [ -z "$(ls test.at/tmp)" ] || half=$tried
        continues 'an import'
        [ "$tried" -lt 99 ] || {
            fail 'an import without a half copy'
            return
        }
    done
    stopped "$half" import --source bank b0.csv
    FAIL_KIND=look FAIL_AT=$1 FAIL_HOW=stop FAIL_COUNT=$work/looks LD_PRELOAD=$preload \
        "$bin" check --read-data >checked 2>check.err 3>&- &
    checker=$!
    stops $checker
    continues 'an import beside a check'
    kill -CONT $checker 2>/dev/null || :
    checks=$((checks + 1))
    wait $checker || fail "a check stopped before look $1: $(grep -v '^ok' checked)"
}
if [ -n "$preload" ]; then
    for look in 1 2 3; do
        stopped_check $look
    done
    equal 'sources/ and tmp/ have one file each; no third look' "$(cat looks)" 2
fi

rm -rf test.at
cp -a before.at test.at

# writer NAME: one file after another, waiting for the other writer.
writer() {
    i=0
    while [ "$i" -lt "$files" ]; do
        i=$((i + 1))
        ASSETTRACE_ACTOR=writer "$bin" import --lock-wait 600 --source bank "$1$i.csv" \
            >"$1.told" 2>"$1.err" || echo "import $1$i: $?: $(tail -n 1 "$1.err")" >>trouble
        cat "$1.told" >>told
        sleep $pause
    done
    echo "$1" >>written
}

# question KIND: one question; its answer in $mine.
question() {
    case $1 in
    0 | 1 | 2 | 3) "$bin" ask timeline of=PAYER --json ;;
    4 | 5) "$bin" ask reconcile of=PAYER --json ;;
    6) "$bin" sources list --json ;;
    7) "$bin" status --json ;;
    8) "$bin" check --read-data --json ;;
    9) "$bin" backup --plain --force "$mine.tar" --json ;;
    esac
}

# whole_answer KIND: is $mine of one revision as published?
whole_answer() {
    case $1 in
    0 | 1 | 2 | 3) as_published "$mine" ;;
    6) jq -e --argjson rows "$rows" '[.rows[] | .loaded == $rows and .state == "complete"] | all' ;;
    7) jq -e --argjson rows "$rows" '[.rows[] | {(.field): .value}] | add |
        (.["records loaded"] | tonumber) == (.revision | tonumber) * $rows' ;;
    9) rm -rf "$mine.at" && "$bin" restore "$mine.tar" "$mine.at" --json >"$mine.restored" 2>&1 ;;
    *) : ;;
    esac <"$mine" >/dev/null
}

# reader KIND: until both writers are done.
reader() {
    mine=reader$1 asked=0
    while [ "$(wc -l <written)" -lt 2 ]; do
        began=$(now_ms)
        ASSETTRACE_ACTOR=reader$1 question "$1" >"$mine" 2>"$mine.err" ||
            echo "reader $1: $?: $(cat "$mine.err")
$(jq -c '.rows[]? | select(.result != "ok")' "$mine" 2>&1 | head -n 3)" >>trouble
        echo "$(($(now_ms) - began)) of reader $1" >>"$mine.times"
        whole_answer "$1" || echo "reader $1: half a revision: $(head -c 300 "$mine")" >>trouble
    done
}
: >trouble
: >written
writer a &
writer b &
for kind in 0 1 2 3 4 5 6 7 8 9; do
    reader $kind &
done
wait
checks=$((checks + 2))
[ ! -s trouble ] || fail "$(head -n 5 trouble)"
slowest=$(cat reader*.times | sort -n | tail -n 1) # a busy machine is slow, so it proves nothing
if grep -l 'database is locked' ./*.err told trouble; then
    fail 'somebody is told of a lock'
fi

expect 'the log' 0 log verify
"$bin" log show --ndjson >log
for kind in 0 1 2 3 4 5; do
    equal "questions of reader $kind are in the log" \
        "$(jq -s --arg actor reader$kind 'map(select(.actor == $actor and .action == "ask")) | length' log)" \
        "$(wc -l <reader$kind.times)"
done
equal 'every file is a revision' "$("$bin" sources list --json | jq '.rows | length')" \
    $((2 * files + 1))
whole 'after all' test.at
answers test.at >crowd
"$bin" sources list --ndjson | jq -r .name | tail -n +2 >order
mv test.at crowd.at
cp -a before.at test.at
while read -r file; do
    "$bin" import --source bank "$file" >told 2>err || fail "alone: $(tail -n 1 err)"
done <order
answers test.at >alone
same 'built alone' crowd alone
echo "$((2 * files)) imports, $(cat reader*.times | wc -l) questions, the slowest, ms: $slowest"
