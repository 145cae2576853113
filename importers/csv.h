/**
 * csv.h - records and fields of a delimited file, with the exact bytes each came from.
 *
 * RFC 4180 read strictly: a quote opens a field only at its beginning, is doubled inside, and only
 * a delimiter or a line end may follow the closing one. A line ends with LF or CRLF. Blank lines
 * are no records, unless the file has one column.
 *
 * What is wrong with one record is its `defect` and the next record is read as if nothing had been;
 * only a quote that is still open at the end breaks the file, because nobody can say what it ate.
 *
 * Units:     offsets and bytes of the content, without the line end; lines from 1.
 * Ownership: a record's fields are borrowed until the next at_csv_next; memory is one record, at
 * most AT_CSV_RECORD_MAX and the same again decoded, whatever the size of the file. Errors:
 * AT_BAD_INPUT E-CSV-QUOTE (open at the end), E-CSV-ENCODING (cannot be what was declared); defects
 * E-CSV-RECORD, E-CSV-NUL, E-CSV-UTF8, E-ENCODING-BYTE, E-CSV-STRAY, E-CSV-FIELDS.
 */
#ifndef ASSETTRACE_IMPORTERS_CSV_H
#define ASSETTRACE_IMPORTERS_CSV_H

#include "engine/base/arena.h"
#include "engine/base/input.h"
#include "engine/model/record.h"
#include "engine/names/encoding.h"

enum {
    AT_CSV_RECORD_MAX = 1 << 20,
    AT_CSV_FIELDS_MAX = 1024,
    AT_CSV_LINES_MAX = 10000,
    AT_CSV_TRAILER_MAX = 1000
};

/* How a file is written; zero-initialised = UTF-8, commas, double quotes. */
typedef struct at_csv_style {
    char delimiter; /* 0 = ',' */
    char quote;     /* 0 = '"' */
    bool no_quote;  /* a quote is a character like any other */
    at_encoding encoding;
    size_t skip_lines;    /* above the first record */
    size_t trailer_lines; /* after the last record; they fit in 64 KiB */
} at_csv_style;

typedef struct at_csv_record {
    at_origin origin;
    const at_span *fields; /* UTF-8, each also NUL-terminated */
    size_t field_count;
    const at_error *defect; /* NULL when the fields are good; else there are none */
    bool unended;           /* no line end after it: the content stops here */
} at_csv_record;

/* Where reading stands. Everything here is private to csv.c. */
typedef struct at_csv {
    at_input *in;
    at_csv_style style;
    size_t unit;     /* bytes of one code unit: 2 for UTF-16, else 1 */
    size_t unit_low; /* index of its low byte */
    at_span window;  /* content from `base` on */
    uint64_t base;   /* offset of the window's first byte */
    size_t used;     /* bytes of the window before the next record */
    bool final;      /* the window reaches the end of the content */
    uint64_t line;   /* of the next record */
    size_t columns;  /* fields a record must have; 0 = not known yet */
    at_arena memory;
    at_text decoded;   /* the record in UTF-8, when it was something else */
    char *text;        /* the fields, NUL after each */
    size_t text_bytes; /* room in `text` */
    at_span *fields;
    at_error defect;
} at_csv;

/** Skips a byte order mark and style->skip_lines. */
AT_CHECKED at_status at_csv_init(at_csv *csv, at_input *in, const at_csv_style *style,
                                 at_error *err);
void at_csv_clear(at_csv *csv);

/** The next record, or *ended. Every byte of the content is in a record, a line end or a skipped
 * line. */
AT_CHECKED at_status at_csv_next(at_csv_record *out, bool *ended, at_csv *csv, at_error *err);

/** From now on a record with another number of fields has the defect E-CSV-FIELDS. */
void at_csv_expect(at_csv *csv, size_t columns);

/** The place of the next record, and its line. */
void at_csv_place(uint64_t *offset_out, uint64_t *line_out, const at_csv *csv);
/** Go on at such a place, further on than where reading stands. */
AT_CHECKED at_status at_csv_resume(at_csv *csv, uint64_t offset, uint64_t line, at_error *err);

/** For tests of rough weather: how many bytes are asked for at a time; 0 = as usual. */
void at_csv_window(size_t bytes);

#endif
