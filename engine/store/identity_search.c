/* identity_search.c - ids in which a text may be: a quick look at all of them, so that who asks
 * compares few with care (names/fold.h). */
#include "engine/store/identity.h"
#include "engine/store/index_keep.h"

#include <stdlib.h>
#include <string.h>

enum {
    PART_BYTES = 20 * AT_INDEX_BLOCK_BYTES,
    PIECE_BYTES = 4096,
    STEP_BYTES = 64 /* folded at once: a number that the compiler knows */
};

typedef struct id_search {
    at_identity *identity;
    const char *key;
    size_t key_bytes;
    at_arena *scratch;
    uint32_t *places; /* where it may be */
    size_t count, capacity;
} id_search;

/* Without branches: these are asked of every byte. */
static inline bool is_plain(unsigned char c) {
    return ((unsigned char)(c - 'a') < 26) | ((unsigned char)(c - '0') < 10) | (c == '\0');
}

static inline unsigned char lower(unsigned char c) {
    return (unsigned char)(c | ((unsigned char)(c - 'A') < 26) << 5);
}

/* One id: signs that are no letter or digit vanish; letters of other scripts need a better look. */
static bool may_contain(const char *id, const id_search *search) {
    const char *key = search->key;
    for (const char *c = id; *c; c++)
        if ((unsigned char)*c >= 0x80)
            return true;
    for (const char *from = id; *from; from++) {
        size_t met = 0;
        for (const char *c = from; *c && key[met]; c++) {
            const unsigned char now = lower((unsigned char)*c);
            if (is_plain(now) && now != (unsigned char)key[met])
                break;
            met += is_plain(now);
        }
        if (!key[met])
            return true;
    }
    return !key[0];
}

static at_status add_place(id_search *search, size_t place, at_error *err) {
    if (search->count && search->places[search->count - 1] == place)
        return AT_OK;
    AT_TRY(AT_GROW(&search->places, &search->capacity, search->count, search->scratch, err));
    search->places[search->count++] = (uint32_t)place;
    return AT_OK;
}

/* Whole texts, NUL behind each, of which the first is that of `place`. */
static at_status search_slowly(id_search *search, const char *texts, size_t bytes, size_t place,
                               at_error *err) {
    for (size_t at = 0; at < bytes; at += strlen(texts + at) + 1, place++)
        if (may_contain(texts + at, search))
            AT_TRY(add_place(search, place, err));
    return AT_OK;
}

/* Small letters; is everything a letter, a digit or an end? */
static bool fold_step(char *restrict out, const char *restrict texts) {
    unsigned char odd = 0;
    for (size_t i = 0; i < STEP_BYTES; i++) {
        const unsigned char c = lower((unsigned char)texts[i]);
        odd |= (unsigned char)!is_plain(c);
        out[i] = (char)c;
    }
    return !odd;
}

/* The same for plain ids, as nearly all are: what makes them so is found out in passing. Behind the
 * texts lie others or zeros. */
static at_status search_texts(id_search *search, const char *texts, size_t bytes, size_t place,
                              at_error *err) {
    char folded[PIECE_BYTES + STEP_BYTES];
    bool plain = true;
    for (size_t i = 0; i < bytes; i += STEP_BYTES)
        plain &= fold_step(folded + i, texts + i);
    if (!plain)
        return search_slowly(search, texts, bytes, place, err);
    const char *from = folded, *const end = folded + bytes;
    while (from < end) {
        const char *found = memmem(from, (size_t)(end - from), search->key, search->key_bytes);
        if (!found)
            return AT_OK;
        for (; from < found; from++)
            place += *from == '\0';
        AT_TRY(add_place(search, place, err));
        from = found + 1;
        place += *found == '\0';
    }
    return AT_OK;
}

/* A piece of at most PIECE_BYTES that ends behind a text; 0 when no text ends in it. */
static size_t piece_of(const char *texts, size_t bytes) {
    const size_t most = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
    const char *last = memrchr(texts, '\0', most);
    return last ? (size_t)(last - texts) + 1 : 0;
}

static size_t count_texts(const char *texts, size_t bytes) {
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += texts[i] == '\0';
    return count;
}

/* Pieces of what was read; what is left of a text at the end stays for later. A text longer than a
 * piece is looked at alone. */
static at_status search_part(id_search *search, const char *texts, size_t bytes, size_t *done_out,
                             size_t *place, at_error *err) {
    size_t done = 0;
    while (done < bytes) {
        size_t piece = piece_of(texts + done, bytes - done);
        if (piece) {
            AT_TRY(search_texts(search, texts + done, piece, *place, err));
        } else {
            const char *end = memchr(texts + done, '\0', bytes - done);
            if (!end)
                break;
            piece = (size_t)(end - texts) - done + 1;
            AT_TRY(search_slowly(search, texts + done, piece, *place, err));
        }
        *place += count_texts(texts + done, piece);
        done += piece;
    }
    *done_out = done;
    return AT_OK;
}

static at_status search_file(id_search *search, at_error *err) {
    at_index_file *file = search->identity->file;
    const uint64_t all = at_index_count(file, AT_INDEX_THING_IDS);
    size_t place = 0, here = 0, done = 0;
    char *texts = NULL;
    AT_TRY(AT_NEW(&texts, search->scratch, PART_BYTES + STEP_BYTES, err));
    for (uint64_t at = 0; at < all;) {
        const size_t room = PART_BYTES - here;
        const size_t bytes = all - at < room ? (size_t)(all - at) : room;
        AT_TRY(at_index_get_bytes(texts + here, file, AT_INDEX_THING_IDS, at, bytes, err));
        at += bytes;
        here += bytes;
        AT_TRY(search_part(search, texts, here, &done, &place, err));
        here -= done;
        if (here == PART_BYTES)
            return at_index_damaged(err, "a text is too long");
        memmove(texts, texts + done, here);
    }
    return place == search->identity->count ? AT_OK : at_index_damaged(err, "texts are missing");
}

static at_status class_at(at_thing *out, at_identity *identity, uint32_t place, at_error *err) {
    if (!identity->file) {
        *out = identity->things[place].class;
        return AT_OK;
    }
    return at_index_get_number(out, identity->file, AT_INDEX_THING_CLASS, place,
                               identity->class_count, err);
}

static int compare_classes(const void *left, const void *right) {
    const at_thing *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static at_status list_classes(const at_thing **out, size_t *count_out, const id_search *search,
                              at_error *err) {
    at_thing *list = NULL;
    size_t kept = 0;
    AT_TRY(AT_NEW(&list, search->identity->arena, search->count, err));
    for (size_t i = 0; i < search->count; i++)
        AT_TRY(class_at(&list[i], search->identity, search->places[i], err));
    if (search->count > 1)
        qsort(list, search->count, sizeof *list, compare_classes);
    for (size_t i = 0; i < search->count; i++)
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    *out = list;
    *count_out = kept;
    return AT_OK;
}

static at_status search_all(const at_thing **out, size_t *count_out, at_identity *identity,
                            const char *key, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    id_search search = {
        .identity = identity, .key = key, .key_bytes = strlen(key), .scratch = &scratch};
    if (identity->file)
        AT_TRY(search_file(&search, err));
    else
        for (size_t place = 0; place < identity->count; place++)
            if (may_contain(identity->things[place].id, &search))
                AT_TRY(add_place(&search, place, err));
    return list_classes(out, count_out, &search, err);
}

at_status at_identity_search(const at_thing **out, size_t *count_out, at_identity *identity,
                             const char *key, at_error *err) {
    if (identity->file) {
        const at_status status = search_all(out, count_out, identity, key, err);
        AT_TRY(at_identity_settle(identity, status, err));
        if (identity->file)
            return AT_OK;
    }
    return search_all(out, count_out, identity, key, err);
}
