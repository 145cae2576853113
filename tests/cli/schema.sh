#!/bin/sh
# Goal: the published schemas say what every query takes and answers, as its descriptor does, and
#       nothing else of the file is changed by that.
# Method: `schema case` and `schema answer` beside `queries --json` and `help QUERY`, taken apart
#         with jq; what is refused and allowed was compared with an independent validator by hand.
. "$(dirname "$0")/lib.sh"
needs jq awk

for schema in case answer; do
    expect "schema $schema" 0 schema $schema
    cp out $schema.json
    equal "$schema: every reference leads somewhere" "$(jq -c '
        . as $root | [.. | objects | .["$ref"]? // empty | select(type == "string")] | unique |
        map(select((ltrimstr("#/") | split("/")) as $path | $root | getpath($path) == null))
        ' $schema.json)" '[]'
done
# The file of the tree is what is left when the parts of the queries are taken out.
jq -S '.["$defs"].query_arguments = {"additionalProperties": true} |
    .["$defs"].default_arguments = {"additionalProperties": true} |
    .["$defs"].needed_arguments = true' case.json >rest.case
jq -S '.["$defs"].query_columns = true' answer.json >rest.answer
for schema in case answer; do
    jq -S . "$root/engine/model/schema/$schema.json" >file.$schema
    same "$schema: the rest is the file" rest.$schema file.$schema
done

# Every query, every argument; what may be left out stands in brackets.
expect 'queries' 0 queries --json
jq -r '.rows[] | .query as $query | .arguments | split(" ")[] | select(. != "") |
    "\($query) \(ltrimstr("[") | rtrimstr("]"))"' out | sort >wanted
jq -r '.rows[] | .query as $query | .arguments | split(" ")[] | select(test("^[A-Za-z]")) |
    "\($query) \(.)"' out | sort >wanted.needs
jq -r '.rows[].query' out >queries
equal 'the queries' \
    "$(jq -r '.["$defs"].query_arguments.allOf[0].properties.ask.enum[]' case.json | cksum)" \
    "$(cksum <queries)"
jq -r '.["$defs"].query_arguments.allOf[1:][] | .if.properties.ask.const as $query |
    .then.properties | keys[] | "\($query) \(.)"' case.json >members
sort members | grep -v -e ' window$' -e ' sources$' >given
# A floor is an argument of some queries and a setting of others.
grep ' min_amount$' given >floors
grep -vxFf floors given >rest
grep -vxFf floors wanted >rest.wanted
same 'every argument of every query' rest rest.wanted
equal 'a floor only where there are amounts' \
    "$(grep -cx -e 'trace_transfers min_amount' -e 'owners_of min_amount' floors)" 1
jq -r '.["$defs"].needed_arguments.allOf[].anyOf[-1].properties.questions.items |
    .then.anyOf[0].required[0] as $name | .if.properties.ask.enum[] | "\(.) \($name)"' \
    case.json | sort >needs
same 'what a query cannot do without' needs wanted.needs
jq -r '.["$defs"].default_arguments.properties | keys[]' case.json >defaults
{ cut -d ' ' -f 2 wanted; echo min_amount; } | sort -u >wanted.defaults
same 'every argument may be a default' defaults wanted.defaults

# Words and columns, as help says them.
choices=0
while read -r query; do
    "$bin" help "$query" >help
    # "  [method=a|b]..." to "method a b"
    awk '/^arguments$/ {on = 1; next} /^$/ {on = 0} on && /^  \[?[A-Za-z0-9_]+=[a-z_0-9]+\|[a-z_0-9|]+/ {
        gsub(/[][.]/, "", $1); sub(/=/, " ", $1); gsub(/\|/, " ", $1); print $1 }' help >words
    jq -r --arg query "$query" '.["$defs"].query_arguments.allOf[1:][] |
        select(.if.properties.ask.const == $query) | .then.properties | to_entries[] |
        select(.value.anyOf) | "\(.key) \(.value.anyOf[0].anyOf[0].enum | join(" "))"' \
        case.json >enums
    same "the words of $query" enums words
    choices=$((choices + $(wc -l <enums)))
    awk '/^columns$/ {on = 1; next} /^$/ {on = 0} on && /^  [^ ]/ {print $1}' help |
        grep -v -e '^grade$' -e '^sources$' | sort >columns
    jq -r --arg query "$query" '.["$defs"].query_columns.allOf[] |
        select(.if.properties.schema.const | startswith("assettrace/\($query)/")) |
        .then.properties.rows.items.properties | keys[]' answer.json |
        grep -v -e '^grade$' -e '^sources$' -e '^support$' | sort >described
    same "the columns of $query" described columns
done <queries
equal 'there are words to choose among' "$([ "$choices" -gt 20 ] && echo yes)" yes

# Nothing is taken that is not there, and a word of a choice is no reference.
equal 'unknown keys are refused' "$(jq -c '[.properties.questions.items.unevaluatedProperties,
    .properties.defaults.unevaluatedProperties, .additionalProperties]' case.json)" \
    '[false,false,false]'
equal 'only a dotted text refers to an answer' \
    "$(jq -r '.["$defs"].reference.pattern as $pattern | ["q2.thing", "fife", "a.b.c"] |
        map(test($pattern)) | tostring' case.json)" '[true,false,false]'
