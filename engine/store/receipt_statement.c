/* receipt_statement.c - does each statement of a source add up to its own balances?
 *
 * opening + in - out - fees = closing over the rows kept of the file, repeated ones too: what the
 * file says of itself, whatever other files say. A row that was rejected is the difference. */
#include "engine/store/chunks.h"
#include "engine/store/handle.h"
#include "engine/store/receipt.h"

#include <stdlib.h>
#include <string.h>

enum { SPACE_SHIFT = 4 }; /* AT_NAME_SPACE */

/* One statement of one account in one currency; an account may have several. */
typedef struct statement {
    at_receipt_statement said;
    int64_t name_space;
} statement;

typedef struct statement_list {
    statement *items; /* by namespace and account once they are sorted */
    size_t count, capacity;
    uint32_t *first; /* by the source's own number of an account: its first statement + 1 */
    size_t account_count, account_limit;
} statement_list;

static at_status read_statements(statement_list *list, at_store *store, int64_t source,
                                 at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool more = false;
    AT_TRY(at_db_prepare(&row, store->db,
                         "SELECT t.name_space, n.name, t.id, s.currency, s.opening, s.closing,"
                         " s.row_count, s.breaks FROM main.statement s"
                         " JOIN main.thing t ON t.number = s.account"
                         " JOIN main.name_space n ON n.number = t.name_space"
                         " WHERE s.source = ?1 ORDER BY t.name_space, t.id, s.currency, s.fact",
                         err));
    AT_TRY(at_db_bind_int(row, 1, source, err));
    for (;; list->count++) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            return AT_OK;
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, arena, err));
        statement *one = &list->items[list->count];
        const char *currency = NULL;
        *one = (statement){.name_space = at_db_int(row, 0)};
        AT_TRY(at_db_text(&one->said.name_space, row, 1, arena, err));
        AT_TRY(at_db_text(&one->said.account, row, 2, arena, err));
        AT_TRY(at_db_text(&currency, row, 3, arena, err));
        strncpy(one->said.currency.code, currency, sizeof one->said.currency.code - 1);
        one->said.opening = at_db_is_null(row, 4) ? AT_AMOUNT_NONE : at_db_int(row, 4);
        one->said.closing = at_db_is_null(row, 5) ? AT_AMOUNT_NONE : at_db_int(row, 5);
        one->said.rows = (uint64_t)at_db_int(row, 6);
        one->said.breaks = (uint64_t)at_db_int(row, 7);
    }
}

static int compare_name(const statement *one, int64_t name_space, const char *id) {
    if (one->name_space != name_space)
        return one->name_space < name_space ? -1 : 1;
    return strcmp(one->said.account, id);
}

/* The first statement of an account, or count. */
static size_t find_first(const statement_list *list, int64_t name_space, const char *id) {
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_name(&list->items[middle], name_space, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && compare_name(&list->items[low], name_space, id) == 0 ? low
                                                                                     : list->count;
}

static at_status visit_names(void *self, int64_t source, const at_name_list *names, size_t count,
                             at_error *err) {
    statement_list *list = self;
    (void)source;
    for (size_t i = 0; i < count; i++, list->account_count++) {
        if (list->account_count == list->account_limit)
            return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                           "the chunks of a source name more accounts than they say");
        const int64_t name_space = names->spaces[i] >> SPACE_SHIFT;
        const size_t found = find_first(list, name_space, at_pack_text(&names->ids, i));
        list->first[list->account_count] = found < list->count ? (uint32_t)found + 1 : 0;
    }
    return AT_OK;
}

static void add_row(statement_list *list, const at_chunk *chunk, size_t row) {
    const uint64_t account = (uint64_t)at_chunk_int(chunk, AT_CHUNK_FROM, row);
    if (!at_chunk_is_leg(chunk, row) || account >= list->account_count || !list->first[account])
        return;
    const size_t first = list->first[account] - 1;
    const char *code = at_chunk_code(chunk, row);
    for (size_t i = first; i < list->count; i++) {
        at_receipt_statement *one = &list->items[i].said;
        if (compare_name(&list->items[i], list->items[first].name_space,
                         list->items[first].said.account) != 0)
            return;
        if (strcmp(one->currency.code, code) != 0)
            continue;
        const bool credit = (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_CREDIT) != 0;
        *(credit ? &one->in : &one->out) += at_chunk_int(chunk, AT_CHUNK_AMOUNT, row);
        one->fees += at_chunk_int(chunk, AT_CHUNK_FEE, row);
        return;
    }
}

static at_status add_rows(statement_list *list, sqlite3 *db, int64_t source, at_arena *scratch,
                          at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    AT_TRY(at_chunks_open(&chunks, db, AT_CHUNKS_SOURCE, source,
                          AT_CHUNK_MONEY | AT_CHUNK_BIT(AT_CHUNK_FEE), scratch, err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        for (size_t row = 0; row < chunks.loaded.count; row++)
            add_row(list, &chunks.loaded, row);
    }
    return AT_OK;
}

static void compare_balances(at_receipt *out, at_receipt_statement *one) {
    one->compared = one->opening != AT_AMOUNT_NONE && one->closing != AT_AMOUNT_NONE;
    if (one->compared)
        one->difference =
            (at_wide)one->closing - ((at_wide)one->opening + one->in - one->out - one->fees);
    out->statements_compared += one->compared;
    out->statements_off += one->difference != 0;
}

/* Those that do not add up first, the rest as it was. */
static at_status list_first(at_receipt *out, const statement_list *list, at_arena *arena,
                            at_error *err) {
    at_receipt_statement *lines = NULL;
    size_t count = 0;
    const size_t limit = list->count < AT_RECEIPT_LINES ? list->count : AT_RECEIPT_LINES;
    AT_TRY(AT_NEW(&lines, arena, limit, err));
    for (int even = 0; even <= 1; even++)
        for (size_t i = 0; i < list->count && count < limit; i++)
            if ((list->items[i].said.difference == 0) == even)
                lines[count++] = list->items[i].said;
    out->statements = lines;
    out->statement_lines = count;
    out->statement_count = list->count;
    return AT_OK;
}

at_status at_receipt_statements(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                                at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    statement_list list = {.count = 0};
    int64_t named = 0;
    AT_TRY(read_statements(&list, store, source, arena, err));
    if (list.count == 0)
        return AT_OK;
    AT_TRY(at_db_number(&named, store->db, 0, &source, 1,
                        "SELECT sum(name_count) FROM main.chunk WHERE source = ?1", err));
    list.account_limit = (size_t)named;
    AT_TRY(AT_NEW(&list.first, &scratch, list.account_limit, err));
    AT_TRY(at_chunks_names(store->db, AT_CHUNKS_SOURCE, source, visit_names, &list, err));
    AT_TRY(add_rows(&list, store->db, source, &scratch, err));
    for (size_t i = 0; i < list.count; i++)
        compare_balances(out, &list.items[i].said);
    return list_first(out, &list, arena, err);
}
