#include "queries/trace_part.h"

at_status at_traced_effective(at_effective *out, const at_ledger *ledger, const at_restriction *cut,
                              at_tie tie, at_reversals reversals, int64_t as_of_us, at_arena *arena,
                              at_error *err) {
    return cut != NULL ? at_restricted_effective(out, cut, tie, reversals, as_of_us, arena, err)
                       : at_effective_make(out, ledger, tie, reversals, as_of_us, arena, err);
}

at_status at_traced_note_read(at_table *table, const at_ledger *ledger, const at_restriction *cut,
                              const char *reason, at_error *err) {
    const uint64_t bytes = at_restrict_bytes(ledger);
    if (cut == NULL)
        return at_table_note(
            table, err, "LEDGER_READ",
            "all %zu transfers of the ledger were read, %llu bytes (100.00 %%): %s", ledger->count,
            (unsigned long long)bytes, reason);
    const uint64_t parts = bytes > 0 ? (uint64_t)((at_wide)cut->bytes * 10000 / (at_wide)bytes) : 0;
    return at_table_note(table, err, "LEDGER_READ",
                         "%zu of %zu transfers of the ledger were read, %llu of %llu bytes "
                         "(%llu.%02llu %%): %s, %u accounts",
                         cut->ledger.count, ledger->count, (unsigned long long)cut->bytes,
                         (unsigned long long)bytes, (unsigned long long)parts / 100,
                         (unsigned long long)parts % 100, reason, cut->reached);
}

at_status at_traced_renumber(bool **nodes, const at_restriction *cut, at_arena *scratch,
                             at_error *err) {
    bool *renumbered = NULL;
    AT_TRY(AT_NEW(&renumbered, scratch, cut->ledger.node_count, err));
    for (size_t node = 0; node < cut->ledger.node_count; node++)
        renumbered[node] = (*nodes)[cut->nodes[node]];
    *nodes = renumbered;
    return AT_OK;
}

/* Every node that an argument names, so that the cut knows it by name. */
static at_status name_nodes(bool **out, const at_traced *traced, at_arena *scratch, at_error *err) {
    const at_traced_named *named = &traced->named;
    AT_TRY(AT_NEW(out, scratch, traced->ledger->node_count, err));
    for (size_t node = 0; node < traced->ledger->node_count; node++)
        (*out)[node] = traced->to.nodes[node] || traced->bounded.nodes[node] ||
                       named->preserved[node] || named->fund[node];
    for (size_t i = 0; i < named->target_count; i++)
        (*out)[named->targets[i]] = true;
    return AT_OK;
}

static at_status renumber(at_traced *traced, const at_restriction *cut, at_arena *scratch,
                          at_error *err) {
    at_traced_named *named = &traced->named;
    AT_TRY(at_traced_renumber(&traced->to.nodes, cut, scratch, err));
    AT_TRY(at_traced_renumber(&traced->bounded.nodes, cut, scratch, err));
    AT_TRY(at_traced_renumber(&named->preserved, cut, scratch, err));
    AT_TRY(at_traced_renumber(&named->fund, cut, scratch, err));
    for (size_t i = 0; i < named->target_count; i++)
        named->targets[i] = at_restricted_node(cut, named->targets[i]);
    return at_restricted_sources(&traced->sources, cut, traced->sources, traced->source_count,
                                 scratch, err);
}

/* The rule that a trace by a method follows: one that only divides stands on libr. */
static at_trace_method rule_beneath(at_trace_method rule) {
    return at_traced_moves(rule) ? rule : AT_TRACE_LIBR;
}

at_status at_traced_restrict(at_traced *traced, at_table *table, int64_t as_of_us,
                             at_arena *scratch, at_error *err) {
    const at_ledger *ledger = traced->ledger;
    at_restriction *cut = NULL;
    bool *named = NULL;
    for (size_t i = 0; i < traced->run_count; i++)
        if (traced->runs[i].rule == AT_TRACE_PRORATA)
            return at_traced_note_read(table, ledger, NULL,
                                       "prorata divides by labels that only the history of every "
                                       "account knows",
                                       err);
    AT_TRY(AT_NEW(&cut, scratch, 1, err));
    AT_TRY(name_nodes(&named, traced, scratch, err));
    const at_restrict_options options = {.sources = traced->sources,
                                         .source_count = traced->source_count,
                                         .named = named,
                                         .as_of_us = as_of_us,
                                         .moments = true,
                                         .rows_max = at_restrict_rows(ledger)};
    AT_TRY(at_restrict(cut, ledger, &options, scratch, err));
    if (cut->whole)
        return at_traced_note_read(table, ledger, NULL,
                                   "the declared money can have come to more than a quarter of it",
                                   err);
    for (size_t i = 0; i < traced->run_count; i++)
        if (!at_restriction_serves(cut, rule_beneath(traced->runs[i].rule)))
            return at_traced_note_read(table, ledger, NULL,
                                       "a conversion divides by labels that only the history of "
                                       "every account knows",
                                       err);
    AT_TRY(renumber(traced, cut, scratch, err));
    traced->ledger = &cut->ledger;
    traced->cut = cut;
    return at_traced_note_read(table, ledger, cut, "what the declared money can have come to", err);
}
