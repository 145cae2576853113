/* accounts_of.c: which accounts does this party hold, as the records say? */
#include "engine/query.h"

const at_query query_accounts_of = {
    .name = "accounts_of",
    .summary = "accounts of which a party is the recorded holder",
    .version = 1,
    .needs = AT_NEEDS_ROWS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "the holder",
             .required = true,
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "as_of",
             .type = AT_ARG_END,
             .summary = "accounts open at this time; without it, all"},
            {0},
        },
    .columns =
        (const at_column[]){
            {"account", AT_COLUMN_ID, "as its source numbers it"},
            {"currency", AT_COLUMN_TEXT, "empty where the record does not say"},
            {"kind", AT_COLUMN_TEXT, "account, loan, card, wallet, cash, external or sink"},
            {"institution", AT_COLUMN_TEXT, "where it is held"},
            {"country", AT_COLUMN_TEXT, "of the institution"},
            {"opened", AT_COLUMN_TIME, "first day, where stated"},
            {"closed", AT_COLUMN_TIME, "first day it is no longer open, where stated"},
            {0},
        },
    .sql = "SELECT account.id, account.currency, account.kind, account.institution,"
           "       account.country, account.since_us, account.until_us, 0, account.record"
           "  FROM account"
           " WHERE account.holder = :of"
           "   AND (:as_of IS NULL"
           "     OR (coalesce(account.since_us, :as_of) <= :as_of"
           "         AND (account.until_us IS NULL OR :as_of < account.until_us)))"
           " ORDER BY account.id, account.currency, account.record",
};
