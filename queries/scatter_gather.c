/* scatter_gather.c: one source, many middles, one target (N6). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    const at_scatter_rule rule = {
        .k = (uint64_t)settings->k, .delta_us = settings->delta, .hub = (uint64_t)settings->hub};
    return at_pattern_scatter(out, moves, &rule, err);
}

static const at_arg args[] = {
    AT_PATTERN_K("3", "distinct middles at least"),
    AT_PATTERN_DELTA("30d", "from a middle's credit to its debit at most"),
    {.name = "hub",
     .type = AT_ARG_COUNT,
     .fallback = "10000",
     .summary = "accounts with more credits or debits are not taken as middles"},
    AT_PATTERN_CURRENCIES,
    AT_PATTERN_STEPS("2000000000"),
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_scatter_gather = {
    .name = "scatter_gather",
    .args = args,
    .innocent = "an employer and a shop share many customers, a family pays one school from "
                "several accounts, and whatever two large services have in common looks the "
                "same",

    .run = find,
};

const at_query query_scatter_gather = {
    .name = "scatter_gather",
    .summary = "pairs of accounts between which money goes through many others",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(
        AT_COLUMN_TEXT, "source>target", "distinct middles",
        "sum of the second legs, as credited to the target")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
