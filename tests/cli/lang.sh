# Goal: every language has every word, and none reaches a code or what machines read.
# Method: catalogues compared with English and with what the program has; answers in each language.
. "$(dirname "$0")/lib.sh"
needs jq
words=$root/engine/cli/lang
jq -r 'keys[]' "$words/en.json" >wanted.keys

languages=
for catalogue in "$words"/*.json; do
    language=$(basename "$catalogue" .json)
    languages="$languages $language"
    jq -r 'keys[]' "$catalogue" >keys
    same "$language has the keys of English" keys wanted.keys
    equal "$language has words for all of them" \
        "$(jq '[.[] | select(type != "string" or test("^\\s*$"))] | length' "$catalogue")" 0
    jq -S . "$catalogue" >sorted
    jq . "$catalogue" >plain
    same "$language is sorted" plain sorted
done
equal 'the five languages' "$languages" ' ar az en fa ru'
equal 'English headings are the names of the fields' \
    "$(jq -r 'to_entries[] | select(.key | startswith("column."))
        | select(.key != "column." + .value) | .key' "$words/en.json")" ''

# has GROUP NAME: is there a key for it?
has() {
    checks=$((checks + 1))
    grep -qxF "$1.$2" wanted.keys || fail "no words for $1.$2"
}
# most GROUP FILE: for nearly every name in the file? A new query may come without words: its
# columns and notes then stand in English, and are listed here for whoever translates next.
most() {
    checks=$((checks + 1))
    sed -n "s/^$1\.//p" wanted.keys >known
    sort -u "$2" >names
    lacking=$(comm -23 names known)
    echo "no words yet in the group $1:" $lacking
    [ "$(echo "$lacking" | grep -c .)" -le $(($(grep -c . names) / 10)) ] ||
        fail "too little is translated in the group $1:" $lacking
}
# query_columns: the names of the columns that `help QUERY` lists.
query_columns() {
    "$bin" help "$1" | awk '/^columns$/ {on = 1; next} /^$/ {on = 0} on && /^  [^ ]/ {print $1}'
}
for query in $("$bin" queries --fields query | tail -n +2); do
    query_columns "$query"
done | sort -u >columns
equal 'the queries have columns' "$([ "$(wc -l <columns)" -gt 50 ] && echo yes)" yes
for listing in queries importers doctor; do
    "$bin" "$listing" --json | jq -r '.columns[].name' >>columns
done
echo support >>columns
most column columns
for command in $("$bin" help | awk '/^topics$/ {exit} /^  [a-z]/ {print $1}'); do
    has command "$command"
done
for group in $("$bin" help | sed -n '/^topics$/q; s/^\([a-z]*\)$/\1/p'); do
    has group "$group"
done
for code in $("$bin" help exit-codes | awk '$1 ~ /^[0-9]+$/ && $1 > 0 {print $1}'); do
    has exit "$code"
done
sed -n 's/^CODE("\([^"]*\)".*/\1/p' "$root/engine/base/codes.def" >known.codes
equal 'the codes are found' "$([ "$(grep -c . known.codes)" -gt 150 ] && echo yes)" yes
most code known.codes
equal 'no words for a code that is none' \
    "$(sed -n 's/^code\.//p' wanted.keys | sort | comm -23 - known.codes)" ''
for grade in observed corroborated accepted inferred; do
    has grade "$grade"
done
sed -n 's/.*_note([^;]*"\([A-Z][A-Z_]*\)".*/\1/p' "$root"/queries/*.c "$root"/engine/*/*.c >codes
equal 'the notes are found' "$([ "$(grep -c . codes)" -gt 20 ] && echo yes)" yes
most note codes
equal 'no words for a note that is none' "$(sed -n 's/^note\.//p' wanted.keys | sort -u |
    while read -r code; do
        grep -qrw -- "$code" "$root/queries" "$root/engine" --include='*.[ch]' || echo "$code"
    done)" ''

fresh_store
printf 'id,type,name\nP1,person,\330\252\331\207\330\261\330\247\331\206\n' >parties.csv
expect 'import' 0 import --source register --as parties_csv parties.csv
expect 'json in English' 0 show P1 --json
cp out english.json
expect 'tsv in English' 0 show P1
cp out english.tsv
for language in $languages; do
    expect "json in $language" 0 show P1 --json --lang "$language"
    same "json is the same in $language" out english.json
    expect "tsv in $language" 0 --lang "$language" show P1
    same "tsv is the same in $language" out english.tsv
    expect "an error in $language" 2 ask nosuch --lang "$language"
    says "codes stay in $language" err '[E-ASK-QUERY]'
    says "an error in $language" err "$(jq -r '.["lead.error"]' "$words/$language.json"): "
    says "the exact words in $language" err 'there is no query "nosuch"'
    [ "$language" = en ] ||
        says "its title in $language" err \
            "$(jq -r '.["code.E-ASK-QUERY"]' "$words/$language.json") [E-ASK-QUERY]"
    expect "help of a code in $language" 0 help E-ASK-QUERY --lang "$language"
    [ "$language" = en ] ||
        says "its title in help in $language" out \
            "E-ASK-QUERY: $(jq -r '.["code.E-ASK-QUERY"]' "$words/$language.json")"
    expect "a table in $language" 0 show P1 --table --lang "$language"
    says "a heading in $language" out "$(jq -r '.["column.value"]' "$words/$language.json")"
    says "ids stay in $language" out 'register/parties.csv:2'
    expect "help in $language" 0 --lang "$language" help
    [ "$language" = en ] ||
        says "help in $language" out "$(jq -r '.["command.import"]' "$words/$language.json")"
done
ASSETTRACE_LANG=ru "$bin" show P1 --table >out
says 'a language from the environment' out 'значение'
expect 'a language nobody has words for' 2 show P1 --lang xx
says 'a language nobody has words for' err '[E-CLI-LANG]'
says 'a language nobody has words for' err 'There are ar, az, en, fa, ru.'
LC_ALL=fa_IR.UTF-8 LANG=fa_IR.UTF-8 "$bin" show P1 --table >out
says 'the locale decides nothing' out 'value'

printf 'id,time,from,to,amount,currency\nT1,2024-01-10T10:00:00Z,A1,A2,50.00,EUR\n' >t.csv
expect 'import money' 0 import --source bank --as ledger_csv t.csv
expect 'a receipt in English' 0 sources show 2
cp out receipt.text
for language in $languages; do
    expect "a receipt in a file in $language" 0 sources show 2 --lang "$language"
    same "a receipt in a file is the same in $language" out receipt.text
    expect "a receipt for people in $language" 0 sources show 2 --verbose --table --lang "$language"
    for word in receipt.records receipt.lead receipt.movements column.currency column.account; do
        says "a receipt for people in $language" out "$(jq -r --arg word $word '.[$word]' \
            "$words/$language.json")"
    done
    says "its sums in $language" out 'EUR'
    equal "its sums in $language" "$(grep -cE '^(A[12] +)?EUR +(0|5000) +(0|5000) +[12]$' out)" 3
done
