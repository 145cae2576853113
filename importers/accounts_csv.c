/* importers/accounts_csv.c: one account and currency a row. Columns: id, kind, opening (major
 * units) or opening_minor; optional currency, holder, holder_id, country, institution
 * (specification importers). */
#include <string.h>

#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column {
    ID,
    KIND,
    OPENING,
    OPENING_MINOR,
    CURRENCY,
    HOLDER,
    HOLDER_ID,
    COUNTRY,
    INSTITUTION,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [ID] = {"id", true},
    [KIND] = {"kind", true},
    [OPENING] = {"opening", false},
    [OPENING_MINOR] = {"opening_minor", false},
    [CURRENCY] = {"currency", false},
    [HOLDER] = {"holder", false},
    [HOLDER_ID] = {"holder_id", false},
    [COUNTRY] = {"country", false},
    [INSTITUTION] = {"institution", false},
    [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    size_t *at = self;
    AT_TRY(at_columns_find(at, columns, header, err));
    if ((at[OPENING] == 0) == (at[OPENING_MINOR] == 0))
        return at_fail(err, AT_BAD_INPUT, "E-CSV-COLUMN", "%s",
                       at[OPENING] == 0
                           ? "the column \"opening\" (or \"opening_minor\") is missing"
                           : "the columns \"opening\" and \"opening_minor\" do not go together");
    return AT_OK;
}

static at_status read_opening(at_account *account, const size_t *at, at_row *row, at_error *err) {
    const at_import_options *options = row->options;
    const char *currency = at_row_text(row, at[CURRENCY]);
    int scale = 0;
    if (currency != NULL) {
        at_currency known;
        AT_TRY(at_currency_parse(&known, currency, options->tokens, options->token_count, err));
        scale = at_currency_scale(known.code, options->tokens, options->token_count);
    }
    account->currency = currency;
    const char *minor = at_row_text(row, at[OPENING_MINOR]);
    const char *major = at_row_text(row, at[OPENING]);
    if (minor != NULL)
        AT_TRY(at_money_parse(&account->opening, minor, 0, NULL, NULL, err));
    else if (major != NULL && currency != NULL)
        AT_TRY(at_money_parse(&account->opening, major, scale, NULL, NULL, err));
    else if (major != NULL)
        AT_TRY(at_field_written(&account->opening, &account->opening_scale, major, NULL, err));
    if (account->opening != AT_AMOUNT_NONE &&
        (account->kind == AT_ACCOUNT_EXTERNAL || account->kind == AT_ACCOUNT_SINK))
        return at_fail(err, AT_BAD_INPUT, "E-ACCOUNT-OPENING",
                       "an account of kind \"%s\" has no ledger and no opening",
                       at_account_kinds[account->kind]);
    return AT_OK;
}

/* A holder with a name alone is a party of its own: nothing says whether two such names are one. */
static at_status read_holder(at_account *account, const size_t *at, at_row *row, at_error *err) {
    const char *name = at_row_text(row, at[HOLDER]), *id = at_row_text(row, at[HOLDER_ID]);
    if (id != NULL)
        AT_TRY(at_field_ref(&account->holder, id, AT_PARTY, err));
    else if (name != NULL) {
        AT_TRY(at_arena_print(&id, row->scratch, err, "%s#holder", account->self.id));
        account->holder = (at_ref){.id = id, .kind = AT_PARTY};
    }
    if (name == NULL)
        return AT_OK;
    at_name *names = NULL;
    AT_TRY(AT_NEW(&names, row->scratch, 1, err));
    names[0] = (at_name){.text = name, .kind = AT_NAME_PRIMARY};
    at_party *party = &at_row_add(row, AT_PARTY)->party;
    party->self.id = id;
    party->names = names;
    party->name_count = 1;
    return AT_OK;
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL;
    int kind = 0;
    at_account *account = &at_row_add(row, AT_ACCOUNT)->account;
    AT_TRY(at_row_need(&text, row, at[ID], "id", err));
    AT_TRY(at_field_ref(&account->self, text, AT_ACCOUNT, err));
    AT_TRY(at_row_need(&text, row, at[KIND], "kind", err));
    AT_TRY(at_field_word(&kind, text, at_account_kinds, "kind of account", err));
    account->kind = (at_account_kind)kind;
    AT_TRY(read_opening(account, at, row, err));
    AT_TRY(at_field_country(&account->country, at_row_text(row, at[COUNTRY]), row->scratch, err));
    account->institution = at_row_text(row, at[INSTITUTION]);
    return read_holder(account, at, row, err);
}

static at_status read_file(at_input *in, const at_import_options *options, const at_sink *sink,
                           at_arena *scratch, at_error *err) {
    size_t at[COLUMN_COUNT];
    const at_row_reader reader = {.self = at, .header = bind, .row = read_row};
    return at_rows_read(&reader, in, options, sink, scratch, err);
}

static int sniff(at_span head) {
    return at_columns_sniff(columns, head);
}

const at_importer importer_accounts_csv = {
    .name = "accounts_csv",
    .summary = "accounts with their openings and holders: id,kind,opening",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
