/* summary_unpack.c - the networks of a store out of columns (summary.h). Every number is looked at
 * before it leads anywhere: an index can hold anything. */
#include "engine/network/loose.h"
#include "engine/network/summary.h"

#include <string.h>

typedef struct unpacker {
    const at_summary *summary;
    at_found_networks *out;
    at_arena *arena;
    at_thing thing_limit;
    uint32_t member_count, group_count;
    const char **texts;
    size_t text_count;
} unpacker;

static const void *values_of(const unpacker *self, at_summary_column column) {
    return self->summary->columns[column].values;
}

static size_t count_of(const unpacker *self, at_summary_column column) {
    return self->summary->columns[column].count;
}

/* Has the column this many values, none above `most`? */
static bool all_within(const unpacker *self, at_summary_column column, size_t count,
                       uint64_t most) {
    const uint8_t *small = values_of(self, column);
    const uint32_t *numbers = values_of(self, column);
    bool above = count_of(self, column) != count;
    for (size_t i = 0; !above && i < count; i++)
        above = (at_summary_size(column) == 1 ? small[i] : numbers[i]) > most;
    return !above;
}

static bool have_counts(const unpacker *self, const at_summary_column *columns, size_t count,
                        size_t values) {
    bool have = true;
    for (size_t i = 0; i < count; i++)
        have = have && count_of(self, columns[i]) == values;
    return have;
}

/* --- Members and their networks --------------------------------------------------------------- */

static at_status unpack_members(bool *good, unpacker *self, at_error *err) {
    const size_t count = count_of(self, AT_SUMMARY_THING);
    const uint32_t *things = values_of(self, AT_SUMMARY_THING);
    const uint8_t *kinds = values_of(self, AT_SUMMARY_KIND);
    const int64_t *records = values_of(self, AT_SUMMARY_RECORD);
    at_member *members;
    *good = count > 0 && count < AT_NODE_TRANSIT - 2 &&
            all_within(self, AT_SUMMARY_THING, count, self->thing_limit - 1) &&
            count_of(self, AT_SUMMARY_KIND) == count && count_of(self, AT_SUMMARY_RECORD) == count;
    for (size_t i = 0; *good && i < count; i++)
        *good =
            things[i] != 0 && (kinds[i] & ~(AT_SUMMARY_OUTSIDE | AT_SUMMARY_CUT)) < AT_KIND_COUNT;
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&members, self->arena, count, err));
    for (size_t i = 0; i < count; i++)
        members[i] = (at_member){
            .thing = things[i],
            .kind = (at_kind)(kinds[i] & ~(AT_SUMMARY_OUTSIDE | AT_SUMMARY_CUT)),
            .record = records[i],
            .outside = (kinds[i] & AT_SUMMARY_OUTSIDE) != 0,
            .cut = (kinds[i] & AT_SUMMARY_CUT) != 0,
        };
    self->member_count = (uint32_t)count;
    self->out->graph.members = members;
    self->out->graph.member_count = (uint32_t)count;
    return AT_OK;
}

static at_status unpack_groups(bool *good, unpacker *self, at_error *err) {
    static const at_summary_column columns[] = {AT_SUMMARY_FIRST, AT_SUMMARY_LAST};
    const uint32_t *numbers = values_of(self, AT_SUMMARY_GROUP);
    const size_t count = count_of(self, AT_SUMMARY_TRANSFERS);
    at_group *groups;
    uint32_t *members, *group_of, *next, first = 0;
    *good = count <= self->member_count &&
            all_within(self, AT_SUMMARY_GROUP, self->member_count, count) &&
            have_counts(self, columns, AT_COUNT(columns), count);
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&groups, self->arena, count, err));
    AT_TRY(AT_NEW(&members, self->arena, self->member_count, err));
    AT_TRY(AT_NEW(&group_of, self->arena, self->member_count, err));
    AT_TRY(AT_NEW(&next, self->arena, count, err));
    for (uint32_t i = 0; i < self->member_count; i++) {
        *good = *good && (numbers[i] == 0) == self->out->graph.members[i].cut;
        group_of[i] = numbers[i] ? numbers[i] - 1 : AT_NONE;
        if (numbers[i])
            groups[numbers[i] - 1].member_count++;
    }
    for (size_t i = 0; i < count; i++) {
        *good = *good && groups[i].member_count > 0;
        groups[i].members = &members[first];
        next[i] = first;
        first += groups[i].member_count;
    }
    for (uint32_t i = 0; i < self->member_count; i++)
        if (numbers[i])
            members[next[numbers[i] - 1]++] = i;
    self->group_count = (uint32_t)count;
    self->out->groups =
        (at_groups){.groups = groups, .group_count = (uint32_t)count, .group_of = group_of};
    return AT_OK;
}

static at_status unpack_flows(unpacker *self, at_error *err) {
    const int64_t *transfers = values_of(self, AT_SUMMARY_TRANSFERS);
    const int64_t *first = values_of(self, AT_SUMMARY_FIRST);
    const int64_t *last = values_of(self, AT_SUMMARY_LAST);
    at_flow_count *flows;
    AT_TRY(AT_NEW(&flows, self->arena, self->group_count, err));
    for (uint32_t i = 0; i < self->group_count; i++)
        flows[i] = (at_flow_count){
            .transfer_count = transfers[i], .first_us = first[i], .last_us = last[i]};
    self->out->flows = flows;
    return AT_OK;
}

static at_status unpack_nodes(bool *good, unpacker *self, at_error *err) {
    const size_t count = count_of(self, AT_SUMMARY_NODE);
    const uint32_t *numbers = values_of(self, AT_SUMMARY_NODE);
    uint32_t *node_member;
    *good = all_within(self, AT_SUMMARY_NODE, count, (uint64_t)self->member_count + 1);
    AT_TRY(AT_NEW(&node_member, self->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        *good = *good && numbers[i] != 1;
        node_member[i] = numbers[i] < 2 ? AT_NONE : numbers[i] - 2;
    }
    self->out->graph.node_member = node_member;
    return AT_OK;
}

/* --- Texts, notes, ties ----------------------------------------------------------------------- */

static at_status unpack_texts(bool *good, unpacker *self, at_error *err) {
    const char *bytes = values_of(self, AT_SUMMARY_TEXTS);
    const size_t count = count_of(self, AT_SUMMARY_TEXTS);
    const uint32_t *note_count = values_of(self, AT_SUMMARY_NOTES);
    size_t capacity = 0;
    at_note *notes;
    *good = count_of(self, AT_SUMMARY_NOTES) == 1 && (count == 0 || bytes[count - 1] == '\0');
    for (size_t at = 0; *good && at < count; at += strlen(bytes + at) + 1) {
        AT_TRY(AT_GROW(&self->texts, &capacity, self->text_count, self->arena, err));
        self->texts[self->text_count++] = bytes + at;
    }
    *good = *good && *note_count <= self->text_count / 2;
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&notes, self->arena, *note_count, err));
    for (uint32_t i = 0; i < *note_count; i++)
        notes[i] = (at_note){.code = self->texts[2 * i], .text = self->texts[2 * i + 1]};
    self->out->notes = notes;
    self->out->note_count = *note_count;
    self->texts += 2 * (size_t)*note_count;
    self->text_count -= 2 * (size_t)*note_count;
    return AT_OK;
}

static bool ties_are_good(const unpacker *self, size_t count) {
    const uint32_t *a = values_of(self, AT_SUMMARY_TIE_A), *b = values_of(self, AT_SUMMARY_TIE_B);
    bool good = count < UINT32_MAX / 2 &&
                all_within(self, AT_SUMMARY_TIE_A, count, self->member_count - 1) &&
                all_within(self, AT_SUMMARY_TIE_B, count, self->member_count - 1) &&
                all_within(self, AT_SUMMARY_TIE_KIND, count, AT_TIE_IDENTIFIER) &&
                all_within(self, AT_SUMMARY_TIE_GRADE, count, AT_INFERRED) &&
                count_of(self, AT_SUMMARY_TIE_RECORD) == count &&
                (count == 0 || self->text_count > 0) &&
                all_within(self, AT_SUMMARY_TIE_WHAT, count, self->text_count - 1);
    for (size_t i = 0; good && i < count; i++)
        good = a[i] != b[i] && (i == 0 || a[i] >= a[i - 1]);
    return good;
}

static at_status unpack_ties(bool *good, unpacker *self, at_error *err) {
    const size_t count = count_of(self, AT_SUMMARY_TIE_A);
    const uint32_t *a = values_of(self, AT_SUMMARY_TIE_A), *b = values_of(self, AT_SUMMARY_TIE_B);
    const uint32_t *what = values_of(self, AT_SUMMARY_TIE_WHAT);
    const uint8_t *kind = values_of(self, AT_SUMMARY_TIE_KIND);
    const uint8_t *grade = values_of(self, AT_SUMMARY_TIE_GRADE);
    const int64_t *records = values_of(self, AT_SUMMARY_TIE_RECORD);
    at_tie *ties;
    *good = ties_are_good(self, count);
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&ties, self->arena, count, err));
    for (size_t i = 0; i < count; i++)
        ties[i] = (at_tie){.a = a[i],
                           .b = b[i],
                           .kind = (at_tie_kind)kind[i],
                           .what = self->texts[what[i]],
                           .grade = (at_grade)grade[i],
                           .first_us = AT_TIME_NONE,
                           .last_us = AT_TIME_NONE,
                           .records = &records[i],
                           .record_count = 1};
    self->out->graph.ties = ties;
    self->out->graph.tie_count = (uint32_t)count;
    return at_ties_index(&self->out->graph, self->arena, err);
}

/* --- Owners and evidence ---------------------------------------------------------------------- */

static at_status unpack_owners(bool *good, unpacker *self, at_error *err) {
    const uint32_t *start = values_of(self, AT_SUMMARY_OWNER_START);
    const uint32_t *owners = values_of(self, AT_SUMMARY_OWNERS);
    const size_t count = count_of(self, AT_SUMMARY_OWNERS);
    uint32_t *entity;
    *good = all_within(self, AT_SUMMARY_OWNER_START, (size_t)self->member_count + 1, count) &&
            all_within(self, AT_SUMMARY_OWNERS, count, self->member_count - 1);
    for (uint32_t i = 0; *good && i < self->member_count; i++)
        *good = start[i] <= start[i + 1];
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&entity, self->arena, self->member_count, err));
    for (uint32_t i = 0; i < self->member_count; i++)
        entity[i] = start[i] < start[i + 1] ? owners[start[i]] : i;
    self->out->places.owner_start = start;
    self->out->places.owners = owners;
    self->out->places.entity = entity;
    return AT_OK;
}

static bool is_evidence_good(const unpacker *self, size_t count) {
    static const at_summary_column columns[] = {AT_SUMMARY_SHOWN, AT_SUMMARY_SHOWN_IN,
                                                AT_SUMMARY_COUNTED};
    const uint32_t *entity = values_of(self, AT_SUMMARY_ENTITY);
    bool good = all_within(self, AT_SUMMARY_ENTITY, count, self->member_count - 1) &&
                all_within(self, AT_SUMMARY_ABOUT, count, self->member_count - 1) &&
                all_within(self, AT_SUMMARY_ACTIVITY, count, AT_ACTIVITY_COUNT - 1) &&
                all_within(self, AT_SUMMARY_COUNTRY, count, UINT16_MAX) &&
                have_counts(self, columns, AT_COUNT(columns), count);
    for (size_t i = 1; good && i < count; i++)
        good = entity[i - 1] <= entity[i];
    return good && count < UINT32_MAX;
}

static at_status unpack_evidence(bool *good, unpacker *self, at_error *err) {
    const size_t count = count_of(self, AT_SUMMARY_ENTITY);
    const uint32_t *entity = values_of(self, AT_SUMMARY_ENTITY);
    const uint32_t *country = values_of(self, AT_SUMMARY_COUNTRY);
    const uint8_t *activity = values_of(self, AT_SUMMARY_ACTIVITY);
    const uint32_t *about = values_of(self, AT_SUMMARY_ABOUT);
    const int64_t *shown = values_of(self, AT_SUMMARY_SHOWN);
    const int64_t *shown_in = values_of(self, AT_SUMMARY_SHOWN_IN);
    const uint32_t *counted = values_of(self, AT_SUMMARY_COUNTED);
    at_evidence *rows;
    uint32_t *start;
    *good = is_evidence_good(self, count);
    if (!*good)
        return AT_OK;
    AT_TRY(AT_NEW(&rows, self->arena, count, err));
    AT_TRY(AT_NEW(&start, self->arena, (size_t)self->member_count + 1, err));
    for (size_t i = 0; i < count; i++) {
        rows[i] = (at_evidence){.entity = entity[i],
                                .country = {(char)(country[i] >> 8), (char)(country[i] & 0xFF)},
                                .activity = (at_activity)activity[i],
                                .about = about[i],
                                .record = shown[i],
                                .record_in = shown_in[i],
                                .count = counted[i]};
        start[entity[i] + 1]++;
    }
    for (uint32_t i = 0; i < self->member_count; i++)
        start[i + 1] += start[i];
    self->out->places.rows = rows;
    self->out->places.row_count = count;
    self->out->places.start = start;
    return AT_OK;
}

at_status at_networks_unpack(at_found_networks *out, bool *good_out, const at_summary *summary,
                             at_thing thing_limit, at_arena *arena, at_error *err) {
    static at_status (*const steps[])(bool *, unpacker *, at_error *) = {
        unpack_members, unpack_groups, unpack_nodes,   unpack_texts,
        unpack_ties,    unpack_owners, unpack_evidence};
    at_found_networks found = {.graph = {.loose = true, .thing_limit = thing_limit}};
    unpacker self = {.summary = summary, .out = &found, .arena = arena, .thing_limit = thing_limit};
    bool good = thing_limit > 0;
    for (size_t i = 0; good && i < AT_COUNT(steps); i++)
        AT_TRY(steps[i](&good, &self, err));
    *good_out = good;
    if (!good)
        return AT_OK;
    AT_TRY(unpack_flows(&self, err));
    *out = found;
    return AT_OK;
}
