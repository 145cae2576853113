#include "queries/trace_cite.h"

/* Of a long way the first transfers and the last are listed; support counts the rest. With two
 * records a payment and the declaration this stays below AT_SOURCES_MAX. */
enum { WAY_LISTED = 14 };
/* A balance of untainted money rests on every row of its account: the latest ones are listed. */
enum { ROWS_LISTED = 4 };

static at_status cite_record(at_cite *cite, at_record_id record, at_error *err) {
    if (record == 0)
        return AT_OK;
    if (cite->row->record_count < AT_SOURCES_MAX)
        return at_row_cite(cite->row, cite->table, record, err);
    cite->more++;
    return AT_OK;
}

static void join_grade(at_cite *cite, at_grade grade) {
    cite->row->grade = cite->graded ? at_grade_join(cite->row->grade, grade) : grade;
    cite->graded = true;
}

at_status at_cite_row(at_cite *cite, uint32_t row, at_error *err) {
    const at_ledger *ledger = cite->trace->effective->ledger;
    join_grade(cite, (at_grade)ledger->grade[row]);
    AT_TRY(cite_record(cite, ledger->record[row], err));
    return cite_record(cite, ledger->record_in[row], err);
}

/* A row that is listed while there is room for it among `listed`, else only counted and weighed. */
static at_status cite_some(at_cite *cite, uint32_t row, size_t *listed, at_error *err) {
    if (*listed < ROWS_LISTED) {
        ++*listed;
        return at_cite_row(cite, row, err);
    }
    const at_ledger *ledger = cite->trace->effective->ledger;
    join_grade(cite, (at_grade)ledger->grade[row]);
    cite->more += at_row_records(ledger, row);
    return AT_OK;
}

/* Both lists stand in T2 order; the latest row first, a self-transfer once. An imputed opening
 * rests on all rows of the account, whatever as_of says (T6). */
static at_status cite_rows_of(at_cite *cite, uint32_t node, at_error *err) {
    const at_ledger *ledger = cite->trace->effective->ledger;
    const int64_t as_of_us = at_opening_imputed(cite->trace->effective, node)
                                 ? INT64_MAX
                                 : cite->trace->options.as_of_us;
    const uint64_t in_start = ledger->in_start[node], out_start = ledger->out_start[node];
    uint64_t in = ledger->in_start[node + 1], out = ledger->out_start[node + 1];
    size_t listed = 0;
    while (in > in_start || out > out_start) {
        /* One more than the row, so that 0 stands for none. */
        const uint32_t credit = in > in_start ? ledger->in_rows[in - 1] + 1 : 0;
        const uint32_t debit = out > out_start ? ledger->out_rows[out - 1] + 1 : 0;
        const uint32_t row = (credit > debit ? credit : debit) - 1;
        if (ledger->time_us[row] <= as_of_us)
            AT_TRY(cite_some(cite, row, &listed, err));
        in -= credit == row + 1;
        out -= debit == row + 1;
    }
    return AT_OK;
}

static at_status cite_fees(at_cite *cite, const at_trace_sink *sink, at_error *err) {
    const at_effective *effective = cite->trace->effective;
    const at_ledger *ledger = effective->ledger;
    size_t listed = 0;
    for (uint32_t row = (uint32_t)ledger->count; row-- > 0;)
        if (at_effective_fee(effective, row) > 0 &&
            ledger->time_us[row] <= cite->trace->options.as_of_us &&
            at_text_equal(ledger->nodes[ledger->from[row]].currency.code, sink->currency.code))
            AT_TRY(cite_some(cite, row, &listed, err));
    return AT_OK;
}

at_status at_cite_node(at_cite *cite, uint32_t node, at_error *err) {
    const at_ledger *ledger = cite->trace->effective->ledger;
    if (node >= ledger->node_count) {
        const at_trace_sink *sink = &cite->trace->sinks[node - ledger->node_count];
        if (sink->fee)
            return cite_fees(cite, sink, err);
        node = sink->base;
    }
    AT_TRY(cite_record(cite, ledger->nodes[node].opening_record, err));
    return cite_rows_of(cite, node, err);
}

at_status at_cite_source(at_cite *cite, uint32_t source, at_error *err) {
    const at_trace_source *from = &cite->trace->options.sources[source];
    if (!from->on_account)
        return from->row != AT_NONE ? at_cite_row(cite, from->row, err) : AT_OK;
    const at_record_id record = cite->trace->effective->ledger->nodes[from->node].opening_record;
    return record != 0 ? cite_record(cite, record, err) : at_cite_node(cite, from->node, err);
}

at_status at_cite_way(at_cite *cite, uint32_t source, uint32_t last, at_error *err) {
    const at_trace *trace = cite->trace;
    const at_trace_move **path = NULL;
    size_t listed = 0, hops = 0;
    const at_trace_source *from = &trace->options.sources[source];
    if (from->on_account && at_opening_imputed(trace->effective, from->node))
        join_grade(cite, AT_INFERRED); /* part of what was declared may never have been there */
    const at_record_id opening =
        from->on_account ? trace->effective->ledger->nodes[from->node].opening_record : 0;
    if (last == AT_NONE)
        return at_cite_source(cite, source, err);
    AT_TRY(cite_record(cite, opening, err));
    AT_TRY(at_trace_path(&path, &listed, &hops, &trace->moves, last, WAY_LISTED, cite->table->arena,
                         err));
    for (size_t i = 0; i < listed; i++)
        AT_TRY(at_cite_row(cite, path[i]->row, err));
    const at_trace_move *move = at_pool_at(&trace->moves, last);
    AT_TRY(at_cite_row(cite, move->row, err));
    for (size_t step = hops; step > listed; step--) {
        if (step < hops) {
            join_grade(cite, (at_grade)trace->effective->ledger->grade[move->row]);
            cite->more += at_row_records(trace->effective->ledger, move->row);
        }
        if (move->parent != AT_NONE)
            move = at_pool_at(&trace->moves, move->parent);
    }
    return AT_OK;
}

at_status at_cite_reach(at_cite *cite, const at_reach *reach, at_error *err) {
    AT_TRY(at_cite_way(cite, reach->source, reach->move, err));
    uint64_t listed = 0;
    if (reach->move != AT_NONE) {
        const at_trace_move *last = at_pool_at(&cite->trace->moves, reach->move);
        listed = at_row_records(cite->trace->effective->ledger, last->row);
    }
    cite->more += reach->records - listed;
    return AT_OK;
}

void at_cite_end(at_cite *cite) {
    cite->row->support = cite->row->record_count + (size_t)cite->more;
}
