# Goal: a thing is found by its identifiers in any spelling, and shown with all that is known of it;
#       a record is shown as bytes where bytes are asked for, else with its place and as text.
# Method: small registers and two statements, one of them in windows-1251, one in UTF-16.
. "$(dirname "$0")/lib.sh"
fresh_store

cat >identifiers.csv <<'END'
kind,of,type,text,country,issuer,since,until
party,P1,phone,0912 345 67 89,IR,,,
party,P1,iban,AZ41 ZZZR 0417 4967 4269 7689 2203,AZ,,,
party,P1,passport,U۱۲۳۴۵۶۷,IR,,,
party,P2,vin,WVWZZZ1JZXW000001,,,,
END
cat >people.csv <<'END'
id,address,type,name
P1,"Neftçilər pr. 12, Bakı",person,علي كريمي
P2,,person,Olga Nikitina
END
cat >people.json <<'END'
{"schema": "assettrace/mapping/1", "records": [{"kind": "party",
 "fields": {"id": "id", "type": "type", "name": "name", "address": "address"}}]}
END
cat >accounts.csv <<'END'
id,kind,opening,currency,holder,holder_id,country,institution
ACC-0001,account,,EUR,,P1,AZ,Bank One
END
cat >links.csv <<'END'
a_kind,a,kind,b_kind,b,since,until,strength
party,P2,associate,party,P1,2020-01-01,,stated
END
cat >ledger.csv <<'END'
id,time,from,to,amount,currency
t1,2024-01-01,ACC-0001,OTHER,10.00,EUR
t2,2024-01-05,ACC-0001,OTHER,15.00,EUR
t3,2024-01-09,OTHER,ACC-0001,1.00,EUR
END
expect 'identifiers' 0 import --source reg identifiers.csv accounts.csv links.csv ledger.csv
expect 'people' 0 import --source reg --as table_csv --map people.json people.csv

# finds STORY TEXT ID: the text is found and leads to this thing, and to no other.
finds() {
    expect "$1" 0 find "$2" --tsv
    equal "$1" "$(tail -n +2 out | cut -f1 | sort -u | tr '\n' ' ')" "$3 "
}
finds 'a phone as written' '0912 345 67 89' P1
finds 'a phone in its international form' '+98-912-345-6789' P1
finds 'a phone with 00 and Persian digits' '۰۰۹۸۹۱۲۳۴۵۶۷۸۹' P1
finds 'a part of a phone, divided otherwise' '9123 456' P1
finds 'an IBAN without blanks' 'az41zzzr04174967426976892203' P1
finds 'an IBAN in other groups' 'AZ 41ZZZR-0417-4967' P1
finds 'a passport in other digits' 'u 123-4567' P1
finds 'a vehicle number with dashes' 'WVW-ZZZ-1JZ-XW-000001' P2
finds 'an account without its dash' 'acc0001' ACC-0001
finds 'a name in Persian letters' 'علی کریمی' P1
finds 'an address' 'neftçilər pr 12 bakı' P1
expect 'letters are not run together' 1 find 'olgan ikitina'
expect 'another number' 1 find '0912 345 67 80'

expect 'a person' 0 show P1 --tsv
says 'its name' out 'party	name	علي كريمي'
says 'its id' out 'id	reg	P1'
equal 'every row leads to a record' "$(tail -n +2 out | cut -f5 | grep -c -v ':')" 0
says 'an account it holds, by id' out 'account	id	ACC-0001 (Bank One)'
says 'a tie' out 'link	kind	associate'
says 'transfers out' out \
    'transfers	to OTHER	2 of ACC-0001, 2500 minor units of EUR, 2024-01-01T00:00:00Z to 2024-01-05'
says 'transfers in' out 'transfers	from OTHER	1 of ACC-0001, 100 minor units of EUR'
says 'a source' out 'source	reg	ledger.csv, cited records: 3'
says 'another' out 'source	reg	people.csv, cited records: 1'
equal 'sources are listed once' "$(grep -c '^source	' out)" 5

# A record: bytes, or bytes explained.
address=$(grep '^transfers	from' out | cut -f5)
expect 'piped' 0 show "$address"
printf 't3,2024-01-09,OTHER,ACC-0001,1.00,EUR' >wanted
same 'nothing but its bytes' out wanted
says 'its place beside them' err 'note: RECORD: ledger.csv, line 4 (reg), utf-8'
expect 'with a format' 0 show "$address" --tsv
says 'its file' out 'record	source	ledger.csv'
says 'its line' out 'record	line	4'
says 'its text' out 'record	text	t3,2024-01-09,OTHER,ACC-0001,1.00,EUR'
says 'what was read from it' out 'transfer	amount	100 minor units of EUR'
expect 'a part of a record' 0 show "${address%+*}+2" --tsv
says 'no record' err 'note: NO_RECORD'
says 'its text still' out 'record	text	t3'
expect 'beyond the end' 4 show "${address%+*}+9999"

# Other encodings, as the mapping or a mark at the start of the file says.
# first_of THING: the address of the first record that states a transfer of it.
first_of() {
    run show "$1" --tsv
    grep '^transfers	' out | head -n 1 | cut -f5 | cut -d ' ' -f1
}
folder=$root/fixtures/importers/table_csv/decimal_comma_1251
expect 'a statement in windows-1251' 3 import --as table_csv --source ru --map "$folder/map.json" \
    "$folder/input.csv"
cyrillic=$(first_of 40817-1)
expect 'its record' 0 show "$cyrillic" --tsv
says 'by the mapping' out 'record	encoding	windows-1251'
says 'letters' out 'зарплата'
expect 'its bytes' 0 show "$cyrillic"
says 'how they read' err 'windows-1251'
checks=$((checks + 1))
grep -q 'зарплата' out && fail 'bytes were decoded where bytes were asked for'
folder=$root/fixtures/importers/table_csv/utf16_dust
run import --as table_csv --source wide --map "$folder/map.json" "$folder/input.csv"
wide=$(run sources --tsv && grep input.csv out | tail -n 1 | cut -f 1)
expect 'a source in UTF-16' 0 sources show "$wide" --json
content=$(grep -o '"content":"[0-9a-f]*"' out | cut -d '"' -f 4)
expect 'its head line' 0 show "$content:2+10" --tsv
says 'by its mark' out 'record	encoding	utf-16le'
says 'as text' out 'record	text	Datum'
