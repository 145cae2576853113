/* listings.c: which parties stand on which lists, from when to when? */
#include "engine/query.h"

const at_query query_listings = {
    .name = "listings",
    .summary = "parties on lists of sanctions, wanted persons, notices, office holders",
    .version = 1,
    .needs = AT_NEEDS_ROWS,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_THING,
             .summary = "only this party; without it, all",
             .kinds = AT_KIND_BIT(AT_PARTY)},
            {.name = "kind",
             .type = AT_ARG_CHOICE,
             .summary = "only listings of this kind",
             .choices = at_listing_kinds},
            {.name = "list",
             .type = AT_ARG_TEXT,
             .summary = "only this list, as its source names it"},
            {.name = "as_of",
             .type = AT_ARG_END,
             .summary = "listings in force at this time; without it, all, ended ones too"},
            {0},
        },
    .columns =
        (const at_column[]){
            {"party", AT_COLUMN_ID, "who is listed"},
            {"list", AT_COLUMN_TEXT, "as its source names it"},
            {"kind", AT_COLUMN_TEXT, "sanctions, wanted, notice, pep or internal"},
            {"programme", AT_COLUMN_TEXT, "part of the list, or the act behind it"},
            {"number", AT_COLUMN_TEXT, "of the entry"},
            {"since", AT_COLUMN_TIME, "first day listed, where stated"},
            {"until", AT_COLUMN_TIME, "first day no longer listed, where stated"},
            {"authority", AT_COLUMN_TEXT, "who lists"},
            {"reason", AT_COLUMN_TEXT, "as stated"},
            {"title", AT_COLUMN_TEXT, "the party's name in this store"},
            {0},
        },
    .sql = "SELECT listing.party_id, listing.list, listing.kind, listing.programme,"
           "       listing.listing_number, listing.since_us, listing.until_us,"
           "       listing.authority, listing.reason, thing.title, 0, listing.record"
           "  FROM listing JOIN thing ON thing.thing = listing.party"
           " WHERE (:of IS NULL OR listing.party = :of)"
           "   AND (:kind IS NULL OR listing.kind = :kind)"
           "   AND (:list IS NULL OR listing.list = :list)"
           "   AND (:as_of IS NULL"
           "     OR (coalesce(listing.since_us, :as_of) <= :as_of"
           "         AND (listing.until_us IS NULL OR :as_of < listing.until_us)))"
           " ORDER BY listing.party_id, listing.list, listing.kind, listing.programme,"
           "          listing.listing_number, listing.since_us, listing.authority,"
           "          listing.reason, listing.record",
    .limits = "Only stated listings of the very party are shown: not those of its owners, nor of "
              "parties with a similar name. No listing here is no proof of being on no list.",
};
