#include "engine/network/place.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const activity_words[] = {"registration", "account", "asset", "transaction"};

const char *at_activity_text(at_activity activity) {
    assert((size_t)activity < AT_COUNT(activity_words));
    return activity_words[activity];
}

bool at_iban_country(char out[3], const char *text) {
    uint32_t rest = 0;
    size_t count = 0;
    char clean[35];
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (count == sizeof clean - 1 ||
            !((*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9')))
            return false;
        clean[count++] = *text;
    }
    if (count < 15 || clean[0] < 'A' || clean[1] < 'A' || clean[2] > '9' || clean[3] > '9')
        return false;
    for (size_t i = 0; i < count; i++) {
        char c = clean[(i + 4) % count];
        uint32_t value = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)(c - 'A') + 10;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    if (rest != 1)
        return false;
    out[0] = clean[0];
    out[1] = clean[1];
    out[2] = '\0';
    return true;
}

typedef struct owner_pair {
    uint32_t owned, owner;
    at_record_id record;
} owner_pair;

typedef struct place_finder {
    const at_graph *graph;
    const at_facts *facts;
    const at_graph_options *options;
    unsigned activities;
    at_arena *arena;
    at_evidence *rows;
    size_t count, capacity;
    char (*country)[3];
    at_record_id *country_record; /* by member: what says so */
    uint32_t *entity;
    owner_pair *owners; /* who holds or owns what, sorted */
    size_t owner_count, owner_capacity;
    uint32_t *owner_start, *owner_list;
} place_finder;

static bool in_window(const at_period *period, const at_graph_options *options) {
    return (options->until_us == AT_TIME_NONE || period->since_us == AT_TIME_NONE ||
            period->since_us <= options->until_us) &&
           (options->since_us == AT_TIME_NONE || period->until_us == AT_TIME_NONE ||
            period->until_us > options->since_us);
}

static uint32_t member_of(const place_finder *finder, const at_ref *ref) {
    return ref->thing == 0 ? AT_NONE : finder->graph->member_of[ref->thing];
}

static at_status add_row(place_finder *finder, const at_evidence *row, const char *country,
                         at_error *err) {
    if (country == NULL || strlen(country) != 2 || !(finder->activities >> row->activity & 1))
        return AT_OK;
    AT_TRY(AT_GROW(&finder->rows, &finder->capacity, finder->count, finder->arena, err));
    finder->rows[finder->count] = *row;
    memcpy(finder->rows[finder->count++].country, country, 3);
    return AT_OK;
}

static at_status add_owner(place_finder *finder, uint32_t owned, uint32_t owner,
                           at_record_id record, at_error *err) {
    if (owned == AT_NONE || owner == AT_NONE || finder->graph->members[owned].kind == AT_PARTY)
        return AT_OK;
    AT_TRY(
        AT_GROW(&finder->owners, &finder->owner_capacity, finder->owner_count, finder->arena, err));
    finder->owners[finder->owner_count++] = (owner_pair){owned, owner, record};
    return AT_OK;
}

static int compare_owners(const void *left, const void *right) {
    const owner_pair *a = left, *b = right;
    if (a->owned != b->owned)
        return a->owned < b->owned ? -1 : 1;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

/* The country of an account: what its records say, else what its number says. */
static void place_account(place_finder *finder, uint32_t member, const at_account *account,
                          at_record_id record) {
    char *country = finder->country[member];
    if (country[0] != '\0' || account->country == NULL || strlen(account->country) != 2)
        return;
    memcpy(country, account->country, 3);
    finder->country_record[member] = record;
}

static at_status read_accounts(place_finder *finder, at_error *err) {
    at_fact_list list;
    AT_TRY(finder->facts->list(finder->facts->self, &list, AT_ACCOUNT, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        uint32_t member = member_of(finder, &account->self);
        if (member == AT_NONE || !in_window(&account->period, finder->options))
            continue;
        place_account(finder, member, account, list.facts[i].record);
        AT_TRY(add_owner(finder, member, member_of(finder, &account->holder), list.facts[i].record,
                         err));
    }
    for (uint32_t member = 0; member < finder->graph->member_count; member++)
        if (finder->graph->members[member].kind == AT_ACCOUNT &&
            finder->country[member][0] == '\0' &&
            at_iban_country(finder->country[member], finder->graph->members[member].id))
            finder->country_record[member] = finder->graph->members[member].record;
    AT_TRY(finder->facts->list(finder->facts->self, &list, AT_IDENTIFIER, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_identifier *identifier = &list.facts[i].identifier;
        uint32_t member = member_of(finder, &identifier->of);
        if (member != AT_NONE && identifier->of.kind == AT_ACCOUNT &&
            finder->country[member][0] == '\0' && at_text_equal(identifier->type, "iban") &&
            at_iban_country(finder->country[member],
                            identifier->key ? identifier->key : identifier->text))
            finder->country_record[member] = list.facts[i].record;
    }
    return AT_OK;
}

static at_status read_assets(place_finder *finder, at_error *err) {
    at_fact_list list;
    AT_TRY(finder->facts->list(finder->facts->self, &list, AT_ASSET, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_asset *asset = &list.facts[i].asset;
        uint32_t member = member_of(finder, &asset->self);
        if (member == AT_NONE || asset->country == NULL || strlen(asset->country) != 2 ||
            finder->country[member][0] != '\0')
            continue;
        memcpy(finder->country[member], asset->country, 3);
        finder->country_record[member] = list.facts[i].record;
    }
    AT_TRY(finder->facts->list(finder->facts->self, &list, AT_HOLDING, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        if (in_window(&holding->period, finder->options))
            AT_TRY(add_owner(finder, member_of(finder, &holding->owned),
                             member_of(finder, &holding->owner), list.facts[i].record, err));
    }
    return AT_OK;
}

static at_status add_registrations(place_finder *finder, at_error *err) {
    at_fact_list list;
    AT_TRY(finder->facts->list(finder->facts->self, &list, AT_PARTY, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_party *party = &list.facts[i].party;
        const char *const countries[] = {party->nationality, party->residence, party->registration};
        at_evidence row = {.entity = member_of(finder, &party->self),
                           .activity = AT_REGISTRATION,
                           .record = list.facts[i].record};
        row.about = row.entity;
        for (size_t k = 0; k < AT_COUNT(countries) && row.entity != AT_NONE; k++)
            AT_TRY(add_row(finder, &row, countries[k], err));
    }
    return AT_OK;
}

/* Sort the pairs, keep each with its first record, and index them by what is owned. */
static at_status index_owners(place_finder *finder, at_error *err) {
    size_t kept = 0;
    uint32_t *owners;
    if (finder->owner_count > 1)
        qsort(finder->owners, finder->owner_count, sizeof *finder->owners, compare_owners);
    AT_TRY(
        AT_NEW(&finder->owner_start, finder->arena, (size_t)finder->graph->member_count + 1, err));
    AT_TRY(AT_NEW(&owners, finder->arena, finder->owner_count, err));
    for (size_t i = 0; i < finder->owner_count; i++) {
        const owner_pair *pair = &finder->owners[i];
        if (kept > 0 && finder->owners[kept - 1].owned == pair->owned &&
            finder->owners[kept - 1].owner == pair->owner)
            continue;
        owners[kept] = pair->owner;
        finder->owner_start[pair->owned + 1]++;
        finder->owners[kept++] = *pair;
    }
    for (uint32_t member = 0; member < finder->graph->member_count; member++)
        finder->owner_start[member + 1] += finder->owner_start[member];
    finder->owner_list = owners;
    return AT_OK;
}

/* Evidence about an account or asset, for each of its owners, or for itself when it has none. */
static at_status add_for_owners(place_finder *finder, at_evidence *row, const char *country,
                                at_error *err) {
    uint32_t start = finder->owner_start[row->about], end = finder->owner_start[row->about + 1];
    bool is_transaction = row->activity == AT_TRANSACTION;
    row->entity = row->about;
    if (start == end)
        return add_row(finder, row, country, err);
    for (uint32_t owner = start; owner < end; owner++) {
        row->entity = finder->owners[owner].owner;
        if (!is_transaction)
            row->record_in = finder->owners[owner].record;
        AT_TRY(add_row(finder, row, country, err));
    }
    return AT_OK;
}

static at_status add_possessions(place_finder *finder, at_error *err) {
    for (uint32_t member = 0; member < finder->graph->member_count; member++) {
        at_kind kind = finder->graph->members[member].kind;
        at_evidence row = {.about = member,
                           .activity = kind == AT_ASSET ? AT_ASSET_THERE : AT_ACCOUNT_THERE,
                           .record = finder->country_record[member]};
        uint32_t owner = finder->owner_start[member];
        finder->entity[member] =
            owner < finder->owner_start[member + 1] ? finder->owner_list[owner] : member;
        if (kind != AT_PARTY && finder->country[member][0] != '\0')
            AT_TRY(add_for_owners(finder, &row, finder->country[member], err));
    }
    return AT_OK;
}

/* Codes have two letters, or none: this is asked once a transfer. */
static bool same_country(const char a[3], const char b[3]) {
    return a[0] == b[0] && a[1] == b[1];
}

/* One account's transactions in one country, counted while the ledger is scanned; the next country
 * of the account. There are as many as countries it deals with, however many transfers. */
typedef struct dealing {
    at_evidence row;
    uint32_t next; /* AT_NONE = last */
} dealing;

typedef struct dealing_list {
    dealing *items;
    size_t count, capacity;
    uint32_t *first; /* by member */
} dealing_list;

static at_status add_transaction(dealing_list *list, const place_finder *finder, uint32_t row,
                                 uint32_t about, uint32_t where, at_error *err) {
    const char *country = finder->country[where];
    const at_record_id record = finder->graph->ledger->record[row];
    const at_record_id record_in = finder->country_record[where];
    if (country[0] == '\0' || finder->graph->members[about].outside)
        return AT_OK;
    uint32_t *place = &list->first[about];
    while (*place != AT_NONE && !same_country(list->items[*place].row.country, country))
        place = &list->items[*place].next;
    if (*place == AT_NONE) {
        *place = (uint32_t)list->count;
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, finder->arena, err));
        dealing *fresh = &list->items[list->count++];
        *fresh = (dealing){.row = {.about = about,
                                   .activity = AT_TRANSACTION,
                                   .record = record,
                                   .record_in = record_in},
                           .next = AT_NONE};
        memcpy(fresh->row.country, country, sizeof fresh->row.country);
        fresh->row.count = 1;
        return AT_OK;
    }
    at_evidence *known = &list->items[*place].row;
    known->count++;
    if (record < known->record || (record == known->record && record_in < known->record_in)) {
        known->record = record;
        known->record_in = record_in;
    }
    return AT_OK;
}

/* Most transfers are of accounts without a country: by node, is there anything to look at? */
static at_status mark_nodes(bool **out, const place_finder *finder, at_error *err) {
    const at_graph *graph = finder->graph;
    AT_TRY(AT_NEW(out, finder->arena, graph->ledger->node_count, err));
    for (size_t node = 0; node < graph->ledger->node_count; node++) {
        const uint32_t member = graph->node_member[node];
        (*out)[node] =
            member == AT_NODE_TRANSIT || (member != AT_NONE && finder->country[member][0] != '\0');
    }
    return AT_OK;
}

static at_status add_transactions(place_finder *finder, at_error *err) {
    const at_ledger *ledger = finder->graph->ledger;
    dealing_list list = {.count = 0};
    bool *somewhere;
    if (ledger == NULL || !(finder->activities >> AT_TRANSACTION & 1))
        return AT_OK;
    AT_TRY(AT_NEW(&list.first, finder->arena, finder->graph->member_count, err));
    memset(list.first, 0xFF, finder->graph->member_count * sizeof *list.first);
    AT_TRY(mark_nodes(&somewhere, finder, err));
    for (uint32_t row = 0; row < ledger->count; row++) {
        uint32_t members[2], rows[2] = {row, row};
        if (!(somewhere[ledger->from[row]] | somewhere[ledger->to[row]]) ||
            !at_row_members(members, &rows[1], finder->graph, row))
            continue;
        for (int side = 0; side < 2; side++) {
            uint32_t about = members[side], other = members[1 - side];
            if (about == AT_NONE)
                continue;
            AT_TRY(add_transaction(&list, finder, rows[side], about, about, err));
            if (other != AT_NONE && !same_country(finder->country[other], finder->country[about]))
                AT_TRY(add_transaction(&list, finder, rows[side], about, other, err));
        }
    }
    for (size_t i = 0; i < list.count; i++) {
        at_evidence row = list.items[i].row;
        AT_TRY(add_for_owners(finder, &row, list.items[i].row.country, err));
    }
    return AT_OK;
}

static int compare_rows(const void *left, const void *right) {
    const at_evidence *a = left, *b = right;
    if (a->entity != b->entity)
        return a->entity < b->entity ? -1 : 1;
    int order = strcmp(a->country, b->country);
    if (order)
        return order;
    if (a->activity != b->activity)
        return a->activity < b->activity ? -1 : 1;
    if (a->about != b->about)
        return a->about < b->about ? -1 : 1;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return a->record_in < b->record_in ? -1 : a->record_in > b->record_in;
}

/* Rows that say the same twice become one with the first record; transactions add up. */
static size_t join_rows(at_evidence *rows, size_t count) {
    size_t kept = 0;
    if (count > 1)
        qsort(rows, count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < count; i++) {
        at_evidence *last = &rows[kept > 0 ? kept - 1 : 0];
        if (kept > 0 && last->entity == rows[i].entity && last->activity == rows[i].activity &&
            last->about == rows[i].about && strcmp(last->country, rows[i].country) == 0)
            last->count += rows[i].count;
        else
            rows[kept++] = rows[i];
    }
    return kept;
}

at_status at_places_find(at_places *out, const at_graph *graph, const at_facts *facts,
                         unsigned activities, at_arena *arena, at_error *err) {
    place_finder finder = {.graph = graph,
                           .facts = facts,
                           .options = &graph->options,
                           .activities = activities,
                           .arena = arena};
    uint32_t *start;
    AT_TRY(AT_NEW(&finder.country, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&finder.country_record, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&finder.entity, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)graph->member_count + 1, err));
    AT_TRY(read_accounts(&finder, err));
    AT_TRY(read_assets(&finder, err));
    AT_TRY(index_owners(&finder, err));
    AT_TRY(add_registrations(&finder, err));
    AT_TRY(add_possessions(&finder, err));
    AT_TRY(add_transactions(&finder, err));
    size_t count = join_rows(finder.rows, finder.count);
    for (size_t i = 0; i < count; i++)
        start[finder.rows[i].entity + 1]++;
    for (uint32_t member = 0; member < graph->member_count; member++)
        start[member + 1] += start[member];
    *out = (at_places){.rows = finder.rows,
                       .row_count = count,
                       .start = start,
                       .country = (const char(*)[3])finder.country,
                       .owner_start = finder.owner_start,
                       .owners = finder.owner_list,
                       .entity = finder.entity};
    return AT_OK;
}

const at_evidence *at_places_in(const at_places *places, uint32_t member, const char *country) {
    for (uint32_t i = places->start[member]; i < places->start[member + 1]; i++)
        if (strcmp(places->rows[i].country, country) == 0)
            return &places->rows[i];
    return NULL;
}

at_status at_places_text(const char **out, const at_places *places, uint32_t member,
                         at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const char *last = "";
    *out = NULL;
    if (places->start[member] == places->start[member + 1]) {
        if (places->country[member][0] != '\0')
            *out = places->country[member];
        return AT_OK;
    }
    for (uint32_t i = places->start[member]; i < places->start[member + 1]; i++) {
        const char *country = places->rows[i].country;
        if (strcmp(country, last) == 0)
            continue;
        AT_TRY(at_text_print(&text, err, "%s%s", last[0] ? "," : "", country));
        last = country;
    }
    return at_arena_text(out, arena, at_text_string(&text), err);
}
