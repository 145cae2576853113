/* summary_pack.c - the networks of a store as columns (summary.h). */
#include "engine/network/summary.h"

#include <string.h>

typedef struct packer {
    at_summary *out;
    const at_found_networks *found;
    at_arena *arena;
    at_text texts;
    const char **whats; /* what ties are about, as met */
    size_t what_count, what_capacity;
} packer;

/* Room for one column, which `out` shows from now on. */
static at_status take(void *values_out, packer *self, at_summary_column column, size_t count,
                      at_error *err) {
    void *values = NULL;
    AT_TRY(at_arena_take(&values, self->arena, count, at_summary_size(column), err));
    self->out->columns[column].values = values;
    self->out->columns[column].count = count;
    memcpy(values_out, &values, sizeof values);
    return AT_OK;
}

static at_status pack_members(packer *self, at_error *err) {
    const at_graph *graph = &self->found->graph;
    const size_t count = graph->member_count;
    uint32_t *things, *groups;
    uint8_t *kinds;
    int64_t *records;
    AT_TRY(take(&things, self, AT_SUMMARY_THING, count, err));
    AT_TRY(take(&kinds, self, AT_SUMMARY_KIND, count, err));
    AT_TRY(take(&records, self, AT_SUMMARY_RECORD, count, err));
    AT_TRY(take(&groups, self, AT_SUMMARY_GROUP, count, err));
    for (size_t i = 0; i < count; i++) {
        const at_member *member = &graph->members[i];
        const uint32_t group = self->found->groups.group_of[i];
        things[i] = member->thing;
        kinds[i] = (uint8_t)((unsigned)member->kind | (member->outside ? AT_SUMMARY_OUTSIDE : 0) |
                             (member->cut ? AT_SUMMARY_CUT : 0));
        records[i] = member->record;
        groups[i] = group == AT_NONE ? 0 : group + 1;
    }
    return AT_OK;
}

static at_status pack_nodes(packer *self, bool *transit_out, at_error *err) {
    const at_graph *graph = &self->found->graph;
    uint32_t *nodes;
    *transit_out = false;
    AT_TRY(take(&nodes, self, AT_SUMMARY_NODE, graph->ledger->node_count, err));
    for (size_t i = 0; i < graph->ledger->node_count; i++) {
        const uint32_t member = graph->node_member[i];
        *transit_out = *transit_out || member == AT_NODE_TRANSIT;
        nodes[i] = member >= AT_NODE_TRANSIT ? 0 : member + 2;
    }
    return AT_OK;
}

static at_status pack_groups(packer *self, at_error *err) {
    const size_t count = self->found->groups.group_count;
    int64_t *transfers, *first, *last;
    AT_TRY(take(&transfers, self, AT_SUMMARY_TRANSFERS, count, err));
    AT_TRY(take(&first, self, AT_SUMMARY_FIRST, count, err));
    AT_TRY(take(&last, self, AT_SUMMARY_LAST, count, err));
    for (size_t i = 0; i < count; i++) {
        transfers[i] = self->found->flows[i].transfer_count;
        first[i] = self->found->flows[i].first_us;
        last[i] = self->found->flows[i].last_us;
    }
    return AT_OK;
}

static void show(packer *self, at_summary_column column, const uint32_t *values, size_t count) {
    self->out->columns[column].values = values;
    self->out->columns[column].count = count;
}

/* There are few such words. */
static at_status find_what(uint32_t *out, packer *self, const char *what, at_error *err) {
    for (size_t i = 0; i < self->what_count; i++)
        if (at_text_equal(self->whats[i], what)) {
            *out = (uint32_t)i;
            return AT_OK;
        }
    AT_TRY(AT_GROW(&self->whats, &self->what_capacity, self->what_count, self->arena, err));
    self->whats[self->what_count] = what;
    *out = (uint32_t)self->what_count++;
    return at_text_add_bytes(&self->texts, what, strlen(what) + 1, err);
}

static at_status pack_ties(packer *self, at_error *err) {
    const at_graph *graph = &self->found->graph;
    size_t count = 0, next = 0;
    uint32_t *a, *b, *what;
    uint8_t *kind, *grade;
    int64_t *record;
    for (uint32_t i = 0; i < graph->tie_count; i++)
        count += graph->ties[i].kind != AT_TIE_TRANSFERS;
    AT_TRY(take(&a, self, AT_SUMMARY_TIE_A, count, err));
    AT_TRY(take(&b, self, AT_SUMMARY_TIE_B, count, err));
    AT_TRY(take(&kind, self, AT_SUMMARY_TIE_KIND, count, err));
    AT_TRY(take(&grade, self, AT_SUMMARY_TIE_GRADE, count, err));
    AT_TRY(take(&what, self, AT_SUMMARY_TIE_WHAT, count, err));
    AT_TRY(take(&record, self, AT_SUMMARY_TIE_RECORD, count, err));
    for (uint32_t i = 0; i < graph->tie_count; i++) {
        const at_tie *tie = &graph->ties[i];
        if (tie->kind == AT_TIE_TRANSFERS)
            continue;
        a[next] = tie->a;
        b[next] = tie->b;
        kind[next] = (uint8_t)tie->kind;
        grade[next] = (uint8_t)tie->grade;
        record[next] = tie->records[0];
        AT_TRY(find_what(&what[next++], self, tie->what ? tie->what : "", err));
    }
    return AT_OK;
}

static at_status pack_evidence(packer *self, at_error *err) {
    const at_places *places = &self->found->places;
    const size_t count = places->row_count;
    uint32_t *entity, *country, *about, *counted;
    uint8_t *activity;
    int64_t *shown, *shown_in;
    AT_TRY(take(&entity, self, AT_SUMMARY_ENTITY, count, err));
    AT_TRY(take(&country, self, AT_SUMMARY_COUNTRY, count, err));
    AT_TRY(take(&activity, self, AT_SUMMARY_ACTIVITY, count, err));
    AT_TRY(take(&about, self, AT_SUMMARY_ABOUT, count, err));
    AT_TRY(take(&shown, self, AT_SUMMARY_SHOWN, count, err));
    AT_TRY(take(&shown_in, self, AT_SUMMARY_SHOWN_IN, count, err));
    AT_TRY(take(&counted, self, AT_SUMMARY_COUNTED, count, err));
    for (size_t i = 0; i < count; i++) {
        const at_evidence *row = &places->rows[i];
        entity[i] = row->entity;
        country[i] = (uint32_t)(uint8_t)row->country[0] << 8 | (uint8_t)row->country[1];
        activity[i] = (uint8_t)row->activity;
        about[i] = row->about;
        shown[i] = row->record;
        shown_in[i] = row->record_in;
        counted[i] = row->count;
    }
    return AT_OK;
}

static at_status pack_notes(packer *self, at_error *err) {
    const at_found_networks *found = self->found;
    uint32_t *count;
    AT_TRY(take(&count, self, AT_SUMMARY_NOTES, 1, err));
    *count = (uint32_t)found->note_count;
    for (size_t i = 0; i < found->note_count; i++) {
        const at_note *note = &found->notes[i];
        AT_TRY(at_text_add_bytes(&self->texts, note->code, strlen(note->code) + 1, err));
        AT_TRY(at_text_add_bytes(&self->texts, note->text, strlen(note->text) + 1, err));
    }
    return AT_OK;
}

static at_status pack_all(packer *self, bool *transit_out, at_error *err) {
    const at_places *places = &self->found->places;
    const size_t members = self->found->graph.member_count;
    const char *texts = NULL;
    AT_TRY(pack_nodes(self, transit_out, err));
    if (*transit_out)
        return AT_OK;
    AT_TRY(pack_members(self, err));
    AT_TRY(pack_groups(self, err));
    show(self, AT_SUMMARY_OWNER_START, places->owner_start, members + 1);
    show(self, AT_SUMMARY_OWNERS, places->owners, places->owner_start[members]);
    AT_TRY(pack_notes(self, err));
    AT_TRY(pack_ties(self, err));
    AT_TRY(pack_evidence(self, err));
    AT_TRY(
        at_arena_copy(&texts, self->arena, at_text_string(&self->texts), self->texts.bytes, err));
    self->out->columns[AT_SUMMARY_TEXTS].values = texts;
    self->out->columns[AT_SUMMARY_TEXTS].count = self->texts.bytes;
    return AT_OK;
}

at_status at_networks_pack(at_summary *out, bool *packed_out, const at_found_networks *found,
                           at_arena *arena, at_error *err) {
    packer self = {.out = out, .found = found, .arena = arena, .texts = {.limit_bytes = SIZE_MAX}};
    bool transit = false;
    const at_status status = pack_all(&self, &transit, err);
    at_text_clear(&self.texts);
    *packed_out = status == AT_OK && !transit;
    return status;
}
