#include "engine/model/ledger.h"

#include <assert.h>
#include <string.h>

#include "engine/model/order.h"

enum { CHUNK_ROWS = 4096, SLOTS_FIRST = 64 };

/* A row as added: its texts are places in the pool, so that they may move while it grows. */
typedef struct draft {
    uint64_t id, reverses; /* offsets into the pool; reverses 0 = none */
    int64_t time_us, seq, amount, amount_in, fee;
    at_record_id record, record_in;
    uint32_t from, to;
    uint8_t flags, grade;
} draft;

struct at_ledger_builder {
    at_arena *arena;
    at_node *nodes;
    size_t node_count, node_capacity;
    uint32_t *slots; /* open addressing over nodes, by account_id and currency; AT_NONE = free */
    size_t slot_count;
    draft **chunks; /* of CHUNK_ROWS: rows never move, so a large ledger is held once */
    size_t row_count, chunk_count, chunk_capacity;
    char *pool;
    uint64_t pool_bytes, pool_capacity;
};

static const draft *draft_at(const at_ledger_builder *builder, size_t row) {
    return &builder->chunks[row / CHUNK_ROWS][row % CHUNK_ROWS];
}

/* FNV-1a; it decides nothing but the slot. */
static uint64_t hash_node(const at_node *node) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = node->account_id; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    for (const char *c = node->currency.code; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

static bool same_node(const at_node *a, const at_node *b) {
    return strcmp(a->account_id, b->account_id) == 0 &&
           strcmp(a->currency.code, b->currency.code) == 0;
}

/* The slot that holds the node, or the free one where it belongs. */
static size_t find_slot(const at_ledger_builder *builder, const at_node *node) {
    size_t slot = hash_node(node) & (builder->slot_count - 1);
    while (builder->slots[slot] != AT_NONE &&
           !same_node(&builder->nodes[builder->slots[slot]], node))
        slot = (slot + 1) & (builder->slot_count - 1);
    return slot;
}

static at_status grow_slots(at_ledger_builder *builder, at_error *err) {
    if (builder->node_count < builder->slot_count / 2)
        return AT_OK;
    const size_t wanted = builder->slot_count == 0 ? SLOTS_FIRST : builder->slot_count * 2;
    uint32_t *slots;
    AT_TRY(AT_NEW(&slots, builder->arena, wanted, err));
    memset(slots, 0xFF, wanted * sizeof *slots);
    builder->slots = slots;
    builder->slot_count = wanted;
    for (size_t i = 0; i < builder->node_count; i++)
        slots[find_slot(builder, &builder->nodes[i])] = (uint32_t)i;
    return AT_OK;
}

/* Copy `text` with its NUL to the end of the pool. */
static at_status add_to_pool(uint64_t *offset_out, at_ledger_builder *builder, const char *text,
                             at_error *err) {
    const size_t bytes = strlen(text) + 1;
    if (bytes > builder->pool_capacity - builder->pool_bytes) {
        const uint64_t wanted = 2 * builder->pool_capacity + bytes;
        char *pool;
        AT_TRY(AT_NEW(&pool, builder->arena, wanted, err));
        memcpy(pool, builder->pool, builder->pool_bytes);
        builder->pool = pool;
        builder->pool_capacity = wanted;
    }
    memcpy(builder->pool + builder->pool_bytes, text, bytes);
    *offset_out = builder->pool_bytes;
    builder->pool_bytes += bytes;
    return AT_OK;
}

at_status at_ledger_begin(at_ledger_builder **out, at_arena *arena, at_error *err) {
    assert(out != NULL && arena != NULL);
    at_ledger_builder *builder;
    AT_TRY(AT_NEW(&builder, arena, 1, err));
    AT_TRY(AT_NEW(&builder->pool, arena, CHUNK_ROWS, err));
    builder->arena = arena;
    builder->pool_capacity = CHUNK_ROWS;
    builder->pool_bytes = 1; /* offset 0 is "", so that it can mean none */
    *out = builder;
    return AT_OK;
}

at_status at_ledger_add_node(uint32_t *out, at_ledger_builder *builder, const at_node *node,
                             at_error *err) {
    assert(out != NULL && builder != NULL && node != NULL && node->account_id != NULL);
    assert(node->account_id[0] != '\0' && node->currency.code[0] != '\0');
    AT_TRY(grow_slots(builder, err));
    const size_t slot = find_slot(builder, node);
    if (builder->slots[slot] != AT_NONE) {
        *out = builder->slots[slot];
        return AT_OK;
    }
    AT_TRY(AT_GROW(&builder->nodes, &builder->node_capacity, builder->node_count, builder->arena,
                   err));
    at_node copy = *node;
    AT_TRY(at_arena_text(&copy.account_id, builder->arena, node->account_id, err));
    copy.id = NULL;
    builder->nodes[builder->node_count] = copy;
    builder->slots[slot] = (uint32_t)builder->node_count;
    *out = (uint32_t)builder->node_count++;
    return AT_OK;
}

at_status at_ledger_add_row(at_ledger_builder *builder, const at_ledger_row_in *row,
                            at_error *err) {
    assert(builder != NULL && row != NULL && row->id != NULL && row->id[0] != '\0');
    assert(row->from < builder->node_count && row->to < builder->node_count);
    assert(row->amount >= 0 && row->amount_in >= 0 && row->fee >= 0);
    if (builder->row_count >= AT_NONE - 1)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a ledger of more than %u transfers", AT_NONE - 1);
    if (builder->row_count == builder->chunk_count * CHUNK_ROWS) {
        AT_TRY(AT_GROW(&builder->chunks, &builder->chunk_capacity, builder->chunk_count,
                       builder->arena, err));
        AT_TRY(AT_NEW(&builder->chunks[builder->chunk_count], builder->arena, CHUNK_ROWS, err));
        builder->chunk_count++;
    }
    draft copy = {
        .time_us = row->time_us,
        .seq = row->seq,
        .amount = row->amount,
        .amount_in = row->amount_in,
        .fee = row->fee,
        .record = row->record,
        .record_in = row->record_in,
        .from = row->from,
        .to = row->to,
        .flags = row->flags,
        .grade = (uint8_t)row->grade,
    };
    AT_TRY(add_to_pool(&copy.id, builder, row->id, err));
    if (row->reverses != NULL)
        AT_TRY(add_to_pool(&copy.reverses, builder, row->reverses, err));
    builder->chunks[builder->row_count / CHUNK_ROWS][builder->row_count % CHUNK_ROWS] = copy;
    builder->row_count++;
    return AT_OK;
}

/* --- Nodes ------------------------------------------------------------------------------------ */

/* Number the nodes bytewise by id; (*place_out)[as added] = node index. */
static at_status number_nodes(at_ledger *ledger, uint32_t **place_out, at_ledger_builder *builder,
                              at_arena *scratch, at_error *err) {
    at_node **order;
    uint32_t *place;
    at_node *nodes;
    AT_TRY(AT_NEW(&order, scratch, builder->node_count, err));
    AT_TRY(AT_NEW(&place, scratch, builder->node_count, err));
    AT_TRY(AT_NEW(&nodes, builder->arena, builder->node_count, err));
    for (size_t i = 0; i < builder->node_count; i++)
        order[i] = &builder->nodes[i];
    AT_TRY(at_ledger_name_nodes(order, builder->node_count, builder->arena, err));
    for (size_t i = 0; i < builder->node_count; i++) {
        place[order[i] - builder->nodes] = (uint32_t)i;
        nodes[i] = *order[i];
    }
    ledger->nodes = nodes;
    ledger->node_count = builder->node_count;
    *place_out = place;
    return AT_OK;
}

/* --- Rows ------------------------------------------------------------------------------------- */

static at_status sort_rows(at_sort_key *keys, const at_ledger_builder *builder, at_arena *scratch,
                           at_error *err) {
    for (size_t i = 0; i < builder->row_count; i++) {
        const draft *row = draft_at(builder, i);
        keys[i] = (at_sort_key){
            .high = at_sort_signed(row->time_us),
            .low = at_sort_signed(row->seq),
            .text = builder->pool + row->id,
            .item = (uint32_t)i,
        };
    }
    return at_sort(keys, builder->row_count, scratch, err);
}

/* The columns while they are written; at_ledger shows them read-only. */
typedef struct columns {
    uint32_t *from, *to, *reverses, *by_id, *out_rows, *in_rows;
    int64_t *time_us, *seq, *amount, *amount_in, *fee;
    uint8_t *flags, *grade;
    at_record_id *record, *record_in;
    uint64_t *id_offset, *out_start, *in_start;
} columns;

static at_status take_columns(columns *out, size_t rows, size_t nodes, at_arena *arena,
                              at_error *err) {
    AT_TRY(AT_NEW(&out->from, arena, rows, err));
    AT_TRY(AT_NEW(&out->to, arena, rows, err));
    AT_TRY(AT_NEW(&out->reverses, arena, rows, err));
    AT_TRY(AT_NEW(&out->by_id, arena, rows, err));
    AT_TRY(AT_NEW(&out->out_rows, arena, rows, err));
    AT_TRY(AT_NEW(&out->in_rows, arena, rows, err));
    AT_TRY(AT_NEW(&out->time_us, arena, rows, err));
    AT_TRY(AT_NEW(&out->seq, arena, rows, err));
    AT_TRY(AT_NEW(&out->amount, arena, rows, err));
    AT_TRY(AT_NEW(&out->amount_in, arena, rows, err));
    AT_TRY(AT_NEW(&out->fee, arena, rows, err));
    AT_TRY(AT_NEW(&out->flags, arena, rows, err));
    AT_TRY(AT_NEW(&out->grade, arena, rows, err));
    AT_TRY(AT_NEW(&out->record, arena, rows, err));
    AT_TRY(AT_NEW(&out->record_in, arena, rows, err));
    AT_TRY(AT_NEW(&out->id_offset, arena, rows, err));
    AT_TRY(AT_NEW(&out->out_start, arena, nodes + 1, err));
    return AT_NEW(&out->in_start, arena, nodes + 1, err);
}

static void fill_columns(columns *out, const at_ledger_builder *builder, const at_sort_key *keys,
                         const uint32_t *place, const at_node *nodes) {
    for (size_t i = 0; i < builder->row_count; i++) {
        const draft *row = draft_at(builder, keys[i].item);
        out->from[i] = place[row->from];
        out->to[i] = place[row->to];
        out->time_us[i] = row->time_us;
        out->seq[i] = row->seq;
        out->amount[i] = row->amount;
        out->amount_in[i] = row->amount_in;
        out->fee[i] = row->fee;
        out->flags[i] = at_ledger_flags(row->flags, row->amount != row->amount_in,
                                        &nodes[out->from[i]], &nodes[out->to[i]]);
        out->grade[i] = row->grade;
        out->record[i] = row->record;
        out->record_in[i] = row->record_in;
        out->id_offset[i] = row->id;
    }
}

/* Fill by_id from the rows in their order, and refuse an id that stands twice. */
static at_status index_ids(columns *out, const at_ledger_builder *builder, at_sort_key *keys,
                           at_arena *scratch, at_error *err) {
    const size_t count = builder->row_count;
    for (size_t i = 0; i < count; i++)
        keys[i] = (at_sort_key){.text = builder->pool + out->id_offset[i], .item = (uint32_t)i};
    at_sort_pack_texts(keys, count);
    AT_TRY(at_sort(keys, count, scratch, err));
    for (size_t i = 0; i < count; i++) {
        out->by_id[i] = keys[i].item;
        const char *id = builder->pool + out->id_offset[keys[i].item];
        if (i > 0 && strcmp(builder->pool + out->id_offset[keys[i - 1].item], id) == 0)
            return at_fail(err, AT_BAD_INPUT, "E-LEDGER-DUPID", "two transfers have the id \"%s\"",
                           id);
    }
    return AT_OK;
}

static void find_reversed(columns *out, const at_ledger *ledger, const at_ledger_builder *builder,
                          const uint32_t *row_of) {
    for (size_t i = 0; i < ledger->count; i++)
        out->reverses[i] = AT_NONE;
    for (size_t i = 0; i < ledger->count; i++) {
        const draft *row = draft_at(builder, i);
        if (row->reverses == 0)
            continue;
        const uint32_t reversed = at_ledger_row(ledger, builder->pool + row->reverses);
        out->reverses[row_of[i]] = reversed != AT_NONE ? reversed : AT_NONE - 1;
    }
}

at_status at_ledger_finish(at_ledger *out, at_ledger_builder *builder, at_error *err) {
    assert(out != NULL && builder != NULL);
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = builder->arena->limit_bytes};
    const size_t count = builder->row_count;
    at_ledger ledger = {.count = count, .id_pool = builder->pool};
    columns column = {.from = NULL};
    at_sort_key *keys;
    uint32_t *place, *row_of;
    AT_TRY(number_nodes(&ledger, &place, builder, &scratch, err));
    AT_TRY(take_columns(&column, count, ledger.node_count, builder->arena, err));
    AT_TRY(AT_NEW(&keys, &scratch, count, err));
    AT_TRY(AT_NEW(&row_of, &scratch, count, err));
    AT_TRY(sort_rows(keys, builder, &scratch, err));
    fill_columns(&column, builder, keys, place, ledger.nodes);
    for (size_t i = 0; i < count; i++)
        row_of[keys[i].item] = (uint32_t)i;
    AT_TRY(index_ids(&column, builder, keys, &scratch, err));
    at_ledger_rows_by_node(column.out_start, column.out_rows, column.from, count,
                           ledger.node_count);
    at_ledger_rows_by_node(column.in_start, column.in_rows, column.to, count, ledger.node_count);
    ledger.by_id = column.by_id;
    ledger.id_offset = column.id_offset;
    find_reversed(&column, &ledger, builder, row_of);

    ledger.from = column.from;
    ledger.to = column.to;
    ledger.time_us = column.time_us;
    ledger.seq = column.seq;
    ledger.amount = column.amount;
    ledger.amount_in = column.amount_in;
    ledger.fee = column.fee;
    ledger.reverses = column.reverses;
    ledger.flags = column.flags;
    ledger.grade = column.grade;
    ledger.record = column.record;
    ledger.record_in = column.record_in;
    ledger.out_start = column.out_start;
    ledger.in_start = column.in_start;
    ledger.out_rows = column.out_rows;
    ledger.in_rows = column.in_rows;
    *out = ledger;
    return AT_OK;
}
