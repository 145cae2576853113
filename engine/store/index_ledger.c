/* index_ledger.c - the ledger, into an index and out of it. */
#include "engine/store/index.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_MASK = 7, UNRECONCILED_BIT = 3, CURRENCY_BIT = 4, STARTS_EVERY = 16, CODES_MAX = 4096 };

/* --- Nodes ------------------------------------------------------------------------------------ */

/* Currencies in the order of first use. */
typedef struct code_list {
    at_currency *codes;
    size_t count, capacity;
} code_list;

static at_status code_place(uint32_t *out, code_list *list, const at_currency *code,
                            at_arena *arena, at_error *err) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->codes[i].code, code->code) == 0) {
            *out = (uint32_t)i;
            return AT_OK;
        }
    AT_TRY(AT_GROW(&list->codes, &list->capacity, list->count, arena, err));
    list->codes[list->count] = *code;
    *out = (uint32_t)list->count++;
    return AT_OK;
}

static int compare_accounts(const void *first, const void *second, void *context) {
    const at_node *nodes = context;
    const uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    if (nodes[a].account != nodes[b].account)
        return nodes[a].account < nodes[b].account ? -1 : 1;
    return (a > b) - (a < b);
}

static at_status put_by_account(at_index_writer *writer, const at_ledger *ledger, at_arena *arena,
                                at_error *err) {
    uint32_t *order = NULL;
    AT_TRY(AT_NEW(&order, arena, ledger->node_count, err));
    for (size_t i = 0; i < ledger->node_count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, ledger->node_count, sizeof *order, compare_accounts, (void *)ledger->nodes);
    return AT_INDEX_PUT(writer, AT_INDEX_NODE_BY_ACCOUNT, order, ledger->node_count, err);
}

static at_status put_codes(at_index_writer *writer, const code_list *list, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 0};
    for (size_t i = 0; i < list->count; i++)
        AT_TRY(at_text_add_bytes(&text, list->codes[i].code, strlen(list->codes[i].code) + 1, err));
    return at_index_put_bytes(writer, AT_INDEX_CURRENCIES, at_text_string(&text), text.bytes, err);
}

static at_status put_nodes(at_index_writer *writer, const at_ledger *ledger, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_text_clear) at_text ids = {.limit_bytes = SIZE_MAX};
    const size_t count = ledger->node_count;
    code_list codes = {.count = 0};
    uint8_t *kinds = NULL;
    uint32_t *currencies = NULL, *accounts = NULL;
    int64_t *openings = NULL;
    at_record_id *records = NULL;
    AT_TRY(AT_NEW(&kinds, &arena, count, err));
    AT_TRY(AT_NEW(&currencies, &arena, count, err));
    AT_TRY(AT_NEW(&accounts, &arena, count, err));
    AT_TRY(AT_NEW(&openings, &arena, count, err));
    AT_TRY(AT_NEW(&records, &arena, count, err));
    for (size_t i = 0; i < count; i++) {
        const at_node *node = &ledger->nodes[i];
        const bool plain = strcmp(node->id, node->account_id) == 0;
        AT_TRY(at_text_add_bytes(&ids, node->account_id, strlen(node->account_id) + 1, err));
        AT_TRY(code_place(&currencies[i], &codes, &node->currency, &arena, err));
        kinds[i] =
            (uint8_t)((unsigned)node->kind | (node->unreconciled ? 1U << UNRECONCILED_BIT : 0) |
                      (plain ? 0 : 1U << CURRENCY_BIT));
        accounts[i] = node->account;
        openings[i] = node->opening;
        records[i] = node->opening_record;
    }
    AT_TRY(at_index_put_bytes(writer, AT_INDEX_NODE_IDS, at_text_string(&ids), ids.bytes, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_NODE_KIND, kinds, count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_NODE_CURRENCY, currencies, count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_NODE_ACCOUNT, accounts, count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_NODE_OPENING, openings, count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_NODE_OPENING_RECORD, records, count, err));
    AT_TRY(put_by_account(writer, ledger, &arena, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_OUT_START, ledger->out_start, count + 1, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_IN_START, ledger->in_start, count + 1, err));
    return put_codes(writer, &codes, err);
}

static at_status get_codes(code_list *out, at_index_file *file, at_arena *arena, at_error *err) {
    const size_t bytes = at_index_count(file, AT_INDEX_CURRENCIES);
    char *text = NULL;
    if (bytes > CODES_MAX * sizeof(at_currency))
        return at_index_damaged(err, "it has too many currencies");
    AT_TRY(AT_NEW(&text, arena, bytes + 1, err));
    AT_TRY(at_index_get_bytes(text, file, AT_INDEX_CURRENCIES, 0, bytes, err));
    for (size_t at = 0; at < bytes;) {
        const size_t length = strlen(text + at);
        if (length == 0 || length >= AT_CURRENCY_BYTES)
            return at_index_damaged(err, "a currency cannot be");
        AT_TRY(AT_GROW(&out->codes, &out->capacity, out->count, arena, err));
        out->codes[out->count] = (at_currency){.code = ""};
        memcpy(out->codes[out->count++].code, text + at, length);
        at += length + 1;
    }
    return AT_OK;
}

static at_status make_nodes(at_ledger *out, at_node *nodes, at_index_file *file,
                            at_thing class_count, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    const size_t count = out->node_count;
    code_list codes = {.count = 0};
    const char *ids = NULL;
    uint8_t *kinds = NULL;
    uint32_t *currencies = NULL, *accounts = NULL;
    int64_t *openings = NULL;
    uint64_t *starts = NULL;
    at_record_id *records = NULL;
    AT_TRY(get_codes(&codes, file, &scratch, err));
    AT_TRY(AT_NEW(&starts, &scratch, count, err));
    AT_TRY(AT_NEW(&kinds, &scratch, count, err));
    AT_TRY(AT_NEW(&currencies, &scratch, count, err));
    AT_TRY(AT_NEW(&accounts, &scratch, count, err));
    AT_TRY(AT_NEW(&openings, &scratch, count, err));
    AT_TRY(AT_NEW(&records, &scratch, count, err));
    AT_TRY(at_index_get_texts(&ids, starts, file, AT_INDEX_NODE_IDS, count, arena, err));
    AT_TRY(AT_INDEX_GET(kinds, file, AT_INDEX_NODE_KIND, count, UINT8_MAX, err));
    AT_TRY(AT_INDEX_GET(currencies, file, AT_INDEX_NODE_CURRENCY, count,
                        codes.count ? codes.count - 1 : 0, err));
    AT_TRY(AT_INDEX_GET(accounts, file, AT_INDEX_NODE_ACCOUNT, count, class_count, err));
    AT_TRY(AT_INDEX_GET(openings, file, AT_INDEX_NODE_OPENING, count, UINT64_MAX, err));
    AT_TRY(AT_INDEX_GET(records, file, AT_INDEX_NODE_OPENING_RECORD, count, UINT64_MAX, err));
    if (count && !codes.count)
        return at_index_damaged(err, "it has no currencies");
    for (size_t i = 0; i < count; i++) {
        at_node *node = &nodes[i];
        if ((kinds[i] & KIND_MASK) > AT_NODE_SINK)
            return at_index_damaged(err, "a node cannot be");
        *node = (at_node){.id = ids + starts[i],
                          .account_id = ids + starts[i],
                          .currency = codes.codes[currencies[i]],
                          .kind = (at_node_kind)(kinds[i] & KIND_MASK),
                          .account = accounts[i],
                          .opening = openings[i],
                          .opening_record = records[i],
                          .unreconciled = (kinds[i] >> UNRECONCILED_BIT & 1) != 0};
        if (kinds[i] >> CURRENCY_BIT & 1)
            AT_TRY(at_arena_print(&node->id, arena, err, "%s/%s", node->account_id,
                                  node->currency.code));
    }
    return AT_OK;
}

static at_status get_starts(const uint64_t **out, at_index_file *file, at_index_column_name column,
                            const at_ledger *ledger, at_arena *arena, at_error *err) {
    uint64_t *starts = NULL;
    const size_t count = ledger->node_count + 1;
    AT_TRY(AT_NEW(&starts, arena, count, err));
    AT_TRY(AT_INDEX_GET(starts, file, column, count, ledger->count, err));
    bool rises = starts[0] == 0 && starts[count - 1] == ledger->count;
    for (size_t i = 1; i < count; i++)
        rises = rises && starts[i] >= starts[i - 1];
    *out = starts;
    return rises ? AT_OK : at_index_damaged(err, "rows of nodes cannot be so");
}

/* --- Rows ------------------------------------------------------------------------------------- */

static at_status put_row_ids(at_index_writer *writer, const at_ledger *ledger, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_text_clear) at_text ids = {.limit_bytes = SIZE_MAX};
    uint64_t *starts = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&starts, &arena, ledger->count / STARTS_EVERY + 1, err));
    for (size_t i = 0; i < ledger->count; i++) {
        const char *id = at_ledger_id(ledger, i);
        if (i % STARTS_EVERY == 0)
            starts[count++] = ids.bytes;
        AT_TRY(at_text_add_bytes(&ids, id, strlen(id) + 1, err));
    }
    AT_TRY(at_index_put_bytes(writer, AT_INDEX_ROW_IDS, at_text_string(&ids), ids.bytes, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_ROW_STARTS, starts, count, err));
    return AT_INDEX_PUT(writer, AT_INDEX_ROW_BY_ID, ledger->by_id, ledger->count, err);
}

/* Columns that are kept as something smaller than they are. */
static at_status put_derived(at_index_writer *writer, const at_ledger *ledger, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    int64_t *more = NULL;
    uint32_t *reverses = NULL;
    AT_TRY(AT_NEW(&more, &arena, ledger->count, err));
    AT_TRY(AT_NEW(&reverses, &arena, ledger->count, err));
    for (size_t i = 0; i < ledger->count; i++) {
        more[i] = ledger->amount_in[i] - ledger->amount[i]; /* both >= 0 */
        reverses[i] = ledger->reverses[i] + 2;              /* AT_NONE becomes 1 */
    }
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_AMOUNT_IN, more, ledger->count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_FEE, ledger->fee, ledger->count, err));
    return AT_INDEX_PUT(writer, AT_INDEX_REVERSES, reverses, ledger->count, err);
}

at_status at_index_put_ledger(at_index_writer *writer, const at_ledger *ledger, at_error *err) {
    const size_t rows = ledger->count;
    AT_TRY(put_nodes(writer, ledger, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_FROM, ledger->from, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_TO, ledger->to, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_TIME, ledger->time_us, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_SEQ, ledger->seq, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_AMOUNT, ledger->amount, rows, err));
    AT_TRY(put_derived(writer, ledger, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_FLAGS, ledger->flags, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_GRADE, ledger->grade, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_RECORD, ledger->record, rows, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_RECORD_IN, ledger->record_in, rows, err));
    AT_TRY(put_row_ids(writer, ledger, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_OUT_ROWS, ledger->out_rows, rows, err));
    return AT_INDEX_PUT(writer, AT_INDEX_IN_ROWS, ledger->in_rows, rows, err);
}

at_status at_index_get_texts(const char **pool_out, uint64_t *starts, at_index_file *file,
                             at_index_column_name column, size_t count, at_arena *arena,
                             at_error *err) {
    const size_t bytes = at_index_count(file, column);
    char *pool = NULL;
    size_t at = 0;
    AT_TRY(AT_NEW(&pool, arena, bytes + 1, err));
    AT_TRY(at_index_get_bytes(pool, file, column, 0, bytes, err));
    for (size_t i = 0; i < count; i++) {
        if (at >= bytes)
            return at_index_damaged(err, "texts are missing");
        starts[i] = at;
        at += strlen(pool + at) + 1;
    }
    if (at != bytes)
        return at_index_damaged(err, "texts are left over");
    *pool_out = pool;
    return AT_OK;
}

static at_status get_numbers(const int64_t **out, at_index_file *file, at_index_column_name column,
                             size_t count, uint64_t most, at_arena *arena, at_error *err) {
    int64_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, most, err));
    *out = values;
    return AT_OK;
}

static at_status get_places(const uint32_t **out, at_index_file *file, at_index_column_name column,
                            size_t count, size_t limit, at_arena *arena, at_error *err) {
    uint32_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, limit ? limit - 1 : 0, err));
    if (count && !limit)
        return at_index_damaged(err, "it has rows without nodes");
    *out = values;
    return AT_OK;
}

static at_status get_bytes(const uint8_t **out, at_index_file *file, at_index_column_name column,
                           size_t count, uint64_t most, at_arena *arena, at_error *err) {
    uint8_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, most, err));
    *out = values;
    return AT_OK;
}

/* The amount credited is nearly always the amount: then it is the same column. */
static at_status get_amounts(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    const at_index_column *more = &file->head.columns[AT_INDEX_AMOUNT_IN];
    int64_t *credited = NULL;
    AT_TRY(get_numbers(&out->amount, file, AT_INDEX_AMOUNT, out->count, INT64_MAX, arena, err));
    if (more->width == 0 && more->base == 0 && more->step == 0 && more->count == out->count) {
        out->amount_in = out->amount;
        return AT_OK;
    }
    AT_TRY(AT_NEW(&credited, arena, out->count, err));
    AT_TRY(AT_INDEX_GET(credited, file, AT_INDEX_AMOUNT_IN, out->count, UINT64_MAX, err));
    for (size_t i = 0; i < out->count; i++) {
        if (__builtin_add_overflow(credited[i], out->amount[i], &credited[i]) || credited[i] < 0)
            return at_index_damaged(err, "an amount cannot be");
    }
    out->amount_in = credited;
    return AT_OK;
}

static at_status get_reverses(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    uint32_t *reverses = NULL;
    AT_TRY(AT_NEW(&reverses, arena, out->count, err));
    AT_TRY(AT_INDEX_GET(reverses, file, AT_INDEX_REVERSES, out->count, out->count + 1, err));
    for (size_t i = 0; i < out->count; i++)
        reverses[i] -= 2;
    out->reverses = reverses;
    return AT_OK;
}

static at_status get_rows(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    const size_t rows = out->count, nodes = out->node_count;
    uint64_t *starts = NULL;
    AT_TRY(get_places(&out->from, file, AT_INDEX_FROM, rows, nodes, arena, err));
    AT_TRY(get_places(&out->to, file, AT_INDEX_TO, rows, nodes, arena, err));
    AT_TRY(get_numbers(&out->time_us, file, AT_INDEX_TIME, rows, UINT64_MAX, arena, err));
    AT_TRY(get_numbers(&out->seq, file, AT_INDEX_SEQ, rows, UINT64_MAX, arena, err));
    AT_TRY(get_amounts(out, file, arena, err));
    AT_TRY(get_numbers(&out->fee, file, AT_INDEX_FEE, rows, INT64_MAX, arena, err));
    AT_TRY(get_reverses(out, file, arena, err));
    AT_TRY(get_bytes(&out->flags, file, AT_INDEX_FLAGS, rows, UINT8_MAX, arena, err));
    AT_TRY(get_bytes(&out->grade, file, AT_INDEX_GRADE, rows, AT_INFERRED, arena, err));
    AT_TRY(get_numbers(&out->record, file, AT_INDEX_RECORD, rows, UINT64_MAX, arena, err));
    AT_TRY(get_numbers(&out->record_in, file, AT_INDEX_RECORD_IN, rows, UINT64_MAX, arena, err));
    AT_TRY(AT_NEW(&starts, arena, rows, err));
    AT_TRY(at_index_get_texts(&out->id_pool, starts, file, AT_INDEX_ROW_IDS, rows, arena, err));
    out->id_offset = starts;
    AT_TRY(get_places(&out->by_id, file, AT_INDEX_ROW_BY_ID, rows, rows, arena, err));
    AT_TRY(get_places(&out->out_rows, file, AT_INDEX_OUT_ROWS, rows, rows, arena, err));
    return get_places(&out->in_rows, file, AT_INDEX_IN_ROWS, rows, rows, arena, err);
}

at_status at_index_get_ledger(at_ledger *out, at_index_file *file, at_thing class_count,
                              at_arena *arena, at_error *err) {
    at_node *nodes = NULL;
    at_ledger ledger = {.count = at_index_count(file, AT_INDEX_FROM),
                        .node_count = at_index_count(file, AT_INDEX_NODE_KIND)};
    if (ledger.count >= AT_NONE - 1 || ledger.node_count >= AT_NONE)
        return at_index_damaged(err, "it is too large");
    AT_TRY(AT_NEW(&nodes, arena, ledger.node_count, err));
    AT_TRY(make_nodes(&ledger, nodes, file, class_count, arena, err));
    ledger.nodes = nodes;
    AT_TRY(get_starts(&ledger.out_start, file, AT_INDEX_OUT_START, &ledger, arena, err));
    AT_TRY(get_starts(&ledger.in_start, file, AT_INDEX_IN_START, &ledger, arena, err));
    AT_TRY(get_rows(&ledger, file, arena, err));
    *out = ledger;
    return AT_OK;
}
