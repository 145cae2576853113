#include "engine/store/names.h"

#include "engine/base/arena.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { SLOTS_FIRST = 1024, INLINE_BYTES = 22, LENGTH_MAX = 255, KEY_SPACES = 65, KEY_IDS = 66 };
static const size_t room_limit = (size_t)64 << 30;

struct at_name_slot {
    char text[INLINE_BYTES]; /* the id, padded with zeros; of a longer one a long_key */
    uint8_t bytes;           /* of the id; LENGTH_MAX = at least so many */
    uint8_t tag;             /* some bits of the hash */
    uint32_t space;
    uint32_t number; /* + 1; 0 = free */
};

/* An id that does not fit: found by its whole hash, compared where it lies in `ids`. */
typedef struct long_key {
    uint64_t hash, start;
} long_key;

static bool is_long(size_t bytes) {
    return bytes > INLINE_BYTES;
}

static long_key key_of(const at_name_slot *slot) {
    long_key key;
    memcpy(&key, slot->text, sizeof key);
    return key;
}

void at_names_clear(at_names *names) {
    at_memory_pages_free(names->slots, names->slot_count * sizeof *names->slots);
    at_text_clear(&names->ids);
    at_text_clear(&names->starts);
    at_text_clear(&names->spaces);
    *names = (at_names){.count = 0};
}

uint64_t at_names_hash(uint32_t space, const char *id, size_t bytes) {
    uint64_t hash = (space ^ (uint64_t)bytes << 32) * UINT64_C(0x9E3779B97F4A7C15), word = 0;
    for (; bytes >= sizeof word; bytes -= sizeof word, id += sizeof word) {
        memcpy(&word, id, sizeof word);
        hash = (hash ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, id, bytes);
    hash = (hash ^ word) * UINT64_C(0xC4CEB9FE1A85EC53);
    hash ^= hash >> 29;
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

void at_names_ahead(const at_names *names, uint64_t hash) {
    if (names->slot_count)
        __builtin_prefetch(&names->slots[hash & (names->slot_count - 1)], 1);
}

const char *at_names_id(const at_names *names, uint32_t number) {
    uint64_t start = 0;
    assert(number < names->count);
    memcpy(&start, names->starts.data + number * sizeof start, sizeof start);
    return names->ids.data + start;
}

uint32_t at_names_space(const at_names *names, uint32_t number) {
    uint32_t space = 0;
    assert(number < names->count);
    memcpy(&space, names->spaces.data + number * sizeof space, sizeof space);
    return space;
}

static at_name_slot slot_of(uint32_t space, const char *id, size_t bytes, uint64_t hash,
                            uint64_t start) {
    at_name_slot slot = {.space = space,
                         .tag = (uint8_t)(hash >> 56),
                         .bytes = (uint8_t)(bytes < LENGTH_MAX ? bytes : LENGTH_MAX)};
    const long_key key = {hash, start};
    if (is_long(bytes))
        memcpy(slot.text, &key, sizeof key);
    else
        memcpy(slot.text, id, bytes);
    return slot;
}

/* The slot that holds the name, or the free one where it belongs. */
static at_name_slot *find(const at_names *names, const at_name_slot *wanted, const char *id,
                          size_t bytes, uint64_t hash) {
    size_t at = hash & (names->slot_count - 1);
    for (;; at = (at + 1) & (names->slot_count - 1)) {
        at_name_slot *slot = &names->slots[at];
        if (!slot->number)
            return slot;
        if (!is_long(bytes) && memcmp(slot, wanted, offsetof(at_name_slot, number)) == 0)
            return slot;
        if (is_long(bytes) && slot->bytes == wanted->bytes && slot->space == wanted->space &&
            key_of(slot).hash == hash && strcmp(names->ids.data + key_of(slot).start, id) == 0)
            return slot;
    }
}

/* Twice the slots. */
static at_status grow(at_names *names, at_error *err) {
    const size_t slot_count = names->slot_count ? 2 * names->slot_count : SLOTS_FIRST;
    at_names grown = *names;
    grown.slot_count = slot_count;
    grown.slots = at_memory_pages(slot_count * sizeof *grown.slots);
    if (!grown.slots)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for %zu names of accounts",
                       slot_count);
    for (size_t i = 0; i < names->slot_count; i++) {
        const at_name_slot *slot = &names->slots[i];
        if (!slot->number)
            continue;
        const uint64_t hash = is_long(slot->bytes)
                                  ? key_of(slot).hash
                                  : at_names_hash(slot->space, slot->text, slot->bytes);
        size_t at = hash & (slot_count - 1);
        while (grown.slots[at].number)
            at = (at + 1) & (slot_count - 1);
        grown.slots[at] = *slot;
    }
    at_memory_pages_free(names->slots, names->slot_count * sizeof *names->slots);
    *names = grown;
    return AT_OK;
}

static at_status add(at_names *names, uint32_t space, const char *id, size_t bytes, at_error *err) {
    const uint64_t start = names->ids.bytes;
    names->ids.limit_bytes = names->starts.limit_bytes = names->spaces.limit_bytes = room_limit;
    AT_TRY(at_text_add_bytes(&names->starts, &start, sizeof start, err));
    AT_TRY(at_text_add_bytes(&names->spaces, &space, sizeof space, err));
    AT_TRY(at_text_add_bytes(&names->ids, id, bytes, err));
    return at_text_add_char(&names->ids, '\0', err);
}

at_status at_names_number(uint32_t *out, at_names *names, uint32_t space, const char *id,
                          size_t bytes, uint64_t hash, at_error *err) {
    if (2 * names->count >= names->slot_count)
        AT_TRY(grow(names, err));
    const at_name_slot wanted = slot_of(space, id, bytes, hash, names->ids.bytes);
    at_name_slot *slot = find(names, &wanted, id, bytes, hash);
    if (!slot->number) {
        if (names->count >= UINT32_MAX - 1)
            return at_fail(err, AT_LIMIT, "E-LIMIT", "a source names %u accounts at most",
                           UINT32_MAX - 1);
        AT_TRY(add(names, space, id, bytes, err));
        *slot = wanted;
        slot->number = (uint32_t)++names->count;
    }
    *out = slot->number - 1;
    return AT_OK;
}

at_status at_names_pack(at_text *spaces, at_text *ids, const at_names *names, size_t first,
                        at_error *err) {
    AT_CLEANUP(at_pack_texts_clear) at_pack_texts texts = {.count = 0};
    AT_CLEANUP(at_text_clear) at_text room = {.limit_bytes = room_limit};
    const size_t count = names->count - first;
    char *data = NULL;
    AT_TRY(at_text_extend(&data, &room, count * sizeof(int64_t), err));
    int64_t *numbers = (int64_t *)(void *)data;
    for (size_t i = 0; i < count; i++) {
        const char *id = at_names_id(names, (uint32_t)(first + i));
        numbers[i] = at_names_space(names, (uint32_t)(first + i));
        AT_TRY(at_pack_texts_add(&texts, id, strlen(id), err));
    }
    AT_TRY(at_pack_ints(spaces, KEY_SPACES, numbers, count, err));
    return at_pack_texts_write(ids, KEY_IDS, &texts, err);
}

void at_name_list_clear(at_name_list *list) {
    at_text_clear(&list->room);
    at_pack_texts_clear(&list->ids);
    list->spaces = NULL;
}

at_status at_names_unpack(at_name_list *out, size_t count, at_span spaces, at_span ids,
                          at_error *err) {
    char *data = NULL;
    at_text_reset(&out->room);
    if (count > 2 * (size_t)AT_PACK_TEXT_MAX + 2 || !spaces.data || !ids.data)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the names of a chunk are damaged");
    AT_TRY(at_text_extend(&data, &out->room, count * sizeof(int64_t), err));
    int64_t *numbers = (int64_t *)(void *)data;
    AT_TRY(at_unpack_ints(numbers, KEY_SPACES, count, spaces, err));
    for (size_t i = 0; i < count; i++)
        if (numbers[i] < 0 || numbers[i] > UINT32_MAX ||
            ((numbers[i] & 15) != AT_ACCOUNT && (numbers[i] & 15) != AT_ASSET))
            return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the names of a chunk are damaged");
    out->spaces = numbers;
    return at_pack_texts_read(&out->ids, KEY_IDS, count, ids, err);
}
