# Goal: what `cmake --install` puts down is whole: the program runs, every header compiles alone, and
#       a program of one's own finds the library through pkg-config, shared and static.
# Method: install into an empty folder, move it, and build tests/example there with nothing but what
#         pkg-config says.
. "$(dirname "$0")/lib.sh"
needs cmake jq nm objdump pkg-config
# The compiler of this build with its sanitizers: a library with them wants a program with them.
compile="${ASSETTRACE_CC:-cc} ${ASSETTRACE_CC_FLAGS:-}"

# attempt STORY COMMAND...: must succeed; what it said is shown when it does not.
attempt() {
    attempt_story=$1
    shift
    checks=$((checks + 1))
    "$@" >attempt.log 2>&1 && return
    fail "$attempt_story: $*"
    head -n 20 attempt.log >&2
}

attempt 'installed' cmake --install "${ASSETTRACE_BUILD:?the build folder}" --prefix "$work/first"
mv first moved
libdir=$(dirname "$(find moved -name libassettrace.a)")
export PKG_CONFIG_PATH="$work/$libdir/pkgconfig"

"$bin" version --json >wanted
attempt 'the program runs' sh -c 'moved/bin/assettrace version --json >got'
same 'it is the program of this build' got wanted
expect 'the manual page' 0 help --man
same 'the manual page is installed' out moved/share/man/man1/assettrace.1
expect 'completion' 0 completion bash
same 'completion is installed' out moved/share/bash-completion/completions/assettrace
equal 'pkg-config knows the release' "$(pkg-config --modversion assettrace)" "$(jq -r .version got)"

# A header needs nothing before it and nothing of the tree; the program's own stay at home.
count=0
flags=$(pkg-config --cflags assettrace)
for header in $(cd moved/include/assettrace && find . -name '*.h' | sed 's,^\./,,' | LC_ALL=C sort); do
    count=$((count + 1))
    echo "#include <$header>" >one.c
    # shellcheck disable=SC2086 # flags are words
    attempt "<$header> compiles alone" $compile -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror \
        -fsyntax-only $flags one.c
done
checks=$((checks + 1))
[ "$count" -ge 40 ] || fail "only $count headers are installed"
checks=$((checks + 1))
[ ! -e moved/include/assettrace/engine/cli ] || fail 'headers of the program are installed'

# Only names that begin with at_ are shown, all under one version.
nm -D --defined-only "$libdir/libassettrace.so" >names
equal 'every name shown begins with at_' \
    "$(awk '$3 !~ /^at_[a-z0-9_]*@@ASSETTRACE_1$/ && $3 != "ASSETTRACE_1"' names | head -n 3)" ''
says 'the registries are among them' names 'at_queries'

# The example answers as the program does.
fresh_store
"$bin" import "$root/fixtures/worlds/harbour" >/dev/null 2>&1
owner=$(jq -r .owner.id "$root/fixtures/worlds/harbour/truth.json")
"$bin" ask assets_of "of=$owner" --json >asked.json
jq -r '.rows[] | .sources[0]' asked.json >wanted
example=moved/share/doc/libassettrace-dev/examples/assets.c
for way in shared static; do
    case $way in
    # shellcheck disable=SC2046 # flags are words
    shared) set -- $(pkg-config --libs assettrace) "-Wl,-rpath,$work/$libdir" ;;
    # shellcheck disable=SC2046
    static) # our archive, the others' shared libraries
        set -- "$libdir/libassettrace.a" -lm \
            $(pkg-config --libs $(pkg-config --print-requires-private assettrace))
        ;;
    esac
    # shellcheck disable=SC2086
    attempt "the example links, $way" $compile -std=c17 -Wall -Wextra -Werror $flags "$example" \
        -o "example-$way" "$@"
    attempt "the example answers, $way" sh -c "./example-$way test.at '$owner' >answer"
    awk -F '\t' '{ print $NF }' answer >got
    same "rows and records are those of the program, $way" got wanted
    checks=$((checks + 1))
    [ -s got ] || fail "the example has no row, $way"
    status=0
    "./example-$way" nowhere.at "$owner" 2>err || status=$?
    equal "no store, $way" "$status" 1
    says "no store, $way" err '[E-STORE-NONE]'
done
checks=$((checks + 1))
objdump -p example-shared | grep -q 'NEEDED.*libassettrace\.so\.1$' ||
    fail 'the example does not ask for libassettrace.so.1'
