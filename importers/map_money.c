#include <string.h>

#include "importers/fields.h"
#include "importers/mapping.h"

static int scale_of(const char *currency, const at_map_row *map) {
    const at_import_options *options = map->row->options;
    return at_currency_scale(currency, options->tokens, options->token_count);
}

/* The amount of a field in the minor units of `currency`; untouched when the field is empty. */
static at_status read_amount(int64_t *out, size_t field, const char *currency, at_map_row *map,
                             at_error *err) {
    const char *text = at_map_late(map, field);
    if (text == NULL)
        return AT_OK;
    return at_map_amount(out, text, scale_of(currency, map), map->record->values[field], map, err);
}

static at_status read_positive(int64_t *out, size_t field, const char *currency, at_map_row *map,
                               at_error *err) {
    int64_t amount = *out;
    AT_TRY(read_amount(&amount, field, currency, map, err));
    if (map->texts[field] != NULL)
        AT_TRY(at_field_not_negative(amount, map->texts[field], err));
    *out = amount;
    return AT_OK;
}

static void warn_zero(at_map_row *map) {
    (void)!at_fail(at_row_warning(map->row), AT_PARTIAL, "E-AMOUNT-ZERO",
                   "the amount is zero: it is kept and moves nothing");
}

/* --- Account and asset ------------------------------------------------------------------------ */

enum { ACCOUNT_OPENING };

static const at_map_rule account_rules[] = {
    [ACCOUNT_OPENING] = AT_FIELD_LATE("opening", false),
    AT_FIELD_REF("id", true, account.self, AT_ACCOUNT),
    AT_FIELD_WORDS("kind", false, at_map_set_index, account.kind, at_account_kinds,
                   "kind of account"),
    AT_FIELD("currency", false, at_map_set_currency, account.currency),
    AT_FIELD("opening_at", false, at_map_set_moment, account.opening_at_us),
    AT_FIELD_REF("holder", false, account.holder, AT_PARTY),
    AT_FIELD("institution", false, at_map_set_text, account.institution),
    AT_FIELD("bic", false, at_map_set_text, account.bic),
    AT_FIELD("country", false, at_map_set_country, account.country),
    AT_FIELD("branch", false, at_map_set_text, account.branch),
    AT_FIELD("opened", false, at_map_set_moment, account.period.since_us),
    AT_FIELD("closed", false, at_map_set_moment, account.period.until_us),
    AT_FIELD_END,
};

static at_status finish_account(at_fact *fact, at_map_row *map, at_error *err) {
    at_account *account = &fact->account;
    const char *text = at_map_late(map, ACCOUNT_OPENING);
    if (text != NULL && account->currency == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY",
                       "an opening needs the currency of its account");
    if (text != NULL)
        AT_TRY(read_amount(&account->opening, ACCOUNT_OPENING, account->currency, map, err));
    if (account->opening != AT_AMOUNT_NONE &&
        (account->kind == AT_ACCOUNT_EXTERNAL || account->kind == AT_ACCOUNT_SINK))
        return at_fail(err, AT_BAD_INPUT, "E-ACCOUNT-OPENING",
                       "an account of kind \"%s\" has no ledger and no opening",
                       at_account_kinds[account->kind]);
    return at_period_check(&account->period, err);
}

const at_map_kind at_map_account = {AT_ACCOUNT, account_rules, NULL, finish_account};

enum { ASSET_VALUE };

static const at_map_rule asset_rules[] = {
    [ASSET_VALUE] = AT_FIELD_LATE("value", false),
    AT_FIELD_REF("id", true, asset.self, AT_ASSET),
    AT_FIELD_WORDS("type", true, at_map_set_word, asset.type, at_asset_types, "type of asset"),
    AT_FIELD("description", false, at_map_set_text, asset.description),
    AT_FIELD("country", false, at_map_set_country, asset.country),
    AT_FIELD("place", false, at_map_set_text, asset.place),
    AT_FIELD("encumbrance", false, at_map_set_text, asset.encumbrance),
    AT_FIELD("currency", false, at_map_set_currency, asset.currency),
    AT_FIELD("valued_on", false, at_map_set_moment, asset.valued_on_us),
    AT_FIELD("basis", false, at_map_set_text, asset.basis),
    AT_FIELD_END,
};

static at_status finish_asset(at_fact *fact, at_map_row *map, at_error *err) {
    at_asset *asset = &fact->asset;
    if (at_map_late(map, ASSET_VALUE) == NULL)
        return AT_OK;
    if (asset->currency == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "a value needs a currency");
    return read_positive(&asset->value, ASSET_VALUE, asset->currency, map, err);
}

const at_map_kind at_map_asset = {AT_ASSET, asset_rules, NULL, finish_asset};

/* --- Transfer --------------------------------------------------------------------------------- */

enum { TRANSFER_AMOUNT, TRANSFER_AMOUNT_IN, TRANSFER_FEE, TRANSFER_SEQ };

static const at_map_rule transfer_rules[] = {
    [TRANSFER_AMOUNT] = AT_FIELD_LATE("amount", true),
    [TRANSFER_AMOUNT_IN] = AT_FIELD_LATE("amount_in", false),
    [TRANSFER_FEE] = AT_FIELD_LATE("fee", false),
    [TRANSFER_SEQ] = AT_FIELD("seq", false, at_map_set_integer, transfer.seq),
    AT_FIELD("id", false, at_map_set_id, transfer.id),
    AT_FIELD_REF("from", true, transfer.from, AT_ACCOUNT),
    AT_FIELD_REF("to", true, transfer.to, AT_ACCOUNT),
    AT_FIELD("time", true, at_map_set_time, transfer.time),
    AT_FIELD("currency", true, at_map_set_currency, transfer.currency),
    AT_FIELD("currency_in", false, at_map_set_currency, transfer.currency_in),
    AT_FIELD("reverses", false, at_map_set_id, transfer.reverses),
    AT_FIELD_WORDS("type", false, at_map_set_index, transfer.type, at_transfer_types,
                   "type of transfer"),
    AT_FIELD_END,
};

/* What the other side receives is read in its own currency, or kept as written for the store. */
static at_status read_amount_in(at_transfer *t, at_map_row *map, at_error *err) {
    const char *text = at_map_late(map, TRANSFER_AMOUNT_IN);
    if (text == NULL)
        return AT_OK;
    if (t->currency_in != NULL)
        return read_positive(&t->amount_in, TRANSFER_AMOUNT_IN, t->currency_in, map, err);
    if (map->record->values[TRANSFER_AMOUNT_IN]->multiply != 1)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY",
                       "an amount_in that is multiplied needs its currency_in");
    AT_TRY(at_field_written(&t->amount_in, &t->amount_in_scale, text, &map->mapping->numbers, err));
    return at_field_not_negative(t->amount_in, text, err);
}

static at_status finish_transfer(at_fact *fact, at_map_row *map, at_error *err) {
    at_transfer *t = &fact->transfer;
    AT_TRY(read_positive(&t->amount, TRANSFER_AMOUNT, t->currency, map, err));
    AT_TRY(read_positive(&t->fee, TRANSFER_FEE, t->currency, map, err));
    AT_TRY(read_amount_in(t, map, err));
    if (map->texts[TRANSFER_AMOUNT_IN] != NULL)
        AT_TRY(at_row_check_self(t, scale_of(t->currency, map), map->row, err));
    if (map->record->values[TRANSFER_SEQ] == NULL)
        t->seq = (int64_t)map->row->number;
    if (t->amount == 0)
        warn_zero(map);
    return AT_OK;
}

const at_map_kind at_map_transfer = {AT_TRANSFER, transfer_rules, NULL, finish_transfer};

/* --- Leg -------------------------------------------------------------------------------------- */

enum { LEG_AMOUNT, LEG_DEBIT, LEG_CREDIT, LEG_DIRECTION, LEG_BALANCE, LEG_FEE, LEG_SEQ };

static const at_map_rule leg_rules[] = {
    [LEG_AMOUNT] = AT_FIELD_LATE("amount", false),
    [LEG_DEBIT] = AT_FIELD_LATE("debit", false),
    [LEG_CREDIT] = AT_FIELD_LATE("credit", false),
    [LEG_DIRECTION] = AT_FIELD_LATE("direction", false),
    [LEG_BALANCE] = AT_FIELD_LATE("balance", false),
    [LEG_FEE] = AT_FIELD_LATE("fee", false),
    [LEG_SEQ] = AT_FIELD("seq", false, at_map_set_integer, leg.seq),
    AT_FIELD("id", false, at_map_set_id, leg.id),
    AT_FIELD_REF("account", true, leg.account, AT_ACCOUNT),
    AT_FIELD("currency", true, at_map_set_currency, leg.currency),
    AT_FIELD("time", true, at_map_set_time, leg.time),
    AT_FIELD("value_date", false, at_map_set_time, leg.value_date),
    AT_FIELD_REF("counterparty", false, leg.counterparty, AT_ACCOUNT),
    AT_FIELD("counterparty_name", false, at_map_set_text, leg.counterparty_name),
    AT_FIELD("counterparty_institution", false, at_map_set_text, leg.counterparty_institution),
    AT_FIELD("counterparty_country", false, at_map_set_country, leg.counterparty_country),
    AT_FIELD("reference", false, at_map_set_text, leg.reference),
    AT_FIELD("reverses", false, at_map_set_id, leg.reverses),
    AT_FIELD_WORDS("type", false, at_map_set_index, leg.type, at_transfer_types,
                   "type of transfer"),
    AT_FIELD_END,
};

static at_status check_leg(const at_map_record *record, const at_json_value *fields,
                           at_error *err) {
    const bool amount = record->values[LEG_AMOUNT] != NULL;
    const bool debit = record->values[LEG_DEBIT] != NULL,
               credit = record->values[LEG_CREDIT] != NULL;
    if (amount == (debit || credit))
        return at_json_fail(err, fields, "E-MAP-FIELD",
                            "a leg needs either an \"amount\" or \"debit\" and \"credit\"");
    if (!amount && !(debit && credit))
        return at_json_fail(err, fields, "E-MAP-FIELD", "a leg with \"%s\" needs \"%s\" too",
                            debit ? "debit" : "credit", debit ? "credit" : "debit");
    if (record->values[LEG_DIRECTION] != NULL && !amount)
        return at_json_fail(err, fields, "E-MAP-FIELD",
                            "a \"direction\" goes with an \"amount\", not with debit and credit");
    return AT_OK;
}

/* Debit and credit columns: one of them says something. */
static at_status read_columns(at_leg *leg, at_map_row *map, at_error *err) {
    int64_t out = 0, in = 0;
    AT_TRY(read_positive(&out, LEG_DEBIT, leg->currency, map, err));
    AT_TRY(read_positive(&in, LEG_CREDIT, leg->currency, map, err));
    map->row->last = 0;
    if (map->texts[LEG_DEBIT] == NULL && map->texts[LEG_CREDIT] == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-LEG-AMOUNT", "neither debit nor credit is stated");
    if (out != 0 && in != 0)
        return at_fail(err, AT_BAD_INPUT, "E-LEG-AMOUNT",
                       "debit \"%s\" and credit \"%s\" are both stated", map->texts[LEG_DEBIT],
                       map->texts[LEG_CREDIT]);
    leg->credit = in != 0 || (out == 0 && map->texts[LEG_DEBIT] == NULL);
    leg->amount = leg->credit ? in : out;
    return AT_OK;
}

static at_status read_directed(at_leg *leg, at_map_row *map, at_error *err) {
    static const char *const directions[] = {"out", "in", NULL};
    int direction = 0;
    if (at_map_late(map, LEG_DIRECTION) == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "\"direction\" is empty");
    AT_TRY(at_field_word(&direction, at_map_late(map, LEG_DIRECTION), directions,
                         "direction (in, out)", err));
    leg->credit = direction == 1;
    return read_positive(&leg->amount, LEG_AMOUNT, leg->currency, map, err);
}

static at_status read_signed(at_leg *leg, at_map_row *map, at_error *err) {
    int64_t amount = 0;
    AT_TRY(read_amount(&amount, LEG_AMOUNT, leg->currency, map, err));
    leg->credit = amount > 0;
    leg->amount = amount < 0 ? -amount : amount;
    return AT_OK;
}

static at_status finish_leg(at_fact *fact, at_map_row *map, at_error *err) {
    at_leg *leg = &fact->leg;
    if (map->record->values[LEG_AMOUNT] == NULL)
        AT_TRY(read_columns(leg, map, err));
    else if (at_map_late(map, LEG_AMOUNT) == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-FIELD-EMPTY", "\"amount\" is empty");
    else if (map->record->values[LEG_DIRECTION] != NULL)
        AT_TRY(read_directed(leg, map, err));
    else
        AT_TRY(read_signed(leg, map, err));
    AT_TRY(read_positive(&leg->fee, LEG_FEE, leg->currency, map, err));
    AT_TRY(read_amount(&leg->balance_after, LEG_BALANCE, leg->currency, map, err));
    /* The order of rows is evidence; where the newest comes first, it runs backwards. */
    if (map->record->values[LEG_SEQ] == NULL)
        leg->seq = (map->record->newest_first ? -1 : 1) * (int64_t)map->row->number;
    if (leg->amount == 0)
        warn_zero(map);
    return AT_OK;
}

const at_map_kind at_map_leg = {AT_LEG, leg_rules, check_leg, finish_leg};
