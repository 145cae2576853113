#include "engine/trace/pattern.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/interrupt.h"
#include "engine/base/text.h"

/* --- Moves ------------------------------------------------------------------------------------ */

typedef struct moves_making {
    const at_ledger *ledger;
    uint32_t *from, *to, *out_row, *in_row;
    uint64_t *out_start, *in_start;
    uint32_t *outs, *ins;
    const uint32_t *account; /* by node: the smallest node of its account; NULL = itself */
    uint32_t count;
    bool by_time;
} moves_making;

static bool is_transit(const at_ledger *ledger, uint32_t node) {
    return at_text_starts(ledger->nodes[node].id, "@transit:") &&
           ledger->out_start[node + 1] - ledger->out_start[node] == 1 &&
           ledger->in_start[node + 1] - ledger->in_start[node] == 1;
}

/* The row at which a debit's money is credited: its own, or the other half of a payment. */
static uint32_t credit_row(const at_ledger *ledger, uint32_t row) {
    const uint32_t to = ledger->to[row];
    return ledger->flags[row] & AT_ROW_TRANSIT && is_transit(ledger, to)
               ? ledger->out_rows[ledger->out_start[to]]
               : row;
}

static bool moves_nothing(const at_ledger *ledger, uint32_t row) {
    return ledger->from[row] == ledger->to[row] || ledger->amount[row] <= 0 ||
           ledger->amount_in[row] <= 0;
}

static uint32_t account_of(const moves_making *work, uint32_t node) {
    return work->account == NULL ? node : work->account[node];
}

static void add_move(moves_making *work, uint32_t *move_of_credit, uint32_t debit,
                     uint32_t credit) {
    const at_ledger *ledger = work->ledger;
    const uint32_t from = account_of(work, ledger->from[debit]);
    const uint32_t to = account_of(work, ledger->to[credit]);
    const bool turned = work->by_time && credit < debit;
    if (moves_nothing(ledger, debit) || moves_nothing(ledger, credit) || from == to)
        return;
    const uint32_t move = work->count++;
    work->from[move] = from;
    work->to[move] = to;
    work->out_row[move] = turned ? credit : debit;
    work->in_row[move] = turned ? debit : credit;
    move_of_credit[work->in_row[move]] = move;
    work->out_start[from + 1]++;
    work->in_start[to + 1]++;
}

/* A payment in transit is one move, at its debit's row (by_time: at its first row). */
static void list_moves(moves_making *work, uint32_t *move_of_credit) {
    const at_ledger *ledger = work->ledger;
    for (uint32_t row = 0; row < ledger->count; row++)
        move_of_credit[row] = AT_NONE;
    for (uint32_t row = 0; row < ledger->count; row++) {
        const uint32_t from = ledger->from[row];
        const bool arriving = ledger->flags[row] & AT_ROW_TRANSIT && is_transit(ledger, from);
        const uint32_t debit = arriving ? ledger->in_rows[ledger->in_start[from]] : row;
        const uint32_t credit = arriving ? row : credit_row(ledger, row);
        const uint32_t place = work->by_time && credit < debit ? credit : debit;
        if (place == row)
            add_move(work, move_of_credit, debit, credit);
    }
}

/* Counting sort; start[] shifts by one while it is filled and ends where it should. */
static void list_by_node(moves_making *work, const uint32_t *move_of_credit) {
    const size_t nodes = work->ledger->node_count;
    for (size_t node = 0; node < nodes; node++) {
        work->out_start[node + 1] += work->out_start[node];
        work->in_start[node + 1] += work->in_start[node];
    }
    for (uint32_t move = 0; move < work->count; move++)
        work->outs[work->out_start[work->from[move]]++] = move;
    for (uint32_t row = 0; row < work->ledger->count; row++)
        if (move_of_credit[row] != AT_NONE)
            work->ins[work->in_start[work->to[move_of_credit[row]]]++] = move_of_credit[row];
    for (size_t node = nodes; node > 0; node--) {
        work->out_start[node] = work->out_start[node - 1];
        work->in_start[node] = work->in_start[node - 1];
    }
    work->out_start[0] = work->in_start[0] = 0;
}

typedef struct account_node {
    at_thing account;
    uint32_t node;
} account_node;

static int compare_account_nodes(const void *a, const void *b) {
    const account_node *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* By node: the smallest node of the same account; '@' nodes have none but themselves. */
static at_status list_accounts(const uint32_t **out, const at_ledger *ledger, at_arena *scratch,
                               at_error *err) {
    account_node *order = NULL;
    uint32_t *account = NULL;
    AT_TRY(AT_NEW(&order, scratch, ledger->node_count, err));
    AT_TRY(AT_NEW(&account, scratch, ledger->node_count, err));
    for (uint32_t node = 0; node < ledger->node_count; node++)
        order[node] = (account_node){ledger->nodes[node].account, node};
    if (ledger->node_count > 0)
        qsort(order, ledger->node_count, sizeof *order, compare_account_nodes);
    for (size_t i = 0; i < ledger->node_count; i++) {
        const bool same =
            i > 0 && order[i].account != 0 && order[i].account == order[i - 1].account;
        account[order[i].node] = same ? account[order[i - 1].node] : order[i].node;
    }
    *out = account;
    return AT_OK;
}

at_status at_moves_make(at_moves *out, const at_ledger *ledger, unsigned how, at_arena *arena,
                        at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    moves_making work = {.ledger = ledger, .by_time = (how & AT_MOVES_BY_TIME) != 0};
    uint32_t *move_of_credit = NULL;
    uint32_t **const lists[] = {&work.from,   &work.to,   &work.out_row,
                                &work.in_row, &work.outs, &work.ins};
    for (size_t i = 0; i < AT_COUNT(lists); i++)
        AT_TRY(AT_NEW(lists[i], arena, ledger->count, err));
    AT_TRY(AT_NEW(&work.out_start, arena, ledger->node_count + 1, err));
    AT_TRY(AT_NEW(&work.in_start, arena, ledger->node_count + 1, err));
    AT_TRY(AT_NEW(&move_of_credit, &scratch, ledger->count, err));
    if (how & AT_MOVES_TOGETHER)
        AT_TRY(list_accounts(&work.account, ledger, &scratch, err));
    list_moves(&work, move_of_credit);
    list_by_node(&work, move_of_credit);
    *out = (at_moves){.ledger = ledger,
                      .how = how,
                      .count = work.count,
                      .from = work.from,
                      .to = work.to,
                      .out_row = work.out_row,
                      .in_row = work.in_row,
                      .out_start = work.out_start,
                      .in_start = work.in_start,
                      .outs = work.outs,
                      .ins = work.ins};
    return AT_OK;
}

const char *at_moves_name(const at_moves *moves, uint32_t node) {
    const at_node *of = &moves->ledger->nodes[node];
    return moves->how & AT_MOVES_TOGETHER && of->account != 0 ? of->account_id : of->id;
}

/* --- Findings --------------------------------------------------------------------------------- */

at_status at_pattern_step(at_patterns *patterns, uint64_t steps, at_error *err) {
    enum { BREATH = 1 << 20 };
    const uint64_t before = patterns->steps;
    patterns->steps += steps;
    if (patterns->steps_max != 0 && patterns->steps > patterns->steps_max)
        patterns->stopped = true;
    if (before / BREATH == patterns->steps / BREATH)
        return AT_OK;
    AT_TRY(at_interrupt_check(err));
    return at_deadline_check(err);
}

at_status at_pattern_sum(at_pattern_finding *finding, const at_moves *moves, uint32_t node,
                         int64_t amount, at_error *err) {
    const at_node *nodes = moves->ledger->nodes;
    if (finding->node == AT_NONE)
        finding->node = node;
    if (node != finding->node &&
        strcmp(nodes[node].currency.code, nodes[finding->node].currency.code) != 0) {
        finding->mixed = true;
        return AT_OK;
    }
    return at_money_add(&finding->amount, amount, err);
}

at_status at_pattern_all_or_nothing(const at_patterns *patterns, at_error *err) {
    if (!patterns->stopped)
        return AT_OK;
    const at_status status = at_fail(err, AT_LIMIT, "E-PATTERN-STEPS",
                                     "more than %" PRIu64 " steps are needed", patterns->steps_max);
    at_hint(err, "raise max_steps=, or ask with a shorter delta=, a larger k= or a smaller hub=");
    return status;
}

uint32_t at_move_payee(const at_ledger *ledger, uint32_t row) {
    return ledger->to[credit_row(ledger, row)];
}

static int compare_rows(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

at_status at_pattern_add(at_patterns *patterns, const at_moves *moves, at_pattern_finding finding,
                         const uint32_t *members, size_t member_count, at_error *err) {
    uint32_t *rows = NULL;
    size_t count = 0, kept = 0;
    AT_TRY(AT_NEW(&rows, patterns->arena, 2 * member_count, err));
    bool ascending = true;
    for (size_t i = 0; i < member_count; i++) {
        const uint32_t ends[] = {moves->out_row[members[i]], moves->in_row[members[i]]};
        for (size_t end = 0; end < AT_COUNT(ends); end++) {
            if (end > 0 && ends[1] == ends[0])
                continue;
            ascending = ascending && (count == 0 || rows[count - 1] < ends[end]);
            rows[count++] = ends[end];
        }
    }
    if (!ascending)
        qsort(rows, count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || rows[kept - 1] != rows[i])
            rows[kept++] = rows[i];
    finding.rows = rows;
    finding.row_count = kept;
    AT_TRY(AT_GROW(&patterns->items, &patterns->capacity, patterns->count, patterns->arena, err));
    patterns->items[patterns->count++] = finding;
    return AT_OK;
}

static int compare_findings(const at_ledger *ledger, const at_pattern_finding *a,
                            const at_pattern_finding *b) {
    const int64_t first = ledger->time_us[a->rows[0]], other = ledger->time_us[b->rows[0]];
    if (first != other)
        return first < other ? -1 : 1;
    const int centre = strcmp(a->centre, b->centre);
    if (centre != 0)
        return centre;
    for (size_t i = 0; i < a->row_count && i < b->row_count; i++)
        if (a->rows[i] != b->rows[i])
            return strcmp(at_ledger_id(ledger, a->rows[i]), at_ledger_id(ledger, b->rows[i]));
    return (a->row_count > b->row_count) - (a->row_count < b->row_count);
}

/* Heap sort in place: it takes no memory, and lists already in order are left as they are. */
static void sift(const at_ledger *ledger, at_pattern_finding *items, size_t root, size_t count) {
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare_findings(ledger, &items[child], &items[child + 1]) < 0)
            child++;
        if (compare_findings(ledger, &items[root], &items[child]) >= 0)
            return;
        const at_pattern_finding moved = items[root];
        items[root] = items[child];
        items[child] = moved;
    }
}

void at_patterns_finish(at_patterns *patterns, const at_ledger *ledger, size_t cap) {
    at_pattern_finding *items = patterns->items;
    bool ordered = true;
    for (size_t i = 1; i < patterns->count && ordered; i++)
        ordered = compare_findings(ledger, &items[i - 1], &items[i]) <= 0;
    for (size_t i = patterns->count / 2; i-- > 0 && !ordered;)
        sift(ledger, items, i, patterns->count);
    for (size_t end = patterns->count; end-- > 1 && !ordered;) {
        const at_pattern_finding top = items[0];
        items[0] = items[end];
        items[end] = top;
        sift(ledger, items, 0, end);
    }
    if (cap > 0 && patterns->count > cap) {
        patterns->count = cap;
        patterns->capped = true;
    }
}
