# Goal: nothing in the program lacks its text: command, action, option, query, argument, column,
#       importer, error code, exit code, topic, schema; and the manual page has them too.
# Method: every name that the tables hold is looked up, and what is said of it must say something.
. "$(dirname "$0")/lib.sh"
needs jq

# texts STORY FILE: does every entry, "  name  text" or a name and the text below, have a text?
texts() {
    checks=$((checks + 1))
    awk '/^ +assettrace / { next } # usage
        /^  +[^ ]/ {
            match($0, /^ +/)
            if (RLENGTH >= 20) { if (!open) print "stray: " $0; open = 0; next }
            if (open) print "no text: " line
            line = $0
            entry = substr($0, RLENGTH + 1)
            open = entry !~ /   *[^ ]/
            next
        }
        { if (open) print "no text: " line; open = 0 }
        END { if (open) print "no text: " line }' "$2" >lacking
    [ ! -s lacking ] || fail "$1: $(head -n 3 lacking)"
}

expect 'the manual page' 0 help --man
cp out page
equal 'the manual page is one' "$(grep -c '^\.TH ASSETTRACE 1 ' page)" 1
# Back from roff to text, for the look-ups below.
sed 's/\\-/-/g; s/\\fB//g; s/\\fR//g; s/\\&//g' page >page.txt

expect 'overview' 0 help
cp out overview
texts 'overview' overview
commands=$(awk '/^topics$/ {exit} /^  [a-z]/ {print $1}' overview)
equal 'there are commands' "$([ "$(echo "$commands" | wc -w)" -gt 15 ] && echo yes)" yes
for command in $commands; do
    expect "help $command" 0 help "$command"
    texts "help $command" out
    cp out told
    says "the page has $command" page.txt ".SS $command"
    for option in $(sed -n 's/^ *\(-[a-z], \)\{0,1\}--\([a-z-]*\).*/\2/p' told); do
        checks=$((checks + 1))
        grep -qE "^(-[a-z], )?--$option( |$)" page.txt || fail "the page lacks --$option of $command"
    done
done
for topic in $(awk '/^topics$/ {on = 1; next} on && /^  [a-z]/ {print $1}' overview); do
    expect "help $topic" 0 help "$topic"
    says "help $topic" out "$topic - "
    checks=$((checks + 1))
    [ "$(wc -c <out)" -gt 200 ] || fail "help $topic says next to nothing"
done
"$bin" queries --ndjson >queries
checks=$((checks + 1))
[ "$(jq -s 'map(select((.summary | length) < 10)) | length' queries)" = 0 ] ||
    fail 'a query without a summary'
for query in $(jq -r .query queries); do
    expect "help $query" 0 help "$query"
    texts "help $query" out
    says "the page has $query" page.txt "$query"
    for argument in $(jq -r --arg q "$query" 'select(.query == $q) | .arguments' queries |
        tr -d '[]'); do
        checks=$((checks + 1))
        grep -q "^  \[*$argument=" out || fail "help $query lacks its argument $argument"
    done
done
for importer in $("$bin" importers --fields importer | tail -n +2); do
    expect "help $importer" 0 help "$importer"
    texts "help $importer" out
    says "the page has $importer" page.txt "$importer"
done
# Every code that the sources use has its paragraph, and every paragraph is a sentence.
grep -rhoE '"E-[A-Z0-9]+(-[A-Z0-9]+)*"' "$root/engine" "$root/importers" "$root/queries" |
    tr -d '"' | sort -u >used
equal 'the codes are found' "$([ "$(wc -l <used)" -gt 100 ] && echo yes)" yes
while IFS= read -r code; do
    checks=$((checks + 1))
    "$bin" help "$code" >out 2>err || fail "no help about $code"
    [ "$(tail -n +2 out | wc -w)" -ge 5 ] || fail "help $code says next to nothing"
done <used
expect 'did you mean a topic' 2 help grads
says 'did you mean a topic' err 'Did you mean `help grades`?'

# What man(1) makes of the page, where it is installed.
if command -v groff >/dev/null && [ -f /usr/share/groff/current/tmac/an.tmac ]; then
    checks=$((checks + 1))
    groff -ww -man -Tutf8 page >shown 2>warnings
    [ ! -s warnings ] || fail "groff warns: $(head -n 3 warnings)"
    says 'man shows the summary' shown 'who is connected'
fi
