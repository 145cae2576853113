#include "engine/store/proof.h"

#include "engine/base/json.h"
#include "engine/store/archive.h"
#include "engine/store/block.h"
#include "engine/store/feed.h"
#include "engine/store/leaves.h"
#include "engine/store/log.h"
#include "engine/store/snapshot.h"

#include <inttypes.h>
#include <string.h>

/* The source, and the block in it that has the record. */
typedef struct place {
    int64_t source, revision;
    char received[65];
    const char *name;
    uint8_t secret[AT_TREE_SECRET_BYTES];
    at_block block;
    uint64_t index; /* in the block */
} place;

static at_status read_place(place *out, sqlite3_stmt *row, at_arena *arena, at_error *err) {
    const void *secret = sqlite3_column_blob(row, 3);
    out->source = at_db_int(row, 0);
    out->revision = at_db_int(row, 1);
    at_db_hash(out->received, row, 2);
    if (!secret || sqlite3_column_bytes(row, 3) != AT_TREE_SECRET_BYTES)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "the secret of source %" PRId64 " is damaged", out->source);
    memcpy(out->secret, secret, sizeof out->secret);
    AT_TRY(at_db_text(&out->name, row, 4, arena, err));
    return at_block_read(&out->block, row, 5, arena, err);
}

static at_status find_place(place *out, at_reader *reader, const at_address *address,
                            at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    AT_TRY(at_db_prepare(&row, reader->db,
                         "SELECT s.number, s.revision, s.received, t.secret, s.name, b.position,"
                         " b.root, b.record_count, b.spans"
                         " FROM main.source s JOIN main.source_tree t ON t.source = s.number"
                         " JOIN main.source_subtree b ON b.source = s.number"
                         " WHERE s.content = ?1 AND s.number IN (SELECT source FROM temp.visible)"
                         "   AND b.least <= ?2 AND b.most >= ?2 ORDER BY s.number, b.position",
                         err));
    AT_TRY(at_db_bind_text(row, 1, address->content, err));
    AT_TRY(at_db_bind_int(row, 2, (int64_t)address->offset, err));
    for (bool more = false;;) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            break;
        AT_TRY(read_place(out, row, arena, err));
        for (out->index = 0; out->index < out->block.count; out->index++) {
            const at_record_span *span = &out->block.spans[out->index];
            if (span->offset == address->offset && span->bytes == address->bytes)
                return AT_OK;
        }
    }
    at_fail(err, AT_BAD_INPUT, "E-ADDRESS-UNKNOWN",
            "no record begins at byte %" PRIu64 " of that content and is %" PRIu64 " bytes long",
            address->offset, address->bytes);
    at_hint(err, "Only a whole record has a proof; answers and receipts give its address.");
    return AT_BAD_INPUT;
}

/* From the root of the block to the root of the source. */
static at_status add_upper_path(at_record_proof *proof, const place *at, at_reader *reader,
                                at_hash *hash, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    at_tree_hash *roots = NULL;
    at_tree tree = {.count = 0};
    size_t count = 0, capacity = 0, more_path = 0;
    AT_TRY(at_db_prepare(&row, reader->db,
                         "SELECT root, record_count FROM main.source_subtree WHERE source = ?"
                         " ORDER BY position",
                         err));
    AT_TRY(at_db_bind_int(row, 1, at->source, err));
    for (bool more = false;;) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            break;
        AT_TRY(AT_GROW(&roots, &capacity, count, arena, err));
        AT_TRY(at_block_read_hash(&roots[count], row, 0, err));
        AT_TRY(at_tree_add(&tree, hash, &roots[count++], err));
        proof->tree_size += (uint64_t)at_db_int(row, 1);
    }
    if (at->block.position >= count)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "a block of the tree of source %" PRId64 " is missing", at->source);
    AT_TRY(at_tree_root(&proof->root, &tree, hash, err));
    AT_TRY(at_tree_proof(proof->path + proof->path_count, &more_path, roots, count,
                         at->block.position, hash, err));
    proof->path_count += more_path;
    return AT_OK;
}

/* The entry that announced the source's revision; it names the root. */
typedef struct search {
    int64_t revision;
    char tree[AT_TREE_TEXT_BYTES];
    at_custody_entry found;
} search;

static at_status look_at(void *self, const at_custody_entry *entry, at_error *err) {
    search *wanted = self;
    (void)err;
    if (entry->revision == wanted->revision && strcmp(entry->action, "publish-intent") == 0 &&
        at_text_equal(entry->result, wanted->tree))
        wanted->found = *entry;
    return AT_OK;
}

static at_status find_entry(at_record_proof *proof, const place *at, at_reader *reader,
                            at_arena *arena, at_error *err) {
    search wanted = {.revision = at->revision};
    at_tree_text(wanted.tree, &proof->root, proof->tree_size);
    AT_TRY(at_log_walk(reader->store, look_at, &wanted, arena, err));
    if (!wanted.found.action)
        return at_fail(err, AT_TAMPERED, "E-CUSTODY-STORE",
                       "the custody log does not announce the tree of source %" PRId64
                       " as the store has it",
                       at->source);
    proof->entry = wanted.found;
    return AT_OK;
}

static at_status prove(at_record_proof *proof, place *at, at_reader *reader, at_arena *arena,
                       at_error *err) {
    AT_CLEANUP(at_content_close) at_content *content = NULL;
    AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
    const char *path = NULL;
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    AT_TRY(at_archive_path(&path, reader->store, at->received, arena, err));
    AT_TRY(at_content_open(&content, path, at->name, err));
    AT_TRY(at_block_hash(&at->block, content, at->secret, hash, arena, err));
    proof->index = at->block.position * AT_FEED_BLOCK + at->index;
    proof->leaf = at->block.leaves[at->index];
    at_tree_salts(proof->salt, at->secret, proof->index, 1);
    AT_TRY(at_tree_proof(proof->path, &proof->path_count, at->block.leaves, at->block.count,
                         at->index, hash, err));
    AT_TRY(add_upper_path(proof, at, reader, hash, arena, err));
    AT_TRY(at_tree_check(&proof->root, proof->tree_size, proof->index, &proof->leaf, proof->path,
                         proof->path_count, hash, err));
    for (uint64_t done = 0; done < proof->address.bytes;) {
        at_span piece;
        AT_TRY(at_content_piece(&piece, content, proof->address.offset + done,
                                proof->address.bytes - done, err));
        AT_TRY(at_hash_add(hash, piece.data, piece.bytes, err));
        done += piece.bytes;
    }
    AT_TRY(at_hash_finish_text(proof->record_hash, hash, err));
    return find_entry(proof, at, reader, arena, err);
}

at_status at_proof_make(at_record_proof *out, at_reader *reader, const at_address *address,
                        at_arena *arena, at_error *err) {
    place at = {.source = 0};
    at_record_proof proof = {.address = *address};
    AT_TRY(find_place(&at, reader, address, arena, err));
    const at_status status = prove(&proof, &at, reader, arena, err);
    explicit_bzero(at.secret, sizeof at.secret);
    if (status != AT_OK)
        return status;
    *out = proof;
    return AT_OK;
}

static void put_hash(at_json_writer *json, const at_tree_hash *hash) {
    char text[AT_SHA256_TEXT_BYTES];
    at_hex_encode(text, hash->bytes, sizeof hash->bytes);
    at_json_put_text(json, text);
}

static void put_leaf(at_json_writer *json, const at_record_proof *proof) {
    char salt[2 * AT_TREE_SALT_BYTES + 1];
    at_hex_encode(salt, proof->salt, sizeof proof->salt);
    at_json_put_key(json, "leaf");
    at_json_object(json);
    at_json_put_key(json, "index");
    at_json_put_int(json, (int64_t)proof->index);
    at_json_put_key(json, "salt");
    at_json_put_text(json, salt);
    at_json_put_key(json, "sha256");
    put_hash(json, &proof->leaf);
    at_json_object_end(json);
    at_json_put_key(json, "path");
    at_json_array(json);
    for (size_t i = 0; i < proof->path_count; i++)
        put_hash(json, &proof->path[i]);
    at_json_array_end(json);
}

static void put_record(at_json_writer *json, const at_record_proof *proof) {
    at_json_put_key(json, "record");
    at_json_object(json);
    at_json_put_key(json, "bytes");
    at_json_put_int(json, (int64_t)proof->address.bytes);
    at_json_put_key(json, "content");
    at_json_put_text(json, proof->address.content);
    at_json_put_key(json, "offset");
    at_json_put_int(json, (int64_t)proof->address.offset);
    at_json_put_key(json, "sha256");
    at_json_put_text(json, proof->record_hash);
    at_json_object_end(json);
}

at_status at_proof_format(at_text *out, const at_record_proof *proof, at_error *err) {
    at_json_writer json = {.out = out};
    at_json_object(&json);
    at_json_put_key(&json, "custody");
    at_json_object(&json);
    at_json_put_key(&json, "entry");
    at_log_put_entry(&json, &proof->entry);
    at_json_put_key(&json, "sha256");
    at_json_put_text(&json, proof->entry.hash);
    at_json_object_end(&json);
    put_leaf(&json, proof);
    put_record(&json, proof);
    at_json_put_key(&json, "root");
    put_hash(&json, &proof->root);
    at_json_put_key(&json, "schema");
    at_json_put_text(&json, "assettrace/proof/1");
    at_json_put_key(&json, "tree_size");
    at_json_put_int(&json, (int64_t)proof->tree_size);
    at_json_object_end(&json);
    AT_TRY(at_json_finish(&json, err));
    return at_text_add_char(out, '\n', err);
}
