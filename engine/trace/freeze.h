/**
 * freeze.h - which accounts and assets to freeze first so that traced money stays.
 *
 * Traced money lies on nodes; in each step a stated part of what is left on a node goes to others
 * or to where no order reaches. A frozen node keeps what it holds and what comes in from the step
 * on at which its order bites. Each unit follows a random way and a set stops the ways it lies on,
 * so what a set intercepts grows with the set, and each addition the less the larger the set is.
 *
 * Units:     money held and costs are int64; what is expected of them later is a forecast in
 *            doubles, compared to within AT_FREEZE_TIE of all money held.
 * Order:     nodes are numbered bytewise by id, so that the smaller number is the smaller id.
 * Ownership: the arena's. The model is borrowed and read-only.
 * Errors:    AT_NO_MEMORY, AT_LIMIT, AT_LIMIT "E-TIME-LIMIT"; "E-FREEZE-STEPS" where the steps do
 *            not suffice for one forecast, else steps used up are no error: `stopped`.
 * Source:    specification "analysis" F1 - F5, F7; Khuller, Moss and Naor, The budgeted maximum
 *            coverage problem, 1999; Sviridenko, A note on maximizing a submodular set function
 *            subject to a knapsack constraint, 2004; Leskovec and others, Cost-effective outbreak
 *            detection in networks, 2007 (gains bound from an earlier round; bound after the fact).
 */
#ifndef ASSETTRACE_TRACE_FREEZE_H
#define ASSETTRACE_TRACE_FREEZE_H

#include "engine/model/ledger.h"

typedef double at_forecast; /* not money */

/* Of all money held: figures closer than this are equal. */
#define AT_FREEZE_TIE 1e-12

enum { AT_FREEZE_EXACT_MAX = 20, AT_FREEZE_HORIZON_MAX = 1000000 };

typedef struct at_freeze_model {
    uint32_t count;          /* nodes; number `count` itself is out of reach */
    const int64_t *held;     /* by node; count + 1 */
    const int64_t *cost;     /* by node, > 0 */
    const int64_t *lead;     /* by node: steps before an order bites, >= 0 */
    const bool *candidate;   /* by node: can be frozen */
    const uint64_t *start;   /* by node, of its rates; count + 1 */
    const uint32_t *to;      /* by rate: a node, or count */
    const at_forecast *rate; /* by rate: part of what is left that goes there in a step */
    int64_t horizon;         /* steps */
} at_freeze_model;

/* Forecasts of one model. Begin with at_freeze_begin. */
typedef struct at_freeze_work {
    const at_freeze_model *model;
    uint64_t steps, steps_max; /* rates looked at, and allowed (0 = no limit) */
    bool stopped;              /* the steps ended the work: figures since then mean nothing */
    at_forecast tie;           /* AT_FREEZE_TIE of all money held */
    at_forecast least;         /* so little stays where it is, or nothing would ever settle */
    at_forecast *stay;         /* by node: what does not leave in a step */
    at_forecast *now, *next;   /* by node: held; count + 1 */
    bool *frozen;              /* by node: its order bites */
    at_forecast *table[2];     /* steps of a small model as a whole, squared again and again */
    at_forecast *flow;         /* by rate, when wanted: what went through it */
} at_freeze_work;

AT_CHECKED at_status at_freeze_begin(at_freeze_work *out, const at_freeze_model *model,
                                     uint64_t steps_max, at_arena *arena, at_error *err);

/** F2: what the nodes marked in `set` hold at the horizon, those whose order bites by then.
 *  O(horizon * rates), for up to 64 nodes O(leads * nodes^3 * log horizon) where that is less. */
AT_CHECKED at_status at_freeze_intercepted(at_forecast *out, at_freeze_work *work, const bool *set,
                                           at_error *err);
/** What goes through each rate up to the horizon when nothing is frozen. */
AT_CHECKED at_status at_freeze_flows(at_forecast *out, at_freeze_work *work, at_error *err);

typedef enum at_freeze_goal { AT_FREEZE_COVER, AT_FREEZE_BUDGET } at_freeze_goal;
typedef enum at_freeze_solver {
    AT_FREEZE_AUTO,  /* exact for up to AT_FREEZE_EXACT_MAX candidates */
    AT_FREEZE_GREEDY /* the rules of F4 and F5 for many candidates, whatever their number */
} at_freeze_solver;
extern const char *const at_freeze_solvers[]; /* auto greedy, NULL-terminated */

typedef struct at_freeze_wish {
    at_freeze_goal goal;
    at_freeze_solver solver;
    at_forecast cover; /* of all money held, 0 to 1 */
    int64_t budget;
} at_freeze_wish;

/* How a plan was found, and so what is certain of it. */
typedef enum at_freeze_way {
    AT_FREEZE_BEST,    /* no other set is better */
    AT_FREEZE_CHOSEN,  /* greedy; by budget at least (1 - 1/e) / 2 of the best */
    AT_FREEZE_TRIPLES, /* and from every set of three: at least 1 - 1/e of the best */
} at_freeze_way;

typedef struct at_freeze_pick {
    uint32_t node;
    at_forecast alone;       /* what it would intercept as the only one */
    at_forecast marginal;    /* what it adds to the picks before it */
    at_forecast intercepted; /* with the picks before it */
} at_freeze_pick;

typedef struct at_freeze_plan {
    at_freeze_pick *picks;
    uint32_t count;
    int64_t cost;
    at_freeze_way way;
    bool cut;                /* the exact search was given up for lack of steps */
    bool stopped;            /* the greedy choice was: the plan is its beginning */
    bool reached;            /* the goal of a cover */
    at_forecast total;       /* all money held */
    at_forecast goal;        /* of a cover */
    at_forecast intercepted; /* by all picks */
    at_forecast most;        /* by all candidates; what any set can come to at most */
    at_forecast bound;       /* what any set of the budget, or of the plan's cost, can come to */
    bool bound_loose;        /* from what goes through the nodes, not from what each would add */
    at_forecast greedy;      /* by budget: what the greedy choice alone comes to */
} at_freeze_plan;

/** F4, F5. Picks are in the order in which they were chosen; those of an exact plan in the order
 *  the greedy choice would take them. */
AT_CHECKED at_status at_freeze_solve(at_freeze_plan *out, at_freeze_work *work,
                                     const at_freeze_wish *wish, at_arena *arena, at_error *err);

#endif
