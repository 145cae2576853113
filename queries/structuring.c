/* structuring.c: several credits just below a threshold (N9). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    const at_structuring_rule rule = {.threshold = settings->threshold,
                                      .num = settings->num,
                                      .den = settings->den,
                                      .k = (uint64_t)settings->k,
                                      .delta_us = settings->delta,
                                      .currency = settings->currency};
    return at_pattern_structuring(out, moves, groups, &rule, err);
}

static const at_arg args[] = {
    {.name = "T",
     .type = AT_ARG_AMOUNT,
     .summary = "the threshold: credits below it count, and must come to it together",
     .required = true},
    {.name = "num",
     .type = AT_ARG_COUNT,
     .fallback = "4",
     .summary = "credits from T * num / den on"},
    {.name = "den", .type = AT_ARG_COUNT, .fallback = "5", .summary = "see num"},
    AT_PATTERN_K("3", "credits at least"),
    AT_PATTERN_DELTA("7d", "windows of this length; overlapping ones are one finding"),
    {.name = "currency",
     .type = AT_ARG_TEXT,
     .summary = "only this one; else each currency by itself, T in its minor units"},
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_structuring = {
    .name = "structuring",
    .args = args,
    .innocent = "rents, wages and instalments of equal amounts repeat; a price just below a "
                "round figure is common, and takings are banked daily",
    .by_holder = true,
    .run = find,
};

const at_query query_structuring = {
    .name = "structuring",
    .summary = "credits just below a threshold that together pass it, by holder",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(
        AT_COLUMN_ID, "the holder, or an account without one", "credits", "their sum")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
