#include "engine/store/flow.h"

#include "engine/store/index.h"
#include "engine/store/index_keep.h"
#include "engine/store/reader.h"

#include <inttypes.h>

/* Does any row of the ledger touch the node before a statement begins? Then the statement's opening
 * is not that of the ledger. */
static void note_time(at_flow_node *node, int64_t time_us) {
    if (time_us < node->earliest_us)
        node->earliest_us = time_us;
}

at_status at_flow_add_row(at_flow *flow, const at_flow_row *row, at_error *err) {
    at_flow_node *from = &flow->nodes[row->row.from], *to = &flow->nodes[row->row.to];
    at_flow_row kept = *row;
    note_time(from, row->row.time_us);
    note_time(to, row->row.time_us);
    /* Money in cash is followed by a rule, not by a record: T19. */
    if (from->node.kind == AT_NODE_CASH || to->node.kind == AT_NODE_CASH)
        kept.row.grade = AT_INFERRED;
    if (flow->take)
        return flow->take(flow->taker, &kept, err);
    AT_TRY(AT_GROW(&flow->rows, &flow->row_capacity, flow->row_count, flow->arena, err));
    flow->rows[flow->row_count++] = kept;
    return AT_OK;
}

uint8_t at_flow_time_flags(const at_time *time) {
    return (uint8_t)((time->precision >= AT_DAY ? AT_ROW_DATE_ONLY : 0) |
                     (time->zone_assumed ? AT_ROW_ZONE_ASSUMED : 0));
}

at_status at_flow_rescale(int64_t *out, const at_flow *flow, int64_t amount, int from,
                          const char *currency, at_record_id record, at_error *err) {
    const int to = at_currency_scale(currency, flow->tokens, flow->token_count);
    int64_t value = amount;
    bool fits = to >= 0;
    for (int scale = from; fits && scale < to; scale++)
        fits = !__builtin_mul_overflow(value, INT64_C(10), &value);
    for (int scale = from; fits && scale > to; scale--) {
        fits = value % 10 == 0;
        value /= 10;
    }
    if (fits) {
        *out = value;
        return AT_OK;
    }
    at_address address;
    char place[AT_ADDRESS_TEXT_BYTES];
    AT_TRY(flow->reader->facts.address(flow->reader, &address, record, err));
    at_address_format(place, &address);
    at_fail(err, AT_BAD_INPUT, "E-LEDGER-SCALE", "an amount written with %d decimals is none of %s",
            from, currency);
    at_place(err, "line %" PRIu64 " of \"%s\", record %.40s...", address.line, address.source_name,
             place);
    at_hint(err, "Its account is declared in %s: state the currency in the source, or withdraw it.",
            currency);
    return AT_BAD_INPUT;
}

static at_status read_sources(at_flow *flow, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t last = 0;
    bool row = false;
    AT_TRY(at_db_number(&last, flow->reader->db, 0, NULL, 0, "SELECT max(number) FROM main.source",
                        err));
    flow->source_limit = (size_t)last + 1;
    AT_TRY(AT_NEW(&flow->name_space_of, flow->arena, flow->source_limit, err));
    AT_TRY(at_db_prepare(&statement, flow->reader->db, "SELECT number, name_space FROM main.source",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        flow->name_space_of[at_db_int(statement, 0)] = (uint32_t)at_db_int(statement, 1);
    }
}

static at_status hand_over(at_ledger *out, at_flow *flow, at_error *err) {
    at_ledger_builder *builder = NULL;
    uint32_t *numbers = NULL;
    AT_TRY(AT_NEW(&numbers, flow->arena, flow->node_count, err));
    AT_TRY(at_ledger_begin(&builder, flow->arena, err));
    for (size_t i = 0; i < flow->node_count; i++)
        AT_TRY(at_ledger_add_node(&numbers[i], builder, &flow->nodes[i].node, err));
    for (size_t i = 0; i < flow->row_count; i++) {
        at_ledger_row_in row = flow->rows[i].row;
        row.from = numbers[row.from];
        row.to = numbers[row.to];
        AT_TRY(at_ledger_add_row(builder, &row, err));
    }
    return at_ledger_finish(out, builder, err);
}

at_status at_flow_read(at_flow *flow, at_error *err) {
    AT_TRY(at_identity_need_all(&flow->reader->identity, err));
    AT_TRY(at_reader_tokens(&flow->tokens, &flow->token_count, flow->reader, err));
    AT_TRY(read_sources(flow, err));
    AT_TRY(at_flow_read_accounts(flow, err));
    AT_TRY(at_flow_read_transfers(flow, err));
    AT_TRY(at_flow_read_legs(flow, err));
    return at_flow_finish_nodes(flow, err);
}

void at_flow_end(at_flow *flow) {
    at_memory_resize(flow->nodes, 0);
    flow->nodes = NULL;
}

static at_status build_ledger(at_ledger *out, at_reader *reader, const bool *only, at_error *err) {
    AT_CLEANUP(at_flow_end)
    at_flow flow = {.reader = reader, .arena = reader->arena, .texts = reader->arena, .only = only};
    AT_TRY(at_flow_read(&flow, err));
    AT_TRY(at_flow_settle_ids(&flow, err));
    return hand_over(out, &flow, err);
}

/* A large store gets its index first: working a ledger out takes several times the memory that the
 * ledger does, and a question's arena need not hold that. */
static at_status make_index(at_reader *reader, at_error *err) {
    int64_t rows = 0;
    bool made = false;
    if (!at_index_possible(reader))
        return AT_OK;
    AT_TRY(at_db_number(&rows, reader->db, 0, NULL, 0,
                        "SELECT sum(row_count) FROM main.chunk WHERE " AT_CHUNKS_VISIBLE, err));
    if (rows < AT_INDEX_ROWS_MIN)
        return AT_OK;
    const at_status status = at_index_make(&made, reader->store, err);
    if (status == AT_INTERRUPTED || !made)
        return status == AT_INTERRUPTED ? status : AT_OK;
    return at_index_open(reader, err);
}

/* Out of the index; reader->ledger stays NULL when there is none that fits. */
static at_status read_index(at_reader *reader, at_ledger *room, at_error *err) {
    if (reader->index.descriptor < 0)
        return AT_OK;
    const at_status status = at_index_get_ledger(
        room, &reader->index, (at_thing)reader->identity.class_count, reader->arena, err);
    if (status == AT_OK)
        reader->ledger = room;
    return at_index_passed_over(&reader->index, status) ? AT_OK : status;
}

static at_status get_ledger(at_reader *reader, at_error *err) {
    at_ledger *ledger = NULL;
    AT_TRY(AT_NEW(&ledger, reader->arena, 1, err));
    AT_TRY(read_index(reader, ledger, err));
    if (!reader->ledger) {
        AT_TRY(make_index(reader, err));
        AT_TRY(read_index(reader, ledger, err));
    }
    if (!reader->ledger) {
        AT_TRY(build_ledger(ledger, reader, NULL, err));
        reader->ledger = ledger;
    }
    return AT_OK;
}

/* The ids of a ledger that was read without them; when they cannot be read, all is worked out. The
 * ledger stays where it is: questions may have it. */
static at_status get_ids(at_reader *reader, at_error *err) {
    const at_status status = at_index_get_ids(reader->ledger, &reader->index, reader->arena, err);
    if (!at_index_passed_over(&reader->index, status))
        return status;
    return build_ledger(reader->ledger, reader, NULL, err);
}

static at_status name_ledger(at_reader *reader, at_error *err) {
    if (!reader->ledger)
        AT_TRY(get_ledger(reader, err));
    return reader->ledger->id_offset ? AT_OK : get_ids(reader, err);
}

at_status at_reader_ledger_unnamed(const at_ledger **out, at_reader *reader, at_error *err) {
    if (!reader->ledger)
        AT_TRY(get_ledger(reader, err));
    *out = reader->ledger;
    return AT_OK;
}

at_status at_reader_ledger(const at_ledger **out, at_reader *reader, at_error *err) {
    AT_TRY(name_ledger(reader, err));
    *out = reader->ledger;
    return AT_OK;
}

/* Rows of some things out of the index, or all when that is as good; nothing when it fails. */
static at_status cut_ledger(at_ledger **out, at_reader *reader, const bool *things, at_error *err) {
    at_ledger *ledger = NULL;
    bool cut = false;
    AT_TRY(AT_NEW(&ledger, reader->arena, 1, err));
    const at_status status =
        at_index_cut_ledger(ledger, &cut, &reader->index, things,
                            (at_thing)reader->identity.class_count, reader->arena, err);
    if (at_index_passed_over(&reader->index, status))
        return AT_OK;
    AT_TRY(status);
    *out = ledger;
    if (cut)
        return AT_OK;
    AT_TRY(name_ledger(reader, err));
    *out = reader->ledger;
    return AT_OK;
}

at_status at_reader_ledger_of(const at_ledger **out, at_reader *reader, const bool *things,
                              at_error *err) {
    at_ledger *ledger = NULL;
    if (reader->ledger) {
        AT_TRY(name_ledger(reader, err));
        ledger = reader->ledger;
    } else if (reader->index.descriptor >= 0)
        AT_TRY(cut_ledger(&ledger, reader, things, err));
    if (!ledger) {
        AT_TRY(AT_NEW(&ledger, reader->arena, 1, err));
        AT_TRY(build_ledger(ledger, reader, things, err));
    }
    *out = ledger;
    return AT_OK;
}
