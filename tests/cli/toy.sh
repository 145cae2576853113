# Goal: an importer is one file and one line, a query is one file and one line; the build, help,
#       recognition, argument checks and formats take the rest from their descriptors.
# Method: add a toy of each to a copy of the tree, build it and use them. Slow: it builds the house.
. "$(dirname "$0")/lib.sh"
needs cmake ninja jq
mkdir tree
(cd "$root" && tar -cf - --exclude=./build --exclude=./.git .) | tar -xf - -C tree

cat >tree/importers/toy_arrow.c <<'END'
/* importers/toy_arrow.c: one transfer a line, `FROM > TO AMOUNT CURRENCY DATE`. */
#include <string.h>

#include "engine/importer.h"

enum { LINE_BYTES_MAX = 1000, FIELDS = 6 };

static int sniff(at_span head) {
    return memmem(head.data, head.bytes, " > ", 3) ? 90 : 0;
}

static at_status read_line(at_fact *out, char *line, at_error *err) {
    char *fields[FIELDS] = {0};
    size_t count = 0;
    for (char *rest = line; rest && count < FIELDS;)
        fields[count++] = strsep(&rest, " ");
    if (count != FIELDS || strcmp(fields[1], ">") != 0)
        return at_fail(err, AT_BAD_INPUT, "E-CSV-FIELDS", "no arrow between two accounts");
    at_transfer *transfer = &out->transfer;
    const int scale = at_currency_scale(fields[4], NULL, 0);
    if (scale < 0)
        return at_fail(err, AT_BAD_INPUT, "E-CURRENCY-UNKNOWN", "currency \"%s\" is not known",
                       fields[4]);
    transfer->from = (at_ref){.id = fields[0], .kind = AT_ACCOUNT};
    transfer->to = (at_ref){.id = fields[2], .kind = AT_ACCOUNT};
    transfer->currency = fields[4];
    AT_TRY(at_money_parse(&transfer->amount, fields[3], scale, NULL, NULL, err));
    return at_time_parse(&transfer->time, fields[5], err);
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    (void)options;
    at_origin origin = {0};
    for (bool ended = false;;) {
        at_span line;
        size_t bytes = 0;
        char *copy = NULL;
        AT_TRY(at_input_line(&line, &ended, &origin.offset, &bytes, in, LINE_BYTES_MAX, err));
        if (ended)
            return AT_OK;
        origin.bytes = line.bytes;
        origin.line++;
        AT_TRY(AT_NEW(&copy, scratch, line.bytes + 1, err));
        memcpy(copy, line.data, line.bytes);
        at_fact fact = at_fact_new(AT_TRANSFER);
        at_error reason = {0};
        if (read_line(&fact, copy, &reason) == AT_OK)
            AT_TRY(sink->put(sink->self, &origin, &fact, 1, err));
        else
            AT_TRY(sink->reject(sink->self, &origin, &reason, err));
        at_arena_reset(scratch);
    }
}

const at_importer importer_toy_arrow = {
    .name = "toy_arrow",
    .summary = "transfers as FROM > TO AMOUNT CURRENCY DATE",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
END
echo 'IMPORTER(toy_arrow)' >>tree/importers/importers.def
mkdir -p tree/fixtures/importers/toy_arrow/plain
printf 'A > B 12.50 EUR 2024-03-01\nB > C 3.00 EUR 2024-03-02\nX > Y 1.00 EUR 2024-03-03\nnothing\n' \
    >tree/fixtures/importers/toy_arrow/plain/input.txt

cat >tree/queries/toy_company.c <<'END'
/* queries/toy_company.c: how many accounts move money in the network of one account? */
#include "engine/network/group.h"
#include "engine/network/loose.h"
#include "engine/query.h"

static at_status run(at_table *out, const at_question *question, at_error *err) {
    const at_thing of = at_question_get(question, "of")->thing;
    const at_graph_options all = at_graph_all();
    at_graph graph;
    at_groups groups;
    at_fact_list accounts;
    AT_TRY(at_graph_make(&graph, question->facts, question->ledger, &all, question->arena, err));
    AT_TRY(at_groups_find(&groups, &graph, question->arena, err));
    AT_TRY(question->facts->list(question->facts->self, &accounts, AT_ACCOUNT, of, err));
    const uint32_t member = graph.member_of[of];
    if (member == AT_NONE || groups.group_of[member] == AT_NONE)
        return AT_OK;
    const at_group *group = &groups.groups[groups.group_of[member]];
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, out, err));
    at_cell_text(&row->cells[0], graph.members[member].id);
    at_cell_integer(&row->cells[1], group->member_count);
    at_cell_integer(&row->cells[2], (int64_t)accounts.count);
    at_record_id record = 0;
    AT_TRY(at_member_record(&record, &graph, member, false, err));
    AT_TRY(at_row_cite(row, out, record, err));
    return AT_OK;
}

const at_query query_toy_company = {
    .name = "toy_company",
    .summary = "how many things share a network with an account",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the account",
             .required = true,
             .kinds = AT_KIND_BIT(AT_ACCOUNT)},
            {.name = NULL},
        },
    .columns =
        (const at_column[]){
            {"account", AT_COLUMN_ID, "the account"},
            {"members", AT_COLUMN_COUNT, "of its network"},
            {"stated", AT_COLUMN_COUNT, "records that describe it"},
            {0},
        },
    .run = run,
};
END
cat >tree/queries/toy_large.c <<'END'
/* queries/toy_large.c: transfers above an amount, in SQL over the visible views. */
#include "engine/query.h"

const at_query query_toy_large = {
    .name = "toy_large",
    .summary = "transfers above an amount",
    .version = 1,
    .needs = AT_NEEDS_ROWS,
    .args =
        (const at_arg[]){
            {.name = "above",
             .type = AT_ARG_AMOUNT,
             .fallback = "0",
             .summary = "in minor units"},
            {.name = NULL},
        },
    .columns =
        (const at_column[]){
            {"from", AT_COLUMN_ID, "debited account"},
            {"to", AT_COLUMN_ID, "credited account"},
            {"amount", AT_COLUMN_AMOUNT, "in minor units"},
            {"currency", AT_COLUMN_TEXT, "of the amount"},
            {0},
        },
    .sql = "SELECT from_account_id, to_account_id, amount, currency, 0, record FROM transfer"
           " WHERE amount > :above ORDER BY amount DESC, record",
};
END
printf 'QUERY(toy_company)\nQUERY(toy_large)\n' >>tree/queries/queries.def

checks=$((checks + 1))
{
    cmake -S tree -B house -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 &&
        ninja -C house assettrace conformance_importers
} >build.log 2>&1 || {
    tail -n 30 build.log >&2
    fail 'the tree with the toys does not build'
    exit 1
}
bin=$work/house/assettrace
fresh_store
toys=tree/fixtures/importers/toy_arrow/plain/input.txt

expect 'the importer is listed' 0 importers
says 'the importer is listed' out 'toy_arrow	1	yes'
expect 'the importer is explained' 0 help toy_arrow
expect 'the importer recognises its format' 3 import --source toys "$toys" --json
equal 'the importer accounts for each line' \
    "$(jq -c '.receipts[0] | [.importer, .rows, .loaded, .rejected, .reject_lines[0].line]' out)" \
    '["toy_arrow",4,3,1,4]'
expect 'the query is listed' 0 queries
says 'the query is listed' out 'toy_company'
expect 'the query is explained' 0 help toy_company
says 'its argument too' out 'of=ID'
expect 'its arguments are checked' 2 ask toy_company off=A
says 'its arguments are checked' err 'of'
expect 'a needed argument' 2 ask toy_company
expect 'facts and igraph' 0 ask toy_company of=B --json
equal 'facts and igraph' "$(jq -c '.rows[0] | [.account, .members, (.sources | length)]' out)" \
    '["B",3,1]'
expect 'the other network' 0 ask toy_company of=X --json
equal 'the other network' "$(jq -c '[.rows[0].members]' out)" '[2]'
expect 'sql' 0 ask toy_large above=200 --json
equal 'sql' "$(jq -c '[.rows[] | [.from, .to, .amount, .currency]]' out)" \
    '[["A","B","1250","EUR"],["B","C","300","EUR"]]'
printf '{"schema":"assettrace/case/1","id":"t","purpose":"p","legal_basis":"l","subjects":[],"questions":[{"id":"q1","ask":"toy_company","of":"B"},{"id":"q2","ask":"toy_large"}]}' >case.json
expect 'both in a case' 0 run case.json --json
expect 'a key' 0 key new trial --no-passphrase
expect 'sealed' 0 seal case.json --key trial.key --test-key -o dossier
expect 'intact' 7 verify dossier --root trial.pub

# Conformance asks for fixtures by itself, and uses them.
conformance() {
    checks=$((checks + 1))
    code=0
    ASSETTRACE_ROOT=$work/tree ASSETTRACE_BIN=$bin "$@" >conformance.log 2>&1 || code=$?
}
conformance sh tree/tests/conformance/queries.sh
equal 'a query without a fixture' "$([ $code -ne 0 ] && echo refused)" refused
says 'a query without a fixture' conformance.log toy_company
for query in toy_company toy_large; do
    mkdir -p "tree/fixtures/queries/$query/plain"
    printf 'id,time,from,to,amount,currency\nT1,2024-03-01,A,B,12.50,EUR\n' \
        >"tree/fixtures/queries/$query/plain/ledger.csv"
done
echo 'of=A' >tree/fixtures/queries/toy_company/plain/case.txt
echo 'above=100' >tree/fixtures/queries/toy_large/plain/case.txt
conformance env BLESS=1 sh tree/tests/conformance/queries.sh
says 'what the query said' tree/fixtures/queries/toy_large/plain/expected.tsv 'A	B	1250	EUR'
conformance sh tree/tests/conformance/queries.sh
equal 'the queries and their fixtures agree' "$code" 0
conformance house/tests/conformance_importers
equal 'an importer without what is expected' "$([ $code -ne 0 ] && echo refused)" refused
conformance env ASSETTRACE_UPDATE=1 house/tests/conformance_importers
conformance house/tests/conformance_importers
equal 'the importer and its fixture agree' "$code" 0
[ "$code" -eq 0 ] || tail -n 20 conformance.log >&2

# A line without its file is refused when the build is configured, and so is a file without its line.
echo 'IMPORTER(nowhere)' >>tree/importers/importers.def
checks=$((checks + 1))
cmake -S tree -B house >build.log 2>&1 && fail 'a line without its file is taken'
says 'a line without its file' build.log 'nowhere'
