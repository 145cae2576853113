# Goal: the same file under another name, recompressed, through a pipe or in two overlapping halves
#       gives the same facts once.
# Method: a ledger with ids and a statement without, each delivered in every order of ways; what a
#       store then says of money, times and accounts is what it says after one plain import.
. "$(dirname "$0")/lib.sh"
needs jq zstd gzip

awk 'BEGIN {
    print "id,time,from,to,amount,currency"
    for (i = 1; i <= 90; i++)
        printf "T%d,2024-01-%02dT%02d:00:00Z,A%d,B%d,%d.50,EUR\n", i, 1 + int(i / 4), i % 24, i % 3,
            i % 5, i % 7
}' >ledger.csv
# Without ids, in places twice the same row on one day: only the count tells them apart.
awk 'BEGIN {
    print "date,account,amount,balance,text"
    for (i = 1; i <= 90; i++) {
        amount = i % 2 ? 10 : -10
        sum += amount
        printf "2024-01-%02d,DE02120300000000202051,%d.00,%d.00,%s\n", 1 + int(i / 4), amount, sum,
            i % 2 ? "rent" : "back"
    }
}' >statement.csv
cat >statement.json <<'END'
{"schema": "assettrace/mapping/1", "delimiter": ",", "date": "YYYY-MM-DD", "calendar": "gregorian",
 "zone": "Z", "decimal": ".", "records": [{"kind": "leg", "fields": {"time": "date",
 "account": "account", "currency": {"constant": "EUR"}, "amount": "amount", "balance": "balance",
 "reference": "text"}}]}
END

# facts ACCOUNT: what the store says of its money, without the addresses of the records that say so
# and the numbers of rows that have no id.
facts() {
    "$bin" ask timeline of="$1" --json | jq -c \
        '[.rows[] | del(.sources, .support) | if .id | test("^[0-9]+:") then del(.id) else . end]'
}

# The first fifteen days, and from the ninth on, each with the head.
for name in ledger statement; do
    head -n 60 $name.csv >$name.first.csv
    (head -n 1 $name.csv && tail -n +33 $name.csv) >$name.last.csv
    mkdir $name
    cp $name.csv "$name/another name.csv"
    gzip -c $name.csv >$name/$name.csv.gz
    gzip -9 -n -c $name.csv >$name/best.gz
    zstd -q -19 -o $name/$name.zst $name.csv
done

# deliver NAME FILE: import it; the receipt says what became of it.
deliver() {
    file=$2
    case $1 in
    ledger) expect "$file" 0 import --source bank --as ledger_csv "$file" ;;
    *) expect "$file" 0 import --source bank --as table_csv --map statement.json "$file" ;;
    esac
}

for name in ledger statement; do
    about=$([ $name = ledger ] && echo A1 || echo DE02120300000000202051)
    fresh_store
    deliver $name $name.csv
    says "$name: loaded" out '90 = 90 loaded + 0 duplicate + 0 rejected'
    facts "$about" >wanted
    checks=$((checks + 1))
    [ "$(jq length wanted)" -gt 20 ] || fail "$name: the question is answered by nothing"
    # The whole file again, in every dress.
    for file in $name/*; do
        deliver $name "$file"
        says "$file" out 'already imported as revision 1'
    done
    if [ $name = ledger ]; then
        "$bin" import --source bank --as ledger_csv - <ledger.csv >out 2>err || fail 'by a pipe'
        says 'by a pipe' out 'already imported as revision 1'
    fi
    facts "$about" >got
    same "$name: again and again" got wanted
    # Each dress first, then the plain file.
    for file in $name/*; do
        fresh_store
        deliver $name "$file"
        deliver $name $name.csv
        says "$file first" out 'already imported as revision 1'
        facts "$about" >got
        same "$file first" got wanted
    done
    # Halves that overlap, in both orders, alone and after the whole.
    for order in 'first last' 'last first' 'whole first last' 'first last whole'; do
        fresh_store
        for part in $order; do
            deliver $name "$([ "$part" = whole ] && echo $name.csv || echo $name.$part.csv)"
        done
        facts "$about" >got
        same "$name: $order" got wanted
        equal "$name: $order: loaded once" \
            "$("$bin" sources list --json | jq '[.rows[].loaded] | add')" 90
        [ $name = ledger ] || equal "$name: $order: every statement adds up" \
            "$("$bin" ask reconcile --json | jq -r '[.rows[].status] | unique | join(" ")')" \
            reconciled
    done
done
