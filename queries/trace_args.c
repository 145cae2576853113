#include "queries/trace_support.h"

static const char *const labels[] = {"all", "declared", NULL};

const at_arg at_traced_label_args[] = {
    {.name = "labels",
     .type = AT_ARG_CHOICE,
     .fallback = "all",
     .summary = "rows of all labels, or of the declared ones alone: then only what their money can "
                "have come to is read, where the method allows",
     .choices = labels},
    {.name = "source",
     .type = AT_ARG_SOURCE,
     .summary = "what is traced: LABEL=transfer:ID[,AMOUNT] or LABEL=account:ID@TIME[,AMOUNT]",
     .required = true,
     .repeat = true},
    {.name = "method",
     .type = AT_ARG_CHOICE,
     .summary = "the rule by which money leaves an account",
     .required = true,
     .repeat = true,
     .choices = at_trace_methods},
    {.name = "to",
     .type = AT_ARG_NODE,
     .summary = "only these accounts, assets or parties' accounts (rows of trace only)",
     .repeat = true},
    {.name = "envelope",
     .type = AT_ARG_NODE,
     .fallback = "auto",
     .summary = "lo and hi, which hold under every rule: auto (all rows), none, or for these nodes",
     .repeat = true},
    {.name = "fund",
     .type = AT_ARG_NODE,
     .summary = "paripassu: the accounts that are divided together; the one account that holds "
                "traced money by libr when not given",
     .repeat = true},
    {.name = "targets",
     .type = AT_ARG_NODE,
     .summary = "claimant_best: where the claim is wanted, the first choice first",
     .repeat = true},
    {.name = "preserve",
     .type = AT_ARG_NODE,
     .summary = "oatway: what counts as preserved beside every asset",
     .repeat = true},
    {.name = "as_of", .type = AT_ARG_END, .summary = "last moment counted; all when not given"},
    {.name = "tie",
     .type = AT_ARG_CHOICE,
     .fallback = "record",
     .summary = "order of transfers of one moment: as recorded, or credits first",
     .choices = at_ties},
    {.name = "reversals",
     .type = AT_ARG_CHOICE,
     .fallback = "cancel",
     .summary = "a reversal undoes its transfer, or is a new one",
     .choices = at_reversal_modes},
    {.name = "sale",
     .type = AT_ARG_CHOICE,
     .fallback = "share",
     .summary = "what an asset was sold for: each label's share of it, or a lien, which keeps old "
                "amounts up to the proceeds; trace_notes gives both",
     .choices = at_sales},
    {.name = "backward_window",
     .type = AT_ARG_TEXT,
     .summary = "list credits that refill a debit made up to this long before (30d, 12h, "
                "or microseconds)"},
    {.name = NULL},
};

const char at_traced_limits[] =
    "prorata is the rolling charge (North American; English courts have discussed it but not "
    "adopted it), not the pari passu distribution after the event of Barlow Clowes and LSUC v "
    "TD, which ignores dates and is paripassu here. fifo (Clayton) is a presumption between "
    "innocent claimants in one running account; it is not applied against a wrongdoer's own "
    "money (Hallett) and yields where it is impracticable, unjust or against intention (Barlow "
    "Clowes). Keeping the age order of a moved block across accounts, the prefix rule for a "
    "partly tainted deposit, and lifo and poison are conventions of this program, not rules of "
    "law. libr and oatway treat every holder as a wrongdoer: own money goes first, unknown money "
    "too; for an innocent recipient the pro rata rule or Clayton applies (Re Diplock). oatway "
    "takes the preserved asset first even while the fund still covers the claim, which is "
    "contested. Repaid debts and refilled debits are listed as candidates and never applied. "
    "Tracing identifies value; it decides neither a claim nor a defence: bona fide purchase, "
    "change of position and payment of debts end claims that the figures still show. An asset is "
    "carried at cost: what it was sold for follows in the same shares or, with sale=lien, in the "
    "old amounts up to the proceeds; the choice is the claimant's against a wrongdoer (Foskett). "
    "lo and hi are what any choice of units at every debit could leave in a node, one label at a "
    "time; they are not defined after a conversion.";
