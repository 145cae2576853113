/**
 * network_support.h - what the questions about networks share: arguments, the case graph, cells.
 *
 * Ownership: everything lives in the question's arena.
 */
#ifndef ASSETTRACE_QUERIES_NETWORK_SUPPORT_H
#define ASSETTRACE_QUERIES_NETWORK_SUPPORT_H

#include "engine/network/around.h"
#include "engine/network/joint.h"
#include "engine/network/loose.h"
#include "engine/query.h"

extern const char *const at_tie_words[]; /* at_tie_kind in order, then the classes of J2 */

/* Arguments that at_net_around_load reads. */
#define AT_AROUND_ARGS                                                                            \
    {.name = "of",                                                                                \
     .type = AT_ARG_THING,                                                                        \
     .summary = "the subjects",                                                                   \
     .required = true,                                                                            \
     .repeat = true,                                                                              \
     .kinds = AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET)},           \
        {.name = "hops", .type = AT_ARG_COUNT, .fallback = "4", .summary = "how many ties away"}, \
    {                                                                                             \
        .name = "max_nodes", .type = AT_ARG_COUNT, .fallback = "1000",                            \
        .summary = "members at most, the nearest first; 0 = all"                                  \
    }

/* Arguments of every network question; a query puts its own before them. */
#define AT_NETWORK_ARGS                                                                 \
    {.name = "since",                                                                   \
     .type = AT_ARG_START,                                                              \
     .summary = "only transfers from this time on, and ties in force after it"},        \
        {.name = "until",                                                               \
         .type = AT_ARG_END,                                                            \
         .summary = "only transfers up to this time, and ties in force before it"},     \
        {.name = "min_amount",                                                          \
         .type = AT_ARG_AMOUNT,                                                         \
         .fallback = "0",                                                               \
         .summary = "leave out smaller transfers (minor units of their currency)"},     \
        {.name = "tie",                                                                 \
         .type = AT_ARG_CHOICE,                                                         \
         .summary = "only ties of this kind; all unless said; ownership, control, "     \
                    "shared and money tie accounts to their holders too",               \
         .repeat = true,                                                                \
         .choices = at_tie_words},                                                      \
        {.name = "min_share",                                                           \
         .type = AT_ARG_RATIO,                                                          \
         .summary = "holdings of capital, votes or benefits tie only from this share"}, \
        {.name = "min_total",                                                           \
         .type = AT_ARG_AMOUNT,                                                         \
         .fallback = "0",                                                               \
         .summary = "transfers of a pair tie only when they come to this in all"},      \
        {.name = "hub_degree",                                                          \
         .type = AT_ARG_COUNT,                                                          \
         .fallback = "1000",                                                            \
         .summary = "cut members with more counterparties than this; 0 = none"},        \
    {                                                                                   \
        .name = "hub", .type = AT_ARG_THING,                                            \
        .summary = "cut this member too: a service that everybody uses", .repeat = true \
    }

typedef struct at_net_case {
    at_graph_options options;
    at_graph graph;
} at_net_case;

/**
 * Read the shared arguments and build the case graph; `of`, where there is one, is never cut.
 *
 * @param loose_rows  see at_graph_options
 */
AT_CHECKED at_status at_net_case_load(at_net_case *out, const at_question *question,
                                      size_t loose_rows, at_error *err);

/* What lies around the subjects of one question. */
typedef struct at_net_around {
    at_net_case net;
    at_around around;
} at_net_around;

/** Arguments of, hops, max_nodes; says in the table what was cut. */
AT_CHECKED at_status at_net_around_load(at_net_around *out, at_table *table,
                                        const at_question *question, at_error *err);

/* Every network of the store, as `networks` and `network_members` list them. */
typedef struct at_net_all {
    at_net_case net;
    at_groups groups;
    at_places places;
    const at_flow_count *flows; /* by group */
    const at_joint **joints;    /* by group, NULL = not active in both; NULL without active_in */
    const uint32_t *order;      /* groups in the order of rows */
    uint32_t count;
    uint32_t single_count; /* networks of one member that are left out */
    bool kept;             /* out of a summary: members have no ids (at_net_id) */
    const char *country[2];
} at_net_all;

/** @param may_keep  may a summary that is kept answer, or be kept? */
AT_CHECKED at_status at_net_all_load(at_net_all *out, at_table *table, const at_question *question,
                                     bool may_keep, at_error *err);

/* network_kept.c: are the arguments those that a summary is for? Out of one, where there is; into
 * one. */
bool at_net_is_usual(const at_question *question);
AT_CHECKED at_status at_net_all_kept(at_net_all *out, bool *kept_out, at_table *table,
                                     const at_question *question, at_error *err);
AT_CHECKED at_status at_net_all_keep(const at_net_all *all, const at_note *notes, size_t note_count,
                                     const at_question *question, at_error *err);
/** What a member is called. */
AT_CHECKED at_status at_net_id(const char **out, const at_graph *graph, uint32_t member,
                               const at_question *question, at_error *err);

/** Arguments of `networks` and `network_members`. */
extern const at_arg at_net_all_args[];

/** "1200 EUR, 5 USD" of transfers lost, or "". */
AT_CHECKED at_status at_losses_text(const char **out, const at_loss *losses, size_t count,
                                    at_arena *arena, at_error *err);

/** Cite what says that a member exists; for one without tie, a ledger row that names it. */
AT_CHECKED at_status at_cite_member(at_row *row, at_table *table, const at_graph *graph,
                                    const at_question *question, uint32_t member, at_error *err);

#endif
