/**
 * facts.h - asking what is known at one revision.
 *
 * The store fills these functions; questions call them. Facts come as at_fact values in the order
 * of their records (source number, offset), references resolved: things that a visible
 * record states to be the same (link same_as_stated, `namespace/id` references, equal IBANs)
 * carry one at_thing. Transfers and legs are not listed here: they are the ledger's.
 *
 * Ownership: results live in the arena that the facts were opened with (the question's).
 * Threads:   one.
 */
#ifndef ASSETTRACE_MODEL_FACTS_H
#define ASSETTRACE_MODEL_FACTS_H

#include "engine/base/arena.h"
#include "engine/model/record.h"

typedef struct at_fact_list {
    const at_fact *facts;
    size_t count;
} at_fact_list;

/* How a thing is shown. */
typedef struct at_thing_view {
    at_kind kind;
    const char *id; /* as its source gives it: the bytewise smallest of the same-things' ids */
    const char *name_space; /* of that id */
    const char *shown;      /* shortest unambiguous form: id, namespace/id, or kind:id */
    const char *title;      /* a party's first primary name, an asset's description, an account's
                               institution; or NULL */
    bool declared;          /* some record describes it (not only mentions it) */
} at_thing_view;

#define AT_KIND_BIT(kind) (1u << (kind))
#define AT_ANY_THING                                                           \
    (AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET) | \
     AT_KIND_BIT(AT_EVENT))

typedef struct at_facts {
    void *self;
    int64_t revision;
    at_thing thing_limit; /* every at_thing is < thing_limit: arrays can be indexed by it */

    /** All facts of one kind about a thing (any role: owner or owned, a or b, of, self, holder), or
     * all of the kind when `about` is 0. */
    at_status (*list)(void *self, at_fact_list *out, at_kind kind, at_thing about, at_error *err);
    /** As list about a thing, in the same order, but without reading the others of the kind first:
     * for whoever asks about one thing. Each call costs a look through the table. */
    at_status (*about)(void *self, at_fact_list *out, at_kind kind, at_thing thing, at_error *err);
    /** The facts of one record by kind, transfers and legs too; none when it does not count. */
    at_status (*of_record)(void *self, at_fact_list *out, at_record_id record, at_error *err);
    /** All things of a kind, sorted bytewise by shown id. */
    at_status (*things)(void *self, const at_thing **out, size_t *count_out, at_kind kind,
                        at_error *err);
    /** Every thing that has an id in which `key` is found, once both are folded and blanks are left
     * out (names/fold.h; `key` is given so), and perhaps some that have none. */
    at_status (*search)(void *self, const at_thing **out, size_t *count_out, const char *key,
                        at_error *err);
    /** The thing a person names: `id`, `namespace/id`, `kind:id`, `kind:namespace/id`, within the
     * kinds allowed. AT_BAD_INPUT "E-ID-UNKNOWN" (with the nearest), "E-ID-AMBIGUOUS" (hint lists
     * the candidates). */
    at_status (*resolve)(void *self, at_thing *out, unsigned kinds, const char *text,
                         at_error *err);
    at_status (*view)(void *self, at_thing_view *out, at_thing thing, at_error *err);
    /** Every (namespace, id) that is this thing. */
    at_status (*aliases)(void *self, const at_ref **out, size_t *count_out, at_thing thing,
                         at_error *err);
    at_status (*address)(void *self, at_address *out, at_record_id record, at_error *err);
    /** Grade of sources: is any visible revision partial (answers must say so)? */
    at_status (*partial_sources)(void *self, const char *const **out, size_t *count_out,
                                 at_error *err);
} at_facts;

#endif
