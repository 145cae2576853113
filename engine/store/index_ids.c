/* index_ids.c - ids of rows that are sorted and not held: unique over all namespaces, and what is
 * reversed (flow_ids.c says what the rules are, and does the same for rows in memory). */
#include "engine/store/index_build.h"

#include "engine/model/order.h"
#include "engine/store/identity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES_MAX = 4 };

/* --- Unique ids ------------------------------------------------------------------------------- */

/* A row by its id. */
typedef struct named_row {
    uint64_t place;
    uint32_t name_space, id_given;
} named_row;

typedef struct naming {
    const at_identity *identity;
    at_sorter ids;     /* rows by id */
    at_sorter renames; /* new ids by place */
    at_arena arena;    /* of the rows with one id */
    named_row *run;
    size_t count, capacity;
    at_text id, made;
} naming;

static void end_naming(naming *work) {
    at_sorter_end(&work->ids);
    at_sorter_end(&work->renames);
    at_arena_clear(&work->arena);
    at_text_clear(&work->id);
    at_text_clear(&work->made);
}

static at_status sort_by_id(naming *work, at_index_rows *rows, at_error *err) {
    at_index_row_view view;
    bool got = false;
    AT_TRY(at_sorter_rewind(&rows->sorter, err));
    for (uint64_t place = 0;; place++) {
        AT_TRY(at_index_rows_next(&view, &got, rows, err));
        if (!got)
            return at_sorter_rewind(&work->ids, err);
        const named_row named = {place, view.row->name_space, view.row->id_given};
        const at_sorted record = {.text = view.id, .data = &named, .bytes = sizeof named};
        AT_TRY(at_sorter_add(&work->ids, &record, err));
    }
}

/* Does another row of these have the same namespace? Then one of the two ids is derived. */
static bool shares_name_space(const naming *work, size_t row) {
    for (size_t i = 0; i < work->count; i++)
        if (i != row && work->run[i].name_space == work->run[row].name_space)
            return true;
    return false;
}

static at_status rename_run(naming *work, at_error *err) {
    for (size_t i = 0; work->count > 1 && i < work->count; i++) {
        const named_row *row = &work->run[i];
        const bool aside = !row->id_given && shares_name_space(work, i);
        at_text_reset(&work->made);
        AT_TRY(at_text_print(&work->made, err, "%s/%s%s",
                             work->identity->name_spaces[row->name_space], aside ? "#" : "",
                             at_text_string(&work->id)));
        const at_sorted record = {.high = row->place, .text = at_text_string(&work->made)};
        AT_TRY(at_sorter_add(&work->renames, &record, err));
    }
    work->count = 0;
    return AT_OK;
}

static at_status find_equal(naming *work, at_error *err) {
    at_sorted record;
    bool got = false;
    for (;;) {
        AT_TRY(at_sorter_next(&record, &got, &work->ids, err));
        if (!got)
            return rename_run(work, err);
        if (work->count && strcmp(at_text_string(&work->id), record.text) != 0)
            AT_TRY(rename_run(work, err));
        if (!work->count) {
            at_text_reset(&work->id);
            AT_TRY(at_text_add(&work->id, record.text, err));
        }
        AT_TRY(AT_GROW(&work->run, &work->capacity, work->count, &work->arena, err));
        work->run[work->count++] = *(const named_row *)record.data;
    }
}

/* All rows once more, with the ids they have now. */
static at_status apply_renames(at_index_rows *out, at_index_rows *rows, naming *work,
                               at_error *err) {
    at_index_row_view view;
    at_sorted rename;
    bool got = false, more = false;
    AT_TRY(at_sorter_rewind(&work->renames, err));
    AT_TRY(at_sorter_rewind(&rows->sorter, err));
    AT_TRY(at_sorter_next(&rename, &more, &work->renames, err));
    for (uint64_t place = 0;; place++) {
        AT_TRY(at_index_rows_next(&view, &got, rows, err));
        if (!got)
            return AT_OK;
        if (!more || rename.high != place) {
            AT_TRY(at_index_rows_add(out, &view, err));
            continue;
        }
        view.id = rename.text;
        AT_TRY(at_index_rows_add(out, &view, err));
        AT_TRY(at_sorter_next(&rename, &more, &work->renames, err));
    }
}

static at_status rename_once(bool *renamed_out, at_index_rows *rows, const at_identity *identity,
                             at_error *err) {
    AT_CLEANUP(end_naming)
    naming work = {.identity = identity,
                   .ids = at_sorter_begin(rows->store, rows->room_bytes),
                   .renames = at_sorter_begin(rows->store, rows->room_bytes),
                   .arena = {.limit_bytes = SIZE_MAX},
                   .id = {.limit_bytes = SIZE_MAX},
                   .made = {.limit_bytes = SIZE_MAX}};
    AT_TRY(sort_by_id(&work, rows, err));
    AT_TRY(find_equal(&work, err));
    *renamed_out = work.renames.count > 0;
    if (!*renamed_out)
        return AT_OK;
    AT_CLEANUP(at_index_rows_end)
    at_index_rows renamed = at_index_rows_begin(rows->store, rows->room_bytes);
    AT_TRY(apply_renames(&renamed, rows, &work, err));
    const at_index_rows old = *rows;
    *rows = renamed;
    renamed = old;
    return AT_OK;
}

at_status at_index_unique_ids(at_index_rows *rows, const at_identity *identity, at_error *err) {
    bool renamed = rows->mixed;
    for (int pass = 0; renamed && pass < PASSES_MAX; pass++)
        AT_TRY(rename_once(&renamed, rows, identity, err));
    return AT_OK;
}

/* --- Reversals -------------------------------------------------------------------------------- */

/* What is known by an id of a namespace, and who asks for it. */
typedef enum asking { KNOWN, ASKED, ASKED_ELSEWHERE } asking;
typedef struct known_row {
    uint32_t row, item, asking, unused;
} known_row;

at_status at_index_reversals_begin(at_index_reversals *out, const at_index_rows *rows,
                                   at_error *err) {
    *out = (at_index_reversals){.sorter = at_sorter_begin(rows->store, rows->room_bytes),
                                .key = {.limit_bytes = SIZE_MAX},
                                .arena = {.limit_bytes = SIZE_MAX}};
    if (!rows->reversing)
        return AT_OK;
    AT_TRY(AT_NEW(&out->rows, &out->arena, rows->count, err));
    memset(out->rows, 0xFF, rows->count * sizeof *out->rows);
    return AT_OK;
}

void at_index_reversals_end(at_index_reversals *reversals) {
    at_sorter_end(&reversals->sorter);
    at_text_clear(&reversals->key);
    at_arena_clear(&reversals->arena);
}

static at_status add_known(at_index_reversals *all, uint32_t name_space, const char *id,
                           const known_row *row, at_error *err) {
    at_text_reset(&all->key);
    AT_TRY(at_text_print(&all->key, err, "%08" PRIx32 "%s", name_space, id));
    const at_sorted record = {.text = at_text_string(&all->key), .data = row, .bytes = sizeof *row};
    return at_sorter_add(&all->sorter, &record, err);
}

/* `namespace/id` of a namespace that the store knows. */
static at_status ask_elsewhere(at_index_reversals *all, const at_identity *identity,
                               const char *text, const known_row *row, at_error *err) {
    const char *slash = strchr(text, '/');
    for (uint32_t i = 0; slash && i < identity->name_space_limit; i++) {
        const char *name = identity->name_spaces[i];
        if (name && strlen(name) == (size_t)(slash - text) &&
            memcmp(name, text, (size_t)(slash - text)) == 0)
            return add_known(all, i, slash + 1, row, err);
    }
    return AT_OK;
}

at_status at_index_reversals_see(at_index_reversals *all, const at_identity *identity,
                                 const at_index_row_view *view, size_t place, at_error *err) {
    known_row row = {.row = (uint32_t)place, .item = view->row->item, .asking = KNOWN};
    if (!all->rows)
        return AT_OK;
    AT_TRY(add_known(all, view->row->name_space, view->known, &row, err));
    if (view->second)
        AT_TRY(add_known(all, view->row->second_name_space, view->second, &row, err));
    if (!view->reverses)
        return AT_OK;
    all->rows[place] = AT_NONE - 1;
    row.asking = ASKED;
    AT_TRY(add_known(all, view->row->name_space, view->reverses, &row, err));
    row.asking = ASKED_ELSEWHERE;
    return ask_elsewhere(all, identity, view->reverses, &row, err);
}

/* Those who asked for one id get the first row of the flow that has it; their own namespace goes
 * before another. */
static void answer_run(at_index_reversals *all, const known_row *run, size_t count) {
    const known_row *first = NULL;
    for (size_t i = 0; i < count; i++)
        if (run[i].asking == KNOWN && (!first || run[i].item < first->item))
            first = &run[i];
    for (size_t i = 0; first && i < count; i++)
        if (run[i].asking == ASKED ||
            (run[i].asking == ASKED_ELSEWHERE && all->rows[run[i].row] == AT_NONE - 1))
            all->rows[run[i].row] = first->row;
}

at_status at_index_reversals_find(at_index_reversals *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    known_row *run = NULL;
    size_t count = 0, capacity = 0;
    at_sorted record;
    bool got = all->rows != NULL;
    at_text_reset(&all->key);
    AT_TRY(at_sorter_rewind(&all->sorter, err));
    while (got) {
        AT_TRY(at_sorter_next(&record, &got, &all->sorter, err));
        if (!got || (count && strcmp(at_text_string(&all->key), record.text) != 0)) {
            answer_run(all, run, count);
            count = 0;
        }
        if (!got)
            break;
        if (!count) {
            at_text_reset(&all->key);
            AT_TRY(at_text_add(&all->key, record.text, err));
        }
        AT_TRY(AT_GROW(&run, &capacity, count, &arena, err));
        run[count++] = *(const known_row *)record.data;
    }
    return AT_OK;
}

/* --- Rows by id ------------------------------------------------------------------------------- */

at_status at_index_by_id(uint32_t *out, at_sorter *ids, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text last = {.limit_bytes = SIZE_MAX};
    at_sorted record;
    bool got = false;
    AT_TRY(at_sorter_rewind(ids, err));
    for (size_t i = 0;; i++) {
        AT_TRY(at_sorter_next(&record, &got, ids, err));
        if (!got)
            return AT_OK;
        if (i > 0 && strcmp(at_text_string(&last), record.text) == 0)
            return at_fail(err, AT_BAD_INPUT, "E-LEDGER-DUPID", "two transfers have the id \"%s\"",
                           record.text);
        out[i] = *(const uint32_t *)record.data;
        at_text_reset(&last);
        AT_TRY(at_text_add(&last, record.text, err));
    }
}
