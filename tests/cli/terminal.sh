# Goal: on a terminal nothing is broken or turned, at 80 and at 140 columns, in English and Persian.
# Method: one session in a terminal of its own, compared with what was looked at and kept in
# golden/; then rules that hold at every width. BLESS=1 keeps a new session: look at it first.
. "$(dirname "$0")/lib.sh"
needs script stty

printf 'id,type,name\nP1,person,"\331\205\330\261\333\214\331\205 \332\251\330\261\333\214\331\205\333\214"\nP2,person,"Tab\there \342\200\256turned 2024-05-01"\nP3,company,"\320\236\320\236\320\236 \302\253\320\235\320\265\321\204\321\202\321\214 \320\270 \320\263\320\260\320\267\302\273, \320\277\321\200\320\265\320\264\321\201\321\202\320\260\320\262\320\270\321\202\320\265\320\273\321\214\321\201\321\202\320\262\320\276 \320\262 \320\221\320\260\320\272\321\203"\nP4,company,"\330\264\330\261\332\251\330\252 (\330\263\331\207\330\247\331\205\333\214) 12 \331\206\331\201\330\252 2024-05-01 AZ-C-185650"\nP5,person,"N\311\231rgiz V\311\231ziri"\n' >parties.csv
(
    "$bin" init harbour.at
    "$bin" -s harbour.at import "$root/fixtures/worlds/harbour"
    "$bin" init mixed.at
    "$bin" -s mixed.at import --source register --as parties_csv parties.csv
) >receipts 2>&1

cat >session.sh <<'END'
say() {
    printf '$ assettrace %s\n' "$*"
    "$bin" "$@"
    code=$?
    printf '(%s)\n\n' "$code"
}
stty cols "$columns"
export ASSETTRACE_PROGRESS=no # a slow machine must not change the session
export ASSETTRACE_STORE=mixed.at
for id in P1 P2 P3 P4; do say show $id; done
export ASSETTRACE_STORE=harbour.at
say find کریمی
say find nobody-has-this-name
say ask owners_of of=AZ-SHIP-759940
say ask assets_of of=AZ-P-193182 --fields thing,value,currency,title,via,grade
say ask networks active_in=IR,AZ hub_degree=49 --fields network,members,first,last,money_amount,currency
say ask timeline of=AZ-SHIP-759940
say ask trace_transfers source=SALE-01=transfer:A-79727549 method=fifo --limit 3 2>/dev/null
say sources list --fields source,name,importer,state,loaded
say help show
say ask owners_off of=x
say ask owners_of of=NOBODY
END
export bin
for language in en fa; do
    for columns in 80 140; do
        export columns ASSETTRACE_LANG="$language"
        script -qefc "sh session.sh" /dev/null </dev/null >raw 2>&1 || :
        tr -d '\r' <raw >"$language-$columns.txt"
        kept=$root/tests/cli/golden/$language-$columns.txt
        [ "${BLESS:-}" != 1 ] || cp "$language-$columns.txt" "$kept"
        same "the session in $language at $columns columns" "$language-$columns.txt" "$kept"
    done
done

# At every width: no line is longer than the terminal is wide.
for columns in 56 80 99 140; do
    export columns ASSETTRACE_LANG=fa
    script -qefc "sh session.sh" /dev/null </dev/null 2>&1 | tr -d '\r' | grep -v '^\$ ' >lines || :
    widest=$(LC_ALL=C.UTF-8 wc -L <lines)
    equal "nothing is wider than $columns columns" \
        "$([ "$widest" -le "$columns" ] && [ "$widest" -gt 50 ] && echo yes || echo "$widest")" yes
done

# The limits of a method are read once in a run, and stand in each answer's JSON.
"$bin" -s harbour.at run "$root/fixtures/worlds/harbour/case.json" --json >out 2>err
equal 'JSON has the limits of each answer' "$(grep -o 'prorata is the rolling' out | wc -l | tr -d ' ')" 3
"$bin" -s harbour.at run "$root/fixtures/worlds/harbour/case.json" >out 2>err
equal 'limits are said once' "$(grep -c 'prorata is the rolling' err)" 1
says 'then referred to' err 'LIMITS: path: as said of money'

# A job over a second shows that it lives, on a terminal only, and the line is gone at the end.
cat >slow.sh <<'END'
(sleep 2; cat parties.csv) | "$bin" -s mixed.at import --dry-run --as parties_csv -
END
script -qefc "sh slow.sh" /dev/null </dev/null >slow 2>&1 || :
says 'a clock' slow "$(printf '\r\033[K1 s')"
says 'it is erased' slow "$(printf '\r\033[K')"
sh slow.sh >out 2>err
checks=$((checks + 1))
if grep -q "$(printf '\r')" err; then
    fail 'progress in a pipe'
fi
