/* index_nodes.c - nodes of the ledger, into an index and out of it. */
#include "engine/store/index_nodes.h"
#include "engine/store/index_keep.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_MASK = 7, UNRECONCILED_BIT = 3, CURRENCY_BIT = 4, CODES_MAX = 4096 };

static size_t find_code(const at_index_codes *list, const at_currency *code) {
    size_t i = 0;
    while (i < list->count && strcmp(list->codes[i].code, code->code) != 0)
        i++;
    return i;
}

static at_status list_codes(at_index_node_list *list, at_arena *arena, at_error *err) {
    at_index_codes *codes = &list->codes;
    for (size_t i = 0; i < list->count; i++) {
        if (find_code(codes, &list->nodes[i]->currency) < codes->count)
            continue;
        AT_TRY(AT_GROW(&codes->codes, &codes->capacity, codes->count, arena, err));
        codes->codes[codes->count++] = list->nodes[i]->currency;
    }
    return AT_OK;
}

static int compare_accounts(const void *first, const void *second, void *context) {
    at_node *const *nodes = context;
    const uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    if (nodes[a]->account != nodes[b]->account)
        return nodes[a]->account < nodes[b]->account ? -1 : 1;
    return (a > b) - (a < b);
}

static at_status put_by_account(at_index_writer *writer, const at_index_node_list *list,
                                at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    uint32_t *order = NULL;
    AT_TRY(AT_NEW(&order, &arena, list->count, err));
    for (size_t i = 0; i < list->count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, list->count, sizeof *order, compare_accounts, (void *)list->nodes);
    return AT_INDEX_PUT(writer, AT_INDEX_NODE_BY_ACCOUNT, order, list->count, err);
}

/* --- Columns, each by what says its values ---------------------------------------------------- */

static at_status node_id(const char **out, void *self, size_t place, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    *out = list->nodes[place]->account_id;
    return AT_OK;
}

static at_status node_kinds(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        const at_node *node = list->nodes[first + i];
        const bool plain = strcmp(node->id, node->account_id) == 0;
        ((uint8_t *)out)[i] =
            (uint8_t)((unsigned)node->kind | (node->unreconciled ? 1U << UNRECONCILED_BIT : 0) |
                      (plain ? 0 : 1U << CURRENCY_BIT));
    }
    return AT_OK;
}

static at_status node_currencies(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = (uint32_t)find_code(&list->codes, &list->nodes[first + i]->currency);
    return AT_OK;
}

static at_status node_accounts(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = list->nodes[first + i]->account;
    return AT_OK;
}

static at_status node_openings(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((int64_t *)out)[i] = list->nodes[first + i]->opening;
    return AT_OK;
}

static at_status node_records(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_index_node_list *list = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((int64_t *)out)[i] = (int64_t)list->nodes[first + i]->opening_record;
    return AT_OK;
}

static at_status put_codes(const at_index_codes *list, at_index_writer *writer, at_error *err) {
    AT_TRY(at_index_put_bytes(writer, AT_INDEX_CURRENCIES, "", 0, err));
    for (size_t i = 0; i < list->count; i++)
        AT_TRY(at_index_put_bytes(writer, AT_INDEX_CURRENCIES, list->codes[i].code,
                                  strlen(list->codes[i].code) + 1, err));
    return AT_OK;
}

at_status at_index_put_nodes(at_index_writer *writer, at_index_node_list *list, at_error *err) {
    static const struct {
        at_index_column_name name;
        size_t size;
        at_index_values *values;
    } columns[] = {{AT_INDEX_NODE_KIND, sizeof(uint8_t), node_kinds},
                   {AT_INDEX_NODE_CURRENCY, sizeof(uint32_t), node_currencies},
                   {AT_INDEX_NODE_ACCOUNT, sizeof(uint32_t), node_accounts},
                   {AT_INDEX_NODE_OPENING, sizeof(int64_t), node_openings},
                   {AT_INDEX_NODE_OPENING_RECORD, sizeof(int64_t), node_records}};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const size_t count = list->count;
    AT_TRY(list_codes(list, &arena, err));
    AT_TRY(at_index_put_texts(writer, AT_INDEX_NODE_IDS, AT_INDEX_NODE_STARTS, count, node_id, list,
                              err));
    for (size_t i = 0; i < AT_COUNT(columns); i++)
        AT_TRY(at_index_put_values(writer, columns[i].name, columns[i].size, count,
                                   columns[i].values, list, err));
    AT_TRY(put_by_account(writer, list, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_OUT_START, list->out_start, count + 1, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_IN_START, list->in_start, count + 1, err));
    return put_codes(&list->codes, writer, err);
}

at_status at_index_get_codes(at_index_codes *out, at_index_file *file, at_arena *arena,
                             at_error *err) {
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

at_status at_index_finish_node(at_node *node, uint8_t kind, at_arena *arena, at_error *err) {
    if ((kind & KIND_MASK) > AT_NODE_SINK)
        return at_index_damaged(err, "a node cannot be");
    node->kind = (at_node_kind)(kind & KIND_MASK);
    node->unreconciled = (kind >> UNRECONCILED_BIT & 1) != 0;
    node->id = node->account_id;
    if (kind >> CURRENCY_BIT & 1)
        return at_arena_print(&node->id, arena, err, "%s/%s", node->account_id,
                              node->currency.code);
    return AT_OK;
}

at_status at_index_get_node(at_node *out, at_index_file *file, const at_index_codes *codes,
                            uint32_t node, at_thing class_count, at_arena *arena, at_error *err) {
    uint8_t kind = 0;
    uint32_t code = 0;
    *out = (at_node){.account = 0};
    AT_TRY(at_index_get_text(&out->account_id, file, AT_INDEX_NODE_IDS, AT_INDEX_NODE_STARTS, node,
                             arena, err));
    AT_TRY(AT_INDEX_GET_PART(&kind, file, AT_INDEX_NODE_KIND, node, 1, UINT8_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&code, file, AT_INDEX_NODE_CURRENCY, node, 1, UINT32_MAX, err));
    AT_TRY(
        AT_INDEX_GET_PART(&out->account, file, AT_INDEX_NODE_ACCOUNT, node, 1, class_count, err));
    AT_TRY(AT_INDEX_GET_PART(&out->opening, file, AT_INDEX_NODE_OPENING, node, 1, UINT64_MAX, err));
    AT_TRY(AT_INDEX_GET_PART(&out->opening_record, file, AT_INDEX_NODE_OPENING_RECORD, node, 1,
                             UINT64_MAX, err));
    if (code >= codes->count)
        return at_index_damaged(err, "a currency cannot be");
    out->currency = codes->codes[code];
    return at_index_finish_node(out, kind, arena, err);
}

at_status at_index_get_nodes(at_node *nodes, size_t count, at_index_file *file,
                             at_thing class_count, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_index_codes codes = {.count = 0};
    const char *ids = NULL;
    uint8_t *kinds = NULL;
    uint32_t *currencies = NULL, *accounts = NULL;
    int64_t *openings = NULL;
    uint64_t *starts = NULL;
    at_record_id *records = NULL;
    AT_TRY(at_index_get_codes(&codes, file, &scratch, err));
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
        nodes[i] = (at_node){.account_id = ids + starts[i],
                             .currency = codes.codes[currencies[i]],
                             .account = accounts[i],
                             .opening = openings[i],
                             .opening_record = records[i]};
        AT_TRY(at_index_finish_node(&nodes[i], kinds[i], arena, err));
    }
    return AT_OK;
}
