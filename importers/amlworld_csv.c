/* importers/amlworld_csv.c: transfers of the AMLworld simulator (IBM), eleven columns of which two
 * are called "Account". Layout: specification importers; data described by Altman et al. 2023.
 *
 * An account is "BANK-ACCOUNT" with the bank's leading zeros: numbers are unique within a bank. The
 * file has no ids; a transfer is called by the number of its row, so that the label "Is Laundering"
 * can be about it. Every amount has decimals whatever its currency: what is below the minor unit
 * is dropped and its sum said. */
#include <inttypes.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

enum column {
    TIMESTAMP = 1,
    FROM_BANK,
    FROM,
    TO_BANK,
    TO,
    RECEIVED,
    RECEIVED_CURRENCY,
    PAID,
    PAID_CURRENCY,
    FORMAT,
    LAUNDERING,
    COLUMN_COUNT = LAUNDERING
};

static const char *const columns[COLUMN_COUNT] = {
    "Timestamp",       "From Bank",          "Account",     "To Bank",          "Account",
    "Amount Received", "Receiving Currency", "Amount Paid", "Payment Currency", "Payment Format",
    "Is Laundering"};

/* The simulator's words. Bitcoin has no code in ISO 4217: BTC has 8 decimals unless the user says
 * otherwise (--scale BTC=6). */
static const struct {
    const char *word, *code;
} currencies[] = {
    {"US Dollar", "USD"},
    {"Euro", "EUR"},
    {"Yuan", "CNY"},
    {"Yen", "JPY"},
    {"UK Pound", "GBP"},
    {"Ruble", "RUB"},
    {"Rupee", "INR"},
    {"Bitcoin", "BTC"},
    {"Swiss Franc", "CHF"},
    {"Australian Dollar", "AUD"},
    {"Canadian Dollar", "CAD"},
    {"Mexican Peso", "MXN"},
    {"Brazil Real", "BRL"},
    {"Saudi Riyal", "SAR"},
    {"Shekel", "ILS"},
};

enum { CURRENCY_COUNT = AT_COUNT(currencies) };

static const at_token tokens[] = {{.currency = {"BTC"}, .scale = 8}, {.scale = -1}};

/* What was dropped of one currency, and in how many amounts. */
typedef struct dropped {
    at_wide sum; /* 10^-18 units */
    uint64_t amounts;
} dropped;

typedef struct amlworld {
    dropped dropped[CURRENCY_COUNT];
    struct {
        int currency;
        int64_t dust;
    } now[2]; /* of the present row, counted once it is loaded */
} amlworld;

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    (void)self;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (header->field_count != COLUMN_COUNT || strcmp(header->fields[i].data, columns[i]) != 0)
            return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN",
                           "this is no header of AMLworld: column %zu is not \"%s\"", i + 1,
                           columns[i]);
    return AT_OK;
}

static at_status read_side(at_ref *out, at_row *row, size_t bank, size_t account, at_error *err) {
    const char *one = NULL, *other = NULL, *id = NULL;
    AT_TRY(at_row_need(&one, row, bank, columns[bank - 1], err));
    AT_TRY(at_row_need(&other, row, account, columns[account - 1], err));
    AT_TRY(at_arena_print(&id, row->scratch, err, "%s-%s", one, other));
    return at_field_ref(out, id, AT_ACCOUNT, err);
}

/* "2022/09/01 00:06": no zone, so it is read as UTC and said to be. */
static at_status read_time(at_transfer *t, at_row *row, at_error *err) {
    const char *text = NULL, *copy = NULL;
    AT_TRY(at_row_need(&text, row, TIMESTAMP, "Timestamp", err));
    AT_TRY(at_arena_text(&copy, row->scratch, text, err));
    if (strlen(copy) > 7 && copy[4] == '/' && copy[7] == '/')
        AT_TRY(at_arena_print(&copy, row->scratch, err, "%.4s-%.2s-%s", copy, copy + 5, copy + 8));
    AT_TRY(at_field_time(&t->time, copy, row->scratch, err));
    row->zone_assumed = t->time.zone_assumed;
    return AT_OK;
}

static at_status read_amount(int64_t *amount, const char **currency, amlworld *a, int side,
                             at_row *row, size_t amount_place, at_error *err) {
    static const at_number_style style = {.dust_floor = true};
    const at_import_options *options = row->options;
    const char *text = NULL, *word = NULL;
    int place = 0;
    AT_TRY(at_row_need(&word, row, amount_place + 1, columns[amount_place], err));
    while (place < CURRENCY_COUNT && strcmp(currencies[place].word, word) != 0)
        place++;
    if (place == CURRENCY_COUNT)
        return at_fail(err, AT_BAD_INPUT, "E-CURRENCY-UNKNOWN", "\"%s\" is no currency of AMLworld",
                       word);
    const char *code = currencies[place].code;
    int scale = at_currency_scale(code, options->tokens, options->token_count);
    if (scale < 0)
        scale = at_currency_scale(code, tokens, 1);
    AT_TRY(at_row_need(&text, row, amount_place, columns[amount_place - 1], err));
    a->now[side].currency = place;
    AT_TRY(at_money_parse(amount, text, scale, &style, &a->now[side].dust, err));
    *currency = code;
    return at_field_not_negative(*amount, text, err);
}

static at_status read_amounts(at_transfer *t, amlworld *a, at_row *row, at_error *err) {
    int64_t received = 0;
    const char *currency = NULL;
    AT_TRY(read_amount(&t->amount, &t->currency, a, 0, row, PAID, err));
    AT_TRY(read_amount(&received, &currency, a, 1, row, RECEIVED, err));
    row->last = 0;
    if (strcmp(currency, t->currency) != 0)
        t->currency_in = currency;
    if (t->currency_in != NULL || received != t->amount) {
        t->amount_in = received;
        t->amount_in_scale = -1;
    }
    if (received == 0 && t->amount != 0)
        return at_fail(err, AT_BAD_INPUT, "E-AMOUNT-ZERO", "an amount leaves and nothing arrives");
    if (received != t->amount && t->currency_in == NULL && strcmp(t->from.id, t->to.id) == 0)
        return at_fail(err, AT_BAD_INPUT, "E-TRANSFER-SELF",
                       "\"%s\" pays itself and receives another amount", t->from.id);
    if (t->amount == 0)
        (void)!at_fail(at_row_warning(row), AT_PARTIAL, "E-AMOUNT-ZERO",
                       "the amount is zero: the transfer is kept and moves nothing");
    return AT_OK;
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    amlworld *a = self;
    at_transfer *t = &at_row_add(row, AT_TRANSFER)->transfer;
    AT_TRY(at_arena_print(&t->id, row->scratch, err, "%" PRIu64, row->number));
    AT_TRY(read_time(t, row, err));
    AT_TRY(read_side(&t->from, row, FROM_BANK, FROM, err));
    AT_TRY(read_side(&t->to, row, TO_BANK, TO, err));
    AT_TRY(read_amounts(t, a, row, err));
    t->seq = (int64_t)row->number;
    const char *format = at_row_text(row, FORMAT), *laundering = at_row_text(row, LAUNDERING);
    t->type = format != NULL && strcmp(format, "Reinvestment") == 0 ? AT_TRANSFER_OTHER
                                                                    : AT_TRANSFER_PLAIN;
    if (laundering != NULL && strcmp(laundering, "0") != 0) {
        at_label *label = &at_row_add(row, AT_LABEL)->label;
        label->transfer = t->id;
        label->name = columns[LAUNDERING - 1];
        label->text = laundering;
    }
    return AT_OK;
}

static at_status count_dust(void *self, const at_row *row, const at_sink *sink, at_error *err) {
    amlworld *a = self;
    (void)row, (void)sink, (void)err;
    for (size_t side = 0; side < AT_COUNT(a->now); side++)
        if (a->now[side].dust != 0) {
            a->dropped[a->now[side].currency].sum += a->now[side].dust;
            a->dropped[a->now[side].currency].amounts++;
        }
    return AT_OK;
}

static at_status save(void *self, at_text *out, at_error *err) {
    const amlworld *a = self;
    for (size_t i = 0; i < CURRENCY_COUNT; i++) {
        AT_TRY(at_state_put_wide(out, a->dropped[i].sum, err));
        AT_TRY(at_state_put(out, a->dropped[i].amounts, err));
    }
    return AT_OK;
}

static at_status load(void *self, at_state_reader *state, at_error *err) {
    amlworld *a = self;
    (void)err;
    for (size_t i = 0; i < CURRENCY_COUNT; i++) {
        a->dropped[i].sum = at_state_next_wide(state);
        a->dropped[i].amounts = at_state_next(state);
    }
    return AT_OK;
}

static at_status say_dust(void *self, const at_sink *sink, at_error *err) {
    const at_wide unit = INT64_C(1000000000000000000);
    const amlworld *a = self;
    for (size_t i = 0; i < CURRENCY_COUNT; i++) {
        at_error warning = {.status = AT_OK};
        if (a->dropped[i].amounts == 0)
            continue;
        (void)!at_fail(&warning, AT_PARTIAL, "E-AMOUNT-DUST",
                       "digits below the minor unit were dropped, %" PRIu64 ".%018" PRIu64
                       " %s in all; amounts: %" PRIu64,
                       (uint64_t)(a->dropped[i].sum / unit), (uint64_t)(a->dropped[i].sum % unit),
                       currencies[i].code, a->dropped[i].amounts);
        AT_TRY(sink->warn(sink->self, NULL, &warning, err));
    }
    return AT_OK;
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    amlworld a = {.now = {{0}}};
    const at_row_reader reader = {.self = &a,
                                  .header = bind,
                                  .row = read_row,
                                  .loaded = count_dust,
                                  .save = save,
                                  .load = load,
                                  .end = say_dust};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

static int sniff(at_span head) {
    static const char start[] = "Timestamp,From Bank,Account,To Bank,Account,";
    static const char mark[] = "\xEF\xBB\xBF";
    enum { SURE = 95 };
    if (head.bytes >= strlen(mark) && memcmp(head.data, mark, strlen(mark)) == 0)
        head = (at_span){head.data + strlen(mark), head.bytes - strlen(mark)};
    return head.bytes >= strlen(start) && memcmp(head.data, start, strlen(start)) == 0 ? SURE : 0;
}

const at_importer importer_amlworld_csv = {
    .name = "amlworld_csv",
    .summary = "transfers made by the AMLworld simulator",
    .version = 1,
    .tokens = tokens,
    .sniff = sniff,
    .read = read_file,
};
