/* bytes.c - the exact bytes of a record, out of the file as it was received. */
#include "engine/store/archive.h"
#include "engine/store/reader.h"
#include "engine/store/snapshot.h"

#include "engine/base/file.h"
#include "engine/crypto/hash.h"

#include <inttypes.h>
#include <string.h>

enum { STEP_BYTES = 1 << 20 };

/* Open the archived file with this content, having made sure that it is still the one received. */
static at_status open_content(at_reader *reader, const char *content, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    static const at_hash_kind kinds[] = {AT_SHA256};
    char now[1][AT_HASH_TEXT_BYTES_MAX], received[65];
    const char *path = NULL, *name = NULL;
    bool row = false;

    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT received, name FROM main.source WHERE content = ?"
                         " AND number IN (SELECT source FROM temp.visible)"
                         " ORDER BY number LIMIT 1",
                         err));
    AT_TRY(at_db_bind_text(statement, 1, content, err));
    AT_TRY(at_db_step(&row, statement, err));
    if (!row)
        return at_fail(err, AT_BAD_INPUT, "E-ADDRESS-UNKNOWN",
                       "no source at revision %" PRId64 " has the content %s", reader->revision,
                       content);
    at_db_hash(received, statement, 0);
    AT_TRY(at_db_text(&name, statement, 1, &scratch, err));
    AT_TRY(at_archive_path(&path, reader->store, received, &scratch, err));
    if (at_file_kind_of(path) != AT_FILE_REGULAR)
        return at_fail(err, AT_TAMPERED, "E-SOURCE-TAMPERED",
                       "the archived copy of \"%s\" (%.16s) is missing", name, received);
    AT_TRY(at_hash_file(now, kinds, 1, path, err));
    if (strcmp(now[0], received) != 0)
        return at_fail(err, AT_TAMPERED, "E-SOURCE-TAMPERED",
                       "the archived copy of \"%s\" (%.16s) was changed", name, received);
    AT_TRY(at_input_open(&reader->open_input, path, name, 0, err));
    memcpy(reader->open_content, content, sizeof reader->open_content);
    return AT_OK;
}

/* Move to `offset`; a stream that is past it begins anew. */
static at_status seek(at_reader *reader, const char *content, uint64_t offset, at_error *err) {
    if (reader->open_input && (strcmp(reader->open_content, content) != 0 ||
                               at_input_offset(reader->open_input) > offset))
        at_input_close(&reader->open_input);
    if (!reader->open_input)
        AT_TRY(open_content(reader, content, err));
    while (at_input_offset(reader->open_input) < offset) {
        const uint64_t ahead = offset - at_input_offset(reader->open_input);
        at_span span;
        AT_TRY(at_input_peek(&span, reader->open_input,
                             ahead < STEP_BYTES ? (size_t)ahead : STEP_BYTES, err));
        if (span.bytes == 0)
            return at_fail(err, AT_BAD_INPUT, "E-ADDRESS-UNKNOWN",
                           "the source ends before byte %" PRIu64, offset);
        at_input_take(reader->open_input, span.bytes < ahead ? span.bytes : (size_t)ahead);
    }
    return AT_OK;
}

at_status at_reader_address_bytes(at_text *out, at_reader *reader, const at_address *address,
                                  at_error *err) {
    uint64_t left = address->bytes;
    AT_TRY(seek(reader, address->content, address->offset, err));
    while (left) {
        at_span span;
        AT_TRY(at_input_peek(&span, reader->open_input,
                             left < STEP_BYTES ? (size_t)left : STEP_BYTES, err));
        if (span.bytes == 0)
            return at_fail(err, AT_BAD_INPUT, "E-ADDRESS-UNKNOWN",
                           "the source ends %" PRIu64 " bytes before the record does", left);
        const size_t take = span.bytes < left ? span.bytes : (size_t)left;
        AT_TRY(at_text_add_bytes(out, span.data, take, err));
        at_input_take(reader->open_input, take);
        left -= take;
    }
    return AT_OK;
}

at_status at_reader_record_bytes(at_text *out, at_reader *reader, at_record_id record,
                                 at_error *err) {
    at_address address;
    AT_TRY(reader->facts.address(reader, &address, record, err));
    return at_reader_address_bytes(out, reader, &address, err);
}
