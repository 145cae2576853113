# Goal: `check` finds every kind of damage, says what and what to do, and exits 5 for what was
#       changed, 69 for what cannot be read, 0 for what is only untidy.
# Method: one good store, copied and damaged in one place each time.
. "$(dirname "$0")/lib.sh"
needs jq sqlite3

fresh_store
{
    echo 'id,time,from,to,amount,currency'
    for i in 1 2 3 4 5 6 7 8 9; do
        echo "T-$i,2024-01-0${i}T00:00:00Z,A-$i,B,$i.00,EUR"
    done
    echo 'T-10,2024-01-01T00:00:00Z,A,B,much,EUR'
} >bank.csv
expect 'import' 3 import --source bank bank.csv
sed 's/T-/U-/; s/A-/C-/' bank.csv >other.csv
gzip -n other.csv
expect 'a packed source' 3 import --source other other.csv.gz
expect 'a withdrawal' 0 sources withdraw 2 --reason 'not needed'
mv test.at good.at
kept=$(sha256sum <bank.csv | cut -c 1-64)

# damaged STORY CODE WANTED HOW [OPTION]: a copy, damaged by the shell words HOW, checked.
damaged() {
    rm -rf test.at
    cp -a good.at test.at
    (cd test.at && chmod u+w sources/* && eval "$4" && chmod a-w sources/* 2>/dev/null) || :
    expect "$1" "$2" check ${5:-}
    cat err >>out # a database that cannot be opened is said there
    says "$1" out "$3"
}
sql() {
    sqlite3 store.sqlite "$1"
}

damaged 'nothing' 0 'the database is whole' : --read-data
equal 'nothing to say' "$(cut -f 1 out | sort -u | tr '\n' ' ')" 'ok result '
damaged 'nothing, not read' 0 'not read' :
damaged 'a source was changed' 5 'of source 1 "bank.csv" was changed' \
    'printf x | dd of=sources/$kept seek=60 bs=1 conv=notrunc status=none' --read-data
says 'a source was changed: its leaves' out 'are no longer those that were imported'
says 'a source was changed: advice' out 'Restore it from a copy with the same hash'
damaged 'not looked into without --read-data' 0 'found, not read' \
    'printf x | dd of=sources/$kept conv=notrunc status=none'
damaged 'a source is missing' 5 'of source 1 "bank.csv" is missing' 'rm sources/$kept'
damaged 'a source is named otherwise' 5 is\ missing 'mv sources/$kept sources/x'
says 'a source is named otherwise' out 'sources/x is nothing that this program put there'
damaged 'a file that no import knows' 0 E-STORE-STRAY \
    'printf x >sources/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881' --read-data
damaged 'a record moved past the end' 5 'records lie past the end' \
    'sql "INSERT INTO record (id, source, number, offset, bytes, line) VALUES (7, 1, 1, 9999, 1, 1)"'
damaged 'transfers moved past the end' 5 'chunks of transfers lie past the end' \
    'sql "UPDATE chunk SET offset_last = 99999 WHERE source = 1"'
damaged 'a column of transfers was changed' 5 'E-STORE-DAMAGED' \
    'sql "UPDATE chunk SET amount = x'"'ff'"' WHERE source = 2"' --read-data
damaged 'a row of no source' 5 'rows of table receipt_line belong to no source' \
    'sql "UPDATE receipt_line SET source = 9 WHERE source = 1"'
damaged 'a withdrawal of no revision' 5 'withdrawals belong to no revision' \
    'sql "UPDATE withdrawal SET revision = 99"'
damaged 'a root was changed' 5 'does not have its root' \
    'sql "UPDATE source_tree SET root = zeroblob(32) WHERE source = 1"'
damaged 'a subtree and its root were changed' 5 'E-STORE-DAMAGED' \
    'sql "UPDATE source_subtree SET root = zeroblob(32) WHERE source = 2"'
damaged 'a tree is gone' 5 'source 1 has no tree' 'sql "DELETE FROM source_tree WHERE source = 1"'
damaged 'a block is gone' 5 'does not have its root' 'sql "DELETE FROM source_subtree"'
damaged 'places of records were changed' 5 'a block does not hold the places' \
    'sql "UPDATE source_subtree SET spans = x'"'0102'"'"'
damaged 'the secret of a tree was changed' 5 'are no longer those that were imported' \
    'sql "UPDATE source_tree SET secret = zeroblob(32)"' --read-data
damaged 'counts were changed' 5 'does not have its root' \
    'sql "UPDATE source SET row_count = row_count + 1, loaded_count = loaded_count + 1"'
damaged 'a line of the log was edited' 5 'E-CUSTODY-CHAIN' 'sed -i "s/bank.csv/bunk.csv/" custody/log.jsonl'
damaged 'the log was cut' 5 'E-CUSTODY-STORE' 'sed -i 3q custody/log.jsonl'
damaged 'another revision of the database' 5 'E-CUSTODY-STORE' \
    'sql "DELETE FROM revision WHERE number = 3"'
damaged 'a page of the database' 5 'E-STORE-DAMAGED' \
    'sql "PRAGMA wal_checkpoint(truncate)" >/dev/null
     dd if=/dev/urandom of=store.sqlite bs=4096 seek=20 count=3 conv=notrunc status=none'
damaged 'the secret is gone' 5 'secret' 'rm secret'
damaged 'the secret is short' 5 E-STORE-SECRET 'printf x >secret'
damaged 'files left in tmp' 0 'tmp/ holds 1 files, 5 bytes' 'printf 12345 >tmp/half'
damaged 'others may read the secret' 0 'secret can be read by others: mode 0644' 'chmod 644 secret'
damaged 'others may enter' 0 "the store's folder can be read by others" 'chmod 755 .'
equal 'a warning says so' "$(grep -c '^warn' out)" 1
rm -rf test.at
cp -a good.at test.at
chmod 666 test.at/sources/*
expect 'sources that can be written' 0 check
says 'sources that can be written' out 'of source 2 can be written: mode 0666'
if [ "$(id -u)" -ne 0 ]; then
    damaged 'a source cannot be read' 69 unreadable 'chmod 0 sources/$kept' --read-data
else
    # Root reads everything; a folder in a file's place cannot be read by anybody.
    damaged 'a folder in a place of a file' 5 'is missing' \
        'rm sources/$kept && mkdir sources/$kept' --read-data
fi
expect 'as JSON' 5 check --json
checks=$((checks + 1))
jq -e '.schema == "assettrace/check/1" and all(.rows[]; (.code == null) or (.advice | length > 20))' \
    out >/dev/null || fail 'a code without advice'
