#include "engine/store/resolve.h"

#include "engine/store/change.h"
#include "engine/store/pairs.h"
#include "engine/store/snapshot.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a pair of addresses can mean now. */
typedef enum meaning { IS_CANDIDATE, IS_PAIR, IS_ACCEPTED, IS_DENIED } meaning;

typedef struct known {
    const char *key; /* both addresses */
    int64_t debit, credit, revision;
    meaning meaning;
} known;

typedef struct known_list {
    known *items;
    size_t count, capacity;
    at_arena *arena;
} known_list;

static at_status make_key(const char **out, const at_address *debit, const at_address *credit,
                          at_arena *arena, at_error *err) {
    char first[AT_ADDRESS_TEXT_BYTES], second[AT_ADDRESS_TEXT_BYTES];
    at_address_format(first, debit);
    at_address_format(second, credit);
    return at_arena_print(out, arena, err, "%s %s", first, second);
}

static at_status add_known(known_list *list, const known *fresh, const at_address *debit,
                           const at_address *credit, at_error *err) {
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
    list->items[list->count] = *fresh;
    AT_TRY(make_key(&list->items[list->count].key, debit, credit, list->arena, err));
    list->count++;
    return AT_OK;
}

static at_status add_pairs(known_list *list, at_reader *reader, at_error *err) {
    at_standing standing;
    at_leg_found *found = NULL;
    AT_TRY(at_standing_read(&standing, reader->db, reader->revision, list->arena, err));
    const size_t count = standing.pair_count;
    AT_TRY(AT_NEW(&found, list->arena, 2 * count, err));
    for (size_t i = 0; i < count; i++) {
        found[2 * i].number = standing.pairs[i].debit;
        found[2 * i + 1].number = standing.pairs[i].credit;
    }
    AT_TRY(at_legs_find(found, 2 * count, reader->db, err));
    for (size_t i = 0; i < count; i++) {
        at_address debit, credit;
        const known fresh = {.debit = standing.pairs[i].debit,
                             .credit = standing.pairs[i].credit,
                             .meaning = IS_PAIR};
        AT_TRY(at_reader_address(reader, &debit, found[2 * i].record, err));
        AT_TRY(at_reader_address(reader, &credit, found[2 * i + 1].record, err));
        AT_TRY(add_known(list, &fresh, &debit, &credit, err));
    }
    return AT_OK;
}

static int compare_known(const void *first, const void *second) {
    return strcmp(((const known *)first)->key, ((const known *)second)->key);
}

/* @param pairs  those that stand too: only a denial or nothing asks for them */
static at_status gather(known_list *list, at_reader *reader, bool pairs, at_error *err) {
    const at_review_pair *open = NULL;
    const at_judged_pair *judged = NULL;
    size_t open_count = 0, judged_count = 0;
    bool cut = false;
    AT_TRY(at_review_list(&open, &open_count, &cut, reader, 0, list->arena, err));
    AT_TRY(at_judged_list(&judged, &judged_count, reader, list->arena, err));
    for (size_t i = 0; i < open_count; i++) {
        const known fresh = {.debit = open[i].debit.number, .credit = open[i].credit.number};
        AT_TRY(add_known(list, &fresh, &open[i].debit.address, &open[i].credit.address, err));
    }
    for (size_t i = 0; i < judged_count; i++) {
        const known fresh = {.debit = judged[i].debit_leg,
                             .credit = judged[i].credit_leg,
                             .revision = judged[i].revision,
                             .meaning = judged[i].accepted ? IS_ACCEPTED : IS_DENIED};
        AT_TRY(add_known(list, &fresh, &judged[i].debit, &judged[i].credit, err));
    }
    if (pairs)
        AT_TRY(add_pairs(list, reader, err));
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_known);
    return AT_OK;
}

static at_status refuse(at_judgement *item, const char *code, const char *text, int64_t number,
                        at_arena *arena, at_error *err) {
    item->code = code;
    if (!number)
        return at_arena_text(&item->fault, arena, text, err);
    return at_arena_print(&item->fault, arena, err, "%s %" PRId64, text, number);
}

/* Against what is known; the one that is meant gives the legs. */
static at_status fit_one(at_judgement *item, const known_list *list, at_error *err) {
    const known *found = NULL, *word = NULL;
    known wanted = {.revision = 0};
    size_t matches = 0;
    AT_TRY(make_key(&wanted.key, &item->debit, &item->credit, list->arena, err));
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_known(&list->items[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < list->count && compare_known(&list->items[low], &wanted) == 0; low++) {
        const known *now = &list->items[low];
        const bool is_word = now->meaning == IS_ACCEPTED || now->meaning == IS_DENIED;
        if (is_word)
            word = now;
        if (is_word != (item->what == AT_RESOLVE_UNDO) ||
            (now->meaning == IS_PAIR && item->what != AT_RESOLVE_DENY))
            continue;
        found = now;
        matches++;
    }
    if (word && item->what != AT_RESOLVE_UNDO)
        return refuse(item, "E-RESOLVE-JUDGED",
                      word->meaning == IS_ACCEPTED ? "this pair is accepted since revision"
                                                   : "this pair is denied since revision",
                      word->revision, list->arena, err);
    if (!found && item->what == AT_RESOLVE_UNDO)
        return refuse(item, "E-RESOLVE-NONE", "nobody's word on this pair stands", 0, list->arena,
                      err);
    if (!found)
        return refuse(item, "E-RESOLVE-UNKNOWN", "these records are no candidates for one payment",
                      0, list->arena, err);
    if (matches > 1)
        return refuse(item, "E-RESOLVE-SEVERAL", "several legs stand in these records", 0,
                      list->arena, err);
    item->debit_leg = found->debit;
    item->credit_leg = found->credit;
    return AT_OK;
}

/* A leg that a judgement speaks of, to find those that contradict each other. */
typedef struct mention {
    int64_t leg, other;
    at_judgement *item;
} mention;

static int compare_mentions(const void *first, const void *second) {
    const mention *a = first, *b = second;
    if (a->leg != b->leg)
        return a->leg < b->leg ? -1 : 1;
    if (a->other != b->other)
        return a->other < b->other ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

/* One pair is judged once, and one leg accepted once. */
static at_status fit_together(at_judgement *items, size_t count, at_arena *arena, at_error *err) {
    mention *mentions = NULL;
    AT_TRY(AT_NEW(&mentions, arena, 2 * count, err));
    for (size_t i = 0; i < count; i++) {
        mentions[2 * i] = (mention){items[i].debit_leg, items[i].credit_leg, &items[i]};
        mentions[2 * i + 1] = (mention){items[i].credit_leg, items[i].debit_leg, &items[i]};
    }
    qsort(mentions, 2 * count, sizeof *mentions, compare_mentions);
    const at_judgement *accepted = NULL;
    for (size_t i = 0; i < 2 * count; i++) {
        at_judgement *item = mentions[i].item;
        const bool same_leg = i > 0 && mentions[i].leg == mentions[i - 1].leg;
        if (!same_leg)
            accepted = NULL;
        if (item->code || !mentions[i].leg)
            continue;
        if (same_leg && mentions[i].other == mentions[i - 1].other)
            AT_TRY(refuse(item, "E-RESOLVE-TWICE", "this pair is judged twice", 0, arena, err));
        else if (accepted && item->what == AT_RESOLVE_ACCEPT)
            AT_TRY(refuse(item, "E-RESOLVE-TAKEN", "a leg of it is accepted in another pair", 0,
                          arena, err));
        else if (item->what == AT_RESOLVE_ACCEPT)
            accepted = item;
    }
    return AT_OK;
}

typedef struct resolution {
    at_judgement *items;
    size_t count;
    at_arena *arena;
} resolution;

static at_status fit(const resolution *all, at_store *store, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    known_list list = {.arena = &scratch};
    size_t refused = 0;
    bool pairs = false;
    for (size_t i = 0; i < all->count; i++)
        pairs = pairs || all->items[i].what == AT_RESOLVE_DENY;
    AT_TRY(at_reader_open(&reader, store, 0, &scratch, err));
    AT_TRY(gather(&list, reader, pairs, err));
    list.arena = all->arena;
    for (size_t i = 0; i < all->count; i++)
        AT_TRY(fit_one(&all->items[i], &list, err));
    AT_TRY(fit_together(all->items, all->count, all->arena, err));
    for (size_t i = 0; i < all->count; i++)
        refused += all->items[i].code != NULL;
    if (!refused)
        return AT_OK;
    at_fail(err, AT_BAD_INPUT, "E-RESOLVE-REFUSED",
            "%zu of %zu judgements do not fit; nothing was changed", refused, all->count);
    at_hint(err, "`resolve review` lists what can be judged, `resolve list` what was.");
    return AT_BAD_INPUT;
}

static at_status describe(at_publication *publication, const resolution *all, at_error *err) {
    static const char *const words[] = {"denied", "accepted", "taken back"};
    const char *key = NULL;
    size_t counts[AT_COUNT(words)] = {0};
    for (size_t i = 0; i < all->count; i++)
        counts[all->items[i].what]++;
    publication->kind = "judge";
    publication->object = "pairing";
    if (all->count > 1)
        return at_arena_print(&publication->detail, all->arena, err,
                              "judgements of pairs: %zu accepted, %zu denied, %zu taken back",
                              counts[AT_RESOLVE_ACCEPT], counts[AT_RESOLVE_DENY],
                              counts[AT_RESOLVE_UNDO]);
    AT_TRY(make_key(&key, &all->items->debit, &all->items->credit, all->arena, err));
    return at_arena_print(&publication->detail, all->arena, err, "pair %s %s: %s", key,
                          words[all->items->what], all->items->reason);
}

static at_status write_judgements(void *self, at_store *store, at_pairing_task *task,
                                  at_publication *publication, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    static const int64_t words[] = {
        [AT_RESOLVE_DENY] = 0, [AT_RESOLVE_ACCEPT] = 1, [AT_RESOLVE_UNDO] = -1};
    const resolution *all = self;
    (void)task; /* the pairing looks at what this revision judges */
    AT_TRY(fit(all, store, err));
    AT_TRY(at_db_prepare(&statement, store->db,
                         "INSERT INTO main.pairing_judgement"
                         " (debit_leg, credit_leg, accepted, revision, actor, reason)"
                         " VALUES (?, ?, ?, ?, ?, ?)",
                         err));
    for (size_t i = 0; i < all->count; i++) {
        const at_judgement *item = &all->items[i];
        AT_TRY(at_db_bind_int(statement, 1, item->debit_leg, err));
        AT_TRY(at_db_bind_int(statement, 2, item->credit_leg, err));
        AT_TRY(at_db_bind_int(statement, 3, words[item->what], err));
        AT_TRY(at_db_bind_int(statement, 4, publication->revision, err));
        AT_TRY(at_db_bind_text(statement, 5, store->options.actor, err));
        AT_TRY(at_db_bind_text(statement, 6, item->reason, err));
        AT_TRY(at_db_once(statement, err));
    }
    return describe(publication, all, err);
}

at_status at_resolve(int64_t *revision_out, at_store *store, at_judgement *items, size_t count,
                     at_arena *arena, at_error *err) {
    resolution all = {.items = items, .count = count, .arena = arena};
    assert(store && items && count);
    if (!revision_out)
        return fit(&all, store, err);
    return at_store_change(revision_out, store, write_judgements, &all, err);
}
