/* importers/parties_csv.c: one name or identifier of a party a row; a party may have several
 * rows. Columns: id, type, name; optional name_lang, alias, birth, country, registration,
 * identifier_type, identifier (specification records). `country` is a person's nationality, a
 * company's or body's registration, else a residence. */
#include "importers/fields.h"
#include "importers/rows.h"
#include "engine/names/calendar.h"

typedef enum column {
    ID,
    TYPE,
    NAME,
    NAME_LANG,
    ALIAS,
    BIRTH,
    COUNTRY,
    REGISTRATION,
    IDENTIFIER_TYPE,
    IDENTIFIER,
    COLUMN_COUNT
} column;

static const at_row_column columns[] = {
    [ID] = {"id", true},
    [TYPE] = {"type", true},
    [NAME] = {"name", true},
    [NAME_LANG] = {"name_lang", false},
    [ALIAS] = {"alias", false},
    [BIRTH] = {"birth", false},
    [COUNTRY] = {"country", false},
    [REGISTRATION] = {"registration", false},
    [IDENTIFIER_TYPE] = {"identifier_type", false},
    [IDENTIFIER] = {"identifier", false},
    [COLUMN_COUNT] = {NULL, false},
};

static at_status bind(void *self, const at_csv_record *header, at_error *err) {
    return at_columns_find(self, columns, header, err);
}

static at_status read_names(at_party *party, const size_t *at, at_row *row, at_error *err) {
    const char *name = at_row_text(row, at[NAME]), *alias = at_row_text(row, at[ALIAS]);
    const char *lang = at_row_text(row, at[NAME_LANG]);
    at_name *names = NULL;
    AT_TRY(AT_NEW(&names, row->scratch, 2, err));
    if (name != NULL)
        names[party->name_count++] = (at_name){.text = name, .kind = AT_NAME_PRIMARY, .lang = lang};
    if (alias != NULL)
        names[party->name_count++] = (at_name){.text = alias, .kind = AT_NAME_ALIAS};
    if (party->name_count > 0)
        party->names = names;
    return AT_OK;
}

/* A birth whose calendar nobody stated and which therefore spans both readings is worth a word. */
static at_status read_birth(at_party *party, const char *text, const char *country, at_row *row,
                            at_error *err) {
    if (text == NULL)
        return AT_OK;
    AT_TRY(at_date_range_read(&party->birth, text, AT_CALENDAR_BY_YEAR, country, err));
    if (!at_text_equal(party->birth.calendar, "jalali or hijri"))
        return AT_OK;
    at_error *warning = at_row_warning(row);
    (void)!at_fail(warning, AT_PARTIAL, "E-TIME-CALENDAR",
                   "birth \"%s\" may be Jalali or Hijri; it is kept as a span of both", text);
    at_hint(warning, "a country of IR or AF means Jalali");
    return AT_OK;
}

static at_status add_identifier(at_row *row, const char *of, const char *type, const char *text,
                                const char *country, at_error *err) {
    at_identifier *identifier = &at_row_add(row, AT_IDENTIFIER)->identifier;
    identifier->of = (at_ref){.id = of, .kind = AT_PARTY};
    return at_field_identifier(identifier, type, text, country, row->scratch, err);
}

static at_status read_identifiers(const char *of, const char *country, const size_t *at,
                                  at_row *row, at_error *err) {
    const char *number = at_row_text(row, at[REGISTRATION]);
    if (number != NULL)
        AT_TRY(add_identifier(row, of, "registration", number, country, err));
    const char *type = at_row_text(row, at[IDENTIFIER_TYPE]), *text = NULL;
    if (type == NULL && at_row_text(row, at[IDENTIFIER]) == NULL)
        return AT_OK;
    AT_TRY(at_row_need(&type, row, at[IDENTIFIER_TYPE], "identifier_type", err));
    AT_TRY(at_row_need(&text, row, at[IDENTIFIER], "identifier", err));
    return add_identifier(row, of, type, text, country, err);
}

static at_status read_row(void *self, at_row *row, at_error *err) {
    const size_t *at = self;
    const char *text = NULL, *country = NULL;
    int type = 0;
    at_party *party = &at_row_add(row, AT_PARTY)->party;
    AT_TRY(at_row_need(&text, row, at[ID], "id", err));
    AT_TRY(at_field_ref(&party->self, text, AT_PARTY, err));
    AT_TRY(at_row_need(&text, row, at[TYPE], "type", err));
    AT_TRY(at_field_word(&type, text, at_party_types, "type of party", err));
    party->type = (at_party_type)type;
    AT_TRY(read_names(party, at, row, err));
    AT_TRY(at_field_country(&country, at_row_text(row, at[COUNTRY]), row->scratch, err));
    if (party->type == AT_PERSON)
        party->nationality = country;
    else if (party->type == AT_COMPANY || party->type == AT_BODY)
        party->registration = country;
    else
        party->residence = country;
    AT_TRY(read_birth(party, at_row_text(row, at[BIRTH]), country, row, err));
    return read_identifiers(party->self.id, country, at, row, err);
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

const at_importer importer_parties_csv = {
    .name = "parties_csv",
    .summary = "persons, companies and bodies with names and identifiers: id,type,name",
    .version = 1,
    .sniff = sniff,
    .read = read_file,
};
