/* pass_through.c: credits that leave again within a time (N8). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    const at_pass_rule rule = {
        .delta_us = settings->delta, .rho = settings->rho, .min_amount = settings->min};
    return at_pattern_pass(out, moves, &rule, err);
}

static const at_arg args[] = {
    AT_PATTERN_DELTA("3d", "debits up to this long after the credit"),
    {.name = "rho",
     .type = AT_ARG_RATIO,
     .fallback = "9/10",
     .summary = "part of the credit that leaves at least"},
    {.name = "min",
     .type = AT_ARG_AMOUNT,
     .fallback = "0",
     .summary = "report credits from this amount on"},
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_pass_through = {
    .name = "pass_through",
    .args = args,
    .innocent = "rent and wages paid out on pay day, agents and notaries who hold money for "
                "others, and moving savings to another bank look the same",

    .run = find,
};

const at_query query_pass_through = {
    .name = "pass_through",
    .summary = "credits that leave their account again within a time",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns = (const at_column[]){AT_PATTERN_COLUMNS(
        AT_COLUMN_ID, "the account passed", "debits that used the credit", "what of it left")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
