/**
 * column.h - how each kind of fact is written into its table and read back: one list for both.
 *
 * A field is one row in column.c; inserting, reading, the views and the comparison of contents
 * follow from it. Going in, references carry the number of their thing (at_ref.thing, set by
 * intern.h); coming out of at_column_read they carry the same number and nothing else.
 *
 * Ownership: texts read live in the arena given.
 */
#ifndef ASSETTRACE_STORE_COLUMN_H
#define ASSETTRACE_STORE_COLUMN_H

#include "engine/model/record.h"
#include "engine/store/db.h"

typedef enum at_form {
    AT_FORM_TEXT,     /* const char *, NULL allowed */
    AT_FORM_REF,      /* at_ref: its thing; 0 is NULL */
    AT_FORM_UNNAMED,  /* bool column: the at_ref has the id "" */
    AT_FORM_OPTIONAL, /* int64_t, INT64_MIN is NULL */
    AT_FORM_INT,      /* int64_t or uint64_t */
    AT_FORM_BYTE,     /* int8_t */
    AT_FORM_FLAG,     /* bool */
    AT_FORM_DAY,      /* int32_t, AT_DAY_NONE is NULL */
    AT_FORM_ENUM,     /* an enum as a number */
    AT_FORM_WORD,     /* an enum as a word of `words` */
    AT_FORM_CHOICE,   /* a text that must be one of `words` */
} at_form;

enum {
    AT_NEEDED = 1, /* must be stated */
    AT_APART = 2,  /* not part of what the record says: a row number, a derived id */
    AT_SELF = 4,   /* the thing that the fact describes */
};

typedef struct at_fact_column {
    const char *name;
    at_form form;
    size_t offset; /* in at_fact */
    const char *const *words;
    unsigned kinds; /* AT_FORM_REF: kinds it may have */
    unsigned flags;
} at_fact_column;

typedef struct at_fact_table {
    const char *name; /* NULL: no such kind */
    const at_fact_column *columns;
    size_t column_count;
} at_fact_table;

extern const at_fact_table at_fact_tables[]; /* by at_kind */

static inline void *at_column_field(const at_fact_column *column, const at_fact *fact) {
    return (char *)(uintptr_t)fact + column->offset;
}

/** "INSERT INTO party (source, record, ...) VALUES (?, ?, ...)"; of kinds that have a table. */
AT_CHECKED at_status at_column_insert_sql(at_text *sql, at_kind kind, at_error *err);
/** Bind the fields from parameter `first` on. */
AT_CHECKED at_status at_column_bind(sqlite3_stmt *statement, int first, const at_fact *fact,
                                    at_error *err);
/** "f.thing, f.type, ...": the fields of a table named `alias`. */
AT_CHECKED at_status at_column_select_sql(at_text *sql, at_kind kind, const char *alias,
                                          at_error *err);
/** Read the fields from column `first` on into a fact of `kind`, without names or things of
 * lists. */
AT_CHECKED at_status at_column_read(at_fact *out, at_kind kind, sqlite3_stmt *statement, int first,
                                    at_arena *arena, at_error *err);

/** Give a field of a fact to SQL as its table would; nothing where it is not stated. */
void at_column_give(sqlite3_context *context, const at_fact_column *column, const at_fact *fact);

/** Append what a fact says, in a form in which equal content has equal bytes and nothing else
 * has. */
AT_CHECKED at_status at_column_content(at_text *out, const at_fact *fact, at_error *err);

#endif
