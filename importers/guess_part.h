/**
 * guess_part.h - what the steps of a guess hand on. Private to importers/guess*.c.
 *
 * In this order: bytes to text (guess_encoding.c), text to rows and columns (guess_layout.c,
 * guess_split.c, guess_header.c, guess_columns.c), what is written above the header
 * (guess_above.c), how dates (guess_date.c) and numbers (guess_number.c) are written, which columns
 * are money (guess_follow.c, guess_money.c), what the others are (guess_role.c), what the rows
 * leave unsaid (guess_outside.c), which rows are no payments (guess_where.c), tables that are no
 * statements (guess_kind.c), and the mapping as text (guess_field.c, guess_write.c).
 *
 * Units:     columns from 0; amounts in 10^-decimals units of whatever the file counts in.
 * Ownership: everything in guess->arena.
 */
#ifndef ASSETTRACE_IMPORTERS_GUESS_PART_H
#define ASSETTRACE_IMPORTERS_GUESS_PART_H

#include "importers/guess.h"
#include "importers/mapping.h"

enum {
    AT_GUESS_ROWS_MAX = 20000,
    AT_GUESS_COLUMNS_MAX = AT_CSV_FIELDS_MAX,
    AT_GUESS_WORDS_MAX = 12, /* different cells of a column that is a vocabulary */
    AT_NO_COLUMN = -1,
};

/* What a column may be; the words for each are in guess_words.c. */
typedef enum at_guess_role {
    AT_ROLE_NONE,
    AT_ROLE_TIME,
    AT_ROLE_CLOCK, /* the time of day alone */
    AT_ROLE_VALUE_DATE,
    AT_ROLE_ID,
    AT_ROLE_ACCOUNT,
    AT_ROLE_CURRENCY,
    AT_ROLE_AMOUNT,
    AT_ROLE_DEBIT,
    AT_ROLE_CREDIT,
    AT_ROLE_DIRECTION,
    AT_ROLE_BALANCE,
    AT_ROLE_FEE,
    AT_ROLE_COUNTERPARTY,
    AT_ROLE_COUNTERPARTY_NAME,
    AT_ROLE_COUNTERPARTY_INSTITUTION,
    AT_ROLE_REFERENCE,
    AT_ROLE_TYPE,
    AT_ROLE_FROM,
    AT_ROLE_TO,
    AT_ROLE_TEXT, /* purpose, remarks: stays in the source */
    AT_ROLE_COUNT
} at_guess_role;
extern const char *const at_guess_roles[]; /* the fields of a leg or transfer they feed */

typedef struct at_guess_column {
    const char *name;                                    /* in the header; "" without one */
    size_t filled;                                       /* rows in which the cell is not empty */
    size_t numbers, ibans, accounts, currencies, clocks; /* cells that look like one */
    size_t distinct;                                     /* different cells */
    bool constant;                                       /* one text in all rows that have one */
    bool unique;                                         /* no cell is empty or stands twice */
    int words[AT_ROLE_COUNT];                            /* how well its name fits, 0-100 */
    at_map_date date; /* form and style; pattern NULL and form PATTERN: no dates */
    bool is_date, has_clock;
    int date_sure;
    const char *date_why;
    bool plus;       /* only what comes in has a sign: the others count as negative */
    int64_t *values; /* of a column of numbers; AT_AMOUNT_NONE where empty or no number */
} at_guess_column;

typedef struct at_guess_table {
    char delimiter, quote;
    bool no_quote, header, by_number; /* by_number: names do not tell the columns apart */
    size_t skip_lines, trailer_lines;
    const char *trailer_text;                 /* the first line of the trailer */
    bool cut;                                 /* the file is longer than what was looked at */
    size_t column_count, row_count, odd_rows; /* odd: rows with another number of fields */
    at_guess_column *columns;
    const char ***cells; /* [row][column], trimmed; NULL = empty */
    const char **above;  /* the lines above the header */
    size_t above_count;
} at_guess_table;

/* Columns that are money, and what the balances say. */
typedef struct at_guess_money {
    int amount, debit, credit, direction, balance, fee;
    int account;           /* by which the balances follow; AT_NO_COLUMN: they follow without */
    bool joined;           /* debit is written negative: amount is the cell of either */
    bool newest_first;     /* by the balances, else by the dates */
    bool from_credit;      /* the signs are the other way round */
    size_t pairs, follows; /* neighbouring rows with balances, and those that add up */
    const char *words[AT_GUESS_WORDS_MAX]; /* of the direction */
    bool word_in[AT_GUESS_WORDS_MAX];
    size_t word_count;
    int sure;
    const char *why;
} at_guess_money;

typedef struct at_guess_lexicon at_guess_lexicon; /* guess_words.c */

typedef struct at_guesser {
    at_arena *arena;
    at_guess *out;
    const char *text; /* UTF-8 */
    size_t text_bytes;
    at_encoding encoding;
    at_guess_table table;
    at_number_style numbers;
    int decimals; /* most that were seen, at most AT_GUESS_DECIMALS_MAX */
    int64_t multiply;
    at_guess_money money;
    at_guess_lexicon *lexicon;
    const char *account, *currency, *zone; /* said outside the rows; NULL = not */
    int account_sure, currency_sure, zone_sure;
    const char *account_why, *currency_why, *zone_why;
    bool arabic, persian, cyrillic;              /* letters in the text */
    int columns[AT_ROLE_COUNT];                  /* which column is it; AT_NO_COLUMN */
    int where_column;                            /* tells rows that are no payments; AT_NO_COLUMN */
    const char *where_words[AT_GUESS_WORDS_MAX]; /* its cells in those; none: it is empty there */
    size_t where_count;
    bool is_transfer;  /* each row says from where to where */
    bool is_statement; /* there are times and amounts */
} at_guesser;

enum { AT_GUESS_DECIMALS_MAX = 6 };

/** Add a point; `value` and `why` are copied. */
AT_CHECKED at_status at_guess_say(at_guesser *g, const char *field, const char *value, int sure,
                                  at_error *err, const char *why, ...) AT_PRINTF(6, 7);

AT_CHECKED at_status at_guess_encoding(at_guesser *g, at_span bytes, bool whole, at_error *err);
AT_CHECKED at_status at_guess_layout(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_columns(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_above(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_dates(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_numbers(at_guesser *g, at_error *err);
/** By balances that follow (guess_follow.c); money.pairs stays 0 when none do. */
AT_CHECKED at_status at_guess_follow(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_money_columns(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_role_columns(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_where(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_outside(at_guesser *g, at_error *err);
AT_CHECKED at_status at_guess_write(at_guesser *g, at_error *err);

/* --- guess_write.c ---------------------------------------------------------------------------- */

enum { AT_GUESS_FIELDS_MAX = 24, AT_GUESS_TRANSLATIONS_MAX = 64 };

/* One field of a record of the mapping. */
typedef struct at_guess_field {
    const char *name;
    const char *constant; /* or */
    int columns[2];       /* the second AT_NO_COLUMN unless two are joined */
    bool unsigned_out;
    const at_map_date *date; /* where it is not that of the mapping */
    const char *note;        /* may be NULL */
    at_map_word *words;      /* sorted when written */
    size_t word_count;
} at_guess_field;

typedef struct at_guess_fields {
    const char *kind;
    at_guess_field items[AT_GUESS_FIELDS_MAX];
    size_t count;
} at_guess_fields;

void at_guess_add_column(at_guess_fields *fields, const char *name, int column);
void at_guess_add_constant(at_guess_fields *fields, const char *name, const char *constant);

/** The fields of a leg or a transfer, from the roles (guess_field.c). */
AT_CHECKED at_status at_guess_leg_fields(at_guess_fields *out, at_guesser *g, at_error *err);
/** The fields of a table that is no statement, by the names of its columns (guess_kind.c). */
AT_CHECKED at_status at_guess_other_fields(at_guess_fields *out, at_guesser *g, at_error *err);

/* --- guess_above.c ---------------------------------------------------------------------------- */

/** The currency in digits 6 to 8 of a Russian account's twenty; NULL when it is none. */
AT_CHECKED at_status at_guess_account_currency(const char **out, const char *account,
                                               at_error *err);

/* --- guess_split.c ---------------------------------------------------------------------------- */

/* One record of the text: where it begins, how many lines it has and its fields, unquoted. */
typedef struct at_guess_record {
    size_t line, lines; /* from 0 */
    const char **fields;
    size_t field_count, quoted, stray; /* stray: quotes where none may be */
} at_guess_record;

typedef struct at_guess_records {
    at_guess_record *items;
    size_t count, capacity;
} at_guess_records;

/** Split the text as far as AT_GUESS_ROWS_MAX records, blank lines left out. */
AT_CHECKED at_status at_guess_split(at_guess_records *out, const at_guesser *g, char delimiter,
                                    char quote, at_arena *arena, at_error *err);

/* --- guess_header.c --------------------------------------------------------------------------- */

/** Which records are rows, which is the header, what lies above and below. Fills the table. */
AT_CHECKED at_status at_guess_rows(at_guesser *g, const at_guess_records *records, size_t columns,
                                   at_error *err);

/* --- guess_date.c ----------------------------------------------------------------------------- */

/** Three parts as a date has them: "1402/07/15", "25-MAR-2015 10:00". */
bool at_guess_looks_date(const char *text);

/* --- guess_words.c ---------------------------------------------------------------------------- */

/** How well a column's name fits each role, 0-100. */
AT_CHECKED at_status at_guess_name_roles(int out[AT_ROLE_COUNT], const char *name, at_guesser *g,
                                         at_error *err);
/** What a word in a column of directions says: 1 in, -1 out, 0 not known. */
AT_CHECKED at_status at_guess_direction(int *out, const char *word, at_error *err);
/** The type of transfer (record.h) a word means, or NULL. */
AT_CHECKED at_status at_guess_type(const char **out, const char *word, at_error *err);
/** The currency a word, sign or number means: "руб.", "$", "840"; NULL when none. *times_out is 10
 *  for toman. Codes of ISO 4217 mean themselves where they stand alone and in capitals. */
AT_CHECKED at_status at_guess_currency(const char **out, int *times_out, const char *word,
                                       at_error *err);
/** Does a line name what follows it: 'a' an account, 'c' a currency? */
AT_CHECKED at_status at_guess_label(bool *out, char what, const char *line, at_error *err);

/* --- guess_text.c ----------------------------------------------------------------------------- */

/** The folded key of a text in the arena. */
AT_CHECKED at_status at_guess_key(const char **out, const char *text, at_arena *arena,
                                  at_error *err);
/** Does `key` hold `word` with nothing but blanks or ends around it? */
bool at_guess_has_word(const char *key, const char *word);
/** Digits as ASCII, direction marks and outer blanks gone; at most `bytes` - 1 bytes. False when it
 *  is longer. */
bool at_guess_plain(char *out, size_t bytes, const char *text);
/** A number as statements write them: digits, marks, one sign. */
bool at_guess_is_number(const char *text);
/** Account numbers: ten digits or more, or letters and digits with six digits or more. */
bool at_guess_is_account(const char *text);

#endif
