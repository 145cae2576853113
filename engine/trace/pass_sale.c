#include "engine/trace/pass_event.h"

const char *const at_sales[] = {"share", "lien", NULL};

/* T17: what an asset was sold for follows what it had cost by share (T18) or as a lien, at the
 * claimant's choice against a wrongdoer; with a gain the share is larger, with a loss the lien. */

/* Some lots of a block that become `to` units together. */
typedef struct lien_group {
    bool tainted;
    int64_t from, to;
} lien_group;

static bool belongs(const at_take *take, const lien_group *group, const at_lot *lot) {
    return (lot->label < take->untainted) == group->tainted;
}

/* As T18: lists by the floor of what is passed so far, vectors as T9 divides. */
static void scale_group(at_lots *block, at_take *take, const lien_group *group) {
    const bool ordered = at_take_keeps_order(take);
    at_part *parts = take->parts.items;
    size_t count = 0;
    int64_t sum = 0, before = 0;
    uint32_t index = block->total > 0 ? block->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(&take->lots, index)->newer) {
        at_lot *lot = at_lot_at(&take->lots, index);
        if (!belongs(take, group, lot))
            continue;
        if (!ordered) {
            parts[count++] = (at_part){.weight = lot->units, .lot = index};
            continue;
        }
        sum += lot->units;
        const int64_t boundary = (int64_t)((at_wide)sum * group->to / group->from);
        lot->units = boundary - before;
        before = boundary;
    }
    if (!ordered)
        (void)at_parts_divide(parts, count, take->parts.room, group->to, group->from);
    for (size_t i = 0; i < count; i++)
        at_lot_at(&take->lots, parts[i].lot)->units = parts[i].units;
}

static void drop_empty(at_lots *block, at_take *take) {
    for (uint32_t index = block->oldest, newer; index != AT_NONE; index = newer) {
        newer = at_lot_at(&take->lots, index)->newer;
        if (at_lot_at(&take->lots, index)->units == 0)
            at_lots_unlink(block, &take->lots, index);
    }
}

/* Tainted labels keep what they had up to the proceeds, the rest is untainted. */
static at_status apply_lien(at_lots *block, at_pass *pass, int64_t amount_in, at_error *err) {
    at_take *take = &pass->take;
    int64_t tainted = 0;
    AT_TRY(at_pass_tainted(&tainted, pass, block, err));
    const int64_t own = block->total - tainted;
    const int64_t kept = tainted < amount_in ? tainted : amount_in;
    const lien_group claims = {.tainted = true, .from = tainted, .to = kept};
    const lien_group rest = {.tainted = false, .from = own, .to = own > 0 ? amount_in - kept : 0};
    at_lots_loosen(block, &take->lots);
    if (kept < tainted)
        scale_group(block, take, &claims);
    if (own > 0)
        scale_group(block, take, &rest);
    drop_empty(block, take);
    block->total = kept + rest.to;
    return at_take_put(block, take, take->untainted, amount_in - block->total, err);
}

/* Another block of the same lots. */
static at_status copy_block(at_lots *out, at_pass *pass, const at_lots *block, at_error *err) {
    at_lot_store *store = &pass->take.lots;
    for (uint32_t index = block->oldest; index != AT_NONE; index = at_lot_at(store, index)->newer) {
        const at_lot lot = *at_lot_at(store, index);
        AT_TRY(at_lots_insert(out, store, AT_NONE, lot.label, lot.units, err));
    }
    return AT_OK;
}

/* What each tainted label of `before` has of the proceeds. */
static at_status note_proceeds(at_pass *pass, const at_pass_event *event, const char *code,
                               const at_lots *before, const at_lots *after, at_error *err) {
    const at_lot_store *store = &pass->take.lots;
    for (uint32_t label = 0; label < pass->trace->tainted_count; label++) {
        bool claims = false;
        int64_t units = 0;
        for (uint32_t i = before->oldest; i != AT_NONE; i = at_lot_at(store, i)->newer)
            claims = claims || at_lot_at(store, i)->label == label;
        for (uint32_t i = after->oldest; i != AT_NONE; i = at_lot_at(store, i)->newer)
            units += at_lot_at(store, i)->label == label ? at_lot_at(store, i)->units : 0;
        if (claims)
            AT_TRY(at_pass_note(pass,
                                (at_trace_note){.code = code,
                                                .node = event->from,
                                                .row = event->row,
                                                .source = AT_NONE,
                                                .against = AT_NONE,
                                                .label = label + 1,
                                                .amount = units},
                                err));
    }
    return AT_OK;
}

static at_status note_sale(at_pass *pass, const at_pass_event *event, const at_lots *block,
                           bool in_kind, at_error *err) {
    at_lots share = {0}, lien = {0};
    AT_TRY(copy_block(&share, pass, block, err));
    at_take_convert(&share, &pass->take, event->amount, event->amount_in);
    AT_TRY(note_proceeds(pass, event, "SALE_SHARE", block, &share, err));
    at_lots_drop(&share, &pass->take.lots);
    if (!in_kind)
        return AT_OK;
    AT_TRY(copy_block(&lien, pass, block, err));
    AT_TRY(apply_lien(&lien, pass, event->amount_in, err));
    AT_TRY(note_proceeds(pass, event, "SALE_LIEN", block, &lien, err));
    at_lots_drop(&lien, &pass->take.lots);
    return AT_OK;
}

at_status at_pass_convert(at_pass *pass, const at_pass_event *event, at_lots *block,
                          at_error *err) {
    const at_node *nodes = pass->ledger->nodes;
    const bool sale = !event->fee && nodes[event->from].kind == AT_NODE_ASSET;
    const bool in_kind =
        sale && at_text_equal(nodes[event->from].currency.code, nodes[event->to].currency.code);
    int64_t tainted = 0;
    if (sale)
        AT_TRY(at_pass_tainted(&tainted, pass, block, err));
    if (tainted > 0)
        AT_TRY(note_sale(pass, event, block, in_kind, err));
    if (in_kind && pass->options->sale == AT_SALE_LIEN)
        return apply_lien(block, pass, event->amount_in, err);
    at_take_convert(block, &pass->take, event->amount, event->amount_in);
    return AT_OK;
}
