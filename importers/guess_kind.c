/* importers/guess_kind.c: tables without times and amounts: registers of parties, accounts,
 * holdings and links, by the names of their columns. */
#include <string.h>

#include "importers/guess_part.h"

enum {
    NAME_LEAST = 45,
    NAMED = 82,
    OPEN = 40,
    NOTHING = 10,
    ROLES_MAX = 12,
    OPTIONAL_POINTS = 5,
    KIND_LEAST = 80
};

/* A field of a kind, and the words that name its column. */
typedef struct kind_field {
    const char *name;
    bool required;
    const char *words;
} kind_field;

typedef struct kind {
    const char *name;
    kind_field fields[ROLES_MAX];
    const char *constant_name, *constant; /* a field no column feeds */
} kind;

static const kind kinds[] = {
    {"holding",
     {{"owner", true,
       "owner|owner id|investor id|person id|company id|shareholder|holder|"
       "владелец|учредитель|акционер|مالک|سهامدار|المالك|المساهم|sahib|təsisçi"},
      {"owned", true,
       "owned|owned id|company id|account id|company|subsidiary|общество|компания|"
       "شرکت|الشركة|şirkət|müəssisə"},
      {"share", false, "share|ratio|percent|percentage|stake|доля|سهم|درصد|الحصة|النسبة|pay|faiz"},
      {"since", false, "since|from date|create time|с даты|از تاریخ|من تاريخ|tarixdən"}},
     "interest",
     "capital"},
    {"party",
     {{"id", true,
       "id|party id|person id|company id|customer id|lei|registration number|"
       "инн|огрн|код|شناسه|کد|شناسه ملی|رقم|المعرف|voen|kod|ent num"},
      {"name", true,
       "name|person name|company name|full name|legal name|entity legal name|"
       "sdn name|наименование|название|имя|фио|نام|الاسم|ad|adı|soyad ad"},
      {"birth", false,
       "birth|date of birth|dob|birth date|дата рождения|تاریخ تولد|"
       "تاريخ الميلاد|doğum tarixi"}},
     "type",
     "unknown"},
    {"account",
     {{"id", true,
       "account id|account|account number|iban|acct id|node id|nodeid|номер счета|счет|"
       "شماره حساب|رقم الحساب|hesab|hesab nömrəsi"},
      {"holder", false,
       "holder|holder id|customer id|customer|owner|владелец|клиент|صاحب حساب|"
       "العميل|müştəri|sahib"},
      {"currency", false, "currency|валюта|ارز|العملة|valyuta"}},
     NULL,
     NULL},
};

/* How well a column's name fits the words of a field. */
static at_status fit(int *out, const at_guess_column *column, const char *words, at_guesser *g,
                     at_error *err) {
    const char *key = NULL;
    *out = 0;
    AT_TRY(at_guess_key(&key, column->name, g->arena, err));
    while (*words != '\0' && key[0] != '\0') {
        const char *bar = strchr(words, '|'), *word = NULL, *plain = NULL;
        const size_t bytes = bar != NULL ? (size_t)(bar - words) : strlen(words);
        AT_TRY(at_arena_copy(&plain, g->arena, words, bytes, err));
        AT_TRY(at_guess_key(&word, plain, g->arena, err));
        words += bytes + (bar != NULL);
        const int now = strcmp(key, word) == 0         ? 100
                        : at_guess_has_word(key, word) ? (int)(40 + 40 * strlen(word) / strlen(key))
                                                       : 0;
        *out = now > *out ? now : *out;
    }
    return AT_OK;
}

/* Columns for the fields of a kind, each at most once; *points_out 0 when a required one lacks. */
static at_status try_kind(int columns[ROLES_MAX], int *points_out, const kind *k, at_guesser *g,
                          at_error *err) {
    const at_guess_table *t = &g->table;
    int points = 0, required = 0, optional = 0;
    *points_out = 0;
    for (size_t i = 0; i < ROLES_MAX; i++)
        columns[i] = AT_NO_COLUMN;
    for (size_t i = 0; i < ROLES_MAX && k->fields[i].name != NULL; i++) {
        int best = NAME_LEAST - 1;
        for (size_t c = 0; c < t->column_count; c++) {
            int now = 0;
            bool taken = false;
            for (size_t other = 0; other < i; other++)
                taken = taken || columns[other] == (int)c;
            if (!taken && (!k->fields[i].required || t->columns[c].filled == t->row_count))
                AT_TRY(fit(&now, &t->columns[c], k->fields[i].words, g, err));
            if (now > best) {
                best = now;
                columns[i] = (int)c;
            }
        }
        if (columns[i] < 0 && k->fields[i].required)
            return AT_OK;
        if (k->fields[i].required && columns[i] >= 0) {
            points += best;
            required++;
        } else if (columns[i] >= 0) {
            optional++;
        }
    }
    *points_out = points / required + OPTIONAL_POINTS * optional;
    return AT_OK;
}

/* A column whose dates are written in one way can feed a field that is a date. */
static bool is_field_of_dates(const char *name) {
    return strcmp(name, "since") == 0 || strcmp(name, "birth") == 0;
}

static at_status write_kind(at_guess_fields *out, const kind *k, const int columns[ROLES_MAX],
                            at_guesser *g, at_error *err) {
    *out = (at_guess_fields){.kind = k->name};
    AT_TRY(at_guess_say(g, "records", k->name, NAMED, err, "the names of the columns"));
    for (size_t i = 0; i < ROLES_MAX && k->fields[i].name != NULL; i++) {
        if (columns[i] < 0)
            continue;
        const at_guess_column *column = &g->table.columns[columns[i]];
        if (is_field_of_dates(k->fields[i].name) && !column->is_date)
            continue;
        at_guess_add_column(out, k->fields[i].name, columns[i]);
        if (column->is_date)
            out->items[out->count - 1].date = &column->date;
        AT_TRY(at_guess_say(g, k->fields[i].name, column->name, NAMED, err, "column %d: its name",
                            columns[i] + 1));
    }
    if (k->constant == NULL)
        return AT_OK;
    at_guess_add_constant(out, k->constant_name, k->constant);
    return at_guess_say(g, k->constant_name, k->constant, OPEN, err,
                        "no column says; the commonest");
}

/* Nothing we know: what each row says of the thing in the first column, as a label. */
static at_status write_label(at_guess_fields *out, at_guesser *g, at_error *err) {
    const at_guess_table *t = &g->table;
    int of = 0, text = t->column_count > 1 ? 1 : 0;
    for (size_t k = t->column_count; k-- > 0;)
        if (t->columns[k].filled == t->row_count)
            of = (int)k;
    if (text == of)
        text = 0;
    *out = (at_guess_fields){.kind = "label"};
    at_guess_add_column(out, "of", of);
    at_guess_add_constant(out, "name", "remark");
    at_guess_add_column(out, "text", text);
    return at_guess_say(
        g, "records", "label", NOTHING, err,
        "no times with amounts, and no names of a register: choose a kind of record "
        "and its fields");
}

at_status at_guess_other_fields(at_guess_fields *out, at_guesser *g, at_error *err) {
    int columns[ROLES_MAX], best_columns[ROLES_MAX], best = KIND_LEAST - 1;
    const kind *chosen = NULL;
    for (size_t i = 0; i < AT_COUNT(kinds); i++) {
        int points = 0;
        AT_TRY(try_kind(columns, &points, &kinds[i], g, err));
        if (points > best) {
            best = points;
            chosen = &kinds[i];
            memcpy(best_columns, columns, sizeof columns);
        }
    }
    g->columns[AT_ROLE_TIME] = AT_NO_COLUMN; /* each field has its own way to write dates */
    return chosen != NULL ? write_kind(out, chosen, best_columns, g, err)
                          : write_label(out, g, err);
}
