# Goal: what is delivered into a folder is imported once, filed once and never lost; hostile entries
#       are refused and said; a run killed between any two steps is completed by the next.
# Method: a folder with one of everything; two runs at once; then one small delivery again and
#         again, killed before the 1st, 2nd, ... rename, removal or sync until a run survives.
. "$(dirname "$0")/lib.sh"
needs jq mkfifo "$ASSETTRACE_CC"
fresh_store

# ledger ID: a file of one transfer.
ledger() {
    printf 'id,time,from,to,amount,currency\n%s,2024-01-01,A,B,1.00,EUR\n' "$1"
}

# outcome FILE: from the rows in out.
outcome() {
    jq -r --arg file "$1" '[.rows[] | select(.file == $file)][0].outcome' out
}

mkdir -p in/bank-a in/bank-a/deeper in/maps
ledger T1 >in/bank-a/x.csv
touch in/bank-a/x.csv.done
ledger T2 >in/late.csv
ledger T3 >in/half.csv.part
touch in/half.csv.part.done
echo junk >in/junk.csv
touch in/junk.csv.done
(ledger T4 && echo 'T5,2024-01-01,A,B,1.005,EUR') | gzip -c >in/partial.csv.gz
touch in/partial.csv.gz.done
ledger T6 >in/stale.csv
touch -d '2020-01-01' in/stale.csv.done
ledger T7 >outside.csv
ln -s "$work/outside.csv" in/link.csv
touch in/link.csv.done
mkfifo in/pipe.csv
ledger T8 >"in/$(printf 'two\nlines.csv')"
touch "in/$(printf 'two\nlines.csv').done"
ledger T9 >"in/..csv"
ledger T10 >"in/..x..csv"
ledger T11 >"in/$(printf 'a\377.csv')"
ledger T12 >in/bank-a/..,x.csv
find in | LC_ALL=C sort >before

expect 'looking only' 4 inbox --dry-run --json in
find in | LC_ALL=C sort >after
same 'looking changes nothing' before after
expect 'no store is needed to look' 4 inbox --dry-run -s "$work/none.at" in

expect 'a run' 4 inbox --json in
for pair in bank-a/x.csv:imported late.csv:waiting half.csv.part:waiting junk.csv:rejected \
    partial.csv.gz:partial stale.csv:waiting link.csv:refused pipe.csv:refused \
    bank-a/deeper:refused; do
    equal "${pair%:*}" "$(outcome "${pair%:*}")" "${pair#*:}"
done
equal 'unprintable names are refused' "$(jq '[.rows[] | select(.code == "E-INBOX-NAME")] | length' \
    out)" 2
filed=$(jq -r '.rows[] | select(.file == "bank-a/x.csv").filed' out)
equal 'its namespace is the sub-folder' \
    "$(jq -r '.receipts[0].namespace' "in/$filed.report.json")" bank-a
equal 'what was rejected of a file that was read' \
    "$(cd in/rejects && cat ./*-partial.rejects.csv | tail -n +2)" 'T5,2024-01-01,A,B,1.005,EUR'
equal 'and why' "$(jq -r .code in/rejects/*-partial.rejects.ndjson)" E-MONEY-DECIMALS
equal 'its receipt names them' "$(jq -r '.receipts[0].rejects_rows' in/done/*-partial.csv.gz.report.json)" \
    "$(cd in/rejects && ls ./*-partial.rejects.csv | cut -c 3-)"
equal 'its bytes' "$(ledger T1 | sha256sum)" "$(sha256sum <"in/$filed")"
checks=$((checks + 1))
[ ! -e in/bank-a/x.csv ] && [ ! -e in/bank-a/x.csv.done ] || fail 'it is still in the inbox'
filed=$(jq -r '.rows[] | select(.file == "junk.csv").filed' out)
equal 'why a file was rejected' "$(jq -r '.receipts[0].error.code' "in/$filed.report.json")" \
    E-IMPORT-FORMAT
equal 'the link leads where it did' "$(readlink in/link.csv)" "$work/outside.csv"
says 'bad names are visible' out 'two<U+000A>lines.csv'
says 'what is wrong is said' err 'E-IMPORT-FORMAT'
expect 'nothing is left to do' 4 inbox --json in
equal 'nothing is imported twice' "$(jq '[.rows[] | select(.outcome == "imported")] | length' out)" 0

expect 'the same bytes again' 4 inbox --settle 0 --json in
ledger T1 >in/bank-a/again.csv
expect 'what has settled' 4 inbox --settle 0 --json in
equal 'the same content' "$(outcome bank-a/again.csv)" already

# inbox.json
mkdir rules rules/maps
cat >rules/inbox.json <<'END'
{"schema": "assettrace/inbox/1", "finished": "rename", "files": [
    {"match": "*.txt", "as": "table_csv", "map": "maps/m.json", "source": "bank-m"},
    {"match": "sub/*.csv", "as": "ledger_csv", "source": "bank-s"}]}
END
cp "$root/fixtures/importers/table_csv/utf16_dust/map.json" rules/maps/m.json
cp "$root"/fixtures/importers/table_csv/utf16_dust/input.* rules/statement.txt
mkdir rules/sub
ledger S1 >rules/sub/s.csv
expect 'rules' 0 inbox --json rules
equal 'all taken' "$(jq -r '[.rows[] | .file + "=" + .outcome] | join(" ")' out)" \
    'statement.txt=imported sub/s.csv=imported'
expect 'whose they are' 0 sources list --json
equal 'namespaces' "$(jq -r '[.rows[].namespace] | unique | join(" ")' out)" \
    'bank-a bank-m bank-s default'
for bad in '{"schema": "assettrace/inbox/1", "finished": "never"}' \
    '{"schema": "assettrace/inbox/1", "files": [{"match": "*", "map": "../m.json"}]}' \
    '{"schema": "assettrace/inbox/1", "files": [{"as": "ledger_csv"}]}' 7 '[]'; do
    echo "$bad" >rules/inbox.json
    ledger S2 >rules/s2.csv
    expect "a wrong list: $bad" 4 inbox rules
    says 'the cause' err "$(case $bad in *schema*) echo E-IMPORT-LIST ;; *) echo E-JSON-KIND ;; esac)"
    checks=$((checks + 1))
    [ -e rules/s2.csv ] || fail 'a wrong list moved a file'
done
echo '{"schema": "assettrace/inbox/1", "finished": "rename", "files": [{"match": "*", "as": "no"}]}' \
    >rules/inbox.json
expect 'an importer that is none' 2 inbox --json rules
equal 'the file stays' "$(outcome s2.csv)" left
echo '{"schema": "assettrace/inbox/1"}' >rules/inbox.json
expect 'and goes on when the list is right' 0 inbox --json rules
equal 'it is taken up' "$(outcome s2.csv)" imported

# Folders exchanged for links.
mkdir trap victim
ledger V1 >victim/v.csv
ln -s "$work/victim" trap/bank
ln -s "$work/victim" trap/done
expect 'a sub-folder that is a link' 4 inbox --settle 0 --json trap
equal 'is refused' "$(outcome bank)" refused
ledger V2 >trap/w.csv
expect 'done/ that is a link' 4 inbox --settle 0 --json trap
equal 'nothing is filed through it' "$(find victim -type f | wc -l)" 1
rm trap/done trap/bank
expect 'completed later' 0 inbox --json trap
equal 'what was imported is filed' "$(outcome w.csv)" already

# Two runs at once.
fresh_store
mkdir both
i=0
while [ "$i" -lt 20 ]; do
    i=$((i + 1))
    ledger "B$i" >"both/$i.csv"
    touch "both/$i.csv.done"
done
"$bin" inbox --json both >first 2>first.err &
program=$!
code=0
"$bin" inbox --json both >second 2>second.err || code=$?
equal 'the second run' "$code" 0
code=0
wait "$program" || code=$?
equal 'the first run' "$code" 0
equal 'each file once' \
    "$(jq -s '[.[].rows[] | select(.outcome == "imported")] | length' first second)" 20
equal 'all are filed' "$(find both/done -name '*.csv' | wc -l)" 20
expect 'and published once' 0 sources list --json
equal 'sources' "$(jq '.rows | length' out)" 20
exec 3<both
flock -x 3 2>/dev/null && {
    expect 'a folder that is held' 11 inbox --lock-wait 0 both
    says 'who holds it' err E-INBOX-LOCKED
}
exec 3<&-

# Killed before each step in turn.
cat >kill_at.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/types.h>
static int left;
__attribute__((constructor)) static void start(void) {
    const char *text = getenv("KILL_AT");
    left = text ? atoi(text) : 0;
}
static void step(void) {
    if (left > 0 && --left == 0) {
        raise(SIGKILL);
        abort();
    }
}
#define WRAP(name, parameters, arguments)                             \
    int name parameters {                                             \
        step();                                                       \
        return ((int(*) parameters)dlsym(RTLD_NEXT, #name))arguments; \
    }
WRAP(renameat2, (int a, const char *b, int c, const char *d, unsigned e), (a, b, c, d, e))
WRAP(renameat, (int a, const char *b, int c, const char *d), (a, b, c, d))
WRAP(rename, (const char *a, const char *b), (a, b))
WRAP(unlinkat, (int a, const char *b, int c), (a, b, c))
WRAP(unlink, (const char *a), (a))
WRAP(fsync, (int a), (a))
WRAP(fdatasync, (int a), (a))
WRAP(mkdirat, (int a, const char *b, mode_t c), (a, b, c))
END
"$ASSETTRACE_CC" -shared -fPIC -o kill_at.so kill_at.c -ldl
fresh_store
mkdir killed
step=0
code=137
while [ "$code" -eq 137 ] && [ "$step" -lt 200 ]; do
    step=$((step + 1))
    ledger "K$step" >killed/k.csv
    touch killed/k.csv.done
    code=0
    KILL_AT=$step LD_PRELOAD=$work/kill_at.so "$bin" inbox --json killed >out 2>err || code=$?
    [ "$code" -eq 137 ] || break
    expect "after a kill at step $step" 0 inbox --json killed
    equal "step $step: filed" "$(find killed/done -name '*k.csv' | wc -l)" "$step"
    equal "step $step: with its receipt" "$(find killed/done -name '*.report.json' | wc -l)" "$step"
    equal "step $step: nothing is left" \
        "$(find killed -maxdepth 1 -type f; find killed/work -type f)" ''
done
equal 'the last run survived' "$code" 0
equal 'there were steps to be killed at' "$([ "$step" -gt 12 ] && echo yes)" yes
expect 'every delivery is published once' 0 sources list --json
equal 'sources after all kills' "$(jq '.rows | length' out)" "$step"
expect 'the log holds' 0 log verify
