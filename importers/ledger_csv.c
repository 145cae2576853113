/* importers/ledger_csv.c: one transfer a row, both sides known. Columns: id, time, from, to,
 * amount (major units) or amount_minor, currency; optional seq, amount_in, currency_in, fee,
 * reverses (specification importers). */
#include <inttypes.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column {
    ID,
    TIME,
    SEQ,
    FROM,
    TO,
    AMOUNT,
    AMOUNT_MINOR,
    CURRENCY,
    AMOUNT_IN,
    AMOUNT_IN_MINOR,
    CURRENCY_IN,
    FEE,
    FEE_MINOR,
    REVERSES,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [ID] = {"id", true},
    [TIME] = {"time", true},
    [SEQ] = {"seq", false},
    [FROM] = {"from", true},
    [TO] = {"to", true},
    [AMOUNT] = {"amount", false},
    [AMOUNT_MINOR] = {"amount_minor", false},
    [CURRENCY] = {"currency", true},
    [AMOUNT_IN] = {"amount_in", false},
    [AMOUNT_IN_MINOR] = {"amount_in_minor", false},
    [CURRENCY_IN] = {"currency_in", false},
    [FEE] = {"fee", false},
    [FEE_MINOR] = {"fee_minor", false},
    [REVERSES] = {"reverses", false},
    [COLUMN_COUNT] = {NULL, false},
};

typedef struct ledger {
    size_t at[COLUMN_COUNT];
    bool minor;          /* all amounts are integers in minor units */
    int scale, scale_in; /* of the currencies of the row at hand */
    at_currency_memo out, in;
} ledger;

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    ledger *l = self;
    AT_TRY(at_columns_find(l->at, columns, header, err));
    l->minor = l->at[AMOUNT_MINOR] != 0;
    if (l->at[AMOUNT] == 0 && !l->minor)
        return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN",
                       "the column \"amount\" (or \"amount_minor\") is missing");
    const struct {
        column major, minor;
    } pairs[] = {{AMOUNT, AMOUNT_MINOR}, {AMOUNT_IN, AMOUNT_IN_MINOR}, {FEE, FEE_MINOR}};
    for (size_t i = 0; i < AT_COUNT(pairs); i++) {
        const column wrong = l->minor ? pairs[i].major : pairs[i].minor;
        if (l->at[wrong] != 0)
            return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN",
                           "the columns \"%s\" and \"%s\" do not go together",
                           columns[l->minor ? AMOUNT_MINOR : AMOUNT].name, columns[wrong].name);
    }
    return AT_OK;
}

static at_status read_currency(const char **out, int *scale_out, at_currency_memo *memo,
                               const char *text, const at_row *row, at_error *err) {
    const at_currency *currency = NULL;
    AT_TRY(at_currency_recall(&currency, scale_out, memo, text, row->options->tokens,
                              row->options->token_count, err));
    *out = currency->code;
    return AT_OK;
}

static at_status read_id(const char **out, at_row *row, size_t place, at_error *err) {
    const char *text = at_row_text(row, place);
    if (text != NULL)
        AT_TRY(at_field_id(text, err));
    *out = text;
    return AT_OK;
}

static at_status read_side(at_ref *out, at_row *row, size_t place, const char *name,
                           at_error *err) {
    const char *text = NULL;
    AT_TRY(at_row_need(&text, row, place, name, err));
    return at_field_ref(out, text, AT_ACCOUNT, err);
}

static at_status read_order(at_transfer *t, const ledger *l, at_row *row, at_error *err) {
    const char *time = NULL, *seq = at_row_text(row, l->at[SEQ]);
    t->seq = l->at[SEQ] == 0 ? (int64_t)row->number : 0;
    if (seq != NULL) {
        AT_TRY(at_field_digits(&seq, seq, row->scratch, err));
        if (!at_int_parse(&t->seq, seq))
            return at_fail(err, AT_BAD_INPUT, "E-FIELD-NUMBER", "seq \"%s\" is not an integer",
                           seq);
    }
    AT_TRY(at_row_need(&time, row, l->at[TIME], "time", err));
    AT_TRY(at_field_time(&t->time, time, row->scratch, err));
    row->zone_assumed = t->time.zone_assumed;
    return AT_OK;
}

static at_status read_amount(at_transfer *t, ledger *l, at_row *row, at_error *err) {
    const char *text = NULL;
    AT_TRY(at_row_need(&text, row, l->at[CURRENCY], "currency", err));
    AT_TRY(read_currency(&t->currency, &l->scale, &l->out, text, row, err));
    const column amount = l->minor ? AMOUNT_MINOR : AMOUNT, fee = l->minor ? FEE_MINOR : FEE;
    const int scale = l->minor ? 0 : l->scale;
    AT_TRY(at_row_need(&text, row, l->at[amount], columns[amount].name, err));
    AT_TRY(at_money_parse(&t->amount, text, scale, NULL, NULL, err));
    AT_TRY(at_field_not_negative(t->amount, text, err));
    text = at_row_text(row, l->at[fee]);
    if (text != NULL) {
        AT_TRY(at_money_parse(&t->fee, text, scale, NULL, NULL, err));
        AT_TRY(at_field_not_negative(t->fee, text, err));
    }
    return AT_OK;
}

/* What the other side is credited with, where that differs. */
static at_status read_amount_in(at_transfer *t, ledger *l, at_row *row, at_error *err) {
    const char *text = at_row_text(row, l->at[CURRENCY_IN]);
    if (text != NULL)
        AT_TRY(read_currency(&t->currency_in, &l->scale_in, &l->in, text, row, err));
    text = at_row_text(row, l->at[l->minor ? AMOUNT_IN_MINOR : AMOUNT_IN]);
    if (text == NULL)
        return AT_OK;
    if (l->minor || t->currency_in != NULL)
        AT_TRY(at_money_parse(&t->amount_in, text, l->minor ? 0 : l->scale_in, NULL, NULL, err));
    else
        AT_TRY(at_field_written(&t->amount_in, &t->amount_in_scale, text, NULL, err));
    AT_TRY(at_field_not_negative(t->amount_in, text, err));
    if (t->amount_in == 0 && t->amount != 0)
        return at_fail(err, AT_BAD_INPUT, "E-AMOUNT-ZERO", "an amount leaves and nothing arrives");
    return AT_OK;
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    ledger *l = self;
    at_transfer *t = &at_row_add(row, AT_TRANSFER)->transfer;
    AT_TRY(read_id(&t->id, row, l->at[ID], err));
    AT_TRY(read_side(&t->from, row, l->at[FROM], "from", err));
    AT_TRY(read_side(&t->to, row, l->at[TO], "to", err));
    AT_TRY(read_order(t, l, row, err));
    AT_TRY(read_amount(t, l, row, err));
    AT_TRY(read_amount_in(t, l, row, err));
    AT_TRY(read_id(&t->reverses, row, l->at[REVERSES], err));
    AT_TRY(at_row_check_self(t, l->scale, row, err));
    if (t->amount == 0)
        (void)!at_fail(at_row_warning(row), AT_PARTIAL, "E-AMOUNT-ZERO",
                       "the amount is zero: the transfer is kept and moves nothing");
    return AT_OK;
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    ledger l = {.minor = false};
    const at_row_reader reader = {.self = &l, .header = bind, .row = read_row};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

static int sniff(at_span head) {
    return at_columns_sniff(columns, head);
}

const at_importer importer_ledger_csv = {
    .name = "ledger_csv",
    .summary = "transfers with both accounts: id,time,from,to,amount,currency",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
