#include "engine/store/parts.h"

#include <assert.h>

enum { END_BYTES = 1 << 16 };

at_status at_parts_begin(at_parts *out, const char *store, size_t count, at_arena *arena,
                         at_error *err) {
    assert(count > 0);
    *out = (at_parts){.store = store, .arena = arena};
    AT_TRY(AT_NEW(&out->items, arena, count, err));
    for (size_t i = 0; i < count; i++)
        out->items[i].bytes.limit_bytes = SIZE_MAX;
    out->count = count;
    return AT_OK;
}

static at_status write_end(at_parts *parts, at_part *part, at_error *err) {
    if (!part->spool)
        AT_TRY(at_spool_open(&part->spool, parts->store, parts->arena, err));
    AT_TRY(at_spool_add(part->spool, part->bytes.data, part->bytes.bytes, err));
    part->spooled += part->bytes.bytes;
    at_text_reset(&part->bytes);
    return AT_OK;
}

at_status at_parts_add(at_parts *parts, size_t part, const void *bytes, size_t count,
                       at_error *err) {
    at_part *to = &parts->items[part];
    AT_TRY(at_text_add_bytes(&to->bytes, bytes, count, err));
    return parts->count > 1 && to->bytes.bytes >= END_BYTES ? write_end(parts, to, err) : AT_OK;
}

at_status at_parts_take(at_text *out, at_parts *parts, size_t part, at_error *err) {
    at_part *from = &parts->items[part];
    at_text_reset(out);
    if (from->spool) {
        char *room = NULL;
        AT_TRY(at_text_extend(&room, out, (size_t)from->spooled, err));
        AT_TRY(at_spool_read(from->spool, room, 0, (size_t)from->spooled, err));
        at_spool_close(&from->spool);
        from->spooled = 0;
    }
    if (from->bytes.bytes)
        AT_TRY(at_text_add_bytes(out, from->bytes.data, from->bytes.bytes, err));
    at_text_clear(&from->bytes);
    from->bytes.limit_bytes = SIZE_MAX;
    return AT_OK;
}

void at_parts_clear(at_parts *parts) {
    for (size_t i = 0; i < parts->count; i++) {
        at_spool_close(&parts->items[i].spool);
        at_text_clear(&parts->items[i].bytes);
    }
    parts->count = 0;
}
