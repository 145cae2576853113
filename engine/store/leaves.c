#include "engine/store/leaves.h"

#include "engine/crypto/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void at_tree_text(char out[AT_TREE_TEXT_BYTES], const at_tree_hash *root, uint64_t count) {
    char hex[AT_SHA256_TEXT_BYTES];
    at_hex_encode(hex, root->bytes, sizeof root->bytes);
    snprintf(out, AT_TREE_TEXT_BYTES, "tree %s %" PRIu64, hex, count);
}

at_status at_leaves_begin(at_leaves *out, sqlite3 *db, int64_t source, const char *path,
                          const char *name, const uint8_t *secret, at_error *err) {
    *out = (at_leaves){.db = db, .source = source};
    if (secret)
        memcpy(out->secret, secret, sizeof out->secret);
    else
        at_random_bytes(out->secret, sizeof out->secret);
    AT_TRY(at_db_prepare(&out->insert, db,
                         "INSERT INTO main.source_subtree (source, position, root, record_count,"
                         " least, most, spans) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         err));
    return at_feed_open(&out->feed, path, name, out->secret, err);
}

void at_leaves_end(at_leaves *leaves) {
    at_feed_close(&leaves->feed);
    at_db_done(&leaves->insert);
    explicit_bzero(leaves->secret, sizeof leaves->secret);
}

static at_status write_block(at_leaves *leaves, const at_feed_block *block, at_error *err) {
    sqlite3_stmt *insert = leaves->insert;
    AT_TRY(at_db_bind_int(insert, 1, leaves->source, err));
    AT_TRY(at_db_bind_int(insert, 2, (int64_t)leaves->blocks, err));
    AT_TRY(at_db_bind_bytes(insert, 3, block->root.bytes, sizeof block->root.bytes, err));
    AT_TRY(at_db_bind_int(insert, 4, (int64_t)block->count, err));
    AT_TRY(at_db_bind_int(insert, 5, (int64_t)block->least, err));
    AT_TRY(at_db_bind_int(insert, 6, (int64_t)block->most, err));
    AT_TRY(at_db_bind_bytes(insert, 7, block->spans.data, block->spans.bytes, err));
    leaves->blocks++;
    return at_db_once(insert, err);
}

static at_status write_blocks(at_leaves *leaves, at_error *err) {
    at_feed_block block;
    at_status status = AT_OK;
    while (status == AT_OK && at_feed_take(&block, leaves->feed)) {
        status = write_block(leaves, &block, err);
        at_text_clear(&block.spans);
    }
    return status;
}

at_status at_leaves_add(at_leaves *leaves, const at_origin *origin, at_error *err) {
    bool ready = false;
    const at_record_span span = {origin->offset, origin->bytes};
    AT_TRY(at_feed_add(leaves->feed, &ready, span, err));
    return ready ? write_blocks(leaves, err) : AT_OK;
}

at_status at_leaves_pause(at_text *out, at_leaves *leaves, at_error *err) {
    AT_TRY(at_feed_pause(out, leaves->feed, err));
    return write_blocks(leaves, err);
}

at_status at_leaves_resume(at_leaves *leaves, at_state_reader *state, at_error *err) {
    AT_TRY(at_feed_resume(leaves->feed, state, err));
    leaves->blocks = at_feed_blocks(leaves->feed);
    return AT_OK;
}

at_status at_leaves_finish(at_tree_hash *root_out, uint64_t *count_out, at_leaves *leaves,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *insert = NULL;
    AT_TRY(at_feed_finish(root_out, count_out, leaves->feed, err));
    AT_TRY(write_blocks(leaves, err));
    AT_TRY(at_db_prepare(&insert, leaves->db,
                         "INSERT INTO main.source_tree (source, secret, root, record_count)"
                         " VALUES (?, ?, ?, ?)",
                         err));
    AT_TRY(at_db_bind_int(insert, 1, leaves->source, err));
    AT_TRY(at_db_bind_bytes(insert, 2, leaves->secret, sizeof leaves->secret, err));
    AT_TRY(at_db_bind_bytes(insert, 3, root_out->bytes, sizeof root_out->bytes, err));
    AT_TRY(at_db_bind_int(insert, 4, (int64_t)*count_out, err));
    return at_db_once(insert, err);
}
