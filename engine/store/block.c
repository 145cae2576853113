#include "engine/store/block.h"

#include "engine/store/feed.h"

#include <inttypes.h>
#include <string.h>

at_status at_block_read_hash(at_tree_hash *out, sqlite3_stmt *row, int column, at_error *err) {
    const void *bytes = sqlite3_column_blob(row, column);
    if (!bytes || sqlite3_column_bytes(row, column) != AT_SHA256_BYTES)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the root of a tree is damaged");
    memcpy(out->bytes, bytes, AT_SHA256_BYTES);
    return AT_OK;
}

at_status at_block_read(at_block *out, sqlite3_stmt *row, int first, at_arena *arena,
                        at_error *err) {
    const uint8_t *bytes = sqlite3_column_blob(row, first + 3);
    const int64_t count = at_db_int(row, first + 2);
    at_block block = {.position = (uint64_t)at_db_int(row, first), .count = (uint64_t)count};
    at_span_reader reader = {.at = bytes, .stop = bytes + sqlite3_column_bytes(row, first + 3)};
    bool more = true;
    if (count < 1 || count > AT_FEED_BLOCK || !bytes)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a block of %" PRId64 " records",
                       count);
    AT_TRY(at_block_read_hash(&block.root, row, first + 1, err));
    AT_TRY(AT_NEW(&block.spans, arena, block.count, err));
    for (uint64_t i = 0; i < block.count && more; i++)
        AT_TRY(at_span_next(&block.spans[i], &more, &reader, err));
    if (!more || reader.at != reader.stop)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "a block does not hold the places of its %" PRId64 " records", count);
    *out = block;
    return AT_OK;
}

at_status at_block_leaf(at_tree_hash *out, at_content *content, at_record_span span,
                        const uint8_t salt[AT_TREE_SALT_BYTES], at_hash *hash, at_error *err) {
    at_span piece;
    AT_TRY(at_content_piece(&piece, content, span.offset, span.bytes, err));
    if (piece.bytes == span.bytes)
        return at_tree_salted_leaf(out, hash, salt, piece.data, piece.bytes, err);
    AT_TRY(at_tree_begin_salted_leaf(hash, salt, err));
    for (uint64_t done = 0; done < span.bytes; done += piece.bytes) {
        AT_TRY(at_content_piece(&piece, content, span.offset + done, span.bytes - done, err));
        if (piece.bytes == 0) {
            AT_TRY(at_hash_finish(out->bytes, hash, err)); /* leaves it empty */
            return at_fail(err, AT_TAMPERED, "E-RECORD-PLACE",
                           "a record lies past the end of its source, at byte %" PRIu64,
                           span.offset);
        }
        AT_TRY(at_hash_add(hash, piece.data, piece.bytes, err));
    }
    return at_hash_finish(out->bytes, hash, err);
}

/* Two at a time; what is long or past the end is left to at_block_leaf. */
static at_status leaves_by_two(at_tree_hash *out, at_content *content, const at_record_span *spans,
                               size_t count, const uint8_t *salts, at_hash *hash, at_error *err) {
    at_tree_two two;
    two.waiting = NULL;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *salt = salts + i * AT_TREE_SALT_BYTES;
        at_span piece = {NULL, 0};
        if (spans[i].bytes <= AT_TREE_SHORT_BYTES)
            AT_TRY(at_content_piece(&piece, content, spans[i].offset, spans[i].bytes, err));
        if (piece.bytes == spans[i].bytes)
            at_tree_two_add(&two, &out[i], salt, piece.data, piece.bytes);
        else
            AT_TRY(at_block_leaf(&out[i], content, spans[i], salt, hash, err));
    }
    at_tree_two_end(&two);
    return AT_OK;
}

at_status at_block_leaves(at_tree_hash *out, at_content *content, const at_record_span *spans,
                          size_t count, const uint8_t *salts, at_hash *hash, at_error *err) {
    if (at_pair_known())
        return leaves_by_two(out, content, spans, count, salts, hash, err);
    for (size_t i = 0; i < count; i++)
        AT_TRY(
            at_block_leaf(&out[i], content, spans[i], salts + i * AT_TREE_SALT_BYTES, hash, err));
    return AT_OK;
}

at_status at_block_hash(at_block *block, at_content *content,
                        const uint8_t secret[AT_TREE_SECRET_BYTES], at_hash *hash, at_arena *arena,
                        at_error *err) {
    at_tree tree = {.count = 0};
    at_tree_hash root;
    uint8_t *salts = NULL;
    AT_TRY(AT_NEW(&salts, arena, block->count * AT_TREE_SALT_BYTES, err));
    AT_TRY(AT_NEW(&block->leaves, arena, block->count, err));
    at_tree_salts(salts, secret, block->position * AT_FEED_BLOCK, block->count);
    AT_TRY(at_block_leaves(block->leaves, content, block->spans, block->count, salts, hash, err));
    for (uint64_t i = 0; i < block->count; i++)
        AT_TRY(at_tree_add(&tree, hash, &block->leaves[i], err));
    AT_TRY(at_tree_root(&root, &tree, hash, err));
    if (memcmp(root.bytes, block->root.bytes, sizeof root.bytes) != 0)
        return at_fail(err, AT_TAMPERED, "E-SOURCE-TAMPERED",
                       "records %" PRIu64 " to %" PRIu64 " are no longer those that were imported",
                       block->position * AT_FEED_BLOCK + 1,
                       block->position * AT_FEED_BLOCK + block->count);
    return AT_OK;
}
