/* pairing_store.c - the pairing rule over the store's legs, kept by revision.
 *
 * Groups of legs have one amount and currency, so only amounts that occur in a source that came or
 * went, or in legs that somebody judged, can change - unless things were united or parted by it,
 * which moves legs between groups: then all legs are looked at. Legs of equal amounts lie in one
 * part (parts.h), and one part is paired after the other. */
#include "engine/base/progress.h"
#include "engine/store/chunks.h"
#include "engine/store/pairing.h"
#include "engine/store/pairs.h"
#include "engine/store/parts.h"
#include "engine/store/views.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 512, EVENTS_A_LEG = 4 };

typedef struct update {
    const at_store *store;
    sqlite3 *db;
    at_arena *arena;
    const at_pairing_task *task;
    int64_t revision;
    bool everything;
    size_t part_legs;
    at_pair_amounts amounts;
    at_pair_context context;
    at_pair_rule rule;
    bool *visible; /* by source */
    at_hidden hidden;
    at_chunks chunks;    /* of legs that count, or did before */
    size_t *events_part; /* by chunk: where its changes are gathered */
    at_parts legs, events;
    at_pairing_change change;
} update;

/* A leg in its part, before its currency, id and reference; an absent text has no bytes. */
typedef struct part_leg {
    at_pair_leg leg;
    int64_t partner; /* as it stands; 0 = none */
    uint32_t text_bytes[3];
    bool doubted;
} part_leg;

static void clear_update(update *all) {
    at_chunks_close(&all->chunks);
    at_parts_clear(&all->legs);
    at_parts_clear(&all->events);
}

at_status at_setting_at(int64_t *out, sqlite3 *db, const char *name, int64_t revision,
                        at_error *err) {
    static const struct {
        const char *name;
        int64_t value;
    } settings[] = {{"leg_window_us", 3 * AT_US_PER_DAY}, {"cash_window_us", 30 * AT_US_PER_DAY}};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    size_t known = 0;
    bool row = false;
    while (known < AT_COUNT(settings) && strcmp(settings[known].name, name) != 0)
        known++;
    if (known == AT_COUNT(settings)) {
        at_fail(err, AT_BAD_INPUT, "E-SETTING-UNKNOWN", "there is no setting \"%s\"", name);
        at_hint(err, "There are leg_window_us and cash_window_us.");
        return AT_BAD_INPUT;
    }
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT value FROM main.setting WHERE name = ? AND revision <= ?"
                         " ORDER BY revision DESC LIMIT 1",
                         err));
    AT_TRY(at_db_bind_text(statement, 1, name, err));
    AT_TRY(at_db_bind_int(statement, 2, revision, err));
    AT_TRY(at_db_step(&row, statement, err));
    *out = row ? at_db_int(statement, 0) : settings[known].value;
    return AT_OK;
}

/* --- Who is who ------------------------------------------------------------------------------- */

static int compare_names(const at_identity *a, size_t i, const at_identity *b, size_t k) {
    const at_identity_thing *x = &a->things[a->by_id[i]], *y = &b->things[b->by_id[k]];
    const int by_id = strcmp(x->id, y->id);
    if (by_id)
        return by_id;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->name_space > y->name_space) - (x->name_space < y->name_space);
}

/* Does the class that a thing had say which class it has now? Met classes are noted in `met`. */
static bool goes_with(at_thing *met, at_thing class, at_thing other) {
    if (!met[class])
        met[class] = other;
    return met[class] == other;
}

/* Are two things of both revisions one in the first and two in the second, or the other way? Names
 * are compared: what only chunks name has another number each time. */
static at_status same_partition(bool *out, const at_identity *before, const at_identity *after,
                                at_arena *arena, at_error *err) {
    at_thing *now = NULL, *then = NULL;
    AT_TRY(AT_NEW(&now, arena, before->class_count + 1, err));
    AT_TRY(AT_NEW(&then, arena, after->class_count + 1, err));
    *out = true;
    for (size_t i = 0, k = 0; *out && i < before->count && k < after->count;) {
        const int order = compare_names(before, i, after, k);
        if (order == 0) {
            const at_thing first = before->things[before->by_id[i]].class;
            const at_thing second = after->things[after->by_id[k]].class;
            *out = goes_with(now, first, second) && goes_with(then, second, first);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return AT_OK;
}

static at_status load_identities(update *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_identity before, *after = NULL;
    bool same = true;
    AT_TRY(AT_NEW(&after, all->arena, 1, err));
    AT_TRY(at_views_visible(all->db, all->task->newest, 0, err));
    AT_TRY(at_identity_load(&before, all->db, &scratch, err));
    AT_TRY(at_views_visible(all->db, all->revision, all->task->added, err));
    AT_TRY(at_identity_load(after, all->db, all->arena, err));
    AT_TRY(same_partition(&same, &before, after, &scratch, err));
    all->everything = all->task->everything || !same;
    return at_pair_context_make(&all->context, all->db, after, all->task, all->arena, err);
}

/* --- What is looked at ------------------------------------------------------------------------ */

static at_status judged_amounts(int64_t **out, size_t *count_out, update *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t *legs = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, all->db,
                         "SELECT debit_leg FROM main.pairing_judgement WHERE revision = ?1"
                         " UNION SELECT credit_leg FROM main.pairing_judgement WHERE revision = ?1",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, all->revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&legs, &capacity, count, all->arena, err));
        legs[count++] = at_db_int(statement, 0);
    }
    *out = legs;
    *count_out = count;
    return AT_OK;
}

static bool is_changing(const update *all, int64_t source) {
    return source == all->task->added || source == all->task->withdrawn;
}

/* Amounts that the change touches; *count_out of how many legs they come. */
static at_status find_touched(size_t *count_out, update *all, at_chunks *sums, at_error *err) {
    int64_t *judged = NULL;
    size_t judged_count = 0, count = 0;
    AT_TRY(judged_amounts(&judged, &judged_count, all, err));
    for (size_t i = 0; i < sums->count; i++)
        if (is_changing(all, sums->entries[i].source) || all->everything)
            count += sums->entries[i].leg_count;
    *count_out = count + judged_count;
    if (all->everything) {
        all->amounts.all = true;
        return AT_OK;
    }
    AT_TRY(at_pair_amounts_begin(&all->amounts, *count_out, all->arena, err));
    for (size_t i = 0; i < sums->count; i++) {
        if (!is_changing(all, sums->entries[i].source))
            continue;
        AT_TRY(at_chunks_load(sums, i, err));
        for (size_t row = 0; row < sums->loaded.count; row++)
            if (at_chunk_is_leg(&sums->loaded, row))
                at_pair_amounts_add(&all->amounts,
                                    at_chunk_int(&sums->loaded, AT_CHUNK_AMOUNT, row),
                                    at_chunk_code(&sums->loaded, row));
    }
    if (!judged_count)
        return AT_OK;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_leg_found *found = NULL;
    AT_TRY(AT_NEW(&found, &scratch, judged_count, err));
    for (size_t i = 0; i < judged_count; i++)
        found[i].number = judged[i];
    AT_TRY(at_legs_find(found, judged_count, all->db, err));
    for (size_t i = 0; i < judged_count; i++)
        at_pair_amounts_add(&all->amounts, found[i].amount, found[i].currency.code);
    return AT_OK;
}

/* How many legs have such an amount, and which of the chunks hold some. */
static at_status count_touched(size_t *out, bool *touched, const update *all, at_chunks *sums,
                               at_error *err) {
    size_t count = 0;
    for (size_t i = 0; i < sums->count; i++) {
        const size_t before = count;
        if (all->everything || is_changing(all, sums->entries[i].source)) {
            touched[i] = true;
            count += sums->entries[i].leg_count;
            continue;
        }
        AT_TRY(at_chunks_load(sums, i, err));
        for (size_t row = 0; row < sums->loaded.count; row++)
            count += at_chunk_is_leg(&sums->loaded, row) &&
                     at_pair_amounts_have(&all->amounts,
                                          at_chunk_int(&sums->loaded, AT_CHUNK_AMOUNT, row),
                                          at_chunk_code(&sums->loaded, row));
        touched[i] = count > before;
    }
    *out = count;
    return AT_OK;
}

/* --- Into parts ------------------------------------------------------------------------------- */

static at_status add_event(update *all, int64_t leg, int64_t partner, at_pair_kind kind,
                           at_error *err) {
    at_pair_event event;
    memset(&event, 0, sizeof event);
    event.leg = leg;
    event.partner = partner;
    event.kind = kind;
    const size_t chunk = at_chunks_find_leg(&all->chunks, leg);
    return at_parts_add(&all->events, all->events_part[chunk], &event, sizeof event, err);
}

static at_status gather_leg(update *all, part_leg *room, at_text *bytes, at_error *err) {
    const char *texts[] = {room->leg.currency, room->leg.id, room->leg.reference};
    const size_t part =
        (size_t)(at_pair_amount_hash(room->leg.amount, room->leg.currency) >> 40) % all->legs.count;
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        room->text_bytes[i] = texts[i] ? (uint32_t)strlen(texts[i]) + 1 : 0;
    room->leg.currency = room->leg.id = room->leg.reference = NULL;
    at_text_reset(bytes);
    AT_TRY(at_text_add_bytes(bytes, room, sizeof *room, err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        if (texts[i])
            AT_TRY(at_text_add_bytes(bytes, texts[i], room->text_bytes[i], err));
    while (bytes->bytes % sizeof(int64_t))
        AT_TRY(at_text_add_char(bytes, '\0', err));
    return at_parts_add(&all->legs, part, bytes->data, bytes->bytes, err);
}

/* One that does not count any more leaves nothing that stands. */
static at_status let_go(update *all, int64_t leg, int64_t partner, bool doubted, at_error *err) {
    if (partner) {
        AT_TRY(add_event(all, leg, 0, AT_PAIR_ENDS, err));
        all->change.ended++;
    }
    return doubted ? add_event(all, leg, 0, AT_PAIR_CLEAR, err) : AT_OK;
}

static at_status gather_chunk(update *all, size_t index, const at_pair_window *window,
                              at_text *bytes, at_error *err) {
    const at_chunk_entry *entry = &all->chunks.entries[index];
    const at_chunk *chunk = &all->chunks.loaded;
    const int64_t first = AT_RECORD_ID(entry->source, (uint64_t)entry->leg_first);
    size_t place = 0;
    for (size_t row = 0; row < chunk->count; row++) {
        part_leg room;
        if (!at_chunk_is_leg(chunk, row))
            continue;
        const size_t own = place++;
        if (!at_pair_amounts_have(&all->amounts, at_chunk_int(chunk, AT_CHUNK_AMOUNT, row),
                                  at_chunk_code(chunk, row)))
            continue;
        const at_record_id record =
            AT_RECORD_ID(entry->source, (uint64_t)at_chunk_int(chunk, AT_CHUNK_NUMBER, row));
        if (!all->visible[entry->source] || at_hidden_has(&all->hidden, record)) {
            AT_TRY(
                let_go(all, first + (int64_t)own, window->partner[own], window->doubted[own], err));
            continue;
        }
        memset(&room, 0, sizeof room); /* padding too: it is written to a file */
        AT_TRY(at_pair_leg_read(&room.leg, chunk, entry->source, row, &all->context, err));
        room.leg.number = first + (int64_t)own;
        room.partner = window->partner[own];
        room.doubted = window->doubted[own];
        AT_TRY(gather_leg(all, &room, bytes, err));
    }
    return AT_OK;
}

static at_status gather(update *all, const bool *touched, at_error *err) {
    AT_CLEANUP(at_pair_window_end) at_pair_window window = {.select = NULL};
    AT_CLEANUP(at_text_clear) at_text bytes = {.data = NULL};
    AT_TRY(at_pair_window_begin(&window, all->db, all->arena, err));
    for (size_t i = 0; i < all->chunks.count; i++) {
        const at_chunk_entry *entry = &all->chunks.entries[i];
        if (!touched[i])
            continue;
        AT_TRY(at_chunks_load(&all->chunks, i, err));
        AT_TRY(at_pair_window_read(&window, AT_RECORD_ID(entry->source, (uint64_t)entry->leg_first),
                                   entry->leg_count, err));
        AT_TRY(gather_chunk(all, i, &window, &bytes, err));
    }
    return AT_OK;
}

/* --- One part after another ------------------------------------------------------------------- */

/* The legs of a part; `texts` is kept beside them. */
static at_status read_part(at_pair_leg **out, part_leg **stood_out, size_t *count_out,
                           const at_text *bytes, at_arena *arena, at_error *err) {
    at_pair_leg *legs = NULL;
    part_leg *stood = NULL;
    size_t count = 0, capacity = 0, stood_capacity = 0;
    for (size_t at = 0; at < bytes->bytes; count++) {
        const char *texts[3] = {NULL, NULL, NULL};
        AT_TRY(AT_GROW(&legs, &capacity, count, arena, err));
        AT_TRY(AT_GROW(&stood, &stood_capacity, count, arena, err));
        memcpy(&stood[count], bytes->data + at, sizeof *stood);
        at += sizeof *stood;
        for (size_t i = 0; i < AT_COUNT(texts); i++) {
            texts[i] = stood[count].text_bytes[i] ? bytes->data + at : NULL;
            at += stood[count].text_bytes[i];
        }
        at += (sizeof(int64_t) - at % sizeof(int64_t)) % sizeof(int64_t);
        legs[count] = stood[count].leg;
        legs[count].currency = texts[0];
        legs[count].id = texts[1];
        legs[count].reference = texts[2];
    }
    *out = legs;
    *stood_out = stood;
    *count_out = count;
    return AT_OK;
}

/* What the rule says against what stands. */
static at_status compare(update *all, const at_pair_leg *legs, const part_leg *stood,
                         const at_pair_result *results, size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++) {
        const int64_t leg = legs[i].number;
        const bool paired = results[i].partner != AT_NO_PARTNER && !legs[i].credit;
        const int64_t partner = paired ? legs[results[i].partner].number : 0;
        if (stood[i].partner && stood[i].partner != partner) {
            AT_TRY(add_event(all, leg, 0, AT_PAIR_ENDS, err));
            all->change.ended++;
        }
        if (stood[i].doubted && !results[i].ambiguous)
            AT_TRY(add_event(all, leg, 0, AT_PAIR_CLEAR, err));
        if (partner && stood[i].partner != partner) {
            AT_TRY(add_event(all, leg, partner, AT_PAIR_BEGINS, err));
            all->change.made++;
        }
        if (results[i].ambiguous && !stood[i].doubted) {
            AT_TRY(add_event(all, leg, 0, AT_PAIR_DOUBTED, err));
            all->change.ambiguous++;
        }
    }
    return AT_OK;
}

static at_status pair_part(update *all, at_text *bytes, size_t part, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_pair_leg *legs = NULL;
    part_leg *stood = NULL;
    at_pair_result *results = NULL;
    size_t count = 0;
    AT_TRY(at_parts_take(bytes, &all->legs, part, err));
    AT_TRY(read_part(&legs, &stood, &count, bytes, &scratch, err));
    AT_TRY(at_pair_legs(&results, legs, count, &all->rule, &scratch, err));
    return compare(all, legs, stood, results, count, err);
}

static int compare_events(const void *first, const void *second) {
    const at_pair_event *a = first, *b = second;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->leg > b->leg) - (a->leg < b->leg);
}

static at_status write_events(update *all, at_text *bytes, at_error *err) {
    AT_CLEANUP(at_pair_writer_end) at_pair_writer writer = {.insert = NULL};
    AT_TRY(at_pair_writer_begin(&writer, all->db, all->arena, err));
    for (size_t part = 0; part < all->events.count; part++) {
        AT_TRY(at_parts_take(bytes, &all->events, part, err));
        at_pair_event *events = (at_pair_event *)(void *)bytes->data;
        const size_t count = bytes->bytes / sizeof *events;
        if (count)
            qsort(events, count, sizeof *events, compare_events);
        for (size_t i = 0; i < count; i++)
            AT_TRY(at_pair_writer_add(&writer, all->revision, &events[i], err));
        AT_TRY(at_pair_writer_flush(&writer, err));
    }
    return AT_OK;
}

/* Parts of about part_legs legs each; changes of so many legs that follow each other. */
static at_status make_parts(update *all, size_t touched, at_error *err) {
    const size_t wanted = touched / all->part_legs + 1;
    size_t legs = 0;
    AT_TRY(AT_NEW(&all->events_part, all->arena, all->chunks.count, err));
    for (size_t i = 0; i < all->chunks.count; i++) {
        all->events_part[i] = legs / (EVENTS_A_LEG * all->part_legs);
        legs += all->chunks.entries[i].leg_count;
    }
    AT_TRY(at_parts_begin(&all->events, all->store->path,
                          legs / (EVENTS_A_LEG * all->part_legs) + 1, all->arena, err));
    return at_parts_begin(&all->legs, all->store->path, wanted < PARTS_MAX ? wanted : PARTS_MAX,
                          all->arena, err);
}

static at_status note_visible(update *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(AT_NEW(&all->visible, all->arena, all->context.source_limit, err));
    AT_TRY(at_db_prepare(&statement, all->db, "SELECT source FROM temp.visible", err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        all->visible[at_db_int(statement, 0)] = true;
    }
}

static at_status pair_all(update *all, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text bytes = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_progress_end) at_progress bar = {.what = "pairing", .unit = AT_PROGRESS_COUNT};
    bar.total = all->legs.count;
    at_progress_begin(&bar);
    for (size_t part = 0; part < all->legs.count; part++) {
        AT_TRY(pair_part(all, &bytes, part, err));
        at_progress_step(&bar, part + 1);
    }
    return write_events(all, &bytes, err);
}

static at_status run(update *all, at_error *err) {
    static const char which[] =
        "(source IN (SELECT source FROM temp.visible) OR source = ?1)" AT_CHUNKS_LEGS;
    AT_CLEANUP(at_chunks_close) at_chunks sums = {.db = NULL};
    at_pair_word *words = NULL;
    bool *touched = NULL;
    size_t count = 0;
    AT_TRY(load_identities(all, err));
    AT_TRY(at_chunks_open(&sums, all->db, which, all->task->withdrawn, AT_CHUNK_SUMS, all->arena,
                          err));
    AT_TRY(find_touched(&count, all, &sums, err));
    if (!count)
        return AT_OK;
    AT_TRY(AT_NEW(&touched, all->arena, sums.count, err));
    AT_TRY(count_touched(&count, touched, all, &sums, err));
    at_chunks_close(&sums);
    AT_TRY(at_chunks_open(&all->chunks, all->db, which, all->task->withdrawn, AT_CHUNK_FACTS,
                          all->arena, err));
    AT_TRY(note_visible(all, err));
    AT_TRY(at_hidden_read(&all->hidden, all->db, all->arena, err));
    AT_TRY(at_setting_at(&all->rule.window_us, all->db, "leg_window_us", all->revision, err));
    AT_TRY(
        at_pairing_words(&words, &all->rule.word_count, all->db, all->revision, all->arena, err));
    all->rule.words = words;
    AT_TRY(make_parts(all, count, err));
    AT_TRY(gather(all, touched, err));
    return pair_all(all, err);
}

at_status at_pairing_update(at_pairing_change *out, const at_store *store,
                            const at_pairing_task *task, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const size_t limit = store->options.pair_legs;
    AT_CLEANUP(clear_update)
    update all = {.store = store,
                  .db = store->db,
                  .arena = &arena,
                  .task = task,
                  .revision = task->newest + 1,
                  .part_legs = limit ? limit : AT_PAIR_PART_LEGS};
    int64_t legs = 0;
    AT_TRY(at_db_number(&legs, store->db, 0, NULL, 0,
                        "SELECT EXISTS (SELECT 1 FROM main.chunk WHERE leg_count > 0)", err));
    if (legs)
        AT_TRY(run(&all, err));
    *out = all.change;
    return AT_OK;
}
