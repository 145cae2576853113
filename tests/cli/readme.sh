# Goal: what README tells a new user to type works as it stands there.
# Method: every line of its ```sh blocks is run in order, in a folder that holds only fixtures/.
. "$(dirname "$0")/lib.sh"

mkdir path
ln -s "$bin" path/assettrace
PATH=$work/path:$PATH
ln -s "$root/fixtures" fixtures
(umask 077 && echo 'for the README only' >passphrase.txt)

awk '/^```/ {inside = ($0 == "```sh"); next} inside' "$root/README.md" >lines
while IFS= read -r line; do
    checks=$((checks + 1))
    status=0
    sh -c "$line" >out 2>err </dev/null || status=$?
    [ "$status" -eq 0 ] || {
        fail "exit code $status: $line"
        cat err >&2
    }
    [ -s out ] || fail "says nothing: $line"
    ! grep -q SOURCE_MISSING err || fail "names a transfer that is not there: $line"
done <lines
equal 'README has a first case' "$([ "$checks" -ge 12 ] && echo yes)" yes

if command -v minisign >/dev/null; then
    checks=$((checks + 1))
    (cd dossier && minisign -VHqm review/0001-seal.txt -p "$work/officer.pub") ||
        fail 'minisign does not agree with the seal'
fi
checks=$((checks + 1))
(cd dossier/bundle && sha256sum -c --strict --quiet tagmanifest-sha256.txt &&
    sha256sum -c --strict --quiet manifest-sha256.txt) || fail 'sha256sum does not agree'
