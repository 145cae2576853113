/**
 * index.h - what questions need of a store, kept ready in one file: `index/ledger`.
 *
 * It holds who is who (identity.h) and the ledger (engine/model/ledger.h) of one revision. It is no
 * evidence and nothing rests on it: whatever is missing, older, of another store, changed, cut
 * short, a link or somebody else's is passed over, the same is worked out from the store, and a new
 * one is written if it pays. It may be removed at any time, and read-only media need none.
 *
 * Bound to: HMAC-SHA-256 under the store's secret of layout, release, index version, every revision
 * up to this one with the hash it was announced with, the content of its sources, its settings.
 * Made under the name `building`, which is locked, and renamed: two that build at once do not meet,
 * and what a killed one left is built over.
 *
 * Errors: only memory, a deadline and a stop; everything else means no index.
 */
#ifndef ASSETTRACE_STORE_INDEX_H
#define ASSETTRACE_STORE_INDEX_H

#include "engine/store/index_file.h"
#include "engine/store/snapshot.h"

#define AT_INDEX_FOLDER "index"
#define AT_INDEX_NAME "ledger"
#define AT_INDEX_BUILDING "building"

/* Fewer rows are read from the store as fast as from an index. */
enum { AT_INDEX_ROWS_MIN = 65536 };

typedef enum at_index_state {
    AT_INDEX_NONE,
    AT_INDEX_FRESH,
    AT_INDEX_STALE,   /* of another revision, store or release */
    AT_INDEX_DAMAGED, /* changed or cut short */
    AT_INDEX_FOREIGN  /* no file of ours: a link, another owner, writable by others */
} at_index_state;
const char *at_index_state_text(at_index_state state);

/** What there is, for the newest revision; `whole` checks every block. */
AT_CHECKED at_status at_index_look(at_index_state *out, uint64_t *bytes_out, at_store *store,
                                   bool whole, at_error *err);

/** Make one for the newest revision, however small, unless it is there. *made_out: is there one
 * now? */
AT_CHECKED at_status at_index_make(bool *made_out, at_store *store, at_error *err);

/* For the reader: an index that fits, or nothing. */
AT_CHECKED at_status at_index_open(at_reader *reader, at_error *err);
/** Keep what the reader has worked out, where that is possible; not an error where it is not. */
AT_CHECKED at_status at_index_keep(bool *kept_out, at_reader *reader, at_error *err);
/** May the failure of reading an index be passed over? Then it is closed. */
bool at_index_passed_over(at_reader *reader, at_status status);

/* index_identity.c, index_ledger.c: into a file and out of it */
AT_CHECKED at_status at_index_put_identity(at_index_writer *writer, const at_identity *identity,
                                           at_error *err);
AT_CHECKED at_status at_index_get_identity(at_identity *out, at_index_file *file, sqlite3 *db,
                                           at_arena *arena, at_error *err);
AT_CHECKED at_status at_index_put_ledger(at_index_writer *writer, const at_ledger *ledger,
                                         at_error *err);
AT_CHECKED at_status at_index_get_ledger(at_ledger *out, at_index_file *file, at_thing class_count,
                                         at_arena *arena, at_error *err);

/**
 * The rows of the marked things (by at_thing) alone, with the nodes they lie between; payments in
 * transit whole. *cut_out false, and nothing done, when that is so much that all is as good.
 */
AT_CHECKED at_status at_index_cut_ledger(at_ledger *out, bool *cut_out, at_index_file *file,
                                         const bool *things, at_thing class_count, at_arena *arena,
                                         at_error *err);

/** The texts of a column, and where each 16th begins. */
AT_CHECKED at_status at_index_put_texts(at_index_writer *writer, at_index_column_name texts,
                                        at_index_column_name starts, const char *const *list,
                                        size_t count, at_error *err);
/** NUL-terminated texts one behind another, `count` of them: where each begins. */
AT_CHECKED at_status at_index_get_texts(const char **pool_out, uint64_t *starts,
                                        at_index_file *file, at_index_column_name column,
                                        size_t count, at_arena *arena, at_error *err);

#endif
