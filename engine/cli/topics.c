/* topics.c: what is no command, query or format, and still wants explaining. */
#include "engine/cli/help.h"

const at_topic at_topics[] = {
    {"addresses", "how a row names the records it rests on",
     "Every row of an answer cites records. A record's address is the SHA-256 of the content of "
     "its source (after removing gzip or zstd, before decoding characters), ':', the offset of its "
     "first byte, '+', its length. On a terminal a record is shown as namespace/file:line; with "
     "--verbose, and in every machine format, as its address. `assettrace show ADDRESS` prints the "
     "record's exact bytes."},
    {"amounts", "units of money and of shares",
     "Amounts are whole numbers of the minor units of their currency: 1250 EUR is 12.50 euro, as "
     "ISO 4217 counts decimals. A token such as USDT has the decimals that --scale or the mapping "
     "states. Nothing is rounded and no exchange rate is ever applied: what is added up is added "
     "up by currency. Stated shares are exact fractions; computed ones have 12 decimals."},
    {"cases", "how a case file is written",
     "A case is a JSON file that names its subjects and asks closed questions about them, in "
     "order. Every argument of a query is a key of its question; an earlier question is "
     "referred to as id.column. Purpose and legal basis are needed. \"expect\" says how many "
     "a subject must find, so that nobody traces the wrong person. `run CASE.json` answers "
     "it, `run FOLDER` all cases of a folder, `seal` answers and seals; `schema case` is the "
     "whole grammar.\n"
     "\n"
     "  {\"schema\": \"assettrace/case/1\", \"id\": \"2026-014\",\n"
     "   \"purpose\": \"asset-freeze\", \"legal_basis\": \"order 12 of ...\",\n"
     "   \"subjects\": [{\"ref\": \"s1\", \"find\": {\"name\": \"...\"}, \"expect\": 1}],\n"
     "   \"questions\": [\n"
     "     {\"id\": \"owner\", \"ask\": \"owners_of\", \"of\": \"s1\"},\n"
     "     {\"id\": \"assets\", \"ask\": \"assets_of\", \"of\": \"owner.owner\"}]}\n"},
    {"environment", "variables that the program reads",
     "ASSETTRACE_STORE is the store when -s is not given. ASSETTRACE_LANG is the language when "
     "--lang is not given. ASSETTRACE_ACTOR is the name that the custody log writes down, else the "
     "user's. COLUMNS is the width of tables, else the terminal's. ASSETTRACE_PROGRESS=no shows no "
     "progress. NO_COLOR is honoured: there is "
     "no colour. Locale and time zone change no result. No passphrase is read from the "
     "environment."},
    {"exit-codes", "what the number that a command ends with means", NULL},
    {"formats", "tables, TSV, CSV, JSON and NDJSON",
     "A terminal gets a table; anything else tab-separated values: a head line, then a row a line, "
     "with tab, line end, carriage return, backslash and control characters written as \\t \\n \\r "
     "\\\\ \\xHH. --csv is RFC 4180. --json is one canonical document (RFC 8785) with its schema, "
     "revision, columns, rows and notes; --ndjson is its rows, one a line. --fields chooses among "
     "the columns, grade, sources and support (the number of records behind a row), in the order "
     "given. All formats carry the same values; only a table is translated, wrapped and added up. "
     "-o writes to a file that appears whole or not at all."},
    {"grades", "how a row is known",
     "observed: a record states it. corroborated: records of two sources state it, such as both "
     "banks' statements of one payment. accepted: a person judged so. inferred: a rule of the "
     "query concluded it; the notes name the rule. A row is known no better than the worst of what "
     "it rests on."},
    {"mappings", "how a bank's own file is read",
     "A mapping is a JSON file that says which column of a delimited file feeds which field: the "
     "delimiter, encoding, decimal mark, how dates are written and in which calendar, and whose "
     "account it is where no column says. `map guess FILE` proposes one and says how sure it is of "
     "each part; it never imports. `map check MAP.json FILE` reads the file through it and says "
     "which rows would be rejected and which balances do not follow; `import --map MAP.json FILE` "
     "imports. `schema mapping` is the whole grammar.\n"
     "\n"
     "  assettrace map guess statement.csv -o statement.map.json\n"
     "  assettrace map check statement.map.json statement.csv\n"
     "  assettrace import --source bank-a --map statement.map.json statement.csv\n"},
    {"revisions", "asking a store as it was",
     "Every import and every withdrawal makes one revision. Facts are never changed or deleted: "
     "`--at N` asks the store as it was at revision N, and the same question at the same revision "
     "gives the same bytes for ever."},
    {"times", "days, moments and calendars",
     "Times are UTC, written as RFC 3339: 2024-05-01 is a day, 2024-05-01T10:20:00Z a moment. An "
     "answer prints as much of a time as its record stated. Where an argument takes a time, a day "
     "means its first moment as a beginning and its last as an end. Solar Hijri and Islamic dates "
     "of sources are converted on import and stay in the record as written."},
    {0},
};
