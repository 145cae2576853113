/* check_rows.c - rows of no source or revision, places past the content, every source's tree. */
#include "engine/store/check.h"

#include "engine/store/archive.h"
#include "engine/store/block.h"
#include "engine/store/chunks.h"
#include "engine/store/feed.h"
#include "engine/store/leaves.h"
#include "engine/store/log.h"
#include "engine/store/piece.h"

#include <inttypes.h>
#include <string.h>

/* Every table with a column `source`, now and in later layouts. */
static const char tables_sql[] =
    "SELECT m.name FROM main.sqlite_master m JOIN pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND c.name = 'source' AND m.name <> 'revision' ORDER BY m.name";

/* Rows that no revision has are those of an import that is running or goes on later. */
static at_status check_pending(at_pending *out, at_checking *all, at_error *err) {
    const char *text = NULL;
    int64_t published = 0;
    AT_TRY(at_pending_read(out, all->store->db, all->arena, err));
    if (!out->source)
        return AT_OK;
    AT_TRY(at_db_number(&published, all->store->db, 0, &out->source, 1,
                        "SELECT count(*) FROM main.source WHERE number >= ?1", err));
    if (published)
        return at_check_add(all, AT_TAMPERED, "E-STORE-ORPHANS", err,
                            "source %" PRId64 " is pending and published", out->source);
    AT_TRY(at_pending_say(&text, out, all->arena, err));
    return at_check_add(all, AT_OK, "E-STORE-PENDING", err, "%s", text);
}

static at_status check_orphans(at_checking *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *tables = NULL;
    at_pending pending;
    size_t count = 0;
    AT_TRY(check_pending(&pending, all, err));
    AT_TRY(at_db_prepare(&tables, all->store->db, tables_sql, err));
    for (bool more = false;; count++) {
        AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
        const char *name = NULL;
        int64_t rows = 0;
        AT_TRY(at_db_step(&more, tables, err));
        if (!more)
            break;
        AT_TRY(at_db_text(&name, tables, 0, all->arena, err));
        AT_TRY(at_text_print(&sql, err,
                             "SELECT count(*) FROM main.\"%s\""
                             " WHERE source NOT IN (SELECT number FROM main.source)"
                             "   AND source <> %" PRId64,
                             name, pending.source));
        AT_TRY(at_db_number(&rows, all->store->db, 0, NULL, 0, at_text_string(&sql), err));
        if (rows)
            AT_TRY(at_check_add(all, AT_TAMPERED, "E-STORE-ORPHANS", err,
                                "%" PRId64 " rows of table %s belong to no source", rows, name));
    }
    return at_check_add(all, AT_OK, NULL, err, "%zu tables looked through for rows of no source",
                        count);
}

static at_status check_counts(at_checking *all, at_error *err) {
    static const struct {
        const char *sql, *what;
    } rows[] = {
        {"SELECT count(*) FROM main.source s WHERE NOT EXISTS"
         " (SELECT 1 FROM main.revision r WHERE r.number = s.revision AND r.source = s.number)",
         "sources belong to no revision"},
        {"SELECT count(*) FROM main.withdrawal WHERE revision NOT IN"
         " (SELECT number FROM main.revision)",
         "withdrawals belong to no revision"},
        {"SELECT count(*) FROM main.record r JOIN main.source s ON s.number = r.source"
         " WHERE r.offset < 0 OR r.bytes < 0 OR r.offset > s.content_bytes - r.bytes",
         "records lie past the end of their source"},
        {"SELECT count(*) FROM main.chunk c JOIN main.source s ON s.number = c.source"
         " WHERE c.offset_first < 0 OR c.offset_last > s.content_bytes OR c.first < 1"
         "    OR c.last > s.row_count",
         "chunks of transfers lie past the end of their source"},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        int64_t count = 0;
        AT_TRY(at_db_number(&count, all->store->db, 0, NULL, 0, rows[i].sql, err));
        if (count)
            AT_TRY(at_check_add(all, AT_TAMPERED, "E-STORE-ORPHANS", err, "%" PRId64 " %s", count,
                                rows[i].what));
    }
    return AT_OK;
}

/* Every transfer, of withdrawn sources too. */
static at_status check_chunks(at_checking *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    uint64_t rows = 0;
    if (!all->read_data)
        return AT_OK;
    AT_TRY(at_chunks_open(&chunks, all->store->db, "source > ?1", 0, AT_CHUNK_ALL, &arena, err));
    for (size_t i = 0; i < chunks.count; i++) {
        at_error found = {.status = AT_OK};
        rows += chunks.entries[i].count;
        if (at_chunks_load(&chunks, i, &found) != AT_OK)
            AT_TRY(at_check_failed(all, &found, err));
    }
    return at_check_add(all, AT_OK, NULL, err,
                        "%" PRIu64 " transfers and legs of %zu chunks unpacked", rows,
                        chunks.count);
}

/* One source's tree while its blocks are read. */
typedef struct tree_check {
    const at_source *source;
    uint8_t secret[AT_TREE_SECRET_BYTES];
    at_tree_hash root;
    uint64_t stated, counted;
    at_tree whole;
    at_content *content; /* NULL: leaves are not made again */
    at_hash *hash;
} tree_check;

static void clear_tree_check(tree_check *tree) {
    at_content_close(&tree->content);
    at_hash_close(&tree->hash);
    explicit_bzero(tree->secret, sizeof tree->secret);
}

static at_status read_tree(tree_check *out, at_store *store, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool found = false;
    AT_TRY(at_db_prepare(&row, store->db,
                         "SELECT root, record_count, secret FROM main.source_tree WHERE source = ?",
                         err));
    AT_TRY(at_db_bind_int(row, 1, out->source->number, err));
    AT_TRY(at_db_step(&found, row, err));
    if (!found || sqlite3_column_bytes(row, 2) != AT_TREE_SECRET_BYTES)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "source %" PRId64 " has no tree",
                       out->source->number);
    AT_TRY(at_block_read_hash(&out->root, row, 0, err));
    out->stated = (uint64_t)at_db_int(row, 1);
    memcpy(out->secret, sqlite3_column_blob(row, 2), sizeof out->secret);
    return AT_OK;
}

static at_status check_block(tree_check *tree, sqlite3_stmt *row, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const at_source *source = tree->source;
    at_block block;
    AT_TRY(at_block_read(&block, row, 0, &arena, err));
    if (block.position != tree->whole.count)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "a block of the tree of source %" PRId64 " is missing", source->number);
    for (uint64_t i = 0; i < block.count; i++)
        if (block.spans[i].offset > source->content_bytes ||
            block.spans[i].bytes > source->content_bytes - block.spans[i].offset)
            return at_fail(err, AT_TAMPERED, "E-RECORD-PLACE",
                           "record %" PRIu64 " of source %" PRId64 " lies past its end",
                           tree->counted + i + 1, source->number);
    if (tree->content)
        AT_TRY(at_block_hash(&block, tree->content, tree->secret, tree->hash, &arena, err));
    tree->counted += block.count;
    return at_tree_add(&tree->whole, tree->hash, &block.root, err);
}

/* What the log announced of each revision's tree, by its number; NULL for other revisions. */
typedef struct announcements {
    const char **trees;
    size_t count;
    at_arena *arena;
} announcements;

/* The last announcement of a revision is the one that held. */
static at_status note_announced(void *self, const at_custody_entry *entry, at_error *err) {
    announcements *all = self;
    if (strcmp(entry->action, "publish-intent") != 0 || entry->revision < 1 ||
        (uint64_t)entry->revision >= all->count)
        return AT_OK;
    return at_arena_text(&all->trees[entry->revision], all->arena, entry->result, err);
}

static at_status read_announced(announcements *out, at_checking *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    int64_t newest = 0;
    *out = (announcements){.arena = all->arena};
    AT_TRY(at_store_newest(&newest, all->store->db, err));
    out->count = (size_t)newest + 1;
    AT_TRY(AT_NEW(&out->trees, all->arena, out->count, err));
    return at_log_walk(all->store, note_announced, out, &arena, err);
}

static at_status check_announced(const tree_check *tree, const announcements *log, at_error *err) {
    const uint64_t revision = (uint64_t)tree->source->revision;
    char text[AT_TREE_TEXT_BYTES];
    at_tree_text(text, &tree->root, tree->stated);
    if (revision < log->count && at_text_equal(log->trees[revision], text))
        return AT_OK;
    return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE",
                   "the log announced another tree of source %" PRId64 " than the store has",
                   tree->source->number);
}

static at_status check_tree(at_checking *all, const at_source *source, const announcements *log,
                            at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(clear_tree_check) tree_check tree = {.source = source};
    const char *path = NULL;
    at_tree_hash root;
    AT_TRY(at_hash_open(&tree.hash, AT_SHA256, err));
    AT_TRY(read_tree(&tree, all->store, err));
    AT_TRY(at_source_path(&path, all->store, source, &arena, err));
    if (all->read_data)
        AT_TRY(at_content_open(&tree.content, path, source->name, err));
    AT_TRY(at_db_prepare(&row, all->store->db,
                         "SELECT position, root, record_count, spans FROM main.source_subtree"
                         " WHERE source = ? ORDER BY position",
                         err));
    AT_TRY(at_db_bind_int(row, 1, source->number, err));
    for (bool more = false;;) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            break;
        AT_TRY(check_block(&tree, row, err));
    }
    AT_TRY(at_tree_root(&root, &tree.whole, tree.hash, err));
    if (tree.counted != tree.stated || tree.counted != source->rows ||
        memcmp(root.bytes, tree.root.bytes, sizeof root.bytes) != 0)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "the tree of source %" PRId64 " does not have its root", source->number);
    return check_announced(&tree, log, err);
}

at_status at_check_rows(at_checking *all, at_error *err) {
    announcements log;
    AT_TRY(check_orphans(all, err));
    AT_TRY(check_counts(all, err));
    AT_TRY(check_chunks(all, err));
    AT_TRY(read_announced(&log, all, err));
    size_t good = 0;
    for (size_t i = 0; i < all->source_count; i++) {
        at_error found = {.status = AT_OK};
        good++;
        if (check_tree(all, &all->sources[i], &log, &found) != AT_OK) {
            good--;
            AT_TRY(at_check_failed(all, &found, err));
        }
    }
    return at_check_add(all, AT_OK, NULL, err, "%zu trees %s", good,
                        all->read_data ? "made again from the archived files"
                                       : "have their roots; leaves were not made again");
}
