/**
 * index_keep.h - an index as the reader uses it, and how one is put together (index.h says what it
 * is).
 *
 * Ownership: what is read lives in the arena given.
 */
#ifndef ASSETTRACE_STORE_INDEX_KEEP_H
#define ASSETTRACE_STORE_INDEX_KEEP_H

#include "engine/store/index_file.h"
#include "engine/store/snapshot.h"

#define AT_INDEX_FOLDER "index"

/* Its two files; each is made under another name. */
typedef struct at_index_names {
    const char *name, *building;
} at_index_names;
extern const at_index_names at_index_of_ledger, at_index_of_networks;

/* Fewer rows are read from the store as fast as from an index. */
enum { AT_INDEX_ROWS_MIN = 65536 };

/* For the reader: an index that fits, or nothing. */
AT_CHECKED at_status at_index_open(at_reader *reader, at_error *err);
/** Could one be made of what this reader sees, and kept? */
bool at_index_possible(const at_reader *reader);
/** Make one, where that is possible; not an error where it is not. */
AT_CHECKED at_status at_index_keep(bool *kept_out, at_reader *reader, at_error *err);
/** What `networks` found, NULL when none fits; keeping it, where that is possible. */
AT_CHECKED at_status at_index_get_summary(const at_summary **out, at_reader *reader, at_error *err);
AT_CHECKED at_status at_index_keep_summary(at_reader *reader, const at_summary *summary,
                                           at_error *err);
/** May the failure of reading an index be passed over? Then it is closed. */
bool at_index_passed_over(at_index_file *file, at_status status);

/** Everything an index has, worked out from the store in memory that grows with accounts and
 * hardly with transfers (index_build.c). */
AT_CHECKED at_status at_index_build(at_index_writer *writer, at_reader *reader, at_error *err);

/* index_identity.c, index_ledger.c: into a file and out of it */
AT_CHECKED at_status at_index_put_identity(at_index_writer *writer, at_identity *identity,
                                           at_error *err);
AT_CHECKED at_status at_index_get_identity(at_identity *out, at_index_file *file, sqlite3 *db,
                                           at_arena *arena, at_error *err);
/** What AT_INDEX_THING_KIND says of a thing. */
void at_index_finish_thing(at_identity_thing *thing, uint8_t kind);
/** Without what transfers are called; that, behind it. */
AT_CHECKED at_status at_index_get_ledger(at_ledger *out, at_index_file *file, at_thing class_count,
                                         at_arena *arena, at_error *err);
/** Of it, only from, to, flags, and how many rows each node has. */
AT_CHECKED at_status at_index_get_ends(at_ledger *out, at_index_file *file, at_arena *arena,
                                       at_error *err);
AT_CHECKED at_status at_index_get_ids(at_ledger *ledger, at_index_file *file, at_arena *arena,
                                      at_error *err);

/**
 * The rows of the marked things (by at_thing) alone, with the nodes they lie between; payments in
 * transit whole. *cut_out false, and nothing done, when that is so much that all is as good.
 */
AT_CHECKED at_status at_index_cut_ledger(at_ledger *out, bool *cut_out, at_index_file *file,
                                         const bool *things, at_thing class_count, at_arena *arena,
                                         at_error *err);

/** Rows that are read when somebody comes to them, NULL when there are payments in transit; the
 * file stays open as long. */
AT_CHECKED at_status at_index_part_ledger(const at_ledger_part **out, at_index_file *file,
                                          at_thing class_count, at_arena *arena, at_error *err);

/** NUL-terminated texts one behind another, `count` of them: where each begins. */
AT_CHECKED at_status at_index_get_texts(const char **pool_out, uint64_t *starts,
                                        at_index_file *file, at_index_column_name column,
                                        size_t count, at_arena *arena, at_error *err);

#endif
