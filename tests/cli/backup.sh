# Goal: a backup made while others import restores to a whole store that answers byte for byte as
#       the store did; a changed, cut or interrupted one restores nothing and leaves nothing.
# Method: encrypted and plain backups, opened by `age` and `tar` too; bytes changed and cut away;
#       backups during an import, then compared with the revision they say they hold.
. "$(dirname "$0")/lib.sh"
needs jq tar
world=$root/fixtures/worlds/harbour

# left: what must not lie about after a failure.
nothing_left() {
    checks=$((checks + 1))
    [ -z "$(find . -name '*.part-*' -o -name '*.new-*')" ] || fail "$1: something was left behind"
}
answers() {
    "$bin" -s "$1" run "$world/case.json" --json >"$2" || fail "the case fails in $1"
}

fresh_store
expect 'import' 0 import "$world"
answers test.at before
expect 'a key' 0 key recipient liaison
recipient=$(awk '$1 == "recipient" {print $2}' out)
expect 'another key' 0 key recipient other
expect 'a key twice' 6 key recipient other
equal 'a secret of its owner alone' "$(stat -c %a liaison.age-key)" 600
expect 'to nobody' 2 backup all.age
expect 'to no key' 4 backup all.age --to age1xyz
expect 'a backup' 0 backup all.age --to "$recipient"
expect 'not over another' 6 backup all.age --to "$recipient"
expect 'but when told' 0 backup all.age --to "$recipient" --force
equal 'a file of its owner alone' "$(stat -c %a all.age)" 600
nothing_left 'a backup'

expect 'restored' 0 restore all.age again.at --identity liaison.age-key
expect 'not over a store' 4 restore all.age again.at --identity liaison.age-key
answers again.at after
same 'the restored store answers the same' before after
expect 'it is whole' 0 -s again.at check --read-data
equal 'nothing to warn of' "$("$bin" -s again.at check --read-data --tsv | grep -c '^warn')" 0
same 'the secret came along' test.at/secret again.at/secret
same 'a source came along' "test.at/sources/$(ls test.at/sources | head -n 1)" \
    "again.at/sources/$(ls again.at/sources | head -n 1)"
expect 'the restored store takes more' 0 -s again.at sources withdraw 1 --reason 'a trial'

expect 'without a key' 12 restore all.age no.at
expect 'with another key' 12 restore all.age no.at --identity other.age-key
expect 'no store by that name' 2 restore all.age no --identity liaison.age-key
size=$(stat -c %s all.age)
for at in 5 100 250 $((size / 2)) $((size - 1)); do
    cp all.age bad.age
    printf '\377' | dd of=bad.age bs=1 seek="$at" conv=notrunc status=none
    cmp -s all.age bad.age && printf '\376' | dd of=bad.age bs=1 seek="$at" conv=notrunc status=none
    checks=$((checks + 1))
    run restore bad.age no.at --identity liaison.age-key
    case $status in 4 | 5 | 12) ;; *) fail "byte $at changed: exit code $status" ;; esac
    head -c "$at" all.age >bad.age
    checks=$((checks + 1))
    run restore bad.age no.at --identity liaison.age-key
    case $status in 4 | 5) ;; *) fail "cut at byte $at: exit code $status" ;; esac
    [ ! -e no.at ] || fail "byte $at: a store was made"
done
nothing_left 'what failed'

# Plain: any tar reads it; nothing in it can be changed or added.
expect 'a plain backup' 0 backup all.tar --plain
says 'a plain backup' err 'PLAIN'
tar -tf all.tar >list || fail 'tar does not read it'
equal 'no secret in it' "$(grep -c '^secret$' list)" 0
mkdir unpacked
tar -xf all.tar -C unpacked
checks=$((checks + 1))
jq -r '.files[] | "\(.sha256)  \(.path)"' unpacked/backup.json >sums
(cd unpacked && sha256sum -c --quiet --strict ../sums) || fail 'the list does not fit the files'
expect 'a plain one restored' 0 restore all.tar plain.at
answers plain.at after
same 'a plain one answers the same' before after
printf x | dd of=all.tar bs=1 seek=20000 conv=notrunc status=none
expect 'a changed plain one' 5 restore all.tar no.at
mkdir evil
cp -r unpacked/. evil
chmod -R u+w evil
printf x >evil/more
tar --format=ustar --owner=0 --group=0 -cf evil.tar -C evil store.sqlite custody/log.jsonl more
expect 'a stranger in the archive' 4 restore evil.tar no.at
ln -s /etc evil/sources/link
tar --format=ustar -cf evil.tar -C evil sources/link store.sqlite
expect 'a link in the archive' 4 restore evil.tar no.at
printf x >up
tar --format=ustar -P -cf evil.tar ../"$(basename "$work")"/up
expect 'a way out of the folder' 4 restore evil.tar no.at
expect 'no archive' 4 restore "$root/README.md" no.at
nothing_left 'strangers'
[ ! -e no.at ] || fail 'a store was made of a bad backup'

if command -v age >/dev/null; then
    checks=$((checks + 1))
    age -d -i liaison.age-key all.age | tar -tf - >list || fail 'age and tar do not read it'
    grep -qx secret list || fail 'no secret in an encrypted backup'
else
    echo 'SKIPPED: there is no age here to read the backup' >&2
fi

# A full disk: nothing half under the name.
checks=$((checks + 1))
(ulimit -f 100 && trap '' XFSZ && "$bin" backup full.age --to "$recipient" >out 2>err) &&
    fail 'a backup on a full disk'
[ ! -e full.age ] || fail 'half a backup'
nothing_left 'a full disk'

# Stopped in the middle: nothing under the name, nothing beside it. Without --foreground timeout
# sends its signal to its whole group as well, and a second signal ends the program at once.
for wait in 0.01 0.03 0.06; do
    checks=$((checks + 1))
    timeout --foreground -s TERM "$wait" "$bin" backup stopped.age --to "$recipient" >out 2>err || :
    if [ -e stopped.age ]; then
        "$bin" restore stopped.age whole.at --identity liaison.age-key >/dev/null ||
            fail 'a stopped backup left half a file'
        chmod -R u+w whole.at
        rm -rf whole.at stopped.age
    fi
done
nothing_left 'a stopped backup'

# While imports run: each backup is a whole store of the revision it says.
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 20000; i++)
        printf "L-%d,2024-01-%02dT00:00:00Z,L%d,L%d,%d.00,EUR\n", i, i % 28 + 1, i % 99, i % 77, i }' >big.csv
before=$("$bin" status --json | jq -r '.rows[] | select(.field == "revision").value')
(for i in 1 2 3; do sed "s/L/M$i/g; 1s/.*/id,time,from,to,amount,currency/" big.csv >big$i.csv &&
    "$bin" import --source big big$i.csv; done) >imported 2>&1 &
for i in 1 2 3 4; do
    expect "backup $i during imports" 0 backup "during$i.age" --to "$recipient" --json
    cp out made$i
done
wait
equal 'the imports were not disturbed' "$("$bin" status --json |
    jq -r '.rows[] | select(.field == "revision").value')" $((before + 3))
for i in 1 4; do
    expect "backup $i restored" 0 restore "during$i.age" "during$i.at" --identity liaison.age-key --json
    equal "backup $i holds its revision" "$(jq .revision out)" "$(jq .revision made$i)"
    "$bin" ask reconcile --at "$(jq .revision made$i)" --tsv >now 2>/dev/null
    "$bin" -s "during$i.at" ask reconcile --tsv >then 2>/dev/null
    same "backup $i answers as then" now then
done
expect 'the log holds' 0 log verify
