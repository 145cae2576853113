/* round_trips.c: money that comes back to where it left, in order of time (N7). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    const at_cycle_rule rule = {.delta_us = settings->delta,
                                .maxlen = (uint32_t)settings->maxlen,
                                .by_ratio = settings->ratio_count == 2,
                                .lo = settings->ratio[0],
                                .hi = settings->ratio[1],
                                .cap = (size_t)settings->cap};
    return at_pattern_cycles(out, moves, &rule, err);
}

static const at_arg args[] = {
    AT_PATTERN_DELTA("30d", "from the first transfer to the last at most"),
    {.name = "maxlen",
     .type = AT_ARG_COUNT,
     .fallback = "10",
     .summary = "transfers in a cycle at most; 100 is the limit"},
    {.name = "ratio",
     .type = AT_ARG_RATIO,
     .summary = "least and greatest part of a credit that is sent on: 4/5,1; any when not given",
     .repeat = true},
    AT_PATTERN_CURRENCIES,
    AT_PATTERN_STEPS("1000000000"),
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_round_trips = {
    .name = "round_trips",
    .args = args,
    .innocent = "loans that are repaid, returned deposits and goods, netting between companies "
                "of one group, families and circles of savers move money in rounds",

    .run = find,
};

const at_query query_round_trips = {
    .name = "round_trips",
    .summary = "cycles of transfers in order of time",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(AT_COLUMN_ID, "the account where it begins",
                                                      "transfers", "the smallest transfer")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
