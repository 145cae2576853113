# Goal: 10,000 cited records sealed and verified within a second each.
# Method: the timeline of an account with 10,000 transfers, and of one with a single transfer: the
#         difference is what the records cost, without unlocking the key, which takes longer. No
#         dossier is removed meanwhile: ext4 without a journal passes over every inode that was
#         deleted in the last minutes before it gives out another, which costs ten times the bundle.
. "$(dirname "$0")/lib.sh"
awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 10000; i++)
        printf "T%d,2024-%02d-%02dT%02d:%02d:00Z,PAYER,R%d,%d.00,EUR\n", i, 1 + int(i / 840),
            1 + i % 28, i % 24, i % 60, i % 200, i % 900
    print "LAST,2024-12-31T00:00:00Z,SINGLE,OTHER,1.00,EUR"
}' >file.csv
for subject in PAYER SINGLE; do
    cat >$subject.json <<END
{"schema": "assettrace/case/1", "id": "bench", "purpose": "test", "legal_basis": "none",
 "subjects": [{"ref": "s1", "id": "$subject"}],
 "questions": [{"id": "q1", "ask": "timeline", "of": "s1"}]}
END
done
export ASSETTRACE_STORE="$work/store.at"
"$bin" init store.at >/dev/null
"$bin" import --as ledger_csv file.csv >/dev/null
echo 'a passphrase of the bench' >passphrase
"$bin" key new bench --passphrase-file passphrase >/dev/null 2>&1
i=0
while [ $i -lt $rounds ]; do
    i=$((i + 1))
    for subject in SINGLE PAYER; do
        measure $subject "$bin" seal $subject.json --key bench.key --passphrase-file passphrase \
            -o $subject.$i
    done
    measure verify "$bin" verify PAYER.$i --root bench.pub
done
grep -q 'resting on 10000 records' out || {
    echo 'bench: the bundle does not rest on 10,000 records' >&2
    exit 1
}
for what in clock processor; do
    paste PAYER.$what SINGLE.$what | awk '{ print $1 - $2 }' >ours.$what
done
section 'A bundle of 10,000 cited records'
said "$bin" seal PAYER.json --key bench.key --passphrase-file passphrase -o dossier
said "$bin" verify dossier --root bench.pub
head_of what 'clock, s' 'processor, s' 'divided by the first row' goal
row ours 'answered and sealed, less what one record takes' 'at most 1 s'
row PAYER 'answered and sealed' ' '
row SINGLE 'the same with one record: unlocking the key' ' '
row verify 'verified' 'at most 1 s'
