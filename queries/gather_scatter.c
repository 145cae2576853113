/* gather_scatter.c: an account that many pay and that pays many soon after (N5). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    const at_gather_rule rule = {.k1 = (uint64_t)settings->k1,
                                 .k2 = (uint64_t)settings->k2,
                                 .d1_us = settings->d1,
                                 .d2_us = settings->d2};
    return at_pattern_gather(out, moves, &rule, err);
}

static const at_arg args[] = {
    {.name = "k1", .type = AT_ARG_COUNT, .fallback = "2", .summary = "distinct senders at least"},
    {.name = "k2", .type = AT_ARG_COUNT, .fallback = "2", .summary = "distinct receivers at least"},
    {.name = "d1",
     .type = AT_ARG_DURATION,
     .fallback = "30d",
     .summary = "senders this long before a payment"},
    {.name = "d2",
     .type = AT_ARG_DURATION,
     .fallback = "30d",
     .summary = "receivers this long from it on"},
    AT_PATTERN_CURRENCIES,
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_gather_scatter = {
    .name = "gather_scatter",
    .args = args,
    .innocent = "shops that pay suppliers, pay-roll and rent agents, brokers, travel offices "
                "and treasurers of clubs collect from many and pay many",

    .run = find,
};

const at_query query_gather_scatter = {
    .name = "gather_scatter",
    .summary = "accounts that are paid by many and then pay many",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(AT_COLUMN_ID, "the account between",
                                                      "distinct senders and distinct receivers",
                                                      "sum of the payments made")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
