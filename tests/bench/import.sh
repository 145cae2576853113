# Goal: how fast transfers come in, what they take on disk, and how soon a store that nobody has
#       read answers, beside the loaders and files of databases.
# Method: invented rows; ours with validation, hash, tree, addresses and receipt; SQLite, PostgreSQL
#         and DuckDB, those that are installed, into a table without any of that, with the settings
#         their manuals recommend for bulk loading.
. "$(dirname "$0")/lib.sh"
transfers "$rows" >file.csv
columns='id bigint, time text, "from" text, "to" text, amount text, currency text'

# PostgreSQL as a server of its own, without a network; as root under its own name.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}
start_postgres() {
    command -v psql >/dev/null || return 1
    programs=$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
    programs=$(dirname "$(readlink -f "${programs:-/none/initdb}")")
    [ -x "$programs/initdb" ] || return 1
    mkdir pg && chmod 755 . && chmod 644 file.csv
    [ "$(id -u)" -ne 0 ] || chown postgres pg
    as_postgres "$programs/initdb" -D "$work/pg/data" -A trust -N >pg.log 2>&1 || return 1
    as_postgres "$programs/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" start -o "-k $work/pg \
        -c listen_addresses= -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=16GB \
        -c synchronous_commit=off -c shared_buffers=1GB" >pg.log 2>&1
}
stop_postgres() {
    [ ! -d "$work/pg/data" ] || as_postgres "$programs/pg_ctl" -D "$work/pg/data" -m immediate stop \
        >/dev/null 2>&1 || :
}
ask_postgres() {
    as_postgres psql -h "$work/pg" -d postgres -q -A -t -v ON_ERROR_STOP=1 "$@"
}

sqlite='' postgres='' duckdb=''
[ -z "$(command -v sqlite3)" ] || sqlite="sqlite3 $(sqlite3 --version | cut -d ' ' -f 1)"
if start_postgres; then
    postgres="PostgreSQL $(ask_postgres -c 'SHOW server_version' | cut -d ' ' -f 1)"
fi
[ -z "$(command -v duckdb)" ] || duckdb="DuckDB $(duckdb --version | cut -d ' ' -f 1)"
copy="BEGIN; DROP TABLE IF EXISTS t; CREATE TABLE t($columns);
COPY t FROM '$work/file.csv' (FORMAT csv, HEADER); COMMIT"

i=0
while [ $i -lt $rounds ]; do
    i=$((i + 1))
    rm -rf store.at peer.db peer.duckdb
    "$bin" -s store.at init >/dev/null
    measure ours "$bin" -s store.at import --as ledger_csv file.csv
    [ -z "$sqlite" ] || measure sqlite sqlite3 peer.db 'PRAGMA journal_mode = OFF' \
        'PRAGMA synchronous = OFF' "CREATE TABLE t($columns)" '.mode csv' \
        '.import --skip 1 file.csv t'
    [ -z "$postgres" ] || measure postgres ask_postgres -c "$copy"
    [ -z "$duckdb" ] || measure duckdb duckdb peer.duckdb \
        "CREATE TABLE t AS SELECT * FROM read_csv('file.csv', header = true, all_varchar = true)"
done

section "Import of $rows transfers, $(($(stat -c %s file.csv) / 1000000)) MB"
said "$bin" import --as ledger_csv file.csv
[ -z "$sqlite" ] || said sqlite3 peer.db 'PRAGMA journal_mode = OFF' 'PRAGMA synchronous = OFF' \
    '...' '.mode csv' '.import --skip 1 file.csv t'
[ -z "$postgres" ] || said psql -c "BEGIN; CREATE TABLE ...; COPY t FROM ... (FORMAT csv, HEADER); \
COMMIT" '(wal_level=minimal, synchronous_commit=off, shared_buffers=1GB)'
[ -z "$duckdb" ] || said duckdb peer.duckdb 'CREATE TABLE t AS SELECT * FROM read_csv(...)'
head_of what 'clock, s' 'processor, s' 'time of ours' 'goal'
row ours 'assettrace' 'at least 3 times .import, 2 times DuckDB'
row sqlite "${sqlite:-sqlite3} .import" ' '
row postgres "${postgres:-PostgreSQL} COPY (processor: the client's alone)" ' '
row duckdb "${duckdb:-DuckDB}" ' '

section "Import of $rows transfers, by what the file is like"
kinds='shuffled skewed long persian'
for kind in $kinds; do
    transfers "$rows" "$kind" >"$kind.csv"
done
rm -f ./*.clock ./*.processor
i=0
while [ $i -lt $rounds ]; do
    i=$((i + 1))
    for kind in $kinds file; do # the plain one last: the rest of this script asks its store
        name=$kind
        [ "$kind" != file ] || name=ours
        rm -rf store.at
        "$bin" -s store.at init >/dev/null
        measure "$name" "$bin" -s store.at import --as ledger_csv "$kind.csv"
    done
done
said "$bin" import --as ledger_csv KIND.csv
head_of what 'clock, s' 'processor, s' 'time of the plain file' 'goal'
row ours 'ids and times that rise, a power law' ' '
row shuffled 'the same rows in another order' 'at most 2'
row skewed 'one account has a side of each row' 'at most 2'
row long 'ids of accounts of 40 characters' 'at most 2'
row persian 'all digits Persian' 'at most 2'
rm -f shuffled.csv skewed.csv long.csv persian.csv

# size WHAT BYTES [GOAL]
size() {
    printf '| %s | %s | %s | %s |\n' "$1" "$(($2 / 1000000))" "$(($2 / rows))" "${3:-}"
}
section "Size of $rows transfers"
head_of what MB 'bytes a transfer' goal
size 'store without the kept source' "$(stat -c %s store.at/store.sqlite)" 'at most 45'
size 'its index' "$(du -sb store.at/index | cut -f 1)" 'at most 60'
[ -z "$sqlite" ] || size "$sqlite" "$(stat -c %s peer.db)"
[ -z "$postgres" ] || size "$postgres" "$(ask_postgres -c "SELECT pg_total_relation_size('t')")"
[ -z "$duckdb" ] || size "$duckdb" "$(stat -c %s peer.duckdb)"

# The receiver of the middle row: an account like most.
account=$(awk -F , -v at=$((rows / 2)) 'NR == at { print $4; exit }' file.csv)
query="SELECT * FROM t WHERE \"from\" = '$account' OR \"to\" = '$account' ORDER BY time"
rm -f ./*.clock ./*.processor
i=0
while [ $i -lt $rounds ]; do
    i=$((i + 1))
    cold store.at/store.sqlite store.at/index/* store.at/sources/* peer.db peer.duckdb
    measure ours "$bin" -s store.at ask timeline "of=$account" --json
    measure again "$bin" -s store.at ask timeline "of=$account" --json
    [ -z "$sqlite" ] || measure sqlite sqlite3 peer.db "$query"
    [ -z "$duckdb" ] || measure duckdb duckdb peer.duckdb "$query"
done
section "First answer from a cold store of $rows transfers"
said "$bin" ask timeline of=ACCOUNT --json
[ -z "$sqlite$duckdb" ] || said "$query" '(no index, as loaded)'
head_of what 'clock, s' 'processor, s' 'time of ours' goal
row ours 'assettrace, nothing cached' 'at most 0.1 s'
row again 'assettrace, the second time' ' '
row sqlite "${sqlite:-sqlite3}, nothing cached" ' '
row duckdb "${duckdb:-DuckDB}, nothing cached" ' '
