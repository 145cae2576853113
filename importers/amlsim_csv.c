/* importers/amlsim_csv.c: accounts and transfers of the AMLSim simulator, in the three shapes
 * its files have had: the published samples (nodes.csv, transactions.csv), the converted
 * output with lower-case columns and full times, and the one with upper-case columns and CRLF.
 * The files name no currency, and where a time is a number it counts days from a day zero they
 * do not name: the user states both. */
#include <inttypes.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

/* What a column means to us. */
typedef enum role {
    IGNORED,
    ACCOUNT,
    HOLDER,
    OPENING,
    CURRENCY,
    COUNTRY,
    ID,
    FROM,
    TO,
    TYPE,
    AMOUNT,
    STEP, /* days since the epoch */
    TIME,
    FLAG, /* true or false, said of a transfer or an account: a label when true */
    FLAG_2,
    NUMBER, /* of an alert or a step: a label unless -1 */
    ROLE_COUNT
} role;

typedef struct known_column {
    const char *name;
    role role;
} known_column;

/* One shape of one file; the first required_count columns must be there. */
typedef struct file_shape {
    bool transfers;
    size_t required_count;
    known_column columns[24];
} file_shape;

static const file_shape shapes[] = {
    {true, 4, {{"sourceNodeId", FROM}, {"targetNodeId", TO}, {"value", AMOUNT}, {"time", STEP}}},
    {false,
     3,
     {{"nodeid", ACCOUNT}, {"isFraud", FLAG}, {"init_balance", OPENING}, {"fraudStep", NUMBER}}},
    {true,
     5,
     {{"tran_id", ID},
      {"orig_acct", FROM},
      {"bene_acct", TO},
      {"base_amt", AMOUNT},
      {"tran_timestamp", TIME},
      {"tx_type", TYPE},
      {"is_fraud", FLAG},
      {"is_sar", FLAG_2},
      {"alert_id", NUMBER},
      {"is_frgn_trxn", IGNORED}}},
    {false,
     2,
     {{"acct_id", ACCOUNT},
      {"initial_deposit", OPENING},
      {"acct_rptng_crncy", CURRENCY},
      {"country", COUNTRY},
      {"prior_sar_count", FLAG},
      {"dsply_nm", IGNORED},
      {"type", IGNORED},
      {"acct_stat", IGNORED},
      {"branch_id", IGNORED},
      {"open_dt", IGNORED},
      {"close_dt", IGNORED},
      {"tx_behavior_id", IGNORED},
      {"bank_id", IGNORED},
      {"first_name", IGNORED},
      {"last_name", IGNORED},
      {"street_addr", IGNORED},
      {"city", IGNORED},
      {"state", IGNORED},
      {"zip", IGNORED},
      {"gender", IGNORED},
      {"birth_date", IGNORED},
      {"ssn", IGNORED},
      {"lon", IGNORED},
      {"lat", IGNORED}}},
    {true,
     5,
     {{"TX_ID", ID},
      {"SENDER_ACCOUNT_ID", FROM},
      {"RECEIVER_ACCOUNT_ID", TO},
      {"TX_AMOUNT", AMOUNT},
      {"TIMESTAMP", STEP},
      {"TX_TYPE", TYPE},
      {"IS_FRAUD", FLAG},
      {"IS_SAR", FLAG_2},
      {"ALERT_ID", NUMBER}}},
    {false,
     2,
     {{"ACCOUNT_ID", ACCOUNT},
      {"INIT_BALANCE", OPENING},
      {"CUSTOMER_ID", HOLDER},
      {"COUNTRY", COUNTRY},
      {"IS_FRAUD", FLAG},
      {"IS_SAR", FLAG_2},
      {"ACCOUNT_TYPE", IGNORED},
      {"TX_BEHAVIOR_ID", IGNORED}}},
};

enum { SHAPE_COLUMNS_MAX = AT_COUNT(shapes[0].columns) };

typedef struct amlsim {
    const file_shape *shape;
    size_t at[ROLE_COUNT];
    const char *label_names[3];
    const char *currency;
    int scale;
    int32_t epoch; /* day 0; AT_DAY_NONE: not stated */
} amlsim;

static void list_columns(at_row_column out[SHAPE_COLUMNS_MAX + 1], const file_shape *shape) {
    size_t count = 0;
    for (; count < SHAPE_COLUMNS_MAX && shape->columns[count].name != NULL; count++)
        out[count] = (at_row_column){shape->columns[count].name, count < shape->required_count};
    out[count] = (at_row_column){NULL, false};
}

static at_status bind_shape(amlsim *a, const file_shape *shape, const at_csv_record *header,
                            at_error *err) {
    at_row_column columns[SHAPE_COLUMNS_MAX + 1];
    size_t places[SHAPE_COLUMNS_MAX];
    list_columns(columns, shape);
    AT_TRY(at_columns_find(places, columns, header, err));
    a->shape = shape;
    for (size_t i = 0; columns[i].name != NULL; i++) {
        const role means = shape->columns[i].role;
        a->at[means] = places[i];
        if (means >= FLAG)
            a->label_names[means - FLAG] = columns[i].name;
    }
    return AT_OK;
}

/* The shape is that of the first column we know; the rest of the header must then follow it. */
static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    amlsim *a = self;
    for (size_t i = 0; i < AT_COUNT(shapes); i++)
        for (size_t field = 0; field < header->field_count; field++)
            if (strcmp(header->fields[field].data, shapes[i].columns[0].name) == 0) {
                AT_TRY(bind_shape(a, &shapes[i], header, err));
                if (a->at[STEP] != 0 && a->epoch == AT_DAY_NONE)
                    return at_fail(err, AT_BAD_INPUT, "E-IMPORT-OPTION",
                                   "these times are days since a day zero that the file does not "
                                   "name: state it, epoch=2020-01-01");
                return AT_OK;
            }
    const at_status status = at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN",
                                     "this is no header of AMLSim: \"%s\" begins none of its files",
                                     header->fields[0].data);
    at_hint(err, "known are sourceNodeId, nodeid, tran_id, acct_id, TX_ID, ACCOUNT_ID");
    return status;
}

/* A label is what the source says beyond "no". */
static void add_labels(const amlsim *a, at_row *row, const char *account, const char *transfer) {
    static const char *const no[] = {"0", "false", "False", "FALSE", NULL};
    for (size_t i = 0; i < AT_COUNT(a->label_names); i++) {
        const char *text = at_row_text(row, a->at[FLAG + i]);
        if (text == NULL ||
            (FLAG + i == NUMBER ? strcmp(text, "-1") == 0 : at_word_find(no, text) >= 0))
            continue;
        at_label *label = &at_row_add(row, AT_LABEL)->label;
        if (account != NULL)
            label->of = (at_ref){.id = account, .kind = AT_ACCOUNT};
        label->transfer = transfer;
        label->name = a->label_names[i];
        label->text = text;
    }
}

static at_status read_account(amlsim *a, at_row *row, at_error *err) {
    const char *text = NULL;
    at_account *account = &at_row_add(row, AT_ACCOUNT)->account;
    AT_TRY(at_row_need(&text, row, a->at[ACCOUNT], "account", err));
    AT_TRY(at_field_ref(&account->self, text, AT_ACCOUNT, err));
    text = at_row_text(row, a->at[CURRENCY]);
    if (text != NULL && strcmp(text, a->currency) != 0)
        return at_fail(err, AT_BAD_INPUT, "E-CURRENCY-MIXED",
                       "the account is in \"%s\", the transfers were stated to be in \"%s\"", text,
                       a->currency);
    account->currency = a->currency;
    text = at_row_text(row, a->at[OPENING]);
    if (text != NULL)
        AT_TRY(at_money_parse(&account->opening, text, a->scale, NULL, NULL, err));
    text = at_row_text(row, a->at[HOLDER]);
    if (text != NULL)
        AT_TRY(at_field_ref(&account->holder, text, AT_PARTY, err));
    AT_TRY(
        at_field_country(&account->country, at_row_text(row, a->at[COUNTRY]), row->scratch, err));
    add_labels(a, row, account->self.id, NULL);
    return AT_OK;
}

static at_status read_step(at_time *out, int32_t epoch, const char *text, at_error *err) {
    int64_t step = 0, day = 0;
    if (!at_int_parse(&step, text))
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-NUMBER", "\"%s\" is no number of days", text);
    if (__builtin_add_overflow(step, epoch, &day) || day < at_day_from_date(1, 1, 1) ||
        day > at_day_from_date(9999, 12, 31))
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "day %s is outside the years 0001 to 9999", text);
    *out = (at_time){.us = day * AT_US_PER_DAY, .precision = AT_DAY};
    return AT_OK;
}

/* The simulator's own log has steps where its converted files have times. */
static at_status read_time(at_time *out, const amlsim *a, const char *text, at_error *err) {
    int64_t step = 0;
    if (a->at[STEP] == 0 && !at_int_parse(&step, text))
        return at_time_parse(out, text, err);
    if (a->epoch == AT_DAY_NONE)
        return at_fail(err, AT_BAD_INPUT, "E-IMPORT-OPTION",
                       "\"%s\" is a number of days since a day zero that the file does not name: "
                       "state it, epoch=2020-01-01",
                       text);
    return read_step(out, a->epoch, text, err);
}

static at_transfer_type read_type(const char *text) {
    if (text == NULL || at_text_starts(text, "TRANSFER"))
        return AT_TRANSFER_PLAIN;
    if (strcmp(text, "CASH-IN") == 0 || strcmp(text, "CASH_IN") == 0)
        return AT_CASH_IN;
    if (strcmp(text, "CASH-OUT") == 0 || strcmp(text, "CASH_OUT") == 0)
        return AT_CASH_OUT;
    return AT_TRANSFER_OTHER;
}

static at_status read_transfer(amlsim *a, at_row *row, at_error *err) {
    const char *text = NULL;
    at_transfer *t = &at_row_add(row, AT_TRANSFER)->transfer;
    if (a->at[ID] != 0) {
        AT_TRY(at_row_need(&t->id, row, a->at[ID], "id", err)); /* labels refer to it */
        AT_TRY(at_field_id(t->id, err));
    }
    AT_TRY(at_row_need(&text, row, a->at[FROM], "from", err));
    AT_TRY(at_field_ref(&t->from, text, AT_ACCOUNT, err));
    AT_TRY(at_row_need(&text, row, a->at[TO], "to", err));
    AT_TRY(at_field_ref(&t->to, text, AT_ACCOUNT, err));
    AT_TRY(at_row_need(&text, row, a->at[AMOUNT], "amount", err));
    AT_TRY(at_money_parse(&t->amount, text, a->scale, NULL, NULL, err));
    AT_TRY(at_field_not_negative(t->amount, text, err));
    AT_TRY(at_row_need(&text, row, a->at[STEP] != 0 ? a->at[STEP] : a->at[TIME], "time", err));
    AT_TRY(read_time(&t->time, a, text, err));
    row->zone_assumed = t->time.zone_assumed;
    t->currency = a->currency;
    t->seq = (int64_t)row->number;
    t->type = read_type(at_row_text(row, a->at[TYPE]));
    if (t->amount == 0)
        (void)!at_fail(at_row_warning(row), AT_PARTIAL, "E-AMOUNT-ZERO",
                       "the amount is zero: the transfer is kept and moves nothing");
    add_labels(a, row, NULL, t->id);
    return AT_OK;
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    amlsim *a = self;
    return a->shape->transfers ? read_transfer(a, row, err) : read_account(a, row, err);
}

static at_status read_options(amlsim *a, const at_import_options *options, at_error *err) {
    const char *currency = at_import_option(options, "currency");
    const char *epoch = at_import_option(options, "epoch");
    at_currency known;
    if (currency == NULL)
        return at_fail(err, AT_USAGE, "E-IMPORT-OPTION",
                       "AMLSim files name no currency: state it, currency=USD");
    AT_TRY(at_currency_parse(&known, currency, options->tokens, options->token_count, err));
    *a = (amlsim){.currency = currency, .epoch = AT_DAY_NONE};
    a->scale = at_currency_scale(currency, options->tokens, options->token_count);
    return epoch != NULL ? at_day_parse(&a->epoch, epoch, err) : AT_OK;
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    amlsim a;
    AT_TRY(read_options(&a, options, err));
    const at_row_reader reader = {.self = &a, .header = bind, .row = read_row};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

static int sniff(at_span head) {
    int sure = 0;
    for (size_t i = 0; i < AT_COUNT(shapes) && sure == 0; i++) {
        at_row_column columns[SHAPE_COLUMNS_MAX + 1];
        list_columns(columns, &shapes[i]);
        sure = at_columns_sniff(columns, head);
    }
    return sure;
}

const at_importer importer_amlsim_csv = {
    .name = "amlsim_csv",
    .summary = "accounts and transfers made by the AMLSim simulator",
    .version = 2,
    .options =
        (const at_importer_option[]){
            {"currency", true, "the currency of all amounts, such as USD"},
            {"epoch", false, "the date of day 0 where times are counted in days: 2020-01-01"},
            {NULL, false, NULL},
        },
    .sniff = sniff,
    .read = read_file,
};
