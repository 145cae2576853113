# Goal: what README tells a new user to type works as it stands there, and prints what it says.
# Method: every line after a "$ " of its ```console blocks is run in order in a terminal of 100
#         columns, in a folder that holds only fixtures/ and a passphrase, and compared with the
#         lines below it. "..." alone stands for any lines, "..." in a line for a key or a bundle's
#         id; how many of either there may be is counted.
. "$(dirname "$0")/lib.sh"
needs script stty

mkdir path
ln -s "$bin" path/assettrace
PATH=$work/path:$PATH
ln -s "$root/fixtures" fixtures
(umask 077 && echo 'for the README only' >passphrase.txt)
export ASSETTRACE_PROGRESS=no # a slow machine must not change what is compared

# expected N: write the N-th command to line.sh and what README shows of it to shown.
expected() {
    awk -v wanted="$1" '
        /^```/ {inside = ($0 == "```console"); next}
        !inside {next}
        /^\$ / {
            number++
            if (number == wanted) {print "stty cols 100\n" substr($0, 3) >"line.sh"; found = 1}
            next
        }
        number == wanted {print >"shown"}
        END {exit !found}' "$root/README.md"
}

# matches: is the file said what shown says, "..." aside? Else the first line that is not.
matches() {
    awk '
        function fits(pattern, text,    parts, count, i, at) {
            count = split(pattern, parts, /\.\.\./)
            if (count < 2) return pattern == text
            if (substr(text, 1, length(parts[1])) != parts[1]) return 0
            text = substr(text, length(parts[1]) + 1)
            for (i = 2; i < count; i++) {
                at = index(text, parts[i])
                if (!at) return 0
                text = substr(text, at + length(parts[i]))
            }
            return length(text) > length(parts[count]) &&
                substr(text, length(text) - length(parts[count]) + 1) == parts[count]
        }
        NR == FNR {said[++lines] = $0; next}
        $0 == "..." {any = 1; next}
        {
            at++
            while (any && at <= lines && !fits($0, said[at])) at++
            any = 0
            if (at > lines || !fits($0, said[at])) {print "README says: " $0; bad = 1; exit 1}
        }
        END {if (!bad && !any && at < lines) {print "README lacks: " said[at + 1]; exit 1}}' said shown
}

number=1
while : >shown && expected "$number"; do
    checks=$((checks + 1))
    script -qefc 'sh line.sh' /dev/null </dev/null 2>&1 |
        LC_ALL=C tr -d '\r' | sed 's/\xe2\x81[\xa8\xa9]//g; s/ *$//' >said || :
    [ -s said ] || fail "says nothing: $(tail -n 1 line.sh)"
    matches >differs || {
        fail "$(tail -n 1 line.sh): $(cat differs)"
        sed 's/^/  | /' said | head -n 20 >&2
    }
    number=$((number + 1))
done
equal 'README has a first case' "$([ "$checks" -ge 14 ] && echo yes)" yes
awk '/^```/ {inside = ($0 == "```console"); next} inside && !/^\$ /' "$root/README.md" >lines
equal 'ids that are left out' "$(grep -v '^\.\.\.$' lines | grep -c '\.\.\.')" 9
equal 'most lines are compared' \
    "$([ $((4 * $(grep -c '^\.\.\.$' lines))) -lt "$(wc -l <lines)" ] && echo yes)" yes

# The last example changed the dossier: what a court's tools say of it, too.
checks=$((checks + 1))
if (cd dossier/bundle && sha256sum -c --strict --quiet manifest-sha256.txt) >out 2>&1; then
    fail 'sha256sum does not notice'
fi
if command -v minisign >/dev/null; then
    checks=$((checks + 1))
    (cd dossier && minisign -VHqm review/0001-seal.txt -p "$work/officer.pub") ||
        fail 'minisign does not agree with the seal'
fi
