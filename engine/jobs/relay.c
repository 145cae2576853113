/* relay.c: copy what is put into a batch; work a batch off. */
#include "engine/jobs/relay.h"

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/belt.h"
#include "engine/store/column.h"

/* So many that waiting for each other costs nothing, so few that all batches fit the caches. */
enum { BATCH_ENTRIES = 512, ROOM_FIRST_BYTES = 128 << 10, AHEAD = 8, MADE = 2 * AHEAD };

/* One call of the sink. */
typedef struct one_call {
    const at_origin *place; /* = &origin of the entry, or NULL */
    const at_fact *facts;   /* put */
    size_t fact_count;
    const at_error *error; /* reject, warn */
    bool warns;
    bool keeps; /* a place to go on at, and: */
    uint64_t offset;
    at_span state;
} one_call;

/* What nearly every call is: one transfer is put. A fact is three times as long, and both threads
 * would have to fetch it. Texts are places in the room, plus one; 0 = NULL. */
typedef struct packed {
    at_time time;
    int64_t seq, amount, amount_in, fee;
    uint32_t id, from, from_space, to, to_space, currency, currency_in, reverses;
    uint8_t from_kind, to_kind, type;
    int8_t amount_in_scale;
} packed;

typedef struct entry {
    at_origin origin;
    bool is_packed;
    union {
        one_call call;
        packed packed;
    };
} entry;

/* Calls in order; what they point to lies in `room`. */
typedef struct batch {
    char *room;
    size_t room_bytes, used;
    size_t count;
    entry entries[BATCH_ENTRIES];
} batch;

struct at_relay {
    const at_sink *inner;
    at_belt belt;
    at_fact made[MADE]; /* of packed transfers, by entry: the storing thread's */
    batch ring[AT_BELT_SLOTS];
};

/* --- Copying: false when the room is too small ------------------------------------------------ */

static void *take(batch *now, size_t bytes, size_t alignment) {
    const size_t start = (now->used + alignment - 1) / alignment * alignment;
    if (start > now->room_bytes || bytes > now->room_bytes - start)
        return NULL;
    now->used = start + bytes;
    return now->room + start;
}

static bool keep_text(const char **text, batch *now) {
    if (!*text)
        return true;
    const size_t bytes = strlen(*text) + 1;
    char *kept = take(now, bytes, 1);
    if (!kept)
        return false;
    memcpy(kept, *text, bytes);
    *text = kept;
    return true;
}

static bool keep_ref(at_ref *ref, batch *now) {
    return keep_text(&ref->id, now) && keep_text(&ref->name_space, now);
}

static bool keep_names(at_party *party, batch *now) {
    if (!party->name_count)
        return true;
    at_name *names = take(now, party->name_count * sizeof *names, alignof(at_name));
    if (!names)
        return false;
    memcpy(names, party->names, party->name_count * sizeof *names);
    party->names = names;
    for (size_t i = 0; i < party->name_count; i++)
        if (!keep_text(&names[i].text, now) || !keep_text(&names[i].lang, now))
            return false;
    return true;
}

static bool keep_things(at_event *event, batch *now) {
    if (!event->thing_count)
        return true;
    at_ref *things = take(now, event->thing_count * sizeof *things, alignof(at_ref));
    if (!things)
        return false;
    memcpy(things, event->things, event->thing_count * sizeof *things);
    event->things = things;
    for (size_t i = 0; i < event->thing_count; i++)
        if (!keep_ref(&things[i], now))
            return false;
    return true;
}

/* What nearly every record of a large file is. */
static bool keep_transfer(at_transfer *transfer, batch *now) {
    return keep_text(&transfer->id, now) && keep_ref(&transfer->from, now) &&
           keep_ref(&transfer->to, now) && keep_text(&transfer->currency, now) &&
           keep_text(&transfer->currency_in, now) && keep_text(&transfer->reverses, now);
}

static bool keep_fact(at_fact *fact, batch *now) {
    if (fact->kind == AT_TRANSFER)
        return keep_transfer(&fact->transfer, now);
    if (fact->kind <= AT_KIND_NONE || fact->kind >= AT_KIND_COUNT)
        return true; /* the store says so */
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++) {
        void *field = at_column_field(&table->columns[i], fact);
        const at_form form = table->columns[i].form;
        if (form == AT_FORM_REF && !keep_ref(field, now))
            return false;
        if ((form == AT_FORM_TEXT || form == AT_FORM_CHOICE) && !keep_text(field, now))
            return false;
    }
    if (fact->kind == AT_PARTY)
        return keep_names(&fact->party, now);
    return fact->kind != AT_EVENT || keep_things(&fact->event, now);
}

static bool keep_facts(one_call *call, batch *now) {
    at_fact *facts = take(now, call->fact_count * sizeof *facts, alignof(at_fact));
    if (!facts)
        return false;
    if (call->fact_count)
        memcpy(facts, call->facts, call->fact_count * sizeof *facts);
    call->facts = facts;
    for (size_t i = 0; i < call->fact_count; i++)
        if (!keep_fact(&facts[i], now))
            return false;
    return true;
}

static bool keep_state(one_call *call, batch *now) {
    char *state = take(now, call->state.bytes, 1);
    if (!state)
        return false;
    if (call->state.bytes)
        memcpy(state, call->state.data, call->state.bytes);
    call->state.data = state;
    return true;
}

static bool keep_call(batch *now, const at_origin *place, const one_call *given) {
    entry *kept = &now->entries[now->count];
    kept->is_packed = false;
    kept->call = *given;
    if (place) {
        kept->origin = *place;
        kept->call.place = &kept->origin;
        if (!keep_text(&kept->origin.element, now))
            return false;
    }
    if (given->keeps)
        return keep_state(&kept->call, now);
    if (!given->error)
        return keep_facts(&kept->call, now);
    at_error *error = take(now, sizeof *error, alignof(at_error));
    if (!error)
        return false;
    *error = *given->error;
    kept->call.error = error;
    return true;
}

/* --- Packing one transfer --------------------------------------------------------------------- */

/* What the packed form has no place for is put as it is. */
static bool can_be_packed(const at_origin *origin, const at_fact *fact) {
    const at_transfer *transfer = &fact->transfer;
    return fact->kind == AT_TRANSFER && !origin->element && !fact->record &&
           !transfer->from.thing && !transfer->to.thing &&
           (unsigned)transfer->from.kind < AT_KIND_COUNT &&
           (unsigned)transfer->to.kind < AT_KIND_COUNT && (unsigned)transfer->type <= UINT8_MAX;
}

/* A copy of the text in the room; false when it does not fit. */
static bool pack_text(uint32_t *out, const char *text, batch *now) {
    *out = 0;
    if (!text)
        return true;
    const size_t bytes = strlen(text) + 1, left = now->room_bytes - now->used;
    if (bytes > left || now->used >= UINT32_MAX)
        return false;
    memcpy(now->room + now->used, text, bytes);
    *out = (uint32_t)now->used + 1;
    now->used += bytes;
    return true;
}

static bool pack(batch *now, const at_origin *origin, const at_transfer *transfer) {
    entry *kept = &now->entries[now->count];
    packed *in = &kept->packed;
    kept->origin = *origin;
    kept->is_packed = true;
    in->time = transfer->time;
    in->seq = transfer->seq;
    in->amount = transfer->amount;
    in->amount_in = transfer->amount_in;
    in->fee = transfer->fee;
    in->from_kind = (uint8_t)transfer->from.kind;
    in->to_kind = (uint8_t)transfer->to.kind;
    in->type = (uint8_t)transfer->type;
    in->amount_in_scale = transfer->amount_in_scale;
    return pack_text(&in->id, transfer->id, now) && pack_text(&in->from, transfer->from.id, now) &&
           pack_text(&in->from_space, transfer->from.name_space, now) &&
           pack_text(&in->to, transfer->to.id, now) &&
           pack_text(&in->to_space, transfer->to.name_space, now) &&
           pack_text(&in->currency, transfer->currency, now) &&
           pack_text(&in->currency_in, transfer->currency_in, now) &&
           pack_text(&in->reverses, transfer->reverses, now);
}

static const char *text_at(const batch *now, uint32_t place) {
    return place ? now->room + place - 1 : NULL;
}

static void unpack(at_fact *out, const batch *now, const packed *in) {
    out->kind = AT_TRANSFER;
    out->record = 0;
    out->transfer = (at_transfer){.id = text_at(now, in->id),
                                  .from = {.id = text_at(now, in->from),
                                           .name_space = text_at(now, in->from_space),
                                           .kind = (at_kind)in->from_kind},
                                  .to = {.id = text_at(now, in->to),
                                         .name_space = text_at(now, in->to_space),
                                         .kind = (at_kind)in->to_kind},
                                  .time = in->time,
                                  .seq = in->seq,
                                  .amount = in->amount,
                                  .currency = text_at(now, in->currency),
                                  .amount_in = in->amount_in,
                                  .amount_in_scale = in->amount_in_scale,
                                  .currency_in = text_at(now, in->currency_in),
                                  .fee = in->fee,
                                  .reverses = text_at(now, in->reverses),
                                  .type = (at_transfer_type)in->type};
}

/* --- Working off ------------------------------------------------------------------------------ */

static at_status hand_on(const at_sink *inner, const one_call *call, at_error *err) {
    if (call->keeps)
        return inner->keep(inner->self, call->offset, call->state, err);
    if (!call->error)
        return inner->put(inner->self, call->place, call->facts, call->fact_count, err);
    return (call->warns ? inner->warn : inner->reject)(inner->self, call->place, call->error, err);
}

/* A transfer is unpacked when it is told of, and stays where it is until it is put. */
static void look_ahead(at_relay *relay, const batch *now, size_t index) {
    const at_sink *inner = relay->inner;
    if (index >= now->count)
        return;
    const entry *next = &now->entries[index];
    at_fact *made = &relay->made[index % MADE];
    if (next->is_packed)
        unpack(made, now, &next->packed);
    if (!inner->ahead)
        return;
    if (next->is_packed)
        inner->ahead(inner->self, made, 1);
    else if (!next->call.error && !next->call.keeps)
        inner->ahead(inner->self, next->call.facts, next->call.fact_count);
}

static at_status work(void *self, size_t slot, at_error *err) {
    at_relay *relay = self;
    batch *now = &relay->ring[slot];
    const at_sink *inner = relay->inner;
    for (size_t i = 0; i < AHEAD; i++)
        look_ahead(relay, now, i);
    for (size_t i = 0; i < now->count; i++) {
        const entry *next = &now->entries[i];
        look_ahead(relay, now, i + AHEAD);
        AT_TRY(next->is_packed
                   ? inner->put(inner->self, &next->origin, &relay->made[i % MADE], 1, err)
                   : hand_on(inner, &next->call, err));
    }
    now->count = 0;
    now->used = 0;
    return AT_OK;
}

/* --- The sink --------------------------------------------------------------------------------- */

static at_status grow(batch *now, at_error *err) {
    const size_t bytes = now->room_bytes ? 2 * now->room_bytes : ROOM_FIRST_BYTES;
    char *room = at_memory_resize(now->room, bytes);
    if (!room)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for %zu bytes of records", bytes);
    now->room = room;
    now->room_bytes = bytes;
    return AT_OK;
}

/* A copy of the call, or of the one transfer that it puts. */
static bool keep_any(batch *now, const at_origin *place, const one_call *given) {
    if (given->fact_count == 1 && can_be_packed(place, given->facts))
        return pack(now, place, &given->facts->transfer);
    return keep_call(now, place, given);
}

static at_status add(at_relay *relay, const at_origin *place, const one_call *given,
                     at_error *err) {
    for (;;) {
        batch *now = &relay->ring[at_belt_slot(&relay->belt)];
        const size_t used = now->used;
        if (now->count == BATCH_ENTRIES) /* after a failure, to be told again */
            return at_belt_hand(&relay->belt, err);
        if (now->room && keep_any(now, place, given)) {
            now->count++;
            return now->count < BATCH_ENTRIES ? AT_OK : at_belt_hand(&relay->belt, err);
        }
        now->used = used;
        AT_TRY(now->count ? at_belt_hand(&relay->belt, err) : grow(now, err));
    }
}

static at_status put(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err) {
    const one_call given = {.facts = facts, .fact_count = fact_count};
    assert(origin && (facts || !fact_count));
    return add(self, origin, &given, err);
}

static at_status reject(void *self, const at_origin *origin, const at_error *reason,
                        at_error *err) {
    assert(origin && reason);
    return add(self, origin, &(one_call){.error = reason}, err);
}

static at_status warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    assert(what);
    return add(self, origin, &(one_call){.error = what, .warns = true}, err);
}

static bool due(void *self, uint64_t offset) {
    const at_sink *inner = ((at_relay *)self)->inner;
    return inner->due(inner->self, offset);
}

static at_status keep(void *self, uint64_t offset, at_span state, at_error *err) {
    return add(self, NULL, &(one_call){.keeps = true, .offset = offset, .state = state}, err);
}

at_sink at_relay_sink(at_relay *relay) {
    const at_sink *inner = relay->inner;
    return (at_sink){.self = relay,
                     .put = put,
                     .reject = reject,
                     .warn = warn,
                     .due = inner->due ? due : NULL,
                     .keep = inner->keep ? keep : NULL,
                     .resumed = inner->resumed};
}

at_status at_relay_open(at_relay **out, const at_sink *inner, at_error *err) {
    at_relay *relay = at_memory_resize(NULL, sizeof *relay);
    if (!relay)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to store while reading");
    relay->inner = inner;
    for (size_t i = 0; i < AT_BELT_SLOTS; i++)
        memset(&relay->ring[i], 0, offsetof(batch, entries));
    at_belt_init(&relay->belt, work, relay);
    *out = relay;
    return AT_OK;
}

at_status at_relay_finish(at_relay *relay, at_status read, at_error *err) {
    at_error stored = {.status = AT_OK};
    at_status status = AT_OK;
    if (relay->ring[at_belt_slot(&relay->belt)].count)
        status = at_belt_hand(&relay->belt, &stored);
    if (status == AT_OK)
        status = at_belt_finish(&relay->belt, &stored);
    if (status == AT_OK)
        return read;
    if (err)
        *err = stored;
    return status;
}

void at_relay_close(at_relay **relay) {
    at_relay *closing = *relay;
    if (!closing)
        return;
    at_belt_clear(&closing->belt);
    for (size_t i = 0; i < AT_BELT_SLOTS; i++)
        at_memory_resize(closing->ring[i].room, 0);
    at_memory_resize(closing, 0);
    *relay = NULL;
}
