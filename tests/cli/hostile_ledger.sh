# Goal: a ledger made to break sums gives a refusal that says so, never a wrapped or silent figure.
# Method: small files with amounts near 2^63, with negative ones, with payments to oneself and with
#         ids nobody knows; the exit code, the error's code and, where there is an answer, its sums.
. "$(dirname "$0")/lib.sh"
most=9223372036854775807
past=9223372036854775808
source=source=L=transfer:a
head=id,time,from,to,amount_minor,currency

# ledger STORY ROW...: a fresh store with these rows and three accounts.
ledger() {
    story=$1
    shift
    fresh_store
    printf 'id,kind,opening_minor,currency\nOUT,external,,EUR\nX,account,0,EUR\nY,account,0,EUR\n' \
        >accounts.csv
    {
        echo "$head"
        printf '%s\n' "$@"
    } >ledger.csv
    expect "$story: accounts" 0 import accounts.csv
}

# import_apart: each row as a file of its own; one file's sums are refused by import already.
import_apart() {
    rows=$(tail -n +2 ledger.csv)
    for row in $rows; do
        printf '%s\n%s\n' "$head" "$row" >"row-${row%%,*}.csv"
        expect "$story: row $row" 0 import "row-${row%%,*}.csv"
    done
}

# refuses CODE METHOD...: every method, with and without bounds, ends in this error.
refuses() {
    code=$1
    shift
    for method in "$@"; do
        expect "$story: $method" 20 ask trace "$source" "method=$method" fund=X targets=X
        says "$story: $method" err "$code"
        equal "$story: $method answers nothing" "$(wc -c <out)" 0
    done
}

every='fifo lifo prorata paripassu libr oatway poison claimant_best'

ledger 'the greatest amount passes through' "a,1,OUT,X,$most,EUR" "b,2,X,Y,$most,EUR"
expect "$story" 0 import ledger.csv
for method in fifo lifo prorata libr oatway poison; do
    expect "$story: $method" 0 ask trace "$source" "method=$method" to=Y
    equal "$story: $method" "$(awk -F '\t' '$2 == "L" { print $5 }' out)" "$most"
done
expect "$story: bounds" 0 ask trace "$source" method=libr to=Y
equal "$story: bounds" "$(awk -F '\t' '$2 == "L" { print $6 " " $7 }' out)" "$most $most"

ledger 'a balance of 2^63' "a,1,OUT,X,$most,EUR" b,2,OUT,X,1,EUR
expect "$story: one file" 20 import ledger.csv
says "$story: one file" err E-AMOUNT-RANGE
import_apart
# shellcheck disable=SC2086
refuses E-AMOUNT-RANGE $every

ledger 'an external that took in 2^63' "a,1,OUT,X,$most,EUR" "b,2,X,OUT,$most,EUR" \
    c,3,OUT,X,1,EUR d,4,X,OUT,1,EUR
expect "$story: one file" 20 import ledger.csv
says "$story: one file" err E-AMOUNT-RANGE
import_apart
# Under poison each label counts what was credited, which is as much.
# shellcheck disable=SC2086
refuses E-AMOUNT-RANGE $every

ledger 'an opening of 2^63 that would have to be imputed' "a,1,Z,X,$most,EUR" \
    "b,2,X,OUT,$most,EUR" c,3,Z,Y,2,EUR
expect "$story: one file" 20 import ledger.csv
says "$story: one file" err E-AMOUNT-RANGE
import_apart
# shellcheck disable=SC2086
refuses E-AMOUNT-RANGE $every

ledger 'an amount of 2^63' "a,1,OUT,X,$past,EUR" b,2,OUT,X,5,EUR
expect "$story: the row is refused, the others stand" 3 import ledger.csv
says "$story" out E-AMOUNT-RANGE

ledger 'a negative amount' a,1,OUT,X,-5,EUR b,2,OUT,X,5,EUR
expect "$story: the row is refused" 3 import ledger.csv
says "$story" out E-AMOUNT-NEGATIVE

ledger 'payments to oneself and of nothing' a,1,X,X,5,EUR b,2,OUT,X,5,EUR c,3,X,Y,0,EUR
expect "$story" 0 import ledger.csv
expect "$story: nothing is traced" 0 ask trace_notes "$source" source=M=transfer:c \
    source=N=transfer:nobody method=fifo
equal "$story: what is missing is said" \
    "$(awk -F '\t' 'NR > 1 { print $2, $4 }' out | sort | tr '\n' ';')" \
    'SELF_TRANSFER a;SOURCE_MISSING a;SOURCE_MISSING c;SOURCE_MISSING nobody;'
expect "$story: no amount" 0 ask trace "$source" method=fifo
equal "$story: no amount" "$(awk -F '\t' '$2 == "L"' out)" ''

expect 'an account nobody knows' 4 ask trace source=L=account:Q@1 method=fifo
says 'an account nobody knows' err E-ID-UNKNOWN
expect 'a source past 2^63' 20 ask trace "source=L=transfer:b,$past" method=fifo
says 'a source past 2^63' err E-AMOUNT-RANGE
expect 'a negative source' 4 ask trace source=L=account:X@1,-5 method=fifo
