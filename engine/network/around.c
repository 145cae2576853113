#include "engine/network/around.h"

#include <stdlib.h>
#include <string.h>

at_grade at_grade_weaker(at_grade a, at_grade b) {
    static const uint8_t strength[] = {
        [AT_CORROBORATED] = 3, [AT_OBSERVED] = 2, [AT_ACCEPTED] = 1, [AT_INFERRED] = 0};
    return strength[a] < strength[b] ? a : b;
}

typedef struct around_finder {
    const at_graph *graph;
    uint32_t *members, *hops, *tie;
    uint8_t *grade;
    uint32_t count;
} around_finder;

static int compare_members(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Is tie x a plainer reason than y? Both lie between the same two members. */
static bool plainer(const at_graph *graph, uint32_t x, uint32_t y) {
    if (graph->ties[x].kind != graph->ties[y].kind)
        return graph->ties[x].kind < graph->ties[y].kind;
    return x < y;
}

/* Reach the neighbours of `member`, which is the smallest that can reach those not yet met. */
static uint32_t reach(around_finder *finder, uint32_t member, uint32_t found) {
    const at_graph *graph = finder->graph;
    for (uint32_t i = graph->tie_start[member]; i < graph->tie_start[member + 1]; i++) {
        uint32_t tie = graph->tie_of[i], other = at_tie_other(&graph->ties[tie], member);
        if (graph->members[other].outside)
            continue;
        if (finder->hops[other] == AT_NONE) {
            finder->hops[other] = finder->hops[member] + 1;
            finder->tie[other] = tie;
            finder->members[found++] = other;
        } else if (finder->tie[other] != AT_NONE &&
                   at_tie_other(&graph->ties[finder->tie[other]], other) == member &&
                   plainer(graph, tie, finder->tie[other])) {
            finder->tie[other] = tie;
        }
    }
    return found;
}

static void grade(around_finder *finder, uint32_t start, uint32_t end) {
    for (uint32_t i = start; i < end; i++) {
        uint32_t member = finder->members[i];
        const at_tie *tie = &finder->graph->ties[finder->tie[member]];
        uint32_t via = at_tie_other(tie, member);
        finder->grade[member] =
            (uint8_t)(finder->hops[member] == 1
                          ? tie->grade
                          : at_grade_weaker(tie->grade, (at_grade)finder->grade[via]));
    }
}

/* Drop what is past the limit, and add up the transfers that led there. */
static at_status cut(at_around *out, around_finder *finder, uint32_t max_members, at_arena *arena,
                     at_error *err) {
    const at_graph *graph = finder->graph;
    at_loss *losses = NULL;
    size_t capacity = 0;
    out->seen_count = finder->count;
    if (max_members == 0 || finder->count <= max_members)
        return AT_OK;
    for (uint32_t i = max_members; i < finder->count; i++)
        finder->hops[finder->members[i]] = AT_NONE;
    for (uint32_t i = max_members; i < finder->count; i++) {
        uint32_t member = finder->members[i];
        for (uint32_t k = graph->tie_start[member]; k < graph->tie_start[member + 1]; k++) {
            const at_tie *tie = &graph->ties[graph->tie_of[k]];
            if (finder->hops[at_tie_other(tie, member)] != AT_NONE)
                AT_TRY(at_loss_add(&losses, &out->loss_count, &capacity, tie, arena, err));
        }
    }
    finder->count = max_members;
    out->losses = losses;
    return AT_OK;
}

at_status at_around_find(at_around *out, const at_graph *graph, const uint32_t *subjects,
                         uint32_t subject_count, uint32_t hops, uint32_t max_members,
                         at_arena *arena, at_error *err) {
    around_finder finder = {.graph = graph};
    at_around around = {0};
    AT_TRY(AT_NEW(&finder.members, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&finder.hops, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&finder.tie, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&finder.grade, arena, graph->member_count, err));
    memset(finder.hops, 0xFF, graph->member_count * sizeof *finder.hops);
    memset(finder.tie, 0xFF, graph->member_count * sizeof *finder.tie);
    for (uint32_t i = 0; i < subject_count; i++) {
        if (finder.hops[subjects[i]] == AT_NONE)
            finder.members[finder.count++] = subjects[i];
        finder.hops[subjects[i]] = 0;
    }
    if (finder.count > 1)
        qsort(finder.members, finder.count, sizeof *finder.members, compare_members);
    for (uint32_t layer = 0, start = 0; layer < hops && start < finder.count; layer++) {
        uint32_t end = finder.count, found = end;
        for (uint32_t i = start; i < end; i++)
            if (layer == 0 || !graph->members[finder.members[i]].cut)
                found = reach(&finder, finder.members[i], found);
        if (found - end > 1)
            qsort(&finder.members[end], found - end, sizeof *finder.members, compare_members);
        grade(&finder, end, found);
        finder.count = found;
        start = end;
        if (max_members != 0 && found > max_members)
            break;
    }
    AT_TRY(cut(&around, &finder, max_members, arena, err));
    around.members = finder.members;
    around.count = finder.count;
    around.hops = finder.hops;
    around.tie = finder.tie;
    around.grade = finder.grade;
    *out = around;
    return AT_OK;
}
