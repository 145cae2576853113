/* mirror.c: a deposit mirrored by a remittance, as where hawala is settled through accounts. */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    const at_mirror_rule rule = {
        .delta_us = settings->delta, .tolerance = settings->tolerance, .min_amount = settings->min};
    return at_pattern_mirror(out, moves, groups, &rule, err);
}

static const at_arg args[] = {
    AT_PATTERN_DELTA("3d", "from the deposit to the remittance at most"),
    {.name = "tolerance",
     .type = AT_ARG_RATIO,
     .fallback = "1/50",
     .summary = "of the deposit: how far the remittance may differ"},
    {.name = "min",
     .type = AT_ARG_AMOUNT,
     .fallback = "0",
     .summary = "deposits from this amount on"},
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_mirror = {
    .name = "mirror",
    .args = args,
    .innocent = "agents, brokers and notaries pass on what they are given, and equal prices "
                "meet by chance; the same shape is licensed money transfer",
    .by_holder = true,
    .run = find,
};

const at_query query_mirror = {
    .name = "mirror",
    .summary = "deposits that are mirrored by a remittance of about the same, by holder",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(
        AT_COLUMN_ID, "the holder, or an account without one", "2: the deposit and the remittance",
        "of the remittance")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
