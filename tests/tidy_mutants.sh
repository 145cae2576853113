#!/bin/sh
# Goal: every rule of tests/tidy.c can fail.
# Method: copy the tree, plant one violation at a time, and expect that what tidy says beyond what it
# says about the copy names the planted file and its rule, and nothing else.
#
#   tidy_mutants.sh TIDY ROOT
set -u

tidy=$1
root=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tree=$work/tree

mkdir "$tree" "$work/testonly" "$tree/fixtures" || exit 1
# Kept in files: a plant at the end of a pipe runs in a shell of its own.
: >"$work/planted"
: >"$work/failed"
for entry in "$root"/* "$root"/.[!.]*; do
    case ${entry##*/} in
    build | fixtures | .git | '*' | '.[!.]*') ;;
    *) cp -R "$entry" "$tree/" || exit 1 ;;
    esac
done
mkdir -p "$tree/engine/store" "$tree/engine/trace" "$tree/engine/network" "$tree/engine/names" \
    "$tree/importers" "$tree/queries" || exit 1
seq 1 100 >"$work/testonly/secret.csv"
"$tidy" "$tree" "$work/testonly" >"$work/before" 2>&1
sort "$work/before" | grep -v '^tidy: ' >"$work/before.sorted"

# expect PATH RULE: PATH was just planted; tidy must exit 1 and blame PATH for RULE, and only PATH.
expect() {
    echo "$1" >>"$work/planted"
    "$tidy" "$tree" "$work/testonly" >"$work/after" 2>&1
    code=$?
    sort "$work/after" | grep -v '^tidy: ' | comm -13 "$work/before.sorted" - >"$work/new"
    others=$(grep -c -v "^$1:" "$work/new")
    if [ "$code" -eq 1 ] && grep -q "^$1:[0-9]*: $2: " "$work/new" && [ "$others" -eq 0 ]; then
        echo "  found: $2 in $1"
    else
        echo "  MISSED: $2 in $1 (exit code $code)"
        sed 's/^/    /' "$work/new"
        echo "$1" >>"$work/failed"
    fi
}

# plant PATH RULE: the violation is standard input, in a file of its own.
plant() {
    cat >"$tree/$1"
    expect "$1" "$2"
    rm -f "$tree/$1"
}

plant engine/base/planted.c include <<'END'
#include "engine/model/money.h"
END
plant importers/planted.c include <<'END'
#include "engine/store/writer.h"
END
plant engine/trace/planted.c include <<'END'
#include "planted.h"
END
plant engine/trace/planted.c 'foreign header' <<'END'
#include <igraph/igraph.h>
END
plant engine/store/planted.c 'foreign header' <<'END'
#include <curl/curl.h>
END
seq -f 'extern int planted_%g;' 1 501 | plant engine/names/planted.h 'file length'
{
    echo 'static void planted(void) {'
    seq -f '    int line_%g;' 1 69
    echo '}'
} | plant engine/names/planted.c 'function length'
{
    printf '/* '
    seq -s ' ' 10 45
} | plant engine/names/planted.c 'line length'
plant engine/store/planted.c 'banned call' <<'END'
static void planted(char *to, const char *from) { strcpy(to, from); }
END
plant tests/planted.c 'banned call' <<'END'
static int planted(const char *text) { return atoi (text); }
END
plant engine/store/planted.c allocation <<'END'
static void *planted(void) { return malloc(1); }
END
plant queries/planted.c printing <<'END'
static void planted(void) { printf("%d", 1); }
END
plant engine/network/planted.c printing <<'END'
static void planted(void) { fputs("x", stderr); }
END
plant engine/network/planted.c 'clock or environment' <<'END'
static void planted(void) { getenv("HOME"); }
END
plant engine/trace/planted.c 'float near money' <<'END'
static double planted;
END
printf '/* TO%s: later */\n' DO | plant engine/store/planted.c leftover
printf 'echo not %s\n' implemented | plant tests/planted.sh leftover
plant engine/store/planted.c 'error code' <<'END'
static const char *planted = "E-PLANTED-NOWHERE";
END
plant engine/store/planted.c header <<'END'
int at_planted(void) {
    return 1;
}
END
plant PLANTED.txt 'top level' <<'END'
out of place
END
seq 1 100 | plant fixtures/planted.csv 'test-only data'
cp "$tree/engine/base/codes.def" "$work/codes.def"
echo 'CODE("E-AAA", "Out of order.")' >>"$tree/engine/base/codes.def"
expect engine/base/codes.def 'error code'
cp "$work/codes.def" "$tree/engine/base/codes.def"

# What only looks like a violation is none.
cat >"$tree/engine/trace/planted.c" <<'END'
/* strcpy(a, b) and double are only spoken of here, and so is "engine/store/writer.h" */
static const char *planted = "malloc(1); printf(\"a\"); #include <sqlite3.h>";
static double planted_rate; /* not money */
static void planted_call(const struct at_planted *hooks) {
    hooks->free(0);
}
END
echo innocent >>"$work/planted"
"$tidy" "$tree" "$work/testonly" 2>&1 | sort | grep -v '^tidy: ' |
    comm -13 "$work/before.sorted" - >"$work/new"
if [ -s "$work/new" ]; then
    echo "  blamed without reason:"
    sed 's/^/    /' "$work/new"
    echo innocent >>"$work/failed"
fi

echo "$(wc -l <"$work/planted") planted, $(wc -l <"$work/failed") missed or blamed without reason"
[ -s "$work/planted" ] && [ ! -s "$work/failed" ]
