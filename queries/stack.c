/* stack.c: scatter-gathers that share their middles (N10). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    const at_scatter_rule rule = {
        .k = (uint64_t)settings->k, .delta_us = settings->delta, .hub = (uint64_t)settings->hub};
    return at_pattern_stack(out, moves, &rule, err);
}

static const at_arg args[] = {
    AT_PATTERN_K("2", "distinct middles at least"),
    AT_PATTERN_DELTA("7d", "from a middle's credit to its debit at most"),
    {.name = "hub",
     .type = AT_ARG_COUNT,
     .fallback = "10000",
     .summary = "accounts with more credits or debits are not taken as middles"},
    AT_PATTERN_STEPS("2000000000"),
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_stack = {
    .name = "stack",
    .args = args,
    .innocent = "suppliers, dealers and customers of one trade form layers; so do employers, "
                "employees and the shops of one town",

    .run = find,
};

const at_query query_stack = {
    .name = "stack",
    .summary = "several sources and several targets over shared middles",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(
        AT_COLUMN_TEXT, "source>target, the smallest of the group", "distinct middles",
        "sum of the second legs, as credited to the targets")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
