#include "engine/network/stake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One stated holding that counts, before bodies are numbered. */
typedef struct stake_entry {
    at_thing owner, owned; /* the legal pair */
    at_thing principal;    /* 0 = the owner itself */
    bool unnamed;          /* nominee of somebody not named */
    bool votes, undated;
    at_share share;
    at_record_id record;
    uint32_t place; /* order of the records */
    bool kept;
    bool title; /* to an account or asset, which has no share classes */
} stake_entry;

typedef struct stake_loader {
    const at_facts *facts;
    int64_t as_of_us;
    bool legal;
    at_arena *arena;
    stake_entry *entries;
    size_t count, capacity;
    at_party_type *types;   /* by thing */
    at_record_id *records;  /* by thing: the first to describe it */
    at_record_id *mentions; /* by thing: the first to mention it */
    bool *explicit_owner;   /* by thing: a holding of it is recorded */
    at_conflict *conflicts;
    size_t conflict_count, conflict_capacity;
} stake_loader;

static at_wide gcd(at_wide a, at_wide b) {
    while (b != 0) {
        at_wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* num/den with den < 2^126 as a ratio; rounded to a multiple of 2^-60 when 64 bits do not hold it.
 */
static at_ratio fit(at_wide num, at_wide den, bool up) {
    at_wide divisor = gcd(num, den);
    num /= divisor;
    den /= divisor;
    if (num <= INT64_MAX && den <= INT64_MAX)
        return (at_ratio){(int64_t)num, (int64_t)den};
    int64_t whole = (int64_t)(num / den);
    at_wide rest = num % den;
    int64_t grid = 0;
    for (int bit = 0; bit < 60; bit++) {
        rest *= 2;
        grid = 2 * grid + (rest >= den);
        rest = rest >= den ? rest - den : rest;
    }
    grid += up && rest > 0;
    at_wide scaled = (at_wide)whole * ((int64_t)1 << 60) + grid;
    divisor = gcd(scaled, (at_wide)1 << 60);
    return (at_ratio){(int64_t)(scaled / divisor), (int64_t)(((at_wide)1 << 60) / divisor)};
}

at_share at_share_add(at_share a, at_share b) {
    static const at_ratio one = {1, 1};
    at_share sum = {.known = a.known || b.known,
                    .lo_open = a.lo_open || b.lo_open,
                    .hi_open = a.hi_open || b.hi_open};
    sum.lo = fit((at_wide)a.lo.num * b.lo.den + (at_wide)b.lo.num * a.lo.den,
                 (at_wide)a.lo.den * b.lo.den, false);
    sum.hi = fit((at_wide)a.hi.num * b.hi.den + (at_wide)b.hi.num * a.hi.den,
                 (at_wide)a.hi.den * b.hi.den, true);
    /* A range cannot pass the whole; what is stated as certain may, and is then OVER_100. */
    if (at_ratio_compare(sum.hi, one) > 0) {
        sum.hi = at_ratio_compare(sum.lo, one) > 0 ? sum.lo : one;
        sum.hi_open = false;
    }
    return sum;
}

static bool holds(const at_period *period, int64_t as_of_us) {
    if (as_of_us == AT_TIME_NONE)
        return period->until_us == AT_TIME_NONE;
    return (period->since_us == AT_TIME_NONE || period->since_us <= as_of_us) &&
           (period->until_us == AT_TIME_NONE || as_of_us < period->until_us);
}

static void mention(stake_loader *loader, at_thing thing, at_record_id record) {
    if (loader->mentions[thing] == 0)
        loader->mentions[thing] = record;
}

static at_status add_entry(stake_loader *loader, const stake_entry *new_entry, at_error *err) {
    AT_TRY(AT_GROW(&loader->entries, &loader->capacity, loader->count, loader->arena, err));
    loader->entries[loader->count] = *new_entry;
    loader->entries[loader->count].place = (uint32_t)loader->count;
    loader->entries[loader->count++].kept = true;
    return AT_OK;
}

static at_status read_holdings(stake_loader *loader, at_error *err) {
    at_fact_list list;
    AT_TRY(loader->facts->list(loader->facts->self, &list, AT_HOLDING, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        if (holding->interest != AT_CAPITAL && holding->interest != AT_VOTES)
            continue;
        if (!holds(&holding->period, loader->as_of_us))
            continue;
        const at_ref *principal = &holding->nominee_for;
        stake_entry new_entry = {.owner = holding->owner.thing,
                                 .owned = holding->owned.thing,
                                 .principal = principal->thing,
                                 .unnamed = principal->id != NULL && principal->id[0] == '\0',
                                 .votes = holding->interest == AT_VOTES,
                                 .title = holding->owned.kind != AT_PARTY,
                                 .share = holding->share,
                                 .undated = holding->period.since_us == AT_TIME_NONE,
                                 .record = list.facts[i].record};
        if (new_entry.principal == new_entry.owner || loader->legal)
            new_entry.principal = 0;
        new_entry.unnamed = new_entry.unnamed && !loader->legal;
        mention(loader, new_entry.owner, new_entry.record);
        mention(loader, new_entry.owned, new_entry.record);
        if (new_entry.principal != 0)
            mention(loader, new_entry.principal, new_entry.record);
        if (!new_entry.votes)
            loader->explicit_owner[new_entry.owned] = true;
        AT_TRY(add_entry(loader, &new_entry, err));
    }
    return AT_OK;
}

/* Who owns an account is what its own record says, unless somebody says more about it. */
static at_status read_holders(stake_loader *loader, at_error *err) {
    at_fact_list list;
    at_thing *holder;
    bool *joint;
    AT_TRY(loader->facts->list(loader->facts->self, &list, AT_ACCOUNT, 0, err));
    AT_TRY(AT_NEW(&holder, loader->arena, loader->facts->thing_limit, err));
    AT_TRY(AT_NEW(&joint, loader->arena, loader->facts->thing_limit, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        at_thing thing = account->self.thing;
        if (loader->records[thing] == 0)
            loader->records[thing] = list.facts[i].record;
        if (account->holder.thing == 0 || loader->explicit_owner[thing] ||
            !holds(&account->period, loader->as_of_us))
            continue;
        joint[thing] |= holder[thing] != 0 && holder[thing] != account->holder.thing;
        holder[thing] = account->holder.thing;
    }
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        at_thing thing = account->self.thing;
        if (account->holder.thing == 0 || loader->explicit_owner[thing] ||
            !holds(&account->period, loader->as_of_us))
            continue;
        stake_entry new_entry = {.owner = account->holder.thing,
                                 .owned = thing,
                                 .share = joint[thing] ? at_share_unknown()
                                                       : at_share_exact((at_ratio){1, 1}),
                                 .record = list.facts[i].record,
                                 .title = true};
        mention(loader, new_entry.owner, new_entry.record);
        AT_TRY(add_entry(loader, &new_entry, err));
    }
    return AT_OK;
}

static at_status read_descriptions(stake_loader *loader, at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ASSET};
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        at_fact_list list;
        AT_TRY(loader->facts->list(loader->facts->self, &list, kinds[k], 0, err));
        for (size_t i = 0; i < list.count; i++) {
            const at_fact *fact = &list.facts[i];
            at_thing thing = kinds[k] == AT_PARTY ? fact->party.self.thing : fact->asset.self.thing;
            if (loader->records[thing] == 0)
                loader->records[thing] = fact->record;
            if (kinds[k] == AT_PARTY && loader->types[thing] == AT_PARTY_UNKNOWN)
                loader->types[thing] = fact->party.type;
        }
    }
    return AT_OK;
}

static int compare_thing(at_thing a, at_thing b) {
    return a < b ? -1 : a > b;
}

/* By kind of right and legal pair, then in the order of the records. */
static int compare_pairs(const void *left, const void *right) {
    const stake_entry *a = left, *b = right;
    int order = (int)a->votes - (int)b->votes;
    order = order ? order : compare_thing(a->owner, b->owner);
    order = order ? order : compare_thing(a->owned, b->owned);
    return order ? order : compare_thing(a->place, b->place);
}

static bool same_pair(const stake_entry *a, const stake_entry *b) {
    return a->votes == b->votes && a->owner == b->owner && a->owned == b->owned;
}

static bool same_source(const at_address *a, const at_address *b) {
    return strcmp(a->content, b->content) == 0 && at_text_equal(a->name_space, b->name_space) &&
           at_text_equal(a->source_name, b->source_name);
}

static bool same_share(at_share a, at_share b) {
    return at_ratio_compare(a.lo, b.lo) == 0 && at_ratio_compare(a.hi, b.hi) == 0 &&
           a.lo_open == b.lo_open && a.hi_open == b.hi_open;
}

/* What one source states in all; its first entry is always kept. */
static at_share sum_entries(const stake_entry *entries, size_t count) {
    at_share sum = entries[0].share;
    for (size_t i = 1; i < count; i++)
        if (entries[i].kept)
            sum = at_share_add(sum, entries[i].share);
    return sum;
}

static at_status note_conflict(stake_loader *loader, const stake_entry *kept,
                               const stake_entry *other, at_error *err) {
    AT_TRY(AT_GROW(&loader->conflicts, &loader->conflict_capacity, loader->conflict_count,
                   loader->arena, err));
    loader->conflicts[loader->conflict_count++] = (at_conflict){
        .owner = kept->owner, .owned = kept->owned, .kept = kept->record, .other = other->record};
    return AT_OK;
}

/* A register that states a title again (with a new value, say) has not stated a second one. */
static void drop_repeats(stake_entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i && entries[i].kept; k++)
            entries[i].kept =
                !(entries[i].title && same_share(entries[i].share, entries[k].share) &&
                  entries[i].principal == entries[k].principal &&
                  entries[i].unnamed == entries[k].unnamed);
}

/* O1: of several sources about one pair the latest is kept whole; records come in import order. */
static at_status keep_latest(stake_loader *loader, stake_entry *entries, size_t count,
                             at_error *err) {
    at_address *sources;
    const at_facts *facts = loader->facts;
    if (count < 2)
        return AT_OK;
    AT_TRY(AT_NEW(&sources, loader->arena, count, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(facts->address(facts->self, &sources[i], entries[i].record, err));
    size_t last = count - 1;
    while (last > 0 && same_source(&sources[last - 1], &sources[count - 1]))
        last--;
    drop_repeats(&entries[last], count - last);
    at_share kept = sum_entries(&entries[last], count - last);
    for (size_t start = 0, end = 0; start < last; start = end) {
        for (end = start; end < last && same_source(&sources[end], &sources[start]);)
            end++;
        drop_repeats(&entries[start], end - start);
        if (!same_share(kept, sum_entries(&entries[start], end - start)) ||
            entries[start].principal != entries[last].principal ||
            entries[start].unnamed != entries[last].unnamed)
            AT_TRY(note_conflict(loader, &entries[last], &entries[start], err));
        for (size_t i = start; i < end; i++)
            entries[i].kept = false;
    }
    return AT_OK;
}

static at_status drop_superseded(stake_loader *loader, at_error *err) {
    if (loader->count > 1)
        qsort(loader->entries, loader->count, sizeof *loader->entries, compare_pairs);
    for (size_t start = 0, end = 0; start < loader->count; start = end) {
        for (end = start + 1;
             end < loader->count && same_pair(&loader->entries[start], &loader->entries[end]);)
            end++;
        AT_TRY(keep_latest(loader, &loader->entries[start], end - start, err));
    }
    return AT_OK;
}

/* Numbers for bodies: things by place 0 .. thing_limit, the hidden principals of nominees behind.
 */
typedef struct body_numbering {
    at_body *bodies;
    uint32_t body_count;
    uint32_t *of_thing;  /* by thing, UINT32_MAX = none */
    uint32_t *of_hidden; /* by nominee's thing */
} body_numbering;

static int compare_bodies(const void *left, const void *right) {
    const at_body *a = left, *b = right;
    return at_text_compare(a->id, b->id);
}

static at_status add_body(body_numbering *numbering, stake_loader *loader, at_thing thing,
                          bool hidden, at_error *err) {
    uint32_t *slot = hidden ? &numbering->of_hidden[thing] : &numbering->of_thing[thing];
    at_body *body = &numbering->bodies[numbering->body_count];
    at_thing_view view;
    if (*slot != UINT32_MAX)
        return AT_OK;
    AT_TRY(loader->facts->view(loader->facts->self, &view, thing, err));
    *body = (at_body){.thing = thing,
                      .kind = view.kind,
                      .type = loader->types[thing],
                      .id = view.shown,
                      .record = loader->records[thing] ? loader->records[thing]
                                                       : loader->mentions[thing]};
    if (hidden) {
        *body = (at_body){.nominee = thing, .kind = AT_PARTY, .record = loader->mentions[thing]};
        AT_TRY(at_arena_print(&body->id, loader->arena, err, "@undisclosed:%s", view.shown));
    }
    *slot = numbering->body_count++;
    return AT_OK;
}

static at_status number_bodies(body_numbering *out, stake_loader *loader, at_error *err) {
    body_numbering numbering = {0};
    size_t limit = loader->facts->thing_limit;
    AT_TRY(AT_NEW(&numbering.bodies, loader->arena, 2 * limit, err));
    AT_TRY(AT_NEW(&numbering.of_thing, loader->arena, limit, err));
    AT_TRY(AT_NEW(&numbering.of_hidden, loader->arena, limit, err));
    memset(numbering.of_thing, 0xFF, limit * sizeof *numbering.of_thing);
    memset(numbering.of_hidden, 0xFF, limit * sizeof *numbering.of_hidden);
    for (size_t i = 0; i < loader->count; i++) {
        const stake_entry *entry = &loader->entries[i];
        AT_TRY(add_body(&numbering, loader, entry->owner, false, err));
        AT_TRY(add_body(&numbering, loader, entry->owned, false, err));
        if (entry->principal != 0)
            AT_TRY(add_body(&numbering, loader, entry->principal, false, err));
        if (entry->unnamed)
            AT_TRY(add_body(&numbering, loader, entry->owner, true, err));
    }
    if (numbering.body_count > 1)
        qsort(numbering.bodies, numbering.body_count, sizeof *numbering.bodies, compare_bodies);
    for (uint32_t body = 0; body < numbering.body_count; body++) {
        const at_body *numbered = &numbering.bodies[body];
        if (numbered->thing != 0)
            numbering.of_thing[numbered->thing] = body;
        else
            numbering.of_hidden[numbered->nominee] = body;
    }
    *out = numbering;
    return AT_OK;
}

static at_stake stake_of_entry(const stake_entry *entry, const body_numbering *numbering) {
    at_stake stake = {.owned = numbering->of_thing[entry->owned],
                      .legal = numbering->of_thing[entry->owner],
                      .share = entry->share};
    stake.owner = stake.legal;
    if (entry->unnamed)
        stake.owner = numbering->of_hidden[entry->owner];
    else if (entry->principal != 0)
        stake.owner = numbering->of_thing[entry->principal];
    return stake;
}

/* The records behind each stake, in their order; stake_of is UINT32_MAX for entries left out. */
static at_status attach_records(at_stake *stakes, uint32_t count, const stake_loader *loader,
                                const uint32_t *stake_of, at_error *err) {
    at_record_id *records;
    size_t used = 0;
    AT_TRY(AT_NEW(&records, loader->arena, loader->count, err));
    for (size_t i = 0; i < loader->count; i++)
        if (stake_of[i] != UINT32_MAX)
            stakes[stake_of[i]].record_count++;
    for (uint32_t stake = 0; stake < count; stake++) {
        stakes[stake].records = &records[used];
        used += stakes[stake].record_count;
        stakes[stake].record_count = 0;
    }
    for (size_t i = 0; i < loader->count; i++) {
        if (stake_of[i] == UINT32_MAX)
            continue;
        at_stake *stake = &stakes[stake_of[i]];
        records[(stake->records - records) + stake->record_count++] = loader->entries[i].record;
    }
    return AT_OK;
}

/* Entries of one right as stakes; those of the same owner, name and owned body become one. */
static at_status make_stakes(at_stake **out, uint32_t *count_out, const stake_loader *loader,
                             const body_numbering *numbering, bool votes, at_error *err) {
    at_stake *stakes;
    uint32_t *stake_of, count = 0, pair_start = 0;
    AT_TRY(AT_NEW(&stakes, loader->arena, loader->count, err));
    AT_TRY(AT_NEW(&stake_of, loader->arena, loader->count, err));
    for (size_t i = 0; i < loader->count; i++) {
        const stake_entry *entry = &loader->entries[i];
        if (i == 0 || !same_pair(entry, &loader->entries[i - 1]))
            pair_start = count;
        stake_of[i] = UINT32_MAX;
        if (!entry->kept || entry->votes != votes)
            continue;
        at_stake stake = stake_of_entry(entry, numbering);
        uint32_t same = pair_start;
        while (same < count && stakes[same].owner != stake.owner)
            same++;
        if (same < count)
            stakes[same].share = at_share_add(stakes[same].share, stake.share);
        else
            stakes[count++] = stake;
        stakes[same].undated |= entry->undated;
        stake_of[i] = same;
    }
    AT_TRY(attach_records(stakes, count, loader, stake_of, err));
    *out = stakes;
    *count_out = count;
    return AT_OK;
}

/* Votes where some are recorded, else capital (O8). */
static at_status make_voting(at_matrix *out, const at_matrix *capital, const at_stake *votes,
                             uint32_t vote_count, at_arena *arena, at_error *err) {
    at_stake *stakes;
    bool *voted;
    uint32_t count = 0;
    AT_TRY(AT_NEW(&stakes, arena, (size_t)vote_count + capital->stake_count, err));
    AT_TRY(AT_NEW(&voted, arena, capital->body_count, err));
    for (uint32_t i = 0; i < vote_count; i++) {
        voted[votes[i].owned] = true;
        stakes[count++] = votes[i];
    }
    for (uint32_t i = 0; i < capital->stake_count; i++)
        if (!voted[capital->stakes[i].owned])
            stakes[count++] = capital->stakes[i];
    return at_matrix_make(out, capital->body_count, stakes, count, arena, err);
}

static void make_conflicts(at_ownership *out, const stake_loader *loader,
                           const body_numbering *numbering) {
    for (size_t i = 0; i < loader->conflict_count; i++) {
        loader->conflicts[i].owner = numbering->of_thing[loader->conflicts[i].owner];
        loader->conflicts[i].owned = numbering->of_thing[loader->conflicts[i].owned];
    }
    out->conflicts = loader->conflicts;
    out->conflict_count = loader->conflict_count;
}

at_status at_ownership_load(at_ownership *out, const at_facts *facts,
                            const at_ownership_options *options, at_arena *arena, at_error *err) {
    stake_loader loader = {
        .facts = facts, .as_of_us = options->as_of_us, .legal = options->legal, .arena = arena};
    at_ownership ownership = {0};
    body_numbering numbering;
    at_stake *stakes;
    uint32_t count;
    AT_TRY(AT_NEW(&loader.types, arena, facts->thing_limit, err));
    AT_TRY(AT_NEW(&loader.records, arena, facts->thing_limit, err));
    AT_TRY(AT_NEW(&loader.mentions, arena, facts->thing_limit, err));
    AT_TRY(AT_NEW(&loader.explicit_owner, arena, facts->thing_limit, err));
    AT_TRY(read_holdings(&loader, err));
    AT_TRY(read_holders(&loader, err));
    AT_TRY(read_descriptions(&loader, err));
    AT_TRY(drop_superseded(&loader, err));
    AT_TRY(number_bodies(&numbering, &loader, err));
    ownership.bodies = numbering.bodies;
    ownership.body_count = numbering.body_count;
    AT_TRY(make_stakes(&stakes, &count, &loader, &numbering, false, err));
    AT_TRY(at_matrix_make(&ownership.capital, numbering.body_count, stakes, count, arena, err));
    AT_TRY(make_stakes(&stakes, &count, &loader, &numbering, true, err));
    AT_TRY(make_voting(&ownership.voting, &ownership.capital, stakes, count, arena, err));
    make_conflicts(&ownership, &loader, &numbering);
    *out = ownership;
    return AT_OK;
}
