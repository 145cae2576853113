# Goal: a shell offers what may follow, from the same tables as everything else.
# Method: a table of command lines and what must be offered; then the scripts in real shells.
. "$(dirname "$0")/lib.sh"

# offers STORY CANDIDATE WORD...: is it offered at the end of these words?
offers() {
    story=$1
    candidate=$2
    shift 2
    expect "$story" 0 completion words -- "$@"
    checks=$((checks + 1))
    cut -f 1 out | grep -qxF -- "$candidate" || fail "$story: no \"$candidate\": $(head -n 3 out)"
}
# offers_nothing STORY WORD...
offers_nothing() {
    story=$1
    shift
    expect "$story" 0 completion words -- "$@"
    equal "$story" "$(cat out)" ''
}

offers 'commands' import ''
offers 'a command begun' import im
offers 'behind a general option' status -s x.at st
offers 'general options' --store --st
offers 'actions' withdraw sources w
offers 'options of a command' --rejects sources show --re
offers 'shared options' --fields ask owners_of --fi
offers 'queries' owners_of ask own
offers 'queries to explain' trace queries tr
offers 'arguments' of= ask owners_of o
offers 'choices of an argument' method=fifo ask trace method=f
offers 'fields of the query' by_share ask owners_of --fields by
offers 'a further field' owner,grade ask owners_of --fields owner,gr
offers 'importers by --as' parties_csv import --as par
offers 'importers to explain' parties_csv importers par
offers 'languages' fa status --lang f
offers 'topics' grades help gr
offers 'codes' E-KEY-WEAK help E-KEY
offers 'schemas' mapping schema map
offers 'shells' zsh completion z
offers_nothing 'files are the matter of the shell' import fixtures/
offers_nothing 'an argument that is a file' import --map m
offers_nothing 'behind nonsense' frobnicate x
offers_nothing 'an option without choices' ask trace --limit 1
for command in $("$bin" help | awk '/^topics$/ {exit} /^  [a-z]/ {print $1}'); do
    offers "$command" "$command" "$command"
    offers "$command --help" --help "$command" --h
done
expect 'an unknown shell' 2 completion tcsh
expect 'no shell' 2 completion

ln -s "$bin" assettrace
PATH=$work:$PATH
# completes SHELL STORY LINE WANTED
completes() {
    checks=$((checks + 1))
    case $1 in
    bash) bash --norc -c '. ./script.bash
        COMP_LINE=$1 COMP_POINT=${#1}
        _assettrace assettrace
        printf "%s\n" "${COMPREPLY[@]}"' bash "$3" >offered ;;
    fish) HOME=$work fish --no-config -c 'source script.fish
        complete -C $argv[1]' "$3" >offered ;;
    zsh) zsh -f -c 'compadd() {
            local -a given=("$@")
            print -rl -- ${(P)given[-1]}
        }
        _files() { print -r -- files }
        compdef() { : }
        . ./script.zsh
        words=(${(z)1}); [[ $1 == *" " ]] && words+=("")
        CURRENT=$#words
        _assettrace' zsh "$3" >offered ;;
    esac
    cut -f 1 offered | grep -qxF -- "$4" || fail "$1, $2: no \"$4\": $(head -n 3 offered)"
}
for shell in bash fish zsh; do
    expect "the script for $shell" 0 completion "$shell"
    cp out "script.$shell"
    if ! command -v "$shell" >/dev/null; then
        echo "$shell is not here: its script was not run" >&2
        continue
    fi
    completes "$shell" 'a command' 'assettrace impor' import
    completes "$shell" 'a query' 'assettrace ask owners' owners_of
    completes "$shell" 'an action' 'assettrace sources ' withdraw
    completes "$shell" 'an argument' 'assettrace ask owners_of o' of=
    completes "$shell" 'an option' 'assettrace import --as parties' parties_csv
done
if command -v bash >/dev/null; then # bash breaks at '=' and wants what follows
    completes bash 'a choice' 'assettrace ask trace method=f' fifo
fi
