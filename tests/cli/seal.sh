# Goal: a case is sealed into the same bytes every time; public tools and `verify` agree on it; any
#       change of any file is exit 5 and names the file; trust decides between 0 and 7.
# Method: a small case, a key with a passphrase and a TEST key; then one change at a time.
. "$(dirname "$0")/lib.sh"
needs jq minisign sha256sum
fresh_store
cat >ledger.csv <<'END'
id,time,from,to,amount,currency
T1,2024-03-01T10:00:00Z,A,B,100.00,EUR
T2,2024-03-02T10:00:00Z,B,C,40.00,EUR
T3,2024-03-03T10:00:00Z,C,D,25.50,EUR
END
cat >case.json <<'END'
{ "schema": "assettrace/case/1", "id": "2026-001", "title": {"en": "Small case"},
  "as_of": "2024-12-31", "at": 1, "purpose": "asset-freeze", "legal_basis": "court order 7",
  "subjects": [],
  "questions": [
    {"id": "q1", "ask": "trace", "source": [{"label": "X", "transfer": "T1"}], "method": ["fifo"]},
    {"id": "q2", "ask": "reconcile"} ],
  "output": {"languages": ["en"]} }
END
expect 'import' 0 import --source bank ledger.csv
printf 'correct horse\n' >pass
printf 'wrong horse\n' >wrong
expect 'a key' 0 key new officer --passphrase-file pass --json
key=$(jq -r .key out)
equal 'the secret key is for its owner' "$(stat -c %a officer.key)" 600
expect 'a key is not overwritten' 6 key new officer --passphrase-file pass
expect 'a public key' 0 key show officer.pub --json
equal 'a public key' "$(jq -r .key out)" "$key"
equal 'it is minisign'"'"'s' "$(tail -n 1 officer.pub)" "$key"
expect 'a TEST key' 0 key new trial --no-passphrase
says 'a TEST key' err 'TEST_KEY'
expect 'no terminal to ask on' 2 key new other
says 'no terminal to ask on' err '[E-CLI-TERMINAL]'
expect 'a passphrase file that is not there' 4 key new other --passphrase-file nowhere

expect 'answers before sealing' 0 seal case.json --dry-run
expect 'a TEST key seals nothing' 6 seal case.json --key trial.key -o d0
equal 'nothing is left of it' "$(ls -d d0* 2>/dev/null)" ''
expect 'a wrong passphrase' 12 seal case.json --key officer.key --passphrase-file wrong -o d0
equal 'nothing is left of it' "$(ls -d d0* 2>/dev/null)" ''
expect 'sealed' 0 seal case.json --key officer.key --passphrase-file pass -o d1 --json
bundle=$(jq -r .bundle out)
equal 'the bundle id is the hash of the tag manifest' \
    "$(sha256sum d1/bundle/tagmanifest-sha256.txt | cut -d ' ' -f 1)" "$bundle"
expect 'not sealed over' 6 seal case.json --key trial.key --test-key -o d1
expect 'sealed again' 0 seal case.json --key trial.key --test-key -o d2
checks=$((checks + 1))
diff -r d1/bundle d2/bundle >differences || {
    fail 'two seals of one case differ'
    head -n 5 differences >&2
}
TZ=Asia/Tehran LANG=fa_IR.UTF-8 LC_ALL=fa_IR.UTF-8 "$bin" seal case.json --key trial.key --test-key \
    -o d3 >/dev/null
checks=$((checks + 1))
diff -r d1/bundle d3/bundle >differences || fail 'zone or language changes the bundle'

# Public tools.
for manifest in manifest-sha256 tagmanifest-sha256; do
    checks=$((checks + 1))
    (cd d1/bundle && sha256sum -c --strict --quiet $manifest.txt) || fail "sha256sum: $manifest"
done
checks=$((checks + 1))
(cd d1/bundle && sha512sum -c --strict --quiet manifest-sha512.txt) || fail 'sha512sum'
checks=$((checks + 1))
minisign -VHm d1/review/0001-seal.txt -p officer.pub >/dev/null || fail 'minisign'

expect 'verified with its root' 0 verify d1 --root officer.pub --json
equal 'verified with its root' "$(jq -r .verdict out)" trusted
equal 'verified with its root' "$(jq -r .bundle out)" "$bundle"
expect 'verified without a root' 7 verify d1
expect 'verified with another root' 7 verify d1 --root trial.pub
expect 'a TEST key is never trusted' 7 verify d2 --root trial.pub
expect 'no dossier' 4 verify nowhere
expect 'a root that is no key' 4 verify d1 --root case.json

# tampered STORY FILE: d is changed; verify says so and names the file.
tampered() {
    expect "$1" 5 verify d --root officer.pub
    checks=$((checks + 1))
    cat out err | grep -qF -- "$2" || {
        fail "$1: $2 is not named"
        sed 's/^/  | /' out err | tail -n 5 >&2
    }
    chmod -R u+w d
    rm -rf d
}
for file in $(cd d1 && find bundle review -type f | sort); do
    for change in flip add remove; do
        cp -r d1 d
        chmod -R u+w d
        case $change in
        flip)
            byte=$(head -c 1 "d/$file" | od -An -tu1 | tr -d ' ')
            # shellcheck disable=SC2059 # an octal escape is made here
            printf "\\$(printf '%03o' $((byte ^ 1)))" |
                dd of="d/$file" bs=1 count=1 conv=notrunc status=none
            ;;
        add) printf 'x' >>"d/$file" ;;
        remove) rm "d/$file" ;;
        esac
        tampered "$change $file" "${file#bundle/}"
    done
done
cp -r d1 d && chmod -R u+w d && : >d/bundle/data/extra && tampered 'a file more' extra
cp -r d1 d && chmod -R u+w d && mkdir d/bundle/data/empty && tampered 'a folder more' empty
cp -r d1 d && chmod -R u+w d && ln -s /etc/hostname d/bundle/data/link && tampered 'a link more' link
chmod -R u+w d1 d2 d3
expect 'the log tells of the seals' 0 log --json
equal 'the log tells of the seals' \
    "$(jq -r --arg b "$bundle" '[.rows[] | select(.action == "seal" and .object == $b)] | length' out)" 3
