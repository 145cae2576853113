/**
 * reader.h - the store as it was at one revision.
 *
 * A reader holds one snapshot for its whole life: imports that publish meanwhile change nothing in
 * it. The same question at the same revision gives the same bytes, now and later.
 *
 * For queries with `.sql`: TEMP views over the visible facts, and nothing else can be named -
 *   party account asset event identifier holding transfer leg link listing label statement
 *   party_name event_thing thing.
 * Columns are the fields of engine/model/record.h in snake case (nested ones joined: since_us,
 * share_lo_num). A reference `owner` is a number to join on; `owner_id` is the same as it is shown.
 * A thing's own number and shown id are `thing` and `id`; every view ends with `record`, the number
 * to cite. The view thing has the columns thing, kind, id, title. Values are bound by name (`:of`);
 * a name the SQL has and `values` has not is NULL. The rows are the table's columns in order, then
 * grade (0 observed .. 3 inferred, as at_grade) and record (one number, or several with commas).
 * RATIO cells are texts "n/d".
 *
 * Ownership: at_reader is a handle; answers live in the arena given at open.
 * Errors:    AT_BAD_INPUT "E-REVISION-UNKNOWN"; AT_TAMPERED "E-SOURCE-TAMPERED" when archived bytes
 *            changed.
 * Threads:   one.
 */
#ifndef ASSETTRACE_STORE_READER_H
#define ASSETTRACE_STORE_READER_H

#include "engine/model/facts.h"
#include "engine/model/ledger.h"
#include "engine/model/summary.h"
#include "engine/model/table.h"
#include "engine/store/store.h"

typedef struct at_reader at_reader;

/** @param revision  0 = newest */
AT_CHECKED at_status at_reader_open(at_reader **out, at_store *store, int64_t revision,
                                    at_arena *arena, at_error *err);
void at_reader_close(at_reader **reader);

int64_t at_reader_revision(const at_reader *reader);
/** Borrowed until close. */
const at_facts *at_reader_facts(at_reader *reader);
/** Built at the first call, borrowed until close. */
AT_CHECKED at_status at_reader_ledger(const at_ledger **out, at_reader *reader, at_error *err);

/** The same; id_offset, id_pool and by_id may be NULL: a fifth of what a large one takes. */
AT_CHECKED at_status at_reader_ledger_unnamed(const at_ledger **out, at_reader *reader,
                                              at_error *err);

/** For who may do with less than the ledger; borrowed until close. */
const at_summaries *at_reader_summaries(at_reader *reader);

/** At least the transfers from or to the marked things (by at_thing), payments in transit whole and
 * the nodes they lie between: what one thing's money needs. An id may lack the namespace that tells
 * it from that of a transfer left out. Made anew at each call, in the reader's arena. */
AT_CHECKED at_status at_reader_ledger_of(const at_ledger **out, at_reader *reader,
                                         const bool *things, at_error *err);

/* One value for a named parameter: a text, or (text NULL) an integer - a thing, time or amount. */
typedef struct at_sql_value {
    const char *name; /* without the colon */
    const char *text;
    int64_t integer;
} at_sql_value;

/**
 * Run a query's SQL into `table`, initialised from its descriptor.
 *
 * @param max_rows  0 = no limit; what is cut sets table->truncated
 * Errors: AT_BUG "E-QUERY-SQL" when the SQL is wrong or names what it may not.
 */
AT_CHECKED at_status at_reader_sql(at_table *table, at_reader *reader, const char *sql,
                                   const at_sql_value *values, size_t value_count, size_t max_rows,
                                   at_error *err);

/** Declared decimals of tokens in visible sources, sorted by code. */
AT_CHECKED at_status at_reader_tokens(const at_token **out, size_t *count_out, at_reader *reader,
                                      at_error *err);

/** Append the exact bytes of a record (after decompression) to `out`. */
AT_CHECKED at_status at_reader_record_bytes(at_text *out, at_reader *reader, at_record_id record,
                                            at_error *err);
/** The same by address; the content must be a source of this store at this revision
 * ("E-ADDRESS-UNKNOWN"). */
AT_CHECKED at_status at_reader_address_bytes(at_text *out, at_reader *reader,
                                             const at_address *address, at_error *err);

/* A record as its source holds it, and how that source was read. */
typedef struct at_record_place {
    at_record_id record;
    const char *source_name, *name_space, *importer;
    const char *element; /* NULL for row formats */
    uint64_t line;       /* 0 where lines mean nothing */
    bool repeated;       /* it says what a record that counts says, so it does not count itself */
    const char *mapping; /* bytes of the mapping its source was read with, NULL when none */
    size_t mapping_bytes;
} at_record_place;

/** Every record that stands at an address, by number; none for other parts of a source. */
AT_CHECKED at_status at_reader_records_at(const at_record_place **out, size_t *count_out,
                                          at_reader *reader, const at_address *address,
                                          at_error *err);

/* Two legs of one payment, or a leg with several possible partners. */
typedef struct at_pair_view {
    at_record_id debit, credit;
} at_pair_view;

/** Pairs at this revision, by debit record; legs that stay apart as ambiguous, by record. */
AT_CHECKED at_status at_reader_pairs(const at_pair_view **out, size_t *count_out, at_reader *reader,
                                     at_error *err);
AT_CHECKED at_status at_reader_ambiguous(const at_record_id **out, size_t *count_out,
                                         at_reader *reader, at_error *err);

#endif
