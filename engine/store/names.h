/**
 * names.h - names of accounts that transfers use: a number each, 0.. in order of first use.
 *
 * A name is a kind, a namespace and an id. The table has 32-byte slots with ids of up to 22 bytes
 * inline, because at ten million transfers looking a name up is one miss of the cache and nothing
 * else: at_names_ahead, called some rows before at_names_number, hides even that.
 *
 * Ownership: everything lives in at_names until at_names_clear; ids are borrowed until then or the
 *            next name.
 * Errors:    AT_NO_MEMORY; AT_LIMIT past 2^32 - 2 names.
 */
#ifndef ASSETTRACE_STORE_NAMES_H
#define ASSETTRACE_STORE_NAMES_H

#include "engine/model/record.h"
#include "engine/store/pack.h"

/* Kind and namespace in one number. */
#define AT_NAME_SPACE(kind, name_space) ((uint32_t)(name_space) << 4 | (uint32_t)(kind))

typedef struct at_name_slot at_name_slot;

typedef struct at_names {
    at_name_slot *slots; /* a power of two, half empty at least */
    size_t slot_count;
    size_t count;
    at_text ids;    /* each NUL-terminated */
    at_text starts; /* uint64_t each: where in `ids` it begins */
    at_text spaces; /* uint32_t each */
} at_names;

void at_names_clear(at_names *names);

/** Decides nothing but where a name is looked for. */
uint64_t at_names_hash(uint32_t space, const char *id, size_t bytes);
/** Have the slot brought near. */
void at_names_ahead(const at_names *names, uint64_t hash);
/** The number of a name, a new one when it is new. `hash` is at_names_hash of the same. */
AT_CHECKED at_status at_names_number(uint32_t *out, at_names *names, uint32_t space, const char *id,
                                     size_t bytes, uint64_t hash, at_error *err);

const char *at_names_id(const at_names *names, uint32_t number);
uint32_t at_names_space(const at_names *names, uint32_t number);

/** Names `first` to the last as two columns. */
AT_CHECKED at_status at_names_pack(at_text *spaces, at_text *ids, const at_names *names,
                                   size_t first, at_error *err);
/* Names as they come out of one chunk. */
typedef struct at_name_list {
    at_text room;
    const int64_t *spaces; /* AT_NAME_SPACE, checked: a kind of thing and 28 bits */
    at_pack_texts ids;
} at_name_list;
void at_name_list_clear(at_name_list *list);
AT_CHECKED at_status at_names_unpack(at_name_list *out, size_t count, at_span spaces, at_span ids,
                                     at_error *err);

#endif
