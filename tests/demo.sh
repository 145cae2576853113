# demo.sh - the main job from end to end: import, ask, seal, verify. Called by `./dev demo`.
#
# Everything it makes lies in build/demo; it is made anew each time.
set -eu
bin=${ASSETTRACE_BIN:?the program}
root=${ASSETTRACE_ROOT:?the root of the project}
demo=$root/build/demo
harbour=$root/fixtures/worlds/harbour
amlsim=$root/fixtures/importers/amlsim_csv/20k
export ASSETTRACE_ACTOR=demo
unset ASSETTRACE_STORE
spent_ms=0

# timed ARGUMENT...: run the program, adding its time up; any exit code but 0 ends the demo.
timed() {
    timed_from=$(date +%s%N)
    code=0
    "$bin" "$@" || code=$?
    spent_ms=$((spent_ms + ($(date +%s%N) - timed_from) / 1000000))
    if [ "$code" -ne 0 ]; then
        echo "demo: exit code $code from: assettrace $*" >&2
        exit 1
    fi
}

say() {
    printf '\n== %s\n' "$*"
}

[ -d "$demo" ] && chmod -R u+w "$demo"
rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"

say 'An empty store, and what banks, registers, a notary and an intelligence unit sent'
timed init harbour.at
timed import "$harbour" >receipts.txt
tail -n 8 receipts.txt
echo '...'
timed -s harbour.at status --table

say 'A second store: 117,805 transfers of a simulated bank'
timed init amlsim.at
for file in nodes transactions; do
    timed -s amlsim.at import --as amlsim_csv --option currency=USD --option epoch=2020-01-01 \
        "$amlsim/$file.csv" >>receipts.txt
done
timed -s amlsim.at ask networks --tsv >amlsim-networks.tsv 2>amlsim-networks.notes
cut -f 1,2,5,7-9 amlsim-networks.tsv
cat amlsim-networks.notes

say 'The case: its questions, answered'
timed -s harbour.at run "$harbour/case.json" --table >answers.txt 2>answers.notes
timed -s harbour.at run "$harbour/case.json" --json -o answers.json 2>/dev/null
awk '/^# / { title = $2 " (" $3 ")"; rows = -2 }
    /^$/ { title = "" }
    title != "" && !/^# / { rows++; count[title] = rows; if (rows == 0) order[++n] = title }
    END { for (i = 1; i <= n; i++) printf "  %-26s %5d rows\n", order[i], count[order[i]] }' answers.txt
echo '  who owns the ship in the end:'
awk '/^# owner / { shown = 4 } shown-- > 0' answers.txt | tail -n +2 | sed 's/^/    /'

say 'A key, and the seal (opening a key takes 1 GiB of memory and some seconds, on purpose)'
(umask 077 && printf 'for the demo only\n' >passphrase.txt)
spent_before_ms=$spent_ms
timed key new officer --passphrase-file passphrase.txt
timed -s harbour.at seal "$harbour/case.json" --key officer.key --passphrase-file passphrase.txt \
    --output dossier
seal_ms=$((spent_ms - spent_before_ms))

say 'Verified, by this program and by public tools'
timed verify dossier --root officer.pub --quiet
(cd dossier/bundle && sha256sum -c --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt) &&
    echo 'sha256sum  agrees on every file'
if command -v minisign >/dev/null; then
    minisign -VHm dossier/review/0001-seal.txt -p officer.pub
else
    echo "minisign   is not installed; it would check dossier/review/0001-seal.txt"
fi
timed -s harbour.at log verify

say 'What to look at'
cat <<END
  build/demo/answers.txt        the answers; every row names the file and line it rests on
  build/demo/answers.json       the same for programs, with record addresses
  build/demo/dossier/VERIFY.txt how anybody checks the sealed evidence
  build/demo/dossier/bundle/data/request/   the freeze request
  build/demo/receipts.txt       what became of every imported record
  fixtures/worlds/harbour/README.md   the story behind it, and its truth
Try: cd build/demo; ../release/assettrace -s harbour.at find shipping
     ../release/assettrace -s harbour.at help trace
END
times >times.txt # the second line: user and system time of all that was run
printf 'assettrace itself took %d.%03d s, of them %d.%03d s for the key and the seal;\n' \
    $((spent_ms / 1000)) $((spent_ms % 1000)) $((seal_ms / 1000)) $((seal_ms % 1000))
awk 'NR == 2 { split($1, user, /[ms]/); split($2, kernel, /[ms]/)
    printf "%.1f s of processor time, the rest waiting for other programs and the disk\n",
        60 * (user[1] + kernel[1]) + user[2] + kernel[2] }' times.txt
