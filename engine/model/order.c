#include "engine/model/order.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static int compare(const at_sort_key *a, const at_sort_key *b) {
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* Merge from[0..left) and from[left..count) into `to`. */
static void merge(at_sort_key *to, const at_sort_key *from, size_t left, size_t count) {
    size_t a = 0, b = left;
    if (left >= count || compare(&from[left - 1], &from[left]) <= 0) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const bool take_left = a < left && (b == count || compare(&from[a], &from[b]) <= 0);
        to[i] = take_left ? from[a++] : from[b++];
    }
}

static bool is_sorted(const at_sort_key *keys, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (compare(&keys[i - 1], &keys[i]) > 0)
            return false;
    return true;
}

at_status at_sort(at_sort_key *keys, size_t count, at_arena *scratch, at_error *err) {
    assert(keys != NULL || count == 0);
    if (is_sorted(keys, count))
        return AT_OK;
    at_sort_key *spare;
    AT_TRY(AT_NEW(&spare, scratch, count, err));
    at_sort_key *from = keys, *to = spare;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            const size_t rest = count - start;
            merge(to + start, from + start, run, rest < 2 * run ? rest : 2 * run);
        }
        at_sort_key *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, count * sizeof *keys);
    return AT_OK;
}

/* The next eight bytes as a number that orders as they do; *text moves on, not past its end. */
static uint64_t take_eight(const char **text) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | (unsigned char)**text;
        if (**text != '\0')
            ++*text;
    }
    return value;
}

void at_sort_pack_texts(at_sort_key *keys, size_t count) {
    size_t common = count > 0 ? strlen(keys[0].text) : 0;
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < common && keys[i].text[same] == keys[0].text[same])
            same++;
        common = same;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i].text += common;
        keys[i].high = take_eight(&keys[i].text);
        keys[i].low = take_eight(&keys[i].text);
    }
}
