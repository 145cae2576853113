/* column_io.c - the list of column.c at work: SQL, binding, reading, content. */
#include "engine/store/column.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

at_status at_column_insert_sql(at_text *sql, at_kind kind, at_error *err) {
    const at_fact_table *table = &at_fact_tables[kind];
    AT_TRY(at_text_print(sql, err, "INSERT INTO main.%s (source, record", table->name));
    for (size_t i = 0; i < table->column_count; i++)
        AT_TRY(at_text_print(sql, err, ", %s", table->columns[i].name));
    AT_TRY(at_text_add(sql, ") VALUES (?, ?", err));
    for (size_t i = 0; i < table->column_count; i++)
        AT_TRY(at_text_add(sql, ", ?", err));
    return at_text_add(sql, ")", err);
}

at_status at_column_select_sql(at_text *sql, at_kind kind, const char *alias, at_error *err) {
    const at_fact_table *table = &at_fact_tables[kind];
    for (size_t i = 0; i < table->column_count; i++)
        AT_TRY(at_text_print(sql, err, "%s%s.%s", i ? ", " : "", alias, table->columns[i].name));
    return AT_OK;
}

/* The value of a number-like field; false when it is not stated. */
static bool number_of(int64_t *out, const at_fact_column *column, const void *field) {
    int32_t narrow = 0;
    const at_ref *ref = field;
    switch (column->form) {
    case AT_FORM_REF:
        *out = ref->thing;
        return ref->thing != 0;
    case AT_FORM_UNNAMED:
        *out = ref->id && !*ref->id;
        return true;
    case AT_FORM_OPTIONAL:
        memcpy(out, field, sizeof *out);
        return *out != INT64_MIN;
    case AT_FORM_INT:
        memcpy(out, field, sizeof *out);
        return true;
    case AT_FORM_BYTE:
        *out = *(const int8_t *)field;
        return true;
    case AT_FORM_FLAG:
        *out = *(const bool *)field;
        return true;
    case AT_FORM_DAY:
        memcpy(&narrow, field, sizeof narrow);
        *out = narrow;
        return narrow != AT_DAY_NONE;
    case AT_FORM_ENUM:
    case AT_FORM_WORD:
        memcpy(&narrow, field, sizeof narrow);
        *out = narrow;
        return true;
    case AT_FORM_TEXT:
    case AT_FORM_CHOICE:
        break;
    }
    return false;
}

static bool is_text(at_form form) {
    return form == AT_FORM_TEXT || form == AT_FORM_CHOICE;
}

at_status at_column_bind(sqlite3_stmt *statement, int first, const at_fact *fact, at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        const void *field = at_column_field(column, fact);
        const int index = first + (int)i;
        int64_t number = 0;
        if (is_text(column->form))
            AT_TRY(at_db_bind_text(statement, index, *(const char *const *)field, err));
        else if (!number_of(&number, column, field))
            AT_TRY(at_db_bind_null(statement, index, err));
        else if (column->form == AT_FORM_WORD)
            AT_TRY(at_db_bind_text(statement, index, column->words[number], err));
        else
            AT_TRY(at_db_bind_int(statement, index, number, err));
    }
    return AT_OK;
}

void at_column_give(sqlite3_context *context, const at_fact_column *column, const at_fact *fact) {
    const void *field = at_column_field(column, fact);
    const char *text = NULL;
    int64_t number = 0;
    if (is_text(column->form))
        text = *(const char *const *)field;
    else if (number_of(&number, column, field) && column->form != AT_FORM_WORD)
        sqlite3_result_int64(context, number);
    else if (column->form == AT_FORM_WORD)
        text = column->words[number];
    if (text)
        sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static at_status read_word(void *field, const at_fact_column *column, sqlite3_stmt *statement,
                           int index, at_error *err) {
    const char *word = (const char *)sqlite3_column_text(statement, index);
    const int32_t place = word ? at_word_find(column->words, word) : -1;
    if (place < 0)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the store holds no word for \"%s\"",
                       column->name);
    memcpy(field, &place, sizeof place);
    return AT_OK;
}

static at_status read_field(at_fact *fact, const at_fact_column *column, sqlite3_stmt *statement,
                            int index, at_arena *arena, at_error *err) {
    void *field = at_column_field(column, fact);
    if (is_text(column->form))
        return at_db_text((const char **)field, statement, index, arena, err);
    if (column->form == AT_FORM_WORD)
        return read_word(field, column, statement, index, err);
    if (at_db_is_null(statement, index))
        return AT_OK; /* as at_fact_new left it: not stated */
    const int64_t number = at_db_int(statement, index);
    const int32_t narrow = (int32_t)number;
    switch (column->form) {
    case AT_FORM_REF:
        ((at_ref *)field)->thing = (at_thing)number;
        break;
    case AT_FORM_UNNAMED:
        if (number)
            ((at_ref *)field)->id = "";
        break;
    case AT_FORM_BYTE:
        *(int8_t *)field = (int8_t)number;
        break;
    case AT_FORM_FLAG:
        *(bool *)field = number != 0;
        break;
    case AT_FORM_DAY:
    case AT_FORM_ENUM:
        memcpy(field, &narrow, sizeof narrow);
        break;
    default:
        memcpy(field, &number, sizeof number);
    }
    return AT_OK;
}

at_status at_column_read(at_fact *out, at_kind kind, sqlite3_stmt *statement, int first,
                         at_arena *arena, at_error *err) {
    const at_fact_table *table = &at_fact_tables[kind];
    at_fact fact = at_fact_new(kind);
    for (size_t i = 0; i < table->column_count; i++)
        AT_TRY(read_field(&fact, &table->columns[i], statement, first + (int)i, arena, err));
    *out = fact;
    return AT_OK;
}

/* Texts with their length in front, numbers with an end: no two contents share their bytes. */
static at_status add_text(at_text *out, const char *text, at_error *err) {
    if (!text)
        return at_text_add_char(out, '-', err);
    AT_TRY(at_text_add_int(out, (int64_t)strlen(text), err));
    AT_TRY(at_text_add_char(out, ':', err));
    return at_text_add(out, text, err);
}

static at_status add_number(at_text *out, bool stated, int64_t number, at_error *err) {
    if (stated)
        AT_TRY(at_text_add_int(out, number, err));
    return at_text_add_char(out, ';', err);
}

at_status at_column_content(at_text *out, const at_fact *fact, at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    AT_TRY(add_number(out, true, fact->kind, err));
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        const void *field = at_column_field(column, fact);
        int64_t number = 0;
        if (column->flags & AT_APART)
            continue;
        if (is_text(column->form)) {
            AT_TRY(add_text(out, *(const char *const *)field, err));
        } else {
            const bool stated = number_of(&number, column, field);
            AT_TRY(add_number(out, stated, number, err));
        }
    }
    if (fact->kind == AT_PARTY)
        for (size_t i = 0; i < fact->party.name_count; i++) {
            const at_name *name = &fact->party.names[i];
            AT_TRY(add_text(out, name->text, err));
            AT_TRY(add_number(out, true, name->kind, err));
            AT_TRY(add_text(out, name->lang, err));
        }
    if (fact->kind == AT_EVENT)
        for (size_t i = 0; i < fact->event.thing_count; i++)
            AT_TRY(add_number(out, true, fact->event.things[i].thing, err));
    return AT_OK;
}
