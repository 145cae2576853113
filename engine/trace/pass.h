/**
 * pass.h - the forward pass: where declared money is at as_of (specification section 1, T7).
 *
 * One walk over the effective ledger. Each debit takes a block from its account by the method's
 * take rule, is converted (T18), gets the labels declared on it (T20), repays the debt of the
 * account it reaches (T13) and joins what is there. Under poison nothing is taken: labels spread.
 * paripassu is traced as libr; what it makes of that is in fund.h.
 *
 * Nodes:      0 .. ledger->node_count - 1 are the ledger's; behind them stand the sinks a trace
 *             adds, `@fee` (one a currency) and `@overdraft:<account>`.
 * Labels:     index = label order (T5): tainted ones ascending bytewise, then @clean, @credit,
 *             @unknown.
 * Units:      minor units of the node's currency.
 * Ownership:  everything lives in the arena given; texts of sources and the ledger are borrowed.
 * Errors:     AT_LIMIT "E-AMOUNT-RANGE" when a sum passes int64, AT_NO_MEMORY.
 * Complexity: O(rows + lot moves); vectors and poison O(rows * labels present).
 */
#ifndef ASSETTRACE_TRACE_PASS_H
#define ASSETTRACE_TRACE_PASS_H

#include "engine/trace/event.h"
#include "engine/trace/explain.h"
#include "engine/trace/source.h"
#include "engine/trace/take.h"

#define AT_TRACE_OPENING (AT_NONE - 1)
enum { AT_TRACE_WINDOW_OFF = -1 };

/* T17: what an asset was sold for is traced by the share of its cost, or each claim keeps its
 * amount up to the proceeds. A sale for another currency is always by share. */
typedef enum at_sale { AT_SALE_SHARE, AT_SALE_LIEN } at_sale;
extern const char *const at_sales[]; /* share lien, NULL-terminated */

typedef struct at_trace_options {
    at_trace_method method;
    int64_t as_of_us;           /* inclusive */
    int64_t backward_window_us; /* T13 class replenished; AT_TRACE_WINDOW_OFF */
    const at_trace_source *sources;
    size_t source_count;
    const bool *preserved; /* by node, beside the assets (T12); NULL: none */
    const bool *watched;   /* by node, whose every moment is kept; NULL: none */
    at_sale sale;
    bool all_moves;     /* moves of untainted labels too */
    bool ways_only;     /* of tainted moves those on a shortest way alone: a thousand labels move a
                              thousand times a row. Neither watched nor all_moves, nor compared */
    bool declared_only; /* neither holdings of untainted labels nor notes of imputed openings
                              and self-transfers: the tainted figures are the same, sooner */
} at_trace_options;

/* Units of one label in one node; sinks and externals: all that ever stopped there. Under poison
 * the whole balance for each label, which may be 0. */
typedef struct at_trace_holding {
    uint32_t node, label;
    int64_t amount;
} at_trace_holding;

/* What a watched node holds from one event on: `lot_count` lots of `moment_lots`, oldest first. The
 * first of a node is its opening (row AT_NONE, source AT_NONE); one with a source is its
 * declaration on the account. Nothing is held under poison, which has no moments. */
typedef struct at_trace_moment {
    uint32_t node, row, source;
    bool fee, credit;
    uint32_t lot_first, lot_count;
    uint32_t move_first, move_count; /* of `moves`: the tainted units the event moved */
    int64_t debt;                    /* after the event */
} at_trace_moment;

typedef struct at_trace_lot {
    int64_t units;
    uint32_t label;
} at_trace_lot;

/* Something to say of the run; AT_NONE, AT_AMOUNT_NONE where a field means nothing. */
typedef struct at_trace_note {
    const char *code;
    uint32_t node, row, source;
    uint32_t against; /* the debit paid back or refilled: a row, or AT_TRACE_OPENING */
    bool fee, against_fee;
    uint32_t label; /* one more than its index; 0: that of the source, if any */
    int64_t amount;
} at_trace_note;

/* A sink that a trace adds to the ledger's nodes. */
typedef struct at_trace_sink {
    const char *id;
    at_currency currency;
    uint32_t base; /* the account whose debt was paid; for fees, the first that paid one */
    bool fee;
} at_trace_sink;

typedef struct at_trace {
    const at_effective *effective;
    at_trace_options options;
    const char *const *labels;
    uint32_t label_count, tainted_count;
    int64_t *injected;          /* by tainted label; 0 under poison, which injects nothing */
    uint64_t roundings;         /* T9: divisions of prorata with units left over */
    at_trace_holding *holdings; /* by node, then label */
    size_t holding_count;
    at_pool moves; /* at_trace_move, in the order they happened or (ways_only) were kept */
    at_reaches reaches;
    at_pool moments;      /* at_trace_moment, in the order they happened */
    at_pool moment_lots;  /* at_trace_lot */
    at_trace_note *notes; /* in the order they arose */
    size_t note_count;
    at_trace_sink *sinks; /* index = node - ledger->node_count */
    uint32_t sink_count;
} at_trace;

AT_CHECKED at_status at_trace_run(at_trace *out, const at_effective *effective,
                                  const at_trace_options *options, at_arena *arena, at_error *err);

const char *at_trace_node_id(const at_trace *trace, uint32_t node);
const char *at_trace_node_currency(const at_trace *trace, uint32_t node);

/** The index of a source's label among the tainted ones. O(log labels). */
uint32_t at_trace_label_of(const at_trace *trace, const at_trace_source *source);

/** Whether two runs over different orders say the same: holdings, and every tainted move. */
AT_CHECKED at_status at_trace_equal(bool *out, const at_trace *a, const at_trace *b,
                                    at_arena *arena, at_error *err);

#endif
