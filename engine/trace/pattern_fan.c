/* pattern_fan.c: windows over the credits or debits of an account (N4), for N9 too. */
#include "engine/trace/pattern.h"

/* The items of one run of windows that share items. */
typedef struct run_state {
    bool open;
    size_t first, last;
} run_state;

static at_status close_run(at_patterns *out, at_windows *windows, const at_moves *moves,
                           const at_window_item *items, const run_state *run,
                           at_pattern_finding finding, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    const size_t count = run->last - run->first + 1;
    uint32_t *members = NULL;
    AT_TRY(AT_NEW(&members, &scratch, count, err));
    windows->run++;
    finding.count = 0;
    finding.amount = 0;
    for (size_t i = 0; i < count; i++) {
        const at_window_item *item = &items[run->first + i];
        members[i] = item->move;
        AT_TRY(at_pattern_sum(&finding, moves, item->node, item->amount, err));
        if (windows->by_item || windows->stamp[item->key] != windows->run)
            finding.count++;
        if (!windows->by_item)
            windows->stamp[item->key] = windows->run;
    }
    return at_pattern_add(out, moves, finding, members, count, err);
}

at_status at_windows_slide(at_patterns *out, at_windows *windows, const at_moves *moves,
                           const at_window_item *items, size_t count, at_pattern_finding finding,
                           at_error *err) {
    run_state run = {.open = false};
    size_t start = 0;
    uint64_t keys = 0;
    at_wide total = 0;
    AT_TRY(at_pattern_step(out, count, err));
    for (size_t end = 0; end < count; end++) {
        total += items[end].amount;
        keys += windows->by_item || windows->inside[items[end].key]++ == 0;
        const int64_t since_us = at_time_before(items[end].time_us, windows->delta_us);
        for (; items[start].time_us < since_us; start++) {
            total -= items[start].amount;
            keys -= windows->by_item || --windows->inside[items[start].key] == 0;
        }
        if (keys < windows->k || total < windows->total_min)
            continue;
        if (run.open && start > run.last) {
            AT_TRY(close_run(out, windows, moves, items, &run, finding, err));
            run.open = false;
        }
        run = (run_state){.open = true, .first = run.open ? run.first : start, .last = end};
    }
    for (; start < count && !windows->by_item; start++)
        windows->inside[items[start].key] = 0;
    return run.open ? close_run(out, windows, moves, items, &run, finding, err) : AT_OK;
}

at_status at_pattern_fan(at_patterns *out, const at_moves *moves, bool incoming, uint64_t k,
                         int64_t delta_us, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    const at_ledger *ledger = moves->ledger;
    const uint64_t *starts = incoming ? moves->in_start : moves->out_start;
    const uint32_t *list = incoming ? moves->ins : moves->outs;
    at_windows windows = {.k = k, .delta_us = delta_us};
    at_window_item *items = NULL;
    size_t most = 0;
    for (size_t node = 0; node < ledger->node_count; node++)
        most = starts[node + 1] - starts[node] > most ? starts[node + 1] - starts[node] : most;
    AT_TRY(AT_NEW(&items, &scratch, most, err));
    AT_TRY(AT_NEW(&windows.inside, &scratch, ledger->node_count, err));
    AT_TRY(AT_NEW(&windows.stamp, &scratch, ledger->node_count, err));
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        const size_t count = starts[node + 1] - starts[node];
        if (count < k)
            continue;
        for (size_t i = 0; i < count; i++) {
            const uint32_t move = list[starts[node] + i];
            items[i] = (at_window_item){
                .move = move,
                .key = incoming ? moves->from[move] : moves->to[move],
                .node = incoming ? at_move_paid(moves, move) : at_move_payer(moves, move),
                .time_us = incoming ? at_move_in_us(moves, move) : at_move_out_us(moves, move),
                .amount = incoming ? at_move_received(moves, move) : at_move_sent(moves, move)};
        }
        const at_pattern_finding finding = {.centre = at_moves_name(moves, node), .node = AT_NONE};
        AT_TRY(at_windows_slide(out, &windows, moves, items, count, finding, err));
    }
    return AT_OK;
}
