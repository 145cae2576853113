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

# timed ARGUMENT...: run the program, adding its time up; any exit code but 0 and 3 ends the demo.
timed() {
    begun=$(date +%s%N)
    code=0
    "$bin" "$@" || code=$?
    ended=$(date +%s%N)
    spent_ms=$((spent_ms + (ended - begun) / 1000000))
    if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
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

say 'An empty store, and what two banks, three registers and an intelligence unit sent'
timed init harbour.at
timed import "$harbour" >receipts.txt
sed -n 's/^\([^ ].*\)/  \1/p' receipts.txt

say 'A second store: 117,805 transfers of a simulated bank'
timed init amlsim.at
for file in nodes transactions; do
    timed -s amlsim.at import --as amlsim_csv --option currency=USD --option epoch=2020-01-01 \
        "$amlsim/$file.csv" >>receipts.txt
done
timed -s amlsim.at ask networks --table >amlsim-networks.txt 2>amlsim-networks.notes
head -n 5 amlsim-networks.txt
sed 's/^/  /' amlsim-networks.notes

say 'The case: its questions, answered'
timed -s harbour.at run "$harbour/case.json" --table >answers.txt 2>answers.notes
timed -s harbour.at run "$harbour/case.json" --json -o answers.json 2>/dev/null
sed -n 's/^# /  /p' answers.txt

say 'A key, and the seal (opening a key takes 1 GiB of memory and some seconds, on purpose)'
(umask 077 && printf 'for the demo only\n' >passphrase.txt)
begun=$spent_ms
timed key new officer --passphrase-file passphrase.txt
timed -s harbour.at seal "$harbour/case.json" --key officer.key --passphrase-file passphrase.txt \
    --output dossier
unlock_ms=$((spent_ms - begun))

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
Try: cd build/demo; ../release/assettrace -s harbour.at find HARBOUR
     ../release/assettrace -s harbour.at help trace
END
printf 'assettrace itself took %d.%03d s, of them %d.%03d s making and opening the sealing key\n' \
    $((spent_ms / 1000)) $((spent_ms % 1000)) $((unlock_ms / 1000)) $((unlock_ms % 1000))
