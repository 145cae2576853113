#include "engine/jobs/diff.h"

#include <stdlib.h>
#include <string.h>

#include "engine/jobs/diff_read.h"

static const at_column columns[] = {
    {"question", AT_COLUMN_TEXT, "the id of the question, or the query"},
    {"change", AT_COLUMN_TEXT, "added, removed or changed"},
    {"row", AT_COLUMN_TEXT, "the ids and texts of the row"},
    {"column", AT_COLUMN_TEXT, "what changed in it"},
    {"before", AT_COLUMN_TEXT, "as the first side has it"},
    {"after", AT_COLUMN_TEXT, "as the second side has it"},
    {0},
};

typedef struct diff_state {
    at_table *out;
    at_diff_answer *a, *b;
    at_arena *arena;
} diff_state;

/* "thing=P1, method=fifo" of the id columns, and of the text columns when `texts`. */
static at_status make_key(at_diff_row *row, const at_diff_answer *answer, bool texts,
                          at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text key = {0};
    for (size_t i = 0; i < answer->column_count; i++) {
        const bool wanted = at_text_equal(answer->types[i], "id") ||
                            (texts && at_text_equal(answer->types[i], "text"));
        if (wanted && row->cells[i])
            AT_TRY(at_text_print(&key, err, "%s%s=%s", key.bytes ? ", " : "", answer->names[i],
                                 row->cells[i]));
    }
    return at_arena_text(&row->key, arena, at_text_string(&key), err);
}

static _Thread_local size_t compared_cells; /* qsort hands nothing on */

static int by_key(const void *left, const void *right) {
    const at_diff_row *a = *(at_diff_row *const *)left, *b = *(at_diff_row *const *)right;
    int order = at_text_compare(a->key, b->key);
    for (size_t i = 0; order == 0 && i < compared_cells; i++)
        order = at_text_compare(a->cells[i], b->cells[i]);
    return order;
}

/* The rows not yet met, by key and then by cells. */
static at_status list_rows(at_diff_row ***out, size_t *count_out, at_diff_answer *answer,
                           bool texts, at_arena *arena, at_error *err) {
    at_diff_row **list = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&list, arena, answer->row_count, err));
    for (size_t i = 0; i < answer->row_count; i++) {
        if (answer->rows[i].met)
            continue;
        AT_TRY(make_key(&answer->rows[i], answer, texts, arena, err));
        list[count++] = &answer->rows[i];
    }
    compared_cells = answer->column_count;
    if (count)
        qsort(list, count, sizeof *list, by_key);
    *out = list;
    *count_out = count;
    return AT_OK;
}

static at_status put(diff_state *state, const char *change, const char *row, const char *column,
                     const char *before, const char *after, at_error *err) {
    at_row *line = NULL;
    AT_TRY(at_table_row(&line, state->out, err));
    at_cell_text(&line->cells[0], state->a ? state->a->id : state->b->id);
    at_cell_text(&line->cells[1], change);
    at_cell_text(&line->cells[2], row);
    at_cell_text(&line->cells[3], column);
    at_cell_text(&line->cells[4], before);
    at_cell_text(&line->cells[5], after);
    return AT_OK;
}

/* Two rows that are one: a line for every cell that differs. */
static at_status meet(diff_state *state, at_diff_row *a, at_diff_row *b, at_error *err) {
    a->met = b->met = true;
    for (size_t i = 0; i < state->a->column_count; i++)
        if (!at_text_equal(a->cells[i], b->cells[i]))
            AT_TRY(
                put(state, "changed", a->key, state->a->names[i], a->cells[i], b->cells[i], err));
    return AT_OK;
}

static size_t same_key(at_diff_row **list, size_t count, size_t from) {
    size_t end = from;
    while (end < count && at_text_equal(list[end]->key, list[from]->key))
        end++;
    return end - from;
}

/* Rows of one key on both sides: equal ones first, then the rest in order. */
static at_status meet_group(diff_state *state, at_diff_row **a, size_t a_count, at_diff_row **b,
                            size_t b_count, bool texts, at_error *err) {
    size_t i = 0, k = 0;
    while (i < a_count && k < b_count) {
        const int order = by_key(&a[i], &b[k]);
        if (order == 0)
            a[i]->met = b[k]->met = true;
        i += order <= 0;
        k += order >= 0;
    }
    if (!texts && (a_count > 1 || b_count > 1))
        return AT_OK; /* ids that stand in several rows do not say which is which */
    for (i = k = 0; i < a_count && k < b_count;) {
        if (a[i]->met)
            i++;
        else if (b[k]->met)
            k++;
        else
            AT_TRY(meet(state, a[i], b[k], err));
    }
    return AT_OK;
}

static at_status meet_rows(diff_state *state, bool texts, at_error *err) {
    at_diff_row **a = NULL, **b = NULL;
    size_t a_count = 0, b_count = 0, i = 0, k = 0;
    AT_TRY(list_rows(&a, &a_count, state->a, texts, state->arena, err));
    AT_TRY(list_rows(&b, &b_count, state->b, texts, state->arena, err));
    while (i < a_count && k < b_count) {
        const int order = at_text_compare(a[i]->key, b[k]->key);
        const size_t a_group = same_key(a, a_count, i), b_group = same_key(b, b_count, k);
        if (order == 0)
            AT_TRY(meet_group(state, &a[i], a_group, &b[k], b_group, texts, err));
        i += order <= 0 ? a_group : 0;
        k += order >= 0 ? b_group : 0;
    }
    return AT_OK;
}

static at_status put_rest(diff_state *state, at_diff_answer *answer, const char *change,
                          at_error *err) {
    at_diff_row **list = NULL;
    size_t count = 0;
    if (!answer)
        return AT_OK;
    AT_TRY(list_rows(&list, &count, answer, true, state->arena, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(put(state, change, list[i]->key, NULL, NULL, NULL, err));
    return AT_OK;
}

/* An answer that one side alone has is all its rows, and itself. */
static at_status compare(diff_state *state, at_error *err) {
    if (!state->a || !state->b)
        AT_TRY(put(state, state->a ? "removed" : "added", NULL, "answer", NULL, NULL, err));
    if (state->a && state->b) {
        bool alike = at_text_equal(state->a->schema, state->b->schema) &&
                     state->a->column_count == state->b->column_count;
        for (size_t i = 0; alike && i < state->a->column_count; i++)
            alike = at_text_equal(state->a->names[i], state->b->names[i]);
        if (!alike)
            return at_fail(err, AT_BAD_INPUT, "E-DIFF-KIND",
                           "answer \"%s\" is \"%s\" on one side and \"%s\" on the other",
                           state->a->id, state->a->schema, state->b->schema);
        AT_TRY(meet_rows(state, true, err));
        AT_TRY(meet_rows(state, false, err));
    }
    AT_TRY(put_rest(state, state->a, "removed", err));
    return put_rest(state, state->b, "added", err);
}

at_status at_diff(at_table *out, const char *before, const char *after, at_arena *arena,
                  at_error *err) {
    at_diff_side a, b;
    at_table table;
    at_table_init(&table, "diff", 1, columns, arena);
    AT_TRY(at_diff_read(&a, before, arena, err));
    AT_TRY(at_diff_read(&b, after, arena, err));
    if (a.is_bundle != b.is_bundle)
        return at_fail(err, AT_BAD_INPUT, "E-DIFF-KIND",
                       "a bundle cannot be compared with answers in JSON: \"%s\", \"%s\"", before,
                       after);
    for (size_t i = 0; i < a.answer_count; i++) {
        diff_state state = {&table, &a.answers[i], NULL, arena};
        for (size_t k = 0; k < b.answer_count && !state.b; k++)
            if (!b.answers[k].met && at_text_equal(a.answers[i].id, b.answers[k].id)) {
                b.answers[k].met = true;
                state.b = &b.answers[k];
            }
        AT_TRY(compare(&state, err));
    }
    for (size_t k = 0; k < b.answer_count; k++) {
        diff_state state = {&table, NULL, &b.answers[k], arena};
        if (!b.answers[k].met)
            AT_TRY(compare(&state, err));
    }
    *out = table;
    return AT_OK;
}
