/* pairing_store.c - the pairing rule over the store's legs, kept by revision.
 *
 * Groups of legs have one amount and currency, so only amounts that occur in a source that came or
 * went, or in legs that somebody judged, can change - unless things were united or parted by it,
 * which moves legs between groups: then all legs are looked at. */
#include "engine/store/identity.h"
#include "engine/store/pairing.h"
#include "engine/store/views.h"

#include <string.h>

typedef struct update {
    sqlite3 *db;
    at_arena *arena;
    int64_t revision;
    bool everything;
    at_pair_leg *legs; /* by number */
    size_t count;
    at_pair_result *results;
    bool *kept, *kept_ambiguous; /* by leg: the store says so already */
    at_pairing_change change;
} update;

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

/* The first member of each thing's class that both revisions see; by number of the thing. */
static at_status first_members(at_thing **out, const at_identity *of, const at_identity *both,
                               at_arena *arena, at_error *err) {
    at_thing *first = NULL;
    AT_TRY(AT_NEW(&first, arena, of->class_count + 1, err));
    for (size_t i = 0; i < of->count; i++) {
        const at_identity_thing *thing = &of->things[i];
        if (thing->number < of->local_first && at_identity_class(both, thing->number) &&
            !first[thing->class])
            first[thing->class] = thing->number;
    }
    *out = first;
    return AT_OK;
}

/* Are two things of both revisions one in the first and two in the second, or the other way? */
static at_status same_partition(bool *out, const at_identity *before, const at_identity *after,
                                at_arena *arena, at_error *err) {
    at_thing *first_before = NULL, *first_after = NULL;
    AT_TRY(first_members(&first_before, before, after, arena, err));
    AT_TRY(first_members(&first_after, after, before, arena, err));
    *out = true;
    for (size_t i = 0; i < before->count && *out; i++) {
        const at_thing number = before->things[i].number;
        if (number >= before->local_first)
            break; /* only chunks name the rest, and legs are in none */
        const at_thing now = at_identity_class(after, number);
        *out = !now || first_before[before->things[i].class] == first_after[now];
    }
    return AT_OK;
}

/* temp.touched(amount, currency): where the change can matter. */
static at_status find_touched(update *all, const at_pairing_task *task, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_run(all->db, "DROP TABLE IF EXISTS temp.touched", err));
    AT_TRY(at_db_run(all->db,
                     "CREATE TEMP TABLE touched (amount INTEGER, currency TEXT,"
                     " PRIMARY KEY (amount, currency)) WITHOUT ROWID",
                     err));
    AT_TRY(at_db_prepare(&statement, all->db,
                         all->everything
                             ? "INSERT INTO temp.touched SELECT DISTINCT amount, currency"
                               " FROM main.leg WHERE ?1 IS NOT NULL"
                             : "INSERT INTO temp.touched SELECT DISTINCT amount, currency"
                               " FROM main.leg WHERE source IN (?1, ?2)"
                               " UNION SELECT l.amount, l.currency FROM main.pairing_judgement j"
                               "  JOIN main.leg l ON l.fact IN (j.debit_leg, j.credit_leg)"
                               "  WHERE j.revision = ?3",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, task->added, err));
    if (!all->everything) {
        AT_TRY(at_db_bind_int(statement, 2, task->withdrawn, err));
        AT_TRY(at_db_bind_int(statement, 3, all->revision, err));
    }
    return at_db_once(statement, err);
}

/* Index of a leg by its number, or AT_NO_PARTNER when it is no longer visible. */
static size_t find_leg(const update *all, int64_t number) {
    size_t low = 0, high = all->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (all->legs[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->count && all->legs[low].number == number ? low : AT_NO_PARTNER;
}

static at_status insert_end(sqlite3_stmt *statement, int64_t number, int64_t revision,
                            at_error *err) {
    AT_TRY(at_db_bind_int(statement, 1, number, err));
    AT_TRY(at_db_bind_int(statement, 2, revision, err));
    return at_db_once(statement, err);
}

/* Pairs that stand and are looked at: kept when the rule finds them again, else ended. */
static at_status end_pairs(update *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *open = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *end = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&open, all->db,
                         "SELECT p.number, p.debit_leg, p.credit_leg FROM main.pairing p"
                         " JOIN main.leg l ON l.fact = p.debit_leg"
                         " JOIN temp.touched t ON t.amount = l.amount AND t.currency = l.currency"
                         " WHERE p.number NOT IN (SELECT pairing FROM main.pairing_end)",
                         err));
    AT_TRY(at_db_prepare(&end, all->db,
                         "INSERT INTO main.pairing_end (pairing, revision) VALUES (?, ?)", err));
    for (;;) {
        AT_TRY(at_db_step(&row, open, err));
        if (!row)
            return AT_OK;
        const size_t debit = find_leg(all, at_db_int(open, 1));
        const size_t credit = find_leg(all, at_db_int(open, 2));
        if (debit != AT_NO_PARTNER && credit != AT_NO_PARTNER &&
            all->results[debit].partner == credit) {
            all->kept[debit] = true;
            continue;
        }
        AT_TRY(insert_end(end, at_db_int(open, 0), all->revision, err));
        all->change.ended++;
    }
}

static at_status end_ambiguities(update *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *open = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *end = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(
        &open, all->db,
        "SELECT a.number, a.leg FROM main.ambiguity a JOIN main.leg l ON l.fact = a.leg"
        " JOIN temp.touched t ON t.amount = l.amount AND t.currency = l.currency"
        " WHERE a.number NOT IN (SELECT ambiguity FROM main.ambiguity_end)",
        err));
    AT_TRY(at_db_prepare(
        &end, all->db, "INSERT INTO main.ambiguity_end (ambiguity, revision) VALUES (?, ?)", err));
    for (;;) {
        AT_TRY(at_db_step(&row, open, err));
        if (!row)
            return AT_OK;
        const size_t leg = find_leg(all, at_db_int(open, 1));
        if (leg != AT_NO_PARTNER && all->results[leg].ambiguous)
            all->kept_ambiguous[leg] = true;
        else
            AT_TRY(insert_end(end, at_db_int(open, 0), all->revision, err));
    }
}

static at_status insert_new(update *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *pair = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *ambiguity = NULL;
    AT_TRY(at_db_prepare(
        &pair, all->db,
        "INSERT INTO main.pairing (debit_leg, credit_leg, revision) VALUES (?, ?, ?)", err));
    AT_TRY(at_db_prepare(&ambiguity, all->db,
                         "INSERT INTO main.ambiguity (leg, revision) VALUES (?, ?)", err));
    for (size_t i = 0; i < all->count; i++) {
        const at_pair_result *result = &all->results[i];
        if (result->partner != AT_NO_PARTNER && !all->legs[i].credit && !all->kept[i]) {
            AT_TRY(at_db_bind_int(pair, 1, all->legs[i].number, err));
            AT_TRY(at_db_bind_int(pair, 2, all->legs[result->partner].number, err));
            AT_TRY(at_db_bind_int(pair, 3, all->revision, err));
            AT_TRY(at_db_once(pair, err));
            all->change.made++;
        }
        if (result->ambiguous && !all->kept_ambiguous[i]) {
            AT_TRY(insert_end(ambiguity, all->legs[i].number, all->revision, err));
            all->change.ambiguous++;
        }
    }
    return AT_OK;
}

static at_status run(update *all, const at_pairing_task *task, at_error *err) {
    at_identity before, after;
    at_pair_word *words = NULL;
    at_pair_rule rule = {.window_us = 0};
    bool same = true;
    AT_TRY(at_views_visible(all->db, task->newest, 0, err));
    AT_TRY(at_identity_load(&before, all->db, all->arena, err));
    AT_TRY(at_views_visible(all->db, all->revision, task->added, err));
    AT_TRY(at_identity_load(&after, all->db, all->arena, err));
    AT_TRY(same_partition(&same, &before, &after, all->arena, err));
    all->everything = task->everything || !same;
    AT_TRY(find_touched(all, task, err));
    AT_TRY(at_pairing_load(&all->legs, &all->count, all->db,
                           "SELECT amount, currency FROM temp.touched WHERE ?1 IS NOT NULL",
                           all->revision, &after, all->arena, err));
    AT_TRY(at_setting_at(&rule.window_us, all->db, "leg_window_us", all->revision, err));
    AT_TRY(at_pairing_words(&words, &rule.word_count, all->db, all->revision, all->arena, err));
    rule.words = words;
    AT_TRY(at_pair_legs(&all->results, all->legs, all->count, &rule, all->arena, err));
    AT_TRY(AT_NEW(&all->kept, all->arena, all->count, err));
    AT_TRY(AT_NEW(&all->kept_ambiguous, all->arena, all->count, err));
    AT_TRY(end_pairs(all, err));
    AT_TRY(end_ambiguities(all, err));
    return insert_new(all, err);
}

at_status at_pairing_update(at_pairing_change *out, sqlite3 *db, const at_pairing_task *task,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    update all = {.db = db, .arena = &arena, .revision = task->newest + 1};
    int64_t legs = 0;
    AT_TRY(at_db_number(&legs, db, 0, NULL, 0, "SELECT EXISTS (SELECT 1 FROM main.leg)", err));
    if (legs)
        AT_TRY(run(&all, task, err));
    *out = all.change;
    return AT_OK;
}
