#include "engine/network/alike.h"

#include <stdlib.h>

static bool is_ranged(const at_share *share) {
    return share->lo_open || share->hi_open || at_ratio_compare(share->lo, share->hi) != 0;
}

/* Columns that are over carry nothing, whatever they state. */
at_status at_ranged_owners(bool **out, const at_matrix *matrix, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    bool *ranged;
    uint32_t *queue, count = 0;
    AT_TRY(AT_NEW(&ranged, arena, matrix->body_count, err));
    AT_TRY(AT_NEW(&queue, &scratch, matrix->body_count, err));
    for (uint32_t i = 0; i < matrix->stake_count; i++) {
        const at_stake *stake = &matrix->stakes[i];
        if (matrix->over[stake->owned] || ranged[stake->owner] || !is_ranged(&stake->share))
            continue;
        ranged[stake->owner] = true;
        queue[count++] = stake->owner;
    }
    for (uint32_t next = 0; next < count; next++) {
        const uint32_t body = queue[next];
        for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
            if (matrix->over[body] || ranged[matrix->owner[i]])
                continue;
            ranged[matrix->owner[i]] = true;
            queue[count++] = matrix->owner[i];
        }
    }
    *out = ranged;
    return AT_OK;
}

typedef struct owner_row {
    const at_ownership *ownership;
    uint32_t body;
} owner_row;

static int compare_shares(const at_share *a, const at_share *b) {
    int sign = at_ratio_compare(a->lo, b->lo);
    if (sign == 0)
        sign = at_ratio_compare(a->hi, b->hi);
    if (sign == 0)
        sign = a->lo_open - b->lo_open;
    return sign != 0 ? sign : a->hi_open - b->hi_open;
}

static int compare_rows(const at_matrix *matrix, uint32_t a, uint32_t b) {
    const uint32_t count = matrix->row_start[a + 1] - matrix->row_start[a];
    const uint32_t other = matrix->row_start[b + 1] - matrix->row_start[b];
    if (count != other)
        return count < other ? -1 : 1;
    for (uint32_t i = 0; i < count; i++) {
        const at_stake *left = &matrix->stakes[matrix->row_stakes[matrix->row_start[a] + i]];
        const at_stake *right = &matrix->stakes[matrix->row_stakes[matrix->row_start[b] + i]];
        if (left->owned != right->owned)
            return left->owned < right->owned ? -1 : 1;
        const int sign = compare_shares(&left->share, &right->share);
        if (sign != 0)
            return sign;
    }
    return 0;
}

static int compare_holdings(const owner_row *a, const owner_row *b) {
    const int sign = compare_rows(&a->ownership->capital, a->body, b->body);
    return sign != 0 ? sign : compare_rows(&a->ownership->voting, a->body, b->body);
}

static int compare_owners(const void *left, const void *right) {
    const owner_row *a = left, *b = right;
    const int sign = compare_holdings(a, b);
    return sign != 0 ? sign : a->body < b->body ? -1 : a->body > b->body;
}

static bool is_owned(const at_matrix *matrix, uint32_t body) {
    return matrix->column_start[body] < matrix->column_start[body + 1];
}

at_status at_alike_owners(uint32_t **out, const at_ownership *ownership, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    owner_row *rows;
    uint32_t *alike, count = 0;
    AT_TRY(AT_NEW(&alike, arena, ownership->body_count, err));
    AT_TRY(AT_NEW(&rows, &scratch, ownership->body_count, err));
    for (uint32_t body = 0; body < ownership->body_count; body++) {
        alike[body] = body;
        if (!is_owned(&ownership->capital, body) && !is_owned(&ownership->voting, body))
            rows[count++] = (owner_row){ownership, body};
    }
    if (count > 1)
        qsort(rows, count, sizeof *rows, compare_owners);
    for (uint32_t i = 1; i < count; i++)
        if (compare_holdings(&rows[i - 1], &rows[i]) == 0)
            alike[rows[i].body] = alike[rows[i - 1].body];
    *out = alike;
    return AT_OK;
}
