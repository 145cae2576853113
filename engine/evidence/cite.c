#include "engine/evidence/cite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b) {
    const at_record_id left = ((const at_cite *)a)->record->id;
    const at_record_id right = ((const at_cite *)b)->record->id;
    return (left > right) - (left < right);
}

at_status at_cites_init(at_cites *out, const at_bundle_record *records, size_t count,
                        at_arena *arena, at_error *err) {
    at_cites cites = {.count = count};
    AT_TRY(AT_NEW(&cites.items, arena, count, err));
    for (size_t i = 0; i < count; i++) {
        cites.items[i].record = &records[i];
        at_address_format(cites.items[i].address, &records[i].address);
        if (records[i].bytes.bytes != records[i].address.bytes)
            return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-RECORD",
                           "record \"%s\" comes with %zu bytes", cites.items[i].address,
                           records[i].bytes.bytes);
    }
    qsort(cites.items, count, sizeof *cites.items, compare_ids);
    for (size_t i = 1; i < count; i++)
        if (cites.items[i - 1].record->id == cites.items[i].record->id &&
            strcmp(cites.items[i - 1].address, cites.items[i].address) != 0)
            return at_fail(err, AT_BUG, "E-BUG", "record %" PRId64 " has two addresses",
                           cites.items[i].record->id);
    *out = cites;
    return AT_OK;
}

at_status at_cites_use(const char **out, at_cites *cites, at_record_id record, at_error *err) {
    const at_bundle_record key = {.id = record};
    const at_cite wanted = {.record = &key};
    at_cite *found =
        bsearch(&wanted, cites->items, cites->count, sizeof *cites->items, compare_ids);
    if (found == NULL)
        return at_fail(err, AT_BUG, "E-BUG", "an answer cites record %" PRId64 ", not given",
                       record);
    found->cited = true;
    *out = found->address;
    return AT_OK;
}

static int compare_addresses(const void *a, const void *b) {
    const at_address *left = &(*(const at_cite *const *)a)->record->address;
    const at_address *right = &(*(const at_cite *const *)b)->record->address;
    const int order = strcmp(left->content, right->content);
    if (order != 0)
        return order;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return (left->bytes > right->bytes) - (left->bytes < right->bytes);
}

/* One content filed under two names is one file in the bag; which name it bears must not depend on
 * the store's numbers. */
static int compare_cites(const void *a, const void *b) {
    const at_address *left = &(*(const at_cite *const *)a)->record->address;
    const at_address *right = &(*(const at_cite *const *)b)->record->address;
    int order = compare_addresses(a, b);
    if (order == 0)
        order = at_text_compare(left->name_space, right->name_space);
    if (order == 0)
        order = at_text_compare(left->source_name, right->source_name);
    return order;
}

at_status at_cites_list(const at_cite ***out, size_t *count_out, const at_cites *cites,
                        at_arena *arena, at_error *err) {
    const at_cite **list = NULL;
    size_t count = 0, kept = 0;
    AT_TRY(AT_NEW(&list, arena, cites->count, err));
    for (size_t i = 0; i < cites->count; i++)
        if (cites->items[i].cited)
            list[count++] = &cites->items[i];
    qsort(list, count, sizeof(const at_cite *), compare_cites);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_addresses(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    *out = list;
    *count_out = kept;
    return AT_OK;
}

void at_record_path(char out[AT_RECORD_PATH_BYTES], const at_address *address) {
    snprintf(out, AT_RECORD_PATH_BYTES, "data/records/%s/%" PRIu64 "-%" PRIu64 ".bin",
             address->content, address->offset, address->bytes);
}
