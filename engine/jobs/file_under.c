/* file_under.c: rewrite references on their way into the store. */
#include "engine/jobs/file_under.h"

#include <string.h>

#include "engine/names/identifier.h"

enum { REFS_MAX = 4 };

/* The references of one fact that may be accounts (an event's list is walked apart). */
static size_t refs_of(at_fact *fact, at_ref *refs[REFS_MAX]) {
    switch (fact->kind) {
    case AT_ACCOUNT:
        refs[0] = &fact->account.self;
        return 1;
    case AT_IDENTIFIER:
        refs[0] = &fact->identifier.of;
        return 1;
    case AT_HOLDING:
        refs[0] = &fact->holding.owned;
        return 1;
    case AT_TRANSFER:
        refs[0] = &fact->transfer.from;
        refs[1] = &fact->transfer.to;
        return 2;
    case AT_LEG:
        refs[0] = &fact->leg.account;
        refs[1] = &fact->leg.counterparty;
        return 2;
    case AT_LINK:
        refs[0] = &fact->link.a;
        refs[1] = &fact->link.b;
        return 2;
    case AT_LABEL:
        refs[0] = &fact->label.of;
        return 1;
    case AT_STATEMENT:
        refs[0] = &fact->statement.account;
        return 1;
    default:
        return 0;
    }
}

/* An IBAN begins with two letters and two digits: almost every other id ends here. */
static bool looks_like_iban(const at_ref *ref) {
    const char *id = ref->id;
    if (ref->kind != AT_ACCOUNT || !id || ref->name_space)
        return false;
    bool letters =
        (id[0] | 32) >= 'a' && (id[0] | 32) <= 'z' && (id[1] | 32) >= 'a' && (id[1] | 32) <= 'z';
    return letters && id[2] >= '0' && id[2] <= '9' && id[3] >= '0' && id[3] <= '9';
}

static at_status file_ref(at_ref *ref, at_arena *arena, at_error *err) {
    char key[AT_IBAN_BYTES];
    if (!looks_like_iban(ref) || !at_iban_key(key, ref->id))
        return AT_OK;
    AT_TRY(at_arena_text(&ref->id, arena, key, err));
    ref->name_space = AT_IBAN_NAME_SPACE;
    return AT_OK;
}

static at_status file_fact(at_fact *fact, at_arena *arena, at_error *err) {
    at_ref *refs[REFS_MAX];
    size_t count = refs_of(fact, refs);
    for (size_t i = 0; i < count; i++)
        AT_TRY(file_ref(refs[i], arena, err));
    if (fact->kind != AT_EVENT || fact->event.thing_count == 0)
        return AT_OK;
    at_ref *things = NULL;
    AT_TRY(AT_NEW(&things, arena, fact->event.thing_count, err));
    memcpy(things, fact->event.things, fact->event.thing_count * sizeof *things);
    for (size_t i = 0; i < fact->event.thing_count; i++)
        AT_TRY(file_ref(&things[i], arena, err));
    fact->event.things = things;
    return AT_OK;
}

static bool concerns(const at_fact *facts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        at_fact *fact = (at_fact *)(uintptr_t)&facts[i]; /* read only: refs_of serves both ways */
        at_ref *refs[REFS_MAX];
        size_t ref_count = refs_of(fact, refs);
        for (size_t k = 0; k < ref_count; k++)
            if (looks_like_iban(refs[k]))
                return true;
        if (fact->kind == AT_EVENT)
            return true;
    }
    return false;
}

/* The account of a transfer; `key` is room for its IBAN. */
static void file_account(at_ref *ref, char key[AT_IBAN_BYTES]) {
    if (!looks_like_iban(ref) || !at_iban_key(key, ref->id))
        return;
    ref->id = key;
    ref->name_space = AT_IBAN_NAME_SPACE;
}

/* One transfer, as nearly every record of a large file is: nothing is taken from the arena. */
static at_status put_transfer(const at_sink *inner, const at_origin *origin, const at_fact *fact,
                              at_error *err) {
    char keys[2][AT_IBAN_BYTES];
    at_fact copy = *fact;
    file_account(&copy.transfer.from, keys[0]);
    file_account(&copy.transfer.to, keys[1]);
    return inner->put(inner->self, origin, &copy, 1, err);
}

static at_status put(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err) {
    at_iban_sink *sink = self;
    if (fact_count == 1 && facts->kind == AT_TRANSFER)
        return put_transfer(sink->inner, origin, facts, err);
    if (!concerns(facts, fact_count))
        return sink->inner->put(sink->inner->self, origin, facts, fact_count, err);
    at_arena_reset(&sink->arena);
    at_fact *copy = NULL;
    AT_TRY(AT_NEW(&copy, &sink->arena, fact_count, err));
    memcpy(copy, facts, fact_count * sizeof *copy);
    for (size_t i = 0; i < fact_count; i++)
        AT_TRY(file_fact(&copy[i], &sink->arena, err));
    return sink->inner->put(sink->inner->self, origin, copy, fact_count, err);
}

static at_status reject(void *self, const at_origin *origin, const at_error *reason,
                        at_error *err) {
    const at_sink *inner = ((at_iban_sink *)self)->inner;
    return inner->reject(inner->self, origin, reason, err);
}

static at_status warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    const at_sink *inner = ((at_iban_sink *)self)->inner;
    return inner->warn(inner->self, origin, what, err);
}

static bool due(void *self, uint64_t offset) {
    const at_sink *inner = ((at_iban_sink *)self)->inner;
    return inner->due(inner->self, offset);
}

static at_status keep(void *self, uint64_t offset, at_span state, at_error *err) {
    const at_sink *inner = ((at_iban_sink *)self)->inner;
    return inner->keep(inner->self, offset, state, err);
}

at_sink at_iban_sink_of(at_iban_sink *self) {
    return (at_sink){.self = self,
                     .put = put,
                     .reject = reject,
                     .warn = warn,
                     .due = self->inner->due ? due : NULL,
                     .keep = self->inner->keep ? keep : NULL,
                     .resumed = self->inner->resumed};
}
