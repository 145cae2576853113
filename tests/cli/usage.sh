# Goal: a mistake on the command line is exit code 2, one line of fact and one of help.
# Method: one row a mistake; then the help that is made from the tables.
. "$(dirname "$0")/lib.sh"

# mistake STORY MESSAGE HINT ARGUMENT...
mistake() {
    story=$1
    message=$2
    hint=$3
    shift 3
    expect "$story" 2 "$@"
    says "$story" err "error: $message"
    says "$story" err "$hint"
    equal "$story: nothing on stdout" "$(wc -c <out | tr -d ' ')" 0
}

mistake 'no command' 'no command is given' '[E-CLI-COMMAND]'
mistake 'misspelt command' 'there is no command "imprt"' 'Did you mean `import`?' imprt
mistake 'a command in capitals' 'there is no command "ASK"' 'Did you mean `ask`?' ASK
mistake 'a query for a command' 'there is no command "trace"' '`assettrace ask trace`' trace
mistake 'an option of several ends' '"--re" is the beginning of' 'Say --rejects or --reason' sources --re
mistake 'strange command' 'there is no command "zzzzzzzz"' '`assettrace help` lists' zzzzzzzz
mistake 'misspelt option' 'there is no option "--sorce"' 'Did you mean --source?' import --sorce a f
mistake 'unknown letter' 'there is no option "-x"' '[E-CLI-OPTION]' import -x f
mistake 'option without its argument' 'option "--as" wants IMPORTER' '[E-CLI-OPTION]' import f --as
mistake 'a flag with a value' 'option "--json" takes no value' '[E-CLI-OPTION]' import --json=yes f
mistake 'an option twice' 'option "--as" is given twice' '[E-CLI-OPTION]' import --as a --as b f
mistake 'too few words' '`import` wants FILE' 'usage: assettrace import' import
mistake 'too many words' '`status` cannot use the word "more"' 'usage: assettrace status' status more
mistake 'misspelt action' '`sources` cannot "withdrw"' 'Did you mean `sources withdraw`?' \
    sources withdrw 1
mistake 'an action is needed' '`key` wants to know what to do' '`assettrace help key`' key
mistake 'not a number' '"--at x" is not a whole number' '[E-CLI-OPTION]' status --at x
mistake 'two formats' '"--json" and "--csv" cannot be had at once' '[E-CLI-OPTION]' \
    queries --json --csv
mistake 'a store without its ending' "a store's name ends in .at" 'Say "./cases.at".' init ./cases
mistake 'no reason to withdraw' '`sources withdraw` wants --reason' 'custody log' sources withdraw 1
mistake 'no key to seal with' '`seal` wants --key FILE and --output FOLDER' '[E-CLI-OPTION]' \
    seal case.json
mistake 'unknown help' 'there is no help about "E-KEY-WEEK"' 'Did you mean `help E-KEY-WEAK`?' \
    help E-KEY-WEEK
mistake 'a code in small letters' 'there is no help about "e-key-weak"' '`help E-KEY-WEAK`' help e-key-weak
mistake 'help of nothing near' 'there is no help about "qwertyuiop"' '`assettrace help` lists' help qwertyuiop
mistake 'help of a misspelt action' 'there is no help about "map gess"' '`help map guess`' help map gess
mistake 'help of two things' 'there is no help about "trace fifo"' 'one thing at a time' help trace fifo
mistake 'unknown schema' 'there is no schema "mappin"' 'Did you mean `schema mapping`?' \
    schema mappin
mistake 'unknown query' 'there is no query "netwrk"' 'network' ask netwrk
mistake 'an argument without =' '"of" is not KEY=VALUE' 'help network' ask network of
mistake 'a passphrase in two ways' '"--passphrase-file" and "--passphrase-fd" cannot be had at once' '[E-CLI-OPTION]' \
    key new k --passphrase-file f --passphrase-fd 3

expect 'help' 0 --help
says 'help lists commands' out '  import '
expect 'help of an action' 0 help map guess
cp out by_action
expect 'help of its command' 0 help map
same 'an action is explained with its command' by_action out
expect 'help' 0 --help
for command in $(awk '/^topics$/ {exit} /^  [a-z]/ {print $1}' out); do
    expect "help $command" 0 help "$command"
    says "help $command" out "usage: assettrace $command"
    cp out by_help
    expect "$command --help" 0 "$command" --help
    same "$command --help is help $command" out by_help
done
expect 'queries' 0 queries
for query in $(tail -n +2 out | cut -f 1); do
    expect "help $query" 0 help "$query"
    says "help $query" out "usage: assettrace ask $query"
    cp out by_help
    expect "ask $query --help" 0 ask "$query" --help
    same "ask $query --help is help $query" out by_help
done
expect 'importers' 0 importers
for importer in $(tail -n +2 out | cut -f 1); do
    expect "help $importer" 0 help "$importer"
    says "help $importer" out "--as $importer"
done
for code in $(sed -n 's/^CODE("\([^"]*\)".*/\1/p' "$root/engine/base/codes.def"); do
    expect "help $code" 0 help "$code"
    equal "help $code" "$(head -n 1 out)" "$code"
done
expect 'help exit-codes' 0 help exit-codes
for code in 0 1 2 3 4 5 6 7 10 11 12 20 69 70 130; do
    checks=$((checks + 1))
    grep -q "^ *$code  [a-z]" out || fail "exit code $code is not explained"
done
for schema in $("$bin" schema); do
    expect "schema $schema" 0 schema "$schema"
    case $schema in case | answer) continue ;; esac # what queries add: schema.sh
    same "schema $schema is the file" out "$root/engine/model/schema/$schema.json"
done

expect 'no store here' 10 status
says 'no store here' err '[E-STORE-NONE]'
expect 'a store that is not there' 10 -s nowhere.at status
expect 'the store by an option after the command' 10 status --store nowhere.at
expect 'version' 0 version --json
says 'version' out '"schema":"assettrace/version/1"'
if [ -w /dev/full ]; then
    checks=$((checks + 1))
    status=0
    "$bin" queries >/dev/full 2>err || status=$?
    equal 'a full disk behind stdout' "$status" 69
fi
expect 'a file in its place' 0 queries --json -o answer.json
expect 'not overwritten' 6 queries --json -o answer.json
says 'not overwritten' err '[E-CLI-EXISTS]'
expect 'overwritten when told' 0 queries --json -o answer.json --force
equal 'nothing on stdout beside -o' "$(wc -c <out | tr -d ' ')" 0

# Installed setuid it would show one user's evidence to another.
mount_options=$(df --output=target . | tail -n 1 | while read -r target; do
    awk -v t="$target" '$2 == t {print $4}' /proc/mounts
done | tail -n 1)
case ",$mount_options," in
*,nosuid,*) ;;
*)
    if [ "$(id -u)" -eq 0 ]; then
        cp "$bin" borrowed
        chown 65534 borrowed
        chmod 4755 borrowed
        checks=$((checks + 1))
        status=0
        # LeakSanitizer cannot look into a setuid program, takes no options from the environment of
        # one, and ends it with a code of its own: there the words alone tell.
        ./borrowed version >out 2>err || status=$?
        grep -q 'LeakSanitizer' err || equal 'setuid is refused' "$status" 6
        says 'setuid is refused' err '[E-CLI-SETUID]'
    fi
    ;;
esac
status=0
"$bin" queries >&- 2>err || status=$?
equal 'a closed stdout is no place for a store file' "$status" 0
