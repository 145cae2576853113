/* fan_in.c: many senders to one account within a time (N4). */
#include "queries/pattern_support.h"

static at_status find(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                      const at_pattern_settings *settings, at_error *err) {
    (void)groups;
    return at_pattern_fan(out, moves, true, (uint64_t)settings->k, settings->delta, err);
}

static const at_arg args[] = {
    AT_PATTERN_K("3", "distinct senders at least"),
    AT_PATTERN_DELTA("30d", "windows of this length; overlapping ones are one finding"),
    AT_PATTERN_CURRENCIES,
    AT_PATTERN_CAP,
    {0},
};

const at_pattern_family family_fan_in = {
    .name = "fan_in",
    .args = args,
    .innocent = "shops, landlords, schools, charities, tax offices and collectors of "
                "subscriptions are paid by many; so is whoever gathers money for a wedding or a"
                " funeral",

    .run = find,
};

const at_query query_fan_in = {
    .name = "fan_in",
    .summary = "many senders to one account within a time",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = args,
    .columns =
        (const at_column[]){AT_PATTERN_COLUMNS(AT_COLUMN_ID, "the account that is paid",
                                               "distinct senders", "sum of what it was credited")},
    .run = at_pattern_run,
    .limits = AT_PATTERN_LIMITS,
};
