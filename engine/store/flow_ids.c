/* flow_ids.c - ids of rows: unique over all namespaces, and the ids that reversals name.
 *
 * Ids are unique within a namespace. Two namespaces may use one id: then both are written
 * `namespace/id`. A reversal names an id of its own namespace, or `namespace/id`. */
#include "engine/store/flow.h"

#include <stdlib.h>
#include <string.h>

enum { PASSES_MAX = 4 };

static int compare_ids(const void *first, const void *second, void *context) {
    const at_flow_row *rows = context;
    const uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    const int by_id = strcmp(rows[a].row.id, rows[b].row.id);
    return by_id ? by_id : (a > b) - (a < b);
}

/* An id as it is known in its namespace, before it was made unique. */
typedef struct known_id {
    const char *id;
    uint32_t name_space, row;
} known_id;

static int compare_known(const void *first, const void *second) {
    const known_id *a = first, *b = second;
    if (a->name_space != b->name_space)
        return a->name_space < b->name_space ? -1 : 1;
    const int by_id = strcmp(a->id, b->id);
    return by_id ? by_id : (a->row > b->row) - (a->row < b->row);
}

static const known_id *find_known(const known_id *list, size_t count, uint32_t name_space,
                                  const char *id) {
    const known_id wanted = {.id = id, .name_space = name_space};
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_known(&list[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && list[low].name_space == name_space && strcmp(list[low].id, id) == 0
               ? &list[low]
               : NULL;
}

/* `namespace/id` of a namespace that the store knows. */
static const known_id *find_elsewhere(const at_flow *flow, const known_id *list, size_t count,
                                      const char *text) {
    const at_identity *identity = &flow->reader->identity;
    const char *slash = strchr(text, '/');
    for (uint32_t i = 0; slash && i < identity->name_space_limit; i++) {
        const char *name = identity->name_spaces[i];
        if (name && strlen(name) == (size_t)(slash - text) &&
            memcmp(name, text, (size_t)(slash - text)) == 0)
            return find_known(list, count, i, slash + 1);
    }
    return NULL;
}

static at_status list_known(known_id **out, size_t *count_out, at_flow *flow, at_error *err) {
    known_id *list = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&list, flow->arena, 2 * flow->row_count, err));
    for (size_t i = 0; i < flow->row_count; i++) {
        const at_flow_row *row = &flow->rows[i];
        list[count++] = (known_id){row->row.id, row->name_space, (uint32_t)i};
        if (row->second_id)
            list[count++] = (known_id){row->second_id, row->second_name_space, (uint32_t)i};
    }
    qsort(list, count, sizeof *list, compare_known);
    *out = list;
    *count_out = count;
    return AT_OK;
}

/* Does another row of these have the same namespace? Then one of the two ids is derived. */
static bool shares_name_space(const at_flow *flow, const uint32_t *run, size_t count, size_t row) {
    for (size_t i = 0; i < count; i++)
        if (i != row && flow->rows[run[i]].name_space == flow->rows[run[row]].name_space)
            return true;
    return false;
}

static at_status rename_run(at_flow *flow, const uint32_t *run, size_t count, at_error *err) {
    const char *id = flow->rows[run[0]].row.id;
    for (size_t i = 0; i < count; i++) {
        at_flow_row *row = &flow->rows[run[i]];
        /* A derived id that somebody else gave to a transfer steps aside. */
        const bool aside = !row->id_given && shares_name_space(flow, run, count, i);
        AT_TRY(at_arena_print(&row->row.id, flow->arena, err, "%s/%s%s",
                              flow->reader->identity.name_spaces[row->name_space], aside ? "#" : "",
                              id));
    }
    return AT_OK;
}

static at_status rename_equal(bool *renamed_out, at_flow *flow, const uint32_t *order,
                              at_error *err) {
    *renamed_out = false;
    for (size_t start = 0, end; start < flow->row_count; start = end) {
        const char *id = flow->rows[order[start]].row.id;
        for (end = start + 1; end < flow->row_count; end++)
            if (strcmp(flow->rows[order[end]].row.id, id) != 0)
                break;
        if (end - start == 1)
            continue;
        *renamed_out = true;
        AT_TRY(rename_run(flow, order + start, end - start, err));
    }
    return AT_OK;
}

static at_status make_unique(at_flow *flow, at_error *err) {
    uint32_t *order = NULL;
    bool renamed = true;
    AT_TRY(AT_NEW(&order, flow->arena, flow->row_count, err));
    for (size_t i = 0; i < flow->row_count; i++)
        order[i] = (uint32_t)i;
    for (int pass = 0; renamed && pass < PASSES_MAX; pass++) {
        qsort_r(order, flow->row_count, sizeof *order, compare_ids, flow->rows);
        AT_TRY(rename_equal(&renamed, flow, order, err));
    }
    return AT_OK;
}

at_status at_flow_settle_ids(at_flow *flow, at_error *err) {
    known_id *known = NULL;
    size_t known_count = 0;
    bool reverses = false, one = true;
    for (size_t i = 0; i < flow->row_count; i++) {
        reverses = reverses || flow->rows[i].row.reverses;
        one = one && flow->rows[i].name_space == flow->rows[0].name_space &&
              flow->rows[i].id_given == flow->rows[0].id_given;
    }
    if (reverses)
        AT_TRY(list_known(&known, &known_count, flow, err));
    if (!one)
        AT_TRY(make_unique(flow, err));
    for (size_t i = 0; reverses && i < flow->row_count; i++) {
        at_flow_row *row = &flow->rows[i];
        const char *id = row->row.reverses;
        if (!id)
            continue;
        const known_id *found = find_known(known, known_count, row->name_space, id);
        if (!found)
            found = find_elsewhere(flow, known, known_count, id);
        if (found)
            row->row.reverses = flow->rows[found->row].row.id;
        else /* no imported id begins so: it names nothing, whatever other namespaces have */
            AT_TRY(at_arena_print(&row->row.reverses, flow->arena, err, "@%s", id));
    }
    return AT_OK;
}
