/* flow_nodes.c - where money stands: nodes, their openings, and whether their statements add up. */
#include "engine/store/flow.h"
#include "engine/store/views.h"

#include <string.h>

enum { NODES_FIRST = 64 };

static void note_currency(at_flow_account *account, const char *currency) {
    if (!currency || account->currency_count > 1)
        return;
    if (account->currency_count == 0) {
        account->currency = currency;
        account->currency_count = 1;
    } else if (strcmp(account->currency, currency) != 0) {
        account->currency = NULL;
        account->currency_count = 2;
    }
}

at_status at_flow_read_accounts(at_flow *flow, at_error *err) {
    const size_t limit = flow->reader->facts.thing_limit;
    at_fact_list list;
    AT_TRY(AT_NEW(&flow->accounts, flow->arena, limit, err));
    for (size_t i = 0; i < limit; i++)
        flow->accounts[i] = (at_flow_account){.nodes = AT_NONE, .covers = AT_NONE, .legs = AT_NONE};
    AT_TRY(flow->reader->facts.list(flow->reader, &list, AT_ACCOUNT, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *fact = &list.facts[i].account;
        at_flow_account *account = &flow->accounts[fact->self.thing];
        if (!account->first)
            account->first = &list.facts[i];
        if (!account->holder)
            account->holder = fact->holder.thing;
        note_currency(account, fact->currency);
    }
    return AT_OK;
}

static at_node_kind own_kind(const at_flow *flow, at_thing thing) {
    const at_fact *fact = flow->accounts[thing].first;
    if (!fact)
        return at_identity_kind(&flow->reader->identity, thing) == AT_ASSET ? AT_NODE_ASSET
                                                                            : AT_NODE_ACCOUNT;
    switch (fact->account.kind) {
    case AT_ACCOUNT_EXTERNAL:
        return AT_NODE_EXTERNAL;
    case AT_ACCOUNT_SINK:
        return AT_NODE_SINK;
    case AT_ACCOUNT_ASSET:
        return AT_NODE_ASSET;
    case AT_ACCOUNT_CASH:
        return AT_NODE_CASH;
    default:
        return AT_NODE_ACCOUNT;
    }
}

static at_status name_node(at_node *node, at_flow *flow, at_thing thing, at_flow_role role,
                           at_error *err) {
    static const char *const prefixes[] = {"", "@external:", "@unmatched:", "@cash:"};
    static const at_node_kind kinds[] = {AT_NODE_ACCOUNT, AT_NODE_EXTERNAL, AT_NODE_EXTERNAL,
                                         AT_NODE_CASH, AT_NODE_EXTERNAL};
    const char *shown = NULL, *prefix = "";
    node->kind = role == AT_ROLE_SELF ? own_kind(flow, thing) : kinds[role];
    node->opening = AT_AMOUNT_NONE;
    if (role == AT_ROLE_UNKNOWN) {
        node->account_id = "@cash-unknown";
        return AT_OK;
    }
    AT_TRY(at_identity_shown(&shown, &flow->reader->identity, thing, err));
    prefix = prefixes[role];
    if (role == AT_ROLE_CASH && at_identity_kind(&flow->reader->identity, thing) != AT_PARTY)
        prefix = "@cash:account:"; /* nobody is known to hold it */
    if (!*prefix)
        node->account_id = shown;
    else
        AT_TRY(at_arena_print(&node->account_id, flow->arena, err, "%s%s", prefix, shown));
    if (role == AT_ROLE_SELF)
        node->account = thing;
    return AT_OK;
}

static at_status add_node(uint32_t *out, at_flow *flow, const at_flow_node *node, at_error *err) {
    if (flow->node_count == flow->node_capacity) {
        const size_t wanted = flow->node_capacity ? 2 * flow->node_capacity : NODES_FIRST;
        void *grown = at_memory_resize(flow->nodes, wanted * sizeof *flow->nodes);
        if (!grown)
            return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for %zu nodes", wanted);
        flow->nodes = grown;
        flow->node_capacity = wanted;
    }
    flow->nodes[flow->node_count] = *node;
    flow->nodes[flow->node_count].earliest_us = INT64_MAX;
    *out = (uint32_t)flow->node_count++;
    return AT_OK;
}

at_status at_flow_node_of(uint32_t *out, at_flow *flow, at_thing thing, at_flow_role role,
                          const char *currency, at_error *err) {
    at_flow_account *account = &flow->accounts[thing];
    for (uint32_t i = account->nodes; i != AT_NONE; i = flow->nodes[i].next)
        if (flow->nodes[i].role == role &&
            strcmp(flow->nodes[i].node.currency.code, currency) == 0) {
            *out = i;
            return AT_OK;
        }
    at_flow_node node = {.role = role, .next = account->nodes, .opening_at_us = AT_TIME_NONE};
    strncpy(node.node.currency.code, currency, AT_CURRENCY_BYTES - 1);
    AT_TRY(name_node(&node.node, flow, thing, role, err));
    AT_TRY(add_node(out, flow, &node, err));
    account->nodes = *out;
    return AT_OK;
}

at_status at_flow_transit(uint32_t *out, at_flow *flow, const char *leg_id, const char *currency,
                          at_error *err) {
    at_flow_node node = {.role = AT_ROLE_TRANSIT, .next = AT_NONE};
    node.node.kind = AT_NODE_ACCOUNT;
    strncpy(node.node.currency.code, currency, AT_CURRENCY_BYTES - 1);
    AT_TRY(at_arena_print(&node.node.account_id, flow->arena, err, "@transit:%s", leg_id));
    return add_node(out, flow, &node, err);
}

/* The only node of an account itself; AT_NONE when it has none or several. */
static uint32_t only_node(const at_flow *flow, at_thing thing) {
    uint32_t found = AT_NONE;
    for (uint32_t i = flow->accounts[thing].nodes; i != AT_NONE; i = flow->nodes[i].next) {
        if (flow->nodes[i].role != AT_ROLE_SELF)
            continue;
        if (found != AT_NONE)
            return AT_NONE;
        found = i;
    }
    return found;
}

static bool holds_ledger(const at_node *node) {
    return node->kind != AT_NODE_EXTERNAL && node->kind != AT_NODE_SINK;
}

/* A declared account has its node in each declared currency, whether money moved or not. */
static at_status make_declared(at_flow *flow, const at_fact_list *list, at_error *err) {
    uint32_t unused = 0;
    for (size_t i = 0; i < list->count; i++) {
        const at_account *account = &list->facts[i].account;
        if (account->currency)
            AT_TRY(at_flow_node_of(&unused, flow, account->self.thing, AT_ROLE_SELF,
                                   account->currency, err));
    }
    return AT_OK;
}

/* The earliest stated opening counts; two that differ for one time leave the node unreconciled. */
static at_status apply_opening(at_flow *flow, const at_fact *fact, at_error *err) {
    const at_account *account = &fact->account;
    uint32_t place = AT_NONE;
    int64_t opening = account->opening;
    if (opening == AT_AMOUNT_NONE)
        return AT_OK;
    if (account->currency)
        AT_TRY(at_flow_node_of(&place, flow, account->self.thing, AT_ROLE_SELF, account->currency,
                               err));
    else
        place = only_node(flow, account->self.thing);
    if (place == AT_NONE || !holds_ledger(&flow->nodes[place].node))
        return AT_OK;
    at_flow_node *node = &flow->nodes[place];
    if (!account->currency && account->opening_scale >= 0)
        AT_TRY(at_flow_rescale(&opening, flow, opening, account->opening_scale,
                               node->node.currency.code, fact->record, err));
    if (node->opening_stated && account->opening_at_us == node->opening_at_us &&
        opening != node->node.opening)
        node->node.unreconciled = true;
    if (node->opening_stated && account->opening_at_us >= node->opening_at_us)
        return AT_OK;
    node->opening_stated = true;
    node->opening_at_us = account->opening_at_us;
    node->node.opening = opening;
    node->node.opening_record = fact->record;
    return AT_OK;
}

/* One visible statement. */
typedef struct statement_row {
    int64_t source, since_us, until_us, opening, closing, breaks;
    at_record_id record;
    uint32_t node;
    bool alone; /* its source has no other statement of this account and currency */
} statement_row;

static int64_t stated(sqlite3_stmt *statement, int column) {
    return at_db_is_null(statement, column) ? INT64_MIN : at_db_int(statement, column);
}

static at_status read_statements(statement_row **out, size_t *count_out, at_flow *flow,
                                 at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    statement_row *rows = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, flow->reader->db,
                         "SELECT f.source, f.account, f.currency, f.since_us, f.until_us,"
                         " f.opening, f.closing, f.breaks, f.record"
                         " FROM main.statement f WHERE " AT_VISIBLE " ORDER BY f.source, f.fact",
                         err));
    for (;;) {
        const char *currency = NULL;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&rows, &capacity, count, flow->arena, err));
        AT_TRY(at_db_text(&currency, statement, 2, flow->arena, err));
        const at_thing account =
            at_identity_class(&flow->reader->identity, (at_thing)at_db_int(statement, 1));
        statement_row *now = &rows[count];
        *now = (statement_row){.source = at_db_int(statement, 0),
                               .since_us = stated(statement, 3),
                               .until_us = stated(statement, 4),
                               .opening = stated(statement, 5),
                               .closing = stated(statement, 6),
                               .breaks = at_db_int(statement, 7),
                               .record = at_db_int(statement, 8),
                               .alone = true};
        AT_TRY(at_flow_node_of(&now->node, flow, account, AT_ROLE_SELF, currency, err));
        for (size_t i = count; i-- > 0 && rows[i].source == now->source;)
            if (rows[i].node == now->node)
                rows[i].alone = now->alone = false;
        count++;
    }
    *out = rows;
    *count_out = count;
    return AT_OK;
}

/* What the source's own legs move in the time of one of its statements. */
static at_wide movement_of(const at_flow *flow, const statement_row *row) {
    const at_flow_node *node = &flow->nodes[row->node];
    at_wide sum = 0;
    for (uint32_t i = flow->accounts[node->node.account].legs; i != AT_NONE;
         i = flow->legs[i].next) {
        const at_flow_leg *leg = &flow->legs[i];
        const bool inside =
            row->alone || ((row->since_us == AT_TIME_NONE || leg->leg.time.us >= row->since_us) &&
                           (row->until_us == AT_TIME_NONE || leg->leg.time.us < row->until_us));
        if (leg->source != row->source || !inside ||
            strcmp(leg->leg.currency, node->node.currency.code) != 0)
            continue;
        sum +=
            leg->leg.credit ? (at_wide)leg->leg.amount : -((at_wide)leg->leg.amount + leg->leg.fee);
    }
    return sum;
}

static bool adds_up(const at_flow *flow, const statement_row *row) {
    return row->opening == AT_AMOUNT_NONE || row->closing == AT_AMOUNT_NONE ||
           (at_wide)row->opening + movement_of(flow, row) == row->closing;
}

static at_status apply_statements(at_flow *flow, at_error *err) {
    statement_row *rows = NULL;
    size_t count = 0;
    int64_t *since = NULL;
    AT_TRY(read_statements(&rows, &count, flow, err));
    if (!count)
        return AT_OK;
    AT_TRY(AT_NEW(&since, flow->arena, flow->node_count, err));
    for (size_t i = 0; i < flow->node_count; i++)
        since[i] = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const statement_row *row = &rows[i];
        at_flow_node *node = &flow->nodes[row->node];
        if (row->breaks > 0 || !adds_up(flow, row))
            node->node.unreconciled = true;
        if (node->opening_stated || row->opening == AT_AMOUNT_NONE || !holds_ledger(&node->node) ||
            row->since_us >= since[row->node])
            continue;
        since[row->node] = row->since_us;
        const bool first = row->since_us == AT_TIME_NONE || row->since_us <= node->earliest_us;
        node->node.opening = first ? row->opening : AT_AMOUNT_NONE;
        node->node.opening_record = first ? row->record : 0;
    }
    return AT_OK;
}

at_status at_flow_finish_nodes(at_flow *flow, at_error *err) {
    at_fact_list list;
    AT_TRY(flow->reader->facts.list(flow->reader, &list, AT_ACCOUNT, 0, err));
    AT_TRY(make_declared(flow, &list, err));
    for (size_t i = 0; i < list.count; i++)
        AT_TRY(apply_opening(flow, &list.facts[i], err));
    return apply_statements(flow, err);
}
