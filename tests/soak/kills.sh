# Goal: whoever is killed or stopped at any moment while others ask and back up: the store is whole,
#       holds exactly the revisions that were published, and the same command again gives the same
#       answers byte for byte - whether an import in pieces goes on or is taken back by another.
# Method: imports of a file and of a folder, a replacement and a withdrawal, each from the same
#       store, beside a question and a backup; ended after a random part of the time it takes, or
#       before a random write, sync, rename or removal, of which there are most where it publishes.
. "$(dirname "$0")/lib.sh"
# Small pieces, so that the files are large ones: some are committed before the end.
export ASSETTRACE_PIECE_BYTES=16384
kills=10 stops=3
[ -z "${ASSETTRACE_CC_FLAGS:-}" ] || kills=3 stops=1 # a sanitized build is slow
[ "$minutes" -eq 0 ] || kills=$((minutes * 40)) stops=$((minutes * 40))

make_operations

# beside STORE: what others do meanwhile; neither may fail (PAYER is unknown once its source is
# withdrawn).
beside() {
    "$bin" -s "$1" ask timeline of=PAYER --json >asked 2>ask.err || {
        code=$?
        { [ "$operation" = withdraw ] && grep -q 'E-ID-UNKNOWN' ask.err; } ||
            echo "ask: $code" >>trouble
    }
    "$bin" -s "$1" backup --plain --force beside.tar >backup.out 2>backup.err ||
        echo "backup: $?" >>trouble
}

# end SIGNAL OPERATION: run it, and end it at a random moment.
end() {
    how=time at=
    draw 3 # mostly before a call: by the clock a busy machine is often too late
    eval "calls=\$${2}_calls ms=\$${2}_ms"
    if [ "$drawn" -gt 0 ] && [ "$1" = KILL ] && [ "$calls" -gt 0 ]; then
        how=call
        draw 2 # every other time among the last calls: there the log is written
        if [ "$drawn" -eq 0 ]; then
            draw "$calls"
        else
            draw $((calls < 24 ? calls : 24))
            drawn=$((calls - 1 - drawn))
        fi
        at=$((drawn + 1))
    else
        draw $((ms + ms / 4))
        at=$drawn
    fi
    status=0
    # shellcheck disable=SC2046
    if [ $how = call ]; then
        FAIL_KIND=change FAIL_AT=$at FAIL_HOW=kill LD_PRELOAD=$preload "$bin" $(command_of "$2") \
            >told 2>err &
        program=$!
    else
        "$bin" $(command_of "$2") >told 2>err &
        program=$!
        sleep "$(as_seconds "$at")"
        kill "-$1" "$program" 2>/dev/null || :
    fi
    wait "$program" 2>/dev/null || status=$?
}

ended=0 finished=0 resumed=0
# at_once: nobody writes in between, and what is stored of an import in pieces is gone on with.
at_once() {
    whole "$story" test.at
    # shellcheck disable=SC2046
    expect "$story: at once" 0 $(command_of "$operation")
    ! grep -q '^  resumed     at byte ' out || resumed=$((resumed + 1))
    answers test.at >now
    same "$story: at once" now "$operation.good"
    whole "$story: at once" test.at
}
# round SIGNAL: one operation.
round() {
    draw_operation
    rm -f trouble
    begin_with "$operation" test.at
    beside test.at &
    others=$!
    end "$1" "$operation"
    story="$operation, $1 by $how at $at"
    wait "$others"
    checks=$((checks + 2))
    [ ! -e trouble ] || fail "$story: $(cat trouble ask.err backup.err)"
    case $1$status in
    KILL137 | TERM143) ended=$((ended + 1)) ;;
    *0) finished=$((finished + 1)) ;;
    *) fail "$story: exit code $status: $(tail -n 2 err)" ;;
    esac
    draw 2
    if [ "$drawn" -eq 0 ] && is_repeated "$operation"; then
        at_once
    else
        goes_on test.at
    fi
    expect "$story: the log" 0 log verify
    draw 8
    [ "$drawn" -eq 0 ] || return 0
    rm -rf restored.at
    expect "$story: the backup made meanwhile" 0 restore beside.tar restored.at
    checks=$((checks + 1))
    answers restored.at >now
    for state in "$operation".?; do
        cmp -s now "$state" && return 0
    done
    fail "$story: the backup holds none of the states"
}

i=0
while [ "$i" -lt $((kills + stops)) ]; do
    i=$((i + 1))
    round "$([ "$i" -le "$kills" ] && echo KILL || echo TERM)"
done
checks=$((checks + 1))
[ "$ended" -gt $((i / 4)) ] || fail "only $ended of $i were ended before they had finished"
echo "$kills times KILL, $stops times TERM: $ended ended before they had finished, $finished not; $resumed went on in the middle"
