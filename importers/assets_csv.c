/* importers/assets_csv.c: one asset and one of its holders a row; further rows of an asset add
 * holders. Columns: id, type; optional description, country, value, currency, valued_on,
 * owner, share, since, until, identifier_type, identifier (specification importers). */
#include "importers/fields.h"
#include "importers/rows.h"

typedef enum column {
    ID,
    TYPE,
    DESCRIPTION,
    COUNTRY,
    VALUE,
    CURRENCY,
    VALUED_ON,
    OWNER,
    SHARE,
    SINCE,
    UNTIL,
    IDENTIFIER_TYPE,
    IDENTIFIER,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [ID] = {"id", true},
    [TYPE] = {"type", true},
    [DESCRIPTION] = {"description", false},
    [COUNTRY] = {"country", false},
    [VALUE] = {"value", false},
    [CURRENCY] = {"currency", false},
    [VALUED_ON] = {"valued_on", false},
    [OWNER] = {"owner", false},
    [SHARE] = {"share", false},
    [SINCE] = {"since", false},
    [UNTIL] = {"until", false},
    [IDENTIFIER_TYPE] = {"identifier_type", false},
    [IDENTIFIER] = {"identifier", false},
    [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_value(at_asset *asset, const size_t *at, at_row *row, at_error *err) {
    const at_import_options *options = row->options;
    asset->currency = at_row_text(row, at[CURRENCY]);
    at_currency currency;
    if (asset->currency != NULL)
        AT_TRY(at_currency_parse(&currency, asset->currency, options->tokens, options->token_count,
                                 err));
    const char *value = at_row_text(row, at[VALUE]);
    if (value != NULL) {
        AT_TRY(at_row_need(&asset->currency, row, at[CURRENCY], "currency", err));
        const int scale = at_currency_scale(asset->currency, options->tokens, options->token_count);
        AT_TRY(at_money_parse(&asset->value, value, scale, NULL, NULL, err));
        AT_TRY(at_field_not_negative(asset->value, value, err));
    }
    return at_field_moment(&asset->valued_on_us, at_row_text(row, at[VALUED_ON]), row->scratch,
                           err);
}

static at_status read_holder(const char *asset, const size_t *at, at_row *row, at_error *err) {
    const char *owner = at_row_text(row, at[OWNER]), *share = at_row_text(row, at[SHARE]);
    const char *since = at_row_text(row, at[SINCE]), *until = at_row_text(row, at[UNTIL]);
    if (owner == NULL && (share != NULL || since != NULL || until != NULL))
        return at_row_need(&owner, row, at[OWNER], "owner", err);
    if (owner == NULL)
        return AT_OK;
    at_holding *holding = &at_row_add(row, AT_HOLDING)->holding;
    AT_TRY(at_field_ref(&holding->owner, owner, AT_PARTY, err));
    holding->owned = (at_ref){.id = asset, .kind = AT_ASSET};
    AT_TRY(at_share_parse(&holding->share, share, NULL, err));
    return at_field_period(&holding->period, since, until, row->scratch, err);
}

static at_status read_identifier(const at_asset *asset, const size_t *at, at_row *row,
                                 at_error *err) {
    const char *type = at_row_text(row, at[IDENTIFIER_TYPE]), *text = NULL;
    if (type == NULL && at_row_text(row, at[IDENTIFIER]) == NULL)
        return AT_OK;
    AT_TRY(at_row_need(&type, row, at[IDENTIFIER_TYPE], "identifier_type", err));
    AT_TRY(at_row_need(&text, row, at[IDENTIFIER], "identifier", err));
    at_identifier *identifier = &at_row_add(row, AT_IDENTIFIER)->identifier;
    identifier->of = asset->self;
    return at_field_identifier(identifier, type, text, asset->country, row->scratch, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL;
    int type = 0;
    at_asset *asset = &at_row_add(row, AT_ASSET)->asset;
    AT_TRY(at_row_need(&text, row, at[ID], "id", err));
    AT_TRY(at_field_ref(&asset->self, text, AT_ASSET, err));
    AT_TRY(at_row_need(&text, row, at[TYPE], "type", err));
    AT_TRY(at_field_word(&type, text, at_asset_types, "type of asset", err));
    asset->type = at_asset_types[type];
    asset->description = at_row_text(row, at[DESCRIPTION]);
    AT_TRY(at_field_country(&asset->country, at_row_text(row, at[COUNTRY]), row->scratch, err));
    AT_TRY(read_value(asset, at, row, err));
    AT_TRY(read_holder(asset->self.id, at, row, err));
    return read_identifier(asset, at, row, err);
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

const at_importer importer_assets_csv = {
    .name = "assets_csv",
    .summary = "land, vehicles, vessels and other assets with their holders: id,type",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
