/* index_part.c - a ledger of which rows are read when somebody comes to them (model/summary.h). */
#include "engine/base/scattered.h"
#include "engine/store/index_keep.h"
#include "engine/store/index_nodes.h"

typedef struct part_reader {
    at_ledger_part part;
    at_index_file *file;
    at_arena *arena;
    at_index_codes codes;
    at_thing class_count;
    bool *here; /* rows */
    bool all_nodes;
    /* What part.ledger shows, to write to. */
    at_node *nodes;
    int64_t *time_us, *amount, *amount_in, *record, *record_in;
    uint8_t *grade;
    uint32_t *out_rows, *in_rows;
} part_reader;

static at_status need_end(part_reader *self, uint32_t node, at_error *err) {
    if (self->nodes[node].id)
        return AT_OK;
    return at_index_get_node(&self->nodes[node], self->file, &self->codes, node, self->class_count,
                             self->arena, err);
}

static at_status need_row(void *context, uint32_t row, at_error *err) {
    part_reader *self = context;
    at_index_file *file = self->file;
    int64_t more = 0;
    if (self->here[row])
        return AT_OK;
    AT_TRY(need_end(self, self->part.ledger.from[row], err));
    AT_TRY(need_end(self, self->part.ledger.to[row], err));
    AT_TRY(AT_INDEX_GET_PART(&self->time_us[row], file, AT_INDEX_TIME, row, 1, UINT64_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&self->amount[row], file, AT_INDEX_AMOUNT, row, 1, INT64_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&more, file, AT_INDEX_AMOUNT_IN, row, 1, UINT64_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&self->grade[row], file, AT_INDEX_GRADE, row, 1, AT_INFERRED, err));
    AT_TRY(AT_INDEX_GET_PART(&self->record[row], file, AT_INDEX_RECORD, row, 1, UINT64_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&self->record_in[row], file, AT_INDEX_RECORD_IN, row, 1, UINT64_MAX,
                             err));
    if (__builtin_add_overflow(more, self->amount[row], &self->amount_in[row]) ||
        self->amount_in[row] < 0)
        return at_index_damaged(err, "an amount cannot be");
    self->here[row] = true;
    return AT_OK;
}

static at_status need_rows_of(uint32_t *rows, part_reader *self, const uint64_t *start,
                              uint32_t node, at_index_column_name column, at_error *err) {
    return AT_INDEX_GET_PART(&rows[start[node]], self->file, column, start[node],
                             (size_t)(start[node + 1] - start[node]), self->part.ledger.count - 1,
                             err);
}

static at_status need_node(void *context, uint32_t node, at_error *err) {
    part_reader *self = context;
    if (self->all_nodes)
        return AT_OK;
    AT_TRY(need_rows_of(self->out_rows, self, self->part.ledger.out_start, node, AT_INDEX_OUT_ROWS,
                        err));
    return need_rows_of(self->in_rows, self, self->part.ledger.in_start, node, AT_INDEX_IN_ROWS,
                        err);
}

static at_status need_all_nodes(void *context, at_error *err) {
    part_reader *self = context;
    const size_t count = self->part.ledger.count;
    if (self->all_nodes)
        return AT_OK;
    AT_TRY(AT_INDEX_GET(self->out_rows, self->file, AT_INDEX_OUT_ROWS, count, count - 1, err));
    AT_TRY(AT_INDEX_GET(self->in_rows, self->file, AT_INDEX_IN_ROWS, count, count - 1, err));
    self->all_nodes = true;
    return AT_OK;
}

/* Large arrays come zeroed from the system and take room where they are written to. */
#define TAKE_SCATTERED(out, self, count, err)                   \
    do {                                                        \
        AT_TRY(AT_NEW((out), (self)->arena, (count), (err)));   \
        at_memory_scattered(*(out), (count) * sizeof(**(out))); \
    } while (0)

static at_status take_rows(part_reader *self, size_t count, at_error *err) {
    at_ledger *ledger = &self->part.ledger;
    TAKE_SCATTERED(&self->here, self, count, err);
    TAKE_SCATTERED(&self->time_us, self, count, err);
    TAKE_SCATTERED(&self->amount, self, count, err);
    TAKE_SCATTERED(&self->amount_in, self, count, err);
    TAKE_SCATTERED(&self->record, self, count, err);
    TAKE_SCATTERED(&self->record_in, self, count, err);
    TAKE_SCATTERED(&self->grade, self, count, err);
    TAKE_SCATTERED(&self->out_rows, self, count, err);
    TAKE_SCATTERED(&self->in_rows, self, count, err);
    TAKE_SCATTERED(&self->nodes, self, ledger->node_count, err);
    ledger->time_us = self->time_us;
    ledger->amount = self->amount;
    ledger->amount_in = self->amount_in;
    ledger->record = self->record;
    ledger->record_in = self->record_in;
    ledger->grade = self->grade;
    ledger->out_rows = self->out_rows;
    ledger->in_rows = self->in_rows;
    ledger->nodes = self->nodes;
    return AT_OK;
}

at_status at_index_part_ledger(const at_ledger_part **out, at_index_file *file,
                               at_thing class_count, at_arena *arena, at_error *err) {
    part_reader *self = NULL;
    bool transit = false;
    *out = NULL;
    AT_TRY(AT_NEW(&self, arena, 1, err));
    *self = (part_reader){.file = file, .arena = arena, .class_count = class_count};
    at_ledger *ledger = &self->part.ledger;
    AT_TRY(at_index_get_ends(ledger, file, arena, err));
    for (size_t row = 0; row < ledger->count; row++)
        transit |= ledger->flags[row] & AT_ROW_TRANSIT;
    if (transit || ledger->count == 0)
        return AT_OK;
    AT_TRY(at_index_get_codes(&self->codes, file, arena, err));
    AT_TRY(take_rows(self, ledger->count, err));
    self->part.self = self;
    self->part.need_row = need_row;
    self->part.need_node = need_node;
    self->part.need_all_nodes = need_all_nodes;
    *out = &self->part;
    return AT_OK;
}
