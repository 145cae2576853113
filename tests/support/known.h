/**
 * known.h - a small set of facts in memory, for tests of what asks through at_facts and at_ledger.
 *
 * Things are made when first named. Every call is one record, numbered from 1; `source` says which
 * source the following records come from. A reference is "id" (a party) or "kind:id".
 *
 * Ownership: everything lives in the arena, also what facts and ledger give. A failed allocation
 *            fails the running test.
 */
#ifndef ASSETTRACE_TESTS_KNOWN_H
#define ASSETTRACE_TESTS_KNOWN_H

#include "engine/query.h"

typedef struct known_world {
    at_arena *arena;
    int source;
    at_ref *things; /* by at_thing - 1 */
    size_t thing_count, thing_capacity;
    at_fact *facts;
    int *sources; /* by record - 1 */
    size_t fact_count, fact_capacity, source_capacity;
    at_ledger_builder *ledger;
    bool failing; /* every function of at_facts fails with AT_IO */
} known_world;

void known_begin(known_world *known, at_arena *arena);
at_thing known_thing(known_world *known, const char *reference);
at_fact *known_add(known_world *known, at_kind kind);

/** share: "1/2", "1/4..1/2", "(1/4..1/2)" with open ends, or NULL for unknown. */
at_holding *known_hold(known_world *known, const char *owner, const char *owned, const char *share);
/** One statement about ownership: "P A 1/2", "N A 1/2 for P", "N A 1/2 for ?", "votes P A 1/2",
 * "source 2", "person P", "company C", "account A1 P" (a holder), "asset land1", "until P A 1/2"
 * (ended on day 100), "since P A 1/2" (begins on day 100). A share of ? is unknown. */
void known_state(known_world *known, const char *statement);
at_party *known_party(known_world *known, const char *id, at_party_type type, const char *country);
/** holder and country may be NULL. */
at_account *known_account(known_world *known, const char *id, const char *holder,
                          const char *country);
at_asset *known_asset(known_world *known, const char *id, const char *country, int64_t value);
at_link *known_link(known_world *known, const char *a, const char *kind, const char *b);
at_identifier *known_identifier(known_world *known, const char *of, const char *type,
                                const char *key);
/**
 * Euro cents between accounts on a day counted from 1970-01-01; an id beginning with '@' is an
 * external node.
 */
void known_transfer(known_world *known, const char *id, const char *from, const char *to,
                    int32_t day, int64_t amount);

at_facts known_facts(known_world *known);
void known_ledger(at_ledger *out, known_world *known);

/**
 * Ask "name=value name=value" (commas separate values of a repeated argument; no blanks), typed by
 * the descriptor. Rows are printed as "a | b | c", notes as "CODE: text", one a line.
 */
at_status known_ask(at_text *printed, at_table *table, const at_query *query, known_world *known,
                    const at_ledger *ledger, const char *pairs, at_error *err);

#endif
